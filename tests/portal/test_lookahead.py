"""Pages ahead of their reader: in order, bounded, no more than wanted, and none left behind."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from dataclasses import dataclass, field

import pytest

from bitrix_node.portal.errors import Refused
from bitrix_node.portal.lookahead import PAGES_AHEAD, PAGES_TOGETHER, LookAhead, Page
from tests.portal.waiting import until

SIZE = 10


@dataclass
class Shelf:
    """Numbered pages of ten rows that are handed out when the test says so."""

    count: int
    asked: list[int] = field(default_factory=list)
    withheld: dict[int, asyncio.Event] = field(default_factory=dict)
    broken: frozenset[int] = frozenset()
    halved: frozenset[int] = frozenset()
    left: list[int] = field(default_factory=list)

    def rows(self, number: int) -> list[int]:
        return list(range(number * SIZE, (number + 1) * SIZE))

    def look_ahead(self, limit: int | None = None) -> LookAhead:
        return LookAhead(Pages(self, range(self.count)), SIZE, limit)

    async def read(self, limit: int | None = None) -> list[int]:
        async with aclosing(self.look_ahead(limit).pages()) as pages:
            return [row async for page in pages for row in page]


@dataclass(frozen=True)
class Pages:
    shelf: Shelf
    numbers: range

    def cut(self) -> tuple[Pages, Pages | None]:
        rest = self.numbers[1:]
        return Pages(self.shelf, self.numbers[:1]), Pages(self.shelf, rest) if rest else None

    async def read(self) -> Page:
        shelf, number = self.shelf, self.numbers[0]
        shelf.asked.append(number)
        try:
            if number in shelf.withheld:
                await shelf.withheld[number].wait()
        except asyncio.CancelledError:
            shelf.left.append(number)
            raise
        if number in shelf.broken:
            raise Refused("No", code="NO")
        rows = shelf.rows(number)
        return Page(rows[:5], HalfPage(rows[5:])) if number in shelf.halved else Page(rows)


@dataclass(frozen=True)
class HalfPage:
    rows: list[int]

    def cut(self) -> tuple[HalfPage, None]:
        return self, None

    async def read(self) -> Page:
        return Page(self.rows)


async def test_pages_come_in_order_whichever_is_there_first() -> None:
    shelf = Shelf(5, withheld={0: asyncio.Event(), 3: asyncio.Event()})
    reading = asyncio.create_task(shelf.read())
    await until(lambda: len(shelf.asked) == 5)
    shelf.withheld[3].set()
    shelf.withheld[0].set()
    assert await reading == list(range(50))


async def test_what_a_page_leaves_over_comes_in_its_place() -> None:
    assert await Shelf(7, halved=frozenset({0, 3, 6})).read() == list(range(70))


async def test_a_reader_who_pauses_stops_the_asking() -> None:
    shelf = Shelf(PAGES_AHEAD * 3)
    async with aclosing(shelf.look_ahead().pages()) as pages:
        taken = [await anext(pages)]
        await until(lambda: len(shelf.asked) == PAGES_AHEAD)
        while len(taken) < PAGES_TOGETHER:
            taken.append(await anext(pages))
        assert len(shelf.asked) == PAGES_AHEAD
        taken.append(await anext(pages))
        await until(lambda: len(shelf.asked) == PAGES_AHEAD + PAGES_TOGETHER)
        taken += [page async for page in pages]
    assert [row for page in taken for row in page] == list(range(shelf.count * SIZE))
    assert shelf.asked == list(range(shelf.count))


@pytest.mark.parametrize(("limit", "pages"), [(0, 0), (1, 1), (10, 1), (11, 2), (2500, 250), (3001, 301)])
async def test_no_page_beyond_the_limit_is_asked_for(limit: int, pages: int) -> None:
    shelf = Shelf(1000)
    assert await shelf.read(limit) == list(range(limit))
    assert len(shelf.asked) == pages


async def test_a_page_that_fails_ends_the_list_after_those_before_it() -> None:
    shelf = Shelf(20, broken=frozenset({7}), withheld={12: asyncio.Event()})
    taken: list[int] = []

    async def take() -> None:
        async with aclosing(shelf.look_ahead().pages()) as pages:
            async for page in pages:
                taken.extend(page)

    with pytest.raises(Refused):
        await take()
    assert taken == list(range(70))
    assert shelf.left == [12]


async def test_a_reader_who_leaves_ends_what_is_on_its_way() -> None:
    shelf = Shelf(20, withheld={12: asyncio.Event(), 13: asyncio.Event()})
    async with aclosing(shelf.look_ahead().pages()) as pages:
        await anext(pages)
        await until(lambda: len(shelf.asked) == 20)
    assert shelf.left == [12, 13]
