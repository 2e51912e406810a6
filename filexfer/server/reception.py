"""Where a request goes: through the gate, then to its lane. The gate's refusals are said in the words of the lane."""

from __future__ import annotations

from collections.abc import Callable

from filexfer.core.errors import Busy, FilexferError, LoginNeeded
from filexfer.core.model import Permission
from filexfer.protocol import http
from filexfer.server.access import Caller, Gate
from filexfer.server.answers import Answer, Later, Refused, plain
from filexfer.server.audit import Audit
from filexfer.server.buffers import Buffers
from filexfer.server.crowd import Crowd
from filexfer.server.deferred import Deferred
from filexfer.server.hosts import BadHost
from filexfer.server.house import Request
from filexfer.server.rawlane import RawLane, refusal
from filexfer.server.rpclane import RpcLane, fault
from filexfer.server.service import Service
from filexfer.server.settings import Settings
from filexfer.server.share import Share
from filexfer.server.streams import Spool
from filexfer.server.vitals import Vitals
from filexfer.server.watchlane import TARGETS, WatchLane

_CALL_BUFFER = 256 << 10
#: What a call has beside its block in base64: text, and ends of lines.
_CALL_TEXT = 32 << 10
_IDLE_BUFFERS = 8
_RPC = frozenset({http.RPC, "/"})


class Reception:
    """`handle` is what connections call for each request, in a worker."""

    def __init__(
        self,
        gate: Gate,
        crowd: Crowd,
        rpc: RpcLane,
        raw: RawLane,
        watching: WatchLane,
        spool: Callable[[int], Spool],
        settings: Settings,
    ) -> None:
        self._gate = gate
        self._crowd = crowd
        self._rpc = rpc
        self._raw = raw
        self._watching = watching
        self._spool = spool
        self._settings = settings

    def handle(self, request: Request) -> Answer | Later:
        """The answer to a request."""
        try:
            caller = self._admit(request)
        except BadHost as refused:
            return plain(403, str(refused))
        except FilexferError as error:
            return _told(request, error)
        if caller.permission is Permission.NONE and not request.body.here:
            return self._once_here(request, caller)
        if not self._counted(caller):
            return self._in_turn(request, caller)
        return self._served(request, caller)

    def _counted(self, caller: Caller, called: bool = False) -> bool:
        """Whether a worker may go on with this request: one device takes half of them, from however many addresses, and so do all
        guests together."""
        if caller.local:
            self._crowd.exempt()
            return True
        if caller.permission is Permission.NONE:
            return True  # it is over as soon as it has paired
        return self._crowd.become_guest(called) if caller.guest else self._crowd.become(caller.who)

    def _once_here(self, request: Request, caller: Caller) -> Later:
        """The answer to a stranger, once its small body has arrived: until then it has no worker."""
        deferred = Deferred(self._settings.head_seconds, lambda: LoginNeeded())

        def finish(done: Deferred) -> Answer | Later:
            try:
                done.result()
            except FilexferError as error:
                return _told(request, error)
            return self._served(request, caller)

        request.body.let_come()
        return Later(deferred, finish, request.body.length or 0)

    def _in_turn(self, request: Request, caller: Caller) -> Later:
        """The answer, once one of the workers that its caller may have is free."""
        deferred = Deferred(
            self._settings.stall_seconds, lambda: Busy("Too many of your requests are being served. Try again later.")
        )

        def resume() -> bool:
            return deferred.resolve(None)

        def finish(done: Deferred) -> Answer | Later:
            try:
                done.result()
                counted = self._counted(caller, called=True)
                self._gate.check_still(caller)
            except FilexferError as error:
                return _told(request, error)
            return self._served(request, caller) if counted else self._in_turn(request, caller)

        if caller.guest:
            return Later(deferred, finish, missed=self._crowd.queue_guest(resume))
        self._crowd.queue(caller.who, resume)
        return Later(deferred, finish)

    def _served(self, request: Request, caller: Caller) -> Answer | Later:
        is_call = request.head.target in _RPC
        request.welcome = caller.permission is not Permission.NONE
        try:
            if is_call:
                self._rpc.check(request)
                answer = self._rpc.answer(request, caller, self._spool)
                return self._watched(answer, caller) if isinstance(answer, Later) else answer
            if request.head.target.startswith((http.FILES, http.UPLOADS)):
                return self._raw.answer(request, caller)
            if request.head.target in TARGETS:
                return self._watching.answer(request, caller)
        except Refused as refused:
            return plain(refused.status, str(refused), refused.headers)
        return plain(404, "There is nothing here. XML-RPC is at /RPC2, files are below /files/.")

    def _admit(self, request: Request) -> Caller:
        caller = self._gate.admit(request.head, request.listener, request.peer)
        request.device = caller.device
        # Looked at again now that a revocation finds the request by its device.
        self._gate.check_still(caller)
        if not self._may_pair(request):
            # Before a byte of the body is looked at. What needs more than this says so where it is known.
            caller.require(Permission.WATCH)
        return caller

    def _may_pair(self, request: Request) -> bool:
        """Whether a request without any permission may be the one that asks for some; its method's name then tells."""
        head = request.head
        small = head.length is not None and head.length <= self._settings.stranger_bytes
        return request.listener.secure and head.method == "POST" and head.target in _RPC and small

    def _watched(self, later: Later, caller: Caller) -> Later:
        """An answer that comes late is for whoever may still ask for it then."""

        def finish(deferred: Deferred) -> Answer | Later:
            try:
                self._gate.check_still(caller)
            except FilexferError as error:
                return fault(error)
            return later.finish(deferred)

        return Later(later.deferred, finish)


def _told(request: Request, error: FilexferError) -> Answer:
    """A refusal in the words of the lane."""
    is_call = request.head.target in _RPC and request.head.method == "POST"
    return fault(error) if is_call else refusal(error)


def assembled(
    gate: Gate,
    crowd: Crowd,
    service: Service,
    settings: Settings,
    share: Callable[[], Share],
    audit: Audit,
    look: Callable[[], Vitals],
) -> Reception:
    """A reception with its lanes, and the buffers that these use. `share` is the one that is served now, `look` what those learn
    who watch."""
    block = Buffers(settings.block_size, _IDLE_BUFFERS)
    whole = Buffers(settings.block_size * 4 // 3 + _CALL_TEXT, _IDLE_BUFFERS)
    rpc = RpcLane(service, settings, crowd, Buffers(_CALL_BUFFER, _IDLE_BUFFERS), whole)
    raw, watching = RawLane(share, audit, block), WatchLane(look, audit, crowd)
    return Reception(gate, crowd, rpc, raw, watching, lambda expected: Spool(share(), expected), settings)
