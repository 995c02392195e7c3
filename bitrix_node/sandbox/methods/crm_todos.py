"""`crm.activity.todo.*`: the planner's to-dos."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bitrix_node.sandbox.binding import bound_integer, bound_text, whole_numbers
from bitrix_node.sandbox.crm import activities
from bitrix_node.sandbox.crm.owners import Owner
from bitrix_node.sandbox.errors import RestError
from bitrix_node.sandbox.fields import store_date
from bitrix_node.sandbox.registry import Call, method

if TYPE_CHECKING:
    from collections.abc import Callable

    from bitrix_node.sandbox.database import Record

_KIND = {
    "TYPE_ID": activities.PROVIDED,
    "PROVIDER_ID": "CRM_TODO",
    "PROVIDER_TYPE_ID": "TODO",
    "NOTIFY_TYPE": 1,
    "NOTIFY_VALUE": 15,
}
_NO_TITLE = "To-do"


@method("crm.activity.todo.add", scope="crm")
def todo_add(call: Call) -> dict[str, int]:
    """Plan a to-do for a record."""
    owner = _owner(call)
    record = {**_KIND, **_values(call), "OWNER_TYPE_ID": owner.type_id, "OWNER_ID": owner.id}
    record["RESPONSIBLE_ID"] = call.integer("responsibleId") or call.user_id
    return {"id": activities.insert(call, record)}


@method("crm.activity.todo.update", scope="crm")
def todo_update(call: Call) -> dict[str, int]:
    """Change a to-do; texts and settings that are not given again become empty."""
    activity = _open_todo(call)
    changes = _values(call)
    if call.integer("responsibleId"):
        changes["RESPONSIBLE_ID"] = call.integer("responsibleId")
    activities.save(call, activity, changes)
    return {"id": activity["id"]}


def _set_description(call: Call) -> Record:
    return {"DESCRIPTION": bound_text(call, "value")}


def _set_color(call: Call) -> Record:
    return {"SETTINGS": {"COLOR": bound_text(call, "colorId")}}


def _set_responsible(call: Call) -> Record:
    responsible = bound_integer(call, "responsibleId")
    if responsible < 1:
        raise RestError("INVALID_ARG_VALUE", "Parameter responsibleId has to be greater than 0")
    return {"RESPONSIBLE_ID": responsible}


def _deadline(call: Call, name: str = "value") -> Record:
    try:
        deadline = store_date(bound_text(call, name))
    except ValueError as problem:
        raise RestError("WRONG_DATETIME_FORMAT", "Wrong date format") from problem
    return {"DEADLINE": deadline, "START_TIME": deadline, "END_TIME": deadline}


def _values(call: Call) -> Record:
    settings: dict[str, Any] = {
        "COLOR": call.text("colorId"),
        "PING_OFFSETS": whole_numbers(call.sequence("pingOffsets")),
        "PARENT_ACTIVITY_ID": call.integer("parentActivityId"),
    }
    texts = {"SUBJECT": call.text("title") or _NO_TITLE, "DESCRIPTION": call.text("description")}
    given = {name: entry for name, entry in settings.items() if entry}
    return {**_deadline(call, "deadline"), **texts, "SETTINGS": given or []}


def _owner(call: Call) -> Owner:
    owner = Owner(bound_integer(call, "ownerTypeId"), bound_integer(call, "ownerId"))
    if not owner.exists(call.database):
        raise RestError("OWNER_NOT_FOUND", "Owner of the activity is not found")
    return owner


def _open_todo(call: Call, refusal: str = "CAN_NOT_UPDATE_COMPLETED_TODO") -> Record:
    activity = activities.activities(call.database).get(bound_integer(call, "id"))
    owner = _owner(call)
    if activity is None or Owner(activity["OWNER_TYPE_ID"], activity["OWNER_ID"]) != owner:
        raise RestError("NOT_FOUND", "Activity not found")
    if activity["COMPLETED"] == "Y":
        raise RestError(refusal, "A completed to-do cannot be changed")
    return activity


_CHANGES: dict[str, tuple[Callable[[Call], Record], str]] = {
    "Deadline": (_deadline, "CAN_NOT_UPDATE_COMPLETED_TODO"),
    "Description": (_set_description, "CAN_NOT_UPDATE_COMPLETED_TODO"),
    "Color": (_set_color, "CAN_NOT_UPDATE_COMPLETED_TODO"),
    "ResponsibleUser": (_set_responsible, "CAN_NOT_UPDATE_RESPONSIBLE_USER_COMPLETED_TODO"),
}


def _declare(name: str, values: Callable[[Call], Record], refusal: str) -> None:
    @method(f"crm.activity.todo.update{name}", scope="crm")
    def change(call: Call) -> dict[str, int]:
        """Change one thing about a to-do."""
        activity = _open_todo(call, refusal)
        activities.save(call, activity, values(call))
        return {"id": activity["id"]}


for _name, (_values_of, _refusal) in _CHANGES.items():
    _declare(_name, _values_of, _refusal)
