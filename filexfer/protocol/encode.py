"""From values to the bytes of a message. Pieces stay apart where they are large, so that no payload is copied twice."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from math import isfinite
from typing import Any

from pybase64 import b64encode

from filexfer.core import paths
from filexfer.core.errors import BadParameters, Changed
from filexfer.protocol.values import Bytes, Stream

#: Arrays and structs inside each other, as the decoder takes them.
_NESTING = 64
#: Pieces shorter than this are joined: a system call for each would cost more than the copy.
_JOIN_BELOW = 64 << 10


class StreamPart:
    """The base64 of a `Stream`, made while it is sent."""

    def __init__(self, stream: Stream) -> None:
        self._stream = stream
        self.length = (stream.size + 2) // 3 * 4

    def __iter__(self) -> Iterator[bytes]:
        """The base64 in pieces. Raises `Changed` where the stream has not exactly its `size` bytes."""
        carry = b""
        sent = 0
        for chunk in self._stream.chunks():
            sent += len(chunk)
            if sent > self._stream.size:
                raise Changed("The file grew while it was sent.")
            view = memoryview(chunk)
            if carry:
                missing = 3 - len(carry)
                carry += view[:missing]
                view = view[missing:]
                if len(carry) < 3:
                    continue
                yield b64encode(carry)
            left = len(view) % 3
            carry = bytes(view[len(view) - left :])
            if len(view) > left:
                yield b64encode(view[: len(view) - left])
        if sent < self._stream.size:
            raise Changed("The file shrank while it was sent.")
        if carry:
            yield b64encode(carry)


Part = bytes | StreamPart


def encode_call(method: str, params: Sequence[object]) -> list[bytes]:
    """A call; joined, the pieces are its body. Raises `BadParameters` for what XML-RPC cannot hold."""
    writer = _Writer()
    writer.text.append(f"<?xml version='1.0'?>\n<methodCall><methodName>{_escaped(method)}</methodName><params>")
    for value in params:
        writer.text.append("<param>")
        writer.value(value, 0)
        writer.text.append("</param>")
    writer.text.append("</params></methodCall>")
    parts = writer.finish()
    if any(isinstance(part, StreamPart) for part in parts):
        raise BadParameters("A stream is no parameter: send it in blocks.")
    return [part for part in parts if isinstance(part, bytes)]


def encode_response(value: object) -> list[Part]:
    """A response; `iterate` gives its bytes, `body_length` how many. Raises `BadParameters` for what XML-RPC cannot hold."""
    writer = _Writer()
    writer.text.append("<?xml version='1.0'?>\n<methodResponse><params><param>")
    writer.value(value, 0)
    writer.text.append("</param></params></methodResponse>")
    return writer.finish()


def encode_fault(code: int, text: str) -> bytes:
    """A fault. Where XML cannot hold `text` its odd characters are written visibly: stock clients want a string here."""
    shown = _escaped(text if paths.fits_xml(text) else paths.shown(text))
    return (
        "<?xml version='1.0'?>\n<methodResponse><fault><value><struct><member><name>faultCode</name><value><int>"
        f"{code}</int></value></member><member><name>faultString</name><value><string>{shown}</string></value></member>"
        "</struct></value></fault></methodResponse>"
    ).encode()


def body_length(parts: Sequence[Part]) -> int:
    """Bytes of the body made of `parts`."""
    return sum(part.length if isinstance(part, StreamPart) else len(part) for part in parts)


def iterate(parts: Sequence[Part]) -> Iterator[bytes]:
    """The body in pieces; streams are encoded while this goes on, and may raise."""
    for part in parts:
        if isinstance(part, StreamPart):
            yield from part
        else:
            yield part


class _Writer:
    """Collects a message: `text` since the last payload, `parts` before it."""

    def __init__(self) -> None:
        self.text: list[str] = []
        self._parts: list[Part] = []

    def value(self, value: object, depth: int) -> None:
        kind = type(value)
        scalar = _SCALARS.get(kind)
        if scalar is not None:
            self.text.append(scalar(value))
        elif kind is str:
            self._string(value)  # type: ignore[arg-type]
        elif kind is bytes:
            self._binary(value)  # type: ignore[arg-type]
        elif kind is dict:
            self._struct(value, depth + 1)  # type: ignore[arg-type]
        elif kind is list or kind is tuple:
            self._array(value, depth + 1)  # type: ignore[arg-type]
        else:
            self._other(value, depth)

    def finish(self) -> list[Part]:
        self._flush()
        return _joined(self._parts)

    def _flush(self) -> None:
        if self.text:
            self._parts.append("".join(self.text).encode())
            self.text.clear()

    def _string(self, value: str) -> None:
        if paths.fits_xml(value):
            self.text.append(f"<value><string>{_escaped(value)}</string></value>")
        else:
            self._binary(paths.encode(value))

    def _binary(self, data: Bytes) -> None:
        self.text.append("<value><base64>")
        self._flush()
        self._parts.append(b64encode(data))
        self.text.append("</base64></value>")

    def _stream(self, stream: Stream) -> None:
        self.text.append("<value><base64>")
        self._flush()
        self._parts.append(StreamPart(stream))
        self.text.append("</base64></value>")

    def _array(self, values: Sequence[object], depth: int) -> None:
        _check_depth(depth)
        self.text.append("<value><array><data>")
        for value in values:
            self.value(value, depth)
        self.text.append("</data></array></value>")

    def _struct(self, values: dict[object, object], depth: int) -> None:
        _check_depth(depth)
        self.text.append("<value><struct>")
        for name, value in values.items():
            if not isinstance(name, str) or not paths.fits_xml(name):
                raise BadParameters("The names in a struct are strings that XML can hold.")
            self.text.append(f"<member><name>{_escaped(name)}</name>")
            self.value(value, depth)
            self.text.append("</member>")
        self.text.append("</struct></value>")

    def _other(self, value: Any, depth: int) -> None:
        """Subclasses of the plain types, buffers, streams, and what the standard library's own codec takes."""
        if isinstance(value, bytearray | memoryview | bytes):
            self._binary(value)
        elif isinstance(value, str):
            self._string(str(value))
        elif isinstance(value, int):
            self.text.append(_integer(int(value)))
        elif isinstance(value, float):
            self.text.append(_double(float(value)))
        elif isinstance(value, dict):
            self._struct(value, depth + 1)
        elif isinstance(value, list | tuple):
            self._array(value, depth + 1)
        elif hasattr(value, "chunks") and hasattr(value, "size"):
            self._stream(value)
        else:
            self._stock(value)

    def _stock(self, value: Any) -> None:
        # Whoever holds one of these has imported its module; we need not.
        stock, times = sys.modules.get("xmlrpc.client"), sys.modules.get("datetime")
        if stock is not None and isinstance(value, stock.Binary):
            self._binary(value.data)
        elif stock is not None and isinstance(value, stock.DateTime):
            self.text.append(f"<value><dateTime.iso8601>{_escaped(value.value)}</dateTime.iso8601></value>")
        elif times is not None and isinstance(value, times.datetime):
            written = f"{value.year:04}{value:%m%dT%H:%M:%S}"
            self.text.append(f"<value><dateTime.iso8601>{written}</dateTime.iso8601></value>")
        else:
            raise BadParameters(f"XML-RPC has no way to write a value of type {type(value).__name__}.")


