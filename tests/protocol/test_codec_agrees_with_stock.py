"""The codec against the standard library's own, both ways: whatever one writes the other reads, however it is cut."""

from __future__ import annotations

import math
import xmlrpc.client as stock
from datetime import datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from filexfer.core import paths
from filexfer.core.errors import BadParameters, RemoteFault
from filexfer.protocol import xmlrpc

names = st.text(st.characters(exclude_categories=["Cs"]), max_size=12).filter(paths.fits_xml)
scalars = (
    st.none()
    | st.booleans()
    | st.integers(-(1 << 63), (1 << 63) - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | names
    | st.binary(max_size=300)
)
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(names, inner, max_size=4),
    max_leaves=20,
)
calls = st.lists(values, max_size=4)


def plain(value: object) -> object:
    """What the standard library read, in the types that we use."""
    if isinstance(value, stock.Binary):
        return value.data
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, dict):
        return {name: plain(item) for name, item in value.items()}
    return value


def stock_value(value: object) -> object:
    """The same value in types that the standard library writes; it takes no integer over 32 bits."""
    if isinstance(value, bytes):
        return stock.Binary(value)
    if isinstance(value, bool):
        return value
    if isinstance(value, int):
        return max(-(1 << 31), min((1 << 31) - 1, value))
    if isinstance(value, list):
        return [stock_value(item) for item in value]
    if isinstance(value, dict):
        return {name: stock_value(item) for name, item in value.items()}
    return value


def same(left: object, right: object) -> bool:
    """Equal, and of equal types all the way down: 1, 1.0 and True are three values."""
    if type(left) is not type(right):
        return False
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(map(same, left, right))
    if isinstance(left, dict) and isinstance(right, dict):
        return left.keys() == right.keys() and all(same(left[name], right[name]) for name in left)
    if isinstance(left, float) and isinstance(right, float):
        return left == right and math.copysign(1, left) == math.copysign(1, right)
    return left == right


@given(calls)
def test_stock_reads_what_we_write(params: list[object]) -> None:
    body = b"".join(xmlrpc.encode_call("noun_verb", params))
    read, method = stock.loads(body, use_builtin_types=False)
    assert method == "noun_verb"
    assert same(plain(read), params)


@given(calls)
def test_we_read_what_stock_writes(params: list[object]) -> None:
    given_params = [stock_value(value) for value in params]
    body = stock.dumps(tuple(given_params), "noun_verb", allow_none=True).encode()
    call = xmlrpc.decode_call(body)
    assert call.method == "noun_verb"
    assert same(call.params, [plain(value) for value in given_params])


@given(values)
def test_responses_cross_both_ways(value: object) -> None:
    parts = xmlrpc.encode_response(value)
    body = b"".join(xmlrpc.iterate(parts))
    assert xmlrpc.body_length(parts) == len(body)
    assert same(plain(stock.loads(body)[0][0]), value)
    assert same(xmlrpc.decode_response(body), value)
    written = stock.dumps((stock_value(value),), methodresponse=True, allow_none=True).encode()
    assert same(xmlrpc.decode_response(written), plain(stock_value(value)))


@settings(max_examples=40)
@given(calls, st.data())
def test_every_way_of_cutting_the_bytes_gives_the_same_call(params: list[object], data: st.DataObject) -> None:
    bodies = [b"".join(xmlrpc.encode_call("a.b", params))]
    bodies.append(stock.dumps(tuple(stock_value(value) for value in params), "a.b", allow_none=True).encode())
    for body in bodies:
        whole = xmlrpc.decode_call(body)
        cuts = sorted(data.draw(st.lists(st.integers(0, len(body)), max_size=30)))
        seen: list[str] = []
        decoder = xmlrpc.Decoder(on_method=seen.append)
        for start, end in zip([0, *cuts], [*cuts, len(body)], strict=True):
            decoder.feed(body, start, end)
        assert same(decoder.call().params, whole.params)
        assert seen == ["a.b"]


@pytest.mark.parametrize("step", [1, 2, 3, 5, 7, 76, 77, 78])
@pytest.mark.parametrize("size", [0, 1, 2, 3, 56, 57, 58, 5000])
def test_a_payload_fed_in_steps_is_the_payload(step: int, size: int) -> None:
    data = bytes(byte * 7 & 255 for byte in range(size))
    for body in (
        b"".join(xmlrpc.encode_call("m", [data, "behind"])),
        stock.dumps((stock.Binary(data), "behind"), "m").encode(),
        stock.dumps((stock.Binary(data), "behind"), "m").replace("\n", "\r\n").encode(),
    ):
        decoder = xmlrpc.Decoder()
        for start in range(0, len(body), step):
            decoder.feed(memoryview(body)[start : start + step])
        assert decoder.call().params == [data, "behind"]


