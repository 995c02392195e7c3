"""What methods of REST 3.0 have in common: how they read arguments, filters, orders and pages, and how they refuse."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from bitrix_node.sandbox.errors import RestError

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

PREFIX = "BITRIX_REST_V3_EXCEPTION_"
FILTER_OPERATORS = {"=": "=", "!=": "!=", ">": ">", ">=": ">=", "<": "<", "<=": "<=", "in": "@", "between": "><"}
_LARGEST_PAGE = 1000
_PAIR, _TRIPLE = 2, 3


def required(arguments: Mapping[str, Any], name: str, kind: type) -> Any:
    """An argument, or an entry of one, that has to be there.

    Args:
        arguments: where it stands.
        name: its name, with its case.
        kind: `int` or `dict`.

    Returns:
        the value.

    Raises:
        RestError: it is missing, empty or of another type; the refusal names it.
    """
    value = arguments.get(name)
    if value in (None, "", {}, []):
        raise invalid((name, f"Required field `{name}` is missing"))
    if not isinstance(value, kind) or isinstance(value, bool):
        raise invalid((name, mistyped(name, "int" if kind is int else "object")))
    return value


def condition(entry: Any) -> tuple[str, str, Any]:
    """Read one condition of a filter: name, operator and value, or name and value alone for equality.

    Args:
        entry: as it was sent.

    Returns:
        the name, the operator as `Collection.query` spells it, and the value.

    Raises:
        RestError: it is no such list, or the operator is unknown.
    """
    if not isinstance(entry, list) or len(entry) not in (_PAIR, _TRIPLE):
        raise invalid(("filter", mistyped("filter", "array")))
    name, operator, value = (entry[0], "=", entry[1]) if len(entry) == _PAIR else entry
    if operator not in FILTER_OPERATORS:
        raise RestError(f"{PREFIX}UNKNOWNFILTEROPERATOREXCEPTION", f"Unknown filter operator `{operator}`")
    return str(name), FILTER_OPERATORS[operator], value


def direction(name: str, way: Any, sortable: Collection[str]) -> str:
    """Check one entry of an order.

    Args:
        name: the field.
        way: `ASC` or `DESC` in any case.
        sortable: the fields that may be sorted by.

    Returns:
        the direction.

    Raises:
        RestError: the field cannot be sorted by, or the direction is neither.
    """
    if name not in sortable or str(way).upper() not in ("ASC", "DESC"):
        text = f"Unable to recognize sorting parameter `{json.dumps({name: way})}`"
        raise RestError(f"{PREFIX}INVALIDORDEREXCEPTION", text)
    return str(way)


def window(pagination: Mapping[str, Any]) -> tuple[int, int]:
    """Read which page is wanted.

    Args:
        pagination: `page` and `limit`, or `offset` and `limit`.

    Returns:
        offset and size of the page.

    Raises:
        RestError: one of them is not a whole number.
    """
    numbers = {name: pagination.get(name) for name in ("page", "limit", "offset")}
    given = {name: value for name, value in numbers.items() if value is not None}
    if any(not isinstance(value, int) or value < 0 for value in given.values()) or given.get("limit") == 0:
        text = f"Unable to recognize pagination parameter `{json.dumps(dict(pagination))}`"
        raise RestError(f"{PREFIX}INVALIDPAGINATIONEXCEPTION", text)
    limit = min(given.get("limit", 50), _LARGEST_PAGE)
    return given.get("offset") or (max(given.get("page", 1), 1) - 1) * limit, limit


def mistyped(name: str, kind: str) -> str:
    """What is said of a value of the wrong type."""
    return f"Field `{name}` requires data type `{kind}` for this request"


def invalid(
    *faults: tuple[str, str],
    code: str = "REQUESTVALIDATIONEXCEPTION",
    message: str = "Error during request object validation",
) -> RestError:
    """The refusal of a request with faults in its fields.

    Args:
        *faults: field and what is wrong with it.
        code: the last word of the error code.
        message: the text above the faults.

    Returns:
        the error to raise.
    """
    details = [{"message": text, "field": field} for field, text in faults]
    return RestError(f"{PREFIX}VALIDATION_{code}", message, validation=details)


def invalid_record(*faults: tuple[str, str]) -> RestError:
    """The refusal of fields that make no valid record; the arguments are those of `invalid`."""
    return invalid(*faults, code="DTOVALIDATIONEXCEPTION", message="Error during object validation")


def unknown_field(name: str, entity: str) -> RestError:
    """The refusal of a field that a kind of record does not have."""
    return RestError(f"{PREFIX}UNKNOWNDTOPROPERTYEXCEPTION", f"Unknown field `{name}` for entity `{entity}`")


def denied() -> RestError:
    """The refusal of somebody without the right."""
    return RestError(f"{PREFIX}ACCESSDENIEDEXCEPTION", "Access denied", 403)
