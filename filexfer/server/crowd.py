"""What one caller may take of a server at a time, so that it harms only itself: half of the workers, half of the memory for calls
and answers, and one thread that computes; of guests together: see `guests`. Rules: nobody waits here without end; who waits for
something else (its peer, the disk) lets others of its caller compute meanwhile, and never waits for the turn while it holds a
lock.

One interpreter serves everybody: thirty threads of one caller at work in it would leave the next caller a thirtieth, and thirty
large calls being decoded take many times their size in memory.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from types import TracebackType

from filexfer.core.errors import Busy, FilexferError, SlowDown, TooLarge
from filexfer.server.complaints import Complaints
from filexfer.server.guests import Guests, Resume

#: What one request may hold without being counted: nearly all hold less.
_FREE = 64 << 10
_BEYOND = (Busy, SlowDown, TooLarge)


class TooMuchHeld(Busy):
    """The caller holds as much of the server's memory as one may."""


class _Place:
    """One caller's. `waiting` are locks of threads that want the turn, each released when it gets it; `queue` is called, one by
    one, when there is a worker for it again."""

    __slots__ = ("computing", "held", "queue", "visits", "waiting")

    def __init__(self) -> None:
        self.visits = 0
        self.held = 0
        self.computing = 0
        self.waiting: deque[threading.Lock] = deque()
        self.queue: deque[Resume] = deque()


