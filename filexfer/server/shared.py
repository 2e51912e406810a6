"""The folder that a server shares now: opened, its methods installed, and exchanged for another one. Rule: what cannot be opened
changes nothing."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from filexfer.core import paths
from filexfer.protocol import tails
from filexfer.server.crowd import Crowd
from filexfer.server.disk_cache import DiskCache
from filexfer.server.methods.batches import Batches
from filexfer.server.methods.files import Files
from filexfer.server.methods.images import Images
from filexfer.server.methods.system import Info
from filexfer.server.methods.tree import Tree
from filexfer.server.methods.uploads import UploadMethods
from filexfer.server.service import Service
from filexfer.server.settings import Settings
from filexfer.server.share import Share
from filexfer.server.syncing import Syncing
from filexfer.server.tally import Tally
from filexfer.storage.folder import FolderStore
from filexfer.storage.store import StoreSettings

_LANES = ("xmlrpc", "raw", tails.LANE)


class Shared:
    """Attributes: folder (that is shared, or will be once `open` was called)."""

    def __init__(
        self,
        folder: Path,
        name: str,
        settings: Settings,
        service: Service,
        crowd: Crowd,
        rest: Callable[[], None],
        tally: Tally,
        thumbnails: DiskCache | None,
    ) -> None:
        """`name`: of the share, "" for the folder's own; `rest`: see `Pool.rest`."""
        self.folder = folder
        self._name = name
        self._settings = settings
        self._service = service
        self._crowd = crowd
        self._rest = rest
        self._tally = tally
        self._thumbnails = thumbnails
        self._share: Share | None = None

    @property
    def now(self) -> Share:
        """The share that is served now."""
        if self._share is None:
            raise RuntimeError("the server is not started")
        return self._share

    def open(self, store: FolderStore | None) -> None:
        """Share the folder, or `store` in its place. Raises `Busy` where another server has it, `StorageFailed`."""
        self._install(store or self._store_of(self.folder))

    def change(self, folder: Path, name: str) -> None:
        """Share another folder from the next request on. Raises as `open`."""
        store = self._store_of(folder)
        old = self.now
        self.folder = folder
        self._name = name
        self._install(store)
        old.retire()

    def retire(self) -> None:
        """Share nothing any more: closed at once, unless a call outlived its deadline; then by that call."""
        if self._share is not None:
            self._share.retire()

    def _store_of(self, folder: Path) -> FolderStore:
        folder.mkdir(parents=True, exist_ok=True)
        return FolderStore(folder, StoreSettings(block_size=self._settings.block_size))

    def _install(self, store: FolderStore) -> None:
        name = self._name or self.folder.resolve().name or "share"
        store.sync_within(Syncing(lambda: self._crowd.away(locked=True), self._rest, self._tally))
        share = Share(store, name, self._settings, self._crowd, self._tally, self.folder / paths.AREA)
        files = Files(share)
        images = Images(share, files, self._thumbnails, str(self.folder.resolve()))
        groups = (Info(share, _LANES), files, Batches(share, files), UploadMethods(share), Tree(share), images)
        self._service.install(groups, share)
        self._share = share
