"""The portal's memory: collections of JSON records in SQLite."""

# ruff: noqa: S608 - table and column names are checked or quoted; values are always parameters

from __future__ import annotations

import json
import re
import sqlite3
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from bitrix_node.sandbox.changes import ChangeLog
from bitrix_node.sandbox.filters import BY_ID, FieldName, Where, column, order_by
from bitrix_node.sandbox.positions import Positions

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

Record = dict[str, Any]

_NAME = re.compile(r"^[a-z][a-z0-9_]*$")
_FAR = 2**62
_APPLICATION_ID = 0x42323453


class Collection:
    """Records of one kind. A record is a map of JSON values; its key is the whole number under `id`.

    Records returned are copies: change them with `update`.
    """

    def __init__(self, connection: sqlite3.Connection, name: str, log: ChangeLog) -> None:
        self._connection = connection
        self._log = log
        self._table = f'"records_{name}"'
        self._name = name
        self._indexed: frozenset[str] = frozenset()
        self._positions = Positions(connection)
        connection.execute(
            f"CREATE TABLE IF NOT EXISTS {self._table} (id INTEGER PRIMARY KEY AUTOINCREMENT, data TEXT NOT NULL)"
        )

    def index(self, names: Iterable[str]) -> None:
        """Make look-ups by these fields fast. They must hold scalars.

        Args:
            names: field names.
        """
        for name in set(names) - self._indexed:
            label = re.sub(r"\W", "_", f"index_{self._name}_{name}")
            self._connection.execute(f'CREATE INDEX IF NOT EXISTS "{label}" ON {self._table} ({column(name)})')
        self._indexed |= frozenset(names)

    def insert(self, record: Mapping[str, Any]) -> int:
        """Add a record.

        Args:
            record: its fields; an `id` in it is kept, otherwise one above every id ever given is made.

        Returns:
            the id.
        """
        cursor = self._connection.execute(
            f"INSERT INTO {self._table} (id, data) VALUES (?, ?)", (record.get("id"), _dump(record))
        )
        assert cursor.lastrowid is not None
        if self._log.watches(self._name):
            self._log.note(self._name, cursor.lastrowid, None, {**record, "id": cursor.lastrowid})
        return cursor.lastrowid

    def get(self, record_id: int) -> Record | None:
        """Fetch a record.

        Args:
            record_id: its key.

        Returns:
            the record, or None; a number too large for SQLite is nobody's key.
        """
        if abs(record_id) > _FAR:
            return None
        row = self._connection.execute(f"SELECT id, data FROM {self._table} WHERE id = ?", (record_id,)).fetchone()
        return None if row is None else _load(row)

    def update(self, record_id: int, changes: Mapping[str, Any]) -> bool:
        """Change fields of a record; fields not named stay.

        Args:
            record_id: its key.
            changes: new values.

        Returns:
            whether there is such a record.
        """
        record = self.get(record_id)
        if record is None:
            return False
        changed = {**record, **changes}
        self._connection.execute(f"UPDATE {self._table} SET data = ? WHERE id = ?", (_dump(changed), record_id))
        if self._log.watches(self._name):
            self._log.note(self._name, record_id, record, changed)
        return True

    def delete(self, record_id: int) -> bool:
        """Remove a record.

        Args:
            record_id: its key.

        Returns:
            whether there was one.
        """
        record = self.get(record_id) if self._log.watches(self._name) else None
        if record is not None:
            self._log.note(self._name, record_id, record, None)
        return self._connection.execute(f"DELETE FROM {self._table} WHERE id = ?", (record_id,)).rowcount > 0

    def find(self, **equals: Any) -> list[Record]:
        """Fetch the records whose fields have exactly these values.

        Args:
            **equals: field names and values; None also matches a missing field.

        Returns:
            the records by id.
        """
        condition, parameters = self._equal(equals)
        rows = self._connection.execute(f"SELECT id, data FROM {self._table} WHERE {condition} ORDER BY id", parameters)
        return [_load(row) for row in rows]

    def first(self, **equals: Any) -> Record | None:
        """Fetch the first record whose fields have exactly these values.

        Args:
            **equals: as in `find`.

        Returns:
            the record with the lowest id, or None.
        """
        condition, parameters = self._equal(equals)
        row = self._connection.execute(
            f"SELECT id, data FROM {self._table} WHERE {condition} ORDER BY id LIMIT 1", parameters
        ).fetchone()
        return None if row is None else _load(row)

    def all(self) -> list[Record]:
        """Fetch everything.

        Returns:
            the records by id.
        """
        return self.find()

    def count(self, **equals: Any) -> int:
        """Count records.

        Args:
            **equals: as in `find`.

        Returns:
            how many match.
        """
        condition, parameters = self._equal(equals)
        row = self._connection.execute(f"SELECT COUNT(*) FROM {self._table} WHERE {condition}", parameters).fetchone()
        return int(row[0])

    def query(
        self,
        filter: Mapping[str, Any] | None = None,  # noqa: A002 - Bitrix24's own word
        order: Mapping[str, Any] | Sequence[tuple[str, Any]] | None = None,
        select: Iterable[str] | None = None,
        start: int = 0,
        limit: int = 50,
        *,
        field_name: FieldName = str,
    ) -> tuple[list[Record], int]:
        """Fetch one page of what a Bitrix24 filter matches.

        Args:
            filter: names with operator prefixes, and values; see `filters`.
            order: names with `ASC` or `DESC`; by id when empty.
            select: stored names to return; everything when None.
            start: offset; below zero means the first page, not counted.
            limit: page size.
            field_name: turns names in filter and order into stored ones.

        Returns:
            the page and the number of all matches (0 when not counted).
        """
        where = Where(field_name, self._indexed)
        condition = where.compile(filter or {})
        order_sql = order_by(order or {}, field_name)
        known = self._positions.of(condition, where.parameters)
        records = self._page(where, condition, order_sql, max(start, 0), limit)
        if select is not None:
            wanted = list(select)
            records = [{name: record.get(name) for name in wanted} for record in records]
        return records, 0 if start < 0 else known.count(lambda: self._count(condition, where.parameters))

    def _page(self, where: Where, condition: str, order_sql: str, start: int, limit: int) -> list[Record]:
        """Fetch one page; a list by id goes on where another page ended."""
        known = self._positions.of(condition, where.parameters)
        place = known.before(start) if order_sql == BY_ID else None
        after, skipped = place or (None, start)
        further, parameters = ("", ()) if after is None else (" AND id > ?", (after,))
        rows = self._connection.execute(
            f"SELECT id, data FROM {self._table} WHERE {condition}{further} ORDER BY {order_sql} LIMIT ? OFFSET ?",
            (*where.parameters, *parameters, limit, min(skipped, _FAR)),
        ).fetchall()
        if order_sql == BY_ID and len(rows) == limit and rows:
            known.note(start + limit, rows[-1][0])
        return [_load(row) for row in rows]

    def _count(self, condition: str, parameters: Sequence[Any]) -> int:
        row = self._connection.execute(f"SELECT COUNT(*) FROM {self._table} WHERE {condition}", parameters).fetchone()
        return int(row[0])

    @staticmethod
    def _equal(equals: Mapping[str, Any]) -> tuple[str, list[Any]]:
        parts = [f"{column(name)} IS ?" for name in equals]
        return " AND ".join(parts) or "1", list(equals.values())


