"""Outgoing webhooks: an address, the events it hears of, and the token by which it knows the portal."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any

from bitrix_node.sandbox.events import catalogue, subscriptions
from bitrix_node.sandbox.events.subscriptions import Subscription

if TYPE_CHECKING:
    from bitrix_node.sandbox.database import Database


def add(database: Database, handler: str, events: list[str], token: str = "") -> dict[str, Any]:
    """Make an outgoing webhook.

    Args:
        database: the portal's data.
        handler: address to post to.
        events: codes, in any case.
        token: its application token; a new one when it is empty.

    Returns:
        `handler`, `events` and `application_token`.

    Raises:
        ValueError: the address is none, or an event is unknown; the text names it.
    """
    if not handler.startswith(("http://", "https://")):
        raise ValueError(f"The handler has to be a web address; got '{handler}'.")
    codes = [code.upper() for code in events]
    unknown = [code for code in codes if not catalogue.is_event(code)]
    if unknown or not codes:
        raise ValueError(f"Unknown events: {', '.join(unknown)}." if unknown else "Name at least one event.")
    token = token or secrets.token_hex(16)
    for code in codes:
        subscriptions.add(database, Subscription(0, code, handler, token=token))
    return {"handler": handler, "events": codes, "application_token": token}


def listed(database: Database) -> list[dict[str, Any]]:
    """Every outgoing webhook as `add` answered it."""
    found: dict[tuple[str, str], list[str]] = {}
    for known in subscriptions.find(database, application=""):
        found.setdefault((known.handler, known.token), []).append(known.event)
    return [
        {"handler": handler, "events": events, "application_token": token} for (handler, token), events in found.items()
    ]


def remove(database: Database, token: str | None = None) -> int:
    """Forget an outgoing webhook.

    Args:
        database: the portal's data.
        token: its application token; None for all of them.

    Returns:
        how many handlers of events were forgotten.
    """
    found = [known for known in subscriptions.find(database, application="") if token in (None, known.token)]
    for known in found:
        subscriptions.remove(database, known)
    return len(found)
