"""How many pixels a picture has, told by the first bytes of its file: no decoder is given what came from elsewhere. Sources: PNG
(W3C, 11.2.2), JPEG (ITU T.81, B.2.2), Exif 2.32 (4.6.4, Orientation), GIF89a (18), WebP (RFC 9649), BMP (BITMAPINFOHEADER)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

#: JPEG markers of a frame header, SOF0 to SOF15 without DHT, JPG and DAC, which lie between them.
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_EXIF = b"Exif\0\0"
_ORIENTATION = 0x0112


def pixels(first: bytes) -> tuple[int, int] | None:
    """Width and height as the picture is looked at; None where `first`, the beginning of a file, does not tell."""
    if first.startswith(b"\x89PNG\r\n\x1a\n") and first[12:16] == b"IHDR":
        return _pair(first, 16, 4, "big")
    if first.startswith((b"GIF87a", b"GIF89a")):
        return _pair(first, 6, 2, "little")
    if first.startswith(b"\xff\xd8\xff"):
        return _jpeg(first)
    if first.startswith(b"RIFF") and first[8:12] == b"WEBP":
        return _webp(first)
    if first.startswith(b"BM") and len(first) >= 26:
        width, height = (int.from_bytes(first[at : at + 4], "little", signed=True) for at in (18, 22))
        return (width, abs(height)) if width > 0 and height else None
    return None


def _pair(data: bytes, at: int, size: int, order: Literal["big", "little"]) -> tuple[int, int] | None:
    if len(data) < at + 2 * size:
        return None
    end = at + size
    return int.from_bytes(data[at:end], order), int.from_bytes(data[end : end + size], order)


def _jpeg(data: bytes) -> tuple[int, int] | None:
    turned = False
    for marker, at, end in _segments(data):
        if marker == 0xE1 and data[at : at + 6] == _EXIF:
            turned = _orientation(data[at + 6 : end]) >= 5
        elif marker in _FRAMES:
            found = _pair(data, at + 1, 2, "big")  # height before width
            return found if found is None or turned else found[::-1]
    return None


def _segments(data: bytes) -> Iterator[tuple[int, int, int]]:
    """Marker, start and end of each segment of a JPEG file."""
    at = 2
    while at + 4 <= len(data) and data[at] == 0xFF:
        marker = data[at + 1]
        if marker == 0xFF:
            at += 1  # fill bytes may stand before a marker
            continue
        length = int.from_bytes(data[at + 2 : at + 4], "big")
        if length < 2:
            return
        yield marker, at + 4, at + 2 + length
        at += 2 + length


def _orientation(tiff: bytes) -> int:
    """The orientation in an Exif block, 1 to 8; 5 and more lie on their side."""
    if tiff[:2] not in (b"II", b"MM"):
        return 1

    def number(at: int, size: int) -> int:
        return int.from_bytes(tiff[at : at + size], "little" if tiff[:1] == b"I" else "big")

    directory = number(4, 4)
    for entry in range(directory + 2, min(directory + 2 + 12 * number(directory, 2), len(tiff) - 11), 12):
        if number(entry, 2) == _ORIENTATION:
            return number(entry + 8, 2)
    return 1


def _webp(data: bytes) -> tuple[int, int] | None:
    kind = data[12:16]
    if len(data) < 30:
        return None
    if kind == b"VP8X":
        return 1 + int.from_bytes(data[24:27], "little"), 1 + int.from_bytes(data[27:30], "little")
    if kind == b"VP8L":
        bits = int.from_bytes(data[21:25], "little")
        return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    if kind == b"VP8 ":
        width, height = (int.from_bytes(data[at : at + 2], "little") & 0x3FFF for at in (26, 28))
        return width, height
    return None
