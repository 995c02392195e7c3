"""The trigger's scripts against the embedded portal: subscribing, proving, fetching, filtering, queueing."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import aiohttp
import pytest

from tests.n8n.panel_driver import credential_data
from tests.n8n.trigger_driver import TriggerDriver, TriggerFailure

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from bitrix_node.sandbox import Sandbox

FLOOD = 10_000
TOKEN = "the-token"
DEAL_ADDED = {"event": "ONCRMDEALADD", "data[FIELDS][ID]": "5", "ts": "1735374081"}


@pytest.fixture
async def application(sandbox: Sandbox) -> dict[str, Any]:
    """The OAuth2 credential of the portal's application, as n8n hands it out after it has refreshed it."""
    data = (await credential_data(sandbox))["bitrix24OAuth2Api"]
    form = {"grant_type": "refresh_token", "client_id": data["clientId"], "client_secret": data["clientSecret"]}
    form["refresh_token"] = data["oauthTokenData"]["refresh_token"]
    async with aiohttp.ClientSession() as session, session.post(data["accessTokenUrl"], data=form) as answer:
        data["oauthTokenData"] = await answer.json()
    return {"bitrix24OAuth2Api": data}


async def call(portal: Sandbox, method: str, /, user: int = 1, **arguments: Any) -> Any:
    """Calls a method with a user's webhook, and waits until those whom it concerns were told."""
    async with (
        aiohttp.ClientSession() as session,
        session.post(f"{portal.webhook(user)}{method}", json=arguments) as answer,
    ):
        body = await answer.json()
    assert "result" in body, body
    await portal.events_told()
    return body["result"]


async def add_deal(portal: Sandbox, title: str = "Deal", user: int = 1) -> int:
    return int((await call(portal, "crm.item.add", user, entityTypeId=2, fields={"title": title}))["item"]["id"])


def handlers(portal: Sandbox) -> list[tuple[str, bool]]:
    """What the application hears of: codes, and whether by the queue."""
    rows = portal.database.collection("event_subscriptions").all()
    return sorted((row["event"], bool(row["offline"])) for row in rows if row["application"])


def key_of(portal: Sandbox, trigger: TriggerDriver) -> str:
    """The key that the portal was told for the trigger's address."""
    addresses = {str(row["handler"]) for row in portal.database.collection("event_subscriptions").all()}
    (address,) = (address for address in addresses if address.startswith(trigger.address))
    return address.partition("?key=")[2]


def member_of(application: dict[str, Any]) -> str:
    """The account of the credential."""
    return str(application["bitrix24OAuth2Api"]["oauthTokenData"]["member_id"])


def posted(*pairs: tuple[str, str], token: str | None = TOKEN) -> str:
    """The form of an event, with a token."""
    return urlencode([*DEAL_ADDED.items(), *pairs, *([("auth[application_token]", token)] if token else [])])


def outgoing(shim: Path, credentials: dict[str, Any] | None = None, **parameters: Any) -> TriggerDriver:
    """A trigger for an outgoing webhook."""
    return TriggerDriver(shim, credentials or {}, triggerOn="outgoingWebhook", applicationToken=TOKEN, **parameters)


def app_events(shim: Path, application: dict[str, Any], *events: str, **parameters: Any) -> TriggerDriver:
    """A trigger for app events."""
    return TriggerDriver(shim, application, triggerOn="appEvent", events=list(events), **parameters)


# --- Outgoing webhook ---


async def test_an_outgoing_webhook_needs_nothing_to_be_subscribed(shim: Path) -> None:
    async with outgoing(shim) as trigger:
        assert await trigger.is_subscribed()
        assert await trigger.unsubscribe()


