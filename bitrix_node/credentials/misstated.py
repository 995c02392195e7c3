"""What is wrong with the fields of a credential, by name; their values may be secrets and are never shown."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from bitrix_node.credentials.errors import CredentialError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pydantic import ValidationError

_FORMS = {"expires": "a number of seconds since 1970"}
"""Fields that hold something else than text."""

_NOT_STATED = {"limits"}
"""Fields that are worked out from others."""


CARRIED = frozenset(
    {
        "accessTokenUrl",
        "additionalBodyProperties",
        "allowedDomains",
        "allowedHttpRequestDomains",
        "application_token",
        "authQueryParameters",
        "authUrl",
        "authentication",
        "domain",
        "expires_in",
        "grantType",
        "ignoreSSLIssues",
        "member_id",
        "n8n_expires_at",
        "portal",
        "scope",
        "sendAdditionalBodyProperties",
        "serverUrl",
        "status",
        "token_type",
        "type",
        "useDynamicClientRegistration",
        "user_id",
    }
)
"""What a whole token answer, or what n8n stores, has besides; it is left aside."""


def misstated(what: str, fields: Iterable[str], error: ValidationError) -> CredentialError:
    """The refusal that stands for what validation found.

    Args:
        what: what the credential is called.
        fields: the fields that it has.
        error: what was found.
    """
    faults = {".".join(map(str, fault["loc"])): fault["type"] for fault in error.errors(include_input=False)}
    known = [name for name in fields if name not in _NOT_STATED]
    unknown = next((name for name, kind in faults.items() if kind == "extra_forbidden"), None)
    if unknown is not None:
        return unknown_field(what, unknown, known)
    missing = [name for name, kind in faults.items() if kind == "missing"]
    if missing:
        return CredentialError(f"{what} lacks {', '.join(missing)}", f"Its fields are: {', '.join(known)}.")
    wrong = next(iter(faults))
    return CredentialError(f"{what}: {wrong} must be {_FORMS.get(wrong, 'text')}")


def unknown_field(what: str, name: str, known: Iterable[str]) -> CredentialError:
    """The refusal of a field that a credential does not have, with the nearest one that it has."""
    listed = list(known)
    lowered = {field.lower(): field for field in listed}
    nearest = get_close_matches(name.lower(), lowered, n=1, cutoff=0.6)
    advice = f"Did you mean {lowered[nearest[0]]}?" if nearest else f"Its fields are: {', '.join(listed)}."
    return CredentialError(f"{what} has no field {name!r}", advice)


def named(value: Any) -> str:
    """What kind of value this is, in words, without showing it."""
    if value is None:
        return "nothing"
    if isinstance(value, str):
        return "text" if value.strip() else "an empty text"
    if isinstance(value, bool):
        return "true or false"
    if isinstance(value, int | float):
        return "a number"
    if isinstance(value, list | tuple):
        return "a list"
    return "an object" if isinstance(value, dict) else "something else"
