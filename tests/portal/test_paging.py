"""All rows of a list, by every way of handing them out, with no request more than needed."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bitrix_node.portal import Answer, Portal
from bitrix_node.portal.errors import Incomplete, Refused
from bitrix_node.portal.paging import ListRequest, fetch_rows

if TYPE_CHECKING:
    from collections.abc import Callable

    from bitrix_node.sandbox import Sandbox

PAGE = 50


@dataclass
class Rows:
    """A list method with so many rows, in one of Bitrix24's habits; remembers what it was asked."""

    count: int
    habit: Callable[[Rows, dict[str, Any]], Answer]
    asked: list[dict[str, Any]] = field(default_factory=list)

    async def call(self, arguments: dict[str, Any]) -> Answer:
        self.asked.append(arguments)
        return self.habit(self, arguments)

    def ids(self, start: int, size: int) -> list[dict[str, int]]:
        return [{"id": number} for number in range(start, min(start + size, self.count))]

    async def fetch(self, kind: str, limit: int | None = None, **more: Any) -> list[int]:
        arguments = {"filter": {"a": 1}, **more.pop("arguments", {})}
        request = ListRequest(self.call, arguments, rows_of, kind, limit, **more)
        rows, first = await fetch_rows(request)
        assert first.result == self.habit(self, self.asked[0]).result
        assert all(entry["filter"] == {"a": 1} for entry in self.asked)
        return [row["id"] for row in rows]


def rows_of(answer: Answer) -> list[Any]:
    rows: list[Any] = answer.result["items"] if isinstance(answer.result, dict) else answer.result
    return rows


def with_total(rows: Rows, arguments: dict[str, Any]) -> Answer:
    start = arguments.get("start", arguments.get("START", 0))
    following = start + PAGE
    return Answer(rows.ids(start, PAGE), rows.count, following if following < rows.count else None)


def without_total(rows: Rows, arguments: dict[str, Any]) -> Answer:
    answer = with_total(rows, arguments)
    return Answer(answer.result, None, answer.next)


def newest_first(rows: Rows, arguments: dict[str, Any]) -> Answer:
    before = arguments.get("LAST_ID", rows.count)
    return Answer([{"id": number} for number in range(before - 1, max(-1, before - 1 - arguments["LIMIT"]), -1)])


def counted(rows: Rows, arguments: dict[str, Any]) -> Answer:
    return Answer(rows.ids(arguments.get("offset", 0), arguments["limit"]))


def counted_in_pagination(rows: Rows, arguments: dict[str, Any]) -> Answer:
    pagination = arguments["pagination"]
    return Answer(rows.ids(pagination.get("offset", 0), pagination["limit"]))


def counted_in(*path: str) -> Callable[[Rows, dict[str, Any]], Answer]:
    """A list method with offset and limit below these names, the last two of which are theirs."""

    def habit(rows: Rows, arguments: dict[str, Any]) -> Answer:
        *outer, offset, limit = path
        for step in outer:
            arguments = arguments[step]
        return Answer(rows.ids(arguments.get(offset, 0), arguments[limit]))

    return habit


def numbered(rows: Rows, arguments: dict[str, Any]) -> Answer:
    return Answer(rows.ids((int(arguments.get("page", 1)) - 1) * PAGE, PAGE))


