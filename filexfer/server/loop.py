"""The one thread that accepts connections and watches those that nobody serves: idle ones, unfinished heads, long polls.
Rules: it waits for no single peer and touches no file; whatever needs work goes to the pool. A connection belongs either to this
thread or to one worker, never to both. Other threads speak to the loop through `call` and `park`."""

from __future__ import annotations

import errno
import logging
import selectors
import socket
import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Iterable
from functools import partial
from typing import Protocol, TypeAlias

from filexfer.server.census import Census
from filexfer.server.channel import Channel
from filexfer.server.listener import Listener

_log = logging.getLogger("filexfer.server")

#: Connections accepted, at most, before those that are parked are looked at again.
_ACCEPT_AT_ONCE = 64
#: No connection could be had: so long nothing is accepted, in seconds.
_PAUSE = 0.5
_EXHAUSTED = (errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM)
#: Deadlines are looked at together, and at most so often, in seconds.
_GRAIN = 0.02
#: While workers have enough to do, what comes is gathered so long, in seconds: each time the loop wakes, it takes the interpreter
#: from one of them.
_GATHER = 0.001
#: `select` of Windows takes so many sockets; the rest of its 512 are listeners and our own.
_SELECTED = 480
_FULL = b"HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\nContent-Length: 0\r\nRetry-After: 1\r\n\r\n"
_NEVER = float("inf")

#: What a parked connection wants next: None to stay, else to be let go, and then this to be done (to be served, or closed).
Next: TypeAlias = Callable[[], None] | None


class Parkable(Protocol):
    """A connection as the loop sees it; its methods are called on the loop's thread.

    Attributes:
        deadline: monotonic time after which `expired` is called.
        household: who counts as one with its peer.
        evictable: nothing is under way on it: it may be closed to make room.
        grace: monotonic time from which on it may be, though a head has begun.
    """

    channel: Channel
    peer: str
    household: str
    listener: Listener
    deadline: float
    evictable: bool
    grace: float

    def admitted(self) -> None:
        """It is counted in the census from now on."""
        ...

    def readable(self) -> Next: ...

    def expired(self) -> Next: ...

    def close(self) -> None: ...


Welcome: TypeAlias = Callable[[socket.socket, Listener, object], Parkable | None]


def watchable(wanted: int) -> int:
    """How many connections a loop can watch on this system, if so many are wanted."""
    return min(wanted, _SELECTED) if issubclass(selectors.DefaultSelector, selectors.SelectSelector) else wanted


