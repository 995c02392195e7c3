"""Definitions whose panel would not work or would not read well."""

from __future__ import annotations

from tests.definitions.wrong import OPERATIONS, Wrong, put, remove

PANEL = [
    Wrong(
        "a lookup of fields for rows that build nothing",
        put(
            *("parameters", "kind"),
            value={
                "displayName": "Kinds",
                "type": "fixedCollection",
                "default": {},
                "fieldLookup": "notes",
                "groups": [
                    {"name": "rows", "displayName": "Row", "members": [{"name": "field", "displayName": "Field"}]}
                ],
            },
        ),
        "parameters.kind.fieldLookup",
        "these rows choose no field",
        "rows that build conditions or an order",
    ),
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
