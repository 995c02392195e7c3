"""How calls reach a method: addresses, bodies, credentials."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import aiohttp
import pytest

from tests.sandbox.client import RestClient

if TYPE_CHECKING:
    from bitrix_node.sandbox import Sandbox


async def test_a_webhook_address_takes_get_and_post_with_and_without_json(
    sandbox: Sandbox, session: aiohttp.ClientSession
) -> None:
    for verb in ("GET", "POST"):
        for suffix in ("profile", "profile.json", "profile/", "PROFILE"):
            async with session.request(verb, sandbox.webhook_url + suffix) as answer:
                assert (answer.status, (await answer.json())["result"]["NAME"]) == (200, "Olivia")


async def test_every_answer_has_the_documented_time_block(portal: RestClient) -> None:
    _, body = await portal.call("profile")
    assert set(body["time"]) == {
        "start",
        "finish",
        "duration",
        "processing",
        "date_start",
        "date_finish",
        "operating_reset_at",
        "operating",
    }
    assert body["time"]["finish"] >= body["time"]["start"]


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("application/json", '{"entityTypeId": 2, "fields": {"title": "Chairs", "contactIds": [3, 4]}}'),
        (
            "application/x-www-form-urlencoded",
            "entityTypeId=2&fields[title]=Chairs&fields[contactIds][]=3&fields[contactIds][]=4",
        ),
        (
            "application/x-www-form-urlencoded",
            "entityTypeId=2&fields%5Btitle%5D=Chairs&fields%5BcontactIds%5D%5B0%5D=3&fields%5BcontactIds%5D%5B1%5D=4",
        ),
    ],
)
async def test_json_and_php_forms_say_the_same(
    sandbox: Sandbox, session: aiohttp.ClientSession, content_type: str, body: str
) -> None:
    address, headers = sandbox.webhook_url + "crm.item.add", {"Content-Type": content_type}
    async with session.post(address, data=body, headers=headers) as answer:
        item = (await answer.json())["result"]["item"]
    assert (item["title"], item["contactIds"], item["contactId"]) == ("Chairs", [3, 4], 3)


async def test_a_query_string_is_read_and_the_body_wins(sandbox: Sandbox, session: aiohttp.ClientSession) -> None:
    address = sandbox.webhook_url + "crm.item.get?entityTypeId=2&id=1"
    async with session.get(address) as answer:
        assert (await answer.json())["result"]["item"]["id"] == 1
    async with session.post(address, json={"id": 2}) as answer:
        assert (await answer.json())["result"]["item"]["id"] == 2


async def test_a_multipart_form_is_read(sandbox: Sandbox, session: aiohttp.ClientSession) -> None:
    form = aiohttp.FormData({"id": "5"}, default_to_multipart=True)
    async with session.post(sandbox.webhook_url + "crm.contact.get", data=form) as answer:
        assert (await answer.json())["result"]["ID"] == "5"


async def test_an_unknown_method_is_404(portal: RestClient) -> None:
    assert await portal.refusal("crm.unicorn.get") == (404, "ERROR_METHOD_NOT_FOUND", "Method not found!")
    assert (await portal.refusal(""))[:2] == (404, "ERROR_METHOD_NOT_FOUND")


def token_places(token: str) -> list[dict[str, Any]]:
    return [
        {"json": {"auth": token}},
        {"data": {"auth": token}},
        {"params": {"auth": token}},
        {"params": {"access_token": token}},
        {"headers": {"Authorization": f"Bearer {token}"}},
    ]


async def test_a_token_is_accepted_wherever_bitrix24_accepts_one(
    sandbox: Sandbox, session: aiohttp.ClientSession
) -> None:
    for place in token_places(sandbox.access_token):
        async with session.post(f"{sandbox.url}/rest/profile", **place) as answer:
            assert (answer.status, (await answer.json())["result"]["ID"]) == (200, "1")


@pytest.mark.parametrize(
    ("address", "arguments", "refusal"),
    [
        ("/rest/profile", {}, (401, "NO_AUTH_FOUND")),
        ("/rest/profile", {"auth": "nonsense"}, (401, "invalid_token")),
        ("/rest/1/nonsense/profile", {}, (401, "INVALID_CREDENTIALS")),
    ],
)
async def test_wrong_credentials_are_refused(
    sandbox: Sandbox, session: aiohttp.ClientSession, address: str, arguments: dict[str, str], refusal: tuple[int, str]
) -> None:
    client = RestClient(session, sandbox.url)
    assert (await client.refusal(address, arguments))[:2] == refusal


async def test_a_webhook_belongs_to_its_user_only(sandbox: Sandbox, session: aiohttp.ClientSession) -> None:
    code = sandbox.webhook_url.rstrip("/").rpartition("/")[2]
    client = RestClient(session, f"{sandbox.url}/rest/2/{code}/")
    assert (await client.refusal("profile"))[:2] == (401, "INVALID_CREDENTIALS")


async def test_a_method_outside_the_scopes_is_refused(sandbox: Sandbox, session: aiohttp.ClientSession) -> None:
    client = RestClient(session, sandbox.webhook(user_id=3, scopes={"user"}))
    assert (await client.result("user.current"))["NAME"] == "Priya"
    assert (await client.refusal("crm.item.list", {"entityTypeId": 2}))[:2] == (403, "insufficient_scope")
    assert await client.result("scope") == ["user"]
    assert await client.result("method.get", {"name": "crm.item.list"}) == {"isExisting": True, "isAvailable": False}
    assert "crm.item.list" not in await client.result("methods")


async def test_the_webhook_of_someone_who_left_is_refused(sandbox: Sandbox, session: aiohttp.ClientSession) -> None:
    client = RestClient(session, sandbox.webhook(user_id=13))
    assert (await client.refusal("profile"))[:2] == (403, "user_access_error")


@pytest.mark.parametrize("shape", ["{url}/rest/api/1/{code}/", "{url}/rest/1/{code}/api/"])
async def test_rest_3_webhook_addresses(sandbox: Sandbox, session: aiohttp.ClientSession, shape: str) -> None:
    code = sandbox.webhook_url.rstrip("/").rpartition("/")[2]
    client = RestClient(session, shape.format(url=sandbox.url, code=code))
    status, body = await client.call("no.such.method")
    assert (status, body["error"]["code"]) == (404, "BITRIX_REST_V3_EXCEPTION_METHODNOTFOUNDEXCEPTION")


async def test_rest_3_wants_json_and_refuses_in_its_own_envelope(
    sandbox: Sandbox, session: aiohttp.ClientSession
) -> None:
    address = f"{sandbox.url}/rest/api/batch"
    async with session.post(address, data="{not json", headers={"Authorization": "Bearer x"}) as answer:
        body = await answer.json()
    assert (answer.status, body["error"]["code"]) == (400, "BITRIX_REST_V3_EXCEPTION_INVALIDJSONEXCEPTION")
    async with session.post(address, json=[]) as answer:
        assert (answer.status, (await answer.json())["error"]["code"]) == (401, "NO_AUTH_FOUND")


async def test_server_time_follows_the_clock(sandbox: Sandbox, portal: RestClient) -> None:
    sandbox.clock.freeze()
    before = await portal.result("server.time")
    assert await portal.result("server.time") == before
    sandbox.clock.advance(3600)
    assert await portal.result("server.time") > before


async def test_application_and_webhook_see_different_app_info(
    sandbox: Sandbox, portal: RestClient, session: aiohttp.ClientSession
) -> None:
    assert "ID" not in await portal.result("app.info")
    client = RestClient(session, f"{sandbox.url}/rest/")
    assert (await client.result("app.info", {"auth": sandbox.access_token}))["INSTALLED"] is True


@pytest.mark.parametrize(
    ("method", "arguments"),
    [
        ("crm.item.list", {"entityTypeId": 3, "start": 10**40}),
        ("crm.item.list", {"entityTypeId": 3, "filter": {"id": 10**40}}),
        ("crm.item.list", {"entityTypeId": 3, "filter": {">createdTime": "2026-99-99T00:00:00+00:00"}}),
        ("crm.type.list", {"filter": {"x\\\"'y": 1}, "order": {"a'b": "ASC"}}),
        ("crm.item.get", {"entityTypeId": 3, "id": 10**40}),
        ("crm.deal.get", {"id": 10**40}),
        ("crm.item.add", {"entityTypeId": 2, "fields": {"opportunity": "nan"}}),
        ("crm.item.add", {"entityTypeId": 2, "fields": {"opportunity": "1e999"}}),
        ("crm.item.add", {"entityTypeId": 2, "fields": {"assignedById": "inf"}}),
        ("crm.item.add", {"entityTypeId": 2, "fields": {"closedate": "9999-12-31T23:59:59-12:00"}}),
        ("crm.item.add", {"entityTypeId": 3, "fields": {"fm": "text"}}),
        ("crm.contact.add", {"fields": {"PHONE": ["text", 5, None]}}),
        ("crm.activity.list", {"filter": "text", "order": 5, "select": {"a": {}}}),
        ("batch", {"cmd": "profile"}),
        ("batch", {"cmd": {"a": {"method": "profile"}}}),
        ("user.get", {"FILTER": {"ID": {"a": "b"}}, "sort": {"x": 1}}),
    ],
)
async def test_odd_arguments_never_break_the_portal(portal: RestClient, method: str, arguments: Any) -> None:
    status, _ = await portal.call(method, arguments)
    assert status in (200, 400)


@pytest.mark.parametrize("body", [b"\xff\xfe", b'"text"', b"[" * 100_000, b"{", b"null"])
async def test_unreadable_bodies_count_as_empty(sandbox: Sandbox, session: aiohttp.ClientSession, body: bytes) -> None:
    headers = {"Content-Type": "application/json"}
    async with session.post(sandbox.webhook_url + "profile", data=body, headers=headers) as answer:
        assert answer.status == 200