class Blobs:
    """Binary contents of files."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        connection.execute("CREATE TABLE IF NOT EXISTS blobs (id INTEGER PRIMARY KEY AUTOINCREMENT, content BLOB)")

    def put(self, content: bytes) -> int:
        """Keep bytes.

        Args:
            content: the bytes.

        Returns:
            their key.
        """
        cursor = self._connection.execute("INSERT INTO blobs (content) VALUES (?)", (content,))
        assert cursor.lastrowid is not None
        return cursor.lastrowid

    def get(self, key: int) -> bytes | None:
        """Fetch bytes.

        Args:
            key: what `put` returned.

        Returns:
            the bytes, or None.
        """
        row = self._connection.execute("SELECT content FROM blobs WHERE id = ?", (key,)).fetchone()
        return None if row is None else bytes(row[0])

    def delete(self, key: int) -> bool:
        """Forget bytes.

        Args:
            key: what `put` returned.

        Returns:
            whether there were any.
        """
        return self._connection.execute("DELETE FROM blobs WHERE id = ?", (key,)).rowcount > 0


class Database:
    """One portal's data, in memory or in a file that outlives the process.

    Args:
        file: SQLite file, or None for memory.
        watch: tells by its name whether changes of a collection's records are collected in `changes`.

    Raises:
        ValueError: the file is something else, or cannot be opened.
    """

    def __init__(self, file: Path | str | None = None, watch: Callable[[str], bool] = lambda _name: False) -> None:
        self.changes = ChangeLog(watch)
        try:
            self._connection = sqlite3.connect(":memory:" if file is None else str(file), isolation_level=None)
        except sqlite3.OperationalError as problem:
            raise ValueError(
                f"{file} cannot be opened: {problem}. Name a file in a folder that is there and can be written to."
            ) from problem
        self._connection.create_function("casefold", 1, _casefold, deterministic=True)
        if file is not None:
            self._settle(file)
        self._collections: dict[str, Collection] = {}
        self.blobs = Blobs(self._connection)

    def _settle(self, file: Path | str) -> None:
        try:
            self._require_own_or_new()
            self._connection.execute(f"PRAGMA application_id = {_APPLICATION_ID}")
            self._connection.execute("PRAGMA journal_mode = WAL")
            self._connection.execute("PRAGMA synchronous = NORMAL")
        except sqlite3.DatabaseError as problem:
            self._connection.close()
            raise ValueError(f"{file} is no sandbox database: {problem}. Name a new file or another one.") from problem

    def _require_own_or_new(self) -> None:
        tables = self._connection.execute("SELECT COUNT(*) FROM sqlite_master").fetchone()[0]
        owner = self._connection.execute("PRAGMA application_id").fetchone()[0]
        if tables and owner != _APPLICATION_ID:
            raise sqlite3.DatabaseError("it belongs to another program")

    def collection(self, name: str, index: Iterable[str] = ()) -> Collection:
        """Open a collection; the first use creates it.

        Args:
            name: lower-case word, underscores allowed.
            index: scalar fields to look up fast.

        Returns:
            the collection.

        Raises:
            ValueError: the name is not such a word.
        """
        if name not in self._collections:
            if not _NAME.match(name):
                raise ValueError(f"'{name}' is no collection name: use lower-case letters, digits and underscores.")
            self._collections[name] = Collection(self._connection, name, self.changes)
        collection = self._collections[name]
        collection.index(index)
        return collection

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Make everything inside happen together or, when it raises, not at all.

        Yields:
            nothing.
        """
        self._connection.execute("BEGIN IMMEDIATE")
        self.changes.begin()
        try:
            yield
        except BaseException:
            self._connection.execute("ROLLBACK")
            self._collections.clear()
            self.changes.end(keep=False)
            raise
        self._connection.execute("COMMIT")
        self.changes.end(keep=True)

    def clear(self, keep: Iterable[str] = ()) -> None:
        """Forget every record and every byte; ids start from 1 again.

        Args:
            keep: collections to leave alone.
        """
        kept = {f"records_{name}" for name in keep}
        tables = self._connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        names = [name for (name,) in tables if name == "blobs" or (name.startswith("records_") and name not in kept)]
        for name in names:
            self._connection.execute(f'DELETE FROM "{name}"')
            self._connection.execute("DELETE FROM sqlite_sequence WHERE name = ?", (name,))

    def close(self) -> None:
        """Release the file."""
        self._connection.close()


def _dump(record: Mapping[str, Any]) -> str:
    return json.dumps({name: value for name, value in record.items() if name != "id"}, ensure_ascii=False)


def _load(row: tuple[int, str]) -> Record:
    return {"id": row[0], **json.loads(row[1])}


def _casefold(value: Any) -> str | None:
    return None if value is None else str(value).casefold()
