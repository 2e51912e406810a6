"""https: nothing is said to a server that shows another key, whenever it does, and all that a connection promises holds."""

from __future__ import annotations

import select
import socket
import ssl
import struct
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from filexfer.client import sockets, transport
from filexfer.client.credentials import Credentials
from filexfer.client.session import Session, connect
from filexfer.client.tls import Tls
from filexfer.client.transport import Connection
from filexfer.client.vault import Vault
from filexfer.core import errors
from filexfer.protocol.address import Address, parse
from tests.client.places import until
from tests.client.secure import NOTHING, Key, Peer, Scripted, polite

TOKEN = "t" * 43
BLOCK = b"x" * (1 << 20)


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> tuple[Key, Key]:
    folder = tmp_path_factory.mktemp("keys")
    return Key(folder / "ours.pem"), Key(folder / "theirs.pem")


@pytest.fixture
def key(keys: tuple[Key, Key]) -> Key:
    return keys[0]


@pytest.fixture
def polite_server(key: Key) -> Iterator[Scripted]:
    with Scripted(polite, key) as server:
        yield server


def paired(server: Scripted, key: Key, timeout: float = 10.0) -> Session:
    return connect(server.address, credentials=Credentials(key.pin, TOKEN), timeout=timeout)


def fails(session: Session, kind: type[Exception], match: str | None, *call: object) -> None:
    with pytest.raises(kind, match=match):
        session.call(*(call or ("server_info",)))  # type: ignore[arg-type]


# The key


def test_with_the_right_key_every_request_shows_the_token(polite_server: Scripted, key: Key) -> None:
    with paired(polite_server, key) as session:
        for _ in range(3):
            session.call("server_info")
    assert polite_server.read_with(key).count(b"\r\nAuthorization: Bearer " + TOKEN.encode() + b"\r\n") == 3
    # Tickets of TLS 1.3 lie in the idle connection, which is none the less kept.
    assert len(polite_server.peers) == 1


def test_another_key_at_the_first_connection_gets_no_byte(polite_server: Scripted, keys: tuple[Key, Key]) -> None:
    with paired(polite_server, keys[1]) as session, pytest.raises(errors.KeyChanged, match="nothing was sent") as failure:
        session.call("server_info")
    assert f"`filexfer pair {polite_server.address}`" in str(failure.value)
    until(lambda: polite_server.peers or polite_server.refused, "the server to have seen us")
    assert polite_server.read_with(keys[0]) == b""


def test_another_key_in_mid_session_gets_no_byte(polite_server: Scripted, keys: tuple[Key, Key]) -> None:
    ours, theirs = keys
    with paired(polite_server, ours) as session:
        session.call("server_info")
        seen = polite_server.read_with(ours)
        polite_server.key = theirs
        polite_server.cut()
        for _ in range(2):
            fails(session, errors.KeyChanged, None, "file_stat", "secret name")
        fails(session, errors.KeyChanged, None, "file_put", "secret name", BLOCK)
    until(lambda: len(polite_server.peers) + len(polite_server.refused) == 4, "four handshakes")
    assert polite_server.read_with(theirs) == b""
    assert polite_server.read_with(ours) == seen


