"""Row “trust” of the attack table: who is nobody, who is somebody else, who was somebody until now. Over https, against a real
agent that guests may not enter; what a stranger is told is the same whatever was wrong."""

from __future__ import annotations

import base64
import hashlib
import secrets
import shutil
import socket
import ssl
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from filexfer.client.credentials import Credentials
from filexfer.client.session import connect
from filexfer.core.errors import KeyChanged
from filexfer.core.model import Permission
from filexfer.protocol import pairing
from filexfer.protocol.methods import AGENT, METHODS
from tests.attacks.conftest import memory
from tests.attacks.doors import LARGE, filled_calls
from tests.attacks.house import House, running, tells_secret, until
from tests.attacks.lanes import call_body, code_of, code_of_value
from tests.attacks.wire import XML, Closed, Reply, Wire, head, trusting

LOGIN, FORBIDDEN, PAIRING_FAILED, SLOW_DOWN, UNKNOWN_UPLOAD = 201, 202, 203, 204, 110
INVITE_SECONDS = 2.0
HANDSHAKE_SECONDS = 1.0


@pytest.fixture(scope="module")
def guarded_house() -> Iterator[House]:
    top = Path(tempfile.mkdtemp(prefix="fxa", dir=memory()))
    bounds = {"invite_seconds": INVITE_SECONDS, "handshake_seconds": HANDSHAKE_SECONDS, "login_failures": 1000}
    try:
        with running(top, guest="none", listen=("https://127.0.0.1:0",), **bounds) as house:
            yield house
    finally:
        shutil.rmtree(top)


@pytest.fixture
def guarded(guarded_house: House) -> Iterator[House]:
    """A house that only devices may enter; its canaries are looked at before and after."""
    house = guarded_house
    house.reset()
    before = house.outside_now()
    yield house
    assert house.outside_now() == before
    house.check_alive()
    for device in house.manage("device_list"):
        if device["name"] != "honest":
            house.manage("device_revoke", device["id"])


# Strangers


#: What a stranger may try: with no credentials, and with some that nobody has.
CREDENTIALS: dict[str, dict[str, str]] = {
    "none": {},
    "a guessed token": {"Authorization": "Bearer " + "A" * 43},
    "an empty token": {"Authorization": "Bearer "},
    "a guessed password": {"Authorization": "Basic " + base64.b64encode(b"any:guessed").decode()},
    "Basic that is none": {"Authorization": "Basic !!!!"},
    "Basic without a colon": {"Authorization": "Basic " + base64.b64encode(b"any").decode()},
    "a token of 15,000 letters": {"Authorization": "Bearer " + "A" * 15_000},
    "bytes": {"Authorization": "Bearer \xff\xfe\x80"},
    "another scheme": {"Authorization": "Digest username=any"},
    "a name of ours": {"Authorization": "Bearer honest"},
    "the word local": {"Authorization": "Bearer local"},
    "a cookie": {"Cookie": "token=guessed"},
    "a forwarded address": {"X-Forwarded-For": "127.0.0.1", "Forwarded": "for=127.0.0.1", "X-Real-IP": "127.0.0.1"},
}


@pytest.mark.parametrize("headers", CREDENTIALS.values(), ids=CREDENTIALS)
def test_a_stranger_gets_nothing_by_any_method(guarded: House, headers: dict[str, str]) -> None:
    before = guarded.share_now()
    with guarded.wire() as wire:
        for name in [*METHODS, "no.such.method", "server_info"]:
            reply = again(guarded, wire, lambda w, name=name: w.call(name, "mine", headers=headers))
            assert reply.code in (LOGIN, -32602 if name == "pair" else LOGIN), name
            assert b"mine" not in reply.body
        batch = [{"methodName": name, "params": ["mine"]} for name in METHODS]
        assert again(guarded, wire, lambda w: w.call("system.multicall", batch, headers=headers)).code == LOGIN
        for line in ("GET /files/mine", "HEAD /files/mine", "PUT /files/new", "GET /files/none", "PUT /uploads/x/0", "GET /"):
            reply = again(guarded, wire, lambda w, line=line: w.request(line, b"x" if line[0] == "P" else b"", headers))
            assert reply.status == 401, line
            assert "www-authenticate" in reply.headers
    assert guarded.share_now() == before


