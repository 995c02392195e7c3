"""Transforms for folders of the Drive: their names and who gets access to them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bitrix_node.parameters.errors import UnusableValue
from bitrix_node.parameters.transforms.general import integer, object_list

if TYPE_CHECKING:
    from collections.abc import Callable

ACCESS_LEVELS = ("read", "add", "edit", "full")
"""The levels of access that disk.folder.shareToUser documents, without the prefix that it wants."""

_PREFIX = "disk_access_"


def folder_name(value: Any) -> str:
    """The new name of a folder, from an object with nothing but `NAME`: no method changes more than that."""
    if isinstance(value, dict):
        names = {str(key).upper(): entry for key, entry in value.items()}
        name = names.get("NAME")
        if len(names) == 1 and isinstance(name, str) and name.strip():
            return name
    raise UnusableValue('a JSON object with the key NAME alone, such as {"NAME": "Contracts 2027"}')


def folder_shares(value: Any) -> list[dict[str, Any]]:
    """Who gets which level of access, as `{"userId": 12, "taskName": "disk_access_edit"}` for each person."""
    return [_folder_share(entry) for entry in object_list(value)]


def _folder_share(entry: dict[str, Any]) -> dict[str, Any]:
    given = {str(key).replace("_", "").lower(): part for key, part in entry.items()}
    level = str(given.get("taskname", "")).strip().lower().removeprefix(_PREFIX)
    if set(given) != {"userid", "taskname"} or level not in ACCESS_LEVELS:
        raise UnusableValue(
            'JSON objects with userId and taskName (read, add, edit or full), as {"userId": 12, "taskName": "edit"}'
        )
    try:
        return {"userId": integer(given["userid"]), "taskName": f"{_PREFIX}{level}"}
    except UnusableValue:
        raise UnusableValue("JSON objects with a whole number as userId") from None


TRANSFORMS: dict[str, Callable[[Any], Any]] = {
    "folderName": folder_name,
    "folderShares": folder_shares,
}
