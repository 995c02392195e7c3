"""The storages of one application: finding them by their code, and who may do what with them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bitrix_node.sandbox.errors import RestError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bitrix_node.sandbox.database import Collection, Record
    from bitrix_node.sandbox.registry import Call

READ, WRITE, MANAGE = "R", "W", "X"
_LEVELS = (READ, WRITE, MANAGE)
_LONGEST = 50
_PARTS = ("entity_properties", "entity_sections", "entity_items")


@dataclass(frozen=True, slots=True)
class Cabinet:
    """The storages of the calling application.

    Attributes:
        call: the call.
        application: its client id.
    """

    call: Call
    application: str

    @classmethod
    def of(cls, call: Call) -> Cabinet:
        """The storages that a call may see.

        Raises:
            RestError: `ACCESS_DENIED` for a webhook, which is no application.
        """
        if call.application is None:
            raise RestError("ACCESS_DENIED", "Access denied! Application context required")
        return cls(call, call.application.client_id)

    @property
    def storages(self) -> Collection:
        """All storages of all applications."""
        return self.call.database.collection("entity_storages")

    def own(self) -> list[Record]:
        """The storages of this application."""
        return self.storages.find(APPLICATION=self.application)

    def code(self, name: str = "ENTITY") -> str:
        """A code in the call, without the characters that codes cannot have.

        Raises:
            RestError: `ERROR_ARGUMENT` when nothing is left of it, or it is too long.
        """
        code = cleaned(self.call.text(name))
        longest = _LONGEST - len(f"APP_{self.application}_")
        if not code:
            raise RestError("ERROR_ARGUMENT", f"Argument '{name}' is null or empty")
        if len(code) > longest:
            raise RestError("ERROR_ARGUMENT", f"Entity code is too long. Max length is {longest} characters.")
        return code

    def named(self, code: str) -> Record | None:
        """The storage with this code, or None."""
        return self.storages.first(APPLICATION=self.application, ENTITY=code)

    def wanted(self, level: str = "") -> Record:
        """The storage that the call names.

        Args:
            level: what the caller has to have the right to.

        Raises:
            RestError: `ERROR_ARGUMENT`, `ERROR_ENTITY_NOT_FOUND`, or `ACCESS_DENIED`.
        """
        storage = self.named(self.code())
        if storage is None:
            raise RestError("ERROR_ENTITY_NOT_FOUND", "Entity not found")
        if level:
            self.require(storage, level)
        return storage

    def require(self, storage: Record, level: str) -> None:
        """Refuse a caller without a level of rights.

        Raises:
            RestError: `ACCESS_DENIED`.
        """
        given = [_LEVELS.index(storage["ACCESS"].get(code, READ)) for code in self._access_codes()]
        if not self.call.is_admin and max(given) < _LEVELS.index(level):
            raise RestError("ACCESS_DENIED", "Access denied!")

    def rights(self, sent: Mapping[str, Any]) -> dict[str, str]:
        """Rights as they are kept: known levels only, and the caller may always manage."""
        known = {str(code): str(level) for code, level in sent.items() if level in _LEVELS}
        return known | {f"U{self.call.user_id}": MANAGE}

    def drop(self, storage: Record) -> None:
        """Destroy a storage with everything in it."""
        for part in _PARTS:
            collection = self.call.database.collection(part)
            for record in collection.find(STORAGE=storage["id"]):
                collection.delete(record["id"])
        self.storages.delete(storage["id"])

    def _access_codes(self) -> list[str]:
        user = self.call.database.collection("users").get(self.call.user_id) or {}
        departments = [f"D{number}" for number in user.get("UF_DEPARTMENT") or []]
        return ["AU", "G2", f"U{self.call.user_id}", *departments]


def cleaned(code: str) -> str:
    """A code without the characters that codes cannot have."""
    return re.sub(r"\W", "", code, flags=re.ASCII)
