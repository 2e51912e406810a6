"""What the decoder refuses, where payloads go, and what it keeps in memory."""

from __future__ import annotations

import base64
import os
import tracemalloc
import xmlrpc.client as stock
from collections.abc import Callable

import pytest

from filexfer.core.errors import FilexferError, Forbidden, NotFound, NotWellFormed, RemoteFault, TooLarge
from filexfer.protocol import decode, xmlrpc
from filexfer.protocol.values import Bytes


def call_with(value: str, head: str = "<?xml version='1.0'?>") -> bytes:
    return f"{head}<methodCall><methodName>m</methodName><params><param>{value}</param></params></methodCall>".encode()


REFUSED = {
    "nothing": b"",
    "no XML": b"hello",
    "cut off": call_with("<value>1</value>")[:-5],
    "something behind": call_with("<value>1</value>") + b"<a/>",
    "text behind": call_with("<value>1</value>") + b"x",
    "comment": call_with("<!-- --><value>1</value>"),
    "comment in base64": call_with("<value><base64>QQ<!-- -->==</base64></value>"),
    "comment that hides a payload": call_with("<value><!-- <base64>QQ==</base64> -->x</value>"),
    "CDATA": call_with("<value><![CDATA[x]]></value>"),
    "CDATA that hides a payload": call_with("<value><string><![CDATA[<base64>QQ==</base64>]]></string></value>"),
    "DOCTYPE": call_with("<value>1</value>", "<?xml version='1.0'?><!DOCTYPE x>"),
    "billion laughs": call_with("<value>&b;</value>", '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]>'),
    "external entity": call_with("<value>&x;</value>", '<!DOCTYPE x [<!ENTITY x SYSTEM "file:///etc/passwd">]>'),
    "unknown entity": call_with("<value>&nbsp;</value>"),
    "NUL by reference": call_with("<value>&#0;</value>"),
    "processing instruction": call_with("<?php x ?><value>1</value>"),
    "second declaration": call_with("<?xml version='1.0'?><value>1</value>"),
    "declaration after a blank": b" " + call_with("<value>1</value>"),
    "attribute": call_with("<value a='1'>1</value>"),
    "attribute on the root": b"<methodCall a='1'><methodName>m</methodName></methodCall>",
    "attribute that looks like a payload": call_with("<value a='<base64>QQ==</base64>'>1</value>"),
    "namespace": call_with("<value xmlns='x'>1</value>"),
    "namespaced nil": call_with("<value><ex:nil/></value>"),
    "base64 with a blank": call_with("<value><base64 >QQ==</base64></value>"),
    "base64 closed with a blank": call_with("<value><base64>QQ==</base64 ></value>"),
    "base64 with an attribute": call_with("<value><base64 a=''>QQ==</base64></value>"),
    "base64 with a line end": call_with("<value><base64\n>QQ==</base64></value>"),
    "base64 in capitals": call_with("<value><BASE64>QQ==</BASE64></value>"),
    "base64 with a child": call_with("<value><base64>QQ==<int>1</int></base64></value>"),
    "base64 in base64": call_with("<value><base64><base64>QQ==</base64></base64></value>"),
    "base64 that is none": call_with("<value><base64>Q*==</base64></value>"),
    "base64 with an escape": call_with("<value><base64>QQ&#61;=</base64></value>"),
    "base64 cut off": call_with("<value><base64>QUJ</base64></value>"),
    "base64 of one character": call_with("<value><base64>Q</base64></value>"),
    "base64 behind its padding": call_with("<value><base64>QQ==QQ==</base64></value>"),
    "base64 padding first": call_with("<value><base64>==QQ</base64></value>"),
    "base64 for URLs": call_with("<value><base64>_-_-</base64></value>"),
    "base64 with NUL": call_with("<value><base64>QQ\0==</base64></value>"),
    "base64 outside a value": call_with("<base64>QQ==</base64>"),
    "base64 as a struct's name": call_with(
        "<value><struct><member><name><base64>QQ==</base64></name><value>1</value></member></struct></value>"
    ),
    "two types in a value": call_with("<value><int>1</int><int>2</int></value>"),
    "text beside a type": call_with("<value>x<int>1</int></value>"),
    "text behind a type": call_with("<value><int>1</int>x</value>"),
    "text between params": b"<methodCall><methodName>m</methodName>x<params/></methodCall>",
    "unknown type": call_with("<value><i2>1</i2></value>"),
    "value in a value": call_with("<value><value>1</value></value>"),
    "array without data": call_with("<value><array><value>1</value></array></value>"),
    "text in an array": call_with("<value><array><data>x</data></array></value>"),
    "int in an array": call_with("<value><array><data><int>1</int></data></array></value>"),
    "member without a name": call_with("<value><struct><member><value>1</value></member></struct></value>"),
    "member turned round": call_with("<value><struct><member><value>1</value><name>a</name></member></struct></value>"),
    "value in a struct": call_with("<value><struct><value>1</value></struct></value>"),
    "the same member twice": call_with(
        "<value><struct><member><name>a</name><value>1</value></member>"
        "<member><name>a</name><value>2</value></member></struct></value>"
    ),
    "nil with content": call_with("<value><nil>x</nil></value>"),
    "empty int": call_with("<value><int></int></value>"),
    "int with underscore": call_with("<value><int>1_0</int></value>"),
    "int in Arabic figures": call_with("<value><int>١</int></value>"),
    "int with a point": call_with("<value><int>1.0</int></value>"),
    "int of 4,000 figures": call_with(f"<value><int>{'9' * 4000}</int></value>"),
    "int of 65 bits": call_with(f"<value><i8>{1 << 63}</i8></value>"),
    "boolean that is none": call_with("<value><boolean>2</boolean></value>"),
    "boolean in words": call_with("<value><boolean>true</boolean></value>"),
    "NaN": call_with("<value><double>nan</double></value>"),
    "infinity": call_with("<value><double>inf</double></value>"),
    "double that overflows": call_with("<value><double>1e999</double></value>"),
    "double with underscore": call_with("<value><double>1_0.5</double></value>"),
    "empty double": call_with("<value><double></double></value>"),
    "time that is none": call_with("<value><dateTime.iso8601>yesterday</dateTime.iso8601></value>"),
    "UTF-16": call_with("<value>1</value>", "<?xml version='1.0' encoding='utf-16'?>").decode().encode("utf-16"),
    "Latin-1": call_with("<value>ä</value>", "<?xml version='1.0' encoding='iso-8859-1'?>").decode().encode("latin-1"),
    "UTF-7": call_with("<value>1</value>", "<?xml version='1.0' encoding='utf-7'?>"),
    "bytes that are no UTF-8": call_with("<value>X</value>").replace(b"X", b"\xff"),
    "overlong UTF-8": call_with("<value>X</value>").replace(b"X", b"\xc0\xaf"),
    "half a surrogate": call_with("<value>X</value>").replace(b"X", b"\xed\xa0\x80"),
    "ASCII that is none": call_with("<value>ä</value>", "<?xml version='1.0' encoding='US-ASCII'?>"),
    "two methods": b"<methodCall><methodName>a</methodName><methodName>b</methodName></methodCall>",
    "no method": b"<methodCall><params/></methodCall>",
    "method behind params": b"<methodCall><params/><methodName>m</methodName></methodCall>",
    "a response": b"<methodResponse><params><param><value>1</value></param></params></methodResponse>",
    "a tag in the method's name": b"<methodCall><methodName>m<int>1</int></methodName></methodCall>",
    "param with two values": call_with("<value>1</value><value>2</value>"),
    "gzip": bytes.fromhex("1f8b0800000000000003") + b"x" * 40,
}


