"""Parameters: the fields of a panel, and how their values are understood."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from bitrix_node.definitions.models.vocabulary import Condition, VocabularyModel

if TYPE_CHECKING:
    from collections.abc import Iterable

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

    @cached_property
    def columns(self) -> dict[str, dict[str, Parameter]]:
        """The members of each group by name."""
        return {group.name: {member.name: member for member in group.members} for group in self.groups}

    def member(self, name: str) -> Parameter | None:
        """The member of a collection with this name, if there is one."""
        return next((member for member in self.members if member.name == name), None)


def by_path(parameters: Iterable[Parameter]) -> dict[str, Parameter]:
    """Every parameter of a panel by its path: top-level ones by name, members of collections by `collection.member`."""
    known: dict[str, Parameter] = {}
    for parameter in parameters:
        known[parameter.name] = parameter
        if parameter.type == "collection":
            known |= {f"{parameter.name}.{member.name}": member for member in parameter.members}
    return known
