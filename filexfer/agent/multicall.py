"""Many calls to one server in `system.multicall`s of a bounded size. Rule: a call that was refused fails alone."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from filexfer.client.session import Session
from filexfer.core.errors import NotWellFormed
from filexfer.protocol import faults, wire

#: Calls in one `system.multicall`.
CALLS = 200


def call_all(session: Session, calls: Iterable[tuple[object, ...]]) -> list[Any]:
    """The value of each call, or the error it failed with. A call is the method's name, and its parameters. Raises
    `NotWellFormed` where the answers are not one for each."""
    structs = [{"methodName": name, "params": list(params)} for name, *params in calls]
    answers: list[Any] = []
    for first in range(0, len(structs), CALLS):
        some = structs[first : first + CALLS]
        found = wire.sequence(session.call("system.multicall", some), "answers")
        if len(found) != len(some):
            raise _wrongly()
        answers += map(_value, found)
    return answers


def _value(one: object) -> Any:
    if isinstance(one, dict):
        return faults.error_of(wire.number(one.get("faultCode")), wire.text(one.get("faultString")))
    values = wire.sequence(one, "answer")
    if len(values) != 1:
        raise _wrongly()
    return values[0]


def _wrongly() -> NotWellFormed:
    return NotWellFormed("The server answered another number of files than were asked for. Update the server.")