class Loop:
    """Accepts connections, gives each to `welcome` (None: it was turned away), and watches those that are parked."""

    def __init__(self, census: Census, welcome: Welcome, crowded: Callable[[], bool] = lambda: False) -> None:
        """`crowded`: whether workers have enough to do for a while."""
        self._crowded = crowded
        self._census = census
        self._welcome = welcome
        self._selector = selectors.DefaultSelector()
        self._wake_read, self._wake_write = socket.socketpair()
        self._wake_read.setblocking(False)
        self._wake_write.setblocking(False)
        self._selector.register(self._wake_read, selectors.EVENT_READ)
        self._inbox: deque[Callable[[], None]] = deque()
        self._woken = False
        self._stopping = False
        self._ended = False  # what is parked from now on, nobody would look at
        self._parked: dict[Parkable, bool] = {}  # the longest parked first; whether its socket is watched
        self._households: dict[str, dict[Parkable, None]] = {}  # the same, by who counts as one
        self._next_deadline = _NEVER
        self._resume_accepting = _NEVER
        self._paused: list[Listener] = []
        self._period = self._next_tick = _NEVER
        self._tick: Callable[[], None] = lambda: None
        self._thread = threading.Thread(target=self._run, name="filexfer-loop", daemon=True)

    def every(self, seconds: float, act: Callable[[], None]) -> None:
        """Have `act` done now and then, on the loop's thread; to be told before `start`."""
        self._period, self._tick = seconds, act
        self._next_tick = time.monotonic() + seconds

    def start(self) -> None:
        self._thread.start()

    def call(self, function: Callable[[], None]) -> None:
        """Have `function` run on the loop's thread soon, in the order of calls; it must neither wait nor raise."""
        self._inbox.append(function)
        if not self._woken:
            self._woken = True
            try:
                self._wake_write.send(b"\0")
            except OSError:
                pass  # full of wake-ups already, or the loop has ended

    def park(self, connection: Parkable) -> None:
        """Watch `connection` until something arrives or its deadline passes; from any thread, which gives it away by this. It is
        closed where nobody watches any more."""
        if self._ended:
            connection.close()
        else:
            self.call(lambda: self._park(connection))

    def unpark(self, connection: Parkable, then: Callable[[], None]) -> None:
        """If `connection` is (or is about to be) parked, let it go and do `then`; from any thread."""
        self.call(lambda: self._let_go(connection, then) if connection in self._parked else None)

    def add(self, listener: Listener) -> None:
        """Accept connections from `listener` from now on; from any thread."""
        self.call(lambda: self._listen(listener))

    def remove(self, listener: Listener) -> None:
        """Accept none any more, and close the parked ones that came by it; answers when that is done. Not on the loop's
        thread."""
        done = threading.Event()

        def work() -> None:
            try:
                self._ignore(listener)
                for connection in [c for c in self._parked if c.listener is listener]:
                    self._let_go(connection, connection.close)
            finally:
                done.set()

        self.call(work)
        while self._thread.is_alive() and not done.wait(0.1):
            pass

    def stop(self) -> None:
        """End the thread and close what is parked, and what is yet to be parked. Listeners and connections served are the
        caller's."""
        self.call(self._stop)
        if self._thread.is_alive():
            self._thread.join()
        self._ended = True
        self.close_parked()

    def close_parked(self) -> None:
        """Close the parked connections. Only once the thread has ended."""
        self._run_inbox()
        for connection in list(self._parked):
            self._let_go(connection, connection.close)

    def dispose(self) -> None:
        """Release the descriptors; the last call."""
        self._selector.close()
        self._wake_read.close()
        self._wake_write.close()

    # ---- below: on the loop's thread

    def _stop(self) -> None:
        self._stopping = True

    def _run(self) -> None:
        while not self._stopping:
            if self._crowded():
                time.sleep(_GATHER)
            for key, _ in self._select(self._look_at_clock()):
                if key.data is None:
                    self._hush()
                elif isinstance(key.data, Listener):
                    self._do(partial(self._accept, key.data))
                elif key.data in self._parked:
                    self._attend(key.data, key.data.readable)
            self._run_inbox()

    def _select(self, timeout: float | None) -> list[tuple[selectors.SelectorKey, int]]:
        try:
            return self._selector.select(timeout)
        except (OSError, ValueError, MemoryError):
            _log.exception("The system cannot watch all connections: some that are idle are closed.")
            self._do(self._watch_fewer)
            time.sleep(_GRAIN)
            return []

    def _watch_fewer(self) -> None:
        for connection in [c for c in self._parked if c.channel.fileno() < 0] or self._idle_of_most():
            self._let_go(connection, connection.close)

    def _do(self, act: Callable[[], None]) -> None:
        """No single act's trouble (no memory, an odd system) may end the thread that serves all."""
        try:
            act()
        except Exception:
            _log.exception("The loop met an error that was not foreseen.")

    def _attend(self, connection: Parkable, look: Callable[[], Next]) -> None:
        try:
            self._settle(connection, look())
        except Exception:
            _log.exception("A connection of %s is dropped.", connection.peer, extra={"peer": connection.peer})
            if connection in self._parked:
                self._do(lambda: self._let_go(connection, connection.close))

    def _look_at_clock(self) -> float | None:
        """Do what is due; answers how long to wait for the rest."""
        now = time.monotonic()
        if now >= self._next_tick:
            self._next_tick = now + self._period
            self._do(self._tick)
        if now >= self._resume_accepting:
            self._resume_accepting = _NEVER
            while self._paused:
                self._do(partial(self._listen, self._paused.pop()))
        if now >= self._next_deadline:
            for connection in [c for c in self._parked if c.deadline <= now]:
                self._attend(connection, connection.expired)
            self._next_deadline = min((c.deadline for c in self._parked), default=_NEVER)
        due = min(self._next_deadline, self._resume_accepting, self._next_tick)
        return None if due == _NEVER else max(_GRAIN, due - now)

    def _settle(self, connection: Parkable, following: Next) -> None:
        if following is None:
            self._next_deadline = min(self._next_deadline, connection.deadline)
        else:
            self._let_go(connection, following)

    def _let_go(self, connection: Parkable, then: Callable[[], None]) -> None:
        if self._parked.pop(connection):
            self._selector.unregister(connection.channel)
        theirs = self._households[connection.household]
        del theirs[connection]
        if not theirs:
            del self._households[connection.household]
        then()

    def mute(self, connection: Parkable) -> None:
        """Keep it parked, but look at its socket no more."""
        if self._parked[connection]:
            self._parked[connection] = False
            self._selector.unregister(connection.channel)

    def _park(self, connection: Parkable) -> None:
        try:
            self._selector.register(connection.channel, selectors.EVENT_READ, connection)
        except (ValueError, OSError):
            connection.close()  # its descriptor has been closed, or there is no memory to watch it
            return
        self._parked[connection] = True
        self._households.setdefault(connection.household, {})[connection] = None
        self._next_deadline = min(self._next_deadline, connection.deadline)

    def _hush(self) -> None:
        try:
            while len(self._wake_read.recv(4096)) == 4096:
                pass
        except BlockingIOError:
            pass

    def _run_inbox(self) -> None:
        self._woken = False  # before looking: whoever adds from now on wakes us again
        while self._inbox:
            self._do(self._inbox.popleft())

    def _listen(self, listener: Listener) -> None:
        self._selector.register(listener.sock, selectors.EVENT_READ, listener)

    def _ignore(self, listener: Listener) -> None:
        if listener in self._paused:
            self._paused.remove(listener)
        else:
            self._selector.unregister(listener.sock)

    def _accept(self, listener: Listener) -> None:
        trouble: Exception | None = None
        for _ in range(_ACCEPT_AT_ONCE):
            try:
                sock, address = listener.sock.accept()
            except (BlockingIOError, ConnectionAbortedError):
                return
            except (OSError, MemoryError) as error:
                trouble = error
                if isinstance(error, MemoryError) or error.errno in _EXHAUSTED:
                    break
                continue  # what the network had to say of a connection that has gone (accept(2), Error handling)
            trouble = None
            try:
                self._admit(sock, listener, address)
            except OSError:
                sock.close()  # it has gone already
            except BaseException:
                sock.close()
                raise
        if trouble is not None:
            self._pause(listener, trouble)

    def _admit(self, sock: socket.socket, listener: Listener, address: object) -> None:
        connection = self._welcome(sock, listener, address)
        if connection is None:
            return
        crowd = self._census.enter(connection.household)
        if crowd is None or self._make_room(connection.household, crowd):
            connection.admitted()
            self._park(connection)
        else:
            self._turn_away(connection, crowd)

    def _turn_away(self, connection: Parkable, crowd: str) -> None:
        self._census.refused(connection.peer, crowd)
        connection.channel.say(_FULL)
        connection.close()

    def _make_room(self, household: str, crowd: str) -> bool:
        """Close the connection that has been idle longest, among those of `household`; where there are too many in all, of
        whoever has most of them, even one whose head has just begun, and else of anybody."""
        now = time.monotonic()
        if crowd == "all":
            most = max(self._households, key=lambda one: len(self._households[one]), default=household)
            patience = now if most == household else _NEVER
            victim = _victim(self._households.get(most, {}), patience) or _victim(self._parked, now)
        else:
            victim = _victim(self._households.get(household, {}), now)
        if victim is None:
            return False
        self._let_go(victim, victim.close)
        return self._census.enter(household) is None

    def _idle_of_most(self) -> list[Parkable]:
        """Some that may be closed, idle longest: of the household that has most of them."""
        among: Counter[str] = Counter()
        for household, theirs in self._households.items():
            among[household] = sum(1 for one in theirs if one.evictable)
        if not among:
            return []
        most, _ = among.most_common(1)[0]
        return [one for one in self._households[most] if one.evictable][:_ACCEPT_AT_ONCE]

    def _pause(self, listener: Listener, error: Exception) -> None:
        """The system gives no other connection: accept later, instead of spinning; and let some go, where it has no descriptor
        (or memory) for more."""
        self._census.exhausted(error)
        if isinstance(error, MemoryError) or (isinstance(error, OSError) and error.errno in _EXHAUSTED):
            for other in self._idle_of_most():
                self._let_go(other, other.close)
        self._selector.unregister(listener.sock)
        self._paused.append(listener)
        self._resume_accepting = time.monotonic() + _PAUSE


def _victim(among: Iterable[Parkable], now: float) -> Parkable | None:
    """The first that may be closed to make room; one that is idle rather than one whose grace is over `now`."""
    slow = None
    for connection in among:
        if connection.evictable:
            return connection
        if slow is None and connection.grace <= now and connection.grace != _NEVER:
            slow = connection
    return slow
