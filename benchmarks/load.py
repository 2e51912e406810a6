"""Many clients in one thread: connections that each move their part of the same files, as cheaply as that goes. A process of it
says how far each client was when. Run by `clients`, which tells it task by task, by JSON on its standard input."""

from __future__ import annotations

import json
import random
import selectors
import socket
import sys
import time
from base64 import b64encode
from collections import deque
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import asdict, dataclass
from urllib.parse import urlsplit

from blake3 import blake3

from benchmarks.workloads import MIB, SMALL_BYTES
from filexfer.protocol import batches, http
from filexfer.protocol.xmlrpc import decode_response, encode_call

#: Largest file that is moved in blocks.
LARGE_BYTES = 16 * MIB
#: Small files in one batch, half a MiB.
BATCH = 64

#: A client at work: it yields what its socket waits for.
Work = Generator[int, None, None]


@dataclass(frozen=True)
class Task:
    """What one process does.

    Attributes:
        act: a key of `ACTS`.
        folder: where in the share.
        size: bytes of a file that is moved in blocks.
        files: that all clients move together.
        clients, first, step: `clients` of them, of which this process has every `step`-th from `first` on; client `n` moves
            every `clients`-th file from `n` on.
        apart: each comes from an address of its own.
    """

    address: str
    act: str
    folder: str
    size: int
    files: int
    clients: int
    first: int
    step: int
    apart: bool

    def as_json(self) -> str:
        return json.dumps(asdict(self))


