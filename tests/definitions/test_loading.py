"""Definitions are read one resource at a time, and complete once they are read."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from bitrix_node.definitions import Definitions, UnknownName
from bitrix_node.definitions.resolution import UnresolvedName
from bitrix_node.definitions.yaml_files import UnreadableFile
from tests.definitions.data_directory import BORROWER

if TYPE_CHECKING:
    from tests.definitions.data_directory import DataDirectory


@pytest.fixture
def files_read(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Names of the files that are read, as they are read."""
    names: list[str] = []
    read_text = Path.read_text

    def recording(path: Path, *arguments: str, **options: str) -> str:
        names.append(path.name)
        return read_text(path, *arguments, **options)

    monkeypatch.setattr(Path, "read_text", recording)
    return names


def test_one_resource_reads_only_its_own_files(data: DataDirectory, files_read: list[str]) -> None:
    data.node["resources"] = ["note", "other"]
    data.write()
    data.write_file("node_definitions/resources/other.yaml", "[this would not load")
    definitions = Definitions(data.location)
    assert definitions.resource_names == ("note", "other")
    assert files_read == ["bitrix24.yaml"]
    definitions.resource("note")
    definitions.operation("note", "create")
    assert files_read == ["bitrix24.yaml", "note.yaml"]
    with pytest.raises(UnreadableFile, match=r"other\.yaml:2:1: did not find"):
        definitions.resource("other")


def test_a_folder_is_read_as_one_resource(data: DataDirectory, files_read: list[str]) -> None:
    data.write()
    data.resource_file.unlink()
    part = {"operations": {"delete": data.operations.pop("delete")}}
    data.resource["operationFiles"] = ["removal"]
    data.write_file("node_definitions/resources/note/resource.yaml", data.resource)
    data.write_file("node_definitions/resources/note/removal.yaml", part)
    resource = Definitions(data.location).resource("note")
    assert [operation.operation for operation in resource.operations] == ["create", "getAll", "delete"]
    assert sorted(set(files_read)) == ["bitrix24.yaml", "removal.yaml", "resource.yaml"]


def test_a_resource_uses_the_parameters_of_another(data: DataDirectory) -> None:
    data.node["resources"] = ["note", "memo"]
    data.write()
    data.write_file("node_definitions/resources/memo/resource.yaml", BORROWER)
    operation = Definitions(data.location).operation("memo", "delete")
    assert [parameter.display_name for parameter in operation.parameters] == ["Note ID", "Options"]


def test_loading_needs_neither_http_nor_json_schema() -> None:
    script = (
        "import sys; from bitrix_node.definitions import Definitions;"
        "from bitrix_node.definitions.listing import list_actions; list_actions(Definitions.packaged());"
        "print([name for name in ('aiohttp', 'jsonschema', 'referencing') if name in sys.modules])"
    )
    process = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert process.stdout.strip() == "[]"


def test_unknown_names_bring_the_nearest_known_ones(data: DataDirectory) -> None:
    definitions = Definitions(data.write())
    with pytest.raises(UnknownName, match=r"There is no resource 'noet'\. Did you mean note\?"):
        definitions.resource("noet")
    with pytest.raises(UnknownName, match=r"Did you mean delete or create\?"):
        definitions.operation("note", "delte")
    with pytest.raises(UnknownName, match=r"Known are: create, delete, getAll\."):
        definitions.operation("note", "xyz")


def test_shared_parameters_take_their_place(data: DataDirectory) -> None:
    data.resource["parameters"]["newText"] = {"name": "text", "displayName": "New Text"}
    data.operations["create"]["parameters"] = [{"name": "kind", "required": True}, "newText"]
    operation = Definitions(data.write()).operation("note", "create")
    kind, text, options = operation.parameters
    assert (kind.required, kind.display_name, [choice.value for choice in kind.options or ()]) == (
        True,
        "Kind",
        ["urgent", "usual"],
    )
    assert (text.name, text.display_name) == ("text", "New Text")
    assert (options.name, options.type) == ("options", "collection")


def test_every_action_has_the_common_options_in_alphabetical_order(data: DataDirectory) -> None:
    data.operations["getAll"]["optionsParameter"] = "extras"
    definitions = Definitions(data.write())
    options = definitions.operation("note", "create").parameter("options")
    extras = definitions.operation("note", "getAll").parameter("extras")
    assert options is not None
    assert extras is not None
    assert [member.name for member in options.members] == ["simplify", "text"]
    assert [member.name for member in extras.members] == ["simplify"]


def test_short_forms_are_written_out(data: DataDirectory) -> None:
    definitions = Definitions(data.write())
    urgent, usual = definitions.operation("note", "create").requests
    assert urgent.when == ({"kind": ("urgent",)},)
    assert urgent.arguments["TEXT"][0].parameter == "options.text"
    assert usual.arguments["KIND"][0].table == {"urgent": "U", "usual": "N"}
    [listing] = definitions.operation("note", "getAll").requests
    assert listing.paging is not None
    assert (listing.paging.kind, listing.handler) == ("start", "list")
    delete = definitions.operation("note", "delete")
    assert (delete.handler, delete.scopes) == ("steps", ("note",))
    assert [step.method for step in delete.calls] == ["note.get", "note.delete"]


@pytest.mark.parametrize(
    ("kind", "path"),
    [("parameter", "operations.create.parameters[0]"), ("table", "operations.create.requests[1].arguments.KIND")],
)
def test_a_name_that_stands_for_nothing_stops_loading(kind: str, path: str, data: DataDirectory) -> None:
    if kind == "parameter":
        data.operations["create"]["parameters"] = ["knd"]
    else:
        data.operations["create"]["requests"][1]["arguments"]["KIND"]["table"] = "knd"
    with pytest.raises(UnresolvedName, match=f"the {kind} 'knd' is not defined; known are") as caught:
        Definitions(data.write()).resource("note")
    assert caught.value.path == path


def test_resolution_leaves_what_it_was_given_alone(data: DataDirectory) -> None:
    definitions = Definitions(data.write())
    first = definitions.resource("note")
    assert Definitions(data.location).resource("note") == first
    assert definitions.resource("note") is first
