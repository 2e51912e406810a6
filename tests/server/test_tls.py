"""TLS: stock clients over it, handshakes in every state of undress, records cut anywhere, and peers that only keep us busy."""

from __future__ import annotations

import http.client
import random
import socket
import ssl
import threading
import time
from contextlib import suppress
from xmlrpc.client import Binary, MultiCall, ProtocolError, ServerProxy, dumps, loads

import pytest

from filexfer.core.model import Permission
from filexfer.protocol.pairing import pin_of
from filexfer.server import Deferred, Server
from filexfer.server import tls as tls_module
from filexfer.server.identity import Identity
from tests.server.conftest import Wire, head, whoever_answers
from tests.server.test_load import until, workers


@pytest.fixture
def scheme() -> str:
    return "https"


class Hands(Wire):
    """A client whose every byte below TLS is the test's own: what `tls` makes lies in `out` until it is sent."""

    def __init__(self, running) -> None:
        super().__init__(running.url.replace("https:", "http:"))
        self.incoming, self.out = ssl.MemoryBIO(), ssl.MemoryBIO()
        self.tls = whoever_answers().wrap_bio(self.incoming, self.out)

    def shake(self) -> bytes:
        """Do what can be done of the handshake; what is to be sent for it."""
        try:
            self.tls.do_handshake()
        except ssl.SSLWantReadError:
            pass
        return self.out.read()

    def hear(self) -> None:
        data = self.sock.recv(1 << 16)
        if not data:
            raise ConnectionError("closed")
        self.incoming.write(data)

    def meet(self) -> None:
        """The whole handshake."""
        self.sock.sendall(self.shake())
        while not (last := self.shake()):
            self.hear()
        self.sock.sendall(last)

    def sealed(self, data: bytes) -> bytes:
        self.tls.write(data)
        return self.out.read()

    def send(self, data: bytes) -> None:
        self.sock.sendall(self.sealed(data))

    def _more(self) -> None:
        while True:
            try:
                self.ahead += self.tls.read(1 << 16)
                return
            except ssl.SSLWantReadError:
                self.hear()


@pytest.fixture
def hands(running):
    with Hands(running) as hands:
        yield hands


def content(size: int) -> bytes:
    return random.Random(size).randbytes(size)


# ---- stock clients


def test_the_standard_librarys_client_works_over_https(running, proxy) -> None:
    data = content(5_000_001)
    assert proxy.server_info()["secure"] is True
    proxy.file_put("deep/f", Binary(data))
    assert proxy.file_get("deep/f").data == data
    assert running.held() == {"deep/f": data}
    many = MultiCall(proxy)
    for n in range(100):
        many.file_put(f"m/{n}", Binary(b"%d" % n))
    assert len(list(many())) == 100


def test_plain_files_travel_over_https_both_ways(running) -> None:
    data = content(20_000_003)
    client = http.client.HTTPSConnection("localhost", running.port, context=running.context())
    client.request("PUT", "/files/f", data)
    assert client.getresponse().read() == b""
    assert (running.folder / "f").read_bytes() == data
    client.request("GET", "/files/f")
    assert client.getresponse().read() == data
    client.request("GET", "/files/f", headers={"Range": "bytes=1000000-7000000"})
    answer = client.getresponse()
    assert (answer.status, answer.read()) == (206, data[1_000_000:7_000_001])
    client.request("PUT", "/files/g", iter([data[:3], data[3:70_000], data[70_000:]]), encode_chunked=True)
    assert client.getresponse().read() == b""
    assert (running.folder / "g").read_bytes() == data
    client.close()


def test_everybody_is_shown_the_same_certificate(running) -> None:
    shown = running.wire().sock.getpeercert(binary_form=True)
    assert pin_of(shown) == running.server.identity.pin


def test_a_stock_client_that_trusts_another_server_is_not_fooled(running, tmp_path) -> None:
    context = ssl.create_default_context(cadata=Identity(tmp_path / "another").certificate)
    context.check_hostname = False
    with ServerProxy(running.url, context=context) as proxy, pytest.raises(ssl.SSLCertVerificationError):
        proxy.server_info()


