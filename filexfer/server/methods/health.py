"""Methods for who watches a server: `server_health`."""

from __future__ import annotations

from filexfer.server import health
from filexfer.server.access import Caller
from filexfer.server.vitals import Look


class Watch:
    """`look` gives the present state of the server."""

    def __init__(self, look: Look) -> None:
        self._look = look

    def server_health(self, caller: Caller) -> object:
        """server_health() -> {state, reasons, version, readable, writable, free, total, …}

        How the server does: `state` is ok, degraded (it works, and somebody should look) or failing, `reasons` are sentences.
        `readable`, `writable`, `free` and `total` (bytes, -1 for not known) are of the disk of the share. Who may manage the
        server, or watch it, is also told: uptime (seconds), connections, workers_busy, requests_waiting, uploads (open),
        open_files, failed_syncs, sync_failed_ns (when one failed last, 0 for never), audit_log and keyed_results (whether they
        are written)."""
        return health.told(self._look(), caller)
