"""Section: what a message costs to make and to read, ours beside the standard library's, in this process alone."""

from __future__ import annotations

import binascii
import random
import statistics
import time
import xmlrpc.client
from collections.abc import Callable
from pathlib import Path
from xmlrpc.client import Binary

import pybase64

from benchmarks.report import Figure, Section
from benchmarks.workloads import MIB, SMALL_BYTES, Scale
from filexfer.protocol.batches import Index, index_of, pack_index
from filexfer.protocol.xmlrpc import decode_call, encode_call

#: Files in a batch.
_FILES = 256
#: Seconds that each figure is measured in each round.
_LONG = 0.1


def section(base: Path, scale: Scale) -> Section:
    """MB/s of the bytes carried, and microseconds a file."""
    block = random.Random(1).randbytes(MIB)
    files = [block[at * 4096 : at * 4096 + SMALL_BYTES] for at in range(_FILES - 2)]
    return Section("codec", figures=[*_base64(block, scale.rounds), *_block(block, scale.rounds), *_batch(files, scale.rounds)])


def _base64(block: bytes, rounds: int) -> list[Figure]:
    text = pybase64.b64encode(block)
    works: dict[str, Callable[[], object]] = {
        "base64 encoded, ours": lambda: pybase64.b64encode(block),
        "base64 encoded, standard library": lambda: binascii.b2a_base64(block),
        "base64 decoded, ours": lambda: pybase64.b64decode(text, validate=True),
        "base64 decoded, standard library": lambda: binascii.a2b_base64(text),
    }
    return [Figure(what, MIB / 1e6 / seconds(work, rounds), "MB/s") for what, work in works.items()]


def _block(block: bytes, rounds: int) -> list[Figure]:
    """A block of 1 MiB as a parameter."""
    params = ("id", 0, block)
    ours = b"".join(encode_call("upload_write", params))
    stock = xmlrpc.client.dumps(("id", 0, Binary(block)), "upload_write")
    taken = {
        "block of 1 MiB encoded": (lambda: encode_call("upload_write", params), lambda: _dumps("id", 0, Binary(block))),
        "block of 1 MiB decoded": (lambda: decode_call(ours), lambda: xmlrpc.client.loads(stock)),
    }
    found = []
    for what, works in taken.items():
        one, other = (seconds(work, rounds) for work in works)
        found += [
            Figure(f"{what}, ours", MIB / 1e6 / one, "MB/s"),
            Figure(f"{what}, standard library", MIB / 1e6 / other, "MB/s"),
        ]
        found.append(Figure(f"{what}, ours / standard library", other / one, "×"))
    return found


def _batch(files: list[bytes], rounds: int) -> list[Figure]:
    """Small files: as `files_put` takes them, and as strangers send them, each a call in `system.multicall`."""
    names = [f"folder/file{number:05}.bin" for number in range(len(files))]
    index = Index(names, [len(file) for file in files])
    calls = [{"methodName": "file_put", "params": [name, file]} for name, file in zip(names, files, strict=True)]
    wrapped = [{"methodName": "file_put", "params": [name, Binary(file)]} for name, file in zip(names, files, strict=True)]
    packed, ours = b"".join(_packed(index, files)), b"".join(encode_call("system.multicall", [calls]))
    stock = xmlrpc.client.dumps((wrapped,), "system.multicall")
    works: dict[str, Callable[[], object]] = {
        "small file of 8 KiB encoded, by index and Binary": lambda: _packed(index, files),
        "small file of 8 KiB encoded, as a call of a multicall, ours": lambda: encode_call("system.multicall", [calls]),
        "small file of 8 KiB encoded, the same, standard library": lambda: _dumps(wrapped),
        "small file of 8 KiB decoded, by index and Binary": lambda: _unpacked(packed),
        "small file of 8 KiB decoded, as a call of a multicall, ours": lambda: decode_call(ours),
        "small file of 8 KiB decoded, the same, standard library": lambda: xmlrpc.client.loads(stock),
    }
    return [Figure(what, seconds(work, rounds) / len(files) * 1e6, "µs") for what, work in works.items()]


def _packed(index: Index, files: list[bytes]) -> list[bytes]:
    return encode_call("files_put", [pack_index(index), b"".join(files)])


def _unpacked(body: bytes) -> list[memoryview]:
    """The files of a batch, as its receiver has them."""
    packed, data = decode_call(body).params
    view, at, found = memoryview(data), 0, []  # type: ignore[arg-type]  # a Binary is bytes
    for size in index_of(packed).sizes:
        found.append(view[at : at + size])
        at += size
    return found


def _dumps(*params: object) -> str:
    return xmlrpc.client.dumps(params, "system.multicall", allow_none=True)  # type: ignore[arg-type]  # it takes any


def seconds(work: Callable[[], object], rounds: int) -> float:
    """How long `work` takes once, the median of so many rounds."""
    work()
    found = []
    for _ in range(rounds):
        began, count = time.perf_counter(), 0
        while time.perf_counter() - began < _LONG:
            work()
            count += 1
        found.append((time.perf_counter() - began) / count)
    return statistics.median(found)
