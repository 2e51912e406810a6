"""Peers that want new keys over TLS (RFC 8446, 4.6.3), over and over: OpenSSL makes an answer to each of them."""

from __future__ import annotations

import struct
from contextlib import suppress

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA384
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

from tests.server.conftest import head, whoever_answers
from tests.server.test_tls import Hands


@pytest.fixture
def scheme() -> str:
    return "https"


class Rekeying:
    """Seals records by itself, behind a handshake whose secrets were logged: `ssl` asks for no new keys (RFC 8446, 7.2)."""

    def __init__(self, secret: bytes) -> None:
        self._secret = secret
        self._use()

    def _use(self) -> None:
        self._seal, self._nonce, self._count = AESGCM(self._derived(b"key", 32)), self._derived(b"iv", 12), 0

    def _derived(self, label: bytes, length: int) -> bytes:
        label = b"tls13 " + label
        told = struct.pack(">HB", length, len(label)) + label + b"\0"
        return HKDFExpand(SHA384(), length, told).derive(self._secret)

    def sealed(self, data: bytes, kind: int = 23) -> bytes:
        nonce = (int.from_bytes(self._nonce) ^ self._count).to_bytes(12)
        self._count += 1
        outer = struct.pack(">BHH", 23, 0x303, len(data) + 17)
        return outer + self._seal.encrypt(nonce, data + bytes([kind]), outer)

    def new_keys(self) -> bytes:
        """The wish that the other side takes new keys too, and ours."""
        told = self.sealed(b"\x18\0\0\1\1", 22)
        self._secret = self._derived(b"traffic upd", 48)
        self._use()
        return told


@pytest.fixture
def hands(running, tmp_path):
    """Whose handshake is done, and `keys` its own from then on."""
    context, log = whoever_answers(), tmp_path / "secrets"
    context.keylog_filename = str(log)
    with Hands(running) as hands:
        hands.tls = context.wrap_bio(hands.incoming, hands.out)
        hands.meet()
        assert hands.tls.cipher()[0] == "TLS_AES_256_GCM_SHA384"
        [secret] = [line.split()[2] for line in log.read_text().splitlines() if line.startswith("CLIENT_TRAFFIC_SECRET_0")]
        hands.keys = Rekeying(bytes.fromhex(secret))
        yield hands


def test_who_wants_new_keys_with_each_byte_of_a_body_is_given_up(running, hands) -> None:
    keys = hands.keys
    hands.sock.sendall(keys.sealed(head("PUT /files/f", 3000)))
    with suppress(ConnectionError):
        for _ in range(2000):
            hands.sock.sendall(keys.new_keys() + keys.sealed(b"x"))
    assert hands.ended(), "OpenSSL holds an answer to each of them"
    assert running.held() == {}


def test_who_wants_new_keys_now_and_then_is_served(running, hands) -> None:
    hands.sock.sendall(hands.keys.sealed(head("PUT /files/f", 100)))
    for _ in range(100):
        hands.sock.sendall(hands.keys.new_keys() + hands.keys.sealed(b"x"))
    assert hands.reply("PUT").status == 201
    assert running.held() == {"f": b"x" * 100}
