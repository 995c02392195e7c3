"""Whose calendar it is: people, workgroups, the company; and who may work with it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bitrix_node.sandbox.arguments import to_integer
from bitrix_node.sandbox.calendar import refusals

if TYPE_CHECKING:
    from bitrix_node.sandbox.registry import Call

USER = "user"
GROUP = "group"
COMPANY = "company_calendar"
ROOMS = "location"
DEFAULT_ZONE = "UTC"


@dataclass(frozen=True, slots=True)
class Owner:
    """Owner of calendars.

    Attributes:
        type: user, group, company_calendar or location.
        id: of the person or the group; 0 for the company.
    """

    type: str
    id: int

    @classmethod
    def of_call(cls, call: Call, *, own: bool = True) -> Owner:
        """The owner that a call names.

        Args:
            call: names `type` and `ownerId`.
            own: whether the caller's own calendars are meant where nobody is named.

        Raises:
            RestError: the type, or an owner that is needed, is not given.
        """
        kind = call.text("type")
        if not kind:
            raise refusals.not_set(call, "type")
        number = to_integer(call.value("ownerId"))
        if kind in {COMPANY, ROOMS}:
            return cls(kind, 0)
        if number is None and not (kind == USER and own):
            raise refusals.not_set(call, "ownerId")
        return cls(kind, number or call.user_id)

    @property
    def key(self) -> dict[str, Any]:
        """What the owner's records hold."""
        return {"CAL_TYPE": self.type, "OWNER_ID": self.id}

    def exists(self, call: Call) -> bool:
        """Whether there is such a person or group."""
        collections = {USER: "users", GROUP: "workgroups"}
        if self.type in collections:
            return call.database.collection(collections[self.type]).get(self.id) is not None
        return self.type in {COMPANY, ROOMS}

    def may_change(self, call: Call) -> bool:
        """Whether the caller may change these calendars: administrators, the person, members of the group."""
        if not self.exists(call):
            return False
        if call.is_admin or self.type in {COMPANY, ROOMS}:
            return True
        if self.type == USER:
            return self.id == call.user_id
        group = call.database.collection("workgroups").get(self.id) or {}
        return call.user_id in group.get("members", ())

    def require_change(self, call: Call) -> None:
        """Refuse whoever may not change these calendars.

        Raises:
            RestError: access denied.
        """
        if not self.may_change(call):
            raise refusals.denied()


def zone_of(call: Call, user_id: int | None = None) -> str:
    """The time zone of a person, the caller by default."""
    user = call.database.collection("users").get(user_id or call.user_id) or {}
    return str(user.get("TIME_ZONE") or DEFAULT_ZONE)
