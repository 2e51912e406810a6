"""Every bound of the server, named, with its default. One peer that goes beyond one harms only itself (docs: trust, Bounds)."""

from __future__ import annotations

from dataclasses import dataclass

from filexfer.core.model import BLOCK_SIZE


@dataclass(frozen=True, slots=True)
class Settings:
    """What a server takes and for how long it waits. Sizes are bytes, times seconds.

    Attributes:
        insecure: plain http is served beyond this machine too. Whoever can listen on the way reads and changes everything.
        allow_hosts: more names that the `Host` header may bear, besides the machine's own.
        socket_mode: file mode of a public UNIX socket.
        connections: most open connections in all; `connections_per_address`: of one address (IPv6: of one /64 network, since each
            machine may have all of it). Beyond, the one that is idle longest gives way; where none is, the new one is told 503.
        backlog: connections the system holds while they wait to be accepted.
        workers: most requests served at once; one address, and one device, takes at most half of them; so do all guests
            together, those of one address as many as are left to others, so half of that at most. `owner_workers`: more, for
            calls over the control socket only.
        at_once: requests that are begun side by side, half of them (rounded up) of one address, while the others have work in C
            or wait for a moment; those beyond wait for their turn, connection by connection, until one ends, waits for its peer
            or a slow disk, or has taken `slice_seconds`.
        call_memory: bytes that all calls and answers under way may hold in memory; half of it those of one caller, three quarters
            those of all guests.
        turn_seconds: one caller's requests compute in turn; one that has waited so long does not wait any more.
        switch_seconds: how long a thread computes before the interpreter is given to another one that wants it, in all of this
            process; 0 leaves that as it is.
        worker_idle: after this long without work a worker thread ends.
        linger: a worker waits so long for the next request of a connection before it parks it.
        handshake_seconds: time for all of a TLS handshake, from the moment the connection is accepted.
        handshakes: how many of one address (IPv6: of one /64 network) begin each second, as many at once; those beyond wait, or
            are turned away where that would take longer than `handshake_seconds`.
        head_bytes: longest request head; `head_seconds`: time for one to arrive; `crowded_seconds`: where there is no room for
            more connections, one whose head takes longer than this gives way as well.
        idle_seconds: an idle connection is closed after this long.
        stall_seconds: longest wait for the next byte of a body, or for room to send the next.
        body_rate: bytes per second that a peer must take or give on average, once `stall_seconds` were spent waiting for it.
        drain_bytes, drain_seconds: what is still read after a refusal, so that the peer can read the answer; of those who may do
            something here `largest_call`, with the patience that there is for any body.
        xml_bytes: text of one call, without its payloads; `nesting`: of values; `values`: in one call.
        payload_bytes: largest Binary kept in memory; all those of a call together `payloads_bytes`. A larger one goes to disk.
        batch_calls: most calls in one `system.multicall`.
        call_files: Binaries on disk that one multicall may bring; all workers of a peer together stay below the descriptors that
            are spare.
        answer_bytes, answer_files: memory and open files that the answer to one multicall may hold.
        block_size: the unit of transfer that the server names.
        open_uploads: of one caller (a device, or the guests of one address); `kept_uploads`: of those it left alone, on disk.
        page_entries: longest page of a listing in columns; `page_default`: of one in structs, which take many times as much.
        open_listings: held scans in all, half of them for one caller and for all guests, a quarter for the guests of one address;
            `listing_seconds`: how long one stays without a call; `listing_entries`: entries in the pages of theirs that are kept
            to be asked for again.
        probe_seconds: so long the disk of the share has to say how it is, before whoever asks is told that it does not.
        poll_seconds: longest long poll; `open_polls`: of one caller.
        key_seconds: how long the result of a keyed call is kept; `key_bytes`: of the disk that all of a share fill.
        image_pixels, image_bytes: largest picture and file a thumbnail is made of; `image_memory`: what decoding it may take, one
            at a time; `image_edge`: largest thumbnail; `image_cache_bytes`: of the disk that thumbnails kept in the state fill.
        image_entries: entries looked at to find the newest image.
        login_failures: credentials and pairing proofs of one address that may be wrong within a minute.
        stranger_bytes: body of a call without credentials: it can pair, and nothing else.
        devices: paired devices; `open_invites`: invitations at once; `invite_seconds`: how long one can be used.
        audit_bytes: what the audit log keeps.
    """

    insecure: bool = False
    allow_hosts: tuple[str, ...] = ()
    socket_mode: int = 0o600
    connections: int = 4096
    connections_per_address: int = 1024
    backlog: int = 512
    workers: int = 64
    owner_workers: int = 4
    at_once: int = 3
    slice_seconds: float = 0.01
    call_memory: int = 192 << 20
    turn_seconds: float = 5.0
    switch_seconds: float = 0.0001
    worker_idle: float = 20.0
    linger: float = 0.002
    handshake_seconds: float = 10.0
    handshakes: int = 200
    head_bytes: int = 16 << 10
    head_seconds: float = 15.0
    crowded_seconds: float = 2.0
    idle_seconds: float = 75.0
    stall_seconds: float = 30.0
    body_rate: int = 1024
    drain_bytes: int = 64 << 10
    drain_seconds: float = 2.0
    xml_bytes: int = 8 << 20
    nesting: int = 64
    values: int = 100_000
    payload_bytes: int = 2 << 20
    payloads_bytes: int = 8 << 20
    batch_calls: int = 2000
    call_files: int = 32
    answer_bytes: int = 16 << 20
    answer_files: int = 64
    block_size: int = BLOCK_SIZE
    open_uploads: int = 1000
    kept_uploads: int = 10_000
    page_entries: int = 10_000
    page_default: int = 5000
    open_listings: int = 128
    listing_seconds: float = 120.0
    listing_entries: int = 100_000
    probe_seconds: float = 2.0
    poll_seconds: float = 60.0
    open_polls: int = 64
    key_seconds: float = 24 * 3600.0
    key_bytes: int = 64 << 20
    image_pixels: int = 64_000_000
    image_bytes: int = 64 << 20
    image_memory: int = 96 << 20
    image_edge: int = 2048
    image_cache_bytes: int = 128 << 20
    image_entries: int = 100_000
    login_failures: int = 20
    stranger_bytes: int = 4096
    devices: int = 1000
    open_invites: int = 16
    invite_seconds: float = 600.0
    audit_bytes: int = 16 << 20

    @property
    def largest_call(self) -> int:
        """Bytes of the largest call that is taken without a disk: its text, and its Binaries in base64 with their line ends."""
        return self.xml_bytes + self.payloads_bytes * 4 // 3 * 77 // 76
