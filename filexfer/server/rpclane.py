"""The XML-RPC lane: one POST is one call. Rules: the body is decoded while it arrives; permission is looked at as soon as the
method's name has passed; a Binary too large for memory goes to disk only for a method that wants it. Faults are answers with
status 200, also those of trust: the standard library's `ProtocolError` would print the address with its password."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Sequence

from filexfer.core.digests import Bytes
from filexfer.core.errors import BadParameters, Busy, FilexferError, TooLarge
from filexfer.core.model import Permission
from filexfer.protocol import tails, xmlrpc
from filexfer.protocol.faults import code_of
from filexfer.protocol.http import server_timing
from filexfer.server.access import Caller
from filexfer.server.answers import Answer, Later, Refused
from filexfer.server.body import Body
from filexfer.server.buffers import Buffers
from filexfer.server.crowd import Crowd
from filexfer.server.deferred import Deferred
from filexfer.server.house import Request
from filexfer.server.service import Service, unexpected
from filexfer.server.settings import Settings
from filexfer.server.streams import BufferStream, Leaving, Spool, leaving

_XML = re.compile(r"text/xml[ \t]*(?:;[ \t]*charset=\"?(?:utf-8|us-ascii)\"?[ \t]*)?", re.IGNORECASE)
_HEADERS = (("Content-Type", "text/xml"),)
#: Bytes of memory that a call takes while it is decoded: so many copies of its text, and so many for each of its elements; and
#: for each element those that its values take behind that.
_TEXTS = 3
_ELEMENT = 160
_VALUE = 100


class RpcLane:
    """Calls the methods of `service`. `spool`, wherever it is an argument, opens a place on disk for so many bytes of a large
    Binary. Of `buffers` each holds a piece of a call, of `blocks` all of one with a block in it."""

    def __init__(self, service: Service, settings: Settings, crowd: Crowd, buffers: Buffers, blocks: Buffers) -> None:
        self._service = service
        self._crowd = crowd
        self._settings = settings
        self._buffers = buffers
        self._blocks = blocks
        self._limits = xmlrpc.Limits(
            settings.xml_bytes, settings.nesting, settings.values, settings.payload_bytes, settings.payloads_bytes
        )

    def check(self, request: Request) -> None:
        """Raise `Refused` for what is not XML-RPC by its head."""
        headers = request.head.headers
        if request.head.method != "POST":
            raise Refused(405, "XML-RPC calls are sent by POST.", [("Allow", "POST")])
        if "content-encoding" in headers:
            raise Refused(415, "Bodies are taken as they are, not compressed.")
        if not _XML.fullmatch(headers.get("content-type", "")):
            # A web page can send other types without being asked whether it may.
            raise Refused(415, "An XML-RPC call has Content-Type: text/xml.")
        if not request.head.chunked and request.head.length is None:
            raise Refused(411, "A call declares its length.")
        try:
            tails.length_of(headers, request.head.length, self._settings.payload_bytes)
        except TooLarge as error:
            raise Refused(413, str(error)) from error
        except BadParameters as error:
            raise Refused(400, str(error)) from error

    def answer(self, request: Request, caller: Caller, spool: Callable[[int], Spool]) -> Answer | Later:
        """Do the call that `request` holds."""
        tail = tails.length_of(request.head.headers, request.head.length, self._settings.payload_bytes)
        # What the declared length promises at least: base64 in lines of 76 characters, behind all the text that is taken.
        expected = max(0, (request.head.length or 0) * 76 // 77 * 3 // 4 - self._settings.xml_bytes)
        most_files = self._settings.call_files
        call = _Incoming(self._service, request, caller, self._limits, self._crowd, most_files, lambda: spool(expected))
        try:
            value = call.do(self._buffers, self._blocks, tail or 0)
        except FilexferError as error:
            self._crowd.told(error)
            return fault(error)
        except Exception as error:
            return _raised(error)
        if isinstance(value, Deferred):
            return Later(value, self._finish)
        # Strangers are not told: they could time what they guess at.
        worked = call.worked if caller.permission > Permission.NONE else None
        return self._answer(value, worked, tailed=tail is not None)

    def _finish(self, deferred: Deferred) -> Answer:
        try:
            return self._answer(deferred.result())
        except FilexferError as error:
            return fault(error)
        except Exception:
            return fault(unexpected("that waited"))

    def _answer(self, value: object, worked: float | None = None, tailed: bool = False) -> Answer:
        streams = list(leaving(value))
        tail = _tail_of(value) if tailed else None
        if tail is not None:
            value = {**value, tails.MEMBER: b""}  # type: ignore[dict-item]
        try:
            parts = xmlrpc.encode_response(value)
            self._crowd.take(sum(len(part) for part in parts if isinstance(part, bytes)) + sum(one.held for one in streams))
        except Busy as error:
            _close(streams)
            self._crowd.told(error)
            return fault(error)
        except Exception:
            # Not the caller's doing: a registered function gave what XML-RPC cannot hold (or UTF-8: half of a surrogate pair).
            _close(streams)
            return fault(unexpected("whose answer cannot be written"))
        length = xmlrpc.body_length(parts)
        headers = _HEADERS if worked is None else (*_HEADERS, ("Server-Timing", server_timing(worked)))
        if tail is not None:
            headers = (*headers, (tails.FIELD, str(tail.size)))
            body: list[Bytes] = [*(part for part in parts if isinstance(part, bytes)), *tail.chunks()]
            return Answer(200, headers, body, length=length + tail.size, release=tail.close)
        if not streams:
            return Answer(200, headers, [part for part in parts if isinstance(part, bytes)], length=length)
        return Answer(200, headers, (), xmlrpc.iterate(parts), length, lambda: _close(streams))


def _tail_of(value: object) -> BufferStream | None:
    """The large Binary of an answer that can go behind it."""
    found = value.get(tails.MEMBER) if isinstance(value, dict) else None
    return found if isinstance(found, BufferStream) else None


def fault(error: FilexferError) -> Answer:
    """The answer that tells of `error`."""
    return _fault(code_of(error), str(error))


def _fault(code: int, text: str) -> Answer:
    body = xmlrpc.encode_fault(code, text)
    return Answer(200, _HEADERS, (body,), length=len(body), fault=code)


def _raised(error: Exception) -> Answer:
    """A registered function raised the standard library's `Fault`; nothing else passes the service."""
    code, text = getattr(error, "faultCode", None), getattr(error, "faultString", None)
    if isinstance(code, int) and not isinstance(code, bool):
        return _fault(code, str(text))
    raise error


