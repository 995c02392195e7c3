"""`telephony.externalCall.*`: calls of own exchanges."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

from bitrix_node.sandbox.clock import timestamp
from bitrix_node.sandbox.crm.entity_types import entity_types
from bitrix_node.sandbox.crm.items import Items
from bitrix_node.sandbox.disk.visitor import Visitor
from bitrix_node.sandbox.errors import RestError
from bitrix_node.sandbox.fields import store_date
from bitrix_node.sandbox.registry import Call, method
from bitrix_node.sandbox.telephony import calls, numbers, recordings

if TYPE_CHECKING:
    from bitrix_node.sandbox.database import Record

_FINISHED = (
    "CALL_ID", "EXTERNAL_CALL_ID", "PORTAL_USER_ID", "PHONE_NUMBER", "PORTAL_NUMBER", "CALL_DURATION", "CALL_VOTE",
    "COST", "COST_CURRENCY", "CALL_FAILED_CODE", "CALL_FAILED_REASON", "REST_APP_NAME", "CRM_ACTIVITY_ID",
    "COMMENT", "CRM_ENTITY_TYPE", "CRM_ENTITY_ID",
)  # fmt: skip
_UTTERANCE_SIDES = ("User", "Client")


@method("telephony.externalCall.register", scope="telephony", application_only=True)
def register(call: Call) -> dict[str, Any]:
    """Announce a call and find out, or make, the CRM record that it belongs to."""
    user = _employee(call)
    number = numbers.normal(call.text("PHONE_NUMBER"))
    if number is None:
        raise _fault("Unsupported phone number format.")
    if call.integer("TYPE") not in calls.TYPES:
        raise _fault("Unknown TYPE.")
    known = calls.registered_before(call.database, call.text("EXTERNAL_CALL_ID"), call.now)
    if known is not None:
        return _registered(known, [])
    announced = {
        "PORTAL_USER_ID": user["id"],
        "PHONE_NUMBER": number,
        "CALL_TYPE": call.integer("TYPE"),
        "CALL_START_DATE": _beginning(call),
        "EXTERNAL_CALL_ID": call.text("EXTERNAL_CALL_ID") or None,
        "PORTAL_NUMBER": call.text("LINE_NUMBER") or "REST_APP:",
        "SHOWN_TO": [user["id"]] if call.flag("SHOW", default=True) else [],
    }
    kind, record_id, created = _crm_record(call, announced)
    announced |= {"CRM_ENTITY_TYPE": kind, "CRM_ENTITY_ID": record_id}
    return _registered(calls.register(call.database, announced, call.now), created)


@method("telephony.externalCall.finish", scope="telephony", application_only=True)
def finish(call: Call) -> dict[str, Any]:
    """End a call; it is in the statistics from now on."""
    if not isinstance(call.value("CALL_ID"), str):
        raise RestError("INVALID_ARGUMENT", "CALL_ID must be a string")
    user = _employee(call)
    ringing = calls.ringing(call.database).first(CALL_ID=call.text("CALL_ID"))
    if ringing is None:
        raise _fault("Call is not found (call should be registered prior to finishing)")
    application = call.application
    outcome: Record = {
        "PORTAL_USER_ID": user["id"],
        "CALL_DURATION": max(call.integer("DURATION"), 0),
        "COST": _cost(call),
        "COST_CURRENCY": call.text("COST_CURRENCY"),
        "CALL_FAILED_CODE": call.text("STATUS_CODE"),
        "CALL_FAILED_REASON": call.text("FAILED_REASON"),
        "CALL_VOTE": call.integer("VOTE") or None,
        "CALL_RECORD_URL": call.text("RECORD_URL") or None,
        "REST_APP_ID": 1 if application else None,
        "REST_APP_NAME": application.code if application else None,
    }
    entry = calls.finish(call.database, ringing, outcome, call.now)
    return _finished(entry)


@method("telephony.externalCall.show", scope="telephony")
def show(call: Call) -> bool:
    """Show a call's card to people; to the call's own employee when none is named. False for an unknown call."""
    return _show(call, shown=True)


@method("telephony.externalCall.hide", scope="telephony")
def hide(call: Call) -> bool:
    """Hide a call's card from people, from everyone when none is named. False for an unknown call."""
    return _show(call, shown=False)


