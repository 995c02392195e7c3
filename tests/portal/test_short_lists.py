"""Lists whose answers contradict one another: whole or failed, never short in silence; and honest ones never fail."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import Any

import pytest

from bitrix_node import Node, Webhook
from bitrix_node.portal import Answer, counting
from bitrix_node.portal.errors import Incomplete
from bitrix_node.portal.paging import ListRequest, fetch_rows
from tests.portal.test_keyset import Table, ids_of
from tests.scripted_portal import ScriptedPortal

Json = dict[str, Any]


def rows(first: int, end: int) -> list[Json]:
    return [{"ID": str(number)} for number in range(first, end)]


def page(first: int, end: int, **more: Any) -> Json:
    return {"result": rows(first, end), **more}


async def listed(answers: list[Json], limit: int | None = None, **arguments: Any) -> tuple[list[int], list[Any]]:
    """The ids that a method without ranges of ids brings, and where the pages began that were asked for."""
    async with ScriptedPortal.with_answers(answers) as portal, Node(Webhook(portal.webhook_url)) as node:
        scope = node.portal.scope()

        async def call(asked: Json) -> Answer:
            return await scope.call("some.list", asked)

        def rows_of(answer: Answer) -> list[Any]:
            return answer.result if isinstance(answer.result, list) else []

        request = ListRequest(call, arguments, rows_of, "start", limit, method="some.list")
        found, _ = await fetch_rows(request)
        return ids_of(found), [int(entry.arguments.get("start", 0)) for entry in portal.calls]


@pytest.mark.parametrize("total", [0, 50, -1, "0", "-1", 12, None])
async def test_next_is_followed_whatever_the_count_says(total: Any) -> None:
    count = {"total": total}
    found, asked = await listed([page(0, 50, next=50, **count), page(50, 100, next=100, **count), page(100, 130)])
    assert (found, asked) == (list(range(130)), [0, 50, 100])


async def test_next_is_followed_beyond_what_was_counted() -> None:
    answers = [page(0, 50, next=50, total=90), page(50, 100, next=100, total=90), page(100, 130, total=130)]
    assert await listed(answers) == (list(range(130)), [0, 50, 100])


@pytest.mark.parametrize("total", [0, 50, "140", "many", None, -3])
async def test_a_later_count_that_cannot_be_one_is_no_count(total: Any) -> None:
    answers = [page(0, 50, next=50, total="140"), page(50, 100, next=100, total=total), page(100, 140, total=total)]
    assert (await listed(answers))[0] == list(range(140))


async def test_a_limit_asks_for_no_page_beyond_it_though_next_is_given() -> None:
    assert await listed([page(0, 50, next=50, total=0)], 50) == (list(range(50)), [0])
    answers = [page(0, 50, next=50, total=500), page(50, 100, next=100, total=500)]
    assert await listed(answers, 60) == (list(range(60)), [0, 50])
    answers = [page(100, 150, next=150, total=500), page(150, 200, next=200, total=500)]
    assert await listed(answers, 60, start=100) == (list(range(100, 160)), [100, 150])


SHORT_AT_FIRST: list[tuple[str, Json]] = [
    ("empty", {"result": []}),
    ("empty, with a count", {"result": [], "total": 140}),
    ("cut", page(50, 60, next=100, total=140)),
    ("cut, and without next", page(50, 60, total=140)),
    ("no place for rows", {"result": None, "next": 100, "total": 140}),
    ("rows in a map", {"result": {"items": None}, "next": 100, "total": 140}),
]


@pytest.mark.parametrize("fault", [answer for _, answer in SHORT_AT_FIRST], ids=[name for name, _ in SHORT_AT_FIRST])
async def test_a_short_page_is_asked_for_again(fault: Json) -> None:
    whole = {50: page(50, 100, next=100, total=140), 100: page(100, 140, total=140)}
    found, asked = await by_offset([page(0, 50, next=50, total=140)], {50: [fault, whole[50]], 100: [whole[100]]})
    assert found == list(range(140))
    assert sorted(asked) == [0, 50, 50, 100]


async def test_an_empty_first_page_is_asked_for_again() -> None:
    first = [{"result": [], "next": 50, "total": 90}, page(0, 50, next=50, total=90)]
    assert (await by_offset(first, {50: [page(50, 90, total=90)]}))[0] == list(range(90))


async def test_a_method_that_counts_what_it_does_not_show_is_asked_once_for_each_page() -> None:
    further = {50: [page(52, 90, next=100, total=140)], 100: [page(101, 130, total=140)]}
    found, asked = await by_offset([page(0, 48, next=50, total=140)], further)
    assert found == [*range(48), *range(52, 90), *range(101, 130)]
    assert sorted(asked) == [0, 50, 100]


async def by_offset(first: list[Json], further: dict[int, list[Json]]) -> tuple[list[int], list[int]]:
    """What a method brings that has these answers for a page, the last of them for good."""
    answers = {0: deque(first), **{start: deque(entries) for start, entries in further.items()}}
    asked: list[int] = []

    async def call(arguments: Json) -> Answer:
        start = arguments.get("start", 0)
        asked.append(start)
        answer = answers[start].popleft() if len(answers[start]) > 1 else answers[start][0]
        return Answer(answer["result"], answer.get("total"), answer.get("next"))

    def rows_of(answer: Answer) -> list[Any]:
        return answer.result if isinstance(answer.result, list) else []

    found, _ = await fetch_rows(ListRequest(call, {}, rows_of, "start", None, method="some.list"))
    return ids_of(found), asked


@pytest.mark.parametrize(
    ("first", "further"),
    [
        (140, {50: {"result": [], "total": 140}, 100: page(100, 140, total=140)}),
        (140, {50: {"result": []}, 100: page(100, 140)}),
        (140, {50: page(50, 60, total=140), 100: page(100, 140, total=140)}),
        (140, {50: {"result": None, "next": 100, "total": 140}, 100: page(100, 140, total=140)}),
        (140, {50: {"result": [], "total": 140}, 100: {"result": [], "total": 140}}),
        (190, {50: page(50, 100, next=100, total=190), 100: {"result": []}, 150: page(150, 190)}),
    ],
    ids=["empty", "empty, uncounted", "cut at its end", "no place for rows", "nothing but the first page", "later"],
)
async def test_a_page_that_denies_the_others_fails_the_list(first: int, further: dict[int, Json]) -> None:
    pages = {start: [answer] for start, answer in further.items()}
    with pytest.raises(Incomplete, match=f"counted {first} rows") as caught:
        await by_offset([page(0, 50, next=50, total=first)], pages)
    assert (caught.value.code, caught.value.method) == ("LIST_SHORT", "some.list")
    assert "Run it again" in caught.value.remedy


async def test_a_page_that_leads_on_from_its_own_end_is_read_on_from_there() -> None:
    further = {
        50: [page(50, 60, next=60, total=190)],
        60: [page(60, 110, next=110, total=190)],
        100: [page(100, 150, next=150, total=190)],
        150: [page(150, 160, next=160, total=190)],
        160: [page(160, 190, total=190)],
    }
    found, asked = await by_offset([page(0, 50, next=50, total=190)], further)
    assert found == list(range(190))
    assert sorted(asked) == [0, 50, 60, 100, 150, 160]


@pytest.mark.parametrize("known", [True, False])
async def test_a_first_page_that_leads_on_from_its_own_end_doubles_no_rows(known: bool) -> None:
    """It is cut, so that all further pages are larger than it and reach into those after them."""
    name = "id" if known else "name"

    async def call(arguments: Json) -> Answer:
        start = arguments.get("start", 0)
        end = min(140, start + 50 if start else 27)
        return Answer([{name: number} for number in range(start, end)], 140, end if end < 140 else None)

    found, _ = await fetch_rows(ListRequest(call, {}, lambda answer: answer.result, "start", None))
    assert [row[name] for row in found] == list(range(140))


@pytest.mark.parametrize("hidden", [range(0), range(20, 30), range(50, 100), range(60, 140), [0, 60, 120, 139]])
async def test_rows_that_are_counted_and_not_shown_fail_no_list(hidden: Any) -> None:
    """The portal leaves out what this person may not see, after it has counted and cut the pages."""

    def shown(start: int) -> Json:
        answer = page(start, min(start + 50, 140), total=140)
        answer["result"] = [row for row in answer["result"] if int(row["ID"]) not in hidden]
        return answer | ({"next": start + 50} if start + 50 < 140 else {})

    found, _ = await by_offset([shown(0)], {start: [shown(start)] for start in (50, 100)})
    assert found == [number for number in range(140) if number not in hidden]


async def test_an_empty_page_whose_next_stands_still_fails_the_list() -> None:
    further = {50: [{"result": [], "next": 50, "total": 140}], 100: [page(100, 140, total=140)]}
    with pytest.raises(Incomplete, match="the page at 50 holds 0 of its 50 rows, also when asked again"):
        await by_offset([page(0, 50, next=50, total=140)], further)


@pytest.mark.parametrize("following", [50, 100])
async def test_a_next_that_goes_back_is_found_out(following: int) -> None:
    further = {100: [page(100, 150, next=following)], 50: [page(50, 100, next=100)]}
    with pytest.raises(Incomplete) as caught:
        await by_offset([page(0, 50, next=100)], further)
    assert caught.value.code == "PAGING_LOOP"


async def test_a_first_page_whose_next_goes_back_is_found_out() -> None:
    with pytest.raises(Incomplete) as caught:
        await listed([page(100, 150, next=50, total=500)], start=100)
    assert caught.value.code == "PAGING_LOOP"


async def test_a_page_that_next_named_must_have_a_place_for_rows() -> None:
    with pytest.raises(Incomplete, match="no place for them"):
        await listed([page(0, 50, next=50), {"result": None}])


@pytest.mark.parametrize("row", [None, 7, "x", {}, {"id": None}, []], ids=repr)
@pytest.mark.parametrize("kind", ["lastId", "firstId", "lastRow", "notifications"])
async def test_a_row_without_an_id_where_one_is_needed_is_told(kind: str, row: Any) -> None:
    async def call(_: Json) -> Answer:
        return Answer([{"id": number} for number in range(49)] + [row])

    with pytest.raises(Incomplete, match="without its id"):
        await fetch_rows(ListRequest(call, {}, lambda answer: answer.result, kind, None, method="some.list"))


@pytest.mark.parametrize("kind", ["offset", "page"])
@pytest.mark.parametrize("total", [0, 140])
async def test_lists_without_next_are_read_on_as_long_as_more_is_counted(kind: str, total: int) -> None:
    asked: list[int] = []

    async def call(arguments: Json) -> Answer:
        start = arguments["offset"] if "offset" in arguments else (arguments.get("page", 1) - 1) * 50
        asked.append(start)
        cut = start + 20 if start == 50 and total and kind == "offset" else start + 50
        return Answer(rows(start, min(cut, 140)), total)

    found, _ = await fetch_rows(ListRequest(call, {}, lambda answer: answer.result, kind, None))
    assert ids_of(found) == list(range(140))


@dataclass
class Unfaithful(Table):
    """A table of which ranges of ids, asked for without counting, do not show everything.

    Attributes:
        lost: rows that ranges leave out.
        hidden: rows that nothing shows, but which are counted.
        calls: how many ranges leave rows out; `None` for all.
    """

    lost: set[int] = field(default_factory=set)
    hidden: set[int] = field(default_factory=set)
    calls: int | None = None

    def answer(self, arguments: Json) -> Answer:
        answer = super().answer(arguments)
        ranged = arguments.get("start", 0) < 0 and "<=id" in arguments.get("filter", {})
        left_out = self.lost | self.hidden if ranged else self.hidden
        if ranged and self.calls is not None and any(row["id"] in self.lost for row in answer.result):
            self.calls -= 1
            left_out = left_out if self.calls >= 0 else self.hidden
        return answer._replace(result=[row for row in answer.result if row["id"] not in left_out])


@pytest.fixture
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lists of more than two pages count as long."""
    monkeypatch.setattr(counting, "KEYSET_ABOVE", 100)


