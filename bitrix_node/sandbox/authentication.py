"""Who is calling: webhook codes in the path, and tokens wherever Bitrix24 accepts them."""

from __future__ import annotations

import hashlib
import secrets
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bitrix_node.sandbox.errors import RestError, wrong_authorization_type

if TYPE_CHECKING:
    from collections.abc import Mapping, MutableMapping

    from bitrix_node.sandbox.clock import Clock
    from bitrix_node.sandbox.database import Database, Record
    from bitrix_node.sandbox.registry import Method

ALL_SCOPES = frozenset(
    """
    ai_admin appform biconnector bizproc booking calendar call cashbox catalog configuration.import
    contact_center crm delivery department disk documentgenerator entity humanresources im imbot imconnector
    imopenlines intranet landing lists log mailservice main messageservice note pay_system placement pull
    rating rpa sale sign.b2e socialnetwork sonet_group task tasks telephony timeman user user.userfield
    user_basic user_brief userconsent userfieldconfig vote
    """.split()  # noqa: SIM905 - fifty short words read better as text
)
REFRESH_LIFETIME = 180 * 24 * 3600
_TOKEN_KEYS = ("auth", "access_token")


@dataclass(frozen=True, slots=True)
class Application:
    """An installed OAuth2 application.

    Attributes:
        client_id: public identifier.
        client_secret: its secret.
        redirect_uri: where the authorization page sends the browser when the request names no other address.
        code: symbolic code, as `app.info` shows it.
    """

    client_id: str
    client_secret: str
    redirect_uri: str = ""
    code: str = "local.sandbox"


@dataclass(frozen=True, slots=True)
class Caller:
    """Someone with rights on the portal.

    Attributes:
        user_id: in whose name.
        is_admin: whether that user administers the portal.
        scopes: permissions of the webhook or application.
        key: what the operating quota is counted for: one webhook or one application.
        application: the application; None for a webhook.
    """

    user_id: int
    is_admin: bool
    scopes: frozenset[str]
    key: str
    application: Application | None = None

    def allow(self, method: Method) -> None:
        """Check that this caller may use a method.

        Args:
            method: the wanted method.

        Raises:
            RestError: missing scope, or a webhook calling a method for applications.
        """
        if method.scopes and not method.scopes & self.scopes:
            raise _insufficient_scope(method.version)
        if method.application_only and self.application is None:
            raise wrong_authorization_type()


