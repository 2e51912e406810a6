"""The devices that were paired: who they are, what they may do, what their tokens hash to. Kept in one small file.
Rules: a device is durable before its token is told; the token itself is never kept; when a device was last seen is written now
and then, not at each request."""

from __future__ import annotations

import logging
import secrets
import threading
import time
import unicodedata
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

from filexfer.core import kept
from filexfer.core.errors import Busy, FilexferError
from filexfer.core.model import Permission
from filexfer.protocol import pairing

_log = logging.getLogger("filexfer.server")

#: How often, at most, `seen` alone makes the file be written, in seconds.
_WRITE_EVERY = 60.0
#: Categories of characters that would not show, or not as what they are: controls, formats (also those that turn the direction of
#: text), halves of pairs, private and unassigned ones, line and paragraph ends.
_UNSHOWN = frozenset(("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"))
_NAMELESS = "device"


@dataclass(slots=True)
class Device:
    """One device.

    Attributes:
        id: never used again, so that what an earlier one owned is not another's.
        name: for people; no two have the same.
        token: SHA-256 of its token, as hex.
        created_ns, seen_ns: nanoseconds since the epoch; seen 0 for never.
    """

    id: str
    name: str
    permission: Permission
    token: str
    created_ns: int
    seen_ns: int = 0


class Devices:
    """The devices in `file`, at most `most`."""

    def __init__(self, file: Path, most: int) -> None:
        self._file = file
        self._most = most
        self._lock = threading.Lock()  # guards the file, and changes of all below; the dicts are replaced, never changed
        devices = _read(file)
        self._by_token = {device.token: device for device in devices}
        self._by_id = {device.id: device for device in devices}
        self._seen = False
        self._written = time.monotonic()

    def all(self) -> list[Device]:
        """All of them, the oldest first."""
        return sorted(self._by_id.values(), key=lambda device: device.created_ns)

    def of_token(self, token: str) -> Device | None:
        """The device with this token. It counts as seen now."""
        device = self._by_token.get(pairing.token_hash(token))
        if device is not None:
            device.seen_ns = time.time_ns()
            self._seen = True
        return device

    def has(self, device_id: str) -> bool:
        return device_id in self._by_id

    def add(self, name: str, permission: Permission) -> tuple[Device, str]:
        """A new device, durable, and its token. Raises `StorageFailed`, and `Busy` where there are too many."""
        token = pairing.new_token()
        with self._lock:
            if len(self._by_id) >= self._most:
                raise Busy(f"There are {len(self._by_id)} devices, which is the most. Revoke those that are not used any more.")
            known_as = _distinct(clean(name), {device.name for device in self._by_id.values()})
            device = Device(secrets.token_hex(8), known_as, permission, pairing.token_hash(token), time.time_ns())
            self._replace([*self._by_id.values(), device])
        return device, token

    def find(self, id_or_name: str) -> Device | None:
        """The device of this id, or else of this name."""
        return self._by_id.get(id_or_name) or next((one for one in self._by_id.values() if one.name == id_or_name), None)

    def drop(self, device: Device) -> None:
        """Forget a device, durably. Raises `StorageFailed`, and then it is forgotten until the next start only."""
        with self._lock:
            left = [other for other in self._by_id.values() if other.id != device.id]
            # At once, whatever the disk says: somebody may be in a hurry to have it out.
            self._take(left)
            self._write(left)

    def flush(self, *, now: bool = False) -> None:
        """Write when devices were last seen, if they were and the last writing is a while ago (or `now`)."""
        with self._lock:
            if not self._seen or not (now or time.monotonic() - self._written >= _WRITE_EVERY):
                return
            try:
                self._write(list(self._by_id.values()))
            except FilexferError as error:
                _log.warning("When devices were last seen is not kept: %s", error)
                self._written = time.monotonic()

    def _replace(self, devices: list[Device]) -> None:
        self._write(devices)
        self._take(devices)

    def _take(self, devices: list[Device]) -> None:
        self._by_token = {device.token: device for device in devices}
        self._by_id = {device.id: device for device in devices}

    def _write(self, devices: Iterable[Device]) -> None:
        self._seen = False
        rows = [asdict(device) | {"permission": device.permission.name.lower()} for device in devices]
        kept.write(self._file, {"devices": rows})
        self._written = time.monotonic()


def clean(name: str) -> str:
    """A name that a device gave itself, as people may be shown it: in one line, of bounded length, nothing in it that hides."""
    # One form of each letter: two names that look the same are to be the same.
    given = unicodedata.normalize("NFC", name)[: pairing.NAME_CHARACTERS]
    shown = "".join("\ufffd" if unicodedata.category(one) in _UNSHOWN else one for one in given)
    return " ".join(shown.split()) or _NAMELESS


def _distinct(name: str, taken: set[str]) -> str:
    known_as, number = name, 2
    while known_as in taken:
        known_as = f"{name} ({number})"
        number += 1
    return known_as


def _read(file: Path) -> list[Device]:
    rows = kept.read(file).get("devices", [])
    devices = []
    for row in rows if isinstance(rows, list) else []:
        try:
            permission = Permission[str(row["permission"]).upper()]
            created_ns, seen_ns = int(row["created_ns"]), int(row["seen_ns"])
            devices.append(Device(str(row["id"]), str(row["name"]), permission, str(row["token"]), created_ns, seen_ns))
        except (KeyError, TypeError, ValueError):
            _log.warning("%s holds a device that makes no sense; it has to be paired again.", file.name)
    return devices
