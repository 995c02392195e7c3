"""`crm.activity.*`: calls, meetings and e-mails on record; activities of every kind read, found and removed."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from bitrix_node.sandbox import attachments
from bitrix_node.sandbox.crm import activities
from bitrix_node.sandbox.crm.activities import ACTIVITIES
from bitrix_node.sandbox.crm.owners import Owner
from bitrix_node.sandbox.errors import RestError
from bitrix_node.sandbox.registry import Call, Page, method

if TYPE_CHECKING:
    from bitrix_node.sandbox.database import Record

_MAIL_ADDRESS = re.compile(r"[^@\s]+@[^@\s]+")
_OUTGOING = 2
_CONFIGURABLE = "CONFIGURABLE_REST_APP"


@method("crm.activity.list", scope="crm")
def activity_list(call: Call) -> Page:
    """List activities."""
    rows, total = ACTIVITIES.query(call)
    select = [str(name).upper() for name in call.sequence("select")]
    return call.page([activities.show(call, row, select) for row in rows], total)


@method("crm.activity.get", scope="crm")
def activity_get(call: Call) -> dict[str, Any]:
    """Fetch an activity."""
    return activities.show(call, activities.require(call, call.integer("id")))


@method("crm.activity.fields", scope="crm")
def activity_fields(_call: Call) -> dict[str, Any]:
    """Document the fields of activities."""
    return ACTIVITIES.describe()


@method("crm.activity.add", scope="crm")
def activity_add(call: Call) -> int:
    """Put a call, meeting or e-mail on record."""
    sent = _upper(call.mapping("fields"))
    record = _cleaned(sent, new=True)
    _require_filled(ACTIVITIES.missing(record))
    _require_communication(record)
    owner = Owner(record.get("OWNER_TYPE_ID") or 0, record.get("OWNER_ID") or 0)
    if not owner.exists(call.database):
        raise RestError("", "Could not build binding. Check that owner and communications are given correctly.")
    _provide(call, record)
    _require_addressee(record)
    return activities.insert(call, record | _files(call, sent))


@method("crm.activity.update", scope="crm")
def activity_update(call: Call) -> bool:
    """Change an activity."""
    activity = activities.require(call, call.integer("id"))
    if activity["PROVIDER_ID"] == _CONFIGURABLE:
        raise RestError("", "Use crm.activity.configurable.update for this activity provider.")
    sent = _upper(call.mapping("fields"))
    changes = _cleaned(sent, new=False)
    _require_filled([name for name in ACTIVITIES.missing({**activity, **changes}) if name in changes])
    if "COMMUNICATIONS" in changes:
        _require_communication(changes := {"TYPE_ID": activity["TYPE_ID"], **changes})
    activities.save(call, activity, changes | _files(call, sent))
    return True


@method("crm.activity.delete", scope="crm")
def activity_delete(call: Call) -> bool:
    """Remove an activity."""
    activity = activities.require(call, call.integer("id"))
    return activities.activities(call.database).delete(activity["id"])


def _require_communication(record: Record) -> None:
    talks = [entry for entry in record.get("COMMUNICATIONS") or [] if isinstance(entry, dict)]
    if not talks:
        raise RestError("", "The field COMMUNICATIONS is not defined or invalid.")
    if len(talks) > 1 and record["TYPE_ID"] in (activities.CALL, activities.MEETING):
        raise RestError("", "The only one communication is allowed for activity of specified type.")
    record["COMMUNICATIONS"] = talks


def _require_filled(missing: list[str]) -> None:
    if missing:
        reason = "or empty" if missing[0] == "SUBJECT" else "or invalid"
        raise RestError("", f"The field {missing[0]} is not defined {reason}.")


def _provide(call: Call, record: Record) -> None:
    """Fill in who provides an activity of this kind, or refuse a kind that this method cannot make."""
    provider = record.get("PROVIDER_ID")
    if provider == _CONFIGURABLE:
        raise RestError("", "Use crm.activity.configurable.add for this activity provider.")
    if provider in activities.OF_APPLICATIONS and call.application is None:
        raise RestError("", "Application context required.")
    if not provider:
        if record["TYPE_ID"] not in activities.PROVIDERS:
            raise RestError("", "The custom activity without provider is not supported in current context.")
        record["PROVIDER_ID"], record["PROVIDER_TYPE_ID"] = activities.PROVIDERS[record["TYPE_ID"]]


def _require_addressee(record: Record) -> None:
    if record["TYPE_ID"] != activities.EMAIL or record.get("DIRECTION") not in (0, _OUTGOING):
        return
    for entry in record["COMMUNICATIONS"]:
        if not _MAIL_ADDRESS.fullmatch(str(entry.get("VALUE") or "").strip()):
            raise RestError("", "Email send error. Invalid email is specified.")


def _files(call: Call, sent: Record) -> Record:
    if "FILES" not in sent:
        return {}
    return {"FILES": attachments.keep(call, sent["FILES"] or [], "")}


def _upper(sent: dict[str, Any]) -> Record:
    return {name.upper(): value for name, value in sent.items()}


def _cleaned(sent: Record, *, new: bool) -> Record:
    try:
        return ACTIVITIES.clean({name: value for name, value in sent.items() if name != "FILES"}, new=new)
    except ValueError as problem:
        raise RestError("", str(problem)) from problem
