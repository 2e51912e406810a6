"""What is remembered of jobs: the queue, how far each came, whose it is, which parts lie about unfinished; and, in `notes`,
what became of each file. Knows nothing of transfers. Several processes share one history; a job belongs to the engine that
claimed it (`owner.py`)."""

from __future__ import annotations

import json
import os
import threading
import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from filexfer.client.database import Database, raw, text, whole
from filexfer.client.notes import Notes
from filexfer.client.owner import is_alive
from filexfer.core.errors import NotFound
from filexfer.core.model import SERVER, Conflict, Direction, Job, JobSpec, JobState

_FIGURES = "scanning files_total files_done files_skipped files_failed bytes_total bytes_done".split()
_COLUMNS = ", ".join(["id", "spec", "state", "name", "position", "created_ns", "finished_ns", "error", "error_kind", *_FIGURES])
_ENDED = tuple(state.value for state in JobState if state.ended)
#: Ended jobs are forgotten once they ended so many nanoseconds ago, or so many others ended later.
_OLD_NS, _MOST_ENDED = 90 * 24 * 3600 * 10**9, 1000
#: Bytes of specs that are kept as they were read; one that is longer is kept by itself.
_SPECS = 12 << 20
#: Errors with which a job waits for its server; single files never have them.
_AWAY = ("ConnectionFailed", "ConnectionLost", "ShuttingDown")
_UNFINISHED = (JobState.WAITING.value, JobState.RUNNING.value, JobState.PAUSED.value, JobState.FAILED.value)


