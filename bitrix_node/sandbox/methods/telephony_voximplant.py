"""`voximplant.*`: the statistics of calls, the lines for calls out, and SIP connections."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any

from bitrix_node.sandbox.arguments import to_integer
from bitrix_node.sandbox.errors import RestError
from bitrix_node.sandbox.families import Family, family
from bitrix_node.sandbox.registry import Call, Page, method
from bitrix_node.sandbox.telephony.calls import STATISTICS

if TYPE_CHECKING:
    from bitrix_node.sandbox.database import Record

SIP_LINES = family("sip_line")
_FIRST_REGISTRATION = 150_900
_MOST_CLOUD_LINES = 10
_LONGEST_PASSWORD = 100
_FREE_MINUTES = 60
_CLOUD, _OFFICE = "cloud", "office"
_NAMES = {_CLOUD: "Cloud PBX", _OFFICE: "Office PBX"}
_OF_OFFICE = ("INCOMING_SERVER", "INCOMING_LOGIN", "INCOMING_PASSWORD")
_REQUIRED = {"SERVER": "Server address not specified", "LOGIN": "Login for connecting to the server not specified"}


@method("voximplant.statistic.get", scope="telephony")
def statistic_get(call: Call) -> Page:
    """List calls that are over."""
    _require_administrator(call, 403)
    rows, total = STATISTICS.query(call, order=_order(call))
    return call.page([STATISTICS.show(row) for row in rows], total)


@method("voximplant.line.get", scope="telephony")
def line_get(call: Call) -> dict[str, str]:
    """List the lines for calls out: names by id."""
    _require_administrator(call, 403)
    return {_line_id(line): _title(line) for line in SIP_LINES.collection(call.database).all()}


@method("voximplant.sip.connector.status", scope="telephony")
def sip_connector_status(call: Call) -> dict[str, Any]:
    """Tell how much of the SIP connector is left; it has not been paid for."""
    _require_administrator(call, 403)
    return {"FREE_MINUTES": _FREE_MINUTES, "PAID": False}


@method("voximplant.sip.get", scope="telephony")
def sip_get(call: Call) -> Page:
    """List the SIP connections that the caller's application has made."""
    _require_administrator(call, 403)
    conditions = {**call.mapping("FILTER"), "=APP_ID": _application(call)}
    conditions = {("CONFIG_ID" if name == "ID" else name): value for name, value in conditions.items()}
    rows, total = SIP_LINES.query(call, conditions=conditions, order=_order(call))
    return call.page([_shown(row) for row in rows], total)


@method("voximplant.sip.add", scope="telephony")
def sip_add(call: Call) -> dict[str, Any]:
    """Connect an exchange."""
    _require_administrator(call)
    for name, message in _REQUIRED.items():
        call.text(name, required="CHECK_FIELDS_ERROR", message=message)
    record = SIP_LINES.clean(_sent(call), new=True)
    record["TYPE"] = _OFFICE if call.text("TYPE") == _OFFICE else _CLOUD
    lines = SIP_LINES.collection(call.database)
    _require_free_title(call, record.get("TITLE"))
    if record["TYPE"] == _CLOUD and lines.count(TYPE=_CLOUD) >= _MOST_CLOUD_LINES:
        raise RestError("MAX_CLOUD_PBX", "You cannot connect more than 10 virtual PBXs.")
    line_id = lines.insert({**record, "APP_ID": _application(call)})
    made = {"REG_ID": _FIRST_REGISTRATION + line_id} if record["TYPE"] == _CLOUD else _incoming(line_id)
    lines.update(line_id, made)
    shown = _shown(lines.get(line_id) or {})
    numbers = {"REG_ID": made["REG_ID"]} if "REG_ID" in made else {}
    return {"ID": str(line_id), **shown, **numbers, "TITLE": record.get("TITLE") or ""}


@method("voximplant.sip.update", scope="telephony")
def sip_update(call: Call) -> int:
    """Change a connection; what is not named stays."""
    line = _found(call)
    for name, message in _REQUIRED.items():
        if call.has(name):
            call.text(name, required="CHECK_FIELDS_ERROR", message=message)
    changes = SIP_LINES.clean(_sent(call), new=False)
    _require_free_title(call, changes.get("TITLE"), line["id"])
    SIP_LINES.collection(call.database).update(line["id"], changes)
    return 1


@method("voximplant.sip.delete", scope="telephony")
def sip_delete(call: Call) -> int:
    """Take a connection away."""
    return int(SIP_LINES.collection(call.database).delete(_found(call)["id"]))


def _require_administrator(call: Call, status: int = 400) -> None:
    if not call.is_admin:
        raise RestError("ACCESS_DENIED", "Access denied!", status)


def _order(call: Call) -> dict[str, str]:
    field, direction = call.text("SORT"), call.text("ORDER", "ASC")
    return {field: direction} if field else {}


def _application(call: Call) -> str:
    return call.application.client_id if call.application else ""


def _found(call: Call) -> Record:
    _require_administrator(call)
    line = SIP_LINES.collection(call.database).get(to_integer(call.value("CONFIG_ID")) or 0)
    if line is None or line["APP_ID"] != _application(call):
        raise RestError("ERROR_NOT_FOUND", "Specified CONFIG_ID is not found")
    return line


def _sent(call: Call) -> dict[str, Any]:
    sent = {name: call.text(name) for name in ("TITLE", "SERVER", "LOGIN", "PASSWORD") if call.has(name)}
    if len(sent.get("PASSWORD", "")) > _LONGEST_PASSWORD:
        raise RestError("CHECK_FIELDS_ERROR", "Password for connecting to the server cannot exceed 100 characters")
    return sent


def _require_free_title(call: Call, title: str | None, line_id: int = 0) -> None:
    other = SIP_LINES.collection(call.database).first(TITLE=title) if title else None
    if other is not None and other["id"] != line_id:
        raise RestError("TITLE_EXISTS", "The specified connection name is already registered in the system")


def _incoming(line_id: int) -> dict[str, Any]:
    password = secrets.token_hex(16)
    return {
        "INCOMING_SERVER": "ip.sandbox.example.com",
        "INCOMING_LOGIN": f"sip{line_id}",
        "INCOMING_PASSWORD": password,
    }


def _shown(line: Record) -> dict[str, Any]:
    """A connection as a row: without what the other kind of exchange has."""
    kind: Family = SIP_LINES
    others = _OF_OFFICE if line["TYPE"] == _CLOUD else ("REG_ID",)
    row = kind.show({**line, "TITLE": line.get("TITLE") or ""})
    return {name: value for name, value in row.items() if name not in (*others, "APP_ID")}


def _line_id(line: Record) -> str:
    return f"reg{line['REG_ID']}" if line["TYPE"] == _CLOUD else f"sip{line['id']}"


def _title(line: Record) -> str:
    return str(line.get("TITLE") or f"{_NAMES[line['TYPE']]} ({line['id']})")
