"""Automation rules (robots) and activities of applications, and their answers to workflows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bitrix_node.sandbox.errors import RestError
from bitrix_node.sandbox.registry import Call, method
from bitrix_node.sandbox.workflows import engine, rules, run
from bitrix_node.sandbox.workflows.refusals import denied, require_application
from bitrix_node.sandbox.workflows.run import Run

if TYPE_CHECKING:
    from collections.abc import Callable

    from bitrix_node.sandbox.authentication import Application
    from bitrix_node.sandbox.database import Record

_NEW = {"AUTH_USER_ID": 0, "USE_SUBSCRIPTION": "", "PROPERTIES": {}, "RETURN_PROPERTIES": {}}


def _add(call: Call, *, robots: bool) -> bool:
    application = require_application(call)
    if not call.arguments:
        raise rules.invalid("Empty data!")
    code = rules.code_of(call)
    if not call.has("HANDLER"):
        raise RestError("ERROR_WRONG_HANDLER_URL", "Wrong handler URL")
    if not call.value("NAME"):
        raise rules.invalid("Empty activity NAME!")
    values = rules.values(call, call.arguments)
    if _with_code(call, application, code, robots=robots) is not None:
        message = "Activity or Automation rule already installed!"
        raise RestError("ERROR_ACTIVITY_ALREADY_INSTALLED", message)
    owned = {"CODE": code, "OWNER": application.client_id, "IS_ROBOT": robots}
    rules.collection(call.database).insert({**_NEW, **values, **owned})
    return True


def _update(call: Call, *, robots: bool) -> bool:
    rule = _own(call, robots=robots)
    changes = rules.values(call, call.mapping("FIELDS"))
    if not changes:
        raise rules.invalid("No fields to update")
    return rules.collection(call.database).update(rule["id"], changes)


def _delete(call: Call, *, robots: bool) -> bool:
    return rules.collection(call.database).delete(_own(call, robots=robots)["id"])


def _list(call: Call, *, robots: bool) -> list[str]:
    application = require_application(call)
    return [rule["CODE"] for rule in rules.of_application(call, application.client_id, robots=robots)]


def _own(call: Call, *, robots: bool) -> Record:
    application = require_application(call)
    rule = _with_code(call, application, rules.code_of(call), robots=robots)
    if rule is None:
        raise RestError("ERROR_ACTIVITY_NOT_FOUND", "Activity or Automation rule not found!")
    return rule


def _with_code(call: Call, application: Application, code: str, *, robots: bool) -> Record | None:
    owned = rules.of_application(call, application.client_id, robots=robots)
    return next((rule for rule in owned if rule["CODE"] == code), None)


def _declare(group: str, *, robots: bool) -> None:
    """Declare the four methods of robots, or of activities, which differ in nothing else."""

    def bound(work: Callable[..., Any]) -> Callable[[Call], Any]:
        def function(call: Call) -> Any:
            return work(call, robots=robots)

        return function

    for name, work in {"add": _add, "update": _update, "delete": _delete, "list": _list}.items():
        method(f"bizproc.{group}.{name}", scope="bizproc")(bound(work))


_declare("robot", robots=True)
_declare("activity", robots=False)


@method("bizproc.event.send", scope="bizproc")
def event_send(call: Call) -> bool:
    """Hand an application's results to the workflow that waits for them."""
    going = _waiting(call, status=403)
    if call.text("LOG_MESSAGE"):
        going.note(call.text("LOG_MESSAGE"), going.record["WAITING"]["activity"])
    going.resume(results=call.mapping("RETURN_VALUES"))
    engine.carry_on(going)
    return True


@method("bizproc.activity.log", scope="bizproc")
def activity_log(call: Call) -> bool:
    """Write into the log of the workflow that waits for an application."""
    message = call.text("LOG_MESSAGE", required="ERROR_EMPTY_LOG_MESSAGE", message="Empty log message!")
    going = _waiting(call, status=400)
    going.note(message, going.record["WAITING"]["activity"])
    return True


def _waiting(call: Call, status: int) -> Run:
    """The workflow that waits for the event that the call names."""
    token = call.text("EVENT_TOKEN")
    record = run.find(call.database, token.partition("|")[0])
    if record is None or not record["WAITING"] or record["WAITING"].get("token") != token:
        raise denied(status)
    return Run.of(call, record)
