"""Whatever a crash, a disk or a stray hand does to a journal, and to content no checkpoint vouches for: no block is believed
wrongly, and what is published is what was sent."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from filexfer.core.errors import FilexferError
from filexfer.core.model import Outcome
from tests.storage.test_journal import BLOCK, CONTENT, begin, crashed, fill, missing, opened

#: Blocks that arrived, and of them those that a checkpoint made durable (one after each third block).
ARRIVED, DURABLE = 8, 6

places = st.integers(0, 1 << 16)
damage = st.lists(
    st.tuples(st.just("flip"), places, st.integers(1, 255))
    | st.tuples(st.just("cut"), places, st.integers(0, 40))
    | st.tuples(st.just("take out"), places, st.integers(1, 60))
    | st.tuples(st.just("repeat"), places, st.integers(1, 60))
    | st.tuples(st.just("zero"), places, st.integers(1, 60)),
    min_size=1,
    max_size=4,
)


def damaged(raw: bytes, harm: list[tuple[str, int, int]]) -> bytes:
    for what, at, much in harm:
        at %= len(raw) + 1
        part = raw[at : at + much]
        match what:
            case "flip" if at < len(raw):
                raw = raw[:at] + bytes([raw[at] ^ much]) + raw[at + 1 :]
            case "cut":
                raw = raw[:at] + bytes(much)
            case "take out":
                raw = raw[:at] + raw[at + much :]
            case "repeat":
                raw = raw[:at] + part + raw[at:]
            case "zero":
                raw = raw[:at] + bytes(len(part)) + raw[at + much :]
    return raw


def test_no_damage_makes_a_block_be_believed_that_is_not_there(memory: Path) -> None:
    root, log, data = crashed(memory, ARRIVED)
    whole, content = log.read_bytes(), data.read_bytes()
    believed: set[int] = set()

    @settings(max_examples=250, deadline=None, suppress_health_check=list(HealthCheck))
    @given(damage, st.sets(st.integers(DURABLE, ARRIVED - 1)), st.integers(0, 2 * BLOCK))
    def holds(harm: list[tuple[str, int, int]], lost: set[int], short: int) -> None:
        trial = memory / "trial"
        shutil.copytree(root, trial)
        try:
            (trial / log.relative_to(root)).write_bytes(damaged(whole, harm))
            held = bytearray(content)
            for number in lost:
                held[number * BLOCK] ^= 0x55
            # A file whose last blocks were not yet on the disk.
            (trial / data.relative_to(root)).write_bytes(held[: len(held) - short])
            there = check(trial, held[: len(held) - short])
            believed.update(there)
        finally:
            shutil.rmtree(trial)

    holds()
    # It did go on from something.
    assert believed >= set(range(DURABLE))


def check(trial: Path, held: bytes) -> set[int]:
    """Go on with the upload; which blocks were believed."""
    with opened(trial) as store:
        upload = begin(store)
        there = set(range(ARRIVED)) - missing(upload)
        for number in there:
            start = number * BLOCK
            assert held[start : start + BLOCK] == CONTENT[start : start + BLOCK], f"block {number} is believed, and is not there"
        fill(upload)
        assert upload.commit().outcome is Outcome.CREATED
    assert (trial / "d/f").read_bytes() == CONTENT
    return there


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.binary(max_size=300))
def test_noise_in_our_area_keeps_nobody_from_the_share(noise: bytes) -> None:
    with tempfile.TemporaryDirectory(dir="/dev/shm" if Path("/dev/shm").is_dir() else None) as folder:
        root = Path(folder)
        for name in ("uploads", "trash", "parts"):
            (root / ".filexfer" / name).mkdir(parents=True)
            for file in ("a.journal", "b.data", "c.done", "0" * 32 + ".journal", "x"):
                (root / ".filexfer" / name / file).write_bytes(noise)
        with opened(root) as store:
            for act in (
                store.expire,
                lambda: list(store.uploads()),
                lambda: store.resume("0" * 32),
                lambda: list(store.trash.list()),
            ):
                try:
                    act()
                except FilexferError:
                    pass
            upload = begin(store)
            fill(upload)
            upload.commit()
        assert (root / "d/f").read_bytes() == CONTENT
