"""The structure of the company."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.sandbox.client import RestClient

if TYPE_CHECKING:
    from bitrix_node.sandbox import Sandbox


@pytest.mark.parametrize(
    ("method", "arguments", "text"),
    [
        ("add", {"PARENT": 1}, "Department name not provided."),
        ("add", {"NAME": "X"}, "There can only be one top-level department in the company structure"),
        ("add", {"NAME": "X", "PARENT": 99}, "There can only be one top-level department in the company structure"),
        ("update", {"ID": 99, "NAME": "X"}, "Department not found"),
        ("update", {"ID": 2, "NAME": ""}, "Department name not provided."),
        ("update", {"ID": 2, "PARENT": 2}, "A department cannot be moved below itself"),
        ("delete", {"ID": 99}, "Department not found"),
        ("delete", {"ID": 1}, "The top-level department cannot be deleted"),
    ],
)
async def test_refusals(portal: RestClient, method: str, arguments: dict[str, Any], text: str) -> None:
    assert await portal.refusal(f"department.{method}", arguments) == (400, "ERROR_CORE", text)


async def test_only_administrators_change_the_structure(sandbox: Sandbox, portal: RestClient) -> None:
    anybody = RestClient(portal.session, sandbox.webhook(user_id=3, scopes={"department"}))
    for method, arguments in (("add", {"NAME": "X", "PARENT": 1}), ("update", {"ID": 2}), ("delete", {"ID": 2})):
        assert await anybody.refusal(f"department.{method}", arguments) == (400, "ERROR_CORE", "Access denied")
    assert len(await anybody.result("department.get")) == 4


async def test_people_of_a_closed_department_go_one_level_up(portal: RestClient) -> None:
    team = await portal.result("department.add", {"NAME": "Key accounts", "PARENT": 2})
    below = await portal.result("department.add", {"NAME": "Abroad", "PARENT": team})
    await portal.result("user.update", {"ID": 4, "UF_DEPARTMENT": [team]})
    await portal.result("department.delete", {"ID": team})
    (child,) = await portal.result("department.get", {"ID": below})
    (user,) = await portal.result("user.get", {"ID": 4})
    assert (child["PARENT"], user["UF_DEPARTMENT"]) == ("2", [2])


async def test_fields_are_named(portal: RestClient) -> None:
    assert set(await portal.result("department.fields")) == {"ID", "NAME", "SORT", "PARENT", "UF_HEAD"}
    (found,) = await portal.result("department.get", {"SORT": 200})
    assert found["NAME"] == "Customer Support"
