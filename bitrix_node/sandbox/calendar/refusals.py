"""What the calendar refuses: always an empty code, told apart by the text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bitrix_node.sandbox.errors import RestError

if TYPE_CHECKING:
    from bitrix_node.sandbox.registry import Call


def not_set(call: Call, name: str) -> RestError:
    """A required argument is missing.

    Args:
        call: the call that lacks it.
        name: the argument.
    """
    return RestError("", f'The required parameter "{name}" for the method "{call.method}" is not set')


def invalid(name: str) -> RestError:
    """An argument holds what it cannot hold."""
    return RestError("", f'Invalid value for the parameter "{name}"')


def denied() -> RestError:
    """The caller may not do this with this calendar, or there is no such calendar."""
    return RestError("", "Access denied")


def failed(what: str) -> RestError:
    """Something else went wrong, a missing record mostly.

    Args:
        what: the work that failed, such as `deleting the event`.
    """
    return RestError("", f"An error occurred while {what}")
