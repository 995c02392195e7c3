"""An AI agent with the node as its tools: it finds a deal and changes it."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import aiohttp
import pytest
from playwright.async_api import expect

from bitrix_node.definitions import Definitions
from bitrix_node.n8n.installation.up import CREDENTIAL_NAME, NODE_TYPE, Running
from tests.e2e.chat_model import Conversation, ScriptedModel, ToolCall, scripted_model
from tests.e2e.workflows import TRIGGER, chain, node

if TYPE_CHECKING:
    from collections.abc import Callable

    from bitrix_node.n8n.installation.client import N8nClient
    from tests.e2e.editor import Editor

pytestmark = pytest.mark.asyncio(loop_scope="session")

AGENT = "AI Agent"
MODEL = "Chat Model"
FIND = "Find Deals"
UPDATE = "Update Deal"
TASK = "The acoustic pods: the customer of the open deal takes two more lamps. Add 2600 to its amount."
OPEN_DEAL, WON_DEAL = 4, 24


def identifier(operation: str, name: str, value: str) -> Any:
    """A value for a parameter that names one thing, as its type wants it."""
    parameter = Definitions.packaged().operation("crm", operation).parameter(name)
    assert parameter is not None
    return {"__rl": True, "mode": "id", "value": value} if parameter.type == "resourceLocator" else value


def tool(name: str, credential: dict[str, Any], **parameters: Any) -> dict[str, Any]:
    """The node as a tool, described by n8n from the chosen action."""
    return {
        **node(name, f"{NODE_TYPE}Tool", authentication="webhook", descriptionType="auto", **parameters),
        "credentials": {credential["type"]: {"id": credential["id"], "name": credential["name"]}},
    }


def tools(credential: dict[str, Any]) -> list[dict[str, Any]]:
    """Two tools, what the model fills in written by hand."""
    title = "={{ $fromAI('title', 'Words that the name of the deal contains', 'string') }}"
    find = tool(
        FIND,
        credential,
        resource="crm",
        operation="getAll",
        entityType="deal",
        limit=5,
        filters={"conditions": [{"field": "TITLE", "operator": "contains", "value": title}]},
        crmOptions={"select": "ID,TITLE,OPPORTUNITY,STAGE_ID"},
    )
    amount = "$fromAI('amount', 'New amount of the deal', 'number')"
    update = tool(
        UPDATE,
        credential,
        resource="crm",
        operation="update",
        entityType="deal",
        recordId=identifier("update", "recordId", "={{ $fromAI('deal_id', 'ID of the deal', 'number') }}"),
        fieldsJson=f"={{{{ {{ OPPORTUNITY: {amount} }} }}}}",
    )
    return [find, update]


def left_to_the_model(label: str, kind: str) -> str:
    """What n8n stores when the button beside a field is pressed: a key made from its label, and no description."""
    key = re.sub(r"[^a-zA-Z0-9_-]", "_", label)
    return f"={{{{ /*n8n-auto-generated-fromAI-override*/ $fromAI('{key}', ``, '{kind}') }}}}"


def tools_by_button(credential: dict[str, Any]) -> list[dict[str, Any]]:
    """The same two tools, with everything left to the model that the button can leave to it."""
    find, update = tools(credential)
    find["parameters"]["filters"] = {}
    find["parameters"]["crmOptions"] = {
        "filter": left_to_the_model("Filter (JSON)", "json"),
        "select": left_to_the_model("Select", "string"),
    }
    update["parameters"] |= {
        "recordId": identifier("update", "recordId", left_to_the_model("Record", "string")),
        "fieldsJson": left_to_the_model("Fields (JSON)", "json"),
    }
    return [find, update]


async def agent_workflow(
    n8n: N8nClient, model: ScriptedModel, version: float = 3.1, made: Callable[..., list[dict[str, Any]]] = tools
) -> dict[str, Any]:
    """A manual trigger, the agent, its chat model and its two tools."""
    key = await n8n.save_credential("Scripted model", "openAiApi", {"apiKey": "none", "url": model.url})
    credential = next(entry for entry in await n8n.credentials() if entry["name"] == CREDENTIAL_NAME)
    agent = node(AGENT, "@n8n/n8n-nodes-langchain.agent", version, promptType="define", text=TASK)
    workflow = chain("Agent with Bitrix24", agent)
    chat_model = {
        **node(
            MODEL,
            "@n8n/n8n-nodes-langchain.lmChatOpenAi",
            1.3,
            model={"__rl": True, "mode": "id", "value": "scripted"},
            responsesApiEnabled=False,
        ),
        "credentials": {"openAiApi": {"id": key, "name": "Scripted model"}},
    }
    below = [chat_model, *made(credential)]
    workflow["nodes"] += [
        {**entry, "position": [place, 240]} for entry, place in zip(below, (100, 440, 640), strict=True)
    ]
    workflow["connections"] |= {
        entry["name"]: {kind: [[{"node": AGENT, "type": kind, "index": 0}]]}
        for entry, kind in zip(below, ("ai_languageModel", "ai_tool", "ai_tool"), strict=True)
    }
    return await n8n.create_workflow(workflow)


async def amount_of(stack: Running, deal: int) -> float:
    """The amount of a deal, as the portal has it."""
    arguments = {"entityTypeId": 2, "id": deal}
    async with (
        aiohttp.ClientSession() as session,
        session.post(f"{stack.webhook_url}crm.item.get", json=arguments) as answer,
    ):
        return float((await answer.json())["result"]["item"]["opportunity"])


def search(conversation: Conversation) -> ToolCall:
    assert TASK in conversation.said
    return ToolCall("Find_Deals", {"title": "acoustic pods"})


def change(conversation: Conversation) -> ToolCall:
    found = items_of(conversation.results[-1])
    assert [deal["id"] for deal in found] == [OPEN_DEAL, WON_DEAL]
    (open_deal,) = (deal for deal in found if deal["stageId"] != "WON")
    return ToolCall("Update_Deal", {"deal_id": open_deal["id"], "amount": open_deal["opportunity"] + 2600})


def tell(conversation: Conversation) -> str:
    (changed,) = items_of(conversation.results[-1])
    return f"{changed['title']}: the amount is {changed['opportunity']:g} now."


def items_of(result: Any) -> list[dict[str, Any]]:
    """The items that a tool answered with."""
    assert isinstance(result, list), result
    return [entry.get("json", entry) for entry in result]


@pytest.mark.parametrize("version", [2.2, 3.1])
async def test_an_agent_finds_a_deal_and_changes_it(n8n: N8nClient, stack: Running, version: float) -> None:
    before = await amount_of(stack, OPEN_DEAL), await amount_of(stack, WON_DEAL)
    async with scripted_model([search, change, tell]) as model:
        workflow = await agent_workflow(n8n, model, version)
        execution = await n8n.run(workflow, TRIGGER)
    assert execution.status == "success", execution.error
    [[answer]] = execution.runs[AGENT]
    assert answer["json"]["output"] == f"Acoustic pods for the open office: the amount is {before[0] + 2600:g} now."
    assert (await amount_of(stack, OPEN_DEAL), await amount_of(stack, WON_DEAL)) == (before[0] + 2600, before[1])
    assert model.turns == []


async def test_what_the_agent_is_told_of_its_tools(n8n: N8nClient) -> None:
    async with scripted_model([lambda _: "There is nothing to do."]) as model:
        await n8n.run(await agent_workflow(n8n, model), TRIGGER)
    (heard,) = model.heard
    definitions = Definitions.packaged()
    assert set(heard.tools) == {"Find_Deals", "Update_Deal"}
    for name, operation in (("Find_Deals", "getAll"), ("Update_Deal", "update")):
        action = definitions.operation("crm", operation).action
        assert heard.tools[name]["description"] == f"{action} in Bitrix24"
    schema = heard.tools["Update_Deal"]["parameters"]
    assert {name: (entry["type"], entry["description"]) for name, entry in schema["properties"].items()} == {
        "deal_id": ("number", "ID of the deal"),
        "amount": ("number", "New amount of the deal"),
    }
    assert sorted(schema["required"]) == ["amount", "deal_id"]


async def test_the_fields_that_the_button_leaves_to_the_model(n8n: N8nClient, stack: Running) -> None:
    def search_as_models_do(conversation: Conversation) -> ToolCall:
        find, update = (conversation.tools[name]["parameters"] for name in ("Find_Deals", "Update_Deal"))
        assert set(find["properties"]) == {"Filter__JSON_", "Select"}
        assert set(update["properties"]) == {"Record", "Fields__JSON_"}
        return ToolCall("Find_Deals", {"Filter__JSON_": {"%title": "acoustic pods"}, "Select": '["id", "stageId"]'})

    def change_as_models_do(conversation: Conversation) -> ToolCall:
        (open_deal,) = (deal for deal in items_of(conversation.results[-1]) if deal["stageId"] != "WON")
        assert set(open_deal) == {"id", "stageId"}
        return ToolCall("Update_Deal", {"Record": str(open_deal["id"]), "Fields__JSON_": {"OPPORTUNITY": "31000"}})

    async with scripted_model([search_as_models_do, change_as_models_do, tell]) as model:
        execution = await n8n.run(await agent_workflow(n8n, model, made=tools_by_button), TRIGGER)
    assert execution.status == "success", execution.error
    assert await amount_of(stack, OPEN_DEAL) == 31000


async def test_the_agent_is_told_why_a_tool_was_refused(n8n: N8nClient) -> None:
    def miss(_: Conversation) -> ToolCall:
        return ToolCall("Update_Deal", {"deal_id": 987654, "amount": 1})

    def give_up(conversation: Conversation) -> str:
        return f"I could not: {json.dumps(conversation.results[-1])}"

    async with scripted_model([miss, give_up]) as model:
        execution = await n8n.run(await agent_workflow(n8n, model), TRIGGER)
    assert execution.status == "success", execution.error
    [[answer]] = execution.runs[AGENT]
    assert "not found" in answer["json"]["output"].lower()


async def test_the_agent_in_the_editor(editor: Editor, n8n: N8nClient) -> None:
    async with scripted_model([search, change, tell]) as model:
        workflow = await agent_workflow(n8n, model)
        await editor.open_workflow(workflow["id"])
        await editor.execute()
        assert model.turns == []
    for name in (AGENT, FIND, UPDATE):
        done = editor.page.get_by_test_id("canvas-node").filter(has_text=name)
        await expect(done.get_by_test_id("canvas-node-status-success")).to_be_visible()
    await editor.picture("agent-tool")
