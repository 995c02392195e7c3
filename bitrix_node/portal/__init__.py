"""The REST client: transport, rate limits, batching, paging, errors."""

from bitrix_node.portal.answers import Answer
from bitrix_node.portal.client import Portal, PortalSettings, Scope
from bitrix_node.portal.errors import PortalError

__all__ = ["Answer", "Portal", "PortalError", "PortalSettings", "Scope"]