@pytest.mark.parametrize("order", ["ASC", "DESC"])
@pytest.mark.parametrize("calls", [None, 1, 3])
@pytest.mark.parametrize(
    "lost",
    [
        range(1001),
        range(3, 4),
        range(1000, 1001),
        range(201, 301),
        range(451, 501),
        range(60, 940),
        range(300, 700, 2),
        range(470, 471),
    ],
    ids=["all", "one of the first", "the last", "two ranges", "one range", "all but ends", "every second", "one row"],
)
async def test_ranges_that_leave_rows_out_fail_the_list(
    lost: range, calls: int | None, order: str, short: None
) -> None:
    table = Unfaithful(list(range(1, 1001)), lost=set(lost), calls=calls)
    if calls is not None and len(lost) > 100:
        table.calls = None
    if calls is not None and len(lost) == 100:
        table.calls = 2
    with pytest.raises(Incomplete, match="counted 1000 rows, but when it was asked for them by their ids") as caught:
        await table.fetch(order={"id": order})
    assert (caught.value.code, caught.value.method) == ("LIST_SHORT", "crm.item.list")


@pytest.mark.parametrize("order", ["ASC", "DESC"])
@pytest.mark.parametrize("limit", [None, 950])
@pytest.mark.parametrize("hidden", [range(300, 500), range(1, 1001, 10), range(101, 1001), range(990, 1000)])
async def test_rows_that_are_counted_and_never_shown_fail_no_long_list(
    hidden: range, limit: int | None, order: str, short: None
) -> None:
    table = Unfaithful(list(range(1, 1001)), hidden=set(hidden))
    found = await table.fetch(limit, order={"id": order})
    assert ids_of(found) == [row for row in sorted(table.ids, reverse=order == "DESC") if row not in hidden][:limit]


