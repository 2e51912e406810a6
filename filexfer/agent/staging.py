"""`stage_files`: small files fetched ahead of a drag, into a private folder here, so that others can be handed real paths.

Rules: a path is told only when its file is complete and verified; what is kept has a bound, the least recently used goes first;
nothing outside of the folder is touched, and a fetch that nobody wants any more ends soon.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import logging
import os
import shutil
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from filexfer.agent.servers import Servers
from filexfer.client.session import Session
from filexfer.client.throttle import Throttle, take
from filexfer.client.words import local_error
from filexfer.core import paths
from filexfer.core.errors import Cancelled, Changed, FilexferError, Forbidden
from filexfer.core.model import Entry, Kind
from filexfer.core.places import private_folder
from filexfer.protocol.members import check_names, sequence, struct, text
from filexfer.server.access import Caller
from filexfer.server.deferred import Deferred

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

_log = logging.getLogger("filexfer.agent")

#: What is fetched ahead at most for one selection: bytes and files.
MOST_BYTES, MOST_FILES = 16 << 20, 100
#: What all of them may take on this disk, in bytes, and how long they are kept, in seconds.
CACHE_BYTES, KEPT = 256 << 20, 24 * 3600.0
#: Selections fetched at once, each of a window of its own; the oldest makes room.
AT_ONCE = 4
#: How long a call waits for its files, in seconds.
PATIENCE = 45.0
_PART = ".part"


class _Sink(io.BufferedWriter):
    """A file to write to, at the pace of `throttle`, until `stop` is set; then it raises `Cancelled`."""

    def __init__(self, path: Path, stop: threading.Event, throttle: Throttle) -> None:
        super().__init__(path.open("xb", buffering=0))
        self._stop = stop
        self._throttle = throttle

    def write(self, data: ReadableBuffer, /) -> int:
        count = super().write(data)
        take((self._throttle,), count, self._stop)
        if self._stop.is_set():
            raise Cancelled()
        return count


class Staging:
    """The method. `folder` is its own; `throttle` is the limit that holds for transfers too."""

    def __init__(self, servers: Servers, folder: Path, throttle: Throttle) -> None:
        self._servers = servers
        self._folder = folder
        self._throttle = throttle
        self._lock = threading.Lock()  # guards the two below
        self._under_way: dict[str, threading.Event] = {}  # by ticket, the oldest first
        self._threads: set[threading.Thread] = set()
        self._keeping = threading.Lock()  # guards the two below, and what is taken away from the folder
        self._swept = False
        self._offered: dict[str, float] = {}  # monotonic time at which a file was last told of, by its key

    def stage_files(self, caller: Caller, server: str, files: object, options: object = None) -> Deferred:
        """Fetch these files of `server` (paths in its share) into a private place on this computer, and answer once all are
        there, complete and verified: {files}, their local paths in the same order. Empty where there is a folder among them,
        where they are too many or too large to be fetched ahead, and where a newer call with the same option `ticket` came
        meanwhile; one without paths only ends the older one."""
        if not caller.local:
            raise Forbidden("Files can be fetched ahead only for a window on this computer. Download them instead.")
        given = struct({} if options is None else options, "options")
        check_names(given, ("ticket",))
        wanted = [paths.from_wire(path) for path in sequence(files, "files")]
        for path in wanted:
            paths.split(path)
        stop = self._begin(text(given.get("ticket", ""), "ticket"))
        deferred = Deferred(PATIENCE, _nothing)
        if not 0 < len(wanted) <= MOST_FILES:
            deferred.resolve(_nothing())
            return deferred
        thread = threading.Thread(
            target=self._run, args=(text(server, "server"), wanted, stop, deferred), name="filexfer-stage", daemon=True
        )
        deferred.on_end(stop.set)
        with self._lock:
            self._threads.add(thread)
        thread.start()
        return deferred

    def close(self) -> None:
        with self._lock:
            stops, threads = list(self._under_way.values()), list(self._threads)
        for stop in stops:
            stop.set()
        for thread in threads:
            thread.join(5.0)

    def _begin(self, ticket: str) -> threading.Event:
        with self._lock:
            older = [self._under_way.pop(ticket, None)]
            while len(self._under_way) >= AT_ONCE:
                older.append(self._under_way.pop(next(iter(self._under_way))))
            stop = self._under_way[ticket] = threading.Event()
        for one in older:
            if one is not None:
                one.set()
        return stop

    def _run(self, server: str, wanted: Sequence[str], stop: threading.Event, deferred: Deferred) -> None:
        try:
            outcome: object = {"files": [paths.to_wire(str(path)) for path in self._stage(server, wanted, stop)]}
        except Cancelled:
            outcome = _nothing()
        except OSError as error:
            outcome = local_error(error, str(self._folder))
        except FilexferError as error:
            outcome = error
        except Exception as error:  # a mistake of ours goes to the caller too, who would wait in vain
            _log.exception("files could not be fetched ahead")
            outcome = error
        finally:
            with self._lock:
                self._threads.discard(threading.current_thread())
        deferred.resolve(outcome)

    def _stage(self, server: str, wanted: Sequence[str], stop: threading.Event) -> list[Path]:
        self._prepare()
        address = str(self._servers.resolve(server))
        with self._servers.session(server) as session:
            entries = []
            for path in wanted:
                entries.append(session.stat(path))
                if stop.is_set() or not _fits(entries):
                    return []
            for path in wanted:
                paths.check_component(paths.name(path))
            places = [
                self._folder / _key(address, path, entry) / paths.name(path) for path, entry in zip(wanted, entries, strict=True)
            ]
            with self._keeping:
                self._offered |= dict.fromkeys((place.parent.name for place in places), time.monotonic())
            self._make_room(sum(entry.size for entry in entries))
            for path, entry, place in zip(wanted, entries, places, strict=True):
                if not _is_there(place, entry):
                    self._fetch(session, path, entry, place, stop)
                os.utime(place.parent)
        return [] if stop.is_set() else places

    def _fetch(self, session: Session, path: str, entry: Entry, place: Path, stop: threading.Event) -> None:
        part = self._folder / f"{place.parent.name}.{os.urandom(6).hex()}{_PART}"
        try:
            with _Sink(part, stop, self._throttle) as sink:
                session.get(path, sink)
            now = session.stat(path)
            found = part.stat().st_size
            if _version(now) != _version(entry) or (found, now.size, now.mtime_ns) != (entry.size, entry.size, entry.mtime_ns):
                raise Changed("It changed on the server while it was fetched. Fetch it again when it is at rest.")
            os.utime(part, ns=(entry.mtime_ns, entry.mtime_ns))
            place.parent.mkdir(exist_ok=True)
            part.replace(place)
        finally:
            part.unlink(missing_ok=True)

    # What is kept.

    def _prepare(self) -> None:
        """Once: have the folder, without what an earlier agent left half done or long ago."""
        with self._keeping:
            if self._swept:
                return
            private_folder(self._folder)
            old = time.time() - KEPT
            for found in list(self._folder.iterdir()):
                if found.name.endswith(_PART):
                    found.unlink(missing_ok=True)
                elif found.stat().st_mtime < old:
                    shutil.rmtree(found, ignore_errors=True)
            self._swept = True

    def _make_room(self, needed: int) -> None:
        """Take away what was used least recently, beyond the bound; never what somebody may be copying now."""
        with self._keeping:
            fresh = time.monotonic() - 10 * 60
            self._offered = {key: at for key, at in self._offered.items() if at > fresh}
            kept = []
            for place in self._folder.iterdir():
                with contextlib.suppress(FileNotFoundError):
                    if place.is_dir():
                        kept.append((place.stat().st_mtime, sum(file.stat().st_size for file in place.iterdir()), place))
            over = sum(size for _, size, _ in kept) + needed - CACHE_BYTES
            for _, size, place in sorted(kept):
                if over <= 0:
                    return
                if place.name not in self._offered:
                    shutil.rmtree(place, ignore_errors=True)
                    over -= size


def _nothing() -> dict[str, object]:
    return {"files": []}


def _fits(entries: Sequence[Entry]) -> bool:
    return all(entry.kind is Kind.FILE for entry in entries) and 0 <= sum(entry.size for entry in entries) <= MOST_BYTES


def _version(entry: Entry) -> str:
    return entry.etag.removeprefix("W/")


def _key(address: str, path: str, entry: Entry) -> str:
    facts = "\0".join((address, path, _version(entry), str(entry.size), str(entry.mtime_ns)))
    return hashlib.sha256(facts.encode("utf-8", "surrogateescape")).hexdigest()[:32]


def _is_there(place: Path, entry: Entry) -> bool:
    """Whether the file is the one that was fetched: the program it was dragged into may have written to it."""
    try:
        found = place.stat()
    except OSError:
        return False
    return (found.st_size, found.st_mtime_ns) == (entry.size, entry.mtime_ns)
