"""`crm.timeline.layout.blocks.*`: content that an application adds to an entry of the timeline."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bitrix_node.sandbox.binding import bound_integer, bound_mapping
from bitrix_node.sandbox.crm.owners import require_owner
from bitrix_node.sandbox.errors import RestError
from bitrix_node.sandbox.registry import Call, method
from bitrix_node.sandbox.timeline import entries

if TYPE_CHECKING:
    from bitrix_node.sandbox.database import Collection, Record


@method("crm.timeline.layout.blocks.set", scope="crm")
def blocks_set(call: Call) -> dict[str, bool]:
    """Put blocks on an entry in place of those that the application set before."""
    key, entry = _place(call)
    layout = bound_mapping(call, "layout")
    if not layout.get("blocks"):
        raise RestError("FIELD_IS_REQUIRED", "Field `blocks` is required")
    if entry["KIND"] == entries.LOG_MESSAGE:
        raise RestError("UNSUITABLE_TIMELINE_ITEM", "Entries of this kind carry no content blocks")
    former = _layouts(call).first(**key)
    if former is None:
        _layouts(call).insert({**key, "layout": layout})
    else:
        _layouts(call).update(former["id"], {"layout": layout})
    return {"success": True}


@method("crm.timeline.layout.blocks.get", scope="crm")
def blocks_get(call: Call) -> dict[str, Any]:
    """Fetch the blocks that the application set."""
    key, _ = _place(call)
    found = _layouts(call).first(**key)
    return {"layout": found["layout"] if found else None}


@method("crm.timeline.layout.blocks.delete", scope="crm")
def blocks_delete(call: Call) -> dict[str, bool]:
    """Remove the blocks that the application set."""
    key, _ = _place(call)
    found = _layouts(call).first(**key)
    if found is None:
        raise _not_found()
    _layouts(call).delete(found["id"])
    return {"success": True}


def _place(call: Call) -> tuple[dict[str, Any], Record]:
    """The entry that is named, and the key of the caller's blocks on it."""
    if call.application is None:
        raise RestError("ERROR_WRONG_CONTEXT", "Only an application can work with content blocks")
    owner = require_owner(call.database, bound_integer(call, "entityTypeId"), bound_integer(call, "entityId"))
    timeline_id = bound_integer(call, "timelineId")
    entry = entries.entries(call.database).get(timeline_id)
    if entry is None or owner not in entries.owners_of(call.database, timeline_id):
        raise _not_found()
    return {"timelineId": timeline_id, "application": call.application.client_id}, entry


def _layouts(call: Call) -> Collection:
    return call.database.collection("timeline_layouts", ("timelineId",))


def _not_found() -> RestError:
    return RestError("NOT_FOUND", "Timeline entry or its content blocks not found")
