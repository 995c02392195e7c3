"""How Bitrix24's controllers bind arguments to parameters: a missing or mistyped one is error 100."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bitrix_node.sandbox.arguments import to_integer
from bitrix_node.sandbox.errors import RestError

if TYPE_CHECKING:
    from bitrix_node.sandbox.registry import Call


def bound_integer(call: Call, name: str) -> int:
    """A whole number that must be given.

    Raises:
        RestError: 100 when it is missing, or is no number.
    """
    number = to_integer(_bound(call, name))
    if number is None:
        raise _mistyped(call.value(name), name, "int")
    return number


def bound_text(call: Call, name: str) -> str:
    """A text that must be given.

    Raises:
        RestError: 100 when it is missing, or is an object or a list.
    """
    value = _bound(call, name)
    if isinstance(value, (dict, list)):
        raise _mistyped("", name, "string")
    return str(value)


def bound_mapping(call: Call, name: str) -> dict[str, Any]:
    """An object that must be given and hold something.

    Raises:
        RestError: 100 when it is missing, empty, or no object.
    """
    _bound(call, name)
    return call.mapping(name, required="100", message=_missing_text(name))


def bound_sequence(call: Call, name: str) -> list[Any]:
    """A list that must be given; it may be empty.

    Raises:
        RestError: 100 when it is missing, or is no list.
    """
    value = _bound(call, name)
    if isinstance(value, dict):
        return list(value.values())
    if not isinstance(value, list):
        raise _mistyped(value, name, "array")
    return value


def whole_numbers(value: Any) -> list[int]:
    """The whole numbers in a list or map of them; whatever else it holds, or any other value, is passed over."""
    entries = list(value.values()) if isinstance(value, dict) else value if isinstance(value, list) else []
    return [number for entry in entries if (number := to_integer(entry)) is not None]


def _bound(call: Call, name: str) -> Any:
    value = call.value(name)
    if value is None or value == "":
        raise RestError("100", _missing_text(name))
    return value


def _missing_text(name: str) -> str:
    return f"Could not find value for parameter {{{name}}}"


def _mistyped(value: object, name: str, kind: str) -> RestError:
    return RestError(
        "100", f"Invalid value {{{value}}} to match with parameter {{{name}}}. Should be value of type {kind}."
    )
