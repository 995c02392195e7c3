"""Bitrix24 for n8n, the shell and Python: actions described as data, executed by one runtime.

async with Node(Webhook("https://example.bitrix24.com/rest/1/secret/")) as node:
items = await node.execute("chatbot", "chatUserDelete", parameters={...}, items=[{"json": {...}}])
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bitrix_node.version import VERSION

__version__ = VERSION

__all__ = ["AccessToken", "ItemFailed", "Node", "OAuth2", "ProgressReport", "Webhook", "__version__", "run"]

if TYPE_CHECKING:
    from bitrix_node.credentials import AccessToken, OAuth2, Webhook
    from bitrix_node.hosts.python import run
    from bitrix_node.runtime import ItemFailed, Node, ProgressReport

_HOMES = {
    "AccessToken": "bitrix_node.credentials",
    "ItemFailed": "bitrix_node.runtime",
    "Node": "bitrix_node.runtime",
    "OAuth2": "bitrix_node.credentials",
    "ProgressReport": "bitrix_node.runtime",
    "Webhook": "bitrix_node.credentials",
    "run": "bitrix_node.hosts.python",
}


def __getattr__(name: str) -> Any:
    """Loads a public name when it is first asked for, so that importing the package costs next to nothing."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module  # noqa: PLC0415

    import bitrix_node.eager_pydantic  # noqa: F401, PLC0415

    return getattr(import_module(_HOMES[name]), name)
