"""Rows “XML”, “HTTP” and “hostile server” of the attack table, from the other side: what a hostile server answers. Our client is
a process of its own: it ends each call soon, with a sentence, whatever comes back, and its memory stays bounded."""

from __future__ import annotations

import gzip
import re
import select
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from filexfer.client.engine import EngineSettings
from filexfer.client.run import RunSettings
from filexfer.core.model import Direction, JobSpec, JobState
from filexfer.protocol.xmlrpc import encode_response, iterate
from tests.attacks.test_xml import LAUGHS
from tests.client.conftest import engines  # noqa: F401  the fixture
from tests.client.fake import listing as packed
from tests.client.secure import Peer, Scripted

#: One call a line of its input: `address method`; says what came of it, and the most memory it has had, in KiB.
CLIENT = """
import re, sys
from filexfer.client.session import connect
from filexfer.core.errors import FilexferError
for line in sys.stdin:
    number, address, method, *params = line.split()
    try:
        with connect(address, timeout=2.0) as session:
            if method == "RAW":
                buffer = memoryview(bytearray(1 << 20))
                from filexfer.client.lanes import RawLane
                said = "answered " + str(len(RawLane(session).read("x", "v1", 0, buffer).data))
            elif method == "WRITE":
                from filexfer.client.lanes import RawLane
                RawLane(session).write("a" * 32, 0, b"evil", "blake3:" + "0" * 64)
                said = "answered"
            elif method == "DIGESTS":
                said = f"answered {len(session.digests('x', 1 << 34))}"
            elif method == "LIST":
                said = f"answered {sum(1 for _ in session.list('x'))}"
            else:
                said = "answered " + ascii(session.call(method, *params))[:200]
    except FilexferError as error:
        said = f"{type(error).__name__} {ascii(str(error))[:300]}"
    peak = re.findall(r"VmHWM:\\s+(\\d+)", open("/proc/self/status").read())[0]
    print(number, peak, said, flush=True)
"""

#: An answer may hold 16 MiB of text and 300,000 values.
MOST_KIB = 300 << 10
#: What a client should ever read of one answer that it does not take, in bytes.
MOST_READ = 64 << 20

pytestmark = pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="the peak of memory is read from /proc")


