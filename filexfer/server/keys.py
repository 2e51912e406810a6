"""Results of keyed calls, kept so that a repetition is answered and not done again (protocol.md, Replays): by device, on disk,
for a day. One SQLite file in the share's hidden folder, made at the first key."""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, TypeVar

from filexfer.core.clock import SteadyClock
from filexfer.core.errors import BadParameters, Busy, FilexferError
from filexfer.protocol.xmlrpc import decode_response, encode_response

if TYPE_CHECKING:
    import sqlite3

_log = logging.getLogger("filexfer.server")

_T = TypeVar("_T")

_KEY_CHARACTERS = 200
#: How long a repetition waits for the first call that is still at work, in seconds.
_PATIENCE = 60.0
_SWEEP_EVERY = 600.0
#: Seconds after which a place that could not be used is tried again: a full disk does not stay full.
_TRY_AGAIN = 30.0
_TABLES = """
    CREATE TABLE IF NOT EXISTS answers (device TEXT, key TEXT, method TEXT, value BLOB, made REAL, PRIMARY KEY (device, key));
    CREATE INDEX IF NOT EXISTS answers_by_age ON answers (made);
"""
_FORGET_OLDER_HALF = """
    DELETE FROM answers WHERE rowid IN (
        SELECT rowid FROM answers WHERE device = :device ORDER BY made
        LIMIT (SELECT count(*) / 2 + 1 FROM answers WHERE device = :device))
"""


