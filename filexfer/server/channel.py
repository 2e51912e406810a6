"""The bytes of one connection: a non-blocking socket, what was read ahead of it, and deadlines on progress.
Rules: one thread at a time holds a channel; nothing here knows HTTP but where a head ends. With TLS: `tls.py`."""

from __future__ import annotations

import re
import select
import socket
import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext

from filexfer.core.digests import Bytes

#: What is read ahead of a request in one piece: most heads, with the body of a small call.
_READ_AHEAD = 16 << 10
#: An empty line, also one whose line ends are wrong: such a head is to be refused, not waited for.
_HEAD_END = re.compile(rb"\n\r?\n")
_IOV = 64
#: A peer that is at work as well as we are takes no longer, in seconds.
_MOMENT = 0.001

#: What Windows has not.
_POLL = hasattr(select, "poll")
_SENDMSG = hasattr(socket.socket, "sendmsg")


class PeerGone(Exception):
    """The peer of this connection went away, stood still or was too slow: there is nobody to answer. Not one of `core.errors`,
    for it is never told; a method's own trouble with another server is."""


class TooSlow(PeerGone):
    """It stood still or was too slow."""


class NotTls(Exception):
    """The peer speaks something else than TLS. Attributes: channel (the same socket, without)."""

    def __init__(self, channel: Channel) -> None:
        super().__init__("no TLS")
        self.channel = channel


