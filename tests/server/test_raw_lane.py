"""The raw lane: files as plain HTTP bodies, as curl and our own client use them."""

from __future__ import annotations

import base64
import hashlib
import os
import shutil
import subprocess
from pathlib import Path

import pytest
from blake3 import blake3

needs_curl = pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")


def field(name: str, digest: bytes) -> str:
    return f"{name}=:{base64.b64encode(digest).decode()}:"


def sha(data: bytes) -> str:
    return field("sha-256", hashlib.sha256(data).digest())


@pytest.mark.parametrize("size", [0, 1, 100_000, 1 << 20, (1 << 20) + 1, 7_000_000])
def test_a_file_comes_and_goes(wire, running, size: int) -> None:
    content = os.urandom(size)
    put = wire.request("PUT /files/a/f", content, Content_Digest=sha(content))
    assert put.status == 201
    assert (running.folder / "a/f").read_bytes() == content
    got = wire.request("GET /files/a/f")
    assert got.status == 200
    assert got.body == content
    assert got.headers["accept-ranges"] == "bytes"
    assert got.headers["x-content-type-options"] == "nosniff"
    assert got.headers["etag"].removeprefix("W/") == put.headers["etag"].removeprefix("W/")
    assert ("content-digest" in got.headers) is (size <= 1 << 20)
    if size <= 1 << 20:
        assert got.headers["content-digest"] == sha(content)
    assert wire.request("PUT /files/a/f", b"other").status == 204
    assert running.held() == {"a/f": b"other"}


def test_the_digest_the_client_likes_best_is_given(wire, running) -> None:
    (running.folder / "f").write_bytes(b"x")
    wanted = wire.request("GET /files/f", Want_Content_Digest="sha-256=1, blake3=2")
    assert wanted.headers["content-digest"] == field("blake3", blake3(b"x").digest())
    assert wire.request("GET /files/f", Want_Content_Digest="blake3=0").headers["content-digest"] == sha(b"x")


@pytest.mark.parametrize(
    ("value", "status", "wanted"),
    [
        ("bytes=0-3", 206, slice(0, 4)),
        ("bytes=5-", 206, slice(5, None)),
        ("bytes=-3", 206, slice(-3, None)),
        ("bytes=0-1000000000000000000", 206, slice(0, None)),
        ("bytes=10-10", 416, None),
        ("bytes=99-", 416, None),
        ("bytes=3-1", 200, slice(0, None)),
        ("bytes=0-1,3-4", 200, slice(0, None)),
        ("bytes=" + ",".join(f"{n}-{n}" for n in range(1000)), 200, slice(0, None)),
        ("lines=1-2", 200, slice(0, None)),
    ],
)
def test_ranges(wire, running, value: str, status: int, wanted: slice | None) -> None:
    content = b"0123456789"
    (running.folder / "f").write_bytes(content)
    reply = wire.request("GET /files/f", Range=value)
    assert reply.status == status
    if wanted is None:
        assert reply.headers["content-range"] == "bytes */10"
    else:
        assert reply.body == content[wanted]
    if status == 206:
        start = content.index(reply.body)
        assert reply.headers["content-range"] == f"bytes {start}-{start + len(reply.body) - 1}/10"
        assert reply.headers["content-digest"] == sha(reply.body)


def test_a_range_is_nothing_to_head(wire, running) -> None:
    """RFC 9110, section 14.2: ranges are defined for GET only."""
    (running.folder / "f").write_bytes(b"0123456789")
    for value in ("bytes=0-3", "bytes=99-"):
        head = wire.request("HEAD /files/f", Range=value)
        assert (head.status, head.headers["content-length"]) == (200, "10")
        assert "content-range" not in head.headers


def test_a_range_over_several_blocks_is_exact(wire, running) -> None:
    content = os.urandom(5_000_000)
    (running.folder / "f").write_bytes(content)
    reply = wire.request("GET /files/f", Range="bytes=1000001-4000000")
    assert reply.body == content[1000001:4000001]


