"""A server that lies: its answers are whatever a test says. Real sockets, real HTTP, our own codec."""

from __future__ import annotations

import threading
from array import array
from collections.abc import Callable, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from blake3 import blake3

from filexfer.core import digests
from filexfer.core.errors import FilexferError
from filexfer.protocol import faults
from filexfer.protocol.http import content_digest
from filexfer.protocol.xmlrpc import body_length, decode_call, encode_fault, encode_response, iterate

INFO = {"name": "fake", "protocol": 1, "lanes": ["xmlrpc"], "block_size": 1 << 20, "batch_bytes": 2 << 20, "batch_files": 512}


class FakeServer:
    """Answers calls from `methods` (by name), with `fields` in the heads, and GETs below /files/ from `raw`, which gives
    (status, headers, body).

    Attributes:
        address, calls: names of the methods called so far.
        methods: what answers; may be changed.
    """

    def __init__(
        self,
        methods: Mapping[str, Callable[..., object]],
        raw: Callable[[str, Mapping[str, str]], tuple[int, dict[str, str], bytes]] | None = None,
        fields: Mapping[str, str] | None = None,
    ) -> None:
        self.calls: list[str] = []
        known = self.methods = {"server_info": lambda: INFO | {"lanes": ["xmlrpc", "raw"] if raw else ["xmlrpc"]}, **methods}
        calls = self.calls

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                call = decode_call(self.rfile.read(int(self.headers["Content-Length"])))
                calls.append(call.method)
                try:
                    parts = encode_response(known[call.method](*call.params))
                    self.answer(
                        200,
                        {"Content-Type": "text/xml", **(fields or {})},
                        b"".join(map(bytes, iterate(parts))),
                        body_length(parts),
                    )
                except ConnectionAbortedError:
                    self.close_connection = True
                except FilexferError as error:
                    body = encode_fault(faults.code_of(error), str(error))
                    self.answer(200, {"Content-Type": "text/xml"}, body, len(body))

            def do_GET(self) -> None:
                assert raw is not None
                status, headers, body = raw(self.path, {name.lower(): value for name, value in self.headers.items()})
                self.answer(status, headers, body, int(headers.pop("Content-Length", len(body))))

            def answer(self, status: int, headers: Mapping[str, str], body: bytes, length: int) -> None:
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(length))
                self.end_headers()
                self.wfile.write(body)
                self.close_connection = length != len(body)

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.address = f"http://127.0.0.1:{self._server.server_address[1]}/"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()

    def __enter__(self) -> FakeServer:
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


def entry(name: str, size: int, kind: str = "file", etag: str = "v1") -> dict[str, object]:
    return {"name": name, "kind": kind, "size": size, "mtime_ns": 10**18, "etag": etag}


def listing(names: list[bytes], sizes: list[int], kinds: bytes = b"", mtimes: list[int] | None = None, next: str = "") -> object:
    return {
        "packed": True,
        "count": len(sizes),
        "names": b"\0".join(names),
        "kinds": kinds or b"f" * len(sizes),
        "sizes": array("Q", sizes).tobytes(),
        "mtimes": array("q", mtimes or [10**18] * len(sizes)).tobytes(),
        "next": next,
    }


def contents(pieces: list[bytes], sizes: list[int] | None = None, marks: list[bytes] | None = None) -> object:
    return {
        "packed": True,
        "count": len(pieces),
        "sizes": array("Q", sizes or [len(piece) for piece in pieces]).tobytes(),
        "mtimes": array("q", [10**18] * len(pieces)).tobytes(),
        "digests": b"".join(marks or [blake3(piece).digest() for piece in pieces]),
        "faults": [],
        "data": b"".join(pieces),
    }


def block(data: bytes, offset: int, whole: int, **changes: str) -> tuple[int, dict[str, str], bytes]:
    """A right answer of the raw lane to a range request, with some headers made wrong."""
    headers = {
        "Content-Range": f"bytes {offset}-{offset + len(data) - 1}/{whole}",
        "Content-Digest": content_digest(digests.digest(data)),
        "ETag": '"v1"',
    }
    headers.update({name.replace("_", "-"): value for name, value in changes.items()})
    return 206, headers, data
