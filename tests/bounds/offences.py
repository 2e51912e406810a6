"""What a bad peer does, each in a process of its own: goes beyond one bound, again and again, until its standard input ends, and
then says which answers it got. From 127.0.0.2, and at low priority: it stands for another machine with processors of its own."""

from __future__ import annotations

import json
import os
import re
import resource
import select
import socket
import ssl
import sys
import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from xmlrpc.client import Binary, loads

from tests.bounds.honest import Line, call, head, whoever

BAD = "127.0.0.2"
_CODE = re.compile(rb"faultCode</name>\s*<value><int>(-?\d+)")


#: Seconds that threads have to end once it is over.
_GRACE = 0.1


class Scene:
    """Says that it is under way with the outcome `beyond`; with the first one, where none is named.

    Attributes: outcomes (how often which answer came), over (set once it is time to end)."""

    def __init__(self, port: int, tls_port: int, beyond: str) -> None:
        self.port, self.tls_port, self._beyond = port, tls_port, beyond
        self.over = threading.Event()
        self.outcomes: Counter[str] = Counter()
        self._lock = threading.Lock()
        self._said = False

    def line(self, source: str = BAD, timeout: float = 20.0) -> Line:
        return Line(self.port, source, timeout)

    def got(self, outcome: str) -> None:
        with self._lock:
            self.outcomes[outcome] += 1
            if not self._said and outcome == (self._beyond or outcome):
                self._said = True
                print("under way", flush=True)

    def until_over(self, act: Callable[[], None], pause: float = 0.0) -> None:
        while not self.over.is_set():
            with suppress(ConnectionError, TimeoutError):
                act()
            self.over.wait(pause or 0.0005)

    def crowd(self, act: Callable[[], None], count: int, pause: float = 0.0) -> None:
        """`count` threads that do `act` until it is over."""
        threads = [threading.Thread(target=self.until_over, args=(act, pause), daemon=True) for _ in range(count)]
        for thread in threads:
            thread.start()
        self.over.wait()
        # Most end at once. Whoever still waits for an answer goes without it, as offenders do: the server is to bear that too.
        end = time.monotonic() + _GRACE
        for thread in threads:
            thread.join(max(0.0, end - time.monotonic()))


def outcome(answer: tuple[int, bytes]) -> str:
    """An answer in a word: its fault, that of a call in a batch, or its status."""
    status, body = answer
    code = _CODE.search(body)
    if code is None:
        return str(status)
    return f"{'fault' if b'<fault>' in body else 'in batch'} {int(code[1])}"


def _repeat(scene: Scene, request: Callable[[Line], bytes], count: int = 4) -> None:
    """Send the same request over `count` connections as fast as answers come."""

    def act() -> None:
        line = scene.line()
        try:
            made = request(line)
            while not scene.over.is_set():
                with suppress(ConnectionError):  # it is refused before all of it was sent, perhaps
                    line.sock.sendall(made)
                scene.got(outcome(line.answer()))
        finally:
            line.close()

    scene.crowd(act, count)


# ---- one request, over and over


def _value(inner: str, method: str = "file_stat") -> bytes:
    body = f"<methodCall><methodName>{method}</methodName><params><param><value>{inner}</value></param></params></methodCall>"
    return head("POST /RPC2", len(body), Content_Type="text/xml") + body.encode()


def _batch(method: str, *params: object, times: int) -> bytes:
    return call("system.multicall", [{"methodName": method, "params": list(params)}] * times)


