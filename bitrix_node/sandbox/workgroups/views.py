"""Groups as the two families of methods show them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bitrix_node.sandbox.tasks.fields import camel_name
from bitrix_node.sandbox.workgroups import groups
from bitrix_node.sandbox.workgroups.groups import WORKGROUPS

if TYPE_CHECKING:
    from collections.abc import Callable

    from bitrix_node.sandbox.database import Record
    from bitrix_node.sandbox.registry import Call

_SUBJECT = "Workgroups"
_ROW = (
    "ID", "SITE_ID", "NAME", "DESCRIPTION", "DATE_CREATE", "DATE_UPDATE", "ACTIVE", "VISIBLE", "OPENED", "CLOSED",
    "SUBJECT_ID", "OWNER_ID", "KEYWORDS", "DATE_ACTIVITY", "PROJECT",
)  # fmt: skip
_TOOLS = ("tasks", "calendar", "files", "chat", "blog")


def row(group: Record) -> dict[str, Any]:
    """A group of `sonet_group.get`: numbers as text, people counted."""
    shown = WORKGROUPS.show(group, _ROW)
    counted = {"NUMBER_OF_MEMBERS": str(len(group["members"])), "SUBJECT_NAME": _SUBJECT, "IS_EXTRANET": "N"}
    return shown | counted | ({"IMAGE": group["IMAGE"]} if group["IMAGE"] else {})


def chosen(call: Call, group: Record, select: list[str]) -> dict[str, Any]:
    """A group of `socialnetwork.api.workgroup.list`: the chosen fields in camelCase, numbers as text."""
    everything = _fields(group) | {"AVATAR": _avatar(call, group)}
    wanted = [name.upper() for name in select]
    shown = {camel_name(name): everything[name] for name in ("ID", *wanted) if name in everything}
    return {name: str(value) if isinstance(value, int) else value for name, value in shown.items()}


def details(call: Call, group: Record, select: list[Any]) -> dict[str, Any]:
    """A group of `socialnetwork.api.workgroup.get`: all fields, people by role, and what is asked for besides."""
    chat = groups.chat_of(call.database, group)
    members, owner, moderators = group["members"], group["OWNER_ID"], group["moderators"]
    shown = _fields(group) | {
        "MEMBERS": members,
        "CHAT_ID": chat.id if chat else 0,
        "DIALOG_ID": chat.dialog_id if chat else "",
        "ORDINARY_MEMBERS": groups.without(members, (owner, *moderators)),
        "INVITED_MEMBERS": group["invited"],
        "MODERATOR_MEMBERS": moderators,
        "SITE_IDS": [group["SITE_ID"]],
    }
    for name in map(str, select):
        if name in _DETAILS:
            key, work = _DETAILS[name]
            shown[key] = work(call, group)
    role = groups.role_of(group, call.user_id)
    return shown | {"ADDITIONAL_DATA": {"ROLE": role, "INITIATED_BY_TYPE": "G" if role else ""}}


def _fields(group: Record) -> dict[str, Any]:
    shown = {name: group["id"] if name == WORKGROUPS.key else group[name] for name in WORKGROUPS.fields}
    picture = shown.pop("IMAGE")
    scrum = bool(group["SCRUM_MASTER_ID"])
    return shown | {
        "IMAGE_ID": group["id"] if picture else 0,
        "AVATAR_TYPE": None if picture else "folder",
        "NUMBER_OF_MEMBERS": len(group["members"]),
        "NUMBER_OF_MODERATORS": len(group["moderators"]) + 1,
        "LANDING": "N",
        "SCRUM_OWNER_ID": group["OWNER_ID"] if scrum else 0,
        "SCRUM_SPRINT_DURATION": 0,
        "SCRUM_TASK_RESPONSIBLE": "A" if scrum else "",
        "TYPE": "scrum" if scrum else "project" if group["PROJECT"] == "Y" else "group",
    }


def _avatar(call: Call, group: Record) -> str:
    return f"{call.portal}{group['IMAGE']}" if group["IMAGE"] else ""


def _actions(call: Call, group: Record) -> dict[str, bool]:
    runs, inside = groups.runs(call, group), call.user_id in group["members"]
    return {
        "EDIT": runs,
        "DELETE": runs,
        "INVITE": groups.may_invite(call, group),
        "JOIN": not inside,
        "LEAVE": inside and call.user_id != group["OWNER_ID"],
        "FOLLOW": inside,
        "PIN": True,
        "EDIT_FEATURES": runs,
    }


def _own_role(call: Call, group: Record) -> dict[str, Any]:
    waiting = "G" if call.user_id in group["invited"] else "U" if call.user_id in group["requesting"] else False
    role = groups.role_of(group, call.user_id)
    initiated: str | bool = "G" if role else waiting
    return {"ROLE": role or ("Z" if waiting else False), "INITIATED_BY_TYPE": initiated, "IS_SUBSCRIBED": bool(role)}


def _person(call: Call, user_id: int) -> dict[str, Any]:
    user = call.database.collection("users").get(user_id) or {}
    return {
        "id": user_id,
        "name": user.get("NAME") or "",
        "lastName": user.get("LAST_NAME") or "",
        "position": user.get("WORK_POSITION") or "",
        "photo": user.get("PERSONAL_PHOTO") or "",
    }


def _full_name(call: Call, user_id: int) -> str:
    person = _person(call, user_id)
    return f"{person['name']} {person['lastName']}".strip()


def _owner(call: Call, group: Record) -> dict[str, Any]:
    owner = group["OWNER_ID"]
    return {"ID": owner, "PHOTO": _person(call, owner)["photo"], "FORMATTED_NAME": _full_name(call, owner)}


def _members(call: Call, group: Record) -> list[dict[str, Any]]:
    return [
        {
            **_person(call, user_id),
            "isOwner": user_id == group["OWNER_ID"],
            "isModerator": user_id in group["moderators"],
            "isScrumMaster": user_id == group["SCRUM_MASTER_ID"],
            "isAutoMember": False,
        }
        for user_id in group["members"]
    ]


def _waiting(call: Call, group: Record) -> list[dict[str, Any]]:
    return [
        {"id": user_id, "name": _full_name(call, user_id), "photo": _person(call, user_id)["photo"]}
        for user_id in group["requesting"]
    ]


def _everyone(_call: Call, group: Record) -> list[dict[str, Any]]:
    people = dict.fromkeys([*group["members"], *group["invited"], *group["requesting"]])
    return [
        {
            "id": user_id,
            "invited": user_id in group["invited"],
            "isAwaiting": user_id in group["requesting"],
            "isMember": user_id in group["members"],
        }
        for user_id in people
    ]


def _departments(call: Call, group: Record) -> list[int]:
    users = call.database.collection("users")
    listed = [
        number for user_id in group["members"] for number in (users.get(user_id) or {}).get("UF_DEPARTMENT") or []
    ]
    return sorted(set(listed))


def _efficiency(call: Call, group: Record) -> int:
    """The share of the group's tasks, in percent, that are not overdue."""
    tasks = call.database.collection("tasks").find(GROUP_ID=group["id"])
    late = [task for task in tasks if task["DEADLINE"] and task["DEADLINE"] < call.now.isoformat() and not _done(task)]
    return 100 - round(100 * len(late) / len(tasks)) if tasks else 100


