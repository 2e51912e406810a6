"""What a job that sends would do, found out before it runs: the trees are scanned here, what is there is listed, both are
counted. Rules: nothing is written, on either side; only counts and a few names are kept, however large the trees are."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from enum import Enum

from filexfer.client.compare import Comparison, Pair
from filexfer.client.link import Link
from filexfer.client.patterns import Filter
from filexfer.client.same import There, Verdict, after_comparing, judge
from filexfer.client.scan import LINK, Ahead, Folder, Found, single, walk
from filexfer.client.session import Session
from filexfer.client.there import Target
from filexfer.core import paths
from filexfer.core.errors import Cancelled, FilexferError, InvalidPath, NotAFolder
from filexfer.core.model import Conflict, JobSpec

#: What systems leave in folders for themselves, as patterns of a job: macOS (Finder) and Windows (Explorer).
JUNK = (".DS_Store", "[Tt]humbs.db", "ehthumbs.db", "[Dd]esktop.ini")
#: So many files are a decision by themselves: rarely does somebody drop more by intent.
MANY = 100_000
#: Names kept of each group, to be shown.
EXAMPLES = 20
#: Bytes that are read, here and there, to tell whether files of equal size and another time are the same.
COMPARED = 64 << 20


class Group(Enum):
    """What awaits a file. SAME: it is there already. CHANGED: another file has its name. BLOCKED: something that is no file has
    it, or is on the way to it. UNREPRESENTABLE: no name over there. The last three are not sent: links, pipes and the like,
    and what cannot be read."""

    NEW = "new"
    SAME = "same"
    CHANGED = "changed"
    BLOCKED = "blocked"
    UNREPRESENTABLE = "unrepresentable"
    JUNK = "junk"
    LINK = "links"
    SPECIAL = "special"
    UNREADABLE = "unreadable"


#: Those of which names are kept: somebody wants to see which.
_NAMED = frozenset(Group) - {Group.NEW, Group.SAME}


@dataclass(frozen=True, slots=True)
class Findings:
    """How far a plan came.

    Attributes:
        files, bytes: found so far, what the system left for itself left out; they run ahead of the groups.
        counts, sizes: files and bytes of each group.
        names: of some, the first `EXAMPLES`: paths below the folder they were dropped from.
        free: bytes that the other side has left, -1 for unknown.
        complete: all was looked through.
        error: why it ended before that.
    """

    files: int
    bytes: int
    counts: dict[Group, int]
    sizes: dict[Group, int]
    names: dict[Group, tuple[str, ...]]
    free: int
    complete: bool
    error: FilexferError | None

    @property
    def too_large(self) -> bool:
        """Whether it does not fit there, as far as is known."""
        return 0 <= self.free < self.bytes - self.sizes[Group.SAME] - self.sizes[Group.UNREPRESENTABLE]

    @property
    def many(self) -> bool:
        """Whether these are more files than somebody drops by intent."""
        return self.files > MANY

    @property
    def to_decide(self) -> bool:
        """Whether a person should be asked before it runs."""
        asked = (Group.CHANGED, Group.BLOCKED, Group.UNREPRESENTABLE, Group.JUNK)
        return any(self.counts[group] for group in asked) or self.too_large or self.many


class Plan:
    """Looks through what `spec`, a job that sends, would move. `run` does it, on the thread that calls it.

    Args:
        connect: opens a session with the server, which the plan closes.
    """

    def __init__(self, spec: JobSpec, connect: Callable[[], Session]) -> None:
        self._spec = spec
        self._connect = connect
        self._stop = threading.Event()
        # Whoever drops such a file by itself means it.
        junk = Filter((), JUNK)
        self._junk = None if any(not junk.keeps(_base(source)) for source, _ in spec.items) else junk
        self._filter = Filter(spec.include, spec.exclude)
        self._lock = threading.Lock()  # guards all below
        self._session: Session | None = None
        self._names: dict[Group, list[str]] = {group: [] for group in _NAMED}
        none = dict.fromkeys(Group, 0)
        self._findings = Findings(0, 0, dict(none), dict(none), {}, -1, False, None)

    @property
    def excludes(self) -> tuple[str, ...]:
        """Patterns of what the system left for itself; none where it is meant."""
        return JUNK if self._junk is not None else ()

    def findings(self) -> Findings:
        """What is known now. From any thread."""
        with self._lock:
            known = self._findings
            names = {group: tuple(found) for group, found in self._names.items() if found}
            return replace(known, counts=dict(known.counts), sizes=dict(known.sizes), names=names)

    def stop(self) -> None:
        """Have `run` end soon. From any thread."""
        self._stop.set()
        with self._lock:
            session = self._session
        if session is not None:
            session.close()

    def run(self) -> None:
        """Look through everything; what goes wrong stands in `Findings.error`."""
        error: FilexferError | None = None
        try:
            # What is here is counted also while the server does not answer.
            with Ahead(self._scan(), self._seen) as found:
                self._compare(found)
        except FilexferError as failure:
            error = failure
        with self._lock:
            complete = error is None and not self._stop.is_set()
            self._findings = replace(self._findings, complete=complete, error=error)

    # Here

    def _scan(self) -> Iterator[Folder]:
        for item, (source, _) in enumerate(self._spec.items):
            for folder in self._folders(source):
                if self._stop.is_set():
                    return
                folder.item = item
                yield folder

    def _folders(self, source: str) -> Iterator[Folder]:
        try:
            if os.path.isdir(source):
                yield from walk(source, self._filter)
            else:
                yield single(source)
        except FilexferError as error:
            failed = Folder("", source)
            failed.single, failed.error = True, error
            yield failed

    def _seen(self, folder: Folder) -> None:
        """Count a folder as soon as it is scanned, and take out of it what the system left there."""
        if self._junk is not None and not folder.single:
            kept = [found for found in folder.files if self._junk.keeps(found[0])]
            if len(kept) < len(folder.files):
                junk = [found for found in folder.files if not self._junk.keeps(found[0])]
                folder.files = kept
                self._note(folder, Group.JUNK, junk)
        with self._lock:
            files, size = self._findings.files + len(folder.files), self._findings.bytes + sum(one[1] for one in folder.files)
            self._findings = replace(self._findings, files=files, bytes=size)
        for name, why in folder.skipped:
            self._note(folder, Group.LINK if why == LINK else Group.SPECIAL, [(name, 0, 0)])
        if folder.error is not None:
            special = isinstance(folder.error, InvalidPath)
            self._note(folder, Group.SPECIAL if special else Group.UNREADABLE, [("", 0, 0)])

    def _note(self, folder: Folder, group: Group, files: list[Found]) -> None:
        """Count `files` of a folder for `group`."""
        if not files:
            return
        with self._lock:
            self._findings.counts[group] += len(files)
            self._findings.sizes[group] += sum(found[1] for found in files)
            kept = self._names.get(group)
            if kept is not None and len(kept) < EXAMPLES:
                top = _base(self._spec.items[folder.item][0])
                inside = paths.join(top, folder.path)
                kept += [top if folder.single else paths.join(inside, name) for name, _, _ in files[: EXAMPLES - len(kept)]]

    # There

    def _compare(self, folders: Ahead[Folder]) -> None:
        session = self._connect()
        with self._lock:
            self._session = session
        with session:
            # Who waits for a sheet wants no patience: what fails here is told by the job, which has it.
            info = session.info()
            comparing = _Comparing(Link(session, self._stop, 0.0), self._spec, info.get("names") == "windows", self._note)
            free = info.get("free")
            with self._lock:
                self._findings = replace(self._findings, free=free if isinstance(free, int) else -1)
            for folder in folders:
                if self._stop.is_set():
                    raise Cancelled()
                comparing.take(folder)


class _Comparing:
    """Sorts scanned folders into groups by what stands at their target. `windows`: only names that Windows takes fit there."""

    def __init__(self, link: Link, spec: JobSpec, windows: bool, note: Callable[[Folder, Group, list[Found]], None]) -> None:
        self._link = link
        self._spec = spec
        self._windows = windows
        self._note = note
        self._contents = Comparison(link)
        self._left = COMPARED
        self._item = -1
        self._there: Target | None = None

    def take(self, folder: Folder) -> None:
        if folder.error is not None:
            return
        target = paths.join(self._spec.items[folder.item][1], folder.path)
        fits, unfit = _fitting(folder, target, self._windows)
        self._note(folder, Group.UNREPRESENTABLE, unfit)
        if not fits:
            return
        there = self._look(folder)
        if there is None:
            self._note(folder, Group.BLOCKED, fits)
            return
        names = there.folder(folder.path)
        groups: dict[Group, list[Found]] = {} if names else {Group.NEW: fits}
        for found in fits if names else ():
            here = names.get("" if folder.single else found[0])
            groups.setdefault(self._group(folder, target, found, here, there.step), []).append(found)
        for group, some in groups.items():
            self._note(folder, group, some)

    def _look(self, folder: Folder) -> Target | None:
        """What is at the target of the folder's item; None where it cannot be a folder."""
        if self._item != folder.item:
            self._item = folder.item
            look = Target.of_file if folder.single else Target.of_folder
            try:
                self._there = look(self._link, self._spec.items[folder.item][1])
            except NotAFolder:
                self._there = None
        return self._there

    def _group(self, folder: Folder, target: str, found: Found, here: There | None, step: int) -> Group:
        if here is None:
            return Group.NEW
        name, size, mtime_ns = found
        # As if it were to fail at whatever is in the way: so that nothing that is there is passed over.
        verdict = judge(size, mtime_ns, here, Conflict.FAIL, self._spec.checksum, step)
        if verdict is Verdict.COMPARE and size <= self._left:
            self._left -= size
            pair = Pair(os.path.join(folder.place, name), target if folder.single else paths.join(target, name), size)
            equal = next(self._contents.equal([pair]))
            verdict = after_comparing(equal is True, Conflict.FAIL)
        if verdict is Verdict.SAME:
            return Group.SAME
        return Group.CHANGED if here.is_file else Group.BLOCKED


def _fitting(folder: Folder, target: str, windows: bool) -> tuple[list[Found], list[Found]]:
    """The files of a folder that have a legal path there, and those that have none."""
    try:
        for part in paths.split(target):
            if windows:
                paths.check_windows(part)
    except InvalidPath:
        return [], folder.files
    if folder.single:
        return folder.files, []
    room = min(paths.COMPONENT_BYTES, paths.PATH_BYTES - len(paths.encode(target)) - 1)
    fits: list[Found] = []
    unfit: list[Found] = []
    for found in folder.files:
        (fits if _is_legal(found[0], room, windows) else unfit).append(found)
    return fits, unfit


def _is_legal(name: str, room: int, windows: bool) -> bool:
    try:
        # Nearly all names are short: only of others the bytes are counted.
        if len(name) * 4 > room and len(paths.encode(name)) > room:
            return False
        if windows:
            paths.check_windows(name)
    except InvalidPath:
        return False
    return not paths.is_reserved(name)


def _base(source: str) -> str:
    return os.path.basename(source.rstrip(os.sep))
