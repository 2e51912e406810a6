"""What is wanted of this computer's share, as it is remembered, and the opening of its folder."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from filexfer.agent.memory import Memory
from filexfer.core import paths
from filexfer.core.errors import FilexferError, StorageFailed
from filexfer.core.places import check_apart, default_share, stand_in
from filexfer.storage.folder import FolderStore
from filexfer.storage.store import StoreSettings

#: What may be chosen for devices, and for guests; what holds where nothing was chosen.
DEVICES = ("read", "write")
GUESTS = ("none", "read", "write")
_DEVICE, _GUEST = "write", "none"


@dataclass(slots=True)
class Wish:
    """What is wanted of the share: its folder, whether it is on, what others may.

    Attributes:
        permission: what a device that is paired next may do, unless its invitation says otherwise.
        guest: what those may do who are not paired.
        port: at which it was found last, 0 for none: others know it.
        problem: why the folder cannot be opened; until it can, an empty one stands in for it and nobody else sees that.
    """

    folder: Path
    on: bool = False
    permission: str = _DEVICE
    guest: str = _GUEST
    port: int = 0
    problem: str = ""

    @classmethod
    def remembered(cls, memory: Memory, folder: Path) -> Wish:
        """What was last chosen; `folder`, and off, where nothing was."""
        found = memory.get("share")
        if not isinstance(found, dict):
            return cls(folder)
        chosen = Path(str(found.get("folder", folder)))
        permission = _one_of(DEVICES, found.get("permission"), _DEVICE)
        if "guest" not in found:
            # Before there was pairing: `permission` was that of guests, and `on` let in processes of this machine alone. Now it
            # would open the network, which is for its user to decide.
            return cls(chosen, permission=permission)
        port = found.get("port")
        known = port if isinstance(port, int) and 0 < port < 1 << 16 else 0
        return cls(chosen, found.get("on") is True, permission, _one_of(GUESTS, found.get("guest"), _GUEST), known)

    def kept(self) -> dict[str, object]:
        """As `remembered` reads it."""
        return {"folder": str(self.folder), "on": self.on, "permission": self.permission, "guest": self.guest, "port": self.port}


def _one_of(known: Sequence[str], found: object, otherwise: str) -> str:
    return found if isinstance(found, str) and found in known else otherwise


def open_given(folder: Path, state: Path, on: bool, guest: str, settings: StoreSettings) -> tuple[Wish, Path, FolderStore]:
    """The share that a command line names, its folder and its store. Raises `BadParameters`, `StorageFailed`, `Busy` where it
    cannot be."""
    check_apart(folder, state)
    make(folder)
    return Wish(folder, on, guest=guest), folder, FolderStore(folder, settings)


def open_remembered(memory: Memory, state: Path, settings: StoreSettings) -> tuple[Wish, Path, FolderStore]:
    """The share that was last chosen. Where it cannot be opened (a disk not plugged in, another server has it) an empty folder
    stands in: transfers and other servers are not to suffer."""
    wish = Wish.remembered(memory, default_share())
    try:
        check_apart(wish.folder, state)
        make(wish.folder)
        return wish, wish.folder, FolderStore(wish.folder, settings)
    except FilexferError as error:
        wish.on, wish.problem = False, str(error)
        empty = stand_in(state)
        make(empty)
        return wish, empty, FolderStore(empty, settings)


def make(folder: Path) -> None:
    """Have the folder to be shared there. Raises `StorageFailed` in words where that cannot be."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except FileExistsError:
        raise StorageFailed(f"{paths.shown(str(folder))} is not a folder. Choose a folder to share.") from None
    except OSError as error:
        why = error.strerror or error
        raise StorageFailed(f"{paths.shown(str(folder))} cannot be shared: {why}. Choose another folder.") from None
