"""The server: puts its parts together, starts and ends them. Usable in the background (`with Server(…) as server:`) and in the
foreground (`serve_forever`)."""

from __future__ import annotations

import logging
import os
import sys
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, TypeVar, overload

import h11  # noqa: F401 - `protocol.heads` imports it late, which the first caller would wait for

from filexfer.core.errors import ShuttingDown
from filexfer.core.model import Permission
from filexfer.core.places import check_apart, share_state
from filexfer.protocol.address import parse
from filexfer.server import stock
from filexfer.server.access import Gate, guest_permission, permission_called
from filexfer.server.arrivals import Arrivals
from filexfer.server.audit import Audit
from filexfer.server.census import Census
from filexfer.server.complaints import Complaints
from filexfer.server.crowd import Crowd
from filexfer.server.descriptors import raise_limit
from filexfer.server.disk_cache import DiskCache
from filexfer.server.doors import Doors
from filexfer.server.handshakes import Handshakes
from filexfer.server.heap import give_back_freed_memory, trim
from filexfer.server.house import House
from filexfer.server.listener import where_to_listen
from filexfer.server.loop import Loop, watchable
from filexfer.server.methods.health import Watch
from filexfer.server.methods.pairing import Pairing
from filexfer.server.methods.system import System
from filexfer.server.pool import Pool
from filexfer.server.reception import assembled
from filexfer.server.service import Function, Service
from filexfer.server.settings import Settings
from filexfer.server.share import Share
from filexfer.server.shared import Shared
from filexfer.server.tally import Tally
from filexfer.server.trust import Trust
from filexfer.server.vitals import Instruments
from filexfer.storage.folder import FolderStore

if TYPE_CHECKING:
    from filexfer.server.identity import Identity

_log = logging.getLogger("filexfer.server")

_F = TypeVar("_F", bound=Callable[..., object])
#: Descriptors wanted beside those of the connections: files, folders, listeners.
_SPARE_DESCRIPTORS = 1024


