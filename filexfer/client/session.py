"""One server, as its client sees it: typed methods over a small pool of kept connections. Thread-safe.

A call whose connection broke before all of its answer came is sent again over a new one, where a repetition is harmless: because
the call only reads, because its effect is the same twice, or because it carries a key by which the server knows it again."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from types import TracebackType
from typing import TYPE_CHECKING, BinaryIO, Literal

from filexfer.client.connections import Connections
from filexfer.client.foreseen import Foreseen
from filexfer.client.login import Login
from filexfer.client.replays import is_harmless, with_key
from filexfer.client.transport import Connection
from filexfer.core import errors, paths
from filexfer.core.digests import Bytes
from filexfer.core.model import BLOCK_SIZE, Entry, PutOptions, Saved
from filexfer.protocol import faults, tails, wire
from filexfer.protocol.address import Address, parse
from filexfer.protocol.http import RPC, ResponseHead, request_head
from filexfer.protocol.xmlrpc import Decoder, Limits, encode_call

if TYPE_CHECKING:
    from filexfer.client.credentials import Credentials
    from filexfer.client.lanes import Lane
    from filexfer.client.vault import Vault

#: What one answer may be. More than any of our calls needs, and little enough not to be harmed by a hostile server.
_LIMITS = Limits(xml_bytes=16 << 20, values=300_000, payload_memory=16 << 20, payloads_memory=32 << 20)
#: The same where a whole file comes in one call, because somebody asked for that.
_WHOLE = Limits(payload_memory=1 << 30, payloads_memory=1 << 30)
_WHOLE_FILES = frozenset({"file_get", "image_get"})
#: Bytes of the smallest block that a server may cut files into.
_LEAST_BLOCK = 64 << 10
#: Entries of the longest page that is asked for where the client says how long they are.
_LONGEST_PAGE = 10_000
#: Calls that may be silent for long while the other side's disk works; their deadline is that many times longer.
_SLOW = frozenset("upload_commit files_put file_put entry_delete trash_empty file_digests upload_reuse system.multicall".split())
_SLOW_TIMES = 10
#: Long polls: their last parameter is the seconds that the server waits.
_POLLS = frozenset({"job_events", "share_changes", "view_events"})


def connect(
    address: str,
    *,
    credentials: Credentials | None = None,
    vault: Vault | None = None,
    timeout: float = 30.0,
    lanes: Literal["auto", "xmlrpc"] = "auto",
    endpoint: str = RPC,
) -> Session:
    """A session with the server at `address`. Opens nothing until the first call; a call to an https server that this computer
    is not paired with raises `LoginNeeded` before a byte is sent.

    Args:
        address: as `protocol.address` has it; a path in it is left out.
        credentials: who we are there, and the key it must show; None: what the vault says, where the address is https.
        vault: where that is looked up; None for the user's own.
        timeout: seconds without progress after which a connection counts as lost.
        endpoint: target of calls, where another one's XML-RPC server does not answer at `/RPC2`.
        lanes: "auto" takes the raw lane for large files where the server offers it, "xmlrpc" never does.

    Raises `BadParameters`, `InvalidPath` for what is no address, and for credentials that would travel in the clear.
    """
    server = parse(address).server

    def find(server: Address) -> Credentials | None:
        return (vault or _own_vault()).find(server)

    return Session(server, login=Login(server, credentials, find), timeout=timeout, lanes=lanes, endpoint=endpoint)


def _own_vault() -> Vault:
    from filexfer.client.vault import Vault
    from filexfer.core.places import state_folder

    return Vault(state_folder())


class Session:
    """What `connect` gives.

    Attributes:
        address: of the server, as text, without a path.
        timeout: seconds without progress.
        connections: for exchanges that are no plain calls.
    """

    def __init__(
        self, address: Address, *, login: Login, timeout: float, lanes: Literal["auto", "xmlrpc"], endpoint: str = RPC
    ) -> None:
        self.address = str(address.server)
        self.timeout = timeout
        self._lanes = lanes
        host = "localhost" if address.scheme == "unix" else address.authority
        self._headers = (("Host", host), ("User-Agent", "filexfer"), ("Content-Type", "text/xml"))
        self._rpc_head = request_head("POST", endpoint, self._headers)[:-2]
        self.connections = Connections(address.server, login, timeout)
        # Guards _info.
        self._lock = threading.Lock()
        self._info: dict[str, object] | None = None
        self._foreseen = Foreseen()

    def __enter__(self) -> Session:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None, /) -> None:
        self.close()

    def close(self) -> None:
        """Close idle connections and end calls under way: those raise `Cancelled`. From any thread."""
        self.connections.close()

    # Calls

    def call(self, method: str, *params: object) -> object:
        """Call any method; the value it answers. Raises the error of the fault, `ConnectionFailed`, `ConnectionLost`."""
        return self.timed(method, *params)[0]

    def timed(self, method: str, *params: object) -> tuple[object, float]:
        """As `call`; and the seconds that the server was at it, 0.0 where it does not tell."""
        ahead = self._foreseen.take(method, params)
        if isinstance(ahead, errors.FilexferError):
            raise ahead
        if ahead is not None:
            return ahead, 0.0
        worked = 0.0
        params = with_key(method, params)
        replay = is_harmless(method, params)
        patience = self.timeout * _SLOW_TIMES if method in _SLOW else self.timeout
        if method in _POLLS and params and isinstance(params[-1], int | float):
            patience += params[-1]

        def work(connection: Connection) -> tuple[ResponseHead, object]:
            nonlocal worked
            self.begin(connection, method, *params)
            head, value = self.end(connection, patience, _limits(method, params))
            worked = head.worked
            return head, value

        return self.connections.exchange(work, replay), worked

    def begin(self, connection: Connection, method: str, *params: object) -> None:
        """Send a call over a taken connection; `end` reads its answer."""
        cut = tails.cut(method, params) if self._offers(tails.LANE) else None
        tail = None if cut is None else cut[1]
        body: list[Bytes] = [*encode_call(method, params if cut is None else cut[0]), tail or b""]
        head = self._rpc_head + b"Content-Length: %d\r\n" % sum(map(len, body))
        connection.send(head + (b"\r\n" if tail is None else b"%s: %d\r\n\r\n" % (tails.FIELD.encode(), len(tail))), body)

    def end(self, connection: Connection, patience: float = 0.0, limits: Limits = _LIMITS) -> tuple[ResponseHead, object]:
        """The answer to `begin`: a value, or the error of a fault, not raised. Raises where the answer is none."""
        connection.patience(patience or self.timeout * _SLOW_TIMES)
        head = connection.head()
        if head.status != 200 or "xml" not in head.headers.get("content-type", "xml"):
            return head, self.refusal(connection, head)
        try:
            tail = tails.length_of(head.headers, head.length, limits.payload_memory) or 0
        except errors.FilexferError as error:
            raise errors.NotWellFormed("The server's answer is not well-formed. Update the server.") from error
        decoder = Decoder(limits)
        if tail:
            assert head.length is not None, "a tail is told with the length of it all"
            head.length -= tail
        for buffer, start, end in connection.pieces(head):
            decoder.feed(buffer, start, end)
        behind = bytearray(tail)
        connection.fill(memoryview(behind))
        try:
            value = decoder.response()
        except errors.FilexferError as error:
            return head, self._in_our_words(error, connection)
        if tail and isinstance(value, dict):
            value[tails.MEMBER] = behind  # as it is: a copy of each batch is time and memory
        return head, value

    def refusal(self, connection: Connection, head: ResponseHead, method: str = "POST") -> errors.FilexferError:
        """The error of an answer that is not 2xx; reads its body."""
        text = connection.text(head, method)
        code = head.headers.get("x-fault-code", "")
        if code.isascii() and code.removeprefix("-").isdigit():
            return self._in_our_words(faults.error_of(int(code), text.strip()), connection)
        kind = _STATUSES.get(head.status)
        if kind is not None:
            return self._in_our_words(kind(), connection)
        return errors.ConnectionFailed(
            f"{self.address} answers, but is not an XML-RPC server (HTTP {head.status} {head.reason}). "
            "Check the address and the port.",
            lasting=True,
        )

    def _in_our_words(self, error: errors.FilexferError, connection: Connection) -> errors.FilexferError:
        """A server that refuses a token cannot know what it was for; this side can."""
        if isinstance(error, errors.LoginNeeded) and connection.shows_token:
            return errors.LoginNeeded(
                f"{self.address} does not know this computer any more. Run `filexfer invite` there, then `filexfer pair` here."
            )
        return error

    def request(self, method: str, target: str, headers: tuple[tuple[str, str], ...]) -> bytes:
        """The head of a request to the raw lane."""
        return request_head(method, target, (*self._headers[:2], *headers))

    def _offers(self, lane: str) -> bool:
        """Whether both sides will use this lane, as far as is known yet."""
        offered = (self._info or {}).get("lanes")
        return self._lanes == "auto" and isinstance(offered, list) and lane in offered

    # What a server is asked

    def info(self) -> dict[str, object]:
        """What `server_info` answers, asked once; behind it what is foreseen."""
        with self._lock:
            known = self._info
        if known is None:
            answer = self.connections.exchange(lambda connection: self._foreseen.ask(self, connection, "server_info"), True)
            known = wire.struct(answer, "server_info")
            with self._lock:
                self._info = known
        return known

    def foresee(self, path: str, *, pages: bool, entry: bool, first: int = 0) -> None:
        """Have the first page of `pages` (recursive, `first` as there), or `stat`'s answer, come together with that of `info`,
        for a path that is asked about next. Does nothing once that is known."""
        with self._lock:
            known = self._info
        if known is None and entry:
            self._foreseen.add("file_stat", paths.to_wire(path))
        if known is None and pages:
            self._foreseen.add("file_list", paths.to_wire(path), _listing(True, first))

    def lane(self) -> Lane:
        """How blocks of large files travel: raw where both sides will, else in calls."""
        from filexfer.client.lanes import RawLane, RpcLane

        block = self.info().get("block_size")
        if self._offers("raw"):
            return RawLane(self, max(_LEAST_BLOCK, min(block, BLOCK_SIZE)) if isinstance(block, int) else BLOCK_SIZE)
        return RpcLane(self)

    def list(self, path: str = "", recursive: bool = False) -> Iterator[Entry]:
        """The entries of a folder, page by page; recursive: names are paths below `path`, folders before what is in them."""
        for page in self.pages(path, recursive):
            yield from (page.entry(row) for row in range(len(page)))

    def pages(
        self, path: str = "", recursive: bool = False, call: Callable[..., object] | None = None, first: int = 0
    ) -> Iterator[wire.Columns]:
        """The same as packed pages. Raises `NotWellFormed` where the server's pages lead nowhere.

        Args:
            call: takes the place of `Session.call`, for those who have more patience: a page can be asked for again.
            first: entries of the first page, and each later one has twice as many, so that work begins early; 0: all
                pages are as long as the server makes them.
        """
        call = call or self.call
        empty, cursor = 0, ""
        while True:
            options = _listing(recursive, first) | ({"cursor": cursor} if cursor else {})
            first = min(2 * first, _LONGEST_PAGE)
            page = wire.columns_of(call("file_list", paths.to_wire(path), options))
            yield page
            if not page.next:
                return
            empty = 0 if len(page) else empty + 1
            if page.next == cursor or empty > 3:
                raise errors.NotWellFormed("The server's list of this folder has no end. Update the server.")
            cursor = page.next

    def stat(self, path: str) -> Entry:
        """One entry with its etag."""
        return wire.entry_of(self.call("file_stat", paths.to_wire(path)))

    def exists(self, path: str) -> bool:
        """Whether there is anything at `path`."""
        try:
            self.stat(path)
        except (errors.NotFound, errors.NotAFolder):
            return False
        return True

    def read(self, path: str, offset: int, length: int, etag: str = "") -> bytes:
        """A piece of a file, its digest checked; shorter at the end. With `etag` raises `Changed` where it is another version."""
        options = {"etag": etag} if etag else {}
        answer = wire.struct(self.call("file_read", paths.to_wire(path), offset, length, options))
        return checked(answer)

    def get(self, path: str, file: BinaryIO) -> Entry:
        """Write a file's content to `file`, block by block in order, each checked. Raises `Changed` where it changes
        meanwhile."""
        from filexfer.client.streams import get

        return get(self, path, file)

    def put(self, path: str, file: BinaryIO, size: int | None = None, options: PutOptions = PutOptions()) -> Saved:
        """Send what `file` holds from where it stands: `size` bytes, or all until its end."""
        from filexfer.client.streams import put

        return put(self, path, file, size, options)

    def make_folder(self, path: str) -> Entry:
        return wire.entry_of(self.call("folder_make", paths.to_wire(path)))

    def move(self, path: str, to: str, options: PutOptions = PutOptions()) -> Entry:
        return wire.entry_of(self.call("entry_move", paths.to_wire(path), paths.to_wire(to), wire.options_struct(options)))

    def delete(self, path: str, permanent: bool = False) -> str:
        """Delete an entry; the id by which the trash gives it back, `""` for none."""
        return wire.text(self.call("entry_delete", paths.to_wire(path), {"permanent": permanent}))

    def digests(self, path: str, size: int) -> Sequence[bytes]:
        """The blake3 digests (32 bytes each) of the blocks of a file of `size` bytes. Raises `Changed` where it has another size,
        or changes while they are read, and `NotWellFormed` where the server tells of more blocks than there can be."""
        found: deque[bytes] = deque()
        offset, etag, most = 0, "", size // _LEAST_BLOCK + 1
        while offset >= 0:
            answer = wire.struct(self.call("file_digests", paths.to_wire(path), {"offset": offset}))
            version = wire.text(answer.get("etag")).removeprefix("W/")
            if wire.number(answer.get("size")) != size or version != (etag or version):
                raise errors.Changed()
            etag = version
            raw = wire.binary(answer.get("digests"))
            found += (raw[at : at + 32] for at in range(0, len(raw), 32))
            after = wire.number(answer.get("next"))
            if 0 <= after <= offset or len(found) > most or (after > 0 and not raw):
                raise errors.NotWellFormed("The server's list of digests has no end. Update the server.")
            offset = after
        return found


def checked(answer: dict[str, object]) -> bytes:
    """The data of a `file_read`, its digest checked. Raises `BadDigest`."""
    from filexfer.core.digests import check

    data: Bytes = wire.binary(answer.get("data"), "data")
    check(data, wire.text(answer.get("digest"), "digest"))
    return bytes(data)


def _listing(recursive: bool, most: int) -> dict[str, object]:
    """Options of a page; `most`: its entries, 0 for as many as the server likes."""
    options: dict[str, object] = {"packed": True, "recursive": recursive}
    return {**options, "limit": most} if most else options


_STATUSES: dict[int, type[errors.FilexferError]] = {
    401: errors.LoginNeeded,
    403: errors.Forbidden,
    408: errors.ConnectionLost,
    413: errors.TooLarge,
    429: errors.SlowDown,
    502: errors.ConnectionLost,
    504: errors.ConnectionLost,
    503: errors.Busy,
}


def _limits(method: str, params: tuple[object, ...]) -> Limits:
    """What the answer may be. A thumbnail is asked for by its edge, and is small."""
    return _WHOLE if method in _WHOLE_FILES and not (method == "image_get" and any(params[1:])) else _LIMITS
