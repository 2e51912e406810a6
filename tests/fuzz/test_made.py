"""Messages made of parts that fit badly, through the same rules: structs with members of other types, heads of odd lines."""

from __future__ import annotations

import re
import tempfile
from array import array
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from filexfer.core import kept
from filexfer.core.errors import FilexferError
from filexfer.protocol import heads, xmlrpc
from fuzz import chunked, head, values
from fuzz.targets import corpus_of

GOOD: list[Any] = []
for _file in corpus_of("values"):
    try:
        GOOD.append(xmlrpc.decode_response(_file.read_bytes()))
    except FilexferError:
        continue

columns = st.lists(st.integers(0, (1 << 64) - 1), max_size=3).map(lambda numbers: array("Q", numbers).tobytes())
scalars = (
    st.none()
    | st.booleans()
    | st.integers(-(1 << 63), (1 << 63) - 1)
    | st.sampled_from([0, 1, 2, -1, 1 << 62])
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.sampled_from(["", "file", "put", "created", "fail", "blake3", "sha256", "5", "-9223372036854775809", "a\0b"])
    | st.text(max_size=5)
    | columns
    | st.binary(max_size=70)
)
anything = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=3), max_leaves=6
)


@settings(max_examples=600, deadline=None)
@given(st.data())
def test_structs_with_members_of_any_type_are_taken_or_refused(data: st.DataObject) -> None:
    good = data.draw(st.sampled_from(GOOD))
    if isinstance(good, dict):
        value: Any = dict(good)
        for name in data.draw(st.lists(st.sampled_from(sorted(good)), max_size=3)):
            value[name] = data.draw(anything)
        for name in data.draw(st.lists(st.sampled_from(sorted(good)), max_size=1)):
            value.pop(name)
    else:
        value = data.draw(anything)
    values.check_value(value)


FIELDS = (
    b"Host: h",
    b"Host: h:1",
    b"host:\th",
    b"Content-Length: 5",
    b"content-length: 05",
    b"Content-Length: +5",
    b"Content-Length: 5, 5",
    b"Content-Length : 5",
    b"Transfer-Encoding: chunked",
    b"Transfer-Encoding: CHUNKED",
    b"Transfer-Encoding: chunked, chunked",
    b"Transfer-Encoding:\x0bchunked",
    b"Transfer-Encoding: gzip",
    b"Connection: close",
    b"Connection: keep-alive, close",
    b"Expect: 100-continue",
    b"Range: bytes=0-1,2-3",
    b"Range: bytes=-5",
    b'ETag: W/"x"',
    b'If-Match: "a", W/"b"',
    b"Content-Range: bytes 0-4/5",
    b"Content-Digest: blake3=:" + b"A" * 43 + b"=:",
    b"Authorization: Basic eDp5",
    b"Origin: null",
    b" folded",
    b"X:",
    b"X: \xe4",
    b": x",
    b"X",
    b"X: a\rb",
    b"X: a\0b",
)
STARTS = (
    b"GET / HTTP/1.1",
    b"POST /RPC2 HTTP/1.1",
    b"PUT /files/a%2Fb HTTP/1.1",
    b"PUT /uploads/a/0 HTTP/1.1",
    b"OPTIONS * HTTP/1.1",
    b"GET http://h/ HTTP/1.1",
    b"GET / HTTP/1.0",
    b"GET /\xe4 HTTP/1.1",
    b"HTTP/1.1 200 OK",
    b"HTTP/1.1 204",
    b"HTTP/1.0 200 OK",
    b"HTTP/1.1 100 Continue",
    b"HTTP/1.1 304 Not Modified",
    b"HTTP/2 200",
    b"",
)


@settings(max_examples=600, deadline=None)
@given(
    st.sampled_from(STARTS),
    st.lists(st.sampled_from(FIELDS), max_size=6),
    st.lists(st.sampled_from([b"\r\n", b"\r\n", b"\r\n", b"\n", b"\r\r\n", b"\r"]), min_size=8, max_size=8),
)
def test_heads_of_odd_lines_are_read_as_h11_reads_them_or_refused(start: bytes, fields: list[bytes], ends: list[bytes]) -> None:
    head.check(b"".join(line + end for line, end in zip([start, *fields], ends, strict=False)))
    head.check(b"\r\n".join([start, b"Host: h", *fields, b"", b""]))


#: The words that the pattern of plain heads lists, and heads made of them: word by word, which is twenty times as quick as what
#: hypothesis draws of a pattern, character by character.
METHODS, PLAIN_FIELDS = (group.split(b"|") for group in re.findall(rb"\(\?:((?:[A-Z][A-Za-z-]+\|?)+)\)", heads._PLAIN.pattern))
words = st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E), min_size=1).map(str.encode)
fields = st.tuples(st.sampled_from(PLAIN_FIELDS), st.lists(words, min_size=1, max_size=4)).map(
    lambda field: field[0] + b": " + b" ".join(field[1]) + b"\r\n"
)
made_plain = st.tuples(st.sampled_from(METHODS), words | st.just(b""), st.lists(fields, max_size=8)).map(
    lambda parts: parts[0] + b" /" + parts[1] + b" HTTP/1.1\r\n" + b"".join(parts[2]) + b"\r\n"
)


def _check_plain(raw: bytes) -> None:
    head.check(raw)
    head.check(raw[:-2] + b"Host: h\r\nContent-Length: 3\r\n\r\n")


@settings(max_examples=550, deadline=None)
@given(made_plain)
def test_plain_heads_are_read_as_h11_would_or_refused(raw: bytes) -> None:
    assert heads._PLAIN.fullmatch(raw)
    _check_plain(raw)


@settings(max_examples=50, deadline=None)
@given(st.from_regex(heads._PLAIN, fullmatch=True))
def test_whatever_else_the_pattern_of_plain_heads_takes_is_too(raw: bytes) -> None:
    _check_plain(raw)


pieces = st.sampled_from(
    [
        b"0",
        b"5",
        b"a",
        b"00",
        b"ffffffffffffffff",
        b"-1",
        b"hello",
        b"x",
        b";a=b",
        b' ;q="y"',
        b"\r\n",
        b"\r\n",
        b"\r\n",
        b"\n",
        b"\r",
        b"X: y",
        b" ",
        b"0\r\n\r\n",
        b"5\r\nhello\r\n",
    ]
)


@settings(max_examples=600, deadline=None)
@given(st.integers(0, 255), st.lists(pieces, max_size=12))
def test_bodies_of_odd_chunks_end_where_h11_sees_their_end(step: int, parts: list[bytes]) -> None:
    chunked.check(bytes([step]) + b"".join(parts))


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
)


@settings(max_examples=100, deadline=None)
@given(st.dictionaries(st.text(max_size=6), json_values, max_size=4), st.binary(max_size=30))
def test_what_is_kept_comes_back_whatever_a_crash_left_beside_it(wanted: dict[str, object], left: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "kept.json")
        file.with_name("kept.json.new").write_bytes(left)
        kept.write(file, wanted)
        assert kept.read(file) == wanted
        file.with_name("kept.json.new").write_bytes(left)
        assert kept.read(file) == wanted
