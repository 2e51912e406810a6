"""Each bound of a server: gone beyond by one peer, while an honest one goes on with its work. Its work takes at most three times
as long as undisturbed; the offender is refused in the words of the bound; the log tells of it once."""

from __future__ import annotations

import os
import re
import zlib
from contextlib import closing
from dataclasses import fields
from pathlib import Path

import pytest

from filexfer.core.errors import Busy
from filexfer.core.model import Permission
from filexfer.server import Settings
from filexfer.server.devices import Devices
from tests.bounds.honest import MOST, Honest
from tests.bounds.stage import TOP, Stage, offending, staged
from tests.bounds.table import BOUNDS, OFFENCES, Elsewhere

pytestmark = pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="offenders come from 127.0.0.2, as Linux has it")


def _fill(stage: Stage) -> None:
    """What offences ask for."""
    folder = stage.share / "many"
    folder.mkdir(exist_ok=True)
    for number in range(200):
        (folder / f"file {number}").touch()
    (stage.share / "file").write_bytes(os.urandom(1 << 20))
    (stage.share / "large").write_bytes(bytes(300_000))
    (stage.share / "pictures").mkdir(exist_ok=True)
    (stage.share / "pictures" / "picture.png").write_bytes(_png(300, 200))


def _png(width: int, height: int) -> bytes:
    """A picture that is black (Portable Network Graphics, W3C)."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return len(data).to_bytes(4, "big") + kind + data + zlib.crc32(kind + data).to_bytes(4, "big")

    header = width.to_bytes(4, "big") + height.to_bytes(4, "big") + bytes([8, 2, 0, 0, 0])
    rows = zlib.compress(bytes(height * (1 + 3 * width)))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


@pytest.mark.parametrize("bound", OFFENCES)
def test_who_goes_beyond_a_bound_is_refused_and_harms_nobody_else(bound: str) -> None:
    row = OFFENCES[bound]
    with staged(guest=row.guest, tls=row.tls, **row.settings) as stage:
        _fill(stage)
        if row.guest == "none":
            _told_off(stage, bound)
            return
        with closing(Honest(stage.port)) as honest:
            calm = honest.calm()
            with offending(row.what, stage, row.beyond, **row.how) as offender:
                slowed = honest.slowed(calm)
        print(f"{bound}: the honest one takes {slowed:.2f} times as long")
        assert offender.outcomes.get(row.beyond), offender.outcomes
        assert slowed <= MOST, f"the honest one takes {slowed:.1f} times as long ({offender.outcomes})"
        said = [line for line in stage.log().splitlines() if "Beyond a bound" in line]
        assert bool(said) == row.logged, said
        assert len(said) == len({line.partition(": ")[2] for line in said}) <= 3, said


def _told_off(stage: Stage, bound: str) -> None:
    """Where guests may do nothing there is no honest guest either."""
    row = OFFENCES[bound]
    with offending(row.what, stage, row.beyond, **row.how) as offender:
        pass
    assert set(offender.outcomes) == {row.beyond}


def test_every_setting_is_in_the_table_of_bounds() -> None:
    assert {one.name for one in fields(Settings)} == set(BOUNDS)


def test_every_setting_has_a_sentence() -> None:
    words = Settings.__doc__ or ""
    assert [one.name for one in fields(Settings) if not re.search(rf"\b{one.name}\b", words)] == []


def test_what_is_tested_elsewhere_is_tested_there() -> None:
    missing = []
    for name, row in BOUNDS.items():
        if isinstance(row, Elsewhere):
            file, _, test = row.test.partition("::")
            text = (TOP / file).read_text(encoding="utf-8")
            if f"def {test}(" not in text:
                missing.append(name)
    assert missing == []


def test_there_are_only_so_many_devices(tmp_path: Path) -> None:
    devices = Devices(tmp_path / "devices.json", 2)
    for name in ("one", "two"):
        devices.add(name, Permission.READ)
    with pytest.raises(Busy):
        devices.add("one more", Permission.READ)
