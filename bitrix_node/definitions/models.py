"""Frozen models of the definitions, after names have been resolved (see `resolution`).

The vocabulary is written down, key by key, in `node_definitions/schema/`; a test holds the two against each other.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel

if TYPE_CHECKING:
    from collections.abc import Iterator

ParameterType: TypeAlias = Literal[
    "string",
    "number",
    "boolean",
    "options",
    "multiOptions",
    "json",
    "dateTime",
    "color",
    "collection",
    "fixedCollection",
    "resourceLocator",
    "resourceMapper",
    "notice",
    "hidden",
]
"""The property types of an n8n panel, under n8n's own names."""

ParameterUse: TypeAlias = Literal[
    "combination",
    "output",
    "outputFields",
    "returnAll",
    "limit",
    "simplify",
    "accessToken",
    "inputDataField",
    "outputDataField",
    "separateItems",
    "batching",
    "sendInOrder",
    "reconcile",
]
"""What a parameter does when it is not sent to the portal."""

Condition: TypeAlias = dict[str, "tuple[Any, ...] | Literal['given', 'missing']"]
"""Parameter path -> the values that fulfil it, or whether it must be given. All entries must hold."""


_NEVER_NEUTRAL = {"collection", "notice", "hidden"}


class VocabularyModel(BaseModel):
    """A frozen part of the vocabulary, whose keys are written in camel case."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", alias_generator=to_camel, populate_by_name=True, arbitrary_types_allowed=False
    )


class Option(VocabularyModel):
    """One choice of an `options` or `multiOptions` parameter."""

    name: str
    value: str | int | bool
    description: str | None = None
    prefix: str = ""
    takes: Literal["value", "part", "beginning", "end", "list", "range", "nothing"] = "value"


IdKind: TypeAlias = Literal["number", "text", "dialog"]
"""What an ID looks like."""


class LookupUse(VocabularyModel):
    """What a parameter is picked from.

    Attributes:
        name: the lookup.
        inputs: its inputs that are parameters of other names.
        noun: what a record is called.
        ids: what its ID looks like.
        pattern: regular expression that finds the ID in the address of a record; empty where there are no addresses.
        example: path of such an address.
        hint: what the list leaves out.
    """

    name: str
    inputs: dict[str, str] = {}
    noun: str = ""
    ids: IdKind = "number"
    pattern: str = ""
    example: str = ""
    hint: str | None = None


class ParameterGroup(VocabularyModel):
    """One kind of row in a `fixedCollection`."""

    name: str
    display_name: str
    members: tuple[Parameter, ...]


class Parameter(VocabularyModel):
    """One field of the panel and how its value is understood."""

    name: str
    display_name: str
    type: ParameterType = "string"
    default: Any = ""
    required: bool = False
    description: str | None = None
    placeholder: str | None = None
    hint: str | None = None
    rows: int | None = None
    password: bool = False
    min_value: float | None = None
    max_value: float | None = None
    multiple: bool = False
    custom_values: bool = False
    options: tuple[Option, ...] | None = None
    lookup: LookupUse | None = None
    members: tuple[Parameter, ...] = ()
    groups: tuple[ParameterGroup, ...] = ()
    transform: str | None = None
    key: str | None = None
    field_lookup: str | None = None
    depends_on: tuple[str, ...] = ()
    show: Condition | None = None
    builds: Literal["conditions", "order"] | None = None
    fills: str | None = None
    below_options: bool = False
    use: ParameterUse | None = None
    refuses: str | None = None

    def member(self, name: str) -> Parameter | None:
        """The member of a collection with this name, if there is one."""
        return next((member for member in self.members if member.name == name), None)


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
        inner = [source for source in (self.otherwise, self.at, self.prefix, *self.object.values()) if source]
        return frozenset(paths).union(*(source.parameters for source in inner))


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

    @property
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


class Operation(VocabularyModel):
    """One action: its texts, its panel and its requests.

    `requests` are alternatives (the first whose condition holds is sent); `steps` are all sent, in order, as far as
    their conditions hold. An operation has one or the other, or `refuses` and neither.
    """

    operation: str
    name: str
    action: str
    description: str
    options_parameter: str = "options"
    parameters: tuple[Parameter, ...] = ()
    requests: tuple[Request, ...] = ()
    steps: tuple[Request, ...] = ()
    answer: Answer | None = None
    refuses: str | None = None
    refusals: tuple[RefusedUse, ...] = ()
    application_only: bool = False
    keeps_going: bool = False
    scopes: tuple[str, ...] = ()

    @property
    def calls(self) -> tuple[Request, ...]:
        """Every request the action can send."""
        return self.requests or self.steps

    @cached_property
    def methods(self) -> tuple[str, ...]:
        """The methods that its requests call, in small letters; without those that parameters name."""
        return tuple(request.method.lower() for request in self.calls if isinstance(request.method, str))

    @property
    def handler(self) -> str:
        """The handler's name, as listings show it."""
        if self.refuses:
            return "refuse"
        return "steps" if self.steps else self.requests[0].handler

    @cached_property
    def parameters_by_path(self) -> dict[str, Parameter]:
        """Every parameter by its path: top-level ones by name, members of collections by `collection.member`."""
        known: dict[str, Parameter] = {}
        for parameter in self.parameters:
            known[parameter.name] = parameter
            if parameter.type == "collection":
                known |= {f"{parameter.name}.{member.name}": member for member in parameter.members}
        return known

    @cached_property
    def takes_files(self) -> bool:
        """Whether a parameter names a binary field of the item."""
        return any(parameter.use == "inputDataField" for parameter in self._all_parameters())

    @cached_property
    def neutral(self) -> frozenset[str]:
        """The parameters that decide nothing: whatever value they have, the same requests are sent in the same way."""
        deciding = {path for parameter in self._all_parameters() for path in parameter.show or ()}
        deciding |= {path for refusal in self.refusals for condition in refusal.when for path in condition}
        deciding |= self.answer.parameters if self.answer else frozenset()
        for request in self.calls:
            deciding |= request.answer.parameters | {path for condition in request.when for path in condition}
            deciding |= request.method.parameters if isinstance(request.method, Source) else frozenset()
        whole = (parameter for parameter in self.parameters if parameter.type not in _NEVER_NEUTRAL)
        free = {entry.name for entry in whole if not (entry.show or entry.use or entry.refuses)}
        return frozenset(free - deciding)

    def _all_parameters(self) -> Iterator[Parameter]:
        for parameter in self.parameters:
            yield parameter
            yield from parameter.members
            for group in parameter.groups:
                yield from group.members

    @cached_property
    def paths_by_use(self) -> dict[str, str]:
        """The path of the parameter that has each use; the first where several have it."""
        used = {parameter.use: path for path, parameter in reversed(self.parameters_by_path.items()) if parameter.use}
        return {str(use): path for use, path in used.items()}

    def parameter(self, name: str) -> Parameter | None:
        """The top-level parameter with this name, if there is one."""
        return next((parameter for parameter in self.parameters if parameter.name == name), None)


