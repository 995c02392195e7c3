"""Events that the portal posts to handlers, as whoever listens sees them."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest

from bitrix_node.sandbox import Sandbox, SandboxConfig
from tests.sandbox.client import RestClient
from tests.sandbox.receiver import Receiver, receive

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    import aiohttp


@dataclass(frozen=True)
class Application(RestClient):
    """The installed application, in the name of one user."""

    token: str = ""

    async def call(self, method: str, arguments: Any = None) -> tuple[int, Any]:
        return await super().call(method, {**(arguments or {}), "auth": self.token})

    async def listen(self, receiver: Receiver, *events: str, **options: Any) -> None:
        for event in events:
            assert await self.result("event.bind", {"event": event, "handler": receiver.url, **options}) is True


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async for running in receive():
        yield running


@pytest.fixture
def application(sandbox: Sandbox, session: aiohttp.ClientSession) -> Application:
    """In the name of the administrator."""
    return Application(session, f"{sandbox.url}/rest/", sandbox.access_token)


async def colleague(sandbox: Sandbox, session: aiohttp.ClientSession, user_id: int) -> Application:
    """The application in the name of somebody who does not administer the portal."""
    form = {"client_id": sandbox.application.client_id, "redirect_uri": "http://localhost/", "user_id": str(user_id)}
    async with session.post(f"{sandbox.url}/oauth/authorize/", data=form, allow_redirects=False) as answer:
        code = urlsplit(answer.headers["Location"]).query.split("code=")[1].split("&")[0]
    grant = {"grant_type": "authorization_code", "code": code, "client_secret": sandbox.application.client_secret}
    async with session.post(f"{sandbox.url}/oauth/token/", data={**grant, **form}) as answer:
        return Application(session, f"{sandbox.url}/rest/", (await answer.json())["access_token"])


async def test_a_handler_is_told_of_a_deal_by_both_ways_of_making_one(
    sandbox: Sandbox, application: Application, portal: RestClient, receiver: Receiver
) -> None:
    await application.listen(receiver, "onCrmDealAdd", "ONCRMDEALUPDATE", "ONCRMDEALDELETE")
    first = (await portal.result("crm.item.add", {"entityTypeId": 2, "fields": {"title": "Desks"}}))["item"]["id"]
    event = await receiver.next()
    assert event["event"] == "ONCRMDEALADD"
    assert event["data"] == {"FIELDS": {"ID": str(first)}}
    assert int(event["ts"]) == pytest.approx(sandbox.clock.time(), abs=10)
    second = await portal.result("crm.deal.add", {"fields": {"TITLE": "Chairs"}})
    await portal.result("crm.deal.update", {"id": second, "fields": {"TITLE": "Stools"}})
    await portal.result("crm.item.delete", {"entityTypeId": 2, "id": second})
    told = [await receiver.next() for _ in range(3)]
    assert [event["event"] for event in told] == ["ONCRMDEALADD", "ONCRMDEALUPDATE", "ONCRMDEALDELETE"]
    assert all(event["data"]["FIELDS"]["ID"] == str(second) for event in told)


async def test_a_handler_can_act_with_what_the_event_brings(
    sandbox: Sandbox, session: aiohttp.ClientSession, application: Application, receiver: Receiver
) -> None:
    await application.listen(receiver, "ONCRMLEADADD")
    sales = RestClient(session, sandbox.webhook(user_id=3))
    await sales.result("crm.lead.add", {"fields": {"TITLE": "Fair"}})
    auth = (await receiver.next())["auth"]
    assert auth["domain"] == urlsplit(sandbox.url).netloc
    assert auth["client_endpoint"] == f"{sandbox.url}/rest/"
    assert (auth["user_id"], len(auth["member_id"]), len(auth["application_token"])) == ("3", 32, 32)
    as_user = Application(session, auth["client_endpoint"], auth["access_token"])
    assert (await as_user.result("user.current"))["ID"] == "3"
    refresh = {"grant_type": "refresh_token", "refresh_token": auth["refresh_token"]}
    secrets = {"client_id": sandbox.application.client_id, "client_secret": sandbox.application.client_secret}
    async with session.post(f"{sandbox.url}/oauth/token/", data={**refresh, **secrets}) as answer:
        assert answer.status == 200


async def test_a_handler_may_act_as_a_fixed_user(
    application: Application, portal: RestClient, receiver: Receiver
) -> None:
    await application.listen(receiver, "ONCRMLEADADD", auth_type=4)
    await portal.result("crm.lead.add", {"fields": {"TITLE": "Fair"}})
    assert (await receiver.next())["auth"]["user_id"] == "4"


@pytest.mark.parametrize(
    ("event", "method", "arguments", "data"),
    [
        ("ONCRMCONTACTADD", "crm.contact.add", {"fields": {"NAME": "Ann"}}, {"FIELDS": {"ID": "$id"}}),
        ("ONCRMCOMPANYADD", "crm.company.add", {"fields": {"TITLE": "Acme"}}, {"FIELDS": {"ID": "$id"}}),
        ("ONCRMQUOTEADD", "crm.quote.add", {"fields": {"TITLE": "Offer"}}, {"FIELDS": {"ID": "$id"}}),
        (
            "ONCRMDYNAMICITEMADD",
            "crm.item.add",
            {"entityTypeId": 31, "fields": {"title": "Invoice"}},
            {"FIELDS": {"ID": "$id", "ENTITY_TYPE_ID": "31"}},
        ),
        (
            "ONCRMDYNAMICITEMADD_31",
            "crm.item.add",
            {"entityTypeId": 31, "fields": {"title": "Invoice"}},
            {"FIELDS": {"ID": "$id", "ENTITY_TYPE_ID": "31"}},
        ),
        (
            "ONTASKADD",
            "tasks.task.add",
            {"fields": {"TITLE": "Call", "RESPONSIBLE_ID": 1}},
            {
                "FIELDS_BEFORE": "undefined",
                "FIELDS_AFTER": {"ID": "$id"},
                "IS_ACCESSIBLE_BEFORE": "N",
                "IS_ACCESSIBLE_AFTER": "undefined",
            },
        ),
        (
            "ONCRMTIMELINECOMMENTADD",
            "crm.timeline.comment.add",
            {"fields": {"ENTITY_TYPE": "deal", "ENTITY_ID": 1, "COMMENT": "x"}},
            {"ID": "$id"},
        ),
        (
            "CATALOG.PRODUCT.ON.ADD",
            "catalog.product.add",
            {"fields": {"iblockId": 24, "name": "Stool"}},
            {"FIELDS": {"ID": "$id", "TYPE": "1"}},
        ),
        (
            "ONCRMACTIVITYADD",
            "crm.activity.todo.add",
            {"ownerTypeId": 2, "ownerId": 1, "deadline": "2030-01-01T10:00:00"},
            {"FIELDS": {"ID": "$id"}},
        ),
    ],
)
async def test_each_kind_of_record_has_its_event(
    application: Application,
    portal: RestClient,
    receiver: Receiver,
    event: str,
    method: str,
    arguments: Any,
    data: dict[str, Any],
) -> None:
    await application.listen(receiver, event)
    made = await portal.result(method, arguments)
    told = await receiver.next()
    assert told["event"] == event
    assert told["data"] == _with_id(data, _id_in(made))


async def test_a_new_colleague_is_an_event_with_the_profile(
    application: Application, portal: RestClient, receiver: Receiver
) -> None:
    await application.listen(receiver, "ONUSERADD")
    profile = {"EMAIL": "new@example.com", "NAME": "Nia", "LAST_NAME": "Bell", "UF_DEPARTMENT": [1]}
    made = await portal.result("user.add", profile)
    data = (await receiver.next())["data"]
    assert data | {"ID": str(made), "ACTIVE": "Y", "NAME": "Nia", "UF_DEPARTMENT": ["1"]} == data


async def test_a_deal_that_changes_its_pipeline_is_two_events(
    application: Application, portal: RestClient, receiver: Receiver
) -> None:
    await application.listen(receiver, "ONCRMDEALUPDATE", "ONCRMDEALMOVETOCATEGORY")
    categories = (await portal.result("crm.category.list", {"entityTypeId": 2}))["categories"]
    other = next(row["id"] for row in categories if row["id"])
    await portal.result("crm.item.update", {"entityTypeId": 2, "id": 1, "fields": {"categoryId": other}})
    update, move = await receiver.next(), await receiver.next()
    assert (update["event"], move["event"]) == ("ONCRMDEALUPDATE", "ONCRMDEALMOVETOCATEGORY")
    assert move["data"]["FIELDS"]["CATEGORY_ID"] == str(other)
    assert move["data"]["FIELDS"]["STAGE_ID"].startswith(f"C{other}:")


async def test_a_comment_on_a_task_is_no_change_of_the_task(
    sandbox: Sandbox, application: Application, portal: RestClient, receiver: Receiver
) -> None:
    await application.listen(receiver, "ONTASKUPDATE", "ONTASKCOMMENTADD")
    made = await portal.result("task.commentitem.add", {"TASKID": 1, "FIELDS": {"POST_MESSAGE": "Done"}})
    assert (await receiver.next())["data"]["FIELDS_AFTER"] == {"ID": str(made), "TASK_ID": "1"}
    await sandbox.events_told()
    assert receiver.arrived() == []


async def test_nothing_is_told_of_what_was_refused_or_not_subscribed_to(
    sandbox: Sandbox, application: Application, portal: RestClient, receiver: Receiver
) -> None:
    await application.listen(receiver, "ONCRMDEALADD")
    await portal.refusal("crm.item.add", {"entityTypeId": 2, "fields": {"stageId": "NONE"}})
    await portal.result("crm.lead.add", {"fields": {"TITLE": "Fair"}})
    count = {"event": "ONCRMDEALADD", "handler": receiver.url}
    assert await application.result("event.unbind", count) == {"count": 1}
    assert await application.result("event.unbind", count) == {"count": 0}
    await portal.result("crm.deal.add", {"fields": {"TITLE": "Desks"}})
    await sandbox.events_told()
    assert receiver.arrived() == []


async def test_each_command_of_a_batch_is_told_in_order(
    application: Application, portal: RestClient, receiver: Receiver
) -> None:
    await application.listen(receiver, "ONCRMLEADADD", "ONCRMDEALADD")
    commands = {str(index): f"crm.{'lead' if index % 2 else 'deal'}.add?fields[TITLE]={index}" for index in range(10)}
    made = (await portal.batch(commands))["result"]
    told = [(await receiver.next())["data"]["FIELDS"]["ID"] for _ in range(10)]
    assert told == [str(number) for number in made]


async def test_a_slow_handler_keeps_nobody_waiting(
    sandbox: Sandbox, application: Application, portal: RestClient, receiver: Receiver
) -> None:
    receiver.open.clear()
    await application.listen(receiver, "ONCRMLEADADD")
    for number in range(3):
        await portal.result("crm.lead.add", {"fields": {"TITLE": f"Lead {number}"}})
    await receiver.next()
    assert receiver.arrived() == []
    assert len(sandbox.deliveries) == 0
    receiver.open.set()
    await sandbox.events_told()
    assert [(entry.status, entry.error) for entry in sandbox.deliveries] == [(200, None)] * 3


async def test_failures_are_noted_and_the_next_event_still_goes_out(session: aiohttp.ClientSession) -> None:
    async with Sandbox(SandboxConfig(event_seconds=0.2)) as sandbox:
        async for receiver in receive():
            token = sandbox.outgoing_webhook(receiver.url, ["ONCRMLEADADD"])
            portal = RestClient(session, sandbox.webhook_url)
            receiver.status = 500
            await portal.result("crm.lead.add", {"fields": {"TITLE": "One"}})
            await sandbox.events_told()
            receiver.open.clear()
            await portal.result("crm.lead.add", {"fields": {"TITLE": "Two"}})
            await sandbox.events_told()
            url = receiver.url
        await portal.result("crm.lead.add", {"fields": {"TITLE": "Three"}})
        await sandbox.events_told()
        noted = await (await session.get(f"{sandbox.url}/_sandbox/deliveries")).json()
        first, second, third = noted
        assert (first["event"], first["handler"], first["status"], first["error"]) == (
            "ONCRMLEADADD",
            url,
            500,
            "HTTP 500",
        )
        assert second["error"] == "No answer within 0.2 seconds"
        assert third["status"] is None
        assert "connect" in third["error"].lower()
        assert token not in str(noted)


async def test_events_beyond_a_thousand_for_an_address_that_does_not_answer_are_dropped(
    monkeypatch: pytest.MonkeyPatch, sandbox: Sandbox, portal: RestClient, receiver: Receiver
) -> None:
    monkeypatch.setattr("bitrix_node.sandbox.events.delivery.MOST_WAITING", 2)
    receiver.open.clear()
    sandbox.outgoing_webhook(receiver.url, ["ONCRMLEADADD"])
    await portal.result("crm.lead.add", {"fields": {"TITLE": "Under way"}})
    await receiver.next()
    for _ in range(3):
        await portal.result("crm.lead.add", {"fields": {"TITLE": "Waiting"}})
    assert [entry.error for entry in sandbox.deliveries] == ["2 events are waiting for this address already"]
    receiver.open.set()
    await sandbox.events_told()
    assert [entry.status for entry in sandbox.deliveries] == [None, 200, 200, 200]


async def test_an_outgoing_webhook_proves_itself_by_its_token(
    sandbox: Sandbox, session: aiohttp.ClientSession, portal: RestClient, receiver: Receiver
) -> None:
    address = f"{sandbox.url}/_sandbox/webhooks"
    wanted = {"handler": receiver.url, "events": ["onCrmLeadAdd", "ONTASKADD"]}
    async with session.post(address, json=wanted) as answer:
        made = await answer.json()
    assert made["events"] == ["ONCRMLEADADD", "ONTASKADD"]
    assert await (await session.get(address)).json() == [made]
    lead = await portal.result("crm.lead.add", {"fields": {"TITLE": "Fair"}})
    event = await receiver.next()
    assert (event["event"], event["data"]) == ("ONCRMLEADADD", {"FIELDS": {"ID": str(lead)}})
    assert event["auth"].keys() == {"domain", "client_endpoint", "server_endpoint", "member_id", "application_token"}
    assert event["auth"]["application_token"] == made["application_token"]
    async with session.delete(address, params={"application_token": made["application_token"]}) as answer:
        assert await answer.json() == {"removed": 2}
    await portal.result("crm.lead.add", {"fields": {"TITLE": "Fair"}})
    await sandbox.events_told()
    assert receiver.arrived() == []


@pytest.mark.parametrize(
    ("wanted", "error"),
    [
        ({"handler": "nowhere", "events": ["ONTASKADD"]}, "The handler has to be a web address; got 'nowhere'."),
        ({"handler": "http://localhost/", "events": ["ONTEATIME"]}, "Unknown events: ONTEATIME."),
        ({"handler": "http://localhost/"}, "Name at least one event."),
    ],
)
async def test_an_outgoing_webhook_without_sense_is_refused(
    sandbox: Sandbox, session: aiohttp.ClientSession, wanted: dict[str, Any], error: str
) -> None:
    async with session.post(f"{sandbox.url}/_sandbox/webhooks", json=wanted) as answer:
        assert (answer.status, await answer.json()) == (400, {"error": error})


async def test_a_document_is_an_event_of_the_record(
    application: Application, portal: RestClient, receiver: Receiver
) -> None:
    await application.listen(receiver, "ONCRMDOCUMENTGENERATORDOCUMENTADD", "ONCRMDOCUMENTGENERATORDOCUMENTDELETE")
    template = (await portal.result("crm.documentgenerator.template.list"))["templates"]
    number = next(iter(template.values()))["id"] if isinstance(template, dict) else template[0]["id"]
    wanted = {"templateId": number, "entityTypeId": 2, "entityId": 1}
    made = (await portal.result("crm.documentgenerator.document.add", wanted))["document"]["id"]
    data = {"FIELDS": {"ID": str(made), "ENTITY_TYPE_ID": "2", "ENTITY_ID": "1"}}
    assert (await receiver.next())["data"] == data
    await portal.result("crm.documentgenerator.document.delete", {"id": made})
    gone = await receiver.next()
    assert (gone["event"], gone["data"]) == ("ONCRMDOCUMENTGENERATORDOCUMENTDELETE", data)


async def test_a_call_begins_and_ends(application: Application, receiver: Receiver) -> None:
    await application.listen(receiver, "ONVOXIMPLANTCALLSTART", "ONVOXIMPLANTCALLEND")
    call = {"USER_ID": 3, "PHONE_NUMBER": "+442079460999", "TYPE": 1}
    made = (await application.result("telephony.externalcall.register", call))["CALL_ID"]
    end = {"CALL_ID": made, "USER_ID": 3, "DURATION": 42}
    await application.result("telephony.externalcall.finish", end)
    begun, ended = await receiver.next(), await receiver.next()
    assert (begun["event"], begun["data"]) == ("ONVOXIMPLANTCALLSTART", {"CALL_ID": made, "USER_ID": "3"})
    assert ended["data"]["CALL_ID"] == made
    assert (ended["data"]["CALL_DURATION"], ended["data"]["CALL_FAILED_CODE"]) == ("42", "200")


async def test_an_invitation_is_one_event_in_the_calendar(
    sandbox: Sandbox, application: Application, portal: RestClient, receiver: Receiver
) -> None:
    await application.listen(receiver, "ONCALENDARENTRYADD", "ONCALENDARENTRYUPDATE")
    times = {"from": "2030-05-01T09:00:00", "to": "2030-05-01T10:00:00"}
    people = {"is_meeting": "Y", "attendees": [1, 3, 4], "host": 1}
    entry = {"type": "user", "ownerId": 1, "name": "Review", **times, **people}
    made = await portal.result("calendar.event.add", entry)
    assert (await receiver.next())["data"] == {"id": str(made)}
    await sandbox.events_told()
    assert receiver.arrived() == []


async def test_a_workflow_calls_the_provider_of_an_application_once(
    sandbox: Sandbox, application: Application, portal: RestClient, receiver: Receiver
) -> None:
    sender = {"CODE": "acme", "TYPE": "SMS", "NAME": "ACME", "HANDLER": receiver.url}
    await application.result("messageservice.sender.add", sender)
    parameters = {"Phone": "+447700900777", "Message": "Ready", "Sender": "acme"}
    document = ["crm", "CCrmDocumentContact", "CONTACT_1"]
    start = {"TEMPLATE_ID": 3, "DOCUMENT_ID": document, "PARAMETERS": parameters}
    await portal.result("bizproc.workflow.start", start)
    told = await receiver.next()
    assert (told["code"], told["message_to"], told["message_body"]) == ("acme", "+447700900777", "Ready")
    assert (await application.result("user.current", {"auth": told["auth"]["access_token"]}))["ID"] == "1"
    status = {"CODE": "acme", "MESSAGE_ID": told["message_id"], "STATUS": "delivered"}
    assert await application.result("messageservice.message.status.update", status) is True
    await sandbox.events_told()
    assert receiver.arrived() == []


async def test_event_test_reaches_the_handlers_of_the_application(application: Application, receiver: Receiver) -> None:
    await application.listen(receiver, "ONAPPTEST")
    assert await application.result("event.test", {"any": "data"}) == 1
    assert (await receiver.next())["data"] == {"QUERY": {"any": "data"}}


async def test_a_webhook_cannot_subscribe(portal: RestClient) -> None:
    bind = {"event": "ONCRMLEADADD", "handler": "http://localhost/"}
    for method in ("event.bind", "event.unbind", "event.get", "event.offline.list", "event.test"):
        assert (await portal.refusal(method, bind))[:2] == (403, "WRONG_AUTH_TYPE")


@pytest.mark.parametrize(
    ("arguments", "refusal"),
    [
        ({}, (400, "ERROR_ARGUMENT", "Argument 'EVENT' is null or empty")),
        ({"event": "ONCRMLEADADD"}, (400, "ERROR_ARGUMENT", "Argument 'HANDLER' is null or empty")),
        ({"event": "ONCRMLEADADD", "handler": "x"}, (400, "ERROR_ARGUMENT", "The handler has to be a web address")),
        (
            {"event": "onTeaTime", "handler": "http://localhost/"},
            (
                400,
                "ERROR_EVENT_NOT_FOUND",
                "There is no event ONTEATIME, or the application may not hear of it",
            ),
        ),
        (
            {"event": "ONCRMLEADADD", "handler": "http://localhost/", "event_type": "later"},
            (400, "ERROR_ARGUMENT", "The event_type is 'online' or 'offline'"),
        ),
    ],
)
async def test_refused_subscriptions(
    application: Application, arguments: dict[str, Any], refusal: tuple[int, str, str]
) -> None:
    assert await application.refusal("event.bind", arguments) == refusal


async def test_a_handler_is_registered_once(application: Application, receiver: Receiver) -> None:
    await application.listen(receiver, "ONCRMLEADADD")
    again = {"event": "oncrmleadadd", "handler": receiver.url}
    assert (await application.refusal("event.bind", again))[:2] == (400, "ERROR_CORE")


async def test_people_who_do_not_administer_the_portal_bind_for_themselves(
    sandbox: Sandbox, session: aiohttp.ClientSession, application: Application
) -> None:
    sales = await colleague(sandbox, session, 3)
    bind = {"event": "ONCRMLEADADD", "handler": "http://localhost/sales"}
    assert (await sales.refusal("event.bind", {**bind, "auth_type": 4}))[:2] == (403, "ACCESS_DENIED")
    assert (await sales.refusal("event.bind", {**bind, "event_type": "offline"}))[:2] == (403, "ACCESS_DENIED")
    assert (await sales.refusal("event.offline.get"))[:2] == (403, "ACCESS_DENIED")
    assert await sales.result("event.bind", bind) is True
    assert await application.result("event.bind", {**bind, "handler": "http://localhost/all"}) is True
    own = {"event": "ONCRMLEADADD", "handler": "http://localhost/sales", "auth_type": "3", "offline": 0}
    assert await sales.result("event.get") == [own]
    assert [row["auth_type"] for row in await application.result("event.get")] == ["3", "0"]
    assert await sales.result("event.unbind", {**bind, "handler": "http://localhost/all"}) == {"count": 0}


async def test_the_events_there_are(application: Application, portal: RestClient, sandbox: Sandbox) -> None:
    known = await portal.result("events")
    assert {"ONCRMDEALADD", "ONTASKADD", "ONUSERADD", "ONOFFLINEEVENT"} <= set(known)
    assert set(await portal.result("events", {"SCOPE": "user"})) == {"ONUSERADD"}
    tasks_only = RestClient(portal.session, sandbox.webhook(scopes={"task"}))
    own = await tasks_only.result("events")
    assert "ONTASKADD" in own
    assert "ONCRMDEALADD" not in own
    assert set(await tasks_only.result("events", {"FULL": True})) == set(known) | {"ONAPPTEST"}
    assert await application.result("events") == known


async def test_subscriptions_end_with_a_reset(
    sandbox: Sandbox, application: Application, portal: RestClient, receiver: Receiver
) -> None:
    await application.listen(receiver, "ONCRMLEADADD")
    await portal.result("crm.lead.add", {"fields": {"TITLE": "Fair"}})
    await receiver.next()
    await sandbox.events_told()
    sandbox.reset()
    await portal.result("crm.lead.add", {"fields": {"TITLE": "Fair"}})
    await sandbox.events_told()
    assert (receiver.arrived(), len(sandbox.deliveries)) == ([], 0)


async def test_a_sandbox_stops_while_events_wait(session: aiohttp.ClientSession) -> None:
    async for receiver in receive():
        receiver.open.clear()
        async with Sandbox(SandboxConfig()) as sandbox:
            sandbox.outgoing_webhook(receiver.url, ["ONCRMLEADADD"])
            portal = RestClient(session, sandbox.webhook_url)
            await asyncio.gather(*(portal.result("crm.lead.add", {"fields": {"TITLE": "x"}}) for _ in range(5)))
            await receiver.next()
        assert receiver.arrived() == []


def _id_in(result: Any) -> str:
    if isinstance(result, dict):
        return str(result["id"]) if "id" in result else _id_in(next(iter(result.values())))
    return str(result)


def _with_id(data: Any, number: str) -> Any:
    if isinstance(data, dict):
        return {name: _with_id(value, number) for name, value in data.items()}
    return number if data == "$id" else data
