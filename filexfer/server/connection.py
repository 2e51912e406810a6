"""One connection: its requests, one after the other, each served by a worker; between them it is parked in the loop.
Rules: it belongs to one thread at a time; every framing error ends it; the answer is sent before what is left of a body is
dropped."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from enum import Enum
from threading import get_ident

from filexfer.core.errors import FilexferError
from filexfer.protocol.http import BadHead, parse_request_head, response_head
from filexfer.server.answers import Answer, Later, made, plain
from filexfer.server.body import Body
from filexfer.server.channel import Channel, NotTls, PeerGone, TooSlow
from filexfer.server.greeting import Greeting
from filexfer.server.house import House, Request
from filexfer.server.lateness import Lateness
from filexfer.server.leftovers import Leftovers
from filexfer.server.listener import Door, Listener
from filexfer.server.loop import Next
from filexfer.server.neighbours import household, network
from filexfer.server.networks import Task
from filexfer.server.sending import send

_log = logging.getLogger("filexfer.server")

_NEVER = float("inf")
#: As who the owner of this machine counts, by the control socket.
_OWNER = "the owner"


class _After(Enum):
    """What follows a request. HANG_UP: its end, but what the peer still sends is dropped for a moment (`Leftovers`). GIVEN_AWAY:
    it waits for something and belongs to the loop."""

    NEXT = "next"
    CLOSE = "close"
    HANG_UP = "hang up"
    GIVEN_AWAY = "given away"


class Connection:
    """See `loop.Parkable` for the attributes that the loop reads."""

    def __init__(self, house: House, channel: Channel, peer: str, listener: Listener) -> None:
        self._house = house
        self._settings = house.settings
        self.channel = channel
        channel.away, channel.rest = house.crowd.away, house.pool.rest
        self.peer = peer
        self.household = _OWNER if listener.door is Door.CONTROL else household(peer)
        self._network = network(peer)
        self.listener = listener
        patience = house.settings.handshake_seconds if channel.greeting else house.settings.head_seconds
        self.deadline = time.monotonic() + patience
        self.evictable = True
        self.grace = _NEVER
        self._greeting = Greeting(house, self, lambda: self._hand_over(self._greet))
        self._lateness = Lateness(house, self, self._hand_over, self._serve_late)
        self._leftovers = Leftovers(house, self)
        self._request: Request | None = None
        self._at_work = 0  # the thread that is at a request of it, 0 for none
        self._leaving = False
        self._closed = False

    @property
    def device(self) -> str:
        """Who made its latest request, "" for nobody yet; from any thread."""
        request = self._request
        return request.device if request else ""

    # ---- on the loop's thread, while parked

    def admitted(self) -> None:
        self._house.came(self)

    def readable(self) -> Next:
        if self._leftovers.last:
            return self._leftovers.drop_last()
        try:
            count = self.channel.receive()
        except PeerGone:
            count = 0
        if count == 0:
            return self.close
        if self.channel.greeting:
            return self._greeting.heard()
        if self._lateness:
            self._lateness.heard(count)
            return None
        if not self._leftovers.body_passed(self._request is not None and self._request.welcome):
            return None
        if self.channel.has_head(self._settings.head_bytes):
            return self._submit
        if self.evictable and self.channel.ahead:
            self._begun()
        return None

    def _begun(self) -> None:
        """A part of a head is there."""
        now = time.monotonic()
        self.evictable = False
        self.grace = now + self._settings.crowded_seconds
        self.deadline = now + self._settings.head_seconds

    def expired(self) -> Next:
        if self._lateness:
            self._lateness.expired()
            return None
        if self._greeting.put_off:
            return self._greeting.turn()
        if self.channel.ahead and not self._leftovers.last:
            return self._time_out
        if self.channel.greeting and self.channel.moved:
            self._house.complaints.note("slow handshake", self.peer, "A TLS handshake took too long.")
        return self.close

    def _hand_over(self, task: Task) -> None:
        if self.listener.door is Door.CONTROL:
            self._house.pool.submit_for_owner(task)
        else:
            self._house.pool.submit(self._network, task, self.peer)

    def _submit(self) -> None:
        self._hand_over(self._serve)

    def _time_out(self) -> None:
        self._house.complaints.note("slow head", self.peer, "The head of a request took too long.")
        self.channel.say(response_head(408, [("Content-Length", "0")], False))
        self.close()

    # ---- on a worker

    def _greet(self) -> None:
        """A part of the handshake has arrived."""
        self._guard(self._greet_on)

    def _greet_on(self) -> None:
        try:
            done = self._greeting.step()
        except NotTls as plain:
            self.channel = plain.channel
            self._refuse_head(BadHead(400, "This server speaks https here. Write https:// for http:// in its address."))
            self._leftovers.hang_up()
            return
        if not done:
            self._house.loop.park(self)
        elif self._goes_on(self._settings.head_seconds):
            self._serve_on()

    def _serve(self) -> None:
        """Serve requests as long as they follow closely; then park."""
        self._guard(self._serve_on)

    def _serve_late(self) -> None:
        """The deferred answer has come: send it, then go on as ever."""
        self._guard(self._answer_late)

    def _guard(self, work: Callable[[], None]) -> None:
        try:
            work()
        except (PeerGone, FilexferError) as error:
            # Of our own errors, those met while an answer was on its way: what is missing of it says so.
            if isinstance(error, TooSlow):
                self._house.complaints.note("slow body", self.peer, str(error))
            else:
                _log.info("A connection of %s ended: %s", self.peer, error, extra={"peer": self.peer})
            self.close()
        except BaseException:
            self.close()
            raise

    def _serve_on(self) -> None:
        while (after := self._exchange()) is _After.NEXT:
            if not self._goes_on(self._settings.idle_seconds):
                return
        self._end(after)

    def _end(self, after: _After) -> None:
        if after is _After.CLOSE:
            self._finish()
        elif after is _After.HANG_UP:
            self._leftovers.hang_up()

    def _goes_on(self, patience: float) -> bool:
        """Whether this worker goes on with the next request at once. Otherwise it has given the connection away: to wait for one,
        for so many seconds, or for its turn."""
        if not self._next_is_here():
            self._park(patience)
            return False
        if self.listener.door is Door.CONTROL or self._house.pool.again(self._network):
            return True
        self._submit()
        return False

    def _next_is_here(self) -> bool:
        """Whether the next request has arrived, or does so within the blink that parking and coming back would cost."""
        limit = self._settings.head_bytes
        self.channel.gather()
        if self.channel.ahead and self.channel.has_head(limit):
            return True
        if self._house.pool.pressed(self._network):
            return False
        self._house.pool.rest()
        if not self.channel.wait(False, self._settings.linger):
            return False
        return self.channel.receive() > 0 and self.channel.has_head(limit)

    def _park(self, patience: float) -> None:
        """Wait for the next request, for so many seconds if nothing of it has come."""
        if self.channel.ahead:
            self._begun()
        else:
            self.evictable = True
            self.deadline = time.monotonic() + patience
        self._house.loop.park(self)

    def _exchange(self) -> _After:
        """One request and its answer."""
        return self._at_it(self._exchange_within)

    def _at_it(self, work: Callable[[], _After]) -> _After:
        visit = self._house.crowd.arrive(self.household)
        self._at_work = get_ident()
        try:
            return work()
        finally:
            self._at_work = 0
            visit.end()

    def _exchange_within(self) -> _After:
        self.channel.begin_request()
        try:
            raw = self.channel.take_head()
            if len(raw) > self._settings.head_bytes:
                raise BadHead(431, "The head of the request is too long.")
            head = parse_request_head(raw)
        except BadHead as bad:
            return self._refuse_head(bad)
        request = self._request = Request(head, Body(self.channel, head), self.listener, self.peer)
        return self._deliver(request, made(lambda: self._house.handle(request), request))

    def _deliver(self, request: Request, answer: Answer | Later) -> _After:
        if isinstance(answer, Later):
            self._lateness.wait_for(answer)
            return _After.GIVEN_AWAY
        return self._send(request, answer)

    def _refuse_head(self, bad: BadHead) -> _After:
        if bad.status == 431:
            self._house.complaints.note("long head", self.peer, str(bad))
        self._house.tally.misread()
        answer = plain(bad.status, str(bad))
        head = response_head(bad.status, [*answer.headers, ("Content-Length", str(answer.length))], False)
        self.channel.send([head, *answer.body])
        # Where the request ends is unknown.
        return _After.HANG_UP

    def _send(self, request: Request, answer: Answer) -> _After:
        body, settings = request.body, self._settings
        over = self._leaving or self._house.closing
        most = settings.largest_call if request.welcome else settings.drain_bytes
        keep = request.head.keep_alive and not over and body.drainable(most)
        headers = list(answer.headers)
        if answer.status not in (204, 304):
            headers.append(("Content-Length", str(answer.length)))
        whole = False
        try:
            head = response_head(answer.status, headers, keep)
            send(self.channel, head, request, answer, self._house.tally)
            whole = True
        finally:
            self._house.tally.answered(request, answer, whole)
            if answer.release:
                answer.release()
        if request.welcome and not body.drainable(settings.drain_bytes):
            # Many read no answer before they have sent all. It is read as any body is, in their own turn.
            body.drop(most)
        if body.finished:
            return _After.NEXT if keep else _After.CLOSE
        if not keep:
            return _After.HANG_UP
        if body.drop_ahead():
            return _After.NEXT
        self._leftovers.drop(body)
        return _After.GIVEN_AWAY

    def _answer_late(self) -> None:
        request, make = self._request, self._lateness.take()
        assert request is not None
        after = self._at_it(lambda: self._deliver(request, made(make, request)))
        if after is not _After.NEXT:
            self._end(after)
        elif self._goes_on(self._settings.idle_seconds):
            self._serve_on()

    def _finish(self) -> None:
        self.channel.finish_sending()
        self.close()

    # ---- whoever holds it

    def dismiss(self) -> None:
        """End it soon; where it is its own request that asks for that, behind the answer, which its peer is to have."""
        if self._at_work == get_ident():
            self._leaving = True
        else:
            self.interrupt()

    def interrupt(self) -> None:
        """End it soon, whoever holds it; from any thread."""
        self.channel.interrupt()
        # What waits for an answer may not be watched.
        self._house.loop.unpark(self, self.close)

    def close(self) -> None:
        """Close it, once. It says no goodbye: another thread may still be at work with it when a server ends."""
        if not self._closed:
            self._closed = True
            if self.channel.greeting and self.channel.moved:
                self._house.tally.greeted(False)
            self.channel.close()
            if not self._house.closing:
                self.channel.forget()
            self._house.gone(self)
            self._lateness.end()
