"""The targets that the cases are about: what is aimed at, and what is let pass for reasons that docs/performance.md gives."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from benchmarks.peers import PEERS
from benchmarks.report import Ratio, Row

#: Rows by (who, load, direction).
Rows = Mapping[tuple[str, str, str], Row]

#: Seconds against the best peer's: aim, accept.
_PEERS = {
    ("raw", "large"): (1.0, 1.15),
    ("raw", "small"): (1.0, 1.3),
    ("raw", "library"): (1.0, 1.6),
    ("xmlrpc", "large"): (1.2, 1.5),
}
#: Speed with encryption against speed without it: aim, accept.
_TLS = {"large": (0.8, 0.7), "small": (0.95, 0.9), "library": (0.95, 0.9)}
_WAYS = ("up", "down")


def judged(rows: Rows) -> list[Ratio]:
    """The targets whose cases ran."""
    return [*_peers(rows), *_pairs(rows), *_use(rows)]


def _peers(rows: Rows) -> Iterator[Ratio]:
    for (who, load), bounds in _PEERS.items():
        for way in _WAYS:
            others = {peer: rows[peer, load, way].seconds for peer in PEERS if (peer, load, way) in rows and peer != "iperf3"}
            if (who, load, way) in rows and others:
                best = min(others, key=others.__getitem__)
                ratio = rows[who, load, way].seconds / others[best]
                yield Ratio(f"{who} {load} {way}: seconds / best peer ({best})", ratio, *bounds, at_most=True)


def _pairs(rows: Rows) -> Iterator[Ratio]:
    for way in _WAYS:
        if (lane := rows.get(("xmlrpc", "large", way))) and (stock := rows.get(("stock", "part", way))):
            # The stock pair's file is smaller: speeds are compared.
            yield Ratio(f"xmlrpc large {way}: speed / stock pair", lane.bytes_per_second / stock.bytes_per_second, 25)
        if (raw := rows.get(("raw", "large", way))) and (copy := rows.get(("cp", "large", "up"))):
            yield Ratio(f"raw large {way}: seconds / cp", raw.seconds / copy.seconds, 1.6, 2.0, at_most=True)
        for load, bounds in _TLS.items():
            if (tls := rows.get(("tls", load, way))) and (raw := rows.get(("raw", load, way))):
                yield Ratio(f"tls {load} {way}: speed / plain", raw.seconds / tls.seconds, *bounds)


def _use(rows: Rows) -> Iterator[Ratio]:
    for way in _WAYS:
        if raw := rows.get(("raw", "large", way)):
            yield Ratio(f"raw large {way}: CPU seconds per GB, both sides", raw.cpu_per_gb, 1.5, 1.8, at_most=True)
    ours = [row for (who, *_), row in rows.items() if who in ("raw", "xmlrpc", "tls")]
    if ours:
        yield _most("server process: most MiB resident", ours, [row.server_mib for row in ours], 50, 60)
        yield _most("client process: most MiB resident", ours, [row.client_mib for row in ours], 60, 80)


def _most(what: str, rows: Sequence[Row], figures: Sequence[float], aim: float, accept: float) -> Ratio:
    most = max(figures)
    return Ratio(f"{what} ({rows[figures.index(most)].case})", most, aim, accept, at_most=True)
