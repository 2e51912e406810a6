"""The standard library's pair: `SimpleXMLRPCServer` and `ServerProxy` moving each file as one `Binary`, as tutorials show it.

Two kindnesses that tutorials leave out, so that the comparison is with the best of it: connections are kept, and answers are not
packed by gzip, which costs half the speed on data that does not compress.
"""

from __future__ import annotations

import sys
from pathlib import Path
from socketserver import ThreadingMixIn
from typing import Any
from xmlrpc.client import Binary, ServerProxy, Transport
from xmlrpc.server import SimpleXMLRPCRequestHandler, SimpleXMLRPCServer

from benchmarks.workloads import files_of


class _Handler(SimpleXMLRPCRequestHandler):
    protocol_version = "HTTP/1.1"


class _Server(ThreadingMixIn, SimpleXMLRPCServer):
    daemon_threads = True


def serve(share: Path) -> None:
    def image_put(name: Any, data: Any) -> bool:
        (share / name).parent.mkdir(parents=True, exist_ok=True)
        (share / name).write_bytes(data.data)
        return True

    def image_get(name: Any) -> Any:
        return Binary((share / name).read_bytes())

    def image_list(name: Any) -> Any:
        return [str(path.relative_to(share)) for path in files_of(share / name)]

    server = _Server(("127.0.0.1", 0), _Handler, logRequests=False)
    for method in (image_put, image_get, image_list):
        server.register_function(method)
    print(f"Listening on http://127.0.0.1:{server.server_address[1]}/", flush=True)
    server.serve_forever()


def move(direction: str, address: str, path: Path) -> None:
    """`up`: send the file or folder at `path`; `down`: fetch the one of that name and write it there."""
    transport = Transport()
    transport.accept_gzip_encoding = False
    proxy: Any = ServerProxy(address, transport=transport)
    top = path.parent
    if direction == "up":
        for file in files_of(path):
            proxy.image_put(str(file.relative_to(top)), Binary(file.read_bytes()))
        return
    for name in proxy.image_list(path.name):
        (top / name).parent.mkdir(parents=True, exist_ok=True)
        (top / name).write_bytes(proxy.image_get(name).data)


if __name__ == "__main__":
    if sys.argv[1] == "serve":
        serve(Path(sys.argv[2]))
    else:
        move(sys.argv[1], sys.argv[2], Path(sys.argv[3]))
