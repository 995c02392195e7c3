"""Reads typed values out of a call's arguments, as lenient as PHP and as strict as the documentation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bitrix_node.sandbox.errors import RestError

if TYPE_CHECKING:
    from collections.abc import Mapping

_TRUE = frozenset({"y", "yes", "true", "1"})
_LARGEST = 2**63 - 1


def is_true(value: Any) -> bool:
    """Read a boolean in any of its spellings.

    Args:
        value: `"Y"`, `"true"`, `1`, `True` and their opposites.

    Returns:
        whether it means yes.
    """
    return value is True or str(value).strip().lower() in _TRUE


def to_integer(value: Any) -> int | None:
    """Read a whole number.

    Args:
        value: a number or its text.

    Returns:
        the number, or None when it is not one or needs more than 64 bits.
    """
    if isinstance(value, bool) or value is None:
        return None
    try:
        number = int(str(value).strip())
    except ValueError:
        if not isinstance(value, float) or not value.is_integer():
            return None
        number = int(value)
    return number if abs(number) <= _LARGEST else None


class ArgumentReader:
    """Access to arguments by name; the top level is compared without regard to case, exact matches first.

    `required` everywhere names the error code to raise when the argument is missing or empty; `message` its text.
    """

    arguments: Mapping[str, Any]

    def value(self, name: str, default: Any = None) -> Any:
        """Get an argument as it was sent.

        Args:
            name: documented name.
            default: the answer when it was not sent.

        Returns:
            the raw value.
        """
        if name in self.arguments:
            return self.arguments[name]
        lowered = name.lower()
        return next((value for key, value in self.arguments.items() if key.lower() == lowered), default)

    def has(self, name: str) -> bool:
        """Tell whether an argument was sent at all, `null` included.

        Args:
            name: documented name.

        Returns:
            whether it is there.
        """
        missing = object()
        return self.value(name, missing) is not missing

    def text(self, name: str, default: str = "", *, required: str | None = None, message: str | None = None) -> str:
        """Get text.

        Args:
            name: documented name.
            default: the answer when it is missing.
            required: error code for a missing or empty value.
            message: text of that error.

        Returns:
            the value as text.

        Raises:
            RestError: it is required and empty.
        """
        value = self.value(name)
        if value in (None, "") or isinstance(value, (dict, list)):
            self._missing(name, required, message)
            return default
        return str(value)

    def integer(self, name: str, default: int = 0, *, required: str | None = None, message: str | None = None) -> int:
        """Get a whole number.

        Args:
            name: documented name.
            default: the answer when it is missing or no number.
            required: error code for a missing value, a value that is no number, and zero.
            message: text of that error.

        Returns:
            the number.

        Raises:
            RestError: it is required and not there.
        """
        number = to_integer(self.value(name))
        if required is not None and not number:
            self._missing(name, required, message)
        return default if number is None else number

    def flag(self, name: str, *, default: bool = False) -> bool:
        """Get a yes or no.

        Args:
            name: documented name.
            default: the answer when it is missing.

        Returns:
            the choice; Y/N, true/false and 1/0 are all read.
        """
        value = self.value(name)
        return default if value is None else is_true(value)

    def mapping(self, name: str, *, required: str | None = None, message: str | None = None) -> dict[str, Any]:
        """Get an object.

        Args:
            name: documented name.
            required: error code for a missing or empty object.
            message: text of that error.

        Returns:
            the object; a list (PHP writes empty objects as `[]`) becomes a map by position.

        Raises:
            RestError: it is required and empty.
        """
        value = self.value(name)
        if isinstance(value, list):
            value = {str(index): entry for index, entry in enumerate(value)}
        if not isinstance(value, dict) or not value:
            self._missing(name, required, message)
            return {}
        return dict(value)

    def sequence(self, name: str, *, required: str | None = None, message: str | None = None) -> list[Any]:
        """Get a list.

        Args:
            name: documented name.
            required: error code for a missing or empty list.
            message: text of that error.

        Returns:
            the entries; a map gives its values, and a single value is a list of one.

        Raises:
            RestError: it is required and empty.
        """
        value = self.value(name)
        if isinstance(value, dict):
            value = list(value.values())
        if value in (None, "", []):
            self._missing(name, required, message)
            return []
        return list(value) if isinstance(value, list) else [value]

    @staticmethod
    def _missing(name: str, required: str | None, message: str | None) -> None:
        if required is not None:
            raise RestError(required, message or f"Required parameter '{name}' is missing")
