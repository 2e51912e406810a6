"""Who opens what: inotify, which tells of an opening that leaves no trace in contents or times. Only on Linux."""

from __future__ import annotations

import ctypes
import os
import struct
import sys
from collections.abc import Iterable
from pathlib import Path

#: Opened, read, written, attributes changed, made, deleted, moved (sys/inotify.h), not followed through a link.
_ALL = 0x1 | 0x2 | 0x4 | 0x20 | 0x40 | 0x80 | 0x100 | 0x200
_EVENT = struct.Struct("iIII")


class Watch:
    """Watches folders and what lies in them, until `close`."""

    def __init__(self, folders: Iterable[Path]) -> None:
        self._descriptor = -1
        self._names: dict[int, str] = {}
        if sys.platform != "linux":
            return
        libc = ctypes.CDLL(None, use_errno=True)
        self._descriptor = libc.inotify_init1(os.O_NONBLOCK | os.O_CLOEXEC)
        assert self._descriptor >= 0, os.strerror(ctypes.get_errno())
        for folder in folders:
            watched = libc.inotify_add_watch(self._descriptor, os.fsencode(folder), _ALL)
            assert watched >= 0, os.strerror(ctypes.get_errno())
            self._names[watched] = str(folder)

    def seen(self) -> list[str]:
        """What happened since the last time that was asked."""
        found: list[str] = []
        while self._descriptor >= 0:
            try:
                raw = os.read(self._descriptor, 1 << 16)
            except BlockingIOError:
                break
            at = 0
            while at < len(raw):
                watched, mask, _, length = _EVENT.unpack_from(raw, at)
                name = raw[at + _EVENT.size : at + _EVENT.size + length].rstrip(b"\0").decode("utf-8", "replace")
                found.append(f"{self._names.get(watched, 'too much')}/{name}: {mask:#x}")
                at += _EVENT.size + length
        return found

    def close(self) -> None:
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1
