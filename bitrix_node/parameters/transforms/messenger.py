"""Transforms for chats, dialogs and the commands of bots."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

from bitrix_node.parameters.errors import UnusableValue
from bitrix_node.parameters.transforms.addresses import split_address

if TYPE_CHECKING:
    from collections.abc import Callable

_DIALOG = re.compile(r"(chat|sg)?(\d+)", re.IGNORECASE)
_TARGET = re.compile(r"(queue)?\s*(\d+)", re.IGNORECASE)


def chat_dialog(value: Any) -> str:
    """The dialog of a group chat: `chat1207`, from the number, the dialog or a link to the chat.

    A bare number would address the person with that number (im.message.add, imbot.v2.*: `dialogId`).
    """
    kind, number = _dialog(value)
    return f"{kind or 'chat'}{number}"


def chat_number(value: Any) -> int:
    """The number of a group chat, from the number, the dialog or a link to the chat.

    `sg57` is the chat of the group 57, whose own number is another one.
    """
    kind, number = _dialog(value)
    if kind == "sg":
        raise UnusableValue("the chat's own number, such as 1207 or chat1207")
    return int(number)


def dialog(value: Any) -> str:
    """A dialog as given: `chat1207` or the number of a person; also from a link to it."""
    kind, number = _dialog(value)
    return f"{kind}{number}"


def bot_command(value: Any) -> str:
    """A bot's command without its slash."""
    command = str(value).strip().lstrip("/")
    if not re.fullmatch(r"\w+", command):
        raise UnusableValue("a single word of letters and digits")
    return command


def transfer_target(value: Any) -> str:
    """Whom a conversation of an open channel goes to: a person's ID, or `queue` and the ID of a channel."""
    match = _TARGET.fullmatch(str(value).strip())
    if not match:
        raise UnusableValue("a user ID such as 15, or queue and the ID of a channel, such as queue22")
    return f"{(match.group(1) or '').lower()}{match.group(2)}"


def _dialog(value: Any) -> tuple[str, str]:
    text = str(value).strip()
    address = split_address(text)
    if address and address.netloc:
        text = next(iter(parse_qs(address.query).get("IM_DIALOG", [])), text)
    match = _DIALOG.fullmatch(text)
    if not match:
        raise UnusableValue("a number such as 1207, a dialog such as chat1207, or the link to a chat")
    return (match.group(1) or "").lower(), match.group(2)


TRANSFORMS: dict[str, Callable[[Any], Any]] = {
    "botCommand": bot_command,
    "chatDialog": chat_dialog,
    "chatNumber": chat_number,
    "dialog": dialog,
    "transferTarget": transfer_target,
}