@method("telephony.externalCall.attachRecord", scope="telephony")
def attach_record(call: Call) -> dict[str, Any]:
    """Attach the recording of a call: its bytes, a link, or an address to bring it to."""
    link = call.text("RECORD_URL")
    if not link and not call.has("FILENAME"):
        raise _fault("Required parameters are not set. Request should contain either URL or FILENAME parameter")
    entry = calls.finished(call.database, call.text("CALL_ID"))
    if entry is None:
        raise _fault("Call is not found in the statistic table. It looks like it is not finished yet.")
    visitor = Visitor.of(call)
    if link:
        name = call.text("FILENAME") or unquote(urlsplit(link).path.rpartition("/")[2])
        return {"FILE_ID": recordings.attach(visitor, entry, name, b"", link=link)}
    recordings.require_name(call.text("FILENAME"))
    if not call.has("FILE_CONTENT"):
        return dict(recordings.offer_upload(visitor, entry, call.text("FILENAME")))
    data = recordings.decode(call.text("FILE_CONTENT"))
    return {"FILE_ID": recordings.attach(visitor, entry, call.text("FILENAME"), data)}


@method("telephony.externalCall.searchCrmEntities", scope="telephony")
def search_crm_entities(call: Call) -> list[dict[str, Any]]:
    """Find the CRM records that a number belongs to, and who is responsible for them."""
    number = call.text("PHONE_NUMBER", required="ERROR_CORE", message="PHONE_NUMBER is empty")
    return [
        {
            "CRM_ENTITY_TYPE": kind,
            "CRM_ENTITY_ID": record["id"],
            "ASSIGNED_BY_ID": record["assignedById"],
            "NAME": numbers.name_of(record),
            "ASSIGNED_BY": _responsible(call, record["assignedById"]),
        }
        for kind, record in numbers.owners(call.database, number)
    ]


@method("telephony.call.attachTranscription", scope="telephony")
def attach_transcription(call: Call) -> dict[str, int]:
    """Attach to a call what was said in it."""
    call_id = call.text("CALL_ID", required="ERROR_CORE", message="CALL_ID should be set")
    lines = call.value("MESSAGES")
    if not isinstance(lines, list):
        raise _fault("MESSAGES should be an array")
    for place, line in enumerate(lines):
        _check_utterance(f"MESSAGES[{place}]", line if isinstance(line, dict) else {})
    entry = calls.finished(call.database, call_id)
    if entry is None:
        raise _fault(f"Call {call_id} is not found. Is it finished?")
    transcripts = call.database.collection("telephony_transcripts")
    transcript_id = transcripts.insert({"CALL_ID": call_id, "MESSAGES": lines, "COST": call.value("COST")})
    calls.STATISTICS.collection(call.database).update(entry["id"], {"TRANSCRIPT_ID": transcript_id})
    return {"TRANSCRIPT_ID": transcript_id}


def _employee(call: Call) -> Record:
    """The user that a call names by id or by extension."""
    number, extension = call.integer("USER_ID"), call.text("USER_PHONE_INNER")
    if not number and not extension:
        raise _fault("USER_ID or USER_PHONE_INNER should be set.")
    users = call.database.collection("users")
    user = users.get(number) if number else users.first(UF_PHONE_INNER=extension)
    if user is None or not user.get("ACTIVE"):
        raise _fault("User is not found or is not active.")
    return user


def _beginning(call: Call) -> str:
    if not call.text("CALL_START_DATE"):
        return timestamp(call.now)
    try:
        return store_date(call.text("CALL_START_DATE"))
    except ValueError as problem:
        raise _fault("CALL_START_DATE should be in the ISO-8601 format.") from problem