def again(house: House, wire: Wire, ask: Callable[[Wire], Reply]) -> Reply:
    """Ask; over a new connection where a refusal ended the last one."""
    try:
        return ask(wire)
    except Closed:
        with house.wire() as fresh:
            return ask(fresh)


@pytest.mark.parametrize("start", [
    b"POST /RPC2 HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/xml\r\n",
    b"PUT /files/new HTTP/1.1\r\nHost: localhost\r\n",
    b"GET /files/mine HTTP/1.1\r\nHost: localhost\r\n",
    b"POST /RPC2 HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/xml\r\nAuthorization: Bearer guessed\r\n",
], ids=["call", "file", "read", "guessed"])  # fmt: skip
@pytest.mark.parametrize("framing", ["length", "chunks", "long", "endless"])
def test_a_refused_login_with_a_body_behind_it_is_one_answer(guarded: House, start: bytes, framing: str) -> None:
    """What stands in the body of a refused request is never a request of its own, and never read for long."""
    inner = b"PUT /files/smuggled HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4\r\n\r\nevil"
    before = guarded.share_now()
    with guarded.wire() as wire:
        if framing == "chunks":
            wire.send(start + b"Transfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n0\r\n\r\n" % (len(inner), inner))
        elif framing == "endless":
            wire.send(start + b"Content-Length: 1000000000000\r\n\r\n" + inner * 10_000)
        else:
            body = inner * (1 if framing == "length" else 3000)
            wire.send(start + b"Content-Length: %d\r\n\r\n" % len(body) + body)
        reply = wire.reply()
        assert (reply.status, reply.code) in ((401, LOGIN), (200, LOGIN), (200, -32700))
        if reply.headers.get("connection") != "close":
            assert wire.request("GET /files/mine").status == 401
        else:
            assert b"HTTP/1.1" not in wire.rest()
    assert guarded.share_now() == before


# Tokens


@pytest.mark.parametrize("held", ["read", "write"])
def test_every_changing_method_is_forbidden_to_a_token_that_covers_less(guarded: House, held: str) -> None:
    """Generated from the table, with parameters that would do something were they let through; alone, and in a batch."""
    token = guarded.device("attacker", held)["token"]
    granted = Permission[held.upper()]
    forbidden = [call for call in filled_calls() if METHODS[call.method].permission > granted]
    assert {call.method for call in forbidden} == {name for name, method in METHODS.items() if method.permission > granted}
    before = guarded.share_now()
    with guarded.wire(token=token) as wire:
        for call in forbidden:
            assert code_of(call.method, wire.call(call.method, *call.params)) == FORBIDDEN, call
        batch = [{"methodName": call.method, "params": list(call.params)} for call in forbidden]
        for call, answer in zip(forbidden, wire.call("system.multicall", batch).value, strict=True):
            assert code_of_value(call.method, answer) == FORBIDDEN, call
        if held == "read":
            for line, headers in (
                ("PUT /files/new", {}),
                ("PUT /files/mine", {}),
                ("PUT /files/new", {"If-None-Match": "*"}),
                ("PUT /uploads/" + "a" * 32 + "/0", {}),
            ):
                for body in (b"evil", LARGE):
                    with guarded.wire(token=token) as raw:
                        reply = raw.request(line, body, headers)
                        assert (reply.status, reply.code) == (403, FORBIDDEN)
            assert wire.request("GET /files/mine").body == b"mine"
    assert guarded.share_now() == before
    assert {device["name"] for device in guarded.manage("device_list")} == {"honest", "attacker"}


