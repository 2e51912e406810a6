"""`job_undo`: takes an upload back. What it brought, and nobody changed since, goes to the trash of the share it was sent to.

Rules: a file is known by its path, size and time, and deleted by the version that was looked at; folders go as a whole where all
that is in them came with the upload. What was there before, or came since, stays."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from filexfer.agent.multicall import call_all
from filexfer.agent.servers import Servers
from filexfer.client.engine import Engine
from filexfer.client.session import Session
from filexfer.core import paths
from filexfer.core.errors import BadParameters, FilexferError, NotAFolder, NotFound
from filexfer.core.model import Conflict, Direction, FileState, Job, JobFile
from filexfer.protocol import wire
from filexfer.protocol.members import number
from filexfer.server.access import Caller

#: Files of a job read at once.
_PAGE = 1000
#: How coarsely file systems keep times: most exactly, NTFS, old NFS, HFS+ and FAT so many nanoseconds.
_STEPS = (1, 100, 1000, 1_000_000_000, 2_000_000_000)


@dataclass(slots=True)
class Undone:
    """Attributes: deleted (files, and folders that were empty), kept (files that changed since), first_kept (the path of one)."""

    deleted: int = 0
    kept: int = 0
    first_kept: str = ""

    def keep(self, path: str) -> None:
        self.kept += 1
        self.first_kept = self.first_kept or path


@dataclass(slots=True)
class _Tree:
    """What lies at the target of a folder that was sent. `mine`: files of the upload as they arrived; `strange`: folders with
    something else in them, at any depth, "" being the target itself."""

    mine: list[str] = field(default_factory=list)
    strange: set[str] = field(default_factory=set)

    def mark(self, path: str) -> None:
        """Something at `path` is not of the upload."""
        while path:
            path = paths.parent(path)
            if path in self.strange:
                return
            self.strange.add(path)

    def due(self) -> Counter[str]:
        """What is to be deleted, with the number of files in each: as few entries as hold all that is `mine` and nothing else."""
        found: Counter[str] = Counter()
        for path in self.mine:
            top = path
            while top and (above := paths.parent(top)) not in self.strange:
                top = above
            found[top] += 1
        return found


class Unsending:
    """The method."""

    def __init__(self, engine: Engine, servers: Servers) -> None:
        self._engine, self._servers = engine, servers

    def job_undo(self, caller: Caller, job: int) -> dict[str, object]:
        """Take an upload back that has ended: what it brought goes to the trash there, but for what changed since. Answers
        {deleted, kept, first_kept}: files deleted, files left as they are, and the path of one of those."""
        found = self._engine.job(number(job, "job"))
        self._servers.reach(found.spec.server, caller.local)
        _check(found)
        done = {file.target: file for file in self._files(found.id) if file.state is FileState.DONE}
        undone = Undone()
        with self._servers.session(found.spec.server) as session:
            _take_back(session, found, done, undone)
        if not undone.deleted and not undone.kept:
            raise NotFound("Nothing of this upload is there any more.")
        return {"deleted": undone.deleted, "kept": undone.kept, "first_kept": paths.to_wire(undone.first_kept)}

    def _files(self, job: int) -> Iterator[JobFile]:
        offset = 0
        while True:
            page, total = self._engine.files(job, offset=offset, limit=_PAGE)
            yield from page
            offset += len(page)
            if not page or offset >= total:
                return


def _check(job: Job) -> None:
    """Raise `BadParameters` where a job cannot be taken back."""
    if job.spec.direction is not Direction.PUT:
        raise BadParameters("Only uploads can be taken back. Delete what was downloaded where it lies.")
    if not job.state.ended:
        raise BadParameters("This upload is still under way. Cancel it first.")
    if job.spec.on_conflict in (Conflict.OVERWRITE, Conflict.NEWER):
        raise BadParameters(
            "This upload may have replaced files. The trash there has what it replaced: bring it back from there."
        )


def _take_back(session: Session, job: Job, done: dict[str, JobFile], undone: Undone) -> None:
    sources = {source for source, _ in job.spec.items}
    _delete(session, job, [target for target, file in done.items() if file.source in sources], done, undone)
    for source, target in job.spec.items:
        below = [path for path, file in done.items() if file.source.startswith(source.rstrip(os.sep) + os.sep)]
        if below:
            _take_folder_back(session, job, target, done, undone)
        elif os.path.isdir(source):
            _take_empty_back(session, target, undone)


def _take_folder_back(session: Session, job: Job, root: str, done: dict[str, JobFile], undone: Undone) -> None:
    tree = _Tree()
    try:
        for page in session.pages(root, recursive=True):
            _sort(page, tree, job, root, done, undone)
    except (NotFound, NotAFolder):
        return
    due, mine = tree.due(), set(tree.mine)
    _delete(session, job, [paths.join(root, path) for path in due if path in mine], done, undone)
    folders = {paths.join(root, path): count for path, count in due.items() if path not in mine}
    # A folder goes with all that is in it, which was looked at just now.
    answers = call_all(session, [("entry_delete", paths.to_wire(path)) for path in folders])
    for (path, count), answer in zip(folders.items(), answers, strict=True):
        if isinstance(answer, FilexferError):
            undone.keep(path)
        else:
            undone.deleted += count


def _take_empty_back(session: Session, target: str, undone: Undone) -> None:
    """A folder without files was sent."""
    (listed,) = call_all(session, [("file_list", paths.to_wire(target), {"limit": 1})])
    if not isinstance(listed, FilexferError) and not wire.sequence(listed.get("entries"), "entries"):
        (answer,) = call_all(session, [("entry_delete", paths.to_wire(target))])
        undone.deleted += not isinstance(answer, FilexferError)


def _sort(page: wire.Columns, tree: _Tree, job: Job, root: str, done: dict[str, JobFile], undone: Undone) -> None:
    for name, kind, size, mtime_ns in zip(page.names, page.kinds, page.sizes, page.mtimes, strict=True):
        if kind == "d":
            continue
        path = paths.join(root, name)
        file = done.get(path) if kind == "f" else None
        if file is not None and _is_as_sent(file, job, size, mtime_ns):
            tree.mine.append(name)
            continue
        tree.mark(name)
        if file is not None:
            undone.keep(path)


def _delete(session: Session, job: Job, targets: Sequence[str], done: dict[str, JobFile], undone: Undone) -> None:
    """Delete single files, each by the version that is looked at."""
    due: list[tuple[object, ...]] = []
    places: list[str] = []
    looks = call_all(session, [("file_stat", paths.to_wire(path)) for path in targets])
    for path, entry in zip(targets, looks, strict=True):
        if isinstance(entry, FilexferError):
            continue  # it is gone already
        found = wire.entry_of(entry)
        if _is_as_sent(done[path], job, found.size, found.mtime_ns):
            places.append(path)
            due.append(("entry_delete", paths.to_wire(path), {"etag": found.etag}))
        else:
            undone.keep(path)
    for path, answer in zip(places, call_all(session, due), strict=True):
        if isinstance(answer, FilexferError):
            undone.keep(path)
        else:
            undone.deleted += 1


def _is_as_sent(file: JobFile, job: Job, size: int, mtime_ns: int) -> bool:
    """Whether what lies there is still what arrived: it had the size and the time of the file here. Where that one has gone or
    changed, what was written since the upload began counts as changed."""
    if size != file.size:
        return False
    try:
        here = os.stat(file.source)
    except (OSError, ValueError):
        return mtime_ns < job.created_ns
    if here.st_size == size and here.st_mtime_ns < job.created_ns:
        return any(mtime_ns % step == 0 and abs(here.st_mtime_ns - mtime_ns) < step for step in _STEPS)
    return mtime_ns < job.created_ns
