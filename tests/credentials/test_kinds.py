"""Credentials from their stored forms, and the endpoints they become."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from bitrix_node.credentials import (
    AccessToken,
    CredentialError,
    Endpoint,
    OAuth2,
    Webhook,
    as_credential,
    parse_credential,
)
from bitrix_node.credentials.limits import RequestLimits

if TYPE_CHECKING:
    from collections.abc import Callable

PORTAL = "https://crm.example.org:8443/portal"
WEBHOOK = f"{PORTAL}/rest/1/s3cr3tc0de/"
TOKENS = {
    "client_endpoint": f"{PORTAL}/rest/",
    "access_token": "s3cr3t-access",
    "refresh_token": "s3cr3t-refresh",
    "client_id": "local.app",
    "client_secret": "s3cr3t-application",
}


@pytest.mark.parametrize(
    ("stored", "kind", "credential"),
    [
        ({"webhookSecret": WEBHOOK}, None, Webhook(WEBHOOK)),
        ({"webhookUrl": WEBHOOK}, None, Webhook(WEBHOOK)),
        ({"url": WEBHOOK}, None, Webhook(WEBHOOK)),
        ({"url": WEBHOOK, "type": "bitrix24WebhookApi"}, None, Webhook(WEBHOOK)),
        ({"webhookSecret": "", "url": WEBHOOK}, "bitrix24WebhookApi", Webhook(WEBHOOK)),
        ({"portalUrl": PORTAL, "accessToken": "t"}, None, AccessToken(PORTAL, "t")),
        ({"portal_url": PORTAL, "access_token": "t"}, None, AccessToken(PORTAL, "t")),
        ({"portalUrl": PORTAL, "accessToken": "t"}, "bitrix24Api", AccessToken(PORTAL, "t")),
        (TOKENS, None, OAuth2.model_validate(TOKENS)),
        ({**TOKENS, "status": "L"}, "bitrix24OAuth2Api", OAuth2.model_validate(TOKENS)),
        ({"oauthTokenData": TOKENS}, "bitrix24OAuth2Api", OAuth2.model_validate(TOKENS)),
        ({**TOKENS, "oauthTokenData": None}, "bitrix24OAuth2Api", OAuth2.model_validate(TOKENS)),
        ({**TOKENS, "type": "bitrix24OAuth2Api"}, None, OAuth2.model_validate(TOKENS)),
    ],
)
def test_a_stored_credential_is_read(stored: dict[str, Any], kind: str | None, credential: Any) -> None:
    assert parse_credential(stored, kind) == credential


@pytest.mark.parametrize(
    ("stored", "kind", "message"),
    [
        ({}, None, "The credential does not tell of which kind it is"),
        ({"plan": "standard"}, None, "The credential does not tell of which kind it is"),
        ({"tok": "s3cr3t"}, None, "A credential has no field 'tok'"),
        ({"webhokUrl": WEBHOOK}, None, "A credential has no field 'webhokUrl'"),
        ({"url": WEBHOOK}, "bitrix24Basic", "There is no credential type 'bitrix24Basic'"),
        ({"url": WEBHOOK, "type": "other"}, None, "There is no credential type 'other'"),
        ({}, "bitrix24WebhookApi", "The webhook credential lacks 'webhookUrl'"),
        ({"url": ["s3cr3t"]}, None, "'url' of the credential must be text; got a list"),
        ({"webhookUrl": 5}, None, "'webhookUrl' of the credential must be text; got a number"),
        ({"portalUrl": PORTAL}, None, "lacks 'accessToken'"),
        ({"accessToken": "s3cr3t"}, "bitrix24Api", "lacks 'portalUrl'"),
        ({"client_endpoint": PORTAL}, None, "OAuth2 lacks access_token"),
        ({"oauthTokenData": "s3cr3t"}, "bitrix24OAuth2Api", "OAuth2 lacks client_endpoint, access_token"),
        ({}, "bitrix24OAuth2Api", "OAuth2 lacks client_endpoint, access_token"),
        ({**TOKENS, "expires": "s3cr3t"}, None, "OAuth2: expires must be a number"),
    ],
)
def test_a_faulty_credential_is_refused_by_name_of_the_fault(
    stored: dict[str, Any], kind: str | None, message: str
) -> None:
    with pytest.raises(CredentialError) as refusal:
        parse_credential(stored, kind)
    assert message in refusal.value.message
    assert "s3cr3t" not in f"{refusal.value.message} {refusal.value.advice}"


@pytest.mark.parametrize(
    ("credential", "rest", "secrets", "token", "is_application"),
    [
        (Webhook(WEBHOOK), "1/s3cr3tc0de/", {"s3cr3tc0de"}, None, False),
        (AccessToken(PORTAL, " s3cr3t-access "), "", {"s3cr3t-access"}, "s3cr3t-access", True),
        (
            OAuth2.model_validate(TOKENS),
            "",
            {"s3cr3t-access", "s3cr3t-refresh", "s3cr3t-application"},
            "s3cr3t-access",
            True,
        ),
    ],
)
def test_a_credential_becomes_an_endpoint(
    credential: Webhook | AccessToken | OAuth2, rest: str, secrets: set[str], token: str | None, is_application: bool
) -> None:
    endpoint = credential.endpoint()
    assert endpoint.portal == PORTAL
    assert endpoint.address("crm.item.list", 2) == f"{PORTAL}/rest/{rest}crm.item.list.json"
    assert endpoint.address("tasks.task.get", 3) == f"{PORTAL}/rest/api/{rest}tasks.task.get"
    assert (set(endpoint.secrets), endpoint.token, endpoint.is_application) == (secrets, token, is_application)


@pytest.mark.parametrize("credential", [AccessToken(PORTAL, " "), OAuth2(client_endpoint=PORTAL, access_token="")])
def test_an_empty_token_is_refused(credential: AccessToken | OAuth2) -> None:
    with pytest.raises(CredentialError, match="The access token is empty"):
        credential.endpoint()


def test_another_token_makes_another_endpoint_of_the_same_portal() -> None:
    webhook = Webhook(WEBHOOK).endpoint()
    overridden = webhook.with_token("s3cr3t-other")
    assert overridden == Endpoint(
        portal=PORTAL,
        rest=f"{PORTAL}/rest/",
        rest_v3=f"{PORTAL}/rest/api/",
        token="s3cr3t-other",
        secrets=frozenset({"s3cr3tc0de", "s3cr3t-other"}),
        is_application=True,
    )
    assert webhook.token is None


@pytest.mark.parametrize(
    "credential", [Webhook(WEBHOOK), AccessToken(PORTAL, "s3cr3t-access"), OAuth2.model_validate(TOKENS)]
)
def test_secrets_never_show(credential: Webhook | AccessToken | OAuth2) -> None:
    shown = f"{credential!r} {credential} {credential.endpoint()!r} {credential.endpoint()} {credential.model_dump()}"
    assert "s3cr3t" not in shown
    assert "**" in shown


@pytest.mark.parametrize("stored", [{"webhookSecret": WEBHOOK}, {"portalUrl": PORTAL, "accessToken": "t"}, TOKENS])
@pytest.mark.parametrize(
    ("stated", "limits"),
    [
        ({}, None),
        ({"plan": "standard"}, RequestLimits(2, 50)),
        ({"plan": "enterprise", "requestsPerSecond": 1, "burst": 1}, RequestLimits(5, 250)),
        ({"plan": "custom", "requestsPerSecond": 7.5, "burst": 90}, RequestLimits(7.5, 90)),
        ({"plan": "custom"}, None),
        ({"requestsPerSecond": "10"}, RequestLimits(10, 50)),
        ({"burst": "100", "plan": ""}, RequestLimits(2, 100)),
    ],
)
def test_any_credential_may_state_the_limits_of_its_portal(
    stored: dict[str, Any], stated: dict[str, Any], limits: RequestLimits | None
) -> None:
    assert parse_credential({**stored, **stated}).endpoint().limits == limits


@pytest.mark.parametrize(
    "stated",
    [
        {"plan": "free"},
        {"plan": ["standard"]},
        {"requestsPerSecond": 0},
        {"requestsPerSecond": "nan"},
        {"requestsPerSecond": True},
        {"burst": -1},
        {"burst": "many"},
        {"burst": 1e9},
    ],
)
def test_limits_that_cannot_be_are_refused(stated: dict[str, Any]) -> None:
    with pytest.raises(CredentialError, match=r"plan|Requests per Second|Burst"):
        parse_credential({"webhookSecret": WEBHOOK, **stated})


@pytest.mark.parametrize(
    ("stored", "server"),
    [
        ({}, "oauth.bitrix.info"),
        ({"oauthServer": "oauth.bitrix24.tech"}, "oauth.bitrix24.tech"),
        ({"server_endpoint": "https://oauth.bitrix24.tech/rest/"}, "oauth.bitrix24.tech"),
        (
            {"oauthServer": "oauth.bitrix.info", "server_endpoint": "https://oauth.bitrix24.tech/rest/"},
            "oauth.bitrix24.tech",
        ),
        ({"server_endpoint": "https://thief.example/rest/"}, "oauth.bitrix.info"),
        (
            {"oauth_server": "http://127.0.0.1:1", "server_endpoint": "https://oauth.bitrix.info/rest/"},
            "http://127.0.0.1:1",
        ),
        ({"server_endpoint": "no address"}, "oauth.bitrix.info"),
    ],
)
def test_the_token_answer_tells_which_of_the_two_servers_refreshes(stored: dict[str, Any], server: str) -> None:
    credential = parse_credential({**TOKENS, **stored})
    assert isinstance(credential, OAuth2)
    assert credential.refreshing_server == server


@pytest.mark.parametrize(
    ("stored", "message", "advice"),
    [
        ({"webhokUrl": WEBHOOK}, "A credential has no field 'webhokUrl'", "Did you mean webhookUrl?"),
        ({"webhookUrl": WEBHOOK, "colour": 1}, "The webhook credential has no field 'colour'", "webhookUrl, "),
        (
            {"portalUrl": PORTAL, "accesstoken": "t"},
            "The credential with an access token has no field 'accesstoken'",
            "Did you mean accessToken?",
        ),
        ({**TOKENS, "refreshtoken": "t"}, "no field 'refreshtoken'", "Did you mean refresh_token?"),
        ({}, "does not tell of which kind", "A webhook has the field webhookUrl"),
    ],
)
def test_a_field_that_a_person_misspelt_is_refused_with_the_right_one(
    stored: dict[str, Any], message: str, advice: str
) -> None:
    with pytest.raises(CredentialError) as refusal:
        parse_credential(stored, strict=True)
    assert message in refusal.value.message
    assert advice in refusal.value.advice


def test_what_n8n_and_the_oauth_server_store_besides_is_left_aside() -> None:
    besides = {"scope": "crm", "member_id": "a1", "domain": "x", "status": "L", "expires_in": 3600, "n8n_expires_at": 1}
    assert parse_credential({**TOKENS, **besides}, strict=True) == OAuth2(**TOKENS)
    assert OAuth2(**TOKENS, **besides) == OAuth2(**TOKENS)
    stored = {"oauthTokenData": {**TOKENS, **besides}, "portal": "x", "grantType": "authorizationCode", "whatever": 1}
    assert parse_credential(stored, "bitrix24OAuth2Api") == OAuth2(**TOKENS)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Webhook(None), "Webhook: url must be text"),  # type: ignore[arg-type]
        (lambda: Webhook("https://example.bitrix24.com/"), "The webhook URL has no /rest/USER/CODE/ in it"),
        (lambda: AccessToken("x y", "t"), "The portal's address is not an http or https address"),
        (lambda: AccessToken(PORTAL, 5), "AccessToken: access_token must be text"),  # type: ignore[arg-type]
        (OAuth2, "OAuth2 lacks client_endpoint, access_token"),
        (lambda: OAuth2(**{**TOKENS, "refreshtoken": "t"}), "OAuth2 has no field 'refreshtoken'"),
        (lambda: OAuth2(**{**TOKENS, "expires": "soon"}), "OAuth2: expires must be a number of seconds since 1970"),
        (lambda: as_credential(None), "No credential was given"),
        (lambda: as_credential(5), "A number cannot be used as a credential"),
        (lambda: as_credential({"webhookUrl": None}), "The webhook credential lacks 'webhookUrl'"),
    ],
)
def test_what_a_program_gives_wrongly_is_refused_in_plain_words(make: Callable[[], object], message: str) -> None:
    with pytest.raises(CredentialError) as refusal:
        make()
    assert message in refusal.value.message
    assert "pydantic" not in f"{refusal.value} {refusal.value.advice}"


def test_the_url_of_a_webhook_is_a_credential() -> None:
    assert as_credential(WEBHOOK) == Webhook(WEBHOOK)
    assert as_credential(Webhook(WEBHOOK)) == Webhook(WEBHOOK)


def test_the_documented_files_and_fields_are_credentials() -> None:
    page = (Path(__file__).parents[2] / "docs" / "credentials.md").read_text(encoding="utf-8")
    own = page.partition("## On the command line and in Python")[2].partition("\n## ")[0]
    kinds = [
        type(parse_credential(json.loads(text), strict=True))
        for text in re.findall(r"^    (\{.+\})$", own, re.MULTILINE)
    ]
    whole = re.search(r"^    \{\n.*?^    \}$", own, re.MULTILINE | re.DOTALL)
    assert whole is not None
    assert kinds == [Webhook, AccessToken]
    assert isinstance(parse_credential(json.loads(whole[0]), strict=True), OAuth2)
    (fields,) = re.findall(r"^\| OAuth2 \| (.*) \|$", own, re.MULTILINE)
    assert set(re.findall(r"`(\w+)`", fields)) == set(OAuth2.model_fields) - {"limits"}
