"""Everything that changes a store, small enough to be done a thousand times: what is there before, what is done, what is then."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from filexfer.core.digests import digest
from filexfer.core.errors import FilexferError
from filexfer.core.model import Conflict, PutOptions, Range
from filexfer.storage.folder import FolderStore
from filexfer.storage.store import Small, StoreSettings

SETTINGS = StoreSettings(keep_free=0, block_size=1000, checkpoint_bytes=1500)
OLD, NEW, GONE = b"old" * 700, b"new" * 900, b"gone" * 100
LIKE = OLD[:2000] + NEW[2000:]
OVERWRITE = PutOptions(on_conflict=Conflict.OVERWRITE, mtime_ns=1_500_000_000_000_000_000, key="k")


def put(store: FolderStore, path: str, data: bytes, options: PutOptions) -> None:
    [result] = store.put([Small(path, data, options)])
    if isinstance(result, FilexferError):
        raise result


def put_batch(store: FolderStore, files: list[Small]) -> None:
    failed = [result for result in store.put(files) if isinstance(result, FilexferError)]
    if failed:
        raise failed[0]


def upload(store: FolderStore, path: str, size: int | None, options: PutOptions) -> None:
    upload = store.upload(path, size, options)
    try:
        missing = upload.missing() if size is not None else [None]
        for span in missing:
            for start in range(span.start, span.end, 1000) if span else (0,):
                upload.write(start, NEW[start : start + 1000] if span else NEW)
        upload.commit()
    finally:
        with contextlib.suppress(FilexferError):
            upload.close()


def upload_beside(store: FolderStore) -> None:
    """A new version that begins as the one that is there."""
    upload = store.upload("d/f", len(LIKE), OVERWRITE)
    try:
        if upload.missing():
            upload.close()  # taking over opens it again
            marks = [bytes.fromhex(digest(LIKE[at : at + 1000])[7:]) for at in range(0, len(LIKE), 1000)]
            # All of it is there where only the end of the first attempt failed.
            assert upload.reuse_blocks(1000, 1000, marks[1:]) in ([Range(2000, len(LIKE))], [])
            upload.reuse(0, 0, 1000, store.stat("d/f").etag, digest(LIKE[:1000]))
            if upload.missing():
                upload.write(2000, LIKE[2000:])
        upload.commit()
    finally:
        with contextlib.suppress(FilexferError):
            upload.close()


def restore(store: FolderStore) -> None:
    for item in store.trash.list():
        store.trash.restore(item.id)


@dataclass(frozen=True)
class Act:
    """What is done, and what the tree holds when it is done. Before, it holds `d/f` = OLD and, in the trash, `gone` = GONE."""

    do: Callable[[FolderStore], object]
    done: dict[str, bytes]
    #: Whether doing it again, when it is done, is a success.
    again: bool = True
    #: What may be there besides while it is done.
    meanwhile: dict[str, bytes] = field(default_factory=dict)


BEFORE = {"d/f": OLD}
ACTS = {
    "put a new file": Act(lambda s: put(s, "a/b/g", NEW, PutOptions()), {"d/f": OLD, "a/b/g": NEW}),
    "put over a file": Act(lambda s: put(s, "d/f", NEW, OVERWRITE), {"d/f": NEW}),
    "put what is there": Act(lambda s: put(s, "d/f", OLD, PutOptions()), {"d/f": OLD}),
    "put beside": Act(lambda s: put(s, "d/f", NEW, PutOptions(on_conflict=Conflict.RENAME)), {"d/f": OLD, "d/f (1)": NEW}),
    "put a batch": Act(
        lambda s: put_batch(s, [Small("d/f", NEW, OVERWRITE), *[Small(f"d/{n}", NEW) for n in range(4)]]),
        {"d/f": NEW, **{f"d/{n}": NEW for n in range(4)}},
    ),
    "put a batch of new folders": Act(
        lambda s: put_batch(s, [Small("d/f", NEW, OVERWRITE), *[Small(f"more/{n}/x", NEW) for n in range(4)]]),
        {"d/f": NEW, **{f"more/{n}/x": NEW for n in range(4)}},
    ),
    "upload a new file": Act(lambda s: upload(s, "a/b/g", len(NEW), PutOptions(key="k")), {"d/f": OLD, "a/b/g": NEW}),
    "upload over a file": Act(lambda s: upload(s, "d/f", len(NEW), OVERWRITE), {"d/f": NEW}),
    "upload beside the old version": Act(upload_beside, {"d/f": LIKE}),
    "stream a new file": Act(lambda s: upload(s, "a/b/g", None, PutOptions()), {"d/f": OLD, "a/b/g": NEW}),
    "stream over a file": Act(lambda s: upload(s, "d/f", None, OVERWRITE), {"d/f": NEW}),
    "move": Act(lambda s: s.move("d/f", "x/y/g"), {"x/y/g": OLD, "d/": b""}, again=False),
    "move a folder": Act(lambda s: s.move("d", "x/y/g"), {"x/y/g/f": OLD}, again=False),
    "delete": Act(lambda s: s.delete("d/f"), {"d/": b""}, again=False),
    "delete a folder": Act(lambda s: s.delete("d"), {}, again=False),
    "delete for good": Act(lambda s: s.delete("d", permanent=True), {}, again=False),
    "make a folder": Act(lambda s: s.make_folder("n/m"), {"d/f": OLD, "n/m/": b""}),
    "restore": Act(restore, {"d/f": OLD, "gone": GONE}),
    "empty the trash": Act(lambda s: s.trash.empty(), {"d/f": OLD}),
}


def tree(root: Path) -> dict[str, bytes]:
    """Every visible file, and every empty folder with a “/” behind it."""
    found = {}
    for path in root.rglob("*"):
        name = path.relative_to(root).as_posix()
        if name.startswith(".filexfer"):
            continue
        if path.is_file():
            found[name] = path.read_bytes()
        elif not any(path.iterdir()):
            found[name + "/"] = b""
    return found


def wrong(now: dict[str, bytes], act: Act) -> list[str]:
    """Files that hold neither what they held before nor what they hold when the act is done."""
    right = (BEFORE, act.done, act.meanwhile)
    return [path for path, data in now.items() if path[-1] != "/" and data not in [files.get(path) for files in right]]


def prepare(root: Path) -> None:
    root.mkdir()
    with FolderStore(root, SETTINGS) as store:
        put(store, "d/f", OLD, PutOptions())
        put(store, "gone", GONE, PutOptions())
        store.delete("gone")


def trashed(root: Path) -> list[bytes]:
    return sorted(
        path.read_bytes() for path in (root / ".filexfer" / "trash").rglob("*") if path.is_file() and not path.is_symlink()
    )
