"""Why the messenger says no, before any API has put it into its own words."""

from __future__ import annotations

from enum import StrEnum, auto


class Reason(StrEnum):
    """The causes the messenger's rules know."""

    CHAT_UNREACHABLE = auto()
    """No such chat, or the one who asks is not in it. Bitrix24 does not tell the two apart."""

    NOT_A_GROUP_CHAT = auto()
    NOT_A_MANAGER = auto()
    NOT_THE_OWNER = auto()
    NEW_OWNER_NOT_A_MEMBER = auto()
    OWNER_MUST_STAY = auto()
    MEMBER_NOT_FOUND = auto()
    PERSON_UNKNOWN = auto()
    TITLE_EMPTY = auto()
    COLOR_UNKNOWN = auto()
    COLOR_UNCHANGED = auto()
    AVATAR_NOT_AN_IMAGE = auto()
    MESSAGE_EMPTY = auto()
    MESSAGE_UNKNOWN = auto()
    MESSAGE_NOT_EDITABLE = auto()
    REPLY_UNKNOWN = auto()
    REPLY_ELSEWHERE = auto()


class Refusal(Exception):
    """The rules forbid what was asked."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason.value)
        self.reason = reason