async def test_an_event_becomes_nested_and_carries_no_token(shim: Path) -> None:
    body = posted(
        ("data[LIST][0][NAME]", "a"), ("data[LIST][1][NAME]", "b"), ("auth[domain]", "x.bitrix24.com"),
        ("auth[member_id]", "m"), ("auth[access_token]", "stolen"), ("data[AUTH][access_token]", "stolen"),
        ("data[__proto__][polluted]", "yes"),
    )  # fmt: skip
    async with outgoing(shim) as trigger:
        outcome = await trigger.post(body)
    assert outcome["last"] == [
        {
            "event": "ONCRMDEALADD",
            "id": 5,
            "date": "2024-12-28T08:21:21.000Z",
            "portal": "x.bitrix24.com",
            "memberId": "m",
            "data": {"FIELDS": {"ID": "5"}, "LIST": [{"NAME": "a"}, {"NAME": "b"}]},
        }
    ]
    assert TOKEN not in json.dumps(outcome)


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(posted(token=None), id="missing"),
        pytest.param(posted(token="another"), id="wrong"),
        pytest.param(posted(token=f"{TOKEN}1"), id="longer"),
        pytest.param(posted(("auth[application_token]", TOKEN)), id="doubled"),
        pytest.param(posted(("auth[application_token][]", "x")), id="mixed"),
        pytest.param(posted(token=None) + "&auth=the-token", id="no block"),
        pytest.param("", id="empty"),
    ],
)
async def test_a_call_without_the_token_is_refused(shim: Path, body: str) -> None:
    async with outgoing(shim) as trigger:
        outcome = await trigger.post(body)
    assert outcome == {"statuses": {"403": 1}, "items": 0, "last": []}


async def test_an_empty_field_for_the_token_trusts_nobody(shim: Path) -> None:
    async with TriggerDriver(shim, {}, triggerOn="outgoingWebhook", applicationToken="") as trigger:
        assert (await trigger.post(posted(token="")))["statuses"] == {"403": 1}
        assert (await trigger.post(posted(token=None)))["statuses"] == {"403": 1}


async def test_events_that_were_not_asked_for_are_passed_over(shim: Path) -> None:
    async with outgoing(shim, events=["ONTASKADD"]) as trigger:
        outcome = await trigger.post(posted())
        assert (outcome["statuses"], outcome["items"]) == ({"200": 1}, 0)
        await trigger.change(events=[])
        assert (await trigger.post(posted()))["items"] == 1


async def test_a_flood_is_taken_whole_and_leaves_nothing_behind(shim: Path) -> None:
    async with outgoing(shim) as trigger:
        assert (await trigger.post(posted(), times=FLOOD)) | {"last": []} == {
            "statuses": {"200": FLOOD}, "items": FLOOD, "last": [],
        }  # fmt: skip
        refused = await trigger.post(posted(token="guess"), times=FLOOD)
        assert (refused["statuses"], refused["items"]) == ({"403": FLOOD}, 0)
        assert (await trigger.memory())["state"] == {}


async def test_the_record_of_an_outgoing_webhook_comes_with_any_credential(shim: Path, sandbox: Sandbox) -> None:
    deal = await add_deal(sandbox, "Full")
    webhook = {"bitrix24WebhookApi": (await credential_data(sandbox))["bitrix24WebhookApi"]}
    parameters = {"authentication": "webhook", "fetchWithCredential": True}
    async with outgoing(shim, webhook, **parameters) as trigger:
        body = posted().replace("=5&", f"={deal}&")
        (item,) = (await trigger.post(body))["last"]
    assert item["record"]["title"] == "Full"


# --- App events ---


async def test_events_are_subscribed_checked_and_unsubscribed(
    shim: Path, sandbox: Sandbox, application: dict[str, Any]
) -> None:
    async with app_events(shim, application, "ONCRMDEALADD", options={"otherEvents": " ontaskadd "}) as trigger:
        assert not await trigger.is_subscribed()
        await trigger.subscribe()
        assert handlers(sandbox) == [("ONCRMDEALADD", False), ("ONTASKADD", False)]
        assert await trigger.is_subscribed()
        await trigger.change(events=["ONCRMLEADADD"], options={})
        assert not await trigger.is_subscribed()
        await trigger.subscribe()
        assert handlers(sandbox) == [("ONCRMLEADADD", False)]
        assert await trigger.unsubscribe()
        assert handlers(sandbox) == []
        assert (await trigger.memory())["state"] == {}


async def test_what_n8n_forgot_is_not_needed(shim: Path, sandbox: Sandbox, application: dict[str, Any]) -> None:
    async with app_events(shim, application, "ONCRMDEALADD") as trigger:
        await trigger.subscribe()
        await trigger.forget()
        assert await trigger.is_subscribed()
        await add_deal(sandbox)
        assert len(await trigger.items(1)) == 1


async def test_an_address_with_an_older_key_is_taken_back(
    shim: Path, sandbox: Sandbox, application: dict[str, Any]
) -> None:
    async with app_events(shim, application, "ONCRMDEALADD") as trigger:
        handler = f"{trigger.address}?key=older"
        await call_as_application(application, "event.bind", event="ONCRMDEALADD", handler=handler)
        assert not await trigger.is_subscribed()
        await trigger.subscribe()
        assert handlers(sandbox) == [("ONCRMDEALADD", False)]
        assert key_of(sandbox, trigger) != "older"


