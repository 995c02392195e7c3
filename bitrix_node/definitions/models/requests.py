"""Requests: which method, with which arguments, when, and what comes of its answer."""

from __future__ import annotations

from functools import cached_property
from typing import Any, Literal

from bitrix_node.definitions.models.vocabulary import Condition, VocabularyModel


class Source(VocabularyModel):
    """Where the value of one argument comes from.

    Exactly one of `parameter`, `value`, `answer`, `element`, `object` and `generate` is set.
    """

    parameter: str | None = None
    transform: str | None = None
    table: dict[str, Any] | None = None
    value: Any = None
    answer: str | None = None
    at: Source | None = None
    element: str | None = None
    object: dict[str, Source] = {}
    generate: Literal["code"] | None = None
    prefix: Source | None = None
    keyed_by: str | None = None
    given: str | None = None
    otherwise: Source | None = None

    @cached_property
    def plain(self) -> bool:
        """Whether nothing but the value itself decides what is sent."""
        return not (self.otherwise or self.prefix or self.keyed_by or self.given)

    @cached_property
    def parameters(self) -> frozenset[str]:
        """The paths of all parameters that it reads."""
        paths = {path for path in (self.parameter, self.keyed_by, self.given) if path}
        return frozenset(paths).union(*(source.parameters for source in self._inner))

    @cached_property
    def generates(self) -> bool:
        """Whether its value is another one each time."""
        return self.generate is not None or any(source.generates for source in self._inner)

    @property
    def _inner(self) -> list[Source]:
        return [source for source in (self.otherwise, self.at, self.prefix, *self.object.values()) if source]


class Paging(VocabularyModel):
    """How a list method hands out its rows; `kind` names a row of the table of paging kinds."""

    kind: str
    maximum: int | None = None
    beyond: str | None = None


class Answer(VocabularyModel):
    """What of a result becomes items."""

    path: str = ""
    map_key: str | None = None
    row_key: str = "result"
    deleted: tuple[str, ...] | None = None
    done: dict[str, tuple[str, ...]] = {}
    total: str | None = None
    marks: dict[str, Any] = {}
    steps: bool = False
    item: dict[str, tuple[str, ...]] = {}
    single: bool = False
    echoes: tuple[str, ...] = ()
    match: dict[str, str] = {}
    record: bool = False
    filter: str | None = None
    order: str | None = None
    without: dict[str, str] = {}
    only: str | None = None
    transform: str | None = None
    success: dict[str, tuple[Any, ...]] = {}

    @cached_property
    def whole_rows(self) -> bool:
        """Whether every row is an item just as it is."""
        return not (self.marks or self.without or self.only)

    @cached_property
    def confirmation(self) -> tuple[str, tuple[str, ...]] | None:
        """The word for what was done and the parameters that say to what, if the item is to tell only that."""
        if self.deleted is not None:
            return "deleted", self.deleted
        return next(iter(self.done.items()), None)

    @cached_property
    def parameters(self) -> frozenset[str]:
        """The paths of all parameters that decide what of an answer becomes items."""
        single = {path for path in (self.filter, self.only, self.order) if path}
        return frozenset({*self.match.values(), *self.without.values(), *single})


class Fallback(VocabularyModel):
    """Runs a step only after an earlier one was refused with one of these codes."""

    step: str
    codes: tuple[str, ...]


class CatalogueUse(VocabularyModel):
    """What the catalogue of methods does for a request whose method, or whose commands, parameters name."""

    version: str | None = None
    unchecked: str | None = None
    commands: tuple[str, ...] = ()


class Request(VocabularyModel):
    """One REST call: which method, with which arguments, when, and what comes of its answer."""

    id: str = "request"
    handler: Literal["call", "list", "download", "batch"] = "call"
    when: tuple[Condition, ...] = ()
    when_answer: Condition = {}
    each: Source | None = None
    each_key: str | None = None
    goes_on: bool = False
    tolerates: tuple[str, ...] = ()
    address: Source | None = None
    patience: int = 0
    after_refusal: Fallback | None = None
    version: Literal[2, 3] = 2
    method: str | Source
    catalogue: CatalogueUse | None = None
    arguments: dict[str, tuple[Source, ...]] = {}
    finish: dict[str, str] = {}
    writes: bool | None = None
    once: bool = False
    mark: str | None = None
    requires: tuple[tuple[str, ...], ...] = ()
    accepts: tuple[str, ...] = ()
    paging: Paging | None = None
    answer: Answer = Answer()

    @cached_property
    def places(self) -> tuple[tuple[tuple[str, ...], tuple[Source, ...]], ...]:
        """Where each argument goes, step by step (nowhere in particular for `*`), and what may stand there."""
        return tuple((() if path == "*" else tuple(path.split(".")), own) for path, own in self.arguments.items())

    @cached_property
    def is_plain_call(self) -> bool:
        """Whether it is one call, whatever the answers of other requests."""
        special = self.each or self.after_refusal or self.when_answer or self.tolerates or self.once
        return self.handler == "call" and not special

    @cached_property
    def parameters(self) -> frozenset[str]:
        """The paths of all parameters that it does something with; to require one is not enough."""
        sources = [source for entries in self.arguments.values() for source in entries]
        sources += [source for source in (self.method, self.each, self.address) if isinstance(source, Source)]
        use = self.catalogue
        steering = [path for path in (use.version, use.unchecked) if path] if use is not None else []
        conditions = (path for condition in self.when for path in condition)
        own = {*self.accepts, *self.answer.parameters, *conditions, *steering}
        return frozenset(own).union(*(source.parameters for source in sources))


class RefusedUse(VocabularyModel):
    """A combination of parameters that an action cannot serve, and why."""

    when: tuple[Condition, ...]
    reason: str