@pytest.mark.parametrize("order", ["ASC", "DESC"])
@pytest.mark.parametrize("gone", [range(1, 60), range(300, 700), range(940, 1001), range(1, 1001)])
@pytest.mark.parametrize("after", [1, 3, 5, 15])
async def test_rows_that_are_deleted_meanwhile_fail_no_long_list(
    gone: range, after: int, order: str, short: None
) -> None:
    table = Table(list(range(1, 1001)))
    kept = [number for number in table.ids if number not in gone]

    async def call(arguments: Json) -> Answer:
        if len(table.asked) == after:
            table.ids = kept
        return await Table.call(table, arguments)

    request = ListRequest(
        call, {"order": {"id": order}}, lambda answer: answer.result, "start", None, method="crm.item.list"
    )
    found = ids_of((await fetch_rows(request))[0])
    assert set(kept) <= set(found)
    assert found == sorted(set(found), reverse=order == "DESC")


async def test_rows_that_come_to_fulfil_the_filter_fail_no_long_list(short: None) -> None:
    """As many leave the list in time, so that fewer come than were counted, before and after."""
    table = Table(list(range(1, 1001)))

    async def call(arguments: Json) -> Answer:
        if len(table.asked) == 3:
            table.ids = [number for number in table.ids if number not in range(900, 920)]
        if len(table.asked) == 22:
            table.ids += range(900, 920)
        return await Table.call(table, arguments)

    arguments = {"filter": {"stageId": "NEW"}}
    request = ListRequest(call, arguments, lambda answer: answer.result, "start", None, method="crm.item.list")
    assert len((await fetch_rows(request))[0]) == 980