def _close(streams: Sequence[Leaving]) -> None:
    for stream in streams:
        stream.close()


class _Incoming:
    """A call on its way in. Attributes: worked (seconds that the method took)."""

    def __init__(
        self,
        service: Service,
        request: Request,
        caller: Caller,
        limits: xmlrpc.Limits,
        crowd: Crowd,
        most_spools: int,
        spool: Callable[[], Spool],
    ) -> None:
        """`most_spools`: of a batch; a call alone has one."""
        self.worked = 0.0
        self._service = service
        self._request = request
        self._crowd = crowd
        self._counted = 0
        self._caller = caller
        self._open_spool = spool
        self._most_spools = 1
        self._most_of_batch = most_spools
        self._spools: list[Spool] = []
        self._decoder = xmlrpc.Decoder(limits, None, self._named)

    def _named(self, method: str) -> None:
        """The method's name has passed: may the caller, and where do large payloads go?"""
        registered = self._service.permit(self._caller, method)
        self._request.act = registered.name
        if registered.spools:
            self._decoder.sink = self._spool
        elif method == "system.multicall" and self._caller.permission >= Permission.WRITE:
            self._decoder.sink = self._spool
            self._most_spools = self._most_of_batch

    def _spool(self) -> Spool:
        if len(self._spools) >= self._most_spools:
            # Each is an open file, and once the memory of a call is used up every Binary is one, even of three bytes.
            raise TooLarge("The call holds more large binary values than are taken. Send it in smaller parts.")
        spool = self._open_spool()
        self._spools.append(spool)
        return spool

    def _count(self, held: int) -> None:
        """So many bytes are held for this call by now. Raises `Busy`."""
        self._crowd.take(held - self._counted)
        self._counted = held

    def _decoded(self) -> xmlrpc.Call:
        held, text, elements = self._decoder.held, self._decoder.text_held, self._decoder.elements()
        self._count(held + (_TEXTS - 1) * text + _ELEMENT * elements)
        call = self._decoder.call()
        self._count(held + _VALUE * elements)
        return call

    def _join(self, call: xmlrpc.Call, body: Body) -> list[object]:
        """The parameters, with the rest of the body, which is their tail. Whether the caller may was looked at by now."""
        if not body.length:
            return call.params
        tails.place_of(call.method, call.params)  # before anything is held for it, or waited for
        self._crowd.take(body.length)
        tail = bytearray(body.length)
        body.read_all(memoryview(tail))
        return tails.joined(call.method, call.params, tail)

    def _receive(self, body: Body, buffers: Buffers, blocks: Buffers) -> None:
        """Read and decode."""
        length = body.length or 0
        if buffers.size < length <= blocks.size and self._caller.permission >= Permission.WRITE:
            # Of however short a call: it is the whole buffer that it has.
            with self._crowd.holding(blocks.size):
                self._receive_whole(body, length, blocks)
            return
        buffer = buffers.take()
        try:
            for data, count in body.pieces(buffer):
                self._decoder.feed(data, 0, count)
                self._count(self._decoder.held)
        finally:
            buffers.give(buffer)

    def _receive_whole(self, body: Body, length: int, blocks: Buffers) -> None:
        """Read all, then decode: a block costs half of what it does in pieces."""
        buffer = blocks.take()
        try:
            body.read_all(memoryview(buffer)[:length])
            self._decoder.feed(buffer, 0, length)
            self._count(self._decoder.held)
        finally:
            blocks.give(buffer)

    def do(self, buffers: Buffers, blocks: Buffers, tail: int = 0) -> object:
        """Read, decode and do the call. Raises `FilexferError`, and what registered functions raise on purpose.

        Args:
            buffers, blocks: as those of `RpcLane`.
            tail: bytes of the body that are no XML.
        """
        body = self._request.body
        try:
            if tail:
                body.stop_before(tail)
            self._receive(body, buffers, blocks)
            call = self._decoded()
            body.go_on()
            params = self._join(call, body)
            began = time.perf_counter()
            value = self._service.call(self._caller, call.method, params)
            self.worked = time.perf_counter() - began
            return value
        except BaseException:
            self._count(0)  # it holds nothing while what is left of its body is read
            raise
        finally:
            body.go_on()
            self._decoder.discard()
            for spool in self._spools:
                spool.discard()
