"""Pairing, by a client that was written after docs/protocol.md with the standard library alone (stranger.py)."""

from __future__ import annotations

import base64
import hashlib
import http.client
import json
import secrets
import socket
import ssl
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any
from xmlrpc.client import Binary, Fault, ServerProxy, dumps

import pytest

from filexfer.core.errors import ConnectionFailed
from filexfer.core.model import Permission
from filexfer.protocol import pairing
from filexfer.server import Server
from filexfer.server.identity import Identity
from tests.server.conftest import MakeHouse
from tests.server.stranger import House, Stranger, blind, transcript

WRONG = "ABCD-EFGH-IJKL-MNOP"


def fault(act: Callable[[], object]) -> int:
    """The code of the fault that `act` meets, 0 for none."""
    try:
        act()
    except Fault as met:
        return met.faultCode
    return 0


def later(house: House, seconds: float) -> None:
    """Let the clock of invitations and failures run ahead."""
    trust = house.server._trust
    for part in (trust._invites, trust._logins, trust._proofs):
        part._clock = lambda: time.monotonic() + seconds


# ---- it works


@pytest.mark.parametrize("permission", ["read", "write", "manage"])
def test_a_code_pairs_a_device_with_what_it_was_invited_for(house: House, permission: str) -> None:
    invite = house.invite(permission)
    laptop = house.stranger()
    answer = laptop.pair(invite["code"])
    assert (answer["permission"], answer["share"], answer["name"]) == (permission, "share", "laptop")
    info = laptop.call("server_info")
    assert (info["permission"], info["device"], info["secure"], info["local"]) == (permission, "laptop", True, False)
    assert house.owner("invite_status", invite["id"]) == {"state": "used", "seconds": 0, "device": "laptop"}
    [device] = house.owner("device_list")
    assert (device["id"], device["name"], device["permission"]) == (answer["device"], "laptop", permission)
    assert device["created_ns"] <= device["seen_ns"] <= time.time_ns()


def test_the_link_says_where_to_and_to_whom(house: House) -> None:
    invite = house.invite()
    said = pairing.parse_link(invite["link"])
    assert str(said.address) == invite["address"] == house.url
    assert invite["address"] in invite["addresses"]
    assert pairing.shown_code(said.code) == invite["code"]
    assert 590 < invite["seconds"] <= 600
    laptop = house.stranger()
    connection = laptop.connection()
    assert said.pin == laptop.seen(connection).hex()
    connection.close()


def test_an_invitation_reads_unless_it_says_more(house: House) -> None:
    assert house.owner("invite_create")["permission"] == "read"


def test_the_host_of_an_invitation_is_one_that_the_server_answers_to(make_house: MakeHouse) -> None:
    house = make_house(allow_hosts=("box.example",))
    assert house.invite(host="box.example")["address"].startswith("https://box.example:")
    assert house.invite(host="192.0.2.1", port=443)["address"] == "https://192.0.2.1:443/"
    assert house.invite(host="2001:db8::1", port=443)["address"] == "https://[2001:db8::1]:443/"
    for wrong in (
        {"host": "elsewhere.example"},
        {"host": "a/b"},
        {"host": "a b"},
        {"host": "192.0.2.1:99"},
        {"port": 0},
        {"port": 65536},
        {"port": -1},
        {"hosts": "x"},
    ):
        assert fault(lambda given=wrong: house.invite(**given)) == -32602  # type: ignore[misc]


def test_nobody_is_invited_to_a_server_that_has_stopped_listening(house: House) -> None:
    house.server.unlisten(house.url)
    for options in ({}, {"host": "192.0.2.1"}, {"host": "192.0.2.1", "port": 443}):
        assert fault(lambda given=options: house.invite(**given)) == -32602  # type: ignore[misc]
    assert fault(lambda: house.owner("device_add", "stock", "read")) == -32602
    house.server.listen("https://localhost:0")
    assert len(house.owner("device_add", "stock", "read")["token"]) == 43