def test_a_session_is_never_resumed(running) -> None:
    """The certificate is what clients go by, and a resumed session shows none."""
    sock = running.wire()
    assert sock.call("server_info").status == 200
    assert sock.sock.session is None or not sock.sock.session.has_ticket


def test_older_tls_is_refused_and_nobody_else_notices(running, proxy) -> None:
    context = whoever_answers()
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    for _ in range(3):
        with (
            socket.create_connection(("127.0.0.1", running.port)) as sock,
            pytest.raises(ssl.SSLError, match=r"(?i)protocol version"),
        ):
            context.wrap_socket(sock)
    assert proxy.server_info()["protocol"] == 1
    until(lambda: len(running.server._arrivals.here()) == 1)


def test_plain_http_gets_an_answer_it_can_read(running, proxy) -> None:
    plain = running.url.replace("https:", "http:")
    for request in (head("GET /files/f"), head("POST /RPC2", 5, Content_Type="text/xml") + b"hello", b"\r\n" + head("GET /")):
        with Wire(plain) as wire:
            wire.send(request)
            reply = wire.reply()
            assert reply.status == 400
            assert b"https://" in reply.body
            assert wire.ended()
    with ServerProxy(plain) as stock, pytest.raises(ProtocolError) as caught:
        stock.server_info()
    assert caught.value.errcode == 400
    assert proxy.server_info()["protocol"] == 1


def test_https_comes_and_goes_while_the_server_runs(tmp_path) -> None:
    with Server(tmp_path / "share", ["http://localhost:0"], "read", state=tmp_path / "state") as server:
        assert server.identity is None
        (address,) = server.listen("https://localhost:0")
        assert address in server.addresses
        assert server.identity
        with Wire(address) as first, Wire(server.addresses[0]) as plain:
            assert first.call("server_info").value["secure"] is True
            assert plain.call("server_info").value["secure"] is False
            server.unlisten(address)
            assert first.ended()
            assert plain.call("server_info").status == 200
        pin = server.identity.pin
        (again,) = server.listen("https://127.0.0.1:0")
        with Wire(again) as wire:
            assert pin_of(wire.sock.getpeercert(binary_form=True)) == pin


def test_a_large_answer_under_way_ends_when_its_address_goes(serve) -> None:
    """Another thread shuts the socket while a worker encrypts."""
    running = serve()
    with (running.folder / "f").open("wb") as sparse:
        sparse.truncate(256 << 20)
    wires = [running.wire() for _ in range(4)]
    for wire in wires:
        wire.send(head("GET /files/f"))
        assert wire.sock.recv(10)
    running.server.unlisten(running.url)
    for wire in wires:
        with pytest.raises((ConnectionError, OSError)):
            wire.exactly(256 << 20)
    until(lambda: not running.server._arrivals.here())


# ---- the handshake


def test_a_handshake_that_trickles_is_finished_and_blocks_nobody(running, hands) -> None:
    honest = running.wire()

    def trickle(data: bytes) -> None:
        for n, byte in enumerate(data):
            hands.sock.sendall(bytes([byte]))
            if n % 50 == 0:
                assert honest.call("server_info").status == 200

    trickle(hands.shake())
    hands.hear()
    trickle(hands.shake())
    trickle(hands.sealed(head("GET /files/none")))
    assert hands.reply().status == 404
    assert hands.call("server_info").value["protocol"] == 1


def test_a_request_that_comes_with_the_end_of_the_handshake_is_answered(running, hands) -> None:
    hands.sock.sendall(hands.shake())
    hands.hear()
    hands.sock.sendall(hands.shake() + hands.sealed(head("GET /files/none")) + hands.sealed(head("GET /files/none")))
    assert [hands.reply().status for _ in range(2)] == [404, 404]


def test_a_request_that_comes_in_half_with_the_end_of_the_handshake_is_answered(running, hands) -> None:
    hands.sock.sendall(hands.shake())
    hands.hear()
    request = head("GET /files/none")
    sealed = hands.shake() + hands.sealed(request[:20]) + hands.sealed(request[20:])
    hands.sock.sendall(sealed[:-5])
    until(lambda: any(not one.channel.greeting and one.channel.ahead for one in list(running.server._loop._parked)))
    hands.sock.sendall(sealed[-5:])
    assert hands.reply().status == 404


