"""From a credential to a signed endpoint: where to send, what to add, when it ends."""

from bitrix_node.credentials.endpoint import Endpoint
from bitrix_node.credentials.errors import CredentialError
from bitrix_node.credentials.redaction import redact
from bitrix_node.credentials.stored import as_credential, parse_credential
from bitrix_node.credentials.types import AccessToken, Credential, OAuth2, Webhook

__all__ = [
    "AccessToken",
    "Credential",
    "CredentialError",
    "Endpoint",
    "OAuth2",
    "Webhook",
    "as_credential",
    "parse_credential",
    "redact",
]