def test_every_single_cut_of_a_message_with_all_types_gives_the_same() -> None:
    params = ([1, -(1 << 31), 2.5, True, None], "ä€𝄞<&>", stock.Binary(b"<base64>" * 20), {"a": {"b": stock.Binary(b"")}})
    body = stock.dumps(params, "system.multicall", allow_none=True).encode()
    for cut in range(len(body) + 1):
        decoder = xmlrpc.Decoder()
        decoder.feed(bytearray(body[:cut]))
        decoder.feed(body[cut:])
        assert decoder.call().params == plain(params)


def test_times_cross_in_the_standard_librarys_own_type() -> None:
    moment = stock.DateTime("20260131T23:59:59")
    body = b"".join(xmlrpc.encode_call("m", [moment, datetime(26, 1, 2, 3, 4, 5)]))
    assert list(stock.loads(body)[0]) == [moment, stock.DateTime("00260102T03:04:05")]
    read = xmlrpc.decode_call(stock.dumps((moment,), "m").encode()).params
    assert read == [moment]
    assert isinstance(read[0], stock.DateTime)


@given(st.integers(-(1 << 31), (1 << 31) - 1), names)
def test_faults_of_any_server_come_through(code: int, text: str) -> None:
    body = stock.dumps(stock.Fault(code, text)).encode()
    with pytest.raises(Exception) as caught:
        xmlrpc.decode_response(body)
    if isinstance(caught.value, RemoteFault):
        assert caught.value.code == code
    assert str(caught.value) == text or text == ""
    with pytest.raises(stock.Fault) as fault:
        stock.loads(xmlrpc.encode_fault(code, text))
    assert (fault.value.faultCode, fault.value.faultString) == (code, text)


@given(st.text(max_size=20))
def test_any_text_of_an_error_makes_a_fault_that_stock_clients_read(text: str) -> None:
    with pytest.raises(stock.Fault):
        stock.loads(xmlrpc.encode_fault(7, text))


@given(st.binary(max_size=60).filter(lambda raw: b"\0" not in raw))
def test_every_name_of_a_disk_crosses_as_text_or_as_its_bytes(raw: bytes) -> None:
    path = paths.decode(raw)
    (value,) = xmlrpc.decode_call(b"".join(xmlrpc.encode_call("m", [path]))).params
    assert paths.from_wire(value) == path
    ((from_stock,), _) = stock.loads(b"".join(xmlrpc.encode_call("m", [path])))
    assert plain(from_stock) in (path, raw)


@pytest.mark.parametrize("value", [math.nan, math.inf, 1 << 63, -(1 << 63) - 1, object(), {1: 2}, {"\0": 1}, 1j, {1, 2}])
def test_what_xmlrpc_cannot_hold_is_refused_with_a_sentence(value: object) -> None:
    with pytest.raises(BadParameters):
        xmlrpc.encode_call("m", [value])


def test_nesting_is_bounded_when_writing_so_that_a_cycle_ends() -> None:
    cycle: list[object] = []
    cycle.append(cycle)
    with pytest.raises(BadParameters):
        xmlrpc.encode_response(cycle)


def nested(depth: int) -> object:
    value: object = 1
    for _ in range(depth):
        value = [value]
    return value


def test_the_deepest_value_we_write_is_one_we_read() -> None:
    body = b"".join(xmlrpc.encode_call("m", [nested(64)]))
    assert xmlrpc.decode_call(body).params == [nested(64)]
    with pytest.raises(BadParameters):
        xmlrpc.encode_call("m", [nested(65)])


def test_the_end_of_a_cdata_section_in_a_text_is_one_for_every_parser() -> None:
    body = b"".join(xmlrpc.encode_call("m", ["a]]>b"]))
    assert stock.loads(body)[0] == ("a]]>b",)
    assert xmlrpc.decode_call(body).params == ["a]]>b"]


@pytest.mark.parametrize(
    ("value", "tag"),
    [(0, "int"), ((1 << 31) - 1, "int"), (-(1 << 31), "int"), (1 << 31, "i8"), (-(1 << 31) - 1, "i8"), ((1 << 63) - 1, "i8")],
)
def test_integers_over_32_bits_are_marked_as_such(value: int, tag: str) -> None:
    assert f"<{tag}>{value}</{tag}>".encode() in b"".join(xmlrpc.encode_call("m", [value]))


def test_subclasses_and_buffers_are_written_as_what_they_are() -> None:
    class Word(str):
        pass

    class Number(int):
        pass

    params = [Word("a"), Number(3), (1, 2), bytearray(b"x"), memoryview(b"y"), stock.Binary(b"z")]
    assert xmlrpc.decode_call(b"".join(xmlrpc.encode_call("m", params))).params == ["a", 3, [1, 2], b"x", b"y", b"z"]