def test_the_end_of_the_handshake_may_be_cut_anywhere(running) -> None:
    for cut in range(1, 120):
        with Hands(running) as hands:
            hands.sock.sendall(hands.shake())
            hands.hear()
            last = hands.shake() + hands.sealed(head("GET /files/none"))
            hands.sock.sendall(last[:cut])
            if cut % 10 == 0:
                # Time for the server to have taken just this.
                until(lambda: any(one.channel._tls is not None for one in list(running.server._loop._parked)))
            hands.sock.sendall(last[cut:])
            assert hands.reply().status == 404


@pytest.mark.parametrize("sent", [0, 1, 5, 100, None], ids=["nothing", "one byte", "a header", "a part", "a hello"])
def test_a_handshake_that_stands_still_is_given_up(serve, sent: int | None, caplog) -> None:
    running = serve(handshake_seconds=0.2, head_seconds=60, idle_seconds=60)
    with Hands(running) as hands:
        hands.sock.sendall(hands.shake()[:sent])
        assert hands.ended()
    until(lambda: not running.server._arrivals.here())
    assert running.server._loop._census._each == {}
    assert caplog.text.count("A TLS handshake took too long") == (0 if sent == 0 else 1)


def test_bytes_that_trickle_do_not_extend_the_deadline_of_a_handshake(serve) -> None:
    running = serve(handshake_seconds=0.3, head_seconds=60, idle_seconds=60)
    with Hands(running) as hands:
        hello = hands.shake()
        begun = time.monotonic()
        try:
            for byte in hello:
                hands.sock.sendall(bytes([byte]))
                time.sleep(0.05)
                assert time.monotonic() < begun + 20
        except OSError:
            pass
        else:
            pytest.fail("the whole hello was taken")


def test_who_is_silent_after_the_handshake_has_the_time_of_a_head(serve) -> None:
    running = serve(handshake_seconds=60, head_seconds=0.1, idle_seconds=60)
    assert running.wire().ended()


def test_silent_handshakes_hold_no_worker_and_delay_nobody(serve) -> None:
    running = serve(workers=4)
    honest = running.wire()
    before = workers()
    silent = [Hands(running) for _ in range(200)]
    for n, hands in enumerate(silent):
        hello = hands.shake()
        hands.sock.sendall([b"", hello[:1], hello[:50], hello[:-1]][n % 4])
    assert honest.call("server_info").status == 200
    until(lambda: len(running.server._loop._parked) >= 200)
    assert workers() == before
    # They were not in vain: who goes on is served.
    last = silent[-1]
    last.sock.sendall(hello[-1:])
    last.hear()
    last.sock.sendall(last.shake())
    assert last.call("server_info").status == 200
    for hands in silent:
        hands.sock.close()
    until(lambda: len(running.server._arrivals.here()) == 1)


def test_handshakes_half_done_hold_no_worker(serve) -> None:
    running = serve(workers=4)
    honest = running.wire()
    half = [Hands(running) for _ in range(200)]
    for hands in half:
        hands.sock.sendall(hands.shake())
    for hands in half:
        hands.hear()  # the server has done its part
    until(lambda: len(running.server._loop._parked) >= 200)
    until(lambda: running.server._pool._networks == {})
    assert honest.call("server_info").status == 200
    for hands in half:
        hands.sock.close()
    until(lambda: len(running.server._arrivals.here()) == 1)


def test_a_handshake_under_way_gives_way_to_new_connections(serve) -> None:
    running = serve(connections_per_address=3)
    silent = [Hands(running) for _ in range(3)]
    for hands in silent:
        hands.sock.sendall(hands.shake()[:100])
    until(lambda: len(running.server._loop._parked) == 3)
    assert running.wire().call("server_info").status == 200
    assert silent[0].ended()
    for hands in silent:
        hands.sock.close()