def test_a_manager_from_elsewhere_reaches_no_file_outside_the_share(guarded: House) -> None:
    """It may drive the agent; local paths of its jobs are held to the share, and which folder is shared is not its to choose."""
    token = guarded.device("manager", "manage")["token"]
    secret, outside = str(guarded.outside / "secret"), str(guarded.outside)
    (guarded.share / "way").symlink_to("../outside")
    before = guarded.outside_now()
    with guarded.wire(token=token) as wire:
        for direction, items in {
            "put": [[secret, "stolen"], [outside, "stolen"], [str(guarded.share / "way" / "secret"), "stolen"],
                    [str(guarded.share / ".." / "outside" / "secret"), "stolen"], ["/etc/passwd", "stolen"],
                    [str(guarded.share / "way"), "stolen"]],
            "get": [["mine", outside], ["mine", str(guarded.outside / "new")], ["mine", str(guarded.share / "way" / "new")],
                    ["mine", str(guarded.twin / "new")]],
        }.items():  # fmt: skip
            for item in items:
                reply = wire.call("job_add", {"direction": direction, "server": "", "items": [item]})
                if reply.code == 0:
                    job = reply.value["id"]
                    until(lambda job=job: state_of(wire, job) not in ("waiting", "running", "queued", "active"), "it ends")
                    assert state_of(wire, job) == "failed", item
                    wire.call("job_clear", [job])
        for server in (
            "unix:/run/x.sock",
            "http://127.0.0.1:1/",
            "http://localhost:1/",
            f"unix:{guarded.control[5:]}",
            "http://[::1]:1/",
        ):
            for method, params in {
                "job_add": ({"direction": "put", "server": server, "items": [[str(guarded.share / "mine"), "x"]]},),
                "view_open": (server, ""),
                "thumb_get": (server, "mine", "", 64),
                "preview_get": (server, "mine", 64),
                "server_call": (server, "server_info"),
                "server_save": ({"name": "evil", "address": server},),
            }.items():
                assert wire.call(method, *params).code != 0, (method, server)
        for share in ({"folder": outside}, {"folder": "/"}, {"folder": "/etc", "on": True}):
            assert wire.call("share_set", share).code != 0
        for name in (*AGENT, "system.multicall", "system.listMethods"):
            assert wire.call("server_call", "", name, []).code != 0, name
        assert wire.call("file_get", "stolen").code == 102
        assert not tells_secret(wire.heard)
    assert guarded.outside_now() == before
    assert not (guarded.share / "stolen").exists()


def state_of(wire: Wire, job: int) -> str:
    return next((row["state"] for row in wire.call("job_list").value["jobs"] if row["id"] == job), "gone")


@pytest.mark.parametrize("restart", [False, True], ids=["now", "after a restart"])
def test_another_devices_upload_does_not_exist(guarded: House, restart: bool) -> None:
    mine, other = guarded.device("mine", "write")["token"], guarded.device("other", "manage")["token"]
    with guarded.wire(token=mine) as wire:
        upload_id = wire.call("upload_open", "up", 8, {"key": "k"}).value["upload_id"]
        assert wire.call("upload_write", upload_id, 0, b"mine....").code == 0
    if restart:
        guarded.stop()
        guarded.start()
    before = guarded.share_now()
    with guarded.wire(token=other) as wire:
        for method, params in {
            "upload_status": (),
            "upload_write": (0, b"evil...."),
            "upload_reuse": (0, 0, 8, "", "blake3:" + "0" * 64),
            "upload_commit": (),
            "upload_abort": (),
        }.items():
            assert wire.call(method, upload_id, *params).code == UNKNOWN_UPLOAD, method
            batched = wire.call("system.multicall", [{"methodName": method, "params": [upload_id, *params]}]).value
            assert batched[0]["faultCode"] == UNKNOWN_UPLOAD
        assert wire.request(f"PUT /uploads/{upload_id}/0", b"evil....").code == UNKNOWN_UPLOAD
        # The same path, size and key of another device are another upload.
        twin = wire.call("upload_open", "up", 8, {"key": "k"}).value
        assert twin["upload_id"] != upload_id
        assert twin["missing"] == [[0, 8]]
        assert wire.call("upload_abort", twin["upload_id"]).code == 0
    with guarded.wire() as stranger:
        assert stranger.call("upload_commit", upload_id).code == LOGIN
    assert guarded.share_now() == before
    with guarded.wire(token=mine) as wire:
        assert wire.call("upload_commit", upload_id).code == 0
        assert wire.call("file_get", "up").value == b"mine...."
    with guarded.wire(token=other) as wire:
        # Nor is its answer another's, once it was committed.
        assert wire.call("upload_commit", upload_id).code == UNKNOWN_UPLOAD


