"""The addresses that people paste."""

from __future__ import annotations

import pytest

from bitrix_node.credentials import CredentialError
from bitrix_node.credentials.addresses import PORTAL_SHAPE, WEBHOOK_SHAPE, portal_address, webhook_address

CODE = "s3cr3tc0de"
CLOUD = "https://example.bitrix24.com"
OWN_SERVER = "http://crm.example.org:8443"


@pytest.mark.parametrize(
    ("pasted", "portal"),
    [
        (f"{CLOUD}/rest/1/{CODE}/", CLOUD),
        (f"{CLOUD}/rest/1/{CODE}", CLOUD),
        (f"  {CLOUD}/rest/1/{CODE}/\n", CLOUD),
        (f"{CLOUD}/rest/1/{CODE}/profile.json", CLOUD),
        (f"{CLOUD}/rest/1/{CODE}/crm.deal.list?start=0#top", CLOUD),
        (f"{CLOUD}/rest/api/1/{CODE}/", CLOUD),
        (f"{CLOUD}/rest/api/1/{CODE}/tasks.task.get", CLOUD),
        (f"example.bitrix24.com/rest/1/{CODE}/", CLOUD),
        (f"HTTPS://example.bitrix24.com/rest/1/{CODE}/", CLOUD),
        (f"{OWN_SERVER}/rest/1/{CODE}/", OWN_SERVER),
        (f"{OWN_SERVER}/portal/rest/1/{CODE}/", f"{OWN_SERVER}/portal"),
        (f"crm.example.org:8443/rest/1/{CODE}", "https://crm.example.org:8443"),
        (f"http://[::1]:8080/rest/1/{CODE}/", "http://[::1]:8080"),
    ],
)
def test_every_pasted_form_of_a_webhook_is_read(pasted: str, portal: str) -> None:
    address = webhook_address(pasted)
    assert (address.portal, address.user, address.code) == (portal, "1", CODE)


@pytest.mark.parametrize(
    ("pasted", "message"),
    [
        ("", "is empty"),
        ("   ", "is empty"),
        (CLOUD, "has no /rest/USER/CODE/"),
        (f"{CLOUD}/rest/{CODE}/", "has no /rest/USER/CODE/"),
        (f"{CLOUD}/rest/admin/{CODE}/", "has no /rest/USER/CODE/"),
        (f"{CLOUD}/rest/1/", "has no /rest/USER/CODE/"),
        (f"{CLOUD}/1/{CODE}/", "has no /rest/USER/CODE/"),
        (f"{CLOUD}/rest/1/{CODE}%20/", "has no /rest/USER/CODE/"),
        (f"ftp://example.bitrix24.com/rest/1/{CODE}/", "not an http or https address"),
        (f"https:///rest/1/{CODE}/", "not an http or https address"),
        (f"https://example.bitrix24.com:port/rest/1/{CODE}/", "not an http or https address"),
        (f"https://example.bitrix24.com:0/rest/1/{CODE}/", "not an http or https address"),
        (f"https://[broken/rest/1/{CODE}/", "not an http or https address"),
        (f"https://example .bitrix24.com/rest/1/{CODE}/", "not an http or https address"),
        (f"https://admin:{CODE}@example.bitrix24.com/rest/1/{CODE}/", "not an http or https address"),
    ],
)
def test_a_malformed_webhook_is_refused_with_the_shape_and_without_the_secret(pasted: str, message: str) -> None:
    with pytest.raises(CredentialError) as refusal:
        webhook_address(pasted)
    assert message in refusal.value.message
    assert refusal.value.advice == WEBHOOK_SHAPE
    assert pasted.strip() == "" or pasted not in str(refusal.value)
    assert CODE not in refusal.value.message


@pytest.mark.parametrize(
    ("pasted", "portal"),
    [
        (CLOUD, CLOUD),
        (f" {CLOUD}/ ", CLOUD),
        ("example.bitrix24.com", CLOUD),
        (f"{CLOUD}/rest/", CLOUD),
        (f"{CLOUD}/crm/deal/details/5/?tab=main", CLOUD),
        ("https://example.bitrix24.com.br/company/personal/user/1/", "https://example.bitrix24.com.br"),
        (f"{CLOUD}/rest/1/{CODE}/profile", CLOUD),
        (OWN_SERVER, OWN_SERVER),
        (f"{OWN_SERVER}/portal/", f"{OWN_SERVER}/portal"),
        (f"{OWN_SERVER}/portal/rest/", f"{OWN_SERVER}/portal"),
        (f"{OWN_SERVER}/restaurant", f"{OWN_SERVER}/restaurant"),
        ("localhost:8080", "https://localhost:8080"),
    ],
)
def test_every_pasted_form_of_a_portal_is_read(pasted: str, portal: str) -> None:
    assert portal_address(pasted) == portal


@pytest.mark.parametrize(
    "pasted", ["", "file:///etc/passwd", "https://", "https:/example.com", "two words", "https://a:s3cr3t@b.com"]
)
def test_a_malformed_portal_is_refused_with_the_shape(pasted: str) -> None:
    with pytest.raises(CredentialError) as refusal:
        portal_address(pasted)
    assert refusal.value.message.startswith("The portal's address is")
    assert refusal.value.advice == PORTAL_SHAPE
    assert "s3cr3t" not in refusal.value.message
