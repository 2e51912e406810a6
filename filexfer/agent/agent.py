"""An agent: a server and an engine in one process, and the methods by which windows drive both over its control socket.
Rules: this file only composes; what a method does stands in `jobs`, `views`, `servers`, `sharing`."""

from __future__ import annotations

import os
import queue
from collections.abc import Sequence
from contextlib import ExitStack, closing
from pathlib import Path
from types import TracebackType

import filexfer
from filexfer.agent.afterwards import Afterwards
from filexfer.agent.announce import Announcer
from filexfer.agent.awake import Awake, suspend
from filexfer.agent.control import Claim
from filexfer.agent.diagnosis import Diagnosis
from filexfer.agent.events import Events
from filexfer.agent.jobs import Jobs
from filexfer.agent.memory import Memory
from filexfer.agent.moves import Moves
from filexfer.agent.nearby import Nearby, Surroundings
from filexfer.agent.picks import Picks
from filexfer.agent.plans import Plans
from filexfer.agent.previews import Previews
from filexfer.agent.rates import Rates
from filexfer.agent.receipts import Receipts
from filexfer.agent.remote import Remote
from filexfer.agent.servers import Servers
from filexfer.agent.sharing import Sharing
from filexfer.agent.staging import Staging
from filexfer.agent.unsend import Unsending
from filexfer.agent.views import Views
from filexfer.agent.waiting import Waiting
from filexfer.agent.watch import Watch
from filexfer.agent.wish import open_given, open_remembered
from filexfer.client.engine import Engine
from filexfer.client.history import History
from filexfer.client.vault import Vault
from filexfer.core import paths, places
from filexfer.protocol.members import number
from filexfer.protocol.methods import AGENT
from filexfer.server import Server
from filexfer.server.access import Caller
from filexfer.server.settings import Settings
from filexfer.storage.store import StoreSettings


