"""Every lookup of the package, as the panel uses it, on the demo company."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from bitrix_node.definitions import Definitions
from bitrix_node.n8n.package.build import panels
from bitrix_node.n8n.package.lookups import panel_lookups
from tests.n8n.panel_driver import CREDENTIALS

if TYPE_CHECKING:
    from bitrix_node.sandbox import Sandbox
    from tests.n8n.panel_driver import Panel

DEFINITIONS = Definitions.packaged()
LOOKUPS = panel_lookups(DEFINITIONS.lookups, panels(DEFINITIONS))
USED = {use["lookup"] for use in (LOOKUPS["listSearch"] | LOOKUPS["loadOptions"]).values()}

INPUTS: dict[str, dict[str, Any]] = {
    "calendarOwner": {"type": "group"},
    "calendarSection": {"type": "user", "ownerId": "1"},
    "crmRecord": {"entityType": "company"},
    "document": {"origin": "crm"},
    "documentTemplate": {"origin": "rest"},
    "listElement": {"list": "1"},
    "listSection": {"list": "1"},
    "pipeline": {"entityType": "deal"},
    "sharedItem": {"sharingType": "fileLink"},
    "smartProcessItem": {"entityTypeId": "1032"},
    "taskStage": {"groupId": "1"},
}
"""What has to be chosen in the panel before a list shows."""


def search(name: str, text: str | None = None, token: str | None = None, **inputs: Any) -> dict[str, Any]:
    """The task of opening the list of a lookup, or of searching in it."""
    names = {*INPUTS.get(name, {}), *inputs, "entityType", "entityTypeId", "listType", "groupId"}
    given = {key: {"path": key, "title": key} for key in names}
    use = {"lookup": name, "inputs": given}
    definitions = {"lookups": LOOKUPS["lookups"], "listSearch": {"list": use}, "loadOptions": {"list": use}}
    return {"search": {"definitions": definitions, "filter": text, "token": token}}


MADE_FIRST: dict[str, tuple[str, dict[str, Any]]] = {
    "listSection": (
        "lists.section.add",
        {"IBLOCK_TYPE_ID": "lists", "IBLOCK_ID": 1, "SECTION_CODE": "long", "FIELDS": {"NAME": "Long absences"}},
    ),
}
"""What the demo company has none of."""


@pytest.mark.parametrize("name", sorted(USED))
async def test_a_list_shows_rows_of_the_portal_and_is_searched(panel: Panel, name: str) -> None:
    if name in MADE_FIRST:
        method, arguments = MADE_FIRST[name]
        await panel.calls(method, **arguments)
    (opened,) = await panel.does(search(name), parameters=INPUTS.get(name))
    rows = opened["result"]["results"]
    assert rows, "the demo company has none"
    assert all(row["name"] and row["value"] not in (None, "") for row in rows)
    assert len({str(row["value"]) for row in rows}) == len(rows)
    word = max(rows[0]["name"].split(), key=len)
    (found,) = await panel.does(search(name, word), parameters=INPUTS.get(name))
    names = {row["value"]: row["name"] for row in found["result"]["results"]}
    assert rows[0]["value"] in names


async def test_a_long_list_goes_on_page_by_page_and_shows_every_row_once(panel: Panel) -> None:
    values: list[Any] = []
    token = None
    while True:
        (page,) = await panel.does(search("contact", token=token))
        values += [row["value"] for row in page["result"]["results"]]
        token = page["result"].get("paginationToken")
        if token is None:
            break
    total = (await panel.calls("crm.item.list", entityTypeId=3, select=["id"]))["result"]["total"]
    assert len(values) == len(set(values)) == total > 50


async def test_every_word_of_a_search_has_to_be_found_by_the_portal(panel: Panel) -> None:
    (found,) = await panel.does(search("contact", "drummond beth"))
    assert [row["name"] for row in found["result"]["results"]] == ["Bethany Drummond"]
    assert len(panel.requests) == 1


async def test_a_list_of_all_rows_is_searched_after_reading(panel: Panel) -> None:
    found, none = await panel.does(search("department", "supp"), search("department", "nothing like it"))
    assert [row["name"] for row in found["result"]["results"]] == ["Customer Support"]
    assert none["result"] == {"results": []}


async def test_a_text_too_short_for_the_portal_is_looked_for_in_the_list(panel: Panel) -> None:
    (found,) = await panel.does(search("chat", "W"))
    assert "Warehouse" in [row["name"] for row in found["result"]["results"]]


async def test_rows_lead_back_to_the_record(panel: Panel, sandbox: Sandbox) -> None:
    deal, item = await panel.does(
        search("deal", "oak"), search("smartProcessItem", "Lockers"), parameters={"entityTypeId": 1032}
    )
    assert deal["result"]["results"][0]["url"].startswith(f"{sandbox.url}/crm/deal/details/")
    assert item["result"]["results"][0]["url"].startswith(f"{sandbox.url}/crm/type/1032/details/")


async def test_what_was_read_is_kept_for_a_while_for_each_credential_and_question(panel: Panel) -> None:
    await panel.does(search("deal"), search("deal"), search("deal", "oak"), search("lead"))
    assert len(panel.requests) == 3


async def test_a_failure_is_not_kept(panel: Panel, sandbox: Sandbox) -> None:
    sandbox.faults.add("html", "crm.item.list", status=502)
    failed, fine = await panel.does(search("deal"), search("deal"))
    assert failed["thrown"]["message"] == "The portal answered with a web page instead of JSON (HTTP 502)"
    assert fine["result"]["results"]


@pytest.mark.parametrize("name", ["deal", "folder", "chat"])
async def test_a_missing_scope_is_said_and_no_row_is_made_up(panel: Panel, sandbox: Sandbox, name: str) -> None:
    panel.data["bitrix24WebhookApi"]["webhookSecret"] = sandbox.webhook(scopes={"user"})
    (outcome,) = await panel.does(search(name))
    assert "permission (scope)" in outcome["thrown"]["description"]


async def test_a_refusal_inside_a_batch_is_said(panel: Panel, sandbox: Sandbox) -> None:
    sandbox.faults.add("error", "disk.storage.getchildren", times=None, status=403, code="ACCESS_DENIED", message="No")
    (outcome,) = await panel.does(search("folder"))
    assert (outcome["thrown"]["kind"], outcome["thrown"]["message"]) == ("NodeApiError", "No")


async def test_a_list_says_what_has_to_be_chosen_first(panel: Panel) -> None:
    (outcome,) = await panel.does(search("listElement", list=""))
    assert outcome["thrown"]["message"] == "Choose 'list' first"


async def test_a_list_that_depends_on_an_expression_says_so(panel: Panel) -> None:
    (outcome,) = await panel.does(search("listElement"), parameters={"list": "={{ $json.list }}"})
    assert outcome["thrown"]["message"] == "'list' is an expression, on which this list depends"


async def test_a_choice_without_a_list_says_so(panel: Panel) -> None:
    (outcome,) = await panel.does(search("calendarOwner"), parameters={"type": "company_calendar"})
    assert outcome["thrown"]["message"] == "There is no list for the chosen 'type'"


async def test_what_a_list_depends_on_may_itself_be_picked(panel: Panel) -> None:
    held = {"__rl": True, "mode": "url", "value": "https://example.bitrix24.com/company/lists/1/view/0/"}
    (outcome,) = await panel.does(search("listElement"), parameters={"list": held, "extracted": {"list": "1"}})
    assert outcome["result"]["results"]


async def test_a_dropdown_holds_every_row(panel: Panel) -> None:
    (loaded,) = await panel.does({"load": search("contact")["search"]})
    total = (await panel.calls("crm.item.list", entityTypeId=3, select=["id"]))["result"]["total"]
    assert len(loaded["result"]) == total
    assert all(set(option) == {"name", "value"} for option in loaded["result"])


@pytest.mark.parametrize("authentication", CREDENTIALS)
async def test_every_credential_opens_a_list(panel: Panel, authentication: str) -> None:
    panel.authentication = authentication
    contacts, folders = await panel.does(search("contact"), search("folder"))
    assert len(contacts["result"]["results"]) == 50
    assert folders["result"]["results"]
