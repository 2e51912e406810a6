"""What became of the files of jobs, in the history. Files of which nothing is to be said but that they are done, or were there,
lie in lots: one row for a whole batch, so that noting a file costs a microsecond and thirty bytes."""

from __future__ import annotations

import os
from array import array
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from sqlite3 import Connection
from typing import NamedTuple

from filexfer.client.database import Database, raw, text, whole
from filexfer.core import paths
from filexfer.core.model import Direction, FileState, Job, JobFile, JobSpec

#: States of which nothing more is to be said.
_PLAIN = (FileState.DONE, FileState.SKIPPED)


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

    @property
    def is_plain(self) -> bool:
        return not self.error and not self.renamed and self.state in _PLAIN


class Done:
    """Which files of a job are noted as done: eight bytes each, so that a million of them are no burden."""

    def __init__(self, marks: Iterable[int]) -> None:
        self._marks = array("q", sorted(marks))

    def __bool__(self) -> bool:
        return bool(self._marks)

    def __contains__(self, file: tuple[int, str]) -> bool:
        mark = hash(file)
        at = bisect_left(self._marks, mark)
        return at < len(self._marks) and self._marks[at] == mark


class Notes:
    """The notes on files, of all jobs."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def record(self, job_id: int, rows: Iterable[FileRow], again: Iterable[tuple[int, str]] = ()) -> None:
        """Note what became of these files. `again`: those (item, path) that an earlier run noted as done: what is noted now
        takes the place of that."""
        lots: dict[tuple[int, str], list[FileRow]] = {}
        named = []
        lot: list[FileRow] = []  # of the row before
        for row in rows:
            if row.is_plain:
                if not lot or lot[0].item != row.item or lot[0].state is not row.state:
                    lot = lots.setdefault((row.item, row.state.value), [])
                lot.append(row)
            else:
                item, path, size, state, error, kind, renamed = row
                named.append((job_id, item, raw(path), size, state.value, raw(error), kind, raw(renamed)))
        joined = [
            (job_id, *which, len(lot), raw("\0".join([row.path for row in lot])), array("Q", [row.size for row in lot]).tobytes())
            for which, lot in lots.items()
        ]
        with self._database.change() as database:
            _strike(database, job_id, set(again))
            database.executemany("INSERT OR REPLACE INTO files VALUES (?, ?, ?, ?, ?, ?, ?, ?)", named)
            database.executemany("INSERT INTO lots (job, item, state, count, paths, sizes) VALUES (?, ?, ?, ?, ?, ?)", joined)

    def done(self, job_id: int) -> Done:
        """The files of a job that are done."""
        return Done(self._marks(job_id))

    def _marks(self, job_id: int) -> Iterator[int]:
        for item, path in self._database.rows("SELECT item, path FROM files WHERE job = ? AND state = 'done'", (job_id,)):
            yield hash((item, text(path)))
        last = 0
        # One lot at a time: all of them may be large.
        while found := self._database.rows(
            "SELECT id, item, paths FROM lots WHERE job = ? AND id > ? AND state = 'done' ORDER BY id LIMIT 1", (job_id, last)
        ):
            last, item = whole(found[0][0]), found[0][1]
            yield from (hash((item, path)) for path in text(found[0][2]).split("\0"))

    def forget(self, job_id: int) -> None:
        """Before a job runs again: what was not done is judged anew."""
        with self._database.change() as database:
            database.execute("DELETE FROM files WHERE job = ? AND state != 'done'", (job_id,))
            database.execute("DELETE FROM lots WHERE job = ? AND state != 'done'", (job_id,))

    def failure_kinds(self, job_id: int) -> set[str]:
        """Names of the error classes that files of a job failed with."""
        found = self._database.rows("SELECT DISTINCT error_kind FROM files WHERE job = ? AND state = 'failed'", (job_id,))
        return {str(kind) for (kind,) in found}

    def jobs_with(self, text: str) -> set[int]:
        """The jobs that have a file with `text` in its path below the source, whatever the case of their letters."""
        found = self._database.rows(
            "SELECT job FROM files WHERE instr(folded(path), ?1) UNION SELECT job FROM lots WHERE instr(folded(paths), ?1)",
            (raw(text.casefold()),),
        )
        return {whole(job) for (job,) in found}

    def page(self, job: Job, failed_only: bool, offset: int, limit: int) -> tuple[list[JobFile], int]:
        """Part of a job's files, and how many there are in all. Failed ones come first."""
        which = "job = ? AND state = 'failed'" if failed_only else "job = ?"
        named = whole(self._database.rows(f"SELECT COUNT(*) FROM files WHERE {which}", (job.id,))[0][0])
        rows = self._database.rows(
            f"SELECT item, path, size, state, error, error_kind, renamed FROM files WHERE {which}"
            " ORDER BY state != 'failed', item, path LIMIT ? OFFSET ?",
            (job.id, limit, offset),
        )
        found = [_file(job.spec, row) for row in rows]
        if failed_only:
            return found, named
        lots = [
            (whole(lot), whole(count))
            for lot, count in self._database.rows("SELECT id, count FROM lots WHERE job = ? ORDER BY id", (job.id,))
        ]
        found += self._from_lots(job.spec, lots, max(0, offset - named), limit - len(found))
        return found, named + sum(count for _, count in lots)

    def _from_lots(self, spec: JobSpec, lots: list[tuple[int, int]], skip: int, most: int) -> Iterator[JobFile]:
        for lot, count in lots:
            if most <= 0:
                return
            if skip >= count:
                skip -= count
                continue
            item, state, names, sizes = self._database.rows("SELECT item, state, paths, sizes FROM lots WHERE id = ?", (lot,))[0]
            files = list(zip(text(names).split("\0"), _numbers(sizes), strict=True))[skip : skip + most]
            skip, most = 0, most - len(files)
            for path, size in files:
                yield _file(spec, (item, path, size, state, "", "", ""))


