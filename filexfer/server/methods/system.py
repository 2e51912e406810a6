"""What every XML-RPC server offers (introspection, and the way into `multicall`), and what ours tells of itself."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import asdict

import filexfer
from filexfer.core.errors import TooLarge
from filexfer.core.model import BATCH_BYTES, BATCH_FILES
from filexfer.protocol import wire
from filexfer.server.access import Caller
from filexfer.server.crowd import Crowd
from filexfer.server.methods.multicall import Multicall
from filexfer.server.service import Service, signatures_of
from filexfer.server.settings import Settings
from filexfer.server.share import Share

PROTOCOL = 1


class Info:
    """`server_info`, `server_bounds`. `lanes` says which ways in there are."""

    def __init__(self, share: Share, lanes: Sequence[str]) -> None:
        self._share = share
        self._lanes = list(lanes)

    def server_info(self, caller: Caller) -> object:
        """server_info() -> struct

        Name and version of the server, what the caller may do (`permission`), as which device it is known ("" for none), whether
        it came over TLS (`secure`), the lanes, digests, sizes and bounds it has, how many `connections` it had better not have
        more of for one thing, which `names` it can store (any, or windows:
        only those that Windows takes), and the space that is free."""
        free, total = self._share.store.space()
        settings = self._share.settings
        return {
            "name": "filexfer",
            "version": filexfer.__version__,
            "protocol": PROTOCOL,
            "share": self._share.name,
            "permission": caller.permission.name.lower(),
            "local": caller.local,
            "device": caller.name,
            "secure": caller.secure,
            "lanes": self._lanes,
            "digests": ["blake3", "sha256"],
            "block_size": settings.block_size,
            "batch_bytes": BATCH_BYTES,
            "batch_files": BATCH_FILES,
            "page_entries": settings.page_entries,
            "connections": min(settings.workers // (8 if caller.guest else 4), settings.connections_per_address // 4),
            "names": "windows" if os.name == "nt" else "any",
            "free": free,
            "total": total,
        }

    def server_bounds(self, caller: Caller) -> object:
        """server_bounds() -> {name: number}

        What the server takes from anybody: its bounds by their names (docs/bounds.md), sizes in bytes, times in seconds. They are
        set where it is started."""
        return {name: value for name, value in asdict(self._share.settings).items() if type(value) in (int, float)}


class System:
    """Introspection and batching; answers as those of `SimpleXMLRPCDispatcher`."""

    def __init__(self, service: Service, settings: Settings, crowd: Crowd) -> None:
        self._service = service
        self._crowd = crowd
        self._settings = settings

    def system_listMethods(self, caller: Caller) -> object:
        """system.listMethods() -> array of names"""
        return self._service.names()

    def system_methodHelp(self, caller: Caller, name: object) -> object:
        """system.methodHelp(name) -> text"""
        return self._service.find(wire.text(name, "name")).help

    def system_methodSignature(self, caller: Caller, name: object) -> object:
        """system.methodSignature(name) -> array of signatures, each the type of the answer and those of the parameters"""
        return signatures_of(self._service.find(wire.text(name, "name")))

    def system_multicall(self, caller: Caller, calls: object) -> object:
        """system.multicall([{methodName, params}]) -> array of [value] or {faultCode, faultString}

        Several calls in one. Each succeeds or fails alone, and needs the same permission as when made alone."""
        wanted = wire.sequence(calls, "calls")
        if len(wanted) > self._settings.batch_calls:
            raise TooLarge(f"A batch has at most {self._settings.batch_calls} calls. Send it in smaller parts.")
        return Multicall(self._service, self._settings, self._crowd, caller).run(wanted)