def test_nobody_is_added_to_a_server_whose_https_could_not_listen(tmp_path: Path) -> None:
    house = House(tmp_path, "none", ("http://localhost:0", "https://localhost:0"))
    try:
        port = house.url.rpartition(":")[2].strip("/")
        house.server.unlisten(house.url)
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", int(port)))
            taken.listen()
            with pytest.raises(ConnectionFailed):
                house.server.listen(f"https://127.0.0.1:{port}")
            assert fault(lambda: house.owner("device_add", "stock", "read")) == -32602
    finally:
        house.close()


def test_nothing_that_is_kept_or_written_holds_a_code_or_a_token(house: House) -> None:
    code = house.invite()["code"]
    laptop = house.stranger()
    laptop.pair(code)
    laptop.call("server_info")
    added = house.owner("device_add", "stock", "read")
    house.close()
    kept = b"".join(file.read_bytes() for file in house.state.iterdir())
    for secret in (code, code.replace("-", ""), laptop.token, added["token"]):
        assert secret.encode() not in kept
    assert hashlib.sha256(laptop.token.encode()).hexdigest().encode() in kept


def test_a_device_is_known_again_after_a_restart_and_was_seen(make_house: MakeHouse) -> None:
    house = make_house()
    laptop = house.device("write")
    laptop.call("server_info")
    before = house.owner("device_list")
    house.close()
    again = make_house()
    assert again.owner("device_list") == before
    laptop.url = again.url
    assert laptop.call("server_info")["device"] == "laptop"


# ---- what does not pair


def test_a_wrong_code_pairs_nobody_and_burns_nobodys_invitation(house: House) -> None:
    invite = house.invite()
    assert fault(lambda: house.stranger().pair(WRONG)) == 203
    assert house.owner("device_list") == []
    assert house.owner("invite_status", invite["id"])["state"] == "open"
    house.stranger().pair(invite["code"])


def test_a_code_pairs_once(house: House) -> None:
    code = house.invite()["code"]
    house.stranger("one").pair(code)
    assert fault(lambda: house.stranger("two").pair(code)) == 203
    assert [device["name"] for device in house.owner("device_list")] == ["one"]
    # It is forgotten, not only out of use.
    assert [one.code for one in house.server._trust._invites._all.values()] == [""]


def test_of_many_who_come_with_one_code_at_once_one_is_paired(make_house: MakeHouse) -> None:
    house = make_house(login_failures=100)
    code = house.invite()["code"]
    with ThreadPoolExecutor(8) as pool:
        codes = list(pool.map(lambda n: fault(lambda: house.stranger(f"device {n}").pair(code)), range(8)))
    assert sorted(codes) == [0] + [203] * 7
    assert len(house.owner("device_list")) == 1


def test_an_invitation_expires(house: House) -> None:
    invite = house.invite()
    later(house, 601)
    assert fault(lambda: house.stranger().pair(invite["code"])) == 203
    assert house.owner("invite_status", invite["id"])["state"] == "expired"


def test_the_clock_of_invitations_is_not_the_one_that_people_set(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    invite = house.invite()
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + 1e6)
    house.stranger().pair(invite["code"])


def test_a_cancelled_invitation_pairs_nobody(house: House) -> None:
    invite = house.invite()
    assert house.owner("invite_cancel", invite["id"]) is True
    assert house.owner("invite_cancel", invite["id"]) is False
    assert fault(lambda: house.stranger().pair(invite["code"])) == 203
    assert house.owner("invite_status", invite["id"])["state"] == "cancelled"
    assert fault(lambda: house.owner("invite_status", "unknown")) == 102


def test_open_invitations_are_bounded_and_give_their_places_back(make_house: MakeHouse) -> None:
    house = make_house(open_invites=2)
    first, _ = house.invite(), house.invite()
    assert fault(house.invite) == 302
    house.owner("invite_cancel", first["id"])
    house.invite()


