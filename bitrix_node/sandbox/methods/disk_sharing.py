"""Sharing on the drive: levels of access, and public links."""

from __future__ import annotations

from bitrix_node.sandbox.disk import sharing
from bitrix_node.sandbox.disk.arguments import needed_id
from bitrix_node.sandbox.disk.visitor import FILE, FOLDER, Visitor, not_found
from bitrix_node.sandbox.registry import Call, method


@method("disk.rights.getTasks", scope="disk")
def get_tasks(_call: Call) -> list[dict[str, str]]:
    """List the levels of access."""
    return sharing.levels()


@method("disk.folder.shareToUser", scope="disk")
def share_to_user(call: Call) -> bool:
    """Give a person access to a folder."""
    visitor = Visitor.of(call)
    folder = visitor.object(needed_id(call, place=1), FOLDER)
    user_id = needed_id(call, "userId", 1)
    task = call.text("taskName", required="ERROR_ARGUMENT", message="Invalid value of parameter {Parameter #1}")
    if call.database.collection("users").get(user_id) is None:
        raise not_found(user_id)
    sharing.share(visitor, folder, user_id, task)
    return True


@method("disk.folder.getExternalLink", scope="disk")
def folder_link(call: Call) -> str:
    """The public link of a folder."""
    visitor = Visitor.of(call)
    return sharing.link(visitor, visitor.object(needed_id(call, place=1), FOLDER))


@method("disk.file.getExternalLink", scope="disk")
def file_link(call: Call) -> str:
    """The public link of a file."""
    visitor = Visitor.of(call)
    return sharing.link(visitor, visitor.object(needed_id(call), FILE))
