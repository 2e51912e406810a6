"""Folders that a batch makes: built in our area, its files in them by their final names, and given their place by one rename each
instead of one for every file.

It only saves time. Where anything is in the way (the folder is there by now, another disk, a file that could not be written, a
group or access list that comes from the folder above) a folder is not placed, and its files go one by one like all others.
"""

from __future__ import annotations

import contextlib

from filexfer.core import paths
from filexfer.core.errors import FilexferError
from filexfer.storage import confine, trees
from filexfer.storage.naming import rename_new
from filexfer.storage.shared import Shared
from filexfer.storage.walk import Parts, Walk

#: Of so many folders at once the descriptors are held; files of further ones go one by one.
_MOST = 32


class NewFolder:
    """A folder that is being built.

    Attributes:
        parts: where it is to be.
        above: the one in which it is built; None for the topmost, which is built in the batch folder.
        name, within: what it is called there, and the descriptor of where that is.
        descriptor: its own.
        holds: whether a file lies in it or below.
        spoiled: whether something lies in it, or below, that must not be seen.
        placed: whether it is at its place, with all that is in it.
    """

    __slots__ = ("above", "descriptor", "holds", "name", "parts", "placed", "spoiled", "within")

    def __init__(self, parts: Parts, above: NewFolder | None, name: bytes, within: int, descriptor: int) -> None:
        self.parts = parts
        self.above = above
        self.name = name
        self.within = within
        self.descriptor = descriptor
        self.holds = self.spoiled = self.placed = False


class NewFolders:
    """Those of one batch. For one thread."""

    def __init__(self, shared: Shared, look: Walk) -> None:
        """`look` finds out what is there already."""
        self._shared = shared
        self._fs = shared.fs
        self._look = look
        self._known: dict[Parts, NewFolder | None] = {(): None}
        #: Each after the one it is in.
        self._made: list[NewFolder] = []

    def home(self, parts: Parts) -> NewFolder | None:
        """The new folder for the files of this one; None where they go one by one, mostly since it is there already."""
        if parts in self._known:
            return self._known[parts]
        end = len(parts) - 1
        while parts[:end] not in self._known:
            end -= 1
        found = self._known[parts[:end]]
        for longer in range(end + 1, len(parts) + 1):
            found = self._known[parts[:longer]] = self._begun(parts[:longer], found)
        return found

    def settle(self) -> None:
        """All files are written: what is empty or spoiled tells those above. To be called before the sync that is for all."""
        for made in reversed(self._made):
            if not made.holds and not made.spoiled:
                try:
                    self._fs.remove_folder(made.name, made.within)
                except OSError:
                    made.spoiled = True
            if made.above is not None:
                made.above.holds |= made.holds
                made.above.spoiled |= made.spoiled

    def place(self, walk: Walk) -> None:
        """Give each its place, together with those in it. What lies in them is synced."""
        for made in self._made:
            if made.above is not None and made.above.placed:
                made.placed = True
            elif made.holds and not made.spoiled:
                made.placed = self._attempt(made, walk)

    def close(self) -> None:
        """Close their descriptors and remove what was not placed."""
        for made in self._made:
            self._fs.close(made.descriptor)
        for made in self._made:
            if made.above is None and not made.placed:
                self._remove(made.name, made.within)

    def _begun(self, parts: Parts, above: NewFolder | None) -> NewFolder | None:
        if len(self._made) >= _MOST or (above is None and (self._is_there(parts) or not self._comes_alike(parts))):
            return None
        area = self._shared.area
        try:
            name = area.fresh_name() if above is None else paths.encode(parts[-1])
            within = area.folder(area.batch) if above is None else above.descriptor
            self._fs.make_folder(name, within)
        except (OSError, FilexferError):
            return None
        try:
            descriptor = confine.open_folder(self._fs, name, within)
        except (OSError, FilexferError):
            self._remove(name, within)
            return None
        made = NewFolder(parts, above, name, within, descriptor)
        self._made.append(made)
        try:
            self._shared.tree.mark(descriptor)
        except OSError:
            return None
        return made

    def _is_there(self, parts: Parts) -> bool:
        """Whether it is there, or whatever hinders looking: which is told as soon as its files are placed."""
        try:
            self._look.folder(parts)
        except FileNotFoundError:
            return False
        except (OSError, FilexferError):
            pass
        return True

    def _comes_alike(self, parts: Parts) -> bool:
        """Whether it takes group and access list from our area just as it would in its place: a rename brings it neither."""
        area = self._shared.area
        try:
            return self._fs.inherited(self._look.folder(parts[:-1])) == self._fs.inherited(area.folder(area.batch))
        except (OSError, FilexferError):
            return False

    def _attempt(self, made: NewFolder, walk: Walk) -> bool:
        shared, above, path = self._shared, made.parts[:-1], "/".join(made.parts)
        shared.publisher.locks.acquire(path)
        try:
            folder = walk.folder(above, make=True)
            shared.tree.made_in(above)
            rename_new(self._fs, made.name, made.within, paths.encode(made.parts[-1]), folder)
        except (OSError, FilexferError):
            return False
        finally:
            shared.publisher.locks.release(path)
        walk.changed(above)
        return True

    def _remove(self, name: bytes, within: int) -> None:
        with contextlib.suppress(OSError, FilexferError):  # goes with the batch folder at the latest
            trees.remove(self._fs, name, within)