@pytest.mark.parametrize("name", REFUSED)
@pytest.mark.parametrize("step", [1, 1 << 20], ids=["byte by byte", "at once"])
def test_is_refused(name: str, step: int) -> None:
    body = REFUSED[name]
    for on_method in (None, lambda method: None):
        decoder = xmlrpc.Decoder(on_method=on_method)
        with pytest.raises(NotWellFormed) as caught:
            for start in range(0, len(body), step):
                decoder.feed(body, start, min(start + step, len(body)))
            decoder.call()
        assert str(caught.value).endswith(".")


TAKEN = {
    "no declaration": (b"<methodCall><methodName>m</methodName></methodCall>", []),
    "empty params": (b"<methodCall><methodName>m</methodName><params/></methodCall>", []),
    "byte order mark": (b"\xef\xbb\xbf" + call_with("<value>1</value>"), ["1"]),
    "UTF-8 in capitals": (call_with("<value>ä</value>", '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'), ["ä"]),
    "US-ASCII": (call_with("<value>&#228;</value>", "<?xml version='1.0' encoding='us-ascii' ?>"), ["ä"]),
    "bare text": (call_with("<value> x </value>"), [" x "]),
    "empty value": (call_with("<value></value>"), [""]),
    "value closed at once": (call_with("<value/>"), [""]),
    "empty string": (call_with("<value><string/></value>"), [""]),
    "empty base64": (call_with("<value><base64></base64></value>"), [b""]),
    "base64 closed at once": (call_with("<value><base64/></value>"), [b""]),
    "blank base64": (call_with("<value><base64> \r\n\t</base64></value>"), [b""]),
    "base64 in odd lines": (call_with("<value><base64>\n Q\nUJ\r\nD\t</base64></value>"), [b"ABC"]),
    "base64 in lines of CRLF": (
        call_with("<value><base64>" + "\r\n".join(["QUJD" * 19] * 9) + "\r\nQQ==\r\n</base64></value>"),
        [b"ABC" * 171 + b"A"],
    ),
    "blanks inside tags": (call_with("<value ><int\n>1</int ></value\t>"), [1]),
    "nil with a blank": (call_with("<value><nil /></value>"), [None]),
    "i4": (call_with("<value><i4>+7</i4></value>"), [7]),
    "int with leading zeros": (call_with("<value><int>-007</int></value>"), [-7]),
    "int with blanks": (call_with("<value><int> 7\n</int></value>"), [7]),
    "i8": (call_with(f"<value><i8>{(1 << 63) - 1}</i8></value>"), [(1 << 63) - 1]),
    "long int": (call_with(f"<value><int>{1 << 40}</int></value>"), [1 << 40]),
    "double written out": (call_with(f"<value><double>1{'0' * 300}.{'0' * 300}</double></value>"), [1e300]),
    "double without a point": (call_with("<value><double>3</double></value>"), [3.0]),
    "escaped tag": (call_with("<value>&lt;base64&gt;QQ==&lt;/base64&gt;</value>"), ["<base64>QQ==</base64>"]),
    "greater-than signs": (call_with("<value>a>b base64>c</value>"), ["a>b base64>c"]),
    "a number where payloads have theirs": (call_with("<value>0</value>"), ["0"]),
    "pretty printed": (
        call_with("\n <value>\n  <array>\n <data>\n <value>\n <int>1</int> </value>\n </data> </array> </value>\n"),
        [[1]],
    ),
}


