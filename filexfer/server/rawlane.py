"""The raw lane: bytes of files as plain HTTP bodies. GET, HEAD and PUT of `/files/<path>`, PUT of `/uploads/<id>/<offset>`.
RFC 9110 (conditions, ranges), RFC 9530 (Content-Digest). Rule: a block is received whole, checked, and then written."""

from __future__ import annotations

import time
from collections.abc import Callable

from filexfer.core import digests, errors
from filexfer.core.errors import BadDigest, BadParameters, FilexferError, TooLarge
from filexfer.core.model import SMALL_FILE, Conflict, Outcome, PutOptions, Saved
from filexfer.protocol import http
from filexfer.protocol.faults import code_of
from filexfer.protocol.members import number
from filexfer.protocol.methods import RAW, RawAct
from filexfer.server.access import Caller
from filexfer.server.answers import Answer, Refused, plain
from filexfer.server.audit import Audit
from filexfer.server.buffers import Buffers
from filexfer.server.channel import PeerGone
from filexfer.server.download import serve_file
from filexfer.server.house import Request
from filexfer.server.service import unexpected
from filexfer.server.share import Share
from filexfer.storage.folder import FolderStore
from filexfer.storage.store import Small, Upload

#: The nearest class in an error's ancestry decides (docs/protocol.md).
_STATUS: dict[type[FilexferError], int] = {
    errors.InvalidPath: 400,
    errors.BadOffset: 400,
    errors.ProtocolError: 400,
    errors.InternalError: 500,
    errors.LoginNeeded: 401,
    errors.PairingFailed: 401,
    errors.Forbidden: 403,
    errors.NotFound: 404,
    errors.UnknownUpload: 404,
    errors.RequestError: 409,
    errors.TooLarge: 413,
    errors.BadDigest: 422,
    errors.SlowDown: 429,
    errors.Busy: 503,
    errors.ShuttingDown: 503,
    errors.NoSpace: 507,
    errors.FilexferError: 500,
}
#: Seconds after which trying again may help.
_RETRY_AFTER = {429: "60", 503: "1"}


class RawLane:
    """Serves the files of the share that `share()` gives."""

    def __init__(self, share: Callable[[], Share], audit: Audit, buffers: Buffers) -> None:
        self._share = share
        self._audit = audit
        self._buffers = buffers  # of a block each

    def answer(self, request: Request, caller: Caller) -> Answer:
        """Do what `request` asks."""
        try:
            with self._share() as share:
                try:
                    return self._act(request, caller, share)
                except FilexferError as error:
                    share.crowd.told(error)
                    raise
        except FilexferError as error:
            return refusal(error)
        except (Refused, PeerGone):
            raise
        except Exception:
            return refusal(unexpected(f"{request.head.method} of the raw lane", caller))

    def _act(self, request: Request, caller: Caller, share: Share) -> Answer:
        head = request.head
        if "content-encoding" in head.headers:
            raise Refused(415, "Bodies are taken as they are, not compressed.")
        act = permitted(request, http.UPLOADS if head.target.startswith(http.UPLOADS) else http.FILES, caller, self._audit)
        if head.method != "PUT":
            return serve_file(share.store, head, self._buffers, share.crowd.away)
        if "content-range" in head.headers:
            raise Refused(400, "A part of a file is put to /uploads/ID/OFFSET.")
        if not act.changes:
            return self._put_block(request, caller, share)
        told = {"path": head.target.removeprefix(http.FILES)}
        try:
            saved = self._put_file(request, share)
        except Exception as error:
            self._audit.note(caller, "PUT", told, error)
            raise
        self._audit.note(caller, "PUT", {"path": saved.path, "outcome": saved.outcome.value})
        return Answer(201 if saved.outcome is Outcome.CREATED else 204, [("ETag", http.written_etag(saved.etag))])

    def _put_block(self, request: Request, caller: Caller, share: Share) -> Answer:
        upload_id, offset = http.upload_target(request.head.target)
        upload = share.uploads.get(caller, upload_id)
        digest = _digest_of(request)
        length = request.body.length
        if length is None:
            raise Refused(411, "A block declares its length.")
        buffer = self._buffers.take()
        try:
            if length > len(buffer):
                raise TooLarge(f"A block has at most {len(buffer)} bytes.")
            block = memoryview(buffer)[:length]
            request.body.read_all(block)
            began = time.perf_counter()
            with share.crowd.away():
                upload.write(offset, block, digest)
        finally:
            self._buffers.give(buffer)
        return Answer(204, [("Server-Timing", http.server_timing(time.perf_counter() - began))])

    def _put_file(self, request: Request, share: Share) -> Saved:
        path = http.file_target(request.head.target)
        options = _conditions(request, path, share.store)
        length = request.body.length
        if request.head.length is None and not request.head.chunked:
            raise Refused(411, "A file's length is declared, or it is sent in chunks.")
        conditional = options.on_conflict is Conflict.FAIL or bool(options.etag)
        try:
            if length is not None and length <= SMALL_FILE:
                saved = self._put_small(request, share.store, path, length, options)
            else:
                saved = self._put_large(request, share, path, length, options)
        except (errors.AlreadyExists, errors.Changed) as error:
            if conditional:
                raise _failed(error) from None
            raise
        share.stored([saved])
        return saved

    def _put_small(self, request: Request, store: FolderStore, path: str, length: int, options: PutOptions) -> Saved:
        data = bytearray(length)
        digest = _digest_of(request)
        request.body.read_all(memoryview(data))
        if digest:
            digests.check(data, digest)
        saved = store.put([Small(path, data, options)])[0]
        if isinstance(saved, FilexferError):
            raise saved
        return saved

    def _put_large(self, request: Request, share: Share, path: str, length: int | None, options: PutOptions) -> Saved:
        digest = _digest_of(request)
        upload = share.store.upload(path, length, options)
        try:
            check = digests.hasher(digests.algorithm_of(digest)) if digest else None
            with share.crowd.away():
                self._receive(request, upload, check)
            if check is not None and digests.written(check, digests.algorithm_of(digest)) != digest:
                raise BadDigest()
            return upload.commit()
        except BaseException:
            # There is no way to go on with it: a PUT begins at the beginning.
            upload.abort()
            raise

    def _receive(self, request: Request, upload: Upload, check: digests.Hasher | None) -> None:
        buffer = self._buffers.take()
        view = memoryview(buffer)[: upload.block_size]
        try:
            offset = 0
            while count := request.body.fill(view):
                if check is not None:
                    check.update(view[:count])
                upload.write(offset, view[:count])
                offset += count
        finally:
            self._buffers.give(buffer)


