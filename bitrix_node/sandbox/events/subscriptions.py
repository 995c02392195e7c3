"""Who wants to hear of what: handlers that applications registered, and outgoing webhooks."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bitrix_node.sandbox.database import Collection, Database

WHOEVER = 0
"""`Subscription.user_id` of a handler that acts as whoever caused the event."""


@dataclass(slots=True)
class Subscription:
    """One handler of one event.

    Attributes:
        event: code.
        handler: address; empty for a queue.
        application: client id of the application; empty for an outgoing webhook.
        user_id: whose token the handler is given, or `WHOEVER`.
        offline: whether events wait in the application's queue instead.
        connector: source key of the queue.
        token: what an outgoing webhook proves itself by; applications have one of their own.
        interval: shortest time between two notices of `ONOFFLINEEVENT`, in seconds.
    """

    id: int
    event: str
    handler: str
    application: str = ""
    user_id: int = WHOEVER
    offline: bool = False
    connector: str = ""
    token: str = ""
    interval: float = 1


def add(database: Database, subscription: Subscription) -> Subscription:
    """Register a handler.

    Args:
        database: the portal's data.
        subscription: the handler with id 0.

    Returns:
        the same with its id.
    """
    record = {name: value for name, value in asdict(subscription).items() if name != "id"}
    subscription.id = _collection(database).insert(record)
    return subscription


def find(database: Database, **equals: Any) -> list[Subscription]:
    """The handlers with these attributes, in the order in which they were registered."""
    return [Subscription(**record) for record in _collection(database).find(**equals)]


def remove(database: Database, subscription: Subscription) -> None:
    """Forget a handler."""
    _collection(database).delete(subscription.id)


def _collection(database: Database) -> Collection:
    return database.collection("event_subscriptions", ("event",))
