"""Files to be seen on the pictures: on the other computer, and here to be sent."""

from __future__ import annotations

import os
from pathlib import Path

from PIL import Image, ImageOps

DAY = 86_400
MIB = 1 << 20
FILES = {
    "IMG_2041.jpg": 4_200_000, "IMG_2042.jpg": 4_012_345, "IMG_2043.jpg": 3_900_000, "beach.mp4": 12_000_000, "notes.txt": 812,
    "plan.pdf": 231_000, "backup-2026-01.tar.gz": 9_100_000, "song.flac": 3_100_000, "main.py": 5312, "会议记录.docx": 48_213,
    "a very long name that somebody chose without thinking of those who read it in a narrow column (final, 2).docx": 77_000,
    "evil\x1b[31m\u202egnp.exe": 12,
}  # fmt: skip


def furnish(share: Path) -> None:
    """Fill the other computer's share."""
    for depth, name in enumerate(("Documents", "Music & more", "Photos", "empty")):
        (share / name).mkdir()
        os.utime(share / name, (os.path.getmtime(share) - depth * 20 * DAY,) * 2)
    (share / "Photos" / "2026").mkdir()
    for number in range(300):
        (share / "Photos" / "2026" / f"IMG_{number:04d}.jpg").write_bytes(b"x" * (number * 37))
    _pictures(share / "Photos" / "2025")
    for age, (name, size) in enumerate(FILES.items()):
        with (share / name).open("wb") as file:
            file.truncate(size)
        os.utime(share / name, (os.path.getmtime(share) - age * age * DAY / 3,) * 2)


def _pictures(folder: Path) -> None:
    """Some that can be looked at, upright and wide, and files of other kinds beside them."""
    (folder / "raw").mkdir(parents=True)
    sizes = ((1500, 1000), (1000, 1500), (1200, 1200), (1600, 600), (60, 40))
    for number in range(28):
        tone = Image.linear_gradient("L").rotate(number * 37, expand=False)
        colours = ((number * 67) % 256, (number * 113) % 256, 180), (250, 240 - number * 5, (number * 31) % 256)
        ImageOps.colorize(tone, *colours).resize(sizes[number % 5]).save(folder / f"IMG_{2000 + number}.jpg", quality=60)
    (folder / "a name that is rather long and has to be broken (final version, 2).jpg").write_bytes(b"x")
    (folder / "notes.txt").write_text("\n".join(f"{n}. What we saw that day, and who was there" for n in range(1, 60)))
    (folder / "film.mp4").write_bytes(b"x" * 40_000)


def source_of(home: Path) -> Path:
    """A folder with what is sent from here: a text, a folder of files, a large file."""
    source = home / "source"
    (source / "holiday").mkdir(parents=True)
    (source / "notes.txt").write_text("notes")
    for number in range(40):
        (source / "holiday" / f"{number}.jpg").write_bytes(os.urandom(MIB // 2))
    (source / "disk.iso").write_bytes(os.urandom(40 * MIB))
    return source
