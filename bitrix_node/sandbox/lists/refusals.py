"""What lists refuse."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bitrix_node.sandbox.errors import RestError

if TYPE_CHECKING:
    from bitrix_node.sandbox.registry import Call


def require(call: Call, *names: str) -> None:
    """Refuse a call that lacks arguments.

    Args:
        call: the call.
        *names: arguments that it must have; of `A|B` one is enough.

    Raises:
        RestError: naming the first that is missing.
    """
    for name in names:
        if all(call.value(choice) in (None, "", [], {}) for choice in name.split("|")):
            message = f"Required parameter `{name.replace('|', '` or `')}` is missing"
            raise RestError("ERROR_REQUIRED_PARAMETERS_MISSING", message)


def denied() -> RestError:
    """The caller lacks the right."""
    return RestError("ACCESS_DENIED", "Access denied")


def not_found(what: str) -> RestError:
    """There is no such list, element or section.

    Args:
        what: `Iblock`, `Element` or `Section`.
    """
    return RestError(f"ERROR_{what.upper()}_NOT_FOUND", f"{what} not found")


def failed_field() -> RestError:
    """A field cannot be changed, because there is none."""
    return RestError("ERROR_UPDATE_FIELD", "Error updating the field")
