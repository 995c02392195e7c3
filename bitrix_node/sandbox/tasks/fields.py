"""The fields of a task, read from fields.yaml, and how each type is written in either version of the API."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from bitrix_node.sandbox.arguments import is_true, to_integer
from bitrix_node.sandbox.fields import store_date

PRIORITIES = {0: "low", 1: "average", 2: "high"}
STATUSES = {2: "pending", 3: "in_progress", 4: "supposedly_completed", 5: "completed", 6: "deferred"}
MARKS = {"P": "positive", "N": "negative"}

_CAPTIONS: dict[str, dict[str, str]] = {
    "priority": {"2": "High", "1": "Medium", "0": "Low"},
    "status": {"2": "Pending", "3": "In progress", "4": "Pending review", "5": "Completed", "6": "Deferred"},
    "mark": {"N": "Negative", "P": "Positive"},
    "flag": {"Y": "Yes", "N": "No"},
}
_PUBLIC_TYPES = {"text": "string", "people": "array", "list": "array"}
_WORDS: dict[str, dict[Any, str]] = {"priority": dict(PRIORITIES), "status": dict(STATUSES), "mark": dict(MARKS)}
_UNDERSCORE = re.compile(r"_([a-z0-9])")
_CAPITAL = re.compile(r"(?<=[a-z0-9])([A-Z])")


@dataclass(frozen=True, slots=True)
class TaskField:
    """One field.

    Attributes:
        name: stored name, that of REST 2.
        v3: name in REST 3.0, or empty.
        by: who writes it: `any`, `creation` or `portal`.
    """

    name: str
    type: str
    title: str
    v3: str
    by: str
    default: Any

    @property
    def camel(self) -> str:
        """Name in REST 2 answers."""
        return camel_name(self.name)

    def store(self, value: Any) -> Any:
        """Bring a REST 2 value to its stored form.

        Raises:
            ValueError: the value is not of the field's type.
        """
        if self.type in ("people", "list"):
            entries = list(value.values()) if isinstance(value, dict) else value if isinstance(value, list) else [value]
            wanted = [entry for entry in entries if entry not in (None, "", False, 0)]
            return [to_integer(entry) or 0 for entry in wanted] if self.type == "people" else wanted
        if value in (None, ""):
            return self.default
        return self._store_single(value)

    def _store_single(self, value: Any) -> Any:
        if self.type == "flag":
            return "Y" if is_true(value) else "N"
        if self.type == "datetime":
            return store_date(value)
        if self.type in ("integer", "priority", "status"):
            return int(value)
        return str(value)

    def store_v3(self, value: Any) -> Any:
        """Bring a REST 3.0 value to its stored form.

        Raises:
            ValueError: the value is not of the field's type.
        """
        words = {word: number for number, word in _WORDS.get(self.type, {}).items()}
        if value is None or self.type not in _WORDS:
            return self.store(value)
        if value not in words and self.type != "mark":
            raise ValueError(value)
        return words.get(value)

    def show(self, value: Any) -> Any:
        """Write a stored value as REST 2 does: numbers are text."""
        if isinstance(value, list):
            return [str(entry) for entry in value] if self.type == "people" else value
        return str(value) if isinstance(value, int) and not isinstance(value, bool) else value

    def show_v3(self, value: Any) -> Any:
        """Write a stored value as REST 3.0 does: flags are true or false, choices are words."""
        if self.type == "flag":
            return value == "Y"
        if self.type == "mark":
            return MARKS.get(value, "none")
        return _WORDS[self.type][value] if self.type in _WORDS else value

    def describe(self) -> dict[str, Any]:
        """Document the field as `tasks.task.getFields` does."""
        described: dict[str, Any] = {"title": self.title, "type": _PUBLIC_TYPES.get(self.type, self.type)}
        if self.type in _CAPTIONS:
            described |= {"type": "enum", "values": _CAPTIONS[self.type]}
        if self.name in ("TITLE", "CREATED_BY", "RESPONSIBLE_ID"):
            described["required"] = True
        return described | {"default": self.default}


def camel_name(name: str) -> str:
    """Spell `CREATED_DATE` as `createdDate`."""
    return _UNDERSCORE.sub(lambda match: match.group(1).upper(), name.lower())


def stored_name(name: str) -> str:
    """Spell `createdDate` as `CREATED_DATE`; upper-case names stay."""
    return name if name.isupper() else _CAPITAL.sub(r"_\1", name).upper()


def _load() -> dict[str, TaskField]:
    document = yaml.safe_load((Path(__file__).parent / "fields.yaml").read_text(encoding="utf-8"))
    fields = (TaskField(**dict(zip(document["columns"], row, strict=True))) for row in document["rows"])
    return {field.name: field for field in fields}


FIELDS = _load()
FIELDS_V3 = {field.v3: field for field in FIELDS.values() if field.v3}
