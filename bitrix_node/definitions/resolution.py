"""From the terse YAML to the complete form that the models hold: names replaced by what they stand for.

Takes and gives plain dictionaries and changes nothing it was given.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bitrix_node.rest import method_habits

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

Tree = dict[str, Any]

PICKED = "resourceLocator"
"""The type of a parameter that is picked from a lookup, where it names no other."""

_NO_RECORDS = {"batch", "download"}
_NO_FIELDS = {"deleted", "done", "steps", "success", "total"}
_SHORT_FORMS = {"request", "requests", "steps", "options"}


class UnresolvedName(Exception):
    """A name that nothing defines.

    Attributes:
        path: where the name stands in the resource's document.
        known: the names that would have been right.
    """

    def __init__(self, kind: str, name: str, path: str, known: Sequence[str]) -> None:
        self.path, self.known = path, tuple(sorted(known))
        super().__init__(f"the {kind} {name!r} is not defined; known are {', '.join(self.known) or 'none'}")


def resolve_resource(
    document: Mapping[str, Any],
    common_parameters: Mapping[str, Tree],
    common_options: Sequence[Tree],
    locators: Mapping[str, Tree] | None = None,
    reading_options: Sequence[Tree] = (),
) -> Tree:
    """The complete form of a resource.

    Args:
        document: the resource's document.
        common_parameters: parameters that any resource may use by name.
        common_options: the options that every action has.
        locators: what is known of the records that parameters may be picked from, by the lookup's name.
        reading_options: the options of actions that answer with records and change nothing.

    Raises:
        UnresolvedName: when an operation names a parameter, condition, table or lookup that is defined nowhere.
    """
    names = _Names(
        parameters={**common_parameters, **document.get("parameters", {})},
        conditions=document.get("conditions", {}),
        tables=document.get("tables", {}),
        locators=locators or {},
    )
    kept = {key: document[key] for key in ("resource", "name", "description", "scopes")}
    operations = [
        _operation(
            name,
            {"scopes": document["scopes"], **operation},
            names,
            [*common_options, *(reading_options if _reads_records(operation) else ())],
        )
        for name, operation in document["operations"].items()
    ]
    return {**kept, "operations": operations}


def resolve_panel(entries: Sequence[Tree], locators: Mapping[str, Tree], path: str) -> list[Tree]:
    """The complete form of parameters that are described where they stand, as the trigger's are.

    Args:
        entries: the parameters.
        locators: what is known of the records that they may be picked from, by the lookup's name.
        path: where they stand in their document.

    Raises:
        UnresolvedName: when one names a lookup that is defined nowhere.
    """
    return _parameters(entries, _Names(parameters={}, conditions={}, tables={}, locators=locators), path)


def _reads_records(operation: Mapping[str, Any]) -> bool:
    """Whether an action answers with records of the portal and changes nothing."""
    requests = [*_alternatives(operation), *operation.get("steps", [])]
    answers = [operation.get("answer", {}), *(request.get("answer", {}) for request in requests)]
    methods = [request["method"] for request in requests if request.get("handler") not in _NO_RECORDS]
    return (
        bool(requests)
        and len(methods) == len(requests)
        and all(isinstance(method, str) and not method_habits().writes(method) for method in methods)
        and not any(key in answer for answer in answers for key in _NO_FIELDS)
    )


@dataclass(frozen=True, slots=True)
class _Names:
    """What names in a resource's document stand for."""

    parameters: Mapping[str, Tree]
    conditions: Mapping[str, Any]
    tables: Mapping[str, Any]
    locators: Mapping[str, Tree]


def _operation(name: str, operation: Mapping[str, Any], names: _Names, common_options: Sequence[Tree]) -> Tree:
    path = f"operations.{name}"
    parameters = _parameters(operation.get("parameters", []), names, f"{path}.parameters")
    own_options = _parameters(operation.get("options", []), names, f"{path}.options")
    options = _options(operation.get("optionsParameter", "options"), [*own_options, *common_options])
    return {
        **{key: value for key, value in operation.items() if key not in _SHORT_FORMS},
        "operation": name,
        "refusals": [
            {**refusal, "when": _conditions(refusal["when"], names, f"{path}.refusals[{index}].when")}
            for index, refusal in enumerate(operation.get("refusals", []))
        ],
        "parameters": _panel(parameters, options),
        "requests": _requests(_alternatives(operation), names, f"{path}.requests"),
        "steps": _requests(operation.get("steps", []), names, f"{path}.steps"),
    }


def _panel(parameters: Sequence[Tree], options: Tree) -> list[Tree]:
    """The fields in the order of the panel, those that fill another one with its path."""
    members = {member["name"] for member in options["members"]}
    filling = [
        {**entry, "fills": f"{options['name']}.{entry['fills']}"} if entry.get("fills") in members else entry
        for entry in parameters
    ]
    below = [entry for entry in filling if entry.get("belowOptions")]
    return [*(entry for entry in filling if entry not in below), options, *below]


def _options(name: str, members: list[Tree]) -> Tree:
    ordered = sorted(members, key=lambda member: str(member["displayName"]))
    texts = {"displayName": "Options", "placeholder": "Add Option"}
    return {"name": name, **texts, "type": "collection", "default": {}, "members": ordered}


def _alternatives(operation: Mapping[str, Any]) -> Sequence[Tree]:
    return [operation["request"]] if "request" in operation else operation.get("requests", [])