class Authenticator:
    """Knows the portal's webhooks, applications and tokens.

    Args:
        database: where webhooks and tokens are kept.
        clock: decides what has expired.
        seed: name that stable secrets are derived from.
        token_requests: requests after which an access token has expired; None for no such end.
    """

    def __init__(self, database: Database, clock: Clock, seed: str, token_requests: int | None = None) -> None:
        self._database = database
        self._token_requests = token_requests
        self._requests_by_token: Counter[str] = Counter()
        self._clock = clock
        self._seed = seed
        self.application = Application(
            client_id=f"local.{self.stable_secret('client id')[:14]}.{self.stable_secret('client id')[14:22]}",
            client_secret=self.stable_secret("client secret")[:50],
        )
        self.access_token = self.stable_secret("access token")

    def stable_secret(self, purpose: str) -> str:
        """Derive a secret that stays the same over restarts.

        Args:
            purpose: what it is for.

        Returns:
            64 hexadecimal digits.
        """
        return hashlib.sha256(f"bitrix24 sandbox/{self._seed}/{purpose}".encode()).hexdigest()

    def webhook_code(self, user_id: int, scopes: frozenset[str] = ALL_SCOPES) -> str:
        """Give a user's incoming webhook, making it when it is new.

        Args:
            user_id: its owner.
            scopes: its permissions.

        Returns:
            the secret part of its address; the same for the same arguments.
        """
        granted = sorted(scopes)
        code = self.stable_secret(f"webhook {user_id} {granted}")[:16]
        webhooks = self._database.collection("webhooks", ("code",))
        if webhooks.first(code=code) is None:
            webhooks.insert({"user_id": user_id, "code": code, "scopes": granted})
        return code

    def issue_token(self, kind: str, user_id: int, lifetime: float = REFRESH_LIFETIME) -> str:
        """Give the application something to come back with.

        Args:
            kind: `code`, `access` or `refresh`.
            user_id: in whose name it will act.
            lifetime: how long it is good for, in seconds.

        Returns:
            the secret.
        """
        value = secrets.token_hex(35)
        record = {
            "kind": kind,
            "value": value,
            "user_id": user_id,
            "client_id": self.application.client_id,
            "scopes": sorted(ALL_SCOPES),
            "expires": self._clock.time() + lifetime,
        }
        self._database.collection("tokens", ("value",)).insert(record)
        return value

    def revoke_refresh_tokens(self) -> None:
        """Forget every refresh token, so that accounts have to be connected again when their access token ends."""
        tokens = self._database.collection("tokens", ("value",))
        for record in [entry for entry in tokens.all() if entry["kind"] == "refresh"]:
            tokens.delete(record["id"])

    @property
    def member_id(self) -> str:
        """The number by which Bitrix24 knows the portal."""
        return self.stable_secret("member")[:32]

    @property
    def application_token(self) -> str:
        """What the portal's events prove themselves by to the application."""
        return self.stable_secret("application token")[:32]

    def by_webhook(self, user_id: str, code: str) -> Caller:
        """Recognise the owner of a webhook address.

        Args:
            user_id: first part of the address after `/rest/`.
            code: second part.

        Returns:
            the caller.

        Raises:
            RestError: no such webhook (401).
        """
        webhook = self._database.collection("webhooks", ("code",)).first(code=code)
        if webhook is None or str(webhook["user_id"]) != user_id:
            raise RestError("INVALID_CREDENTIALS", "Invalid request credentials", 401)
        return self._caller(webhook["user_id"], frozenset(webhook["scopes"]), f"webhook {code}", None)

    def by_token(self, token: str | None) -> Caller:
        """Recognise the holder of an access token.

        Args:
            token: what the request carried.

        Returns:
            the caller.

        Raises:
            RestError: no token, an unknown one, or an expired one (401).
        """
        if not token:
            raise RestError("NO_AUTH_FOUND", "Wrong authorization data", 401)
        if token == self.access_token:
            return self._caller(1, ALL_SCOPES, self.application.client_id, self.application)
        record = self._database.collection("tokens", ("value",)).first(value=token, kind="access")
        if record is None:
            raise RestError("invalid_token", "Unable to get application by token", 401)
        if record["expires"] <= self._clock.time() or self._is_used_up(token):
            raise RestError("expired_token", "The access token provided has expired.", 401)
        return self._caller(record["user_id"], frozenset(record["scopes"]), record["client_id"], self.application)

    def _is_used_up(self, token: str) -> bool:
        if self._token_requests is None:
            return False
        self._requests_by_token[token] += 1
        return self._requests_by_token[token] > self._token_requests

    def _caller(self, user_id: int, scopes: frozenset[str], key: str, application: Application | None) -> Caller:
        user: Record | None = self._database.collection("users").get(user_id)
        if user is None or not user.get("ACTIVE", True):
            raise RestError("user_access_error", "The user does not have access to the application.", 403)
        return Caller(user_id, bool(user.get("IS_ADMIN")), scopes, key, application)


def take_token(headers: Mapping[str, str], *sources: MutableMapping[str, Any]) -> str | None:
    """Find a request's access token and take it out of its arguments.

    Args:
        headers: HTTP headers; `Authorization: Bearer` is looked at first.
        *sources: arguments that may hold `auth` or `access_token`, in order of precedence; the keys are removed.

    Returns:
        the token, or None.
    """
    found: list[str] = []
    kind, _, bearer = headers.get("Authorization", "").partition(" ")
    if kind.lower() == "bearer" and bearer.strip():
        found.append(bearer.strip())
    for source in sources:
        for key in _TOKEN_KEYS:
            value = source.pop(key, None)
            if isinstance(value, str) and value:
                found.append(value)
    return found[0] if found else None


def _insufficient_scope(version: int) -> RestError:
    if version == 3:  # noqa: PLR2004 - the REST version itself
        return RestError("BITRIX_REST_V3_EXCEPTION_INSUFFICIENTSCOPEEXCEPTION", "Insufficient scope", 403)
    return RestError(
        "insufficient_scope", "The request requires higher privileges than provided by the webhook token", 403
    )
