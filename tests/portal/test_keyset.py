"""Long lists by ranges of ids: every row once, in order, whatever the ids are and whatever happens meanwhile."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bitrix_node.credentials import Webhook
from bitrix_node.definitions.methods import MethodCatalogue
from bitrix_node.portal import Answer, Portal, counting
from bitrix_node.portal.errors import Incomplete, Refused
from bitrix_node.portal.keyset import id_order
from bitrix_node.portal.paging import ListRequest, fetch_rows
from bitrix_node.rest import keysets, paging_kinds
from bitrix_node.sandbox import Sandbox, SandboxConfig
from tests.portal.conftest import QUICK

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

PAGE = 50
START = paging_kinds()["start"]
Json = dict[str, Any]


@dataclass
class Table:
    """A list method over rows with these ids, with everything that such a method has."""

    ids: list[int]
    keep_id: bool = True
    asked: list[Json] = field(default_factory=list)

    async def call(self, arguments: Json) -> Answer:
        self.asked.append(arguments)
        return self.answer(arguments)

    def answer(self, arguments: Json) -> Answer:
        start, bounds = arguments.get("start", 0), arguments.get("filter", {})
        above, up_to = bounds.get(">id", -1), bounds.get("<=id", 2**63)
        ids = sorted(number for number in self.ids if above < number <= up_to)
        if arguments.get("order", {"id": "ASC"})["id"] == "DESC":
            ids.reverse()
        first = max(start, 0)
        rows = [self.row(number, arguments) for number in ids[first : first + PAGE]]
        if start < 0:
            return Answer(rows)
        return Answer(rows, len(ids), first + PAGE if first + PAGE < len(ids) else None)

    def row(self, number: int, arguments: Json) -> Json:
        names = arguments.get("select", ["*"])
        row = {"id": number, "title": f"Number {number}"}
        return {name: value for name, value in row.items() if name in names or "*" in names}

    async def fetch(self, limit: int | None = None, **arguments: Any) -> list[Any]:
        request = ListRequest(
            self.call, arguments, lambda answer: answer.result, "start", limit, method="crm.item.list"
        )
        rows, _ = await fetch_rows(request)
        return rows

    @property
    def by_range(self) -> list[Json]:
        return [arguments for arguments in self.asked if "<=id" in arguments.get("filter", {})]


@pytest.fixture
def short(monkeypatch: pytest.MonkeyPatch) -> int:
    """Lists of more than two pages count as long."""
    monkeypatch.setattr(counting, "KEYSET_ABOVE", 100)
    return 100


def ids_of(rows: list[Any]) -> list[int]:
    return [int(row.get("id", row.get("ID"))) for row in rows]


CLUSTERS = st.lists(
    st.tuples(st.integers(1, 100_000), st.integers(1, 400), st.integers(1, 40)), min_size=1, max_size=4
).map(lambda clusters: sorted({first + step * place for first, count, step in clusters for place in range(count)}))


@given(ids=CLUSTERS, descending=st.booleans(), limit=st.none() | st.integers(1, 1500))
@settings(max_examples=60)
async def test_every_row_comes_once_and_in_order(ids: list[int], descending: bool, limit: int | None) -> None:
    table = Table(ids)
    before, counting.KEYSET_ABOVE = counting.KEYSET_ABOVE, 60
    try:
        rows = await table.fetch(limit, order={"id": "DESC" if descending else "ASC"})
    finally:
        counting.KEYSET_ABOVE = before
    assert ids_of(rows) == sorted(ids, reverse=descending)[:limit]


@pytest.mark.parametrize(
    ("ids", "most"),
    [
        (range(1, 5001), 100),
        (range(7, 50_000, 10), 160),
        ([*range(1, 2501), *range(10_000_000, 10_002_500)], 260),
        ([*range(1, 100_000, 1000), *range(100_000, 104_900)], 260),
    ],
    ids=["dense", "sparse", "two clusters", "sparse, then dense"],
)
async def test_pages_are_about_full_however_the_ids_lie(ids: Any, most: int, short: int) -> None:
    table = Table(list(ids))
    assert ids_of(await table.fetch()) == list(ids)
    assert 5000 / PAGE <= len(table.by_range) <= most


async def test_ranges_are_not_counted_and_stand_beside_the_filter(short: int) -> None:
    table = Table(list(range(1, 301)))
    await table.fetch(filter={"title": "x"}, select=["title", "id"])
    first, *further = table.asked
    assert first == {"filter": {"title": "x"}, "select": ["title", "id"]}
    assert all(entry["start"] == -1 and entry["filter"]["title"] == "x" for entry in further)
    assert further[:2] == [{**first, "start": -1, "order": {"id": way}} for way in ("ASC", "DESC")]
    assert [(entry["filter"][">id"], entry["filter"]["<=id"]) for entry in further[2:]] == [
        (start, start + 50) for start in range(0, 300, 50)
    ]


async def test_up_to_ten_thousand_rows_are_read_by_their_offsets() -> None:
    table = Table(list(range(1, 10_001)))
    assert ids_of(await table.fetch()) == table.ids
    assert (len(table.asked), table.by_range) == (200, [])
    assert ids_of(await Table(list(range(1, 50_000))).fetch(10_000)) == table.ids
    table = Table(list(range(1, 10_002)))
    assert ids_of(await table.fetch()) == table.ids
    assert len(table.by_range) == 201


async def test_a_limit_asks_for_nothing_beyond_it(short: int) -> None:
    table = Table(list(range(1, 5001)))
    assert ids_of(await table.fetch(501)) == list(range(1, 502))
    assert len(table.by_range) == 11


async def test_rows_have_no_more_than_was_asked_for(short: int) -> None:
    table = Table(list(range(1, 301)))
    assert await table.fetch(select=["title"]) == [{"title": f"Number {number}"} for number in table.ids]
    assert all(entry["select"] == ["title", "id"] for entry in table.by_range)


@pytest.mark.parametrize("limit", [None, 220])
@pytest.mark.parametrize("order", [{}, {"order": {"id": "ASC"}}, {"order": {"id": "DESC"}}])
@pytest.mark.parametrize("long", [False, True])
async def test_rows_that_go_take_no_others_with_them(
    long: bool, order: Json, limit: int | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(counting, "KEYSET_ABOVE", 100 if long else 1000)
    table = Table(list(range(1, 401)))
    gone = {3, 40, 201, 202, 399}

    async def call(arguments: Json) -> Answer:
        if len(table.asked) == 4:
            table.ids = [number for number in table.ids if number not in gone]
        return await Table.call(table, arguments)

    request = ListRequest(call, order, lambda answer: answer.result, "start", limit, method="crm.item.list")
    found = ids_of((await fetch_rows(request))[0])
    descending = order.get("order") == {"id": "DESC"}
    assert found == sorted(set(found), reverse=descending)
    wanted = sorted(table.ids, reverse=descending)
    kept = [number for number in found if number not in gone]
    assert kept == wanted[: len(kept)]
    assert len(found) == limit if limit else kept == wanted


@pytest.mark.parametrize("long", [False, True])
async def test_rows_that_are_added_neither_double_nor_push_out_others(
    long: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(counting, "KEYSET_ABOVE", 100 if long else 1000)
    table = Table(list(range(1, 401)))

    async def call(arguments: Json) -> Answer:
        if len(table.asked) == 4:
            table.ids += range(401, 461)
        return await Table.call(table, arguments)

    arguments = {"order": {"id": "DESC"}}
    request = ListRequest(call, arguments, lambda answer: answer.result, "start", None, method="crm.item.list")
    found = ids_of((await fetch_rows(request))[0])
    assert len(found) == len(set(found))
    assert set(range(1, 401)) <= set(found)


async def test_a_list_without_ranges_fails_rather_than_come_short() -> None:
    table = Table(list(range(1, 401)))

    async def call(arguments: Json) -> Answer:
        table.ids = table.ids[1:] if len(table.asked) == 4 else table.ids
        return await Table.call(table, arguments)

    request = ListRequest(call, {}, lambda answer: answer.result, "start", None, method="disk.folder.getChildren")
    with pytest.raises(Incomplete, match="of 400 rows there are 399 left") as caught:
        await fetch_rows(request)
    assert (caught.value.code, caught.value.method) == ("LIST_CHANGED", "disk.folder.getChildren")
    assert caught.value.remedy


@pytest.mark.parametrize(
    ("answer", "fault"),
    [
        (lambda table, _: Answer(table.answer({}).result), "outside of the range"),
        (lambda table, asked: Answer(table.answer(asked).result[::-1]), "in another order"),
        (lambda table, asked: Answer(table.answer(asked).result * 2), "in another order"),
        (lambda table, asked: Answer([{"title": "x"} for _ in table.answer(asked).result]), "without their ids"),
    ],
    ids=["the filter is ignored", "the order is ignored", "rows twice", "no ids"],
)
async def test_a_portal_that_does_not_keep_to_the_range_is_found_out(
    answer: Callable[[Table, Json], Answer], fault: str, short: int
) -> None:
    table = Table(list(range(1, 301)))

    async def call(arguments: Json) -> Answer:
        ranged = "<=id" in arguments.get("filter", {})
        return answer(table, arguments) if ranged else await table.call(arguments)

    request = ListRequest(call, {}, lambda found: found.result, "start", None, method="crm.item.list")
    with pytest.raises(Incomplete, match=fault) as caught:
        await fetch_rows(request)
    assert (caught.value.code, caught.value.method) == ("IDS_OUT_OF_RANGE", "crm.item.list")


@pytest.mark.parametrize(
    ("method", "arguments", "descending"),
    [
        ("crm.item.list", {}, False),
        ("CRM.Item.List", {"order": []}, False),
        ("crm.item.list", {"order": {"ID": "desc"}}, True),
        ("crm.item.list", {"filter": {"@id": [1, 2], "<id": 9}, "start": 0}, False),
        ("tasks.task.list", {}, True),
        ("tasks.task.list", {"order": {"ID": "asc"}}, False),
        ("user.get", {}, False),
        ("user.get", {"sort": "ID", "order": "DESC"}, True),
        ("crm.item.list", {"order": {"title": "ASC"}}, None),
        ("crm.item.list", {"order": {"id": "ASC", "title": "ASC"}}, None),
        ("crm.item.list", {"order": {"id": "sideways"}}, None),
        ("crm.item.list", {"order": "id"}, None),
        ("crm.item.list", {"filter": {">id": 5}}, None),
        ("crm.item.list", {"filter": {"<=ID": 5}}, None),
        ("crm.item.list", {"filter": {"logic": "OR", "0": {"id": 1}}}, None),
        ("crm.item.list", {"filter": "id"}, None),
        ("crm.item.list", {"start": 100}, None),
        ("user.get", {"sort": "NAME"}, None),
        ("user.get", {"sort": "NAME", "order": "ASC"}, None),
        ("crm.status.list", {}, None),
    ],
)
def test_ranges_are_used_where_the_caller_leaves_the_order_to_them(
    method: str, arguments: Json, descending: bool | None
) -> None:
    order = id_order(method, START, arguments)
    assert (order and order.descending) == descending


def test_arguments_are_written_as_the_caller_writes_them() -> None:
    order = id_order("user.get", START, {"filter": {"ACTIVE": True}, "SORT": "ID", "ORDER": "DESC"})
    assert order is not None
    assert order.page(5, 9, descending=True) == {
        "filter": {"ACTIVE": True, ">ID": 5, "<=ID": 9},
        "SORT": "ID",
        "ORDER": "DESC",
        "start": -1,
    }


@pytest.fixture
async def full() -> AsyncIterator[Sandbox]:
    """A company without a limit on requests and with hundreds of records of several kinds."""
    async with Sandbox(SandboxConfig(bucket="off")) as sandbox:
        with sandbox.database.transaction():
            for number in range(420):
                sandbox.database.collection("crm_items_3").insert({"name": f"Contact {number}"})
        yield sandbox


@pytest.fixture
async def client(full: Sandbox) -> AsyncIterator[Portal]:
    async with Portal(Webhook(full.webhook_url).endpoint(), settings=QUICK) as opened:
        yield opened


def listing(client: Portal, method: str, path: str = "", limit: int | None = None, **arguments: Any) -> ListRequest:
    async def call(page: Json) -> Answer:
        return await client.call(method, page)

    def rows(answer: Answer) -> list[Any]:
        found: list[Any] = answer.result[path] if path else answer.result
        return found

    return ListRequest(call, arguments, rows, "start", limit, method=method)


@pytest.mark.parametrize("way", ["ASC", "DESC"])
@pytest.mark.parametrize(
    ("method", "path", "arguments"),
    [
        ("crm.item.list", "items", {"entityTypeId": 3, "order": ["id"], "useOriginalUfNames": "Y"}),
        ("crm.contact.list", "", {"order": ["ID"], "select": ["NAME"]}),
    ],
)
async def test_the_portal_gives_the_same_rows_by_ranges(
    client: Portal, method: str, path: str, arguments: Json, way: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = dict.fromkeys(arguments["order"], way)
    by_offset, _ = await fetch_rows(listing(client, method, path, **{**arguments, "order": order}))
    monkeypatch.setattr(counting, "KEYSET_ABOVE", 100)
    by_range, _ = await fetch_rows(listing(client, method, path, **{**arguments, "order": order}))
    assert len(by_range) > 420
    assert by_range == by_offset


@pytest.mark.parametrize(
    ("method", "path", "most"),
    [
        ("tasks.task.list", "tasks", 5),
        ("user.get", "", 3),
        ("crm.activity.list", "", 3),
        ("catalog.product.list", "products", 3),
    ],
)
async def test_every_method_is_asked_in_its_own_words(
    client: Portal, method: str, path: str, most: int, full: Sandbox
) -> None:
    """The demo company has few of these, so that each range is looked at by itself."""
    given: Json = {"filter": {"iblockId": 24}, "select": ["id", "iblockId", "name"]} if path == "products" else {}
    request = listing(client, method, path, **given)
    everything = request.rows(await request.call(request.arguments))
    ids = sorted(ids_of(everything))
    assert len(ids) > most
    order = id_order(method, START, request.arguments)
    assert order is not None
    for descending in (False, True):
        page = order.page(ids[0], ids[most], descending=descending)
        assert ids_of(request.rows(await request.call(page))) == sorted(ids[1 : most + 1], reverse=descending)


async def test_rows_come_and_go_while_the_portal_is_read(
    client: Portal, full: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(counting, "KEYSET_ABOVE", 100)
    contacts = full.database.collection("crm_items_3")
    before = {record["id"] for record in contacts.all()}
    gone = sorted(before)[10::60]
    request = listing(client, "crm.item.list", "items", entityTypeId=3, select=["id"])
    asked = 0

    async def call(page: Json) -> Answer:
        nonlocal asked
        asked += 1
        if asked == 6:
            for number in gone:
                await client.call("crm.item.delete", {"entityTypeId": 3, "id": number})
            await client.call("crm.item.add", {"entityTypeId": 3, "fields": {"name": "Late"}})
        return await client.call("crm.item.list", page)

    rows, _ = await fetch_rows(
        ListRequest(call, request.arguments, request.rows, "start", None, method="crm.item.list")
    )
    found = ids_of(rows)
    assert found == sorted(set(found))
    assert before - set(gone) <= set(found) <= before


async def test_a_range_that_fails_fails_the_list(
    client: Portal, full: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(counting, "KEYSET_ABOVE", 100)
    request = listing(client, "crm.item.list", "items", entityTypeId=3)

    async def call(page: Json) -> Answer:
        if page.get("filter", {}).get(">id", 0) > 200:
            full.faults.add("error", "crm.item.list", status=400, code="ACCESS_DENIED", message="No")
        return await client.call("crm.item.list", page)

    with pytest.raises(Refused):
        await fetch_rows(ListRequest(call, request.arguments, request.rows, "start", None, method="crm.item.list"))


@pytest.mark.parametrize("name", keysets())
def test_the_table_is_about_documented_lists(name: str) -> None:
    method = MethodCatalogue.packaged().method(name, 2)
    assert method is not None
    assert method.is_list
    assert paging_kinds()[method.paging or "none"].uncounted == -1
    keyset = keysets()[name]
    assert {keyset.filter.lower(), keyset.order.lower()} <= {parameter.lower() for parameter in method.parameters}