@pytest.mark.parametrize(
    ("events", "others", "said"),
    [
        ([], "", "No event is chosen"),
        ([], "ONCRMNOTHINGADD", "did not subscribe to ONCRMNOTHINGADD"),
        ([], "when a deal is won", "is no code of an event"),
    ],
)
async def test_events_that_cannot_be_subscribed_are_refused_in_words(
    shim: Path, sandbox: Sandbox, application: dict[str, Any], events: list[str], others: str, said: str
) -> None:
    async with app_events(shim, application, *events, options={"otherEvents": others}) as trigger:
        with pytest.raises(TriggerFailure, match=said) as failure:
            await trigger.subscribe()
    assert failure.value.description
    assert handlers(sandbox) == []


async def test_a_webhook_cannot_subscribe(shim: Path, sandbox: Sandbox) -> None:
    webhook = {"bitrix24WebhookApi": (await credential_data(sandbox))["bitrix24WebhookApi"]}
    async with app_events(shim, webhook, "ONCRMDEALADD", authentication="webhook") as trigger:
        with pytest.raises(TriggerFailure, match="need an OAuth2 credential"):
            await trigger.subscribe()


async def test_an_event_brings_its_record_and_no_secret(
    shim: Path, sandbox: Sandbox, application: dict[str, Any]
) -> None:
    async with app_events(shim, application, "ONCRMDEALADD", fetchRecord=True) as trigger:
        await trigger.subscribe()
        deal = await add_deal(sandbox, "Big one")
        (item,) = await trigger.items(1)
        (call_,) = trigger.calls
        token = (await trigger.memory())["state"]["applicationToken"]
    assert (item["id"], item["record"]["id"], item["record"]["title"]) == (deal, deal, "Big one")
    secrets = {row["value"] for row in sandbox.database.collection("tokens").all()} | {token}
    assert not [secret for secret in secrets if secret in json.dumps(call_)]


async def test_a_record_that_is_gone_is_said_so(shim: Path, sandbox: Sandbox, application: dict[str, Any]) -> None:
    async with app_events(shim, application, "ONCRMDEALADD", fetchRecord=True) as trigger:
        await trigger.subscribe()
        body = posted(("auth[member_id]", member_of(application))).replace("=5&", "=987654&")
        (item,) = (await trigger.post(body, key=key_of(sandbox, trigger)))["last"]
    assert (item["id"], item["record"]) == (987654, None)
    assert "not found" in item["recordError"].lower()


async def test_each_smart_process_has_events_of_its_own(
    shim: Path, sandbox: Sandbox, application: dict[str, Any]
) -> None:
    (process, *_) = (await call(sandbox, "crm.type.list"))["types"]
    kind = process["entityTypeId"]
    code = f"ONCRMDYNAMICITEMADD_{kind}"
    async with app_events(shim, application, fetchRecord=True, options={"otherEvents": code}) as trigger:
        await trigger.subscribe()
        await call(sandbox, "crm.item.add", entityTypeId=kind, fields={"title": "Own kind"})
        (item,) = await trigger.items(1)
    assert (item["event"], item["record"]["title"]) == (code, "Own kind")


@pytest.mark.parametrize("change", ["no key", "wrong key", "wrong token", "wrong portal", "no token"])
async def test_only_the_portal_that_was_told_the_address_is_trusted(
    shim: Path, sandbox: Sandbox, application: dict[str, Any], change: str
) -> None:
    async with app_events(shim, application, "ONCRMDEALADD") as trigger:
        await trigger.subscribe()
        await add_deal(sandbox)
        await trigger.items(1)
        state = (await trigger.memory())["state"]
        member = "another" if change == "wrong portal" else member_of(application)
        tokens = {"wrong token": "guess", "no token": None}
        keys = {"no key": None, "wrong key": "0" * 48}
        body = posted(("auth[member_id]", member), token=tokens.get(change, state["applicationToken"]))
        outcome = await trigger.post(body, key=keys.get(change, key_of(sandbox, trigger)))
        assert outcome == {"statuses": {"403": 1}, "items": 0, "last": []}
        good = posted(("auth[member_id]", member_of(application)), token=state["applicationToken"])
        assert (await trigger.post(good, key=key_of(sandbox, trigger)))["statuses"] == {"200": 1}


