"""Which blocks of a file are there: against a plain set of numbers, and in memory that depends on what came, not on the size."""

from __future__ import annotations

import itertools
import tracemalloc
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from filexfer.core.model import PutOptions
from filexfer.storage.blocks import Blocks
from filexfer.storage.folder import FolderStore
from tests.storage.acts import SETTINGS


@given(st.integers(1, 3000), st.data())
def test_what_is_missing_is_what_did_not_come(count: int, data: st.DataObject) -> None:
    came = data.draw(st.sets(st.integers(0, count - 1)) | st.just(set(range(count))))
    size = count * 10 - data.draw(st.integers(0, 9))
    blocks = Blocks(size, 10)
    for number in came:
        blocks.add(number, number.to_bytes(32, "big"))
    missing = blocks.missing()
    assert {start // 10 for span in missing for start in range(span.start, span.end, 10)} == set(range(count)) - came
    assert sum(span.length for span in missing) == size - blocks.received
    assert all(one.end < next_.start for one, next_ in itertools.pairwise(missing))
    assert all(blocks.digest(number) == (number.to_bytes(32, "big") if number in came else None) for number in range(count))


def test_one_block_of_a_huge_file_takes_little_memory_and_no_time() -> None:
    huge = Blocks((1 << 60) + 1, 1 << 20)
    tracemalloc.start()
    try:
        for number in (huge.count - 1, huge.count // 2, 0):
            huge.add(number, bytes(32))
        assert tracemalloc.get_traced_memory()[0] < 50_000
    finally:
        tracemalloc.stop()
    assert [(span.start >> 20, -(-span.end >> 20)) for span in huge.missing()] == [(1, 1 << 39), ((1 << 39) + 1, 1 << 40)]


def test_an_upload_put_down_keeps_nothing_of_its_blocks(memory: Path) -> None:
    with FolderStore(memory, SETTINGS) as store:
        upload = store.upload("f", 1_000_000, PutOptions(key="k"))
        for number in range(300):
            upload.write(number * 1000, bytes(1000))
        upload.close()
        tracemalloc.start()
        try:
            before = tracemalloc.get_traced_memory()[0]
            [span] = upload.missing()
            held = tracemalloc.get_traced_memory()[0] - before
            assert held > 300 * 32
            upload.close()
            assert tracemalloc.get_traced_memory()[0] - before < held - 300 * 32
        finally:
            tracemalloc.stop()
        assert (span.start, span.end) == (300_000, 1_000_000)