def _joined(parts: list[Part]) -> list[Part]:
    """`parts` with neighbours joined where one of them is short."""
    if len(parts) < 2:
        return parts
    joined: list[Part] = []
    run: list[bytes] = []
    for part in parts:
        if isinstance(part, bytes) and len(part) < _JOIN_BELOW:
            run.append(part)
            continue
        if run:
            joined.append(b"".join(run))
            run = []
        joined.append(part)
    if run:
        joined.append(b"".join(run))
    return joined


def _check_depth(depth: int) -> None:
    if depth > _NESTING:
        raise BadParameters(f"Arrays and structs nest at most {_NESTING} deep.")


def _escaped(text: str) -> str:
    if "&" in text:
        text = text.replace("&", "&amp;")
    if "<" in text:
        text = text.replace("<", "&lt;")
    if ">" in text:
        text = text.replace(">", "&gt;")
    return text


def _integer(value: int) -> str:
    if -0x8000_0000 <= value <= 0x7FFF_FFFF:
        return f"<value><int>{value}</int></value>"
    if -(1 << 63) <= value < 1 << 63:
        return f"<value><i8>{value}</i8></value>"
    raise BadParameters("An integer does not fit 64 bits.")


def _double(value: float) -> str:
    if not isfinite(value):
        raise BadParameters("XML-RPC has no infinite number and no NaN.")
    return f"<value><double>{value!r}</double></value>"


def _boolean(value: bool) -> str:
    return "<value><boolean>1</boolean></value>" if value else "<value><boolean>0</boolean></value>"


def _nil(value: None) -> str:
    return "<value><nil/></value>"


_SCALARS: dict[type, Callable[[Any], str]] = {int: _integer, bool: _boolean, float: _double, type(None): _nil}