def test_another_devices_keyed_results_and_listings_are_not_told(guarded: House) -> None:
    mine, other = guarded.device("mine", "write")["token"], guarded.device("other", "write")["token"]
    with guarded.wire(token=mine) as wire, guarded.wire(token=other) as spy:
        trash_id = wire.call("entry_delete", "mine", {"key": "k"}).value
        assert wire.call("entry_delete", "mine", {"key": "k"}).value == trash_id
        assert spy.call("entry_delete", "mine", {"key": "k"}).code == 102
        cursor = wire.call("file_list", "", {"limit": 1}).value["next"]
        assert spy.call("file_list", "", {"limit": 1, "cursor": cursor}).code != 0
        assert wire.call("file_list", "", {"limit": 1, "cursor": cursor}).code == 0


# Revoked in the middle of things


def test_a_device_revoked_in_mid_transfer_stores_and_reads_nothing_more(guarded: House) -> None:
    device = guarded.device("lost", "write")
    (guarded.share / "large").write_bytes(bytes(96 << 20))
    before = guarded.share_now()
    with (
        guarded.wire(token=device["token"]) as putting,
        guarded.wire(token=device["token"]) as getting,
        guarded.wire(token=device["token"]) as calling,
        guarded.wire(token=device["token"]) as waiting,
        guarded.wire(token=device["token"]) as idle,
        guarded.served(),
    ):
        always = {"Authorization": f"Bearer {device['token']}"}
        assert idle.call("server_info").code == 0
        upload_id = idle.call("upload_open", "up", 4).value["upload_id"]
        news = waiting.call("share_changes", "").value
        # What was written just before may still be told: it would answer the one who is to wait.
        while (later := waiting.call("share_changes", news["cursor"], 1).value)["folders"]:
            news = later
        cursor = later["cursor"]
        putting.send(head(b"PUT /files/new", len(LARGE) * 20, always) + LARGE * 10)
        getting.send(head(b"GET /files/large", None, always))
        assert getting.exactly(100)
        begun = call_body("file_put", "new2", "<base64>ZXZpbA==</base64>")
        calling.send(head(b"POST /", len(begun), {**XML, **always}) + begun[:-30])
        waited = call_body("share_changes", cursor, "<int>60</int>")
        waiting.send(head(b"POST /", len(waited), {**XML, **always}) + waited)
        assert guarded.manage("device_revoke", device["id"]) is True
        putting.send(LARGE * 10)
        calling.send(begun[-30:])
        (guarded.share / "told").write_bytes(b"x")
        for wire in (putting, calling, waiting):
            assert refused(wire)
        got = getting.rest()
        assert len(got) < 96 << 20
        with pytest.raises((AssertionError, Closed, OSError)):
            assert idle.call("upload_write", upload_id, 0, b"evil").code == 0
        with guarded.wire(token=device["token"]) as late:
            assert late.call("server_info").code == LOGIN
    (guarded.share / "told").unlink()
    now = guarded.share_now()
    assert {name for name in now if b".filexfer" not in name} == {name for name in before if b".filexfer" not in name}


def refused(wire: Wire) -> bool:
    """Whether the answer that was awaited is a refusal, or none at all."""
    try:
        return wire.reply().code in (LOGIN, FORBIDDEN)
    except (Closed, OSError):
        return True


# Invitations


def pair(house: House, code: str, name: str = "phone", pin: str = "", nonce: bytes = b"") -> tuple[Reply, tuple[bytes, bytes]]:
    """Show a proof for `code` over this very connection; what was answered, and what was shown."""
    with house.wire() as wire:
        assert isinstance(wire.sock, ssl.SSLSocket)
        seen = hashlib.sha256(wire.sock.getpeercert(True) or b"").hexdigest()
        nonce = nonce or secrets.token_bytes(32)
        proof = pairing.client_proof(code, pin or seen, nonce, name)
        return wire.call("pair", name, nonce, proof), (nonce, proof)


