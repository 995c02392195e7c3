"""Sharing on the drive: levels of access, and public links with the page behind them."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from aiohttp import web

from bitrix_node.sandbox.clock import timestamp
from bitrix_node.sandbox.disk import content, sharing, tree
from bitrix_node.sandbox.disk.arguments import needed_id
from bitrix_node.sandbox.disk.visitor import ALIVE, FILE, FOLDER, Visitor, not_found
from bitrix_node.sandbox.registry import Call, method, route

if TYPE_CHECKING:
    from bitrix_node.sandbox.database import Record
    from bitrix_node.sandbox.portal import Portal

_PAGE = "<!doctype html><html><head><meta charset=utf-8><title>{0}</title></head><body><h1>{0}</h1>{1}</body></html>"


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


@route("GET", "/~{code}")
async def open_link(request: web.Request, portal: Portal) -> web.Response:
    """Show the page behind a public link: what can be downloaded there."""
    visitor = Visitor(portal.database, 0, True, timestamp(portal.clock.now()), portal.url)
    known = sharing.links(portal.database).first(CODE=request.match_info["code"])
    found = visitor.objects.get(known["OBJECT_ID"]) if known else None
    if found is None or found["DELETED_TYPE"] != ALIVE:
        return web.Response(text=_PAGE.format("Link not found", ""), status=404, content_type="text/html")
    return web.Response(text=_page(visitor, found), content_type="text/html")


def _page(visitor: Visitor, entry: Record) -> str:
    entries = [entry] if entry["TYPE"] == FILE else tree.children(visitor, entry["id"])
    return _PAGE.format(escape(entry["NAME"]), "".join(_line(visitor, shown) for shown in entries))


def _line(visitor: Visitor, entry: Record) -> str:
    name = escape(entry["NAME"])
    if entry["TYPE"] == FOLDER:
        return f"<p>{name}/</p>"
    return f'<p><a href="{escape(content.download_url(visitor.portal, entry))}">{name}</a></p>'