@pytest.mark.parametrize("name", TAKEN)
def test_is_taken(name: str) -> None:
    body, params = TAKEN[name]
    assert xmlrpc.decode_call(body).params == params


def test_payloads_land_where_they_stood() -> None:
    payloads = [os.urandom(size) for size in (0, 1, 70_000, 3, 0, 9000)]
    call = ["a", payloads[0], [payloads[1], {"x": payloads[2], "y": "0"}], payloads[3], payloads[4], payloads[5]]
    assert xmlrpc.decode_call(b"".join(xmlrpc.encode_call("m", call))).params == call


LONG = [os.urandom(200_000), os.urandom(300_001), b"short", os.urandom(100_000)]


@pytest.mark.parametrize(
    "wanted", [LONG, LONG[:1], LONG[:3], [LONG[0], b""], [LONG[1]] * 2], ids=["mixed", "one", "short last", "empty", "two"]
)
@pytest.mark.parametrize("step", [70_000, 1 << 18, 1 << 22])
@pytest.mark.parametrize("behind", [0, 5000], ids=["near the end", "far from it"])
def test_long_payloads_land_where_they_stood(wanted: list[bytes], step: int, behind: int) -> None:
    text = b"".join(xmlrpc.encode_call("m", [*wanted, "<" * behind]))
    decoder = xmlrpc.Decoder()
    for at in range(0, len(text), step):
        decoder.feed(text[at : at + step])
    assert decoder.call().params == [*wanted, "<" * behind]


@pytest.mark.parametrize("wrong", ["<int>1</int>", "<base64>QQ==</base64>", "&#61;", "*", "=", "</value>"])
def test_what_a_long_payload_must_not_hold_is_refused(wrong: str) -> None:
    half = "QUJD" * 30_000
    with pytest.raises(NotWellFormed):
        xmlrpc.decode_call(call_with(f"<value><base64>{half}{wrong}{half}</base64></value>"))


def test_the_method_is_known_before_anything_behind_its_name_is_looked_at() -> None:
    body = call_with("<value><base64>QUJD</base64></value>")
    end = body.index(b"</methodName>") + len(b"</methodName>")
    seen: list[str] = []
    decoder = xmlrpc.Decoder(on_method=seen.append)
    decoder.feed(body, 0, end - 1)
    assert seen == []
    assert decoder.method == ""
    decoder.feed(body, end - 1, end)
    assert seen == ["m"]
    assert decoder.method == "m"


