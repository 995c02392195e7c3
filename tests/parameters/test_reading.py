"""From the panel's raw values to typed ones."""

from __future__ import annotations

from typing import Any, ClassVar

import pytest

from bitrix_node.parameters import BinaryData, ParameterError, Values, read_values
from tests.parameters.operations import operation

ROW_MEMBERS = [{"name": "fieldName", "required": True, "displayName": "Field Name"}, {"name": "fieldValue"}]
PANEL = operation(
    {"name": "chatId", "displayName": "Chat ID", "required": True, "description": "Number of the chat."},
    {"name": "kind", "type": "options", "default": "a", "options": [{"name": n, "value": n} for n in ("a", "b")]},
    {"name": "onlyB", "displayName": "Only B", "show": {"kind": ["b"]}},
    {"name": "limit", "type": "number", "default": 50, "minValue": 1},
    {"name": "old", "displayName": "Old Field", "refuses": "Use Title instead."},
    {"name": "oldFlag", "displayName": "Old Flag", "type": "boolean", "default": True, "refuses": "Leave it on."},
    {"name": "rows", "type": "fixedCollection", "default": {}, "groups": [{"name": "items", "members": ROW_MEMBERS}]},
    {
        "name": "options",
        "type": "collection",
        "default": {},
        "members": [{"name": "replyId", "displayName": "Reply ID", "type": "number"}, {"name": "system"}],
    },
)
GIVEN = {"chatId": "5", "kind": "a", "limit": 50}


def given(values: Values) -> dict[str, Any]:
    return {path: values.get(path) for path in values.given_paths()}


@pytest.mark.parametrize(
    ("raw", "more"),
    [
        ({}, {}),
        ({"chatId": 5}, {}),
        ({"kind": "b", "onlyB": "x"}, {"kind": "b", "onlyB": "x"}),
        ({"limit": "10"}, {"limit": 10}),
        ({"old": ""}, {}),
        ({"oldFlag": True}, {}),
        ({"onlyB": ""}, {}),
        ({"options": {}}, {}),
        ({"options": []}, {}),
        ({"options": {"replyId": "7"}}, {"options.replyId": 7}),
        ({"options": {"replyId": None, "system": ""}}, {"options.system": ""}),
        ({"rows": {}}, {}),
        ({"rows": {"items": []}}, {}),
        (
            {"rows": {"items": [{"fieldName": "A", "fieldValue": 1}]}},
            {"rows": {"items": [{"fieldName": "A", "fieldValue": "1"}]}},
        ),
        ({"rows": {"items": {"fieldName": "A"}}}, {"rows": {"items": [{"fieldName": "A"}]}}),
    ],
)
def test_values_are_read_with_the_defaults_of_the_panel(raw: dict[str, Any], more: dict[str, Any]) -> None:
    assert given(read_values(PANEL, {"chatId": "5", **raw})) == {**GIVEN, **more}


@pytest.mark.parametrize(
    ("raw", "parameter", "message", "advice"),
    [
        ({"chatId": ""}, "chatId", "'Chat ID' is required", "What to enter: Number of the chat."),
        ({"chatId": None}, "chatId", "'Chat ID' is required", "What to enter: Number of the chat."),
        ({"chatId": [1]}, "chatId", "'Chat ID' must be text; got [1]", "What to enter: Number of the chat."),
        ({"limits": 5}, "limits", "There is no parameter 'limits'", "Did you mean 'limit'?"),
        (
            {"zzz": 5},
            "zzz",
            "There is no parameter 'zzz'",
            "Known are: chatId, kind, onlyB, limit, old, oldFlag, rows, options.",
        ),
        ({"limit": 0}, "limit", "'limit' must be 1 or more; got 0", ""),
        ({"kind": "c"}, "kind", "'kind' must be one of a, b; got c", ""),
        ({"onlyB": "x"}, "onlyB", "'Only B' has no effect unless 'kind' is b", ""),
        ({"oldFlag": False}, "oldFlag", "'Old Flag' cannot be used", "Leave it on."),
        ({"old": "x"}, "old", "'Old Field' cannot be used", "Use Title instead."),
        (
            {"options": {"replayId": 1}},
            "options.replayId",
            "There is no parameter 'options.replayId'",
            "Did you mean 'options.replyId'?",
        ),
        ({"options": {"replyId": "x"}}, "options.replyId", "'Reply ID' must be a number; got x", ""),
        ({"options": "text"}, "options", "'options' must be an object; got text", ""),
        ({"rows": [1]}, "rows", "'rows' must be an object; got [1]", ""),
        ({"rows": {"item": []}}, "rows.item", "There is no parameter 'rows.item'", "Did you mean 'rows.items'?"),
        ({"rows": {"items": ["x"]}}, "rows.items[0]", "'rows.items[0]' must be an object; got x", ""),
        (
            {"rows": {"items": [{"fieldName": "A"}, {"fieldValue": "1"}]}},
            "rows.items[1].fieldName",
            "'Field Name' is required",
            "",
        ),
        (
            {"rows": {"items": [{"name": "A"}]}},
            "rows.items[0].name",
            "There is no parameter 'rows.items[0].name'",
            "Known are: fieldName, fieldValue.",
        ),
    ],
)
def test_a_faulty_value_is_refused_by_its_place(raw: dict[str, Any], parameter: str, message: str, advice: str) -> None:
    with pytest.raises(ParameterError) as refusal:
        read_values(PANEL, {"chatId": "5", **raw})
    assert (refusal.value.parameter, refusal.value.message, refusal.value.advice) == (parameter, message, advice)


