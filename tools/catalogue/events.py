"""The events of the reference as entries of a catalogue: facts alone, under names of our own."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

if TYPE_CHECKING:
    from collections.abc import Iterator

Tree = dict[str, Any]

NAMES = Path(__file__).with_name("event_names.yaml")
_BROWSER = "placement-js"
_APPLICATION_ALONE = ("only subscribe to the event from the application", "only be done through the application")
_SMALL_WORDS = {"a", "an", "in", "of", "the", "to", "with", "about"}
# Where the number of a record stands in what events carry, most telling first.
_PLACES = (
    "FIELDS.ID", "FIELDS.POST_ID", "FIELDS_AFTER.ID", "FIELDS_BEFORE.ID", "ID", "id", "CALL_ID", "message.id",
    "documentUid",
)  # fmt: skip


def event_entries(reference: Tree) -> list[Tree]:
    """Every event that a server is told of, sorted by code; those of pages in the browser are left out.

    Args:
        reference: the events by code, as the reference has them.
    """
    names = yaml.safe_load(NAMES.read_text(encoding="utf-8"))
    events = sorted((code, event) for code, event in reference.items() if event.get("kind") != _BROWSER)
    return [_entry(code, event, names) for code, event in events]


def _entry(code: str, event: Tree, names: Tree) -> Tree:
    module, name, record = _named(code, names)
    gone = name.endswith(("deleted", "removed"))
    facts = {
        "scope": next(iter(event["scope"]), None),
        "id": _place_of_id(event),
        "record": None if gone else record,
        "by": next((way for start, way in names["by"].items() if code.startswith(start)), None),
        "applicationOnly": any(words in event["description"] for words in _APPLICATION_ALONE),
        "deprecated": event["deprecated"],
    }
    return {"code": code, "module": module, "name": _title(name)} | {
        key: value for key, value in facts.items() if value
    }


def _named(code: str, names: Tree) -> tuple[str, str, str | None]:
    """Section, name and record of an event, by its whole code or by the longest known beginning of it."""
    if code in names["singles"]:
        module, name, *record = names["singles"][code]
        return module, name, next(iter(record), None)
    _, module, (subject, *record), ending = max(_fitting(code, names), key=lambda found: found[0])
    return module, f"{subject} {names['endings'][ending]}", next(iter(record), None)


def _title(name: str) -> str:
    """Title case, as n8n wants the names of choices."""
    return " ".join(word if word in _SMALL_WORDS else word[:1].upper() + word[1:] for word in name.split())


def _fitting(code: str, names: Tree) -> Iterator[tuple[int, str, list[str], str]]:
    for module, subjects in names["modules"].items():
        for start, subject in subjects.items():
            ending = code.removeprefix(start)
            if code.startswith(start) and ending in names["endings"]:
                yield len(start), module, subject, ending


def _place_of_id(event: Tree) -> str | None:
    payload = event.get("payload")
    data = payload if event.get("payload_is") == "data" else (payload or {}).get("data")
    return next((place for place in _PLACES if _at(data, place) not in (None, "")), None)


def _at(data: Any, place: str) -> Any:
    for step in place.split("."):
        data = data.get(step) if isinstance(data, dict) else None
    return data
