"""Drops what a job left half-written: open uploads at its server, part files in folders here."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from filexfer.client.history import History
from filexfer.client.session import Session
from filexfer.core.errors import ConnectionFailed, ConnectionLost, FilexferError, NotAFolder, NotFound, TrustError, UnknownUpload
from filexfer.core.model import Job

if TYPE_CHECKING:
    from filexfer.storage.folder import FolderStore

_UNREACHABLE = (ConnectionFailed, ConnectionLost, TrustError)
_GONE = (UnknownUpload, NotFound, NotAFolder)


def drop_parts(history: History, job: Job, connect: Callable[[str], Session]) -> None:
    """Abort every part that the history notes for `job`. What cannot be reached keeps its note, and expires where it lies."""
    parts = history.parts(job.id)
    for root in sorted({folder for folder, _ in parts}):
        uploads = [upload for folder, upload in parts if folder == root]
        for upload in _drop_here(root, uploads) if root else _drop_there(job.spec.server, uploads, connect):
            history.forget_part(job.id, root, upload)


def _drop_there(server: str, uploads: Iterable[str], connect: Callable[[str], Session]) -> Iterable[str]:
    """The uploads that are gone from the server now."""
    with connect(server) as session:
        for upload in uploads:
            try:
                session.call("upload_abort", upload)
            except _UNREACHABLE:
                return
            except _GONE:
                pass
            except FilexferError:
                continue
            yield upload


def _drop_here(root: str, uploads: Iterable[str]) -> Iterable[str]:
    """The uploads that are gone from the folder `root` now."""
    from filexfer.storage.folder import FolderStore
    from filexfer.storage.store import StoreSettings

    try:
        store = FolderStore(root, StoreSettings(trash=False), exclusive=False)
    except _GONE:
        yield from uploads
        return
    except FilexferError:
        return
    with store:
        yield from drop_in(store, uploads)


def drop_in(store: FolderStore, uploads: Iterable[str]) -> Iterable[str]:
    """Abort these uploads of a folder; those that are gone now."""
    for upload in uploads:
        try:
            store.resume(upload).abort()
        except _GONE:
            pass
        except FilexferError:
            continue
        yield upload
