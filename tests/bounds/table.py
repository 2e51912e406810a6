"""Every setting of a server, and how it is gone beyond in a test. A new setting without a row here fails a test, and so does a
row whose test is not there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Offence:
    """What goes beyond a bound.

    Attributes:
        what: a function of `offences`, called with `how`.
        settings: of the server: small ones, so that it is quickly done.
        beyond: the answer that the offender must have got, among others.
        logged: whether the log is to tell of it, once; else it tells nothing.
    """

    what: str
    how: Mapping[str, Any]
    settings: Mapping[str, Any]
    beyond: str
    logged: bool = False
    guest: str = "write"
    tls: bool = False


@dataclass(frozen=True)
class Elsewhere:
    """Another test goes beyond it: something that no stranger can do, or that has a file of its own."""

    test: str


@dataclass(frozen=True)
class NoBound:
    """It bounds nothing that a peer could go beyond."""

    why: str


def _asks(request: str, beyond: str, logged: bool = False, count: int = 4, **settings: Any) -> Offence:
    return Offence("repeat", {"request": request, "count": count}, settings, beyond, logged)


_BODY = "PUT /files/slow HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000000\r\n\r\nx"
_REFUSED = "POST /RPC2 HTTP/1.1\r\nHost: localhost\r\nContent-Type: image/png\r\nContent-Length: 1000\r\n\r\n"
_SERVER = "tests/server/test_"

BOUNDS: dict[str, Offence | Elsewhere | NoBound] = {
    "insecure": NoBound("where plain http is served"),
    "allow_hosts": NoBound("names, see tests/server/test_gate.py"),
    "socket_mode": NoBound("the mode of a file"),
    "connections": Offence(
        "half_heads",
        {"count": 80, "addresses": 3},
        {"connections": 64, "connections_per_address": 60},
        "an older one closed",
        True,
    ),
    "connections_per_address": Offence("half_heads", {"count": 40}, {"connections_per_address": 20}, "503", logged=True),
    "backlog": NoBound("connections that the system keeps until they are accepted"),
    "workers": Offence("holds_workers", {"count": 12}, {"workers": 8}, "held"),
    "owner_workers": Elsewhere(_SERVER + "fairness.py::test_the_owner_finds_a_worker_when_all_are_at_work"),
    "at_once": Elsewhere(_SERVER + "turns.py::test_no_more_than_a_few_requests_are_begun_at_once"),
    "slice_seconds": Elsewhere(_SERVER + "turns.py::test_a_request_that_lasts_makes_room_for_another"),
    "call_memory": Offence("holds_memory", {}, {"call_memory": 4 << 20}, "fault 302", logged=True),
    "turn_seconds": _asks("info", "200", count=32),
    "switch_seconds": Elsewhere("tests/bounds/test_crowd.py::test_threads_that_compute_give_way_soon"),
    "worker_idle": NoBound("how long a thread stays for the next one who comes"),
    "linger": NoBound("a blink, and only where nobody waits"),
    "handshake_seconds": Offence("stands", {"sends": "", "tls": True}, {"handshake_seconds": 0.2}, "closed", tls=True),
    "handshakes": Offence(
        "handshakes", {"kind": "half", "count": 8}, {"handshakes": 5, "handshake_seconds": 0.5}, "closed", logged=True, tls=True
    ),
    "head_bytes": _asks("long head", "431", logged=True),
    "head_seconds": Offence("trickles", {"sends": "GET /fil"}, {"head_seconds": 0.2}, "408", logged=True),
    "crowded_seconds": Offence("gives_way", {"count": 10}, {"connections_per_address": 10, "crowded_seconds": 0.1}, "gave way"),
    "idle_seconds": Offence("idles", {}, {"idle_seconds": 0.2}, "closed"),
    "stall_seconds": Offence("stands", {"sends": _BODY}, {"stall_seconds": 0.2}, "closed", logged=True),
    "body_rate": Offence("trickles", {"sends": _BODY}, {"stall_seconds": 0.2, "body_rate": 1 << 20}, "closed", logged=True),
    "drain_bytes": Offence("pours", {}, {}, "closed"),
    "drain_seconds": Offence("stands", {"sends": _REFUSED}, {"drain_seconds": 0.2}, "415"),
    "xml_bytes": _asks("long text", "fault 111", logged=True, xml_bytes=100_000),
    "nesting": _asks("deep", "fault 111", logged=True),
    "values": _asks("many values", "fault 111", logged=True, values=1000),
    "payload_bytes": _asks("large binary", "fault 111", logged=True, payload_bytes=200_000),
    "payloads_bytes": _asks("large binaries", "fault 111", logged=True, payloads_bytes=200_000),
    "batch_calls": _asks("large batch", "fault 111", logged=True),
    "call_files": _asks("binaries in a batch", "fault 111", logged=True, call_files=3, payload_bytes=100_000),
    "answer_bytes": _asks("answers in a batch", "in batch 111", answer_bytes=1 << 20),
    "answer_files": _asks("files in a batch", "in batch 111", answer_files=4),
    "block_size": Offence("blocks", {}, {}, "413", logged=True),
    "open_uploads": _asks("another upload", "fault 302", logged=True, open_uploads=20),
    "kept_uploads": Elsewhere(_SERVER + "upload_owners.py::test_of_uploads_left_alone_only_so_many_are_kept"),
    "page_entries": Offence("asks_long_pages", {"packed": True}, {"page_entries": 50}, "50 entries"),
    "page_default": Offence("asks_long_pages", {"packed": False}, {"page_default": 30}, "30 entries"),
    "open_listings": Offence("hoards_listings", {"count": 6}, {"open_listings": 8}, "fault 107"),
    "listing_seconds": Offence("leaves_listing", {}, {"listing_seconds": 0.2}, "fault 107"),
    "listing_entries": Offence("asks_pages_again", {}, {"listing_entries": 60}, "fault 107"),
    "probe_seconds": Elsewhere(_SERVER + "health.py::test_a_disk_that_hangs_is_told_of_and_keeps_nobody"),
    "poll_seconds": Offence("waits_long", {"count": 8}, {"poll_seconds": 0.2}, "200"),
    "open_polls": Offence("waits_long", {"count": 12}, {"open_polls": 4, "poll_seconds": 1.0}, "fault 302", logged=True),
    "key_seconds": Elsewhere(_SERVER + "replays.py::test_keys_are_of_one_device_and_grow_old"),
    "key_bytes": Elsewhere(_SERVER + "replays.py::test_what_is_kept_fills_no_disk_and_costs_only_whoever_fills_it"),
    "image_pixels": _asks("large picture", "fault 111", logged=True, image_pixels=10_000),
    "image_bytes": _asks("large picture", "fault 111", logged=True, image_bytes=100),
    "image_memory": _asks("large picture", "fault 111", logged=True, image_memory=100_000),
    "image_edge": _asks("large thumbnail", "fault -32602"),
    "image_cache_bytes": Elsewhere(_SERVER + "disk_cache.py::test_what_was_used_longest_ago_goes_first"),
    "image_entries": _asks("newest picture", "fault 102", image_entries=1),
    "login_failures": _asks("wrong token", "fault 204", login_failures=5),
    "stranger_bytes": Offence("large_stranger", {}, {}, "fault 201", guest="none", tls=True),
    "devices": Elsewhere("tests/bounds/test_each_bound.py::test_there_are_only_so_many_devices"),
    "open_invites": Elsewhere(_SERVER + "pairing.py::test_open_invitations_are_bounded_and_give_their_places_back"),
    "invite_seconds": Elsewhere(_SERVER + "pairing.py::test_an_invitation_expires"),
    "audit_bytes": Elsewhere(_SERVER + "audit.py::test_the_log_is_bounded_and_keeps_the_newest_lines"),
}

OFFENCES = {name: row for name, row in BOUNDS.items() if isinstance(row, Offence)}
