"""The SQLite file below the history: opening it, whole transactions, errors in words. Knows nothing of what it holds but its
tables.

Names are kept as bytes: SQLite's text cannot hold what is not UTF-8."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from filexfer.core import paths
from filexfer.core.errors import StorageFailed

_VERSION = 2
_SCHEMA = """
CREATE TABLE IF NOT EXISTS jobs (
    id INTEGER PRIMARY KEY AUTOINCREMENT, key TEXT NOT NULL, nonce TEXT NOT NULL, owner TEXT NOT NULL DEFAULT '',
    spec TEXT NOT NULL, state TEXT NOT NULL, name BLOB NOT NULL, position REAL NOT NULL,
    created_ns INTEGER NOT NULL, finished_ns INTEGER NOT NULL DEFAULT 0,
    scanning INTEGER NOT NULL DEFAULT 0, files_total INTEGER NOT NULL DEFAULT 0, files_done INTEGER NOT NULL DEFAULT 0,
    files_skipped INTEGER NOT NULL DEFAULT 0, files_failed INTEGER NOT NULL DEFAULT 0, bytes_total INTEGER NOT NULL DEFAULT 0,
    bytes_done INTEGER NOT NULL DEFAULT 0, error BLOB NOT NULL DEFAULT '', error_kind TEXT NOT NULL DEFAULT '');
CREATE INDEX IF NOT EXISTS jobs_by_key ON jobs (key);
CREATE TABLE IF NOT EXISTS files (
    job INTEGER NOT NULL, item INTEGER NOT NULL, path BLOB NOT NULL, size INTEGER NOT NULL, state TEXT NOT NULL,
    error BLOB NOT NULL, error_kind TEXT NOT NULL, renamed BLOB NOT NULL, PRIMARY KEY (job, item, path)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS lots (
    id INTEGER PRIMARY KEY, job INTEGER NOT NULL, item INTEGER NOT NULL, state TEXT NOT NULL,
    count INTEGER NOT NULL, paths BLOB NOT NULL, sizes BLOB NOT NULL);
CREATE INDEX IF NOT EXISTS lots_by_job ON lots (job, id);
CREATE TABLE IF NOT EXISTS parts (
    job INTEGER NOT NULL, folder BLOB NOT NULL, upload TEXT NOT NULL, PRIMARY KEY (job, folder, upload)) WITHOUT ROWID;
PRAGMA user_version = 2;
"""


class Database:
    """Args:
    path: the file; it and its folder are made, for their user alone.

    Raises `StorageFailed` where it cannot be opened.
    """

    def __init__(self, path: Path) -> None:
        # Guards the connection: one thread at a time, whole transactions.
        self._lock = threading.Lock()
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._connection = sqlite3.connect(path, timeout=15, isolation_level=None, check_same_thread=False)
            try:
                path.chmod(0o600)
                self._prepare()
            except BaseException:
                self._connection.close()
                raise
        except (OSError, sqlite3.Error) as error:
            raise StorageFailed(
                f"The history of transfers, {path}, cannot be used: {error}. Check the rights of its folder, or move it away."
            ) from error

    def _prepare(self) -> None:
        # Losing the last moments in a power cut is fine: what arrived is looked up anew. Losing the file would not be.
        self._connection.execute("PRAGMA journal_mode = WAL")
        self._connection.execute("PRAGMA synchronous = NORMAL")
        version = self._connection.execute("PRAGMA user_version").fetchone()[0]
        if version == 0:
            self._connection.executescript(_SCHEMA)
        elif version != _VERSION:
            raise sqlite3.DatabaseError("it was made by another version of filexfer")
        # SQLite's own `lower` knows ASCII alone.
        self._connection.create_function("folded", 1, lambda value: raw(text(value).casefold()), deterministic=True)

    def close(self) -> None:
        with self._lock:
            self._connection.close()

    @contextmanager
    def change(self) -> Iterator[sqlite3.Connection]:
        """A transaction: all of it, or nothing. Raises `StorageFailed`."""
        with self._lock:
            try:
                self._connection.execute("BEGIN IMMEDIATE")
                try:
                    yield self._connection
                except BaseException:
                    self._connection.execute("ROLLBACK")
                    raise
                self._connection.execute("COMMIT")
            except sqlite3.Error as error:
                raise StorageFailed(f"The history of transfers cannot be written: {error}. Look for free space.") from error

    def rows(self, sql: str, values: Sequence[object] = ()) -> list[tuple[object, ...]]:
        """The rows of a query. Raises `StorageFailed`."""
        with self._lock:
            try:
                return self._connection.execute(sql, values).fetchall()
            except sqlite3.Error as error:
                raise StorageFailed(f"The history of transfers cannot be read: {error}.") from error


def raw(text: str) -> bytes:
    """A name as it is kept."""
    return text.encode("utf-8", "surrogateescape")


def text(value: object) -> str:
    """The inverse of `raw`."""
    return paths.decode(value) if isinstance(value, bytes) else str(value or "")


def whole(value: object) -> int:
    """A number of a row."""
    if not isinstance(value, int):
        raise StorageFailed("The history of transfers is damaged. Move it away, and start again.")
    return value
