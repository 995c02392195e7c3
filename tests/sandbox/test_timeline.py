"""The timeline: refusals, owners, paging, files; the stories are in `tests/chains/timeline.yaml`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.sandbox.client import RestClient

if TYPE_CHECKING:
    import aiohttp

    from bitrix_node.sandbox import Sandbox

COMMENT = {"ENTITY_TYPE": "deal", "ENTITY_ID": 8, "COMMENT": "Hello"}
MESSAGE = {"entityTypeId": 2, "entityId": 8, "title": "Title", "text": "Text", "iconCode": "info"}


@pytest.mark.parametrize(
    ("method", "arguments", "refusal"),
    [
        ("comment.add", {}, ("100", "Could not find value for parameter {fields}")),
        (
            "comment.add",
            {"fields": {"COMMENT": "x", "ENTITY_ID": 8}},
            ("100", "Could not find value for parameter {ENTITY_TYPE}"),
        ),
        ("comment.add", {"fields": {**COMMENT, "COMMENT": " "}}, ("INVALID_ARG_VALUE", "A comment needs a text")),
        ("comment.add", {"fields": {**COMMENT, "ENTITY_TYPE": "order"}}, ("OWNER_NOT_FOUND", "Owner was not found")),
        ("comment.add", {"fields": {**COMMENT, "ENTITY_TYPE": "desk"}}, ("OWNER_NOT_FOUND", "Owner was not found")),
        ("comment.add", {"fields": {**COMMENT, "ENTITY_ID": "last"}}, ("OWNER_NOT_FOUND", "Owner was not found")),
        (
            "comment.add",
            {"fields": {**COMMENT, "FILES": [["a.txt", "%"]]}},
            ("INVALID_ARG_VALUE", "Could not save file"),
        ),
        ("comment.get", {}, ("", "ID is not defined or invalid.")),
        ("comment.get", {"id": 9999}, ("", "Not found.")),
        ("comment.list", {}, ("", "Access denied")),
        ("comment.list", {"filter": {"ENTITY_TYPE": "deal", "ENTITY_ID": 9999}}, ("", "Access denied")),
        ("comment.update", {"id": 9999, "fields": {"COMMENT": "x"}}, ("NOT_FOUND", "Element not found")),
        ("comment.update", {"id": 1, "fields": {"COMMENT": ""}}, ("INVALID_ARG_VALUE", "A comment needs a text")),
        ("comment.delete", {}, ("100", "Could not find value for parameter {id}")),
        ("comment.delete", {"id": 1, "ownerTypeId": 2, "ownerId": 9999}, ("OWNER_NOT_FOUND", "Owner was not found")),
        ("comment.delete", {"id": 1, "ownerTypeId": 2, "ownerId": 2}, ("NOT_FOUND", "Element not found")),
        ("bindings.list", {}, ("", "OWNER_ID is not defined or invalid")),
        ("bindings.bind", {"fields": {"OWNER_ID": 1}}, ("", "ENTITY_ID is not defined or invalid.")),
        (
            "bindings.bind",
            {"fields": {"OWNER_ID": 1, "ENTITY_ID": 1, "ENTITY_TYPE": "quote"}},
            ("", "ENTITY_TYPE is not defined or invalid."),
        ),
        (
            "bindings.bind",
            {"fields": {"OWNER_ID": 1, "ENTITY_ID": 9999, "ENTITY_TYPE": "lead"}},
            ("", "ENTITY_ID is not defined or invalid."),
        ),
        ("note.save", {"ownerTypeId": 2}, ("100", "Could not find value for parameter {ownerId}")),
        (
            "note.save",
            {"ownerTypeId": 2, "ownerId": 2, "itemType": 1, "itemId": 1, "text": "x"},
            ("NOT_FOUND", "Element not found"),
        ),
        ("logmessage.add", {"fields": {"entityTypeId": 2}}, ("100", "Could not find value for parameter {entityId}")),
        ("logmessage.add", {"fields": {**MESSAGE, "entityId": 9999}}, ("OWNER_NOT_FOUND", "Owner was not found")),
        ("logmessage.get", {"id": 1}, ("NOT_FOUND", "Element not found")),
        ("logmessage.list", {"entityTypeId": 2}, ("100", "Could not find value for parameter {entityId}")),
        (
            "layout.blocks.get",
            {"entityTypeId": 2, "entityId": 1, "timelineId": 1},
            ("ERROR_WRONG_CONTEXT", "Only an application can work with content blocks"),
        ),
        ("icon.get", {"code": "unicorn"}, ("NOT_FOUND", "Icon was not found")),
    ],
)
async def test_refusals(portal: RestClient, method: str, arguments: dict[str, Any], refusal: tuple[str, str]) -> None:
    assert await portal.refusal(f"crm.timeline.{method}", arguments) == (400, *refusal)


async def test_files_of_a_comment_are_downloaded_and_replaced(
    portal: RestClient, session: aiohttp.ClientSession
) -> None:
    fields = {**COMMENT, "FILES": [["note.txt", "aGVsbG8="], ["dot.gif", "R0lGODlhAQABAAAAACw="]]}
    comment = await portal.result("crm.timeline.comment.add", {"fields": fields})
    files = (await portal.result("crm.timeline.comment.get", {"id": comment}))["FILES"]
    assert [(file["name"], file["type"], file["size"]) for file in files.values()] == [
        ("note.txt", "file", 5),
        ("dot.gif", "image", 14),
    ]
    text, _ = files.values()
    async with session.get(text["urlDownload"]) as answer:
        assert await answer.read() == b"hello"
    update = {"id": comment, "fields": {"FILES": [str(text["id"])]}}
    assert await portal.result("crm.timeline.comment.update", update) == comment
    row = await portal.result("crm.timeline.comment.get", {"id": comment})
    assert (row["COMMENT"], list(row["FILES"])) == ("Hello", [str(text["id"])])


async def test_log_messages_come_ten_at_a_time(portal: RestClient) -> None:
    for _ in range(12):
        await portal.result("crm.timeline.logmessage.add", {"fields": MESSAGE})
    _, body = await portal.call("crm.timeline.logmessage.list", {"entityTypeId": 2, "entityId": 8})
    assert (len(body["result"]), body["total"], body["next"]) == (10, 12, 10)
    _, body = await portal.call("crm.timeline.logmessage.list", {"entityTypeId": 2, "entityId": 8, "start": 10})
    assert (len(body["result"]), body["total"], "next" in body) == (2, 12, False)


async def test_content_blocks_do_not_go_onto_log_messages(sandbox: Sandbox, session: aiohttp.ClientSession) -> None:
    application = RestClient(session, f"{sandbox.url}/rest/")
    auth = {"auth": sandbox.access_token}
    made = await application.result("crm.timeline.logmessage.add", {**auth, "fields": MESSAGE})
    place = {**auth, "entityTypeId": 2, "entityId": 8, "timelineId": made["logMessage"]["id"]}
    layout = {"layout": {"blocks": {"one": {"type": "text", "properties": {"value": "x"}}}}}
    refusal = await application.refusal("crm.timeline.layout.blocks.set", {**place, **layout})
    assert refusal[:2] == (400, "UNSUITABLE_TIMELINE_ITEM")


async def test_notes_and_bindings_go_with_their_entry(portal: RestClient) -> None:
    comment = await portal.result("crm.timeline.comment.add", {"fields": COMMENT})
    note = {"ownerTypeId": 2, "ownerId": 8, "itemType": 1, "itemId": comment}
    await portal.result("crm.timeline.note.save", {**note, "text": "Remember"})
    assert await portal.result("crm.timeline.comment.delete", {"id": comment}) is None
    assert (await portal.refusal("crm.timeline.note.get", note))[1] == "NOT_FOUND"
    bindings = {"filter": {"OWNER_ID": comment}}
    assert (await portal.refusal("crm.timeline.bindings.list", bindings))[2] == "OWNER_ID is not defined or invalid"


async def test_icons_are_listed(portal: RestClient) -> None:
    icons = (await portal.result("crm.timeline.icon.list"))["icons"]
    assert {"code": "info", "isSystem": True, "fileUri": ""} in icons
    assert (await portal.result("crm.timeline.icon.get", {"code": "call"}))["icon"]["isSystem"] is True


async def test_the_timeline_needs_the_scope_of_the_crm(sandbox: Sandbox, session: aiohttp.ClientSession) -> None:
    tasks_only = RestClient(session, sandbox.webhook(scopes={"task"}))
    assert (await tasks_only.refusal("crm.timeline.comment.fields"))[:2] == (403, "insufficient_scope")
