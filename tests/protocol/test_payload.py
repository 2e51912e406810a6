"""One base64 payload: blanks anywhere in it, cut anywhere, and nothing taken that is none."""

from __future__ import annotations

import base64
import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from filexfer.core.errors import NotWellFormed
from filexfer.protocol.payload import Payload, decode_whole, refuse_sink


def fed(text: bytes, step: int) -> object:
    payload = Payload(1 << 30, refuse_sink)
    for start in range(0, len(text), step):
        payload.feed(text[start : start + step])
    return payload.finish()[0]


@given(
    st.binary(max_size=300),
    st.lists(st.tuples(st.integers(0, 400), st.sampled_from([b"\n", b"\r\n", b" ", b"\t", b"\n\n"])), max_size=12),
    st.integers(1, 100),
)
def test_blanks_may_stand_anywhere(data: bytes, blanks: list[tuple[int, bytes]], step: int) -> None:
    text = bytearray(base64.b64encode(data))
    for place, blank in blanks:
        text[place:place] = blank
    assert decode_whole(bytes(text)) == data
    assert fed(bytes(text), step) == data


@given(st.binary(max_size=600), st.integers(1, 100), st.sampled_from([b"\n", b"\r\n"]), st.booleans(), st.integers(1, 300))
def test_lines_of_every_length_are_read(data: bytes, width: int, end: bytes, framed: bool, step: int) -> None:
    text = base64.b64encode(data)
    lines = end.join(text[at : at + width] for at in range(0, len(text), width))
    if framed:
        lines = end + lines + end
    assert decode_whole(lines) == data
    assert fed(lines, step) == data


@pytest.mark.parametrize("rest", [4, 16, 80, 160, 400])
def test_lines_that_change_their_length_lose_nothing(rest: int) -> None:
    data = os.urandom(6 + rest // 4 * 3)
    text = base64.b64encode(data)
    for lines in (text[:4] + b"\n" + text[4:8] + b"\n" + text[8:], text[:4] + b"\r\n" + text[4:8] + b"\n" + text[8:] + b"\r"):
        assert decode_whole(lines) == data
        assert fed(lines, 1 << 20) == data


REFUSED = [
    b"Q",
    b"QQ",
    b"QQ=",
    b"QQ===",
    b"====",
    b"=",
    b"QQ==Q",
    b"QQ==QQ==",
    b"QQ==QUJD",
    b"QUI=QUJD",
    b"QUJDQQ==\nQUJD",
    b"Q=Q=",
    b"QUJD*",
    b"QU*D",
    b"QUJ\0",
    b"QUJ\xff",
    b"QU\x0bJD",
    b"-_-_",
    b"QUJD\nQUJD\nQU*D\n",
    b"QUJD\nQUJD\nQUJD*QUJD\n",
]


@pytest.mark.parametrize("text", REFUSED)
def test_what_is_no_base64_is_refused_however_it_is_cut(text: bytes) -> None:
    with pytest.raises(NotWellFormed):
        decode_whole(text)
    for step in range(1, len(text) + 1):
        with pytest.raises(NotWellFormed):
            fed(text, step)
    for cut in range(1, len(text)):
        payload = Payload(100, refuse_sink)
        with pytest.raises(NotWellFormed):
            payload.feed(text[:cut])
            payload.feed(text[cut:])
            payload.finish()
