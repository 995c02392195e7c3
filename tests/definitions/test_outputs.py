"""Files about what items look like: held against the operations there are."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from bitrix_node.definitions.checks.outputs import output_faults
from bitrix_node.definitions.locations import packaged_data

if TYPE_CHECKING:
    from pathlib import Path


def faults(folder: Path, file: str, content: Any) -> list[tuple[str, str]]:
    (folder / file).write_text(json.dumps(content))
    resources = packaged_data().resources
    heads = {"status": resources / "status.yaml"}
    return [(fault.path, fault.message) for fault in output_faults(folder, heads, resources)]


def test_nothing_is_wrong_with_fields_lists_and_objects(tmp_path: Path) -> None:
    shape = {"ID": "number|string", "EXTRA": {"COLOR": "string"}, "list": [{"a": "null"}], "empty": []}
    assert faults(tmp_path, "status.json", {"getAll": shape}) == []


@pytest.mark.parametrize(
    ("file", "content", "path", "message"),
    [
        ("stauts.json", {}, "", 'there is no resource "stauts"'),
        ("status.json", {"gotAll": {}}, "gotAll", 'the resource status has no operation "gotAll"'),
        ("status.json", {"getAll": {"ID": "integer"}}, "getAll.ID", 'here stands "integer"'),
        ("status.json", {"getAll": {"ID": ["number", "string"]}}, "getAll.ID", ""),
    ],
)
def test_what_is_wrong_is_told(tmp_path: Path, file: str, content: Any, path: str, message: str) -> None:
    [(place, words)] = faults(tmp_path, file, content)
    assert place == path
    assert message in words