def test_invitations_end_with_the_server(make_house: MakeHouse) -> None:
    house = make_house()
    code = house.invite()["code"]
    house.close()
    again = make_house()
    assert fault(lambda: again.stranger().pair(code)) == 203


def changed(data: bytes) -> bytes:
    return bytes([data[0] ^ 1]) + data[1:]


@pytest.mark.parametrize(
    "forge",
    [
        lambda code, pin, nonce, name: transcript(code, b"server", pin, nonce, name),
        lambda code, pin, nonce, name: transcript(code, b"client", changed(pin), nonce, name),
        lambda code, pin, nonce, name: transcript(code, b"client", pin, changed(nonce), name),
        lambda code, pin, nonce, name: transcript(code, b"client", pin, nonce, name + b" "),
        lambda code, pin, nonce, name: transcript(code, b"client", pin + nonce, name),
        lambda code, pin, nonce, name: transcript(code.lower(), b"client", pin, nonce, name),
        lambda code, pin, nonce, name: transcript("", b"client", pin, nonce, name),
        lambda code, pin, nonce, name: bytes(32),
    ],
)
def test_every_part_of_the_transcript_counts(house: House, forge: Callable[[str, bytes, bytes, bytes], bytes]) -> None:
    code = house.invite()["code"]
    laptop = house.stranger()
    connection = laptop.connection()
    proof = forge(code, laptop.seen(connection), laptop.nonce, b"laptop")
    assert fault(lambda: laptop.call("pair", "laptop", Binary(laptop.nonce), Binary(proof), over=connection)) == 203
    connection.close()
    assert house.owner("device_list") == []


@pytest.mark.parametrize(
    "params",
    [
        (),
        ("laptop",),
        ("laptop", Binary(b"n" * 32)),
        ("laptop", Binary(b"n" * 31), Binary(b"p" * 32)),
        ("laptop", Binary(b"n" * 32), Binary(b"p" * 33)),
        ("laptop", "n" * 32, Binary(b"p" * 32)),
        ("", Binary(b"n" * 32), Binary(b"p" * 32)),
        ("l" * 65, Binary(b"n" * 32), Binary(b"p" * 32)),
        (7, Binary(b"n" * 32), Binary(b"p" * 32)),
        ("laptop", Binary(b"n" * 32), Binary(b"p" * 32), "more"),
    ],
)
def test_what_makes_no_sense_is_said_to_make_none(house: House, params: tuple[Any, ...]) -> None:
    house.invite()
    assert fault(lambda: house.stranger().call("pair", *params)) == -32602


def test_a_guesser_is_told_the_same_whatever_was_wrong(house: House) -> None:
    used, cancelled, expired = house.invite(), house.invite(), house.invite()
    house.stranger().pair(used["code"])
    house.owner("invite_cancel", cancelled["id"])
    house.server._trust._invites._all[expired["id"]].until = 0.0
    said = set()
    for code in (WRONG, used["code"], cancelled["code"], expired["code"]):
        with pytest.raises(Fault) as met:
            house.stranger("other").pair(code)
        said.add((met.value.faultCode, met.value.faultString))
    assert len(said) == 1


def test_failures_slow_down_the_address_they_come_from_and_nobody_else(make_house: MakeHouse) -> None:
    house = make_house(login_failures=3)
    code = house.invite()["code"]
    laptop = house.device()
    for _ in range(3):
        assert fault(lambda: house.stranger().pair(WRONG)) == 203
    assert fault(lambda: house.stranger().pair(WRONG)) == 204
    # Not who has the code: somebody else may have failed from the same address.
    house.stranger("neighbour").pair(code)
    code = house.invite()["code"]
    # A device that is known is let in from wherever it comes.
    assert laptop.call("server_info")["device"] == "laptop"
    there = Stranger(house.url.replace("localhost", "[::1]"))
    with suppress(ConnectionRefusedError):  # no IPv6 here
        there.pair(code)
        code = house.invite()["code"]
    later(house, 61)
    house.stranger().pair(code)


