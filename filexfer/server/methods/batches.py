"""Methods on many small files in one call. What costs per file counts here: nothing is done twice, nothing copied that need
not."""

from __future__ import annotations

from collections.abc import Sequence

from filexfer.core import digests, paths
from filexfer.core.errors import BadParameters, FilexferError, TooLarge
from filexfer.core.model import BATCH_BYTES, BATCH_FILES, PutOptions, Saved
from filexfer.protocol import batches, wire
from filexfer.protocol.faults import code_of
from filexfer.server.access import Caller
from filexfer.server.methods.arguments import NONE, bytes_of
from filexfer.server.methods.files import Files
from filexfer.server.share import Share
from filexfer.server.streams import BufferStream
from filexfer.storage.store import Reader, Small

#: More than a careful client sends, which stays below what it was told.
_MOST_FILES = 8 * BATCH_FILES


class Batches:
    """See the docstrings of the methods."""

    def __init__(self, share: Share, files: Files) -> None:
        self._share = share
        self._store = share.store
        self._files = files

    def files_put(self, caller: Caller, entries: object, data: object, options: object = NONE) -> object:
        """files_put(entries, data, options) -> [{path, outcome, size, mtime_ns, etag} or {faultCode, faultString}]

        Many small files in one call. `entries` is an array of {path, size, mtime_ns, digest}, the last two may be left out;
        `data` their contents, joined. A file that fails does so alone. Options: on_conflict, key. With a packed index ({packed:
        true, count, names, sizes, mtimes, digests}) the answer is packed: {packed, outcomes, renamed, faults}."""
        contents = memoryview(bytes_of(data))
        common = wire.options_of(options if options is not NONE else {})
        packed = isinstance(entries, dict)
        small = _packed_files(entries, contents, common) if packed else _listed_files(entries, contents, common)

        def put() -> object:
            results = self._store.put(small, versions=not packed)
            self._files.told(results)
            return _packed_results(small, results) if packed else [_result(one) for one in results]

        return self._share.keys.once(caller.device, common.key, "files_put", put, _all_well)

    def files_get(self, caller: Caller, names: object, options: object = NONE) -> object:
        """files_get(paths, options) -> {entries, data}

        Many small files in one call: `entries` is an array of {path, size, mtime_ns, digest}, or of {faultCode, faultString} for
        one that cannot be had, and `data` the contents, joined. It may answer for fewer files than were asked for: ask again
        for the rest. With option packed `paths` is a Binary of paths joined by NUL, and the answer {packed, count, sizes,
        mtimes, digests, faults, data}."""
        wire.check_names(wire.struct(options) if options is not NONE else {}, ("packed",))
        if isinstance(names, bytes):
            wanted, packed = batches.split_paths(names), True
        else:
            wanted, packed = [paths.from_wire(name) for name in wire.sequence(names, "paths")], False
        found = self._read(wanted[:_MOST_FILES])
        return found.packed() if packed else found.listed(wanted)

    def _read(self, wanted: Sequence[str]) -> _Found:
        buffer = self._share.buffers.take()
        found = _Found(memoryview(buffer)[:BATCH_BYTES])
        try:
            with self._store.reading() as reading:
                for path in wanted:
                    try:
                        with reading.open(path, version=False) as reader:
                            if not found.add(reader):
                                break
                    except FilexferError as error:
                        found.fail(error)
        except BaseException:
            self._share.buffers.give(buffer)
            raise
        found.data = BufferStream(buffer, found.bytes, self._share.buffers)
        return found


