"""Methods on files: list, stat, whole files, many small files, blocks and digests."""

from __future__ import annotations

from collections.abc import Sequence

from filexfer.core import chunking, digests
from filexfer.core.errors import BadOffset, Changed, FilexferError
from filexfer.core.model import SMALL_FILE, PutOptions, Saved
from filexfer.protocol import wire
from filexfer.server.access import Caller
from filexfer.server.listings import Page
from filexfer.server.methods.arguments import NONE, Options, content_of, in_range, path_of
from filexfer.server.share import Share
from filexfer.server.streams import BufferStream, FileStream, Spool
from filexfer.storage.store import Reader, Small

#: Bytes of memory that an entry of a page takes, before it is written: in columns, and as a struct.
_PACKED = 300
_PLAIN = 1200
#: Bytes of a file that are cut by content in one call, at most.
_CUT = 64 << 20


class Files:
    """See the docstrings of the methods."""

    def __init__(self, share: Share) -> None:
        self._share = share
        self._store = share.store

    def file_list(self, caller: Caller, path: object = "", options: object = NONE) -> object:
        """file_list(path, options) -> {entries, next}

        One page of a folder, "" being the root. `next` is "" at the end; otherwise call again with it as option `cursor`.
        Options: limit (entries of a page), recursive (depth first, names are paths below the folder), packed (columns: names
        joined by NUL in one Binary, sizes and times as little-endian 64-bit numbers in others), cursor."""
        given = Options(options, "limit", "recursive", "packed", "cursor")
        settings = self._share.settings
        packed = given.flag("packed")
        default = settings.page_entries if packed else settings.page_default
        limit = in_range(given.number("limit", default), 1, 1 << 31, "limit")
        limit = min(limit, settings.page_entries if packed else settings.page_default)
        cursor = given.text("cursor")
        where = path_of(path)
        if cursor:
            page, following = self._share.listings.next(caller.who, cursor, limit)
        else:
            page, following = self._begin_listing(caller, where, given.flag("recursive"), limit)
        self._share.crowd.take(len(page) * (_PACKED if packed else _PLAIN))
        if packed:
            return page.columns | {"next": following}
        return {"entries": [wire.entry_struct(entry) for entry in page.entries()], "next": following}

    def _begin_listing(self, caller: Caller, where: str, recursive: bool, limit: int) -> tuple[Page, str]:
        folder = self._store.stat(where) if not recursive else None
        scan = self._store.scan(where, recursive)
        if folder is not None:
            self._share.changes.watch(caller.who, where, folder.mtime_ns)
        return self._share.listings.begin(caller.who, scan, limit, caller.guest)

    def file_stat(self, caller: Caller, path: object) -> object:
        """file_stat(path) -> {name, kind, size, mtime_ns, etag}

        One entry. `kind` is file, folder, link or other; `etag` names its version, weak (W/) while it is too young to be told
        apart by its times."""
        return wire.entry_struct(self._store.stat(path_of(path)))

    def file_get(self, caller: Caller, path: object) -> object:
        """file_get(path) -> base64

        A whole file."""
        return whole(self._store.open(path_of(path)))

    def file_put(self, caller: Caller, path: object, data: object, options: object = NONE) -> object:
        """file_put(path, data, options) -> {path, outcome, size, mtime_ns, etag}

        A whole file; missing parent folders are made. When this returns the file would survive a power cut. `outcome` is
        created, replaced, renamed, same or skipped. Options: mtime_ns, digest (algorithm:hex, checked first), on_conflict
        (fail, overwrite, rename, skip, newer), etag (overwrite only that version), key (names the call, so that a
        repetition is answered and not done again)."""
        where, content = path_of(path), content_of(data)
        given = wire.options_of(options if options is not NONE else {})
        act = given._replace(key="")

        def put() -> object:
            saved = self._spooled(content, where, act) if isinstance(content, Spool) else self._small(where, content, act)
            self.told([saved])
            return wire.saved_struct(saved)

        return self._share.keys.once(caller.device, given.key, "file_put", put)

    def _small(self, path: str, data: bytes, options: PutOptions) -> Saved:
        result = self._store.put([Small(path, data, options)])[0]
        if isinstance(result, FilexferError):
            raise result
        return result

    def _spooled(self, spool: Spool, path: str, options: PutOptions) -> Saved:
        saved = spool.upload.commit(path, options)
        spool.taken = True
        return saved

    def batch_of_file_put(self, caller: Caller, calls: Sequence[Sequence[object]]) -> list[object]:
        """Several `file_put` at once: one sync for all of them."""
        parsed = [_small_of(params) for params in calls]
        results: list[object] = [one if isinstance(one, FilexferError) else None for one in parsed]
        if any(one is None for one in parsed):
            # Keys and contents on disk go their own way; in order, for the same path may come twice.
            return [self._alone(caller, params) if results[row] is None else results[row] for row, params in enumerate(calls)]
        rows = [row for row, one in enumerate(parsed) if isinstance(one, Small)]
        saved = self._store.put([one for one in parsed if isinstance(one, Small)])
        for row, one in zip(rows, saved, strict=True):
            results[row] = one if isinstance(one, FilexferError) else wire.saved_struct(one)
        self.told(saved)
        return results

    def _alone(self, caller: Caller, params: Sequence[object]) -> object:
        try:
            return self.file_put(caller, *params)
        except FilexferError as error:
            return error

    def told(self, results: Sequence[Saved | FilexferError]) -> None:
        """Say which folders these results changed."""
        self._share.stored(one for one in results if isinstance(one, Saved))

    def file_read(self, caller: Caller, path: object, offset: object, length: object, options: object = NONE) -> object:
        """file_read(path, offset, length, options) -> {data, digest, etag, size}

        One block of a file, with its digest; shorter at the end of the file. Options: etag (fault 107 where the file is another
        one by now), algorithm (blake3 or sha256)."""
        given = Options(options, "etag", "algorithm")
        start = wire.number(offset, "offset")
        count = in_range(wire.number(length, "length"), 0, self._share.settings.payload_bytes, "length")
        algorithm = given.text("algorithm", digests.DEFAULT)
        with self._store.open(path_of(path)) as reader:
            check_version(reader, given.text("etag"))
            data, digest = self._read(reader, start, count, algorithm)
        return {"data": data, "digest": digest, "etag": reader.entry.etag, "size": reader.entry.size}

    def _read(self, reader: Reader, start: int, count: int, algorithm: str) -> tuple[bytes | BufferStream, str]:
        """A part of a file, and its digest."""
        if min(count, reader.entry.size - start) <= SMALL_FILE:
            # Many of these may wait in one batch, and a buffer is large.
            short = bytes(part_into(memoryview(bytearray(min(count, reader.entry.size))), reader, start))
            return short, digests.digest(short, algorithm)
        buffer = self._share.buffers.take()
        try:
            view = part_into(memoryview(buffer)[:count], reader, start)
            return BufferStream(buffer, len(view), self._share.buffers), digests.digest(view, algorithm)
        except BaseException:
            self._share.buffers.give(buffer)
            raise

    def file_digests(self, caller: Caller, path: object, options: object = NONE) -> object:
        """file_digests(path, options) -> {digests, count, algorithm, block_size, etag, size, next}

        Digests of a file's blocks, 32 bytes each, joined in one Binary. Options: offset (of the first block, bytes), count (of
        blocks), algorithm (blake3 or sha256), etag. `next` is the offset to go on from, -1 at the end. With whole: {digest, etag,
        size} instead, one digest `algorithm:hex` of all of the file, for which it is read to its end. With chunking
        (fastcdc2020-65536, or another power of two up to 1048576) {lengths, digests, count, chunking, etag, size, next}: pieces
        cut by content from offset on, their lengths as little-endian 32-bit numbers; option length: bytes that they shall cover,
        64 MiB at most."""
        given = Options(options, "offset", "count", "algorithm", "etag", "whole", "chunking", "length")
        block = self._share.settings.block_size
        start = given.number("offset", 0)
        if given.has("chunking"):
            return self._chunks(path_of(path), start, given)
        count = in_range(given.number("count", 1024), 1, 4096, "count")
        algorithm = given.text("algorithm", digests.DEFAULT)
        if start % block:
            raise BadOffset(f"offset is a multiple of the block size, {block}.")
        with self._store.open(path_of(path)) as reader:
            check_version(reader, given.text("etag"))
            if given.flag("whole"):
                # It may take minutes, and hardly anything of the interpreter.
                with self._share.crowd.away():
                    digest = _whole_digest(reader, block, algorithm)
                return {"digest": digest, "etag": reader.entry.etag, "size": reader.entry.size}
            found, end = _digests(reader, start, count, block, algorithm)
        entry = reader.entry
        answer = wire.pack_digests(found)
        answer |= {"algorithm": algorithm, "block_size": block, "etag": entry.etag, "size": entry.size}
        return answer | {"next": end if end < entry.size else -1}

    def _chunks(self, path: str, start: int, given: Options) -> object:
        name, most = given.text("chunking"), given.number("length", _CUT)
        average = chunking.average_of(name)
        most = in_range(most, 1, 1 << 62, "length")
        with self._store.open(path) as reader:
            check_version(reader, given.text("etag"))
            entry = reader.entry
            if not 0 <= start <= entry.size:
                raise BadOffset(f"The offset lies outside the file, which has {entry.size} bytes.")
            found = self._cut(reader, start, average, min(most, _CUT))
        answer = wire.pack_chunks(found)
        answer |= {"chunking": name, "etag": entry.etag, "size": entry.size}
        return answer | {"next": found.end if found.end < entry.size else -1}

    def _cut(self, reader: Reader, start: int, average: int, most: int) -> chunking.Cut:
        """It keeps the interpreter to itself for a piece at a time: one caller cuts in one thread, and only reads in several."""
        crowd, size = self._share.crowd, reader.entry.size

        def read(view: memoryview, at: int) -> int:
            with crowd.away():
                return reader.read_into(view, at)

        with crowd.holding(chunking.memory(start, size, average)):
            return chunking.cut(read, start, size, average, most)