def test_a_refusal_by_the_method_comes_out_before_a_payload_is_kept() -> None:
    sink = Kept()

    def refuse(method: str) -> None:
        raise Forbidden()

    decoder = xmlrpc.Decoder(xmlrpc.Limits(payload_memory=1), sink=lambda: sink, on_method=refuse)
    with pytest.raises(Forbidden):
        decoder.feed(call_with("<value><base64>" + "QUJD" * 1000 + "</base64></value>"))
    assert sink.written == b""


@pytest.mark.parametrize(
    "head",
    [
        b"<methodCall><params><param><value><base64>QUJD</base64>",
        b"<methodCall><methodName>a<base64>QUJD</base64></methodName>",
        b"<methodResponse><params><param><value><base64>QUJD</base64>",
        b"<methodCall>" + b" " * 5000,
        b"<methodCall><methodName>" + b"a" * 5000,
        b"<methodCall><methodName>&#97;</methodName><params><param><value><base64>",
        b"<methodCall><methodName>\xff</methodName>",
    ],
)
def test_no_payload_comes_before_the_methods_name(head: bytes) -> None:
    sinks: list[Kept] = []
    decoder = xmlrpc.Decoder(
        xmlrpc.Limits(payload_memory=0), sink=lambda: sinks.append(Kept()) or sinks[-1], on_method=lambda method: None
    )
    with pytest.raises(NotWellFormed):
        decoder.feed(head)
        decoder.feed(b"QUJD" * 10)
    assert sinks == []


class Kept:
    """A sink that keeps everything, and notes how it ended."""

    def __init__(self) -> None:
        self.written = b""
        self.ended = ""

    def write(self, data: Bytes, /) -> None:
        assert not self.ended
        self.written += data

    def finish(self) -> object:
        self.ended = "finished"
        return self

    def discard(self) -> None:
        self.ended = "discarded"


def decoder_with_sinks(room: int, rooms: int = 1 << 30) -> tuple[xmlrpc.Decoder, list[Kept]]:
    sinks: list[Kept] = []

    def open_sink() -> Kept:
        sinks.append(Kept())
        return sinks[-1]

    return xmlrpc.Decoder(xmlrpc.Limits(payload_memory=room, payloads_memory=rooms), sink=open_sink), sinks


@pytest.mark.parametrize("step", [1, 10, 1000, 1 << 20])
@pytest.mark.parametrize("stock_lines", [False, True])
def test_a_payload_over_its_room_goes_to_a_sink_and_a_smaller_one_does_not(step: int, stock_lines: bool) -> None:
    small, large = os.urandom(1000), os.urandom(10_001)
    body = b"".join(xmlrpc.encode_call("m", [small, large, "x"]))
    if stock_lines:
        body = stock.dumps((stock.Binary(small), stock.Binary(large), "x"), "m").encode()
    decoder, sinks = decoder_with_sinks(1000)
    for start in range(0, len(body), step):
        decoder.feed(body, start, min(start + step, len(body)))
    params = decoder.call().params
    assert params == [small, sinks[0], "x"]
    assert len(sinks) == 1
    assert (sinks[0].written, sinks[0].ended) == (large, "finished")


def test_payloads_that_are_too_much_together_go_to_sinks() -> None:
    payloads = [os.urandom(600) for _ in range(4)]
    decoder, sinks = decoder_with_sinks(1000, 1500)
    decoder.feed(b"".join(xmlrpc.encode_call("m", payloads)))
    assert decoder.call().params == [payloads[0], payloads[1], *sinks]
    assert [sink.written for sink in sinks] == payloads[2:]


@pytest.mark.parametrize("step", [100, 1 << 20])
def test_without_a_sink_a_large_payload_is_refused(step: int) -> None:
    body = b"".join(xmlrpc.encode_call("m", [bytes(2000)]))
    decoder = xmlrpc.Decoder(xmlrpc.Limits(payload_memory=1000))
    with pytest.raises(TooLarge):
        for start in range(0, len(body), step):
            decoder.feed(body, start, min(start + step, len(body)))


