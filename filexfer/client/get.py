"""A job that fetches: lists the sources, leaves out what is here already, hands small files to batches and large ones to the
pool, and at the end makes the empty folders and gives all folders their times. Each destination is a `storage` folder: the same
confinement, verification and durable publishing as a server's own share."""

from __future__ import annotations

import contextlib
import os
import stat
from collections.abc import Iterator, Sequence
from itertools import groupby
from operator import itemgetter

from filexfer.client.activity import NETWORK
from filexfer.client.cleanup import drop_in
from filexfer.client.compare import Comparison, Pair
from filexfer.client.download import Fetching, Wanted
from filexfer.client.fetch import Fetches, Place
from filexfer.client.listing import Listed, foresee, list_items
from filexfer.client.pipe import Pipe
from filexfer.client.pool import Pool
from filexfer.client.run import Run
from filexfer.client.same import OLDER, SKIPPED, There, Verdict, after_comparing, judge, step
from filexfer.client.scan import Ahead
from filexfer.client.transfer import Bench
from filexfer.client.words import local_error
from filexfer.core import paths
from filexfer.core.errors import AlreadyExists, FilexferError, InvalidPath, NotAFolder
from filexfer.core.model import BATCH_BYTES, BATCH_FILES, BLOCK_SIZE, Conflict, Entry
from filexfer.storage.folder import FolderStore
from filexfer.storage.store import StoreSettings

#: Policies under which one file of a job could take another one's place.
_REPLACING = (Conflict.OVERWRITE, Conflict.NEWER)
#: Folders that are finished together, with one sync.
_FOLDERS = 500


