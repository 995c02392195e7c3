"""Every kind of fault: where it is found, what it says, and what it says would be right."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from bitrix_node.definitions.validation import Fault, validate

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.definitions.data_directory import DataDirectory


class Wrong(NamedTuple):
    """One way to break the example, and the one fault that it has to bring."""

    name: str
    change: Callable[[DataDirectory], Any]
    path: str
    message: str
    expected: str


def put(*steps: str | int, value: Any) -> Callable[[DataDirectory], None]:
    """Puts a value at a place in the resource."""

    def change(data: DataDirectory) -> None:
        inner: Any = data.resource
        for step in steps[:-1]:
            inner = inner[step]
        if isinstance(inner, list) and steps[-1] == len(inner):
            inner.append(value)
        else:
            inner[steps[-1]] = value

    return change


def remove(*steps: str) -> Callable[[DataDirectory], None]:
    """Takes a key out of the resource."""

    def change(data: DataDirectory) -> None:
        inner: Any = data.resource
        for step in steps[:-1]:
            inner = inner[step]
        del inner[steps[-1]]

    return change


OPERATIONS = "operations"
SHAPE = [
    Wrong(
        "an unknown key",
        put(OPERATIONS, "create", "acion", value="x"),
        "operations.create.acion",
        'the key "acion" is not known here',
        "action",
    ),
    Wrong(
        "a missing key",
        remove(OPERATIONS, "create", "action"),
        "operations.create",
        'the key "action" is missing',
        "action: The line in the node's list of actions: a sentence that names the thing, without a period",
    ),
    Wrong(
        "a wrong kind of value",
        put(OPERATIONS, "create", "parameters", value="kind"),
        "operations.create.parameters",
        'here stands "kind"',
        "a list",
    ),
    Wrong(
        "a value out of a list",
        put("parameters", "kind", "type", value="option"),
        "parameters.kind.type",
        'here stands "option"',
        "options",
    ),
    Wrong(
        "a name that cannot be one",
        put(OPERATIONS, "2nd", value=None),
        "operations.2nd",
        '"2nd" cannot be a key here',
        "A name that workflows store: letters, digits and underscores, a letter first",
    ),
    Wrong(
        "two ways to send",
        put(OPERATIONS, "create", "request", value={"method": "note.add"}),
        "operations.create",
        "request and requests stand side by side",
        "exactly one of request, requests, steps, refuses",
    ),
    Wrong(
        "no way to send",
        remove(OPERATIONS, "getAll", "request"),
        "operations.getAll",
        "none of request, requests, steps, refuses is there",
        "exactly one of request, requests, steps, refuses",
    ),
    Wrong(
        "an empty list",
        put("parameters", "kind", "options", value=[]),
        "parameters.kind.options",
        "here stands []",
        "at least one entry",
    ),
    Wrong(
        "an entry twice",
        put("scopes", value=["note", "note"]),
        "scopes[1]",
        '"note" stands in the list twice',
        "each entry once",
    ),
    Wrong(
        "a method's name that cannot be one",
        put(OPERATIONS, "getAll", "request", "method", value="note list"),
        "operations.getAll.request.method",
        'here stands "note list"',
        "The name of a REST method, such as crm.item.add",
    ),
]

NAMES = [
    Wrong(
        "an unknown parameter",
        put(OPERATIONS, "create", "parameters", 0, value="knd"),
        "operations.create.parameters[0]",
        'there is no shared parameter "knd"',
        "kind",
    ),
    Wrong(
        "an unknown table",
        put(OPERATIONS, "create", "requests", 1, "arguments", "KIND", "table", value="leters"),
        "operations.create.requests[1].arguments.KIND",
        'there is no table "leters"',
        "letters",
    ),
    Wrong(
        "an unknown condition",
        put(OPERATIONS, "create", "requests", 0, "when", value="urgnt"),
        "operations.create.requests[0].when",
        'there is no condition "urgnt"',
        "urgent",
    ),
    Wrong(
        "an unknown transform of a source",
        put(
            OPERATIONS,
            "create",
            "requests",
            0,
            "arguments",
            "TEXT",
            value={"parameter": "options.text", "transform": "uperCase"},
        ),
        "operations.create.requests[0].arguments.TEXT",
        'there is no transform "uperCase"',
        "upperCase",
    ),
    Wrong(
        "an unknown transform of a parameter",
        put("parameters", "noteId", "transform", value="intger"),
        "parameters.noteId.transform",
        'there is no transform "intger"',
        "integer or integerList",
    ),
    Wrong(
        "an unknown step",
        put(OPERATIONS, "delete", "steps", 1, "arguments", "ID", value={"answer": "fund.id"}),
        "operations.delete.steps[1].arguments.ID",
        'no earlier step is called "fund"',
        "found",
    ),
    Wrong(
        "a step that only comes later",
        put(OPERATIONS, "delete", "steps", 0, "arguments", "MARK", value={"answer": "gone.id"}),
        "operations.delete.steps[0].arguments.MARK",
        'no earlier step is called "gone"',
        "none, as there are none to name",
    ),
    Wrong(
        "a way out of an unknown step",
        put(OPERATIONS, "delete", "steps", 1, "afterRefusal", value={"step": "fund", "codes": ["X"]}),
        "operations.delete.steps[1].afterRefusal",
        'no earlier step is called "fund"',
        "found",
    ),
    Wrong(
        "two steps of one name",
        put(OPERATIONS, "delete", "steps", 1, "id", value="found"),
        "operations.delete.steps[1].id",
        'an earlier step is called "found" too',
        "an id of its own",
    ),
    Wrong(
        "an unknown kind of paging",
        put(OPERATIONS, "getAll", "request", "paging", value="strat"),
        "operations.getAll.request.paging",
        'there is no kind of paging "strat"',
        "start",
    ),
]

USES = [
    Wrong(
        "a source that names no field",
        put(OPERATIONS, "create", "requests", 0, "arguments", "KIND", value="option.text"),
        "operations.create.requests[0].arguments.KIND",
        'the operation has no field "option.text"',
        "options.text",
    ),
    Wrong(
        "accepting a field that is not there",
        put(OPERATIONS, "create", "requests", 0, "accepts", value=["options.txt"]),
        "operations.create.requests[0].accepts[0]",
        'the operation has no field "options.txt"',
        "options.text or options",
    ),
    Wrong(
        "requiring a field that is not there",
        put(OPERATIONS, "create", "requests", 0, "requires", value=[["kind", "options.txt"]]),
        "operations.create.requests[0].requires[0]",
        'the operation has no field "options.txt"',
        "options.text or options",
    ),
    Wrong(
        "giving back a field that is not there",
        put(OPERATIONS, "delete", "steps", 1, "answer", "deleted", 0, value="notId"),
        "operations.delete.steps[1].answer.deleted[0]",
        'the operation has no field "notId"',
        "noteId",
    ),
    Wrong(
        "a condition on a field that is not there",
        put("conditions", "urgent", value={"knd": "given"}),
        "operations.create.requests[0].when",
        'the operation has no field "knd"',
        "kind",
    ),
    Wrong(
        "a field shown by one that is not there",
        put(
            OPERATIONS,
            "create",
            "parameters",
            1,
            value={"name": "noteId", "show": {"knd": ["usual"]}, "use": "outputDataField"},
        ),
        "operations.create.parameters[1].show",
        'the operation has no field "knd"',
        "kind",
    ),
    Wrong(
        "a condition that can never hold",
        put("conditions", "urgent", value={"kind": ["urgnt"]}),
        "operations.create.requests[0].when.kind",
        'here stands "urgnt"',
        "urgent",
    ),
    Wrong(
        "a field shown by a later one",
        put(
            OPERATIONS,
            "create",
            "parameters",
            value=[{"name": "noteId", "show": {"kind": ["usual"]}, "use": "outputDataField"}, "kind"],
        ),
        "operations.create.parameters[0].show",
        'the field "kind", on which this one depends, comes later',
        "kind to stand before it",
    ),
    Wrong(
        "a field that is sent nowhere",
        put(OPERATIONS, "getAll", "parameters", 1, value="noteId"),
        "operations.getAll.parameters[1]",
        'the field "noteId" is sent nowhere',
        "a request that has it among its arguments",
    ),
    Wrong(
        "an option that is sent nowhere",
        put(OPERATIONS, "getAll", "options", value=["text"]),
        "operations.getAll.options[0]",
        'the field "options.text" is sent nowhere',
        "a request that has it among its arguments",
    ),
    Wrong(
        "a shared parameter that is not used",
        put("parameters", "spare", value={"displayName": "Spare"}),
        "parameters.spare",
        "no operation uses it",
        "an operation that does, or its removal",
    ),
    Wrong(
        "a condition that is not used",
        put("conditions", "spare", value={"kind": "given"}),
        "conditions.spare",
        "no operation uses it",
        "an operation that does, or its removal",
    ),
    Wrong(
        "a table that is not used",
        put("tables", "spare", value={"a": 1}),
        "tables.spare",
        "no operation uses it",
        "an operation that does, or its removal",
    ),
]

REQUESTS = [
    Wrong(
        "an alternative behind one without condition",
        put(OPERATIONS, "create", "requests", 2, value={"method": "note.put", "when": {"kind": "given"}}),
        "operations.create.requests[2]",
        "this alternative is never reached: an earlier one has no condition",
        "the alternative without condition to be the last",
    ),
    Wrong(
        "an alternative behind one with the same condition",
        put(OPERATIONS, "create", "requests", 1, "when", value={"kind": ["urgent"]}),
        "operations.create.requests[1].when",
        "this alternative is never reached: an earlier one has the same condition",
        "a condition of its own",
    ),
    Wrong(
        "paging where nothing turns pages",
        put(OPERATIONS, "getAll", "request", "handler", value="call"),
        "operations.getAll.request.paging",
        "call does not turn pages",
        "the handler list, which is the default here",
    ),
    Wrong(
        "two operations of one name",
        put(OPERATIONS, "delete", "name", value="Create"),
        "operations.delete.name",
        'create has the name "Create" too',
        "a name of its own",
    ),
]

PANEL = [
    Wrong(
        "a field twice",
        put(OPERATIONS, "create", "parameters", 1, value="kind"),
        "operations.create.parameters[1]",
        'there already is a field "kind" in this list',
        "a name of its own",
    ),
    Wrong(
        "an option that every action already has",
        put(
            OPERATIONS, "create", "options", 1, value={"name": "simplify", "displayName": "Simplify", "use": "simplify"}
        ),
        "operations.create.options",
        'there already is a field "simplify" in this list',
        "a name of its own",
    ),
    Wrong(
        "a choice twice",
        put("parameters", "kind", "options", 2, value={"name": "Again", "value": "usual"}),
        "parameters.kind.options[2].value",
        'an earlier choice has the value "usual" too',
        "a value of its own",
    ),
    Wrong(
        "a default that is no choice",
        put("parameters", "kind", "default", value="usal"),
        "parameters.kind.default",
        '"usal" is no default for the type options',
        "usual",
    ),
    Wrong(
        "a boolean without default",
        put(
            OPERATIONS,
            "create",
            "options",
            1,
            value={"name": "simplify2", "displayName": "S", "type": "boolean", "use": "simplify"},
        ),
        "operations.create.options[1].default",
        "nothing is no default for the type boolean",
        "true or false",
    ),
    Wrong(
        "a default below the smallest number",
        put("parameters", "text", value={"displayName": "Text", "type": "number", "default": 0, "minValue": 1}),
        "parameters.text.default",
        "0 is no default for the type number",
        "1 or more",
    ),
    Wrong(
        "a default that is not JSON",
        put("parameters", "text", value={"displayName": "Text", "type": "json", "default": "{"}),
        "parameters.text.default",
        '"{" is no default for the type json',
        "JSON as a text, such as '{}'",
    ),
    Wrong(
        "a dropdown without choices",
        remove("parameters", "kind", "options"),
        "parameters.kind",
        "the type options has nothing to offer",
        "the key options",
    ),
    Wrong(
        "a bound of something that is no number",
        put("parameters", "text", "minValue", value=1),
        "parameters.text.minValue",
        "the type string has no minValue",
        "the type number",
    ),
]

TEXTS = [
    Wrong(
        "a period behind the only sentence",
        put("parameters", "text", "description", value="What the note says."),
        "parameters.text.description",
        'the only sentence ends with a period: "What the note says."',
        "no period at its end",
    ),
    Wrong(
        "no period behind the last sentence",
        put("parameters", "text", "description", value="What the note says. It may be long"),
        "parameters.text.description",
        'the last of several sentences has no period: "What the note says. It may be long"',
        "a period at its end",
    ),
    Wrong(
        "a boolean that does not say whether",
        put(
            "parameters",
            "text",
            value={"displayName": "Loud", "type": "boolean", "default": True, "description": "Makes it loud"},
        ),
        "parameters.text.description",
        'the description of a boolean starts "Makes"',
        "Whether …",
    ),
    Wrong(
        "a placeholder that does not say it is an example",
        put("parameters", "text", "placeholder", value="Call Ann"),
        "parameters.text.placeholder",
        'here stands "Call Ann"',
        "e.g. …",
    ),
    Wrong(
        "an action with a period",
        put(OPERATIONS, "create", "action", value="Create a note."),
        "operations.create.action",
        '"Create a note." ends with a period',
        "no period",
    ),
    Wrong(
        "a name in sentence case",
        put(OPERATIONS, "create", "name", value="Create note"),
        "operations.create.name",
        '"Create note" is not in title case',
        "Create Note",
    ),
    Wrong(
        "getAll under another name",
        put(OPERATIONS, "getAll", "name", value="List All"),
        "operations.getAll.name",
        'getAll is called "List All"',
        "Get Many",
    ),
]


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