def test_the_method_decides_where_its_payloads_go() -> None:
    kept = Kept()
    decoder = xmlrpc.Decoder(xmlrpc.Limits(payload_memory=10))

    def on_method(method: str) -> None:
        decoder.sink = lambda: kept

    decoder = xmlrpc.Decoder(xmlrpc.Limits(payload_memory=10), on_method=on_method)
    decoder.feed(b"".join(xmlrpc.encode_call("m", [bytes(100)])))
    assert decoder.call().params == [kept]


def test_what_came_to_nothing_is_discarded_and_what_was_handed_over_is_not() -> None:
    body = b"".join(xmlrpc.encode_call("m", [bytes(100), bytes(200)]))
    decoder, sinks = decoder_with_sinks(10)
    decoder.feed(body, 0, len(body) - 150)
    decoder.discard()
    assert [sink.ended for sink in sinks] == ["discarded", "discarded"]

    decoder, sinks = decoder_with_sinks(10)
    decoder.feed(body)
    decoder.call()
    decoder.discard()
    assert [sink.ended for sink in sinks] == ["finished", "finished"]

    decoder, sinks = decoder_with_sinks(10)
    decoder.feed(body[: -len("</methodCall>")])
    with pytest.raises(NotWellFormed):
        decoder.call()
    decoder.discard()
    assert [sink.ended for sink in sinks] == ["discarded", "discarded"]


def test_what_a_sink_raises_comes_out_of_feed() -> None:
    class Full(Kept):
        def write(self, data: Bytes, /) -> None:
            raise NotFound("gone")

    decoder = xmlrpc.Decoder(xmlrpc.Limits(payload_memory=10), sink=Full)
    with pytest.raises(NotFound):
        decoder.feed(b"".join(xmlrpc.encode_call("m", [bytes(100)])))


def peak_of(work: Callable[[], None]) -> int:
    tracemalloc.start()
    try:
        work()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


class Counting(Kept):
    size = 0

    def write(self, data: Bytes, /) -> None:
        self.size += len(data)


