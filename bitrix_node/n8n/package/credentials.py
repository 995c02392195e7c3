"""How the package tries credentials out: functions of its nodes, which say more than n8n's own test of an address."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bitrix_node.definitions.models import CredentialType


def tested_by(credential: CredentialType) -> dict[str, str]:
    """Returns what a node says of a credential's test: the function is named like the credential type.

    n8n itself tests OAuth2 credentials by whether they are connected.
    """
    return {"testedBy": credential.credential} if credential.test else {}


def credential_trials(credentials: Mapping[str, CredentialType]) -> dict[str, dict[str, Any]]:
    """Returns how each type of credential is tried out, for those types that are."""
    tested = {name: credential.test for name, credential in credentials.items() if credential.test}
    return {name: test.model_dump(by_alias=True) for name, test in tested.items()}
