"""Workflows: what is refused, whose tasks are whose, what applications are called for, and files of templates."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from bitrix_node.sandbox.workflows import php_values, template_files
from tests.sandbox.client import RestClient
from tests.sandbox.receiver import Receiver, receive

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    import aiohttp

    from bitrix_node.sandbox import Sandbox

DEAL = ["crm", "CCrmDocumentDeal", "DEAL_10"]
DEAL_TYPE = ["crm", "CCrmDocumentDeal", "DEAL"]


@dataclass(frozen=True)
class Application(RestClient):
    """The installed application, in the name of the administrator."""

    token: str = ""

    async def call(self, method: str, arguments: Any = None) -> tuple[int, Any]:
        return await super().call(method, {**(arguments or {}), "auth": self.token})

    async def template(self, *activities: dict[str, Any], **parts: Any) -> int:
        """Add a template for deals that holds these activities."""
        named = [{"Name": f"A{number}", **activity} for number, activity in enumerate(activities, 1)]
        root = [{"Type": "SequentialWorkflowActivity", "Name": "Template", "Properties": {}, "Children": named}]
        file = base64.b64encode(template_files.pack({"TEMPLATE": root, **parts})).decode()
        sent = {"DOCUMENT_TYPE": DEAL_TYPE, "NAME": "Test", "TEMPLATE_DATA": ["test.bpt", file]}
        made: int = await self.result("bizproc.workflow.template.add", sent)
        return made

    async def start(self, template_id: int, **parameters: Any) -> str:
        sent = {"TEMPLATE_ID": template_id, "DOCUMENT_ID": DEAL, "PARAMETERS": parameters}
        started: str = await self.result("bizproc.workflow.start", sent)
        return started

    async def comments(self) -> Any:
        """What the deal's comment says."""
        return (await self.result("crm.item.get", {"entityTypeId": 2, "id": 10}))["item"]["comments"]


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async for running in receive():
        yield running


@pytest.fixture
def application(sandbox: Sandbox, session: aiohttp.ClientSession) -> Application:
    return Application(session, f"{sandbox.url}/rest/", sandbox.access_token)


@pytest.mark.parametrize(
    ("method", "arguments", "status", "code"),
    [
        ("bizproc.workflow.start", {}, 400, "ERROR_WRONG_WORKFLOW_ID"),
        ("bizproc.workflow.start", {"TEMPLATE_ID": 999}, 400, "ERROR_WRONG_WORKFLOW_ID"),
        ("bizproc.workflow.start", {"TEMPLATE_ID": 1, "DOCUMENT_ID": ["crm"]}, 400, ""),
        ("bizproc.workflow.start", {"TEMPLATE_ID": 1, "DOCUMENT_ID": ["tasks", "Task", "1"]}, 400, ""),
        ("bizproc.workflow.start", {"TEMPLATE_ID": 1, "DOCUMENT_ID": [*DEAL[:2], "DEAL_9999"]}, 400, ""),
        ("bizproc.workflow.start", {"TEMPLATE_ID": 3, "DOCUMENT_ID": DEAL}, 400, ""),
        ("bizproc.workflow.kill", {}, 400, "ERROR_WRONG_WORKFLOW_ID"),
        ("bizproc.workflow.terminate", {"ID": ""}, 400, "ERROR_WRONG_WORKFLOW_ID"),
        ("bizproc.task.list", {"SELECT": "ID"}, 400, "ERROR_SELECT_VALIDATION_FAILURE"),
        ("bizproc.task.complete", {"STATUS": 1}, 400, "ERROR_TASK_VALIDATION"),
        ("bizproc.task.complete", {"TASK_ID": 1, "STATUS": "maybe"}, 400, "ERROR_TASK_VALIDATION"),
        ("bizproc.task.complete", {"TASK_ID": 9999, "STATUS": 1}, 400, "ERROR_TASK_NOT_FOUND"),
        ("bizproc.task.delegate", {"TASK_IDS": []}, 400, "ERROR_TASK_VALIDATION"),
        ("bizproc.task.delegate", {"TASK_IDS": [1], "FROM_USER_ID": 1}, 400, "ERROR_INVALID_USER_ID"),
        ("bizproc.event.send", {"EVENT_TOKEN": "no"}, 403, "ACCESS_DENIED"),
        ("bizproc.activity.log", {"EVENT_TOKEN": "no"}, 400, "ERROR_EMPTY_LOG_MESSAGE"),
        ("bizproc.activity.log", {"EVENT_TOKEN": "no", "LOG_MESSAGE": "x"}, 400, "ACCESS_DENIED"),
        ("bizproc.robot.list", {}, 400, "ACCESS_DENIED"),
        ("bizproc.activity.list", {}, 400, "ACCESS_DENIED"),
        ("bizproc.workflow.template.add", {}, 400, "ACCESS_DENIED"),
        ("messageservice.sender.list", {}, 400, "ACCESS_DENIED"),
    ],
)
async def test_what_a_webhook_is_refused(
    portal: RestClient, method: str, arguments: dict[str, Any], status: int, code: str
) -> None:
    assert (await portal.refusal(method, arguments))[:2] == (status, code)