def _small_of(params: Sequence[object]) -> Small | FilexferError | None:
    """A `file_put` that can be done with others, or what is wrong with it; None for one with a key, or that lies on disk
    already."""
    try:
        given = wire.options_of(params[2] if len(params) > 2 else {})
        content = content_of(params[1])
        if given.key or isinstance(content, Spool):
            return None
        return Small(path_of(params[0]), content, given)
    except FilexferError as error:
        return error


def _digests(reader: Reader, start: int, count: int, block: int, algorithm: str) -> tuple[list[str], int]:
    """The digests of up to `count` blocks from `start` on, and where the next one begins."""
    found = []
    view = memoryview(bytearray(min(block, reader.entry.size)))
    while count and start < reader.entry.size:
        read = reader.read_into(view[: min(len(view), reader.entry.size - start)], start)
        found.append(digests.digest(view[:read], algorithm))
        start += read
        count -= 1
    return found, start


def _whole_digest(reader: Reader, block: int, algorithm: str) -> str:
    made = digests.hasher(algorithm)
    view = memoryview(bytearray(min(block, reader.entry.size)))
    start = 0
    while start < reader.entry.size:
        read = reader.read_into(view[: min(len(view), reader.entry.size - start)], start)
        made.update(view[:read])
        start += read
    return digests.written(made, algorithm)


def whole(reader: Reader) -> bytearray | FileStream:
    """All of a file as a Binary: a small one in memory, a large one as a stream that closes with its answer."""
    if reader.entry.size > SMALL_FILE:
        return FileStream(reader)
    with reader:
        data = bytearray(reader.entry.size)
        part_into(memoryview(data), reader, 0)
        return data


def part_into(view: memoryview, reader: Reader, start: int) -> memoryview:
    """Fill `view` from `start` on as far as the file goes; answers what was filled. Raises `BadOffset` for a start behind the
    end."""
    if not 0 <= start <= reader.entry.size:
        raise BadOffset(f"The offset lies outside the file, which has {reader.entry.size} bytes.")
    view = view[: reader.entry.size - start]
    return view[: reader.read_into(view, start)] if len(view) else view


def check_version(reader: Reader, etag: str) -> None:
    """Raise `Changed` unless `etag` is "" or the version that is open; one that was weak then may be strong by now."""
    if etag and etag.removeprefix("W/") != reader.entry.etag.removeprefix("W/"):
        raise Changed()
