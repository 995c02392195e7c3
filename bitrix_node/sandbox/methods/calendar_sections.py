"""The calendars of people, groups and the company."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bitrix_node.sandbox.arguments import to_integer
from bitrix_node.sandbox.calendar import events, refusals, sections
from bitrix_node.sandbox.calendar.owners import Owner
from bitrix_node.sandbox.errors import RestError
from bitrix_node.sandbox.registry import Call, method

if TYPE_CHECKING:
    from bitrix_node.sandbox.database import Record


@method("calendar.section.get", scope="calendar")
def section_get(call: Call) -> list[dict[str, Any]]:
    """List an owner's calendars."""
    return [sections.show(call, section) for section in sections.of_owner(call, Owner.of_call(call))]


@method("calendar.section.add", scope="calendar")
def section_add(call: Call) -> int:
    """Make a calendar."""
    owner = Owner.of_call(call)
    values = sections.sent_values(call)
    owner.require_change(call)
    if not values.get("NAME"):
        raise refusals.invalid("name")
    return int(sections.add(call, owner, values)["id"])


@method("calendar.section.update", scope="calendar")
def section_update(call: Call) -> int:
    """Change a calendar."""
    section = _found(call)
    values = sections.sent_values(call)
    if values.get("NAME", "named") in (None, ""):
        raise refusals.invalid("name")
    sections.change(call, section, values)
    return int(section["id"])


@method("calendar.section.delete", scope="calendar")
def section_delete(call: Call) -> bool:
    """Remove a calendar with its events."""
    section = _found(call)
    for entry in events.collection(call).find(SECTION_ID=section["id"]):
        events.remove_entry(call, entry)
    return sections.collection(call).delete(section["id"])


def _found(call: Call) -> Record:
    """The calendar that the call names, if its owner has it and the caller may change it."""
    owner = Owner.of_call(call)
    section_id = to_integer(call.value("id"))
    if not section_id:
        raise RestError("", "Section ID is not set")
    section = sections.collection(call).get(section_id)
    if section is None or not owner.key.items() <= section.items():
        raise refusals.denied()
    owner.require_change(call)
    return section
