"""`….document.*` of both worlds of documents."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bitrix_node.sandbox import public_links
from bitrix_node.sandbox.documents import documents, docx, templates
from bitrix_node.sandbox.documents.worlds import World, declare
from bitrix_node.sandbox.registry import PAGE_SIZE, Call, Page

if TYPE_CHECKING:
    from collections.abc import Callable


def add(world: World, call: Call) -> dict[str, Any]:
    """Make a document."""
    return {"document": documents.show(call, world, documents.make(call, world), new=True)}


def update(world: World, call: Call) -> dict[str, Any]:
    """Make a document anew with other values."""
    document = documents.find(call, world)
    return {"document": documents.show(call, world, documents.change(call, world, document))}


def get(world: World, call: Call) -> dict[str, Any]:
    """Describe a document."""
    return {"document": documents.show(call, world, documents.find(call, world))}


def get_list(world: World, call: Call) -> Page:
    """List documents."""
    rows, total = world.documents(call.database).query(
        call.mapping("filter"), call.mapping("order"), start=call.start, limit=PAGE_SIZE
    )
    select = [str(name) for name in call.sequence("select")]
    found = [documents.show_in_list(call, world, row, select) for row in rows]
    return call.page([], total, {"documents": found})


def delete(world: World, call: Call) -> None:
    """Remove a document with its files."""
    document = documents.find(call, world)
    documents.forget_files(call, document)
    public_links.close(call.database, documents.public_kind(world), document["id"])
    world.documents(call.database).delete(document["id"])


def get_fields(world: World, call: Call) -> dict[str, Any]:
    """Describe the fields of a document and what they are filled with."""
    document = documents.find(call, world)
    template = world.templates(call.database).get(document["templateId"]) or {}
    codes = docx.fields(templates.content(call, template))
    return {"documentFields": documents.filling(call, document, call.mapping("values")).card(codes)}


def enable_public_url(world: World, call: Call) -> dict[str, Any]:
    """Open a document to everybody who has its link, or close it again."""
    document, kind = documents.find(call, world), documents.public_kind(world)
    if call.integer("status", 1):
        public_links.path(call.database, kind, document["id"])
    else:
        public_links.close(call.database, kind, document["id"])
    return {"publicUrl": documents.public_url(call, world, document)}


_METHODS: dict[str, Callable[[World, Call], Any]] = {
    "add": add,
    "update": update,
    "get": get,
    "list": get_list,
    "delete": delete,
    "getfields": get_fields,
    "enablepublicurl": enable_public_url,
}

declare("document", _METHODS)
