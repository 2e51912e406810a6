"""What comes out of the codec, on its way to dataclasses: columns, batches, structs. Refused, or read and written again."""

from __future__ import annotations

from collections.abc import Callable

from filexfer.core.errors import BadParameters, FilexferError, InvalidPath
from filexfer.core.model import Job
from filexfer.protocol import batches, wire, xmlrpc
from filexfer.protocol.values import Limits
from fuzz.codec import same
from fuzz.outcome import outcome

#: Each reader, and the writer that is its inverse.
READERS: dict[str, tuple[Callable[[object], object], Callable[..., object]]] = {
    "entry": (wire.entry_of, wire.entry_struct),
    "saved": (wire.saved_of, wire.saved_struct),
    "ranges": (wire.ranges_of, wire.ranges_list),
    "options": (wire.options_of, wire.options_struct),
    "spec": (wire.spec_of, wire.spec_struct),
    "job": (wire.job_of, wire.job_struct),
    "job file": (wire.job_file_of, wire.job_file_struct),
    "listing": (wire.unpack, wire.pack),
    "index": (batches.index_of, batches.pack_index),
    "outcomes": (batches.outcomes_of, lambda read: batches.pack_outcomes(*read)),
    "contents": (batches.contents_of, lambda read: batches.pack_contents(*read)),
    "digests": (wire.digests_of, lambda read: wire.pack_digests([f"blake3:{one.hex()}" for one in read])),
    "paths": (batches.split_paths, batches.joined_paths),
}


def check(data: bytes) -> None:
    """`data` is an XML-RPC answer whose value goes through every reader."""
    try:
        value = xmlrpc.decode_response(data, Limits(xml_bytes=20_000, values=500))
    except FilexferError:
        return
    check_value(value)


def check_value(value: object) -> None:
    """Every reader takes `value` or refuses it; what it takes it gives back after a journey."""
    for read, write in READERS.values():
        found = outcome((BadParameters, InvalidPath), read, value)
        if found.error is None:
            crossed = xmlrpc.decode_response(b"".join(xmlrpc.iterate(xmlrpc.encode_response(write(found.value)))))
            assert _alike(read(crossed), found.value), (crossed, found.value)


def _alike(left: object, right: object) -> bool:
    """As equal as values with errors in them can be; numbers of a job that are no numbers are equal too."""
    if isinstance(left, Job) and isinstance(right, Job):
        return repr(left) == repr(right)
    return same(left, right) or repr(left) == repr(right)