class Channel:
    """One connected socket.

    Args:
        stall: seconds without a single byte moving after which the peer is given up.
        rate: bytes per second it must reach on average, once waiting for it has cost `stall` seconds in one request.

    Attributes:
        greeting: nothing of a request can come yet, `greet` goes before.
        ahead: bytes received and not yet used.
        moved: bytes that went in and out since the request began, those read ahead left out.
        away: what a wait happens in: others may want to know.
        rest: called before a wait for progress that is none for a moment only.
    """

    #: What the socket raises where it would have to wait.
    NOT_YET: tuple[type[OSError], ...] = (BlockingIOError, InterruptedError)

    def __init__(self, sock: socket.socket, stall: float, rate: int) -> None:
        sock.setblocking(False)
        self.sock = sock
        self.greeting = False
        self.away: Callable[[], AbstractContextManager[object]] = nullcontext
        self.rest: Callable[[], None] = _nothing
        self.ahead = bytearray()
        self._scanned = 0
        self._head_end = 0
        self._stall = stall
        self._rate = rate
        self._waited = 0.0
        self.moved = 0

    def fileno(self) -> int:
        return self.sock.fileno()

    def begin_request(self) -> None:
        """From now on the average rate counts anew."""
        self._waited = 0.0
        self.moved = 0

    @property
    def can_greet(self) -> bool:
        """Whether enough has arrived for a call of `greet`."""
        return False

    def greet(self) -> bool:
        """Do the next step of what goes before the first request, in a worker; whether it was the last."""
        return True

    def gather(self) -> None:
        """Move to `ahead` what was taken from the socket and is held elsewhere: nothing else tells that it is there."""

    def receive(self) -> int:
        """Read ahead without waiting. Answers how many bytes came, 0 at the end of the stream, -1 where none are there yet.
        Raises `PeerGone`."""
        try:
            data = self.sock.recv(_READ_AHEAD)
        except self.NOT_YET:
            return -1
        except OSError as error:
            raise lost(error) from None
        self.ahead += data
        return len(data)

    def has_head(self, limit: int) -> bool:
        """Whether a whole request head (or more than `limit` bytes of one) lies ahead."""
        if self._scanned == 0 and self.ahead.startswith(b"\r\n"):
            del self.ahead[:2]  # RFC 9112, 2.2: an empty line before the request line is ignored
        found = _HEAD_END.search(self.ahead, max(0, self._scanned - 3))
        self._scanned = len(self.ahead)
        self._head_end = found.end() if found is not None else 0
        return self._head_end > 0 or len(self.ahead) > limit

    def take_head(self) -> bytes:
        """The head that `has_head` found, its empty line included; all there is, where it only found that to be too long."""
        end = self._head_end or len(self.ahead)
        head = bytes(self.ahead[:end])
        del self.ahead[:end]
        self._scanned = self._head_end = 0
        return head

    def read_into(self, view: memoryview) -> int:
        """Read some bytes, waiting for the first; 0 at the end of the stream. Raises `PeerGone`, also for a stall."""
        if self.ahead:
            count = min(len(view), len(self.ahead))
            view[:count] = self.ahead[:count]
            del self.ahead[:count]
            return count
        while True:
            try:
                count = self.sock.recv_into(view)
            except self.NOT_YET:
                self._wait_for_progress(False)
                continue
            except OSError as error:
                raise lost(error) from None
            self.moved += count
            return count

    def send(self, parts: Sequence[Bytes]) -> None:
        """Send all of `parts`, in as few system calls as the socket lets. Raises `PeerGone`, also for a stall."""
        waiting = [memoryview(part) for part in parts if len(part)]
        while waiting:
            try:
                sent = self._send_some(waiting)
            except self.NOT_YET:
                self._wait_for_progress(True)
                continue
            except OSError as error:
                raise lost(error) from None
            self.moved += sent
            while waiting and sent >= len(waiting[0]):
                sent -= len(waiting.pop(0))
            if sent:
                waiting[0] = waiting[0][sent:]

    def _send_some(self, views: list[memoryview]) -> int:
        if len(views) == 1 or not _SENDMSG:
            return self.sock.send(views[0])
        return self.sock.sendmsg(views[:_IOV])

    def wait(self, writing: bool, seconds: float) -> bool:
        """Wait until the socket can be read (or written); False when `seconds` have passed."""
        with self.away():
            return self._wait(writing, seconds)

    def _wait(self, writing: bool, seconds: float) -> bool:
        if not _POLL:
            ends = select.select([] if writing else [self.sock], [self.sock] if writing else [], [], seconds)
            return bool(ends[0] or ends[1])
        poll = select.poll()
        poll.register(self.sock.fileno(), select.POLLOUT if writing else select.POLLIN)
        return bool(poll.poll(seconds * 1000))

    def _wait_for_progress(self, writing: bool) -> None:
        before = time.monotonic()
        if self.sock.fileno() < 0 or not self._wait_long(writing):
            raise TooSlow("The other side stood still for too long.")
        self._waited += time.monotonic() - before
        if self._waited > self._stall and self.moved < self._rate * self._waited:
            raise TooSlow("The other side is too slow.")

    def _wait_long(self, writing: bool) -> bool:
        if self.wait(writing, _MOMENT):
            return True
        self.rest()
        return self.wait(writing, self._stall)

    def say(self, data: bytes) -> None:
        """Send a few last bytes, if that takes no waiting."""
        try:
            self.sock.send(data)
        except OSError:
            pass  # it gets no answer then

    def finish_sending(self) -> None:
        """Tell the peer that nothing more will come. Nothing can be received any more: with TLS, what still comes is not
        decrypted."""
        self.ahead.clear()
        try:
            self.sock.shutdown(socket.SHUT_WR)
        except OSError:
            pass  # it has gone already

    def discard(self) -> int:
        """Drop what has arrived, behind `finish_sending`; answers as `receive`."""
        try:
            return len(self.sock.recv(_READ_AHEAD))
        except self.NOT_YET:
            return -1
        except OSError:
            return 0

    def interrupt(self) -> None:
        """Make every wait on this channel end, from another thread; its holder closes it."""
        try:
            self.sock.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass  # it has gone already

    def close(self) -> None:
        self.sock.close()

    def forget(self) -> None:
        """Hold nothing any more, once it is closed and nobody is at work with it: circles of references stay for long."""
        self.ahead = bytearray()


def _nothing() -> None:
    pass


def lost(error: OSError) -> PeerGone:
    """What a broken socket means."""
    return PeerGone(f"The connection broke off: {error.strerror or error}.")