RULE = {"CODE": "sum", "HANDLER": "https://example.com/rule", "NAME": "Sum up"}


@pytest.mark.parametrize(
    ("method", "arguments", "code"),
    [
        ("bizproc.robot.add", {**RULE, "CODE": ""}, "ERROR_ACTIVITY_VALIDATION_FAILURE"),
        ("bizproc.robot.add", {**RULE, "CODE": "so so"}, "ERROR_ACTIVITY_VALIDATION_FAILURE"),
        ("bizproc.robot.add", {**RULE, "NAME": ""}, "ERROR_ACTIVITY_VALIDATION_FAILURE"),
        ("bizproc.robot.add", {**RULE, "HANDLER": "ftp://example.com"}, "ERROR_UNSUPPORTED_PROTOCOL"),
        ("bizproc.robot.add", {**RULE, "HANDLER": "example"}, "ERROR_WRONG_HANDLER_URL"),
        ("bizproc.robot.add", {**RULE, "PROPERTIES": "text"}, "ERROR_ACTIVITY_VALIDATION_FAILURE"),
        ("bizproc.robot.add", {**RULE, "PROPERTIES": {"1a": {"Name": "A"}}}, "ERROR_ACTIVITY_VALIDATION_FAILURE"),
        ("bizproc.robot.add", {**RULE, "PROPERTIES": {"a": {}}}, "ERROR_ACTIVITY_VALIDATION_FAILURE"),
        ("bizproc.robot.add", {**RULE, "FILTER": {"ONLY": []}}, "ERROR_ACTIVITY_VALIDATION_FAILURE"),
        ("bizproc.robot.add", {**RULE, "DOCUMENT_TYPE": ["crm", "x", "y"]}, "ERROR_ACTIVITY_VALIDATION_FAILURE"),
        ("bizproc.robot.update", {"CODE": "sum", "FIELDS": {"NAME": "S"}}, "ERROR_ACTIVITY_NOT_FOUND"),
        ("bizproc.robot.delete", {"CODE": "sum"}, "ERROR_ACTIVITY_NOT_FOUND"),
        ("bizproc.workflow.template.add", {"NAME": "A"}, "ERROR_TEMPLATE_VALIDATION_FAILURE"),
        ("bizproc.workflow.template.add", {"DOCUMENT_TYPE": DEAL_TYPE}, "ERROR_TEMPLATE_VALIDATION_FAILURE"),
        ("bizproc.workflow.template.update", {"ID": 1}, "ERROR_TEMPLATE_VALIDATION_FAILURE"),
        ("bizproc.workflow.template.update", {"ID": 1, "FIELDS": {"NAME": "A"}}, "ERROR_TEMPLATE_NOT_OWNER"),
        ("bizproc.workflow.template.delete", {"ID": 999}, "ERROR_TEMPLATE_NOT_FOUND"),
        ("messageservice.sender.add", {"CODE": "a", "NAME": "A"}, "ERROR_SENDER_VALIDATION_FAILURE"),
        ("messageservice.sender.delete", {"CODE": "a"}, "ERROR_SENDER_NOT_FOUND"),
        ("messageservice.message.status.update", {"CODE": "a", "MESSAGE_ID": "x"}, "ERROR_MESSAGE_NOT_FOUND"),
    ],
)
async def test_what_an_application_is_refused(
    application: Application, method: str, arguments: dict[str, Any], code: str
) -> None:
    assert (await application.refusal(method, arguments))[:2] == (400, code)


