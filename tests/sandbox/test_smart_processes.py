"""Smart processes, their pipelines, workplaces and cards."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.sandbox.client import RestClient

if TYPE_CHECKING:
    import aiohttp

    from bitrix_node.sandbox import Sandbox

INSTALLATIONS = 1032
FLAGS = {"isStagesEnabled": "Y", "isClientEnabled": "Y"}


@pytest.fixture
def colleague(sandbox: Sandbox, session: aiohttp.ClientSession) -> RestClient:
    """Somebody without administrative rights."""
    return RestClient(session, sandbox.webhook(user_id=3))


async def test_numbers_of_entity_types_are_given_out_in_order(portal: RestClient) -> None:
    numbers = [
        (await portal.result("crm.type.add", {"fields": {"title": "New"}}))["type"]["entityTypeId"] for _ in range(3)
    ]
    assert numbers == [1030, 1034, 1036]
    low = await portal.result("crm.type.add", {"fields": {"title": "Low", "entityTypeId": 130}})
    assert low["type"]["entityTypeId"] == 130


@pytest.mark.parametrize(
    ("method", "arguments", "refusal"),
    [
        ("crm.type.add", {}, "100"),
        ("crm.type.add", {"fields": {"title": " "[:0], "isStagesEnabled": "Y"}}, "BX_EMPTY_REQUIRED"),
        ("crm.type.add", {"fields": {"title": "X", "entityTypeId": 1031}}, "INVALID_ARG_VALUE"),
        ("crm.type.add", {"fields": {"title": "X", "entityTypeId": 500}}, "INVALID_ARG_VALUE"),
        ("crm.type.add", {"fields": {"title": "X", "entityTypeId": INSTALLATIONS}}, "INVALID_ARG_VALUE"),
        ("crm.type.add", {"fields": {"title": "X", "isExternal": "true"}}, "0"),
        ("crm.type.get", {"id": 99}, "0"),
        ("crm.type.getByEntityTypeId", {"entityTypeId": 1998}, "0"),
        ("crm.type.update", {"id": 99, "fields": {"title": "X"}}, "0"),
        ("crm.type.update", {"id": 1, "fields": {"title": ""}}, "BX_EMPTY_REQUIRED"),
        ("crm.type.delete", {"id": 99}, "0"),
        ("crm.type.delete", {"id": 1}, "BX_ERROR"),
        ("crm.type.list", {"filter": {"colour": 1}}, "INVALID_ARG_VALUE"),
        ("crm.type.list", {"filter": {"entityTypeId": {"a": 1}}}, "INVALID_ARG_VALUE"),
        ("crm.type.list", {"order": {"colour": "ASC"}}, "INVALID_ARG_VALUE"),
        ("crm.type.list", {"order": {"id": "UP"}}, "INVALID_ARG_VALUE"),
        ("crm.automatedsolution.get", {"id": 99}, "NOT_FOUND"),
        ("crm.automatedsolution.add", {"fields": {"typeIds": [1]}}, "BX_EMPTY_REQUIRED"),
        ("crm.automatedsolution.update", {"id": 1, "fields": {"title": ""}}, "BX_EMPTY_REQUIRED"),
        ("crm.automatedsolution.delete", {"id": 1}, "HAS_BOUND_TYPES"),
        ("crm.automatedsolution.list", {"filter": {"typeIds": 1}}, "INVALID_ARG_VALUE"),
        ("crm.category.add", {"entityTypeId": INSTALLATIONS, "fields": {"sort": 5}}, "0"),
        ("crm.category.update", {"entityTypeId": INSTALLATIONS, "id": 4, "fields": {"name": "  "}}, "0"),
        ("crm.category.delete", {"entityTypeId": INSTALLATIONS, "id": 4}, "BX_ERROR"),
        ("crm.category.delete", {"entityTypeId": 2, "id": 0}, "0"),
        ("crm.category.delete", {"entityTypeId": 2, "id": 1}, "0"),
        ("crm.category.delete", {"entityTypeId": 2, "id": 4}, "NOT_FOUND"),
    ],
)
async def test_refusals(portal: RestClient, method: str, arguments: dict[str, Any], refusal: str) -> None:
    assert (await portal.refusal(method, arguments))[:2] == (400, refusal)


async def test_deleting_without_an_id_does_nothing(portal: RestClient) -> None:
    assert await portal.result("crm.type.delete") is None


@pytest.mark.parametrize(
    ("method", "arguments"),
    [
        ("crm.type.list", {}),
        ("crm.type.get", {"id": 1}),
        ("crm.type.fields", {}),
        ("crm.type.add", {"fields": {"title": "X"}}),
        ("crm.type.update", {"id": 1, "fields": {"title": "X"}}),
        ("crm.type.delete", {"id": 1}),
        ("crm.automatedsolution.list", {}),
        ("crm.automatedsolution.add", {"fields": {"title": "X"}}),
        ("crm.category.add", {"entityTypeId": 2, "fields": {"name": "X"}}),
        ("crm.category.update", {"entityTypeId": 2, "id": 1, "fields": {"name": "X"}}),
        ("crm.category.delete", {"entityTypeId": 2, "id": 1}),
    ],
)
async def test_settings_are_for_administrators(colleague: RestClient, method: str, arguments: dict[str, Any]) -> None:
    assert (await colleague.refusal(method, arguments))[:2] == (400, "ACCESS_DENIED")


async def test_everybody_reads_a_smart_process_by_its_number(colleague: RestClient) -> None:
    found = (await colleague.result("crm.type.getByEntityTypeId", {"entityTypeId": INSTALLATIONS}))["type"]
    assert (found["title"], found["customSections"][0]["isSelected"]) == ("Installations", True)


async def test_switches_decide_which_fields_items_have(portal: RestClient) -> None:
    made = (await portal.result("crm.type.add", {"fields": {"title": "Plain"}}))["type"]
    arguments = {"entityTypeId": made["entityTypeId"]}
    plain = (await portal.result("crm.item.fields", arguments))["fields"]
    assert not {"stageId", "companyId", "opportunity", "observers", "begindate"} & plain.keys()
    switched = {**FLAGS, "isLinkWithProductsEnabled": "Y", "isObserversEnabled": "Y", "isBeginCloseDatesEnabled": "Y"}
    await portal.result("crm.type.update", {"id": made["id"], "fields": switched})
    full = (await portal.result("crm.item.fields", arguments))["fields"]
    assert {"stageId", "companyId", "opportunity", "observers", "begindate"} <= full.keys()
    item = (await portal.result("crm.item.add", {**arguments, "fields": {"title": "First"}}))["item"]
    assert (item["stageId"].split(":")[1], item["stageSemanticId"]) == ("NEW", "P")


async def test_links_only_heed_true_and_false(portal: RestClient) -> None:
    links = [
        {"entityTypeId": 1, "isChildrenListEnabled": "true"},
        {"entityTypeId": 2, "isChildrenListEnabled": "Y"},
        {"entityTypeId": 31},
    ]
    fields = {"title": "Linked", **FLAGS, "relations": {"parent": links, "child": [{"entityTypeId": 4}]}}
    made = (await portal.result("crm.type.add", {"fields": fields}))["type"]
    shown = {entry["entityTypeId"]: entry for entry in made["relations"]["parent"]}
    assert {number: entry["isChildrenListEnabled"] for number, entry in shown.items()} == {
        3: "Y", 4: "Y", 1: "Y", 2: "N", 31: "N",
    }  # fmt: skip
    assert (shown[3]["isPredefined"], shown[1]["isPredefined"]) == ("Y", "N")
    company = (await portal.result("crm.item.fields", {"entityTypeId": 4}))["fields"]
    assert company[f"parentId{made['entityTypeId']}"]["title"] == "Linked"
    kept = (await portal.result("crm.type.update", {"id": made["id"], "fields": {"title": "Still linked"}}))["type"]
    assert kept["relations"] == made["relations"]


async def test_the_default_pipeline_is_where_new_items_go(portal: RestClient) -> None:
    place = {"entityTypeId": INSTALLATIONS}
    fields = {"name": "Express", "sort": -5, "isDefault": "Y"}
    made = (await portal.result("crm.category.add", {**place, "fields": fields}))["category"]
    assert (made["sort"], made["isDefault"]) == (0, "Y")
    assert "originId" not in made
    item = (await portal.result("crm.item.add", {**place, "fields": {}}))["item"]
    assert (item["categoryId"], item["stageId"]) == (made["id"], f"DT{INSTALLATIONS}_{made['id']}:NEW")
    assert (await portal.refusal("crm.category.delete", {**place, "id": made["id"]}))[1] == "BX_ERROR"
    back = await portal.result("crm.category.update", {**place, "id": 4, "fields": {"isDefault": "Y"}})
    assert back["category"]["isDefault"] == "Y"
    assert (await portal.refusal("crm.category.delete", {**place, "id": made["id"]}))[1] == "BX_ERROR"
    await portal.result("crm.item.delete", {**place, "id": item["id"]})
    assert await portal.result("crm.category.delete", {**place, "id": made["id"]}) is None
    assert [row["id"] for row in (await portal.result("crm.category.list", place))["categories"]] == [4]


async def test_a_workplace_takes_types_from_another(portal: RestClient) -> None:
    made = await portal.result("crm.automatedsolution.add", {"fields": {"title": "Field service", "typeIds": [1]}})
    assert made["automatedSolution"]["typeIds"] == [1]
    assert (await portal.result("crm.automatedsolution.get", {"id": 1}))["automatedSolution"]["typeIds"] == []
    assert await portal.result("crm.automatedsolution.delete", {"id": 1}) is None
    _, body = await portal.call("crm.automatedsolution.list", {"order": {"title": "DESC"}})
    assert ([row["title"] for row in body["result"]["automatedSolutions"]], body["total"]) == (["Field service"], 1)
    assert (await portal.result("crm.automatedsolution.fields"))["typeIds"]["isMultiple"] is True


SECTION = {"name": "main", "title": "About", "type": "section", "elements": [{"name": "TITLE"}]}


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"entityTypeId": None}, "Parameter 'entityTypeId' is not defined"),
        ({"entityTypeId": 7}, "The entity type 'QUOTE' is not supported in current context."),
        ({"data": "x"}, "Parameter 'data' must be array."),
        ({"data": {"a": SECTION}}, "The data must be indexed array."),
        ({"data": []}, "There are no data to write."),
        ({"data": [{**SECTION, "type": "row"}]}, "Section at index 0 have type row. The expected type is 'section'."),
        ({"data": [SECTION, {**SECTION, "name": ""}]}, "Section at index 1 does not have name."),
        ({"data": [{**SECTION, "title": ""}]}, "Section at index 0 does not have title."),
        (
            {"data": [{**SECTION, "elements": [{"optionFlags": 1}]}]},
            "Element at index 0 in section at index 0 does not have name.",
        ),
    ],
)
async def test_cards_that_cannot_be(portal: RestClient, changes: dict[str, Any], message: str) -> None:
    arguments = {"entityTypeId": INSTALLATIONS, "data": [SECTION], **changes}
    assert await portal.refusal("crm.item.details.configuration.set", arguments) == (400, "", message)


async def test_everybody_arranges_the_own_card_only(portal: RestClient, colleague: RestClient) -> None:
    base, place = "crm.item.details.configuration.", {"entityTypeId": 2, "extras": {"dealCategoryId": 1}}
    assert await colleague.result(base + "set", {**place, "data": [SECTION]}) is True
    assert (await colleague.result(base + "get", place))[0]["elements"] == [{"name": "TITLE", "optionFlags": "0"}]
    assert await colleague.result(base + "get", {"entityTypeId": 2}) is None
    assert await colleague.result(base + "get", {**place, "scope": "C"}) is None
    for changes in ({"scope": "C"}, {"userId": 1}):
        refusal = await colleague.refusal(base + "set", {**place, **changes, "data": [SECTION]})
        assert refusal == (400, "", "Access denied.")
    assert (await portal.result(base + "get", {**place, "userId": 3}))[0]["name"] == "main"
    assert (await colleague.refusal(base + "forceCommonScopeForAll", place))[2] == "Access denied."
    assert await portal.result(base + "forceCommonScopeForAll", place) is True
    assert await colleague.result(base + "get", place) is None
    assert await portal.result(base + "reset", {"entityTypeId": 2}) is True
