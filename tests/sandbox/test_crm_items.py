"""`crm.item.*`: one set of methods for every CRM entity type."""

from __future__ import annotations

from datetime import timedelta, timezone
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from bitrix_node.sandbox import Sandbox
    from tests.sandbox.client import RestClient

LEAD, DEAL, CONTACT, COMPANY, QUOTE, INVOICE = 1, 2, 3, 4, 7, 31


async def add(portal: RestClient, kind: int, **fields: Any) -> dict[str, Any]:
    item: dict[str, Any] = (await portal.result("crm.item.add", {"entityTypeId": kind, "fields": fields}))["item"]
    return item


async def listed(portal: RestClient, kind: int, **arguments: Any) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = (await portal.result("crm.item.list", {"entityTypeId": kind, **arguments}))["items"]
    return items


@pytest.mark.parametrize(
    ("kind", "title", "stage"),
    [
        (LEAD, "Lead #1", "NEW"),
        (DEAL, "Deal #1", "NEW"),
        (QUOTE, "Quote #1", "DRAFT"),
        (INVOICE, "Invoice #1", "DT31_3:N"),
    ],
)
async def test_a_new_record_gets_title_stage_and_owner(
    empty_portal: RestClient, kind: int, title: str, stage: str
) -> None:
    item = await add(empty_portal, kind)
    assert (item["id"], item["title"], item["stageId"], item["stageSemanticId"]) == (1, title, stage, "P")
    assert (item["assignedById"], item["createdBy"], item["opened"]) == (1, 1, "Y")
    assert item["createdTime"] == item["updatedTime"] == item["movedTime"]
    assert item["entityTypeId"] == kind


async def test_a_deal_starts_today_in_the_default_pipeline(empty: Sandbox, empty_portal: RestClient) -> None:
    deal = await add(empty_portal, DEAL)
    today = f"{empty.clock.now():%Y-%m-%d}T00:00:00+00:00"
    assert (deal["categoryId"], deal["typeId"], deal["begindate"], deal["isNew"]) == (0, "SALE", today, "Y")
    assert deal["closedate"] > deal["begindate"]


async def test_a_pipeline_brings_its_first_stage(portal: RestClient) -> None:
    deal = await add(portal, DEAL, categoryId="1")
    assert (deal["categoryId"], deal["stageId"]) == (1, "C1:NEW")
    moved = await portal.result(
        "crm.item.update", {"entityTypeId": DEAL, "id": deal["id"], "fields": {"categoryId": 0}}
    )
    assert moved["item"]["stageId"] == "NEW"


async def test_a_stage_closes_a_deal(portal: RestClient) -> None:
    deal = await add(portal, DEAL, stageId="EXECUTING")
    assert (deal["closed"], deal["isNew"]) == ("N", "N")
    update = {"entityTypeId": DEAL, "id": deal["id"], "fields": {"stageId": "WON"}}
    won = (await portal.result("crm.item.update", update))["item"]
    assert (won["closed"], won["stageSemanticId"]) == ("Y", "S")


async def test_an_invoice_remembers_its_previous_stage(portal: RestClient) -> None:
    update = {"entityTypeId": INVOICE, "id": 1, "fields": {"stageId": "DT31_3:P", "parentId2": "4"}}
    paid = (await portal.result("crm.item.update", update))["item"]
    assert (paid["previousStageId"], paid["stageSemanticId"], paid["parentId2"]) == ("DT31_3:N", "S", 4)


@pytest.mark.parametrize(
    ("fields", "refusal"),
    [
        ({"stageId": "C1:NEW"}, ("CRM_FIELD_ERROR_VALUE_NOT_VALID", 'Invalid value for field "stageId"')),
        ({"categoryId": 77}, ("CRM_FIELD_ERROR_VALUE_NOT_VALID", 'Invalid value for field "categoryId"')),
        ({"opportunity": "lots"}, ("CRM_FIELD_ERROR_VALUE_NOT_VALID", 'Invalid value for field "opportunity"')),
        ({"closedate": "soon"}, ("CRM_FIELD_ERROR_VALUE_NOT_VALID", 'Invalid value for field "closedate"')),
        ({"title": {"a": 1}}, ("CRM_FIELD_ERROR_VALUE_NOT_VALID", 'Invalid value for field "title"')),
        ({"observers": 5}, ("100", "Expected iterable value for multiple field, but got integer instead")),
    ],
)
async def test_values_of_the_wrong_kind_are_refused(
    portal: RestClient, fields: dict[str, Any], refusal: tuple[str, str]
) -> None:
    for call in (("crm.item.add", {}), ("crm.item.update", {"id": 1})):
        arguments = {"entityTypeId": DEAL, "fields": fields, **call[1]}
        assert await portal.refusal(call[0], arguments) == (400, *refusal)