async def test_a_list_that_comes_as_counted_takes_no_call_more(short: None) -> None:
    table = Table(list(range(1, 1001)))
    await table.fetch()
    assert len(table.asked) == 1 + 2 + 20


@pytest.mark.parametrize("ends", [("ASC", "DESC"), ("ASC",), ("DESC",)])
async def test_a_list_whose_ends_are_empty_is_read_by_its_offsets(ends: tuple[str, ...], short: None) -> None:
    table = Table(list(range(1, 1001)))

    async def call(arguments: Json) -> Answer:
        answer = await table.call(arguments)
        end = arguments.get("start") == -1 and "filter" not in arguments and arguments["order"]["id"] in ends
        return Answer([], 0) if end else answer

    request = ListRequest(call, {}, lambda answer: answer.result, "start", None, method="crm.item.list")
    assert ids_of((await fetch_rows(request))[0]) == table.ids


@pytest.mark.parametrize(("start", "cut"), [(0, 0), (100, 0), (100, 10), (350, 0), (350, 49)])
async def test_a_page_that_stays_short_is_had_by_ids_where_that_can_be(start: int, cut: int) -> None:
    table = Table(list(range(1, 401)))

    async def call(arguments: Json) -> Answer:
        answer = await table.call(arguments)
        return answer._replace(result=answer.result[:cut]) if arguments.get("start", 0) == start else answer

    request = ListRequest(call, {}, lambda answer: answer.result, "start", None, method="crm.item.list")
    assert ids_of((await fetch_rows(request))[0]) == table.ids


