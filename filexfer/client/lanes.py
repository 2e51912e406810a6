"""The two ways of a block: as a plain HTTP body (raw), or as the Binary of a call (RPC). One interface, so that transfers do
not care.

A lane gives what arrived and the digest that came with it; who saves it checks the one against the other."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Protocol

from filexfer.core import digests, paths
from filexfer.core.digests import Bytes
from filexfer.core.errors import BadParameters, Changed, ConnectionFailed, FilexferError, NotWellFormed
from filexfer.core.model import BLOCK_SIZE
from filexfer.protocol import wire
from filexfer.protocol.http import (
    ResponseHead,
    content_digest,
    parse_content_digest,
    parse_content_range,
    parse_etags,
    target_of_file,
    target_of_upload,
    written_etag,
)

if TYPE_CHECKING:
    from filexfer.client.session import Session
    from filexfer.client.transport import Connection

#: Bytes taken at once while the head of a block is awaited: most of the block shall go straight to its buffer.
_HEAD = 1024
_WRONG = "The server's answer for a block is not well-formed. Update the server."


class Block(NamedTuple):
    """A block that arrived, its digest as the server gave it (unchecked), the version it is of (`""` unknown), and the seconds
    that the server was at it (0.0 unknown)."""

    data: Bytes
    digest: str
    etag: str
    worked: float = 0.0


class Lane(Protocol):
    """Thread-safe; `write` and `read` take a connection of the session, the others are given one: to ask, and to be told the
    answer.

    Attributes:
        most: bytes that can be asked for at once.
        held: memory that a block takes here on its way, in sizes of it.
    """

    most: int
    held: int

    def write(self, upload_id: str, offset: int, data: Bytes, digest: str) -> float:
        """Send one block of an upload; returns once the server has verified and written it: the seconds that it was at that."""
        ...

    def read(self, path: str, etag: str, offset: int, buffer: memoryview) -> Block:
        """Fetch `len(buffer)` bytes. The data may lie in `buffer`. Raises `Changed` where the version is not `etag`, or has
        fewer bytes."""
        ...

    def ask_write(self, connection: Connection, upload_id: str, offset: int, data: Bytes, digest: str) -> None: ...

    def told_write(self, connection: Connection) -> tuple[ResponseHead, FilexferError | float]: ...

    def ask_read(self, connection: Connection, path: str, etag: str, offset: int, length: int) -> None: ...

    def told_read(
        self, connection: Connection, offset: int, buffer: memoryview
    ) -> tuple[ResponseHead, FilexferError | Block]: ...


class RpcLane:
    most = BLOCK_SIZE
    held = 4

    def __init__(self, session: Session) -> None:
        self._session = session

    def write(self, upload_id: str, offset: int, data: Bytes, digest: str) -> float:
        return self._session.timed("upload_write", upload_id, offset, data, {"digest": digest})[1]

    def read(self, path: str, etag: str, offset: int, buffer: memoryview) -> Block:
        options = {"etag": etag} if etag else {}
        value, worked = self._session.timed("file_read", paths.to_wire(path), offset, len(buffer), options)
        return _block_of(value, len(buffer), worked)

    def ask_write(self, connection: Connection, upload_id: str, offset: int, data: Bytes, digest: str) -> None:
        self._session.begin(connection, "upload_write", upload_id, offset, data, {"digest": digest})

    def told_write(self, connection: Connection) -> tuple[ResponseHead, FilexferError | float]:
        head, value = self._session.end(connection, self._session.timeout)
        return head, value if isinstance(value, FilexferError) else head.worked

    def ask_read(self, connection: Connection, path: str, etag: str, offset: int, length: int) -> None:
        options = {"etag": etag} if etag else {}
        self._session.begin(connection, "file_read", paths.to_wire(path), offset, length, options)

    def told_read(self, connection: Connection, offset: int, buffer: memoryview) -> tuple[ResponseHead, FilexferError | Block]:
        head, value = self._session.end(connection, self._session.timeout)
        return head, value if isinstance(value, FilexferError) else _block_of(value, len(buffer), head.worked)


def _block_of(value: object, length: int, worked: float) -> Block:
    """The block that an answer of `file_read` holds."""
    answer = wire.struct(value)
    data = wire.binary(answer.get("data"), "data")
    if len(data) != length:
        raise Changed()
    return Block(data, wire.text(answer.get("digest"), "digest"), wire.text(answer.get("etag", ""), "etag"), worked)


class RawLane:
    """`most`: bytes that the server sends with a digest in one answer; what is longer is asked for in several."""

    held = 1

    def __init__(self, session: Session, most: int = BLOCK_SIZE) -> None:
        self._session = session
        self.most = most

    def write(self, upload_id: str, offset: int, data: Bytes, digest: str) -> float:
        def work(connection: Connection) -> tuple[ResponseHead, FilexferError | float]:
            self.ask_write(connection, upload_id, offset, data, digest)
            return self.told_write(connection)

        return self._session.connections.exchange(work, replay=True)

    def ask_write(self, connection: Connection, upload_id: str, offset: int, data: Bytes, digest: str) -> None:
        headers = (("Content-Length", str(len(data))), ("Content-Digest", content_digest(digest)))
        connection.send(self._session.request("PUT", target_of_upload(upload_id, offset), headers), (data,))

    def told_write(self, connection: Connection) -> tuple[ResponseHead, FilexferError | float]:
        head = connection.head()
        if head.status not in (200, 201, 204):
            return head, self._session.refusal(connection, head, "PUT")
        connection.text(head, "PUT")
        return head, head.worked

    def read(self, path: str, etag: str, offset: int, buffer: memoryview) -> Block:
        if len(buffer) <= self.most:
            return self._read(path, etag, offset, buffer)
        first, worked = "", 0.0
        for at in range(0, len(buffer), self.most):
            piece = self._read(path, etag, offset + at, buffer[at : at + self.most])
            # One digest is to stand for all of them, so each is checked here.
            digests.check(piece.data, piece.digest)
            first, worked = first or piece.etag, worked + piece.worked
            if piece.etag != first:
                raise Changed()
        return Block(buffer, digests.digest(buffer), first, worked)

    def _read(self, path: str, etag: str, offset: int, buffer: memoryview) -> Block:
        def work(connection: Connection) -> tuple[ResponseHead, FilexferError | Block]:
            self.ask_read(connection, path, etag, offset, len(buffer))
            return self.told_read(connection, offset, buffer)

        return self._session.connections.exchange(work, replay=True)

    def ask_read(self, connection: Connection, path: str, etag: str, offset: int, length: int) -> None:
        wanted = [("Range", f"bytes={offset}-{offset + length - 1}"), ("Want-Content-Digest", "blake3=1")]
        if etag and not etag.startswith("W/"):
            wanted.append(("If-Match", written_etag(etag)))
        connection.send(self._session.request("GET", target_of_file(path), tuple(wanted)))

    def told_read(self, connection: Connection, offset: int, buffer: memoryview) -> tuple[ResponseHead, FilexferError | Block]:
        head = connection.head(_HEAD)
        if head.status == 416:
            self._session.refusal(connection, head, "GET")
            return head, Changed()
        if head.status != 206:
            return head, _not_a_block(self._session.refusal(connection, head, "GET"))
        block = _block(head, offset, buffer)
        connection.fill(buffer)
        return head, block


def _not_a_block(error: FilexferError) -> FilexferError:
    # The server has answered calls: it is one of ours, and this answer is wrong.
    return NotWellFormed(_WRONG) if isinstance(error, ConnectionFailed) else error


def _block(head: ResponseHead, offset: int, buffer: memoryview) -> Block:
    """What the head says of the block that follows. Raises `Changed`, and `NotWellFormed` where it is not what was asked for."""
    try:
        part, _ = parse_content_range(head.headers.get("content-range", ""))
        digest = parse_content_digest(head.headers.get("content-digest", ""))
        etag = (*parse_etags(head.headers.get("etag", '""')), "")[0]
    except BadParameters as error:
        raise NotWellFormed(_WRONG) from error
    if part.start == offset and part.end < offset + len(buffer):
        raise Changed()
    if (part.start, part.end) != (offset, offset + len(buffer)) or head.length != len(buffer) or digest is None:
        raise NotWellFormed("The server sent another part than was asked for. Update the server.")
    return Block(buffer, digest, etag, head.worked)
