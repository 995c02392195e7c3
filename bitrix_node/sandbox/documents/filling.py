"""Fills a template: what every field of it becomes, and the files that come of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bitrix_node.sandbox import uploads
from bitrix_node.sandbox.documents import docx, pdf, wording

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bitrix_node.sandbox.database import Database, Record
    from bitrix_node.sandbox.documents.record_data import RecordData

NUMBER, TITLE, CREATED = "DocumentNumber", "DocumentTitle", "DocumentCreateTime"
_CAPTIONS = {NUMBER: "Number", TITLE: "Document title"}
_CHAINS: dict[str, Any] = {NUMBER: "this.DOCUMENT.DOCUMENT_NUMBER", TITLE: [{}, "getTitle"]}


@dataclass(frozen=True, slots=True)
class Filling:
    """What a document is filled with.

    Attributes:
        values: given values by the codes of the fields.
        descriptions: how values are written, by the codes of the fields.
        number: the document's number.
        title: its title.
        created: when it was made.
        data: of the CRM record that it is about; None for documents that have only given values.
    """

    values: Mapping[str, Any]
    descriptions: Mapping[str, Any]
    number: str
    title: str
    created: str
    data: RecordData | None = None

    def value(self, code: str) -> Any:
        """The value of a field, empty where nothing is known of it."""
        return self.values[code] if code in self.values else self.usual(code)

    def usual(self, code: str) -> Any:
        """The value of a field to which none was given."""
        own = {NUMBER: self.number, TITLE: self.title, CREATED: wording.date(self.created)}
        if code in own:
            return own[code]
        found = self.data.value(code) if self.data else None
        return "" if found is None else found

    def text(self, code: str) -> str:
        """A field as it is written into the document."""
        description = self.descriptions.get(code)
        return wording.written(self.value(code), description if isinstance(description, dict) else None)

    def card(self, codes: list[str]) -> dict[str, dict[str, Any]]:
        """The fields as `getfields` describes them, those of every document included."""
        return {code: self._described(code) for code in dict.fromkeys([NUMBER, *codes, TITLE])}

    def _described(self, code: str) -> dict[str, Any]:
        shown = {"value": self.value(code), "default": self.usual(code)}
        if code in _CAPTIONS:
            rule = {"required": "Y", "group": ["Document"], "chain": _CHAINS[code]}
            return {"title": _CAPTIONS[code], **shown, **rule}
        return shown | ({"group": ["Document"], "chain": f"this.SOURCE.{code}"} if self.data else {})


def make_files(database: Database, template: bytes, filling: Filling) -> Record:
    """Write a document's files.

    Args:
        database: where they are kept.
        template: bytes of the template.
        filling: what it is filled with.

    Returns:
        the paths of `docx` and `pdf`.
    """
    name = "".join(" " if letter in '\\/:*?"<>|' else letter for letter in filling.title).strip() or "document"
    filled = docx.fill(template, filling.text)
    printed = pdf.write(docx.lines(filled))
    return {
        "docx": uploads.keep(database, f"{name}.docx", filled),
        "pdf": uploads.keep(database, f"{name}.pdf", printed),
    }
