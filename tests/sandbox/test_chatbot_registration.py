"""`imbot.v2.Bot.*`: how chatbots come, change and go."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.sandbox.client import RestClient

TOKEN = {"botToken": "a-new-token"}
PIXEL = base64.b64encode(b"\x89PNG\r\n\x1a\n" + b"\0" * 20).decode()


def new_bot(**changes: Any) -> dict[str, Any]:
    return {"fields": {"code": "greeter", "properties": {"name": "Greeter"}, **TOKEN, **changes}}


async def test_registering_twice_gives_the_same_bot(portal: RestClient) -> None:
    properties = {"name": "Greeter", "lastName": "Bot", "workPosition": "Says hello", "color": "LIME", "gender": "F"}
    first = await portal.result("imbot.v2.Bot.register", new_bot(properties=properties, type="supervisor"))
    [user] = first["users"]
    assert (user["name"], user["workPosition"], user["color"], user["type"]) == (
        "Greeter Bot", "Says hello", "#9dcf00", "bot",
    )  # fmt: skip
    again = await portal.result("imbot.v2.Bot.register", new_bot(properties={"name": "Other"}))
    assert again == first
    assert (first["bot"]["type"], first["bot"]["eventMode"], first["bot"]["countChat"]) == ("supervisor", "fetch", 0)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"botToken": ""}, "BOT_TOKEN_NOT_SPECIFIED"),
        ({"code": " "}, "BOT_CODE_REQUIRED"),
        ({"properties": {}}, "BOT_PROPERTIES_REQUIRED"),
        ({"code": "support_bot"}, "BOT_CODE_ALREADY_TAKEN"),
        ({"type": "B"}, "BOT_INVALID_TYPE"),
        ({"eventMode": "pigeon"}, "BOT_INVALID_EVENT_MODE"),
        ({"eventMode": "webhook"}, "BOT_WEBHOOK_URL_REQUIRED"),
        ({"eventMode": "webhook", "webhookUrl": "ftp://x"}, "BOT_INVALID_CALLBACK"),
        ({"properties": {"name": "x", "avatar": "bm8gaW1hZ2U="}}, "BOT_AVATAR_INCORRECT_TYPE"),
    ],
)
async def test_bots_that_cannot_be_registered(portal: RestClient, changes: dict[str, Any], code: str) -> None:
    status, error, _ = await portal.refusal("imbot.v2.Bot.register", new_bot(**changes))
    assert (status, error) == (400, code)


async def test_an_application_has_at_most_a_hundred_bots(portal: RestClient) -> None:
    register = "imbot.v2.Bot.register?fields[code]=c{0}&fields[properties][name]=x&fields[botToken]=a-new-token"
    for first in (0, 50):
        answer = await portal.batch({f"c{number}": register.format(number) for number in range(first, first + 50)})
        assert not answer["result_error"]
    assert (await portal.refusal("imbot.v2.Bot.register", new_bot()))[1] == "BOT_LIMIT_EXCEEDED"


async def test_changing_profile_settings_and_token(portal: RestClient) -> None:
    bot = (await portal.result("imbot.v2.Bot.register", new_bot()))["bot"]
    named = {"botId": bot["id"], **TOKEN}
    fields = {"properties": {"name": "Porter", "avatar": PIXEL}, "isHidden": True, "isReactionsEnabled": "N"}
    changed = await portal.result("imbot.v2.Bot.update", {**named, "fields": fields})
    assert (changed["bot"]["isHidden"], changed["bot"]["isReactionsEnabled"]) == (True, False)
    [user] = changed["users"]
    assert user["name"] == "Porter"
    root = portal.base.split("/rest/")[0]
    async with portal.session.get(root + user["avatar"]) as picture:
        assert (picture.status, picture.content_type) == (200, "image/png")
        assert await picture.read() == base64.b64decode(PIXEL)
    await portal.result("imbot.v2.Bot.update", {**named, "fields": {"botToken": "rotated"}})
    assert (await portal.refusal("imbot.v2.Bot.unregister", named))[1] == "BOT_OWNERSHIP_ERROR"
    foreign = {"botId": bot["id"], "botToken": "rotated", "fields": {"botToken": "demo-bot-token"}}
    assert (await portal.refusal("imbot.v2.Bot.update", foreign))[1] == "BOT_TOKEN_ROTATION_FAILED"


async def test_finding_bots_by_id_code_and_type(portal: RestClient) -> None:
    token = {"botToken": "demo-bot-token"}
    found = await portal.result("imbot.v2.Bot.get", {**token, "code": "support_bot"})
    assert (found["bot"]["id"], found["bot"]["countChat"]) == (39, 319)
    assert (await portal.refusal("imbot.v2.Bot.get", token))[1] == "PARAMS_REQUIRED"
    assert (await portal.refusal("imbot.v2.Bot.get", {**token, "botId": 40}))[1] == "BOT_NOT_FOUND"
    supervisors = await portal.result("imbot.v2.Bot.list", {**token, "filter": {"type": "supervisor"}})
    assert [bot["id"] for bot in supervisors["bots"]] == [41]
    first = await portal.result("imbot.v2.Bot.list", {**token, "limit": 1})
    second = await portal.result("imbot.v2.Bot.list", {**token, "limit": 1, "offset": 1})
    assert [(page["bots"][0]["id"], page["hasNextPage"]) for page in (first, second)] == [(39, True), (41, False)]


async def test_a_removed_bot_leaves_nothing_behind(portal: RestClient) -> None:
    await portal.result("imbot.v2.Bot.unregister", {"botId": 39, "botToken": "demo-bot-token"})
    assert 39 not in await portal.result("im.chat.user.list", {"CHAT_ID": 15})
    assert (await portal.refusal("im.user.get", {"ID": 39}))[1] == "USER_NOT_EXISTS"
    gone = await portal.refusal("imbot.v2.Command.list", {"botId": 39, "botToken": "demo-bot-token"})
    assert gone[1] == "BOT_NOT_FOUND"


async def test_bots_and_clients_are_no_colleagues(portal: RestClient) -> None:
    people = await portal.result("user.get", {"FILTER": {"@ID": [1, 39, 1001]}})
    assert [person["ID"] for person in people] == ["1"]
