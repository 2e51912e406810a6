"""The numbers of a server in Prometheus' text format (prometheus.io, Exposition formats, 0.0.4). Rules: names and units as
Prometheus has them; a label has only values of ours, so that there are only so many rows. Imported when they are first wanted."""

from __future__ import annotations

import platform
from collections.abc import Iterator, Mapping, Sequence
from itertools import accumulate
from typing import TypeVar

from prometheus_client import CollectorRegistry, ProcessCollector, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from prometheus_client.registry import Collector

import filexfer
from filexfer.core.model import Permission
from filexfer.protocol.faults import CODES
from filexfer.server.access import Caller
from filexfer.server.health import State, verdict
from filexfer.server.tally import REQUEST_STEPS, SYNC_STEPS
from filexfer.server.vitals import Vitals

_NAMES = {code: error.__name__ for error, code in CODES.items()}
_Values = TypeVar("_Values", bound=tuple[str, ...])
_WATCHER = Caller("metrics", Permission.WATCH)


class Metrics:
    """Attributes: content_type."""

    content_type = CONTENT_TYPE_PLAIN_0_0_4

    def __init__(self) -> None:
        self._process = CollectorRegistry()
        ProcessCollector(registry=self._process)

    def text(self, vitals: Vitals) -> bytes:
        """These vitals, and memory, processor time and descriptors of this process where its system tells them."""
        return generate_latest(_Scrape(vitals, self._process))


class _Scrape(Collector):
    def __init__(self, vitals: Vitals, process: CollectorRegistry) -> None:
        self._vitals = vitals
        self._process = process

    def collect(self) -> Iterator[Metric]:
        vitals = self._vitals
        yield from _self(vitals)
        yield from _requests(vitals)
        yield from _connections(vitals)
        yield from _trust(vitals)
        yield from _storage(vitals)
        yield from _disk(vitals)
        yield from self._process.collect()


def _self(vitals: Vitals) -> Iterator[Metric]:
    build = {"version": filexfer.__version__, "python": platform.python_version()}
    text = "Version of the server and of its Python."
    yield _rows(GaugeMetricFamily, "filexfer_build_info", text, build, {tuple(build.values()): 1})
    state = verdict(vitals, _WATCHER).state
    states = {(one.name.lower(),): int(one is state) for one in State}
    text = "The verdict of server_health: 1 for the state it is in."
    yield _rows(GaugeMetricFamily, "filexfer_health", text, ("state",), states)
    yield _gauge("filexfer_uptime_seconds", "How long the server has run.", vitals.uptime)
    yield _gauge("filexfer_workers", "Threads that serve requests.", vitals.at_work.threads)
    yield _gauge("filexfer_workers_busy", "Workers that are at a request.", vitals.at_work.busy)
    yield _gauge("filexfer_requests_waiting", "Requests that wait for their turn.", vitals.at_work.queued)
    yield _gauge("filexfer_call_memory_bytes", "What calls and answers under way hold in memory.", vitals.held)


def _requests(vitals: Vitals) -> Iterator[Metric]:
    totals = vitals.totals
    text = "Requests that were answered, by what was asked for and what came of it (done, fault, refused, lost)."
    yield _rows(CounterMetricFamily, "filexfer_requests", text, ("method", "outcome"), totals.requests)
    faults = {(str(code), _NAMES.get(code, "other")): count for code, count in totals.faults.items()}
    yield _rows(CounterMetricFamily, "filexfer_faults", "Answers that told of a fault, by its code.", ("code", "name"), faults)
    times = HistogramMetricFamily(
        "filexfer_request_duration_seconds", "From the head of a request to the end of its answer.", labels=("method",)
    )
    for act, (counts, total) in totals.seconds.items():
        times.add_metric((act,), _steps(REQUEST_STEPS, counts), total)
    yield times
    for name, text, lanes in (
        ("filexfer_received_bytes", "Bytes of the bodies of requests, once these are answered.", totals.received),
        ("filexfer_sent_bytes", "Bytes of the bodies of answers.", totals.sent),
    ):
        yield _rows(CounterMetricFamily, name, text, ("lane",), {(lane,): count for lane, count in lanes.items()})


