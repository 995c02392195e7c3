"""OAuth2: the portal's authorization page, and the token endpoint that Bitrix24 runs centrally."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode, urlsplit

from aiohttp import web

from bitrix_node.sandbox.authentication import ALL_SCOPES
from bitrix_node.sandbox.errors import RestError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bitrix_node.sandbox.database import Collection, Record
    from bitrix_node.sandbox.portal import Portal

CODE_LIFETIME = 30

_PAGE = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Sandbox portal</title>
<style>body{{font:16px sans-serif;max-width:26rem;margin:4rem auto}}button{{font:inherit;padding:.5rem 1rem}}</style>
</head><body><h1>Allow access?</h1><p>The application <b>{code}</b> asks to act on this portal in the name of
<b>{user}</b>.</p><form method="post">{fields}
<button name="decision" value="allow">Allow</button> <button name="decision" value="deny">Deny</button>
</form></body></html>"""


class OAuthServer:
    """Authorization and token endpoints.

    Args:
        portal: whose application and users.
    """

    def __init__(self, portal: Portal) -> None:
        self._portal = portal

    @property
    def _tokens(self) -> Collection:
        return self._portal.database.collection("tokens", ("value",))

    async def ask(self, request: web.Request) -> web.Response:
        """`GET /oauth/authorize/`: the page with Allow and Deny."""
        query = request.query
        if query.get("client_id") != self._portal.authenticator.application.client_id:
            return web.Response(text="Application not found: check client_id.", status=404)
        user = self._portal.database.collection("users").get(1) or {}
        names = ("client_id", "state", "redirect_uri", "response_type", "scope", "user_id")
        fields = "".join(
            f'<input type="hidden" name="{name}" value="{html.escape(query[name])}">' for name in names if name in query
        )
        page = _PAGE.format(
            code=html.escape(self._portal.authenticator.application.code),
            user=html.escape(f"{user.get('NAME', '')} {user.get('LAST_NAME', '')}".strip()),
            fields=fields,
        )
        return web.Response(text=page, content_type="text/html")

    async def decide(self, request: web.Request) -> web.Response:
        """`POST /oauth/authorize/`: redirect with a code, or with `access_denied`."""
        form = {**request.query, **{key: str(value) for key, value in (await request.post()).items()}}
        application = self._portal.authenticator.application
        if form.get("client_id") != application.client_id:
            return web.Response(text="Application not found: check client_id.", status=404)
        target = form.get("redirect_uri") or application.redirect_uri
        if urlsplit(target).scheme not in ("http", "https"):
            return web.Response(text="redirect_uri is missing or is no web address.", status=400)
        if form.get("decision", "allow") != "allow":
            return _redirect(target, {"error": "access_denied", "state": form.get("state", "")})
        user_id = int(form["user_id"]) if form.get("user_id", "").isdigit() else 1
        return _redirect(target, self._grant(user_id, form.get("state", "")))

    def _grant(self, user_id: int, state: str) -> dict[str, str]:
        return {
            "code": self._portal.authenticator.issue_token("code", user_id, CODE_LIFETIME),
            "state": state,
            "domain": urlsplit(self._portal.url).netloc,
            "member_id": self._portal.authenticator.member_id,
            "scope": ",".join(sorted(ALL_SCOPES)),
            "server_domain": "oauth.bitrix.info",
        }

    async def token(self, request: web.Request) -> web.Response:
        """`GET` or `POST /oauth/token/`: exchange a code or a refresh token."""
        form: Mapping[str, Any] = {**request.query, **await request.post()}
        try:
            body = self._exchange(form)
        except RestError as refusal:
            return web.json_response(
                {"error": refusal.code, "error_description": refusal.message}, status=refusal.status
            )
        return web.json_response(body)

    def _exchange(self, form: Mapping[str, Any]) -> dict[str, Any]:
        application = self._portal.authenticator.application
        if form.get("client_id") != application.client_id or form.get("client_secret") != application.client_secret:
            raise RestError("invalid_client", "Client not found or secret is wrong", 401)
        kinds = {"authorization_code": ("code", "code"), "refresh_token": ("refresh", "refresh_token")}
        kind, parameter = kinds.get(str(form.get("grant_type")), ("", ""))
        if not kind:
            raise RestError("unsupported_grant_type", "Grant type is authorization_code or refresh_token", 400)
        with self._portal.database.transaction():
            return self._token_body(self._redeem(kind, str(form.get(parameter, ""))))

    def _redeem(self, kind: str, value: str) -> Record:
        record = self._tokens.first(value=value, kind=kind)
        if record is None or record["expires"] <= self._portal.clock.time():
            raise RestError("invalid_grant", "The code or refresh token is unknown, used or expired", 400)
        self._tokens.delete(record["id"])
        return record

    def _token_body(self, grant: Record) -> dict[str, Any]:
        authenticator, lifetime = self._portal.authenticator, self._portal.config.token_lifetime
        user_id = grant["user_id"]
        return {
            "access_token": authenticator.issue_token("access", user_id, lifetime),
            "expires": int(self._portal.clock.time()) + lifetime,
            "expires_in": lifetime,
            "scope": ",".join(grant["scopes"]),
            "domain": "oauth.bitrix.info",
            "server_endpoint": "https://oauth.bitrix.info/rest/",
            "status": "L",
            "client_endpoint": f"{self._portal.url}/rest/",
            "member_id": self._portal.authenticator.member_id,
            "user_id": user_id,
            "refresh_token": authenticator.issue_token("refresh", user_id),
        }


def add_routes(application: web.Application, portal: Portal) -> None:
    """Add the OAuth2 addresses.

    Args:
        application: where to.
        portal: whose tokens they give.
    """
    server = OAuthServer(portal)
    for slash in ("", "/"):
        application.router.add_get(f"/oauth/authorize{slash}", server.ask)
        application.router.add_post(f"/oauth/authorize{slash}", server.decide)
        application.router.add_route("GET", f"/oauth/token{slash}", server.token)
        application.router.add_route("POST", f"/oauth/token{slash}", server.token)


def _redirect(target: str, parameters: Mapping[str, str]) -> web.Response:
    separator = "&" if urlsplit(target).query else "?"
    return web.Response(status=302, headers={"Location": f"{target}{separator}{urlencode(parameters)}"})