@pytest.mark.parametrize(
    "raw",
    [{"limits": 5}, {"onlyB": "x"}, {"options": {"gone": 1}}, {"rows": {"gone": [{"a": 1}]}}],
)
def test_what_an_older_workflow_holds_is_left_aside(raw: dict[str, Any]) -> None:
    assert given(read_values(PANEL, {"chatId": "5", **raw}, strict=False)) == GIVEN


def test_a_required_parameter_that_is_hidden_may_be_missing() -> None:
    panel = operation({"name": "kind", "default": "a"}, {"name": "b", "required": True, "show": {"kind": ["b"]}})
    assert given(read_values(panel, {})) == {"kind": "a"}
    with pytest.raises(ParameterError, match="'b' is required"):
        read_values(panel, {"kind": "b"})


def test_a_required_collection_needs_a_member() -> None:
    panel = operation({"name": "fields", "type": "collection", "required": True, "members": [{"name": "title"}]})
    assert given(read_values(panel, {"fields": {"title": "T"}})) == {"fields.title": "T"}
    with pytest.raises(ParameterError, match="'fields' is required"):
        read_values(panel, {"fields": {}})


class TestInputDataFields:
    """Parameters that name a binary field of the item."""

    FIELD: ClassVar = {"name": "binary", "displayName": "Input Data Field", "default": "data", "use": "inputDataField"}
    PHOTO: ClassVar = {"data": "cGhvdG8=", "fileName": "photo.png", "mimeType": "image/png"}

    @pytest.mark.parametrize("raw", [{}, {"binary": "data"}])
    def test_the_bytes_are_read(self, raw: dict[str, Any]) -> None:
        values = read_values(operation(self.FIELD), raw, {"data": self.PHOTO})
        assert values.get("binary") == BinaryData("cGhvdG8=", "photo.png", "image/png")

    def test_several_fields_are_read_where_several_files_can_go(self) -> None:
        panel = operation({**self.FIELD, "transform": "attachedFiles"})
        values = read_values(panel, {"binary": "data, scan"}, {"data": self.PHOTO, "scan": self.PHOTO})
        assert values.get("binary") == [BinaryData("cGhvdG8=", "photo.png", "image/png")] * 2

    def test_the_default_may_be_missing_where_it_is_not_required(self) -> None:
        assert given(read_values(operation(self.FIELD), {})) == {}

    @pytest.mark.parametrize(
        ("raw", "required", "binary", "there"),
        [
            ({"binary": "photo"}, False, {}, "it has none"),
            ({"binary": "photo"}, False, {"data": PHOTO, "scan": PHOTO}, "it has data, scan"),
            ({}, True, {}, "it has none"),
            ({"binary": "data, scan"}, False, {"data": PHOTO}, "it has data"),
        ],
    )
    def test_a_missing_field_is_refused_with_what_there_is(
        self, raw: dict[str, Any], binary: dict[str, Any], there: str, *, required: bool
    ) -> None:
        with pytest.raises(ParameterError) as refusal:
            read_values(operation({**self.FIELD, "required": required}), raw, binary)
        assert "'Input Data Field' must be the name of a binary field" in refusal.value.message
        assert there in refusal.value.message

    @pytest.mark.parametrize(
        ("field", "must_be"), [({}, "an object such as"), ({"data": "not base64!"}, "Base64-encoded content")]
    )
    def test_a_field_without_bytes_is_refused(self, field: dict[str, Any], must_be: str) -> None:
        with pytest.raises(ParameterError, match=must_be):
            read_values(operation(self.FIELD), {}, {"data": field})

    def test_a_file_that_is_too_large_is_refused(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("bitrix_node.parameters.binary.LARGEST_FILE", 1024 * 1024)
        field = {**self.PHOTO, "data": "AAAA" * 1024 * 1024}
        with pytest.raises(ParameterError, match="'Input Data Field' must be a file of at most 1 MB; got 3 MB"):
            read_values(operation(self.FIELD), {}, {"data": field})