class History:
    """Args:
        path: the database's file; None for the user's own. Its folder also holds the owners' marks.

    Attributes:
        notes: on files.
        owners: the folder of the owners' marks.

    Raises `StorageFailed` where it cannot be opened.
    """

    def __init__(self, path: Path | None = None) -> None:
        if path is None:
            from filexfer.core.places import state_folder

            path = state_folder() / "history.sqlite"
        self._database = Database(path)
        self.notes = Notes(self._database)
        self._reading = threading.Lock()  # guards the two below
        #: By job: size and hash of the text of its spec, and what it says. One of 100,000 items takes a while to read.
        self._specs: dict[int, tuple[tuple[int, int], JobSpec | None]] = {}
        self._specs_size = 0
        self.owners = path.parent / "owners"

    def close(self) -> None:
        self._database.close()

    # Jobs

    def add(self, key: str, spec: JobSpec, name: str, owner: str) -> Job:
        """A new job at the end of the queue, WAITING, owned by `owner`."""
        with self._database.change() as database:
            made = database.execute(
                "INSERT INTO jobs (key, nonce, owner, spec, state, name, created_ns, position)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, (SELECT COALESCE(MAX(position), 0) + 1 FROM jobs))",
                (key, os.urandom(8).hex(), owner, _spec_text(spec), JobState.WAITING.value, raw(name), time.time_ns()),
            )
            found = database.execute(f"SELECT {_COLUMNS} FROM jobs WHERE id = ?", (made.lastrowid,)).fetchone()
        return self._job(found)

    def job(self, job_id: int) -> Job:
        """Raises `NotFound`."""
        found = self._database.rows(f"SELECT owner, {_COLUMNS} FROM jobs WHERE id = ?", (job_id,))
        if not found:
            raise NotFound("There is no such transfer any more.")
        return self._told(found)[0]

    def jobs(self) -> list[Job]:
        """All of them, in the order of the queue."""
        return self._told(self._database.rows(f"SELECT owner, {_COLUMNS} FROM jobs ORDER BY position, id"))

    def _told(self, rows: Sequence[Sequence[object]]) -> list[Job]:
        """Jobs of rows that begin with their owner. One that nobody is at any more is told as PAUSED: it can be resumed."""
        alive: dict[object, bool] = {"": False}
        jobs = []
        for owner, *row in rows:
            job = self._job(row)
            if job.state in (JobState.WAITING, JobState.RUNNING):
                if owner not in alive:
                    alive[owner] = is_alive(self.owners, str(owner))
                if not alive[owner]:
                    job = job._replace(state=JobState.PAUSED, waits_for="")
            jobs.append(job)
        return jobs

    def unfinished(self, key: str) -> Job | None:
        """The job of this key that has not come to its end, or failed in part; the newest where there are several."""
        return self._newest(key, _UNFINISHED)

    def finished(self, key: str) -> Job | None:
        """The newest job of this key that is DONE."""
        return self._newest(key, (JobState.DONE.value,))

    def _newest(self, key: str, states: Sequence[str]) -> Job | None:
        marks = ", ".join("?" * len(states))
        found = self._database.rows(
            f"SELECT {_COLUMNS} FROM jobs WHERE key = ? AND state IN ({marks}) ORDER BY id DESC LIMIT 1", (key, *states)
        )
        return self._job(found[0]) if found else None

    def is_begun(self, job_id: int) -> bool:
        """Whether a job may have made something at its target: it moved something, or its process died while it ran."""
        (found,) = self._database.rows(
            "SELECT state = 'running' OR files_done OR bytes_done OR EXISTS (SELECT 1 FROM parts WHERE job = jobs.id)"
            " OR EXISTS (SELECT 1 FROM lots WHERE job = jobs.id)"
            " OR EXISTS (SELECT 1 FROM files WHERE job = jobs.id AND state = 'done') FROM jobs WHERE id = ?",
            (job_id,),
        ) or [(0,)]
        return bool(found[0])

    def nonce(self, job_id: int) -> str:
        """Random text that this job's keys at servers are made with: another job's uploads are never taken for its own."""
        return str(self._database.rows("SELECT nonce FROM jobs WHERE id = ?", (job_id,))[0][0])

    def save(self, job: Job) -> None:
        """Note its state, figures and place in the queue. One that has ended belongs to nobody any more."""
        figures = ", ".join(f"{name} = ?" for name in _FIGURES)
        with self._database.change() as database:
            database.execute(
                f"UPDATE jobs SET state = ?, position = ?, finished_ns = ?, error = ?, error_kind = ?, {figures} WHERE id = ?",
                (
                    *(job.state.value, job.position, job.finished_ns, raw(job.error), job.error_kind),
                    *(int(getattr(job, name)) for name in _FIGURES),
                    job.id,
                ),
            )
            if job.state.ended:
                database.execute("UPDATE jobs SET owner = '' WHERE id = ?", (job.id,))

    def remove(self, job_ids: Iterable[int]) -> None:
        """Forget these jobs and their files; notes on their parts stay until those are gone."""
        ids = [(job_id,) for job_id in job_ids]
        with self._database.change() as database:
            for table, column in (("files", "job"), ("lots", "job"), ("jobs", "id")):
                database.executemany(f"DELETE FROM {table} WHERE {column} = ?", ids)

    def forget_old(self) -> None:
        """Forget ended jobs that are older than 90 days or not among the newest 1,000, and notes on parts of forgotten jobs: who
        could not be asked to drop them drops them when they expire."""
        marks = ", ".join("?" * len(_ENDED))
        old = (
            f"SELECT id FROM jobs WHERE state IN ({marks}) AND (finished_ns < ? OR id NOT IN"
            f" (SELECT id FROM jobs WHERE state IN ({marks}) ORDER BY finished_ns DESC, id DESC LIMIT ?))"
        )
        values = (*_ENDED, time.time_ns() - _OLD_NS, *_ENDED, _MOST_ENDED)
        orphans = "job NOT IN (SELECT id FROM jobs)"
        if not self._database.rows(f"{old} UNION ALL SELECT job FROM parts WHERE {orphans} LIMIT 1", values):
            return
        with self._database.change() as database:
            ids = database.execute(old, values).fetchall()
            for table, column in (("files", "job"), ("lots", "job"), ("jobs", "id")):
                database.executemany(f"DELETE FROM {table} WHERE {column} = ?", ids)
            database.execute(f"DELETE FROM parts WHERE {orphans}")

    # Owners

    def claim(self, job_id: int, owner: str) -> bool:
        """Make `owner` the job's; False where another living engine has it."""
        with self._database.change() as database:
            found = database.execute("SELECT owner FROM jobs WHERE id = ?", (job_id,)).fetchone()
            if found is None or (found[0] not in ("", owner) and is_alive(self.owners, found[0])):
                return False
            database.execute("UPDATE jobs SET owner = ? WHERE id = ?", (owner, job_id))
            return True

    def release(self, owner: str) -> None:
        """Let go of all jobs of `owner`."""
        with self._database.change() as database:
            database.execute("UPDATE jobs SET owner = '' WHERE owner = ?", (owner,))

    def orphans(self) -> list[Job]:
        """Jobs that are not ended and have no living owner, in the order of the queue."""
        found = self._database.rows(
            f"SELECT owner, {_COLUMNS} FROM jobs WHERE state IN (?, ?, ?) ORDER BY position, id", _UNFINISHED[:3]
        )
        return [self._job(row[1:]) for row in found if not row[0] or not is_alive(self.owners, str(row[0]))]

    # Parts: what would lie about if the job were dropped now

    def note_part(self, job_id: int, folder: str, upload: str) -> None:
        """An upload has begun: in the local `folder`, or at the server where that is empty."""
        with self._database.change() as database:
            database.execute("INSERT OR REPLACE INTO parts VALUES (?, ?, ?)", (job_id, raw(folder), upload))

    def forget_part(self, job_id: int, folder: str, upload: str) -> None:
        with self._database.change() as database:
            database.execute("DELETE FROM parts WHERE job = ? AND folder = ? AND upload = ?", (job_id, raw(folder), upload))

    def parts(self, job_id: int) -> list[tuple[str, str]]:
        """Pairs (folder, upload) as noted."""
        rows = self._database.rows("SELECT folder, upload FROM parts WHERE job = ?", (job_id,))
        return [(text(folder), str(upload)) for folder, upload in rows]

    def _job(self, row: Sequence[Any]) -> Job:
        job_id, spec, state, name, position, created_ns, finished_ns, error, error_kind, scanning, *figures = row
        counts: dict[str, Any] = dict(zip(_FIGURES[1:], map(whole, figures), strict=True))
        return Job(
            id=job_id,
            spec=self._spec(job_id, str(spec)),
            state=JobState(state),
            name=text(name),
            position=position,
            created_ns=created_ns,
            finished_ns=finished_ns,
            error=text(error),
            error_kind=error_kind,
            waits_for=SERVER if state == JobState.WAITING.value and error_kind in _AWAY else "",
            scanning=bool(scanning),
            **counts,
        )

    def _spec(self, job_id: int, kept: str) -> JobSpec:
        mark = len(kept), hash(kept)
        with self._reading:
            known = self._specs.pop(job_id, ((0, 0), None))
            self._specs_size += mark[0] - known[0][0]
            spec = known[1] if known[0] == mark and known[1] is not None else _spec(kept)
            self._specs[job_id] = mark, spec
            while self._specs_size > _SPECS and len(self._specs) > 1:
                (size, _), _ = self._specs.pop(next(iter(self._specs)))
                self._specs_size -= size
        return spec


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


def _spec(kept: str) -> JobSpec:
    given = json.loads(kept)
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
