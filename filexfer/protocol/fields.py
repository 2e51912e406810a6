"""Header fields of the raw lane: versions, ranges and digests, to values and back.

RFC 9110 sections 8.8.3 (ETag), 13 (conditions), 14 (ranges); RFC 9530 (Content-Digest, here with `blake3` beside `sha-256`);
Server-Timing (https://www.w3.org/TR/server-timing/)."""

from __future__ import annotations

import binascii
import re
from base64 import b64decode, b64encode
from collections.abc import Sequence

from filexfer.core.digests import algorithm_of
from filexfer.core.errors import BadOffset, BadParameters
from filexfer.core.model import Range

_ETAG = re.compile(r'[ \t]*(W/)?"([!\x23-\x7e\x80-\xff]*)"[ \t]*')
_RANGE = re.compile(
    r"bytes[ \t]*=[ \t]*(?:([0-9]{1,19})[ \t]*-(?:[ \t]*([0-9]{1,19}))?|-[ \t]*([0-9]{1,19}))", re.ASCII | re.IGNORECASE
)
_CONTENT_RANGE = re.compile(r"bytes ([0-9]{1,19})-([0-9]{1,19})/([0-9]{1,19})", re.ASCII | re.IGNORECASE)
_DIGEST = re.compile(r"[ \t]*([a-z*][a-z0-9_.*-]*)=:([A-Za-z0-9+/]*={0,2}):[ \t]*")
_NAMES = {"blake3": "blake3", "sha-256": "sha256"}
_WORK = re.compile(r"work;dur=([0-9]{1,9}(?:\.[0-9]{1,3})?)", re.ASCII)


def written_etag(etag: str) -> str:
    """The `ETag` field of a version as `Entry.etag` has it."""
    return f'W/"{etag[2:]}"' if etag.startswith("W/") else f'"{etag}"'


def parse_etags(value: str) -> list[str]:
    """The versions that a field lists, as `Entry.etag` has them; `["*"]` for any. Raises `BadParameters`."""
    if value.strip() == "*":
        return ["*"]
    found = []
    at = 0
    while at <= len(value):
        match = _ETAG.match(value, at)
        if match is None or (match.end() < len(value) and value[match.end()] != ","):
            raise BadParameters("A version is written in quotation marks, several with commas between.")
        found.append((match[1] or "") + match[2])
        at = match.end() + 1
    return found


def etag_matches(value: str, etag: str, weak: bool = False) -> bool:
    """Whether the field `value` lists the version `etag` ("" where nothing is there).

    `weak` compares as `If-None-Match` does; otherwise as `If-Match` and `If-Range`, for which a weak version matches nothing.
    """
    listed = parse_etags(value)
    if listed == ["*"]:
        return etag != ""
    if weak:
        return etag.removeprefix("W/") in [one.removeprefix("W/") for one in listed]
    return not etag.startswith("W/") and etag in listed


def parse_range(value: str, size: int) -> Range | None:
    """The range that a `Range` field asks of `size` bytes; None where all of it is to be sent: several ranges, other units and
    what is no range are ignored, as RFC 9110 section 14.2 permits. Raises `BadOffset` (416) for one outside."""
    found = _RANGE.fullmatch(value.strip())
    if found is None:
        return None
    if found[3] is not None:
        start, end = max(0, size - int(found[3])), size
    else:
        start = int(found[1])
        if found[2] and int(found[2]) < start:
            return None
        end = min(size, int(found[2]) + 1) if found[2] else size
    if start >= end:
        raise BadOffset(f"The range lies outside the file, which has {size} bytes.")
    return Range(start, end)


def content_range(part: Range, size: int) -> str:
    """The `Content-Range` field of a 206."""
    return f"bytes {part.start}-{part.end - 1}/{size}"


def parse_content_range(value: str) -> tuple[Range, int]:
    """The range and the size of the whole that a `Content-Range` field names. Raises `BadParameters`."""
    found = _CONTENT_RANGE.fullmatch(value.strip())
    if found is None or not int(found[1]) <= int(found[2]) < int(found[3]):
        raise BadParameters("Content-Range is not bytes FIRST-LAST/SIZE.")
    return Range(int(found[1]), int(found[2]) + 1), int(found[3])


def content_digest(digests: str | Sequence[str]) -> str:
    """The `Content-Digest` field of one or several digests as `algorithm:hex`."""
    return ", ".join(_written_digest(digest) for digest in ([digests] if isinstance(digests, str) else digests))


def _written_digest(digest: str) -> str:
    name = "sha-256" if algorithm_of(digest) == "sha256" else "blake3"
    return f"{name}=:{b64encode(bytes.fromhex(digest.partition(':')[2])).decode()}:"


def parse_content_digest(value: str) -> str | None:
    """The digest that a `Content-Digest` field holds, as `algorithm:hex`, blake3 before sha256; None where it holds none of an
    algorithm that we know. Raises `BadParameters` where it is not written as RFC 9530 has it."""
    known: dict[str, str] = {}
    for member in value.split(","):
        found = _DIGEST.fullmatch(member)
        if found is None:
            raise BadParameters("Content-Digest is written like sha-256=:BASE64:.")
        algorithm = _NAMES.get(found[1])
        if algorithm is not None:
            known[algorithm] = f"{algorithm}:{_raw(found[2]).hex()}"
    return known.get("blake3") or known.get("sha256")


def _raw(text: str) -> bytes:
    try:
        raw = b64decode(text, validate=True)
    except binascii.Error:
        raw = b""
    if len(raw) != 32:
        raise BadParameters("The digest in Content-Digest does not have 32 bytes.")
    return raw


def server_timing(seconds: float) -> str:
    """The `Server-Timing` field that says how long a server was at a request, from its last byte on."""
    return f"work;dur={seconds * 1000:.1f}"


def parse_server_timing(value: str) -> float:
    """The seconds it tells; 0.0 where it tells none."""
    match = _WORK.search(value)
    return float(match[1]) / 1000 if match else 0.0
