"""Where a request goes: through the gate, then to its lane. The gate's refusals are said in the words of the lane."""

from __future__ import annotations

from collections.abc import Callable

from filexfer.core.errors import FilexferError
from filexfer.core.model import Permission
from filexfer.protocol import http
from filexfer.server.access import BadHost, Caller, Gate
from filexfer.server.answers import Answer, Later, Refused, plain
from filexfer.server.connection import Request
from filexfer.server.rawlane import RawLane, refusal
from filexfer.server.rpclane import RpcLane, fault
from filexfer.server.streams import Spool

_RPC = frozenset({http.RPC, "/"})


class Reception:
    """`handle` is what connections call for each request, in a worker."""

    def __init__(self, gate: Gate, rpc: RpcLane, raw: RawLane, spool: Callable[[int], Spool]) -> None:
        self._gate = gate
        self._rpc = rpc
        self._raw = raw
        self._spool = spool

    def handle(self, request: Request) -> Answer | Later:
        """The answer to a request."""
        is_call = request.head.target in _RPC
        try:
            caller = self._admit(request)
        except BadHost as refused:
            return plain(403, str(refused))
        except FilexferError as error:
            return fault(error) if is_call and request.head.method == "POST" else refusal(error)
        try:
            if is_call:
                self._rpc.check(request)
                return self._rpc.answer(request, caller, self._spool)
            if request.head.target.startswith((http.FILES, http.UPLOADS)):
                return self._raw.answer(request, caller)
        except Refused as refused:
            return plain(refused.status, str(refused), refused.headers)
        return plain(404, "There is nothing here. XML-RPC is at /RPC2, files are below /files/.")

    def _admit(self, request: Request) -> Caller:
        caller = self._gate.admit(request.head, request.listener.door, request.peer)
        # Before a byte of the body is looked at. What needs more than this says so where it is known.
        caller.require(Permission.READ)
        return caller
