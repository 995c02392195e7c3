"""What the catalogue knows of a method."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from collections.abc import Mapping

STAR = "*"
"""In the name of a parameter: what the caller fills in."""


@dataclass(frozen=True, slots=True)
class MethodParameter:
    """One argument of a method, or one member of such an argument.

    Attributes:
        name: as documented; a star stands for what the caller fills in, as in `UF_*`.
        type: the documented type, alternatives joined by `|`; `any` where none is documented.
        required: whether the method refuses to work without it.
        values: the only values it takes, as texts; empty where the list is not closed.
        members: what an object, or each object of a list, holds; empty where that is not documented.
    """

    name: str
    type: str = "any"
    required: bool = False
    values: tuple[str, ...] = ()
    members: Mapping[str, MethodParameter] = field(default_factory=dict)

    @classmethod
    def from_data(cls, name: str, data: str | Mapping[str, Any]) -> Self:
        """The parameter as the files write it: its type, or an object that says more."""
        if isinstance(data, str):
            return cls(name, data)
        return cls(
            name,
            data["type"],
            data.get("required", False),
            tuple(data.get("values", ())),
            {member: cls.from_data(member, entry) for member, entry in data.get("members", {}).items()},
        )

    @property
    def is_pattern(self) -> bool:
        """Whether the caller fills in a part of the name."""
        return STAR in self.name

    def allows(self, value: Any) -> bool:
        """Whether a plain value is in the closed list, if there is one; yes and no may be told in any way."""
        if not self.values or isinstance(value, bool | dict | list) or value == "":
            return True
        return str(value).lower() in {listed.lower() for listed in self.values}

    def takes(self, name: str) -> bool:
        """Whether the caller may write the name so, in any case."""
        if not self.is_pattern:
            return name.lower() == self.name.lower()
        pattern = re.escape(self.name.lower()).replace(re.escape(STAR), ".+")
        return re.fullmatch(pattern, name.lower()) is not None


@dataclass(frozen=True)
class CatalogueMethod:
    """One method in one version of the API.

    Attributes:
        name: as documented.
        version: 2, or 3 for REST 3.0.
        spellings: other spellings that the documentation uses.
        scopes: the permissions it needs.
        administrator: whether the documentation names administrators as those who may call it.
        application_only: whether it refuses webhooks.
        deprecated: whether Bitrix24 advises against it.
        replaced_by: the methods to use in its place.
        reads: whether it changes nothing.
        paging: name of the kind of paging; `None` where none is documented.
        rows: where the rows of a list lie in the result; `None` for a method that is no list.
        rows_are_map: whether they come as an object keyed by id or code.
        free: whether it takes names beyond the documented ones, such as fields to filter by.
        either_of: lists of parameters of which one has to be given.
        parameters: by name.
    """

    name: str
    version: int
    spellings: tuple[str, ...]
    scopes: tuple[str, ...]
    administrator: bool
    application_only: bool
    deprecated: bool
    replaced_by: tuple[str, ...]
    reads: bool
    paging: str | None
    rows: str | None
    rows_are_map: bool
    free: bool
    either_of: tuple[tuple[str, ...], ...]
    parameters: Mapping[str, MethodParameter]

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> Self:
        """The method as the files write it; what does not apply is left out there."""
        rows = data.get("rows", {})
        return cls(
            name=data["name"],
            version=data.get("version", 2),
            spellings=tuple(data.get("spellings", ())),
            scopes=tuple(data.get("scopes", ())),
            administrator=data.get("administrator", False),
            application_only=data.get("applicationOnly", False),
            deprecated=data.get("deprecated", False),
            replaced_by=tuple(data.get("replacedBy", ())),
            reads=data.get("reads", False),
            paging=data.get("paging"),
            rows=rows.get("path"),
            rows_are_map=rows.get("map", False),
            free=data.get("free", False),
            either_of=tuple(map(tuple, data.get("eitherOf", ()))),
            parameters={
                name: MethodParameter.from_data(name, entry) for name, entry in data.get("parameters", {}).items()
            },
        )

    @cached_property
    def is_list(self) -> bool:
        """Whether it answers rows."""
        return self.rows is not None or self.paging is not None
