"""The two worlds of documents: those of the CRM, and those that applications make through the REST API."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import quote

from bitrix_node.sandbox import uploads
from bitrix_node.sandbox.registry import method

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from bitrix_node.sandbox.database import Collection, Database
    from bitrix_node.sandbox.registry import Call

FileKind = Literal["docx", "pdf", "template"]


@dataclass(frozen=True, slots=True)
class World:
    """One of them.

    Attributes:
        prefix: what its methods begin with.
        scope: permission that they need.
        module: `moduleId` of its templates.
        provider: class that fills its documents.
        files: names of the methods behind the addresses of files.
        denied_status: HTTP status of a document that the caller may not make.
    """

    prefix: str
    scope: str
    module: str
    provider: str
    files: Mapping[FileKind, str]
    denied_status: int

    @property
    def is_crm(self) -> bool:
        """Whether its documents are filled from CRM records."""
        return self.module == "crm"

    def templates(self, database: Database) -> Collection:
        """All templates of this world."""
        return database.collection(f"{self.module}_document_templates")

    def documents(self, database: Database) -> Collection:
        """All documents of this world."""
        return database.collection(f"{self.module}_documents", index=("templateId",))

    def machine_url(self, portal: str, kind: FileKind, path: str) -> str:
        """The address of a file for programs; the token in it is all it takes."""
        return f"{portal}/rest/{self.files[kind]}.json?token={quote('documentgenerator|' + uploads.token(path))}"

    def page_url(self, portal: str, kind: FileKind, number: int) -> str:
        """The address of a file for people, who have to be signed in."""
        return f"{portal}/bitrix/services/main/ajax.php?action={self.files[kind]}&SITE_ID=s1&id={number}"


CRM = World(
    "crm.documentgenerator", "crm", "crm", "bitrix\\crm\\integration\\documentgenerator\\dataprovider",
    {
        "docx": "crm.documentgenerator.document.download",
        "pdf": "crm.documentgenerator.document.getPdf",
        "template": "crm.documentgenerator.template.download",
    },
    400,
)  # fmt: skip
REST = World(
    "documentgenerator", "documentgenerator", "rest", "bitrix\\documentgenerator\\dataprovider\\rest",
    {
        "docx": "documentgenerator.api.document.getfile",
        "pdf": "documentgenerator.api.document.getpdf",
        "template": "documentgenerator.api.template.download",
    },
    403,
)  # fmt: skip
WORLDS = (CRM, REST)


def declare(kind: str, methods: Mapping[str, Callable[[World, Call], Any]]) -> None:
    """Declare methods that both worlds have, each with its world as first argument.

    Args:
        kind: what they are about: `document`, `template` or `numerator`.
        methods: last word of the method's name -> what it does.
    """
    for world in WORLDS:
        for name, work in methods.items():
            method(f"{world.prefix}.{kind}.{name}", scope=world.scope)(partial(work, world))