@pytest.mark.parametrize(
    "noise",
    [
        b"SSH-2.0-OpenSSH_9.2\r\n",
        b"\x00" * 100,
        b"\x16\x03\x01\xff\xff" + b"x" * 1000,
        b"\x16\x03\x01\x00\x00" * 1000,
        b"\x16\x03\x01\x00\x05hello",
        b"\x16\x03\x01\x40\x00\x01\x00\xff\xff" + b"\x00" * 20_000,
        b"\x15\x03\x01\x00\x02\x02\x28",
        b"\x80\x2e\x01\x03\x01",
        bytes(range(256)) * 400,
    ],
    ids=["ssh", "zeros", "long record", "empty records", "no hello", "large hello", "alert", "SSL 2", "all bytes"],
)
def test_what_is_neither_tls_nor_http_ends_its_own_connection_only(running, proxy, noise: bytes, caplog) -> None:
    with Wire(running.url.replace("https:", "http:")) as wire:
        with suppress(OSError):
            wire.send(noise)
            wire.sock.shutdown(socket.SHUT_WR)
        assert wire.ended()
    assert proxy.server_info()["protocol"] == 1
    assert "Traceback" not in caplog.text
    until(lambda: len(running.server._arrivals.here()) <= 1)


def test_noise_of_every_kind_harms_nobody(running, proxy) -> None:
    """A hello with bytes changed, taken away, put in: three hundred times."""
    dice = random.Random(7)
    for _ in range(300):
        with Hands(running) as hands:
            data = bytearray(hands.shake())
            for _ in range(dice.randint(1, 4)):
                at = dice.randrange(len(data))
                data[at : at + dice.choice((0, 1, 1, 1, 9))] = dice.randbytes(dice.choice((0, 1, 1, 1, 9)))
            try:
                hands.sock.sendall(data)
            except OSError:
                pass
    assert proxy.server_info()["protocol"] == 1
    until(lambda: len(running.server._arrivals.here()) <= 1)
    assert sum(running.server._loop._census._each.values()) <= 1


# ---- records


def test_requests_of_one_record_are_all_answered(running, hands) -> None:
    """What lies decrypted in OpenSSL wakes no selector."""
    for n in range(5):
        (running.folder / str(n)).write_bytes(b"%d" % n)
    hands.meet()
    for _ in range(20):
        hands.send(b"".join(head(f"GET /files/{n}") for n in range(5)))
        assert [hands.reply().body for _ in range(5)] == [b"0", b"1", b"2", b"3", b"4"]


def test_a_request_behind_a_body_in_its_record_is_answered(running, hands) -> None:
    hands.meet()
    for size in (0, 1, 100, 16_000, 70_000, 1 << 20):
        body = content(size)
        hands.send(head("PUT /files/f", size) + body + head("GET /files/f") + head("HEAD /files/f"))
        assert hands.reply("PUT").status in (201, 204)
        assert hands.reply().body == body
        assert hands.reply("HEAD").headers["content-length"] == str(size)


def test_a_request_behind_another_is_answered_though_workers_are_wanted(running, hands, monkeypatch) -> None:
    """Then no worker lingers, and the connection is parked at once."""
    monkeypatch.setattr(type(running.server._pool), "pressed", lambda pool, network: True)
    hands.meet()
    for size in (3, 20_000, 70_000, 1 << 20):
        body = content(size)
        hands.send(head("PUT /files/f", size) + body + head("GET /files/f"))
        assert hands.reply("PUT").status in (201, 204)
        assert hands.reply().body == body


def test_a_request_in_one_record_with_a_long_poll_is_answered_after_it(running, hands) -> None:
    held: list[Deferred] = []

    def later(caller):
        held.append(Deferred(30, lambda: "late"))
        return held[-1]

    running.server.register_method("later", later, Permission.READ)
    hands.meet()
    call = b"<methodCall><methodName>later</methodName></methodCall>"
    hands.send(head("POST /RPC2", len(call), Content_Type="text/xml") + call + head("GET /files/none"))
    until(lambda: held)
    held[0].resolve("first")
    assert hands.reply().value == "first"
    assert hands.reply().status == 404


@pytest.mark.parametrize("size", [1, 7, 1000])
def test_records_may_be_of_any_size(running, hands, size: int) -> None:
    body = content(3000)
    hands.meet()
    request = head("PUT /files/f", len(body)) + body
    hands.sock.sendall(b"".join(hands.sealed(request[at : at + size]) for at in range(0, len(request), size)))
    assert hands.reply("PUT").status == 201
    assert (running.folder / "f").read_bytes() == body


