"""Definitions that leave the vocabulary or name what is not there."""

from __future__ import annotations

from tests.definitions.wrong import OPERATIONS, Wrong, put, remove

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
        "an unknown transform of an answer",
        put(OPERATIONS, "create", "answer", value={"transform": "uperCase"}),
        "operations.create.answer.transform",
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