def _strike(database: Connection, job_id: int, files: set[tuple[int, str]]) -> None:
    """Take these files (item, path) out of what is noted as done. They are in the order of the lots mostly, so that the first
    lots that are left hold them."""
    database.executemany(
        "DELETE FROM files WHERE job = ? AND item = ? AND path = ?", [(job_id, item, raw(path)) for item, path in files]
    )
    last = 0
    while files:
        found = database.execute(
            "SELECT id, item, paths, sizes FROM lots WHERE job = ? AND id > ? AND state = 'done' ORDER BY id LIMIT 1",
            (job_id, last),
        ).fetchone()
        if found is None:
            return
        last, item, names, sizes = found
        lot = list(zip(text(names).split("\0"), _numbers(sizes), strict=True))
        kept = [(path, size) for path, size in lot if (item, path) not in files]
        files -= {(item, path) for path, _ in lot}
        if not kept:
            database.execute("DELETE FROM lots WHERE id = ?", (last,))
        elif len(kept) < len(lot):
            paths_left, sizes_left = raw("\0".join([path for path, _ in kept])), array("Q", [size for _, size in kept]).tobytes()
            changes = (len(kept), paths_left, sizes_left, last)
            database.execute("UPDATE lots SET count = ?, paths = ?, sizes = ? WHERE id = ?", changes)


def _numbers(value: object) -> array[int]:
    made = array("Q")
    made.frombytes(value if isinstance(value, bytes) else b"")
    return made


def _file(spec: JobSpec, row: tuple[object, ...]) -> JobFile:
    item, path, size, state, error, kind, renamed = row
    source, target = spec.items[whole(item)]
    below = text(path)
    if below:
        local = below.replace("/", os.sep)
        if spec.direction is Direction.PUT:
            source, target = os.path.join(source, local), paths.join(target, below)
        else:
            source, target = paths.join(source, below), os.path.join(target, local)
    return JobFile(source, text(renamed) or target, whole(size), FileState(state), text(error), text(kind))