@pytest.mark.parametrize("lines", [False, True])
def test_memory_stays_flat_while_200_mebibytes_pass(lines: bool) -> None:
    count = 200 << 20
    block = base64.encodebytes(bytes(57 * 1024)) if lines else base64.b64encode(bytes(57 * 1024))
    sink = Counting()

    def work() -> None:
        decoder = xmlrpc.Decoder(sink=lambda: sink)
        decoder.feed(b"<methodCall><methodName>image_put</methodName><params><param><value><base64>")
        for _ in range(count // (57 * 1024)):
            decoder.feed(block)
        decoder.feed(b"</base64></value></param></params></methodCall>")
        assert decoder.call().params == [sink]

    assert peak_of(work) < 6 << 20
    assert sink.size == count // (57 * 1024) * 57 * 1024


def test_memory_stays_bounded_while_a_payload_comes_byte_by_byte() -> None:
    def work() -> None:
        decoder = xmlrpc.Decoder()
        decoder.feed(b"<methodCall><methodName>m</methodName><params><param><value><base64>")
        for _ in range(100_000):
            decoder.feed(b"QUJD")

    assert peak_of(work) < 3 << 20


BOUNDS = {
    "text without an end": (b"<methodCall><methodName>m</methodName><params><param><value>", b"x" * 65536),
    "tags without an end": (b"<methodCall><methodName>m</methodName><params>", b"<param><value><array><data>" * 2000),
    "one tag without an end": (b"<methodCall><methodName>m</methodName><params>", b"<param" + b" " * 65536),
    "empty values": (b"<methodCall><methodName>m</methodName><params>", b"<a/>" * 16000),
}


@pytest.mark.parametrize("name", BOUNDS)
def test_endless_text_is_refused_within_the_bound(name: str) -> None:
    head, more = BOUNDS[name]
    taken = 0
    decoder = xmlrpc.Decoder()
    decoder.feed(head)
    with pytest.raises(TooLarge):
        while taken < 10 << 20:
            decoder.feed(more)
            taken += len(more)
    assert taken <= xmlrpc.Limits().xml_bytes


@pytest.mark.parametrize(
    "body",
    [
        call_with("<value><array><data>" * 200_000 + "</data></array></value>" * 200_000),
        call_with("<value><array><data>" * 65 + "<value/>" + "</data></array></value>" * 65),
        call_with("<value><array><data>" + "<value/>" * 60_000 + "</data></array></value>"),
        call_with("<value><array><data>" + "<value><base64></base64></value>" * 60_000 + "</data></array></value>"),
        call_with("<value>" + "<nil/>" * 500_000 + "</value>"),
        call_with("<value>" + "<nil></nil>" * 300_000 + "</value>"),
    ],
    ids=["200,000 nested", "65 nested", "60,000 values", "60,000 payloads", "500,000 elements", "300,000 closed elements"],
)
def test_too_many_and_too_deep_are_refused(body: bytes) -> None:
    with pytest.raises(TooLarge):
        xmlrpc.decode_call(body)


def test_elements_that_no_legal_message_has_are_refused_before_they_are_built(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each is an object of a hundred bytes: 8 MiB of text would become 140 MB before its values are counted."""
    limits = xmlrpc.Limits(values=1000)
    members = "".join(f"<member><name>{n}</name><value><int>1</int></value></member>" for n in range(998))
    assert len(xmlrpc.decode_call(call_with(f"<value><struct>{members}</struct></value>"), limits).params[0]) == 998
    monkeypatch.setattr(decode, "XMLParser", None)
    for elements in ("<nil/>", "<nil></nil>"):
        with pytest.raises(TooLarge):
            xmlrpc.decode_call(call_with("<value>" + elements * 4100 + "</value>"), limits)


def test_one_long_token_byte_by_byte_is_read_in_time() -> None:
    body = call_with("<value>" + "x" * 300_000 + "</value>")
    decoder = xmlrpc.Decoder(on_method=lambda method: None)
    for start in range(len(body)):
        decoder.feed(body, start, start + 1)
    assert decoder.call().params == ["x" * 300_000]


ANSWERS = {
    "a call": call_with("<value>1</value>"),
    "no value": b"<methodResponse><params></params></methodResponse>",
    "two values": b"<methodResponse><params>" + b"<param><value>1</value></param>" * 2 + b"</params></methodResponse>",
    "a fault and a value": b"<methodResponse><fault><value>1</value></fault><params/></methodResponse>",
    "a fault that is a string": b"<methodResponse><fault><value>no</value></fault></methodResponse>",
    "a fault without a code": stock.dumps(({"faultString": "x"},), methodresponse=True)
    .replace("params>", "fault>")
    .replace("<param>\n", "")
    .replace("</param>\n", "")
    .encode(),
    "a web page": b"<html><body>404</body></html>",
    "nothing": b"",
}


@pytest.mark.parametrize("name", ANSWERS)
def test_an_answer_that_is_none_is_refused(name: str) -> None:
    with pytest.raises(NotWellFormed):
        xmlrpc.decode_response(ANSWERS[name])


def test_faults_come_back_as_the_errors_they_were() -> None:
    with pytest.raises(NotFound, match="Look again"):
        xmlrpc.decode_response(xmlrpc.encode_fault(102, "Look again."))
    with pytest.raises(RemoteFault) as caught:
        xmlrpc.decode_response(stock.dumps(stock.Fault(70, "NOT_RUNNING: x")).encode())
    assert caught.value.code == 70


def test_streams_are_encoded_while_they_leave_and_nothing_is_padded() -> None:
    data = os.urandom(10_000)

    class Pieces:
        def __init__(self, sizes: list[int], size: int) -> None:
            self.size = size
            self.sizes = sizes

        def chunks(self):  # type: ignore[no-untyped-def]
            buffer = bytearray(10_000)
            start = 0
            for size in self.sizes:
                buffer[:size] = data[start : start + size]
                start += size
                yield memoryview(buffer)[:size]

    for sizes in ([10_000], [1] * 50 + [2] * 50 + [4] * 100, [3, 3, 3], [4096, 4096, 1808], [0, 5, 0], []):
        size = sum(sizes)
        parts = xmlrpc.encode_response({"data": Pieces(sizes, size), "size": size})
        body = b"".join(xmlrpc.iterate(parts))
        assert len(body) == xmlrpc.body_length(parts)
        assert xmlrpc.decode_response(body) == {"data": data[:size], "size": size}
    for told in (9, 11):
        with pytest.raises(FilexferError):
            list(xmlrpc.iterate(xmlrpc.encode_response(Pieces([5, 5], told))))
    with pytest.raises(FilexferError):
        xmlrpc.encode_call("m", [Pieces([5], 5)])


def test_large_payloads_are_pieces_of_their_own() -> None:
    parts = xmlrpc.encode_call("m", ["a", bytes(1 << 20), "b", bytes(10)])
    assert len(parts) == 3
    assert parts[1] == base64.b64encode(bytes(1 << 20))
