"""The arguments of a request for many items that are alike: what they have in common is worked out once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

from bitrix_node.parameters.arguments import Resolver, assembled, finished
from bitrix_node.parameters.values import UNSET

if TYPE_CHECKING:
    from collections.abc import Sequence
    from collections.abc import Set as AbstractSet

    from bitrix_node.definitions import Request, Source
    from bitrix_node.parameters.values import Values

_Entry: TypeAlias = "tuple[tuple[str, ...], Source | None, Any]"
"""A place in the arguments, and what goes there: the source for each item anew, or the value for all of them."""


class Recipe:
    """Builds the arguments of a request that nothing precedes; they are those of `build_arguments`.

    What is the same in all of them is shared by them, so that nobody may change it.

    Args:
        request: says where each value goes.
        values: the parameters of one of the items.
        differing: the parameters whose values may be others in other items; what is given in one is given in all.

    Raises:
        ParameterError: when a transform cannot use a value.
    """

    def __init__(self, request: Request, values: Values, differing: AbstractSet[str]) -> None:
        self._request = request
        entries = _entries(request, values, {path for path in differing if values.is_given(path)})
        varying = {place[:1] for place, source, _ in entries if source is not None}
        if any(not place for place, _, _ in entries):
            varying = {place[:1] for place, _, _ in entries}
        self._varying = [entry for entry in entries if entry[0][:1] in varying]
        self._by_name = _by_name(self._varying)
        shared = assembled(request, [(place, value) for place, _, value in entries if place[:1] not in varying])
        merged_as_a_whole = any(not place for place, _, _ in entries)
        names = dict.fromkeys(place[0] for place, _, _ in entries) if not merged_as_a_whole else {}
        self._pattern = {name: shared.get(name, UNSET) for name in names}

    def arguments(self, values: Values) -> dict[str, Any]:
        """The arguments for an item with these parameters.

        Raises:
            ParameterError: when a transform cannot use a value.
        """
        resolver = Resolver(values, _no_answer)
        if self._by_name is not None:
            found_by_name = {name: resolver.resolve(source) for name, source in self._by_name.items()}
            given = {name: value for name, value in found_by_name.items() if value is not UNSET}
            return self._in_order(finished(self._request, given))
        found = [
            (place, value if source is None else resolver.resolve(source)) for place, source, value in self._varying
        ]
        return self._in_order(assembled(self._request, found))

    def _in_order(self, own: dict[str, Any]) -> dict[str, Any]:
        """The arguments in the order of the request: older methods of tasks read them by their places."""
        arguments = {**self._pattern, **own}
        if UNSET in arguments.values():
            arguments = {name: value for name, value in arguments.items() if value is not UNSET}
        return arguments


def _entries(request: Request, values: Values, differing: AbstractSet[str]) -> list[_Entry]:
    """What stands in the arguments, in order: what differs with its source, all else with its value."""
    resolver = Resolver(values, _no_answer)
    entries: list[_Entry] = []
    for place, sources in request.places:
        for source in sources:
            if source.generates or not differing.isdisjoint(source.parameters):
                entries.append((place, _without_nothing(source, resolver, differing), UNSET))
            elif (value := resolver.resolve(source)) is not UNSET:
                entries.append((place, None, value))
    return entries


def _without_nothing(source: Source, resolver: Resolver, differing: AbstractSet[str]) -> Source:
    """The source without the members of its object that are nothing for any item."""
    members = {
        key: member
        for key, member in source.object.items()
        if member.generates or not differing.isdisjoint(member.parameters) or resolver.resolve(member) is not UNSET
    }
    return source if len(members) == len(source.object) else source.model_copy(update={"object": members})


def _by_name(entries: Sequence[_Entry]) -> dict[str, Source] | None:
    """The sources of arguments that are nothing but their values; `None` where something is merged."""
    names = [place[0] for place, source, _ in entries if len(place) == 1 and source is not None]
    if len(set(names)) < len(entries):
        return None
    return {place[0]: source for place, source, _ in entries if source is not None}


def _no_answer(path: str) -> Any:
    """What an earlier step answered: there is none."""
    return UNSET