# ---- lost answers


def test_a_lost_answer_is_told_again_until_the_token_is_used(house: House) -> None:
    code = house.invite()["code"]
    laptop = house.stranger()
    first = laptop.pair(code)
    laptop.token = ""
    again = laptop.pair(code)
    assert again == first
    assert len(house.owner("device_list")) == 1
    laptop.call("server_info")
    late = Stranger(house.url, nonce=laptop.nonce)
    assert fault(lambda: late.pair(code)) == 203


def test_a_lost_answer_is_not_told_to_another_proof(house: House) -> None:
    code = house.invite()["code"]
    laptop = house.stranger()
    laptop.pair(code)
    assert fault(lambda: Stranger(house.url, nonce=secrets.token_bytes(32)).pair(code)) == 203
    assert fault(lambda: Stranger(house.url, "phone", nonce=laptop.nonce).pair(code)) == 203
    connection = laptop.connection()
    proof = laptop.proof(code, laptop.seen(connection))
    assert fault(lambda: house.stranger().call("pair", "phone", Binary(laptop.nonce), Binary(proof), over=connection)) == 203
    connection.close()


def test_a_lost_answer_is_not_told_for_ever(house: House) -> None:
    code = house.invite()["code"]
    laptop = house.stranger()
    laptop.pair(code)
    later(house, 601)
    assert fault(lambda: Stranger(house.url, nonce=laptop.nonce).pair(code)) == 203


def test_a_lost_answer_is_not_told_once_the_device_is_revoked(house: House) -> None:
    code = house.invite()["code"]
    laptop = house.stranger()
    laptop.pair(code)
    assert house.owner("device_revoke", "laptop") is True
    assert fault(lambda: Stranger(house.url, nonce=laptop.nonce).pair(code)) == 203
    assert house.owner("device_list") == []