def test_records_may_be_cut_anywhere(running, hands) -> None:
    body = content(50_000)
    hands.meet()
    sealed = hands.sealed(head("PUT /files/f", len(body)) + body + head("GET /files/f"))
    for at in range(0, len(sealed), 997):
        hands.sock.sendall(sealed[at : at + 997])
    assert hands.reply("PUT").status == 201
    assert hands.reply().body == body


def test_a_head_and_a_short_body_share_a_record(running, hands) -> None:
    (running.folder / "f").write_bytes(b"x" * 5000)
    hands.meet()
    hands.send(head("GET /files/f"))
    hands._more()
    assert hands.ahead.endswith(b"x" * 5000)


def test_who_reads_slowly_gets_every_byte(serve) -> None:
    running = serve()
    data = content(20_000_000)
    (running.folder / "f").write_bytes(data)
    with Hands(running) as hands:
        hands.meet()
        hands.send(head("GET /files/f"))
        for _ in range(2000):
            hands.incoming.write(hands.sock.recv(1))
        assert hands.reply().body == data


# ---- ends


def test_the_end_is_told(running) -> None:
    """A closing alert (RFC 8446, 6.1): a client can tell the end from a line that was cut."""
    with socket.create_connection(("127.0.0.1", running.port)) as sock:
        client = whoever_answers().wrap_socket(sock, suppress_ragged_eofs=False)
        client.sendall(head("GET /files/none", Connection="close"))
        answer = b""
        while data := client.recv(1000):
            answer += data
        assert answer.startswith(b"HTTP/1.1 404")
        client.close()


def test_the_refusal_of_a_large_upload_can_be_read(serve) -> None:
    running = serve(guest="read", stall_seconds=0.2)
    for fields in ({}, {"Transfer_Encoding": "chunked"}):
        with running.wire() as wire:
            length = None if fields else 100 << 20
            wire.send(head("PUT /files/f", length, **fields) + b"5\r\nhello\r\n" * 5000)
            assert wire.reply("PUT").status == 403
            assert wire.ended()
    assert running.held() == {}


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_what_came_with_a_refused_request_is_not_kept_while_the_rest_is_dropped(serve, scheme: str) -> None:
    running = serve(guest="none", drain_seconds=20.0)
    with running.wire() as wire:
        until(lambda: running.server._arrivals.here())
        [connection] = running.server._arrivals.here()
        taken_in = getattr(connection.channel, "_in", None)
        wire.send(head("PUT /files/f", 100_000) + bytes(60_000))
        assert wire.reply("PUT").status == 401
        until(lambda: connection in running.server._loop._parked and connection._leftovers.last)
        assert not connection.channel.ahead
        if taken_in is not None:
            assert connection.channel._in is not taken_in, "OpenSSL's memory does not shrink"


def test_of_what_comes_too_early_no_more_than_a_record_is_taken(running, hands) -> None:
    hands.meet()
    cursor = loads(hands.call("share_changes").body)[0][0]["cursor"]
    body = dumps((cursor, 20.0), "share_changes").encode()
    hands.send(head("POST /RPC2", len(body), Content_Type="text/xml") + body)
    [connection] = running.server._arrivals.here()
    until(lambda: connection._lateness and connection in running.server._loop._parked)
    running.server._loop.call(lambda: hands.sock.sendall(hands.sealed(bytes(60_000))))  # so that it finds all of it there
    until(lambda: connection.channel.ahead)
    assert len(connection.channel.ahead) <= 16 << 10


@pytest.mark.parametrize("way", ["alert", "line", "both", "reset"])
def test_who_goes_in_mid_body_leaves_nothing(running, proxy, way: str) -> None:
    with Hands(running) as hands:
        hands.meet()
        hands.send(head("PUT /files/f", 3_000_000) + bytes(1_500_000))
        if way in ("alert", "both"):
            with pytest.raises(ssl.SSLWantReadError):
                hands.tls.unwrap()
            hands.sock.sendall(hands.out.read())
        if way in ("line", "both"):
            hands.sock.shutdown(socket.SHUT_WR)
        if way == "reset":
            hands.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
            hands.sock.close()
        else:
            assert hands.ended()
    until(lambda: not running.server._arrivals.here())
    assert proxy.file_list("")["entries"] == []
    assert list((running.folder / ".filexfer").rglob("*.data")) == []


