"""More acts that change a store, beside those of the storage room, and what may be left of them."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from pathlib import Path
from unittest.mock import patch

from filexfer.core.errors import AlreadyExists, FilexferError
from filexfer.core.model import Conflict, PutOptions, Saved
from filexfer.storage import new_folders
from filexfer.storage.folder import FolderStore
from filexfer.storage.store import Small, StoreSettings, Upload
from tests.storage.acts import ACTS as FEW
from tests.storage.acts import NEW, OLD, OVERWRITE, Act

MANY = {f"many/{number}/x": NEW for number in range(10)}


def put_into_many_folders(store: FolderStore) -> None:
    """As many as do not come whole any more."""
    with patch.object(new_folders, "_MOST", 0):
        results = store.put([Small("d/f", NEW, OVERWRITE), *(Small(path, data) for path, data in MANY.items())])
    for result in results:
        if not isinstance(result, Saved):
            raise result


def write(upload: Upload) -> None:
    for span in upload.missing():
        for start in range(span.start, span.end, 1000):
            upload.write(start, NEW[start : start + 1000])


@contextlib.contextmanager
def begun(store: FolderStore, path: str, options: PutOptions) -> Iterator[Upload]:
    """An upload, put down at the end."""
    upload = store.upload(path, len(NEW), options)
    try:
        yield upload
    finally:
        with contextlib.suppress(FilexferError):
            upload.close()


def resume(store: FolderStore) -> None:
    """Half an upload, put down, taken up by its key and by its id."""
    with begun(store, "a/g", PutOptions(key="r")) as upload:
        if upload.missing():
            upload.write(0, NEW[:1000])
    with begun(store, "a/g", PutOptions(key="r")) as upload:
        if upload.missing():
            upload.write(1000, NEW[1000:2000])
        upload_id = upload.id
    with contextlib.closing(store.resume(upload_id)) as upload:
        write(upload)
        upload.commit()


def drop(store: FolderStore) -> None:
    """An upload that meets a file of its name, and is given up."""
    with begun(store, "d/f", PutOptions(key="x")) as upload:
        write(upload)
        try:
            upload.commit()
        except AlreadyExists:
            upload.abort()


def commit_otherwise(store: FolderStore) -> None:
    """An upload that meets a file of its name, and gets another one."""
    with begun(store, "d/f", PutOptions(key="x")) as upload:
        write(upload)
        try:
            upload.commit()
        except AlreadyExists:
            upload.commit("d/f", PutOptions(on_conflict=Conflict.RENAME))


def move_over(store: FolderStore) -> None:
    """What is moved was put there before, so that the act can be repeated."""
    for result in store.put([Small("m", NEW)]):
        if not isinstance(result, Saved):
            raise result
    store.move("m", "d/f", Conflict.OVERWRITE)


ACTS = {
    **FEW,
    "put a batch into many folders": Act(put_into_many_folders, {"d/f": NEW, **MANY}),
    "resume an upload": Act(resume, {"d/f": OLD, "a/g": NEW}),
    "give an upload up": Act(drop, {"d/f": OLD}),
    "commit in another way": Act(commit_otherwise, {"d/f": OLD, "d/f (1)": NEW}),
    "move over a file": Act(move_over, {"d/f": NEW}, meanwhile={"m": NEW}),
    "set a time": Act(lambda s: s.set_times("d/f", 1_400_000_000_000_000_000), {"d/f": OLD}),
}

NOW, NOW_NS = time.time, time.time_ns

#: Everything that can expire has.
OLD_AGE = StoreSettings(keep_free=0, upload_age=1.0, answer_age=1.0, trash_age=1.0, block_size=1000)


def left_for_ever(root: Path) -> list[str]:
    """What is still in the share's hidden folder a year from now, when everything that nobody asked for has expired."""
    year = 365 * 86_400
    with patch("time.time", lambda: NOW() + year), patch("time.time_ns", lambda: NOW_NS() + year * 10**9):
        return _left(root)


def _left(root: Path) -> list[str]:
    with FolderStore(root, OLD_AGE) as store:
        store.trash.empty()
        store.expire()
        listed = [upload.path for upload in store.uploads()]
    assert listed == []
    return [str(path.relative_to(root)) for path in root.joinpath(".filexfer").rglob("*")]
