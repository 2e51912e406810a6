"""The calls of one `system.multicall`. Rules: each succeeds or fails alone, and is permitted alone; consecutive ones of the same
method are done together where that method can; what the answers hold is bounded."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from itertools import groupby

from filexfer.core.errors import BadParameters, FilexferError, TooLarge
from filexfer.protocol import wire
from filexfer.protocol.faults import code_of
from filexfer.protocol.methods import OPEN
from filexfer.server.access import Caller
from filexfer.server.crowd import Crowd, TooMuchHeld
from filexfer.server.deferred import Deferred
from filexfer.server.service import Registered, Service, check_arity, told_of, unexpected
from filexfer.server.settings import Settings
from filexfer.server.streams import leaving

#: Bytes of a small object, and of a small dict without what is in it.
_OBJECT = 48
_TABLE = 232


class Multicall:
    """One batch. What its answers hold in memory and in open files is bounded."""

    def __init__(self, service: Service, settings: Settings, crowd: Crowd, caller: Caller) -> None:
        self._service = service
        self._crowd = crowd
        self._caller = caller
        self._bytes = settings.answer_bytes
        self._files = settings.answer_files

    def run(self, wanted: Sequence[object]) -> list[object]:
        answers: list[object] = []
        for name, group in groupby((_read(call) for call in wanted), key=lambda call: call[0]):
            answers += self._several(name, [params for _, params in group])
        return answers

    def _several(self, name: str | FilexferError, calls: list[Sequence[object]]) -> list[object]:
        """The answers to consecutive calls of the same method."""
        if isinstance(name, FilexferError):
            return [_fault(name) for _ in calls]
        try:
            if name == "system.multicall":
                raise BadParameters("A batch holds no other batch.")
            if name in OPEN:
                raise BadParameters(f"{name} is called alone.")
            method = self._service.permit(self._caller, name)
        except FilexferError as error:
            return [_fault(error) for _ in calls]
        if len(calls) == 1:
            return [self._one(lambda: self._service.call(self._caller, name, calls[0]))]
        answers = self._together(method, calls) if method.batch is not None else self._in_turn(method, calls)
        if method.changes:
            failed = sum(1 for answer in answers if isinstance(answer, dict))
            done = [_told(method, params, answer) for params, answer in zip(calls, answers, strict=True)]
            self._service.audit.note(self._caller, name, {"calls": done} | ({"failed": failed} if failed else {}))
        return answers

    def _in_turn(self, method: Registered, calls: Sequence[Sequence[object]]) -> list[object]:
        return [self._one(partial(self._service.run, method, self._caller, params)) for params in calls]

    def _together(self, method: Registered, calls: list[Sequence[object]]) -> list[object]:
        assert method.batch is not None
        answers: list[object] = [None] * len(calls)
        fitting = []
        for row, params in enumerate(calls):
            try:
                check_arity(method, params)
                fitting.append(row)
            except FilexferError as error:
                answers[row] = _fault(error)
        try:
            values = method.batch(self._caller, [calls[row] for row in fitting])
        except Exception as error:
            failure = error if isinstance(error, FilexferError) else unexpected(method.name, self._caller)
            values = [failure] * len(fitting)
        for row, value in zip(fitting, values, strict=True):
            answers[row] = _fault(value) if isinstance(value, FilexferError) else [value]
        return answers

    def _one(self, call: Callable[[], object]) -> object:
        if self._bytes <= 0 or self._files <= 0:
            return _fault(
                TooLarge("The answers before this one are as large as a batch's may be. Ask for this one in another batch.")
            )
        before = self._crowd.take(0)
        try:
            value = call()
        except TooMuchHeld as error:
            self._bytes = 0  # the others would do their work for nothing as well
            return _fault(error)
        except Exception as error:
            return _fault_of(error)
        if isinstance(value, Deferred):
            value.resolve(None)
            return _fault(BadParameters("This method waits; call it alone."))
        for stream in leaving(value):
            self._files -= 1
            self._bytes -= stream.held
        held = weight(value)
        self._bytes -= held
        try:
            # Some methods count what they make themselves.
            self._crowd.take(held - (self._crowd.take(0) - before))
        except TooMuchHeld as error:
            self._bytes = 0
            return _fault(error)
        return [value]


def _read(call: object) -> tuple[str | FilexferError, Sequence[object]]:
    """Name and parameters of one call of a batch."""
    try:
        given = wire.struct(call, "A call in a batch")
        return wire.text(given.get("methodName"), "methodName"), wire.sequence(given.get("params", []), "params")
    except FilexferError as error:
        return error, []


def _told(method: Registered, params: Sequence[object], answer: object) -> dict[str, object]:
    """What the audit log says of one call of a batch."""
    if isinstance(answer, dict):
        return told_of(method, params) | {"fault": answer["faultCode"]}
    return told_of(method, params, answer[0] if isinstance(answer, list) else None)


def _fault(error: FilexferError) -> dict[str, object]:
    return {"faultCode": code_of(error), "faultString": str(error)}


def _fault_of(error: Exception) -> dict[str, object]:
    if isinstance(error, FilexferError):
        return _fault(error)
    # `Service.call` lets nothing else through but a fault that a registered function raised on purpose.
    return {"faultCode": getattr(error, "faultCode", -32603), "faultString": str(getattr(error, "faultString", ""))}


def weight(value: object) -> int:
    """About how many bytes of memory an answer takes: what else it could hold is counted where it is made."""
    if isinstance(value, bytes | bytearray | str):
        return _OBJECT + len(value)
    if isinstance(value, dict):
        return _TABLE + sum(_OBJECT + weight(one) for one in value.values())
    if isinstance(value, list | tuple):
        return _OBJECT + sum(weight(one) for one in value)
    return _OBJECT
