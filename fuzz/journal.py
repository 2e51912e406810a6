"""Journals: any bytes, and records that are whole but say anything. A block is believed only on a note that is there."""

from __future__ import annotations

import os
import struct
import tempfile
import zlib

from filexfer.storage import journal
from filexfer.storage.fsops import FsOps

_RECORD = struct.Struct("<cII")
_KINDS = b"HOBCLPD?"
Notes = dict[int, tuple[int, bytes]]


def check(data: bytes) -> None:
    """With an even first byte the rest is what a disk holds; else it is cut into the bodies of records with sums that fit."""
    if not data:
        return
    content = data[1:] if data[0] % 2 == 0 else signed(data[1:])
    told = told_by(content)
    assert told.begin <= told.end <= len(content)
    records = _records(content)
    assert told.end in {0, *(end for _, _, end in records)}
    blocks, durable = _believable([one for one in records if one[2] <= told.end])
    assert told.blocks == blocks
    assert told.durable == durable <= told.noted
    _check_values(told)
    # What is behind the last whole record changes nothing, and a cut takes away from the end only.
    assert _all_of(told_by(content[: told.end])) == _all_of(told)
    shorter = told_by(content[: data[0] * len(content) // 256])
    assert shorter.end <= told.end
    assert told.head is None or shorter.head in (None, told.head) or shorter.end < told.end


def told_by(content: bytes) -> journal.Told:
    """What the journal says that holds `content`."""
    with tempfile.TemporaryFile() as file:
        os.write(file.fileno(), content)
        return journal.read(FsOps(), file.fileno())


def _all_of(told: journal.Told) -> list[object]:
    return [getattr(told, name) for name in told.__slots__]


def signed(data: bytes) -> bytes:
    """Records made of `data`: a byte for the kind, a byte for the length, the body."""
    made, at = b"", 0
    while at + 2 <= len(data):
        kind, length = _KINDS[data[at] % len(_KINDS)], data[at + 1]
        body, at = data[at + 2 : at + 2 + length], at + 2 + length
        made += journal.record(bytes([kind]), body)
    return made


def _records(content: bytes) -> list[tuple[bytes, bytes, int]]:
    """Kind, body and end of every whole record from the beginning on: the format again, as its description has it."""
    found, at = [], 0
    while at + _RECORD.size <= len(content):
        kind, length, crc = _RECORD.unpack_from(content, at)
        end = at + _RECORD.size + length
        body = content[at + _RECORD.size : end]
        if end > len(content) or length > 1 << 20 or zlib.crc32(content[at : at + 5] + body) != crc:
            break
        found.append((kind, body, end))
        at = end
    return found


def _believable(records: list[tuple[bytes, bytes, int]]) -> tuple[Notes, int]:
    blocks: Notes = {}
    noted = durable = 0
    for kind, body, _ in records:
        if kind == b"B":
            blocks[int.from_bytes(body[:8], "little")] = noted, body[8:]
            noted += 1
        elif kind == b"L":
            blocks.pop(int.from_bytes(body, "little"), None)
        elif kind == b"C":
            durable = max(durable, min(noted, int.from_bytes(body, "little")))
    return blocks, durable


def _check_values(told: journal.Told) -> None:
    """What was read is of the types that those who go on with it rely on."""
    if told.head is not None:
        assert told.head.path is None or isinstance(told.head.path, str)
        assert isinstance(told.head.size, int)
        assert isinstance(told.head.block_size, int)
        assert told.head.size >= 0 < told.head.block_size
        assert journal.head(told.head)
        assert 0 <= told.received() <= told.head.size
    if told.publishing is not None:
        assert isinstance(told.publishing.path, str)
        assert isinstance(told.publishing.inode, int)
    if told.saved is not None:
        assert isinstance(told.saved.path, str)
        assert isinstance(told.saved.size, int)