class Agent:
    """`Agent(folder, listen, guest)` shares that folder (`filexfer serve`); `Agent()` is the app's own background process: it
    shares what its user last chose, and listens only when told to.

    Args:
        folder: to share; None for the remembered one, at first the default share.
        listen: addresses, `https://0.0.0.0:8765` or `unix:/run/x.sock`; only with a folder.
        guest: what callers without credentials may do: none, read, write; only with a folder.
        name: of the share, for people; the folder's own if empty.
        announce: whether the networks around are told of it while others can reach it.
        state: where it remembers things; None for the user's own, or with a folder one of that folder's own.
        stop_seconds: that requests under way have when it is closed.

    Attributes:
        state: where it remembers things.
        stop_seconds: as given.
        control: address at which processes of this user drive it, once started.
        jobs, plans, views, staging, remote, sharing: its methods.
    """

    def __init__(
        self,
        folder: str | os.PathLike[str] | None = None,
        listen: Sequence[str] = (),
        guest: str = "none",
        name: str = "",
        *,
        state: Path | None = None,
        settings: Settings | None = None,
        announce: bool = True,
        stop_seconds: float = 5.0,
    ) -> None:
        self.state = state or (places.state_folder() if folder is None else places.share_state(folder))
        self.stop_seconds = stop_seconds
        self._stop: queue.SimpleQueue[None] = queue.SimpleQueue()
        self.control = ""
        with ExitStack() as parts:
            self._claim = Claim(self.state)
            parts.callback(self._claim.release)
            self._memory = Memory(self.state / "agent.json")
            kept = StoreSettings(block_size=(settings or Settings()).block_size)
            if folder is None:
                wish, opened, store = open_remembered(self._memory, self.state, kept)
            else:
                wish, opened, store = open_given(Path(os.path.abspath(folder)), self.state, bool(listen), guest, kept)
            parts.callback(store.close)
            socket = places.control_socket(self.state)
            self._server = Server(opened, (), wish.guest, name, settings=settings, control=socket, store=store, state=self.state)
            announcer = Announcer(places.computer_name(), self._pin)
            tell = announcer.tell if announce else lambda _: None
            self.sharing = Sharing(self._server, name, wish, listen, self._memory if folder is None else None, tell)
            self._server.watch_also(lambda: wish.problem)
            self._open_methods(parts)
            parts.callback(announcer.close)
            #: Ends all of them, the last one first.
            self._parts = parts.pop_all()

    def _open_methods(self, parts: ExitStack) -> None:
        """The engine, and all that has methods; `parts` ends them."""
        self._events = Events()
        history_file = self.state / "history.sqlite"
        history = parts.enter_context(closing(History(history_file)))
        parts.callback(self._server.close, self.stop_seconds)
        vault = Vault(self.state)
        servers = Servers(Memory(self.state / "servers.json"), lambda: self.control, vault, self.state)
        parts.callback(servers.close)
        self.views = parts.enter_context(closing(Views(servers)))
        previews = Previews(servers, self.state / "pictures")
        waiting = Waiting(servers)
        self._engine = parts.enter_context(closing(Engine(history, connect=servers.connect, lookout=waiting)))
        parts.callback(waiting.close)
        self.staging = parts.enter_context(closing(Staging(servers, self.state / "staged", self._engine.throttle)))
        self._awake = parts.enter_context(closing(Awake()))
        rate = number(self._memory.get("rate", 0))
        self._engine.limit(rate)
        self._events.for_all(limit=rate)
        nearby = parts.enter_context(closing(Nearby(Surroundings(servers, vault, self._pin), Moves(servers, vault))))
        self._watch = parts.enter_context(closing(Watch(self._engine, self._events, history_file)))
        self.jobs = Jobs(self._engine, self._events, servers, self.sharing, self._memory, history.notes.jobs_with)
        self._afterwards = parts.enter_context(closing(Afterwards(self._engine.jobs, suspend, self._events.for_all)))
        receipts = parts.enter_context(closing(Receipts(self._engine, servers)))
        self._rates = Rates(Memory(self.state / "rates.json"))
        self.plans = parts.enter_context(closing(Plans(self.jobs, waiting.connect, self._rates)))
        picks = parts.enter_context(closing(Picks(servers, self.jobs, self.views.chosen)))
        self.remote = Remote(servers, self.sharing, vault, places.computer_name())
        diagnosis = Diagnosis(servers, self.sharing, vault)
        here = (self.sharing, nearby, diagnosis, self._afterwards, receipts, Unsending(self._engine, servers), self)
        self._register(self.jobs, self.plans, self.views, picks, previews, self.staging, self.remote, *here)

    def _pin(self) -> str:
        """That of our own server, "" while it has none."""
        identity = self._server.identity
        return identity.pin if identity else ""

    def _register(self, *groups: object) -> None:
        for name, method in AGENT.items():
            function = next(getattr(group, name) for group in groups if hasattr(group, name))
            self._server.register_method(name, function, method.permission, method.signatures)

    def start(self) -> Agent:
        """Answer on the control socket, open the share if it is to be open, go on with the jobs of an agent that died."""
        try:
            self._server.start()
            self.control = self._server.control_address
            self.sharing.begin()
            self._engine.subscribe(self._events.changed)
            self._engine.subscribe(self._afterwards.changed)
            self._engine.subscribe(self._awake.changed)
            self._engine.subscribe(self._rates.changed)
            self._engine.adopt()
            self._watch.start()
            self._claim.tell(self.control)
        except BaseException:
            self.close()
            raise
        return self

    @property
    def addresses(self) -> list[str]:
        """Where others reach the share now."""
        return self.sharing.addresses

    def wait(self) -> None:
        """Wait until `stop` is called."""
        while not self._told_to_stop():
            pass

    def _told_to_stop(self) -> bool:
        # In slices: a signal that comes just before a wait begins is handled only after it, and on Windows only then at all.
        try:
            self._stop.get(timeout=1.0)
        except queue.Empty:
            return False
        return True

    def stop(self) -> None:
        """Have `wait` end; from any thread, and from a signal handler."""
        self._stop.put(None)

    def close(self) -> None:
        """Stop: jobs under way become resumable, requests under way have `stop_seconds` to end. Twice does nothing more."""
        self._parts.close()

    def __enter__(self) -> Agent:
        return self.start()

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None, /) -> None:
        self.close()

    def agent_info(self, caller: Caller) -> dict[str, object]:
        """This background process: {version, pid, state_folder, rate}; the rate is what `limit_set` set."""
        return {
            "version": filexfer.__version__,
            "pid": os.getpid(),
            "state_folder": paths.to_wire(str(self.state)),
            "rate": self._memory.get("rate", 0),
        }

    def agent_stop(self, caller: Caller) -> bool:
        """Stop this background process, once this call is answered. Jobs go on when it is started again."""
        self.stop()
        return True
