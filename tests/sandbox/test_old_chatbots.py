"""The old `imbot.*`: bots with a `CLIENT_ID`, and answers as they were."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.sandbox.client import RestClient

STOCK = {"BOT_ID": 40, "CLIENT_ID": "demo-client-id"}
SUPPORT = {"BOT_ID": 39, "CLIENT_ID": "demo-bot-token"}
HANDLER = "https://bots.example.com/hook"
NEW_BOT = {
    "CODE": "doorman",
    "TYPE": "B",
    "EVENT_HANDLER": HANDLER,
    "EVENT_WELCOME_MESSAGE": HANDLER,
    "EVENT_BOT_DELETE": HANDLER,
    "CLIENT_ID": "doorman-key",
    "PROPERTIES": {"NAME": "Doorman", "COLOR": "AQUA"},
}


async def test_a_bot_from_registering_to_removing(portal: RestClient) -> None:
    bot_id = await portal.result("imbot.register", NEW_BOT)
    assert await portal.result("imbot.register", NEW_BOT) == bot_id
    named = {"BOT_ID": bot_id, "CLIENT_ID": "doorman-key"}
    fields = {"PROPERTIES": {"NAME": "Porter"}, "CODE": "porter"}
    assert await portal.result("imbot.update", {**named, "FIELDS": fields}) is True
    listed = await portal.result("imbot.bot.list")
    assert listed[str(bot_id)] == {"ID": bot_id, "NAME": "Porter", "CODE": "porter", "OPENLINE": "N"}
    assert listed["39"]["OPENLINE"] == "Y"
    assert await portal.result("imbot.unregister", named) is True
    assert (await portal.refusal("imbot.unregister", named))[1] == "BOT_ID_ERROR"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"CLIENT_ID": ""}, "ACCESS_DENIED"),
        ({"EVENT_HANDLER": ""}, "EVENT_MESSAGE_ADD_ERROR"),
        ({"EVENT_HANDLER": "nowhere"}, "EVENT_MESSAGE_ADD_ERROR"),
        ({"EVENT_WELCOME_MESSAGE": ""}, "EVENT_WELCOME_MESSAGE_ERROR"),
        ({"EVENT_BOT_DELETE": ""}, "EVENT_BOT_DELETE_ERROR"),
        ({"CODE": ""}, "CODE_ERROR"),
        ({"CODE": "support_bot"}, "WRONG_REQUEST"),
        ({"PROPERTIES": {"WORK_POSITION": "x"}}, "NAME_ERROR"),
    ],
)
async def test_bots_that_cannot_be_registered(portal: RestClient, changes: dict[str, Any], code: str) -> None:
    status, error, _ = await portal.refusal("imbot.register", {**NEW_BOT, **changes})
    assert (status, error) == (400, code)


async def test_bots_of_others_are_refused(portal: RestClient) -> None:
    foreign = await portal.refusal("imbot.chat.user.list", {"BOT_ID": 39, "CLIENT_ID": "demo-client-id", "CHAT_ID": 15})
    assert foreign == (400, "APP_ID_ERROR", "Bot was installed by another REST application")
    nobody = await portal.refusal("imbot.chat.user.list", {"BOT_ID": 7, "CLIENT_ID": "demo-client-id", "CHAT_ID": 13})
    assert nobody[1] == "BOT_ID_ERROR"
    unnamed = await portal.result("imbot.chat.user.list", {"CLIENT_ID": "demo-client-id", "CHAT_ID": 13})
    assert unnamed == [1, 10, 11, 12, 40], "without BOT_ID the first bot of the application is meant"


async def test_members_are_ids_only_and_removing_twice_is_refused(portal: RestClient) -> None:
    arguments = {**SUPPORT, "CHAT_ID": 1101, "USER_ID": 1001}
    assert await portal.result("imbot.chat.user.delete", arguments) is True
    assert await portal.result("imbot.chat.user.list", arguments) == [7, 39]
    again = await portal.refusal("imbot.chat.user.delete", arguments)
    assert again == (400, "WRONG_REQUEST", "You don't have access or user isn't a member of the chat")
    assert (await portal.refusal("imbot.chat.user.delete", {**SUPPORT, "USER_ID": 1}))[1] == "CHAT_ID_EMPTY"
    assert (await portal.refusal("imbot.chat.user.delete", {**SUPPORT, "CHAT_ID": 1101}))[1] == "USER_ID_EMPTY"


async def test_adding_people_again_is_refused(portal: RestClient) -> None:
    arguments = {**STOCK, "CHAT_ID": 13, "USERS": [2]}
    assert await portal.result("imbot.chat.user.add", arguments) is True
    assert (await portal.refusal("imbot.chat.user.add", arguments))[1] == "WRONG_REQUEST"
    assert (await portal.refusal("imbot.chat.user.add", {**arguments, "USERS": "3"}))[2] == (
        "User IDs must be passed in array format"
    )


async def test_looks_and_owner_of_a_chat(portal: RestClient) -> None:
    made = await portal.result("imbot.chat.add", {**STOCK, "TITLE": "Gas springs", "USERS": [10], "COLOR": "PINK"})
    place = {**STOCK, "CHAT_ID": made}
    assert await portal.result("imbot.chat.updateTitle", {**place, "TITLE": " Springs "}) is True
    assert await portal.result("imbot.chat.updateColor", {**place, "COLOR": "RED"}) is True
    assert (await portal.refusal("imbot.chat.updateColor", {**place, "COLOR": "RED"}))[1] == "WRONG_REQUEST"
    assert (await portal.refusal("imbot.chat.updateColor", {**place, "COLOR": "PUCE"}))[1] == "WRONG_COLOR"
    assert (await portal.refusal("imbot.chat.updateTitle", {**place, "TITLE": ""}))[1] == "TITLE_EMPTY"
    assert (await portal.refusal("imbot.chat.updateAvatar", {**place, "AVATAR": "eA=="}))[1] == "AVATAR_ERROR"
    assert (await portal.refusal("imbot.chat.setOwner", {**place, "USER_ID": 3}))[1] == "WRONG_REQUEST"
    assert await portal.result("imbot.chat.setOwner", {**place, "USER_ID": 10}) is True
    assert await portal.result("imbot.chat.leave", place) is True
    assert (await portal.refusal("imbot.chat.leave", place))[1] == "WRONG_REQUEST"


async def test_an_owner_cannot_leave_a_support_chat(portal: RestClient) -> None:
    assert await portal.refusal("imbot.chat.leave", {**SUPPORT, "CHAT_ID": 1101}) == (
        400, "ACCESS_ERROR", "LEAVE_OWNER_FORBIDDEN",
    )  # fmt: skip


async def test_finding_a_chat_by_its_foreign_object(portal: RestClient) -> None:
    arguments = {"ENTITY_TYPE": "SONET_GROUP", "ENTITY_ID": 1}
    assert await portal.result("imbot.chat.get", arguments) == {"ID": 14}
    assert await portal.result("im.chat.get", {**arguments, "ENTITY_ID": "2"}) is None


async def test_messages(portal: RestClient) -> None:
    number = await portal.result("imbot.message.add", {**STOCK, "DIALOG_ID": "chat13", "MESSAGE": "12 left"})
    named = {**STOCK, "MESSAGE_ID": number}
    assert await portal.result("imbot.message.update", {**named, "MESSAGE": "11 left"}) is True
    history = await portal.result("im.dialog.messages.get", {"DIALOG_ID": "chat13", "LIMIT": 1})
    assert history["messages"][0]["text"] == "11 left"
    assert await portal.result("imbot.message.delete", {**named, "COMPLETE": "Y"}) is True
    assert (await portal.refusal("imbot.message.delete", named))[1] == "CANT_EDIT_MESSAGE"
    unreachable = await portal.refusal("imbot.message.add", {**STOCK, "DIALOG_ID": "chat12", "MESSAGE": "x"})
    assert unreachable == (400, "WRONG_REQUEST", "Message isn't added")
    assert (await portal.refusal("imbot.message.add", {**STOCK, "MESSAGE": "x"}))[1] == "DIALOG_ID_EMPTY"
    assert (await portal.refusal("imbot.message.add", {**STOCK, "DIALOG_ID": "chat13"}))[1] == "MESSAGE_EMPTY"


async def test_typing(portal: RestClient) -> None:
    assert await portal.result("imbot.chat.sendTyping", {**STOCK, "DIALOG_ID": "chat13"}) is True
    assert (await portal.refusal("imbot.chat.sendTyping", STOCK))[1] == "DIALOG_ID_EMPTY"


async def test_commands(portal: RestClient) -> None:
    new = {**STOCK, "COMMAND": "order", "EVENT_COMMAND_ADD": HANDLER, "LANG": [{"LANGUAGE_ID": "en", "TITLE": "Order"}]}
    assert (await portal.refusal("imbot.command.register", {**new, "LANG": []}))[1] == "LANG_ERROR"
    assert (await portal.refusal("imbot.command.register", {**new, "EVENT_COMMAND_ADD": ""}))[1] == (
        "EVENT_COMMAND_ADD_ERROR"
    )
    number = await portal.result("imbot.command.register", new)
    named = {"COMMAND_ID": number, "CLIENT_ID": "demo-client-id"}
    assert await portal.result("imbot.command.update", {**named, "FIELDS": {"HIDDEN": "Y"}}) is True
    answered = await portal.result("imbot.command.answer", {**named, "MESSAGE_ID": 107, "MESSAGE": "Ordered"})
    assert isinstance(answered, int)
    assert (await portal.refusal("imbot.command.answer", {**named, "MESSAGE": "x"}))[1] == "MESSAGE_ID_EMPTY"
    foreign = await portal.refusal("imbot.command.update", {**named, "CLIENT_ID": "other", "FIELDS": {"HIDDEN": "N"}})
    assert foreign[1] == "APP_ID_ERROR"
    assert await portal.result("imbot.command.unregister", named) is True
    assert (await portal.refusal("imbot.command.unregister", named))[1] == "COMMAND_ID_ERROR"
