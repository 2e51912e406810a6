"""Whatever one peer does with 32 connections at once, with the bounds as they are by default: the memory of the server stays
bounded, and an honest client does not notice.

The limit: 40 MiB of program; half of `call_memory`, 80; a block for each worker of one peer, 32; pages of listings, 25; a
picture, `image_memory`, 96. No peer gets all of that at once, and all of it is less than 300."""

from __future__ import annotations

import io
import statistics
import zlib
from contextlib import closing
from pathlib import Path

import pytest

from tests.bounds.honest import MOST, Honest
from tests.bounds.stage import Stage, offending, staged

MEMORY = 300
CROWD = 32
MANY = 20_000

pytestmark = pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="the peak of memory is read from /proc")


def _many(stage: Stage) -> None:
    folder = stage.share / "many"
    folder.mkdir()
    for number in range(MANY):
        (folder / f"a file with a name that is as long as names are {number}").touch()


def _huge(stage: Stage) -> None:
    with (stage.share / "huge").open("wb") as sparse:
        sparse.truncate(8 << 30)


def _bomb(stage: Stage) -> None:
    """A picture of a gigapixel in a hundred kilobytes of zeros."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return len(data).to_bytes(4, "big") + kind + data + zlib.crc32(kind + data).to_bytes(4, "big")

    edge = (32_768).to_bytes(4, "big")
    rows = zlib.compress(bytes(100 << 20))
    content = chunk(b"IHDR", edge + edge + bytes([8, 2, 0, 0, 0])) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")
    _picture(stage, b"\x89PNG\r\n\x1a\n" + content)


def _largest(stage: Stage) -> None:
    """A picture that is just small enough to be decoded."""
    image = pytest.importorskip("PIL.Image")
    made = io.BytesIO()
    image.new("RGB", (4400, 4500), "red").save(made, "PNG", compress_level=1)
    _picture(stage, made.getvalue())


def _scans(stage: Stage) -> None:
    """A JPEG in several scans: decoding keeps all of its coefficients, however small the thumbnail."""
    image = pytest.importorskip("PIL.Image")
    made = io.BytesIO()
    image.new("RGB", (3700, 3700), "red").save(made, "JPEG", progressive=True, subsampling=0)
    _picture(stage, made.getvalue())


def _picture(stage: Stage, content: bytes) -> None:
    (stage.share / "pictures").mkdir()
    (stage.share / "pictures" / "picture.png").write_bytes(content)


def _nothing(stage: Stage) -> None:
    pass


def _repeats(request: str, count: int = CROWD) -> dict[str, object]:
    return {"what": "repeat", "request": request, "count": count}


LOADS = {
    "slow readers of a huge file": (_huge, {"what": "reads_slowly", "count": CROWD}),
    "slow readers of long pages": (_many, {"what": "reads_slowly", "count": CROWD, "request": "long page"}),
    "slow readers of packed pages": (_many, {"what": "reads_slowly", "count": CROWD, "request": "long packed page"}),
    "slow readers of batches": (_huge, {"what": "reads_slowly", "count": CROWD, "request": "several blocks"}),
    "slow senders": (_nothing, {"what": "holds_workers", "count": CROWD}),
    "long pages": (_many, _repeats("long page")),
    "packed pages": (_many, _repeats("long packed page")),
    "batches of listings": (_many, _repeats("listings in a batch")),
    "batches of blocks": (_huge, _repeats("several blocks")),
    "the longest text": (_nothing, _repeats("most text")),
    "the most values": (_nothing, _repeats("most values")),
    "100,000 calls in a batch": (_nothing, _repeats("large batch")),
    "texts that do not end": (_nothing, {"what": "holds_memory", "count": CROWD, "text": 7_000_000}),
    "calls that do not end": (_nothing, {"what": "holds_memory", "count": CROWD, "text": 7_000_000, "binaries": 5}),
    "calls of no weight": (_nothing, _repeats("info")),
    "uploads": (_nothing, _repeats("another upload")),
    "digests": (_huge, _repeats("all digests")),
    "picture of a gigapixel": (_bomb, _repeats("large picture")),
    "largest picture": (_largest, _repeats("large picture", 8)),
    "picture in scans": (_scans, _repeats("large picture", 8)),
}


@pytest.mark.parametrize("load", LOADS)
def test_a_crowd_of_one_peer_takes_bounded_memory_and_harms_nobody(load: str) -> None:
    prepare, how = LOADS[load]
    with staged() as stage, closing(Honest(stage.port)) as honest:
        prepare(stage)
        calm = honest.calm()
        what = str(how["what"])
        with offending(what, stage, **{name: value for name, value in how.items() if name != "what"}) as offender:
            slowed = [honest.slowed(calm) for _ in range(3)]
            peak = stage.memory("VmHWM")
        print(f"{load}: {statistics.median(slowed):.2f} times as long, {peak} MiB; {dict(offender.outcomes)}")
        assert peak < MEMORY
        assert statistics.median(slowed) <= MOST