async def test_workflows_are_for_administrators(sandbox: Sandbox, session: aiohttp.ClientSession) -> None:
    colleague = RestClient(session, sandbox.webhook(user_id=3))
    assert (await colleague.refusal("bizproc.workflow.instances"))[:2] == (403, "ACCESS_DENIED")
    assert (await colleague.refusal("bizproc.workflow.start", {"TEMPLATE_ID": 1}))[:2] == (403, "ACCESS_DENIED")
    assert (await colleague.refusal("bizproc.workflow.template.list"))[:2] == (400, "ACCESS_DENIED")


async def test_people_see_their_own_tasks_and_those_of_their_people(
    sandbox: Sandbox, session: aiohttp.ClientSession
) -> None:
    head, agent = (RestClient(session, sandbox.webhook(user_id=user_id)) for user_id in (2, 7))
    assert len(await head.result("bizproc.task.list")) == 1
    assert await agent.result("bizproc.task.list") == []
    assert await head.result("bizproc.task.list", {"FILTER": {"USER_ID": 3}}) == []
    assert (await agent.refusal("bizproc.task.list", {"FILTER": {"USER_ID": 2}}))[:2] == (400, "ACCESS_DENIED")


async def test_a_task_is_delegated(portal: RestClient, sandbox: Sandbox, session: aiohttp.ClientSession) -> None:
    sent = {"TASK_IDS": [1], "FROM_USER_ID": 1, "TO_USER_ID": 3}
    assert await portal.result("bizproc.task.delegate", sent) is True
    assert (await portal.refusal("bizproc.task.delegate", sent))[1] == "ERROR_DELEGATION_NOT_ALLOWED"
    assert (await portal.refusal("bizproc.task.complete", {"TASK_ID": 1, "STATUS": 1}))[1] == "ERROR_TASK_NOT_FOUND"
    colleague = RestClient(session, sandbox.webhook(user_id=3))
    assert await colleague.result("bizproc.task.complete", {"TASK_ID": 1, "STATUS": "yes"}) is True


async def test_all_approvers_have_to_agree(
    application: Application, sandbox: Sandbox, session: aiohttp.ClientSession
) -> None:
    branches = [
        {"Type": "SequenceActivity", "Name": name, "Children": [_comment(name)]} for name in ("agreed", "refused")
    ]
    settings = {"ApproveType": "all", "Users": ["user_1", "user_2"], "Name": "Agree"}
    made = await application.template({"Type": "ApproveActivity", "Properties": settings, "Children": branches})
    other = RestClient(session, sandbox.webhook(user_id=2))
    for answer, outcome in (("yes", "agreed"), ("no", "refused")):
        workflow = await application.start(made)
        tasks = await application.result("bizproc.task.list", {"FILTER": {"WORKFLOW_ID": workflow}})
        task_id = tasks[0]["ID"]
        assert {task["ID"] for task in tasks} == {task_id}
        await application.result("bizproc.task.complete", {"TASK_ID": task_id, "STATUS": "yes"})
        select = {"SELECT": ["STATUS", "USER_STATUS"], "FILTER": {"WORKFLOW_ID": workflow, "USER_ID": 1}}
        assert await application.result("bizproc.task.list", select) == [{"STATUS": "0", "USER_STATUS": "1"}]
        await other.result("bizproc.task.complete", {"TASK_ID": task_id, "STATUS": answer})
        assert await application.comments() == outcome


async def test_a_robot_calls_its_handler_and_waits_for_the_answer(application: Application, receiver: Receiver) -> None:
    rule = {**RULE, "HANDLER": receiver.url, "AUTH_USER_ID": 2, "PROPERTIES": {"text": {"Name": "Text"}}}
    assert await application.result("bizproc.robot.add", rule) is True
    made = await application.template(
        {"Type": "rest_sum", "Properties": {"text": "{=Document:TITLE}!"}}, _comment("{=A1:sum} of {=Template:what}"),
        PARAMETERS={"what": {"Name": "What", "Type": "string", "Default": "all"}},
    )  # fmt: skip
    workflow = await application.start(made, what="some")
    called = await receiver.next()
    assert (called["workflow_id"], called["code"], called["use_subscription"]) == (workflow, "sum", "Y")
    assert called["document_id"] == DEAL
    assert called["properties"]["text"].endswith("!")
    assert (called["auth"]["user_id"], bool(called["auth"]["access_token"])) == ("2", True)
    token = {"EVENT_TOKEN": called["event_token"]}
    assert await application.result("bizproc.activity.log", {**token, "LOG_MESSAGE": "Wait"}) is True
    assert await application.result("bizproc.event.send", {**token, "RETURN_VALUES": {"sum": 42}}) is True
    assert await application.comments() == "42 of some"
    assert (await application.refusal("bizproc.event.send", token))[0] == 403


