"""Fields described as data: how a value is stored, shown and documented."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from bitrix_node.sandbox.arguments import is_true, to_integer
from bitrix_node.sandbox.clock import timestamp

_WORD = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_EUROPEAN_DATE = re.compile(r"^(\d{2})\.(\d{2})\.(\d{4})(.*)$")
_LARGEST_NUMBER = 1e18
_CHARACTER_TYPES = frozenset({"boolean", "char"})


def upper_name(name: str) -> str:
    """Spell a camelCase name in upper case.

    Args:
        name: such as `assignedById`.

    Returns:
        such as `ASSIGNED_BY_ID`.
    """
    if name.startswith("parentId"):
        return "PARENT_ID_" + name.removeprefix("parentId")
    return _WORD.sub("_", name).upper()


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a kind of record.

    Attributes:
        name: name under which it is stored.
        type: Bitrix24's type word.
        title: caption.
        read_only: whether the portal alone writes it.
        required: whether a new record must have it.
        immutable: whether it can be given only when the record is made.
        multiple: whether it holds a list.
        dynamic: whether it is a custom field.
        default: value of a new record.
        status: directory of a `crm_status` field.
        classic: name in the classic CRM methods; empty when they do not have it. Of a custom field its name proper.
        decimals: digits after the point in classic answers; None for as many as there are.
        choices: ids and captions of a list to choose from.
    """

    name: str
    type: str
    title: str
    read_only: bool = False
    required: bool = False
    immutable: bool = False
    multiple: bool = False
    dynamic: bool = False
    default: Any = None
    status: str | None = None
    classic: str = ""
    decimals: int | None = None
    choices: tuple[tuple[int, str], ...] = ()

    @property
    def original_name(self) -> str:
        """The name in upper case: that of a custom field as it was made, that of any other as it is derived."""
        return self.classic if self.dynamic else upper_name(self.name)

    @classmethod
    def parse(cls, name: str, description: Mapping[str, Any]) -> Field:
        """Read a field from its description.

        Args:
            name: stored name.
            description: the attributes, as a YAML file has them.

        Returns:
            the field.
        """
        return cls(name=name, **{"classic": upper_name(name), **description})

    def store(self, value: Any) -> Any:
        """Bring a value that was sent to its stored form.

        Args:
            value: as it arrived, of any JSON type.

        Returns:
            the stored form; None for an empty value.

        Raises:
            TypeError: a single value came for a multiple field.
            ValueError: the value is not of the field's type.
        """
        if not self.multiple:
            return self._store_one(value)
        if value in (None, "", False):
            return []
        if isinstance(value, Mapping):
            value = list(value.values())
        if not isinstance(value, list):
            raise TypeError(f"Expected iterable value for multiple field, but got {_php_type(value)} instead")
        return [stored for entry in value if (stored := self._store_one(entry)) is not None]

    def _store_one(self, value: Any) -> Any:
        if value is None or value == "":
            return None
        convert: Callable[[Any], Any] = _STORE.get(self.type, _text)
        return convert(value)

    def show_classic(self, value: Any) -> Any:
        """Write a stored value as classic methods do.

        Args:
            value: the stored form.

        Returns:
            numbers as text, everything else as stored.
        """
        if isinstance(value, list):
            return [self.show_classic(entry) for entry in value]
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            return value
        return f"{value:.{self.decimals}f}" if self.decimals is not None else str(value)

    def describe(self, *, classic: bool = False) -> dict[str, Any]:
        """Document the field as `*.fields` methods do.

        Args:
            classic: leave out `upperName` and use the type names of classic methods.

        Returns:
            the description.
        """
        description: dict[str, Any] = {
            "type": "char" if classic and self.type == "boolean" else self.type,
            "isRequired": self.required,
            "isReadOnly": self.read_only,
            "isImmutable": self.immutable,
            "isMultiple": self.multiple,
            "isDynamic": self.dynamic,
            "title": self.title,
        }
        if self.status:
            description["statusType"] = self.status
        if self.choices:
            description["items"] = [{"ID": str(number), "VALUE": caption} for number, caption in self.choices]
        if not classic:
            description["upperName"] = self.original_name
        return description


def store_date(value: Any) -> str:
    """Read a date in the spellings Bitrix24 accepts.

    Args:
        value: ISO 8601 with or without time and offset, or `31.12.2026`.

    Returns:
        the moment in UTC as stored; a time without an offset counts as UTC.

    Raises:
        ValueError: it is no date.
    """
    if isinstance(value, (date, datetime)):
        value = value.isoformat()
    european = _EUROPEAN_DATE.match(str(value))
    text = european.expand(r"\3-\2-\1\4") if european else str(value)
    moment = datetime.fromisoformat(text.strip())
    try:
        return timestamp(moment if moment.tzinfo else moment.replace(tzinfo=UTC))
    except OverflowError as problem:
        raise ValueError(f"{text} is beyond the calendar.") from problem


def whole(value: float) -> float | int:
    """Drop a fraction of zero, as PHP does when it writes JSON.

    Args:
        value: any number.

    Returns:
        an int where nothing is lost.
    """
    return int(value) if float(value).is_integer() else value


def _store_day(value: Any) -> str:
    return store_date(value)[:10] + "T00:00:00+00:00"


def _text(value: Any) -> str:
    if isinstance(value, (dict, list)):
        raise ValueError("Text is expected.")  # noqa: TRY004 - a value of the wrong kind, like any other
    return str(value)


def _boolean(value: Any) -> str:
    return "Y" if is_true(value) else "N"


def _number(value: Any) -> float | int:
    if isinstance(value, (dict, list)):
        raise ValueError("A number is expected.")  # noqa: TRY004 - as above
    return whole(_finite(value))


def _finite(value: Any) -> float:
    number = float(value)
    if abs(number) > _LARGEST_NUMBER or number != number:  # noqa: PLR0124 - NaN alone differs from itself
        raise ValueError("A finite number is expected.")
    return number


def _as_it_is(value: Any) -> Any:
    return value


def _integer(value: Any) -> int:
    number = to_integer(value)
    if number is not None:
        return number
    if isinstance(value, (dict, list, bool)):
        raise ValueError("A whole number is expected.")  # noqa: TRY004 - as above
    return int(_finite(value))


def _php_type(value: Any) -> str:
    return {str: "string", int: "integer", float: "double", bool: "boolean"}.get(type(value), "object")


_STORE: dict[str, Callable[[Any], Any]] = {
    "integer": _integer,
    "user": _integer,
    "crm_lead": _integer,
    "crm_deal": _integer,
    "crm_contact": _integer,
    "crm_company": _integer,
    "crm_quote": _integer,
    "crm_category": _integer,
    "crm_entity": _integer,
    "location": _integer,
    "employee": _integer,
    "enumeration": _integer,
    "iblock_element": _integer,
    "iblock_section": _integer,
    "double": _number,
    "number": _number,
    "date": _store_day,
    "datetime": store_date,
    "file": _as_it_is,
    "crm_activity_communication": _as_it_is,
    "object": _as_it_is,
    **dict.fromkeys(_CHARACTER_TYPES, _boolean),
}
