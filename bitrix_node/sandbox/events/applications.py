"""What applications are called for beside events: their robots and activities in workflows, their message providers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bitrix_node.sandbox.events import authorization
from bitrix_node.sandbox.events.delivery import Letter
from bitrix_node.sandbox.workflows import letters as outgoing

if TYPE_CHECKING:
    from bitrix_node.sandbox.changes import Change
    from bitrix_node.sandbox.portal import Portal

COLLECTIONS = frozenset({outgoing.COLLECTION})


def letters(portal: Portal, _user_id: int, changes: list[Change]) -> list[Letter]:
    """Take the calls that commands left behind.

    Args:
        portal: the portal.
        changes: what was changed.

    Returns:
        what is to be posted.
    """
    waiting = [change for change in changes if change.collection in COLLECTIONS and change.kind == "add"]
    for change in waiting:
        outgoing.letters(portal.database).delete(change.id)
    return [
        Letter(
            change.record["ADDRESS"],
            change.record["EVENT"],
            {**change.record["BODY"], "auth": authorization.of_application(portal, change.record["USER_ID"])},
        )
        for change in waiting
    ]
