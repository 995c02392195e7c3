"""The REST client: transport, rate limits, batching, paging, errors."""

from bitrix_node.portal.answers import Answer
from bitrix_node.portal.client import Portal, Scope
from bitrix_node.portal.errors import PortalError
from bitrix_node.portal.settings import PortalSettings

__all__ = ["Answer", "Portal", "PortalError", "PortalSettings", "Scope"]
