"""This computer's share: which folder, whether others may come, what newly paired devices and guests may do; changed while the
server runs. Off means that only processes of this user reach it, over the control socket."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from filexfer.agent.memory import Memory
from filexfer.agent.wish import DEVICES, GUESTS, Wish, make
from filexfer.core import paths
from filexfer.core.errors import BadParameters, ConnectionFailed, FilexferError, Forbidden, InvalidPath
from filexfer.protocol.address import DEFAULT_PORT, parse
from filexfer.protocol.members import check_names, flag, struct, text
from filexfer.server import Server
from filexfer.server.access import Caller
from filexfer.server.reachable import reachable_by

#: How many ports after the default one are tried where it is taken, before the system chooses one.
NEIGHBOURS = 10


class Sharing:
    """Drives a server by a `Wish`. `listen`: addresses given on the command line; without them it is the default port or, where
    that is taken, the next free one. `memory` None: changes last as long as the process, as a command line's do. `tell`
    is told at which addresses it listens, whenever others can reach it from now on, or not any more."""

    def __init__(
        self,
        server: Server,
        name: str,
        wish: Wish,
        listen: Sequence[str],
        memory: Memory | None,
        tell: Callable[[Sequence[str]], object] = lambda _: None,
    ) -> None:
        self._server = server
        self._name = name
        self._memory = memory
        self._tell = tell
        self._lock = threading.Lock()  # guards all below, and that one change is made after the other
        self._wish = wish
        self._urls = list(listen)
        self._open: list[str] = []

    def begin(self) -> None:
        """Open the way in if it is to be open. Raises `ConnectionFailed` where a given address is taken."""
        with self._lock:
            if self._wish.on:
                known = self._wish.port
                self._turn_on()
                if self._wish.port != known:
                    self._remember()

    @property
    def folder(self) -> Path:
        return self._wish.folder

    @property
    def addresses(self) -> list[str]:
        """Where others reach the share now, the likeliest first."""
        return reachable_by(self._open)

    def describe(self) -> dict[str, object]:
        with self._lock:
            return self._describe()

    def _describe(self) -> dict[str, object]:
        wish = self._wish
        return {
            "folder": paths.to_wire(str(wish.folder)),
            "name": self._name or wish.folder.name,
            "on": wish.on,
            "permission": wish.permission,
            "guest": wish.guest,
            "addresses": self.addresses,
            "problem": wish.problem,
            "lasting": self._memory is not None,
        }

    def share_set(self, caller: Caller, changes: object) -> dict[str, object]:
        """Change this computer's share: {folder, on, permission, guest}, each if given. `on`: whether others may come;
        permission: what a newly paired device may do (read, write); guest: what those may do who are not paired (none, read,
        write). Answers the share: {folder, name, on, permission, guest, addresses, problem, lasting}. Its folder can be
        changed only from this computer; who switches it off from elsewhere has the answer, and reaches it no more."""
        given = struct(changes, "changes")
        check_names(given, ("folder", "on", "permission", "guest"))
        folder = _absolute(paths.from_wire(given["folder"])) if "folder" in given else None
        if folder and not caller.local:
            raise Forbidden("Which folder is shared can be chosen only on the computer that shares it.")
        with self._lock:
            on = flag(given.get("on", self._wish.on), "on")
            permission = _chosen(given, "permission", DEVICES, self._wish.permission)
            guest = _chosen(given, "guest", GUESTS, self._wish.guest)
            try:
                self._change(folder, on, permission, guest)
            finally:
                # What was done before something failed is done.
                self._remember()
            return self._describe()

    def _change(self, folder: Path | None, on: bool, permission: str, guest: str) -> None:
        wanted = folder or self._wish.folder
        if wanted != self._wish.folder or (self._wish.problem and on):
            self._server.check_share(wanted)
            make(wanted)
            self._server.share(folder=wanted, name=self._name)
            self._wish.folder, self._wish.problem = wanted, ""
        self._wish.permission = permission
        if guest != self._wish.guest:
            self._server.share(guest=guest)
            self._wish.guest = guest
        if on and not self._wish.on:
            self._turn_on()
        elif self._wish.on and not on:
            self._turn_off()
        self._wish.on = on

    def _remember(self) -> None:
        if self._memory:
            self._memory.put({"share": self._wish.kept()})

    def _turn_on(self) -> None:
        self._listen()
        self._tell(self._open)

    def _listen(self) -> None:
        if self._urls:
            try:
                for url in self._urls:
                    self._open += self._server.listen(url)
            except FilexferError:
                self._turn_off()
                raise
            # A port that the system chose is asked for again when it is turned on again: others know it.
            self._urls = list(self._open)
            return
        refusal: FilexferError | None = None
        for url in _default_urls(self._wish.port):
            try:
                self._open += self._server.listen(url)
                self._wish.port = parse(self._open[0]).port
                return
            except ConnectionFailed as error:
                refusal = error
        raise refusal or ConnectionFailed()

    def _turn_off(self) -> None:
        for address in self._open:
            self._server.unlisten(address)
        self._open = []
        self._tell(())

    def check_inside(self, local_path: str) -> None:
        """Raise `Forbidden` unless this path of the disk lies in the share, where nothing leads out of it."""
        share = os.path.realpath(self._wish.folder)
        place = os.path.realpath(local_path)
        inside = not self._wish.problem and (place == share or place.startswith(share.rstrip(os.sep) + os.sep))
        try:
            paths.split(os.path.relpath(place, share).replace(os.sep, "/") if inside and place != share else "")
        except InvalidPath:
            inside = False
        if not inside:
            raise Forbidden("From another computer a transfer may name only files and folders in the share.")


def _absolute(path: str) -> Path:
    if not os.path.isabs(path) or "\0" in path:
        raise BadParameters("The folder to share is given by its whole path.")
    return Path(os.path.normpath(path))


def _chosen(given: Mapping[str, object], name: str, known: Sequence[str], otherwise: str) -> str:
    value = text(given.get(name, otherwise), name)
    if value not in known:
        raise BadParameters(f"“{name}” is one of {', '.join(known)}.")
    return value


def _default_urls(known: int) -> Iterator[str]:
    """Where to listen, the best first: at the port by which others know this computer."""
    if known:
        yield f"https://*:{known}"
    yield from (f"https://*:{DEFAULT_PORT + k}" for k in range(NEIGHBOURS))
    yield "https://*:0"