async def test_a_robot_without_subscription_does_not_hold_the_workflow(
    application: Application, receiver: Receiver
) -> None:
    await application.result("bizproc.activity.add", {**RULE, "HANDLER": receiver.url, "USE_SUBSCRIPTION": "N"})
    workflow = await application.start(await application.template({"Type": "rest_sum"}, _comment("done")))
    assert await application.comments() == "done"
    running = await application.result("bizproc.workflow.instances", {"FILTER": {"ID": workflow}})
    assert ((await receiver.next())["use_subscription"], running) == ("N", [])


async def test_a_message_goes_to_the_provider_of_an_application(application: Application, receiver: Receiver) -> None:
    sender = {"CODE": "acme", "TYPE": "SMS", "NAME": "ACME", "HANDLER": receiver.url}
    await application.result("messageservice.sender.add", sender)
    assert (await application.refusal("messageservice.sender.add", sender))[1] == "ERROR_SENDER_ALREADY_INSTALLED"
    text = {"MessageText": "Hello {=Document:TITLE}", "MessageTo": "+447700900777", "ProviderId": "acme"}
    await application.start(await application.template({"Type": "CrmSendSmsActivity", "Properties": text}))
    called = await receiver.next()
    assert (called["code"], called["message_to"], called["module_id"]) == ("acme", "+447700900777", "crm")
    assert called["message_body"].startswith("Hello ")
    report = {"CODE": "acme", "MESSAGE_ID": called["message_id"], "STATUS": "delivered"}
    assert await application.result("messageservice.message.status.update", report) is True
    wrong = {**report, "STATUS": "lost"}
    code = "ERROR_MESSAGE_STATUS_INCORRECT"
    assert (await application.refusal("messageservice.message.status.update", wrong))[1] == code


async def test_activities_the_sandbox_lacks_are_passed_over(application: Application) -> None:
    await application.start(await application.template({"Type": "CodeActivity"}, _comment("after")))
    assert await application.comments() == "after"


async def test_a_workflow_runs_on_an_element_of_a_list(application: Application) -> None:
    sent = {"IBLOCK_TYPE_ID": "bitrix_processes", "IBLOCK_ID": 3, "ELEMENT_CODE": "lathe", "FIELDS": {"NAME": "Lathe"}}
    element = await application.result("lists.element.add", sent)
    kind = ["lists", "BizprocDocument", "iblock_3"]
    root = [{"Type": "ReviewActivity", "Name": "A1", "Properties": {"Name": "Read {=Document:NAME}"}}]
    file = base64.b64encode(template_files.pack({"TEMPLATE": root})).decode()
    new = {"DOCUMENT_TYPE": kind, "NAME": "Read", "TEMPLATE_DATA": ["read.bpt", file]}
    made = await application.result("bizproc.workflow.template.add", new)
    document = [*kind[:2], str(element)]
    await application.result("bizproc.workflow.start", {"TEMPLATE_ID": made, "DOCUMENT_ID": document})
    (task,) = await application.result("bizproc.task.list", {"FILTER": {"MODULE_ID": "lists"}})
    assert (task["NAME"], task["DOCUMENT_NAME"], task["DOCUMENT_ID"]) == ("Read Lathe", "Lathe", str(element))


@pytest.mark.parametrize(
    "value", [None, True, False, 0, -5, 1.5, "", "Grüße", [], [1, [2]], {"a": {"b": None}}, {"5": "five"}]
)
def test_php_values_survive(value: Any) -> None:
    assert php_values.loads(php_values.dumps(value)) == value


@pytest.mark.parametrize(
    "data", [b"", b"x", b"i:5", b"i:x;", b's:5:"abc";', b"a:1:{i:0;}", b'a:1:{s:1:"a";N;', b'O:1:"A":0:{}', b"N;N;"]
)
def test_what_is_no_php_value(data: bytes) -> None:
    with pytest.raises(ValueError, match="byte"):
        php_values.loads(data)


def _comment(text: str) -> dict[str, Any]:
    return {"Type": "SetFieldActivity", "Name": "note", "Properties": {"FieldValue": {"COMMENTS": text}}}