class Getting:
    """One run of a GET job; `move` does it."""

    def __init__(self, run: Run) -> None:
        self._run = run
        if len(run.spec.items) == 1:
            foresee(run.link, run.spec.items[0][0])
        run.link.session.info()
        self._worker = run.figures.worker()
        self._fetches = Fetches(run, self._worker, BATCH_BYTES, BATCH_FILES)
        self._lane = run.link.session.lane()
        connections, growth = run.link.session.connections, run.growth(BLOCK_SIZE * self._lane.held)
        self._pool = Pool(growth, lambda: Bench(run.figures.worker(), BLOCK_SIZE, Pipe(connections)), run)
        self._compare = Comparison(run.link)
        #: By the folder's absolute path.
        self._places: dict[str, Place] = {}
        self._item = -1
        self._place: Place | None = None
        self._single = False
        self._was_empty = False
        #: The folder whose name was found legal last.
        self._checked = ""
        #: The folder whose clock was looked at last, and its step in nanoseconds.
        self._step = ("", 1)
        self._folders: list[tuple[Place, int, str, int]] = []

    def move(self) -> None:
        """Raises what ends the job; failures of single files are noted in the run."""
        run = self._run
        run.on_halt(self._pool.stop)
        try:
            try:
                with Ahead(self._list(), self._seen) as found:
                    for page in found:
                        run.check()
                        self._take(page)
                self._fetches.finish()
            except BaseException:
                self._pool.stop()
                self._fetches.abandon()
                raise
            finally:
                self._worker.doing = ""
                self._pool.finish()
            run.check()
            if not run.figures.any_failed:
                self._drop_leftovers()
            self._finish_folders()
        finally:
            for place in self._places.values():
                place.store.close()
        # Closing a store takes its hidden folder away, which changes the time of the folder it was in.
        for place, item, path, mtime_ns in self._folders:
            if not path:
                self._set_time(place, item, mtime_ns)

    # What there is

    def _list(self) -> Iterator[Listed]:
        sources = [source for source, _ in self._run.spec.items]
        for page in list_items(self._run.link, self._run.filter, sources):
            yield page
            if self._run.stop.is_set():
                return
        self._run.figures.scanned()

    def _seen(self, page: Listed) -> None:
        count = len(page.files) + len(page.skipped) + (page.error is not None)
        self._run.figures.found(count, sum(size for _, size, _ in page.files))

    # Where it goes

    def _enter(self, page: Listed) -> None:
        """Open the place of the page's item. Raises `NotAFolder`, `StorageFailed`."""
        if self._item == page.item:
            return
        self._item, self._place = page.item, None
        target = self._run.spec.items[page.item][1]
        self._single = page.single
        root = os.path.dirname(target) if self._single else target
        if root in self._places:
            # Of many items into one folder only the first looks at all of it.
            self._was_empty, self._place = False, self._places[root]
            return
        try:
            self._was_empty = not os.path.lexists(root) or not os.listdir(root)
            os.makedirs(root, exist_ok=True)
        except FileExistsError as error:
            raise NotAFolder(f"“{paths.shown(root)}” is a file; a folder is needed there. Choose another place.") from error
        except OSError as error:
            raise local_error(error, root) from error
        self._place = self._places[root] = Place(FolderStore(root, StoreSettings(trash=False, once=True), exclusive=False), root)

    # What is done with it

    def _take(self, page: Listed) -> None:
        run, item = self._run, page.item
        if page.error is not None:
            run.failed(item, "", 0, page.error)
            return
        try:
            self._enter(page)
        except FilexferError as error:
            # Without its place nothing of the item can be had; it is said once.
            run.figures.found(1, 0)
            run.failed(item, "", 0, error)
        if self._place is None:
            return
        for path, why in page.skipped:
            run.skipped(item, path, 0, why)
        whole = not run.spec.items[item][1].endswith(os.sep)
        # A target that ends with a separator is a folder of somebody's own, which things are put into: its time stays.
        self._folders += [(self._place, item, path, mtime_ns) for path, mtime_ns in page.folders if path or whole]
        same: list[tuple[str, int]] = []
        alike: list[Wanted] = []
        for path, size, mtime_ns in page.files:
            try:
                wanted = self._wanted(self._place, item, path, size)
                self._act(self._verdict(wanted, mtime_ns), wanted, same, alike)
            except FilexferError as error:
                run.failed(item, path, size, error)
        self._compare_all(alike, same)
        if same:
            run.there(item, same)

    def _compare_all(self, alike: list[Wanted], same: list[tuple[str, int]]) -> None:
        """Decide for those files of which only the contents tell."""
        self._worker.doing = NETWORK
        pairs = [Pair(os.path.join(wanted.root, wanted.target), wanted.source, wanted.size) for wanted in alike]
        for wanted, equal in zip(alike, self._compare.equal(pairs), strict=True):
            if isinstance(equal, FilexferError):
                self._run.failed(wanted.item, wanted.path, wanted.size, equal)
            else:
                self._act(after_comparing(equal, self._run.spec.on_conflict), wanted, same, alike)

    def _wanted(self, place: Place, item: int, path: str, size: int) -> Wanted:
        source, target = self._run.spec.items[item]
        if self._single:
            return Wanted(item, path, source, place.store, place.root, os.path.basename(target), size)
        self._check(path)
        return Wanted(item, path, f"{source}/{path}" if source else path, place.store, place.root, path, size)

    def _act(self, verdict: Verdict, wanted: Wanted, same: list[tuple[str, int]], alike: list[Wanted]) -> None:
        """Fetch, leave out or refuse one file, or put it on the list of those that are there (`same`) or may be (`alike`)."""
        run, item, path, size = self._run, wanted.item, wanted.path, wanted.size
        if verdict is Verdict.SEND:
            self._fetch(wanted)
        elif verdict is Verdict.SAME:
            same.append((path, size))
            if run.spec.on_conflict in _REPLACING:
                with contextlib.suppress(OSError):  # it has gone since, and is in nobody's way
                    wanted.store.took(os.lstat(os.path.join(wanted.root, wanted.target)))
        elif verdict is Verdict.COMPARE and (run.spec.checksum or size > run.settings.small_file):
            alike.append(wanted)
        elif verdict is Verdict.SKIP:
            run.skipped(item, path, size, OLDER if run.spec.on_conflict is Conflict.NEWER else SKIPPED)
        elif verdict is Verdict.CONFLICT:
            run.failed(item, path, size, AlreadyExists())
        else:
            self._fetch(wanted)

    def _fetch(self, wanted: Wanted) -> None:
        if wanted.size <= self._run.settings.small_file:
            self._fetches.add(wanted)
        else:
            self._pool.submit(Fetching(self._run, self._lane, wanted))

    def _check(self, path: str) -> None:
        """Raise `InvalidPath` for a name that is none. The store refuses it too; but it is looked for here before."""
        folder, _, name = path.rpartition("/")
        if folder != self._checked:
            paths.split(folder)
            self._checked = folder
        if folder == "" and path != name:
            raise InvalidPath("A path begins without “/”.")
        paths.check_component(name)

    def _verdict(self, wanted: Wanted, mtime_ns: int) -> Verdict:
        if self._was_empty:
            return Verdict.SEND
        local = os.path.join(wanted.root, wanted.target)
        there = _there(local)
        spec = self._run.spec
        if there is None:
            return Verdict.SEND
        verdict = judge(wanted.size, mtime_ns, there, spec.on_conflict, spec.checksum, 1)
        if verdict is not Verdict.SAME and there.size == wanted.size and abs(there.mtime_ns - mtime_ns) < 2_000_000_000:
            return judge(wanted.size, mtime_ns, there, spec.on_conflict, spec.checksum, self._step_of(os.path.dirname(local)))
        return verdict

    def _step_of(self, folder: str) -> int:
        """The step of the clock that wrote the times in a local folder."""
        if self._step[0] != folder:
            try:
                with os.scandir(folder) as entries:
                    files = (entry for entry in entries if entry.is_file(follow_symlinks=False))
                    self._step = (folder, step(entry.stat(follow_symlinks=False).st_mtime_ns for entry in files))
            except OSError:
                self._step = (folder, 1)
        return self._step[1]

    def _drop_leftovers(self) -> None:
        """Parts of an earlier run that could not be resumed: what they were of was another version by then."""
        for root, place in self._places.items():
            for upload in drop_in(place.store, self._run.parts_in(root)):
                self._run.over(root, upload)

    # Folders

    def _finish_folders(self) -> None:
        """Make those that are missing and set the times of all, the innermost first."""
        if not self._run.filter.keeps_empty:
            self._folders = [made for made in self._folders if os.path.isdir(os.path.join(made[0].root, made[2]))]
        below = [made for made in reversed(self._folders) if made[2]]
        for place, group in groupby(below, itemgetter(0)):
            due = list(group)
            for at in range(0, len(due), _FOLDERS):
                self._run.check()
                self._finish_some(place.store, due[at : at + _FOLDERS])

    def _finish_some(self, store: FolderStore, due: list[tuple[Place, int, str, int]]) -> None:
        results: Sequence[Entry | FilexferError]
        try:
            results = store.make_folders([(path, mtime_ns) for _, _, path, mtime_ns in due])
        except FilexferError as error:
            results = [error] * len(due)
        for (_, item, path, _), result in zip(due, results, strict=True):
            if isinstance(result, FilexferError):
                self._run.figures.found(1, 0)
                self._run.failed(item, path, 0, result)

    def _set_time(self, place: Place, item: int, mtime_ns: int) -> None:
        try:
            os.utime(place.root, ns=(mtime_ns, mtime_ns))
        except OSError as error:
            self._run.figures.found(1, 0)
            self._run.failed(item, "", 0, local_error(error, place.root))


def _there(local: str) -> There | None:
    try:
        status = os.lstat(local)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise local_error(error, local) from error
    return There(stat.S_ISREG(status.st_mode), status.st_size, status.st_mtime_ns)
