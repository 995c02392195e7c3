"""Notifications as `im.notify.*` writes them."""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from bitrix_node.sandbox.messenger import notifications

if TYPE_CHECKING:
    from bitrix_node.sandbox.messenger.notifications import Notification

_MARKUP = (
    (re.compile(r"\[(/?)([bius])\]", re.IGNORECASE), r"<\1\2>"),
    (re.compile(r"\[br\]|\n", re.IGNORECASE), "<br />"),
    (re.compile(r"\[url=([^\]]+)\](.*?)\[/url\]", re.IGNORECASE), r'<a href="\1" target="_blank">\2</a>'),
    (re.compile(r"\[url\](.*?)\[/url\]", re.IGNORECASE), r'<a href="\1" target="_blank">\1</a>'),
)


def notification(entry: Notification, *, as_html: bool) -> dict[str, Any]:
    """One notification.

    Args:
        entry: the notification.
        as_html: turn the BB codes of its text into HTML.

    Returns:
        the object; a question has its buttons as JSON text.
    """
    shown = {
        "id": entry.id,
        "chat_id": notifications.chat_id(entry.user_id),
        "author_id": entry.author_id,
        "date": entry.date,
        "notify_type": entry.type,
        "notify_module": entry.module,
        "notify_event": entry.event,
        "notify_tag": entry.tag,
        "notify_sub_tag": entry.sub_tag,
        "notify_title": entry.title,
        "setting_name": entry.setting,
        "text": html(entry.text) if as_html else entry.text,
        "notify_read": "Y" if entry.read else "N",
        "params": entry.params or None,
    }
    return shown | ({"notify_buttons": json.dumps(_buttons(entry))} if entry.buttons else {})


def html(text: str) -> str:
    """Turn BB codes into HTML."""
    for pattern, replacement in _MARKUP:
        text = pattern.sub(replacement, text)
    return text


@cache
def kinds() -> dict[str, Any]:
    """The kinds of notification by module."""
    file = Path(__file__).with_name("notification_kinds.yaml")
    modules = yaml.load(file.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    return {
        module: {
            "NAME": entry["name"],
            "MODULE_ID": module,
            "LIST": [{"ID": f"{module}|{event}", "NAME": name} for event, name in entry["events"].items()],
        }
        for module, entry in modules.items()
    }


def _buttons(entry: Notification) -> list[dict[str, Any]]:
    return [
        {
            "COMMAND": "notifyConfirm",
            "COMMAND_PARAMS": f"{entry.id}|{value}",
            "TEXT": button["text"],
            "TYPE": "BUTTON",
            "DISPLAY": "LINE",
        }
        for value, button in entry.buttons.items()
    ]
