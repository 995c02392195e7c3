"""The people of the messenger: employees, guests, chatbots and the clients who write through a connector.

Bitrix24 keeps all of them among its users and tells them apart by `EXTERNAL_AUTH_ID`; so does the sandbox.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from bitrix_node.sandbox.messenger import colors

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bitrix_node.sandbox.database import Database

BOT = "bot"
CONNECTOR = "imconnector"

_WORD_START = re.compile(r"(?<!^)([A-Z])")
_PHONES = {"work_phone": "WORK_PHONE", "personal_mobile": "PERSONAL_MOBILE", "inner_phone": "UF_PHONE_INNER"}


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who can be in a chat, read from the users.

    Attributes:
        record: the user as stored, with Bitrix24's upper-case fields.
    """

    record: dict[str, Any]

    @property
    def id(self) -> int:
        """The user id."""
        return int(self.record["id"])

    @property
    def name(self) -> str:
        """First and last name."""
        return f"{self._text('NAME')} {self._text('LAST_NAME')}".strip() or self._text("EMAIL")

    @property
    def origin(self) -> str:
        """Where the account comes from: `default`, `bot`, `imconnector`."""
        return self._text("EXTERNAL_AUTH_ID") or "default"

    @property
    def is_bot(self) -> bool:
        """Whether it is a chatbot."""
        return self.origin == BOT

    @property
    def is_extranet(self) -> bool:
        """Whether it is somebody from outside the company."""
        return self.origin == CONNECTOR or self._text("USER_TYPE") == "extranet"

    def describe(self) -> dict[str, Any]:
        """The user object of `imbot.v2.*`: camelCase keys, `type` tells employees, extranet guests and bots apart."""
        return {
            "id": self.id,
            "active": bool(self.record.get("ACTIVE", True)),
            "name": self.name,
            "firstName": self._text("NAME"),
            "lastName": self._text("LAST_NAME"),
            "workPosition": self._text("WORK_POSITION"),
            "color": self._text("COLOR") or colors.for_number(self.id),
            "avatar": self._text("PERSONAL_PHOTO"),
            "gender": self._text("PERSONAL_GENDER") or "M",
            "birthday": _day_and_month(self._text("PERSONAL_BIRTHDAY")),
            "extranet": self.is_extranet,
            "bot": self.is_bot,
            "connector": self.origin == CONNECTOR,
            "externalAuthId": self.origin,
            "status": "online",
            "idle": False,
            "lastActivityDate": self._text("LAST_ACTIVITY_DATE") or False,
            "absent": False,
            "departments": [int(number) for number in self.record.get("UF_DEPARTMENT") or []],
            "phones": self._phones(),
            "type": self._type("employee"),
        }

    def describe_in_snake_case(self) -> dict[str, Any]:
        """The user object of `im.*`: the same facts with snake_case keys, and a few that only `im.*` has."""
        described = {_WORD_START.sub(r"_\1", key).lower(): value for key, value in self.describe().items()}
        return described | {
            "avatar_hr": described["avatar"],
            "network": False,
            "mobile_last_date": False,
            "desktop_last_date": False,
            "bot_data": {"code": self._text("BOT_CODE"), "type": "bot"} if self.is_bot else None,
            "website": self._text("PERSONAL_WWW"),
            "email": self._text("EMAIL"),
            "type": self._type("user"),
        }

    def _text(self, name: str) -> str:
        return str(self.record.get(name) or "")

    def _type(self, ordinary: str) -> str:
        if self.is_bot:
            return "bot"
        return "extranet" if self.is_extranet else ordinary

    def _phones(self) -> dict[str, str] | bool:
        return {name: self._text(source) for name, source in _PHONES.items() if self._text(source)} or False


def find(database: Database, person_id: int) -> Person | None:
    """The person with this id, or None."""
    record = database.collection("users").get(person_id)
    return Person(record) if record else None


def find_all(database: Database, person_ids: Iterable[int]) -> list[Person]:
    """The people with these ids, in this order; ids that belong to nobody are passed over."""
    found = (find(database, number) for number in person_ids)
    return [person for person in found if person is not None]


def _day_and_month(date: str) -> str:
    return datetime.fromisoformat(date).strftime("%d-%m") if date else ""