class _Found:
    """What a batch of reads brought so far, in columns; the contents one after the other in `room`.

    Attributes:
        bytes: how much of `room` is filled.
        data: that as a Binary, once everything is read.
    """

    def __init__(self, room: memoryview) -> None:
        self.bytes = 0
        self.data: BufferStream | None = None
        self._room = room
        self._sizes: list[int] = []
        self._mtimes: list[int] = []
        self._digests: list[bytes] = []
        self._errors: dict[int, FilexferError] = {}

    def add(self, reader: Reader) -> bool:
        """Take a file; False where it must wait for the next batch. Raises `TooLarge` for one that fits in no batch."""
        entry = reader.entry
        if entry.size > len(self._room):
            raise TooLarge("This file is too large for a batch. Read it in blocks (file_read).")
        if self.bytes + entry.size > len(self._room):
            return False
        content = self._room[self.bytes : self.bytes + entry.size]
        if entry.size:
            reader.read_into(content, 0)
        made = digests.hasher()
        made.update(content)
        self._row(entry.size, entry.mtime_ns, made.digest())
        self.bytes += entry.size
        return True

    def fail(self, error: FilexferError) -> None:
        self._errors[len(self._sizes)] = error
        self._row(0, 0, bytes(32))

    def _row(self, size: int, mtime_ns: int, digest: bytes) -> None:
        self._sizes.append(size)
        self._mtimes.append(mtime_ns)
        self._digests.append(digest)

    def packed(self) -> dict[str, object]:
        contents = batches.Contents(self._sizes, self._mtimes, self._digests, self._errors)
        return batches.pack_contents(contents, self.data)

    def listed(self, wanted: Sequence[str]) -> dict[str, object]:
        entries = [self._entry(row, wanted[row]) for row in range(len(self._sizes))]
        return {"entries": entries, "data": self.data}

    def _entry(self, row: int, path: str) -> dict[str, object]:
        if row in self._errors:
            return _fault(self._errors[row])
        digest = f"{digests.DEFAULT}:{self._digests[row].hex()}"
        return {"path": paths.to_wire(path), "size": self._sizes[row], "mtime_ns": self._mtimes[row], "digest": digest}


def _packed_files(entries: object, contents: memoryview, common: PutOptions) -> list[Small]:
    index = batches.index_of(entries)
    cut = _cut(contents, index.sizes)
    digested = [f"{digests.DEFAULT}:{digest.hex()}" for digest in index.digests] or [""] * len(cut)
    times: Sequence[int | None] = index.mtimes or [None] * len(cut)
    conflict = common.on_conflict
    return [
        Small(path, data, PutOptions(conflict, mtime_ns, digest))
        for path, data, mtime_ns, digest in zip(index.paths, cut, times, digested, strict=True)
    ]


def _listed_files(entries: object, contents: memoryview, common: PutOptions) -> list[Small]:
    rows = [wire.struct(entry, "An entry") for entry in wire.sequence(entries, "entries")]
    cut = _cut(contents, [wire.number(row.get("size"), "size") for row in rows])
    return [_listed_file(row, data, common) for row, data in zip(rows, cut, strict=True)]


def _listed_file(row: dict[str, object], data: memoryview, common: PutOptions) -> Small:
    wire.check_names(row, ("path", "size", "mtime_ns", "digest"))
    mtime_ns = None if row.get("mtime_ns") is None else wire.number(row["mtime_ns"], "mtime_ns")
    options = PutOptions(common.on_conflict, mtime_ns, wire.text(row.get("digest", ""), "digest"))
    return Small(paths.from_wire(row.get("path")), data, options)


def _cut(contents: memoryview, sizes: Sequence[int]) -> list[memoryview]:
    """The contents of each file. Raises `BadParameters` where the sizes do not fit."""
    if len(sizes) > _MOST_FILES:
        raise TooLarge(f"A batch has at most {_MOST_FILES} files. Send it in smaller parts.")
    if sum(sizes) != len(contents) or any(size < 0 for size in sizes):
        raise BadParameters("The sizes of the files do not add up to the data.")
    cut, at = [], 0
    for size in sizes:
        cut.append(contents[at : at + size])
        at += size
    return cut


def _packed_results(small: Sequence[Small], results: Sequence[Saved | FilexferError]) -> dict[str, object]:
    renamed = {row: one.path for row, one in enumerate(results) if isinstance(one, Saved) and one.path != small[row].path}
    return batches.pack_outcomes([one if isinstance(one, FilexferError) else one.outcome for one in results], renamed)


def _all_well(value: object) -> bool:
    """Whether every file of a batch was stored: what failed is tried again by a repetition."""
    if isinstance(value, dict):
        return not value["faults"]
    return isinstance(value, list) and not any("faultCode" in one for one in value)


def _fault(error: FilexferError) -> dict[str, object]:
    return {"faultCode": code_of(error), "faultString": str(error)}


def _result(result: Saved | FilexferError) -> object:
    return _fault(result) if isinstance(result, FilexferError) else wire.saved_struct(result)
