"""What the methods work on: one shared folder's store, and what the server remembers about it. Given anew when another folder is
shared; the methods of the old one end with its store."""

from __future__ import annotations

import os
from dataclasses import dataclass

from filexfer.core.model import BATCH_BYTES
from filexfer.server.buffers import Buffers
from filexfer.server.changes import Changes
from filexfer.server.keys import Keys
from filexfer.server.listings import Listings
from filexfer.server.settings import Settings
from filexfer.server.uploads import Uploads
from filexfer.storage.folder import FolderStore

_IDLE_BUFFERS = 8


@dataclass(frozen=True, slots=True)
class Share:
    """One shared folder. `name` is what people see; `buffers` are of a block and of a batch's contents."""

    name: str
    store: FolderStore
    settings: Settings
    changes: Changes
    keys: Keys
    listings: Listings
    uploads: Uploads
    buffers: Buffers

    @classmethod
    def of(cls, store: FolderStore, name: str, settings: Settings, area: str | os.PathLike[str]) -> Share:
        """A share of `store`; `area` is its hidden folder, where results of keyed calls are kept."""
        keys = Keys(os.path.join(area, "answers.db"), settings.key_seconds)
        return cls(
            name,
            store,
            settings,
            Changes(store, settings),
            keys,
            Listings(settings.open_listings, settings.listing_seconds),
            Uploads(store, settings.open_uploads),
            Buffers(max(settings.payload_bytes, BATCH_BYTES), _IDLE_BUFFERS),
        )

    def close(self) -> None:
        """End what is open, the store last."""
        self.changes.close()
        self.listings.close()
        self.uploads.close()
        self.keys.close()
        self.store.close()
