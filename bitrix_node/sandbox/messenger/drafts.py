"""Reads what somebody wants to say out of the arguments of the three APIs."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from bitrix_node.sandbox.arguments import is_true, to_integer
from bitrix_node.sandbox.errors import RestError
from bitrix_node.sandbox.messenger.messages import Draft

if TYPE_CHECKING:
    from collections.abc import Mapping

LARGEST_BLOCK = 30_000
_BLOCKS = {"ATTACH": "attach", "KEYBOARD": "keyboard", "MENU": "menu"}
_CLEARING = ("", "N")


def draft_from_fields(fields: Mapping[str, Any]) -> Draft:
    """Read the `fields` of `imbot.v2.*`.

    Args:
        fields: `message`, `attach`, `keyboard`, `system`, `urlPreview`, `replyId`.

    Returns:
        the draft; a block given as `N` or empty takes the old one away.
    """
    named = {key: fields[key.lower()] for key in ("ATTACH", "KEYBOARD") if key.lower() in fields}
    if "urlPreview" in fields:
        named["URL_PREVIEW"] = fields["urlPreview"]
    text = str(fields.get("message") or "")
    reply = to_integer(fields.get("replyId")) or 0
    return Draft(text, _params(named), is_true(fields.get("system")), reply)


def draft_from_arguments(arguments: Mapping[str, Any]) -> Draft:
    """Read the upper-case arguments of `im.*` and `imbot.*`.

    Args:
        arguments: `MESSAGE`, `ATTACH`, `KEYBOARD`, `MENU`, `SYSTEM`, `URL_PREVIEW`, `REPLY_ID`, in any case.

    Returns:
        the draft; a block given as `N` or empty takes the old one away.

    Raises:
        RestError: `ATTACH_ERROR`, `ATTACH_OVERSIZE` and the like for a block that is no JSON structure or over 30 KB.
    """
    upper = {key.upper(): value for key, value in arguments.items()}
    named = {key: upper[key] for key in (*_BLOCKS, "URL_PREVIEW") if key in upper}
    reply = to_integer(upper.get("REPLY_ID")) or 0
    return Draft(str(upper.get("MESSAGE") or ""), _params(named), is_true(upper.get("SYSTEM")), reply)


def block(name: str, value: Any, largest: int = LARGEST_BLOCK) -> Any:
    """Read an attachment, a keyboard or a menu.

    Args:
        name: `ATTACH`, `KEYBOARD` or `MENU`.
        value: an object, a list, or either as JSON text.
        largest: characters that it may have.

    Returns:
        the structure; None for a value that takes the block away.

    Raises:
        RestError: `…_ERROR` for anything else, `…_OVERSIZE` for one that is too long.
    """
    if value in _CLEARING or value in (None, [], {}):
        return None
    if isinstance(value, str):
        value = _parsed(name, value)
    if not isinstance(value, (dict, list)):
        raise _incorrect(name)
    if len(json.dumps(value)) > largest:
        raise RestError(f"{name}_OVERSIZE", f"You have exceeded the maximum allowable size of {_BLOCKS[name]}")
    return value


def _params(named: Mapping[str, Any]) -> dict[str, Any]:
    params = {key: block(key, value) for key, value in named.items() if key in _BLOCKS}
    if "URL_PREVIEW" in named:
        params["URL_PREVIEW"] = None if is_true(named["URL_PREVIEW"]) else "N"
    return params


def _parsed(name: str, text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        raise _incorrect(name) from None


def _incorrect(name: str) -> RestError:
    return RestError(f"{name}_ERROR", f"Incorrect {_BLOCKS[name]} params")
