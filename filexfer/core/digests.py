"""Digests as they are written everywhere: `algorithm:hex`. blake3 among ourselves, sha256 for stock clients."""

from __future__ import annotations

import hashlib
import hmac
from typing import Protocol, TypeAlias

from filexfer.core.errors import BadDigest, BadParameters

Bytes: TypeAlias = bytes | bytearray | memoryview

#: The algorithm used where nobody asks for another.
DEFAULT = "blake3"


class Hasher(Protocol):
    """What `hashlib` and `blake3` have in common."""

    def update(self, data: Bytes, /) -> object: ...

    def digest(self) -> bytes: ...


def hasher(algorithm: str = DEFAULT) -> Hasher:
    """A fresh hasher of `blake3` or `sha256`; `BadParameters` for any other name."""
    if algorithm == "blake3":
        # Imported here: commands that move no file start without it.
        from blake3 import blake3

        return blake3()
    if algorithm == "sha256":
        return hashlib.sha256()
    raise BadParameters(f"There is no digest algorithm “{algorithm[:40]}”. Use blake3 or sha256.")


def digest(data: Bytes, algorithm: str = DEFAULT) -> str:
    """The digest of `data` as `algorithm:hex`."""
    made = hasher(algorithm)
    made.update(data)
    return written(made, algorithm)


def written(made: Hasher, algorithm: str = DEFAULT) -> str:
    """What a hasher holds, as `algorithm:hex`."""
    return f"{algorithm}:{made.digest().hex()}"


def algorithm_of(text: str) -> str:
    """The algorithm of a digest as `algorithm:hex`; `BadParameters` where it is none of 32 bytes that we know."""
    algorithm, colon, figures = text.partition(":")
    try:
        well_formed = bool(colon) and len(bytes.fromhex(figures)) == 32
    except ValueError:
        well_formed = False
    if not well_formed or algorithm not in ("blake3", "sha256"):
        raise BadParameters("A digest is written blake3:HEX or sha256:HEX, with 64 hexadecimal figures.")
    return algorithm


def check(data: Bytes, expected: str) -> None:
    """Raise `BadDigest` unless `data` has the digest `expected` (`algorithm:hex`, any case)."""
    if not hmac.compare_digest(digest(data, algorithm_of(expected)), expected.lower()):
        raise BadDigest()
