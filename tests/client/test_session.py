"""Sessions: typed methods, kept connections, replays that are harmless, streams, any XML-RPC server."""

from __future__ import annotations

import io
import os
import threading
from collections.abc import Iterator
from pathlib import Path
from xmlrpc.server import SimpleXMLRPCServer

import pytest

from filexfer.client.link import Link
from filexfer.client.listing import list_items
from filexfer.client.patterns import Filter
from filexfer.client.session import Session, connect
from filexfer.core import errors
from filexfer.core.model import Conflict, Kind, Outcome, PutOptions
from filexfer.server import Server
from tests.client.conftest import Share
from tests.client.fake import FakeServer
from tests.client.places import Relay, tree, until


@pytest.fixture(params=["auto", "xmlrpc"])
def session(share: Share, request: pytest.FixtureRequest) -> Iterator[Session]:
    with connect(share.address, lanes=request.param) as made:
        yield made


def test_typed_methods_do_what_they_say(share: Share, session: Session) -> None:
    tree(share.folder, {"a": b"abc", "d/b": b"x" * 10, "e": None})
    assert session.info()["permission"] == "write"
    assert {(entry.name, entry.kind) for entry in session.list()} == {("a", Kind.FILE), ("d", Kind.FOLDER), ("e", Kind.FOLDER)}
    assert {entry.name for entry in session.list(recursive=True)} == {"a", "d", "d/b", "e"}
    entry = session.stat("d/b")
    assert (entry.size, entry.mtime_ns) == (10, (share.folder / "d/b").stat().st_mtime_ns)
    assert session.exists("d/b")
    assert not session.exists("d/c")
    assert not session.exists("a/b")
    assert session.read("a", 1, 10) == b"bc"
    assert session.make_folder("new/one").kind is Kind.FOLDER
    assert session.move("a", "new/a").name in ("a", "new/a")
    assert session.delete("d", permanent=True) == ""
    assert session.delete("new/a") != ""
    assert sorted(path.name for path in share.folder.iterdir() if path.name != ".filexfer") == ["e", "new"]
    with pytest.raises(errors.NotFound):
        session.stat("a")


def test_faults_come_back_as_the_errors_they_are(session: Session) -> None:
    for method, params, kind in (
        ("file_stat", ["../x"], errors.InvalidPath),
        ("file_read", ["none", 0, 1], errors.NotFound),
        ("no_such_method", [], errors.UnknownMethod),
        ("file_stat", [], errors.BadParameters),
    ):
        with pytest.raises(kind):
            session.call(method, *params)


@pytest.mark.parametrize("size", [0, 1, 5_000_000])
def test_files_stream_both_ways(share: Share, session: Session, size: int) -> None:
    content = os.urandom(size)
    saved = session.put("a/b", io.BytesIO(content), size, PutOptions(mtime_ns=10**18))
    assert (saved.path, saved.size, saved.mtime_ns, saved.outcome) == ("a/b", size, 10**18, Outcome.CREATED)
    assert (share.folder / "a/b").read_bytes() == content
    back = io.BytesIO()
    assert session.get("a/b", back).size == size
    assert back.getvalue() == content


def test_a_stream_of_unknown_length_is_taken_whole(share: Share, session: Session) -> None:
    content = os.urandom(3_000_001)
    reading, writing = os.pipe()

    def feed() -> None:
        with os.fdopen(writing, "wb") as end:
            end.write(content)

    thread = threading.Thread(target=feed)
    thread.start()
    with os.fdopen(reading, "rb") as end:
        saved = session.put("piped", end, options=PutOptions(Conflict.RENAME))
    thread.join()
    assert saved.size == len(content)
    assert (share.folder / "piped").read_bytes() == content


def test_a_stream_shorter_than_told_is_refused_and_leaves_nothing(share: Share, session: Session) -> None:
    with pytest.raises(errors.Changed):
        session.put("short", io.BytesIO(b"x" * 100), 200)
    with pytest.raises(errors.Changed):
        session.put("short", io.BytesIO(b"x" * 2_000_000), 3_000_000)
    assert not (share.folder / "short").exists()
    assert list((share.folder / ".filexfer").rglob("*.data")) == []


def test_connections_are_kept(share: Share) -> None:
    relay = Relay(share.address)
    with connect(relay.address) as session:
        for _ in range(20):
            session.info()
            session.call("server_info")
        assert len(relay._connections) == 2  # one, of two sockets
    relay.close()


def test_a_connection_dropped_while_idle_is_opened_anew(share: Share) -> None:
    relay = Relay(share.address)
    with connect(relay.address) as session:
        for _ in range(3):
            session.make_folder("x")
            relay.cut()
    relay.close()


