"""The panel: fields under one name, choices, and the values that fields start with."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from bitrix_node.definitions.faults import Fault, one_of, shown

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from bitrix_node.definitions.checks.views import OperationView, Tree


def repeated_fields(operation: OperationView) -> Iterator[Fault]:
    """Fields of an operation that share a name, at the top or inside one collection."""
    names = [(entry.place, entry.tree["name"]) for entry in operation.top_fields]
    names.append((f"{operation.place}.options", operation.options_name))
    yield from _repeated(operation.file, names)
    yield from _repeated(operation.file, [(entry.place, entry.tree["name"]) for entry in operation.option_fields])
    for entry in operation.top_fields:
        members = operation.members(entry.tree)
        yield from _repeated(operation.file, [(f"{entry.place}.members", member["name"]) for member in members])


def _repeated(file: str, names: Iterable[tuple[str, str]]) -> Iterator[Fault]:
    seen = set()
    for place, name in names:
        if name in seen:
            yield Fault(file, place, f"there already is a field {shown(name)} in this list", "a name of its own")
        seen.add(name)


def parameter_values(tree: Tree, file: str, place: str) -> Iterator[Fault]:
    """Choices that repeat each other, and a default that the type does not allow."""
    yield from _repeated_choices(tree, file, place)
    kind = tree.get("type", "string")
    problem = _DEFAULTS.get(kind, _any)(tree, tree.get("default", ""))
    if problem:
        stands = shown(tree["default"]) if "default" in tree else "nothing"
        yield Fault(file, f"{place}.default", f"{stands} is no default for the type {kind}", problem)
    for key, owners in _OWNED_KEYS.items():
        if key in tree and kind not in owners:
            yield Fault(file, f"{place}.{key}", f"the type {kind} has no {key}", f"the type {' or '.join(owners)}")
    for kind_of_key, needed in _NEEDED_KEYS.items():
        if kind == kind_of_key and needed not in tree:
            yield Fault(file, place, f"the type {kind} has nothing to offer", f"the key {needed}")
    if kind == "fixedCollection" and "fieldLookup" in tree and "builds" not in tree:
        yield Fault(
            file, f"{place}.fieldLookup", "these rows choose no field", "rows that build conditions or an order"
        )


_OWNED_KEYS = {
    "options": ("options", "multiOptions"),
    "members": ("collection",),
    "groups": ("fixedCollection",),
    "builds": ("fixedCollection",),
    "fills": ("fixedCollection",),
    "rows": ("string", "json"),
    "minValue": ("number",),
    "maxValue": ("number",),
    "fieldLookup": ("resourceMapper", "fixedCollection", "string"),
    "dependsOn": ("resourceMapper", "fixedCollection", "string"),
}
_NEEDED_KEYS = {
    "options": "options",
    "multiOptions": "options",
    "collection": "members",
    "fixedCollection": "groups",
    "resourceMapper": "fieldLookup",
}


def _repeated_choices(tree: Tree, file: str, place: str) -> Iterator[Fault]:
    for key in ("value", "name"):
        seen: list[Any] = []
        for index, option in enumerate(tree.get("options", [])):
            if option[key] in seen:
                message = f"an earlier choice has the {key} {shown(option[key])} too"
                yield Fault(file, f"{place}.options[{index}].{key}", message, f"a {key} of its own")
            seen.append(option[key])


def _any(_: Tree, __: Any) -> str:
    return ""


def _text(_: Tree, default: Any) -> str:
    return "" if isinstance(default, str) else "a text"


def _boolean(_: Tree, default: Any) -> str:
    return "" if isinstance(default, bool) else "true or false"


def _number(tree: Tree, default: Any) -> str:
    if isinstance(default, bool) or not isinstance(default, int | float):
        return "a number"
    if default < tree.get("minValue", default):
        return f"{tree['minValue']} or more"
    return f"{tree['maxValue']} or less" if default > tree.get("maxValue", default) else ""


def _choice(tree: Tree, default: Any) -> str:
    values = [option["value"] for option in tree.get("options", [])]
    return "" if default in values or default == "" or tree.get("customValues") else one_of(values, default)


def _choices(tree: Tree, default: Any) -> str:
    if not isinstance(default, list):
        return "a list"
    return next((problem for entry in default if (problem := _choice(tree, entry))), "")


def _json(_: Tree, default: Any) -> str:
    if not isinstance(default, str):
        return "JSON as a text, such as '{}'"
    try:
        json.loads(default or "{}")
    except json.JSONDecodeError:
        return "JSON as a text, such as '{}'"
    return ""


def _mapping(_: Tree, default: Any) -> str:
    return "" if isinstance(default, dict) else "a mapping, such as {}"


def _locator(_: Tree, default: Any) -> str:
    return "" if isinstance(default, str | dict) else "a text, or a mapping with mode and value"


_DEFAULTS: dict[str, Callable[[Tree, Any], str]] = {
    "string": _text,
    "number": _number,
    "boolean": _boolean,
    "options": _choice,
    "multiOptions": _choices,
    "json": _json,
    "dateTime": _text,
    "color": _text,
    "collection": _mapping,
    "fixedCollection": _mapping,
    "resourceLocator": _locator,
}
