"""Portals that are not there, or do not answer as portals do."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest
from aiohttp import web

from tests.portal.servers import served

if TYPE_CHECKING:
    from tests.cli.process import Shell

ME = ("run", "user", "getCurrent", "--output", "out.json", "--webhook-url")
CODE = "n0b0dy5c0de"
TAIL = f"/rest/1/{CODE}/"


async def test_a_portal_that_cannot_be_reached(shell: Shell) -> None:
    said = await shell.refuse(1, *ME, f"http://127.0.0.1:1{TAIL}")
    assert "http://127.0.0.1:1 cannot be reached" in said
    assert "Check the portal's address" in said
    assert CODE not in said
    assert shell.files() == []


@pytest.mark.parametrize("status", [200, 404])
async def test_a_portal_that_answers_with_a_page(status: int, shell: Shell) -> None:
    async def page(_request: web.Request) -> web.Response:
        return web.Response(text="<html><title>Parked</title></html>", content_type="text/html", status=status)

    async with served(page) as address:
        said = await shell.refuse(1, *ME, address + TAIL)
    assert f"answered with a web page instead of JSON (HTTP {status})" in said
    assert "Check the portal's address" in said
    assert "item 0, Get Current User of user" in said
    assert CODE not in said
    assert shell.files() == []


async def test_a_portal_that_never_answers(shell: Shell) -> None:
    ended = asyncio.Event()

    async def silence(_request: web.Request) -> web.Response:
        await ended.wait()
        return web.Response()

    shell.environment["BITRIX24_TIMEOUT_SECONDS"] = "0.2"
    async with served(silence) as address:
        said = await shell.refuse(1, *ME, address + TAIL)
        ended.set()
    assert "The portal did not answer in time [item 0, Get Current User of user]" in said
    assert shell.files() == []


@pytest.mark.parametrize("seconds", ["soon", "0", "-1", "inf", "nan"])
async def test_a_timeout_that_is_no_time_is_refused(seconds: str, shell: Shell) -> None:
    shell.environment["BITRIX24_TIMEOUT_SECONDS"] = seconds
    said = await shell.refuse(2, *ME, f"http://127.0.0.1:1{TAIL}")
    assert f"BITRIX24_TIMEOUT_SECONDS must be a number of seconds above 0; got '{seconds}'" in said


async def test_an_unreachable_portal_makes_error_items_when_the_run_goes_on(shell: Shell) -> None:
    command = ("run", "user", "getCurrent", "--continue-on-fail", "--items", "-")
    finished = await shell.succeed(*command, "--webhook-url", f"http://127.0.0.1:1{TAIL}", stdin="[{}, {}]")
    assert [(set(item["json"]), item["pairedItem"]["item"]) for item in finished.json] == [
        ({"error", "details"}, 0),
        ({"error", "details"}, 1),
    ]
    assert all(item["json"]["details"]["http"] is None for item in finished.json)
    assert CODE not in finished.stdout
