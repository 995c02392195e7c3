"""Create or update: a new record can be found again by what it was looked for, a known one keeps what it has once.

Contact data is the list `fm` of crm.item.add; see `contact_data_changes` for how crm.item.update takes it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bitrix_node.parameters.transforms.crm import MULTI_FIELDS, contact_data_changes

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_PRESENT = "present"
"""The key of an entry that the record has already; it goes into `fm` to be compared with, and is never sent."""


def matched_field(value: dict[str, Any]) -> dict[str, Any]:
    """The field that a record was looked for by, with its value.

    Nothing where the record was looked for by contact data, by its ID, which only Bitrix24 gives out, or with an
    operator that asks for something else than this very value.
    """
    name = str(value.get("field", "")).removeprefix("=")
    writable = name.replace("_", "").isalnum() and name != "id"
    return {name: value["value"]} if writable else {}


def matched_contact_data(value: dict[str, Any]) -> dict[str, Any]:
    """The part of `fields` that holds the phone or e-mail that a record was looked for by; nothing for other fields."""
    kind = value.get("kind")
    if kind not in MULTI_FIELDS:
        return {}
    return {"fm": [{"typeId": kind, "valueType": "WORK", "value": str(value["value"])}]}


def records_to_compare(value: dict[str, Any]) -> list[dict[str, Any]]:
    """The found records whose contact data has to be read, because new contact data was given.

    Args:
        value: `found`, the records or their IDs, `several`, whether `all` of them or the `first` is changed, and parts
            of `fields` to write under names of their own.
    """
    parts = (part for name, part in value.items() if name not in {"found", "several"})
    if not any(_is_new(entry) for part in parts for entry in part.get("fm", ())):
        return []
    records = [entry if isinstance(entry, dict) else {"id": entry} for entry in value.get("found", ())]
    return records if value.get("several") == "all" else records[:1]


def present_contact_data(value: Any) -> list[dict[str, Any]]:
    """The contact data that a record has, from the answer of crm.item.get, as entries to compare with."""
    return [{_PRESENT: entry} for entry in value["item"].get("fm") or []]


def distinct_contact_data(value: Any) -> Any:
    """The `fields` of a new record with every phone and e-mail once."""
    return _with_contact_data(value, _distinct)


def missing_contact_data(value: Any) -> Any:
    """The `fields` of a known record with the phones and e-mails that it lacks, and what changes those it has."""
    return _with_contact_data(value, lambda entries: contact_data_changes(_distinct(entries)))


def _with_contact_data(value: Any, change: Callable[[list[Any]], Any]) -> Any:
    """`fields` with changed contact data, without any where nothing is left of it."""
    if not isinstance(value, dict) or not isinstance(value.get("fm"), list):
        return value
    changed = change(value["fm"])
    rest = {name: entry for name, entry in value.items() if name != "fm"}
    return {**rest, "fm": changed} if changed else rest


def _distinct(entries: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The given entries, but for new ones whose value the record or an entry before them has."""
    known = {_identity(entry[_PRESENT]) for entry in entries if _PRESENT in entry}
    kept = []
    for entry in (entry for entry in entries if _PRESENT not in entry):
        if not _is_new(entry):
            kept.append(entry)
        elif _identity(entry) not in known:
            known.add(_identity(entry))
            kept.append(entry)
    return kept


def _is_new(entry: dict[str, Any]) -> bool:
    """Whether it is an entry to add, not one to change, which is named by its ID."""
    return "value" in entry and not entry.get("id")


def _identity(entry: dict[str, Any]) -> tuple[str, str]:
    """What makes two entries the same: the digits of a phone and its plus sign, an e-mail whatever its capitals."""
    kind, value = str(entry.get("typeId", "")), str(entry.get("value", "")).strip()
    if kind == "PHONE":
        digits = "".join(filter(str.isdigit, value))
        return kind, f"+{digits}" if value.startswith("+") else digits or value
    return kind, value.casefold() if kind == "EMAIL" else value


TRANSFORMS: dict[str, Callable[[Any], Any]] = {
    "distinctContactData": distinct_contact_data,
    "matchedContactData": matched_contact_data,
    "matchedField": matched_field,
    "missingContactData": missing_contact_data,
    "presentContactData": present_contact_data,
    "recordsToCompare": records_to_compare,
}
