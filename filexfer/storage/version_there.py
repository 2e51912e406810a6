"""The version that lies where an upload will go: blocks of it are taken over, each only with the digest that it shall have."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from filexfer.core import digests, paths
from filexfer.core.errors import BadDigest
from filexfer.core.model import Range
from filexfer.storage import confine, content
from filexfer.storage.shared import Shared
from filexfer.storage.store import Upload
from filexfer.storage.versions import check_version


@contextmanager
def opened(shared: Shared, path: str, etag: str = "") -> Iterator[tuple[int, int]]:
    """The file now at `path`, and its bytes. Raises `Changed` unless it is `etag` (empty: whichever it is), `NotFound`."""
    parts = paths.split(path)
    with shared.acts(path):
        with shared.tree.walk() as walk:
            source, status = confine.open_file(shared.fs, paths.encode(parts[-1]), walk.folder(parts[:-1]))
        try:
            check_version(etag, status)
            yield source, status.st_size
        finally:
            shared.fs.close(source)


def take_blocks(upload: Upload, shared: Shared, spans: Sequence[Range], shift: int, marks: Sequence[bytes]) -> list[Range]:
    """Write to `upload` those of these blocks that lie `shift` bytes further in the version there, with these digests (blake3);
    the others."""
    buffer = memoryview(bytearray(upload.block_size))
    rest: list[Range] = []
    with opened(shared, upload.path or "") as (source, size):
        for span, mark in zip(spans, marks, strict=True):
            view = buffer[: span.length]
            at = span.start + shift
            try:
                if at + span.length > size or content.read_into(shared.fs, source, view, at) < span.length:
                    raise BadDigest()
                upload.write(span.start, view, f"{digests.DEFAULT}:{mark.hex()}")
            except BadDigest:
                rest.append(span)
    return rest