async def test_values_are_read_in_every_documented_spelling(portal: RestClient) -> None:
    deal = await add(
        portal,
        DEAL,
        opportunity="999.90",
        isManualOpportunity=True,
        opened="N",
        closedate="31.12.2026",
        begindate="2026-11-01T23:00:00+02:00",
        assignedById="4",
        probability="50",
    )
    assert (deal["opportunity"], deal["isManualOpportunity"], deal["opened"]) == (999.9, "Y", "N")
    assert (deal["closedate"], deal["begindate"]) == ("2026-12-31T00:00:00+00:00", "2026-11-01T00:00:00+00:00")
    assert (deal["assignedById"], deal["probability"]) == (4, 50)


async def test_unknown_and_read_only_fields_are_ignored(portal: RestClient) -> None:
    deal = await add(portal, DEAL, TITLE="upper", colour="red", id=9000, createdBy=5, stageSemanticId="S")
    assert (deal["title"], deal["createdBy"], deal["stageSemanticId"]) == (f"Deal #{deal['id']}", 1, "P")
    assert deal["id"] != 9000
    assert "colour" not in deal


async def test_a_company_needs_a_title(portal: RestClient) -> None:
    refusal = await portal.refusal("crm.item.add", {"entityTypeId": COMPANY, "fields": {"industry": "IT"}})
    assert refusal[:2] == (400, "CRM_FIELD_ERROR_REQUIRED")
    assert '"title"' in refusal[2]


async def test_contact_and_contacts_go_together(portal: RestClient) -> None:
    deal = await add(portal, DEAL, contactIds=[7, 8])
    assert (deal["contactId"], deal["contactIds"]) == (7, [7, 8])
    update = {"entityTypeId": DEAL, "id": deal["id"], "fields": {"contactId": 8}}
    assert (await portal.result("crm.item.update", update))["item"]["contactIds"] == [8, 7]
    update["fields"] = {"contactIds": []}
    assert (await portal.result("crm.item.update", update))["item"]["contactId"] is None


async def test_phones_and_mails_are_written_and_read(portal: RestClient) -> None:
    fm = [
        {"typeId": "PHONE", "valueType": "MOBILE", "value": "+447700900555"},
        {"typeId": "EMAIL", "value": "vera@example.com"},
        {"typeId": "PIGEON", "value": "coo"},
    ]
    contact = await add(portal, CONTACT, name="Vera", fm=fm)
    assert [(entry["typeId"], entry["valueType"], entry["value"]) for entry in contact["fm"]] == [
        ("PHONE", "MOBILE", "+447700900555"),
        ("EMAIL", "WORK", "vera@example.com"),
    ]
    assert (contact["hasPhone"], contact["hasEmail"], contact["hasImol"]) == ("Y", "Y", "N")


async def test_an_update_changes_adds_and_removes_phones_by_their_ids(portal: RestClient) -> None:
    fm = [{"typeId": "PHONE", "value": "+447700900555"}, {"typeId": "EMAIL", "value": "vera@example.com"}]
    contact = await add(portal, CONTACT, name="Vera", fm=fm)
    phone, mail = (entry["id"] for entry in contact["fm"])
    changes = {
        str(phone): {"typeId": "PHONE", "valueType": "HOME", "value": "+447700900556"},
        str(mail): {"typeId": "EMAIL", "value": ""},
        "n0": {"typeId": "WEB", "value": "https://example.com"},
    }
    update = {"entityTypeId": CONTACT, "id": contact["id"], "fields": {"fm": changes}}
    after = (await portal.result("crm.item.update", update))["item"]
    assert [(entry["id"] == phone, entry["valueType"], entry["value"]) for entry in after["fm"]] == [
        (True, "HOME", "+447700900556"),
        (False, "WORK", "https://example.com"),
    ]
    assert after["hasEmail"] == "N"


async def test_a_list_of_phones_in_an_update_adds_them(portal: RestClient) -> None:
    before = (await portal.result("crm.item.get", {"entityTypeId": CONTACT, "id": 1}))["item"]["fm"]
    fields = {"fm": [{"id": before[0]["id"], "typeId": "PHONE", "value": "+447700900999"}]}
    after = await portal.result("crm.item.update", {"entityTypeId": CONTACT, "id": 1, "fields": fields})
    assert after["item"]["fm"][: len(before)] == before
    assert after["item"]["fm"][-1]["value"] == "+447700900999"


