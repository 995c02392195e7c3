"""What the methods of `disk.*` read in the same way from their arguments."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bitrix_node.sandbox.disk import content, sharing, views
from bitrix_node.sandbox.disk.visitor import ALIVE, Visitor
from bitrix_node.sandbox.errors import RestError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from bitrix_node.sandbox.database import Record
    from bitrix_node.sandbox.registry import Call, Page


def needed_id(call: Call, name: str = "id", place: int = 0) -> int:
    """An id that must be given.

    Raises:
        RestError: `ERROR_ARGUMENT` when it is missing or no number.
    """
    return call.integer(name, required="ERROR_ARGUMENT", message=_wrong(place))


def needed_name(call: Call) -> str:
    """The `NAME` in `data`.

    Raises:
        RestError: `ERROR_ARGUMENT` when it is missing.
    """
    name = str(_data(call).get("NAME") or "").strip()
    if not name:
        raise RestError("ERROR_ARGUMENT", _wrong(1))
    return name


def names_of(known: Iterable[str]) -> Callable[[str], str]:
    """How filters and orders of `disk.*` name stored fields.

    Args:
        known: upper-case names that may be used.

    Returns:
        a function from given to stored name, which raises `ERROR_ARGUMENT` for any other.
    """
    allowed = frozenset(known) | {"id"}

    def stored(name: str) -> str:
        upper = name if name == "id" else name.upper()
        if upper not in allowed:
            raise RestError("ERROR_ARGUMENT", _wrong(1))
        return "id" if upper in ("ID", "REAL_OBJECT_ID") else upper

    return stored


def children_page(call: Call, visitor: Visitor, folder_id: int) -> Page:
    """One page of what lies directly in a folder, the recycle bin aside."""
    rows, total = visitor.objects.query(
        {"0": {"PARENT_ID": folder_id, "DELETED_TYPE": [ALIVE]}, "1": call.mapping("filter")},
        call.mapping("order"),
        start=call.start,
        field_name=names_of(views.OBJECT_FIELDS),
    )
    return call.page([views.entry(visitor, row) for row in rows], total)


def upload(call: Call, visitor: Visitor, folder: Record) -> dict[str, Any]:
    """Put the file of a call into a folder, or answer where to bring it when the call holds no content.

    Raises:
        RestError: `DISK_BASE_SERVICE_22001` without a name, `ERROR_COULD_NOT_SAVE_FILE` for content that is no Base64,
            an empty code for rights in a wrong form, `DISK_OBJ_22000` for a taken name.
    """
    unique = call.flag("generateUniqueName")
    rights = call.value("rights")
    if rights not in (None, "", []) and not isinstance(rights, (list, dict)):
        raise RestError("", "Invalid rights format")
    if call.value("fileContent") in (None, "", []):
        return content.offer_upload(visitor, folder, unique=unique)
    name = str(_data(call).get("NAME") or "").strip()
    if not name:
        raise RestError("DISK_BASE_SERVICE_22001", "Error: required parameter NAME (DISK_BASE_SERVICE_22001)")
    data = content.decode(call.value("fileContent"), "ERROR_COULD_NOT_SAVE_FILE")
    file = content.add_file(visitor, folder, name, data, unique=unique)
    sharing.grant(visitor, file, call.sequence("rights"))
    return views.entry(visitor, file, new=True)


def _data(call: Call) -> dict[str, Any]:
    return {key.upper(): value for key, value in call.mapping("data").items()}


def _wrong(place: int) -> str:
    return f"Invalid value of parameter {{Parameter #{place}}}"
