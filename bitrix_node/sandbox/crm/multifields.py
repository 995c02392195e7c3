"""Phones, e-mails and other values that a record can have several of."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from bitrix_node.sandbox.arguments import is_true, to_integer
from bitrix_node.sandbox.crm.communications import comparable, comparable_field

if TYPE_CHECKING:
    from bitrix_node.sandbox.database import Collection

KINDS = ("PHONE", "EMAIL", "WEB", "IM", "LINK")
Entry = dict[str, Any]


def apply_changes(current: list[Entry], changes: Any, counter: Collection) -> list[Entry]:
    """Work a sent `fm` into what a record has.

    Args:
        current: the record's entries.
        changes: a list of new entries, or a map in which a known id changes its entry (an empty value deletes it) and
            every other key, `n0` for example, adds one.
        counter: collection that gives out ids over all records.

    Returns:
        the new entries; `current` stays as it is.
    """
    entries = {entry["id"]: dict(entry) for entry in current}
    for entry_id, change in _changes(changes):
        value = change.get("value")
        if entry_id in entries:
            known = entries[entry_id]
            if is_true(change.get("delete", "N")) or value == "":
                del entries[entry_id]
            else:
                known.update({name: change[name] for name in ("value", "valueType") if change.get(name)})
        elif value not in (None, "") and str(change.get("typeId", "")).upper() in KINDS:
            new_id = counter.insert({})
            entries[new_id] = {
                "id": new_id,
                "valueType": str(change.get("valueType") or "WORK"),
                "value": str(value),
                "typeId": str(change["typeId"]).upper(),
            }
    return list(entries.values())


def from_classic(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Translate `PHONE`, `EMAIL`, … of classic methods into `fm` changes.

    Args:
        fields: upper-case fields as sent.

    Returns:
        changes for `apply_changes`; empty when there are none.
    """
    changes: dict[str, Any] = {}
    for kind in KINDS:
        sent = fields.get(kind)
        rows = list(sent.values()) if isinstance(sent, Mapping) else sent
        for index, row in enumerate(rows if isinstance(rows, list) else []):
            if not isinstance(row, Mapping):
                continue
            names = {"value": "VALUE", "valueType": "VALUE_TYPE", "delete": "DELETE"}
            change = {name: row[upper] for name, upper in names.items() if upper in row}
            changes[str(row.get("ID") or f"n{kind}{index}")] = {**change, "typeId": kind}
    return changes


def to_classic(entries: list[Entry], kind: str) -> list[dict[str, str]]:
    """Show the entries of one kind as classic methods do.

    Args:
        entries: a record's entries.
        kind: `PHONE`, `EMAIL`, …

    Returns:
        upper-case rows.
    """
    return [
        {"ID": str(entry["id"]), "VALUE_TYPE": entry["valueType"], "VALUE": entry["value"], "TYPE_ID": kind}
        for entry in entries
        if entry["typeId"] == kind
    ]


def derived(entries: list[Entry]) -> dict[str, Any]:
    """Derive what a record stores besides its entries.

    Args:
        entries: a record's entries.

    Returns:
        `hasPhone`, `hasEmail`, `hasImol`, and the values of each kind: under `values_field(kind)` for filters, under
        `comparable_field(kind)` for the search for duplicates.
    """
    values = {kind: [entry["value"] for entry in entries if entry["typeId"] == kind] for kind in KINDS}
    return {
        "hasPhone": "Y" if values["PHONE"] else "N",
        "hasEmail": "Y" if values["EMAIL"] else "N",
        "hasImol": "Y" if any(value.startswith("imol|") for value in values["IM"]) else "N",
        **{values_field(kind): found for kind, found in values.items()},
        **{comparable_field(kind): [comparable(kind, value) for value in values[kind]] for kind in ("PHONE", "EMAIL")},
    }


def values_field(kind: str) -> str:
    """Name the stored field with the values of one kind.

    Args:
        kind: `PHONE`, `EMAIL`, …

    Returns:
        the field's name.
    """
    return f"fmValues{kind}"


def _changes(changes: Any) -> Iterator[tuple[int | None, Mapping[str, Any]]]:
    if isinstance(changes, Mapping):
        pairs = [(to_integer(key), change) for key, change in changes.items()]
    else:
        pairs = [(None, change) for change in changes if isinstance(changes, list)] if changes else []
    for entry_id, change in pairs:
        if isinstance(change, Mapping):
            yield entry_id, change
