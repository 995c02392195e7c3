"""What is wrong with the arguments of a call, as far as the documentation tells. In doubt nothing is.

Bitrix24 takes the names of arguments in any case, custom fields (`UF_…`) everywhere, and operators in filters.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from bitrix_node.definitions.methods.model import CatalogueMethod, MethodParameter

_EVERYWHERE = {"auth", "access_token", "start", "sessid"}
"""Arguments that any method takes: who asks, and from which row on."""

_CUSTOM_FIELD = re.compile(r"uf[_A-Z]|UF_")
_FREE_FORM = {"filter", "order", "sort", "select"}
_CONTAINERS = {"object", "array"}
_REFERENCE = "$result["
_SHOWN = 12


@dataclass(frozen=True, slots=True)
class ArgumentFault:
    """One thing that is wrong.

    Attributes:
        path: the argument, members after periods.
        message: what is wrong with it.
        advice: what would be right.
    """

    path: str
    message: str
    advice: str = ""


def argument_faults(method: CatalogueMethod, arguments: Mapping[str, Any]) -> Iterator[ArgumentFault]:
    """Unknown and missing arguments, objects where a plain value belongs or the reverse, values outside closed lists.

    Args:
        method: the method that is to be called.
        arguments: what is to be sent. With numbers for names they are given by position, which is not looked into.
    """
    if arguments and all(str(name).isdigit() for name in arguments):
        return
    if not method.free:
        yield from _unknown(method, arguments)
    given = {str(name).lower() for name, value in arguments.items() if value is not None}
    for names in method.either_of:
        if not given & {name.lower() for name in names}:
            yield ArgumentFault(names[0], f"{method.name} needs {' or '.join(map(_quoted, names))}")
    yield from _members(method.name, method.parameters, arguments, "")


def _unknown(method: CatalogueMethod, arguments: Iterable[str]) -> Iterator[ArgumentFault]:
    alternatives = (name for names in method.either_of for name in names)
    known = {name.lower(): name for name in (*method.parameters, *alternatives)}
    patterns = [parameter for parameter in method.parameters.values() if parameter.is_pattern]
    for name in arguments:
        if name.lower() in known or name.lower() in _EVERYWHERE or _CUSTOM_FIELD.match(name):
            continue
        if not any(pattern.takes(name) for pattern in patterns):
            yield ArgumentFault(name, f"{method.name} has no parameter {_quoted(name)}", _known_names(name, known))


def _known_names(name: str, known: Mapping[str, str]) -> str:
    nearest = get_close_matches(name.lower(), known, n=1, cutoff=0.6)
    if nearest:
        return f"Did you mean {_quoted(known[nearest[0]])}?"
    if not known:
        return "It takes none."
    names = list(known.values())
    return f"It knows {', '.join(names[:_SHOWN])}{', …' if len(names) > _SHOWN else ''}."


def _members(
    method: str, parameters: Mapping[str, MethodParameter], given: Mapping[str, Any], prefix: str
) -> Iterator[ArgumentFault]:
    values = {str(name).lower(): value for name, value in given.items()}
    for parameter in parameters.values():
        value = values.get(parameter.name.lower())
        path = f"{prefix}{parameter.name}"
        if value is not None:
            yield from _value(method, parameter, value, path)
        elif parameter.required and not parameter.is_pattern:
            yield ArgumentFault(path, f"{method} needs {_quoted(path)}")


def _value(method: str, parameter: MethodParameter, value: Any, path: str) -> Iterator[ArgumentFault]:
    if isinstance(value, str) and _REFERENCE in value:
        return
    if _is_plain(value):
        yield from _plain_value(method, parameter, value, path)
    elif parameter.members and parameter.name.lower() not in _FREE_FORM:
        for entry in value if isinstance(value, list) else [value]:
            if isinstance(entry, dict):
                yield from _members(method, parameter.members, entry, f"{path}.")


def _plain_value(method: str, parameter: MethodParameter, value: Any, path: str) -> Iterator[ArgumentFault]:
    if parameter.type in _CONTAINERS and value not in ("", False) and not _is_json(value):
        kind = "an object" if parameter.type == "object" else "a list or an object"
        yield ArgumentFault(path, f"{method} takes {kind} as {_quoted(path)}; got {_shown(value)}")
    elif not parameter.allows(value):
        listed = ", ".join(parameter.values)
        yield ArgumentFault(path, f"{method} does not take {_shown(value)} as {_quoted(path)}", f"Use one of {listed}.")


def _is_plain(value: Any) -> bool:
    return not isinstance(value, dict | list)


def _is_json(value: Any) -> bool:
    return isinstance(value, str) and value.lstrip()[:1] in {"{", "["}


def _quoted(name: str) -> str:
    return f"'{name}'"


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}…"  # noqa: PLR2004
