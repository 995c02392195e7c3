"""Workgroups: who sees them, who may do what in them, and what refuses."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.sandbox.client import RestClient

if TYPE_CHECKING:
    from bitrix_node.sandbox import Sandbox


def of_user(sandbox: Sandbox, portal: RestClient, user_id: int) -> RestClient:
    scopes = {"sonet_group", "socialnetwork"}
    return RestClient(portal.session, sandbox.webhook(user_id=user_id, scopes=scopes))


@pytest.mark.parametrize(
    ("method", "arguments", "text"),
    [
        ("create", {}, "Cannot create group"),
        ("create", {"NAME": "X", "OWNER_ID": 99}, "Cannot create group"),
        ("create", {"NAME": "X", "PROJECT_DATE_START": "soon"}, "Incorrect input data"),
        ("update", {"NAME": "X"}, "Wrong group ID"),
        ("update", {"GROUP_ID": 99}, "Socialnetwork group not found"),
        ("update", {"GROUP_ID": 1, "NAME": ""}, "Cannot update group"),
        ("delete", {"GROUP_ID": 99}, "Socialnetwork group not found"),
        ("setowner", {"GROUP_ID": 99, "USER_ID": 1}, "Invalid workgroup/project ID"),
        ("setowner", {"GROUP_ID": 1, "USER_ID": 99}, "Invalid user ID"),
        ("user.get", {}, "Wrong socialnetwork group ID"),
        ("user.get", {"ID": 99}, "Socialnetwork group not found"),
        ("user.add", {"GROUP_ID": 0, "USER_ID": 2}, "Wrong group ID"),
        ("user.add", {"GROUP_ID": 1}, "Wrong user IDs"),
        ("user.add", {"GROUP_ID": 1, "USER_ID": ["x"]}, "Wrong user IDs"),
        ("user.update", {"GROUP_ID": 1, "USER_ID": 2, "ROLE": "A"}, "Incorrect role code"),
        ("user.request", {"GROUP_ID": 1}, "Cannot request to join group"),
    ],
)
async def test_refusals(portal: RestClient, method: str, arguments: dict[str, Any], text: str) -> None:
    assert await portal.refusal(f"sonet_group.{method}", arguments) == (400, "", text)


@pytest.mark.parametrize(
    ("method", "arguments", "text"),
    [
        ("update", {"GROUP_ID": 1, "NAME": "X"}, "User has no permissions to update group"),
        ("delete", {"GROUP_ID": 1}, "User has no permissions to delete group"),
        ("setowner", {"GROUP_ID": 1, "USER_ID": 3}, "User has no permissions to set owner"),
        ("user.add", {"GROUP_ID": 1, "USER_ID": 3}, "No permissions to add users"),
        ("user.update", {"GROUP_ID": 1, "USER_ID": 2, "ROLE": "K"}, "No permissions to update users role"),
        ("user.delete", {"GROUP_ID": 1, "USER_ID": 2}, "No permissions to update users role"),
    ],
)
async def test_others_are_kept_out(
    sandbox: Sandbox, portal: RestClient, method: str, arguments: dict[str, Any], text: str
) -> None:
    assert await of_user(sandbox, portal, 3).refusal(f"sonet_group.{method}", arguments) == (400, "", text)


async def test_hidden_groups_are_for_their_members(sandbox: Sandbox, portal: RestClient) -> None:
    owner, outsider = of_user(sandbox, portal, 3), of_user(sandbox, portal, 4)
    hidden = await owner.result("sonet_group.create", {"NAME": "Surprise", "VISIBLE": "N"})
    assert [row["ID"] for row in await owner.result("sonet_group.get")] == [str(hidden), "1"]
    assert [row["ID"] for row in await outsider.result("sonet_group.get")] == ["1"]
    assert [row["ID"] for row in await outsider.result("sonet_group.get", {"IS_ADMIN": "Y"})] == ["1"]
    assert [row["ID"] for row in await portal.result("sonet_group.get")] == ["1"]
    assert len(await portal.result("sonet_group.get", {"IS_ADMIN": "Y"})) == 2
    assert (await outsider.refusal("sonet_group.user.get", {"ID": hidden}))[2] == "Socialnetwork group not found"
    details = await outsider.refusal("socialnetwork.api.workgroup.get", {"params": {"groupId": hidden}})
    assert details[1] == "SONET_CONTROLLER_WORKGROUP_NOT_FOUND"
    assert (await portal.refusal("socialnetwork.api.workgroup.get", {"params": {"select": []}}))[1] == (
        "SONET_CONTROLLER_WORKGROUP_EMPTY"
    )
    listed = await outsider.result("socialnetwork.api.workgroup.list")
    assert listed == {"workgroups": [{"id": "1"}]}


async def test_invitations_follow_the_rule_of_the_group(sandbox: Sandbox, portal: RestClient) -> None:
    owner, guest, other = (of_user(sandbox, portal, number) for number in (3, 4, 5))
    group = await owner.result("sonet_group.create", {"NAME": "Quiet", "INITIATE_PERMS": "A"})
    asked = {"GROUP_ID": group, "USER_ID": [4, 13]}
    assert await other.result("sonet_group.user.invite", asked) == []
    assert await owner.result("sonet_group.user.invite", asked) == ["4"]
    assert await guest.result("sonet_group.user.request", {"GROUP_ID": group}) is True
    assert await other.result("sonet_group.user.request", {"GROUP_ID": group}) is True
    assert await owner.result("sonet_group.user.get", {"ID": group}) == [
        {"USER_ID": "3", "ROLE": "A"},
        {"USER_ID": "4", "ROLE": "K"},
    ]
    arguments = {"params": {"groupId": group, "select": ["LIST_OF_MEMBERS_AWAITING_INVITE", "USER_DATA"]}}
    waiting = await other.result("socialnetwork.api.workgroup.get", arguments)
    assert waiting["LIST_OF_MEMBERS_AWAITING_INVITE"][0]["id"] == 5
    assert waiting["USER_DATA"] == {"ROLE": "Z", "INITIATED_BY_TYPE": "U", "IS_SUBSCRIBED": False}
    assert await portal.result("sonet_group.user.add", {"GROUP_ID": group, "USER_ID": 5}) == ["5"]
    details = await portal.result(
        "socialnetwork.api.workgroup.get", {"params": {"groupId": group, "select": ["COUNTERS"]}}
    )
    assert details["COUNTERS"] == {"workgroup_requests_out": 0, "workgroup_requests_in": 0}


async def test_pictures_are_served_and_forgotten(portal: RestClient) -> None:
    picture = ["group.gif", "R0lGODlhAQABAAAAACw="]
    group = await portal.result("sonet_group.create", {"NAME": "Seen", "IMAGE": picture})
    (mine,) = [row for row in await portal.result("sonet_group.user.groups") if row["GROUP_ID"] == str(group)]
    async with portal.session.get(mine["GROUP_IMAGE"]) as answer:
        assert (answer.status, await answer.read()) == (200, b"GIF89a\x01\x00\x01\x00\x00\x00\x00,")
    await portal.result("sonet_group.delete", {"GROUP_ID": group})
    async with portal.session.get(mine["GROUP_IMAGE"]) as answer:
        assert answer.status == 404


async def test_a_picture_may_come_from_the_drive(portal: RestClient) -> None:
    storage = (await portal.result("disk.storage.getlist", {"filter": {"ENTITY_TYPE": "common"}}))[0]["ID"]
    upload = {"id": storage, "data": {"NAME": "g.gif"}, "fileContent": ["g.gif", "R0lGODlhAQABAAAAACw="]}
    file = await portal.result("disk.storage.uploadfile", upload)
    await portal.result("sonet_group.update", {"GROUP_ID": 1, "IMAGE_FILE_ID": file["ID"]})
    assert (await portal.result("sonet_group.get", {"GROUP_ID": 1}))[0]["IMAGE"].endswith("g.gif")
    await portal.result("sonet_group.update", {"GROUP_ID": 1, "IMAGE_FILE_ID": 0})
    assert "IMAGE" not in (await portal.result("sonet_group.get", {"GROUP_ID": 1}))[0]


async def test_tasks_of_a_deleted_group_stay(portal: RestClient) -> None:
    await portal.result("sonet_group.delete", {"GROUP_ID": 1})
    task = (await portal.result("tasks.task.get", {"taskId": 2}))["task"]
    assert (task["groupId"], task["group"]) == ("0", [])