async def test_a_token_from_the_panel_is_asked_of_the_first_event_already(
    shim: Path, sandbox: Sandbox, application: dict[str, Any]
) -> None:
    async with app_events(shim, application, "ONCRMDEALADD", options={"applicationToken": "mine"}) as trigger:
        await trigger.subscribe()
        await add_deal(sandbox)
        assert await trigger.statuses(1) == [403]
        body = posted(("auth[member_id]", member_of(application)), token="mine")
        assert (await trigger.post(body, key=key_of(sandbox, trigger)))["items"] == 1


async def test_own_changes_can_be_passed_over(shim: Path, sandbox: Sandbox, application: dict[str, Any]) -> None:
    options = {"ignoreOwnChanges": True}
    async with app_events(shim, application, "ONCRMDEALADD", fetchRecord=True, options=options) as trigger:
        await trigger.subscribe()
        await add_deal(sandbox, "Mine", user=1)
        await add_deal(sandbox, "Theirs", user=2)
        assert await trigger.statuses(2) == [200, 200]
        items = await trigger.items(1)
    assert [item["record"]["title"] for item in items] == ["Theirs"]


@pytest.mark.parametrize(
    ("filters", "combine", "titles"),
    [
        ([("record.title", "equals", "Small")], "all", ["Small"]),
        ([("record.title", "startsWith", "B"), ("record.title", "contains", "al")], "any", ["Small", "Big"]),
        ([("record.title", "startsWith", "B"), ("record.title", "contains", "al")], "all", []),
        ([("id", "greater", "0"), ("record.title", "oneOf", "Big, Huge")], "all", ["Big"]),
        ([("record.nothing", "empty", ""), ("record.title", "notEquals", "Big")], "all", ["Small"]),
        ([("record.nothing", "notEmpty", "")], "all", []),
        ([("record.title", "less", "C")], "all", ["Big"]),
    ],
)
async def test_filters(
    shim: Path, sandbox: Sandbox, application: dict[str, Any], filters: list[Any], combine: str, titles: list[str]
) -> None:
    rows = [dict(zip(("field", "operator", "value"), entry, strict=True)) for entry in filters]
    options = {"filters": {"filter": rows}, "combine": combine}
    async with app_events(shim, application, "ONCRMDEALADD", fetchRecord=True, options=options) as trigger:
        await trigger.subscribe()
        for title in ("Small", "Big"):
            await add_deal(sandbox, title)
        assert await trigger.statuses(2) == [200, 200]
        items = await trigger.items(len(titles))
    assert [item["record"]["title"] for item in items] == titles


async def test_a_dead_portal_does_not_keep_a_workflow_active(shim: Path, application: dict[str, Any]) -> None:
    async with app_events(shim, application, "ONCRMDEALADD") as trigger:
        await trigger.subscribe()
        application["bitrix24OAuth2Api"]["oauthTokenData"]["access_token"] = "gone"
        async with app_events(shim, application, "ONCRMDEALADD") as later:
            assert not await later.unsubscribe()
            (logged,) = (await later.memory())["logged"]
    assert "could not unsubscribe" in logged


# --- The queue ---


def queued(shim: Path, application: dict[str, Any], **options: Any) -> TriggerDriver:
    """A trigger that takes new deals from the queue."""
    options = {"queue": True, "queueInterval": 1, **options}
    return app_events(shim, application, "ONCRMDEALADD", fetchRecord=True, options=options)


def waiting(portal: Sandbox) -> list[str]:
    """The work that each event in the queue is reserved for, if any."""
    return [row["PROCESS_ID"] for row in portal.database.collection("offline_events").all()]


async def test_a_burst_is_taken_at_once_and_acknowledged_later(
    shim: Path, sandbox: Sandbox, application: dict[str, Any]
) -> None:
    async with queued(shim, application) as trigger:
        await trigger.subscribe()
        assert handlers(sandbox) == [("ONCRMDEALADD", True), ("ONOFFLINEEVENT", False)]
        assert await trigger.is_subscribed()
        commands = {f"c{place}": f"crm.item.add?entityTypeId=2&fields[title]=Deal {place}" for place in range(50)}
        await call(sandbox, "batch", cmd=commands)
        items = await trigger.items(50)
        assert sorted(item["record"]["title"] for item in items) == sorted(f"Deal {place}" for place in range(50))
        assert all(waiting(sandbox))
        assert await trigger.unsubscribe()
    assert (waiting(sandbox), handlers(sandbox)) == ([], [])


