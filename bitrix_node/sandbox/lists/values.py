"""Values of fields: how each kind of field reads what is sent and writes what is kept."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bitrix_node.sandbox import portal_dates
from bitrix_node.sandbox.arguments import to_integer
from bitrix_node.sandbox.errors import RestError
from bitrix_node.sandbox.fields import whole
from bitrix_node.sandbox.filters import as_number
from bitrix_node.sandbox.lists import columns, files

if TYPE_CHECKING:
    from collections.abc import Callable

    from bitrix_node.sandbox.database import Record
    from bitrix_node.sandbox.registry import Call

KEPT_WITHOUT_BEING_SENT = frozenset({"file", "picture", "counter"})


@dataclass(frozen=True, slots=True)
class Place:
    """Where a value goes.

    Attributes:
        call: who brings it.
        field: the field.
        element_id: the element.
    """

    call: Call
    field: Record
    element_id: int

    @property
    def kind(self) -> str:
        """How values of the field are kept."""
        return columns.types()[self.field["TYPE"]].kind

    def refuse(self, text: str) -> RestError:
        """The refusal of a value."""
        return RestError("ERROR_ELEMENT_FIELD_VALUE", text)


def read(place: Place, sent: Any, before: dict[str, Any]) -> dict[str, Any]:
    """Bring what was sent to its stored form.

    Args:
        place: where it goes.
        sent: one value, or several in a list, or by the ids of values as lists.element.get shows them.
        before: the values the element has so far, by their ids.

    Returns:
        values by their ids; empty values are left out.

    Raises:
        RestError: a value is not of the field's type.
    """
    entries = _entries(place, sent)
    if place.field["MULTIPLE"] != "Y":
        entries = entries[:1]
    is_file = place.kind == "file"
    kept = dict(before) if is_file and place.field["MULTIPLE"] == "Y" and entries else {}
    for value_id, value in entries:
        if is_file and _is_removal(value):
            kept.pop(value_id, None)
            continue
        stored = before[value_id] if value_id in before and _same(before[value_id], value) else _store(place, value)
        if stored is not None:
            kept[value_id if value_id in before and not is_file else _number(place)] = stored
    _forget(place, before, kept)
    return kept


def show(kind: str, stored: Any) -> Any:
    """Write a stored value."""
    if kind == "day":
        return portal_dates.portal_day(portal_dates.read(stored))
    return portal_dates.portal_form(portal_dates.read(stored)) if kind == "moment" else stored


def sorted_as(kind: str, stored: Any) -> Any:
    """What an element is sorted by: the number of numbers, the value itself of all others."""
    return as_number(stored) if kind in {"number", "counter", "person"} else stored


def comparable(kind: str, value: Any) -> Any:
    """Bring the value of a filter to the form in which values are kept."""
    if kind in {"day", "moment"} and isinstance(value, str):
        try:
            moment = portal_dates.read(value)
        except ValueError:
            return value
        return _iso(kind, moment) if len(value) > len("2026-12-31") or kind == "day" else value
    return value


def _entries(place: Place, sent: Any) -> list[tuple[str, Any]]:
    if sent in (None, "", [], {}, False):
        return []
    if place.kind in {"file", "picture"} and _is_file(sent):
        return [("", sent)]
    if place.kind == "formatted" and isinstance(sent, dict) and {"TEXT", "VALUE"} & sent.keys():
        return [("", sent)]
    if isinstance(sent, dict):
        return [(str(key), value) for key, value in sent.items()]
    return [("", value) for value in sent] if isinstance(sent, list) else [("", sent)]


def _store(place: Place, value: Any) -> Any:
    if isinstance(value, dict) and set(value) <= {"VALUE", "DESCRIPTION"}:
        value = value.get("VALUE")
    if value in (None, "", [], {}):
        return None
    try:
        return _STORE[place.kind](place, value)
    except (TypeError, ValueError) as problem:
        raise place.refuse(f"The value of the field '{place.field['NAME']}' is incorrect: {problem}") from problem


def _text(_place: Place, value: Any) -> str:
    if isinstance(value, (dict, list)):
        raise TypeError("text is expected")
    return str(value)


def _number_text(_place: Place, value: Any) -> str:
    number = as_number(value)
    if number is None:
        raise ValueError("a number is expected")
    return str(whole(number))


def _choice(place: Place, value: Any) -> str | None:
    return str(value) if str(value) in place.field["CHOICES"] else None


def _moment(place: Place, value: Any) -> str:
    moment = portal_dates.read(value)
    return _iso(place.kind, moment)


def _iso(kind: str, moment: Any) -> str:
    plain = moment.replace(tzinfo=None)
    return str(plain.date().isoformat() if kind == "day" else plain.isoformat(sep=" ", timespec="seconds"))


def _formatted(_place: Place, value: Any) -> dict[str, str]:
    if not isinstance(value, dict):
        return {"TEXT": str(value), "TYPE": "HTML"}
    return {"TEXT": str(value.get("TEXT", "")), "TYPE": str(value.get("TYPE", "HTML")).upper()}


def _money(_place: Place, value: Any) -> str:
    amount, _, currency = _text(_place, value).partition("|")
    if as_number(amount) is None:
        raise ValueError("an amount and a currency, such as 100|USD, are expected")
    return f"{amount.strip()}|{currency.strip()}"


def _file(place: Place, value: Any) -> str:
    sent = value.get("fileData", value) if isinstance(value, dict) else value
    if to_integer(sent) is not None:
        raise place.refuse("Writing file values by ID is not supported")
    entries = list(sent.values()) if isinstance(sent, dict) else sent if isinstance(sent, list) else ["file", sent]
    try:
        content = base64.b64decode("".join(str(entries[-1]).split()), validate=True)
    except binascii.Error as problem:
        raise ValueError("its content is not Base64") from problem
    return files.keep(place.call.database, str(entries[0]), content)


def _drive(place: Place, value: Any) -> str:
    number = to_integer(str(value).removeprefix("n"))
    if number is None:
        raise ValueError("the number of a file on the drive is expected")
    return files.attach(place.call, number, place.element_id)


def _person(_place: Place, value: Any) -> str:
    number = to_integer(str(value).removeprefix("user_"))
    if number is None:
        raise ValueError("the ID of a user is expected")
    return str(number)


def _is_file(sent: Any) -> bool:
    if isinstance(sent, dict):
        return "fileData" in sent
    return isinstance(sent, list) and len(sent) == len(("name", "content")) and not isinstance(sent[0], (list, dict))


def _is_removal(value: Any) -> bool:
    return value in (None, "") or (isinstance(value, dict) and {name.upper() for name in value} & {"DEL"} != set())


def _same(stored: Any, value: Any) -> bool:
    return bool(stored == value)


def _forget(place: Place, before: dict[str, Any], kept: dict[str, Any]) -> None:
    if place.kind not in {"file", "picture"}:
        return
    for number in set(before.values()) - set(kept.values()):
        files.forget(place.call.database, number)


def _number(place: Place) -> str:
    return str(place.call.database.collection("lists_values").insert({}))


_STORE: dict[str, Callable[[Place, Any], Any]] = {
    "text": _text,
    "number": _number_text,
    "counter": _number_text,
    "choice": _choice,
    "day": _moment,
    "moment": _moment,
    "formatted": _formatted,
    "money": _money,
    "file": _file,
    "picture": _file,
    "drive": _drive,
    "person": _person,
}
