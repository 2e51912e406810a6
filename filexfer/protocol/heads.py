"""Heads of HTTP/1.1 messages: bytes up to the empty line to values, and back. Strict: what two parsers could read in two ways is
refused (RFC 9112, sections 2.2, 5, 6.3 and 11.2), since `h11`, which has the last word on requests that are not plain, lets some
of it pass."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from filexfer.core.errors import ProtocolError
from filexfer.protocol.fields import parse_server_timing

#: Longest head taken, in bytes, and most fields in it.
HEAD_BYTES = 32 << 10
HEAD_FIELDS = 100

_TOKEN = rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+"
_REQUEST_LINE = re.compile(rb"(" + _TOKEN + rb") ([!-~]+) HTTP/([0-9])\.([0-9])")
_STATUS_LINE = re.compile(rb"HTTP/1\.([01]) ([1-5][0-9]{2})(?: ([\t -~\x80-\xff]*))?")
# Blanks around a value are cut off before: a pattern with two runs of them tries every border between the two, on 32 KiB.
_NAME, _VALUE = re.compile(_TOKEN), re.compile(rb"[\t -~\x80-\xff]*")
_LENGTH = re.compile(r"[0-9]{1,18}", re.ASCII)
#: Fields that mean something else when they come twice, or that two parsers would join differently.
_ONCE = frozenset(
    "host content-length transfer-encoding content-type content-encoding content-range range expect authorization origin "
    "if-range etag location content-digest".split()
)
#: A request's head that can be read in one way only, once ours has taken it: its fields do not frame, but for one length, and
#: single blanks part its words. `h11` need not be asked then, which takes longer than all the rest.
_PLAIN = re.compile(
    rb"(?:GET|HEAD|POST|PUT) /[!-~]*+ HTTP/1\.1\r\n"
    rb"(?:(?:Host|User-Agent|Accept|Accept-Encoding|Authorization|Content-Type|Content-Length|Content-Digest|Tail-Length"
    rb"|Want-Content-Digest|Range|If-Match): [!-~]++(?: [!-~]++)*+\r\n)*+\r\n"
)


class BadHead(ProtocolError):
    """A head that is refused. The connection is closed after the answer: where its body ends is not known.

    Attributes:
        status: the HTTP status that answers it.
    """

    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        self.status = status


class RequestHead:
    """A request without its body.

    Attributes:
        target: as it stands, beginning with `/`, or `*`.
        headers: by name in lower case; repeated ones joined with `, `. One may hold a token.
        length: bytes of the body as declared; None where nothing is declared.
        chunked: the body comes in chunks.
        keep_alive: the client would send another request.
        expects_continue: it waits for `100 Continue` before it sends the body.
    """

    __slots__ = ("chunked", "expects_continue", "headers", "keep_alive", "length", "method", "target")

    def __init__(
        self,
        method: str,
        target: str,
        headers: dict[str, str],
        length: int | None,
        chunked: bool,
        keep_alive: bool,
        expects_continue: bool,
    ) -> None:
        self.method = method
        self.target = target
        self.headers = headers
        self.length = length
        self.chunked = chunked
        self.keep_alive = keep_alive
        self.expects_continue = expects_continue


class ResponseHead:
    """A response without its body.

    Attributes:
        length: bytes of the body; None where it is chunked or ends with the connection. What HEAD, 1xx, 204 and 304 declare
            describes no body: see `has_body`.
        keep_alive: another request may be sent over this connection.
    """

    __slots__ = ("chunked", "headers", "keep_alive", "length", "reason", "status")

    def __init__(
        self, status: int, reason: str, headers: dict[str, str], length: int | None, chunked: bool, keep_alive: bool
    ) -> None:
        self.status = status
        self.reason = reason
        self.headers = headers
        self.length = length
        self.chunked = chunked
        self.keep_alive = keep_alive

    def has_body(self, method: str) -> bool:
        """Whether a body follows, this being the answer to a request with `method`."""
        return method != "HEAD" and self.status >= 200 and self.status not in (204, 304) and self.length != 0

    @property
    def worked(self) -> float:
        """Seconds that the server was at it, from the request's last byte on; 0.0 where it does not tell."""
        return parse_server_timing(self.headers.get("server-timing", ""))


def parse_request_head(raw: bytes) -> RequestHead:
    """The head that `raw` holds, up to and with its empty line. Raises `BadHead`."""
    start, fields = _lines(raw, status=400)
    found = _REQUEST_LINE.fullmatch(start)
    if found is None:
        raise BadHead(400, "The request line is not METHOD TARGET HTTP/1.1.")
    if (found[3], found[4]) != (b"1", b"1"):
        raise BadHead(505, "This server speaks HTTP/1.1 only.")
    method, target = found[1].decode(), found[2].decode()
    if not target.startswith("/") and not (target == "*" and method == "OPTIONS"):
        raise BadHead(400, "The target of a request begins with “/”.")
    headers = _headers(fields, status=400)
    if "host" not in headers:
        raise BadHead(400, "The request names no host.")
    length, chunked = _framing(headers, status=400)
    if _PLAIN.fullmatch(raw) is None:
        _agree_with_h11(raw)
    expect = headers.get("expect", "").lower()
    if expect not in ("", "100-continue"):
        raise BadHead(417, "Of expectations only 100-continue is known.")
    return RequestHead(
        method, target, headers, length, chunked, keep_alive="close" not in _tokens(headers), expects_continue=expect != ""
    )


