"""Reading the addresses that people paste: a portal, or an inbound webhook."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

from bitrix_node.credentials.errors import CredentialError

PORTAL_SHAPE = "It should look like https://example.bitrix24.com, or be the address of your own server."
WEBHOOK_SHAPE = (
    "It should look like https://example.bitrix24.com/rest/1/s3cr3tc0de/ (copy it from Bitrix24 as a whole)."
)

_REST_PATH = re.compile(r"/rest(?=/|$)")
_CLOUD_HOST = re.compile(r"\.bitrix24\.[a-z]+(?:\.[a-z]+)?$")
_WEBHOOK_PATH = re.compile(r"^(?P<base>.*)/rest/(?:api/)?(?P<user>\d+)/(?P<code>[A-Za-z0-9_-]+)(?:/.*)?$")


@dataclass(frozen=True, slots=True)
class WebhookAddress:
    """The parts of an inbound webhook: portal address, the person's id, the secret code."""

    portal: str
    user: str
    code: str


def portal_address(text: str) -> str:
    """The portal's address without trailing slash or path of its REST API; `https` where no scheme was given.

    A portal in the cloud has no path, so that any of its pages gives its address.

    Raises:
        CredentialError: when it is not an address.
    """
    parts = _split(text, "The portal's address", PORTAL_SHAPE)
    if _CLOUD_HOST.search(parts.hostname or ""):
        return f"{parts.scheme}://{parts.netloc}"
    path = _REST_PATH.split(parts.path, maxsplit=1)[0].rstrip("/")
    return f"{parts.scheme}://{parts.netloc}{path}"


def webhook_address(text: str) -> WebhookAddress:
    """The parts of a pasted webhook address, with or without a trailing slash or a method name.

    Raises:
        CredentialError: when it is not the address of an inbound webhook; the message does not repeat it.
    """
    parts = _split(text, "The webhook URL", WEBHOOK_SHAPE)
    match = _WEBHOOK_PATH.match(parts.path)
    if not match:
        raise CredentialError("The webhook URL has no /rest/USER/CODE/ in it", WEBHOOK_SHAPE)
    return WebhookAddress(f"{parts.scheme}://{parts.netloc}{match['base']}", match["user"], match["code"])


def _split(text: str, what: str, shape: str) -> SplitResult:
    given = text.strip()
    if not given:
        raise CredentialError(f"{what} is empty", shape)
    try:
        parts = urlsplit(given if "://" in given else f"https://{given}")
        valid = parts.scheme in {"http", "https"} and bool(parts.hostname) and _is_port(parts)
    except ValueError:
        valid = False
    if not valid or re.search(r"\s", given) or parts.username is not None:
        raise CredentialError(f"{what} is not an http or https address", shape)
    return parts


def _is_port(parts: SplitResult) -> bool:
    """Whether the port is one, if there is any; a colon without a port is left over from a broken scheme."""
    return parts.port > 0 if parts.port is not None else not parts.netloc.endswith(":")
