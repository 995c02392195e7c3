"""Which events there are, and which change of a record is which event; both are data beside this module."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bitrix_node.sandbox.changes import Change

_SUFFIXES = {"add": "ADD", "update": "UPDATE", "delete": "DELETE"}
_SMART_PROCESS = re.compile(r"(ONCRMDYNAMICITEM(?:ADD|UPDATE|DELETE))_\d+")


@dataclass(frozen=True, slots=True)
class Occurrence:
    """Something that happened.

    Attributes:
        code: code of the event.
        data: what it carries.
    """

    code: str
    data: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Rule:
    """One entry of `rules.yaml`, where the attributes are explained."""

    collection: re.Pattern[str]
    event: Mapping[str, str]
    data: Mapping[str, Any] = field(default_factory=dict)
    data_of: Mapping[str, Any] = field(default_factory=dict)
    where: Mapping[str, Any] = field(default_factory=dict)
    changed: str = ""
    ignoring: frozenset[str] = frozenset()
    also: str = ""

    @classmethod
    def parse(cls, entry: Mapping[str, Any]) -> Rule:
        """Read an entry.

        Args:
            entry: as the file has it.

        Returns:
            the rule.
        """
        event = entry["event"]
        codes = {kind: f"{event}{suffix}" for kind, suffix in _SUFFIXES.items()} if isinstance(event, str) else event
        rest = {name: value for name, value in entry.items() if name not in ("collection", "event", "ignoring")}
        return cls(re.compile(entry["collection"]), codes, ignoring=frozenset(entry.get("ignoring", ())), **rest)

    def occurrences(self, change: Change) -> list[Occurrence]:
        """Tell what a change is.

        Args:
            change: what was done to a record.

        Returns:
            the events; none when the rule does not apply.
        """
        place = self.collection.fullmatch(change.collection)
        code = self.event.get(change.kind)
        if place is None or code is None or not self._counts(change):
            return []
        values = {**change.record, **place.groupdict()}
        data = _filled(self.data_of.get(change.kind, self.data), values)
        codes = [code, code + _filled_text(self.also, values)] if self.also else [code]
        return [Occurrence(name, data) for name in codes]

    def _counts(self, change: Change) -> bool:
        if not all(_matches(change.record.get(name), wanted) for name, wanted in self.where.items()):
            return False
        if change.kind != "update":
            return True
        if self.changed:
            return self.changed in change.changed
        return not change.changed or not change.changed <= self.ignoring


def occurrences(change: Change) -> list[Occurrence]:
    """The events that a change of a record is.

    Args:
        change: what was done to it.

    Returns:
        the events in the order of the rules.
    """
    return [occurrence for rule in rules_of(change.collection) for occurrence in rule.occurrences(change)]


def is_event(code: str) -> bool:
    """Tell whether the portal knows an event, in upper case."""
    return _base(code) in _scopes()


def codes(scopes: frozenset[str] | None = None) -> list[str]:
    """The codes of events.

    Args:
        scopes: only those that one of these permissions opens; `basic` are the ones that need none; None for all.

    Returns:
        the codes by permission.
    """
    return [code for code, scope in _scopes().items() if scopes is None or scope in scopes]


def is_open_to(code: str, scopes: frozenset[str]) -> bool:
    """Tell whether somebody with these permissions may subscribe to an event."""
    return _scopes().get(_base(code), "") in scopes | {"basic"}


def is_watched(collection: str) -> bool:
    """Tell whether any rule speaks of a collection."""
    return bool(rules_of(collection))


@cache
def rules_of(collection: str) -> tuple[Rule, ...]:
    """The rules that speak of a collection."""
    return tuple(rule for rule in rules() if rule.collection.fullmatch(collection))


@cache
def rules() -> tuple[Rule, ...]:
    """The rules of `rules.yaml`."""
    return tuple(Rule.parse(entry) for entry in _read("rules.yaml"))


@cache
def _scopes() -> dict[str, str]:
    return {code: scope for scope, known in _read("codes.yaml").items() for code in known}


def _base(code: str) -> str:
    smart_process = _SMART_PROCESS.fullmatch(code)
    return smart_process[1] if smart_process else code


def _read(name: str) -> Any:
    file = Path(__file__).with_name(name)
    return yaml.load(file.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)


def _matches(value: Any, wanted: Any) -> bool:
    return value in wanted if isinstance(wanted, list) else bool(value == wanted)


def _filled(template: Any, values: Mapping[str, Any]) -> Any:
    if isinstance(template, dict):
        return {name: _filled(entry, values) for name, entry in template.items()}
    if not isinstance(template, str) or not template.startswith("$"):
        return template
    value = values.get(template.removeprefix("$"))
    if isinstance(value, bool):
        return "Y" if value else "N"
    return "" if value is None else value


def _filled_text(template: str, values: Mapping[str, Any]) -> str:
    return re.sub(r"\$(\w+)", lambda name: str(values.get(name[1], "")), template)
