"""A small data directory of its own for each test: one resource, right in every way until a test changes it."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import yaml

from bitrix_node.definitions.locations import DataLocation

if TYPE_CHECKING:
    from pathlib import Path

MANIFEST: dict[str, Any] = {
    "name": "n8n-nodes-example",
    "displayName": "Example",
    "taskType": "example",
    "nodes": ["bitrix24"],
    "credentials": ["exampleApi"],
    "definitionsVersion": 1,
    "homepage": "https://example.com",
    "repository": {"type": "git", "url": "https://example.com/example.git"},
    "author": {"name": "Example", "email": "example@example.com"},
}

CREDENTIAL: dict[str, Any] = {
    "credential": "exampleApi",
    "displayName": "Example API",
    "authentication": "webhook",
    "documentationUrl": "https://example.com/docs",
    "fields": [{"name": "url", "displayName": "URL", "description": "Address of the account"}],
}

NODE: dict[str, Any] = {
    "node": "bitrix24",
    "displayName": "Example",
    "description": "Works with examples",
    "subtitle": "example",
    "version": 1,
    "documentationUrl": "https://example.com/docs",
    "categories": ["Sales"],
    "aliases": [],
    "authentication": {
        "name": "authentication",
        "displayName": "Authentication",
        "type": "options",
        "default": "webhook",
        "options": [{"name": "Webhook", "value": "webhook"}],
    },
    "resources": ["note"],
    "parameters": {
        "returnAll": {
            "displayName": "Return All",
            "type": "boolean",
            "default": False,
            "use": "returnAll",
            "description": "Whether to return all results",
        }
    },
    "options": [
        {
            "name": "simplify",
            "displayName": "Simplify",
            "type": "boolean",
            "default": True,
            "use": "simplify",
            "description": "Whether to simplify",
        }
    ],
}

RESOURCE: dict[str, Any] = {
    "resource": "note",
    "name": "Note",
    "description": "Write notes",
    "scopes": ["note"],
    "conditions": {"urgent": {"kind": ["urgent"]}},
    "tables": {"letters": {"urgent": "U", "usual": "N"}},
    "parameters": {
        "noteId": {"displayName": "Note ID", "required": True, "transform": "integer", "description": "ID of the note"},
        "kind": {
            "displayName": "Kind",
            "type": "options",
            "default": "usual",
            "options": [{"name": "Urgent", "value": "urgent"}, {"name": "Usual", "value": "usual"}],
            "description": "How soon it matters",
        },
        "text": {"displayName": "Text", "description": "What the note says", "placeholder": "e.g. Call Ann"},
    },
    "operations": {
        "create": {
            "name": "Create",
            "action": "Create a note",
            "description": "Writes a note",
            "parameters": ["kind"],
            "options": ["text"],
            "requests": [
                {"when": "urgent", "method": "note.alarm", "arguments": {"TEXT": "options.text"}},
                {
                    "method": "note.add",
                    "arguments": {"TEXT": "options.text", "KIND": {"parameter": "kind", "table": "letters"}},
                },
            ],
        },
        "delete": {
            "name": "Delete",
            "action": "Delete a note",
            "description": "Removes a note",
            "parameters": ["noteId"],
            "steps": [
                {"id": "found", "method": "note.get", "arguments": {"ID": "noteId"}},
                {
                    "id": "gone",
                    "method": "note.delete",
                    "arguments": {"ID": {"answer": "found.id"}},
                    "answer": {"deleted": ["noteId"]},
                },
            ],
        },
        "getAll": {
            "name": "Get Many",
            "action": "Get many notes",
            "description": "Returns notes",
            "parameters": ["returnAll"],
            "request": {"method": "note.list", "paging": "start"},
        },
    },
}

BORROWER: dict[str, Any] = {
    "resource": "memo",
    "name": "Memo",
    "description": "Write memos",
    "scopes": ["note"],
    "parametersOf": "note",
    "operations": {
        "delete": {
            "name": "Delete",
            "action": "Delete a memo",
            "description": "Removes a memo",
            "parameters": ["noteId"],
            "request": {"method": "note.delete", "arguments": {"ID": "noteId"}},
        },
    },
}
"""A second resource, which uses a parameter of the first."""


@dataclass
class DataDirectory:
    """A data directory that a test may change before it is written.

    Attributes:
        root: where it is written.
        manifest: content of the manifest.
        node: content of the node's file.
        resource: content of the only resource's file.
        credential: content of the only credential's file.
    """

    root: Path
    manifest: dict[str, Any] = field(default_factory=lambda: deepcopy(MANIFEST))
    node: dict[str, Any] = field(default_factory=lambda: deepcopy(NODE))
    resource: dict[str, Any] = field(default_factory=lambda: deepcopy(RESOURCE))
    credential: dict[str, Any] = field(default_factory=lambda: deepcopy(CREDENTIAL))

    @property
    def operations(self) -> Any:
        """The resource's operations."""
        return self.resource["operations"]

    @property
    def location(self) -> DataLocation:
        """The directory as the package knows it."""
        return DataLocation(self.root)

    @property
    def resource_file(self) -> Path:
        """The file of the resource."""
        return self.location.resources / "note.yaml"

    def write(self) -> DataLocation:
        """Writes every file."""
        self.write_file("manifest.json", self.manifest)
        self.write_file("node_definitions/bitrix24.yaml", self.node)
        self.write_file("node_definitions/resources/note.yaml", self.resource)
        self.write_file("credentials/exampleApi.yaml", self.credential)
        return self.location

    def write_file(self, name: str, content: Any) -> Path:
        """Writes one file; text as it is, anything else as YAML."""
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        text = content if isinstance(content, str) else yaml.safe_dump(content, sort_keys=False)
        path.write_text(text, encoding="utf-8")
        return path