def _parameters(entries: Sequence[Any], names: _Names, path: str) -> list[Tree]:
    return [_parameter(entry, names, f"{path}[{index}]") for index, entry in enumerate(entries)]


def _parameter(entry: str | Mapping[str, Any], names: _Names, path: str) -> Tree:
    written: Tree = {"name": entry} if isinstance(entry, str) else dict(entry)
    name = written["name"]
    if name not in names.parameters and "displayName" not in written:
        raise UnresolvedName("parameter", name, path, list(names.parameters))
    shared = names.parameters.get(name, {})
    parameter = {**with_own_type(shared, written), **written, "name": shared.get("name", name)}
    if "lookup" in parameter:
        parameter = {"type": PICKED, **parameter, "lookup": _lookup_use(parameter["lookup"], names, f"{path}.lookup")}
    if "members" in parameter:
        parameter["members"] = _parameters(parameter["members"], names, f"{path}.members")
    if "groups" in parameter:
        parameter["groups"] = [
            {**group, "members": _parameters(group["members"], names, f"{path}.groups[{index}].members")}
            for index, group in enumerate(parameter["groups"])
        ]
    if "builds" in parameter and "fieldLookup" in parameter:
        parameter["groups"] = [_with_portal_fields(group, parameter) for group in parameter["groups"]]
    if "type" not in parameter and "fieldLookup" in parameter:
        parameter = _of_portal_fields(parameter)
    return parameter


def _of_portal_fields(parameter: Tree) -> Tree:
    """A text with names of fields as a dropdown of the portal's fields, several of which are chosen."""
    chosen = {"type": "multiOptions", "displayName": f"{parameter['displayName']} Field Names or IDs", "default": []}
    return {key: value for key, value in parameter.items() if key != "placeholder"} | chosen


def _with_portal_fields(group: Tree, parameter: Tree) -> Tree:
    """Rows whose column Field is chosen from the portal's fields; names that are not among them are let through."""
    chosen = {"type": "options", "displayName": "Field Name or ID", "customValues": True}
    shared = {key: parameter[key] for key in ("fieldLookup", "dependsOn") if key in parameter}
    members = [
        {key: value for key, value in member.items() if key != "placeholder"} | chosen | shared
        if member["name"] == "field"
        else member
        for member in group["members"]
    ]
    return {**group, "members": members}


def with_own_type(shared: Mapping[str, Any], written: Mapping[str, Any]) -> Mapping[str, Any]:
    """What is left of a shared parameter for one that is described anew: with a type of its own it is not picked."""
    if "type" not in written:
        return shared
    return {key: value for key, value in shared.items() if key != "lookup"}


def _lookup_use(use: str | Mapping[str, Any], names: _Names, path: str) -> Tree:
    written: Tree = {"name": use} if isinstance(use, str) else dict(use)
    if written["name"] not in names.locators:
        raise UnresolvedName("lookup", written["name"], path, list(names.locators))
    return {**names.locators[written["name"]], **written}


def _requests(requests: Sequence[Mapping[str, Any]], names: _Names, path: str) -> list[Tree]:
    return [_request(request, names, f"{path}[{index}]") for index, request in enumerate(requests)]


def _request(request: Mapping[str, Any], names: _Names, path: str) -> Tree:
    resolved = {**request, "when": _conditions(request.get("when", []), names, f"{path}.when")}
    resolved["arguments"] = {
        argument: _sources(sources, names, f"{path}.arguments.{argument}")
        for argument, sources in request.get("arguments", {}).items()
    }
    if "requires" in request:
        resolved["requires"] = [[entry] if isinstance(entry, str) else entry for entry in request["requires"]]
    for key in ("each", "address"):
        if key in request:
            resolved[key] = resolve_source(request[key], names.tables, f"{path}.{key}")
    if not isinstance(request["method"], str):
        resolved["method"] = resolve_source(request["method"], names.tables, f"{path}.method")
    if isinstance(request.get("paging"), str):
        resolved["paging"] = {"kind": request["paging"]}
    if "paging" in resolved:
        resolved.setdefault("handler", "list")
    return resolved


def _conditions(when: Any, names: _Names, path: str) -> list[Tree]:
    if isinstance(when, str):
        if when not in names.conditions:
            raise UnresolvedName("condition", when, path, list(names.conditions))
        when = names.conditions[when]
    return when if isinstance(when, list) else [when]


def _sources(sources: Any, names: _Names, path: str) -> list[Tree]:
    entries = sources if isinstance(sources, list) else [sources]
    return [resolve_source(entry, names.tables, path) for entry in entries]


def resolve_source(source: str | Mapping[str, Any], tables: Mapping[str, Any], path: str) -> Tree:
    """The complete form of a source.

    Raises:
        UnresolvedName: when it names a table that is not there.
    """
    if isinstance(source, str):
        return {"parameter": source}
    resolved: Tree = dict(source)
    if "table" in resolved:
        if resolved["table"] not in tables:
            raise UnresolvedName("table", resolved["table"], path, list(tables))
        resolved["table"] = {str(key): value for key, value in tables[resolved["table"]].items()}
    for key in ("otherwise", "at", "prefix"):
        if key in resolved:
            resolved[key] = resolve_source(resolved[key], tables, path)
    if "object" in resolved:
        resolved["object"] = {key: resolve_source(inner, tables, path) for key, inner in resolved["object"].items()}
    return resolved
