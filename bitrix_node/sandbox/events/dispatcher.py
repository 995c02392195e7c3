"""From what a call changed to who is told of it."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bitrix_node.sandbox.events import applications, authorization, bots, offline, subscriptions
from bitrix_node.sandbox.events.catalogue import Occurrence, is_watched, occurrences
from bitrix_node.sandbox.events.delivery import Letter, Postman

if TYPE_CHECKING:
    from bitrix_node.sandbox.changes import Change
    from bitrix_node.sandbox.events.subscriptions import Subscription
    from bitrix_node.sandbox.portal import Portal

QUEUE_CHANGED = "ONOFFLINEEVENT"


@dataclass(frozen=True, slots=True)
class Cause:
    """The call that made something happen.

    Attributes:
        user_id: in whose name it ran.
        connector: its `auth_connector`: queues of that source hear nothing of it.
    """

    user_id: int
    connector: str = ""


class Dispatcher:
    """Tells subscribers what happens on a portal.

    Args:
        portal: the portal.
    """

    def __init__(self, portal: Portal) -> None:
        self._portal = portal
        self.postman = Postman(portal.deliveries, portal.config.event_seconds)
        self._noticed: dict[int, float] = {}
        self._later: dict[int, asyncio.TimerHandle] = {}

    @staticmethod
    def watches(collection: str) -> bool:
        """Tell whether changes of a collection's records can be events."""
        return collection in bots.COLLECTIONS | applications.COLLECTIONS or is_watched(collection)

    def announce(self, cause: Cause, changes: list[Change], others: list[Occurrence]) -> None:
        """Tell everybody who subscribed; returns before anything is sent.

        Args:
            cause: the call.
            changes: what it changed, after it was committed.
            others: what happened beside.
        """
        if not changes and not others:
            return
        happened = [occurrence for change in changes for occurrence in occurrences(change)]
        with self._portal.database.transaction():
            for occurrence in (*happened, *others):
                self._publish(cause, occurrence)
            for correspondent in (bots, applications):
                for letter in correspondent.letters(self._portal, cause.user_id, changes):
                    self.postman.send(letter)

    def clear(self) -> None:
        """Forget what was to be told."""
        self.postman.clear()
        self._noticed.clear()
        for handle in self._later.values():
            handle.cancel()
        self._later.clear()

    async def close(self) -> None:
        """Stop telling."""
        self.clear()
        await self.postman.close()

    def _publish(self, cause: Cause, occurrence: Occurrence) -> None:
        for subscription in subscriptions.find(self._portal.database, event=occurrence.code):
            if not subscription.offline:
                self.postman.send(self._letter(subscription, occurrence, cause.user_id))
            elif not subscription.connector or subscription.connector != cause.connector:
                offline.put(self._portal.database, subscription, occurrence, self._portal.clock.now())
                self._notice_queue(subscription.application, cause)

    def _letter(self, subscription: Subscription, occurrence: Occurrence, user_id: int) -> Letter:
        body: dict[str, Any] = {"event": occurrence.code, "event_handler_id": subscription.id, "data": occurrence.data}
        if subscription.application:
            auth = authorization.of_application(self._portal, subscription.user_id or user_id)
        else:
            auth = authorization.of_webhook(self._portal, subscription.token)
        return Letter(
            subscription.handler, occurrence.code, {**body, "ts": int(self._portal.clock.time()), "auth": auth}
        )

    def _notice_queue(self, application: str, cause: Cause) -> None:
        """Tell an application that its queue grew; handlers that were told just now are told when their time comes."""
        found = subscriptions.find(self._portal.database, event=QUEUE_CHANGED, application=application, offline=False)
        for subscription in found:
            wait = self._noticed.get(subscription.id, 0) + subscription.interval - self._portal.clock.time()
            if wait <= 0:
                self._notice(subscription, cause)
            elif subscription.id not in self._later:
                loop = asyncio.get_running_loop()
                self._later[subscription.id] = loop.call_later(wait, self._notice_late, subscription, cause)

    def _notice(self, subscription: Subscription, cause: Cause) -> None:
        self._noticed[subscription.id] = self._portal.clock.time()
        self.postman.send(self._letter(subscription, Occurrence(QUEUE_CHANGED, {}), cause.user_id))

    def _notice_late(self, subscription: Subscription, cause: Cause) -> None:
        del self._later[subscription.id]
        with self._portal.database.transaction():
            self._notice(subscription, cause)
