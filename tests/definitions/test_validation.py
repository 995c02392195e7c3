"""Every kind of fault: where it is found, what it says, and what it says would be right."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from bitrix_node.definitions.validation import Fault, validate
from tests.definitions.data_directory import BORROWER
from tests.definitions.wrong_names import NAMES, SHAPE
from tests.definitions.wrong_panels import PANEL, TEXTS
from tests.definitions.wrong_uses import REQUESTS, USES

if TYPE_CHECKING:
    from tests.definitions.data_directory import DataDirectory
    from tests.definitions.wrong import Wrong


@pytest.mark.parametrize("wrong", [*SHAPE, *NAMES, *USES, *REQUESTS, *PANEL, *TEXTS], ids=lambda wrong: wrong.name)
def test_tells_what_is_wrong_where_and_what_would_be_right(wrong: Wrong, data: DataDirectory) -> None:
    wrong.change(data)
    faults = validate(data.write())
    assert Fault(str(data.resource_file), wrong.path, wrong.message, wrong.expected) in faults


def test_finds_nothing_in_the_example(data: DataDirectory) -> None:
    assert validate(data.write()) == []


def test_reports_the_faults_of_every_file_at_once(data: DataDirectory) -> None:
    data.manifest["nodess"] = []
    data.node["version"] = "one"
    data.credential["authentication"] = "webhok"
    data.operations["create"]["action"] = "create a note."
    data.operations["delete"]["nme"] = "x"
    del data.operations["delete"]["description"]
    data.operations["getAll"]["request"] = 3
    faults = validate(data.write())
    found = {(Path(fault.file).name, fault.path) for fault in faults}
    assert found == {
        ("manifest.json", "nodess"),
        ("bitrix24.yaml", "version"),
        ("exampleApi.yaml", "authentication"),
        ("note.yaml", "operations.create.action"),
        ("note.yaml", "operations.delete.nme"),
        ("note.yaml", "operations.delete"),
        ("note.yaml", "operations.getAll.request"),
    }


def test_names_line_and_column_of_what_is_not_yaml(data: DataDirectory) -> None:
    data.write()
    data.write_file("node_definitions/resources/note.yaml", "resource: note\nname: [Note\nscopes: [note]\n")
    [fault] = validate(data.location)
    assert (fault.file, fault.path) == (str(data.resource_file), "line 3, column 7")
    assert fault.expected == "a readable YAML file in UTF-8"


def test_refuses_a_key_that_stands_twice(data: DataDirectory) -> None:
    data.write()
    data.write_file("node_definitions/resources/note.yaml", "resource: note\nresource: note\n")
    [fault] = validate(data.location)
    assert (fault.path, fault.message) == ("line 1, column 1", "the key 'resource' stands twice")


def test_a_listed_resource_needs_a_file(data: DataDirectory) -> None:
    data.node["resources"] = ["note", "nte"]
    [fault] = validate(data.write())
    assert fault == Fault(
        str(data.location.node),
        "resources[1]",
        'the resource "nte" has neither nte.yaml nor nte/resource.yaml',
        "note",
    )


def test_a_file_needs_to_be_listed(data: DataDirectory) -> None:
    data.write()
    spare = data.write_file("node_definitions/resources/spare.yaml", {**data.resource, "resource": "spare"})
    [fault] = validate(data.location)
    assert fault == Fault(
        str(spare),
        "",
        'the node\'s list of resources does not have "spare"',
        f"spare among the resources in {data.location.node}, or the file removed",
    )


def test_a_resource_is_called_like_its_file(data: DataDirectory) -> None:
    data.resource["resource"] = "memo"
    [fault] = validate(data.write())
    assert (fault.path, fault.message, fault.expected) == (
        "resource",
        'the resource is called "memo"',
        "note, as its file is",
    )


def test_a_credential_needs_a_file_and_a_known_authentication(data: DataDirectory) -> None:
    data.manifest["credentials"] = ["exampleApi", "exmpleApi"]
    data.credential["authentication"] = "webhok"
    missing, unknown = sorted(validate(data.write()), key=lambda fault: "credentials[" not in fault.path)
    assert (missing.file, missing.path, missing.expected) == (
        str(data.location.manifest),
        "credentials[1]",
        "exampleApi",
    )
    assert (unknown.path, unknown.message, unknown.expected) == (
        "authentication",
        'the node offers no authentication "webhok"',
        "webhook",
    )


@pytest.fixture
def folder(data: DataDirectory) -> DataDirectory:
    """The example's resource as a folder, its operation `delete` in a file of its own."""
    data.write()
    data.resource_file.unlink()
    part = {"delete": data.operations.pop("delete")}
    data.resource["operationFiles"] = ["removal"]
    data.write_file("node_definitions/resources/note/resource.yaml", data.resource)
    data.write_file("node_definitions/resources/note/removal.yaml", {"operations": part})
    return data