def test_a_device_that_cannot_be_kept_is_not_paired_and_its_invitation_stays(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    code = house.invite()["code"]

    def full(fd: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("filexfer.core.kept.os.fsync", full)
        assert fault(lambda: house.stranger().pair(code)) == 303
        assert house.owner("device_list") == []
    house.stranger().pair(code)
    assert len(json.loads((house.state / "devices.json").read_text())["devices"]) == 1


# ---- somebody in between


class Between:
    """A man in the middle: shows a certificate of his own, and passes on what he reads, to the server and back."""

    def __init__(self, folder: Path, url: str) -> None:
        self._far = Stranger(url)
        self._context = Identity(folder).context()
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.url = f"https://127.0.0.1:{self._listening.getsockname()[1]}/"
        self.heard = b""
        self._thread = threading.Thread(target=self._pass_on)
        self._thread.start()

    def _pass_on(self) -> None:
        near = self._listening.accept()[0]
        with self._context.wrap_socket(near, server_side=True) as near, suppress(OSError, http.client.HTTPException):
            head = b""
            while b"\r\n\r\n" not in head:
                head += near.recv(4096)
            head, _, body = head.partition(b"\r\n\r\n")
            length = int(next(line for line in head.split(b"\r\n") if line.lower().startswith(b"content-length")).split(b":")[1])
            while len(body) < length:
                body += near.recv(4096)
            self.heard = body
            far = self._far.connection()
            far.request("POST", "/RPC2", body, {"Content-Type": "text/xml"})
            answer = far.getresponse()
            text = answer.read()
            far.close()
            near.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(text) + text)

    def close(self) -> None:
        self._listening.close()
        self._thread.join()


def test_through_a_man_in_the_middle_no_proof_fits_and_nothing_is_kept(house: House, tmp_path: Path) -> None:
    invite = house.invite()
    between = Between(tmp_path / "his", house.url)
    try:
        victim = Stranger(between.url)
        assert fault(lambda: victim.pair(invite["code"])) == 203
    finally:
        between.close()
    assert b"<methodName>pair</methodName>" in between.heard
    assert victim.token == ""
    assert house.owner("device_list") == []
    assert house.owner("invite_status", invite["id"])["state"] == "open"
    # What he heard is of no use to him either: the proof is over his own certificate.
    assert b"PairingFailed" not in between.heard
    straight = Stranger(house.url)
    connection = straight.connection()
    connection.request("POST", "/RPC2", between.heard, {"Content-Type": "text/xml"})
    assert b"203" in connection.getresponse().read()
    connection.close()


def test_an_answer_of_somebody_who_does_not_know_the_code_is_not_believed(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """The client's own check: with another proof, permission or token in the answer it must keep nothing."""
    code = house.invite("read")["code"]
    for part, value in (("proof", bytes(32)), ("permission", "manage"), ("token", "mine")):
        laptop = house.stranger()
        plain = laptop.call

        def forged(*params: Any, call: Any = plain, part: str = part, value: object = value, **over: Any) -> Any:
            return call(*params, **over) | {part: value}

        monkeypatch.setattr(laptop, "call", forged)
        with pytest.raises(AssertionError):
            laptop.pair(code)
        assert laptop.token == ""
        code = house.invite("read")["code"]


# ---- strangers


@pytest.mark.parametrize(
    "method", ["server_info", "system.listMethods", "system.multicall", "nothing", "invite_create", "pair2", " pair"]
)
def test_a_stranger_calls_pair_and_nothing_else(house: House, method: str) -> None:
    assert fault(lambda: house.stranger().call(method)) == 201


def test_a_strangers_large_call_is_refused_unread(house: House) -> None:
    body = dumps(("laptop", Binary(bytes(32)), Binary(bytes(32))), "pair").encode()
    connection = house.stranger().connection()
    connection.connect()
    connection.sock.sendall(
        b"POST /RPC2 HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/xml\r\nContent-Length: 4097\r\n\r\n" + body[:10]
    )
    answer = connection.sock.recv(65536)
    assert b"<int>201</int>" in answer
    connection.close()
    padded = body.replace(b"</methodCall>", b" " * (4096 - len(body)) + b"</methodCall>")
    for text, wanted in ((padded, b"<int>203</int>"), (padded + b" ", b"<int>201</int>")):
        connection = house.stranger().connection()
        connection.request("POST", "/RPC2", text, {"Content-Type": "text/xml"})
        assert wanted in connection.getresponse().read()
        connection.close()


def test_a_strangers_call_in_chunks_is_refused_unread(house: House) -> None:
    connection = house.stranger().connection()
    body = iter([dumps(("laptop", Binary(bytes(32)), Binary(bytes(32))), "pair").encode()])
    connection.request("POST", "/RPC2", body, {"Content-Type": "text/xml"}, encode_chunked=True)
    assert b"<int>201</int>" in connection.getresponse().read()
    connection.close()


def test_pair_is_no_part_of_a_batch(make_house: MakeHouse) -> None:
    house = make_house(guest="read")
    code = house.invite("manage")["code"]
    laptop = house.stranger()
    connection = laptop.connection()
    proof = laptop.proof(code, laptop.seen(connection))
    call = {"methodName": "pair", "params": ["laptop", Binary(laptop.nonce), Binary(proof)]}
    answers = laptop.call("system.multicall", [call] * 50, over=connection)
    connection.close()
    assert [answer["faultCode"] for answer in answers] == [-32602] * 50
    assert house.owner("device_list") == []


def test_pairing_goes_over_https_only(tmp_path: Path) -> None:
    with Server(tmp_path / "share", ["https://localhost:0", "http://localhost:0"], "read", state=tmp_path / "state") as server:
        url = next(url for url in server.addresses if url.startswith("http:"))
        trust = server._trust
        invitation, identity = trust.invite(Permission.READ)
        nonce = secrets.token_bytes(32)
        proof = transcript(invitation.code, b"client", bytes.fromhex(identity.pin), nonce, b"laptop")
        with ServerProxy(url) as proxy, pytest.raises(Fault) as met:
            proxy.pair("laptop", Binary(nonce), Binary(proof))
        assert met.value.faultCode == 203
        assert "https" in met.value.faultString
        assert trust.devices() == []


# ---- names


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("line\nbreak", "line\ufffdbreak"),
        ("esc\x7f", "esc\ufffd"),
        ("left\u202eright", "left\ufffdright"),
        ("zero\u200bwidth", "zero\ufffdwidth"),
        ("  two   words ", "two words"),
        ("   ", "device"),
        ("Büro 电脑", "Büro 电脑"),
        ("<b>bold</b>", "<b>bold</b>"),
        ("Bu\u0308ro", "B\u00fcro"),
    ],
)
def test_the_name_a_device_gives_itself_is_made_fit_to_be_shown(house: House, given: str, kept: str) -> None:
    laptop = house.stranger(given)
    assert laptop.pair(house.invite()["code"])["name"] == kept
    assert [device["name"] for device in house.owner("device_list")] == [kept]