class Crowd:
    """Everybody whose requests are served just now.

    Args:
        workers: that there are; half of them serve one caller at most.
        memory: bytes that calls and answers may hold together; those of one caller half of it.
        patience: seconds after which a thread computes though it is not its turn: the one before it may hang in a system call.
        away: told by a thread that it does not compute for a while (true), and that it wants to again.
    """

    def __init__(
        self,
        workers: int,
        memory: int,
        patience: float,
        complaints: Complaints,
        away: Callable[[bool], None] = lambda _: None,
    ) -> None:
        self._complaints = complaints
        self._tell_away = away
        self._most_visits = max(1, workers // 2)
        self._most_memory = memory
        self._patience = patience
        self._lock = threading.Lock()  # guards all below, and what is in places
        self._guests = Guests(workers, memory)
        self._places: dict[str, _Place] = {}
        self._held = 0
        self._here: dict[int, Visit] = {}  # by thread; each touches its own entry only

    def arrive(self, who: str) -> Visit:
        """A worker begins with a request of `who`, and has the turn. The visit is to be ended, by the same thread."""
        visit = self._here[threading.get_ident()] = Visit(self, who)
        with self._lock:
            visit.place = self._enter(who)
        visit.resume()
        return visit

    def become(self, who: str) -> bool:
        """The request of this thread turns out to be one of `who`. False where that one has its half of the workers: nothing more
        is to be done for it here; see `queue`."""
        visit = self._here.get(threading.get_ident())
        return visit is None or visit.who == who or self._move(visit, who)

    def become_guest(self, called: bool) -> bool:
        """The request of this thread turns out to be a guest's, who was `called` or has just come. False where guests have their
        part of the workers: nothing more is to be done for it here; see `queue_guest`."""
        visit = self._here.get(threading.get_ident())
        if visit is None or visit.guest:
            return True
        with self._lock:
            visit.guest = called or visit.place is None or self._guests.enter(visit.who)
        return visit.guest

    def queue_guest(self, resume: Resume) -> Callable[[], None]:
        """Have `resume` called once there is a worker for the guest whose request this thread has; at once where there is. The
        worker is kept for it: what is answered gives it back, for one who was called and does not come."""
        visit = self._here.get(threading.get_ident())
        if visit is None:
            resume()
            return lambda: None
        who = visit.who
        with self._lock:
            waits = self._guests.wait(who, resume)
        if not waits and not resume():
            self._guest_leaves(who)
        return lambda: self._guest_leaves(who)

    @property
    def held(self) -> int:
        """Bytes that calls and answers of everybody hold now."""
        return self._held

    def exempt(self) -> None:
        """The request of this thread is of somebody for whom there are no bounds here."""
        visit = self._here.get(threading.get_ident())
        if visit is not None:
            self.depart(visit)

    def queue(self, who: str, resume: Resume) -> None:
        """Have `resume` called once `who` has fewer than half of the workers; at once where that is so already."""
        with self._lock:
            place = self._places.get(who)
            if place is not None and place.visits >= self._most_visits:
                place.queue.append(resume)
                return
        resume()

    def away(self, *, locked: bool = False) -> AbstractContextManager[object]:
        """While this thread waits, or has C work for it, others of its caller compute. Afterwards it waits for the turn, unless
        it holds locks (`locked`) that they may need."""
        visit = self._here.get(threading.get_ident())
        return nullcontext() if visit is None or not visit.computing else _Away(visit, locked, self._tell_away)

    def take(self, count: int) -> int:
        """The request of this thread holds so many bytes more (or fewer, if negative); answers how many by now. Raises
        `TooMuchHeld` where its caller holds too many."""
        visit = self._here.get(threading.get_ident())
        return 0 if visit is None else visit.take(count)

    @contextmanager
    def holding(self, count: int) -> Iterator[None]:
        """The request of this thread holds so many bytes meanwhile. Raises `TooMuchHeld`."""
        self.take(count)
        try:
            yield
        finally:
            self.take(-count)

    def told(self, error: FilexferError) -> None:
        """This error is the answer to the request of this thread; where a bound is behind it, the log hears of it."""
        if isinstance(error, _BEYOND):
            visit = self._here.get(threading.get_ident())
            self._complaints.note(type(error).__name__, visit.who if visit else "", str(error))

    # ---- what visits do here

    def depart(self, visit: Visit) -> None:
        """The visit is over."""
        visit.pause()
        self._here.pop(threading.get_ident(), None)
        place, visit.place = visit.place, None
        if place is None:
            return
        with self._lock:
            self._held -= visit.charged
            place.held -= visit.charged
            queue = self._leave(visit.who, place)
        _call(queue)
        if visit.guest:
            self._guest_leaves(visit.who, visit.charged)

    def _guest_leaves(self, who: str, held: int = 0) -> None:
        """One guest less. Those who waited for it are called; who has gone meanwhile leaves too."""
        with self._lock:
            called = self._guests.leave(who, held)
        while called:
            who, resume = called.popleft()
            if not resume():
                with self._lock:
                    called += self._guests.leave(who, 0)

    def _move(self, visit: Visit, who: str) -> bool:
        visit.pause()
        old, place = visit.who, visit.place
        with self._lock:
            there = self._places.get(who)
            if place is None or (there is not None and there.visits >= self._most_visits):
                return False
            visit.who, visit.place = who, self._enter(who)
            place.held -= visit.charged
            visit.place.held += visit.charged
            queue = self._leave(old, place)
        _call(queue)
        visit.resume()
        return True

    def charge(self, visit: Visit, count: int) -> None:
        """Count `count` more bytes that `visit` holds (or fewer, if it is negative). Raises `Busy`."""
        place = visit.place
        if place is None:
            return
        with self._lock:
            beyond = count > 0 and (self._held + count > self._most_memory or place.held + count > self._most_memory // 2)
            if beyond or (visit.guest and not self._guests.charge(count)):
                raise TooMuchHeld(
                    "The server holds too much of your calls and answers at once. Read the answers, and ask for less at a time."
                )
            self._held += count
            place.held += count
            visit.charged += count

    def take_turn(self, place: _Place) -> None:
        with self._lock:
            if not place.computing:
                place.computing = 1
                return
            mine = threading.Lock()  # guards nothing: released when it is this thread's turn
            mine.acquire()
            place.waiting.append(mine)
        if not mine.acquire(timeout=self._patience):
            with self._lock:
                if mine in place.waiting:
                    place.waiting.remove(mine)
                    place.computing += 1
                # else it was handed over just now

    def join_in(self, place: _Place) -> None:
        """Compute without waiting for the turn."""
        with self._lock:
            place.computing += 1

    def give_turn(self, place: _Place) -> None:
        with self._lock:
            if place.computing == 1 and place.waiting:
                place.waiting.popleft().release()
            else:
                place.computing -= 1

    def _enter(self, who: str) -> _Place:
        place = self._places.get(who)
        if place is None:
            place = self._places[who] = _Place()
        place.visits += 1
        return place

    def _leave(self, who: str, place: _Place) -> deque[Resume]:
        """One visit less, with the lock; answers who is to be called now, until one of them has use for it."""
        place.visits -= 1
        if place.visits:
            return place.queue
        del self._places[who]
        return deque([lambda: _call_all(place.queue)]) if place.queue else place.queue


def _call(queue: deque[Resume]) -> None:
    """Call the first of `queue` that is still of use."""
    while queue:
        try:
            resume = queue.popleft()
        except IndexError:
            return  # another thread was quicker
        if resume():
            return


def _call_all(queue: deque[Resume]) -> bool:
    while queue:
        queue.popleft()()
    return True


class Visit:
    """One request while a worker is at it. Used by that worker's thread only.

    Attributes:
        who: whose it is.
        computing: it has the turn, or has joined in.
        guest: it counts to the guests.
        charged: bytes counted for it.
    """

    __slots__ = ("_crowd", "_taken", "charged", "computing", "guest", "place", "who")

    def __init__(self, crowd: Crowd, who: str) -> None:
        self._crowd = crowd
        self._taken = 0
        self.who = who
        self.place: _Place | None = None
        self.computing = False
        self.guest = False
        self.charged = 0

    def take(self, count: int) -> int:
        """It holds so many bytes more in memory (or fewer, if negative). Raises `Busy` where its caller holds too much."""
        owed = max(0, self._taken + count - _FREE) - self.charged
        if owed:
            self._crowd.charge(self, owed)
        self._taken += count
        return self._taken

    def pause(self) -> None:
        """Let others of the caller compute."""
        if self.computing and self.place is not None:
            self.computing = False
            self._crowd.give_turn(self.place)

    def resume(self) -> None:
        """Compute, once it is its turn."""
        if self.place is not None:
            self._crowd.take_turn(self.place)
            self.computing = True

    def join_in(self) -> None:
        """Compute at once."""
        if self.place is not None:
            self._crowd.join_in(self.place)
            self.computing = True

    def end(self) -> None:
        self._crowd.depart(self)


class _Away:
    """See `Crowd.away`."""

    __slots__ = ("_locked", "_tell", "_visit")

    def __init__(self, visit: Visit, locked: bool, tell: Callable[[bool], None]) -> None:
        self._visit = visit
        self._locked = locked
        self._tell = tell

    def __enter__(self) -> None:
        self._visit.pause()
        self._tell(True)

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None) -> None:
        self._tell(False)
        if self._locked:
            self._visit.join_in()
        else:
            self._visit.resume()
