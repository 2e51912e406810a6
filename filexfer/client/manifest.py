"""A receipt as a file: the digests of what a transfer moved, in the form of `SHA256SUMS`. Rules: no socket, no transfer; rows are
written and read one by one, so that a million of them need no memory.

`sha256sum -c` checks it in the folder that its first line names as `here`, for what it does not know stands in comments: a head
in JSON, and before each file `#= DIGEST SIZE [PATH]`: what the server's block digests make together, the bytes, and the path in
the share where it is another one than below `there`. Source of the form: GNU coreutils, `sha256sum invocation`."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from typing import IO, BinaryIO, NamedTuple

from filexfer.core import paths
from filexfer.core.errors import InvalidPath, NotWellFormed

_HEAD = b"#filexfer-receipt "
_MORE = b"#= "
_LINE = re.compile(rb"(\\?)([0-9a-f]{64}) [ *](.+)", re.DOTALL)
_ESCAPED = re.compile(rb"\\(.)", re.DOTALL)
_LETTERS = {b"n": b"\n", b"r": b"\r", b"\\": b"\\"}
#: Longest line that is read: a path of 4 KiB, each byte of it escaped, twice.
_LONGEST = 64 << 10
_WRONG = "This is no receipt, or it is damaged: line {line} cannot be read. Choose the file that was saved."


class Head(NamedTuple):
    """What a receipt is about.

    Attributes:
        server: its address; "" where nothing is said of one.
        here, there: the folder on this disk, and the one in the share, that its paths lie below.
        name: of the transfer, for people.
        made: when, as text of ISO 8601.
    """

    server: str
    here: str
    there: str
    name: str = ""
    made: str = ""


class Row(NamedTuple):
    """One file: its path below `here`, the SHA-256 of its content (hex), and, where the receipt tells, its path in the share, the
    digest of its blocks' digests (blake3, hex) and its size in bytes (-1 unknown)."""

    path: str
    sha256: str
    there: str = ""
    blocks: str = ""
    size: int = -1


def write(file: IO[bytes], head: Head, rows: Iterable[Row]) -> None:
    """Write a receipt. Raises `OSError`."""
    file.write(_HEAD + json.dumps(head._asdict()).encode() + b"\n")
    file.write(
        b"# Made by reading every file again on both sides. `filexfer verify` checks both with it, `sha256sum -c` this one.\n"
    )
    for row in rows:
        elsewhere = "" if row.there == paths.join(head.there, row.path) else " " + json.dumps(row.there)
        file.write(_MORE + f"{row.blocks} {row.size}{elsewhere}\n".encode())
        file.write(_line(row))


def _line(row: Row) -> bytes:
    raw = paths.encode(row.path)
    escaped = raw.replace(b"\\", b"\\\\").replace(b"\n", b"\\n").replace(b"\r", b"\\r")
    mark = b"\\" if escaped != raw else b""
    return mark + row.sha256.encode() + b"  " + escaped + b"\n"


def read(file: BinaryIO) -> tuple[Head | None, Iterator[Row]]:
    """The head, None where it is a plain `SHA256SUMS`, and the rows. Raises `NotWellFormed`, the iterator too."""
    first = file.readline(_LONGEST)
    if not first.startswith(_HEAD):
        file.seek(0)
        return None, _rows(file, 0)
    return _head(first[len(_HEAD) :]), _rows(file, 1)


def _head(text: bytes) -> Head:
    try:
        known = json.loads(text)
        return Head(*(str(known[name]) for name in Head._fields))
    except (ValueError, TypeError, KeyError) as error:
        raise NotWellFormed(_WRONG.format(line=1)) from error


def _rows(file: BinaryIO, number: int) -> Iterator[Row]:
    blocks, size, there = "", -1, ""
    for line in iter(lambda: file.readline(_LONGEST), b""):
        number += 1
        if line.startswith(_MORE):
            blocks, size, there = _more(line[len(_MORE) :], number)
        elif not line.startswith(b"#"):
            path, sha256 = _file(line, number)
            yield Row(path, sha256, there, blocks, size)
            blocks, size, there = "", -1, ""


def _more(text: bytes, number: int) -> tuple[str, int, str]:
    try:
        blocks, size, *rest = text.decode("ascii").rstrip("\n").split(" ", 2)
        return blocks, int(size), str(json.loads(rest[0])) if rest else ""
    except ValueError as error:
        raise NotWellFormed(_WRONG.format(line=number)) from error


def _file(line: bytes, number: int) -> tuple[str, str]:
    match = _LINE.fullmatch(line.rstrip(b"\r\n"))
    if match is None:
        raise NotWellFormed(_WRONG.format(line=number))
    raw = _ESCAPED.sub(lambda found: _LETTERS.get(found[1], found[1]), match[3]) if match[1] else match[3]
    path = paths.decode(raw).removeprefix("./")
    try:
        # It leads nowhere else than below the folder, whoever wrote it.
        paths.split(path)
    except InvalidPath as error:
        raise NotWellFormed(_WRONG.format(line=number)) from error
    return path, match[2].decode()