def test_a_server_of_an_old_tls_or_without_any_is_told_in_words(key: Key) -> None:
    def old(context: ssl.SSLContext) -> None:
        context.maximum_version = ssl.TLSVersion.TLSv1_2

    with Scripted(polite, key, old) as server, paired(server, key) as session:
        fails(session, errors.ConnectionFailed, r"old version of TLS")
    with Scripted(lambda peer: peer.socket.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")) as server:
        address = server.address.replace("http:", "https:")
        with connect(address, credentials=Credentials(key.pin, TOKEN)) as session:
            fails(session, errors.ConnectionFailed, "without encryption")
        assert TOKEN.encode() not in server.read_with(None)


def test_a_server_that_trickles_its_handshake_has_the_time_of_one_answer_for_all_of_it(key: Key) -> None:
    sent = 0
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def trickle() -> None:
            nonlocal sent
            with listener.accept()[0] as peer, suppress(OSError):
                peer.recv(4096)
                peer.sendall(b"\x16\x03\x03\x0f\xff")  # the head of a handshake record of 4095 bytes (RFC 8446, 5.1)
                while sent < 60:
                    time.sleep(0.1)
                    peer.sendall(b"\x02")
                    sent += 1

        server = threading.Thread(target=trickle)
        server.start()
        address = f"https://127.0.0.1:{listener.getsockname()[1]}/"
        with connect(address, credentials=Credentials(key.pin, TOKEN), timeout=1.0) as session:
            fails(session, errors.ConnectionFailed, None)
        server.join()
    assert sent < 40


def test_a_redirect_is_not_followed(key: Key) -> None:
    with Scripted(polite) as elsewhere:

        def redirects(peer: Peer) -> None:
            while peer.request():
                peer.answer(b"", "307 Temporary Redirect", f"Location: {elsewhere.address}RPC2")

        with Scripted(redirects, key) as server, paired(server, key) as session:
            fails(session, errors.ConnectionFailed, "307")
        assert elsewhere.peers == []


@pytest.mark.parametrize(
    ("address", "pin"), [("http://localhost:1/", "00" * 32), ("http://192.0.2.1/", ""), ("https://localhost:1/", "")]
)
def test_a_token_never_travels_in_the_clear_nor_to_an_unknown_key(address: str, pin: str) -> None:
    with pytest.raises(errors.BadParameters):
        connect(address, credentials=Credentials(pin, TOKEN))


def test_a_token_without_a_pin_is_for_this_computer_alone() -> None:
    with Scripted(polite) as server, connect(server.address, credentials=Credentials("", TOKEN)) as session:
        session.call("server_info")
        assert TOKEN.encode() in server.read_with(None)


def test_a_token_is_shown_by_no_repr() -> None:
    credentials = Credentials("00" * 32, TOKEN)
    assert TOKEN not in repr(credentials) + str(credentials)


# Without credentials, and with new ones


def test_an_unknown_https_server_is_not_even_connected_to(polite_server: Scripted, key: Key, tmp_path: Path) -> None:
    with (
        connect(polite_server.address, vault=Vault(tmp_path)) as session,
        pytest.raises(errors.LoginNeeded, match="filexfer pair"),
    ):
        session.call("server_info")
    with connect(polite_server.address) as session, pytest.raises(errors.LoginNeeded, match="filexfer pair"):
        session.call("server_info")
    assert polite_server.peers == []
    assert polite_server.refused == []


def test_a_session_goes_on_after_a_new_pairing(keys: tuple[Key, Key], tmp_path: Path) -> None:
    ours, theirs = keys
    known = "a" * 43

    def knows_one(peer: Peer) -> None:
        while request := peer.request():
            if f"Bearer {known}\r\n".encode() in request:
                peer.answer(NOTHING)
            else:
                peer.answer(b"", "401 Unauthorized")

    vault = Vault(tmp_path)
    with Scripted(knows_one, ours) as server, connect(server.address, vault=vault) as session:
        fails(session, errors.LoginNeeded, None)
        vault.keep(server.address, Credentials(ours.pin, "b" * 43))
        fails(session, errors.LoginNeeded, None)
        vault.keep(server.address, Credentials(ours.pin, known))
        session.call("server_info")
        server.key = theirs
        server.cut()
        fails(session, errors.KeyChanged, None)
        known = "c" * 43
        vault.keep(server.address, Credentials(theirs.pin, known))
        session.call("server_info")
        # The new token went to no holder of the old key.
        assert known.encode() not in server.read_with(ours)


# What a connection promises


def opened(server: Scripted, key: Key, timeout: float = 10.0) -> Connection:
    made = Connection(parse(server.address), timeout, Tls(key.pin))
    made.open()
    return made


def test_a_large_body_of_many_pieces_arrives_whole_and_a_large_answer_too(key: Key) -> None:
    pieces = [bytes([number]) * size for number, size in enumerate([1, 70_000, 65_536, 3, 0, 1 << 20, 65_535, 1])]
    whole = b"".join(pieces)

    def echo(peer: Peer) -> None:
        while request := peer.request():
            peer.answer(request.partition(b"\r\n\r\n")[2])

    with Scripted(echo, key) as server:
        connection = opened(server, key)
        for _ in range(2):
            connection.send(b"POST / HTTP/1.1\r\nContent-Length: %d\r\n\r\n" % len(whole), pieces)
            head = connection.head(1024)
            buffer = bytearray(head.length or 0)
            connection.fill(memoryview(buffer))
            assert buffer == whole
        connection.send(b"POST / HTTP/1.1\r\nContent-Length: %d\r\n\r\n" % len(whole), pieces)
        head = connection.head()
        assert b"".join(bytes(piece[start:end]) for piece, start, end in connection.pieces(head)) == whole
        connection.close()


def test_requests_that_follow_each_other_are_answered_in_order(key: Key) -> None:
    with Scripted(polite, key) as server:
        connection = opened(server, key)
        for _ in range(4):
            connection.send(b"POST / HTTP/1.1\r\nContent-Length: %d\r\n\r\n" % len(BLOCK), [BLOCK])
        for _ in range(4):
            head = connection.head()
            assert connection.text(head).encode() == NOTHING
        connection.close()


def test_a_dropped_idle_connection_is_noticed_and_a_call_goes_over_a_new_one(polite_server: Scripted, key: Key) -> None:
    with paired(polite_server, key) as session:
        session.call("server_info")
        polite_server.cut()
        # It changes something and carries no key: it may not be sent twice.
        session.call("invite_create")
    assert polite_server.read_with(key).count(b"invite_create") == 1


@pytest.mark.parametrize(
    ("inner", "times"),
    [
        ({"methodName": "invite_create", "params": []}, 1),
        ({"methodName": "system.multicall", "params": [[{"methodName": "invite_create", "params": []}]]}, 1),
        ({"methodName": "server_info", "params": []}, 2),
    ],
)
def test_a_batch_is_sent_again_only_where_all_of_it_is_harmless(key: Key, inner: dict[str, object], times: int) -> None:
    def loses(peer: Peer) -> None:
        peer.request()
        peer.reset()

    with Scripted(loses, key) as server, paired(server, key) as session:
        fails(session, errors.ConnectionLost, None, "system.multicall", [inner])
    assert server.read_with(key).count(b"POST ") == times


def test_an_answer_cut_without_a_goodbye_is_no_answer(key: Key) -> None:
    def cuts(peer: Peer) -> None:
        peer.request()
        peer.socket.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\nConnection: close\r\n\r\n" + NOTHING)
        if peer.number:
            assert isinstance(peer.socket, ssl.SSLSocket)
            peer.socket.unwrap()
        else:
            peer.reset()

    with Scripted(cuts, key) as server, paired(server, key) as session:
        # Where the end of the connection is the end of the body, only a goodbye tells it from a cut.
        fails(session, errors.ConnectionLost, None, "invite_create")
        assert session.call("invite_create") == {}


def test_no_progress_for_the_time_set_is_a_loss(key: Key) -> None:
    with Scripted(lambda peer: time.sleep(60) if peer.request() else None, key) as server, paired(server, key, 0.2) as session:
        fails(session, errors.ConnectionLost, "too long", "entry_move", "a", "b", {"key": "k"})


def test_a_handshake_that_is_not_answered_ends_by_the_time_set_and_by_closing(key: Key) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"https://127.0.0.1:{silent.getsockname()[1]}/"
        with connect(address, credentials=Credentials(key.pin, TOKEN), timeout=0.2) as session:
            fails(session, errors.ConnectionFailed, "does not answer")
        session = connect(address, credentials=Credentials(key.pin, TOKEN), timeout=60)
        ended = in_thread(session)
        with silent.accept()[0] as taken:
            assert taken.recv(1) == b"\x16"
            session.close()
            assert isinstance(ended(), errors.Cancelled)


def test_a_connection_that_is_reset_before_the_handshake_began_is_a_failure_of_the_connection(
    key: Key, monkeypatch: pytest.MonkeyPatch
) -> None:
    raws: list[socket.socket] = []

    def connected(address: Address, timeout: float) -> socket.socket:
        raws.append(sockets.connected(address, timeout))
        there = listener.accept()[0]
        there.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        there.close()
        # It has arrived here as soon as a read would not wait.
        select.select([raws[-1]], [], [], 30)
        return raws[-1]

    monkeypatch.setattr(transport, "connected", connected)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        address = f"https://127.0.0.1:{listener.getsockname()[1]}/"
        with connect(address, credentials=Credentials(key.pin, TOKEN)) as session:
            fails(session, errors.ConnectionFailed, "No connection to https")
            session.connections.close()
            fails(session, errors.Cancelled, None)
    assert all(raw.fileno() < 0 for raw in raws)


def in_thread(session: Session, *call: object):  # type: ignore[no-untyped-def]
    """Call on a thread; what is given waits for its end and gives the error."""
    found: list[BaseException] = []

    def run() -> None:
        try:
            session.call(*(call or ("server_info",)))  # type: ignore[arg-type]
        except BaseException as error:
            found.append(error)

    thread = threading.Thread(target=run)
    thread.start()

    def end() -> BaseException | None:
        thread.join(20)
        assert not thread.is_alive()
        return found[0] if found else None

    return end


@pytest.mark.parametrize("answered", [0, 1, 20_000])
def test_closing_from_another_thread_ends_a_call_wherever_it_is(key: Key, answered: int) -> None:
    begun = threading.Semaphore(0)

    whole = b"HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\nContent-Length: 99999\r\n\r\n" + b" " * 99_999

    def drips(peer: Peer) -> None:
        peer.request()
        peer.socket.sendall(whole[:answered])
        begun.release()
        peer.take()

    with Scripted(drips, key) as server:
        for _ in range(20):
            session = paired(server, key, 60)
            ended = in_thread(session)
            assert begun.acquire(timeout=20)
            session.close()
            assert isinstance(ended(), errors.Cancelled)


@pytest.mark.parametrize("secure", [False, True], ids=["http", "https"])
def test_closing_from_another_thread_ends_a_call_that_sends(key: Key, secure: bool) -> None:
    begun = threading.Semaphore(0)
    gone = threading.Event()

    def takes_little(peer: Peer) -> None:
        peer.head()
        begun.release()
        gone.wait(30)

    with Scripted(takes_little, key if secure else None) as server:
        for _ in range(5):
            session = connect(server.address, credentials=Credentials(key.pin, TOKEN) if secure else None, timeout=60)
            ended = in_thread(session, "file_put", "a", BLOCK * 16)
            assert begun.acquire(timeout=20)
            session.close()
            assert isinstance(ended(), errors.Cancelled)
        gone.set()


# Refused by the head


@pytest.mark.parametrize("secure", [False, True], ids=["http", "https"])
@pytest.mark.parametrize("manner", ["reads no more", "answers late and reads no more", "closes at once", "drains a little"])
def test_a_refusal_by_the_head_is_heard_while_a_large_body_is_sent(key: Key, secure: bool, manner: str) -> None:
    done = threading.Event()

    def refuses(peer: Peer) -> None:
        peer.head()
        if "late" in manner:
            peer.until_no_more_comes()
        peer.answer(b"Pair first.", "401 Unauthorized", "Connection: close")
        if "reads no more" in manner:
            done.wait(60)
        elif manner == "drains a little":
            for _ in range(4):
                peer.take()

    with Scripted(refuses, key if secure else None) as server:
        for _ in range(5):
            credentials = Credentials(key.pin, TOKEN) if secure else None
            with connect(server.address, credentials=credentials, timeout=600) as session:
                assert isinstance(in_thread(session, "file_put", "a", BLOCK * 16)(), errors.LoginNeeded)
        done.set()


def test_an_early_answer_that_is_no_refusal_is_none_at_all(key: Key) -> None:
    done = threading.Event()

    def hasty(peer: Peer) -> None:
        peer.head()
        peer.answer(NOTHING)
        done.wait(30)

    with Scripted(hasty, key) as server, paired(server, key) as session:
        fails(session, errors.ConnectionFailed, None, "file_put", "a", BLOCK * 16)
        done.set()
