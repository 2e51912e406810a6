"""The servers a window talks to through its agent: saved ones by name, others by address, the agent's own share as `""`.
One kept session a server, made with what the user's vault knows of it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from filexfer.agent.memory import Memory
from filexfer.agent.reach import from_elsewhere
from filexfer.agent.states import Follower, States
from filexfer.client.away import passes
from filexfer.client.control import control_credentials
from filexfer.client.credentials import Credentials
from filexfer.client.leaving import leave, old_credentials
from filexfer.client.login import Login
from filexfer.client.session import Session, connect
from filexfer.client.vault import Vault
from filexfer.core.errors import AlreadyExists, BadParameters, FilexferError, NotFound, TooLarge
from filexfer.protocol.address import Address, parse

#: How the agent's own share is written where "" is no address, in the queue: the same whatever socket it answers on.
OWN = "this-computer:"

#: Bounds: saved servers, and sessions kept open.
MOST_SAVED = 200
MOST_SESSIONS = 32
#: The same of servers whose tokens are kept in memory.
MOST_LOGINS = 400

#: So long a look at how a server does waits for an answer, and a call, in seconds.
LOOK, PATIENCE = 5.0, 30.0
#: So long the end waits for servers that are told that they are forgotten, in seconds.
LEAVING = 5.0


class _Kept:
    """A session that several threads share. Attributes: users (calls under way)."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.users = 0


