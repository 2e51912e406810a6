"""The long version of what tests/attacks does with a few thousand calls: names flip to links outside while 100,000 calls run."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

import pytest

from tests.attacks.conftest import memory
from tests.attacks.flip import flip_while_calling
from tests.attacks.house import running
from tests.soak.watch import Watch


@pytest.mark.soak
def test_a_hundred_thousand_calls_while_names_flip_and_none_gets_out() -> None:
    top = Path(tempfile.mkdtemp(prefix="fxf", dir=memory()))
    try:
        with running(top) as house:
            before = house.outside_now()
            watch = Watch([house.outside, house.outside / "deep"])
            seen = flip_while_calling(house, 100_000)
            touched = watch.seen()
            watch.close()
            assert touched == []
            assert house.outside_now() == before
            house.check_alive()
        # It was there, and it was a link, often enough to prove something.
        assert seen[0] > 10_000
        assert seen[101] > 10_000
    finally:
        shutil.rmtree(top)