@pytest.mark.parametrize("call", ["read", "put", "keyed"])
def test_a_call_whose_answer_was_lost_is_done_once(share: Share, call: str) -> None:
    """The relay cuts the connection once the call has run, before its answer arrives."""
    tree(share.folder, {"a": b"abc"})
    relay = Relay(share.address)
    with connect(relay.address) as session:
        session.info()
        relay.cut_after(down=1)
        if call == "read":
            assert session.stat("a").size == 3
        elif call == "put":
            session.call("file_put", "b", b"new")
            assert (share.folder / "b").read_bytes() == b"new"
        else:
            session.move("a", "moved")
            assert (share.folder / "moved").read_bytes() == b"abc"
    relay.close()


def test_a_large_request_may_follow_a_large_answer_on_the_same_connection() -> None:
    # The answer fills the buffer to its end: there has to be room for a look whether the request is refused meanwhile.
    with FakeServer({"give": lambda: b"a" * (1 << 20), "take": len}) as server, connect(server.address) as session:
        assert session.call("give") == b"a" * (1 << 20)
        assert session.call("take", [b"b" * (1 << 20)] * 8) == 8


def test_a_call_that_is_not_harmless_to_repeat_is_not_repeated(share: Share) -> None:
    calls: list[int] = []
    share.server.register_function(lambda: calls.append(1) or "done", "count", permission="read")  # type: ignore[func-returns-value]
    relay = Relay(share.address)
    with connect(relay.address) as session:
        session.info()
        relay.cut_after(down=1)
        with pytest.raises(errors.ConnectionLost):
            session.call("count")
        assert session.call("count") == "done"
    assert len(calls) == 2
    relay.close()


def test_sixteen_threads_share_a_session(share: Share, session: Session) -> None:
    tree(share.folder, {f"{number}": b"%d" % number * 100_000 for number in range(16)})
    wrong: list[object] = []

    def work(number: int) -> None:
        for _ in range(10):
            out = io.BytesIO()
            session.get(f"{number}", out)
            if out.getvalue() != b"%d" % number * 100_000:
                wrong.append(number)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
    assert len(session.connections._idle) <= 6
    assert session.connections._busy == set()


def test_closing_a_session_ends_calls_under_way(share: Share) -> None:
    waits = threading.Event()
    share.server.register_function(lambda: waits.wait(20), "wait", permission="read")
    session = connect(share.address)
    ended: list[Exception] = []

    def call() -> None:
        try:
            session.call("wait")
        except errors.FilexferError as error:
            ended.append(error)

    thread = threading.Thread(target=call)
    thread.start()
    until(lambda: session.connections._busy, "the call is under way")
    session.close()
    thread.join(10)
    waits.set()
    assert [type(error) for error in ended] == [errors.Cancelled]
    with pytest.raises(errors.Cancelled):
        session.info()


def test_a_unix_socket_serves_as_well(tmp_path: Path) -> None:
    (tmp_path / "share").mkdir()
    with (
        Server(tmp_path / "share", listen=[f"unix:{tmp_path}/s"], guest="write") as server,
        connect(server.addresses[0]) as session,
    ):
        content = os.urandom(3_000_000)
        session.put("x", io.BytesIO(content), len(content))
        assert session.read("x", 0, 10) == content[:10]


def test_any_xmlrpc_server_can_be_called() -> None:
    with SimpleXMLRPCServer(("127.0.0.1", 0), logRequests=False, allow_none=True) as stock:
        stock.register_introspection_functions()
        stock.register_function(lambda *values: list(values), "echo")
        thread = threading.Thread(target=stock.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        with connect(f"http://127.0.0.1:{stock.server_address[1]}/") as session:
            assert "echo" in session.call("system.listMethods")  # type: ignore[operator]
            assert session.call("echo", 1, "ä\n", [True, None, {"a": 2.5}], b"\x00\xff") == [
                1,
                "ä\n",
                [True, None, {"a": 2.5}],
                b"\x00\xff",
            ]
            with pytest.raises(errors.RemoteFault) as told:
                session.call("none")
            assert told.value.code == 1
        stock.shutdown()
        thread.join()


def test_a_long_listing_begins_with_a_short_page(share: Share, session: Session) -> None:
    tree(share.folder, {f"{number:03}": b"" for number in range(600)})
    assert [len(page) for page in session.pages(recursive=True, first=10)] == [10, 20, 40, 80, 160, 290]
    assert [len(page) for page in session.pages(recursive=True)] == [600]
    link = Link(session, threading.Event(), 1.0)
    assert [len(page.files) for page in list_items(link, Filter((), ()), [""])] == [0, 128, 256, 216]