async def test_a_range_of_which_more_follows_is_read_on(short: None) -> None:
    table = Table(list(range(1, 301)))

    async def call(arguments: Json) -> Answer:
        answer = await table.call(arguments)
        ranged = "<=id" in arguments.get("filter", {})
        return Answer(answer.result[:20], 0, 20) if ranged and len(answer.result) > 20 else answer

    request = ListRequest(call, {}, lambda answer: answer.result, "start", None, method="crm.item.list")
    assert ids_of((await fetch_rows(request))[0]) == table.ids


@pytest.mark.parametrize(
    ("result", "fault"),
    [
        (None, "no place where rows are"),
        ("", "no place where rows are"),
        ({"items": None}, "no place where rows are"),
        ([None], "without their ids"),
        (["x"], "without their ids"),
        ([{"id": None}], "without their ids"),
    ],
    ids=repr,
)
async def test_a_range_without_rows_or_ids_fails_the_list(result: Any, fault: str, short: None) -> None:
    table = Table(list(range(1, 301)))

    async def call(arguments: Json) -> Answer:
        answer = await table.call(arguments)
        return Answer(result) if arguments.get("filter", {}).get(">id") == 100 else answer

    def rows_of(answer: Answer) -> list[Any]:
        return answer.result if isinstance(answer.result, list) else []

    with pytest.raises(Incomplete, match=fault):
        await fetch_rows(ListRequest(call, {}, rows_of, "start", None, method="crm.item.list"))


@pytest.mark.parametrize("total", [20_000, 10_200])
async def test_a_portal_that_has_nothing_by_ids_is_not_believed(total: int) -> None:
    """What its first page showed is gone from everything that it is asked for next, and it does not say why."""
    top, bottom = ([{"id": number} for number in ids] for ids in (range(1, 51), range(total - 49, total + 1)))
    first: Json = {"result": {"items": top}, "next": 50, "total": total}
    ends: list[Json] = [{"result": {"items": found}} for found in (top, bottom)] if total < 20_000 else []
    nothing: list[Json] = [{"result": {"items": []}}] * 400
    async with (
        ScriptedPortal.with_answers([first, *ends, *nothing]) as portal,
        Node(Webhook(portal.webhook_url)) as node,
    ):
        with pytest.raises(Exception, match=rf"counted {total} rows"):
            await node.execute("spa", "getItems", parameters={"entityTypeId": 2, "returnAll": True})
