"""Whatever a body holds, reading it ends in an answer or in a typed error."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from aiohttp import web
from hypothesis import given
from hypothesis import strategies as st

from bitrix_node.portal import Answer
from bitrix_node.portal.answers import (
    misses,
    read_answer,
    read_command_answer,
    read_listed_answers,
    repeats_names,
)
from bitrix_node.portal.clock import Clock
from bitrix_node.portal.errors import NoAnswer, OutcomeUnknown, PortalError
from bitrix_node.portal.limits.quota import Quotas
from bitrix_node.portal.pace import duration_of

if TYPE_CHECKING:
    from tests.portal.conftest import Serve

DEEP = 100_000
LONG = "9" * 5000
HALF_A_PAIR = rb'"\ud83d"'

NUMBERS = st.integers() | st.floats() | st.sampled_from([10**400, -(10**400), 2**53, 2**63])
SCALARS = (
    st.none() | st.booleans() | NUMBERS | st.text() | st.sampled_from(["", "7", LONG, "٣", "²", "error", "\ud83d"])
)
NAMES = st.text() | st.sampled_from(
    ["c0", "code", "message", "validation", "field", "duration", "finish", "operating_reset_at", "error", "result"]
)
VALUES = st.recursive(SCALARS, lambda part: st.lists(part, max_size=3) | st.dictionaries(NAMES, part, max_size=3))
TIMES = VALUES | st.fixed_dictionaries(
    {}, optional={"duration": SCALARS, "finish": SCALARS, "operating_reset_at": SCALARS}
)
PARTS = {
    "total": VALUES,
    "next": VALUES,
    "time": TIMES,
    "error": VALUES | st.fixed_dictionaries({"code": VALUES, "message": VALUES, "validation": VALUES}),
    "error_description": VALUES,
    "error_message": VALUES,
}
RESULTS = VALUES | st.fixed_dictionaries(
    {},
    optional={
        "result": VALUES | st.fixed_dictionaries({"c0": VALUES}),
        "result_error": VALUES | st.fixed_dictionaries({"c0": VALUES}),
        "result_total": VALUES | st.fixed_dictionaries({"c0": VALUES}),
        "result_next": VALUES | st.fixed_dictionaries({"c0": VALUES}),
        "result_time": VALUES | st.fixed_dictionaries({"c0": TIMES}),
    },
)
BODIES = VALUES | st.fixed_dictionaries({"result": RESULTS}, optional=PARTS)
STATUSES = st.sampled_from([200, 400, 401, 404, 429, 500, 503])


@given(BODIES, STATUSES)
def test_any_json_is_an_answer_or_a_typed_error(value: Any, status: int) -> None:
    body = json.dumps(value).encode()
    try:
        answer = read_answer(body, status, "some.get")
    except PortalError:
        return
    check(answer)
    if misses(answer.result, ["c0"]):
        assert not repeats_names(body)
    found = read_command_answer(answer, "c0", "some.get")
    if isinstance(found, Answer):
        check(found)
    try:
        listed = read_listed_answers(answer, 2)
    except PortalError:
        return
    assert len(listed) == 2


def check(answer: Answer) -> None:
    """Whatever is done with an answer can be done with it."""
    for count in (answer.total, answer.next):
        assert count is None or (type(count) is int and count >= 0)
    assert answer.time is None or isinstance(answer.time, dict)
    duration = duration_of(answer)
    assert duration is None or 0 <= duration / 3 <= 1200
    quotas = Quotas(Clock())
    quotas.answered((None, "some.get"), answer.time)
    quotas.refused((None, "some.get"))
    assert quotas.error((None, "some.get"), "some.get").details()["retryAt"]


@given(st.binary())
def test_any_bytes_are_an_answer_or_a_typed_error(body: bytes) -> None:
    with pytest.raises(PortalError):
        read_answer(body, 200, "some.get")


@pytest.mark.parametrize(
    ("opening", "inside", "end"),
    [
        (b"[", b"", b"]"),
        (b"[", b"", b""),
        (b'{"result":', b"1", b"}"),
        (b'{"error":', b"1", b"}"),
        (b'{"a":', HALF_A_PAIR, b"}"),
    ],
)
@pytest.mark.parametrize("depth", [300, DEEP])
def test_an_answer_that_is_nested_too_deeply_is_none(opening: bytes, inside: bytes, end: bytes, depth: int) -> None:
    body = b'{"result": ' + opening * depth + inside + end * depth + b"}"
    with pytest.raises(NoAnswer, match="nested too deeply"):
        read_answer(body, 200, "some.get")


@pytest.mark.parametrize("depth", [300, DEEP])
def test_half_a_pair_before_too_deep_a_nest_is_no_way_around(depth: int) -> None:
    body = b'{"result": [' + HALF_A_PAIR + b", " + b"[" * depth + b"]" * depth + b"]}"
    with pytest.raises(NoAnswer, match="nested too deeply"):
        read_answer(body, 200, "some.get")


@pytest.mark.parametrize("number", [LONG, f'"{LONG}"', "-1", '"-1"', "true", "false", "1e400", "NaN", "[]", "{}", '""'])
def test_a_number_of_rows_that_is_none_counts_as_not_given(number: str) -> None:
    body = f'{{"result": [1], "total": {number}, "next": {number}}}'.encode()
    assert read_answer(body, 200, "some.list") == Answer([1])
    parts = f'"result": {{"c0": [1]}}, "result_total": {{"c0": {number}}}, "result_next": {{"c0": {number}}}'
    batch = read_answer(f'{{"result": {{{parts}}}}}'.encode(), 200, "batch")
    assert read_command_answer(batch, "c0", "some.list") == Answer([1])


@pytest.mark.parametrize("number", ["7", '"7"', '"007"'])
def test_a_number_of_rows_may_be_text(number: str) -> None:
    assert read_answer(f'{{"result": [], "total": {number}}}'.encode(), 200, "some.list").total == 7


def test_a_longer_number_than_can_be_read_stays_as_it_is() -> None:
    assert read_answer(f'{{"result": [{LONG}, 5]}}'.encode(), 200, "some.get").result == [LONG, 5]
    assert repeats_names(f'{{"result": {LONG}, "result": 1}}'.encode())


@pytest.mark.parametrize("time", [None, [], "soon", 5, True])
def test_an_account_of_time_that_is_none_counts_as_not_given(time: Any) -> None:
    body = {"result": {"result": {"c0": 1}, "result_time": {"c0": time}}, "time": time}
    batch = read_answer(json.dumps(body).encode(), 200, "batch")
    assert batch.time is None
    assert read_command_answer(batch, "c0", "some.get") == Answer(1)


@pytest.mark.parametrize("validation", [5, "title is missing", {"field": "title"}, [5, None, {"message": ["odd"]}]])
def test_an_error_of_an_odd_form_is_told_all_the_same(validation: Any) -> None:
    error = {"code": "INVALID_FIELDS", "message": "Wrong fields.", "validation": validation}
    with pytest.raises(PortalError, match=r"^Wrong fields\."):
        read_answer(json.dumps({"error": error}).encode(), 400, "some.add")


async def test_a_write_whose_answer_is_nested_too_deeply_has_an_unknown_outcome(serve: Serve) -> None:
    written = []

    async def handle(request: web.Request) -> web.Response:
        written.append(await request.json())
        return web.Response(body=b'{"result": ' + b"[" * DEEP, content_type="application/json")

    portal = await serve(handle)
    with pytest.raises(OutcomeUnknown, match="nested too deeply"):
        await portal.call("crm.item.add", {"entityTypeId": 2})
    assert len(written) == 1
