"""Files of templates (.bpt): a PHP array, compressed with zlib, as Bitrix24's designer exports them."""

from __future__ import annotations

import zlib
from typing import Any

from bitrix_node.sandbox.workflows import php_values

_PARTS = ("TEMPLATE", "PARAMETERS", "VARIABLES", "CONSTANTS")
_LARGEST = 10 * 1024 * 1024


def unpack(content: bytes) -> dict[str, Any]:
    """Read a file.

    Args:
        content: its bytes.

    Returns:
        `TEMPLATE`, a list with the root activity (`Type`, `Name`, `Properties`, `Children`), and the maps
        `PARAMETERS`, `VARIABLES` and `CONSTANTS`.

    Raises:
        ValueError: it is no file of a template.
    """
    found = php_values.loads(_inflated(content))
    root = found.get("TEMPLATE") if isinstance(found, dict) else None
    if not isinstance(root, list) or not root or not all(_is_activity(node) for node in root):
        raise ValueError("The file holds no template.")
    return {"TEMPLATE": root, **{part: found.get(part) or {} for part in _PARTS[1:]}}


def pack(parts: dict[str, Any]) -> bytes:
    """Write a file.

    Args:
        parts: what `unpack` gives.

    Returns:
        its bytes.
    """
    return zlib.compress(php_values.dumps({"VERSION": 2, **{part: parts.get(part, []) for part in _PARTS}}), 9)


def _inflated(content: bytes) -> bytes:
    """The array, from a compressed file or from one that a server without zlib wrote."""
    try:
        return zlib.decompressobj().decompress(content, _LARGEST)
    except zlib.error:
        return content


def _is_activity(node: Any) -> bool:
    if not isinstance(node, dict) or not isinstance(node.get("Type"), str):
        return False
    children = node.get("Children") or []
    return isinstance(children, list) and all(_is_activity(child) for child in children)
