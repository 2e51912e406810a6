"""A channel whose peer speaks TLS: OpenSSL sees memory only, and this class moves what it takes and makes over the socket.

Rules: what OpenSSL is given at once is bounded both ways, so that no peer keeps a thread inside of it (on a socket, `SSL_read`
does not return to one who sends nothing but key updates); the handshake goes step by step, in workers; the SSL object belongs to
whoever holds the channel, and `interrupt` touches the socket alone. It is faster than an `SSLSocket`. The cipher is left to
OpenSSL: it prefers AES-256-GCM, the fastest where the processor knows AES."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Sequence
from typing import Any

from filexfer.core.digests import Bytes
from filexfer.server.channel import Channel, NotTls, PeerGone, lost

#: The most content that one record holds (RFC 8446, 5.1), and what it may have around it (5.2).
_RECORD = 16 << 10
_OVERHEAD = 256
_HEADER = 5
_HANDSHAKE = 22
#: Taken from the socket at once while a body arrives, and encrypted at once before it is sent. More is no faster, and OpenSSL
#: never gives back what a memory of its own has once grown to.
_TAKEN = _PIECE = 64 << 10
#: Such pieces are sent together: fewer system calls, and the other side wakes up less often.
_TOGETHER = 4
#: Bytes that may arrive and bring no content: who sends more only keeps us busy.
_IDLE_TALK = 64 << 10
#: Bytes that OpenSSL may have made by itself, and that leave with our next answer: who sends a body of small pieces with new keys
#: between them would have it hold half as much as it sends.
_UNSAID = 16 << 10


class TlsChannel(Channel):
    """A connected socket whose peer is to speak TLS, the server's side.

    Attributes:
        greeting: the handshake is not done yet: `receive` only gathers what `greet` needs.
    """

    def __init__(self, sock: socket.socket, stall: float, rate: int, context: ssl.SSLContext) -> None:
        super().__init__(sock, stall, rate)
        self.greeting = True
        self._context = context
        self._hello = bytearray()
        self._in = ssl.MemoryBIO()
        self._out = ssl.MemoryBIO()
        self._tls: ssl.SSLObject | None = None
        self._starved = True  # nothing of what was taken from the socket is left in OpenSSL
        self._talk = 0
        self._made: list[Bytes] = []  # encrypted and not yet sent

    # ---- the handshake

    @property
    def can_greet(self) -> bool:
        """Whether `greet` can get on: a whole record is there, or what is none."""
        return self._whole_records() > 0

    def _whole_records(self) -> int:
        """Bytes of `_hello` that are whole records; all of them where they are not those of a handshake."""
        hello = self._hello
        if self._tls is None and hello and hello[0] != _HANDSHAKE:
            return len(hello)
        end = 0
        while len(hello) >= end + _HEADER:
            length = int.from_bytes(hello[end + 3 : end + _HEADER], "big")
            if length > _RECORD + _OVERHEAD:
                return len(hello)
            if len(hello) < end + _HEADER + length:
                break
            end += _HEADER + length
        return end

    def greet(self) -> bool:
        """Go on with the handshake; whether it is done. Raises `NotTls` where the peer speaks something else, `PeerGone`."""
        if self._tls is None:
            if self._hello[0] != _HANDSHAKE:
                raise NotTls(self._plain())
            self._tls = self._context.wrap_bio(self._in, self._out, server_side=True)
        self._feed_hello(self._whole_records())
        try:
            self._tls.do_handshake()
        except ssl.SSLWantReadError:
            self._flush()
            return False
        except ssl.SSLError as error:
            raise self._broken(error) from None
        self._flush()
        self.greeting = False
        # The first request may have come together with the end of the handshake.
        self._feed_hello(len(self._hello))
        return True

    def _feed_hello(self, count: int) -> None:
        self._feed(self._hello[:count])
        del self._hello[:count]

    def _plain(self) -> Channel:
        """The same socket without TLS."""
        channel = Channel(self.sock, self._stall, self._rate)
        channel.ahead += self._hello
        return channel

    # ---- reading

    def receive(self) -> int:
        if not self.greeting and (count := self._decrypt_ahead()) >= 0:
            return count
        # A record has more bytes than its content: a whole one is to fit, or the connection goes back to the loop for the rest.
        # No more than that: who may do nothing here would have OpenSSL grow by it, for as long as the connection stays.
        data = self._take(_RECORD if self.greeting else _HEADER + _RECORD + _OVERHEAD)
        if not data:
            return -1 if data is None else 0
        if self.greeting:
            self._hello += data
            self.moved += len(data)
            return len(data)
        self._feed(data)
        return self._decrypt_ahead()

    def gather(self) -> None:
        self._decrypt_ahead()

    def read_into(self, view: memoryview) -> int:
        if self.ahead:
            return super().read_into(view)
        while (count := self._decrypt_into(view)) < 0:
            data = self._take(_TAKEN)
            if data is None:
                self._wait_for_progress(False)
            elif data:
                self._feed(data)
            else:
                return 0
        self.moved += count
        return count

    def wait(self, writing: bool, seconds: float) -> bool:
        # No poll tells of what OpenSSL already holds.
        if not writing and not self.greeting and self._decrypt_ahead() >= 0:
            return True
        return super().wait(writing, seconds)

    def _take(self, most: int) -> bytes | None:
        """What has arrived at the socket; None where nothing has, empty at its end."""
        try:
            return self.sock.recv(most)
        except self.NOT_YET:
            return None
        except OSError as error:
            raise lost(error) from None

    def _feed(self, data: Bytes) -> None:
        if self._talk > _IDLE_TALK:
            raise PeerGone("The other side speaks TLS and says nothing.")
        if self._out.pending > _UNSAID:
            raise PeerGone("The other side changes its keys over and over.")
        self._talk += len(data)
        self._in.write(data)
        self._starved = False

    def _decrypt_ahead(self) -> int:
        """Decrypt what is there to `ahead`; answers as `receive`."""
        count = 0
        while (data := self._decrypt(_RECORD)) is not None:
            if not data:
                return count
            self.ahead += data
            count += len(data)
        return count or -1

    def _decrypt_into(self, view: memoryview) -> int:
        """Fill `view` as far as possible; answers as `receive`."""
        if self._starved or self._tls is None:
            return -1
        at, size = 0, len(view)
        read: Any = self._tls.read
        try:
            while at < size:
                count = read(size - at, view[at:])
                if not count:
                    return at
                at += count
        except ssl.SSLWantReadError:
            self._starved = True
        except ssl.SSLError as error:
            raise self._broken(error) from None
        if at:
            self._talk = 0
        return at or -1

    def _decrypt(self, most: int, *into: memoryview) -> Any:
        """`SSLObject.read`, but None where more has to arrive first."""
        if self._starved or self._tls is None:
            return None
        try:
            found = self._tls.read(most, *into)
        except ssl.SSLWantReadError:
            self._starved = True
            return None
        except ssl.SSLError as error:
            raise self._broken(error) from None
        self._talk = 0
        return found

    # ---- writing

    def send(self, parts: Sequence[Bytes]) -> None:
        # Short parts share a record: a head and a small body are one, which the other side reads at once.
        short: list[Bytes] = []
        size = 0
        for part in parts:
            if size + len(part) > _RECORD:
                self._encrypt(b"".join(short))
                short, size = [], 0
            if len(part) <= _RECORD:
                short.append(part)
                size += len(part)
                continue
            view = memoryview(part)
            for at in range(0, len(view), _PIECE):
                self._encrypt(view[at : at + _PIECE])
        self._encrypt(b"".join(short))
        self._flush()

    def _encrypt(self, data: Bytes) -> None:
        """Encrypt a bounded piece, and send once there is enough."""
        assert self._tls is not None
        view = memoryview(data)
        try:
            while len(view):
                view = view[self._tls.write(view) :]
        except ssl.SSLError as error:
            raise self._broken(error) from None
        if self._out.pending >= _PIECE:
            self._made.append(self._out.read())
            if len(self._made) == _TOGETHER:
                self._flush()

    def _flush(self) -> None:
        """Send what OpenSSL made. Raises `PeerGone`, also for a stall."""
        made, self._made = self._made, []
        if self._out.pending:
            made.append(self._out.read())
        super().send(made)

    def say(self, data: bytes) -> None:
        if not self.greeting and self._tls is not None and not self._out.pending:
            try:
                self._tls.write(data)
            except ssl.SSLError:
                return  # it gets no answer then
            super().say(self._out.read())

    def finish_sending(self) -> None:
        if self._tls is not None and not self.greeting:
            try:
                self._tls.unwrap()
            except ssl.SSLError:
                pass  # it made the closing alert, and would wait for the other's
            super().say(self._out.read())
            # Behind its closing alert OpenSSL reads no more, and what it has is not kept while the rest is dropped.
            self._drop_tls()
        super().finish_sending()

    def forget(self) -> None:
        super().forget()
        self._hello, self._made = bytearray(), []
        self._drop_tls()

    def _drop_tls(self) -> None:
        self._tls, self._in, self._out = None, ssl.MemoryBIO(), ssl.MemoryBIO()

    def _broken(self, error: ssl.SSLError) -> PeerGone:
        # What OpenSSL has to say to the other side is sent if that takes no waiting.
        super().say(self._out.read())
        return PeerGone(f"TLS failed: {error.reason or 'no reason is given'}.")