class Servers:
    """Saved servers and sessions to any. `own` tells the address at which this very agent's share is reached, `state` is where
    it keeps what is to be shown there, `vault` holds what pairing brought."""

    def __init__(self, memory: Memory, own: Callable[[], str], vault: Vault, state: Path | None = None) -> None:
        self._memory = memory
        self._own = own
        self._vault = vault
        self._state = state
        self._known = States(self._look)
        self._lock = threading.Lock()  # guards the two below
        self._leaving: list[threading.Thread] = []
        self._kept: dict[str, _Kept] = {}  # by address, least recently used first
        self._naming = threading.Lock()  # guards the one below; taken within the one above
        #: Who we are to each server, by address: so that the keyring is asked once, and not at each look.
        self._logins: dict[str, Login] = {}

    # Saved servers --------------------------------------------------------------------------------------------------------------

    def saved(self) -> dict[str, str]:
        """Address of each saved server, by its name."""
        return _saved(self._memory.get("servers"))

    def names(self) -> dict[str, str]:
        """The name of each saved server, by its address."""
        return {address: name for name, address in self.saved().items()}

    def save(self, name: str, address: str) -> None:
        """Remember `address` as `name`, in place of what had that name. Raises `BadParameters`, `TooLarge`, `StorageFailed`."""
        self.check_name(name)
        where = parse(address)
        if where.scheme == "saved":
            raise BadParameters("Save a server under its address, like https://HOST:8765/.")
        self._change(lambda servers: servers | {name: str(where.server)})

    def move(self, name: str, old: str, new: str) -> None:
        """The server saved as `name` is at `new` now, and known there. Whatever still names its `old` address means it, until
        another server is saved there. Raises `NotFound` where it was changed meanwhile."""

        def moved(values: Mapping[str, object]) -> dict[str, object]:
            servers = _saved(values.get("servers"))
            if servers.get(name) != old:
                raise NotFound(f"“{name}” was changed meanwhile.")
            before = {at: new if to == old else to for at, to in _saved(values.get("moved")).items() if at != new}
            after = [*before.items(), (old, new)][-MOST_SAVED:]
            return {"servers": {one: new if at == old else at for one, at in servers.items()}, "moved": dict(after)}

        self._memory.change(moved)
        self._vault.drop(old)
        self.renew(old)
        self.renew(new)
        # Whoever waits for it hears that it is back.
        self._known.look(new)

    def forget(self, name: str) -> None:
        """Forget it, and what pairing with it brought; given an address, only the latter. Raises `NotFound`."""
        if "://" in name:
            self._forget_address(str(parse(name).server))
            return

        def without(servers: dict[str, str]) -> dict[str, str]:
            _address_of(name, servers)
            return {one: address for one, address in servers.items() if one != name}

        address = self.saved().get(name, "")
        old = old_credentials(self._vault, address) if address.startswith("https:") else None
        self._change(without)
        self._leave(address, old)

    def _forget_address(self, address: str) -> None:
        old = old_credentials(self._vault, address)
        if not self._vault.drop(address):
            raise NotFound(f"This computer is not paired with {address}. `filexfer servers` lists those that it knows.")
        self.renew(address)
        self._leave(address, old)

    def _leave(self, address: str, old: Credentials | None) -> None:
        """Have the server forget us, in the background: it may not be there. `close` waits for that, a little."""
        if old is None:
            return
        thread = threading.Thread(target=leave, args=(address, old, self._vault), name="filexfer-leave", daemon=True)
        thread.start()
        with self._lock:
            self._leaving = [one for one in self._leaving if one.is_alive()] + [thread]

    def rename(self, name: str, new: str) -> None:
        """Call a saved server otherwise. Raises `NotFound`, `AlreadyExists`, `BadParameters`."""
        self.check_name(new)

        def renamed(servers: dict[str, str]) -> dict[str, str]:
            _address_of(name, servers)
            if new != name and new in servers:
                raise AlreadyExists(f"There is a saved server “{new}” already. Choose another name.")
            return {new if one == name else one: address for one, address in servers.items()}

        self._change(renamed)

    def check_name(self, name: str) -> None:
        """Raise `BadParameters` for what cannot be the name of a saved server."""
        if parse(f"{name}:") != Address("saved", name=name):
            raise BadParameters("The name of a saved server holds no colon. Choose another one.")
        if is_own(f"{name}:"):
            raise BadParameters("This name stands for the own share. Choose another one.")

    def _change(self, change: Callable[[dict[str, str]], dict[str, str]]) -> None:
        """Save what `change` makes of the saved servers. What the vault holds of those that are saved no more is dropped."""
        gone: set[str] = set()

        def changed(values: Mapping[str, object]) -> dict[str, object]:
            before = _saved(values.get("servers"))
            after = change(before)
            if len(after) > max(MOST_SAVED, len(before)):
                raise TooLarge(f"At most {MOST_SAVED} servers can be saved. Forget some first.")
            gone.update(set(before.values()) - set(after.values()))
            # An address that is saved is that of this server, and of none that was there before.
            moved = {at: to for at, to in _saved(values.get("moved")).items() if at not in after.values() and to not in gone}
            return {"servers": after, "moved": moved}

        self._memory.change(changed)
        for address in gone:
            self._vault.drop(address)
            self.renew(address)

    def resolve(self, server: str) -> Address:
        """The address, never a saved name, that `server` means. Raises `NotFound`, `BadParameters`."""
        where = parse(self._own() if is_own(server) else server)
        if where.scheme == "saved":
            where = parse(_address_of(where.name, self.saved()))
        now = _saved(self._memory.get("moved")).get(str(where.server))
        return parse(now).server if now else where.server

    def reach(self, server: str, local: bool) -> str:
        """`server`, as it may be called for this caller. Raises `Forbidden` where somebody from elsewhere names a door that only
        processes of this machine may use; see `agent.reach`."""
        if local or is_own(server):
            return server
        where = self.resolve(server)
        safe = from_elsewhere(where)
        return server if safe == where else str(safe)

    # Sessions -------------------------------------------------------------------------------------------------------------------

    def connect(self, server: str, timeout: float = PATIENCE) -> Session:
        """A session of the caller's own; what the engine moves files with."""
        return self._open(str(self.resolve(server)), timeout)

    def heard(self, server: str, error: FilexferError | None = None) -> None:
        """A call over such a session ended so: that tells how the server does."""
        with suppress(NotFound):  # no longer saved
            self._known.note(str(self.resolve(server)), error)

    def follow(self, follower: Follower) -> Callable[[], None]:
        """Have it told how calls end, as of `States`. Returns what ends it."""
        return self._known.follow(follower)

    def look(self, address: str) -> None:
        """Ask in the background how the server at this address does; whoever follows hears it."""
        self._known.look(address)

    def found_away(self, address: str) -> FilexferError | None:
        """Why the server at this address was not reached, a moment ago; None where it was, or that is long ago."""
        state = self._known.known(address)
        return state.error if passes(state.error) and not state.is_old else None

    @contextmanager
    def session(self, server: str) -> Iterator[Session]:
        """The kept session to `server`, for calls. How they end tells how the server does."""
        address = str(self.resolve(server))
        kept = self._take(address)
        try:
            yield kept.session
        except FilexferError as error:
            self._known.note(address, error)
            raise
        else:
            self._known.note(address)
        finally:
            self._give_back(address, kept)

    def call(self, server: str, method: str, params: list[object]) -> object:
        """Call `method` there and answer its value."""
        with self.session(server) as session:
            return session.call(method, *params)

    def renew(self, address: str) -> None:
        """What the vault holds of a server is another thing now: the next call is made with that."""
        with self._naming:
            self._logins.pop(address, None)
        self._let_go(address)
        self._known.forget(address)

    def states(self) -> list[dict[str, object]]:
        """Each saved server with what is known of it now; see `agent.states`."""
        moved = _saved(self._memory.get("moved"))
        return [
            {"name": name, "address": at, "state": state.word, "since": state.since, "before": _before(at, moved)}
            for name, at, state in ((name, at, self._known.of(at)) for name, at in self.saved().items())
        ]

    def state(self, address: str) -> str:
        """How the server at this address does, as far as that is known now; see `agent.states`."""
        return self._known.of(address).word

    def _open(self, address: str, timeout: float) -> Session:
        own = self._state is not None and address == self._own()
        if own and self._state:
            return connect(address, credentials=control_credentials(self._state, address), timeout=timeout)
        return Session(parse(address), login=self._login(address), timeout=timeout, lanes="auto")

    def _login(self, address: str) -> Login:
        with self._naming:
            found = self._logins.pop(address, None) or Login(parse(address), None, self._vault.find)
            self._logins[address] = found
            if len(self._logins) > MOST_LOGINS:
                del self._logins[next(iter(self._logins))]
        return found

    def _look(self, address: str) -> None:
        with self._open(address, LOOK) as session:
            session.call("server_info")

    def _take(self, address: str) -> _Kept:
        with self._lock:
            kept = self._kept.pop(address, None) or _Kept(self._open(address, PATIENCE))
            self._kept[address] = kept
            kept.users += 1
            idle = [a for a, k in self._kept.items() if not k.users]
            left_over = [self._kept.pop(a).session for a in idle[: max(0, len(self._kept) - MOST_SESSIONS)]]
        for session in left_over:
            session.close()
        return kept

    def _give_back(self, address: str, kept: _Kept) -> None:
        with self._lock:
            kept.users -= 1
            over = not kept.users and self._kept.get(address) is not kept
        if over:
            kept.session.close()

    def _let_go(self, address: str) -> None:
        """Make no more calls over the kept session. Those under way come to their end."""
        with self._lock:
            kept = self._kept.pop(address, None)
            idle = kept is not None and not kept.users
        if kept is not None and idle:
            kept.session.close()

    def close(self) -> None:
        self._known.close()
        with self._lock:
            sessions = [kept.session for kept in self._kept.values()]
            self._kept.clear()
            leaving, self._leaving = self._leaving, []
        for session in sessions:
            session.close()
        deadline = time.monotonic() + LEAVING
        for thread in leaving:
            thread.join(max(0.0, deadline - time.monotonic()))


def is_own(server: str) -> bool:
    """Whether `server` means the agent's own share."""
    return server == "" or str(parse(server).server) == OWN


def _saved(found: object) -> dict[str, str]:
    return {str(name): str(address) for name, address in found.items()} if isinstance(found, dict) else {}


def _before(address: str, moved: Mapping[str, str]) -> list[str]:
    """The addresses that were those of the server that is at this one now."""
    return [old for old, now in moved.items() if now == address]


def _address_of(name: str, servers: Mapping[str, str]) -> str:
    if name not in servers:
        raise NotFound(f"There is no saved server “{name}”. The list of servers tells which there are.")
    return servers[name]
