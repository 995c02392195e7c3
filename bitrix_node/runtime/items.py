"""Items as n8n knows them: `{"json": {...}, "binary": {...}, "pairedItem": {"item": 0}}`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bitrix_node.handlers import Outcome
    from bitrix_node.parameters import BinaryData

Item = dict[str, Any]

_ITEM_KEYS = {"json", "binary", "pairedItem", "error"}


class UnreadableItems(Exception):
    """Input that is not a list of items; the message says which entry, and why."""


def read_items(entries: Any) -> list[Item]:
    """Input items from a parsed JSON value: items, or plain objects that become their `json`.

    Raises:
        UnreadableItems: when it is neither a list nor a single object, or an entry is no object.
    """
    listed = [entries] if isinstance(entries, dict) else entries
    if not isinstance(listed, list | tuple):
        raise UnreadableItems(f"The items must be a JSON array of objects; got {kind_of(entries)}")
    return [_read_item(entry, index) for index, entry in enumerate(listed)]


def _read_item(entry: Any, index: int) -> Item:
    if not isinstance(entry, dict):
        raise UnreadableItems(f"Item {index} must be a JSON object; got {kind_of(entry)}")
    if not ("json" in entry and set(entry) <= _ITEM_KEYS):
        return {"json": entry}
    for key in ("json", "binary"):
        if not isinstance(entry.get(key, {}), dict):
            raise UnreadableItems(f"'{key}' of item {index} must be a JSON object; got {kind_of(entry[key])}")
    return entry


def kind_of(value: Any) -> str:
    """What kind of value this is, in words for a message."""
    if value is None:
        return "nothing"
    words = {str: "text", bool: "true or false", int: "a number", float: "a number", list: "a list", dict: "an object"}
    return words.get(type(value), f"a value of the type {type(value).__name__}")


def output_items(outcome: Outcome, index: int) -> list[Item]:
    """The output of one input item, each paired to it."""
    paired = {"item": index}
    if not outcome.binary:
        return [{"json": json, "pairedItem": paired} for json in outcome.items]
    pairs = zip(outcome.items, outcome.binary, strict=True)
    return [{"json": json, "binary": _binary(fields), "pairedItem": paired} for json, fields in pairs]


def _binary(fields: Mapping[str, BinaryData]) -> dict[str, Any]:
    return {name: data.as_item_field() for name, data in fields.items()}
