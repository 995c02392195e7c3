"""Pages of long lists, in whatever order they are asked for and whatever happens in between."""

from __future__ import annotations

import random
from contextlib import closing, suppress

import pytest

from bitrix_node.sandbox.database import Collection, Database

PAGE = 7


def filled(database: Database, rows: int = 100) -> Collection:
    collection = database.collection("things")
    for number in range(rows):
        collection.insert({"colour": "red" if number % 3 else "blue"})
    return collection


def ids(collection: Collection, start: int, **arguments: object) -> tuple[list[int], int]:
    rows, total = collection.query(start=start, limit=PAGE, **arguments)  # type: ignore[arg-type]
    return [row["id"] for row in rows], total


@pytest.mark.parametrize("seed", range(5))
def test_pages_in_any_order(seed: int) -> None:
    with closing(Database()) as database:
        things = filled(database)
        reds = [row["id"] for row in things.find(colour="red")]
        starts = [random.Random(seed).randrange(110) for _ in range(60)]
        for start in starts:
            assert ids(things, start) == (list(range(1, 101))[start : start + PAGE], 100)
            assert ids(things, start, filter={"colour": "red"}) == (reds[start : start + PAGE], len(reds))
            downwards = ids(things, start, order={"id": "DESC"})
            assert downwards == (list(range(100, 0, -1))[start : start + PAGE], 100)


def test_changes_between_pages_are_seen() -> None:
    with closing(Database()) as database:
        things = filled(database)
        assert ids(things, 0) == ([1, 2, 3, 4, 5, 6, 7], 100)
        things.delete(3)
        assert ids(things, 7) == ([9, 10, 11, 12, 13, 14, 15], 99)
        things.insert({"colour": "red"})
        assert ids(things, 98) == ([100, 101], 100)


def test_changes_that_were_taken_back_are_not_seen() -> None:
    with closing(Database()) as database:
        filled(database)
        with suppress(LookupError), database.transaction():
            database.collection("things").delete(1)
            assert ids(database.collection("things"), 0)[1] == 99
            raise LookupError
        assert ids(database.collection("things"), 7) == ([8, 9, 10, 11, 12, 13, 14], 100)


def test_keys_are_compared_as_numbers() -> None:
    with closing(Database()) as database:
        things = filled(database)
        for value in (98, "98", 98.0, "98.0"):
            assert ids(things, 0, filter={">id": value}) == ([99, 100], 2)
        assert ids(things, 0, filter={"<=id": "2.5"}) == ([1, 2], 2)
