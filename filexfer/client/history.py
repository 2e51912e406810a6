"""What is remembered of jobs, in SQLite: the queue, how far each came, what became of each file, and which parts lie about
unfinished. Knows nothing of transfers. Several processes share one history; a job belongs to the engine that claimed it
(`owner.py`).

Names are kept as bytes: SQLite's text cannot hold what is not UTF-8."""

from __future__ import annotations

import json
import os
import secrets
import sqlite3
import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

from filexfer.client.owner import is_alive
from filexfer.core import paths
from filexfer.core.errors import NotFound, StorageFailed
from filexfer.core.model import Conflict, Direction, FileState, Job, JobFile, JobSpec, JobState

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
    error BLOB, error_kind TEXT, renamed BLOB, PRIMARY KEY (job, item, path)) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS failed_files ON files (job) WHERE state = 'failed';
CREATE TABLE IF NOT EXISTS parts (
    job INTEGER NOT NULL, folder BLOB NOT NULL, upload TEXT NOT NULL, PRIMARY KEY (job, folder, upload)) WITHOUT ROWID;
PRAGMA user_version = 1;
"""
_FIGURES = "scanning files_total files_done files_skipped files_failed bytes_total bytes_done".split()
_COLUMNS = ", ".join(["id", "spec", "state", "name", "position", "created_ns", "finished_ns", "error", "error_kind", *_FIGURES])
_UNFINISHED = (JobState.WAITING.value, JobState.RUNNING.value, JobState.PAUSED.value, JobState.FAILED.value)
#: Most variables in one statement; SQLite's own bound is 999 in old builds.
_VARIABLES = 500


class FileRow(NamedTuple):
    """What became of one file.

    Attributes:
        item: number of the pair in `JobSpec.items` that it belongs to.
        path: below that source; empty where the source is the file.
        renamed: the full target path where it is another one than asked.
    """

    item: int
    path: str
    size: int
    state: FileState
    error: str = ""
    error_kind: str = ""
    renamed: str = ""


class History:
    """Args:
    path: the database's file; None for the user's own. Its folder also holds the owners' marks.

    Raises `StorageFailed` where it cannot be opened.
    """

    def __init__(self, path: Path | None = None) -> None:
        if path is None:
            from filexfer.core.places import state_folder

            path = state_folder() / "history.sqlite"
        self.owners = path.parent / "owners"
        # Guards the connection: one thread at a time, whole transactions.
        self._lock = threading.Lock()
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._database = sqlite3.connect(path, timeout=15, isolation_level=None, check_same_thread=False)
            os.chmod(path, 0o600)
            # Losing the last moments in a power cut is fine: what arrived is looked up anew. Losing the file would not be.
            self._database.execute("PRAGMA journal_mode = WAL")
            self._database.execute("PRAGMA synchronous = NORMAL")
            if self._database.execute("PRAGMA user_version").fetchone()[0] == 0:
                self._database.executescript(_SCHEMA)
        except (OSError, sqlite3.Error) as error:
            raise StorageFailed(
                f"The history of transfers, {path}, cannot be used: {error}. Check the folder's rights."
            ) from error

    def close(self) -> None:
        with self._lock:
            self._database.close()

    @contextmanager
    def _change(self) -> Iterator[sqlite3.Connection]:
        with self._lock:
            try:
                self._database.execute("BEGIN IMMEDIATE")
                try:
                    yield self._database
                except BaseException:
                    self._database.execute("ROLLBACK")
                    raise
                self._database.execute("COMMIT")
            except sqlite3.Error as error:
                raise StorageFailed(f"The history of transfers cannot be written: {error}. Look for free space.") from error

    def _rows(self, sql: str, values: Sequence[object] = ()) -> list[tuple[object, ...]]:
        with self._lock:
            try:
                return self._database.execute(sql, values).fetchall()
            except sqlite3.Error as error:
                raise StorageFailed(f"The history of transfers cannot be read: {error}.") from error

    # Jobs

    def add(self, key: str, spec: JobSpec, name: str, owner: str) -> Job:
        """A new job at the end of the queue, WAITING, owned by `owner`."""
        with self._change() as database:
            made = database.execute(
                "INSERT INTO jobs (key, nonce, owner, spec, state, name, created_ns, position)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, (SELECT COALESCE(MAX(position), 0) + 1 FROM jobs))",
                (key, secrets.token_hex(8), owner, _spec_text(spec), JobState.WAITING.value, _raw(name), time.time_ns()),
            )
            job_id = made.lastrowid
        return self.job(job_id or 0)

    def job(self, job_id: int) -> Job:
        """Raises `NotFound`."""
        found = self._rows(f"SELECT owner, {_COLUMNS} FROM jobs WHERE id = ?", (job_id,))
        if not found:
            raise NotFound("There is no such transfer any more.")
        return self._told(found)[0]

    def jobs(self) -> list[Job]:
        """All of them, in the order of the queue."""
        return self._told(self._rows(f"SELECT owner, {_COLUMNS} FROM jobs ORDER BY position, id"))

    def _told(self, rows: Sequence[Sequence[object]]) -> list[Job]:
        """Jobs of rows that begin with their owner. One that nobody is at any more is told as PAUSED: it can be resumed."""
        alive: dict[object, bool] = {"": False}
        jobs = []
        for owner, *row in rows:
            job = _job(row)
            if job.state in (JobState.WAITING, JobState.RUNNING):
                if owner not in alive:
                    alive[owner] = is_alive(self.owners, str(owner))
                if not alive[owner]:
                    job = replace(job, state=JobState.PAUSED)
            jobs.append(job)
        return jobs

    def unfinished(self, key: str) -> Job | None:
        """The job of this key that has not come to its end, or failed in part; the newest where there are several."""
        marks = ", ".join("?" * len(_UNFINISHED))
        found = self._rows(
            f"SELECT {_COLUMNS} FROM jobs WHERE key = ? AND state IN ({marks}) ORDER BY id DESC LIMIT 1", (key, *_UNFINISHED)
        )
        return _job(found[0]) if found else None

    def finished(self, key: str) -> Job | None:
        """The newest job of this key that is DONE."""
        found = self._rows(
            f"SELECT {_COLUMNS} FROM jobs WHERE key = ? AND state = ? ORDER BY id DESC LIMIT 1", (key, JobState.DONE.value)
        )
        return _job(found[0]) if found else None

    def nonce(self, job_id: int) -> str:
        """Random text that this job's keys at servers are made with: another job's uploads are never taken for its own."""
        return str(self._rows("SELECT nonce FROM jobs WHERE id = ?", (job_id,))[0][0])

    def save(self, job: Job) -> None:
        """Note its state, figures and place in the queue."""
        with self._change() as database:
            figures = ", ".join(f"{name} = ?" for name in _FIGURES)
            database.execute(
                f"UPDATE jobs SET state = ?, position = ?, finished_ns = ?, error = ?, error_kind = ?, {figures} WHERE id = ?",
                (
                    *(job.state.value, job.position, job.finished_ns, _raw(job.error), job.error_kind),
                    *(int(getattr(job, name)) for name in _FIGURES),
                    job.id,
                ),
            )

    def remove(self, job_ids: Iterable[int]) -> None:
        """Forget these jobs and their files."""
        with self._change() as database:
            for table, column in (("files", "job"), ("parts", "job"), ("jobs", "id")):
                database.executemany(f"DELETE FROM {table} WHERE {column} = ?", [(job_id,) for job_id in job_ids])

    # Owners

    def claim(self, job_id: int, owner: str) -> bool:
        """Make `owner` the job's; False where another living engine has it."""
        with self._change() as database:
            found = database.execute("SELECT owner FROM jobs WHERE id = ?", (job_id,)).fetchone()
            if found is None or (found[0] not in ("", owner) and is_alive(self.owners, found[0])):
                return False
            database.execute("UPDATE jobs SET owner = ? WHERE id = ?", (owner, job_id))
            return True

    def release(self, owner: str) -> None:
        """Let go of all jobs of `owner`."""
        with self._change() as database:
            database.execute("UPDATE jobs SET owner = '' WHERE owner = ?", (owner,))

    def orphans(self) -> list[Job]:
        """Jobs that are not ended and have no living owner, in the order of the queue."""
        found = self._rows(
            f"SELECT owner, {_COLUMNS} FROM jobs WHERE state IN (?, ?, ?) ORDER BY position, id",
            (JobState.WAITING.value, JobState.RUNNING.value, JobState.PAUSED.value),
        )
        return [_job(row[1:]) for row in found if not row[0] or not is_alive(self.owners, str(row[0]))]

    # Files

    def record(self, job_id: int, rows: Iterable[FileRow]) -> None:
        """Note what became of these files; earlier notes on them are replaced."""
        values = [
            (
                job_id,
                item,
                _raw(path),
                size,
                state.value,
                _raw(error) if error else None,
                kind or None,
                _raw(new) if new else None,
            )
            for item, path, size, state, error, kind, new in rows
        ]
        with self._change() as database:
            database.executemany("INSERT OR REPLACE INTO files VALUES (?, ?, ?, ?, ?, ?, ?, ?)", values)

    def has_files(self, job_id: int) -> bool:
        """Whether anything is noted of a job's files: it ran before."""
        return bool(self._rows("SELECT 1 FROM files WHERE job = ? LIMIT 1", (job_id,)))

    def done_among(self, job_id: int, item: int, names: Sequence[str]) -> set[str]:
        """Which of these paths below an item are noted as done."""
        done: set[str] = set()
        for at in range(0, len(names), _VARIABLES):
            part = [_raw(name) for name in names[at : at + _VARIABLES]]
            marks = ", ".join("?" * len(part))
            rows = self._rows(
                f"SELECT path FROM files WHERE job = ? AND item = ? AND state = 'done' AND path IN ({marks})",
                (job_id, item, *part),
            )
            done.update(_text(row[0]) for row in rows)
        return done

    def files(self, job: Job, failed_only: bool = False, offset: int = 0, limit: int = 1000) -> tuple[list[JobFile], int]:
        """One page of a job's files and how many there are in all."""
        which = "job = ? AND state = 'failed'" if failed_only else "job = ?"
        total = self._rows(f"SELECT COUNT(*) FROM files WHERE {which}", (job.id,))[0][0]
        rows = self._rows(
            f"SELECT item, path, size, state, error, error_kind, renamed FROM files WHERE {which}"
            " ORDER BY item, path LIMIT ? OFFSET ?",
            (job.id, limit, offset),
        )
        return [_file(job.spec, row) for row in rows], int(str(total))

    def forget_failures(self, job_id: int) -> None:
        """Before a job runs again: what failed is to be tried anew."""
        with self._change() as database:
            database.execute("DELETE FROM files WHERE job = ? AND state = 'failed'", (job_id,))

    # Parts: what would lie about if the job were dropped now

    def note_part(self, job_id: int, folder: str, upload: str) -> None:
        """An upload has begun: in the local `folder`, or at the server where that is empty."""
        with self._change() as database:
            database.execute("INSERT OR REPLACE INTO parts VALUES (?, ?, ?)", (job_id, _raw(folder), upload))

    def forget_part(self, job_id: int, folder: str, upload: str) -> None:
        with self._change() as database:
            database.execute("DELETE FROM parts WHERE job = ? AND folder = ? AND upload = ?", (job_id, _raw(folder), upload))

    def parts(self, job_id: int) -> list[tuple[str, str]]:
        """Pairs (folder, upload) as noted."""
        rows = self._rows("SELECT folder, upload FROM parts WHERE job = ?", (job_id,))
        return [(_text(folder), str(upload)) for folder, upload in rows]


