"""The REST client: transport, rate limits, batching, paging, errors."""

from bitrix_node.portal.answers import Answer
from bitrix_node.portal.calls import Call, Order
from bitrix_node.portal.client import Portal
from bitrix_node.portal.errors import PortalError
from bitrix_node.portal.scope import Scope
from bitrix_node.portal.settings import PortalSettings

__all__ = ["Answer", "Call", "Order", "Portal", "PortalError", "PortalSettings", "Scope"]