def _crm_record(call: Call, announced: Record) -> tuple[str | None, int | None, list[dict[str, Any]]]:
    """The CRM record of a call, with what was made for it."""
    kind, record_id = call.text("CRM_ENTITY_TYPE").upper(), call.integer("CRM_ENTITY_ID")
    if kind in numbers.CRM_TYPES and record_id:
        return kind, record_id, []
    found = next(numbers.owners(call.database, announced["PHONE_NUMBER"]), None)
    if found is not None:
        return found[0], found[1]["id"], []
    if not _makes_records(call, announced):
        return None, None, []
    direction = "Outgoing" if announced["CALL_TYPE"] in calls.OUTGOING else "Incoming"
    fields = {
        "title": f"{announced['PHONE_NUMBER']} - {direction} call",
        "sourceId": call.text("CRM_SOURCE", "CALL"),
        "assignedById": announced["PORTAL_USER_ID"],
    }
    phones = [{"typeId": "PHONE", "valueType": "WORK", "value": announced["PHONE_NUMBER"]}]
    lead = Items.of(call, entity_types()[numbers.CRM_TYPES["LEAD"]]).add(fields, phones)
    return "LEAD", lead["id"], [{"ENTITY_TYPE": "LEAD", "ENTITY_ID": lead["id"]}]


def _makes_records(call: Call, announced: Record) -> bool:
    """Whether a record is made for an unknown number: as the call says; of calls out, the line has to agree."""
    if not call.flag("CRM_CREATE"):
        return False
    line = call.database.collection("telephony_external_lines").first(NUMBER=announced["PORTAL_NUMBER"])
    return line is None or announced["CALL_TYPE"] not in calls.OUTGOING or line["CRM_AUTO_CREATE"] == "Y"


def _cost(call: Call) -> float:
    try:
        return float(call.text("COST", "0"))
    except ValueError:
        return 0.0


def _show(call: Call, *, shown: bool) -> bool:
    ringing = calls.ringing(call.database).first(CALL_ID=call.text("CALL_ID"))
    if ringing is None:
        return False
    named = [int(entry) for entry in call.sequence("USER_ID") if str(entry).isdigit()]
    before = set(ringing["SHOWN_TO"])
    people = set(named or ([ringing["PORTAL_USER_ID"]] if shown else before))
    after = before | people if shown else before - people
    calls.ringing(call.database).update(ringing["id"], {"SHOWN_TO": sorted(after)})
    return True


def _registered(ringing: Record, created: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "CALL_ID": ringing["CALL_ID"],
        "CRM_CREATED_LEAD": next((entry["ENTITY_ID"] for entry in created), None),
        "CRM_CREATED_ENTITIES": created,
        "CRM_ENTITY_TYPE": ringing["CRM_ENTITY_TYPE"],
        "CRM_ENTITY_ID": ringing["CRM_ENTITY_ID"],
    }


def _finished(entry: Record) -> dict[str, Any]:
    return {
        **{name: entry.get(name) for name in _FINISHED},
        "INCOMING": str(entry["CALL_TYPE"]),
        "CALL_START_DATE": {},
        "CALL_STATUS": 1 if entry["CALL_FAILED_CODE"] == calls.SUCCESS else 0,
        "REST_APP_ID": str(entry["REST_APP_ID"]) if entry["REST_APP_ID"] else None,
        "ID": entry["id"],
    }


def _responsible(call: Call, user_id: int) -> dict[str, Any] | None:
    user = call.database.collection("users").get(user_id)
    if user is None:
        return None
    phones = {name: user.get(name) or None for name in ("WORK_PHONE", "PERSONAL_PHONE", "PERSONAL_MOBILE")}
    extension = user.get("UF_PHONE_INNER") or None
    return {"ID": str(user_id), "TIMEMAN_STATUS": "CLOSED", "USER_PHONE_INNER": extension, **phones}


def _check_utterance(place: str, line: Record) -> None:
    if line.get("SIDE") not in _UTTERANCE_SIDES:
        raise _fault(f"{place}[SIDE] should be either Client or User")
    if not isinstance(line.get("START_TIME"), int) or line["START_TIME"] < 0:
        raise _fault(f"{place}[START_TIME] should be greater or equal to zero")
    if not isinstance(line.get("STOP_TIME"), int) or line["STOP_TIME"] <= 0:
        raise _fault(f"{place}[STOP_TIME] should be greater than zero")
    if not line.get("MESSAGE"):
        raise _fault(f"{place}[MESSAGE] is empty")


def _fault(message: str) -> RestError:
    return RestError("ERROR_CORE", message)
