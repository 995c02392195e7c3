"""An application's tokens for the administrator of the sandbox, by the way of every application."""

from __future__ import annotations

import ssl
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import aiohttp

if TYPE_CHECKING:
    from pathlib import Path

    from bitrix_node.sandbox import Sandbox


async def oauth2_data(sandbox: Sandbox, authority: Path | None = None) -> dict[str, Any]:
    """Everything an OAuth2 credential holds.

    Args:
        sandbox: where to sign in.
        authority: certificate to trust, for a sandbox that speaks HTTPS.
    """
    application = {
        "client_id": sandbox.application.client_id,
        "client_secret": sandbox.application.client_secret,
    }
    redirect = "http://localhost/callback"
    trusted = ssl.create_default_context(cafile=authority) if authority else True
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(ssl=trusted)) as session:
        form = {"client_id": application["client_id"], "redirect_uri": redirect, "decision": "allow"}
        async with session.post(f"{sandbox.url}/oauth/authorize/", data=form, allow_redirects=False) as answer:
            code = parse_qs(urlsplit(answer.headers["Location"]).query)["code"][0]
        form = {"grant_type": "authorization_code", "code": code, **application}
        async with session.post(f"{sandbox.url}/oauth/token/", data=form) as answer:
            tokens = await answer.json()
    kept = {name: tokens[name] for name in ("access_token", "refresh_token", "expires", "client_endpoint")}
    return {"type": "bitrix24OAuth2Api", **kept, **application, "oauth_server": sandbox.url}