def test_a_broken_record_ends_the_connection(running, hands, proxy) -> None:
    hands.meet()
    sealed = bytearray(hands.sealed(head("PUT /files/f", 10_000) + bytes(10_000)))
    sealed[-20] ^= 1
    hands.sock.sendall(sealed)
    assert hands.ended()
    assert proxy.file_list("")["entries"] == []


def test_who_keeps_tls_busy_without_content_is_given_up(running, hands, monkeypatch) -> None:
    """Key updates, for one: OpenSSL answers them for ever, and no byte of a request comes of it."""
    hands.meet()
    assert hands.call("server_info").status == 200
    monkeypatch.setattr(tls_module, "_IDLE_TALK", 1000)
    record = hands.sealed(content(5000))
    for at in range(0, 4000, 100):
        try:
            hands.sock.sendall(record[at : at + 100])
            time.sleep(0.002)
        except OSError:
            break
    assert hands.ended()


def test_a_server_that_ends_lets_those_go_that_are_in_a_handshake(serve) -> None:
    running = serve()
    with Hands(running) as silent, Hands(running) as half, Hands(running) as idle:
        half.sock.sendall(half.shake())
        half.hear()
        idle.meet()
        assert idle.call("server_info").status == 200
        running.server.close(20)
        assert silent.ended()
        assert half.ended()
        assert idle.ended()


def test_many_move_files_at_once(running) -> None:
    failed: list[BaseException] = []

    def work(n: int) -> None:
        try:
            data = content(700_000 + n)
            with ServerProxy(running.url, context=running.context()) as proxy:
                for _ in range(3):
                    proxy.file_put(f"{n}", Binary(data), {"on_conflict": "overwrite"})
                    assert proxy.file_get(f"{n}").data == data
        except BaseException as error:
            failed.append(error)

    threads = [threading.Thread(target=work, args=(n,)) for n in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []


def test_nothing_secret_is_in_the_log_of_failed_handshakes(running, caplog) -> None:
    caplog.set_level("DEBUG")
    with Hands(running) as hands:
        hands.meet()
        broken = bytearray(hands.sealed(head("GET /files/f", Authorization="Bearer very-secret")))
        broken[-1] ^= 1
        hands.sock.sendall(broken)
        assert hands.ended()
    until(lambda: not running.server._arrivals.here())
    assert "very-secret" not in caplog.text
    assert "PRIVATE" not in caplog.text
    assert "Traceback" not in caplog.text


@pytest.mark.parametrize("goes", [False, True], ids=["stays", "goes"])
def test_a_handshake_that_comes_too_early_waits_for_its_turn(serve, monkeypatch, goes: bool) -> None:
    running = serve(handshakes=1)
    loop, greeted = running.server._loop, []
    for _ in range(2):
        with Hands(running) as hands:
            hands.meet()
    until(lambda: not running.server._arrivals.here())
    greet = tls_module.TlsChannel.greet
    monkeypatch.setattr(tls_module.TlsChannel, "greet", lambda channel: greeted.append(channel) is None and greet(channel))
    with Hands(running) as late:
        late.sock.sendall(late.shake())
        # It is not even listened to meanwhile, holds no worker, and its time is not running.
        until(lambda: list(loop._parked.values()) == [False])
        (waiting,) = running.server._arrivals.here()
        assert waiting._greeting.put_off - time.monotonic() > running.server.settings.handshake_seconds - 1
        assert not greeted
        if not goes:
            late.meet()
            late.send(head("GET /files/none"))
            assert late.reply().status == 404
    until(lambda: not running.server._arrivals.here())
    assert bool(greeted) is not goes


def test_handshakes_that_would_wait_too_long_are_turned_away_and_told_of_once(serve, caplog) -> None:
    running = serve(handshakes=1, handshake_seconds=2.0)
    crowd = [Hands(running) for _ in range(12)]
    for hands in crowd:
        hands.sock.sendall(hands.shake())
    until(lambda: len(running.server._arrivals.here()) == 4)
    assert caplog.text.count("Too many TLS handshakes") == 1
    for hands in crowd:
        hands.sock.close()
    until(lambda: not running.server._arrivals.here())