async def test_what_was_reserved_and_never_handed_over_comes_again(
    shim: Path, sandbox: Sandbox, application: dict[str, Any]
) -> None:
    async with queued(shim, application) as trigger:
        await trigger.subscribe()
        deal = await add_deal(sandbox, "Lost")
        await trigger.items(1)
        state = (await trigger.memory())["state"]
        body = urlencode({
            "event": "ONOFFLINEEVENT", "auth[member_id]": member_of(application),
            "auth[application_token]": state["applicationToken"],
        })  # fmt: skip
        await trigger.post(body, key=key_of(sandbox, trigger))
        assert waiting(sandbox) == []
        # n8n reserved an event and went down before the workflow was started.
        await add_reserved(sandbox, application, deal)
        (item,) = (await trigger.post(body, key=key_of(sandbox, trigger)))["last"]
    assert (item["id"], item["record"]["title"]) == (deal, "Lost")


async def test_calls_at_once_take_nothing_twice(shim: Path, sandbox: Sandbox, application: dict[str, Any]) -> None:
    async with queued(shim, application, queueInterval=3600) as trigger:
        await trigger.subscribe()
        await add_deal(sandbox, "First")
        await trigger.items(1)
        token = (await trigger.memory())["state"]["applicationToken"]
        commands = {f"c{place}": f"crm.item.add?entityTypeId=2&fields[title]=Deal {place}" for place in range(50)}
        await call(sandbox, "batch", cmd=commands)
        pairs = {"auth[member_id]": member_of(application), "auth[application_token]": token}
        body = urlencode({"event": "ONOFFLINEEVENT", **pairs})
        outcome = await trigger.post(body, key=key_of(sandbox, trigger), times=5)
        assert (outcome["statuses"], outcome["items"]) == ({"200": 5}, 50)
        assert (await trigger.post(body, key=key_of(sandbox, trigger)))["items"] == 0
        assert waiting(sandbox) == []


async def call_as_application(application: dict[str, Any], method: str, **arguments: Any) -> Any:
    token = application["bitrix24OAuth2Api"]["oauthTokenData"]
    headers = {"Authorization": f"Bearer {token['access_token']}"}
    async with (
        aiohttp.ClientSession() as session,
        session.post(f"{token['client_endpoint']}{method}.json", json=arguments, headers=headers) as answer,
    ):
        return (await answer.json())["result"]


async def add_reserved(portal: Sandbox, application: dict[str, Any], deal: int) -> None:
    """Puts an event into the queue that a process which is gone had reserved."""
    row = {
        "APPLICATION": portal.application.client_id, "CONNECTOR": "n8n-workflow-node", "MESSAGE_ID": "lost",
        "EVENT_NAME": "ONCRMDEALADD", "EVENT_DATA": {"FIELDS": {"ID": deal}}, "EVENT_ADDITIONAL": False,
        "TIMESTAMP_X": "2026-01-01T00:00:00+00:00", "PROCESS_ID": "gone", "ERROR": "0",
    }  # fmt: skip
    with portal.database.transaction():
        portal.database.collection("offline_events").insert(row)
    reserved = await call_as_application(application, "event.offline.list", auth_connector="n8n-workflow-node")
    assert [entry["PROCESS_ID"] for entry in reserved] == ["gone"]


# --- Chatbots ---


def bots(portal: Sandbox, code: str) -> dict[str, Any]:
    (row,) = (row for row in portal.database.collection("bots").all() if row["code"] == code)
    return dict(row)


def picked(mode: str, bot: Any) -> dict[str, Any]:
    """What n8n stores of a bot that was picked."""
    return {"__rl": True, "mode": mode, "value": bot}


def chatbot(shim: Path, application: dict[str, Any], **parameters: Any) -> TriggerDriver:
    """A trigger with a bot of its own."""
    own = {"bot": "own", "botCode": "helper", "botName": "Helper", "botEvents": ["message", "command"]}
    return TriggerDriver(shim, application, triggerOn="chatbot", **{**own, **parameters})


@pytest.mark.parametrize("version", ["current", "old"])
async def test_a_message_comes_ready_to_be_answered(
    shim: Path, sandbox: Sandbox, application: dict[str, Any], version: str
) -> None:
    async with chatbot(shim, application, apiVersion=version) as trigger:
        assert not await trigger.is_subscribed()
        await trigger.subscribe()
        bot = bots(sandbox, "helper")["id"]
        message = await call(sandbox, "im.message.add", DIALOG_ID=str(bot), MESSAGE="Hello")
        (item,) = await trigger.items(1)
        assert item["kind"] == "message"
        assert (item["botId"], item["botCode"], item["dialogId"]) == (bot, "helper", 1)
        assert (item["messageId"], item["text"], item["userId"]) == (message, "Hello", 1)
        secrets = [row["value"] for row in sandbox.database.collection("tokens").all()]
        token = (await trigger.memory())["state"]["applicationToken"]
        assert not [secret for secret in (*secrets, token) if secret in json.dumps(trigger.calls)]
        assert await trigger.unsubscribe()
    if version == "current":
        assert bots(sandbox, "helper")["event_mode"] == "fetch"


