"""`disk.storage.*`: the drives of the company, its groups and its people."""

from __future__ import annotations

from typing import Any

from bitrix_node.sandbox.disk import tree, views
from bitrix_node.sandbox.disk.arguments import children_page, names_of, needed_id, needed_name, upload
from bitrix_node.sandbox.disk.visitor import FILE, FOLDER, Visitor
from bitrix_node.sandbox.errors import RestError
from bitrix_node.sandbox.registry import Call, Page, method

_TYPES = ["user", "common", "group"]


@method("disk.storage.getTypes", scope="disk")
def get_types(_call: Call) -> list[str]:
    """Name the kinds of storage."""
    return _TYPES


@method("disk.storage.getList", scope="disk")
def get_list(call: Call) -> Page:
    """List the storages open to the caller."""
    visitor = Visitor.of(call)
    allowed = [storage["id"] for storage in visitor.open_storages()]
    field_name = names_of(views.STORAGE_FIELDS)
    rows, total = visitor.storages.query(
        {"0": {"@id": allowed}, "1": call.mapping("filter")},
        call.mapping("order"),
        start=call.start,
        field_name=field_name,
    )
    return call.page([views.storage(row) for row in rows], total)


@method("disk.storage.get", scope="disk")
def get(call: Call) -> dict[str, Any]:
    """Describe a storage."""
    return views.storage(Visitor.of(call).storage(needed_id(call)))


@method("disk.storage.getForApp", scope="disk")
def get_for_application(call: Call) -> dict[str, Any]:
    """Give the calling application a storage of its own."""
    if call.application is None:
        raise RestError("ACCESS_DENIED", "Access denied! Application context required")
    visitor = Visitor.of(call)
    return views.storage(visitor.storage_of("restapp", call.application.client_id, "Application drive"))


@method("disk.storage.rename", scope="disk")
def rename(call: Call) -> dict[str, Any]:
    """Give the storage of an application another name."""
    visitor = Visitor.of(call)
    number = needed_id(call)
    name = call.text("newName", required="ERROR_ARGUMENT", message="Invalid value of parameter {Parameter #1}")
    if not call.is_admin:
        raise RestError("ACCESS_DENIED", "Access denied")
    storage = visitor.storage(number)
    if storage["ENTITY_TYPE"] != "restapp":
        raise RestError("", "Access denied (invalid type of storage)")
    visitor.storages.update(number, {"NAME": name})
    return views.storage({**storage, "NAME": name})


@method("disk.storage.getChildren", scope="disk")
def get_children(call: Call) -> Page:
    """List what lies at the root of a storage."""
    visitor = Visitor.of(call)
    return children_page(call, visitor, visitor.storage(needed_id(call))["ROOT_OBJECT_ID"])


@method("disk.storage.addFolder", scope="disk")
def add_folder(call: Call) -> dict[str, Any]:
    """Make a folder at the root of a storage."""
    visitor = Visitor.of(call)
    root = _root(visitor, needed_id(call))
    return views.entry(visitor, tree.add_folder(visitor, root, needed_name(call)), new=True)


@method("disk.storage.uploadFile", scope="disk")
def upload_file(call: Call) -> dict[str, Any]:
    """Put a file at the root of a storage."""
    visitor = Visitor.of(call)
    return upload(call, visitor, _root(visitor, needed_id(call)))


def _declare_fields(kind: str) -> None:
    @method(f"disk.{kind}.getFields", scope="disk")
    def get_fields(_call: Call) -> dict[str, Any]:
        return views.fields(kind)


for _kind in ("storage", FOLDER, FILE):
    _declare_fields(_kind)


def _root(visitor: Visitor, storage_id: int) -> dict[str, Any]:
    return visitor.object(visitor.storage(storage_id)["ROOT_OBJECT_ID"], FOLDER)
