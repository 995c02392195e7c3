"""Collections, filters and PHP forms, without a server around them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from bitrix_node.sandbox.database import Database
from bitrix_node.sandbox.parsing import parse_query

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def database() -> Iterator[Database]:
    opened = Database()
    yield opened
    opened.close()


def test_records_keep_their_values(database: Database) -> None:
    notes = database.collection("notes")
    record = {"text": "Käse 'quoted'", "tags": ["a", "b"], "count": 0, "flag": False, "nothing": None}
    note = notes.insert(record)
    assert notes.get(note) == {"id": note, **record}
    assert notes.update(note, {"count": 5}) is True
    assert notes.first(count=5) == {"id": note, **record, "count": 5}
    assert (notes.find(flag=False) == notes.find(nothing=None) == notes.all(), notes.count()) == (True, 1)
    assert (notes.delete(note), notes.delete(note), notes.get(note), notes.update(note, {})) == (
        True,
        False,
        None,
        False,
    )


def test_ids_given_are_kept_and_zero_is_one(database: Database) -> None:
    notes = database.collection("notes")
    assert (notes.insert({"id": 0}), notes.insert({"id": 7}), notes.insert({})) == (0, 7, 8)
    assert notes.get(0) == {"id": 0}


def test_a_transaction_happens_whole_or_not_at_all(database: Database) -> None:
    notes = database.collection("notes")

    def fail_half_way() -> None:
        with database.transaction():
            notes.insert({})
            database.collection("made_inside", ("name",)).insert({})
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail_half_way()
    assert notes.count() == 0
    with database.transaction():
        database.collection("made_inside", ("name",)).insert({"name": "x"})
    assert database.collection("made_inside", ("name",)).find(name="x") == [{"id": 1, "name": "x"}]


def test_collection_names_are_checked(database: Database) -> None:
    with pytest.raises(ValueError, match="no collection name"):
        database.collection('x"; DROP TABLE blobs; --')


def test_blobs(database: Database) -> None:
    key = database.blobs.put(b"\x00\xff")
    assert (database.blobs.get(key), database.blobs.delete(key), database.blobs.get(key)) == (b"\x00\xff", True, None)


RECORDS: list[dict[str, Any]] = [
    {"name": "Ада", "amount": 5, "tags": ["x"], "when": "2026-03-01T10:00:00+00:00", "yes": "Y"},
    {"name": "Bob_1", "amount": 15.5, "tags": ["x", "y"], "when": "2026-03-02T10:00:00+00:00", "yes": "N"},
    {"name": "100%", "amount": None, "tags": [], "when": "2026-03-03T10:00:00+00:00", "yes": "Y"},
]


@pytest.mark.parametrize("indexed", [(), ("name", "amount", "when", "yes")])
@pytest.mark.parametrize(
    ("conditions", "ids"),
    [
        ({}, [1, 2, 3]),
        ({"amount": "5"}, [1]),
        ({"amount": 15.5}, [2]),
        ({">amount": "5"}, [2]),
        ({"><amount": [5, 20]}, [1, 2]),
        ({"!><amount": [5, 10]}, [2, 3]),
        ({"!amount": 5}, [2, 3]),
        ({"amount": ""}, [3]),
        ({"!amount": None}, [1, 2]),
        ({"%name": "АДА"}, [1]),
        ({"%name": "b_1"}, [2]),
        ({"%name": "%"}, [3]),
        ({"=%name": "%1"}, [2]),
        ({"!%name": "b"}, [1, 3]),
        ({">=when": "2026-03-02T13:00:00+03:00"}, [2, 3]),
        ({"<when": "2026-03-02"}, [1]),
        ({"yes": True}, [1, 3]),
        ({"yes": "N"}, [2]),
        ({"@id": []}, []),
        ({"!@id": []}, [1, 2, 3]),
        ({"@id": ["1", 3]}, [1, 3]),
        ({"id": 10**30}, []),
        ({"nowhere": "x"}, []),
        ({"!nowhere": "x"}, [1, 2, 3]),
        ({"logic": "OR", "0": {"id": 1}, "1": {"logic": "AND", "0": {">id": 1}, "1": {"yes": "Y"}}}, [1, 3]),
    ],
)
def test_filters(database: Database, indexed: tuple[str, ...], conditions: dict[str, Any], ids: list[int]) -> None:
    records = database.collection("records", indexed)
    for record in RECORDS:
        records.insert(record)
    rows, total = records.query(conditions)
    assert ([row["id"] for row in rows], total) == (ids, len(ids))


@pytest.mark.parametrize(
    ("conditions", "ids"), [({"tags": "x"}, [1, 2]), ({"!tags": "y"}, [1, 3]), ({"tags": ""}, [3])]
)
def test_filters_on_lists(database: Database, conditions: dict[str, Any], ids: list[int]) -> None:
    records = database.collection("records")
    for record in RECORDS:
        records.insert(record)
    assert [row["id"] for row in records.query(conditions)[0]] == ids


def test_pages_select_and_order(database: Database) -> None:
    records = database.collection("records")
    for number in range(7):
        records.insert({"group": number % 2})
    assert records.query(order={"group": "DESC"}, limit=3) == (
        [{"id": 2, "group": 1}, {"id": 4, "group": 1}, {"id": 6, "group": 1}],
        7,
    )
    assert records.query(order={"id": "desc"}, select=["id"], start=5, limit=5) == ([{"id": 2}, {"id": 1}], 7)
    assert records.query({">id": 6}, start=-1) == ([{"id": 7, "group": 0}], 0)


@pytest.mark.parametrize(
    ("text", "arguments"),
    [
        ("", {}),
        ("a=1&b=", {"a": "1", "b": ""}),
        ("a[b][c]=1&a[b][d]=2", {"a": {"b": {"c": "1", "d": "2"}}}),
        ("a[]=1&a[]=2", {"a": ["1", "2"]}),
        ("a[0][x]=1&a[1][x]=2", {"a": [{"x": "1"}, {"x": "2"}]}),
        ("a[1]=x", {"a": {"1": "x"}}),
        ("filter[%3E%3DID]=5&filter[%25NAME]=x", {"filter": {">=ID": "5", "%NAME": "x"}}),
        ("a%5Bb%5D=%26%3D+%D0%94%D0%B0", {"a": {"b": "&= Да"}}),
        ("a=1&a[b]=2", {"a": {"b": "2"}}),
        ("[x]=1", {"[x]": "1"}),
    ],
)
def test_php_forms(text: str, arguments: dict[str, Any]) -> None:
    assert parse_query(text) == arguments