def permitted(request: Request, area: str, caller: Caller, audit: Audit) -> RawAct:
    """What is asked for in `area`, and the caller may do. Raises `Refused`, `LoginNeeded`, `Forbidden`."""
    method = request.head.method
    act = RAW.get((method, area))
    if act is None:
        known = ", ".join(method for method, of in RAW if of == area)
        raise Refused(405, "There is no such act here.", [("Allow", known)])
    try:
        caller.require(act.permission, act.watchers)
    except errors.Forbidden as error:
        audit.refused(caller, method, error)
        raise
    request.act = f"{method} {area}"
    return act


def _conditions(request: Request, path: str, store: FolderStore) -> PutOptions:
    """How the file is to be put. What the head alone shows to fail is refused before its body is sent."""
    headers = request.head.headers
    mtime = headers.get("x-mtime-ns")
    mtime_ns = None if mtime is None else number(mtime, "X-Mtime-Ns")
    none, match = headers.get("if-none-match"), headers.get("if-match")
    if none is not None:
        if none.strip() != "*":
            raise BadParameters("On a PUT If-None-Match is *, for no-clobber.")
        there = _etag_of(store, path, request.body.length)
        if there is not None:
            raise _failed(errors.AlreadyExists())
        return PutOptions(Conflict.FAIL, mtime_ns)
    if match is None:
        return PutOptions(Conflict.OVERWRITE, mtime_ns)
    there = _etag_of(store, path, None)
    if there is None or not http.etag_matches(match, there.removeprefix("W/")):
        raise _failed(errors.Changed())
    return PutOptions(Conflict.OVERWRITE, mtime_ns, etag="" if match.strip() == "*" else there)


def _failed(error: FilexferError) -> Refused:
    """A condition of the request does not hold (RFC 9110, 13.2.1)."""
    return Refused(412, str(error), [("X-Fault-Code", str(code_of(error)))])


def _etag_of(store: FolderStore, path: str, but_size: int | None) -> str | None:
    """The version that is there; None for nothing, and for a file of `but_size` bytes, which may be the same one again."""
    try:
        entry = store.stat(path)
    except FilexferError:
        return None
    return None if entry.size == but_size else entry.etag


def _digest_of(request: Request) -> str:
    """The digest that the request's body must have, "" for none."""
    value = request.head.headers.get("content-digest")
    return "" if value is None else http.parse_content_digest(value) or ""


def refusal(error: FilexferError, status: int = 0) -> Answer:
    """The answer that tells of `error`, with the status that stands for it unless one is given."""
    status = status or next(_STATUS[kind] for kind in type(error).__mro__ if kind in _STATUS)
    fault = code_of(error)
    headers = [("X-Fault-Code", str(fault))]
    if status == 401:
        headers.append(("WWW-Authenticate", 'Basic realm="filexfer"'))
    if status in _RETRY_AFTER:
        headers.append(("Retry-After", _RETRY_AFTER[status]))
    return plain(status, str(error), headers, fault)
