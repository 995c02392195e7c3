"""`imbot.v2.*`: whose bot it is, and what a bot may do in its chats."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from bitrix_node.sandbox.messenger import access_v1, access_v2
from bitrix_node.sandbox.messenger.refusals import Reason
from tests.sandbox.client import RestClient

if TYPE_CHECKING:
    import aiohttp

    from bitrix_node.sandbox import Sandbox

BOT = {"botId": 39, "botToken": "demo-bot-token"}
LISTENER = {"botId": 41, "botToken": "demo-bot-token"}
CHAT, CLIENT, AGENT = "chat1101", 1001, 7
AGENTS_CHAT, AGENTS_CLIENT = "chat1104", 1016
CHAT_WITHOUT_BOT, DELETED_CHAT = "chat1220", "chat1189"

DENIED = (400, "ACCESS_DENIED", "Access denied")


async def members(portal: RestClient, dialog_id: str) -> list[int]:
    people = await portal.result("imbot.v2.Chat.User.list", {**BOT, "dialogId": dialog_id})
    return [person["id"] for person in people]


@pytest.mark.parametrize("words", [access_v2.WORDS, access_v1.USER_WORDS, access_v1.BOT_WORDS])
def test_every_api_has_words_for_every_refusal(words: dict[Reason, Any]) -> None:
    assert set(words) == set(Reason)


@pytest.mark.parametrize(
    ("credentials", "code"),
    [
        ({"botId": 39}, "BOT_TOKEN_NOT_SPECIFIED"),
        ({"botToken": "demo-bot-token"}, "BOT_ID_REQUIRED"),
        ({"botToken": "demo-bot-token", "botId": 7}, "BOT_NOT_FOUND"),
        ({"botToken": "guessed", "botId": 39}, "BOT_OWNERSHIP_ERROR"),
    ],
)
async def test_a_webhook_must_unlock_its_bot(portal: RestClient, credentials: dict[str, Any], code: str) -> None:
    status, error, _ = await portal.refusal("imbot.v2.Chat.get", {**credentials, "dialogId": CHAT})
    assert (status, error) == (400, code)


async def test_removing_a_client_leaves_bot_and_agent(portal: RestClient) -> None:
    assert await members(portal, CHAT) == [39, AGENT, CLIENT]
    arguments = {**BOT, "dialogId": CHAT, "userId": CLIENT}
    assert await portal.result("imbot.v2.Chat.User.delete", arguments) == {"result": True}
    assert await members(portal, CHAT) == [39, AGENT]
    again = await portal.refusal("imbot.v2.Chat.User.delete", arguments)
    assert again == (400, "USER_NOT_FOUND", "User not found in chat")


async def test_a_bot_that_manages_but_does_not_own_may_remove_members_but_not_the_owner(portal: RestClient) -> None:
    chat = (await portal.result("imbot.v2.Chat.get", {**BOT, "dialogId": AGENTS_CHAT}))["chat"]
    assert (chat["role"], chat["type"], chat["entityType"]) == ("manager", "lines", "LINES")
    owner = {**BOT, "dialogId": AGENTS_CHAT, "userId": chat["owner"]}
    assert await portal.refusal("imbot.v2.Chat.User.delete", owner) == DENIED
    await portal.result("imbot.v2.Chat.User.delete", {**owner, "userId": AGENTS_CLIENT})
    assert AGENTS_CLIENT not in await members(portal, AGENTS_CHAT)


async def test_a_plain_member_may_not_change_the_members(portal: RestClient) -> None:
    arguments = {**LISTENER, "dialogId": "chat15", "userId": 7, "userIds": [2]}
    assert await portal.refusal("imbot.v2.Chat.User.delete", arguments) == DENIED
    assert await portal.refusal("imbot.v2.Chat.User.add", arguments) == DENIED


@pytest.mark.parametrize("dialog_id", [CHAT_WITHOUT_BOT, DELETED_CHAT, "1101", "chat", "nonsense", "sg99"])
async def test_chats_out_of_reach_are_denied(portal: RestClient, dialog_id: str) -> None:
    arguments = {**BOT, "dialogId": dialog_id, "userId": CLIENT, "fields": {"message": "x"}}
    for method in ("Chat.User.delete", "Chat.User.list", "Chat.get", "Chat.leave", "Chat.Message.send"):
        assert await portal.refusal(f"imbot.v2.{method}", arguments) == DENIED, method


async def test_a_bare_number_addresses_the_user(portal: RestClient) -> None:
    sent = await portal.result("imbot.v2.Chat.Message.send", {**BOT, "dialogId": "7", "fields": {"message": "Hi"}})
    chat = (await portal.result("imbot.v2.Chat.get", {**BOT, "dialogId": "7"}))["chat"]
    assert (chat["type"], chat["lastMessageId"], chat["dialogId"]) == ("private", sent["id"], "7")
    assert await portal.refusal("imbot.v2.Chat.User.delete", {**BOT, "dialogId": "7", "userId": 7}) == DENIED


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        ({"dialogId": CHAT}, "Could not find value for parameter {userId}"),
        ({"dialogId": CHAT, "userId": ""}, "Could not find value for parameter {userId}"),
        ({"userId": CLIENT}, "Could not find value for parameter {dialogId}"),
        (
            {"dialogId": CHAT, "userId": "x"},
            "Invalid value {x} to match with parameter {userId}. Should be value of type int.",
        ),
    ],
)
async def test_missing_and_mistyped_parameters(portal: RestClient, arguments: dict[str, Any], text: str) -> None:
    assert await portal.refusal("imbot.v2.Chat.User.delete", {**BOT, **arguments}) == (400, "100", text)


async def test_members_in_every_order(portal: RestClient) -> None:
    async def ordered(order: dict[str, str], limit: int = 50) -> list[int]:
        arguments = {**BOT, "dialogId": "chat15", "order": order, "limit": limit}
        return [person["id"] for person in await portal.result("imbot.v2.Chat.User.list", arguments)]

    assert await ordered({"id": "ASC"}) == [39, 6, 7, 8, 9, 1, 41]
    assert await ordered({"userId": "DESC"}, limit=3) == [41, 39, 9]
    assert (await ordered({"lastSendMessageId": "DESC"}))[:2] == [39, 7]


async def test_people_are_told_apart(portal: RestClient) -> None:
    people = await portal.result("imbot.v2.Chat.User.list", {**BOT, "dialogId": CHAT})
    bot, agent, client = people
    assert (bot["type"], bot["bot"], bot["externalAuthId"]) == ("bot", True, "bot")
    assert (agent["type"], agent["connector"], agent["departments"]) == ("employee", False, [3])
    assert (client["type"], client["connector"], client["extranet"]) == ("extranet", True, True)


async def test_a_chat_from_its_making_to_its_leaving(portal: RestClient) -> None:
    fields = {
        "title": " Escalation ",
        "userIds": [7, 8, 424242],
        "color": "MINT",
        "message": "Please look",
        "ownerId": 7,
    }
    made = await portal.result("imbot.v2.Chat.add", {**BOT, "fields": fields})
    chat = made["chat"]
    assert (chat["name"], chat["owner"], chat["color"], chat["userCounter"]) == ("Escalation", 7, "#4ba984", 3)
    assert [person["id"] for person in made["users"]] == [39, 7, 8]
    place = {**BOT, "dialogId": chat["dialogId"]}
    await portal.result("imbot.v2.Chat.User.add", {**place, "userIds": ["9", 8]})
    assert await members(portal, chat["dialogId"]) == [39, 7, 8, 9]
    await portal.result("imbot.v2.Chat.update", {**place, "fields": {"title": "Solved", "color": "no such"}})
    changed = (await portal.result("imbot.v2.Chat.get", place))["chat"]
    assert (changed["name"], changed["color"]) == ("Solved", "#4ba984")
    assert await portal.result("imbot.v2.Chat.leave", place) == {"result": True}
    assert await portal.refusal("imbot.v2.Chat.get", place) == DENIED


async def test_only_the_owner_hands_a_chat_over_and_then_may_leave(portal: RestClient) -> None:
    place = {**BOT, "dialogId": CHAT}
    assert await portal.refusal("imbot.v2.Chat.leave", place) == DENIED
    assert await portal.refusal("imbot.v2.Chat.setOwner", {**place, "userId": 8}) == DENIED
    await portal.result("imbot.v2.Chat.setOwner", {**place, "userId": AGENT})
    assert await portal.refusal("imbot.v2.Chat.setOwner", {**place, "userId": AGENT}) == DENIED
    await portal.result("imbot.v2.Chat.leave", place)
    assert await portal.refusal("imbot.v2.Chat.get", place) == DENIED


async def test_managers_are_named_by_the_owner(portal: RestClient) -> None:
    place = {**BOT, "dialogId": "chat15"}
    assert (await portal.refusal("imbot.v2.Chat.Manager.add", {**place, "userIds": []}))[1] == "EMPTY_USER_IDS"
    await portal.result("imbot.v2.Chat.Manager.add", {**place, "userIds": [41]})
    await portal.result("imbot.v2.Chat.User.delete", {**LISTENER, "dialogId": "chat15", "userId": 8})
    await portal.result("imbot.v2.Chat.Manager.delete", {**place, "userIds": [41]})
    assert await portal.refusal("imbot.v2.Chat.User.delete", {**LISTENER, "dialogId": "chat15", "userId": 9}) == DENIED


async def test_a_message_from_sending_to_deleting(portal: RestClient) -> None:
    place = {**BOT, "dialogId": "chat15"}
    sent = await portal.result("imbot.v2.Chat.Message.send", {**place, "fields": {"message": "Frist", "replyId": 109}})
    named = {**BOT, "messageId": sent["id"]}
    await portal.result("imbot.v2.Chat.Message.update", {**named, "fields": {"message": "First"}})
    seen = await portal.result("imbot.v2.Chat.Message.get", {**LISTENER, "messageId": sent["id"]})
    assert (seen["message"]["text"], seen["message"]["authorId"], seen["user"]["id"]) == ("First", 39, 39)
    assert (await portal.refusal("imbot.v2.Chat.Message.get", named))[1] == "BOT_TYPE_NOT_ALLOWED"
    await portal.result("imbot.v2.Chat.Message.delete", {**named, "complete": True})
    gone = await portal.refusal("imbot.v2.Chat.Message.get", {**LISTENER, "messageId": sent["id"]})
    assert gone[1] == "MESSAGE_NOT_FOUND"


@pytest.mark.parametrize("message_id", [109, 424242])
async def test_a_bot_changes_its_own_messages_only(portal: RestClient, message_id: int) -> None:
    arguments = {**LISTENER, "messageId": message_id, "fields": {"message": "x"}}
    assert await portal.refusal("imbot.v2.Chat.Message.update", arguments) == DENIED
    assert await portal.refusal("imbot.v2.Chat.Message.delete", arguments) == DENIED


async def test_system_messages_belong_to_nobody(portal: RestClient) -> None:
    fields = {"message": "The line is closed", "system": True}
    sent = await portal.result("imbot.v2.Chat.Message.send", {**BOT, "dialogId": "chat15", "fields": fields})
    change = {**BOT, "messageId": sent["id"], "fields": {"message": "open"}}
    assert await portal.refusal("imbot.v2.Chat.Message.update", change) == DENIED


async def test_empty_and_overlong_messages(portal: RestClient) -> None:
    place = {**BOT, "dialogId": "chat15"}
    empty = await portal.refusal("imbot.v2.Chat.Message.send", {**place, "fields": {"message": "  "}})
    assert empty == (400, "EMPTY_MESSAGE", "Message is empty")
    sent = await portal.result("imbot.v2.Chat.Message.send", {**place, "fields": {"message": "x" * 20_001}})
    seen = await portal.result("imbot.v2.Chat.Message.get", {**LISTENER, "messageId": sent["id"]})
    assert seen["message"]["text"] == "x" * 20_000 + " (...)"


async def test_reading_up_to_a_message_and_to_the_end(portal: RestClient) -> None:
    place = {**LISTENER, "dialogId": "chat15"}
    first = await portal.result("imbot.v2.Chat.Message.read", {**place, "messageId": 109})
    assert first == {"chatId": 15, "lastId": 109, "counter": 1, "viewedMessages": [109]}
    rest = await portal.result("imbot.v2.Chat.Message.read", place)
    assert rest == {"chatId": 15, "lastId": 110, "counter": 0, "viewedMessages": [110]}
    elsewhere = await portal.refusal("imbot.v2.Chat.Message.read", {**place, "messageId": 101})
    assert elsewhere[1] == "MESSAGE_NOT_FOUND"


async def test_input_action_is_noted_in_the_chat(portal: RestClient, sandbox: Sandbox) -> None:
    arguments = {**BOT, "dialogId": CHAT, "statusMessageCode": "IMBOT_AGENT_ACTION_SEARCHING", "duration": 30}
    assert await portal.result("imbot.v2.Chat.InputAction.notify", arguments) == {"result": True}
    [noted] = sandbox.database.collection("input_actions").find(chat_id=1101)
    assert (noted["person_id"], noted["code"], noted["seconds"]) == (39, "IMBOT_AGENT_ACTION_SEARCHING", 30)
    assert (await portal.refusal("imbot.v2.Chat.InputAction.notify", {**BOT, "dialogId": "chat1189"})) == DENIED


async def test_commands_from_registering_to_withdrawing(portal: RestClient) -> None:
    fields = {"command": "/refund", "title": {"en": "Refund", "de": "Erstattung"}, "params": {"en": "ticket"}}
    made = (await portal.result("imbot.v2.Command.register", {**BOT, "fields": fields}))["command"]
    assert made["command"] == "/refund"
    named = {**BOT, "commandId": made["id"]}
    change = {"title": {"en": None, "fr": "Remboursement"}, "hidden": True}
    changed = (await portal.result("imbot.v2.Command.update", {**named, "fields": change}))["command"]
    assert changed["hidden"] is True
    taken = await portal.refusal("imbot.v2.Command.update", {**named, "fields": {"command": "status"}})
    assert taken[1] == "COMMAND_ALREADY_EXISTS"
    listed = (await portal.result("imbot.v2.Command.list", BOT))["commands"]
    assert [(command["command"], command["title"]) for command in listed] == [
        ("/status", "Status of a ticket"),
        ("/refund", ""),
    ]
    await portal.result("imbot.v2.Command.unregister", named)
    assert (await portal.refusal("imbot.v2.Command.unregister", named))[1] == "COMMAND_NOT_FOUND"


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"title": {"en": "x"}}, "COMMAND_REQUIRED"),
        ({"command": ["a"], "title": {"en": "x"}}, "COMMAND_NAME_INVALID"),
        ({"command": "a"}, "COMMAND_TITLE_REQUIRED"),
    ],
)
async def test_commands_that_cannot_be_registered(portal: RestClient, fields: dict[str, Any], code: str) -> None:
    assert (await portal.refusal("imbot.v2.Command.register", {**BOT, "fields": fields}))[1] == code


async def test_answering_a_command_in_its_chat(portal: RestClient) -> None:
    arguments = {**BOT, "commandId": 1, "messageId": 109, "dialogId": "chat15", "fields": {"message": "Closed"}}
    assert await portal.result("imbot.v2.Command.answer", arguments) == {"result": True}
    history = await portal.result("im.dialog.messages.get", {"DIALOG_ID": "chat15", "LIMIT": 1})
    assert history["messages"][0]["text"] == "Closed"
    mistakes: list[dict[str, Any]] = [{"messageId": 101}, {"commandId": 2}, {"fields": {}}]
    for wrong in mistakes:
        assert (await portal.refusal("imbot.v2.Command.answer", {**arguments, **wrong}))[1] == "COMMAND_ANSWER_FAILED"


async def test_an_application_needs_no_token_and_owns_its_bots_alone(
    sandbox: Sandbox, portal: RestClient, session: aiohttp.ClientSession
) -> None:
    application = RestClient(session, f"{sandbox.url}/rest/")
    auth = {"auth": sandbox.access_token}
    fields = {"code": "app_bot", "properties": {"name": "App Bot"}}
    bot = (await application.result("imbot.v2.Bot.register", {**auth, "fields": fields}))["bot"]
    mine = await application.result("imbot.v2.Bot.list", auth)
    assert [entry["code"] for entry in mine["bots"]] == ["app_bot"]
    made = await application.result("imbot.v2.Chat.add", {**auth, "botId": bot["id"], "fields": {"title": "Ours"}})
    assert made["chat"]["owner"] == bot["id"]
    foreign = await portal.refusal("imbot.v2.Chat.add", {"botId": bot["id"], "botToken": "demo-bot-token"})
    assert foreign[1] == "BOT_OWNERSHIP_ERROR"
    assert (await application.refusal("imbot.v2.Chat.get", {**auth, "botId": 39, "dialogId": CHAT}))[1] == (
        "BOT_OWNERSHIP_ERROR"
    )


async def test_forwarding_what_was_said_elsewhere(portal: RestClient) -> None:
    fields = {"forwardIds": {"11111111-aaaa": 5001}}
    sent = await portal.result("imbot.v2.Chat.Message.send", {**BOT, "dialogId": "chat15", "fields": fields})
    number = sent["uuidMap"]["11111111-aaaa"]
    seen = await portal.result("imbot.v2.Chat.Message.get", {**LISTENER, "messageId": number})
    assert seen["message"]["text"] == "Hello, I need help: invoice has the wrong address."
    for message_id in (101, 424242, "x"):
        refused = {**BOT, "dialogId": "chat15", "fields": {"forwardIds": {"u": message_id}}}
        assert (await portal.refusal("imbot.v2.Chat.Message.send", refused))[0] == 400
