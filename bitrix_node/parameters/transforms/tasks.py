"""Transforms for tasks."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from bitrix_node.parameters.errors import UnusableValue
from bitrix_node.parameters.transforms.general import integer, integer_list, text_list

if TYPE_CHECKING:
    from collections.abc import Callable

_TASK_LINK = re.compile(r"/tasks?/(?:task/)?view/(\d+)")


def task_number(value: Any) -> int:
    """The number of a task, from the number or from the link to the task."""
    link = _TASK_LINK.search(str(value))
    try:
        return integer(link.group(1) if link else value)
    except UnusableValue:
        raise UnusableValue("a number such as 8017, or the link to a task") from None


def drive_attachments(value: Any) -> list[str]:
    """Files of the Drive as tasks take them: `n` and the file's number (UF_TASK_WEBDAV_FILES)."""
    return [f"n{number}" for number in integer_list([str(entry).lstrip("n") for entry in text_list(value)])]


def checklist_members(value: dict[str, Any]) -> dict[str, dict[str, str]]:
    """The people of a checklist item: `{"547": {"TYPE": "A"}}`, A for participants and U for observers.

    Args:
        value: numbers of people under `participants` and `observers`.
    """
    roles = {"observers": "U", "participants": "A"}
    return {str(number): {"TYPE": kind} for role, kind in roles.items() for number in value.get(role, [])}


TRANSFORMS: dict[str, Callable[[Any], Any]] = {
    "checklistMembers": checklist_members,
    "driveAttachments": drive_attachments,
    "taskNumber": task_number,
}
