"""`events`, `event.bind`, `event.unbind`, `event.get` and `event.test`: what applications hear of."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bitrix_node.sandbox.arguments import to_integer
from bitrix_node.sandbox.errors import RestError
from bitrix_node.sandbox.events import catalogue, subscriptions
from bitrix_node.sandbox.events.catalogue import Occurrence
from bitrix_node.sandbox.events.subscriptions import WHOEVER, Subscription
from bitrix_node.sandbox.registry import Call, method

if TYPE_CHECKING:
    from collections.abc import Iterable

_ADDRESSES = ("http://", "https://")


@method("events")
def event_codes(call: Call) -> list[str]:
    """Name the events that the caller may subscribe to, those of one permission, or all."""
    if call.has("SCOPE"):
        return catalogue.codes(frozenset({call.text("SCOPE", "basic")}))
    return catalogue.codes(None if call.flag("FULL") else call.caller.scopes | {"basic"})


@method("event.bind", application_only=True)
def event_bind(call: Call) -> bool:
    """Register a handler of an event."""
    code, handler, offline = _event(call), _handler(call), _is_offline(call, "binding")
    user_id = _acting_user(call, "binding")
    if not call.is_admin and user_id is None:
        user_id = call.user_id
    if not catalogue.is_open_to(code, call.caller.scopes):
        raise RestError("ERROR_EVENT_NOT_FOUND", f"There is no event {code}, or the application may not hear of it")
    connector = call.text("auth_connector") if offline else ""
    wanted = Subscription(
        0, code, "" if offline else handler, _application(call), user_id or WHOEVER, offline, connector,
        interval=_interval(call),
    )  # fmt: skip
    if any(_same(wanted, known) for known in subscriptions.find(call.database, event=code)):
        raise RestError("ERROR_CORE", "Unable to set event handler: it is registered already")
    subscriptions.add(call.database, wanted)
    return True


@method("event.unbind", application_only=True)
def event_unbind(call: Call) -> dict[str, int]:
    """Forget handlers of an event."""
    code, handler, offline = _event(call), _handler(call), _is_offline(call, "unbinding")
    user_id = _acting_user(call, "unbinding")
    if not call.is_admin:
        user_id = call.user_id
    found = [
        known
        for known in subscriptions.find(call.database, event=code, application=_application(call), offline=offline)
        if (offline or known.handler == handler) and user_id in (None, known.user_id)
    ]
    for known in found:
        subscriptions.remove(call.database, known)
    return {"count": len(found)}


@method("event.get", application_only=True)
def event_get(call: Call) -> list[dict[str, Any]]:
    """List the handlers of the application; of a user who is no administrator only their own."""
    found: Iterable[Subscription] = subscriptions.find(call.database, application=_application(call))
    return [_shown(known) for known in found if call.is_admin or known.user_id == call.user_id]


@method("event.test", application_only=True)
def event_test(call: Call) -> int:
    """Send `ONAPPTEST` with whatever was given to the handlers of the application."""
    call.occurrences.append(Occurrence("ONAPPTEST", {"QUERY": dict(call.arguments)}))
    return 1


def _event(call: Call) -> str:
    return call.text("event", required="ERROR_ARGUMENT", message="Argument 'EVENT' is null or empty").upper()


def _handler(call: Call) -> str:
    handler = call.text("handler", required="ERROR_ARGUMENT", message="Argument 'HANDLER' is null or empty")
    if not handler.startswith(_ADDRESSES):
        raise RestError("ERROR_ARGUMENT", "The handler has to be a web address")
    return handler


def _is_offline(call: Call, what: str) -> bool:
    kind = call.text("event_type", "online")
    if kind not in ("online", "offline"):
        raise RestError("ERROR_ARGUMENT", "The event_type is 'online' or 'offline'")
    if kind == "offline" and not call.is_admin:
        raise RestError("ACCESS_DENIED", f"Access denied! Offline events {what} requires administrator rights", 403)
    return kind == "offline"


def _acting_user(call: Call, what: str) -> int | None:
    """The user that `auth_type` names; None where it is left out."""
    if not call.has("auth_type"):
        return None
    user_id = to_integer(call.value("auth_type")) or WHOEVER
    if user_id not in (WHOEVER, call.user_id) and not call.is_admin:
        raise RestError(
            "ACCESS_DENIED", f"Access denied! Event {what} with AUTH_TYPE requires administrator rights", 403
        )
    return user_id


def _interval(call: Call) -> float:
    return float(max(to_integer(call.mapping("options").get("minTimeout")) or 1, 1))


def _application(call: Call) -> str:
    return call.application.client_id if call.application else ""


def _same(wanted: Subscription, known: Subscription) -> bool:
    names = ("handler", "application", "user_id", "offline", "connector")
    return all(getattr(wanted, name) == getattr(known, name) for name in names)


def _shown(known: Subscription) -> dict[str, Any]:
    row = {"event": known.event, "handler": known.handler, "auth_type": str(known.user_id)}
    return {**row, "offline": int(known.offline)}