@pytest.mark.parametrize("version", ["current", "old"])
async def test_a_command_comes_with_its_parameters(
    shim: Path, sandbox: Sandbox, application: dict[str, Any], version: str
) -> None:
    async with chatbot(shim, application, apiVersion=version) as trigger:
        await trigger.subscribe()
        bot = bots(sandbox, "helper")["id"]
        if version == "old":
            registered = await call_as_application(
                application, "imbot.command.register", BOT_ID=bot, COMMAND="help", EVENT_COMMAND_ADD="https://x.test/",
                LANG=[{"LANGUAGE_ID": "en", "TITLE": "Help"}],
            )  # fmt: skip
            await trigger.change(commandIds=str(registered))
            await trigger.subscribe()
        else:
            fields = {"command": "help", "title": {"en": "Help"}}
            answer = await call_as_application(application, "imbot.v2.Command.register", botId=bot, fields=fields)
            registered = answer["command"]["id"]
        await call(sandbox, "im.message.add", DIALOG_ID=str(bot), MESSAGE="/help me")
        (item,) = await trigger.items(1)
    assert (item["kind"], item["command"], item["commandParams"]) == ("command", "help", "me")
    assert (item["botId"], item["commandId"]) == (bot, registered)


async def test_only_chosen_events_of_a_bot_start_the_workflow(
    shim: Path, sandbox: Sandbox, application: dict[str, Any]
) -> None:
    async with chatbot(shim, application, botEvents=["command"]) as trigger:
        await trigger.subscribe()
        await call(sandbox, "im.message.add", DIALOG_ID=str(bots(sandbox, "helper")["id"]), MESSAGE="Hello")
        # It hears that it joined the chat, and then the message.
        assert await trigger.statuses(2) == [200, 200]
        assert await trigger.items(0) == []


@pytest.mark.parametrize("held", [str, int, lambda bot: picked("list", bot), lambda bot: picked("id", str(bot))])
async def test_an_existing_bot_of_a_webhook_is_turned_here_and_back(
    shim: Path, sandbox: Sandbox, held: Callable[[int], Any]
) -> None:
    webhook = {"bitrix24WebhookApi": (await credential_data(sandbox))["bitrix24WebhookApi"]}
    demo = bots(sandbox, "support_bot")
    token = "demo-bot-token"
    parameters = {"bot": "existing", "botId": held(demo["id"]), "botToken": token, "authentication": "webhook"}
    async with chatbot(shim, webhook, **parameters) as trigger:
        await trigger.subscribe()
        assert await trigger.is_subscribed()
        await call(sandbox, "im.message.add", DIALOG_ID=str(demo["id"]), MESSAGE="Hello")
        (item,) = await trigger.items(1)
        assert item["botId"] == demo["id"]
        assert token not in json.dumps(trigger.calls)
        assert await trigger.unsubscribe()
    assert bots(sandbox, demo["code"])["event_mode"] == "fetch"


@pytest.mark.parametrize(
    ("held", "message"),
    [
        ("helper", "'Existing Bot' is no number: 'helper'"),
        ("", "'Existing Bot' is missing"),
        ({"__rl": True, "mode": "list", "value": ""}, "'Existing Bot' is missing"),
    ],
)
async def test_a_bot_id_that_is_none_is_refused(
    shim: Path, application: dict[str, Any], held: Any, message: str
) -> None:
    async with chatbot(shim, application, bot="existing", botId=held) as trigger:
        with pytest.raises(TriggerFailure, match=message):
            await trigger.subscribe()


@pytest.mark.parametrize("version", ["current", "old"])
async def test_a_bot_that_was_deleted_is_said(shim: Path, application: dict[str, Any], version: str) -> None:
    deleted = picked("list", 9999)
    async with chatbot(shim, application, bot="existing", botId=deleted, apiVersion=version) as trigger:
        with pytest.raises(TriggerFailure, match="Bot not found") as refused:
            await trigger.subscribe()
    assert "imbot" in str(refused.value.description)