def shown_again(house: House, shown: tuple[bytes, bytes], name: str = "phone") -> Reply:
    with house.wire() as wire:
        return wire.call("pair", name, *shown)


def devices(house: House) -> list[str]:
    return sorted(device["name"] for device in house.manage("device_list"))


def invited(house: House, permission: str = "write") -> Any:
    return house.manage("invite_create", {"permission": permission})


def test_an_invitation_pairs_once_and_its_replay_gets_the_same_until_the_token_is_used(guarded: House) -> None:
    made = invited(guarded)
    code = pairing.parse_code(made["code"])
    reply, shown = pair(guarded, code)
    token = reply.value["token"]
    # The answer may have been lost: the same proof gets the same token. Nobody else's does.
    assert shown_again(guarded, shown).value["token"] == token
    assert pair(guarded, code)[0].code == PAIRING_FAILED
    assert shown_again(guarded, shown, "another name").code == PAIRING_FAILED
    assert shown_again(guarded, (shown[0], bytes(32))).code == PAIRING_FAILED
    with guarded.wire(token=token) as wire:
        assert wire.call("server_info").value["permission"] == "write"
    # From its first use on a replay gets nothing.
    assert shown_again(guarded, shown).code == PAIRING_FAILED
    assert devices(guarded) == ["honest", "phone"]


def test_an_expired_or_cancelled_invitation_pairs_nobody(guarded: House) -> None:
    expired, cancelled = invited(guarded), invited(guarded)
    assert guarded.manage("invite_cancel", cancelled["id"]) is True
    assert pair(guarded, pairing.parse_code(cancelled["code"]))[0].code == PAIRING_FAILED
    time.sleep(INVITE_SECONDS + 0.1)
    assert pair(guarded, pairing.parse_code(expired["code"]))[0].code == PAIRING_FAILED
    assert guarded.manage("invite_status", expired["id"])["state"] == "expired"
    assert devices(guarded) == ["honest"]


def test_two_who_use_one_invitation_at_once_make_one_device(guarded: House) -> None:
    for _ in range(5):
        use = partial(pair, guarded, pairing.parse_code(invited(guarded)["code"]))
        with ThreadPoolExecutor(8) as crowd:
            codes = sorted(reply.code for reply, _ in crowd.map(use, [f"phone {number}" for number in range(8)]))
        assert codes == [0, *[PAIRING_FAILED] * 7]
    assert len(devices(guarded)) == 6


def test_a_proof_over_another_certificate_pairs_nobody(guarded: House) -> None:
    """As a man in the middle would relay it: the proof is over the certificate that he showed."""
    code = pairing.parse_code(invited(guarded)["code"])
    assert pair(guarded, code, pin="0" * 64)[0].code == PAIRING_FAILED
    assert devices(guarded) == ["honest"]
    # And the invitation is not burnt by it.
    assert pair(guarded, code)[0].code == 0


@pytest.mark.parametrize("batched", [False, True])
def test_a_token_or_code_guessed_in_a_batch_is_one_refusal(guarded: House, batched: bool) -> None:
    invited(guarded)
    guess = [{"methodName": "pair", "params": ["x", b"n" * 32, secrets.token_bytes(32)]} for _ in range(500)]
    read = guarded.device("attacker", "read")["token"]
    for token in ("", read):
        with guarded.wire(token=token) as wire:
            calls = [{"methodName": "system.multicall", "params": [guess]}] if batched else guess
            reply = wire.call("system.multicall", calls)
            if not token:
                assert reply.code == LOGIN
            else:
                assert all("faultCode" in answer for answer in reply.value)
    assert devices(guarded) == ["attacker", "honest"]


