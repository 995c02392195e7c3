"""Messages (SMS) that workflows send: seen in the CRM as an activity, handed to the provider of an application."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any

from bitrix_node.sandbox.clock import timestamp
from bitrix_node.sandbox.families import family
from bitrix_node.sandbox.workflows import letters

if TYPE_CHECKING:
    from bitrix_node.sandbox.database import Collection, Database, Record
    from bitrix_node.sandbox.workflows.run import Run

_ACTIVITIES = family("activity")
_SMS = {
    "TYPE_ID": 6,
    "PROVIDER_ID": "CRM_SMS",
    "PROVIDER_TYPE_ID": "SMS",
    "DIRECTION": 2,
    "COMPLETED": "Y",
    "STATUS": 2,
}


def senders(database: Database) -> Collection:
    """The message providers that applications registered."""
    return database.collection("message_senders")


def messages(database: Database) -> Collection:
    """The messages that were sent."""
    return database.collection("messages_sent")


def send(run: Run, phone: str, text: str, provider: str) -> None:
    """Send a message.

    Args:
        run: the workflow that sends it.
        phone: number of the recipient.
        text: what it says.
        provider: code of the provider; the first one there is when empty.
    """
    call, document = run.call, run.document
    message_id = secrets.token_hex(16)
    found = senders(call.database).first(CODE=provider) if provider else senders(call.database).first()
    code = str(found["CODE"]) if found else provider
    messages(call.database).insert({"MESSAGE_ID": message_id, "CODE": code, "TO": phone, "TEXT": text, "STATUS": ""})
    if document.kind is not None:
        _keep_activity(run, document.kind.id, phone, text)
    if found:
        _hand_over(run, found, message_id, phone, text)


def phone_of(record: Record) -> str:
    """The first telephone number of a CRM record, or nothing."""
    numbers = [entry for entry in record.get("fm") or [] if entry.get("typeId") == "PHONE"]
    return str(numbers[0]["value"]) if numbers else ""


def _keep_activity(run: Run, entity_type_id: int, phone: str, text: str) -> None:
    call, moment = run.call, timestamp(run.call.now)
    owner = {"OWNER_TYPE_ID": entity_type_id, "OWNER_ID": run.document.record["id"]}
    subject = {"SUBJECT": f"Outgoing SMS to {phone}", "DESCRIPTION": text, "RESPONSIBLE_ID": run.record["STARTED_BY"]}
    stamps = {"CREATED": moment, "LAST_UPDATED": moment, "START_TIME": moment, "END_TIME": moment}
    people = {"AUTHOR_ID": call.user_id, "EDITOR_ID": call.user_id}
    record = {**_ACTIVITIES.clean({}, new=True), **_SMS, **owner, **subject, **stamps, **people}
    _ACTIVITIES.collection(call.database).insert(record)


def _hand_over(run: Run, sender: Record, message_id: str, phone: str, text: str) -> None:
    document = run.document
    kind = document.kind
    body: dict[str, Any] = {
        "module_id": "bizproc" if kind is None else "crm",
        "bindings": [] if kind is None else [{"OWNER_TYPE_ID": kind.id, "OWNER_ID": document.record["id"]}],
        "properties": {"phone_number": phone, "message_text": text},
        "type": "SMS",
        "code": sender["CODE"],
        "message_id": message_id,
        "message_to": phone,
        "message_body": text,
    }
    letters.post(run.call, str(sender["HANDLER"]), "messageservice", body)