def parse_response_head(raw: bytes) -> ResponseHead:
    """The head that `raw` holds, up to and with its empty line. HTTP/1.0 is taken too: other XML-RPC servers speak it. Raises
    `BadHead` with status 502."""
    start, fields = _lines(raw, status=502)
    found = _STATUS_LINE.fullmatch(start)
    if found is None:
        raise BadHead(502, "The answer is not one of HTTP. Is there another kind of server at this address?")
    headers = _headers(fields, status=502)
    length, chunked = _framing(headers, status=502)
    status, tokens = int(found[2]), _tokens(headers)
    ends_itself = length is not None or chunked or status < 200 or status in (204, 304)
    wanted = "close" not in tokens and (found[1] == b"1" or "keep-alive" in tokens)
    reason = (found[3] or b"").decode("latin-1")
    return ResponseHead(status, reason, headers, length, chunked, keep_alive=wanted and ends_itself)


def _lines(raw: bytes, status: int) -> tuple[bytes, list[bytes]]:
    if len(raw) > HEAD_BYTES:
        raise BadHead(431 if status == 400 else status, f"The head is longer than {HEAD_BYTES} bytes.")
    if not raw.endswith(b"\r\n\r\n"):
        raise BadHead(status, "The head does not end with an empty line.")
    lines = raw[:-4].split(b"\r\n")
    if len(lines) > HEAD_FIELDS + 1:
        raise BadHead(431 if status == 400 else status, f"The head has more than {HEAD_FIELDS} fields.")
    return lines[0], lines[1:]


def _headers(lines: Sequence[bytes], status: int) -> dict[str, str]:
    headers: dict[str, str] = {}
    for line in lines:
        raw_name, colon, raw_value = line.partition(b":")
        raw_value = raw_value.strip(b" \t")
        if not colon or _NAME.fullmatch(raw_name) is None or _VALUE.fullmatch(raw_value) is None:
            raise BadHead(status, "A field of the head is not NAME: VALUE in one line.")
        name, value = raw_name.decode().lower(), raw_value.decode("latin-1")
        if name not in headers:
            headers[name] = value
        elif name in _ONCE:
            raise BadHead(status, f"The head has {name} twice.")
        else:
            headers[name] += f", {value}"
    return headers


def _framing(headers: Mapping[str, str], status: int) -> tuple[int | None, bool]:
    """How the body is cut: its length, or whether it is chunked."""
    length, coding = headers.get("content-length"), headers.get("transfer-encoding")
    if coding is not None:
        if length is not None:
            raise BadHead(status, "The head has both Content-Length and Transfer-Encoding.")
        if coding.lower() != "chunked":
            raise BadHead(501 if status == 400 else status, "Of transfer encodings only chunked is known.")
        return None, True
    if length is None:
        return None, False
    if _LENGTH.fullmatch(length) is None:
        raise BadHead(status, "Content-Length is not a number of bytes.")
    return int(length), False


def _tokens(headers: Mapping[str, str]) -> set[str]:
    return {token.strip().lower() for token in headers.get("connection", "").split(",")}


def _agree_with_h11(raw: bytes) -> None:
    # Imported here: a client parses no request, and starts 15 ms sooner without it.
    import h11

    connection = h11.Connection(h11.SERVER, max_incomplete_event_size=HEAD_BYTES)
    try:
        connection.receive_data(raw)
        event = connection.next_event()
    except h11.RemoteProtocolError as error:
        raise BadHead(error.error_status_hint, f"The head is not one of HTTP/1.1: {error}.") from None
    if not isinstance(event, h11.Request):
        raise BadHead(400, "The head is not that of a request.")


def request_head(method: str, target: str, headers: Iterable[tuple[str, str]]) -> bytes:
    """The head of a request; `headers` hold `Host`. Raises `ValueError` for what would break out of its line."""
    return _written(f"{method} {target} HTTP/1.1", headers)


def response_head(status: int, headers: Iterable[tuple[str, str]], keep_alive: bool) -> bytes:
    """The head of a response; `Connection: close` is added unless `keep_alive`. Raises `ValueError` as `request_head`."""
    closing = () if keep_alive or status < 200 else (("Connection", "close"),)
    return _written(f"HTTP/1.1 {status} {_REASONS.get(status, 'Unknown')}", (*headers, *closing))


# RFC 9110, section 15, as far as we answer with them; `http.HTTPStatus` would take 4 ms to import.
_REASONS = {
    100: "Continue",
    200: "OK",
    201: "Created",
    204: "No Content",
    206: "Partial Content",
    304: "Not Modified",
    400: "Bad Request",
    401: "Unauthorized",
    403: "Forbidden",
    404: "Not Found",
    405: "Method Not Allowed",
    408: "Request Timeout",
    409: "Conflict",
    411: "Length Required",
    412: "Precondition Failed",
    413: "Content Too Large",
    414: "URI Too Long",
    415: "Unsupported Media Type",
    416: "Range Not Satisfiable",
    417: "Expectation Failed",
    421: "Misdirected Request",
    422: "Unprocessable Content",
    429: "Too Many Requests",
    431: "Request Header Fields Too Large",
    500: "Internal Server Error",
    501: "Not Implemented",
    503: "Service Unavailable",
    505: "HTTP Version Not Supported",
    507: "Insufficient Storage",
}
_BREAKS = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")


def _written(start: str, headers: Iterable[tuple[str, str]]) -> bytes:
    lines = [start, *(f"{name}: {value}" for name, value in headers)]
    if any(_BREAKS.search(line) for line in lines):
        raise ValueError("a field of a head holds a control character")
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")
