"""Credentials from what people and n8n store of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bitrix_node.credentials.errors import CredentialError
from bitrix_node.credentials.limits import read_limits
from bitrix_node.credentials.misstated import CARRIED, named, unknown_field
from bitrix_node.credentials.types import AccessToken, Credential, OAuth2, Webhook

_KEYS: dict[str, tuple[str, ...]] = {
    "bitrix24WebhookApi": ("webhookSecret", "webhookUrl", "url"),
    "bitrix24Api": ("portalUrl", "portal_url"),
    "bitrix24OAuth2Api": ("client_endpoint", "oauthTokenData"),
}
_NAMES_IN_N8N = {"clientId": "client_id", "clientSecret": "client_secret", "oauthServer": "oauth_server"}

_TITLES = {
    "bitrix24WebhookApi": "The webhook credential",
    "bitrix24Api": "The credential with an access token",
    "bitrix24OAuth2Api": "The OAuth2 credential",
}
_OAUTH2_FIELDS = tuple(name for name in OAuth2.model_fields if name != "limits")
_FIELDS = {
    "bitrix24WebhookApi": ("webhookUrl", "webhookSecret", "url"),
    "bitrix24Api": ("portalUrl", "accessToken", "portal_url", "access_token"),
    "bitrix24OAuth2Api": (*_OAUTH2_FIELDS, *_NAMES_IN_N8N, "oauthTokenData"),
}
"""The fields that count, by kind."""

_COMMON = ("type", "plan", "requestsPerSecond", "burst", "comment")
HOW_TO_STATE = (
    "A webhook has the field webhookUrl; an access token has portalUrl and accessToken; OAuth2 has client_endpoint and "
    "access_token, and to be renewed refresh_token, client_id and client_secret. "
    "docs/credentials.md has an example of each."
)
FORMS = "Give Webhook(url), AccessToken(portal_url, access_token), OAuth2(…), the webhook's URL, or a dict of fields."


def parse_credential(data: Mapping[str, Any], kind: str | None = None, *, strict: bool = False) -> Credential:
    """A credential from its stored form.

    Args:
        data: the fields, under n8n's names or those of a token answer; `type` may name the kind.
        kind: name of the credential type; guessed from the fields where neither names it.
        strict: whether a field that no credential of the kind has is refused, as is right for what a person wrote.
            n8n hands on more than counts here.

    Raises:
        CredentialError: when the kind is unknown, or a field is missing, unknown or of another type.
    """
    kind = kind or data.get("type") or _guess(data)
    if kind is None:
        raise _untold(data)
    if kind not in _KEYS:
        raise CredentialError(f"There is no credential type {kind!r}", f"Known are: {', '.join(_KEYS)}.")
    if strict:
        _refuse_unknown(data, kind)
    limits = read_limits(data)
    if kind == "bitrix24WebhookApi":
        return Webhook(_text(data, kind, "webhookUrl", *_KEYS[kind]), limits=limits)
    if kind == "bitrix24Api":
        portal = _text(data, kind, "portalUrl", "portal_url")
        return AccessToken(portal, _text(data, kind, "accessToken", "access_token"), limits=limits)
    return _oauth2(data, limits)


def as_credential(given: object) -> Credential:
    """A credential from what a program gives for one: itself, its fields, or the URL of a webhook as text.

    Raises:
        CredentialError: when it is none of these, or cannot be used.
    """
    if isinstance(given, Webhook | AccessToken | OAuth2):
        return given
    if isinstance(given, Mapping):
        return parse_credential(given, strict=True)
    if isinstance(given, str):
        return Webhook(given)
    if given is None:
        raise CredentialError("No credential was given", FORMS)
    raise CredentialError(f"{named(given).capitalize()} cannot be used as a credential", FORMS)


def _oauth2(data: Mapping[str, Any], limits: Any) -> OAuth2:
    tokens = data.get("oauthTokenData")
    stated = {**_renamed(data), **(tokens if isinstance(tokens, dict) else {})}
    return OAuth2(**{name: stated[name] for name in _OAUTH2_FIELDS if name in stated}, limits=limits)


def _refuse_unknown(data: Mapping[str, Any], kind: str) -> None:
    for name in data:
        if name not in _FIELDS[kind] and name not in _COMMON and name not in CARRIED:
            raise unknown_field(_TITLES[kind], str(name), (*_FIELDS[kind], *_COMMON))


def _untold(data: Mapping[str, Any]) -> CredentialError:
    """The refusal of fields that tell of no kind: one that is misspelt is the likeliest reason."""
    known = [name for fields in _FIELDS.values() for name in fields]
    for name in data:
        if name not in known and name not in _COMMON:
            guess = unknown_field("A credential", str(name), known)
            return guess if "mean" in guess.advice else CredentialError(guess.message, HOW_TO_STATE)
    return CredentialError("The credential does not tell of which kind it is", HOW_TO_STATE)


def _renamed(data: Mapping[str, Any]) -> dict[str, Any]:
    """The fields with the names that n8n gives them under those of a token answer."""
    return {_NAMES_IN_N8N.get(name, name): value for name, value in data.items()}


def _guess(data: Mapping[str, Any]) -> str | None:
    return next((name for name, keys in _KEYS.items() if any(key in data for key in keys)), None)


def _text(data: Mapping[str, Any], kind: str, *names: str) -> str:
    """The first of some fields that is filled in; the first name is the one that messages use where none is there."""
    name = next((name for name in names if data.get(name)), None)
    if name is None:
        raise CredentialError(f"{_TITLES[kind]} lacks {names[0]!r}", HOW_TO_STATE)
    value = data[name]
    if not isinstance(value, str):
        raise CredentialError(f"{name!r} of the credential must be text; got {named(value)}")
    return value
