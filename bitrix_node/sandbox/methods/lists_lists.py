"""Universal lists and their sections."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bitrix_node.sandbox.lists import blocks, columns, elements, refusals, sections
from bitrix_node.sandbox.lists.blocks import Right
from bitrix_node.sandbox.registry import PAGE_SIZE, Call, Page, method

if TYPE_CHECKING:
    from bitrix_node.sandbox.database import Record


@method("lists.get", scope="lists")
def list_get(call: Call) -> Page:
    """List the lists of a type that the caller may read, or fetch one of them."""
    refusals.require(call, "IBLOCK_TYPE_ID")
    group_id = call.integer("SOCNET_GROUP_ID")
    if call.text("IBLOCK_TYPE_ID") == blocks.OF_GROUPS and not group_id:
        raise refusals.denied()
    conditions: dict[str, Any] = {"=IBLOCK_TYPE_ID": call.text("IBLOCK_TYPE_ID")}
    if group_id:
        conditions["=SOCNET_GROUP_ID"] = group_id
    if call.value("IBLOCK_ID") or call.value("IBLOCK_CODE"):
        block = blocks.named(call)
        conditions["=id"] = block["id"] if block else 0
    order = {blocks.field_name(name): direction for name, direction in call.mapping("IBLOCK_ORDER").items()}
    rows, _ = blocks.collection(call.database).query(conditions, order or {"id": "DESC"}, limit=-1)
    seen = [row for row in rows if blocks.right(call, row) >= Right.READ]
    first = max(call.start, 0)
    return call.page([blocks.show(row) for row in seen[first : first + PAGE_SIZE]], len(seen))


@method("lists.get.iblock.type.id", scope="lists")
def list_type(call: Call) -> str | bool:
    """Tell the type of a list; `false` where there is none."""
    block = blocks.named(call)
    return block["IBLOCK_TYPE_ID"] if block is not None and blocks.right(call, block) >= Right.READ else False


@method("lists.add", scope="lists")
def list_add(call: Call) -> int:
    """Make a list."""
    refusals.require(call, "IBLOCK_TYPE_ID", "IBLOCK_CODE", "FIELDS")
    if not call.is_admin:
        raise refusals.denied()
    block_id = blocks.add(call)
    columns.add_name(call.database, block_id)
    return block_id


@method("lists.update", scope="lists")
def list_update(call: Call) -> bool:
    """Change a list."""
    block = blocks.found(call, Right.FULL)
    refusals.require(call, "FIELDS")
    blocks.change(call, block)
    return True


@method("lists.delete", scope="lists")
def list_delete(call: Call) -> bool:
    """Remove a list with everything in it."""
    block = blocks.found(call, Right.FULL)
    for element in elements.collection(call.database).find(IBLOCK_ID=block["id"]):
        elements.delete(call.database, element)
    for records in (sections.collection(call.database), columns.collection(call.database)):
        for record in records.find(IBLOCK_ID=block["id"]):
            records.delete(record["id"])
    return blocks.collection(call.database).delete(block["id"])


@method("lists.section.get", scope="lists")
def section_get(call: Call) -> Page:
    """List the sections of a list, as they stand in its tree."""
    block = blocks.found(call, Right.READ)
    rows, total = sections.collection(call.database).query(
        {**call.mapping("FILTER"), "=IBLOCK_ID": block["id"]},
        {"LEFT_MARGIN": "ASC"},
        start=call.start,
        field_name=sections.field_name,
    )
    names = [str(name).upper() for name in call.sequence("SELECT")]
    return call.page([sections.show(row, names) for row in rows], total)


@method("lists.section.add", scope="lists")
def section_add(call: Call) -> int:
    """Make a section."""
    block = blocks.found(call, Right.EDIT)
    refusals.require(call, "SECTION_CODE", "FIELDS")
    return sections.add(call, block)


@method("lists.section.update", scope="lists")
def section_update(call: Call) -> bool:
    """Change a section."""
    block = blocks.found(call, Right.EDIT_SOME)
    section = sections.found(call, block)
    refusals.require(call, "FIELDS")
    sections.change(call, block, section)
    return True


@method("lists.section.delete", scope="lists")
def section_delete(call: Call) -> bool:
    """Remove a section with those below it and their elements."""
    block = blocks.found(call, Right.EDIT)
    for section_id in sections.delete(call.database, sections.found(call, block)):
        lying: list[Record] = elements.collection(call.database).find(IBLOCK_SECTION_ID=section_id)
        for element in lying:
            elements.delete(call.database, element)
    return True