REQUESTS: dict[str, Callable[[], bytes]] = {
    "info": lambda: call("server_info"),
    "long head": lambda: head("GET /files/f", X=20_000 * "x"),
    "long text": lambda: _value("<string>" + 200_000 * "x" + "</string>"),
    "most text": lambda: _value("<string>" + 8_000_000 * "x" + "</string>"),
    "most values": lambda: call("file_stat", ["x" * 40] * 90_000),
    "deep": lambda: _value(200 * "<array><data><value>" + "x" + 200 * "</value></data></array>"),
    "many values": lambda: call("file_stat", [1] * 5000),
    "large binary": lambda: call("file_stat", Binary(bytes(300_000))),
    "large binaries": lambda: call("file_stat", *[Binary(bytes(90_000))] * 5),
    "large batch": lambda: _batch("server_info", times=100_000),
    "binaries in a batch": lambda: _batch("file_put", "offered", Binary(bytes(150_000)), times=8),
    "answers in a batch": lambda: _batch("file_read", "file", 0, 200_000, times=30),
    "listings in a batch": lambda: _batch("file_list", "many", {"limit": 5000}, times=500),
    "files in a batch": lambda: _batch("file_get", "large", times=30),
    "large block": lambda: head("PUT /uploads/0123456789abcdef0123456789abcdef/0", 2 << 20) + bytes(2 << 20),
    "another upload": lambda: call("upload_open", "offered", 1 << 20),
    "long page": lambda: call("file_list", "many", {"limit": 1_000_000}),
    "long packed page": lambda: call("file_list", "many", {"limit": 1_000_000, "packed": True}),
    "all digests": lambda: call("file_digests", "huge"),
    "several blocks": lambda: _batch("file_read", "huge", 0, 1 << 20, times=30),
    "large picture": lambda: call("image_get", "pictures/picture.png", 64),
    "large thumbnail": lambda: call("image_get", "pictures/picture.png", 1_000_000),
    "newest picture": lambda: call("image_get"),
    "wrong token": lambda: call("server_info", Authorization="Bearer wrong"),
}


def repeat(scene: Scene, request: str, count: int = 4) -> None:
    made = REQUESTS[request]()
    _repeat(scene, lambda line: made, count)


def blocks(scene: Scene) -> None:
    """Blocks larger than a block, of an upload that is open."""

    def request(line: Line) -> bytes:
        _, body = line.ask(call("upload_open", "offered", 4 << 20))
        upload = loads(body)[0][0]["upload_id"]
        return head(f"PUT /uploads/{upload}/0", 2 << 20) + bytes(2 << 20)

    _repeat(scene, request)


# ---- connections


def half_heads(scene: Scene, count: int, addresses: int = 1) -> None:
    """More connections than are taken, each in the middle of a head, so that none is idle."""
    held: list[Line] = []

    def act() -> None:
        line = scene.line(f"127.0.0.{2 + len(held) % addresses}", 0.2)
        held.append(line)
        line.sock.sendall(b"GET /fil")
        if len(held) > count:
            try:
                scene.got(outcome(line.answer()))
            except TimeoutError:
                scene.got("an older one closed" if _ended(held[0]) else "taken")
        if len(held) > 3 * count:
            for old in held[:count]:
                old.close()
            del held[:count]

    scene.until_over(act, 0.001)


def gives_way(scene: Scene, count: int) -> None:
    """Heads that stand for long, while there is no room for more connections: the oldest gives way."""

    def act() -> None:
        held = [scene.line() for _ in range(count)]
        for line in held:
            line.sock.sendall(b"GET /fil")
        time.sleep(0.3)
        late = scene.line()
        scene.got("gave way" if late.ask(call("server_info"))[0] == 200 and _ended(held[0]) else "stayed")
        for line in [*held, late]:
            line.close()

    scene.until_over(act, 0.05)


def _ended(line: Line) -> bool:
    try:
        while line.sock.recv(1 << 16):
            pass
    except ConnectionError:
        pass
    except TimeoutError:
        return False
    return True


def silent(scene: Scene, count: int, addresses: int = 1, sends: str = "", tls: bool = False) -> None:
    """Open so many connections, send this over each, and keep them, whatever the server does."""
    limit = _many_descriptors(count + 64)
    held: list[socket.socket] = []
    for number in range(min(count, limit - 64)):
        sock = socket.socket()
        held.append(sock)
        with suppress(ConnectionError, TimeoutError):
            sock.settimeout(20.0)
            sock.bind((f"127.0.0.{2 + number % addresses}", 0))
            sock.connect(("127.0.0.1", scene.tls_port if tls else scene.port))
            if sends:
                sock.sendall(sends.encode())
    scene.outcomes["opened"] = len(held)
    scene.got("silent")
    scene.over.wait()