def numbered_to_the_last(rows: Rows, arguments: dict[str, Any]) -> Answer:
    """Gives the last page again for every number beyond it, as Bitrix24's page navigation does."""
    navigation = arguments["PARAMS"]["NAV_PARAMS"]
    last = max(0, -(-rows.count // PAGE) - 1)
    page = min(navigation.get("iNumPage", 1) - 1, last)
    return Answer(rows.ids(page * PAGE, navigation["nPageSize"]), rows.count)


def oldest_first(rows: Rows, arguments: dict[str, Any]) -> Answer:
    after = arguments["cursor"].get("value", -1)
    return Answer(rows.ids(after + 1, arguments["cursor"]["limit"]))


def cursor_in_the_answer(rows: Rows, arguments: dict[str, Any]) -> Answer:
    pagination = arguments["pagination"]
    start = pagination.get("afterCursor", {"id": 0})["id"]
    page = rows.ids(start, pagination["limit"])
    following = start + len(page)
    more = following < rows.count
    return Answer(
        {"items": page, "hasMore": more, "afterCursor": {"id": following}}
        | ({"nextCursor": {"id": following}} if more else {})
    )


def events(rows: Rows, arguments: dict[str, Any]) -> Answer:
    start = arguments.get("offset", 0)
    page = rows.ids(start, arguments["limit"])
    following = start + len(page)
    return Answer({"items": page, "nextOffset": following, "hasMore": following < rows.count})


def one_page(rows: Rows, arguments: dict[str, Any]) -> Answer:
    return Answer(rows.ids(0, min(arguments["limit"], 200)))


HABITS: list[tuple[str, Callable[[Rows, dict[str, Any]], Answer]]] = [
    ("start", with_total),
    ("START", with_total),
    ("start", without_total),
    ("START", without_total),
    ("lastId", newest_first),
    ("lastRow", newest_first),
    ("offset", counted),
    ("OFFSET", counted_in("OFFSET", "LIMIT")),
    ("paramsOffset", counted_in("params", "offset", "limit")),
    ("PARAMSOffset", counted_in("PARAMS", "offset", "limit")),
    ("page", numbered),
    ("NAV_PARAMS", numbered_to_the_last),
    ("tail", oldest_first),
    ("pagination", counted_in_pagination),
    ("afterCursor", cursor_in_the_answer),
    ("nextCursor", cursor_in_the_answer),
]
"""How lists are handed out, and a method that does it."""


@pytest.mark.parametrize(("kind", "habit"), HABITS)
@pytest.mark.parametrize(
    ("count", "limit", "wanted", "requests"),
    [
        (0, None, 0, 1),
        (1, None, 1, 1),
        (49, None, 49, 1),
        (120, None, 120, 3),
        (120, 10, 10, 1),
        (120, 50, 50, 1),
        (120, 51, 51, 2),
        (120, 100, 100, 2),
        (120, 5000, 120, 3),
    ],
)
async def test_as_many_rows_as_wanted_in_as_few_requests_as_possible(
    kind: str,
    habit: Callable[[Rows, dict[str, Any]], Answer],
    count: int,
    limit: int | None,
    wanted: int,
    requests: int,
) -> None:
    rows = Rows(count, habit)
    found = await rows.fetch(kind, limit)
    everything = range(count) if habit is not newest_first else range(count - 1, -1, -1)
    assert found == list(everything)[:wanted]
    assert len(rows.asked) == requests


@given(
    way=st.sampled_from(HABITS),
    count=st.integers(0, 700),
    limit=st.none() | st.integers(1, 800),
    gone=st.sets(st.integers(0, 13)),
)
async def test_any_list_comes_whole_and_in_order_or_not_at_all(
    way: tuple[str, Callable[[Rows, dict[str, Any]], Answer]], count: int, limit: int | None, gone: set[int]
) -> None:
    """Some of the requests, by number, are refused: then nothing is handed out unless they were not needed."""
    kind, habit = way
    rows = Rows(count, habit)

    async def call(arguments: dict[str, Any]) -> Answer:
        number = len(rows.asked)
        answer = await rows.call(arguments)
        if number in gone:
            raise Refused("Access denied", code="ACCESS_DENIED", method="some.list")
        return answer

    everything = list(range(count) if habit is not newest_first else range(count - 1, -1, -1))
    try:
        found, _ = await fetch_rows(ListRequest(call, {"filter": {}}, rows_of, kind, limit))
    except Refused:
        assert any(number < len(rows.asked) for number in gone)
    else:
        assert [row["id"] for row in found] == everything[:limit]
        assert not any(number < len(rows.asked) for number in gone)


async def test_a_cursor_is_sent_where_the_method_reads_it() -> None:
    rows = Rows(120, counted_in_pagination)
    await rows.fetch("pagination")
    assert [entry["pagination"] for entry in rows.asked] == [
        {"limit": 50},
        {"limit": 50, "offset": 50},
        {"limit": 50, "offset": 100},
    ]
    rows = Rows(120, with_total)
    await rows.fetch("START")
    assert [entry.get("START") for entry in rows.asked] == [None, 50, 100]


async def test_a_wanted_page_size_is_no_larger_than_the_limit() -> None:
    rows = Rows(120, newest_first)
    await rows.fetch("lastId", 7)
    assert [entry["LIMIT"] for entry in rows.asked] == [7]


async def test_a_list_begins_where_the_caller_wants_it_to() -> None:
    rows = Rows(120, counted)
    assert await rows.fetch("offset", arguments={"offset": 60}) == list(range(60, 120))
    assert [entry["offset"] for entry in rows.asked] == [60, 110]
    rows = Rows(220, numbered)
    assert await rows.fetch("page", arguments={"page": "3"}) == list(range(100, 220))
    rows = Rows(120, with_total)
    assert await rows.fetch("start", arguments={"start": 50}) == list(range(50, 120))


@pytest.mark.parametrize("arguments", [{}, {"start": 10}, {"start": "20"}])
async def test_a_method_with_short_pages_gives_all_rows(arguments: dict[str, Any]) -> None:
    def short_pages(rows: Rows, asked: dict[str, Any]) -> Answer:
        start = int(asked.get("start", 0))
        return Answer(rows.ids(start, 10), rows.count, start + 10 if start + 10 < rows.count else None)

    begin = int(arguments.get("start", 0))
    assert await Rows(65, short_pages).fetch("start", arguments=arguments) == list(range(begin, 65))


async def test_a_page_is_as_large_as_the_caller_wants_it_to_be() -> None:
    rows = Rows(25, counted)
    assert await rows.fetch("offset", arguments={"limit": 10}) == list(range(25))
    assert [entry["limit"] for entry in rows.asked] == [10, 10, 10]


async def test_events_are_asked_for_until_there_are_no_more() -> None:
    rows = Rows(250, events)
    assert await rows.fetch("nextOffset") == list(range(250))
    assert [entry.get("offset") for entry in rows.asked] == [None, 100, 200]


async def test_a_queue_is_emptied() -> None:
    waiting = list(range(120))

    def hand_out(_rows: Rows, arguments: dict[str, Any]) -> Answer:
        page, waiting[:] = waiting[: arguments["limit"]], waiting[arguments["limit"] :]
        return Answer({"events": [{"id": number} for number in page]})

    rows = Rows(120, hand_out)
    request = ListRequest(rows.call, {}, lambda answer: answer.result["events"], "queue", None)
    found, _ = await fetch_rows(request)
    assert [row["id"] for row in found] == list(range(120))
    assert rows.asked == [{"limit": 50}] * 3


async def test_pages_go_forward_from_the_row_that_the_caller_names() -> None:
    def newer(rows: Rows, arguments: dict[str, Any]) -> Answer:
        page = rows.ids(arguments["FIRST_ID"] + 1, arguments["LIMIT"])
        return Answer(page[::-1])

    rows = Rows(120, newer)
    found = await rows.fetch("lastId", arguments={"FIRST_ID": 9})
    assert sorted(found) == list(range(10, 120))
    assert [entry["FIRST_ID"] for entry in rows.asked] == [9, 59, 109]


async def test_notifications_go_on_in_the_stage_of_the_last_one() -> None:
    stages = [{"id": 100 - number, "notify_type": 1 if number < 60 else 2} for number in range(100)]
    asked: list[dict[str, Any]] = []

    async def call(arguments: dict[str, Any]) -> Answer:
        asked.append(arguments)
        start = next((place + 1 for place, row in enumerate(stages) if row["id"] == arguments.get("LAST_ID")), 0)
        return Answer(stages[start : start + arguments["LIMIT"]], total=-1)

    rows, _ = await fetch_rows(ListRequest(call, {}, lambda answer: answer.result, "notifications", None))
    assert rows == stages
    assert asked == [
        {"LIMIT": 50},
        {"LAST_ID": 51, "LIMIT": 50, "LAST_TYPE": 1},
        {"LAST_ID": 1, "LIMIT": 50, "LAST_TYPE": 3},
    ]


async def test_a_short_page_of_an_earlier_stage_does_not_end_the_list() -> None:
    pages = {None: [{"id": 9, "notify_type": 1}], 9: [{"id": 30, "notify_type": 2}]}

    async def call(arguments: dict[str, Any]) -> Answer:
        return Answer(pages[arguments.get("LAST_ID")])

    rows, _ = await fetch_rows(ListRequest(call, {}, lambda answer: answer.result, "notifications", None))
    assert [row["id"] for row in rows] == [9, 30]


async def test_a_tail_by_another_field_is_one_page_and_never_cut_in_silence() -> None:
    arguments = {"cursor": {"field": "timestampX", "value": -1}}
    assert await Rows(49, oldest_first).fetch("tail", arguments=arguments) == list(range(49))
    with pytest.raises(Incomplete, match="more rows"):
        await Rows(51, oldest_first).fetch("tail", arguments=arguments)


async def test_a_page_that_the_caller_names_is_the_only_one() -> None:
    arguments = {"pagination": {"page": 2, "limit": 20}}
    rows = Rows(15, counted_in_pagination)
    assert await rows.fetch("pagination", arguments=arguments) == list(range(15))
    assert rows.asked == [{"filter": {"a": 1}, **arguments}]
    with pytest.raises(Incomplete, match="more rows than the 20"):
        await Rows(100, counted_in_pagination).fetch("pagination", arguments=arguments)


async def test_more_pages_than_fit_in_memory_come_in_groups() -> None:
    rows = Rows(15_000, with_total)
    assert await rows.fetch("start") == list(range(15_000))
    assert len(rows.asked) == 300


@pytest.mark.parametrize(
    ("count", "limit", "wanted"), [(199, None, 199), (200, 200, 200), (500, 200, 200), (500, 10, 10), (30, 500, 30)]
)
async def test_a_method_with_one_page_gives_it(count: int, limit: int | None, wanted: int) -> None:
    assert await Rows(count, one_page).fetch("limit", limit) == list(range(wanted))


@pytest.mark.parametrize("limit", [None, 201])
async def test_a_full_page_of_a_method_with_one_page_is_refused(limit: int | None) -> None:
    with pytest.raises(Incomplete, match=r"more rows than the 200 .* Narrow the period\.") as caught:
        await Rows(500, one_page).fetch("limit", limit, beyond="Narrow the period.", method="some.list")
    details = {"code": "TOO_MANY_ROWS", "http": None, "method": "some.list", "retryable": False}
    assert caught.value.details() == details
    assert "Limit" in caught.value.remedy


async def test_a_method_without_paging_gives_what_it_has() -> None:
    rows = Rows(120, lambda rows, _: Answer(rows.ids(0, 120)))
    assert await rows.fetch("none") == list(range(120))
    assert await rows.fetch("none", 7) == list(range(7))


@pytest.mark.parametrize(
    ("kind", "habit"),
    [
        ("start", lambda rows, _: Answer(rows.ids(0, PAGE), None, PAGE)),
        ("start", lambda rows, _: Answer(rows.ids(0, PAGE), rows.count, PAGE)),
        ("lastId", lambda rows, _: Answer(rows.ids(0, PAGE))),
        ("offset", lambda rows, _: Answer(rows.ids(0, PAGE))),
        ("pagination", lambda rows, _: Answer(rows.ids(0, PAGE))),
    ],
    ids=["next", "next and total", "last-id", "offset", "pagination"],
)
async def test_a_method_that_takes_no_notice_of_the_cursor_is_found_out(
    kind: str, habit: Callable[[Rows, dict[str, Any]], Answer]
) -> None:
    rows = Rows(120, habit)
    with pytest.raises(Incomplete, match="the same rows again") as caught:
        await rows.fetch(kind)
    assert (caught.value.code, caught.value.retryable) == ("PAGING_LOOP", False)
    assert len(rows.asked) <= 3


async def test_cursors_that_go_round_are_found_out() -> None:
    def round_and_round(rows: Rows, arguments: dict[str, Any]) -> Answer:
        start = arguments.get("start", 0)
        return Answer(rows.ids(start, PAGE), None, 50 if start == 100 else start + 50)

    with pytest.raises(Incomplete):
        await Rows(500, round_and_round).fetch("start")


async def test_a_failed_page_fails_the_list() -> None:
    def breaks_off(rows: Rows, arguments: dict[str, Any]) -> Answer:
        if arguments.get("start") == 100:
            raise Refused("No", code="NO")
        return with_total(rows, arguments)

    with pytest.raises(Refused):
        await Rows(300, breaks_off).fetch("start")


@pytest.mark.parametrize(("limit", "wanted"), [(None, 60), (7, 7), (50, 50), (55, 55)])
async def test_rows_of_the_sandbox_are_complete_and_in_order(
    portal: Portal, sandbox: Sandbox, limit: int | None, wanted: int
) -> None:
    async def call(arguments: dict[str, Any]) -> Answer:
        return await portal.call("crm.item.list", arguments)

    arguments = {"entityTypeId": 3, "order": {"id": "ASC"}, "select": ["id"]}
    rows, _ = await fetch_rows(ListRequest(call, arguments, lambda answer: answer.result["items"], "start", limit))
    ids = [row["id"] for row in rows]
    assert len(set(ids)) == len(ids) == wanted
    assert ids == sorted(ids)
    assert sandbox.statistics.requests == (2 if wanted > 50 else 1)


async def test_messages_of_a_long_chat_come_page_by_page(portal: Portal, sandbox: Sandbox) -> None:
    chat = (await portal.call("im.chat.add", {"TITLE": "Long", "USERS": [2]})).result
    dialog = {"DIALOG_ID": f"chat{chat}"}
    texts = {f"Message {number}" for number in range(120)}
    await asyncio.gather(*(portal.call("im.message.add", {**dialog, "MESSAGE": text}) for text in texts))
    before = sandbox.statistics.requests

    async def call(arguments: dict[str, Any]) -> Answer:
        return await portal.call("im.dialog.messages.get", arguments)

    rows, _ = await fetch_rows(ListRequest(call, dialog, lambda answer: answer.result["messages"], "lastId", None))
    ids = [row["id"] for row in rows]
    assert ids == sorted(set(ids), reverse=True)
    assert {row["text"] for row in rows} >= texts
    assert sandbox.statistics.requests - before == 3
