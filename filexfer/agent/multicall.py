"""Many calls to one server in `system.multicall`s of a bounded size. Rule: a call that was refused fails alone."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from filexfer.client.session import Session
from filexfer.protocol import faults, wire

#: Calls in one `system.multicall`.
CALLS = 200


def call_all(session: Session, calls: Iterable[tuple[object, ...]]) -> list[Any]:
    """The value of each call, or the error it failed with. A call is the method's name, and its parameters."""
    structs = [{"methodName": name, "params": list(params)} for name, *params in calls]
    answers: list[Any] = []
    for first in range(0, len(structs), CALLS):
        for one in wire.sequence(session.call("system.multicall", structs[first : first + CALLS]), "answers"):
            if isinstance(one, dict):
                answers.append(faults.error_of(wire.number(one.get("faultCode")), wire.text(one.get("faultString"))))
            else:
                answers.append(wire.sequence(one, "answer")[0])
    return answers
