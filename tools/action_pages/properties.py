"""The table of an action's properties."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from tools.action_pages.markdown import code

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bitrix_node.definitions import Operation
    from bitrix_node.definitions.models import Parameter

_TYPES = {
    "string": "text",
    "number": "number",
    "boolean": "yes or no",
    "options": "choice",
    "multiOptions": "several choices",
    "json": "JSON",
    "dateTime": "date and time",
    "color": "color",
    "collection": "group of fields",
    "fixedCollection": "list of rows",
    "resourceLocator": "record",
    "resourceMapper": "fields",
    "hidden": "hidden",
}


def property_rows(operation: Operation) -> Iterator[list[str]]:
    """One row a property: caption, name, type, default, description; members follow their group."""
    for parameter in operation.parameters:
        if parameter.type == "notice":
            continue
        yield _row(parameter, "", "")
        yield from _member_rows(parameter)


def _member_rows(parameter: Parameter) -> Iterator[list[str]]:
    for member in parameter.members:
        yield _row(member, f"{parameter.display_name} → ", f"{parameter.name}.")
    for group in parameter.groups:
        for member in group.members:
            yield _row(member, f"{parameter.display_name} → ", f"{parameter.name}.{group.name}[].")


def _row(parameter: Parameter, caption: str, prefix: str) -> list[str]:
    name = f"{caption}{parameter.display_name}" + (" **(required)**" if parameter.required else "")
    kind = "names of fields" if parameter.type == "multiOptions" and parameter.field_lookup else _TYPES[parameter.type]
    return [name, code(f"{prefix}{parameter.name}"), kind, _default(parameter), _text(parameter)]


def _default(parameter: Parameter) -> str:
    empty = parameter.default in ("", {}, [], "{}", "[]")
    return "" if empty or parameter.type == "collection" else code(json.dumps(parameter.default, ensure_ascii=False))


def _text(parameter: Parameter) -> str:
    parts = [_sentence(parameter.description or "")]
    if parameter.options:
        choices = "; ".join(f"{code(str(option.value))} {option.name}" for option in parameter.options)
        parts.append(f"Choices: {choices}.")
    if parameter.show:
        parts.append(_shown(parameter))
    if parameter.refuses:
        parts.append(f"Kept for old workflows, not accepted: {_sentence(parameter.refuses)}")
    if parameter.placeholder and parameter.placeholder.startswith("e.g. "):
        parts.append(f"For example {code(parameter.placeholder.removeprefix('e.g. '))}")
    return " ".join(part for part in parts if part)


def _shown(parameter: Parameter) -> str:
    conditions = [
        f"{code(path)} is {' or '.join(code(str(value)) for value in values)}"
        for path, values in (parameter.show or {}).items()
        if not isinstance(values, str)
    ]
    return f"Shown when {' and '.join(conditions)}." if conditions else ""


def _sentence(text: str) -> str:
    return text if not text or text.endswith((".", "!", "?", ":")) else f"{text}."
