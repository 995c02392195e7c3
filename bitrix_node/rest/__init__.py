"""The REST API's habits as data: paging kinds, reading methods, error codes with what to do about them."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any, Literal

import yaml

ErrorClass = Literal[
    "limit", "quota", "token", "denied", "missing", "invalid", "incomplete", "portal", "unknown", "refused"
]


@dataclass(frozen=True, slots=True)
class PagingKind:
    """One way of handing out rows; see the head of `paging.yaml`."""

    cursor: Literal["none", "next", "last-id", "first-id", "last-row", "counted", "numbered", "answered", "again"]
    send: dict[str, str] = field(default_factory=dict)
    size: int | None = None
    at: str | None = None
    more: str | None = None
    along: dict[str, dict[str, Any]] = field(default_factory=dict)
    instead: dict[str, str] = field(default_factory=dict)
    only: dict[str, Any] = field(default_factory=dict)
    uncounted: int | None = None


@dataclass(frozen=True, slots=True)
class Keyset:
    """How a list method is asked for a range of ids; see the head of `keysets.yaml`."""

    id: str
    field: str = ""
    filter: str = "filter"
    order: str = "order"
    sort: str | None = None
    descending: bool = False

    @property
    def name(self) -> str:
        """The id's name in filters and orders."""
        return self.field or self.id


@dataclass(frozen=True, slots=True)
class Fold:
    """How reads by id become one call of a list method; see the head of `folding.yaml`."""

    list: str
    id: str
    filter: str
    key: str
    like: tuple[str, ...] = ()
    send: dict[str, Any] = field(default_factory=dict)
    rows: str = ""
    record: str = ""
    arguments: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "arguments", frozenset({self.id, *self.like}))


@dataclass(frozen=True, slots=True)
class Find:
    """The list method that finds a record by its mark; see the head of `marks.yaml`."""

    method: str
    by: str
    rows: str
    arguments: dict[str, Any] = field(default_factory=dict)
    carry: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Read:
    """The method that reads a record by its id; see the head of `marks.yaml`."""

    method: str
    id: str
    path: str
    carry: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Mark:
    """By what a record can be told from all others; see the head of `marks.yaml`."""

    argument: str
    find: Find
    read: Read
    where: dict[str, tuple[Any, ...]] = field(default_factory=dict)
    along: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Traces:
    """Where writes leave traces; see the head of `traces.yaml`."""

    times: dict[str, dict[str, str]]
    lists: dict[str, str]


@dataclass(frozen=True, slots=True)
class ErrorEntry:
    """What a code means.

    Attributes:
        kind: what may be done next; see the head of `errors.yaml`.
        remedy: what the person who reads it can do.
        http: the status that documentation gives to the code, where it is not the usual one of its class.
    """

    kind: ErrorClass
    remedy: str
    http: int | None = None


def _read(name: str) -> Any:
    text = files(__package__).joinpath(f"{name}.yaml").read_text(encoding="utf-8")
    return yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506


@cache
def paging_kinds() -> dict[str, PagingKind]:
    """The paging kinds by name."""
    return {name: PagingKind(**entry) for name, entry in _read("paging").items()}


@cache
def keysets() -> dict[str, Keyset]:
    """How list methods are asked for ranges of ids, by the method's name in lower case."""
    return {name.lower(): Keyset(**entry) for name, entry in _read("keysets").items()}


@cache
def folds() -> dict[str, Fold]:
    """The reads by id that a list method answers, by the method's name in lower case."""
    return {name.lower(): Fold(**entry) for name, entry in _read("folding").items()}


@cache
def marks() -> dict[str, tuple[Mark, ...]]:
    """By what records can be told apart, by the name under which requests speak of it."""
    return {name: tuple(_mark(form) for form in forms) for name, forms in _read("marks").items()}


def _mark(form: dict[str, Any]) -> Mark:
    where = {name: tuple(values) for name, values in form.get("where", {}).items()}
    return Mark(form["argument"], Find(**form["find"]), Read(**form["read"]), where, form.get("along", {}))


@cache
def traces() -> Traces:
    """The table of traces, names of methods in small letters."""
    table = _read("traces")
    times = {name.lower(): fields for name, fields in table["times"].items()}
    return Traces(times, {name.lower(): method for name, method in table["lists"].items()})


@cache
def objects() -> dict[str, tuple[str, ...]]:
    """The fields of records that are objects, also when they are empty, by the method's name in lower case."""
    return {name.lower(): tuple(paths) for name, paths in _read("objects").items()}


CODES_WITHOUT_MEANING = ("", "0", "100")
"""Codes that stand for any refusal."""


def error_entry(code: str, message: str = "") -> ErrorEntry | None:
    """What is known of an error code, in whichever letters the portal writes it.

    Some methods refuse with a sentence and no code, or with a number for everything; their sentence stands in the table
    without its period.
    """
    entries = error_entries()
    by_message = entries.get(message.rstrip(". ").upper()) if code in CODES_WITHOUT_MEANING else None
    return by_message or entries.get(code.upper())


@cache
def error_entries() -> dict[str, ErrorEntry]:
    """What is known of error codes, by the code in capitals."""
    return {
        str(code).upper(): ErrorEntry(entry["class"], entry["remedy"], entry.get("http"))
        for code, entry in _read("errors").items()
    }


@dataclass(frozen=True, slots=True)
class MethodHabits:
    """Which methods read, and which travel alone."""

    reads: frozenset[str]
    reading_prefixes: tuple[str, ...]
    consuming: frozenset[str]
    alone: frozenset[str]

    def writes(self, method: str) -> bool:
        """Whether a method changes anything, as far as its name tells."""
        name = method.lower()
        verb = name.rpartition(".")[2]
        return name in self.consuming or not (verb in self.reads or verb.startswith(self.reading_prefixes))


@cache
def method_habits() -> MethodHabits:
    """The table of methods."""
    table = _read("methods")
    return MethodHabits(
        reads=frozenset(table["reads"]),
        reading_prefixes=tuple(table["reads_by_prefix"]),
        consuming=frozenset(table["consuming"]),
        alone=frozenset(table["alone"]),
    )