async def test_an_update_touches_only_what_is_named(sandbox: Sandbox, portal: RestClient) -> None:
    before = (await portal.result("crm.item.get", {"entityTypeId": DEAL, "id": 3}))["item"]
    sandbox.clock.advance(60)
    fields = {"comments": "Called back"}
    after = (await portal.result("crm.item.update", {"entityTypeId": DEAL, "id": 3, "fields": fields}))["item"]
    changed = {name for name in after if after[name] != before[name]}
    assert changed == {"comments", "updatedTime", "updatedBy"}


async def test_custom_fields_have_two_names(portal: RestClient) -> None:
    deal = await add(portal, DEAL, ufCrm_1700000001="BW-1")
    assert deal["ufCrm_1700000001"] == "BW-1"
    arguments = {"entityTypeId": DEAL, "id": deal["id"], "useOriginalUfNames": "Y"}
    original = (await portal.result("crm.item.get", arguments))["item"]
    assert (original["UF_CRM_1700000001"], "ufCrm_1700000001" in original) == ("BW-1", False)
    update = {**arguments, "fields": {"UF_CRM_1700000001": "BW-2"}}
    assert (await portal.result("crm.item.update", update))["item"]["UF_CRM_1700000001"] == "BW-2"


async def test_a_record_is_removed_with_its_activities(portal: RestClient) -> None:
    activities = {"filter": {"OWNER_TYPE_ID": DEAL, "OWNER_ID": 1}}
    assert len(await portal.result("crm.activity.list", activities)) == 1
    assert await portal.result("crm.item.delete", {"entityTypeId": DEAL, "id": 1}) == []
    assert await portal.result("crm.activity.list", activities) == []
    for method in ("crm.item.get", "crm.item.delete"):
        assert await portal.refusal(method, {"entityTypeId": DEAL, "id": 1}) == (400, "NOT_FOUND", "Item not found")


async def test_ids_are_never_given_twice(portal: RestClient) -> None:
    last = await add(portal, CONTACT, name="Last")
    await portal.result("crm.item.delete", {"entityTypeId": CONTACT, "id": last["id"]})
    assert (await add(portal, CONTACT, name="Next"))["id"] == last["id"] + 1


@pytest.mark.parametrize("method", ["crm.item.add", "crm.item.get", "crm.item.list", "crm.item.fields"])
async def test_the_entity_type_is_needed_and_must_exist(portal: RestClient, method: str) -> None:
    assert (await portal.refusal(method, {"id": 1, "fields": {}}))[:2] == (400, "100")
    unknown = {"entityTypeId": 999, "id": 1, "fields": {}}
    assert await portal.refusal(method, unknown) == (400, "NOT_FOUND", "Smart process not found")


async def test_import_answers_the_id_only(portal: RestClient) -> None:
    fields = {"name": "Imported"}
    result = await portal.result("crm.item.import", {"entityTypeId": CONTACT, "fields": fields})
    assert list(result["item"]) == ["id"]


async def test_a_list_comes_in_pages_of_fifty(portal: RestClient) -> None:
    _, first = await portal.call("crm.item.list", {"entityTypeId": CONTACT, "order": {"id": "ASC"}})
    _, second = await portal.call("crm.item.list", {"entityTypeId": CONTACT, "start": first["next"]})
    assert (first["total"], first["next"], "next" in second) == (60, 50, False)
    ids = [item["id"] for body in (first, second) for item in body["result"]["items"]]
    assert ids == list(range(1, 61))


async def test_start_minus_one_is_not_counted(portal: RestClient) -> None:
    arguments = {"entityTypeId": CONTACT, "filter": {">id": 55}, "start": -1}
    _, body = await portal.call("crm.item.list", arguments)
    assert ([item["id"] for item in body["result"]["items"]], "total" in body, "next" in body) == (
        [56, 57, 58, 59, 60],
        False,
        False,
    )


async def test_select_chooses_fields(portal: RestClient) -> None:
    chosen = await listed(portal, CONTACT, select=["id", "name", "nonsense", "fm"], filter={"id": 1})
    assert chosen == [{"id": 1, "name": "Amelia"}]
    assert "fm" in (await listed(portal, CONTACT, select=["*"], filter={"id": 1}))[0]
    assert "fm" not in (await listed(portal, CONTACT, filter={"id": 1}))[0]


