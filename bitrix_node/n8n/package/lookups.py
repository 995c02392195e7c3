"""Lookups as the panel's scripts read them: the calls, and the names under which n8n asks for each use of one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bitrix_node.definitions.models import by_path
from bitrix_node.rest import paging_kinds

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from bitrix_node.definitions.lookups import Lookup, LookupRequest
    from bitrix_node.definitions.models import LookupUse, Parameter, Source

Tree = dict[str, Any]


def panel_lookups(lookups: Mapping[str, Lookup], panels: Iterable[Sequence[Parameter]]) -> Tree:
    """Returns what the panels' scripts need to look records up.

    Args:
        lookups: All lookups.
        panels: The parameters of each panel that uses them: of each operation, and of the trigger.
    """
    searched: dict[str, Tree] = {}
    loaded: dict[str, Tree] = {}
    for panel in panels:
        known = by_path(panel)
        for parameter in _parameters(panel):
            if parameter.lookup:
                target = searched if parameter.type == "resourceLocator" else loaded
                target.setdefault(method_name(parameter.lookup), _use(parameter.lookup, lookups, known))
    return {
        "lookups": {name: _lookup(lookup) for name, lookup in lookups.items()},
        "listSearch": searched,
        "loadOptions": loaded,
    }


def method_name(use: LookupUse) -> str:
    """Returns the name of n8n's method for a use: that of the lookup, and of the parameters that it is told of."""
    paths = (path for _, path in sorted(use.inputs.items()))
    return use.name + "".join(f"_{path.replace('.', '_')}" for path in paths)


def field_method_name(parameter: Parameter) -> str | None:
    """Returns the name of n8n's method for the fields that a parameter offers: to compare by, or to return."""
    if parameter.type == "multiOptions" and parameter.field_lookup:
        return f"{parameter.field_lookup}Select"
    return parameter.field_lookup


def _parameters(parameters: Sequence[Parameter]) -> Iterator[Parameter]:
    for parameter in parameters:
        yield parameter
        yield from _parameters(parameter.members)
        for group in parameter.groups:
            yield from _parameters(group.members)


def _use(use: LookupUse, lookups: Mapping[str, Lookup], known: Mapping[str, Parameter]) -> Tree:
    paths = {name: use.inputs.get(name, name) for name in sorted(all_inputs(use.name, lookups))}
    titles = {path: known[path].display_name if path in known else path for path in paths.values()}
    return {
        "lookup": use.name,
        "inputs": {name: {"path": path, "title": titles[path]} for name, path in paths.items()},
    }


def all_inputs(name: str, lookups: Mapping[str, Lookup]) -> frozenset[str]:
    """Returns the inputs of a lookup and of those that may do its work."""
    lookup = lookups[name]
    return lookup.inputs.union(*(all_inputs(other, lookups) for other in lookup.delegates))


def _lookup(lookup: Lookup) -> Tree:
    tree: Tree = {
        "name": lookup.name,
        "request": lookup.request and _request(lookup.request),
        "by": lookup.by and _source(lookup.by),
        "each": lookup.each and lookup.each.model_dump(),
        "search": lookup.search
        and {
            **lookup.search.model_dump(include={"argument", "fields", "minimum"}),
            "request": lookup.search.request and _request(lookup.search.request),
        },
        "only": lookup.only,
        "value": lookup.value,
        "prefix": lookup.prefix,
        "label": lookup.label,
        "link": next((link for link in lookup.links[:1] if "{any}" not in link), ""),
    }
    return {key: value for key, value in tree.items() if value is not None}


def _request(request: LookupRequest) -> Tree:
    kind = paging_kinds()[request.paging]
    return {
        "method": request.method,
        "version": request.version,
        "arguments": {place: _source(source) for place, source in request.arguments.items()},
        "paging": {"cursor": kind.cursor, "send": kind.send, "size": kind.size},
        "rows": request.rows,
    }


def _source(source: Source) -> Tree:
    return source.model_dump(exclude_unset=True)
