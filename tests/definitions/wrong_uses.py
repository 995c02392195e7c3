"""Definitions whose fields or requests would have no effect."""

from __future__ import annotations

from tests.definitions.wrong import OPERATIONS, Wrong, put

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
        "a row looked for by a field that is not there",
        put(OPERATIONS, "create", "requests", 0, "answer", value={"match": {"ID": "options.txt"}}),
        "operations.create.requests[0].answer.match.ID",
        'the operation has no field "options.txt"',
        "options.text or options",
    ),
    Wrong(
        "rows left out by a field that is not there",
        put(OPERATIONS, "create", "requests", 0, "answer", value={"without": {"ID": "options.txt"}}),
        "operations.create.requests[0].answer.without.ID",
        'the operation has no field "options.txt"',
        "options.text or options",
    ),
    Wrong(
        "rows cut down by a field that is not there",
        put(OPERATIONS, "create", "answer", value={"only": "options.txt"}),
        "operations.create.answer.only",
        'the operation has no field "options.txt"',
        "options.text or options",
    ),
    Wrong(
        "success said on a page",
        put(OPERATIONS, "getAll", "request", "answer", value={"success": {"STATUS": ["SUCCESS"]}}),
        "operations.getAll.request.answer.success",
        "a page of a list does not say whether anything was done",
        "a request without paging",
    ),
    Wrong(
        "a row looked for where pages are turned",
        put(OPERATIONS, "getAll", "request", "answer", value={"match": {"ID": "limit"}}),
        "operations.getAll.request.answer.match",
        "a row is only looked for in a list that comes whole",
        "a request without paging",
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
