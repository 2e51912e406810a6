"""The XML-RPC codec: typed errors, cuts that change nothing, and the standard library's reader as a second opinion."""

from __future__ import annotations

import math
import xmlrpc.client as stock

from filexfer.core.errors import FilexferError, NotWellFormed, TooLarge
from filexfer.protocol import xmlrpc
from filexfer.protocol.values import Limits
from fuzz.outcome import Outcome, outcome

#: Small, so that bounds are met within a few kilobytes.
LIMITS = Limits(xml_bytes=20_000, nesting=8, values=200, payload_memory=300, payloads_memory=1000)


def check(data: bytes) -> None:
    """The first byte says in what steps the rest arrives; the rest is a message."""
    if not data:
        return
    step, message = data[0] + 1, data[1:]
    call = outcome((NotWellFormed, TooLarge), xmlrpc.decode_call, message, LIMITS)
    stepped = outcome((NotWellFormed, TooLarge), _in_steps, message, step)
    _agree(call, stepped)
    if isinstance(call.value, xmlrpc.Call):
        _check_call(message, call.value)
    try:
        value = xmlrpc.decode_response(message, LIMITS)
    except FilexferError:
        return  # a fault says what its server likes
    _check_answer(message, value)


def _in_steps(message: bytes, step: int) -> xmlrpc.Call:
    decoder = xmlrpc.Decoder(LIMITS)
    for start in range(0, len(message), step):
        decoder.feed(message, start, min(start + step, len(message)))
    return decoder.call()


def _agree(whole: Outcome, stepped: Outcome) -> None:
    """What is fed in steps meets its bounds earlier, so that another of the two errors may come first."""
    assert (whole.error is None) == (stepped.error is None), (whole, stepped)
    if isinstance(whole.value, xmlrpc.Call) and isinstance(stepped.value, xmlrpc.Call):
        assert whole.value.method == stepped.value.method
        assert same(whole.value.params, stepped.value.params)


def _check_call(message: bytes, call: xmlrpc.Call) -> None:
    params, method = stock.loads(message)
    assert (method or "") == call.method
    assert same(plain(params), call.params), (plain(params), call.params)
    again = xmlrpc.decode_call(b"".join(xmlrpc.encode_call(call.method, call.params)))
    assert (again.method, same(again.params, call.params)) == (call.method, True)


def _check_answer(message: bytes, value: object) -> None:
    params, _ = stock.loads(message)
    assert same(plain(params[0]), value)
    written = b"".join(xmlrpc.iterate(xmlrpc.encode_response(value)))
    assert same(xmlrpc.decode_response(written), value)
    assert same(plain(stock.loads(written)[0][0]), value)


def plain(value: object) -> object:
    """What the standard library read, in the types that we use."""
    if isinstance(value, stock.Binary):
        return value.data
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, dict):
        return {name: plain(item) for name, item in value.items()}
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
