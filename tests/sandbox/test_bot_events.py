"""What chatbots are told, by the old API, by `imbot.v2`, and by their queues."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.sandbox.client import RestClient
from tests.sandbox.receiver import Receiver, receive

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    import aiohttp

    from bitrix_node.sandbox import Sandbox

SECRET = {"CLIENT_ID": "porter-key"}


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async for running in receive():
        yield running


async def old_bot(portal: RestClient, receiver: Receiver, **changes: Any) -> int:
    parameters = ("EVENT_HANDLER", "EVENT_WELCOME_MESSAGE", "EVENT_BOT_DELETE")
    handlers = dict.fromkeys(parameters, receiver.url)
    bot = {"CODE": "porter", "TYPE": "B", **handlers, **SECRET, "PROPERTIES": {"NAME": "Porter"}, **changes}
    number: int = await portal.result("imbot.register", bot)
    return number


async def new_bot(portal: RestClient, **changes: Any) -> int:
    fields = {"code": "porter", "botToken": "porter-key", "properties": {"name": "Porter"}, **changes}
    number: int = (await portal.result("imbot.v2.Bot.register", {"fields": fields}))["bot"]["id"]
    return number


async def test_a_bot_of_the_old_api_hears_what_it_is_told(
    sandbox: Sandbox, session: aiohttp.ClientSession, portal: RestClient, receiver: Receiver
) -> None:
    bot = await old_bot(portal, receiver)
    ann = RestClient(session, sandbox.webhook(user_id=3))
    message = await ann.result("im.message.add", {"DIALOG_ID": str(bot), "MESSAGE": "Hello"})
    welcome, told = await receiver.next(), await receiver.next()
    assert (welcome["event"], welcome["data"]["PARAMS"]["USER_ID"]) == ("ONIMBOTJOINCHAT", "3")
    assert told["event"] == "ONIMBOTMESSAGEADD"
    assert told["data"]["BOT"][str(bot)]["BOT_CODE"] == "porter"
    spoken = {"MESSAGE": "Hello", "FROM_USER_ID": "3", "TO_USER_ID": str(bot), "DIALOG_ID": "3", "CHAT_TYPE": "P"}
    assert told["data"]["PARAMS"] | spoken | {"MESSAGE_ID": str(message)} == told["data"]["PARAMS"]
    assert told["data"]["USER"]["ID"] == "3"
    assert "access_token" not in told["auth"]
    answer = {"BOT_ID": bot, **SECRET, "DIALOG_ID": told["data"]["PARAMS"]["DIALOG_ID"], "MESSAGE": "Good morning"}
    await portal.result("imbot.message.add", answer)
    await sandbox.events_told()
    assert receiver.arrived() == []


async def test_a_bot_of_the_old_api_hears_in_a_group_only_what_mentions_it(
    sandbox: Sandbox, portal: RestClient, receiver: Receiver
) -> None:
    bot = await old_bot(portal, receiver)
    chat = await portal.result("im.chat.add", {"USERS": [bot, 3], "TITLE": "Door"})
    assert (await receiver.next())["data"]["PARAMS"]["DIALOG_ID"] == f"chat{chat}"
    await portal.result("im.message.add", {"DIALOG_ID": f"chat{chat}", "MESSAGE": "Anybody there?"})
    mention = f"[USER={bot}]Porter[/USER], open up"
    await portal.result("im.message.add", {"DIALOG_ID": f"chat{chat}", "MESSAGE": mention})
    assert (await receiver.next())["data"]["PARAMS"]["MESSAGE"] == mention
    await portal.result("imbot.unregister", {"BOT_ID": bot, **SECRET})
    gone = await receiver.next()
    assert (gone["event"], gone["data"]) == ("ONIMBOTDELETE", {"BOT_ID": str(bot), "BOT_CODE": "porter"})
    await sandbox.events_told()
    assert receiver.arrived() == []


async def test_a_supervising_bot_hears_everything_and_of_every_change(portal: RestClient, receiver: Receiver) -> None:
    bot = await old_bot(portal, receiver, TYPE="S")
    chat = await portal.result("im.chat.add", {"USERS": [bot], "TITLE": "Door"})
    dialog = {"DIALOG_ID": f"chat{chat}"}
    message = await portal.result("im.message.add", {**dialog, "MESSAGE": "One"})
    await portal.result("im.message.update", {"MESSAGE_ID": message, "MESSAGE": "Two"})
    await portal.result("im.message.delete", {"MESSAGE_ID": message})
    told = [await receiver.next() for _ in range(4)]
    assert [event["event"] for event in told] == [
        "ONIMBOTJOINCHAT",
        "ONIMBOTMESSAGEADD",
        "ONIMBOTMESSAGEUPDATE",
        "ONIMBOTMESSAGEDELETE",
    ]
    assert told[2]["data"]["PARAMS"]["MESSAGE"] == "Two"
    assert {event["data"]["PARAMS"]["MESSAGE_ID"] for event in told[1:]} == {str(message)}


async def test_an_ordinary_bot_hears_of_changed_messages_once_it_was_updated(
    portal: RestClient, receiver: Receiver
) -> None:
    bot = await old_bot(portal, receiver)
    message = await portal.result("im.message.add", {"DIALOG_ID": str(bot), "MESSAGE": "One"})
    await portal.result("im.message.update", {"MESSAGE_ID": message, "MESSAGE": "Two"})
    fields = {"EVENT_MESSAGE_UPDATE": receiver.url}
    await portal.result("imbot.update", {"BOT_ID": bot, **SECRET, "FIELDS": fields})
    await portal.result("im.message.update", {"MESSAGE_ID": message, "MESSAGE": "Three"})
    told = [await receiver.next() for _ in range(3)]
    assert [event["event"] for event in told] == ["ONIMBOTJOINCHAT", "ONIMBOTMESSAGEADD", "ONIMBOTMESSAGEUPDATE"]
    assert told[2]["data"]["PARAMS"]["MESSAGE"] == "Three"


async def test_a_command_goes_to_the_handler_of_the_command(
    sandbox: Sandbox, portal: RestClient, receiver: Receiver
) -> None:
    bot = await old_bot(portal, receiver)
    command = {
        "BOT_ID": bot,
        "COMMAND": "echo",
        "EVENT_COMMAND_ADD": f"{receiver.url}/echo",
        "LANG": [{"LANGUAGE_ID": "en", "TITLE": "Says it again", "PARAMS": "text"}],
        **SECRET,
    }
    number = await portal.result("imbot.command.register", command)
    await portal.result("im.message.add", {"DIALOG_ID": str(bot), "MESSAGE": "/echo good morning"})
    await sandbox.events_told()
    told = {event["event"]: event for event in receiver.arrived()}
    assert told.keys() == {"ONIMBOTJOINCHAT", "ONIMCOMMANDADD"}
    used = told["ONIMCOMMANDADD"]["data"]["COMMAND"][str(number)]
    assert (used["COMMAND"], used["COMMAND_PARAMS"], used["BOT_ID"]) == ("echo", "good morning", str(bot))


async def test_a_new_bot_hears_at_its_webhook(portal: RestClient, receiver: Receiver) -> None:
    bot = await new_bot(portal, eventMode="webhook", webhookUrl=receiver.url)
    message = await portal.result("im.message.add", {"DIALOG_ID": str(bot), "MESSAGE": "Hello"})
    joined, told = await receiver.next(), await receiver.next()
    assert (joined["event"], joined["data"]["dialogId"]) == ("ONIMBOTV2JOINCHAT", "1")
    assert told["event"] == "ONIMBOTV2MESSAGEADD"
    assert told["data"]["bot"]["code"] == "porter"
    assert told["data"]["message"] | {"id": str(message), "text": "Hello", "authorId": "1"} == told["data"]["message"]
    assert told["data"]["user"]["id"] == "1"


async def test_a_bot_of_the_application_is_given_tokens(
    sandbox: Sandbox, session: aiohttp.ClientSession, portal: RestClient, receiver: Receiver
) -> None:
    application = RestClient(session, f"{sandbox.url}/rest/")
    fields = {"code": "own", "properties": {"name": "Own"}, "eventMode": "webhook", "webhookUrl": receiver.url}
    made = await application.result("imbot.v2.Bot.register", {"auth": sandbox.access_token, "fields": fields})
    await portal.result("im.message.add", {"DIALOG_ID": str(made["bot"]["id"]), "MESSAGE": "Hello"})
    auth = (await receiver.next())["auth"]
    assert (await application.result("user.current", {"auth": auth["access_token"]}))["ID"] == "1"


async def test_a_bot_fetches_and_confirms_its_events(portal: RestClient) -> None:
    bot = await new_bot(portal)
    named = {"botId": bot, "botToken": "porter-key"}
    await portal.result("imbot.v2.Command.register", {**named, "fields": {"command": "open", "title": {"en": "Opens"}}})
    for text in ("Hello", "/open the door", "Thanks"):
        await portal.result("im.message.add", {"DIALOG_ID": str(bot), "MESSAGE": text})
    first = await portal.result("imbot.v2.Event.get", {**named, "limit": 3})
    assert [event["type"] for event in first["events"]] == [
        "ONIMBOTV2JOINCHAT",
        "ONIMBOTV2MESSAGEADD",
        "ONIMBOTV2COMMANDADD",
    ]
    assert (
        first["events"][2]["data"]["command"] | {"command": "/open", "params": "the door"}
        == (first["events"][2]["data"]["command"])
    )
    assert first["hasMore"] is True
    assert await portal.result("imbot.v2.Event.get", {**named, "limit": 3}) == first
    rest = await portal.result("imbot.v2.Event.get", {**named, "offset": first["nextOffset"]})
    assert [event["data"]["message"]["text"] for event in rest["events"]] == ["Thanks"]
    assert rest["hasMore"] is False
    last = await portal.result("imbot.v2.Event.get", {**named, "offset": rest["nextOffset"]})
    assert last == {"events": [], "nextOffset": rest["nextOffset"], "hasMore": False}


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ({"botId": 39}, "BOT_TOKEN_NOT_SPECIFIED"),
        ({"botToken": "porter-key"}, "BOT_ID_REQUIRED"),
        ({"botId": 39, "botToken": "wrong"}, "BOT_OWNERSHIP_ERROR"),
        ({"botId": 9999, "botToken": "wrong"}, "BOT_NOT_FOUND"),
        ({"botId": 39, "botToken": "demo-bot-token", "withUserEvents": True}, "USER_NOT_SUBSCRIBED"),
    ],
)
async def test_events_that_are_not_given_out(portal: RestClient, arguments: dict[str, Any], code: str) -> None:
    assert (await portal.refusal("imbot.v2.Event.get", arguments))[:2] == (400, code)


async def test_nothing_is_posted_to_addresses_of_examples(sandbox: Sandbox, portal: RestClient) -> None:
    sandbox.outgoing_webhook("https://crm.example.com/hook", ["ONCRMLEADADD"])
    await portal.result("crm.lead.add", {"fields": {"TITLE": "Fair"}})
    (noted,) = sandbox.deliveries
    assert noted.error == "Nothing is posted to addresses that are kept for examples"
