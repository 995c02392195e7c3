"""Users and departments."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.sandbox.client import RestClient

if TYPE_CHECKING:
    import aiohttp

    from bitrix_node.sandbox import Sandbox

SALES = 2


async def names(portal: RestClient, method: str, arguments: Any) -> list[str]:
    return [row["NAME"] for row in await portal.result(method, arguments)]


async def test_the_current_user(portal: RestClient) -> None:
    user = await portal.result("user.current")
    assert (user["ID"], user["ACTIVE"], user["UF_DEPARTMENT"]) == ("1", True, [1])


@pytest.mark.parametrize(
    ("arguments", "found"),
    [
        ({"FILTER": {"ID": 3}}, ["Priya"]),
        ({"filter": {"ID": [3, "4"]}}, ["Priya", "Tomasz"]),
        ({"ID": 3}, ["Priya"]),
        ({"FILTER": {"UF_DEPARTMENT": SALES, "ACTIVE": True}}, ["Daniel", "Priya", "Tomasz", "Grace"]),
        ({"FILTER": {"ACTIVE": "false"}}, ["Peter"]),
        ({"FILTER": {"%WORK_POSITION": "account"}, "sort": "NAME", "order": "DESC"}, ["Tomasz", "Priya"]),
        ({"FILTER": {"NAME_SEARCH": "lindq"}}, ["Hannah"]),
        ({"FILTER": {"@LAST_NAME": ["Bell", "Osei"]}, "order": {"LAST_NAME": "DESC"}}, ["Samuel", "Marcus"]),
    ],
)
async def test_users_are_found_by_filter(portal: RestClient, arguments: dict[str, Any], found: list[str]) -> None:
    assert await names(portal, "user.get", arguments) == found


@pytest.mark.parametrize(
    ("conditions", "found"),
    [
        ({"FIND": "priya"}, ["Priya"]),
        ({"FIND": "support head"}, ["Hannah"]),
        ({"LAST_NAME": "rey"}, ["Daniel"]),
        ({"UF_DEPARTMENT_NAME": "delivery"}, ["Elena", "Jack", "Nadia"]),
    ],
)
async def test_users_are_searched(portal: RestClient, conditions: dict[str, str], found: list[str]) -> None:
    assert await names(portal, "user.search", {"FILTER": conditions}) == found


async def test_select_chooses_fields(portal: RestClient) -> None:
    rows = await portal.result("user.get", {"FILTER": {"ID": 2}, "select": ["NAME"]})
    assert rows == [{"ID": "2", "NAME": "Daniel"}]


async def test_only_people_are_listed(portal: RestClient) -> None:
    _, body = await portal.call("user.get")
    assert body["total"] == len(body["result"]) == 13


async def test_a_user_is_invited_and_changed(portal: RestClient) -> None:
    new = await portal.result("user.add", {"EMAIL": "new@example.com", "NAME": "Nell", "UF_DEPARTMENT": ["2"]})
    assert await portal.result("user.update", {"ID": new, "WORK_POSITION": "Trainee", "ACTIVE": "N"}) is True
    user = (await portal.result("user.get", {"FILTER": {"ID": new}}))[0]
    assert (user["NAME"], user["WORK_POSITION"], user["ACTIVE"], user["UF_DEPARTMENT"]) == (
        "Nell",
        "Trainee",
        False,
        [2],
    )


@pytest.mark.parametrize(
    ("arguments", "refusal"),
    [
        ({"UF_DEPARTMENT": [2]}, ("ERROR_ARGUMENT", "wrong_email")),
        ({"EMAIL": "nobody", "UF_DEPARTMENT": [2]}, ("ERROR_ARGUMENT", "wrong_email")),
        ({"EMAIL": "new@example.com"}, ("ERROR_ARGUMENT", "no_extranet_field")),
        (
            {"EMAIL": "PRIYA.NAIR@example.com", "UF_DEPARTMENT": [2]},
            ("ERROR_ARGUMENT", "A user with this email already exists"),
        ),
    ],
)
async def test_invitations_that_cannot_be(
    portal: RestClient, arguments: dict[str, Any], refusal: tuple[str, str]
) -> None:
    assert await portal.refusal("user.add", arguments) == (400, *refusal)


async def test_only_an_administrator_changes_others(sandbox: Sandbox, session: aiohttp.ClientSession) -> None:
    client = RestClient(session, sandbox.webhook(user_id=3))
    assert await client.result("user.update", {"ID": 3, "PERSONAL_CITY": "Leeds"}) is True
    assert await client.refusal("user.update", {"ID": 4, "NAME": "X"}) == (400, "ERROR_CORE", "access_denied")
    refusal = await client.refusal("user.add", {"EMAIL": "new@example.com", "UF_DEPARTMENT": [2]})
    assert refusal == (400, "ERROR_CORE", "access_denied")


async def test_a_user_that_is_not_there_cannot_be_changed(portal: RestClient) -> None:
    assert (await portal.refusal("user.update", {"ID": 9999, "NAME": "X"}))[:2] == (400, "ERROR_CORE")


async def test_fields_are_captioned(portal: RestClient) -> None:
    fields = await portal.result("user.fields")
    assert (fields["ID"], fields["LAST_NAME"]) == ("ID", "Last name")


@pytest.mark.parametrize(
    ("arguments", "found"),
    [
        ({}, ["1", "2", "3", "4"]),
        ({"ID": 2}, ["2"]),
        ({"PARENT": "1", "sort": "NAME", "order": "ASC"}, ["3", "4", "2"]),
        ({"NAME": "Sales"}, ["2"]),
        ({"UF_HEAD": 6}, ["3"]),
    ],
)
async def test_departments(portal: RestClient, arguments: dict[str, Any], found: list[str]) -> None:
    assert [row["ID"] for row in await portal.result("department.get", arguments)] == found