def test_conditions_on_reading(wire, running, monkeypatch) -> None:
    (running.folder / "f").write_bytes(b"content")
    weak = wire.request("HEAD /files/f").headers["etag"]
    assert weak.startswith("W/")
    assert wire.request("GET /files/f", If_None_Match=weak).status == 304
    # A weak version proves nothing: the whole file is sent, and If-Match fails.
    assert wire.request("GET /files/f", Range="bytes=0-1", If_Range=weak).status == 200
    assert wire.request("GET /files/f", If_Match=weak).status == 412
    monkeypatch.setattr("filexfer.storage.versions._SETTLED_NS", 0)
    strong = wire.request("HEAD /files/f").headers["etag"]
    assert not strong.startswith("W/")
    assert wire.request("GET /files/f", Range="bytes=0-1", If_Range=strong).body == b"co"
    assert wire.request("GET /files/f", Range="bytes=0-1", If_Range='"other"').status == 200
    assert wire.request("GET /files/f", If_Match=strong).status == 200
    assert wire.request("GET /files/f", If_Match='"other"').status == 412
    assert wire.request("GET /files/f", If_None_Match='"other", ' + strong).status == 304


def test_conditions_on_writing(wire, running) -> None:
    assert wire.request("PUT /files/f", b"one", If_None_Match="*").status == 201
    assert wire.request("PUT /files/f", b"two", If_None_Match="*").status == 412
    assert wire.request("PUT /files/f", b"three", If_None_Match="*").status == 412
    # The same again is what a client sends whose connection broke off before the answer.
    assert wire.request("PUT /files/f", b"one", If_None_Match="*").status == 204
    assert running.held() == {"f": b"one"}
    etag = wire.request("HEAD /files/f").headers["etag"].removeprefix("W/")
    assert wire.request("PUT /files/f", b"four", If_Match='"other"').status == 412
    assert wire.request("PUT /files/none", b"x", If_Match="*").status == 412
    assert wire.request("PUT /files/f", b"four", If_Match=etag).status == 204
    assert wire.request("PUT /files/f", b"5", If_Match=etag).status == 412
    assert wire.request("PUT /files/f", b"x", If_None_Match='"x"').status == 400
    assert running.held() == {"f": b"four"}


@pytest.mark.parametrize("size", [10, 3_000_000])
def test_a_wrong_digest_stores_nothing(wire, running, size: int) -> None:
    reply = wire.request("PUT /files/f", bytes(size), Content_Digest=sha(b"else"))
    assert reply.status == 422
    assert reply.headers["x-fault-code"] == "108"
    assert running.held() == {}
    assert list((running.folder / ".filexfer").rglob("*.data")) == []


def test_the_time_of_a_file_may_be_sent(wire, running) -> None:
    wire.request("PUT /files/f", b"x", X_Mtime_Ns="1500000000123456789")
    assert (running.folder / "f").stat().st_mtime_ns == 1500000000123456789
    assert wire.request("GET /files/f").headers["x-mtime-ns"] == "1500000000123456789"
    for wrong in ("yesterday", "9223372036854775808", "-9223372036854775809"):
        assert wire.request("PUT /files/f", b"y", X_Mtime_Ns=wrong).status == 400
    assert running.held() == {"f": b"x"}


@pytest.mark.parametrize("size", [0, 10, 1 << 20, 3_000_001])
def test_chunks_of_unknown_length_are_put(wire, running, size: int) -> None:
    content = os.urandom(size)
    chunks = b"".join(
        b"%x\r\n%s\r\n" % (len(part), part) for at in range(0, size, 70_001) for part in [content[at : at + 70_001]]
    )
    wire.send(
        b"PUT /files/f HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks + b"0\r\nTrailer: x\r\n\r\n"
    )
    assert wire.reply().status == 201
    assert running.held() == {"f": content}
    assert wire.request("GET /files/f").body == content


@pytest.mark.parametrize(
    ("target", "status"),
    [
        ("/files/../x", 400),
        ("/files/a/../../x", 400),
        ("/files/%2e%2e/x", 400),
        ("/files/a%2Fb", 400),
        ("/files/a%00b", 400),
        ("/files//x", 400),
        ("/files/", 400),
        ("/files/x/", 400),
        ("/files/%zz", 400),
        ("/files/x?y", 400),
        ("/files/.filexfer/x", 400),
        ("/files/%2efilexfer/x", 400),
        ("/files/" + "x" * 256, 400),
        ("/uploads/none/0", 404),
        ("/uploads/../0", 404),
        ("/files", 404),
    ],
)
def test_no_target_leads_astray(wire, running, target: str, status: int) -> None:
    assert wire.request(f"PUT {target}", b"x").status == status
    if target.startswith("/files"):
        assert wire.request(f"GET {target}").status == status
    assert running.held() == {}


def test_names_are_decoded_once(wire, running) -> None:
    assert wire.request("PUT /files/a%2520b+%C3%A4%FF%0A", b"x").status == 201
    names = os.listdir(os.fsencode(running.folder))
    assert b"a%20b+\xc3\xa4\xff\n" in names