def _done(task: Record) -> bool:
    return bool(task["CLOSED_DATE"])


def _privacy(_call: Call, group: Record) -> str:
    if group["VISIBLE"] != "Y":
        return "secret"
    return "open" if group["OPENED"] == "Y" else "closed"


def _counters(_call: Call, group: Record) -> dict[str, int]:
    return {"workgroup_requests_out": len(group["invited"]), "workgroup_requests_in": len(group["requesting"])}


def _tools(_call: Call, _group: Record) -> list[dict[str, Any]]:
    return [
        {"featureName": name, "name": name.capitalize(), "customName": "", "id": str(number), "active": True}
        for number, name in enumerate(_TOOLS, 1)
    ]


def _tags(_call: Call, group: Record) -> list[str]:
    return [word for entry in str(group["KEYWORDS"] or "").split(",") if (word := entry.strip())]


_DETAILS: dict[str, tuple[str, Callable[[Call, Record], Any]]] = {
    "ACTIONS": ("ACTIONS", _actions),
    "AVATAR": ("AVATAR", _avatar),
    "COUNTERS": ("COUNTERS", _counters),
    "DEPARTMENTS": ("DEPARTMENTS", _departments),
    "EFFICIENCY": ("EFFICIENCY", _efficiency),
    "FEATURES": ("FEATURES", _tools),
    "GROUP_MEMBERS_LIST": ("GROUP_MEMBERS_LIST", _everyone),
    "LIST_OF_MEMBERS": ("LIST_OF_MEMBERS", _members),
    "LIST_OF_MEMBERS_AWAITING_INVITE": ("LIST_OF_MEMBERS_AWAITING_INVITE", _waiting),
    "OWNER_DATA": ("OWNER_DATA", _owner),
    "PIN": ("IS_PIN", lambda _call, _group: False),
    "PRIVACY_TYPE": ("PRIVACY_CODE", _privacy),
    "SUBJECT_DATA": ("SUBJECT_DATA", lambda _call, _group: {"ID": 1, "NAME": _SUBJECT}),
    "TAGS": ("TAGS", _tags),
    "USER_DATA": ("USER_DATA", _own_role),
}