def test_no_two_devices_have_the_same_name(house: House) -> None:
    for _ in range(3):
        house.device()
    assert [device["name"] for device in house.owner("device_list")] == ["laptop", "laptop (2)", "laptop (3)"]


# ---- stock clients


def test_a_stock_client_works_with_what_device_add_gives(house: House, tmp_path: Path) -> None:
    added = house.owner("device_add", "stock", "write")
    (tmp_path / "server.pem").write_text(added["certificate"])
    context = ssl.create_default_context(cafile=str(tmp_path / "server.pem"))
    context.check_hostname = False
    url = house.url.replace("https://", f"https://any:{added['token']}@")
    with ServerProxy(url, context=context, use_builtin_types=True) as proxy:
        assert proxy.file_put("hello.txt", b"hello")["outcome"] == "created"
        assert proxy.file_get("hello.txt") == b"hello"
        assert proxy.server_info()["device"] == "stock"
    assert hashlib.sha256(ssl.PEM_cert_to_DER_cert(added["certificate"])).hexdigest() == added["pin"]
    assert fault(lambda: house.owner("device_add", "x", "none")) == -32602
    assert fault(lambda: house.owner("device_add", "", "read")) == -32602


def test_methods_that_need_https_say_so_where_there_is_none(tmp_path: Path) -> None:
    with Server(tmp_path / "share", ["http://localhost:0"], control=tmp_path / "own" / "c.sock") as server:
        house = House.__new__(House)
        house.server = server
        for method, params in (("invite_create", ({"permission": "read"},)), ("device_add", ("stock", "read"))):
            with pytest.raises(Fault) as met:
                house.owner(method, *params)
            assert met.value.faultCode == -32602
            assert "https" in met.value.faultString
        assert house.owner("device_list") == []
        assert house.owner("device_revoke", "nobody") is False
    assert not any(file.name == "audit.log" for file in tmp_path.rglob("*"))


def test_a_basic_password_is_a_token_whatever_the_user(house: House) -> None:
    token = house.owner("device_add", "stock", "read")["token"]
    for user in ("", "any", "a b", "ü"):
        shown = base64.b64encode(f"{user}:{token}".encode()).decode()
        connection = http.client.HTTPSConnection(*_host_and_port(house.url), timeout=20, context=blind())
        connection.request("GET", "/files/none", headers={"Authorization": f"Basic {shown}"})
        assert connection.getresponse().status == 404
        connection.close()


def _host_and_port(url: str) -> tuple[str, int]:
    host, _, port = url.removeprefix("https://").rstrip("/").rpartition(":")
    return host, int(port)