class Resource(VocabularyModel):
    """One resource with its operations, in the order of the panel."""

    resource: str
    name: str
    description: str
    scopes: tuple[str, ...]
    operations: tuple[Operation, ...]


class NodeArea(VocabularyModel):
    """A further node: the same one with some of its resources, under the name of a part of Bitrix24."""

    node: str
    display_name: str
    description: str
    resources: tuple[str, ...]
    aliases: tuple[str, ...]


class NodeDefinition(VocabularyModel):
    """The node itself."""

    node: str
    display_name: str
    description: str
    subtitle: str
    version: int
    documentation_url: str
    categories: tuple[str, ...]
    aliases: tuple[str, ...]
    authentication: Parameter
    resources: tuple[str, ...]
    areas: tuple[NodeArea, ...] = ()
    parameters: dict[str, dict[str, Any]] = {}
    options: tuple[Parameter, ...]
    reading_options: tuple[Parameter, ...] = ()

    @property
    def nodes(self) -> tuple[NodeDefinition, ...]:
        """The node, and after it each area as a node of its own."""
        return self, *(self.model_copy(update={**dict(area), "areas": ()}) for area in self.areas)


class CredentialField(Parameter):
    """One field of a credential."""


class CredentialTest(VocabularyModel):
    """How n8n tries a credential out, and what its form says when that fails."""

    method: str
    without_permissions: str
    refusals: dict[str, str] = {}


class CredentialType(VocabularyModel):
    """One kind of credential, as n8n shows it."""

    credential: str
    display_name: str
    authentication: str
    documentation_url: str
    extends: tuple[str, ...] = ()
    fields: tuple[CredentialField, ...]
    authenticate: dict[str, Any] | None = None
    test: CredentialTest | None = None
