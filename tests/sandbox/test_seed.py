"""What a new portal holds."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.sandbox.client import RestClient


@pytest.mark.parametrize(("entity_type", "count"), [(1, 12), (2, 46), (3, 60), (4, 25), (7, 6), (31, 5)], ids=str)
async def test_the_demo_company_has_its_records(portal: RestClient, entity_type: int, count: int) -> None:
    _, body = await portal.call("crm.item.list", {"entityTypeId": entity_type})
    assert body["total"] == count


async def test_records_of_the_demo_company_point_at_records(portal: RestClient) -> None:
    for kind, field, target in ((2, "companyId", 4), (2, "contactId", 3), (3, "companyId", 4), (7, "dealId", 2)):
        arguments = {"entityTypeId": kind, "select": ["id", field]}
        items = (await portal.result("crm.item.list", arguments))["items"]
        wanted = {item[field] for item in items if item[field]}
        _, found = await portal.call("crm.item.list", {"entityTypeId": target, "filter": {"@id": sorted(wanted)}})
        assert wanted
        assert found["total"] == len(wanted)


async def test_the_empty_portal_can_be_worked_in_at_once(empty_portal: RestClient) -> None:
    assert [user["ID"] for user in await empty_portal.result("user.get")] == ["1"]
    for kind in (1, 2, 3, 4, 7, 31):
        _, body = await empty_portal.call("crm.item.list", {"entityTypeId": kind})
        assert body["total"] == 0
        await empty_portal.result("crm.item.add", {"entityTypeId": kind, "fields": {"title": "First", "name": "First"}})
    _, body = await empty_portal.call("crm.category.list", {"entityTypeId": 2})
    assert body["total"] == 1
