"""Doing a call by each lane, and what came of it: the fault's code (0 for success), whatever stood around it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import quote_from_bytes

from filexfer.protocol.methods import SERVICE
from tests.attacks.doors import BATCHES, Call, RawRequest, calls_with
from tests.attacks.house import House
from tests.attacks.wire import Reply, Wire, head

#: Refusals of options that a method does not take.
NOT_TAKEN = -32602


def calls_by_lane(house: House, path: object, batched: bool = True) -> Iterator[tuple[str, int]]:
    """Put `path` through every method, alone, in one batch, and through an agent. Gives what was done, and the code.

    Without `batched`, so that one call is over before the next, no batch is sent."""
    calls = list(calls_with(path))
    shared = [call for call in calls if not call.own]
    with house.wire() as wire, Wire(house.control) as control:
        for call in shared:
            yield f"{call.method}{call.params!r:.200}", code_of(call.method, wire.call(call.method, *call.params))
        for call, answer in zip(shared, _batch(wire, shared), strict=True) if batched else ():
            yield f"batched {call.method}{call.params!r:.200}", code_of_value(call.method, answer)
        for call in calls:
            if call.own:
                yield f"{call.method}{call.params!r:.200}", code_of(call.method, control.call(call.method, *call.params))
            elif call.method in SERVICE:
                reply = control.call("server_call", "", call.method, list(call.params))
                yield f"server_call {call.method}{call.params!r:.200}", code_of(call.method, reply)


def _batch(wire: Wire, calls: Sequence[Call]) -> list[Any]:
    """The answers to these calls in one batch; in several, where their text alone nearly fills one."""
    many = 8 if len(repr(calls[0])) > 10_000 else len(calls)
    batch = [{"methodName": call.method, "params": list(call.params)} for call in calls]
    parts = [batch[at : at + many] for at in range(0, len(batch), many)]
    return [answer for part in parts for answer in wire.call("system.multicall", part).value]


def code_of(method: str, reply: Reply) -> int:
    return reply.code or code_of_value(method, [reply.value])


def code_of_value(method: str, answer: Any) -> int:
    """The code in an answer of a batch: `[value]`, or a fault. The batches of ours have one row here, and its fault counts."""
    if isinstance(answer, dict):
        return int(answer["faultCode"])
    value = answer[0]
    if method in BATCHES:
        if isinstance(value, list):
            return int(value[0].get("faultCode", 0))
        if value.get("faults"):
            return int(value["faults"][0][1])
        if "entries" in value:
            return int(value["entries"][0].get("faultCode", 0))
    return 0


def raw_request(wire: Wire, form: RawRequest, target: bytes) -> Reply:
    """One request of the raw lane for `target`, which stands as it is."""
    length = None if "Transfer-Encoding" in form.headers or not form.body else len(form.body)
    wire.send(head(form.method + b" " + target, length, form.headers) + form.body)
    return wire.reply(form.method == b"HEAD")


def quoted(path: bytes, every: bool = False) -> bytes:
    """`path` below `/files/`; `every` byte but the slashes as an escape."""
    if every:
        return b"/files/" + b"".join(b"/" if byte == 0x2F else b"%%%02X" % byte for byte in path)
    return b"/files/" + quote_from_bytes(path, safe="/!$&'()*+,;=:@~").encode()


def call_body(method: str, *params: str) -> bytes:
    """A call whose values are XML as given."""
    values = "".join(f"<param><value>{value}</value></param>" for value in params)
    return f"<methodCall><methodName>{method}</methodName><params>{values}</params></methodCall>".encode()


__all__ = ["NOT_TAKEN", "call_body", "calls_by_lane", "code_of", "quoted", "raw_request"]
