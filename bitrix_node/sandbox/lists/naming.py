"""Elements and sections by the id or the code that a call names them with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bitrix_node.sandbox.arguments import to_integer
from bitrix_node.sandbox.lists import refusals

if TYPE_CHECKING:
    from bitrix_node.sandbox.database import Collection, Record
    from bitrix_node.sandbox.registry import Call


def named(call: Call, block: Record, records: Collection, kind: str) -> Record:
    """The record of a list that a call names.

    Args:
        call: names `<KIND>_ID` or `<KIND>_CODE`.
        block: the list.
        records: where the records of this kind are.
        kind: `Element` or `Section`.

    Raises:
        RestError: none is named, or the list has no such record.
    """
    word = kind.upper()
    refusals.require(call, f"{word}_ID|{word}_CODE")
    number = to_integer(call.value(f"{word}_ID"))
    record = records.get(number) if number else records.first(IBLOCK_ID=block["id"], CODE=call.text(f"{word}_CODE"))
    if record is None or record["IBLOCK_ID"] != block["id"]:
        raise refusals.not_found(kind)
    return record
