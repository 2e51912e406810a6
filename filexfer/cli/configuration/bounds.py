"""The rows of `[bounds]`: each field of `server.settings.Settings` that bounds something, what it may be, what it is for.
Defaults are that class's; docs/bounds.md tells what happens beyond each."""

from __future__ import annotations

from filexfer.cli.configuration.kinds import Kind, Number, Size

_KIB, _MIB, _GIB = 1 << 10, 1 << 20, 1 << 30


def _count(least: int, most: int, unit: str = "") -> Number:
    return Number(least, most, unit)


def _seconds(least: float, most: float) -> Number:
    return Number(least, most, "seconds", whole=False)


BOUNDS: dict[str, tuple[Kind, str]] = {
    "connections": (_count(8, 1_000_000), "Open connections in all."),
    "connections_per_address": (_count(4, 1_000_000), "Open connections of one address (IPv6: of one /64 network)."),
    "crowded_seconds": (
        _seconds(0.1, 60),
        "Where there is no room for more connections, one whose head takes longer than this is closed.",
    ),
    "backlog": (_count(1, 65_535), "Connections that the system holds until they are accepted."),
    "workers": (_count(4, 1024), "Requests served at once; one caller and one address get at most half of them."),
    "owner_workers": (_count(1, 64), "As many more for this machine's own “filexfer invite”, “devices” and the like."),
    "at_once": (_count(1, 1024), "Requests that are begun side by side; others wait until one ends, waits itself, or lasts."),
    "slice_seconds": (_seconds(0.001, 10), "A request that has taken so long makes room for another one beside it."),
    "worker_idle": (_seconds(0.1, 3600), "A thread without work ends after this long."),
    "linger": (_seconds(0, 1), "How long a worker waits for the next request of a connection before it parks it."),
    "turn_seconds": (_seconds(0.1, 600), "A request that has waited so long for others of its caller does not wait on."),
    "switch_seconds": (_seconds(0, 0.1), "How long a thread computes before another one may; 0 leaves that to Python."),
    "handshake_seconds": (_seconds(0.5, 600), "Time for a TLS handshake."),
    "handshakes": (_count(1, 100_000), "TLS handshakes that one address begins each second."),
    "head_seconds": (_seconds(0.5, 600), "Time for the head of a request to arrive."),
    "idle_seconds": (_seconds(0.5, 86_400), "A connection without requests is closed after this long."),
    "stall_seconds": (_seconds(0.5, 3600), "Longest wait for the next byte of a body, or for room to send the next."),
    "body_rate": (
        _count(0, 1_000_000_000, "bytes a second"),
        "What a peer must take or give on average, once “stall_seconds” were spent waiting for it.",
    ),
    "drain_bytes": (Size(0, 64 * _MIB), "What is still read after a refusal, so that the peer can read the answer."),
    "drain_seconds": (_seconds(0, 60), "For how long that is read."),
    "probe_seconds": (
        _seconds(0.1, 60),
        "The disk of the share has so long to say how it is, before health and metrics tell that it does not.",
    ),
    "poll_seconds": (_seconds(0.1, 3600), "A call that waits for news is answered after this long."),
    "key_seconds": (_seconds(60, 2_592_000), "How long the result of a keyed call is kept, so that it can be asked for again."),
    "key_bytes": (Size(64 * _KIB, 64 * _GIB), "What these results fill of the share's disk."),
    "head_bytes": (Size(1 * _KIB, 1 * _MIB), "Longest head of a request."),
    "xml_bytes": (Size(64 * _KIB, 1 * _GIB), "The text of one call, without its Binaries."),
    "nesting": (_count(4, 200), "How deep the values of a call may be nested."),
    "values": (_count(1000, 100_000_000), "Values in one call."),
    "payload_bytes": (Size(64 * _KIB, 1 * _GIB), "Largest Binary of a call that is kept in memory; a larger one goes to disk."),
    "payloads_bytes": (Size(64 * _KIB, 4 * _GIB), "All Binaries of a call that are kept in memory."),
    "call_memory": (
        Size(16 * _MIB, 1024 * _GIB),
        "Memory of all calls and answers under way; those of one caller get half of it.",
    ),
    "batch_calls": (_count(1, 1_000_000), "Calls in one batch (system.multicall)."),
    "call_files": (_count(1, 10_000), "Binaries on disk that one batch may bring."),
    "answer_bytes": (Size(64 * _KIB, 4 * _GIB), "Memory of the answer to one batch."),
    "answer_files": (_count(1, 10_000), "Open files of the answer to one batch."),
    "block_size": (
        Size(64 * _KIB, 16 * _MIB),
        "The blocks in which large files travel and are checked. Receipts need the default.",
    ),
    "stranger_bytes": (Size(1 * _KIB, 64 * _KIB), "The body of a call without credentials, which can only pair."),
    "open_uploads": (_count(1, 1_000_000), "Uploads under way of one caller."),
    "kept_uploads": (_count(1, 1_000_000), "Uploads that were left alone and are kept on disk to be resumed, of one caller."),
    "open_listings": (_count(4, 100_000), "Listings of folders that are held open to be read on."),
    "listing_seconds": (_seconds(1, 86_400), "How long one is held without being asked for."),
    "listing_entries": (_count(1000, 100_000_000), "Entries of pages that are kept to be asked for again."),
    "page_entries": (_count(10, 1_000_000), "Longest page of a listing in columns."),
    "page_default": (_count(10, 1_000_000), "Longest page of a listing in structs."),
    "open_polls": (_count(1, 10_000), "Calls of one caller that wait for news."),
    "image_pixels": (_count(10_000, 10_000_000_000), "Largest picture of which a thumbnail is made."),
    "image_bytes": (Size(64 * _KIB, 16 * _GIB), "Largest file of which a thumbnail is made."),
    "image_memory": (Size(1 * _MIB, 64 * _GIB), "Memory for the picture that is made small."),
    "image_edge": (_count(16, 16_384, "pixels"), "Largest thumbnail."),
    "image_cache_bytes": (Size(0, 1024 * _GIB), "What thumbnails fill of the disk with the state."),
    "image_entries": (_count(1, 100_000_000), "Entries among which the newest picture is looked for."),
    "login_failures": (_count(1, 100_000), "Wrong credentials of one address within a minute."),
    "devices": (_count(1, 1_000_000), "Paired devices."),
    "open_invites": (_count(1, 10_000), "Invitations at once."),
    "invite_seconds": (_seconds(30, 86_400), "How long an invitation can be used."),
    "audit_bytes": (Size(64 * _KIB, 1024 * _GIB), "What the audit log keeps."),
}
