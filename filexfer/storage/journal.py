"""The journal of one upload: what was begun, which blocks are verified, which of them are durable, and how it ended.

A file of records that only grows:

    record  = kind (1 byte), length of body (4 bytes, little-endian), CRC-32 of kind, length and body (4 bytes), body
    `H`     the head, always first: JSON of `Head`
    `O`     other options, in place of those before: JSON of `PutOptions`
    `B`     a verified block: its number (8 bytes, little-endian) and blake3 (32 bytes)
    `C`     checkpoint: the first N block records are durable (8 bytes, little-endian)
    `L`     lost: after a restart the content of this block (8 bytes) was not what its note said
    `P`     about to be published: JSON of `Publishing`
    `D`     done: JSON of `Saved`, the answer to repeat

Reading stops at the first record that is incomplete or does not fit its CRC: that is where a crash cut it, and what follows is
written over. So a cut anywhere costs notes of blocks, which are read and compared again, and nothing else.
"""

from __future__ import annotations

import json
import struct
import zlib
from collections.abc import Iterator
from typing import Any, NamedTuple, TypeVar, get_type_hints

from filexfer.core.model import Conflict, Outcome, PutOptions, Saved
from filexfer.storage.fsops import FsOps

_HEAD = struct.Struct("<cII")
_BLOCK = struct.Struct("<Q32s")
_NUMBER = struct.Struct("<Q")
_Value = TypeVar("_Value")
#: No record of ours is longer: a path has at most 32 KiB, six bytes each in JSON.
_LONGEST = 1 << 20


class Head(NamedTuple):
    """What an upload is: where to, bytes, bytes a block, how, when it was begun (nanoseconds since the epoch), and whose it is
    ("" for nobody's in particular)."""

    path: str | None
    size: int
    block_size: int
    options: PutOptions
    begun_ns: int
    owner: str = ""


class Publishing(NamedTuple):
    """The rename that was about to happen: to which path, with what outcome, of which inode."""

    path: str
    outcome: Outcome
    inode: int


class Told:
    """What a journal says.

    Attributes:
        blocks: number -> (how many notes came before, blake3), of each block its last note.
        noted: notes of blocks in all.
        durable: of the first so many notes the blocks are durable.
        begin, end: offsets behind the head, and behind the last whole record.
    """

    __slots__ = ("begin", "blocks", "durable", "end", "head", "noted", "publishing", "saved")

    def __init__(self, head: Head | None = None, begin: int = 0, end: int = 0) -> None:
        self.head = head
        self.blocks: dict[int, tuple[int, bytes]] = {}
        self.noted = self.durable = 0
        self.publishing: Publishing | None = None
        self.saved: Saved | None = None
        self.begin = begin
        self.end = end

    def received(self) -> int:
        """Bytes of the blocks noted."""
        if self.head is None:
            return 0
        size, block_size = self.head.size, self.head.block_size
        return sum(max(0, min(block_size, size - number * block_size)) for number in self.blocks)


class Foreign(Exception):
    """A record that is whole, but not of this version's making."""


def record(kind: bytes, body: bytes) -> bytes:
    """One record."""
    crc = zlib.crc32(body, zlib.crc32(kind + len(body).to_bytes(4, "little")))
    return _HEAD.pack(kind, len(body), crc) + body


def head(value: Head) -> bytes:
    return record(b"H", _json(value._asdict() | {"options": _options_values(value.options)}))


def options(value: PutOptions) -> bytes:
    return record(b"O", _json(_options_values(value)))


def block(number: int, digest: bytes) -> bytes:
    return record(b"B", _BLOCK.pack(number, digest))


def checkpoint(count: int) -> bytes:
    return record(b"C", _NUMBER.pack(count))


def lost(number: int) -> bytes:
    return record(b"L", _NUMBER.pack(number))


def publishing(value: Publishing) -> bytes:
    return record(b"P", _json(value._asdict() | {"outcome": value.outcome.value}))


def done(value: Saved) -> bytes:
    return record(b"D", _json(value._asdict() | {"outcome": value.outcome.value}))


def read(fs: FsOps, descriptor: int) -> Told:
    """Everything the open journal says."""
    told = Told()
    for kind, body, end in _records(_content(fs, descriptor)):
        if (kind == b"H") != (told.head is None):
            break  # the head comes first and once
        try:
            take(told, kind, body)
        except Foreign:
            break
        told.begin = told.begin or end
        told.end = end
    return told


def take(told: Told, kind: bytes, body: bytes) -> None:
    """Add to `told` what one record says. Kinds that are not known are passed over; raises `Foreign`."""
    try:
        _take(told, kind, body)
    except (ValueError, TypeError, KeyError, struct.error) as error:
        raise Foreign() from error


def _take(told: Told, kind: bytes, body: bytes) -> None:
    if kind == b"B":
        number, digest = _BLOCK.unpack(body)
        told.blocks[number] = told.noted, digest
        told.noted += 1
    elif kind == b"C":
        told.durable = max(told.durable, min(_NUMBER.unpack(body)[0], told.noted))
    elif kind == b"L":
        told.blocks.pop(_NUMBER.unpack(body)[0], None)
    elif kind in (b"H", b"O", b"P", b"D"):
        values = json.loads(body)
        if not isinstance(values, dict):
            raise TypeError("not an object")
        _take_values(told, kind, values)


def _take_values(told: Told, kind: bytes, values: dict[str, Any]) -> None:
    if kind == b"H":
        told.head = _sized(_typed(Head(options=_options_of(values.pop("options")), **values)))
    elif kind == b"O":
        told.head = told.head and told.head._replace(options=_options_of(values))
    elif kind == b"P":
        told.publishing = _typed(Publishing(outcome=Outcome(values.pop("outcome")), **values))
    else:
        told.saved = _typed(Saved(outcome=Outcome(values.pop("outcome")), **values))


def _typed(value: _Value) -> _Value:
    """`value`, where every field holds what it is declared to hold; raises `TypeError`. A sum that fits says only that the disk
    gave back what some program wrote."""
    for name, kind in get_type_hints(type(value)).items():
        if not isinstance(getattr(value, name), kind):
            raise TypeError(name)
    return value


def _sized(head: Head) -> Head:
    if head.size < 0 or head.block_size < 1:
        raise ValueError("sizes that no upload has")
    return head


def _options_values(value: PutOptions) -> dict[str, object]:
    return value._asdict() | {"on_conflict": value.on_conflict.value}


def _options_of(values: object) -> PutOptions:
    if not isinstance(values, dict):
        raise TypeError("options")
    return _typed(PutOptions(on_conflict=Conflict(values.pop("on_conflict")), **values))


def _records(content: bytes) -> Iterator[tuple[bytes, bytes, int]]:
    offset = 0
    while offset + _HEAD.size <= len(content):
        kind, length, crc = _HEAD.unpack_from(content, offset)
        end = offset + _HEAD.size + length
        body = content[offset + _HEAD.size : end]
        if length > _LONGEST or end > len(content) or record(kind, body)[: _HEAD.size] != _HEAD.pack(kind, length, crc):
            return
        yield kind, body, end
        offset = end


def _content(fs: FsOps, descriptor: int) -> bytes:
    size = fs.fstat(descriptor).st_size
    buffer = memoryview(bytearray(size))
    offset = 0
    while offset < size and (read_ := fs.read_at(descriptor, buffer[offset:], offset)):
        offset += read_
    return bytes(buffer[:offset])


def _json(values: dict[str, object]) -> bytes:
    # ASCII: half characters of undecodable names are escaped, and come back as they were.
    return json.dumps(values, ensure_ascii=True).encode()