class Client:
    """Our client in a process of its own; in a new one where it still was busy with a call that a test had given up."""

    def __init__(self) -> None:
        self._number = 0
        self._answered = True
        self._start()

    def _start(self) -> None:
        self._process = subprocess.Popen([sys.executable, "-c", CLIENT], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def call(self, address: str, *words: str) -> str:
        """What came of one call, within bounded memory."""
        if not self._answered:
            self.close()
            self._start()
        assert self._process.stdin
        assert self._process.stdout
        self._answered = False
        self._process.stdin.write(" ".join([str(self._number), address, *words]) + "\n")
        self._process.stdin.flush()
        assert select.select([self._process.stdout], [], [], 30)[0], "it hangs"
        number, peak, said = self._process.stdout.readline().strip().split(" ", 2)
        assert int(number) == self._number
        self._number += 1
        self._answered = True
        assert int(peak) < MOST_KIB, f"{peak} KiB after: {said}"
        return said

    def close(self) -> None:
        self._process.kill()
        self._process.communicate()


@pytest.fixture(scope="module")
def client() -> Iterator[Client]:
    made = Client()
    yield made
    made.close()


def of_value(xml: bytes) -> bytes:
    return b"<?xml version='1.0'?><methodResponse><params><param><value>" + xml + b"</value></param></params></methodResponse>"


def doctype(inner: bytes, use: bytes = b"&x;") -> bytes:
    return b"<?xml version='1.0'?><!DOCTYPE x [" + inner + b"]>" + of_value(use).partition(b"?>")[2]


class Row(NamedTuple):
    """A body of an answer, and the class of error it ends in."""

    body: bytes
    error: str


BODIES: dict[str, Row] = {
    "billion laughs": Row(doctype(b'<!ENTITY l0 "lol">' + LAUGHS, b"&l10;"), "NotWellFormed"),
    "small quadratic entity": Row(doctype(b'<!ENTITY x "' + b"x" * 50_000 + b'">', b"&x;" * 50_000), "NotWellFormed"),
    "external entity": Row(doctype(b'<!ENTITY x SYSTEM "file:///etc/passwd">'), "NotWellFormed"),
    "any DOCTYPE": Row(b"<!DOCTYPE x>" + of_value(b"1").partition(b"?>")[2], "NotWellFormed"),
    "200,000 nested arrays": Row(
        of_value(b"<array><data><value>" * 200_000 + b"</value></data></array>" * 200_000), "NotWellFormed|TooLarge"
    ),
    "1,000,000 values": Row(of_value(b"<array><data>" + b"<value>1</value>" * 1_000_000 + b"</data></array>"), "TooLarge"),
    "one token of 20 MB": Row(of_value(b"x" * (20 << 20)), "TooLarge"),
    "a Binary of 40 MB": Row(of_value(b"<base64>" + b"QUJD" * (10 << 20) + b"</base64>"), "TooLarge"),
    "4,000-digit integer": Row(of_value(b"<int>" + b"9" * 4000 + b"</int>"), "NotWellFormed"),
    "NaN": Row(of_value(b"<double>NaN</double>"), "NotWellFormed"),
    "duplicate keys": Row(
        of_value(b"<struct>" + b"<member><name>a</name><value>1</value></member>" * 2 + b"</struct>"), "NotWellFormed"
    ),
    "base64 that is none": Row(of_value(b"<base64>!!!!</base64>"), "NotWellFormed"),
    "no XML": Row(b"\0" * 1000, "NotWellFormed"),
    "nothing": Row(b"", "NotWellFormed"),
    "a call": Row(b"<methodCall><methodName>x</methodName></methodCall>", "NotWellFormed"),
    "an HTML page": Row(b"<html><body>Sign in</body></html>", "NotWellFormed"),
    "gzip bomb": Row(gzip.compress(bytes(100 << 20)), "NotWellFormed"),
    "gzip of an answer": Row(gzip.compress(of_value(b"1")), "NotWellFormed"),
    "a fault without a code": Row(
        b"<methodResponse><fault><value><struct/></value></fault></methodResponse>", "NotWellFormed|RemoteFault"
    ),
    "a fault that is no struct": Row(b"<methodResponse><fault><value>x</value></fault></methodResponse>", "NotWellFormed"),
    "a fault of 10 MB": Row(
        b"<methodResponse><fault><value><struct><member><name>faultCode</name><value><int>1</int></value></member><member>"
        b"<name>faultString</name><value>" + b"x" * 10_000_000 + b"</value></member></struct></value></fault></methodResponse>",
        "RemoteFault|RequestError|FilexferError",
    ),
    "a fault that steers terminals": Row(
        b"<methodResponse><fault><value><struct><member><name>faultCode</name><value><int>102</int></value></member><member>"
        b"<name>faultString</name><value>a\n\xe2\x80\xae&#13;b\xc2\x9b31m</value></member></struct></value></fault></methodResponse>",
        "NotFound",
    ),
}


def answering(body: bytes, *fields: str, status: str = "200 OK") -> Callable[[Peer], None]:
    def script(peer: Peer) -> None:
        while peer.request():
            peer.answer(body, status, *fields)

    return script


@pytest.mark.parametrize("row", BODIES.values(), ids=BODIES)
def test_a_hostile_answer_is_an_error_at_once(client: Client, row: Row) -> None:
    with Scripted(answering(row.body)) as server:
        said = client.call(server.address, "server_info")
    assert re.match(row.error, said), said
    assert "root:" not in said


@pytest.mark.parametrize("coding", ["gzip", "deflate", "br", "identity, gzip"])
def test_a_compressed_answer_is_never_unpacked(client: Client, coding: str) -> None:
    for body in (gzip.compress(bytes(100 << 20)), gzip.compress(of_value(b"1"))):
        with Scripted(answering(body, f"Content-Encoding: {coding}")) as server:
            assert not client.call(server.address, "server_info").startswith("answered")
            assert not client.call(server.address, "RAW").startswith("answered")


OK = b"HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\n"
ONE = of_value(b"1")

#: Answers as they stand on the wire, that can be read in two ways or in none.
RAW: dict[str, bytes] = {
    "length twice": OK + b"Content-Length: 4\r\nContent-Length: %d\r\n\r\n" % len(ONE) + ONE,
    "list of lengths": OK + b"Content-Length: %d, %d\r\n\r\n" % (len(ONE), len(ONE)) + ONE,
    "length and coding": OK + b"Content-Length: %d\r\nTransfer-Encoding: chunked\r\n\r\n" % len(ONE) + ONE,
    "negative length": OK + b"Content-Length: -1\r\n\r\n" + ONE,
    "signed length": OK + b"Content-Length: +%d\r\n\r\n" % len(ONE) + ONE,
    "length with underscore": OK + b"Content-Length: 1_0\r\n\r\n" + ONE,
    "length beyond 64 bits": OK + b"Content-Length: 99999999999999999999\r\n\r\n" + ONE,
    "other coding": OK + b"Transfer-Encoding: gzip, chunked\r\n\r\n" + ONE,
    "broken chunks": OK + b"Transfer-Encoding: chunked\r\n\r\n-4\r\nevil\r\n0\r\n\r\n",
    "chunks without end": OK + b"Transfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFF\r\n",
    "bare LF": b"HTTP/1.1 200 OK\nContent-Type: text/xml\n\n" + ONE,
    "folded": OK + b"X: y\r\n z\r\n\r\n" + ONE,
    "space before colon": OK + b"Content-Length : %d\r\n\r\n" % len(ONE) + ONE,
    "head of 1 MB": OK + b"X: " + b"y" * (1 << 20) + b"\r\n\r\n" + ONE,
    "10,000 fields": OK + b"X: y\r\n" * 10_000 + b"\r\n" + ONE,
    "status 99": b"HTTP/1.1 099 No\r\n\r\n",
    "status 1000": b"HTTP/1.1 1000 No\r\n\r\n",
    "HTTP/2": b"HTTP/2.0 200 OK\r\n\r\n" + ONE,
    "HTTP/0.9": ONE,
    "noise": bytes(range(256)) * 100,
    "a TLS alert": b"\x15\x03\x03\x00\x02\x02\x28",
    "shorter than declared": OK + b"Content-Length: %d\r\n\r\n" % (len(ONE) + 100) + ONE,
    "nothing at all": b"",
    "half a head": OK,
}


@pytest.mark.parametrize("raw", RAW.values(), ids=RAW)
def test_an_answer_that_can_be_read_in_two_ways_is_none(client: Client, raw: bytes) -> None:
    def script(peer: Peer) -> None:
        peer.request()
        peer.socket.sendall(raw)

    with Scripted(script) as server:
        for act in ("server_info", "RAW", "WRITE"):
            said = client.call(server.address, act)
            assert re.match("ConnectionFailed|ConnectionLost|NotWellFormed|TooLarge|Changed", said), said


#: Answers that never end: what is sent again and again behind a start.
ENDLESS: dict[str, tuple[bytes, bytes]] = {
    "interim answers": (b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 100),
    "interim answers with fields": (b"", b"HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" * 100),
    "head": (b"HTTP/1.1 200 OK\r\n", b"X: y\r\n" * 1000),
    "head in one line": (b"HTTP/1.1 200 OK\r\nX: ", b"y" * 10_000),
    "status line": (b"HTTP/1.1 200 ", b"O" * 10_000),
    "chunks": (OK + b"Transfer-Encoding: chunked\r\n\r\n", b"1000\r\n" + b" " * 4096 + b"\r\n"),
    "chunks of one byte": (OK + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\n \r\n" * 1000),
    "trailers": (OK + b"Transfer-Encoding: chunked\r\n\r\n0\r\n", b"X: y\r\n" * 1000),
    "body until it closes": (OK + b"Connection: close\r\n\r\n", b" " * 65536),
    "a string": (OK + b"Connection: close\r\n\r\n<methodResponse><params><param><value>", b"x" * 65536),
    "an array": (OK + b"Connection: close\r\n\r\n" + of_value(b"<array><data>")[:-42], b"<value>1</value>" * 4096),
    "a Binary": (OK + b"Connection: close\r\n\r\n<methodResponse><params><param><value><base64>", b"QUJD" * 16384),
    "a declared petabyte": (OK + b"Content-Length: 1000000000000000\r\n\r\n<methodResponse>", b" " * 65536),
    "a refusal": (b"HTTP/1.1 500 No\r\nConnection: close\r\n\r\n", b"x" * 65536),
    "a refusal in chunks": (b"HTTP/1.1 404 No\r\nTransfer-Encoding: chunked\r\n\r\n", b"1000\r\n" + b"x" * 4096 + b"\r\n"),
    "a refusal of a petabyte": (b"HTTP/1.1 413 No\r\nContent-Length: 1000000000000000\r\n\r\n", b"x" * 65536),
    "a refused login": (b"HTTP/1.1 401 No\r\nContent-Length: 1000000000000000\r\n\r\n", b"x" * 65536),
    "a success without need of a body": (b"HTTP/1.1 200 OK\r\nContent-Length: 1000000000000000\r\n\r\n", b"x" * 65536),
    "a part that has no end": (
        b"HTTP/1.1 206 Partial Content\r\nTransfer-Encoding: chunked\r\nContent-Range: bytes 0-1048575/1048576\r\n"
        b"Content-Digest: blake3=:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=:\r\n\r\n",
        b"1000\r\n" + b"x" * 4096 + b"\r\n",
    ),
}  # fmt: skip


@pytest.mark.parametrize("act", ["server_info", "RAW", "WRITE"])
@pytest.mark.parametrize("row", ENDLESS.values(), ids=ENDLESS)
def test_an_answer_that_never_ends_is_given_up(client: Client, row: tuple[bytes, bytes], act: str) -> None:
    start, again = row
    sent = [0]

    def script(peer: Peer) -> None:
        peer.request()
        peer.socket.sendall(start)
        # Bounded here, so that a client that reads on for ever is found soon and not at a time-out.
        while sent[0] < 4 * MOST_READ:
            peer.socket.sendall(again)
            sent[0] += len(again)

    with Scripted(script) as server:
        said = client.call(server.address, act)
    # A block is written where the status says so; nothing behind it is of interest.
    assert not said.startswith("answered") or (act == "WRITE" and b" 200 " in start), said
    assert sent[0] < MOST_READ, f"read {sent[0]} bytes, then: {said}"


def test_pages_that_never_end_are_given_up(client: Client) -> None:
    """Lists of digests and of names whose next page is always another one."""
    count = [0]

    def member(name: bytes, value: bytes) -> bytes:
        return b"<member><name>" + name + b"</name><value>" + value + b"</value></member>"

    def script(peer: Peer) -> None:
        while peer.request():
            count[0] += 1
            peer.answer(
                of_value(
                    b"<struct>"
                    + member(b"digests", b"<base64>" + b"QUJD" * 1024 * 32 + b"</base64>")
                    + member(b"etag", b"v1")
                    + member(b"size", b"<i8>%d</i8>" % (1 << 34))
                    + member(b"next", b"<i8>%d</i8>" % (count[0] << 20))
                    + b"</struct>"
                )
            )
            if count[0] > 20_000:
                return

    with Scripted(script) as server:
        said = client.call(server.address, "DIGESTS")
    assert re.match("NotWellFormed|BadParameters|TooLarge", said), said
    assert count[0] < 20_000


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_never_followed(client: Client, status: int) -> None:
    with Scripted(answering(ONE)) as elsewhere:
        for address in (elsewhere.address, elsewhere.address.replace("http:", "HTTP:"), "file:///etc/passwd", "//evil/"):
            with Scripted(answering(b"", f"Location: {address}", status=f"{status} Elsewhere")) as server:
                for act in ("server_info", "RAW", "WRITE"):
                    assert re.match("ConnectionFailed|NotWellFormed", client.call(server.address, act))
        assert elsewhere.peers == []


def test_a_second_answer_nobody_asked_for_is_never_that_of_the_next_call(client: Client) -> None:
    """The server answers the first request twice: the second is no answer to the next one."""

    def script(peer: Peer) -> None:
        peer.request()
        peer.answer(of_value(b"<string>first</string>"))
        peer.answer(of_value(b"<string>smuggled</string>"))
        while peer.request():
            peer.answer(of_value(b"<string>second</string>"))

    program = (
        "import sys, time\nfrom filexfer.client.session import connect\n"
        "with connect(sys.argv[1]) as session:\n"
        "    print(session.call('server_info')); time.sleep(0.2); print(session.call('server_info'))\n"
    )
    with Scripted(script) as server:
        said = subprocess.run([sys.executable, "-c", program, server.address], capture_output=True, text=True, timeout=30)
    assert "smuggled" not in said.stdout, said
    assert said.stdout.split()[0] == "first"


def test_a_job_whose_server_never_ends_its_answer_can_be_cancelled(tmp_path: Path, engines: Callable) -> None:  # noqa: F811
    """An endless list of ever new names: what arrived is kept, memory stays flat, and whoever asked can stop it."""
    pages = [0]

    def script(peer: Peer) -> None:
        while request := peer.request():
            if b"file_stat" in request:
                peer.answer(STAT)
            elif b"file_list" in request:
                pages[0] += 1
                peer.answer(listing(pages[0]))
            else:
                peer.answer(of_value(b"<struct/>"))

    engine = engines(EngineSettings(run=RunSettings(patience=0.2)))
    with Scripted(script) as server:
        job = engine.add(JobSpec(Direction.GET, server.address, (("t", str(tmp_path / "in")),)))
        while pages[0] < 20:
            assert engine.job(job).state is not JobState.FAILED, engine.job(job).error
        engine.cancel(job)
        assert engine.wait(job, 20).state is JobState.CANCELLED
    assert pages[0] < 2000


STAT = of_value(
    b"<struct><member><name>name</name><value>t</value></member><member><name>kind</name><value>folder</value></member>"
    b"<member><name>size</name><value><int>0</int></value></member><member><name>mtime_ns</name><value><int>0</int></value></member>"
    b"<member><name>etag</name><value>v</value></member></struct>"
)


def listing(page: int) -> bytes:
    names = [f"folder-{page}-{n}".encode() for n in range(100)]
    value = packed(names, [0] * 100, kinds=b"d" * 100, next=str(page + 1))
    return b"".join(map(bytes, iterate(encode_response(value))))
