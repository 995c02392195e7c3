"""What an event brings along so that its handler can trust it and answer: the `auth` block."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from bitrix_node.sandbox.authentication import ALL_SCOPES

if TYPE_CHECKING:
    from bitrix_node.sandbox.portal import Portal

SERVER = "https://oauth.bitrix.info/rest/"


def of_webhook(portal: Portal, token: str) -> dict[str, Any]:
    """The block of an outgoing webhook: where the event is from, and the token that proves it.

    Args:
        portal: the portal that sends.
        token: the webhook's application token.

    Returns:
        the block.
    """
    return {
        "domain": urlsplit(portal.url).netloc,
        "client_endpoint": f"{portal.url}/rest/",
        "server_endpoint": SERVER,
        "member_id": portal.authenticator.member_id,
        "application_token": token,
    }


def of_application(portal: Portal, user_id: int) -> dict[str, Any]:
    """The block of an application: the same, and tokens with which it acts on the portal.

    Args:
        portal: the portal that sends.
        user_id: whose rights the tokens have.

    Returns:
        the block.
    """
    authenticator = portal.authenticator
    lifetime = portal.config.token_lifetime
    tokens = {
        "access_token": authenticator.issue_token("access", user_id, lifetime),
        "expires": int(portal.clock.time()) + lifetime,
        "expires_in": lifetime,
        "scope": ",".join(sorted(ALL_SCOPES)),
        "status": "L",
        "user_id": user_id,
        "refresh_token": authenticator.issue_token("refresh", user_id),
        "client_id": authenticator.application.client_id,
    }
    return tokens | of_webhook(portal, authenticator.application_token)
