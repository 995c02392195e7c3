"""The addresses that n8n works out from an OAuth2 credential: where accounts are connected, where tokens come from."""

from __future__ import annotations

import json
import subprocess

import pytest

from bitrix_node.definitions import Definitions
from bitrix_node.n8n.installation.node import find_node

FIELDS = {field.name: field for field in Definitions.packaged().credentials["bitrix24OAuth2Api"].fields}


def worked_out(field: str, **values: str) -> str:
    """What the expression of a hidden field gives; n8n knows the other fields as `$self`."""
    expression = str(FIELDS[field].default).removeprefix("={{").removesuffix("}}")
    script = f"const $self = {json.dumps(values)}; process.stdout.write({expression});"
    done = subprocess.run(
        [find_node().executable, "-e", script], capture_output=True, text=True, check=True, timeout=60
    )
    return done.stdout


@pytest.mark.parametrize(
    ("pasted", "portal"),
    [
        ("example.bitrix24.com", "https://example.bitrix24.com"),
        ("https://example.bitrix24.com", "https://example.bitrix24.com"),
        ("https://example.bitrix24.com/", "https://example.bitrix24.com"),
        (" https://example.bitrix24.com/crm/deal/kanban/?a=b#c ", "https://example.bitrix24.com"),
        ("example.bitrix24.com/stream/", "https://example.bitrix24.com"),
        ("HTTPS://Example.Bitrix24.de", "HTTPS://Example.Bitrix24.de"),
        ("portal.example.org:8443/company/?q=https://elsewhere.example", "https://portal.example.org:8443"),
        ("http://localhost:8024/rest/", "http://localhost:8024"),
    ],
)
def test_an_account_is_connected_at_the_portal_whatever_was_pasted(pasted: str, portal: str) -> None:
    assert worked_out("authUrl", portal=pasted) == f"{portal}/oauth/authorize/"


def test_tokens_come_from_the_chosen_server() -> None:
    servers = [str(option.value) for option in FIELDS["oauthServer"].options or ()]
    assert servers == ["oauth.bitrix.info", "oauth.bitrix24.tech"]
    for server in servers:
        assert worked_out("accessTokenUrl", oauthServer=server) == f"https://{server}/oauth/token/"
