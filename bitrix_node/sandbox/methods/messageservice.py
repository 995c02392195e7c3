"""Message providers of applications, and what they report of messages."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from bitrix_node.sandbox.errors import RestError
from bitrix_node.sandbox.registry import Call, method
from bitrix_node.sandbox.workflows.messages import messages, senders
from bitrix_node.sandbox.workflows.refusals import require_application

if TYPE_CHECKING:
    from bitrix_node.sandbox.database import Record

_CODE = re.compile(r"^[A-Za-z0-9._-]+$")
_STATUSES = ("delivered", "undelivered", "failed")


@method("messageservice.sender.list", scope="messageservice")
def sender_list(call: Call) -> list[str]:
    """List the codes of the calling application's providers."""
    application = require_application(call)
    return [sender["CODE"] for sender in senders(call.database).find(OWNER=application.client_id)]


@method("messageservice.sender.add", scope="messageservice")
def sender_add(call: Call) -> bool:
    """Register a provider."""
    application = require_application(call)
    if not call.arguments:
        raise _invalid("Empty data!")
    code = _code(call)
    if not call.value("NAME"):
        raise _invalid("Empty sender NAME!")
    if not call.text("TYPE"):
        raise _invalid("Empty sender message TYPE!")
    if call.text("TYPE") != "SMS":
        raise _invalid("Unknown sender message TYPE!")
    if _own(call, code) is not None:
        raise RestError("ERROR_SENDER_ALREADY_INSTALLED", "Sender already installed!")
    sender: Record = {"CODE": code, "OWNER": application.client_id, "TYPE": "SMS", "HANDLER": call.text("HANDLER")}
    senders(call.database).insert({**sender, "NAME": call.value("NAME"), "DESCRIPTION": call.value("DESCRIPTION")})
    return True


@method("messageservice.sender.update", scope="messageservice")
def sender_update(call: Call) -> bool:
    """Change a provider."""
    require_application(call)
    if not call.text("CODE"):
        raise RestError("ERROR_SENDER_CODE_REQUIRED", "CODE is required!")
    changes = {name: call.value(name) for name in ("HANDLER", "NAME", "DESCRIPTION") if call.value(name)}
    if not changes:
        raise RestError("ERROR_SENDER_OTHER_PARAMS_REQUIRED", "At least one other parameter is required!")
    return senders(call.database).update(_found(call, call.text("CODE"))["id"], changes)


@method("messageservice.sender.delete", scope="messageservice")
def sender_delete(call: Call) -> bool:
    """Remove a provider."""
    require_application(call)
    return senders(call.database).delete(_found(call, _code(call))["id"])


@method("messageservice.message.status.update", scope="messageservice")
def message_status_update(call: Call) -> bool:
    """Report whether a message has arrived."""
    require_application(call)
    code = _code(call)
    message = messages(call.database).first(CODE=code, MESSAGE_ID=call.text("MESSAGE_ID"))
    if message is None:
        raise RestError("ERROR_MESSAGE_NOT_FOUND", "Message not found!")
    if call.text("STATUS") not in _STATUSES:
        raise RestError("ERROR_MESSAGE_STATUS_INCORRECT", "Message status incorrect!")
    return messages(call.database).update(message["id"], {"STATUS": call.text("STATUS")})


def _code(call: Call) -> str:
    code = call.text("CODE")
    if not code:
        raise _invalid("Empty sender code!")
    if not _CODE.match(code):
        raise _invalid("Wrong sender code!")
    return code


def _found(call: Call, code: str) -> Record:
    sender = _own(call, code)
    if sender is None:
        raise RestError("ERROR_SENDER_NOT_FOUND", "Sender not found!")
    return sender


def _own(call: Call, code: str) -> Record | None:
    owner = call.application.client_id if call.application else ""
    return senders(call.database).first(OWNER=owner, CODE=code)


def _invalid(text: str) -> RestError:
    return RestError("ERROR_SENDER_VALIDATION_FAILURE", text)