class Contents:
    """What is in the files: pieces of the same random bytes, in an order that differs from file to file."""

    def __init__(self) -> None:
        self._bytes = memoryview(random.Random("many clients").randbytes(LARGE_BYTES))
        self._digests: dict[tuple[int, int], bytes] = {}

    def _block(self, at: int, size: int) -> tuple[memoryview, bytes]:
        block = self._bytes[at * MIB : at * MIB + size]
        digest = self._digests.get((at, size))
        if digest is None:
            digest = self._digests[at, size] = blake3(block).digest()
        return block, digest

    def blocks(self, number: int, size: int) -> Iterator[tuple[int, memoryview, bytes]]:
        """Those of a large file of `size` bytes: where each begins, and its digest."""
        order = list(range(LARGE_BYTES // MIB))
        random.Random(number).shuffle(order)
        for place, at in zip(range(0, size, MIB), order, strict=False):
            yield place, *self._block(at, min(MIB, size - place))

    def small(self, number: int) -> bytes:
        at = number * 4099 % (LARGE_BYTES - SMALL_BYTES)
        return bytes(self._bytes[at : at + SMALL_BYTES])


class Client:
    """One connection. Attributes: moved (when, and how many bytes had been moved by then, as acknowledged by the server or
    compared here)."""

    def __init__(self, task: Task, number: int, contents: Contents) -> None:
        where = urlsplit(task.address)
        source = f"127.0.{number // 200}.{number % 200 + 2}" if task.apart else "127.0.0.1"
        self.sock = socket.create_connection((where.hostname or "", where.port or 0), 30, (source, 0))
        self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.sock.setblocking(False)
        self.moved: list[tuple[float, int]] = []
        self.contents = contents
        self._host = where.netloc
        self._buffer = bytearray(2 * MIB)
        self._folder = task.folder
        self.size = task.size
        self._files = range(number, task.files, task.clients)
        self.work = ACTS[task.act](self)

    def name(self, number: int) -> str:
        return f"{self._folder}/{number:06}"

    def note(self, count: int) -> None:
        self.moved.append((time.perf_counter(), count + (self.moved[-1][1] if self.moved else 0)))

    @property
    def files(self) -> Sequence[int]:
        return self._files

    def ask(
        self, method: str, target: str, body: Sequence[bytes | memoryview], *headers: tuple[str, str]
    ) -> Generator[int, None, memoryview]:
        """A request whose answer is small enough for the buffer. Raises `RuntimeError` for another answer than success."""
        yield from self._send(method, target, body, headers)
        length, at = yield from self._head()
        while at < length:
            at += yield from self._receive(memoryview(self._buffer)[at:length])
        return memoryview(self._buffer)[:length]

    def call(self, method: str, *params: object) -> Generator[int, None, object]:
        answer = yield from self.ask("POST", http.RPC, encode_call(method, params), ("Content-Type", "text/xml"))
        return decode_response(answer)

    def fetch(self, target: str, take: Callable[[memoryview], None]) -> Work:
        """A body of any length, given away in pieces of a block."""
        yield from self._send("GET", target, (), ())
        length, at = yield from self._head()
        while length:
            wanted = min(length, MIB)
            while at < wanted:
                at += yield from self._receive(memoryview(self._buffer)[at:wanted])
            take(memoryview(self._buffer)[:wanted])
            length, at = length - wanted, 0
            if length:
                yield selectors.EVENT_READ  # the others' turn, however fast this one's bytes come

    def _send(
        self, method: str, target: str, body: Sequence[bytes | memoryview], headers: Sequence[tuple[str, str]]
    ) -> Generator[int, None, None]:
        length = ("Content-Length", str(sum(map(len, body))))
        head = http.request_head(method, target, (("Host", self._host), length, *headers))
        parts = deque(memoryview(part) for part in (head, *body))
        while parts:
            try:
                sent = self.sock.sendmsg(parts)
            except BlockingIOError:
                yield selectors.EVENT_WRITE
                continue
            while parts and sent >= len(parts[0]):
                sent -= len(parts.popleft())
            if sent:
                parts[0] = parts[0][sent:]

    def _receive(self, view: memoryview) -> Generator[int, None, int]:
        while True:
            try:
                count = self.sock.recv_into(view)
            except BlockingIOError:
                yield selectors.EVENT_READ
                continue
            if not count:
                raise RuntimeError("The server hung up.")
            return count

    def _head(self) -> Generator[int, None, tuple[int, int]]:
        """How long the body is, and how much of it lies in the buffer by now."""
        at, end = 0, -1
        while end < 0:
            at += yield from self._receive(memoryview(self._buffer)[at : 64 << 10])
            end = self._buffer.find(b"\r\n\r\n", 0, at)
        head = http.parse_response_head(bytes(self._buffer[: end + 4]))
        if head.status >= 300:
            raise RuntimeError(f"{head.status} {head.reason}: {bytes(self._buffer[end + 4 : at])!r}")
        rest = at - end - 4
        self._buffer[:rest] = self._buffer[end + 4 : at]
        return (head.length or 0) if head.has_body("GET") else 0, rest


def _blocks_up(client: Client) -> Work:
    for number in client.files:
        opened = yield from client.call("upload_open", client.name(number), client.size)
        upload = opened["upload_id"]  # type: ignore[index]
        for at, block, digest in client.contents.blocks(number, client.size):
            told = ("Content-Digest", f"blake3=:{b64encode(digest).decode()}:")
            yield from client.ask("PUT", http.target_of_upload(upload, at), (block,), told)
            client.note(len(block))
        yield from client.call("upload_commit", upload)


def _blocks_down(client: Client) -> Work:
    for number in client.files:
        target = http.target_of_file(client.name(number))
        for at, block, digest in client.contents.blocks(number, client.size):
            wanted = ("Range", f"bytes={at}-{at + len(block) - 1}")
            answer = yield from client.ask("GET", target, (), wanted, ("Want-Content-Digest", "blake3=1"))
            _compare(client, blake3(answer).digest(), digest)
            client.note(len(block))


def _whole_up(client: Client) -> Work:
    for number in client.files:
        body = [block for _, block, _ in client.contents.blocks(number, client.size)]
        yield from client.ask("PUT", http.target_of_file(client.name(number)), body)
        client.note(client.size)


def _whole_down(client: Client) -> Work:
    for number in client.files:
        blocks = client.contents.blocks(number, client.size)

        def take(piece: memoryview, blocks: Iterator[tuple[int, memoryview, bytes]] = blocks) -> None:
            _compare(client, blake3(piece).digest(), next(blocks)[2])
            client.note(len(piece))

        yield from client.fetch(http.target_of_file(client.name(number)), take)


def _calls_up(client: Client) -> Work:
    for number in client.files:
        yield from client.call("file_put", client.name(number), client.contents.small(number))
        client.note(SMALL_BYTES)


def _calls_down(client: Client) -> Work:
    for number in client.files:
        answer = yield from client.call("file_get", client.name(number))
        _compare(client, answer, client.contents.small(number))
        client.note(SMALL_BYTES)


def _batches_up(client: Client) -> Work:
    for numbers in _in_batches(client.files):
        contents = [client.contents.small(number) for number in numbers]
        digests = [blake3(content).digest() for content in contents]
        index = batches.Index([client.name(number) for number in numbers], [SMALL_BYTES] * len(numbers), (), digests)
        answer = yield from client.call("files_put", batches.pack_index(index), b"".join(contents), {})
        _compare(client, answer["outcomes"], b"c" * len(numbers))  # type: ignore[index]
        client.note(len(numbers) * SMALL_BYTES)


def _batches_down(client: Client) -> Work:
    for numbers in _in_batches(client.files):
        names = batches.joined_paths([client.name(number) for number in numbers])
        answer = yield from client.call("files_get", names, {"packed": True})
        _compare(client, answer["data"], b"".join(map(client.contents.small, numbers)))  # type: ignore[index]
        client.note(len(numbers) * SMALL_BYTES)


def _in_batches(files: Sequence[int]) -> Iterator[Sequence[int]]:
    return (files[at : at + BATCH] for at in range(0, len(files), BATCH))


def _compare(client: Client, found: object, expected: object) -> None:
    if found != expected:
        raise RuntimeError(f"{client.name(0)}: what was moved is not what was there.")


ACTS: dict[str, Callable[[Client], Work]] = {
    "blocks up": _blocks_up,
    "blocks down": _blocks_down,
    "whole up": _whole_up,
    "whole down": _whole_down,
    "calls up": _calls_up,
    "calls down": _calls_down,
    "batches up": _batches_up,
    "batches down": _batches_down,
}


def _run(clients: Sequence[Client]) -> None:
    """All of them to their ends, each whenever its socket is ready."""
    with selectors.DefaultSelector() as selector:
        waiting: dict[Client, int] = {}

        def step(client: Client) -> None:
            before, wanted = waiting.get(client, 0), next(client.work, 0)
            if not wanted:
                waiting.pop(client, None)
                if before:
                    selector.unregister(client.sock)
            elif wanted != before:
                (selector.modify if before else selector.register)(client.sock, wanted, client)
                waiting[client] = wanted

        for client in clients:
            step(client)
        while waiting:
            for key, _ in selector.select():
                step(key.data)


def _do(task: Task, contents: Contents) -> None:
    clients = [Client(task, number, contents) for number in range(task.first, task.clients, task.step)]
    print("there", flush=True)
    sys.stdin.readline()
    began, used = time.perf_counter(), time.process_time()
    _run(clients)
    told = {"cpu": time.process_time() - used, "began": began, "ended": time.perf_counter()}
    print(json.dumps({**told, "moved": [client.moved for client in clients]}), flush=True)
    for client in clients:
        client.sock.close()


def main() -> None:
    contents = Contents()
    while line := sys.stdin.readline():
        _do(Task(**json.loads(line)), contents)


if __name__ == "__main__":
    main()
