"""The values of one item's parameters, read and typed, by path."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from bitrix_node.definitions import Condition, Parameter


class _Unset(Enum):
    UNSET = "UNSET"

    def __bool__(self) -> Literal[False]:
        return False

    def __repr__(self) -> str:
        return "UNSET"


UNSET: Final = _Unset.UNSET
"""Not given at all, which is not the same as given empty."""


class Pending(str):
    """What an earlier call will have answered; its text says what that is. Transforms leave it as it is."""

    __slots__ = ()


Unset: TypeAlias = Literal[_Unset.UNSET]


class Values:
    """What was given for an operation's parameters.

    Top-level parameters stand under their name, members of collections under `collection.member`.

    Args:
        given: path -> typed value, only of what was given.
        parameters: path -> its definition, of every parameter the operation knows.
        uses: use of a parameter (see `ParameterUse`) -> its path.
    """

    def __init__(self, given: Mapping[str, Any], parameters: Mapping[str, Parameter], uses: Mapping[str, str]) -> None:
        self._given, self.parameters, self._uses = given, parameters, uses

    def get(self, path: str) -> Any:
        """The value at a path, or `UNSET`."""
        return self._given.get(path, UNSET)

    def but(self, given: Mapping[str, Any]) -> Values:
        """The same with other values at some of its paths."""
        return Values({**self._given, **given}, self.parameters, self._uses)

    def effective(self, path: str) -> Any:
        """The value at a path, or the default that the panel shows for it."""
        if path in self._given:
            return self._given[path]
        parameter = self.parameters.get(path)
        return UNSET if parameter is None or parameter.default == "" else parameter.default

    def given_paths(self) -> Iterator[str]:
        """The paths of everything that was given."""
        return iter(self._given)

    def is_given(self, path: str) -> bool:
        """Whether anything stands at a path; a collection is given when one of its members is."""
        if path in self._given:
            return bool(self._given[path] != "")
        members = f"{path}."
        return any(given.startswith(members) for given in self._given)

    def fulfils(self, condition: Condition) -> bool:
        """Whether every entry of the condition holds."""
        for path, wanted in condition.items():
            if isinstance(wanted, str):
                if self.is_given(path) != (wanted == "given"):
                    return False
            elif self.effective(path) not in wanted:
                return False
        return True

    def used(self, use: str) -> Any:
        """The effective value of the parameter with this use (see `ParameterUse`), or `UNSET`."""
        path = self.path_of(use)
        return UNSET if path is None else self.effective(path)

    def path_of(self, use: str) -> str | None:
        """The path of the parameter with this use, if there is one."""
        return self._uses.get(use)
