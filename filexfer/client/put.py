"""A job that sends: looks through the sources, leaves out what is there already, hands small files to batches and large ones to
the pool, and at the end makes the empty folders and gives all folders their times."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from functools import partial
from typing import NamedTuple

from filexfer.client.activity import NETWORK
from filexfer.client.batch import Batches
from filexfer.client.compare import Comparison, Pair
from filexfer.client.pipe import Pipe
from filexfer.client.pipeline import Call, Pipeline
from filexfer.client.pool import Pool
from filexfer.client.run import Run
from filexfer.client.same import OLDER, SKIPPED, There, Verdict, after_comparing, judge
from filexfer.client.scan import Ahead, Folder, Found, single, walk
from filexfer.client.there import Target
from filexfer.client.transfer import Bench
from filexfer.client.upload import Sending, Source
from filexfer.core import paths
from filexfer.core.errors import AlreadyExists, FilexferError, NotAFolder
from filexfer.core.model import BATCH_BYTES, BATCH_FILES, BLOCK_SIZE, Conflict
from filexfer.protocol import wire
from filexfer.protocol.faults import error_of

#: Calls in one `system.multicall`.
_CALLS = 200
#: The largest block of a server that we keep in memory, once for each thread that sends.
_MOST_BLOCK = 8 * BLOCK_SIZE


class _Made(NamedTuple):
    """A folder that the target shall have. `touched`: files are put into it; `time_there`: its mtime_ns before, None if it is
    new."""

    item: int
    path: str
    target: str
    mtime_ns: int
    touched: bool
    time_there: int | None


class Putting:
    """One run of a PUT job; `move` does it."""

    def __init__(self, run: Run) -> None:
        self._run = run
        source, target = run.spec.items[0]
        is_tree = os.path.isdir(source)
        run.link.session.foresee(target, pages=is_tree, entry=not is_tree)
        info = run.link.session.info()
        self._worker = run.figures.worker()
        self._pipeline = Pipeline(run, self._worker)
        most = _bound(info, "batch_bytes", BATCH_BYTES), _bound(info, "batch_files", BATCH_FILES)
        self._batches = Batches(run, self._worker, self._pipeline, *most)
        block_size = _bound(info, "block_size", _MOST_BLOCK)
        self._lane = run.link.session.lane()
        connections, growth = run.link.session.connections, run.growth(block_size * self._lane.held)
        self._pool = Pool(growth, lambda: Bench(run.figures.worker(), block_size, Pipe(connections)), run)
        self._compare = Comparison(run.link)
        self._item = -1
        self._there = Target()
        self._usable = True
        self._folders: list[_Made] = []
        #: Those that large files go into.
        self._blocks_into: set[str] = set()

    def move(self) -> None:
        """Raises what ends the job; failures of single files are noted in the run."""
        run = self._run
        run.on_halt(self._pool.stop)
        try:
            with Ahead(self._scan(), self._seen) as found:
                for folder in found:
                    run.check()
                    self._take(folder)
            self._batches.flush()
            settled, late = self._due()
            before = self._pipeline.repeated
            self._finish_folders(settled)
            self._pipeline.finish()
            self._worker.doing = ""
            self._pool.finish()
            # A batch that was sent again behind their times has changed them.
            self._finish_folders([*settled, *late] if self._pipeline.repeated != before else late)
            self._pipeline.finish()
        except BaseException:
            self._pool.stop()
            self._pipeline.abandon()
            raise
        finally:
            self._worker.doing = ""
            self._pool.finish()

    def _scan(self) -> Iterator[Folder]:
        for item, (source, _) in enumerate(self._run.spec.items):
            try:
                found = walk(source, self._run.filter) if os.path.isdir(source) else self._single(source)
                for folder in found:
                    folder.item = item
                    yield folder
                    if self._run.stop.is_set():
                        return
            except FilexferError as error:
                failed = Folder("", source)
                failed.item, failed.single, failed.error = item, True, error
                yield failed
        self._run.figures.scanned()

    def _single(self, source: str) -> Iterator[Folder]:
        found = single(source)
        if self._run.filter.keeps(os.path.basename(source)):
            yield found

    def _seen(self, folder: Folder) -> None:
        count = len(folder.files) + len(folder.skipped) + (folder.error is not None)
        self._run.figures.found(count, sum(found[1] for found in folder.files))

    def _take(self, folder: Folder) -> None:
        """Everything in one scanned folder."""
        run, item = self._run, folder.item
        if folder.error is not None:
            run.failed(item, folder.path, 0, folder.error)
            return
        target = paths.join(run.spec.items[item][1], folder.path)
        for name, why in folder.skipped:
            run.skipped(item, paths.join(folder.path, name), 0, why)
        try:
            self._look(folder)
        except NotAFolder as error:
            self._usable = False
            # Nothing below can succeed; it is said once, and the files count.
            run.figures.found(1, 0)
            run.failed(item, folder.path, 0, error)
            self._fail_all(folder, error)
            return
        if not self._usable:
            self._fail_all(folder, NotAFolder())
            return
        there = self._there.folder(folder.path)
        touched = self._sort(folder, target, there)
        if not folder.single and target:
            self._folders.append(_Made(item, folder.path, target, folder.mtime_ns, touched, self._there.folder_time(folder.path)))

    def _fail_all(self, folder: Folder, error: Exception) -> None:
        for name, size, _ in folder.files:
            self._run.failed(folder.item, paths.join(folder.path, name), size, error)

    def _look(self, folder: Folder) -> None:
        """Have `_there` hold what is at the target of the folder's item."""
        if self._item == folder.item:
            return
        self._item, self._usable, self._there = folder.item, True, Target()
        self._worker.doing = NETWORK
        look = Target.of_file if folder.single else Target.of_folder
        self._there = look(self._run.link, self._run.spec.items[folder.item][1])

    def _sort(self, folder: Folder, target: str, there: dict[str, There]) -> bool:
        """Decide for each file of a folder; answers whether any is sent."""
        spec, same, alike, sent = self._run.spec, [], [], False
        below = folder.path + "/" if folder.path else ""
        for found in folder.files:
            name, size, mtime_ns = found
            path = "" if folder.single else below + name
            here = there.get("" if folder.single else name) if there else None
            verdict = judge(size, mtime_ns, here, spec.on_conflict, spec.checksum, self._there.step) if here else Verdict.SEND
            if verdict is Verdict.SAME:
                same.append((path, size))
            elif verdict is Verdict.COMPARE and (spec.checksum or size > self._run.settings.small_file):
                alike.append((path, found))
            else:
                sent |= self._act(verdict, folder, target, path, found, here)
        for (path, found), equal in zip(alike, self._equal(folder, target, alike), strict=True):
            if isinstance(equal, FilexferError):
                self._run.failed(folder.item, path, found[1], equal)
            elif (verdict := after_comparing(equal, spec.on_conflict)) is Verdict.SAME:
                same.append((path, found[1]))
            else:
                sent |= self._act(verdict, folder, target, path, found, there.get("" if folder.single else found[0]))
        if same:
            self._run.there(folder.item, same)
        return sent

    def _equal(self, folder: Folder, target: str, alike: list[tuple[str, Found]]) -> Iterator[bool | FilexferError]:
        self._worker.doing = NETWORK
        pairs = [
            Pair(os.path.join(folder.place, name), target if folder.single else paths.join(target, name), size)
            for _, (name, size, _) in alike
        ]
        return self._compare.equal(pairs)

    def _act(self, verdict: Verdict, folder: Folder, target: str, path: str, found: Found, here: There | None) -> bool:
        """Send, leave out or refuse one file; answers whether it is sent."""
        name, size, mtime_ns = found
        if verdict is Verdict.SKIP:
            self._run.skipped(folder.item, path, size, OLDER if self._run.spec.on_conflict is Conflict.NEWER else SKIPPED)
            return False
        if verdict is Verdict.CONFLICT:
            self._run.failed(folder.item, path, size, AlreadyExists())
            return False
        where = target if folder.single else f"{target}/{name}" if target else name
        if size <= self._run.settings.small_file:
            self._batches.add(folder.item, folder.place, (name, path, where, size, mtime_ns))
        else:
            place = os.path.join(folder.place, name)
            old = here.size if here is not None and here.is_file else 0
            self._blocks_into.add(target)
            self._pool.submit(Sending(self._run, self._lane, Source(folder.item, path, place, where, size, mtime_ns, old)))
        return True

    # Folders

    def _due(self) -> tuple[list[_Made], list[_Made]]:
        """Those that are missing, and those that changed, the innermost first: which nothing changes any more behind the batches
        that are sent, and which large files do."""
        changed: set[str] = set()
        late = set(self._blocks_into)
        due: tuple[list[_Made], list[_Made]] = [], []
        keeps_empty = self._run.filter.keeps_empty
        for made in reversed(self._folders):
            is_new = made.time_there is None
            touched = made.touched or made.target in changed
            if touched or (keeps_empty and (is_new or made.time_there != made.mtime_ns)):
                due[made.target in late].append(made)
                if is_new:
                    parent = paths.parent(made.target)
                    changed.add(parent)
                    if made.target in late:
                        late.add(parent)
        return due

    def _finish_folders(self, due: list[_Made]) -> None:
        """Have these made and given their times, behind what is sent already: no round trip passes in between."""
        self._run.check()
        for at in range(0, len(due), _CALLS):
            some = due[at : at + _CALLS]
            self._pipeline.send(Call("system.multicall", partial(_makings, some), _makings_told, partial(self._told, some)))
            self._run.check()

    def _told(self, due: list[_Made], answers: Sequence[object] | FilexferError) -> None:
        if isinstance(answers, FilexferError):
            raise answers
        for made, answer in zip(due, answers, strict=False):
            if isinstance(answer, dict):
                error = error_of(wire.number(answer.get("faultCode")), wire.text(answer.get("faultString")))
                self._run.figures.found(1, 0)
                self._run.failed(made.item, made.path, 0, error)


def _makings(due: list[_Made]) -> tuple[object, ...]:
    """The parameters of the `system.multicall` that makes these."""
    return ([{"methodName": "folder_make", "params": [paths.to_wire(made.target), {"mtime_ns": made.mtime_ns}]} for made in due],)


def _makings_told(answer: object) -> Sequence[object]:
    return wire.sequence(answer, "answers")


def _bound(info: dict[str, object], name: str, most: int) -> int:
    """A bound that the server states, no larger than our own."""
    stated = info.get(name)
    return max(1, min(most, stated)) if isinstance(stated, int) else most
