"""The `receipt_*` methods: a transfer that has ended is read again on both sides and saved as a receipt, and checked by one
later. Rules: that runs in the background, a few at a time, and ends when nobody asks for it any more; a receipt appears whole or
not at all. Only for windows of this computer: a receipt may name any path."""

from __future__ import annotations

import contextlib
import itertools
import os
import tempfile
import threading
import time
from collections.abc import Callable, Iterator

from filexfer.agent.servers import OWN, Servers
from filexfer.client import receipts
from filexfer.client.engine import Engine
from filexfer.client.manifest import Head, read, write
from filexfer.client.receipts import Counts, Pair
from filexfer.client.words import local_error
from filexfer.core import paths
from filexfer.core.errors import BadParameters, Busy, Cancelled, FilexferError, Forbidden, InternalError, NotFound
from filexfer.core.model import Direction, Job
from filexfer.protocol.members import number
from filexfer.server.access import Caller

#: Such at work at once, and such that have ended and can still be asked about.
MOST, KEPT = 2, 20
#: Differences that are told one by one.
TOLD = 200
#: Seconds without a question after which nobody is there any more.
PATIENCE = 60.0
_PAGE = 1000


class _Task:
    """One of them. Written by its thread, but for `asked` and `stop`; read by whoever asks. Attributes: as in `receipt_state`."""

    def __init__(self, kind: str, path: str) -> None:
        self.kind, self.path = kind, path
        self.counts = Counts()
        self.total = 0
        self.told: list[list[str | bytes]] = []
        self.error = ""
        self.done = False
        self.stop = threading.Event()
        self.asked = time.monotonic()

    def tick(self, counts: Counts) -> None:
        self.counts = counts
        if self.stop.is_set() or time.monotonic() - self.asked > PATIENCE:
            raise Cancelled()

    def differs(self, path: str, what: str) -> None:
        if len(self.told) < TOLD:
            self.told.append([paths.to_wire(path), what])

    def struct(self) -> dict[str, object]:
        return {
            "kind": self.kind,
            "path": paths.to_wire(self.path),
            "done": self.done,
            "files": self.counts.files,
            "bytes": self.counts.bytes,
            "bytes_total": self.total,
            "differing": self.counts.differing,
            "differences": list(self.told),
            "error": self.error,
        }


class Receipts:
    """The methods."""

    def __init__(self, engine: Engine, servers: Servers) -> None:
        self._engine = engine
        self._servers = servers
        self._numbers = itertools.count(1)
        # Guards the two below.
        self._lock = threading.Lock()
        self._tasks: dict[int, _Task] = {}
        self._threads: list[threading.Thread] = []

    def close(self) -> None:
        """Give up what is under way."""
        with self._lock:
            threads = list(self._threads)
            for task in self._tasks.values():
                task.stop.set()
        for thread in threads:
            thread.join(5.0)

    def receipt_make(self, caller: Caller, job: int, path: str) -> dict[str, object]:
        """Read all files of a transfer that has ended again, here and there, and save a receipt of those that are the same at
        this path of the disk: {receipt}, the number to ask `receipt_state` by."""
        known = self._engine.job(number(job, "job"))
        if not known.state.ended:
            raise BadParameters("This transfer has not ended. A receipt can be made once it has.")
        return self._begin(caller, "make", path, lambda task: self._make(known, task))

    def receipt_verify(self, caller: Caller, path: str) -> dict[str, object]:
        """Check the files of a saved receipt on both sides: {receipt}, the number to ask `receipt_state` by."""
        return self._begin(caller, "verify", path, self._verify)

    def receipt_state(self, caller: Caller, receipt: int) -> dict[str, object]:
        """How far it is: {kind: make or verify, path, done, files, bytes, bytes_total, differing, differences: [[path, what]],
        error}. Who no longer asks for a minute ends it."""
        task = self._task(receipt)
        task.asked = time.monotonic()
        return task.struct()

    def receipt_cancel(self, caller: Caller, receipt: int) -> bool:
        """Give it up; no receipt is saved."""
        self._task(receipt).stop.set()
        return True

    def _task(self, receipt: int) -> _Task:
        with self._lock:
            task = self._tasks.get(number(receipt, "receipt"))
        if task is None:
            raise NotFound("Nothing is known of this receipt any more. Begin again.")
        return task

    def _begin(self, caller: Caller, kind: str, path: str, work: Callable[[_Task], None]) -> dict[str, object]:
        if not caller.local:
            raise Forbidden("Receipts are made and checked by a window of the computer itself.")
        place = paths.from_wire(path)
        if not os.path.isabs(place) or "\0" in place:
            raise BadParameters(f"“{paths.shown(place)}” is not a whole path. Give the receipt's file by its whole path.")
        task = _Task(kind, place)
        with self._lock:
            if sum(not one.done for one in self._tasks.values()) >= MOST:
                raise Busy("Other receipts are at work. Wait until one of them is done.")
            for old in [key for key, one in self._tasks.items() if one.done][:-KEPT]:
                del self._tasks[old]
            key = next(self._numbers)
            self._tasks[key] = task
            thread = threading.Thread(target=_run, args=(task, work), name=f"receipt-{key}", daemon=True)
            self._threads = [one for one in self._threads if one.is_alive()] + [thread]
            thread.start()
        return {"receipt": key}

    def _make(self, job: Job, task: _Task) -> None:
        put = job.spec.direction is Direction.PUT
        ends = [(source, target) if put else (target, source) for source, target in job.spec.items]
        head = receipts.head_of(job, job.spec.server or OWN, ends)
        task.total = job.bytes_total
        with contextlib.closing(self._servers.connect(head.server)) as session:
            rows = receipts.make(session, self._pairs(job), head, task.tick, task.differs)
            folder, name = os.path.split(task.path)
            try:
                with tempfile.NamedTemporaryFile(dir=folder, prefix=f".{name[:40]}.", delete=False) as file:
                    try:
                        write(file, head, rows)
                        file.flush()
                        os.fsync(file.fileno())
                        os.replace(file.name, task.path)
                    except BaseException:
                        os.unlink(file.name)
                        raise
            except OSError as error:
                raise local_error(error, task.path) from error

    def _pairs(self, job: Job) -> Iterator[Pair]:
        """The files of a job that are said to be on both sides now."""
        offset = 0
        while page := self._engine.files(job.id, offset=offset, limit=_PAGE)[0]:
            offset += len(page)
            for file in page:
                pair = receipts.pair_of(file, job.spec.direction)
                if pair is not None:
                    yield pair

    def _verify(self, task: _Task) -> None:
        try:
            with open(task.path, "rb") as file:
                head, rows = read(file)
                task.total = sum(max(0, row.size) for row in rows)
            with open(task.path, "rb") as file, contextlib.ExitStack() as opened:
                head, rows = read(file)
                session = opened.enter_context(self._servers.connect(head.server)) if head and head.server else None
                plain = Head("", os.path.dirname(task.path), "")
                receipts.check(session, head or plain, rows, here=True, tick=task.tick, differs=task.differs)
        except OSError as error:
            raise local_error(error, task.path) from error


def _run(task: _Task, work: Callable[[_Task], None]) -> None:
    try:
        work(task)
    except FilexferError as error:
        task.error = str(error)
    except Exception as error:
        threading.excepthook(threading.ExceptHookArgs((type(error), error, error.__traceback__, threading.current_thread())))
        task.error = str(InternalError(f"filexfer met an error of its own ({type(error).__name__}). Please report it."))
    finally:
        task.done = True
