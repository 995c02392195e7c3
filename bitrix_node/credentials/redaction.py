"""Keeps secrets out of what people see."""

from __future__ import annotations

import marshal
import re
from functools import lru_cache
from typing import Any, TypeVar

MASK = "***"
SHORTEST_SECRET = 4

T = TypeVar("T")

_ADDRESS = b"/rest/"
"""What every address with a webhook code has in it."""

_ADDRESS_WORD = b"rest"
_PLAIN = re.compile(r"[A-Za-z0-9._~-]+")

_WEBHOOK_CODE = re.compile(r"(/rest/(?:api/)?\d+/)[A-Za-z0-9_-]{6,}(?=/|$)")
_TOKEN_PARAMETER = re.compile(r"((?:auth|access_token|refresh_token|client_secret|token)=)[^&\s\"']+")


def redact(value: T, secrets: frozenset[str]) -> T:
    """The same JSON value with every secret, and every webhook code inside an address, masked.

    Args:
        value: text, or lists and mappings that hold text.
        secrets: the texts to mask; what is shorter than `SHORTEST_SECRET` is none, and would garble everything.

    Returns:
        The value itself where nothing in it has to be masked, else a copy.
    """
    if _is_clean(value, secrets):
        return value
    # Longest first: of two secrets that begin alike, the rest of the longer one would stay.
    ordered = sorted(filter(_is_secret, secrets), key=len, reverse=True)
    return _redacted(value, ordered)


def holds_no_secret(body: bytes, secrets: frozenset[str]) -> bool:
    """Whether a response certainly has nothing to mask, as it came: a look at all of its records at once.

    Args:
        body: JSON text, in which addresses may be written with escaped slashes.
        secrets: what must not be shown. One that JSON may write in several ways leaves the answer open.
    """
    plain = all(_PLAIN.fullmatch(secret) and secret.encode() not in body for secret in secrets if _is_secret(secret))
    return plain and _ADDRESS_WORD not in body


def _is_clean(value: Any, secrets: frozenset[str]) -> bool:
    """Whether there is certainly nothing to mask: a look at all texts at once, far quicker than a walk through them."""
    try:
        texts = marshal.dumps(value)
    except ValueError:  # something that is not JSON, or deeper than marshal goes
        return False
    for text in _as_marshalled(secrets):
        if text in texts:
            return False
    return _ADDRESS not in texts


@lru_cache(maxsize=64)
def _as_marshalled(secrets: frozenset[str]) -> tuple[bytes, ...]:
    """The secrets as marshal writes texts: as they are, nothing escaped."""
    return tuple(secret.encode("utf-8", "surrogatepass") for secret in secrets if _is_secret(secret))


def _is_secret(text: str) -> bool:
    return len(text) >= SHORTEST_SECRET


def _redacted(value: T, secrets: list[str]) -> T:
    if isinstance(value, str):
        return _redact_text(value, secrets)  # type: ignore[return-value]
    if isinstance(value, dict):
        return {key: _redacted(entry, secrets) for key, entry in value.items()}  # type: ignore[return-value]
    if isinstance(value, list):
        return [_redacted(entry, secrets) for entry in value]  # type: ignore[return-value]
    return value


def _redact_text(text: str, secrets: list[str]) -> str:
    for secret in secrets:
        text = text.replace(secret, MASK)
    return _WEBHOOK_CODE.sub(rf"\g<1>{MASK}", text) if "/rest/" in text else text


def redact_message(text: str, secrets: frozenset[str]) -> str:
    """A message for people: also masks tokens that stand in query strings."""
    return _TOKEN_PARAMETER.sub(rf"\g<1>{MASK}", redact(text, secrets))
