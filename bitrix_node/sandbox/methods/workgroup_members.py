"""`sonet_group.user.*`: the people in groups. Groups keep their people by id; answers write ids as text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bitrix_node.sandbox.arguments import to_integer
from bitrix_node.sandbox.errors import RestError
from bitrix_node.sandbox.registry import Call, method
from bitrix_node.sandbox.workgroups import groups

if TYPE_CHECKING:
    from bitrix_node.sandbox.database import Record

_SCOPE = ("sonet_group", "sonet")
_ROLES = (groups.MODERATOR, groups.MEMBER)


@method("sonet_group.user.get", scope=_SCOPE)
def get(call: Call) -> list[dict[str, str]]:
    """List the people in a group with their roles."""
    if call.integer("ID") <= 0:
        raise RestError("", "Wrong socialnetwork group ID")
    group = groups.found(call, call.integer("ID"), seen=not call.is_admin)
    return [{"USER_ID": str(number), "ROLE": groups.role_of(group, number)} for number in group["members"]]


@method("sonet_group.user.groups", scope=_SCOPE)
def groups_of_user(call: Call) -> list[dict[str, Any]]:
    """List the groups that the caller is in."""
    found = [groups.whole(group) for group in groups.collection(call.database).all()]
    return [
        {
            "GROUP_ID": str(group["id"]),
            "GROUP_NAME": group["NAME"],
            "ROLE": groups.role_of(group, call.user_id),
            "GROUP_IMAGE_ID": str(group["id"]) if group["IMAGE"] else None,
            "GROUP_IMAGE": f"{call.portal}{group['IMAGE']}" if group["IMAGE"] else "",
        }
        for group in found
        if call.user_id in group["members"]
    ]


@method("sonet_group.user.add", scope=_SCOPE)
def add(call: Call) -> list[str]:
    """Put people into a group; those who are in it or do not work here are passed over."""
    group = groups.found(call, call.integer("GROUP_ID"))
    _require_admin(call, "No permissions to add users")
    added = [number for number in _people(call) if number not in group["members"] and _works_here(call, number)]
    _join(call, group, added)
    return _written(added)


@method("sonet_group.user.invite", scope=_SCOPE)
def invite(call: Call) -> list[str]:
    """Ask people into a group; without the right to, nobody is asked."""
    group = groups.found(call, call.integer("GROUP_ID"), seen=not call.is_admin)
    known = (*group["members"], *group["invited"])
    asked = [number for number in _people(call) if number not in known and _works_here(call, number)]
    asked = asked if groups.may_invite(call, group) else []
    groups.change(call, group, {"invited": [*group["invited"], *asked]})
    return _written(asked)


@method("sonet_group.user.request", scope=_SCOPE)
def request(call: Call) -> bool:
    """Ask to be let into a group; open groups and invitations let in at once."""
    group = groups.found(call, call.integer("GROUP_ID"), seen=True)
    if call.user_id in group["members"]:
        raise RestError("", "Cannot request to join group")
    if group["OPENED"] == "Y" or call.user_id in group["invited"]:
        _join(call, group, [call.user_id])
    elif call.user_id not in group["requesting"]:
        groups.change(call, group, {"requesting": [*group["requesting"], call.user_id]})
    return True


@method("sonet_group.user.update", scope=_SCOPE)
def update(call: Call) -> list[str]:
    """Make members moderators, or moderators members; the owner stays what he is."""
    group = groups.found(call, call.integer("GROUP_ID"))
    _require_admin(call, "No permissions to update users role")
    role = call.text("ROLE")
    if role not in _ROLES:
        raise RestError("", "Incorrect role code")
    changed = [number for number in _people(call) if groups.role_of(group, number) in set(_ROLES) - {role}]
    others = groups.without(group["moderators"], changed)
    groups.change(call, group, {"moderators": [*others, *changed] if role == groups.MODERATOR else others})
    return _written(changed)


@method("sonet_group.user.delete", scope=_SCOPE)
def delete(call: Call) -> list[str]:
    """Take people out of a group; the owner stays."""
    group = groups.found(call, call.integer("GROUP_ID"))
    _require_admin(call, "No permissions to update users role")
    gone = [number for number in _people(call) if groups.role_of(group, number) in _ROLES]
    lists = ("members", "moderators")
    groups.change(call, group, {name: groups.without(group[name], gone) for name in lists})
    return _written(gone)


def _join(call: Call, group: Record, people: list[int]) -> None:
    changes = {name: groups.without(group[name], people) for name in ("invited", "requesting")}
    groups.change(call, group, {**changes, "members": [*group["members"], *people]})


def _people(call: Call) -> list[int]:
    """The argument `USER_ID`, one number or several.

    Raises:
        RestError: it is empty, or holds something else.
    """
    numbers = [to_integer(entry) for entry in call.sequence("USER_ID")]
    people = [number for number in numbers if number is not None and number > 0]
    if not people or len(people) != len(numbers):
        raise RestError("", "Wrong user IDs")
    return list(dict.fromkeys(people))


def _works_here(call: Call, user_id: int) -> bool:
    user = call.database.collection("users").get(user_id) or {}
    return bool(user.get("ACTIVE", False)) and user.get("USER_TYPE") in ("employee", "extranet")


def _require_admin(call: Call, text: str) -> None:
    if not call.is_admin:
        raise RestError("", text)


def _written(people: list[int]) -> list[str]:
    return [str(number) for number in people]
