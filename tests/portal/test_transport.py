"""What the connection itself can do wrong, and files."""

from __future__ import annotations

import asyncio
import re
import ssl
import subprocess
from typing import TYPE_CHECKING

import aiohttp
import pytest
from aiohttp import web

from bitrix_node.credentials import Webhook
from bitrix_node.portal import Portal, PortalError
from bitrix_node.portal.errors import Denied, Missing, NoAnswer, Refused, Unreachable
from tests.portal.conftest import QUICK, answer
from tests.portal.servers import served

if TYPE_CHECKING:
    from pathlib import Path

    from tests.portal.conftest import Serve


async def test_an_unknown_host_is_named() -> None:
    async with Portal(Webhook("https://portal.invalid/rest/1/s3cr3tc0de/").endpoint(), settings=QUICK) as portal:
        with pytest.raises(Unreachable, match=r"^https://portal\.invalid cannot be reached \(no such address\)"):
            await portal.call("profile")


async def test_a_certificate_that_is_not_trusted_is_told_and_ends_the_call(tmp_path: Path) -> None:
    async def handle(_: web.Request) -> web.Response:
        return answer(None)

    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    tls.load_cert_chain(self_signed(tmp_path))
    async with (
        served(handle, tls) as url,
        Portal(Webhook(f"{url}/rest/1/s3cr3tc0de/").endpoint(), settings=QUICK) as portal,
    ):
        found = await asyncio.wait_for(
            asyncio.gather(*(portal.call("crm.item.add") for _ in range(20)), return_exceptions=True), 20
        )
    assert {(type(entry), str(entry)) for entry in found} == {
        (Unreachable, f"{url} cannot be reached (its certificate is not trusted)")
    }
    assert {entry.code for entry in found if isinstance(entry, PortalError)} == {"UNTRUSTED"}


async def test_a_server_that_speaks_no_http_gives_no_answer() -> None:
    async def greet(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 mail.example ESMTP\r\n")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(greet, "127.0.0.1", 0)
    url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    async with server, Portal(Webhook(f"{url}/rest/1/s3cr3tc0de/").endpoint(), settings=QUICK) as portal:
        with pytest.raises(NoAnswer) as caught:
            await portal.call("profile")
    assert caught.value.code == "NO_ANSWER"
    assert "s3cr3tc0de" not in str(caught.value)


async def test_a_token_travels_in_the_body_and_never_in_the_address(serve: Serve) -> None:
    async def handle(request: web.Request) -> web.Response:
        return answer({"path": request.path_qs, "body": await request.json()})

    portal = await serve(handle)
    found = (await portal.scope().call("profile", {"a": 1}, token="s3cr3t-token")).result
    assert found == {"path": "/rest/profile.json", "body": {"a": 1, "auth": "s3cr3t-token"}}


async def test_a_file_comes_in_pieces(serve: Serve) -> None:
    content = bytes(range(256)) * 1000

    async def handle(_: web.Request) -> web.Response:
        return web.Response(body=content, headers={"Content-Disposition": 'attachment; filename="a.bin"'})

    portal = await serve(handle)
    pieces = [piece async for piece in portal.download(f"{portal.endpoint.portal}/file")]
    head, body = pieces[0], b"".join(piece for piece in pieces[1:] if isinstance(piece, bytes))
    assert isinstance(head, aiohttp.ClientResponse)
    assert head.headers["Content-Disposition"] == 'attachment; filename="a.bin"'
    assert body == content


@pytest.mark.parametrize(
    ("status", "kind", "requests"),
    [(401, Denied, 1), (403, Denied, 1), (404, Missing, 1), (400, Refused, 1), (500, NoAnswer, 4)],
)
async def test_a_file_that_cannot_be_had_is_refused(
    serve: Serve, status: int, kind: type[PortalError], requests: int
) -> None:
    asked: list[str] = []

    async def handle(request: web.Request) -> web.Response:
        asked.append(request.path)
        return web.Response(status=status)

    portal = await serve(handle)
    with pytest.raises(kind, match=re.escape(f"could not be downloaded (HTTP {status})")) as caught:
        [piece async for piece in portal.download(f"{portal.endpoint.portal}/file?auth=s3cr3t")]
    assert type(caught.value) is kind
    assert asked == ["/file"] * requests
    assert "s3cr3t" not in str(caught.value)


async def test_a_file_is_asked_for_again_while_nothing_of_it_has_come(serve: Serve) -> None:
    statuses = [503, 429, 200]

    async def handle(_: web.Request) -> web.Response:
        return web.Response(status=statuses.pop(0), body=b"content")

    portal = await serve(handle)
    pieces = [piece async for piece in portal.download(f"{portal.endpoint.portal}/file")]
    assert pieces[1:] == [b"content"]


async def test_a_file_that_breaks_off_is_not_taken_for_whole(serve: Serve) -> None:
    async def handle(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Length": "1000"})
        await response.prepare(request)
        await response.write(b"half")
        assert request.transport is not None
        request.transport.close()
        return response

    portal = await serve(handle)
    with pytest.raises(NoAnswer):
        [piece async for piece in portal.download(f"{portal.endpoint.portal}/file")]


def self_signed(folder: Path) -> str:
    """A PEM file with a key and a certificate that nobody trusts."""
    pem = folder / "server.pem"
    command = "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost -keyout - -out -"
    made = subprocess.run(command.split(), check=True, capture_output=True)
    pem.write_bytes(made.stdout)
    return str(pem)


async def test_cookies_are_not_sent_back(serve: Serve) -> None:
    received: list[str | None] = []

    async def handle(request: web.Request) -> web.Response:
        received.append(request.headers.get("Cookie"))
        response = answer(True)
        response.set_cookie("PHPSESSID", "abc")
        return response

    portal = await serve(handle)
    await portal.call("profile")
    await portal.call("profile")
    assert received == [None, None]
