"""`sonet_group.*` and `socialnetwork.api.workgroup.*`: groups and projects themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bitrix_node.sandbox import uploads
from bitrix_node.sandbox.arguments import is_true
from bitrix_node.sandbox.catalog.images import require_image
from bitrix_node.sandbox.disk.visitor import Visitor
from bitrix_node.sandbox.errors import RestError
from bitrix_node.sandbox.filters import split_operator
from bitrix_node.sandbox.registry import PAGE_SIZE, Call, Page, method
from bitrix_node.sandbox.workgroups import groups, views
from bitrix_node.sandbox.workgroups.groups import WORKGROUPS

if TYPE_CHECKING:
    from bitrix_node.sandbox.database import Record

_FILTERABLE = (
    "ID", "NAME", "OWNER_ID", "ACTIVE", "VISIBLE", "OPENED", "CLOSED", "PROJECT", "SUBJECT_ID", "SITE_ID",
    "DATE_CREATE", "DATE_UPDATE", "DATE_ACTIVITY",
)  # fmt: skip
_SCOPE = ("sonet_group", "sonet")


@method("sonet_group.create", scope=_SCOPE)
def create(call: Call) -> int:
    """Make a group or project."""
    fields = _cleaned(call, new=True)
    if not fields.get("NAME"):
        raise RestError("", "Cannot create group")
    owner_id = call.integer("OWNER_ID") if call.is_admin else 0
    if owner_id and call.database.collection("users").get(owner_id) is None:
        raise RestError("", "Cannot create group")
    return int(groups.create(call, {**fields, "OWNER_ID": owner_id or call.user_id})["id"])


@method("sonet_group.get", scope=_SCOPE)
def get(call: Call) -> Page:
    """List the groups that the caller sees, the newest first."""
    conditions = _conditions(call.mapping("FILTER"))
    if call.has("GROUP_ID"):
        conditions["=id"] = call.integer("GROUP_ID")
    rows, total = _query(call, conditions, call.mapping("ORDER"), everything=call.flag("IS_ADMIN"))
    return call.page([views.row(groups.whole(group)) for group in rows], total)


@method("sonet_group.update", scope=_SCOPE)
def update(call: Call) -> int:
    """Change a group."""
    group = groups.found(call, call.integer("GROUP_ID"))
    if not groups.runs(call, group):
        raise RestError("", "User has no permissions to update group")
    changes = _cleaned(call, new=False)
    if "NAME" in changes and not changes["NAME"]:
        raise RestError("", "Cannot update group")
    groups.change(call, group, changes)
    return int(group["id"])


@method("sonet_group.delete", scope=_SCOPE)
def delete(call: Call) -> bool:
    """Remove a group; its tasks stay, without a group."""
    group = groups.found(call, call.integer("GROUP_ID"))
    if not groups.runs(call, group):
        raise RestError("", "User has no permissions to delete group")
    tasks = call.database.collection("tasks")
    for task in tasks.find(GROUP_ID=group["id"]):
        tasks.update(task["id"], {"GROUP_ID": 0, "STAGE_ID": 0})
    uploads.forget(call.database, group["IMAGE"])
    return groups.collection(call.database).delete(group["id"])


@method("sonet_group.setowner", scope=_SCOPE)
def set_owner(call: Call) -> bool:
    """Hand a group over; the former owner moderates it from then on."""
    group = groups.collection(call.database).get(call.integer("GROUP_ID"))
    if group is None:
        raise RestError("", "Invalid workgroup/project ID")
    group, owner_id = groups.whole(group), call.integer("USER_ID")
    if call.database.collection("users").get(owner_id) is None:
        raise RestError("", "Invalid user ID")
    if not groups.runs(call, group):
        raise RestError("", "User has no permissions to set owner")
    changes = {
        "OWNER_ID": owner_id,
        "members": list(dict.fromkeys([*group["members"], owner_id])),
        "moderators": groups.without([*group["moderators"], group["OWNER_ID"]], (owner_id,)),
        "invited": groups.without(group["invited"], (owner_id,)),
        "requesting": groups.without(group["requesting"], (owner_id,)),
    }
    groups.change(call, group, changes)
    return True


@method("socialnetwork.api.workgroup.get", scope="socialnetwork")
def get_details(call: Call) -> dict[str, Any]:
    """Fetch a group with what is asked for beside its fields."""
    parameters = call.mapping("params")
    if not parameters.get("groupId"):
        raise RestError("SONET_CONTROLLER_WORKGROUP_EMPTY", "No value for the workgroup ID was provided.")
    try:
        group = groups.found(call, int(parameters["groupId"]), seen=True)
    except (RestError, TypeError, ValueError) as problem:
        raise RestError("SONET_CONTROLLER_WORKGROUP_NOT_FOUND", "Workgroup not found.") from problem
    select = parameters.get("select") or []
    return views.details(call, group, list(select.values()) if isinstance(select, dict) else list(select))


@method("socialnetwork.api.workgroup.list", scope="socialnetwork")
def list_details(call: Call) -> Page:
    """List groups with the chosen fields in camelCase; the id alone without `select`."""
    everything = is_true(call.mapping("params").get("IS_ADMIN"))
    rows, total = _query(call, _conditions(call.mapping("filter")), call.mapping("order"), everything=everything)
    select = [str(name) for name in call.sequence("select")] or ["ID"]
    shown = [views.chosen(call, groups.whole(group), select) for group in rows]
    return call.page(shown, total, {"workgroups": shown})


def _query(
    call: Call, conditions: dict[str, Any], order: dict[str, Any], *, everything: bool
) -> tuple[list[Record], int]:
    shown = everything and call.is_admin
    mine = [
        group["id"] for group in groups.collection(call.database).all() if groups.is_seen(call, groups.whole(group))
    ]
    seen = {} if shown else {"0": {"@id": mine or [0]}}
    return groups.collection(call.database).query(
        {**seen, "1": conditions} if conditions else seen,
        {_stored(name): way for name, way in order.items() if name.upper() in _FILTERABLE} or {"id": "DESC"},
        start=call.start,
        limit=PAGE_SIZE,
    )


def _conditions(given: dict[str, Any]) -> dict[str, Any]:
    conditions: dict[str, Any] = {}
    for key, value in given.items():
        operator, name = split_operator(key)
        if name.upper() in _FILTERABLE:
            conditions[f"{operator}{_stored(name)}"] = value
    return conditions


def _stored(name: str) -> str:
    return "id" if name.upper() == "ID" else name.upper()


def _cleaned(call: Call, *, new: bool) -> Record:
    sent = {name.upper(): value for name, value in call.arguments.items()}
    try:
        fields = WORKGROUPS.clean(sent, new=new)
    except ValueError as problem:
        raise RestError("", "Incorrect input data") from problem
    fields.pop("OWNER_ID", None)
    if sent.get("IMAGE"):
        fields["IMAGE"] = _picture(call, sent["IMAGE"])
    elif sent.get("IMAGE_FILE_ID") is not None:
        fields["IMAGE"] = _picture_of_drive(call)
    return fields


def _picture(call: Call, sent: Any) -> str:
    try:
        return _kept(call, *uploads.decode(sent))
    except ValueError as problem:
        raise _no_image() from problem


def _picture_of_drive(call: Call) -> str:
    number = call.integer("IMAGE_FILE_ID")
    if not number:
        return ""
    record = Visitor.of(call).object(number, "file")
    return _kept(call, record["NAME"], call.database.blobs.get(record["FILE_ID"]) or b"")


def _kept(call: Call, name: str, data: bytes) -> str:
    try:
        require_image(data)
    except RestError as problem:
        raise _no_image() from problem
    return uploads.keep(call.database, name, data)


def _no_image() -> RestError:
    return RestError("ERROR_IMAGE_ID", "Image is incorrect: Invalid file type")
