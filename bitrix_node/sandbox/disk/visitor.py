"""Who is at the drive, and which storages are open to them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING, Any

from bitrix_node.sandbox.clock import timestamp
from bitrix_node.sandbox.errors import RestError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bitrix_node.sandbox.database import Collection, Database, Record
    from bitrix_node.sandbox.registry import Call

FOLDER, FILE = "folder", "file"
ALIVE, TRASHED, TRASHED_WITH_FOLDER = 0, 3, 4


class Level(IntEnum):
    """What somebody may do with a folder or file; each level includes those below it."""

    READ = 1
    ADD = 2
    EDIT = 3
    FULL = 4
    ADMINISTRATOR = 5


@dataclass(frozen=True, slots=True)
class Visitor:
    """Somebody at the drive.

    Attributes:
        moment: now, as the API writes it.
        portal: base address for links.
    """

    database: Database
    user_id: int
    is_admin: bool
    moment: str
    portal: str

    @classmethod
    def of(cls, call: Call) -> Visitor:
        """The visitor in whose name a call runs."""
        return cls(call.database, call.user_id, call.is_admin, timestamp(call.now), call.portal)

    @property
    def storages(self) -> Collection:
        """All storages."""
        return self.database.collection("disk_storages")

    @property
    def objects(self) -> Collection:
        """All folders and files."""
        return self.database.collection("disk_objects", index=("PARENT_ID", "TOKEN"))

    @property
    def versions(self) -> Collection:
        """Former contents of files."""
        return self.database.collection("disk_versions", index=("OBJECT_ID", "TOKEN"))

    @property
    def shares(self) -> Collection:
        """Who was given which level of access to which folder or file, by access code."""
        return self.database.collection("disk_shares", index=("OBJECT_ID",))

    def may_use(self, storage: Record) -> bool:
        """Tell whether a storage is open: a user's to that user, a group's to its members."""
        owner = int(storage["ENTITY_ID"]) if str(storage["ENTITY_ID"]).isdigit() else 0
        if self.is_admin or storage["ENTITY_TYPE"] in ("common", "restapp"):
            return True
        if storage["ENTITY_TYPE"] == "group":
            group = self.database.collection("workgroups").get(owner)
            return group is not None and self.user_id in group["members"]
        return owner == self.user_id

    def storage(self, storage_id: int) -> Record:
        """A storage that is open to the visitor.

        Raises:
            RestError: `ERROR_NOT_FOUND` or `ACCESS_DENIED`.
        """
        storage = self.storages.get(storage_id)
        if storage is None:
            raise not_found(storage_id)
        if not self.may_use(storage):
            raise RestError("ACCESS_DENIED", "Access denied")
        return storage

    def object(self, object_id: int, kind: str, level: Level = Level.READ) -> Record:
        """A folder or file that the visitor may use.

        Args:
            object_id: its number.
            kind: `folder` or `file`.
            level: what the visitor is about to do with it.

        Raises:
            RestError: `ERROR_NOT_FOUND`, also for an object of the other kind, or `ACCESS_DENIED`.
        """
        found = self.objects.get(object_id)
        if found is None or found["TYPE"] != kind:
            raise not_found(object_id)
        if self.level_of(found) < level:
            raise RestError("ACCESS_DENIED", "Access denied")
        return found

    def level_of(self, entry: Record) -> int:
        """The visitor's level for a folder or file; 0 for none.

        Whoever may use its storage has the full level; others have what was given to them for it or for a folder above.
        """
        if self.is_admin:
            return Level.ADMINISTRATOR
        storage = self.storages.get(entry["STORAGE_ID"])
        if storage is not None and self.may_use(storage):
            return Level.FULL
        codes = self._access_codes()
        given = [share for folder in self.lineage(entry) for share in self.shares.find(OBJECT_ID=folder["id"])]
        return max((share["LEVEL"] for share in given if share["ACCESS_CODE"] in codes), default=0)

    def lineage(self, entry: Record) -> Iterator[Record]:
        """A folder or file itself and its folders up to the root."""
        current: Record | None = entry
        while current is not None:
            yield current
            current = self.objects.get(current["PARENT_ID"]) if current["PARENT_ID"] else None

    def _access_codes(self) -> frozenset[str]:
        user = self.database.collection("users").get(self.user_id) or {}
        departments = {f"D{number}" for number in user.get("UF_DEPARTMENT") or []}
        return frozenset({"*", f"U{self.user_id}"} | departments)

    def open_storages(self) -> list[Record]:
        """Give the company, its groups and its people the storages they lack, and list those open to the visitor."""
        known = {(storage["ENTITY_TYPE"], storage["ENTITY_ID"]) for storage in self.storages.all()}
        colleagues = self.database.collection("users").find(USER_TYPE="employee")
        groups = self.database.collection("workgroups").all()
        wanted = [("common", "shared_files_s1", "Company drive")]
        wanted += [("group", str(group["id"]), group["NAME"]) for group in groups]
        wanted += [("user", str(user["id"]), full_name(user)) for user in colleagues]
        for entity_type, entity_id, name in wanted:
            if (entity_type, entity_id) not in known:
                self.storage_of(entity_type, entity_id, name)
        return [storage for storage in self.storages.all() if self.may_use(storage)]

    def storage_of(self, entity_type: str, entity_id: str, name: str) -> Record:
        """The storage of an owner, opened under this name when there is none yet."""
        known = self.storages.first(ENTITY_TYPE=entity_type, ENTITY_ID=entity_id)
        if known is not None:
            return known
        storage: dict[str, Any] = {"NAME": name, "CODE": None, "MODULE_ID": "disk"}
        storage |= {"ENTITY_TYPE": entity_type, "ENTITY_ID": entity_id, "ROOT_OBJECT_ID": None}
        storage_id = self.storages.insert(storage)
        root = new_object(self, FOLDER, name, storage_id, None)
        storage["ROOT_OBJECT_ID"] = self.objects.insert(root)
        self.storages.update(storage_id, storage)
        return {"id": storage_id, **storage}


def new_object(visitor: Visitor, kind: str, name: str, storage_id: int, parent_id: int | None) -> dict[str, Any]:
    """The record of a new folder or file, not yet stored."""
    return {
        "NAME": name,
        "CODE": None,
        "STORAGE_ID": storage_id,
        "TYPE": kind,
        "PARENT_ID": parent_id,
        "DELETED_TYPE": ALIVE,
        "CREATE_TIME": visitor.moment,
        "UPDATE_TIME": visitor.moment,
        "DELETE_TIME": None,
        "CREATED_BY": visitor.user_id,
        "UPDATED_BY": visitor.user_id,
        "DELETED_BY": None,
    }


def full_name(user: Record) -> str:
    """First and last name; the address of somebody who was invited without."""
    named = f"{user.get('NAME') or ''} {user.get('LAST_NAME') or ''}".strip()
    return named or str(user.get("EMAIL") or f"User {user.get('id')}")


def not_found(number: int) -> RestError:
    """The refusal of an id that the drive does not know."""
    return RestError("ERROR_NOT_FOUND", f"Could not find entity with id `{number}`")
