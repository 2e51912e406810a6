"""The servers a window talks to through its agent: saved ones by name, others by address, the agent's own share as `""`.
One kept session a server; how each one does is looked at in the background, so that no answer waits for a dead host."""

from __future__ import annotations

import ipaddress
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from filexfer.agent.memory import Memory
from filexfer.client.session import Session, connect
from filexfer.core.errors import (
    BadParameters,
    ConnectionFailed,
    ConnectionLost,
    FilexferError,
    Forbidden,
    LoginNeeded,
    NotFound,
    TooLarge,
)
from filexfer.protocol.address import Address, parse

#: How the agent's own share is written where "" is no address, in the queue: the same whatever socket it answers on.
OWN = "this-computer:"

#: Bounds: saved servers, sessions kept open, and servers of which is known how they do.
MOST_SAVED = 200
MOST_SESSIONS = 32
MOST_STATES = 2 * MOST_SAVED

#: What is known of a server is asked anew after this long, in seconds; so long a check waits for an answer.
FRESH = 10.0
CHECK_TIMEOUT = 5.0


class _Kept:
    """A session that several threads share. Attributes: users (calls under way)."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.users = 0


class Servers:
    """Saved servers and sessions to any. `own` tells the address at which this very agent's share is reached."""

    def __init__(self, memory: Memory, own: Callable[[], str]) -> None:
        self._memory = memory
        self._own = own
        self._lock = threading.Lock()  # guards all below
        self._kept: dict[str, _Kept] = {}  # by address, least recently used first
        self._states: dict[str, tuple[str, float]] = {}  # by address, the oldest first: word, monotonic time found
        self._checking: set[str] = set()
        self._closed = False

    # Saved servers --------------------------------------------------------------------------------------------------------------

    def saved(self) -> dict[str, str]:
        """Address of each saved server, by its name."""
        found = self._memory.get("servers", {})
        return {str(name): str(address) for name, address in found.items()} if isinstance(found, dict) else {}

    def save(self, name: str, address: str) -> None:
        """Remember `address` as `name`, in place of what had that name. Raises `BadParameters`, `TooLarge`."""
        if parse(f"{name}:") != Address("saved", name=name):
            raise BadParameters("The name of a saved server holds no colon. Choose another one.")
        if is_own(f"{name}:"):
            raise BadParameters("This name stands for the own share. Choose another one.")
        where = parse(address)
        if where.scheme == "saved":
            raise BadParameters("Save a server under its address, like http://HOST:8765/.")
        servers = self.saved() | {name: str(where.server)}
        if len(servers) > MOST_SAVED:
            raise TooLarge(f"At most {MOST_SAVED} servers can be saved. Forget some first.")
        self._memory.put({"servers": servers})

    def forget(self, name: str) -> None:
        """Raises `NotFound`."""
        servers = self.saved()
        if servers.pop(name, None) is None:
            raise NotFound(_unknown(name))
        self._memory.put({"servers": servers})

    def resolve(self, server: str) -> Address:
        """The address, never a saved name, that `server` means. Raises `NotFound`, `BadParameters`."""
        where = parse(self._own() if is_own(server) else server)
        if where.scheme == "saved":
            address = self.saved().get(where.name)
            if address is None:
                raise NotFound(_unknown(where.name))
            where = parse(address)
        return where.server

    def check_reach(self, server: str, local: bool) -> None:
        """Raise `Forbidden` where somebody from elsewhere names a door that only processes of this machine may use: a socket
        or a port of the machine itself, its own control socket above all."""
        if local or is_own(server):
            return
        where = self.resolve(server)
        if where.scheme == "unix" or _is_loopback(where.host):
            raise Forbidden("This server can be reached only from the computer that filexfer runs on. Open the window there.")

    # Sessions -------------------------------------------------------------------------------------------------------------------

    def connect(self, server: str) -> Session:
        """A session of the caller's own; what the engine moves files with."""
        return connect(str(self.resolve(server)))

    @contextmanager
    def session(self, server: str) -> Iterator[Session]:
        """The kept session to `server`, for calls. How they end tells how the server does."""
        address = str(self.resolve(server))
        kept = self._take(address)
        try:
            yield kept.session
        except FilexferError as error:
            self._note(address, _word(error))
            raise
        else:
            self._note(address, "online")
        finally:
            with self._lock:
                kept.users -= 1

    def call(self, server: str, method: str, params: list[object]) -> object:
        """Call `method` there and answer its value."""
        with self.session(server) as session:
            return session.call(method, *params)

    def _take(self, address: str) -> _Kept:
        with self._lock:
            kept = self._kept.pop(address, None) or _Kept(connect(address))
            self._kept[address] = kept
            kept.users += 1
            idle = [a for a, k in self._kept.items() if not k.users]
            left_over = [self._kept.pop(a).session for a in idle[: max(0, len(self._kept) - MOST_SESSIONS)]]
        for session in left_over:
            session.close()
        return kept

    # How they do ----------------------------------------------------------------------------------------------------------------

    def states(self) -> list[dict[str, object]]:
        """Each saved server with what is known of it now (`connecting`, `online`, `offline`, `needs pairing`); what is old is
        asked anew in the background."""
        answer: list[dict[str, object]] = []
        for name, address in self.saved().items():
            with self._lock:
                word, found = self._states.get(address, ("connecting", -FRESH))
                due = time.monotonic() - found >= FRESH and address not in self._checking and not self._closed
                if due:
                    self._checking.add(address)
            if due:
                threading.Thread(target=self._check, args=(address,), name="filexfer-check", daemon=True).start()
            answer.append({"name": name, "address": address, "state": word})
        return answer

    def _check(self, address: str) -> None:
        word = "online"
        try:
            with connect(address, timeout=CHECK_TIMEOUT) as session:
                session.call("server_info")
        except FilexferError as error:
            word = _word(error)
        finally:
            with self._lock:
                self._checking.discard(address)
        self._note(address, word)

    def _note(self, address: str, word: str) -> None:
        with self._lock:
            self._states.pop(address, None)
            self._states[address] = (word, time.monotonic())
            if len(self._states) > MOST_STATES:
                del self._states[next(iter(self._states))]

    def close(self) -> None:
        with self._lock:
            self._closed = True
            sessions = [kept.session for kept in self._kept.values()]
            self._kept.clear()
        for session in sessions:
            session.close()


def is_own(server: str) -> bool:
    """Whether `server` means the agent's own share."""
    return server == "" or str(parse(server).server) == OWN


def _word(error: FilexferError) -> str:
    if isinstance(error, ConnectionFailed | ConnectionLost):
        return "offline"
    # A server that refuses an act, or has no such method, is there.
    return "needs pairing" if isinstance(error, LoginNeeded) else "online"


def _unknown(name: str) -> str:
    return f"There is no saved server “{name}”. The list of servers tells which there are."


def _is_loopback(host: str) -> bool:
    try:
        address = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")
    return address.is_loopback or address.is_unspecified