def test_a_folder_is_judged_as_one_resource(folder: DataDirectory) -> None:
    assert validate(folder.location) == []


def test_a_fault_in_a_part_names_the_part(folder: DataDirectory) -> None:
    part = folder.write_file(
        "node_definitions/resources/note/removal.yaml",
        {"name": "Removal", "operations": {"delete": {**folder.operations["create"], "nme": "x"}}},
    )
    faults = validate(folder.location)
    found = {(fault.file, fault.path) for fault in faults}
    assert {(str(part), "name"), (str(part), "operations.delete.nme")} <= found


def test_an_operation_stands_in_one_file_only(folder: DataDirectory) -> None:
    again = {"create": folder.operations["create"]}
    part = folder.write_file("node_definitions/resources/note/removal.yaml", {"operations": again})
    head = folder.location.resources / "note" / "resource.yaml"
    assert Fault(
        str(part), "operations.create", f"the operation also stands in {head}", "each operation in one file"
    ) in validate(folder.location)


def test_a_resource_uses_the_parameters_of_another(data: DataDirectory) -> None:
    data.node["resources"] = ["note", "memo"]
    data.write()
    data.write_file("node_definitions/resources/memo.yaml", BORROWER)
    assert validate(data.location) == []


def test_parameters_of_a_resource_that_is_not_there(data: DataDirectory) -> None:
    data.node["resources"] = ["note", "memo"]
    data.write()
    memo = data.write_file("node_definitions/resources/memo.yaml", {**BORROWER, "parametersOf": "nota"})
    wanted = Fault(str(memo), "parametersOf", 'there is no resource "nota"', "the name of another resource")
    assert wanted in validate(data.location)


def test_parts_that_are_missing_or_not_listed(folder: DataDirectory) -> None:
    folder.resource["operationFiles"] = ["removal", "absent"]
    folder.write_file("node_definitions/resources/note/resource.yaml", folder.resource)
    spare = folder.write_file("node_definitions/resources/note/spare.yaml", {"operations": {}})
    found = {(fault.file, fault.message) for fault in validate(folder.location)}
    absent = str(folder.location.resources / "note" / "absent.yaml")
    assert (str(spare), "operationFiles of resource.yaml does not list the file") in found
    assert any(file == absent and "No such file" in message for file, message in found)


def test_only_the_faults_of_the_paths_asked_for(data: DataDirectory) -> None:
    data.node["version"] = 0
    data.operations["create"]["action"] = "Create a note."
    data.write()
    assert {fault.path for fault in validate([data.resource_file])} == {"operations.create.action"}
    assert {fault.path for fault in validate([data.root])} == {"operations.create.action", "version"}


def test_a_file_outside_of_any_data_directory(tmp_path: Path, data: DataDirectory) -> None:
    del data.resource["operations"]["getAll"]
    path = data.write_file("elsewhere/note.yaml", data.resource)
    assert validate([path]) == []
    absent = tmp_path / "absent.yaml"
    assert validate([absent]) == [
        Fault(str(absent), "", "there is no such file or folder", "an existing file or folder")
    ]


def test_a_fault_reads_as_a_sentence() -> None:
    assert str(Fault("a.yaml", "name", "here stands 3", "a text")) == "a.yaml: name: here stands 3; expected a text"
    assert str(Fault("a.yaml", "", "is empty", "a mapping")) == "a.yaml: is empty; expected a mapping"


def test_an_area_has_resources_of_the_node_and_a_name_of_its_own(data: DataDirectory) -> None:
    area = {"displayName": "Example", "description": "An area", "aliases": []}
    data.node["areas"] = [{**area, "node": "bitrix24", "resources": ["nte"]}]
    faults = {(fault.path, fault.message) for fault in validate(data.write())}
    assert faults == {
        ("areas[0].resources[0]", 'the node has no resource "nte"'),
        ("areas[0].node", 'another node is called "bitrix24"'),
    }