class Server:
    """Shares a folder.

    Args:
        folder: what is shared; made if it is missing.
        listen: addresses, like `http://localhost:8765` or `unix:/run/x.sock`; port 0 lets the system choose.
        guest: what callers without credentials may do: none, read or write.
        name: of the share, for people; the folder's own if left out.
        settings: bounds.
        control: path of the private UNIX socket over which processes of the same user manage it; None for none. A system without
            such sockets has loopback and a token in `state` instead.
        store: what to share instead of `folder`.
        state: folder of what the server keeps for itself: its key, its devices. Left out, one of the share's own in the user's
            state folder is taken as soon as https needs it.

    Attributes:
        addresses: with the real ports, once started.
        identity: the server's key and certificate; None while nothing listens on https.
    """

    def __init__(
        self,
        folder: str | os.PathLike[str],
        listen: Sequence[str] = ("http://localhost:8765",),
        guest: str = "none",
        name: str = "",
        *,
        settings: Settings | None = None,
        control: str | os.PathLike[str] | None = None,
        store: FolderStore | None = None,
        state: str | os.PathLike[str] | None = None,
    ) -> None:
        self.settings = settings = settings or Settings()
        self._state = None if state is None else Path(state)
        thumbnails = None if state is None else DiskCache(Path(state) / "thumbnails", settings.image_cache_bytes)
        self.identity: Identity | None = None
        self._wanted = tuple(listen)
        self._control = None if control is None else os.fspath(control)
        self._audit = Audit(settings.audit_bytes)
        self._trust = Trust(settings, self._audit)
        self._trust.when_revoked(self._cut)
        self._gate = Gate(guest_permission(guest), self._trust, settings.allow_hosts)
        self._given_store = store
        complaints = Complaints()
        self._pool = Pool(
            settings.workers, settings.worker_idle, settings.owner_workers, settings.at_once, settings.slice_seconds
        )
        self._crowd = Crowd(settings.workers, settings.call_memory, settings.turn_seconds, complaints, self._pool.away)
        self._service = Service(self._audit, self._crowd)
        self._tally = Tally()
        most = watchable(settings.connections)
        census = Census(most, settings.connections_per_address, complaints)
        self._arrivals = Arrivals(census, settings, lambda: self.identity)
        self._loop = Loop(census, lambda *came: self._arrivals.welcome(self._house, *came), lambda: self._pool.crowded)
        rest = self._pool.rest
        self._shared = Shared(Path(folder), name, settings, self._service, self._crowd, rest, self._tally, thumbnails)
        self._doors = Doors(settings, self._gate, self._loop)
        self._trust.listens = self._doors.secure
        self._instruments = Instruments(
            self._tally, census, self._pool, self._crowd, self._gate, self._trust, self._audit, self.current_share, []
        )
        self._identity_lock = threading.Lock()  # guards the making of `identity`
        self._stopped = threading.Event()
        self._started = False
        self._house = self._built(complaints)
        pairing = Pairing(self._trust, lambda: self.current_share().name, self._reachable, self._gate.answers_to)
        system = System(self._service, settings, self._crowd)
        self._service.install([system, pairing, Watch(self._instruments.look)])

    def _built(self, complaints: Complaints) -> House:
        settings, arrivals, look = self.settings, self._arrivals, self._instruments.look
        reception = assembled(self._gate, self._crowd, self._service, settings, self.current_share, self._audit, look)
        handshakes = Handshakes(settings.handshakes, settings.handshake_seconds)
        parts = (self._loop, self._pool, self._crowd, complaints, handshakes, self._tally)
        return House(settings, *parts, reception.handle, arrivals.came, arrivals.gone)

    # ---- life

    def start(self) -> Server:
        """Open the share and listen; `addresses` are real afterwards. Raises `Busy` where another server has the folder,
        `ConnectionFailed` where an address cannot be had, `BadParameters` for one that makes no sense."""
        if self._started:
            raise RuntimeError("a server is started once")
        self._started = True
        try:
            self.check_share(self._shared.folder)
            if self._state is not None:
                self._trust.open(self._state)
            self._shared.open(self._given_store)
            for address in self._wanted:
                self.listen(address)
            if self._control is not None:
                self._doors.open_control(self._control, self._state_folder())
        except BaseException:
            self._doors.close()
            self._shared.retire()
            self._loop.dispose()
            self._trust.close()
            self._stopped.set()
            raise
        raise_limit(self.settings.connections + _SPARE_DESCRIPTORS)
        give_back_freed_memory()
        if self.settings.switch_seconds:
            sys.setswitchinterval(min(sys.getswitchinterval(), self.settings.switch_seconds))
        self._loop.every(self.settings.listing_seconds / 4, lambda: self._pool.submit("", self._expire))
        self._loop.start()
        self._doors.start()
        return self

    def serve_forever(self) -> None:
        """Serve until `close` is called, by a signal handler or another thread; starts the server if it is not started."""
        if not self._started:
            self.start()
        # In slices: on Windows a wait without end cannot be interrupted.
        while not self._stopped.wait(3600.0):
            pass

    def close(self, deadline: float = 5.0) -> None:
        """Stop: take no more requests, let those under way finish for `deadline` seconds, then cut them off. What was received of
        uploads is kept. A second call does nothing."""
        if self._stopped.is_set():
            return
        if not self._started:
            self._doors.close()
            self._loop.dispose()
            self._stopped.set()
            return
        try:
            self._end(deadline)
        finally:
            self._trust.close()
            self._stopped.set()

    def _end(self, deadline: float) -> None:
        self._house.closing = True
        until = time.monotonic() + deadline
        self._loop.stop()
        self._doors.close()
        if not self._pool.close(until):
            under_way = self._arrivals.here()
            if under_way:
                _log.warning("Requests of %d connections did not finish in time and are cut off.", len(under_way))
            for connection in under_way:
                connection.channel.interrupt()
            self._pool.close(time.monotonic() + max(1.0, deadline))
        self._loop.close_parked()
        self._loop.dispose()
        for connection in self._arrivals.here():
            connection.close()
        self._shared.retire()

    def __enter__(self) -> Server:
        return self if self._started else self.start()

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None) -> None:
        self.close()

    # ---- while it runs

    @property
    def addresses(self) -> list[str]:
        return self._doors.addresses()

    @property
    def control_address(self) -> str:
        """The address of the control socket, "" where there is none."""
        return self._doors.control()

    def listen(self, url: str) -> list[str]:
        """Listen on one more address; answers the real ones. Raises as `start`, and `StorageFailed` where https is wanted and the
        server's key cannot be had."""
        with self._identity_lock:
            if self.identity is None and where_to_listen(url).scheme == "https":
                self.identity = self._own_identity()
        return self._doors.open(url)

    def unlisten(self, address: str) -> None:
        """Stop listening on this address, and end the connections that came by it. Raises `BadParameters` if it is none of
        ours."""
        gone = self._doors.close_one(address)
        for connection in self._arrivals.here():
            if connection.listener in gone:
                connection.dismiss()

    def share(self, *, folder: str | os.PathLike[str] | None = None, guest: str | None = None, name: str = "") -> None:
        """Share another folder, or let guests do something else, from the next request on. Calls under way go on with the
        old folder, which is given back when the last of them is done. Raises as `start`, and leaves everything as it was then."""
        permission = None if guest is None else guest_permission(guest)
        if folder is not None:
            self.check_share(folder)
            self._shared.change(Path(folder), name)
        if permission is not None:
            self._gate.guest = permission

    def check_share(self, folder: str | os.PathLike[str]) -> None:
        """Raise `BadParameters` where this folder must not be shared: what we keep for ourselves lies in it."""
        check_apart(folder, self._state_folder() if self._state is not None or self.identity is not None else None)

    def current_share(self) -> Share:
        """The share that is served now."""
        return self._shared.now

    def watch_also(self, problem: Callable[[], str]) -> None:
        """Have `server_health` say that it fails for as long as `problem` answers why, with a sentence; "" means all is well."""
        self._instruments.problems.append(problem)

    # ---- more methods

    @overload
    def register_function(self, function: _F, name: str | None = None, permission: str = "read") -> _F: ...

    @overload
    def register_function(
        self, function: None = None, name: str | None = None, permission: str = "read"
    ) -> Callable[[_F], _F]: ...

    def register_function(
        self, function: Callable[..., object] | None = None, name: str | None = None, permission: str = "read"
    ) -> Any:
        """Expose a function as `SimpleXMLRPCServer` does: under its own name or `name`; base64 parameters arrive as
        `xmlrpc.client.Binary`, `None` may be given and taken. Also as decorator, with or without arguments.

        Callers need `permission`: read, write or manage."""
        if function is None:
            return lambda decorated: self.register_function(decorated, name, permission)
        stock.register(self._service, function, name, permission_called(permission))
        return function

    def register_method(
        self, name: str, function: Function, permission: Permission, signatures: tuple[tuple[str, ...], ...] = ()
    ) -> None:
        """Expose a method of ours: called as `function(caller, *params)` with plain values; it may answer with a `Deferred`."""
        self._service.register(name, function, permission, signatures)

    # ---- within

    def _state_folder(self) -> Path:
        return share_state(self._shared.folder) if self._state is None else self._state

    def _own_identity(self) -> Identity:
        # Only here: whoever serves no https starts without OpenSSL.
        from filexfer.server.identity import Identity

        state = self._state_folder()
        check_apart(self._shared.folder, state)
        identity = self._trust.identity = Identity(state)
        self._trust.open(state)
        return identity

    def _reachable(self) -> list[str]:
        """Where others reach us over https, the best first."""
        from filexfer.server.reachable import reachable_by

        return reachable_by(address for address in self.addresses if parse(address).scheme == "https")

    def _cut(self, device: str) -> None:
        """End the connections of a device that was revoked."""
        for connection in self._arrivals.here():
            if connection.device == device:
                connection.dismiss()

    def _expire(self) -> None:
        """Let go of listings that nobody reads on, and of free memory, and write what is written now and then. In a worker."""
        self._trust.flush()
        with suppress(ShuttingDown), self.current_share() as share:
            share.listings.expire()
        trim()
