"""Methods for large files in blocks: begin or resume, write in any order, reuse what is there, commit."""

from __future__ import annotations

from filexfer.core import paths
from filexfer.core.errors import BadOffset, BadParameters, TooLarge
from filexfer.core.model import Range
from filexfer.protocol import wire
from filexfer.server.access import Caller
from filexfer.server.methods.arguments import NONE, Options, bytes_of, path_of
from filexfer.server.share import Share
from filexfer.storage.store import REUSE_BYTES, Upload

#: Ranges told at once; a client that fills them asks for the rest by `upload_status`.
_MOST_RANGES = 10_000


class UploadMethods:
    """See the docstrings of the methods."""

    def __init__(self, share: Share) -> None:
        self._share = share
        self._uploads = share.uploads

    def upload_open(self, caller: Caller, path: object, size: object, options: object = NONE) -> object:
        """upload_open(path, size, options) -> {upload_id, block_size, missing}

        Begin an upload, or go on with it: with the same option `key`, path and size the blocks that arrived are kept. `missing`
        is an array of ranges [start, end). Options as those of file_put; they count when it is committed."""
        given = wire.options_of(options if options is not NONE else {})
        bytes_ = wire.number(size, "size")
        if bytes_ < 0:
            raise BadOffset("A size is not negative.")
        upload = self._uploads.begin(caller, path_of(path), bytes_, given)
        return _progress(upload)

    def upload_write(self, caller: Caller, upload_id: object, offset: object, data: object, options: object = NONE) -> object:
        """upload_write(upload_id, offset, data, options) -> true

        One block at its place, any order; `offset` is a multiple of the block size. Option digest (algorithm:hex) is checked
        before the block counts."""
        digest = Options(options, "digest").text("digest")
        upload = self._uploads.get(caller, wire.text(upload_id, "upload_id"))
        upload.write(wire.number(offset, "offset"), bytes_of(data), digest)
        return True

    def upload_reuse(
        self,
        caller: Caller,
        upload_id: object,
        offset: object,
        source_offset: object,
        length: object,
        etag: object,
        digest: object,
    ) -> object:
        """upload_reuse(upload_id, offset, source_offset, length, etag, digest) -> true

        Take this piece from the version that is already there, if it is still `etag`; what was copied must have `digest`.
        With a base64 as `digest`, 32 bytes of blake3 for each block of the piece, those that fit are taken, whatever the
        version, and the answer is what was not, as ranges [start, end)."""
        upload = self._uploads.get(caller, wire.text(upload_id, "upload_id"))
        places = (wire.number(offset, "offset"), wire.number(source_offset, "source_offset"), wire.number(length, "length"))
        crowd = self._share.crowd
        if isinstance(digest, bytes):
            # Reading and copying holds nothing of the interpreter.
            with crowd.holding(upload.block_size), crowd.away():
                return wire.ranges_list(_reuse_blocks(upload, *places, digest))
        with crowd.holding(max(0, min(places[-1], REUSE_BYTES))):
            upload.reuse(*places, wire.text(etag, "etag"), wire.text(digest, "digest"))
        return True

    def upload_status(self, caller: Caller, upload_id: object) -> object:
        """upload_status(upload_id) -> {upload_id, path, size, block_size, missing}

        What is still missing, as ranges [start, end)."""
        upload = self._uploads.get(caller, wire.text(upload_id, "upload_id"))
        return _progress(upload) | {"path": paths.to_wire(upload.path or ""), "size": upload.size or 0}

    def upload_commit(self, caller: Caller, upload_id: object) -> object:
        """upload_commit(upload_id) -> {path, outcome, size, mtime_ns, etag}

        Publish the file. When this returns it would survive a power cut. A repetition answers the same."""
        upload = self._uploads.get(caller, wire.text(upload_id, "upload_id"))
        saved = upload.commit()
        if self._uploads.ended(upload, "committed"):
            self._share.stored([saved])
        return wire.saved_struct(saved)

    def upload_abort(self, caller: Caller, upload_id: object) -> object:
        """upload_abort(upload_id) -> true

        Forget the upload and its blocks."""
        upload = self._uploads.get(caller, wire.text(upload_id, "upload_id"))
        upload.abort()
        self._uploads.ended(upload, "aborted")
        return True


def _reuse_blocks(upload: Upload, offset: int, source_offset: int, length: int, digest: bytes) -> list[Range]:
    if not digest or len(digest) % 32 or -(-length // upload.block_size) != len(digest) // 32:
        raise BadParameters("The digests are 32 bytes for each block of the piece.")
    if length > REUSE_BYTES:
        # Before they are told apart: there may be many.
        raise TooLarge(f"At most {REUSE_BYTES >> 20} MiB are taken over in one call. Make several calls.")
    marks = [digest[at : at + 32] for at in range(0, len(digest), 32)]
    return upload.reuse_blocks(offset, source_offset, marks)


def _progress(upload: Upload) -> dict[str, object]:
    missing = upload.missing()[:_MOST_RANGES]
    return {"upload_id": upload.id, "block_size": upload.block_size, "missing": wire.ranges_list(missing)}
