"""Files in fields of CRM records: taken in as name and Base64, shown with the addresses of their bytes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bitrix_node.sandbox import uploads
from bitrix_node.sandbox.arguments import is_true, to_integer

if TYPE_CHECKING:
    from bitrix_node.sandbox.database import Database
    from bitrix_node.sandbox.fields import Field


@dataclass(frozen=True, slots=True)
class FieldFiles:
    """The files of records' fields; a field holds the path of its file, or a list of paths.

    Attributes:
        database: the portal's data.
        portal: base address without a trailing slash, for links.
    """

    database: Database
    portal: str

    def store(self, field: Field, sent: Any, present: Any) -> Any:
        """Take in what was sent for a field.

        Args:
            field: the field.
            sent: `[name, base64]`, `{"fileData": [name, base64]}` or `{"id": …}` of a file that stays, several of them
                in a list where the field is multiple; nothing empties the field.
            present: what the field holds.

        Returns:
            what it is to hold.

        Raises:
            ValueError: it is something else.
        """
        if not field.multiple:
            return self._store_one(sent, [present])
        entries = list(sent.values()) if isinstance(sent, Mapping) and not _is_one(sent) else sent
        several = [entries] if _is_one(entries) else entries or []
        if not isinstance(several, list):
            raise ValueError("Several files are a list.")  # noqa: TRY004 - a value of the wrong kind, like any other
        return [path for entry in several if (path := self._store_one(entry, present or [])) is not None]

    def show(self, value: Any) -> Any:
        """Write the files of a field as `crm.item.*` does."""
        if isinstance(value, list):
            return [self.show(path) for path in value]
        if not value:
            return None
        return {"id": self._number(value), "url": self.portal + value, "urlMachine": self.portal + value}

    def show_classic(self, value: Any) -> Any:
        """Write the files of a field as the classic methods do."""
        if isinstance(value, list):
            return [self.show_classic(path) for path in value]
        if not value:
            return None
        return {"id": self._number(value), "showUrl": value, "downloadUrl": value}

    def _store_one(self, sent: Any, present: list[Any]) -> str | None:
        if not sent:
            return None
        if isinstance(sent, Mapping) and "id" in sent:
            kept = next((path for path in present if path and self._number(path) == to_integer(sent["id"])), None)
            return None if is_true(sent.get("remove", "N")) else kept
        name, content = uploads.decode(sent["fileData"] if isinstance(sent, Mapping) and "fileData" in sent else sent)
        return uploads.keep(self.database, name, content)

    def _number(self, path: str) -> int | None:
        return uploads.number(self.database, path)


def _is_one(sent: Any) -> bool:
    """Whether a value is one file rather than several."""
    if isinstance(sent, Mapping):
        return bool({"id", "fileData"} & sent.keys())
    return isinstance(sent, list) and bool(sent) and isinstance(sent[0], str)
