"""Pairing from the device's side: with a real server, with one that lies, and with a man in the middle of a real one."""

from __future__ import annotations

import errno
import json
import os
import socket
import ssl
import tempfile
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from filexfer.client import pairing as client_pairing
from filexfer.client.pairing import Paired, pair
from filexfer.client.session import connect
from filexfer.client.vault import Vault
from filexfer.core import errors
from filexfer.core.model import Permission
from filexfer.protocol import pairing
from filexfer.protocol.address import parse
from filexfer.protocol.pairing import Invite
from filexfer.protocol.xmlrpc import body_length, decode_call, encode_fault, encode_response, iterate
from tests.client.house import House
from tests.client.secure import Key, Peer, Scripted

CODE = "ABCDEFGHIJKLMNOP"


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with House(tmp_path) as made:
        yield made


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    return Vault(tmp_path / "ours")


@pytest.fixture(scope="module")
def key(tmp_path_factory: pytest.TempPathFactory) -> Key:
    return Key(tmp_path_factory.mktemp("key") / "key.pem")


def nothing_kept(vault: Vault) -> bool:
    return vault.known() == [] and not vault.file.exists()


# With a real server


@pytest.mark.parametrize("permission", ["read", "write", "manage"])
def test_a_link_pairs_and_what_it_brought_works_from_then_on(house: House, vault: Vault, permission: str) -> None:
    paired = pair(house.invite(permission), "laptop", vault)
    assert paired == Paired(parse(house.address), "share", Permission[permission.upper()], "file")
    assert house.devices() == [("laptop", Permission[permission.upper()])]
    with connect(house.address, vault=vault) as session:
        assert session.info()["permission"] == permission
        if permission == "read":
            with pytest.raises(errors.Forbidden):
                session.make_folder("new")
        else:
            session.make_folder("new")


def test_a_typed_code_pairs_too_as_people_type_it(house: House, vault: Vault) -> None:
    address, code = house.typed()
    typed = pairing.shown_code(code).lower().replace("o", "0").replace("i", "1").replace("-", " ")
    pair((address, typed), " laptop ", vault)
    assert [name for name, _ in house.devices()] == ["laptop"]
    assert vault.known() == [house.address]


def test_an_invitation_works_once_and_a_wrong_code_not_at_all(house: House, vault: Vault, tmp_path: Path) -> None:
    invite = house.invite()
    pair(invite, "laptop", vault)
    other = Vault(tmp_path / "other")
    for code in (invite.code, CODE):
        with pytest.raises(errors.PairingFailed):
            pair(invite._replace(code=code), "thief", other)
    assert nothing_kept(other)
    assert [name for name, _ in house.devices()] == ["laptop"]


def test_pairing_anew_takes_the_place_of_what_was_known(house: House, vault: Vault) -> None:
    pair(house.invite("read"), "laptop", vault)
    before = vault.find(house.address)
    pair(house.invite("write"), "laptop again", vault)
    after = vault.find(house.address)
    assert before is not None
    assert after is not None
    assert (before.pin, before.token != after.token) == (after.pin, True)
    assert vault.known() == [house.address]


def test_a_revoked_device_is_told_to_pair_again_and_then_goes_on(house: House, vault: Vault) -> None:
    pair(house.invite(), "laptop", vault)
    with connect(house.address, vault=vault) as session:
        session.info()
        assert house.owner.call("device_revoke", "laptop") is True
        with pytest.raises(errors.LoginNeeded):
            session.call("file_list", "")
        pair(house.invite(), "laptop", vault)
        session.call("file_list", "")


