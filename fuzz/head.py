"""Heads of requests and of answers, and the fields in them: whatever is taken, h11 reads in the same way."""

from __future__ import annotations

import h11

from filexfer.core.errors import BadOffset, BadParameters, InvalidPath, UnknownUpload
from filexfer.protocol import http
from fuzz.outcome import outcome

_REQUEST = {400, 417, 431, 501, 505}


def check(data: bytes) -> None:
    """`data` is a head, as a request and as an answer; with an empty line behind it where it has none."""
    for raw in (data, data + b"\r\n\r\n"):
        _check_request(raw)
        _check_answer(raw)


def _check_request(raw: bytes) -> None:
    found = outcome(http.BadHead, http.parse_request_head, raw)
    if isinstance(found.error, http.BadHead):
        assert found.error.status in _REQUEST
    if not isinstance(head := found.value, http.RequestHead):
        return
    event, framing = _server_reads(raw)
    assert (event.method.decode(), event.target.decode()) == (head.method, head.target)
    # h11 writes a transfer coding in small letters.
    coding = {name: value.lower() for name, value in head.headers.items() if name == "transfer-encoding"}
    assert _joined(event.headers) == head.headers | coding
    assert framing == ("chunked" if head.chunked else head.length or 0)
    written = http.request_head(head.method, head.target, head.headers.items())
    again = http.parse_request_head(written)
    # Where the last of several equal fields is empty the joined one ends with a blank, which is no part of a value.
    assert again.headers == {name: value.strip(" \t") for name, value in head.headers.items()}
    assert _framing(again) == _framing(head)
    _check_fields(head.headers)
    outcome(InvalidPath, http.file_target, head.target)
    outcome(UnknownUpload, http.upload_target, head.target)


def _framing(head: http.RequestHead) -> tuple[object, ...]:
    return head.method, head.target, head.length, head.chunked, head.keep_alive, head.expects_continue


def _server_reads(raw: bytes) -> tuple[h11.Request, object]:
    reader = h11.Connection(h11.SERVER, max_incomplete_event_size=http.HEAD_BYTES)
    reader.receive_data(raw)
    event = reader.next_event()
    assert isinstance(event, h11.Request)
    body = reader.next_event()
    if isinstance(body, h11.EndOfMessage):
        return event, 0
    chunked = any(name == b"transfer-encoding" for name, _ in event.headers)
    declared = [int(value) for name, value in event.headers if name == b"content-length"]
    return event, "chunked" if chunked else declared[0]


def _joined(headers: object) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, value in list(headers):  # type: ignore[call-overload]
        key, text = name.decode(), value.decode("latin-1")
        found[key] = f"{found[key]}, {text}" if key in found else text
    return found


def _check_answer(raw: bytes) -> None:
    found = outcome(http.BadHead, http.parse_response_head, raw)
    if isinstance(found.error, http.BadHead):
        assert found.error.status == 502
    if not isinstance(head := found.value, http.ResponseHead):
        return
    assert head.length is None or not head.chunked
    reader = h11.Connection(h11.CLIENT, max_incomplete_event_size=http.HEAD_BYTES)
    reader.send(h11.Request(method="GET", target="/", headers=[("Host", "h")]))
    reader.receive_data(raw)
    try:
        event = reader.next_event()
    except h11.RemoteProtocolError:
        return  # h11 knows fewer answers: 101 unasked for, some bytes in a reason
    assert isinstance(event, h11.Response | h11.InformationalResponse)
    assert event.status_code == head.status
    assert _joined(event.headers).keys() == head.headers.keys()
    _check_fields(head.headers)


def _check_fields(headers: dict[str, str]) -> None:
    """Every value as each of the fields that the raw lane reads, wherever it stands."""
    for value in headers.values():
        tags = outcome(BadParameters, http.parse_etags, value).value
        if isinstance(tags, list) and tags != ["*"]:
            assert http.parse_etags(", ".join(map(http.written_etag, tags))) == tags
        part = outcome(BadOffset, http.parse_range, value, 1000).value
        assert part is None or 0 <= part.start < part.end <= 1000  # type: ignore[attr-defined]
        span = outcome(BadParameters, http.parse_content_range, value).value
        if isinstance(span, tuple):
            assert http.parse_content_range(http.content_range(*span)) == span
        digest = outcome(BadParameters, http.parse_content_digest, value).value
        if isinstance(digest, str):
            assert http.parse_content_digest(http.content_digest(digest)) == digest
