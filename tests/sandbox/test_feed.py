"""The news feed: who reads what, and what refuses."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.sandbox.client import RestClient

if TYPE_CHECKING:
    from bitrix_node.sandbox import Sandbox

ADD_ERROR = "SONET_CONTROLLER_LIVEFEED_BLOGPOST_ADD_ERROR"
UPDATE_ERROR = "SONET_CONTROLLER_LIVEFEED_BLOGPOST_UPDATE_ERROR"


def of_user(sandbox: Sandbox, portal: RestClient, user_id: int) -> RestClient:
    return RestClient(portal.session, sandbox.webhook(user_id=user_id, scopes={"log"}))


async def ids(client: RestClient, **arguments: Any) -> list[str]:
    return [row["ID"] for row in await client.result("log.blogpost.get", arguments)]


@pytest.mark.parametrize(
    ("method", "arguments", "refusal"),
    [
        ("blogpost.add", {"POST_TITLE": "X"}, (ADD_ERROR, "Blog post hasn't been added")),
        ("blogpost.add", {"POST_MESSAGE": "X", "DEST": ["U99"]}, (ADD_ERROR, "No destination specified")),
        ("blogpost.update", {"POST_MESSAGE": "X"}, (UPDATE_ERROR, "Wrong post ID")),
        ("blogpost.update", {"POST_ID": 99, "POST_MESSAGE": "X"}, (UPDATE_ERROR, "No post found")),
        ("blogpost.update", {"POST_ID": 1, "IMPORTANT": "N"}, ("EMPTY_TITLE", "Message title is not specified.")),
        ("blogpost.delete", {"POST_ID": 99}, ("100", "Wrong post ID")),
        ("blogpost.share", {"POST_ID": 99, "DEST": ["UA"]}, ("", "Wrong post ID")),
        ("blogpost.share", {"POST_ID": 1}, ("", "Wrong destinations")),
        ("blogpost.share", {"POST_ID": 1, "DEST": ["everyone"]}, ("", "Wrong destinations")),
        ("blogpost.getusers.important", {}, ("", "Wrong post ID")),
        ("blogcomment.add", {"POST_ID": 99, "TEXT": "X"}, ("", "No post found")),
        ("blogcomment.add", {"POST_ID": 1}, ("", "Blog comment hasn't been added")),
        ("blogcomment.delete", {}, ("", "Wrong comment ID")),
        ("blogcomment.delete", {"COMMENT_ID": 99}, ("", "No comment found")),
    ],
)
async def test_refusals(portal: RestClient, method: str, arguments: dict[str, Any], refusal: tuple[str, str]) -> None:
    assert await portal.refusal(f"log.{method}", arguments) == (400, *refusal)


async def test_people_read_what_is_for_them(sandbox: Sandbox, portal: RestClient) -> None:
    seller, helper, member = (of_user(sandbox, portal, number) for number in (3, 7, 10))
    assert (await ids(seller), await ids(helper), await ids(member)) == (["2", "1"], ["1"], ["3", "1"])
    post = await seller.result("log.blogpost.add", {"POST_MESSAGE": "For the company", "DEST": ["DR1"]})
    assert (await ids(helper))[0] == str(post)
    assert await ids(helper, LOG_RIGHTS=["DR1"]) == [str(post)]
    note = await seller.result("log.blogpost.add", {"POST_MESSAGE": "For one", "DEST": ["U10"]})
    assert str(note) not in await ids(helper)
    assert (await helper.refusal("log.blogcomment.add", {"POST_ID": note, "TEXT": "?"}))[2] == "No post found"
    assert (await helper.refusal("log.blogpost.share", {"POST_ID": note, "DEST": ["UA"]}))[2] == "No read perms"
    assert await member.result("log.blogpost.share", {"POST_ID": note, "DEST": ["DR3"]}) is True
    assert str(note) in await ids(helper)


async def test_only_authors_and_administrators_change_posts(sandbox: Sandbox, portal: RestClient) -> None:
    helper, author = of_user(sandbox, portal, 7), of_user(sandbox, portal, 2)
    change = {"POST_ID": 2, "POST_TITLE": "Mine"}
    assert (await helper.refusal("log.blogpost.update", change))[1:] == (UPDATE_ERROR, "No write perms")
    assert (await helper.refusal("log.blogpost.delete", {"POST_ID": 2}))[1] == "403"
    assert await author.result("log.blogpost.update", change) == 2
    (row,) = await author.result("log.blogpost.get", {"POST_ID": 2})
    assert (row["TITLE"], row["DETAIL_TEXT"]) == ("Mine", "Two framework contracts, and the school has signed.")
    assert (await helper.refusal("log.blogcomment.delete", {"COMMENT_ID": 2}))[2] == "No delete perms"
    assert await helper.result("log.blogcomment.delete", {"COMMENT_ID": 1}) is True


async def test_only_administrators_write_for_others(sandbox: Sandbox, portal: RestClient) -> None:
    helper = of_user(sandbox, portal, 7)
    for client, author in ((portal, "3"), (helper, "7")):
        post = await client.result("log.blogpost.add", {"POST_MESSAGE": "Who says so?", "USER_ID": 3})
        assert (await portal.result("log.blogpost.get", {"POST_ID": post}))[0]["AUTHOR_ID"] == author


async def test_posts_come_by_pages_and_by_cursor(portal: RestClient) -> None:
    for number in range(52):
        await portal.result("log.blogpost.add", {"POST_MESSAGE": f"Number {number}"})
    _, first = await portal.call("log.blogpost.get")
    _, second = await portal.call("log.blogpost.get", {"start": first["next"]})
    assert (len(first["result"]), len(second["result"]), first["total"]) == (50, 5, 55)
    newest = int(first["result"][0]["ID"])
    assert await ids(portal, LAST_ID=newest, LIMIT=2) == [str(newest - 1), str(newest - 2)]
    assert await ids(portal, FIRST_ID=1, LIMIT=2) == ["2", "3"]
    assert await ids(portal, LOG_DATE_TO="2026-11-02T10:00:00+00:00") == ["2", "1"]
    assert await ids(portal, LOG_DATE_FROM="2026-11-02T00:00:00+00:00", LOG_DATE_TO="2026-11-02T10:00:00Z") == ["2"]


async def test_tags_are_numbered_once(portal: RestClient) -> None:
    rows = []
    for tags in ("news, rules", "rules"):
        post = await portal.result("log.blogpost.add", {"POST_MESSAGE": "Tagged", "TAGS": tags})
        rows += await portal.result("log.blogpost.get", {"POST_ID": post})
    assert [row["CATEGORY_ID"] for row in rows] == ["1,2", "2"]
    assert [row["HAS_TAGS"] for row in rows] == ["Y", "Y"]


async def test_comments_show_their_text_to_readers(sandbox: Sandbox, portal: RestClient) -> None:
    seller = of_user(sandbox, portal, 3)
    picture = [["plan.txt", "cGxhbg=="]]
    made = await seller.result("log.blogcomment.add", {"POST_ID": 2, "TEXT": "Well done", "FILES": picture})
    own = await seller.result("log.blogcomment.user.get")
    (number,) = own["comments"][0]["attach"]
    assert (own["comments"][0]["id"], own["comments"][0]["text"]) == (made, "Well done")
    assert own["files"][str(number)]["name"] == "plan.txt"
    seen = await of_user(sandbox, portal, 7).result("log.blogcomment.user.get", {"USER_ID": 3})
    assert seen["comments"][0]["text"] == ""
    assert (await seller.result("log.blogcomment.user.get", {"LAST_ID": made}))["comments"] == []
