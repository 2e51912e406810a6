"""Many calls to one server, in batches that follow one another. Rules: no widget; an answer to a batch asks for the next."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from filexfer.core.errors import FilexferError
from filexfer.gui.kit.bridge import Bridge
from filexfer.protocol import faults

#: Calls that travel in one `system.multicall`.
BATCH = 200

#: The value of a call, or what it failed with.
Result = Any


def call(method: str, *params: object) -> dict[str, object]:
    """One call as `system.multicall` takes it."""
    return {"methodName": method, "params": list(params)}


class Calls:
    """`start()`; later `done(results)`, in the order of the calls. A call that the server refused has its error as its result; so
    have all that were not made any more, where the line to the server broke."""

    def __init__(
        self, bridge: Bridge, server: str, calls: Sequence[dict[str, object]], done: Callable[[list[Result]], object]
    ) -> None:
        self._bridge, self._server, self._calls, self._done = bridge, server, calls, done
        self._results: list[Result] = []

    def start(self) -> None:
        first = len(self._results)
        if first >= len(self._calls):
            self._done(self._results)
            return
        batch = list(self._calls[first : first + BATCH])
        self._bridge.ask(
            "server_call", self._server, "system.multicall", [batch], read=_read, done=self._take, failed=self._give_up
        )

    def _take(self, results: list[Result]) -> None:
        self._results += results
        self.start()

    def _give_up(self, error: FilexferError) -> None:
        self._results += [error] * (len(self._calls) - len(self._results))
        self._done(self._results)


def _read(answer: Any) -> list[Result]:
    return [_result(one) for one in answer]


def _result(one: Any) -> Result:
    return faults.error_of(one["faultCode"], one["faultString"]) if isinstance(one, dict) else one[0]