@pytest.mark.parametrize(
    ("conditions", "names"),
    [
        ({"name": "amelia"}, []),
        ({"=name": "Amelia"}, ["Amelia"]),
        ({"%name": "AMEL"}, ["Amelia"]),
        ({"=%name": "am%"}, ["Amelia"]),
        ({"@name": ["Amelia", "Zoe"]}, ["Amelia", "Zoe"]),
        ({"name": ["Amelia", "Zoe"]}, ["Amelia", "Zoe"]),
        ({"<=id": "2"}, ["Amelia", "Benjamin"]),
        ({"><id": [2, 3]}, ["Benjamin", "Charlotte"]),
        ({"!@id": list(range(3, 61))}, ["Amelia", "Benjamin"]),
        ({"<id": 5, "!=name": "Amelia", "!%name": "ben"}, ["Charlotte", "Dominic"]),
        ({"logic": "OR", "0": {"id": 1}, "1": {"name": "Zoe"}}, ["Amelia", "Zoe"]),
        ([{"logic": "OR", "0": {"id": 1}, "1": {"id": 2}}, {"name": "Amelia"}], ["Amelia"]),
        ({"companyIds": 1, "<id": 30}, ["Amelia", "Adele"]),
        ({"companyId": None, "<id": 58}, ["Caroline"]),
        ({">=createdTime": "2100-01-01"}, []),
        ({"<=createdTime": "2000-01-01T00:00:00+03:00"}, []),
        ({"name": "x' OR 1=1 --"}, []),
    ],
)
async def test_filters(portal: RestClient, conditions: Any, names: list[str]) -> None:
    found = await listed(portal, CONTACT, filter=conditions, order={"id": "ASC"})
    expected = {"Adele": 26, "Zoe": 50, "Caroline": 57}
    assert [item["id"] for item in found] == [
        expected.get(name) or {"Amelia": 1, "Benjamin": 2, "Charlotte": 3, "Dominic": 4}[name] for name in names
    ]


async def test_moments_are_compared_over_time_zones(sandbox: Sandbox, portal: RestClient) -> None:
    sandbox.clock.freeze()
    item = await add(portal, CONTACT, name="Now")
    elsewhere = sandbox.clock.now().astimezone(timezone(timedelta(hours=3))).isoformat(timespec="seconds")
    for condition, ids in ((">=createdTime", [item["id"]]), (">createdTime", [])):
        found = await listed(portal, CONTACT, filter={condition: elsewhere, ">id": 60})
        assert [entry["id"] for entry in found] == ids


async def test_order(portal: RestClient) -> None:
    items = await listed(portal, DEAL, order={"opportunity": "DESC", "id": "ASC"}, select=["opportunity"])
    amounts = [item["opportunity"] for item in items]
    assert amounts == sorted(amounts, reverse=True)


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        ({"filter": {"colour": "red"}}, "Invalid filter: field 'colour' is not allowed in filter"),
        ({"filter": {"%fm": "1"}}, "Invalid filter: field 'fm' is not allowed in filter"),
        ({"filter": {"id": {"a": 1}}}, "Invalid filter: field 'id' has invalid value"),
        ({"order": {"colour": "ASC"}}, "Invalid order: field 'colour' is not allowed in order"),
        (
            {"order": {"id": "UP"}},
            "Invalid order: allowed sort directions are `ASC, DESC`. But got 'UP' for field 'id'",
        ),
    ],
)
async def test_lists_refuse_what_cannot_be_asked(portal: RestClient, arguments: dict[str, Any], text: str) -> None:
    refusal = await portal.refusal("crm.item.list", {"entityTypeId": CONTACT, **arguments})
    assert refusal == (400, "INVALID_ARG_VALUE", text)


async def test_fields_are_documented(portal: RestClient) -> None:
    fields = (await portal.result("crm.item.fields", {"entityTypeId": DEAL}))["fields"]
    assert fields["id"]["isReadOnly"] is True
    assert fields["stageId"]["statusType"] == "DEAL_STAGE"
    assert fields["assignedById"]["upperName"] == "ASSIGNED_BY_ID"
    assert fields["contactIds"]["isMultiple"] is True
    assert fields["ufCrm_1700000001"] == {
        "type": "string",
        "isRequired": False,
        "isReadOnly": False,
        "isImmutable": False,
        "isMultiple": False,
        "isDynamic": True,
        "title": "Order number",
        "upperName": "UF_CRM_1700000001",
    }
    invoice = (await portal.result("crm.item.fields", {"entityTypeId": INVOICE}))["fields"]
    assert "fm" not in invoice
