"""What watchers ask for by plain HTTP: `/health`, which says by its status whether the server does well, for probes, and
`/metrics`, its numbers as Prometheus reads them. Rules: both are behind the gate, as everything; what makes the text of the
numbers is imported when it is first asked for."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from filexfer.core.errors import FilexferError
from filexfer.protocol import http
from filexfer.server.access import Caller
from filexfer.server.answers import Answer
from filexfer.server.audit import Audit
from filexfer.server.crowd import Crowd
from filexfer.server.health import State, verdict
from filexfer.server.house import Request
from filexfer.server.rawlane import permitted, refusal
from filexfer.server.vitals import Look

if TYPE_CHECKING:
    from filexfer.server.metrics import Metrics

#: Both tell of this very moment.
_FRESH = ("Cache-Control", "no-store")
TARGETS = frozenset({http.HEALTH, http.METRICS})


class WatchLane:
    """`look` gives the present state of the server."""

    def __init__(self, look: Look, audit: Audit, crowd: Crowd) -> None:
        self._look = look
        self._audit = audit
        self._crowd = crowd
        self._lock = threading.Lock()  # guards the making of `_metrics`
        self._metrics: Metrics | None = None

    def answer(self, request: Request, caller: Caller) -> Answer:
        """What `request`, whose target is one of `TARGETS`, asks for. Raises `Refused`."""
        try:
            permitted(request, request.head.target, caller, self._audit)
            answer = self._health(caller) if request.head.target == http.HEALTH else self._numbers()
            self._crowd.take(answer.length)
            return answer
        except FilexferError as error:
            self._crowd.told(error)
            return refusal(error)

    def _health(self, caller: Caller) -> Answer:
        with self._crowd.away():
            vitals = self._look()
        found = verdict(vitals, caller)
        lines = [found.state.name.lower(), *found.reasons]
        body = "".join(f"{line}\n" for line in lines).encode()
        status = 503 if found.state is State.FAILING else 200
        return Answer(status, (("Content-Type", "text/plain; charset=utf-8"), _FRESH), (body,), length=len(body))

    def _numbers(self) -> Answer:
        with self._crowd.away():
            vitals = self._look()
        metrics = self._made()
        body = metrics.text(vitals)
        return Answer(200, (("Content-Type", metrics.content_type), _FRESH), (body,), length=len(body))

    def _made(self) -> Metrics:
        with self._lock:
            if self._metrics is None:
                # Only here: a server that nobody scrapes starts, and stays, without it.
                from filexfer.server.metrics import Metrics

                self._metrics = Metrics()
            return self._metrics
