"""`entity.*`: the data storages of applications."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.sandbox.client import RestClient

if TYPE_CHECKING:
    import aiohttp

    from bitrix_node.sandbox import Sandbox

DISH = {"ENTITY": "dish"}
PICTURE = ["soup.png", base64.b64encode(b"\x89PNG\r\n\x1a\n").decode()]


@dataclass(frozen=True)
class ApplicationClient(RestClient):
    """A client that speaks for an application."""

    token: str = ""

    async def call(self, method: str, arguments: Any = None) -> tuple[int, Any]:
        return await super().call(method, {**(arguments or {}), "auth": self.token})


@pytest.fixture
async def application(sandbox: Sandbox, session: aiohttp.ClientSession) -> ApplicationClient:
    """The application, used by the administrator, with a storage."""
    client = ApplicationClient(session, f"{sandbox.url}/rest/", sandbox.access_token)
    await client.result("entity.add", {**DISH, "NAME": "Dishes", "ACCESS": {"U8": "W", "U9": "Z"}})
    return client


async def used_by(sandbox: Sandbox, session: aiohttp.ClientSession, user_id: int) -> ApplicationClient:
    """The same application in the hands of somebody else."""
    known = {"client_id": sandbox.application.client_id}
    form = {**known, "redirect_uri": "http://localhost/", "decision": "allow", "user_id": str(user_id)}
    async with session.post(f"{sandbox.url}/oauth/authorize/", data=form, allow_redirects=False) as answer:
        code = parse_qs(urlsplit(answer.headers["Location"]).query)["code"][0]
    form = {**known, "client_secret": sandbox.application.client_secret, "code": code}
    async with session.post(f"{sandbox.url}/oauth/token/", data={**form, "grant_type": "authorization_code"}) as answer:
        return ApplicationClient(session, f"{sandbox.url}/rest/", (await answer.json())["access_token"])


@pytest.mark.parametrize(
    "method", ["entity.get", "entity.add", "entity.rights", "entity.item.get", "entity.section.add", "entity.delete"]
)
async def test_webhooks_are_no_applications(portal: RestClient, method: str) -> None:
    refusal = await portal.refusal(method, {**DISH, "NAME": "Dishes"})
    assert refusal == (400, "ACCESS_DENIED", "Access denied! Application context required")


@pytest.mark.parametrize(
    ("method", "arguments", "code"),
    [
        ("entity.add", {"ENTITY": "---", "NAME": "X"}, "ERROR_ARGUMENT"),
        ("entity.add", {"ENTITY": "a" * 17, "NAME": "X"}, "ERROR_ARGUMENT"),
        ("entity.add", {"ENTITY": "d-i-sh", "NAME": "X"}, "ERROR_ENTITY_ALREADY_EXISTS"),
        ("entity.get", {"ENTITY": ""}, "ERROR_ARGUMENT"),
        ("entity.get", {"ENTITY": "soup"}, "ERROR_ENTITY_NOT_FOUND"),
        ("entity.update", {"ENTITY": "soup", "NAME": "X"}, "ERROR_ENTITY_NOT_FOUND"),
        ("entity.update", {**DISH, "ENTITY_NEW": "a" * 17}, "ERROR_ARGUMENT"),
        ("entity.delete", {"ENTITY": "soup"}, "ERROR_ENTITY_NOT_FOUND"),
        ("entity.item.property.add", DISH, "ERROR_ARGUMENT"),
        ("entity.item.property.add", {**DISH, "PROPERTY": "2nd"}, "ERROR_CORE"),
        ("entity.item.property.add", {**DISH, "PROPERTY": "x", "TYPE": "L"}, "ERROR_UNSUPPORTED_PROPERTY_TYPE"),
        ("entity.item.property.add", {**DISH, "PROPERTY": "x", "TYPE": "Q"}, "ERROR_ARGUMENT"),
        ("entity.item.property.update", {**DISH, "PROPERTY": "x"}, "ERROR_PROPERTY_NOT_FOUND"),
        ("entity.item.property.delete", {**DISH, "PROPERTY": "x"}, "ERROR_PROPERTY_NOT_FOUND"),
        ("entity.section.add", DISH, "ERROR_CORE"),
        ("entity.section.add", {**DISH, "NAME": "X", "SECTION": 99}, "ERROR_CORE"),
        ("entity.section.add", {**DISH, "NAME": "X", "PICTURE": ["a.txt", "eA=="]}, "ERROR_CORE"),
        ("entity.section.update", DISH, "ERROR_ARGUMENT"),
        ("entity.section.update", {**DISH, "ID": 99}, "ERROR_SECTION_NOT_FOUND"),
        ("entity.section.delete", {**DISH, "ID": 99}, "ERROR_SECTION_NOT_FOUND"),
        ("entity.section.get", {**DISH, "FILTER": {"COLOUR": 1}}, "ERROR_ARGUMENT"),
        ("entity.item.add", {"NAME": "X"}, "ERROR_ARGUMENT"),
        ("entity.item.add", {**DISH, "NAME": "X", "DATE_ACTIVE_FROM": "soon"}, "ERROR_ARGUMENT"),
        ("entity.item.add", {**DISH, "NAME": "X", "DETAIL_PICTURE": "soup.png"}, "ERROR_ARGUMENT"),
        ("entity.item.update", {**DISH, "ID": "no number"}, "ERROR_ARGUMENT"),
        ("entity.item.delete", {**DISH, "ID": 99}, "ERROR_ITEM_NOT_FOUND"),
        ("entity.item.get", {**DISH, "SORT": {"PROPERTY_x": "ASC"}}, "ERROR_ARGUMENT"),
    ],
)
async def test_refusals(application: ApplicationClient, method: str, arguments: dict[str, Any], code: str) -> None:
    assert (await application.refusal(method, arguments))[:2] == (400, code)


async def test_rights(sandbox: Sandbox, application: ApplicationClient) -> None:
    assert await application.result("entity.rights", DISH) == {"U8": "W", "U1": "X"}
    assert await application.result("entity.rights", {"ENTITY": "soup"}) is None
    reader = await used_by(sandbox, application.session, 7)
    writer = await used_by(sandbox, application.session, 8)
    denied = (400, "ACCESS_DENIED", "Access denied!")
    assert await reader.result("entity.item.get", DISH) == []
    assert await reader.refusal("entity.item.add", {**DISH, "NAME": "Soup"}) == denied
    assert await writer.result("entity.item.add", {**DISH, "NAME": "Soup"}) == 1
    assert await writer.refusal("entity.item.property.add", {**DISH, "PROPERTY": "price"}) == denied
    assert await writer.refusal("entity.rights", {**DISH, "ACCESS": {"U8": "X"}}) == denied
    assert await writer.refusal("entity.delete", DISH) == denied
    assert await application.result("entity.rights", {**DISH, "ACCESS": {"AU": "X"}}) == {"AU": "X", "U1": "X"}
    assert await writer.result("entity.delete", DISH) is True


async def test_an_item_has_the_documented_shape(application: ApplicationClient) -> None:
    number = await application.result("entity.item.add", {**DISH, "NAME": "Soup", "PREVIEW_PICTURE": PICTURE})
    _, body = await application.call("entity.item.get", DISH)
    [item] = body["result"]
    assert (number, body["total"], item["ID"], item["CREATED_BY"]) == (1, 1, "1", "1")
    assert (item["ACTIVE"], item["SORT"], item["DATE_ACTIVE_FROM"], item["SECTION"]) == ("Y", "500", "", None)
    assert "PROPERTY_VALUES" not in item
    async with application.session.get(item["PREVIEW_PICTURE"]) as answer:
        assert (answer.content_type, await answer.read()) == ("image/png", b"\x89PNG\r\n\x1a\n")
    await application.result("entity.item.delete", {**DISH, "ID": 1})
    async with application.session.get(item["PREVIEW_PICTURE"]) as answer:
        assert answer.status == 404


async def test_properties_keep_their_values_under_another_code(application: ApplicationClient) -> None:
    for code, kind in (("price", "N"), ("label", "S"), ("photo", "F")):
        await application.result("entity.item.property.add", {**DISH, "PROPERTY": code, "TYPE": kind})
    values = {"price": "4.50", "label": 7, "photo": PICTURE}
    await application.result("entity.item.add", {**DISH, "NAME": "Soup", "PROPERTY_VALUES": values})
    wrong = {**DISH, "NAME": "Soup", "PROPERTY_VALUES": {"price": "cheap"}}
    assert (await application.refusal("entity.item.add", wrong))[1] == "ERROR_ARGUMENT"
    change = {**DISH, "PROPERTY": "price", "PROPERTY_NEW": "cost", "NAME": "Cost", "SORT": 5}
    assert await application.result("entity.item.property.update", change) is True
    taken = {**DISH, "PROPERTY": "cost", "PROPERTY_NEW": "label"}
    assert (await application.refusal("entity.item.property.update", taken))[1] == "ERROR_PROPERTY_ALREADY_EXISTS"
    file = {**DISH, "PROPERTY": "cost", "TYPE": "F"}
    assert (await application.refusal("entity.item.property.update", file))[1] == "ERROR_ARGUMENT"
    [item] = await application.result("entity.item.get", {**DISH, "FILTER": {"><PROPERTY_cost": [4, 5]}})
    assert (item["PROPERTY_VALUES"]["cost"], item["PROPERTY_VALUES"]["label"]) == ("4.5", "7")
    async with application.session.get(item["PROPERTY_VALUES"]["photo"]) as answer:
        assert (await answer.read()).startswith(b"\x89PNG")
    assert await application.result("entity.item.property.delete", {**DISH, "PROPERTY": "cost"}) is True
    [item] = await application.result("entity.item.get", DISH)
    assert set(item["PROPERTY_VALUES"]) == {"label", "photo"}


async def test_storages_do_not_see_into_each_other(application: ApplicationClient) -> None:
    await application.result("entity.add", {"ENTITY": "drinks", "NAME": "Drinks"})
    section = await application.result("entity.section.add", {"ENTITY": "drinks", "NAME": "Cold"})
    assert (await application.refusal("entity.section.update", {**DISH, "ID": section, "NAME": "X"}))[1] == (
        "ERROR_SECTION_NOT_FOUND"
    )
    foreign = {**DISH, "NAME": "X", "SECTION": section}
    assert (await application.refusal("entity.section.add", foreign))[1] == "ERROR_CORE"
    assert await application.result("entity.section.get", DISH) == []


async def test_a_section_below_another_goes_with_it_and_with_its_items(application: ApplicationClient) -> None:
    outer = await application.result("entity.section.add", {**DISH, "NAME": "Soups"})
    inner = await application.result("entity.section.add", {**DISH, "NAME": "Cold", "SECTION": outer})
    await application.result("entity.item.add", {**DISH, "NAME": "Gazpacho", "SECTION": inner})
    own = {**DISH, "ID": outer, "SECTION": outer}
    assert (await application.refusal("entity.section.update", own))[1] == "ERROR_CORE"
    await application.result("entity.section.delete", {**DISH, "ID": outer})
    assert await application.result("entity.item.get", DISH) == []


async def test_sections_stand_in_their_order(application: ApplicationClient) -> None:
    for name, sort in (("Last", 900), ("First", ""), ("Middle", 10)):
        await application.result("entity.section.add", {**DISH, "NAME": name, "SORT": sort})
    found = await application.result("entity.section.get", {**DISH, "SORT": {"LEFT_MARGIN": "ASC"}})
    assert [(row["NAME"], row["LEFT_MARGIN"]) for row in found] == [("First", "1"), ("Middle", "3"), ("Last", "5")]


async def test_pages_of_fifty(application: ApplicationClient) -> None:
    for number in range(52):
        await application.result("entity.item.add", {**DISH, "NAME": f"Item {number}"})
    _, body = await application.call("entity.item.get", {**DISH, "SORT": {"ID": "DESC"}})
    assert (len(body["result"]), body["total"], body["next"], body["result"][0]["ID"]) == (50, 52, 50, "52")
    _, body = await application.call("entity.item.get", {**DISH, "start": 50})
    assert ([item["ID"] for item in body["result"]], "next" in body) == (["51", "52"], False)
