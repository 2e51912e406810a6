"""The must-hold of large folders, at a tenth and against an idle control; whole it stands in `benchmarks/window.py`."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

from benchmarks import window
from benchmarks.dying import Dying
from filexfer.gui.kit.location import Location
from tests.gui.conftest import Place, Watch
from tests.gui.lateness import Probe
from tests.gui.person import Person

#: Seconds that the window may be later than while nothing happens, and that it may compute at a stretch.
STALL = 0.05


@pytest.mark.alone
def test_a_large_folder_opens_scrolls_sorts_and_filters_without_a_stall(look: QApplication, home: Path) -> None:
    figures = window.measure(home / "large", 10_000)
    # Never later than an idle window is on this machine, but by what a person notices.
    assert figures.late <= figures.idle + window.TARGETS["late"]
    assert figures.first <= figures.whole
    assert figures.agent_mib <= window.TARGETS["agent_mib"]


def test_the_probe_sees_a_stall(look: QApplication) -> None:
    probe = window.Probe()
    probe.start()
    QTimer.singleShot(20, lambda: time.sleep(0.12))
    window.pause(0.3)
    assert probe.stop() >= 100


@pytest.mark.alone
def test_a_server_that_dies_while_it_lists_holds_nothing_up_and_what_came_stays(
    person: Person, place: Place, watch: Watch
) -> None:
    window.fill(place.folder / "large", 10_000)
    with Probe() as idle:
        person.bot.wait(1500)
    # A page of 1,000 rows is some 50 KB, all of them some 500.
    with Dying(place.location.server, 150_000) as server:
        watch.armed = True
        with Probe() as probe:
            person.window.browser.open(Location(server.address, f"{place.location.path}/large", "dying"))
            person.wait(lambda: person.window.errors.words, 60)
            person.bot.wait(500)
        watch.armed = False
        assert server.dead.is_set()
    assert 1000 <= person.window.listing.rowCount() < 10_000, "what came until then is there to be looked at"
    assert watch.seen == []
    assert max(probe.work) < STALL, f"the main thread computed for {max(probe.work):.3f} s at a stretch"
    assert probe.worst < idle.worst + STALL, f"{probe.worst:.3f} s late, {idle.worst:.3f} s while nothing happened"
