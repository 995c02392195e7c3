"""The pages behind public links: what can be downloaded there, by anybody."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from aiohttp import web

from bitrix_node.sandbox import public_links
from bitrix_node.sandbox.clock import timestamp
from bitrix_node.sandbox.disk import content, tree
from bitrix_node.sandbox.disk.sharing import PUBLIC_KIND
from bitrix_node.sandbox.disk.visitor import ALIVE, FILE, FOLDER, Visitor
from bitrix_node.sandbox.documents.documents import public_kind
from bitrix_node.sandbox.documents.worlds import WORLDS
from bitrix_node.sandbox.registry import route

if TYPE_CHECKING:
    from bitrix_node.sandbox.database import Record
    from bitrix_node.sandbox.portal import Portal

_PAGE = "<!doctype html><html><head><meta charset=utf-8><title>{0}</title></head><body><h1>{0}</h1>{1}</body></html>"


@route("GET", "/~{code}")
async def open_link(request: web.Request, portal: Portal) -> web.Response:
    """Show the page behind a public link."""
    known = public_links.find(portal.database, request.match_info["code"])
    page = _page(portal, known) if known else None
    if page is None:
        return web.Response(text=_PAGE.format("Link not found", ""), status=404, content_type="text/html")
    return web.Response(text=page, content_type="text/html")


def _page(portal: Portal, known: Record) -> str | None:
    if known["KIND"] == PUBLIC_KIND:
        return _drive_page(portal, known["NUMBER"])
    world = next(world for world in WORLDS if public_kind(world) == known["KIND"])
    document = world.documents(portal.database).get(known["NUMBER"])
    if document is None:
        return None
    with portal.database.transaction():
        world.documents(portal.database).update(document["id"], {"viewed": timestamp(portal.clock.now())})
    url = world.machine_url(portal.url, "docx", document["docx"])
    return _PAGE.format(escape(document["title"]), _link(url, f"{document['title']}.docx"))


def _drive_page(portal: Portal, number: int) -> str | None:
    visitor = Visitor(portal.database, 0, True, timestamp(portal.clock.now()), portal.url)
    entry = visitor.objects.get(number)
    if entry is None or entry["DELETED_TYPE"] != ALIVE:
        return None
    entries = [entry] if entry["TYPE"] == FILE else tree.children(visitor, entry["id"])
    return _PAGE.format(escape(entry["NAME"]), "".join(_line(visitor, shown) for shown in entries))


def _line(visitor: Visitor, entry: Record) -> str:
    if entry["TYPE"] == FOLDER:
        return f"<p>{escape(entry['NAME'])}/</p>"
    return _link(content.download_url(visitor.portal, entry), entry["NAME"])


def _link(url: str, name: str) -> str:
    return f'<p><a href="{escape(url)}">{escape(name)}</a></p>'
