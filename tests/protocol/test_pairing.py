"""Codes, links, pins and proofs: what is typed is forgiven what people do, and everything that is proven is in the proof."""

from __future__ import annotations

import hashlib
import hmac

import pytest
from hypothesis import given
from hypothesis import strategies as st

from filexfer.core.errors import BadParameters
from filexfer.protocol import pairing
from filexfer.protocol.address import parse

PIN = hashlib.sha256(b"a certificate").hexdigest()
CODE = "ABCDEFGHIJKLMNO7"


def test_a_code_has_eighty_bits_in_four_groups_and_no_two_are_alike() -> None:
    codes = {pairing.new_code() for _ in range(1000)}
    assert len(codes) == 1000
    for code in codes:
        assert pairing.parse_code(pairing.shown_code(code)) == code
        assert len(pairing.shown_code(code).split("-")) == 4


@pytest.mark.parametrize(
    "typed",
    ["ABCD-EFGH-IJKL-MNO7", "abcd efgh ijkl mno7", "ABCDEFGHIJKLMNO7", " abcd-EFGH 1jkl-mn07 ", "ABCD–EFGH–IJKL–MNO7"],
)
def test_a_code_is_read_however_people_type_it(typed: str) -> None:
    assert pairing.parse_code(typed) == CODE


@pytest.mark.parametrize("typed", ["", "ABCD", CODE + "A", "ABCD-EFGH-IJKL-MNO8", "ABCD-EFGH-IJKL-MNO=", "АBCDEFGHIJKLMNO7"])
def test_what_is_no_code_is_refused_with_how_to_write_one(typed: str) -> None:
    with pytest.raises(BadParameters, match="four groups of four"):
        pairing.parse_code(typed)


@pytest.mark.parametrize("address", ["https://attic-pi:8765/", "https://[fe80::1%25eth0]:9/", "https://192.168.1.5:8765/"])
def test_a_link_says_host_port_code_and_pin(address: str) -> None:
    invite = pairing.Invite(parse(address), CODE, PIN)
    assert pairing.parse_link(f"  {invite.link()}\n") == invite
    assert pairing.is_link(invite.link())
    assert CODE not in repr(invite)


@pytest.mark.parametrize(
    "change",
    [
        lambda link: link[:-1],
        lambda link: link.replace("code=", "cod="),
        lambda link: link.replace("pin=", "pin=A"),
        lambda link: link.replace("filexfer:", "https:"),
        lambda link: link.replace("//", "//user:password@"),
        lambda link: link.replace("?", "?x=%zz&&"),
        lambda link: link.replace(":8765", ":99999"),
        lambda link: link + "#more",
        lambda link: "",
    ],
)
def test_a_link_that_is_not_whole_is_refused_and_not_repeated(change) -> None:
    link = change(pairing.Invite(parse("https://attic-pi:8765/"), CODE, PIN).link())
    with pytest.raises(BadParameters) as refused:
        pairing.parse_link(link)
    assert CODE not in str(refused.value)


@given(st.text(max_size=200))
def test_no_text_breaks_the_reader_of_links(text: str) -> None:
    for link in (text, f"filexfer://{text}", f"filexfer://a:1/?{text}", f"filexfer://a:1/?code={text}&pin={text}"):
        try:
            assert isinstance(pairing.parse_link(link), pairing.Invite)
        except BadParameters:
            pass


def test_the_client_proof_is_the_one_the_docs_describe() -> None:
    nonce = bytes(range(32))
    transcript = b""
    for part in (b"filexfer-pair-1", b"client", bytes.fromhex(PIN), nonce, "Läptop".encode()):
        transcript += len(part).to_bytes(4, "big") + part
    expected = hmac.new(CODE.encode(), transcript, hashlib.sha256).digest()
    assert pairing.client_proof(CODE, PIN, nonce, "Läptop") == expected


def test_every_part_of_the_transcript_changes_the_proof() -> None:
    nonce, other = bytes(32), hashlib.sha256(b"another").hexdigest()
    proofs = {
        pairing.client_proof(CODE, PIN, nonce, "a"),
        pairing.client_proof(CODE[::-1], PIN, nonce, "a"),
        pairing.client_proof(CODE, other, nonce, "a"),
        pairing.client_proof(CODE, PIN, b"\1" + nonce[1:], "a"),
        pairing.client_proof(CODE, PIN, nonce, "b"),
        pairing.server_proof(CODE, PIN, nonce, "a", b"p" * 32, "read", "t"),
        pairing.server_proof(CODE, PIN, nonce, "a", b"q" * 32, "read", "t"),
        pairing.server_proof(CODE, PIN, nonce, "a", b"p" * 32, "write", "t"),
        pairing.server_proof(CODE, PIN, nonce, "a", b"p" * 32, "read", "u"),
        # The border between two parts is in the transcript.
        pairing.server_proof(CODE, PIN, nonce, "ap", b"p" * 31, "read", "t"),
    }
    assert len(proofs) == 10
