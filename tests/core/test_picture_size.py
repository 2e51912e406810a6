"""How many pixels a picture has, told by its first bytes; Pillow writes the pictures and is the judge."""

from __future__ import annotations

import io
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from filexfer.core.picture_size import pixels


def picture(kind: str, size: tuple[int, int], mode: str = "RGB", **options: Any) -> bytes:
    made = io.BytesIO()
    Image.new(mode, size).save(made, kind, **options)
    return made.getvalue()


def _turned(orientation: int) -> Image.Exif:
    exif = Image.Exif()
    exif[0x010F] = "a maker"
    exif[0x0112] = orientation
    return exif


@pytest.mark.parametrize("size", [(1, 1), (300, 200), (4000, 17)])
@pytest.mark.parametrize(
    ("kind", "mode", "options"),
    [
        ("PNG", "RGBA", {}),
        ("GIF", "P", {}),
        ("BMP", "RGB", {}),
        ("JPEG", "RGB", {}),
        ("JPEG", "L", {"progressive": True, "comment": b"x" * 3000}),
        ("WEBP", "RGB", {}),
        ("WEBP", "RGB", {"lossless": True}),
        ("WEBP", "RGB", {"icc_profile": b"x" * 200}),
    ],
)
def test_the_first_bytes_tell_width_and_height(kind: str, mode: str, options: dict[str, Any], size: tuple[int, int]) -> None:
    assert pixels(picture(kind, size, mode, **options)[:4000]) == size


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_picture_on_its_side_is_told_as_it_is_looked_at(orientation: int) -> None:
    data = picture("JPEG", (300, 200), exif=_turned(orientation))
    assert pixels(data) == ((200, 300) if orientation >= 5 else (300, 200))


@pytest.mark.parametrize("data", [b"", b"BM text", b"\xff\xd8\xff\xe0", b"RIFF1234WAVE" + bytes(40), b"text"])
def test_what_does_not_tell_tells_nothing(data: bytes) -> None:
    assert pixels(data) is None


SAMPLES = [
    picture(kind, (70, 50), **options)
    for kind, options in (("PNG", {}), ("GIF", {}), ("BMP", {}), ("WEBP", {}), ("JPEG", {"exif": _turned(6)}))
]


@given(st.sampled_from(SAMPLES), st.integers(0, 60), st.binary(max_size=8), st.integers(0, 400))
def test_broken_pictures_break_nothing(data: bytes, at: int, wrong: bytes, end: int) -> None:
    found = pixels((data[:at] + wrong + data[at + len(wrong) :])[:end])
    assert found is None or (len(found) == 2 and min(found) >= 0)