def _raw(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")


def _text(value: object) -> str:
    return paths.decode(value) if isinstance(value, bytes) else str(value or "")


def _spec_text(spec: JobSpec) -> str:
    # JSON writes surrogates as \\udcXX, so that every name survives.
    return json.dumps(
        {
            "direction": spec.direction.value,
            "server": spec.server,
            "items": spec.items,
            "on_conflict": spec.on_conflict.value,
            "exclude": spec.exclude,
            "include": spec.include,
            "checksum": spec.checksum,
            "limit": spec.limit,
        }
    )


def _spec(text: object) -> JobSpec:
    given = json.loads(str(text))
    return JobSpec(
        direction=Direction(given["direction"]),
        server=given["server"],
        items=tuple((source, target) for source, target in given["items"]),
        on_conflict=Conflict(given["on_conflict"]),
        exclude=tuple(given["exclude"]),
        include=tuple(given["include"]),
        checksum=given["checksum"],
        limit=given["limit"],
    )


def _job(row: Sequence[object]) -> Job:
    job_id, spec, state, name, position, created_ns, finished_ns, error, error_kind, scanning, *figures = row
    counts: dict[str, Any] = dict(zip(_FIGURES[1:], (int(str(figure)) for figure in figures), strict=True))
    return Job(
        id=int(str(job_id)),
        spec=_spec(spec),
        state=JobState(state),
        name=_text(name),
        position=float(str(position)),
        created_ns=int(str(created_ns)),
        finished_ns=int(str(finished_ns)),
        error=_text(error),
        error_kind=str(error_kind),
        scanning=bool(scanning),
        **counts,
    )


def _file(spec: JobSpec, row: Sequence[object]) -> JobFile:
    item, path, size, state, error, kind, renamed = row
    source, target = spec.items[int(str(item))]
    below = _text(path)
    if below:
        local = below.replace("/", os.sep)
        source = os.path.join(source, local) if spec.direction is Direction.PUT else paths.join(source, below)
        target = paths.join(target, below) if spec.direction is Direction.PUT else os.path.join(target, local)
    return JobFile(source, _text(renamed) or target, int(str(size)), FileState(state), _text(error), str(kind or ""))