class Keys:
    """The results of one share's keyed calls, in the file `path`, each for `seconds`. Together they fill about `most` bytes of
    the disk; beyond that the older half of those of whoever adds one is forgotten.

    Attributes: failing (they are out of reach).
    """

    def __init__(self, path: str, seconds: float, most: int, area: Callable[[], tuple[int, int]]) -> None:
        """`area` makes the folder of `path` and answers its device and inode: what is there by another name's doing, now that
        the share was moved, say, is not ours."""
        self._path = path
        self._seconds = seconds
        self._most = most
        self._area = area
        self._lock = threading.Lock()  # guards the connection: one for all threads, its statements are short
        self._connection: sqlite3.Connection | None = None
        self._hopeless_until = 0.0
        self.failing = False
        self._next_sweep = 0.0
        self._clock = SteadyClock()
        self._running: dict[tuple[str, str], threading.Event] = {}
        self._running_lock = threading.Lock()  # guards the one above

    def once(
        self, device: str, key: str, method: str, act: Callable[[], object], keep: Callable[[object], bool] = bool
    ) -> object:
        """Do `act` and answer its value; with a key of which `device` has a value already, answer that one instead.

        Args:
            key: "" for none.
            keep: whether the value is one to answer again; what failed is better tried again.

        Raises what `act` raises; `BadParameters` for a key that another method used; `Busy` while the first call goes on.
        """
        if not key:
            return act()
        if len(key) > _KEY_CHARACTERS:
            raise BadParameters(f"A key has at most {_KEY_CHARACTERS} characters.")
        done = self._claim((device, key))
        try:
            known = self._find(device, key, method)
            if known is not None:
                return decode_response(known)
            value = act()
            if keep(value):
                self._keep(device, key, method, value)
            return value
        finally:
            with self._running_lock:
                del self._running[device, key]
            done.set()

    def look_again(self) -> None:
        """Where they are out of reach, see whether they still are. May wait for the disk."""
        if self.failing:
            self._ask(lambda connection: connection.execute("PRAGMA user_version = 1"))  # which is written, also where it says so

    def _claim(self, which: tuple[str, str]) -> threading.Event:
        until = time.monotonic() + _PATIENCE
        while True:
            with self._running_lock:
                other = self._running.get(which)
                if other is None:
                    mine = self._running[which] = threading.Event()
                    return mine
            if not other.wait(max(0.0, until - time.monotonic())):
                raise Busy("The same call is still being done. Ask again in a moment.")

    def _find(self, device: str, key: str, method: str) -> bytes | None:
        question = "SELECT method, value FROM answers WHERE device = ? AND key = ?"
        row = self._ask(lambda connection: connection.execute(question, (device, key)).fetchone())
        if row is None:
            return None
        if row[0] != method:
            raise BadParameters("This key was used for another method. Choose a new key for each act.")
        return bytes(row[1])

    def _keep(self, device: str, key: str, method: str, value: object) -> None:
        body = b"".join(part for part in encode_response(value) if isinstance(part, bytes))
        self._ask(lambda connection: self._write(connection, (device, key, method, body, self._clock.now())))

    def _ask(self, act: Callable[[sqlite3.Connection], _T]) -> _T | None:
        """What `act` says of the database; None where there is none, or it fails. A repetition is done again then, which without
        keys is harmless as well."""
        with self._lock:
            for _ in range(2):
                connection = self._open()
                if connection is None:
                    break
                try:
                    with connection:
                        value = act(connection)
                    self.failing = False
                    return value
                except connection.OperationalError as error:
                    self.failing = True
                    _log.warning("The results of keyed calls are out of reach: %s.", error)
                    break
                except connection.DatabaseError:
                    self._connection = None
                    connection.close()
                    try:
                        self._drop_files()
                    except (OSError, FilexferError) as error:
                        self._give_up(error)
            return None

    def _write(self, connection: sqlite3.Connection, row: tuple[str, str, str, bytes, float]) -> None:
        connection.execute("INSERT OR REPLACE INTO answers VALUES (?, ?, ?, ?, ?)", row)
        if row[4] >= self._next_sweep:
            self._next_sweep = row[4] + _SWEEP_EVERY
            connection.execute("DELETE FROM answers WHERE made < ?", (row[4] - self._seconds,))
        if _filled(connection) > self._most:
            # Pages that become free are used again: the file stays about as long as it is now.
            connection.execute(_FORGET_OLDER_HALF, {"device": row[0]})

    def _open(self) -> sqlite3.Connection | None:
        """The connection; None where there can be none (a folder that is read only, say). With the lock."""
        if self._connection is None and time.monotonic() >= self._hopeless_until:
            # Imported here: a server that is never given a key starts without it.
            import sqlite3

            try:
                self._check_place()
                try:
                    self._connection = self._connect()
                except sqlite3.OperationalError:
                    raise
                except sqlite3.DatabaseError:
                    self._drop_files()
                    self._connection = self._connect()
            except (sqlite3.Error, OSError, FilexferError) as error:
                self._give_up(error)
        return self._connection

    def _drop_files(self) -> None:
        """It is damaged, or not a database at all. It only ever held answers of one day."""
        _log.warning("The results of keyed calls were damaged, and are begun anew.")
        self._check_place()
        for suffix in ("", "-wal", "-shm"):
            with suppress(FileNotFoundError):
                os.unlink(self._path + suffix)

    def _check_place(self) -> None:
        """Raise `OSError` unless the folder at the path is the share's own: SQLite knows files by their path only."""
        area = self._area()
        there = os.lstat(os.path.dirname(self._path))
        if (there.st_dev, there.st_ino) != area or os.path.islink(self._path):
            raise OSError("the hidden folder of the share is not where it was, or is a link")

    def _give_up(self, error: Exception) -> None:
        self._hopeless_until = time.monotonic() + _TRY_AGAIN
        self.failing = True
        _log.warning("Results of keyed calls cannot be kept on this disk: %s.", error)

    def _connect(self) -> sqlite3.Connection:
        import sqlite3

        connection = sqlite3.connect(self._path, check_same_thread=False, timeout=10.0)
        try:
            connection.execute("PRAGMA journal_mode = WAL")  # answers with another mode where the file system cannot
            connection.execute("PRAGMA synchronous = FULL")
            connection.executescript(_TABLES)
        except BaseException:
            connection.close()
            raise
        return connection

    def close(self) -> None:
        with self._lock:
            if self._connection is not None:
                self._connection.close()
                self._connection = None


def _filled(connection: sqlite3.Connection) -> int:
    """Bytes of the file that hold something."""
    pages, free, size = (
        connection.execute(f"PRAGMA {name}").fetchone()[0] for name in ("page_count", "freelist_count", "page_size")
    )
    return int(pages - free) * int(size)
