"""Versions of files: bringing new bytes, looking at former ones, going back to them."""

from __future__ import annotations

from typing import Any

from bitrix_node.sandbox.disk import content, views
from bitrix_node.sandbox.disk.arguments import names_of, needed_id
from bitrix_node.sandbox.disk.visitor import FILE, Level, Visitor, not_found
from bitrix_node.sandbox.errors import RestError
from bitrix_node.sandbox.registry import Call, Page, method


@method("disk.file.uploadVersion", scope="disk")
def upload_version(call: Call) -> dict[str, Any]:
    """Replace a file's bytes and keep the former ones as a version."""
    visitor = Visitor.of(call)
    file = visitor.object(needed_id(call), FILE, Level.EDIT)
    sent = call.sequence("fileContent", required="ERROR_ARGUMENT", message="Invalid value of parameter {Parameter #1}")
    data = content.decode(sent, "DISK_FILE_22002")
    name = str(sent[0]) if len(sent) > 1 else ""
    return views.entry(visitor, content.add_version(visitor, file, name, data))


@method("disk.file.getVersions", scope="disk")
def get_versions(call: Call) -> Page:
    """List a file's former contents, newest first."""
    visitor = Visitor.of(call)
    file = visitor.object(needed_id(call), FILE)
    rows, total = visitor.versions.query(
        {"0": {"OBJECT_ID": file["id"]}, "1": call.mapping("filter")},
        {"ID": "DESC"},
        start=call.start,
        field_name=names_of(views.VERSION_FIELDS),
    )
    return call.page([views.version(visitor, row) for row in rows], total)


@method("disk.version.get", scope="disk")
def get_version(call: Call) -> dict[str, Any]:
    """Describe a former content of a file that the caller may read."""
    visitor = Visitor.of(call)
    number = needed_id(call)
    found = visitor.versions.get(number)
    if found is None:
        raise not_found(number)
    visitor.object(found["OBJECT_ID"], FILE)
    return views.version(visitor, found)


@method("disk.file.restoreFromVersion", scope="disk")
def restore_from_version(call: Call) -> dict[str, Any]:
    """Make a former content of a file its content again; the one it had becomes a version."""
    visitor = Visitor.of(call)
    file = visitor.object(needed_id(call), FILE, Level.FULL)
    number = needed_id(call, "versionId", 1)
    former = visitor.versions.get(number)
    if former is None:
        raise not_found(number)
    if former["OBJECT_ID"] != file["id"]:
        raise RestError("DISK_FILE_22004", "The version belongs to another file")
    data = visitor.database.blobs.get(former["FILE_ID"]) or b""
    return views.entry(visitor, content.add_version(visitor, file, file["NAME"], data))