def test_two_devices_pair_at_once(house: House, tmp_path: Path) -> None:
    invites = [house.invite() for _ in range(6)]
    failed: list[BaseException] = []

    def run(number: int) -> None:
        try:
            pair(invites[number], f"device {number}", Vault(tmp_path / f"vault {number}"))
        except BaseException as error:
            failed.append(error)

    threads = [threading.Thread(target=run, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert failed == []
    assert len(house.devices()) == 6


@pytest.mark.parametrize("name", ["", " ", "x" * 65, "a\nb", "\ud800"])
def test_a_device_has_a_name_that_can_be_shown(house: House, vault: Vault, name: str) -> None:
    with pytest.raises(errors.BadParameters):
        pair(house.invite(), name, vault)
    assert nothing_kept(vault)


def test_pairing_in_the_clear_is_refused(vault: Vault) -> None:
    with pytest.raises(errors.BadParameters, match="https"):
        pair((parse("http://localhost:1/"), CODE), "laptop", vault)


@pytest.mark.parametrize(("name", "told"), [(b"l\xe4tin", "l\\xe4tin"), (b"a\x01\x1bb", "a\\x01\\x1bb"), ("ä".encode(), "ä")])
def test_a_share_of_any_name_is_paired_with(tmp_path: Path, vault: Vault, name: bytes, told: str) -> None:
    folder = os.fsdecode(os.fsencode(tmp_path) + b"/" + name)
    with House(tmp_path, share=Path(folder)) as house:
        assert pair(house.invite(), "laptop", vault).share == told


# A man in the middle


class Between:
    """Ends the TLS of whoever connects, with a key of its own, and passes what it reads to the real server over TLS.

    Attributes: address, read (bytes that it could read of the client)."""

    def __init__(self, target: str, key: Key) -> None:
        self._target = parse(target)
        self.read = b""
        self._server = Scripted(self._pass, key)
        self.address = self._server.address

    def close(self) -> None:
        self._server.__exit__()

    def _pass(self, peer: Peer) -> None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        raw = socket.create_connection((self._target.host, self._target.port))
        with context.wrap_socket(raw) as real:
            request = peer.request()
            self.read += request
            # As a careful one would: the server is to see its own name.
            real.sendall(request.replace(parse(self.address).authority.encode(), self._target.authority.encode()))
            while data := real.recv(1 << 16):
                peer.socket.sendall(data)


@pytest.fixture
def between(house: House, key: Key) -> Iterator[Between]:
    made = Between(house.address, key)
    yield made
    made.close()


def test_a_man_in_the_middle_gets_nothing_from_a_code_that_is_typed(house: House, vault: Vault, between: Between) -> None:
    invite = house.invite()
    with pytest.raises(errors.PairingFailed):
        pair((parse(between.address), invite.code), "laptop", vault)
    assert nothing_kept(vault)
    assert house.devices() == []
    assert b"<methodName>pair<" in between.read
    assert invite.code.encode() not in between.read


def test_a_man_in_the_middle_reads_not_even_the_proof_where_a_link_is_used(house: House, vault: Vault, between: Between) -> None:
    with pytest.raises(errors.PairingFailed, match="told nothing"):
        pair(house.invite()._replace(address=parse(between.address)), "laptop", vault)
    assert between.read == b""
    assert nothing_kept(vault)


# Servers that lie

Answer = Callable[[dict[str, object]], object]


class Liar:
    """Knows the code and answers `pair` as a right server does, but for what `change` makes of it.

    Attributes: calls (parameters of each), lose (how many answers are cut off), grants (token and permission)."""

    def __init__(self, key: Key, change: Answer = lambda answer: answer, code: str = CODE) -> None:
        self.calls: list[tuple[object, ...]] = []
        self.lose = 0
        self.grants = ("t" * 43, "write")
        self._key = key
        self._change = change
        self._code = code
        self.server = Scripted(self._serve, key)

    def __enter__(self) -> Liar:
        return self

    def __exit__(self, *_: object) -> None:
        self.server.__exit__()

    @property
    def target(self) -> tuple[object, str]:
        return parse(self.server.address), self._code

    def _serve(self, peer: Peer) -> None:
        while request := peer.request():
            call = decode_call(request.partition(b"\r\n\r\n")[2])
            if call.method != "pair":
                peer.answer(encode_fault(201, "Who are you?"))
                continue
            self.calls.append(tuple(call.params))
            if len(self.calls) <= self.lose:
                peer.reset()
                return
            answer = self._change(self._right(*call.params))  # type: ignore[arg-type]
            parts = encode_response(answer)
            body = b"".join(map(bytes, iterate(parts)))
            assert len(body) == body_length(parts)
            peer.answer(body)

    def _right(self, device: str, nonce: bytes, proof: bytes) -> dict[str, object]:
        assert proof == pairing.client_proof(self._code, self._key.pin, nonce, device)
        token, granted = self.grants
        shown = pairing.server_proof(self._code, self._key.pin, nonce, device, proof, granted, token)
        return {"token": token, "permission": granted, "device": "0" * 16, "proof": shown, "share": "fotos"}


def test_the_liar_is_believed_as_long_as_it_tells_the_truth(key: Key, vault: Vault) -> None:
    with Liar(key) as liar:
        assert pair(liar.target, "laptop", vault).share == "fotos"  # type: ignore[arg-type]
        found = vault.find(liar.server.address)
    assert found is not None
    assert (found.pin, found.token) == (key.pin, "t" * 43)


@pytest.mark.parametrize(("share", "told"), [(b"l\xe4tin", ""), (["x"], ""), ("a\u202eb", "a\\u202eb")])
def test_what_it_calls_its_share_is_no_part_of_the_proof(key: Key, vault: Vault, share: object, told: str) -> None:
    with Liar(key, lambda answer: answer | {"share": share}) as liar:
        assert pair(liar.target, "laptop", vault).share == told  # type: ignore[arg-type]
    assert vault.known() == [liar.server.address]


LIES: list[Answer] = [
    lambda answer: answer | {"proof": bytes(32)},
    lambda answer: answer | {"proof": b""},
    lambda answer: answer | {"proof": "00" * 32},
    lambda answer: answer | {"token": "u" * 43},
    lambda answer: answer | {"permission": "manage"},
    lambda answer: answer | {"permission": "everything"},
    lambda answer: answer | {"permission": ["write"]},
    lambda answer: answer | {"token": "t\r\nX: y"},
    lambda answer: answer | {"token": ""},
    lambda answer: {},
    lambda answer: True,
    lambda answer: [answer],
]


@pytest.mark.parametrize("lie", range(len(LIES)))
def test_nothing_is_kept_of_an_answer_that_is_not_proved(key: Key, vault: Vault, lie: int) -> None:
    with Liar(key, LIES[lie]) as liar, pytest.raises(errors.PairingFailed, match="nothing was kept"):
        pair(liar.target, "laptop", vault)  # type: ignore[arg-type]
    assert nothing_kept(vault)


@pytest.mark.parametrize(
    "grants", [("t\r\nX: y", "write"), ("", "write"), ("t" * 600, "write"), ("ä", "write"), ("t" * 43, "all")]
)
def test_what_could_not_be_used_is_not_kept_though_it_is_proved(key: Key, vault: Vault, grants: tuple[str, str]) -> None:
    with Liar(key) as liar, pytest.raises(errors.PairingFailed):
        liar.grants = grants
        pair(liar.target, "laptop", vault)  # type: ignore[arg-type]
    assert nothing_kept(vault)


def test_a_server_that_does_not_know_the_code_is_not_believed(key: Key, vault: Vault) -> None:
    def another_code(answer: dict[str, object]) -> object:
        nonce, proof = liar.calls[-1][1:]
        parts = (nonce, "laptop", proof, answer["permission"], answer["token"])
        return answer | {"proof": pairing.server_proof("P" * 16, key.pin, *parts)}  # type: ignore[arg-type]

    with Liar(key, another_code) as liar, pytest.raises(errors.PairingFailed):
        pair(liar.target, "laptop", vault)  # type: ignore[arg-type]
    assert nothing_kept(vault)


def test_the_clients_own_proof_does_not_pass_for_the_servers(key: Key, vault: Vault) -> None:
    with Liar(key, lambda answer: answer | {"proof": liar.calls[-1][2]}) as liar, pytest.raises(errors.PairingFailed):
        pair(liar.target, "laptop", vault)  # type: ignore[arg-type]
    assert nothing_kept(vault)


def test_a_redirect_is_not_followed(key: Key, vault: Vault) -> None:
    def redirects(peer: Peer) -> None:
        peer.request()
        peer.answer(b"", "302 Found", "Location: http://127.0.0.1:1/")

    with Scripted(redirects, key) as server, pytest.raises(errors.ConnectionFailed):
        pair((parse(server.address), CODE), "laptop", vault)
    assert nothing_kept(vault)


# Lost answers


def test_a_lost_answer_is_asked_for_again_with_the_same_nonce_and_proof(
    key: Key, vault: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client_pairing, "_PAUSE", 0.01)
    with Liar(key) as liar:
        liar.lose = 2
        pair(liar.target, "laptop", vault)  # type: ignore[arg-type]
        assert len(liar.calls) == 3
        assert len(set(liar.calls)) == 1


def test_a_lost_answer_of_a_real_server_makes_one_device(
    house: House, vault: Vault, key: Key, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client_pairing, "_PAUSE", 0.01)
    target = parse(house.address)

    def loses(peer: Peer) -> None:
        asked = threading.Event()

        def pump() -> None:
            try:
                while data := peer.take():
                    # A record of data longer than the end of a handshake: the request.
                    at = data.rfind(b"\x17\x03\x03")
                    if at >= 0 and int.from_bytes(data[at + 3 : at + 5], "big") > 200:
                        asked.set()
                    real.sendall(data)
            except OSError:
                pass

        with socket.create_connection((target.host, target.port)) as real:
            threading.Thread(target=pump, daemon=True).start()
            while data := real.recv(1 << 16):
                if peer.number == 0 and asked.is_set():
                    lost.append(peer.number)
                    peer.reset()
                    return
                peer.socket.sendall(data)

    lost: list[int] = []
    with Scripted(loses) as relay:
        address = parse(relay.address.replace("http:", "https:"))
        paired = pair(house.invite()._replace(address=address), "laptop", vault)
    assert lost == [0]
    assert paired.permission is Permission.WRITE
    assert [name for name, _ in house.devices()] == ["laptop"]


def test_another_key_at_the_second_attempt_is_told_nothing(
    key: Key, vault: Vault, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client_pairing, "_PAUSE", 0.01)
    other = Key(tmp_path / "other.pem")

    def cuts(peer: Peer) -> None:
        peer.request()
        server.key = other
        peer.reset()

    with Scripted(cuts, key) as server, pytest.raises(errors.PairingFailed, match="told nothing"):
        pair((parse(server.address), CODE), "laptop", vault)
    assert server.read_with(other) == b""
    assert nothing_kept(vault)


def test_where_nothing_answers_it_is_said_at_once(vault: Vault) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with pytest.raises(errors.ConnectionFailed):
        pair((parse(f"https://127.0.0.1:{port}/"), CODE), "laptop", vault)


def test_where_the_token_cannot_be_kept_it_is_said_before_the_code_is_used(house: House, vault: Vault, tmp_path: Path) -> None:
    (tmp_path / "in the way").write_text("", encoding="utf-8")
    invite = house.invite()
    for state in (tmp_path / "in the way", Path("/proc/nope")):
        with pytest.raises(errors.StorageFailed):
            pair(invite, "laptop", Vault(state))
    assert house.devices() == []
    pair(invite, "laptop", vault)


def test_where_the_disk_is_full_the_code_is_not_used_either(house: House, vault: Vault, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(**_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    invite = house.invite()
    with monkeypatch.context() as patched:
        patched.setattr(tempfile, "TemporaryFile", full)
        with pytest.raises(errors.StorageFailed, match="make room"):
            pair(invite, "laptop", vault)
    assert house.devices() == []
    pair(invite, "laptop", vault)
    assert {path.name for path in vault.file.parent.iterdir()} == {"vault.json", "vault.lock"}


def test_neither_code_nor_token_is_in_any_repr_or_error(house: House, vault: Vault) -> None:
    invite = house.invite()
    paired = pair(invite, "laptop", vault)
    token = json.loads(vault.file.read_text())[house.address]["token"]
    with pytest.raises(errors.PairingFailed) as failure:
        pair(invite, "laptop", vault)
    shown = repr(paired) + repr(invite) + repr(vault.find(house.address)) + repr(failure.value) + str(failure.value)
    assert invite.code not in shown
    assert pairing.shown_code(invite.code) not in shown
    assert token not in shown
    assert isinstance(invite, Invite)