def _many_descriptors(wanted: int) -> int:
    """Let this process have so many, as far as the machine does; answers how many it has."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < wanted:
        soft = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    return soft


def stands(scene: Scene, sends: str, count: int = 20, tls: bool = False) -> None:
    """Connections that send this and then nothing, until the server has had enough."""

    def act() -> None:
        line = Line(scene.tls_port if tls else scene.port, BAD, 20.0)
        try:
            line.sock.sendall(sends.encode())
            data = b""
            with suppress(ConnectionError):
                while more := line.sock.recv(1 << 16):
                    data += more
            scene.got(data[9:12].decode() or "closed")
        finally:
            line.close()

    scene.crowd(act, count, 0.01)


def idles(scene: Scene, count: int = 20) -> None:
    """Connections that make a call and then none."""

    def act() -> None:
        line = scene.line()
        try:
            line.ask(call("server_info"))
            scene.got("closed" if _ended(line) else "open")
        finally:
            line.close()

    scene.crowd(act, count, 0.01)


def trickles(scene: Scene, sends: str, count: int = 8) -> None:
    """Send this, and then a byte now and then."""

    def act() -> None:
        line = scene.line()
        begun = time.monotonic()
        try:
            line.sock.sendall(sends.encode())
            while not scene.over.is_set():
                line.sock.sendall(b"x")
                if line.sock in _readable(line):
                    scene.got(line.sock.recv(100)[9:12].decode() or "closed")
                    return
        except ConnectionError:
            scene.got("closed")
        finally:
            line.close()
            assert time.monotonic() - begun < 20

    scene.crowd(act, count, 0.01)


def _readable(line: Line) -> list[object]:
    return list(select.select([line.sock], [], [], 0.02)[0])


def pours(scene: Scene) -> None:
    """A refused request whose body does not end: more than is dropped for the sake of the answer."""

    def act() -> None:
        line = scene.line()
        sent = 0
        try:
            line.sock.sendall(head("POST /RPC2", 1 << 40, Content_Type="image/png"))
            piece = bytes(1 << 16)
            while not scene.over.is_set():
                sent += line.sock.send(piece)
                assert sent < 256 << 20, "it is read on and on"
        except ConnectionError:
            scene.got("closed")
        finally:
            line.close()

    scene.crowd(act, 4, 0.01)


def holds_workers(scene: Scene, count: int) -> None:
    """Bodies that come so slowly that each keeps a worker, as many as there are and more."""
    lines = [scene.line() for _ in range(count)]
    for line in lines:
        line.sock.sendall(head("PUT /files/slow", 1 << 20) + b"x")
    scene.got("held")
    while not scene.over.wait(0.05):
        for line in lines:
            with suppress(ConnectionError):
                line.sock.sendall(b"x")


def reads_slowly(scene: Scene, count: int, request: str = "") -> None:
    """Ask for much and read a little of it, on many connections."""
    lines = [scene.line() for _ in range(count)]
    made = REQUESTS[request]() if request else head("GET /files/huge")
    for line in lines:
        line.sock.sendall(made)
    scene.got("asked")
    while not scene.over.wait(0.05):
        for line in lines:
            with suppress(ConnectionError, BlockingIOError, TimeoutError):
                line.sock.settimeout(0.0)
                line.sock.recv(1)


def holds_memory(scene: Scene, count: int = 8, text: int = 700_000, binaries: int = 0) -> None:
    """Calls of which so much has come, text and Binaries of 1.5 MB, and that do not end."""
    start = b"<methodCall><methodName>file_stat</methodName><params>"
    binary = b"<param><value><base64>" + 2_000_000 * b"A" + b"</base64></value></param>"
    sends = start + binaries * binary + b"<param><value><string>" + text * b"x"

    def act() -> None:
        line = scene.line(timeout=1.0)
        try:
            line.sock.sendall(head("POST /RPC2", len(sends) + text, Content_Type="text/xml") + sends)
            scene.got(outcome(line.answer()))
        finally:
            line.close()

    scene.crowd(act, count, 0.01)


# ---- things that are held


def hoards_listings(scene: Scene, count: int) -> None:
    """Begin more listings than are held, and go on with the first."""

    def act() -> None:
        line = scene.line()
        try:
            cursors = [_cursor(line) for _ in range(count)]
            scene.got(outcome(line.ask(call("file_list", "many", {"cursor": cursors[0], "limit": 10}))))
        finally:
            line.close()

    scene.crowd(act, 2)


def _cursor(line: Line) -> str:
    return str(loads(line.ask(call("file_list", "many", {"limit": 10}))[1])[0][0]["next"])


def leaves_listing(scene: Scene) -> None:
    def act() -> None:
        line = scene.line()
        try:
            cursor = _cursor(line)
            time.sleep(0.5)
            scene.got(outcome(line.ask(call("file_list", "many", {"cursor": cursor, "limit": 10}))))
        finally:
            line.close()

    scene.crowd(act, 4)


def asks_pages_again(scene: Scene) -> None:
    """Read the second page of several listings, then ask for the first of those again."""

    def act() -> None:
        line = scene.line()
        try:
            cursors = [_cursor(line) for _ in range(6)]
            for cursor in cursors:
                line.ask(call("file_list", "many", {"cursor": cursor, "limit": 10}))
            scene.got(outcome(line.ask(call("file_list", "many", {"cursor": cursors[0], "limit": 10}))))
        finally:
            line.close()

    scene.crowd(act, 2)


def asks_long_pages(scene: Scene, packed: bool) -> None:
    def act() -> None:
        line = scene.line()
        try:
            found = loads(line.ask(call("file_list", "many", {"limit": 1_000_000, "packed": packed}))[1])[0][0]
            scene.got(f"{found['count'] if packed else len(found['entries'])} entries")
        finally:
            line.close()

    scene.crowd(act, 4)


def waits_long(scene: Scene, count: int, seconds: int = 1_000_000) -> None:
    """Long polls: `count` at once, for as long as the server lets."""

    def act() -> None:
        line = scene.line()
        try:
            cursor = loads(line.ask(call("share_changes", "", 0))[1])[0][0]["cursor"]
            scene.got(outcome(line.ask(call("share_changes", cursor, seconds))))
        finally:
            line.close()

    scene.crowd(act, count, 0.01)


# ---- handshakes


def hello() -> bytes:
    """The first message of a handshake: it costs nothing to send it again and again, and the server a signature each time."""
    coming, going = ssl.MemoryBIO(), ssl.MemoryBIO()
    with suppress(ssl.SSLWantReadError):
        whoever().wrap_bio(coming, going).do_handshake()
    return going.read()


def handshakes(scene: Scene, kind: str, count: int = 16, addresses: int = 1, keep: int = 0) -> None:
    """Handshakes as fast as they go: “abandoned” ones are done and hung up on, “half” ones are hung up on once the server has
    answered; the last `keep` of those stay open."""
    context, first = whoever(), hello()
    held: deque[socket.socket] = deque()
    _many_descriptors(keep + 256)

    def act() -> None:
        line = Line(scene.tls_port, f"127.0.0.{2 + scene.outcomes.total() % addresses}", 20.0)
        try:
            if kind == "abandoned":
                line.sock = context.wrap_socket(line.sock)
                scene.got("done")
            else:
                line.sock.sendall(first)
                scene.got("answered" if line.sock.recv(1 << 16) else "closed")
        finally:
            held.append(line.sock)
            while len(held) > keep:
                held.popleft().close()

    scene.crowd(act, count)


# ---- strangers


@contextmanager
def _secure(scene: Scene) -> Iterator[Line]:
    line = Line(scene.tls_port, BAD, 20.0)
    try:
        line.sock = whoever().wrap_socket(line.sock)
        yield line
    finally:
        line.close()


def large_stranger(scene: Scene) -> None:
    """Calls of somebody unknown that are too long to be the one that pairs."""

    def act() -> None:
        with _secure(scene) as line, suppress(ssl.SSLError):
            scene.got(outcome(line.ask(call("pair", "x" * 8000, Binary(b""), Binary(b"")))))

    scene.crowd(act, 4)


def main() -> None:
    os.nice(15)
    name, port, tls_port, beyond, how = sys.argv[1:]
    scene = Scene(int(port), int(tls_port), beyond)
    work = threading.Thread(target=globals()[name], args=(scene,), kwargs=json.loads(how), daemon=True)
    work.start()
    sys.stdin.read()
    scene.over.set()
    work.join(10)
    print(json.dumps(scene.outcomes), flush=True)
    # Threads may still hang on their sockets.
    os._exit(0)


if __name__ == "__main__":
    main()
