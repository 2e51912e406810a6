"""Bodies in chunks, however the bytes are cut."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from filexfer.core.errors import NotWellFormed
from filexfer.protocol.http import Chunked


def read(raw: bytes, step: int) -> tuple[bytes, Chunked]:
    decoder = Chunked()
    content = b""
    for start in range(0, len(raw), step):
        content += b"".join(decoder.feed(raw[start : start + step]))
    return content, decoder


@given(st.lists(st.binary(min_size=1, max_size=40), max_size=8), st.integers(1, 50), st.binary(max_size=9))
def test_what_is_written_in_chunks_is_read_whatever_the_cuts(pieces: list[bytes], step: int, behind: bytes) -> None:
    raw = b"".join(b"%x\r\n%b\r\n" % (len(piece), piece) for piece in pieces) + b"0\r\n\r\n" + behind
    content, decoder = read(raw, step)
    assert content == b"".join(pieces)
    assert decoder.finished
    assert decoder.leftover == behind


@pytest.mark.parametrize("step", [1, 2, 1000])
def test_extensions_and_trailers_are_read_over(step: int) -> None:
    content, decoder = read(b'3;a=b\r\nabc\r\n00A ; q="x"\r\n0123456789\r\n000\r\nX: y\r\nZ: w\r\n\r\nGET', step)
    assert (content, decoder.finished, decoder.leftover) == (b"abc0123456789", True, b"GET")


@pytest.mark.parametrize("raw", [b"", b"3", b"3\r\n", b"3\r\nab", b"3\r\nabc", b"3\r\nabc\r\n", b"0\r\n", b"0\r\nX: y\r\n"])
def test_it_is_not_finished_before_its_end(raw: bytes) -> None:
    assert not read(raw, 1)[1].finished


@pytest.mark.parametrize(
    "raw",
    [
        b"\r\n",
        b"x\r\n",
        b"-1\r\n",
        b"+1\r\n",
        b"0x1\r\n",
        b"1_0\r\n",
        b" 1\r\n",
        b"1 \r\n",
        b"1\n",
        b"1\r\r\n",
        b"1\0\r\n",
        b"F" * 16 + b"\r\n",
        b"3\r\nabcd\r\n",
        b"3\r\nabc\n",
        b"3\r\nabc3\r\nabc\r\n",
        b"1;" + b"x" * 2000,
        b"1" * 2000,
        b"0\r\n" + b"X: y\r\n" * 5000,
        b"0\r\n" + b"X" * 2000,
        b"0\r\nX: y\n",
        b"0\r\nno colon\r\n",
        b"0\r\n folded\r\n",
        b"1\r\nx\r\n" * 70_000,
        b"0\r\nX : y\r\n",
        b"0\r\nX: y\rZ: w\r\n\r\n",
    ],
)
@pytest.mark.parametrize("step", [1, 1 << 20])
def test_is_refused(raw: bytes, step: int) -> None:
    with pytest.raises(NotWellFormed):
        read(raw, step)


def test_many_chunks_are_taken_as_long_as_they_hold_something() -> None:
    raw = (b"20\r\n" + b"x" * 32 + b"\r\n") * 200_000 + b"0\r\n\r\n"
    assert read(raw, 1 << 20)[1].finished


def test_content_is_given_without_a_copy() -> None:
    buffer = bytearray(b"5\r\nhello\r\n0\r\n\r\n")
    (piece,) = Chunked().feed(buffer)
    buffer[3:8] = b"HELLO"
    assert bytes(piece) == b"HELLO"
