"""The list of somebody's chats, and the search in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bitrix_node.sandbox import Sandbox
    from tests.sandbox.client import RestClient


async def test_the_chat_with_the_latest_message_comes_first(portal: RestClient) -> None:
    items = (await portal.result("im.recent.list"))["items"]
    latest = [item["message"]["id"] for item in items]
    assert latest == sorted(latest, reverse=True)
    await portal.result("im.message.add", {"DIALOG_ID": items[-1]["id"], "MESSAGE": "Anybody here?"})
    again = (await portal.result("im.recent.list"))["items"]
    assert again[0]["id"] == items[-1]["id"]


async def test_pages_hold_every_chat_once(portal: RestClient) -> None:
    everything = [item["id"] for item in (await portal.result("im.recent.list"))["items"]]
    paged, offset = [], 0
    while True:
        page = await portal.result("im.recent.list", {"LIMIT": 2, "OFFSET": offset})
        paged += [item["id"] for item in page["items"]]
        offset += 2
        if not page["hasMore"]:
            break
    assert paged == everything
    assert len(everything) > 2


async def test_a_private_chat_bears_the_other_persons_name_and_can_be_left_out(portal: RestClient) -> None:
    await portal.result("im.message.add", {"DIALOG_ID": "2", "MESSAGE": "Hello"})
    item = (await portal.result("im.recent.list"))["items"][0]
    assert (item["id"], item["type"], item["title"]) == (2, "user", "Daniel Reyes")
    groups = (await portal.result("im.recent.list", {"SKIP_DIALOG": "Y"}))["items"]
    assert groups
    assert {entry["type"] for entry in groups} == {"chat"}


async def test_chats_are_found_by_all_words_of_a_phrase(portal: RestClient) -> None:
    found = await portal.result("im.search.chat.list", {"FIND": "TEAM supp"})
    assert [chat["name"] for chat in found] == ["Support team"]
    assert await portal.result("im.search.chat.list", {"FIND": "team warehouse"}) == []


async def test_a_phrase_of_one_letter_is_refused(portal: RestClient) -> None:
    assert (await portal.refusal("im.search.chat.list", {"FIND": "t"}))[:2] == (400, "FIND_SHORT")


async def test_nobody_sees_the_chats_of_others(sandbox: Sandbox, portal: RestClient) -> None:
    mine = {item["id"] for item in (await portal.result("im.recent.list"))["items"]}
    stranger = type(portal)(portal.session, sandbox.webhook(user_id=8))
    theirs = {item["id"] for item in (await stranger.result("im.recent.list"))["items"]}
    assert mine - theirs
