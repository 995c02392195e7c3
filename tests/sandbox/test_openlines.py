"""Open lines: channels, who may work in a conversation, and what CRM records know of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.sandbox.client import RestClient

if TYPE_CHECKING:
    import aiohttp

    from bitrix_node.sandbox import Sandbox

NOBODY = 99999
GROUP_CHAT = 11
OPEN_CHAT = 1422  # its session is 622; it is linked to deal 12 and company 9
AGENTS = (7, 8, 9)


def member(sandbox: Sandbox, session: aiohttp.ClientSession, user_id: int) -> RestClient:
    return RestClient(session, sandbox.webhook(user_id=user_id))


async def operator_of(portal: RestClient, chat_id: int) -> int:
    owner: int = (await portal.result("imopenlines.dialog.get", {"CHAT_ID": chat_id}))["owner"]
    return owner


async def test_a_channel_lives_through_all_methods(portal: RestClient) -> None:
    queue = [{"ENTITY_TYPE": "user", "ENTITY_ID": 2}, {"ENTITY_TYPE": "department", "ENTITY_ID": 3}]
    params = {"LINE_NAME": "Shop", "QUEUE": queue, "QUEUE_TIME": 45, "WORKTIME_HOLIDAYS": "25.12,01.01"}
    number = await portal.result("imopenlines.config.add", {"PARAMS": params})
    shown = await portal.result("imopenlines.config.get", {"CONFIG_ID": number})
    assert (shown["LINE_NAME"], shown["QUEUE_TIME"], shown["ACTIVE"]) == ("Shop", "45", "Y")
    assert shown["WORKTIME_HOLIDAYS"] == ["25.12", "01.01"]
    assert shown["QUEUE"] == ["2", "6", "7", "8", "9"]
    assert list(shown["QUEUE_FULL"]) == shown["QUEUE"] == list(shown["QUEUE_USERS_FIELDS"])
    changes = {"CONFIG_ID": number, "PARAMS": {"ACTIVE": "N", "QUEUE": queue[:1]}}
    assert await portal.result("imopenlines.config.update", changes) is True
    shown = await portal.result("imopenlines.config.get", {"CONFIG_ID": number, "WITH_QUEUE": "Y"})
    assert (shown["ACTIVE"], shown["LINE_NAME"], shown["QUEUE"]) == ("N", "Shop", ["2"])
    assert "QUEUE" not in await portal.result("imopenlines.config.get", {"CONFIG_ID": number, "WITH_QUEUE": "N"})
    assert await portal.result("imopenlines.config.delete", {"CONFIG_ID": number}) is True
    refusal = await portal.refusal("imopenlines.config.get", {"CONFIG_ID": number})
    assert refusal[:2] == (400, "CONFIG_ID_EMPTY")


async def test_channels_are_selected_sorted_and_paged(portal: RestClient) -> None:
    for name in ("A", "B", "C"):
        await portal.result("imopenlines.config.add", {"PARAMS": {"LINE_NAME": name}})
    params: dict[str, Any] = {"select": ["LINE_NAME"], "order": {"LINE_NAME": "desc"}, "limit": 2, "offset": 1}
    rows = await portal.result("imopenlines.config.list.get", {"PARAMS": params})
    assert rows == [{"LINE_NAME": "Sales"}, {"LINE_NAME": "C"}]
    active = await portal.result("imopenlines.config.list.get", {"PARAMS": {"filter": {"%LINE_NAME": "ale"}}})
    assert [row["LINE_NAME"] for row in active] == ["Sales"]


@pytest.mark.parametrize(
    "arguments",
    [
        {"PARAMS": {"size": 5}},
        {"PARAMS": {"select": "ID"}},
        {"PARAMS": {"filter": "ACTIVE"}},
        {"PARAMS": {"filter": {"NAME": "x"}}},
        {"PARAMS": {"filter": {"": "x"}}},
        {"PARAMS": {"order": {"ID": "up"}}},
        {"PARAMS": {"limit": -1}},
        {"PARAMS": {"offset": "many"}},
        {"OPTIONS": {"OPERATORS": "Y"}},
        {"OPTIONS": {"QUEUE": ["Y"]}},
        {"OPTIONS": {"CHECK_PERMISSION": "everything"}},
    ],
    ids=str,
)
async def test_malformed_lists(portal: RestClient, arguments: dict[str, Any]) -> None:
    assert (await portal.refusal("imopenlines.config.list.get", arguments))[:2] == (400, "INVALID_FORMAT")


async def test_only_administrators_change_channels(sandbox: Sandbox, session: aiohttp.ClientSession) -> None:
    agent = member(sandbox, session, 7)
    for method in ("imopenlines.config.update", "imopenlines.config.delete"):
        assert (await agent.refusal(method, {"CONFIG_ID": 1}))[:2] == (403, "CONFIG_WRONG_USER_PERMISSION")
    arguments = {"OPTIONS": {"CHECK_PERMISSION": "lines"}}
    assert [row["ID"] for row in await agent.result("imopenlines.config.list.get", arguments)] == ["1"]


@pytest.mark.parametrize(
    "method", ["operator.answer", "operator.finish", "operator.skip", "session.start", "crm.lead.create"]
)
@pytest.mark.parametrize(("chat", "code"), [(NOBODY, "CHAT_ID"), (GROUP_CHAT, "CHAT_TYPE"), (0, "CHAT_ID")])
async def test_chats_that_are_no_conversations(portal: RestClient, method: str, chat: int, code: str) -> None:
    assert (await portal.refusal(f"imopenlines.{method}", {"CHAT_ID": chat}))[:2] == (400, code)


async def test_strangers_are_kept_out(sandbox: Sandbox, session: aiohttp.ClientSession) -> None:
    fitter = member(sandbox, session, 11)
    assert (await fitter.refusal("imopenlines.session.start", {"CHAT_ID": OPEN_CHAT}))[1] == "ACCESS_DENIED"
    assert (await fitter.refusal("imopenlines.dialog.get", {"CHAT_ID": OPEN_CHAT}))[1] == "ACCESS_ERROR"
    assert (await fitter.refusal("imopenlines.session.history.get", {"CHAT_ID": OPEN_CHAT}))[1] == "ACCESS_DENIED"
    assert (await fitter.refusal("imopenlines.session.intercept", {"CHAT_ID": OPEN_CHAT}))[1] == "OPERATOR_WRONG"


async def test_the_scope_is_needed(sandbox: Sandbox, session: aiohttp.ClientSession) -> None:
    other = RestClient(session, sandbox.webhook(user_id=1, scopes={"im"}))
    assert (await other.refusal("imopenlines.config.list.get"))[:2] == (403, "insufficient_scope")


async def test_a_conversation_goes_from_hand_to_hand(
    portal: RestClient, sandbox: Sandbox, session: aiohttp.ClientSession
) -> None:
    first = await operator_of(portal, 1101)
    await portal.result("imopenlines.operator.answer", {"CHAT_ID": 1101})
    assert (first, await operator_of(portal, 1101)) == (39, 1)
    await portal.result("imopenlines.operator.skip", {"CHAT_ID": 1101})
    assert await operator_of(portal, 1101) == 7
    agent = member(sandbox, session, 7)
    await agent.result("imopenlines.operator.skip", {"CHAT_ID": 1101})
    assert await operator_of(portal, 1101) == 8
    await agent.result("imopenlines.session.intercept", {"CHAT_ID": 1101})
    assert await operator_of(portal, 1101) == 7
    await agent.result("imopenlines.operator.spam", {"CHAT_ID": 1101})
    assert (await agent.refusal("imopenlines.operator.skip", {"CHAT_ID": 1101}))[1] == "ACCESS_DENIED_KICK"
    assert (await agent.refusal("imopenlines.session.intercept", {"CHAT_ID": 1101}))[1] == "OPERATOR_WRONG"


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ({"TRANSFER_ID": 8}, "CHAT_ID_EMPTY"),
        ({"CHAT_ID": OPEN_CHAT}, "TRANSFER_ID_EMPTY"),
        ({"CHAT_ID": OPEN_CHAT, "USER_ID": 0}, "USER_ID_EMPTY"),
        ({"CHAT_ID": OPEN_CHAT, "QUEUE_ID": "x"}, "QUEUE_ID_EMPTY"),
        ({"CHAT_ID": OPEN_CHAT, "TRANSFER_ID": "queue"}, "TRANSFER_ID_EMPTY"),
        ({"CHAT_ID": OPEN_CHAT, "TRANSFER_ID": "queue99"}, "OPERATOR_WRONG"),
        ({"CHAT_ID": OPEN_CHAT, "USER_ID": 13}, "OPERATOR_WRONG"),
        ({"CHAT_ID": OPEN_CHAT, "USER_ID": NOBODY}, "OPERATOR_WRONG"),
        ({"CHAT_ID": 1101, "USER_ID": 8}, "OPERATOR_WRONG"),
    ],
    ids=str,
)
async def test_transfers_that_fail(portal: RestClient, arguments: dict[str, Any], code: str) -> None:
    assert (await portal.refusal("imopenlines.operator.transfer", arguments))[:2] == (400, code)


async def test_every_session_has_its_own_messages(portal: RestClient) -> None:
    before = await portal.result("imopenlines.session.history.get", {"SESSION_ID": 301})
    assert [len(before["message"]), before["sessionId"], before["chatId"]] == [2, 301, 1101]
    first, last = sorted(before["message"], key=int)
    message = before["message"][last]
    assert (message["id"], message["chatid"], message["senderid"], message["recipientid"]) == (
        last,
        "1101",
        "39",
        "chat1101",
    )
    assert before["usersMessage"] == {"chat1101": [last, first]}
    assert set(before["users"]) == {str(number) for number in before["userInChat"]["1101"]}
    await portal.result("imopenlines.message.session.start", {"CHAT_ID": 1101, "MESSAGE_ID": int(last)})
    old = await portal.result("imopenlines.session.history.get", {"SESSION_ID": 301})
    assert list(old["message"]) == [first]
    new = await portal.result("imopenlines.session.history.get", {"CHAT_ID": 1101})
    assert new["sessionId"] != 301
    assert last in new["message"]
    data = (await portal.result("imopenlines.dialog.get", {"SESSION_ID": 301}))["entity_data_1"].split("|")
    assert data[5] == str(new["sessionId"])


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ({}, "MISSING_REQUIRED_PARAM"),
        ({"CHAT_ID": NOBODY}, "INVALID_SESSION_ID"),
        ({"CHAT_ID": GROUP_CHAT}, "INVALID_SESSION_ID"),
        ({"SESSION_ID": NOBODY}, "ACCESS_DENIED"),
    ],
    ids=str,
)
async def test_histories_that_are_not_there(portal: RestClient, arguments: dict[str, Any], code: str) -> None:
    assert (await portal.refusal("imopenlines.session.history.get", arguments))[:2] == (400, code)


async def test_a_conversation_is_found_by_all_its_names(portal: RestClient) -> None:
    chat = await portal.result("imopenlines.dialog.get", {"CHAT_ID": OPEN_CHAT})
    assert (chat["entity_data_2"], chat["type"]) == ("LEAD|0|COMPANY|9|CONTACT|0|DEAL|12", "lines")
    for name in ({"DIALOG_ID": "chat1422"}, {"SESSION_ID": 622}, {"USER_CODE": chat["entity_id"]}):
        assert (await portal.result("imopenlines.dialog.get", name))["id"] == OPEN_CHAT
    assert await portal.result("imopenlines.session.open", {"USER_CODE": chat["entity_id"]}) == {"chatId": "1422"}
    assert (await portal.refusal("imopenlines.session.open", {"USER_CODE": "livechat|1|0|0"}))[1] == "ACCESS_DENIED"


async def test_a_superior_judges_what_has_ended(portal: RestClient) -> None:
    assert await portal.result("imopenlines.session.head.vote", {"SESSION_ID": 301, "RATING": 4, "COMMENT": "Kind"})
    judged = await portal.result("imopenlines.session.history.get", {"SESSION_ID": 301})
    assert (judged["sessionVoteHead"], judged["sessionCommentHead"]) == (4, "Kind")
    for arguments, code in (
        ({"RATING": 4}, "EMPTY_SESSION_ID"),
        ({"SESSION_ID": 301}, "EMPTY_VOTE_PARAMS"),
        ({"SESSION_ID": 622, "RATING": 4}, "ACCESS_DENIED"),
    ):
        assert (await portal.refusal("imopenlines.session.head.vote", arguments))[1] == code


async def test_chats_of_crm_records(portal: RestClient) -> None:
    company = {"CRM_ENTITY_TYPE": "company", "CRM_ENTITY": 9}
    assert [row["CHAT_ID"] for row in await portal.result("imopenlines.crm.chat.get", company)] == ["1422"]
    everything = await portal.result("imopenlines.crm.chat.get", {**company, "ACTIVE_ONLY": "N"})
    assert [row["CHAT_ID"] for row in everything] == ["1401", "1422"]
    assert await portal.result("imopenlines.crm.chat.getLastId", company) == OPEN_CHAT
    person = {**company, "USER_ID": 5}
    assert await portal.result("imopenlines.crm.chat.user.add", {**person, "CHAT_ID": 1401}) == 1401
    assert (await portal.refusal("imopenlines.crm.chat.user.add", {**person, "CHAT_ID": 1401}))[1] == "WRONG_REQUEST"
    assert await portal.result("imopenlines.crm.chat.user.delete", {**person, "CHAT_ID": 1401}) == 1401
    assert (await portal.refusal("imopenlines.crm.chat.user.delete", {**person, "CHAT_ID": 1401}))[1] == "WRONG_REQUEST"
    assert (
        await portal.result("imopenlines.crm.chat.user.add", {"CRM_ENTITY_TYPE": "deal", "CRM_ENTITY": 1, "USER_ID": 5})
        == 0
    )


@pytest.mark.parametrize(
    ("method", "arguments", "refusal"),
    [
        ("crm.chat.get", {}, (400, "ERROR_ARGUMENT")),
        ("crm.chat.get", {"CRM_ENTITY_TYPE": "deal", "CRM_ENTITY": "x"}, (400, "ERROR_ARGUMENT")),
        ("crm.chat.get", {"CRM_ENTITY_TYPE": "car", "CRM_ENTITY": 1}, (403, "ACCESS_DENIED")),
        ("crm.chat.getLastId", {}, (400, "CRM_CHAT_EMPTY_CRM_DATA")),
        ("crm.chat.getLastId", {"CRM_ENTITY_TYPE": "deal", "CRM_ENTITY": 1}, (400, "CRM_CHAT_EMPTY_CRM_DATA")),
        ("crm.chat.user.add", {"CRM_ENTITY_TYPE": "deal", "CRM_ENTITY": 12}, (400, "ERROR_ARGUMENT")),
        (
            "crm.chat.user.add",
            {"CRM_ENTITY_TYPE": "deal", "CRM_ENTITY": 12, "USER_ID": 13},
            (400, "CRM_CHAT_USER_NOT_ACTIVE"),
        ),
        ("crm.chat.user.delete", {"CRM_ENTITY_TYPE": "deal", "CRM_ENTITY": 12}, (400, "CRM_CHAT_EMPTY_USER")),
        (
            "crm.message.add",
            {"CRM_ENTITY_TYPE": "deal", "CRM_ENTITY": 12, "USER_ID": 7, "CHAT_ID": 1401, "MESSAGE": "x"},
            (400, "CHAT_NOT_IN_CRM"),
        ),
        ("crm.message.add", {"CRM_ENTITY_TYPE": "deal", "CRM_ENTITY": 12, "USER_ID": 7}, (400, "ERROR_ARGUMENT")),
    ],
    ids=str,
)
async def test_crm_refusals(
    portal: RestClient, method: str, arguments: dict[str, Any], refusal: tuple[int, str]
) -> None:
    assert (await portal.refusal(f"imopenlines.{method}", arguments))[:2] == refusal


async def test_an_operator_makes_a_lead(portal: RestClient) -> None:
    refusal = await portal.refusal("imopenlines.crm.lead.create", {"CHAT_ID": 1101})
    assert refusal[1] == "ERROR_USER_NOT_OPERATOR"
    await portal.result("imopenlines.session.start", {"CHAT_ID": 1101})
    assert await portal.result("imopenlines.crm.lead.create", {"CHAT_ID": 1101}) is True
    chat = await portal.result("imopenlines.dialog.get", {"CHAT_ID": 1101})
    lead_id = int(chat["entity_data_2"].split("|")[1])
    lead = (await portal.result("crm.item.get", {"entityTypeId": 1, "id": lead_id}))["item"]
    assert lead["title"] == chat["name"]
    rows = await portal.result("imopenlines.crm.chat.get", {"CRM_ENTITY_TYPE": "lead", "CRM_ENTITY": lead_id})
    assert [row["CHAT_ID"] for row in rows] == ["1101"]


async def test_every_open_conversation_of_the_demo_has_an_agent(sandbox: Sandbox) -> None:
    sessions = sandbox.database.collection("openline_sessions")
    assert (sessions.count(), sessions.count(closed="")) == (320, 11)
    assert {record["operator_id"] for record in sessions.all()} == set(AGENTS)