def test_parts_and_compressed_bodies_are_refused(wire, running) -> None:
    assert wire.request("PUT /files/f", b"x", Content_Range="bytes 0-0/2").status == 400
    assert wire.request("PUT /files/f", b"x", Content_Encoding="gzip").status == 415
    wire.send(b"PUT /files/f HTTP/1.1\r\nHost: localhost\r\n\r\n")
    assert wire.reply().status == 411
    assert running.held() == {}


def test_errors_have_their_status_and_code(wire, running) -> None:
    (running.folder / "d").mkdir()
    (running.folder / "f").write_bytes(b"")
    for request, status, code in (
        ("GET /files/none", 404, "102"),
        ("GET /files/d", 409, "105"),
        ("GET /files/f/x", 409, "104"),
        ("PUT /files/d", 409, "105"),
        ("PUT /files/f/x", 409, "104"),
    ):
        reply = wire.request(request, b"x" if request.startswith("PUT") else b"")
        assert (reply.status, reply.headers["x-fault-code"]) == (status, code)
        assert str(running.folder).encode() not in reply.body


def test_blocks_of_an_upload_are_checked_and_may_be_repeated(wire, proxy, running) -> None:
    content = os.urandom((2 << 20) + 5)
    upload = proxy.upload_open("f", len(content))["upload_id"]
    block = content[: 1 << 20]
    assert wire.request(f"PUT /uploads/{upload}/0", block, Content_Digest=sha(content)).status == 422
    assert wire.request(f"PUT /uploads/{upload}/0", block, Content_Digest=sha(block)).status == 204
    assert wire.request(f"PUT /uploads/{upload}/0", block).status == 204
    other = wire.request(f"PUT /uploads/{upload}/0", bytes(1 << 20))
    assert (other.status, other.headers["x-fault-code"]) == (409, "107")
    assert wire.request(f"PUT /uploads/{upload}/7", b"x").status == 400
    # Too much to be dropped: this connection ends.
    assert running.wire().request(f"PUT /uploads/{upload}/{1 << 20}", bytes((1 << 20) + 1)).status == 413
    for at in (1 << 20, 2 << 20):
        part = content[at : at + (1 << 20)]
        digest = field("blake3", blake3(part).digest())
        assert wire.request(f"PUT /uploads/{upload}/{at}", part, Content_Digest=digest).status == 204
    proxy.upload_commit(upload)
    assert running.held() == {"f": content}


def test_a_file_that_shrinks_while_it_is_sent_ends_the_connection(wire, running) -> None:
    file = running.folder / "f"
    size = 64 << 20
    with file.open("wb") as sparse:
        sparse.truncate(size)
    wire.send(b"GET /files/f HTTP/1.1\r\nHost: localhost\r\n\r\n")
    wire.exactly(1000)
    os.truncate(file, 1000)
    got = len(wire.ahead) + 1000
    while data := wire.sock.recv(1 << 20):
        got += len(data)
    assert got < size


@needs_curl
def test_curl_uploads_downloads_and_resumes(running, tmp_path: Path) -> None:
    content = os.urandom(6_000_000)
    source, target = tmp_path / "source", tmp_path / "target"
    source.write_bytes(content)

    def curl(*arguments: str, **more) -> str:
        done = subprocess.run(["curl", "-sS", "--fail", *arguments], capture_output=True, timeout=30, check=True, **more)
        return done.stdout.decode()

    url = f"{running.url}files/d/f"
    curl("-T", str(source), url)
    assert running.held() == {"d/f": content}
    target.write_bytes(content[:1_234_567])
    curl("-C", "-", "-o", str(target), url)
    assert target.read_bytes() == content
    with source.open("rb") as piped:
        curl("-T", "-", f"{running.url}files/piped", stdin=piped)
    assert running.held()["piped"] == content
    assert "200" in curl("-I", url)
    assert curl("-r", "10-19", "-o", "-", f"{running.url}files/none", "-w", "%{http_code}", "--no-fail").endswith("404")


@needs_curl
def test_curl_calls_methods_with_a_document_of_its_own(running) -> None:
    call = "<methodCall><methodName>server_info</methodName></methodCall>"
    done = subprocess.run(
        ["curl", "-sS", "-H", "Content-Type: text/xml", "-d", call, f"{running.url}RPC2"],
        capture_output=True,
        timeout=30,
        check=True,
    )
    assert b"<name>block_size</name>" in done.stdout
