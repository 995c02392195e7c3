"""`crm.timeline.note.*`: the one note that an entry of the timeline or an activity may carry."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bitrix_node.sandbox.binding import bound_integer, bound_text
from bitrix_node.sandbox.clock import timestamp
from bitrix_node.sandbox.crm.owners import Owner
from bitrix_node.sandbox.errors import RestError
from bitrix_node.sandbox.registry import Call, method
from bitrix_node.sandbox.timeline import entries

if TYPE_CHECKING:
    from bitrix_node.sandbox.database import Collection, Record

ENTRY, ACTIVITY = 1, 2


@method("crm.timeline.note.get", scope="crm")
def note_get(call: Call) -> dict[str, Any]:
    """Fetch a note."""
    note = _found(call)
    return {name: value for name, value in note.items() if name not in ("id", "itemType", "itemId")}


@method("crm.timeline.note.save", scope="crm")
def note_save(call: Call) -> bool:
    """Write a note in place of the former one."""
    key = _key(call)
    moment = timestamp(call.now)
    changed = {"text": bound_text(call, "text"), "updatedById": call.user_id, "updatedTime": moment}
    former = _notes(call).first(**key)
    if former is None:
        _notes(call).insert({**key, **changed, "createdById": call.user_id, "createdTime": moment})
    else:
        _notes(call).update(former["id"], changed)
    return True


@method("crm.timeline.note.delete", scope="crm")
def note_delete(call: Call) -> bool:
    """Remove a note."""
    return _notes(call).delete(_found(call)["id"])


def _notes(call: Call) -> Collection:
    return call.database.collection("timeline_notes", ("itemId",))


def _found(call: Call) -> Record:
    note = _notes(call).first(**_key(call))
    if note is None:
        raise _not_found()
    return note


def _key(call: Call) -> dict[str, int]:
    """What carries the note, once it is clear that it stands on the record that is named."""
    owner = Owner(bound_integer(call, "ownerTypeId"), bound_integer(call, "ownerId"))
    item_type, item_id = bound_integer(call, "itemType"), bound_integer(call, "itemId")
    if owner not in _carrying_owners(call, item_type, item_id):
        raise _not_found()
    return {"itemType": item_type, "itemId": item_id}


def _carrying_owners(call: Call, item_type: int, item_id: int) -> list[Owner]:
    if item_type == ENTRY:
        return entries.owners_of(call.database, item_id)
    activity = call.database.collection("crm_activities").get(item_id) if item_type == ACTIVITY else None
    return [Owner(activity["OWNER_TYPE_ID"], activity["OWNER_ID"])] if activity else []


def _not_found() -> RestError:
    return RestError("NOT_FOUND", "Element not found")
