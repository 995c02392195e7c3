"""`im.*`: chats, messages and people, in the name of the calling user."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.sandbox.client import RestClient

if TYPE_CHECKING:
    import aiohttp

    from bitrix_node.sandbox import Sandbox


@pytest.fixture
def agent(sandbox: Sandbox, session: aiohttp.ClientSession) -> RestClient:
    """The webhook of user 7, who is no administrator."""
    return RestClient(session, sandbox.webhook(7))


async def test_a_chat_from_its_making_to_its_leaving(portal: RestClient) -> None:
    number = await portal.result(
        "im.chat.add", {"TITLE": "Fire drill", "USERS": [6, 7], "COLOR": "RED", "MESSAGE": "Hi"}
    )
    place = {"CHAT_ID": number}
    assert await portal.result("im.chat.user.list", place) == [1, 6, 7]
    assert await portal.result("im.chat.updateTitle", {**place, "TITLE": "Drill"}) is True
    assert await portal.result("im.chat.updateColor", {"DIALOG_ID": f"chat{number}", "COLOR": "LIME"}) is True
    assert await portal.result("im.chat.user.add", {**place, "USERS": [8, 6]}) is True
    assert await portal.result("im.chat.user.delete", {**place, "USER_ID": 6}) is True
    dialog = await portal.result("im.dialog.get", {"DIALOG_ID": f"chat{number}"})
    assert (dialog["name"], dialog["color"], dialog["user_counter"], dialog["role"]) == ("Drill", "#9dcf00", 3, "owner")
    assert await portal.result("im.chat.setOwner", {**place, "USER_ID": 7}) is True
    assert await portal.result("im.chat.leave", place) is True
    assert await portal.refusal("im.chat.user.list", place) == (400, "ACCESS_ERROR", "Action unavailable")


async def test_a_chat_without_a_title_is_named_after_its_people(portal: RestClient) -> None:
    number = await portal.result("im.chat.add", {"USERS": [7]})
    dialog = await portal.result("im.dialog.get", {"DIALOG_ID": f"chat{number}"})
    assert dialog["name"] == "Chat with Olivia Hart, Marcus Bell"


@pytest.mark.parametrize(
    ("method", "arguments", "code"),
    [
        ("im.chat.updateTitle", {"CHAT_ID": "chat15", "TITLE": "x"}, "CHAT_ID_EMPTY"),
        ("im.chat.updateTitle", {"CHAT_ID": 15, "TITLE": " "}, "TITLE_EMPTY"),
        ("im.chat.updateColor", {"CHAT_ID": 15, "COLOR": "PUCE"}, "WRONG_COLOR"),
        ("im.chat.updateAvatar", {"CHAT_ID": 15, "AVATAR": "???"}, "AVATAR_ERROR"),
        ("im.chat.user.delete", {"CHAT_ID": 15}, "USER_ID_EMPTY"),
        ("im.chat.user.delete", {"CHAT_ID": 15, "USER_ID": 8}, "ACCESS_DENIED_KICK"),
        ("im.chat.user.delete", {"CHAT_ID": 11, "USER_ID": 1001}, "USER_NOT_FOUND"),
        ("im.chat.setOwner", {"CHAT_ID": 15, "USER_ID": 8}, "WRONG_REQUEST"),
        ("im.chat.leave", {"CHAT_ID": 424242}, "ACCESS_ERROR"),
        ("im.message.add", {"MESSAGE": "x"}, "USER_ID_EMPTY"),
        ("im.message.add", {"DIALOG_ID": "424242", "MESSAGE": "x"}, "USER_NOT_FOUND"),
        ("im.message.add", {"DIALOG_ID": "chat1101", "MESSAGE": "x"}, "ACCESS_ERROR"),
        ("im.message.add", {"DIALOG_ID": "chat15"}, "MESSAGE_EMPTY"),
        ("im.message.add", {"DIALOG_ID": "chat15", "MESSAGE": "x", "ATTACH": "no json"}, "ATTACH_ERROR"),
        ("im.message.add", {"DIALOG_ID": "chat15", "ATTACH": [{"MESSAGE": "x" * 30_001}]}, "ATTACH_OVERSIZE"),
        ("im.message.add", {"DIALOG_ID": "chat15", "MESSAGE": "x", "KEYBOARD": 5}, "KEYBOARD_ERROR"),
        ("im.message.add", {"DIALOG_ID": "chat15", "MESSAGE": "x", "REPLY_ID": 101}, "REPLY_FROM_OTHER_CHAT_ERROR"),
        ("im.message.update", {"MESSAGE": "x"}, "MESSAGE_ID_ERROR"),
        ("im.message.update", {"MESSAGE_ID": 109, "MESSAGE": "x"}, "CANT_EDIT_MESSAGE"),
        ("im.message.delete", {"MESSAGE_ID": 109}, "CANT_EDIT_MESSAGE"),
        ("im.dialog.messages.get", {"DIALOG_ID": ""}, "DIALOG_ID_EMPTY"),
        ("im.dialog.messages.get", {"DIALOG_ID": "chat15", "LAST_ID": "x"}, "LAST_ID_STRING"),
        ("im.dialog.users.list", {"DIALOG_ID": "chat1101"}, "ACCESS_ERROR"),
        ("im.user.get", {"ID": 424242}, "USER_NOT_EXISTS"),
        ("im.user.get", {"ID": -1}, "ID_EMPTY"),
    ],
)
async def test_refusals(portal: RestClient, method: str, arguments: dict[str, Any], code: str) -> None:
    status, error, _ = await portal.refusal(method, arguments)
    assert (status, error) == (400, code)


@pytest.mark.parametrize("method", ["im.dialog.get", "im.dialog.messages.get"])
@pytest.mark.parametrize("dialog_id", ["chat1101", "chat424242", "424242"])
async def test_dialogs_of_others_are_forbidden(portal: RestClient, method: str, dialog_id: str) -> None:
    refusal = await portal.refusal(method, {"DIALOG_ID": dialog_id})
    assert refusal == (403, "ACCESS_ERROR", "You do not have access to the specified dialog")


async def test_an_open_chat_can_be_read_but_not_changed_by_anybody(
    sandbox: Sandbox, session: aiohttp.ClientSession
) -> None:
    database = sandbox.database.collection("chats")
    database.update(11, {"members": [1, 2]})
    stranger = RestClient(session, sandbox.webhook(7))
    assert (await stranger.result("im.dialog.get", {"DIALOG_ID": "chat11"}))["role"] == "guest"
    assert (await stranger.refusal("im.chat.updateTitle", {"CHAT_ID": 11, "TITLE": "x"}))[1] == "ACCESS_ERROR"


async def test_a_private_word_reaches_both(portal: RestClient, agent: RestClient) -> None:
    number = await portal.result("im.message.add", {"DIALOG_ID": 7, "MESSAGE": "Well done"})
    history = await agent.result("im.dialog.messages.get", {"DIALOG_ID": "1"})
    assert [(entry["id"], entry["author_id"], entry["unread"]) for entry in history["messages"]] == [(number, 1, True)]
    assert [person["id"] for person in history["users"]] == [1]


async def test_the_chat_of_a_workgroup_has_an_address_of_its_own(portal: RestClient) -> None:
    assert (await portal.result("im.dialog.get", {"DIALOG_ID": "sg1"}))["id"] == 14


async def test_walking_through_a_history(portal: RestClient) -> None:
    place = {"DIALOG_ID": "chat12"}
    commands = {f"m{n}": f"im.message.add?DIALOG_ID=chat12&MESSAGE=word {n}" for n in range(45)}
    sent = list((await portal.batch(commands))["result"].values())
    latest = (await portal.result("im.dialog.messages.get", place))["messages"]
    assert [entry["id"] for entry in latest] == sent[::-1][:20]
    older = await portal.result("im.dialog.messages.get", {**place, "LAST_ID": latest[-1]["id"], "LIMIT": 50})
    assert [entry["id"] for entry in older["messages"]] == [*sent[::-1][20:], 105, 104]
    newer = await portal.result("im.dialog.messages.get", {**place, "FIRST_ID": 105, "LIMIT": 3})
    assert [entry["id"] for entry in newer["messages"]] == sent[:3]


async def test_editing_deleting_and_their_time(portal: RestClient, sandbox: Sandbox) -> None:
    number = await portal.result("im.message.add", {"DIALOG_ID": "chat12", "MESSAGE": "Frist", "URL_PREVIEW": "N"})
    named = {"MESSAGE_ID": number}

    async def stored() -> dict[str, Any]:
        history = await portal.result("im.dialog.messages.get", {"DIALOG_ID": "chat12", "LIMIT": 1})
        entry: dict[str, Any] = history["messages"][0]
        return entry

    assert await portal.result("im.message.update", {**named, "MESSAGE": "First"}) is True
    assert (await stored())["text"] == "First"
    assert (await stored())["params"] == {"URL_PREVIEW": "N", "IS_EDITED": "Y"}
    assert await portal.result("im.message.update", {**named, "ATTACH": '[{"MESSAGE": "block"}]'}) is True
    assert ((await stored())["text"], (await stored())["params"]["ATTACH"]) == ("First", [{"MESSAGE": "block"}])
    sandbox.clock.advance(3 * 24 * 3600 + 1)
    assert (await portal.refusal("im.message.update", {**named, "MESSAGE": "late"}))[1] == "CANT_EDIT_MESSAGE"
    assert await portal.result("im.message.delete", named) is True
    assert ((await stored())["text"], (await stored())["params"]) == ("", {"IS_DELETED": "Y"})


async def test_an_empty_text_takes_the_message_back(portal: RestClient) -> None:
    number = await portal.result("im.message.add", {"DIALOG_ID": "chat12", "MESSAGE": "Oops"})
    assert await portal.result("im.message.update", {"MESSAGE_ID": number, "MESSAGE": ""}) is True
    history = await portal.result("im.dialog.messages.get", {"DIALOG_ID": "chat12", "LIMIT": 1})
    assert history["messages"][0]["params"] == {"IS_DELETED": "Y"}


async def test_who_runs_a_chat_may_delete_the_words_of_others(portal: RestClient, agent: RestClient) -> None:
    number = await agent.result("im.message.add", {"DIALOG_ID": "chat11", "MESSAGE": "Spam"})
    assert await portal.result("im.message.delete", {"MESSAGE_ID": number}) is True


async def test_people_of_a_chat_in_pages(portal: RestClient) -> None:
    _, body = await portal.call("im.dialog.users.list", {"DIALOG_ID": "chat15", "LIMIT": 3})
    assert ([person["id"] for person in body["result"]], body["total"], body["next"]) == ([1, 6, 7], 7, 3)
    _, rest = await portal.call("im.dialog.users.list", {"DIALOG_ID": "chat15", "LIMIT": 50, "OFFSET": 3})
    assert ([person["id"] for person in rest["result"]], "next" in rest) == ([8, 9, 39, 41], False)
    after = await portal.result("im.dialog.users.list", {"DIALOG_ID": "chat15", "LAST_ID": 9})
    assert [person["id"] for person in after] == [39, 41]
    colleagues = await portal.result("im.dialog.users.list", {"DIALOG_ID": "chat15", "SKIP_EXTERNAL": "Y"})
    assert [person["id"] for person in colleagues] == [1, 6, 7, 8, 9]
    kept = {"DIALOG_ID": "chat15", "SKIP_EXTERNAL": "Y", "SKIP_EXTERNAL_EXCEPT_TYPES": "email, bot"}
    assert len(await portal.result("im.dialog.users.list", kept)) == 7


async def test_people_as_this_api_writes_them(portal: RestClient, agent: RestClient) -> None:
    me = await agent.result("im.user.get")
    assert (me["id"], me["first_name"], me["last_name"], me["type"]) == (7, "Marcus", "Bell", "user")
    assert me["phones"] == {"personal_mobile": "+447700900007", "inner_phone": "302"}
    bot = await portal.result("im.user.get", {"ID": 39})
    assert (bot["bot"], bot["bot_data"], bot["type"]) == (True, {"code": "support_bot", "type": "bot"}, "bot")


async def test_unread_messages_are_counted(portal: RestClient, agent: RestClient) -> None:
    before = (await agent.result("im.dialog.get", {"DIALOG_ID": "chat15"}))["counter"]
    await portal.result("im.message.add", {"DIALOG_ID": "chat15", "MESSAGE": "News"})
    assert (await agent.result("im.dialog.get", {"DIALOG_ID": "chat15"}))["counter"] == before + 1
    assert (await portal.result("im.dialog.get", {"DIALOG_ID": "chat15"}))["counter"] == 0