def _connections(vitals: Vitals) -> Iterator[Metric]:
    yield _gauge("filexfer_connections", "Connections that are open.", vitals.connections)
    yield _gauge("filexfer_connections_limit", "Connections that may be open.", vitals.most_connections)
    yield _counter("filexfer_connections_accepted", "Connections that came and were let in.", vitals.accepted)
    yield _counter("filexfer_connections_refused", "Connections for which there was no room.", vitals.turned_away)
    greetings = {("done",): vitals.totals.greeted, ("failed",): vitals.totals.ungreeted}
    yield _rows(CounterMetricFamily, "filexfer_tls_handshakes", "TLS handshakes that ended.", ("outcome",), greetings)


def _trust(vitals: Vitals) -> Iterator[Metric]:
    text = "Failures to prove who one is: an unknown token, a wrong pairing proof, or either of them too often."
    failures = {(kind,): count for kind, count in vitals.failures.items()}
    yield _rows(CounterMetricFamily, "filexfer_auth_failures", text, ("kind",), failures)


def _storage(vitals: Vitals) -> Iterator[Metric]:
    totals = vitals.totals
    yield _gauge("filexfer_uploads_open", "Uploads in blocks that are held open.", vitals.uploads)
    uploads = {(what,): totals.uploads.get(what, 0) for what in ("opened", "committed", "aborted")}
    yield _rows(CounterMetricFamily, "filexfer_uploads", "Uploads in blocks, by what became of them.", ("outcome",), uploads)
    yield _counter("filexfer_files_stored", "Files that were put in the share.", totals.files)
    yield _counter("filexfer_stored_bytes", "Bytes of those files.", totals.bytes)
    syncs = HistogramMetricFamily("filexfer_sync_duration_seconds", "How long the disk took to make something durable.")
    counts, total = totals.syncs
    syncs.add_metric((), _steps(SYNC_STEPS, counts), total)
    yield syncs
    yield _counter("filexfer_sync_failures", "Syncs that the disk refused.", totals.failed_syncs)
    yield _gauge("filexfer_audit_log_failing", "1 while the audit log cannot be written.", vitals.audit_failing)
    yield _gauge("filexfer_keyed_results_failing", "1 while results of keyed calls cannot be kept.", vitals.answers_failing)


def _disk(vitals: Vitals) -> Iterator[Metric]:
    disk = vitals.disk.condition
    yield _gauge("filexfer_share_up", "1 while the disk of the share answers.", disk is not None)
    if disk is not None:
        yield _gauge("filexfer_share_writable", "1 while files can be stored there.", disk.writable)
        yield _gauge("filexfer_share_free_bytes", "What may still be stored there.", disk.free)
        yield _gauge("filexfer_share_size_bytes", "All that the disk has.", disk.total)


def _gauge(name: str, text: str, value: float) -> Metric:
    return GaugeMetricFamily(name, text, value=float(value))


def _counter(name: str, text: str, value: int) -> Metric:
    return CounterMetricFamily(name, text, value=value)


def _rows(
    kind: type[CounterMetricFamily] | type[GaugeMetricFamily],
    name: str,
    text: str,
    labels: Sequence[str] | Mapping[str, str],
    rows: Mapping[_Values, int],
) -> Metric:
    family = kind(name, text, labels=tuple(labels))
    for values, value in rows.items():
        family.add_metric(values, value)
    return family


def _steps(steps: Sequence[float], counts: Sequence[int]) -> list[tuple[str, float]]:
    """Prometheus counts in each step those of all before it as well."""
    return list(zip([*map(str, steps), "+Inf"], accumulate(counts), strict=True))