def test_the_parameters_of_pair_are_bounded(guarded: House) -> None:
    invited(guarded)
    for params in (("x" * 65, b"n" * 32, b"p" * 32), ("", b"n" * 32, b"p" * 32), ("x", b"n" * 31, b"p" * 32),
                   ("x", b"n" * 32, b"p" * 33), ("x", "n" * 32, b"p" * 32), ("x",), (1, 2, 3), ("x", b"", b"")):  # fmt: skip
        with guarded.wire() as wire:
            assert wire.call("pair", *params).code == -32602, params
    with guarded.wire() as wire:
        assert wire.call("pair", "x" * 5000, b"n" * 32, b"p" * 32).code == LOGIN
    assert devices(guarded) == ["honest"]


def test_guesses_slow_down_the_address_they_come_from_and_nobody_else(tmp_path: Path) -> None:
    with running(tmp_path, guest="none", listen=("https://127.0.0.1:0",), login_failures=10) as house:
        code = pairing.parse_code(invited(house)["code"])
        codes = [pair(house, pairing.new_code())[0].code for _ in range(10)]
        assert set(codes) == {PAIRING_FAILED}
        assert pair(house, pairing.new_code())[0].code == SLOW_DOWN
        # A known device does not wait, nor whoever has the code or comes from elsewhere.
        with house.wire(token=house.honest) as wire:
            assert wire.call("file_get", "honest").value == b"honest"
        for n in range(14):
            with house.wire(token="guessed") as wire:
                assert wire.call("server_info").code == (LOGIN if n < 5 else SLOW_DOWN)
                assert wire.request("GET /files/mine").status in (401, 429)
        with Wire(house.address, source="127.0.0.2") as wire:
            nonce = secrets.token_bytes(32)
            assert isinstance(wire.sock, ssl.SSLSocket)
            pin = hashlib.sha256(wire.sock.getpeercert(True) or b"").hexdigest()
            proof = pairing.client_proof(code, pin, nonce, "phone")
            assert wire.call("pair", "phone", nonce, proof).code == 0
        house.check_alive()


# The key


def test_a_swapped_certificate_is_noticed_before_a_byte_is_sent(tmp_path: Path) -> None:
    with running(tmp_path, guest="none", listen=("https://127.0.0.1:0",)) as house:
        device = house.device("mine", "write")
        credentials = Credentials(device["pin"], device["token"])
        with connect(house.address, credentials=credentials) as session:
            assert session.call("file_get", "mine") == b"mine"
        house.stop()
        (tmp_path / "state" / "identity.pem").unlink()
        house.start()
        with connect(house.address, credentials=credentials) as session, pytest.raises(KeyChanged):
            session.call("file_put", "new", b"evil")
        stock = ssl.create_default_context(cadata=device["certificate"])
        stock.check_hostname = False
        with pytest.raises(ssl.SSLCertVerificationError):
            house_wire(house, stock)
        assert not (house.share / "new").exists()


def house_wire(house: House, context: ssl.SSLContext) -> Wire:
    return Wire(house.address, tls=context)


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2])
def test_an_older_tls_is_refused(guarded: House, version: ssl.TLSVersion) -> None:
    context = trusting()
    context.maximum_version = version
    with pytest.raises((ssl.SSLError, ConnectionError)):
        house_wire(guarded, context)


@pytest.mark.parametrize("start", [b"", b"\x16", b"\x16\x03\x01\x02\x00\x01", b"\x16\x03\x01\xff\xff", b"\x80\x2e\x01\x00\x02"])
def test_silent_handshakes_are_ended_by_their_deadline_and_delay_nobody(guarded: House, start: bytes) -> None:
    before = guarded.descriptors()
    port = int(guarded.address.rsplit(":", 1)[1].strip("/"))
    socks = [socket.create_connection(("127.0.0.1", port), 20) for _ in range(60)]
    try:
        with guarded.served():
            for sock in socks:
                sock.sendall(start)
            for sock in socks:
                try:
                    while sock.recv(1000):
                        pass
                except ConnectionError:
                    pass
        until(lambda: guarded.descriptors() <= before + 8, "their descriptors are released")
    finally:
        for sock in socks:
            sock.close()
