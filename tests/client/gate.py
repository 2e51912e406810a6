"""A way to a server on which answers wait until certain words have gone to it: who waits for an answer before it says them is
found out without a clock."""

from __future__ import annotations

import re
import socket
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from filexfer.protocol.address import parse

#: Seconds after which words that have not come are taken not to come.
_PATIENCE = 10.0
_TAIL = re.compile(rb"Tail-Length: (\d+)\r\n")


class Gate:
    """Args:
        address: of the server behind it.
        held: an answer that begins after all of `when` were said waits until all of `until` were.

    Attributes: address; asked (bytes that went to the server); told (bytes that came from it); late (words did not come).
    """

    def __init__(self, address: str, when: Sequence[bytes] = (), until: Sequence[bytes] = ()) -> None:
        self._server = parse(address)
        self._when, self._until = when, until
        self._changed = threading.Condition()
        self.asked, self.told, self.late = bytearray(), bytearray(), False
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.address = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def tails(self, heard: bytearray) -> list[int]:
        """Bytes of the tails behind the calls, or behind the answers, that were heard."""
        return [int(size) for size in _TAIL.findall(heard)]

    def close(self) -> None:
        self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                near = self._listener.accept()[0]
            except OSError:
                return
            far = socket.create_connection((self._server.host, self._server.port))
            threading.Thread(target=self._forth, args=(near, far), daemon=True).start()
            threading.Thread(target=self._back, args=(far, near), daemon=True).start()

    def _forth(self, near: socket.socket, far: socket.socket) -> None:
        for data in _arriving(near):
            with self._changed:
                self.asked += data
                self._changed.notify_all()
            far.sendall(data)
        _end(far)

    def _back(self, far: socket.socket, near: socket.socket) -> None:
        for data in _arriving(far):
            with self._changed:
                self.told += data
                if self._all(self._when) and not self._changed.wait_for(lambda: self._all(self._until), _PATIENCE):
                    self.late, self._until = True, ()
            try:
                near.sendall(data)
            except OSError:
                break
        near.close()
        far.close()

    def _all(self, words: Sequence[bytes]) -> bool:
        return all(word in self.asked for word in words)


def _arriving(one: socket.socket) -> Iterator[bytes]:
    try:
        while data := one.recv(1 << 16):
            yield data
    except OSError:
        return


def _end(one: socket.socket) -> None:
    try:
        one.shutdown(socket.SHUT_WR)
    except OSError:
        pass  # The other side has ended it already.


@contextmanager
def gate(address: str, when: Sequence[bytes] = (), until: Sequence[bytes] = ()) -> Iterator[Gate]:
    made = Gate(address, when, until)
    try:
        yield made
    finally:
        made.close()
