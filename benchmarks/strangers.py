"""Small files as a program of somebody else moves them: `file_put` and `file_get` in `system.multicall`, nothing of our client.

`python -m benchmarks.strangers (stock|quick) (up|down) ADDRESS FOLDER`. `stock` is what a tutorial shows: the standard library's
`ServerProxy` and `MultiCall`, whose codec takes most of its time. `quick` makes the same calls with a codec that costs next to
nothing, and sends a batch while the server is at the one before: it measures the server. The section is in `batches`.
"""

from __future__ import annotations

import http.client
import os
import sys
from collections import deque
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit
from xmlrpc.client import Binary, MultiCall, ServerProxy, Transport

from filexfer.protocol.xmlrpc import decode_response, encode_call

#: Files of one batch: a MiB of those that are measured.
_FILES = 128

#: Of a packed page of a listing.
_COLUMNS = ("names", "kinds", "next")

#: Sends the calls of one batch, each a method's name and its parameters; what it gives waits for their answers.
Send = Callable[[list[tuple[str, list[object]]]], Callable[[], list[object]]]


def command(who: str, direction: str, address: str, folder: Path) -> list[str]:
    """The command line of a run. `who`: `stock` or `quick`; `direction`: `up`, from `folder`, or `down`, into it, from the folder
    of its name in the share."""
    return [sys.executable, "-m", "benchmarks.strangers", who, direction, address, str(folder)]


def move(send: Send, ahead: int, direction: str, folder: Path) -> None:
    """Move all files, in batches, so many of them under way while the next is made."""
    names = _here(folder) if direction == "up" else _there(send, folder)
    under_way: deque[tuple[list[str], Callable[[], list[object]]]] = deque()
    for at in range(0, len(names), _FILES):
        batch = names[at : at + _FILES]
        under_way.append((batch, send([_call(direction, folder.parent, name) for name in batch])))
        if len(under_way) > ahead:
            _end(direction, folder.parent, *under_way.popleft())
    while under_way:
        _end(direction, folder.parent, *under_way.popleft())


def _call(direction: str, base: Path, name: str) -> tuple[str, list[object]]:
    if direction == "down":
        return "file_get", [name]
    with open(f"{base}/{name}", "rb", 0) as file:
        return "file_put", [name, file.read()]


def _end(direction: str, base: Path, names: list[str], receive: Callable[[], list[object]]) -> None:
    for name, answer in zip(names, receive(), strict=True):
        if direction == "down":
            assert isinstance(answer, bytes)
            with open(f"{base}/{name}", "wb", 0) as file:
                file.write(answer)


def _here(folder: Path) -> list[str]:
    return [f"{os.path.relpath(where, folder.parent)}/{name}" for where, _, names in os.walk(folder) for name in names]


def _there(send: Send, folder: Path) -> list[str]:
    """The files in the share below the folder of this name; the folders here that they go into are made."""
    found: list[str] = []
    cursor = ""
    folder.mkdir()
    while True:
        options = {"recursive": True, "packed": True} | ({"cursor": cursor} if cursor else {})
        (page,) = send([("file_list", [folder.name, options])])()
        assert isinstance(page, dict)
        names, kinds, cursor = (page[name].data if isinstance(page[name], Binary) else page[name] for name in _COLUMNS)
        for name, kind in zip(names.decode().split("\0"), kinds.decode(), strict=True):
            if kind == "d":
                os.mkdir(f"{folder}/{name}")
            else:
                found.append(f"{folder.name}/{name}")
        if not cursor:
            return found


def stock(address: str) -> Send:
    transport = Transport()
    transport.accept_gzip_encoding = False  # see `stock.py`
    server = ServerProxy(address, transport=transport)

    def send(calls: list[tuple[str, list[object]]]) -> Callable[[], list[object]]:
        batch = MultiCall(server)
        for method, params in calls:
            getattr(batch, method)(*(Binary(one) if isinstance(one, bytes) else one for one in params))
        return lambda: answers_of(batch, len(calls))

    def answers_of(batch: MultiCall, count: int) -> list[object]:
        answers = batch()
        found = (answers[at] for at in range(count))
        return [one.data if isinstance(one, Binary) else one for one in found]

    return send


def quick(address: str) -> Send:
    idle = [http.client.HTTPConnection(urlsplit(address).netloc)]

    def send(calls: list[tuple[str, list[object]]]) -> Callable[[], list[object]]:
        connection = idle.pop() if idle else http.client.HTTPConnection(urlsplit(address).netloc)
        batch = [{"methodName": method, "params": params} for method, params in calls]
        connection.request("POST", "/RPC2", b"".join(encode_call("system.multicall", [batch])), {"Content-Type": "text/xml"})
        return lambda: receive(connection)

    def receive(connection: http.client.HTTPConnection) -> list[object]:
        answers = decode_response(bytearray(connection.getresponse().read()))
        idle.append(connection)
        assert isinstance(answers, list)
        if failed := [one for one in answers if isinstance(one, dict)]:
            raise SystemExit(failed[0]["faultString"])
        return [one for (one,) in answers]

    return send


if __name__ == "__main__":
    who, way, address, folder = sys.argv[1:]
    move({"stock": stock, "quick": quick}[who](address), {"stock": 0, "quick": 1}[who], way, Path(folder))
