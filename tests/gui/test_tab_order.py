"""Every page and every dialog, gone round with the Tab key: it comes back to where it began, each stop shows that it has the
keyboard, none is left out, and each has a name for those who do not see it, in both languages."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QLibraryInfo, QLocale, QTranslator
from PySide6.QtWidgets import QApplication, QWidget

from filexfer.core.errors import NoSpace
from filexfer.core.model import JobState
from filexfer.gui.dragging.sheet import Sheet
from filexfer.gui.kit import resources
from filexfer.gui.kit.location import Location
from filexfer.gui.single import Handover
from tests.gui.conftest import OwnAgent, Place
from tests.gui.keys import BACK, TAB, focused, name, press, unreached, walk
from tests.gui.person import nameless
from tests.gui.test_system import Desk, MakeDesk, make_desk

__all__ = ["make_desk"]  # a fixture


@pytest.fixture
def desk(make_desk: MakeDesk, agent: OwnAgent, place: Place, tmp_path: Path) -> Desk:
    """Somebody in a folder with files, who has sent one."""
    desk = make_desk(agent)
    (place.folder / "words.txt").write_text("one\n" * 100)
    (place.folder / "empty").mkdir()
    (tmp_path / "sent.txt").write_bytes(b"sent")
    QApplication.setCursorFlashTime(0)
    desk.go(place.location)
    desk.drop([tmp_path / "sent.txt"], desk.in_pane)
    desk.wait_job("sent.txt", JobState.DONE)
    desk.wait(lambda: "sent.txt" in desk.rows)
    desk.window.view.select_names(["words.txt"])
    return desk


@pytest.fixture
def chinese(look: QApplication) -> Iterator[None]:
    """What is made from here on is in Chinese."""
    locale, added = QLocale("zh_CN"), list[QTranslator]()
    for file, folder in (
        ("qtbase", QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)),
        ("filexfer", str(resources.folder() / "translations")),
    ):
        translator = QTranslator()
        assert translator.load(locale, file, "_", folder)
        look.installTranslator(translator)
        added.append(translator)
    yield
    for translator in added:
        look.removeTranslator(translator)


def _start(desk: Desk, place: Place) -> QWidget:
    desk.window.browser.open(None)
    desk.wait(lambda: desk.window.pane.page == "welcome")
    return desk.window


def _files(desk: Desk, place: Place) -> QWidget:
    return desk.window


def _everything(desk: Desk, place: Place) -> QWidget:
    desk.window.looking.choice.panel.setChecked(True)
    desk.wait(lambda: desk.window.looking.panel.content.page == "text")
    desk.window.errors.show_error(NoSpace())
    desk.window.servers.nearby.set_open(True)
    return desk.window


def _pictures(desk: Desk, place: Place) -> QWidget:
    desk.window.looking.choice.as_grid.setChecked(True)
    desk.window.view.select_names(["words.txt"])
    return desk.window


def _nothing(desk: Desk, place: Place) -> QWidget:
    desk.go(place.location.into("empty"))
    desk.wait(lambda: desk.window.pane.notice.isVisible())
    return desk.window


def _share(desk: Desk, place: Place) -> QWidget:
    desk.window.servers.set_share(on=True)
    desk.wait(lambda: desk.window.servers.share.on)
    desk.go(Location("", "", "this computer"))
    return desk.window


PAGES = [_start, _files, _everything, _pictures, _nothing, _share]


def _asked(action: str) -> Callable[[Desk, Place], QWidget]:
    def opened(desk: Desk, place: Place) -> QWidget:
        desk.window.actions_[action].trigger()
        return desk.dialog()

    opened.__name__ = action
    return opened


def _connect(desk: Desk, place: Place) -> QWidget:
    desk.window.connect_to()
    return desk.dialog()


def _pair(desk: Desk, place: Place) -> QWidget:
    desk.window.pair_with("https://192.0.2.1:8765/")
    return desk.dialog()


def _keys(desk: Desk, place: Place) -> QWidget:
    desk.window.keyboard.show_list()
    return desk.dialog()


def _devices(desk: Desk, place: Place) -> QWidget:
    desk.window.share.show_devices()
    return desk.dialog()


def _invitation(desk: Desk, place: Place) -> QWidget:
    desk.window.servers.set_share(on=True)
    desk.wait(lambda: desk.window.servers.share.on)
    desk.window.share.pair_device()
    dialog = desk.dialog()
    desk.wait(lambda: dialog.inviting.state == "open")  # type: ignore[attr-defined]
    return dialog


def _limit(desk: Desk, place: Place) -> QWidget:
    desk.window.transfers.head.limits.own.trigger()
    return desk.dialog()


def _details(desk: Desk, place: Place) -> QWidget:
    desk.window.job_acts.details(desk.jobs[0])
    desk.wait(lambda: QApplication.activeWindow() is not desk.window)
    details = QApplication.activeWindow() or desk.window
    # A table shows that it has the keyboard by one of its rows.
    desk.wait(lambda: details.table.model().rowCount() > 0)  # type: ignore[attr-defined]
    return details


def _preferences(desk: Desk, place: Place) -> QWidget:
    desk.desktop.show_preferences()
    dialog = desk.dialog()
    desk.wait(lambda: dialog.limit.isEnabled())  # type: ignore[attr-defined]
    return dialog


def _doctor(desk: Desk, place: Place) -> QWidget:
    desk.desktop.show_doctor("https://127.0.0.1:1/")
    dialog = desk.dialog()
    desk.wait(lambda: dialog.copy.isEnabled(), 40)  # type: ignore[attr-defined]
    return dialog


def _send(desk: Desk, place: Place) -> QWidget:
    desk.desktop.take(Handover((str(place.folder / "words.txt"),)))
    return desk.dialog()


def _sheet(desk: Desk, place: Place) -> QWidget:
    other = place.folder.parent / "words.txt"
    other.write_text("others")
    desk.window.actions_.upload([str(other)], place.location)
    desk.wait(lambda: isinstance(QApplication.activeModalWidget(), Sheet))
    sheet = desk.dialog()
    desk.wait(lambda: not sheet.choices[next(iter(sheet.choices))].isHidden())  # type: ignore[attr-defined]
    sheet.show_names.setChecked(True)  # type: ignore[attr-defined]
    return sheet


def _preview(desk: Desk, place: Place) -> QWidget:
    desk.window.looking.show_preview()
    desk.wait(lambda: QApplication.activeWindow() is not desk.window)
    preview = QApplication.activeWindow() or desk.window
    desk.wait(lambda: preview.content.page == "text")  # type: ignore[attr-defined]
    return preview


DIALOGS = [
    _asked("new_folder"), _asked("trash"), _asked("erase"), _asked("properties"), _connect, _pair, _keys, _devices, _invitation,
    _limit, _details, _preferences, _doctor, _send, _sheet, _preview,
]  # fmt: skip


@pytest.fixture(params=[*PAGES, *DIALOGS], ids=lambda opened: opened.__name__.strip("_"))
def opened(request: pytest.FixtureRequest) -> Callable[[Desk, Place], QWidget]:
    result: Callable[[Desk, Place], QWidget] = request.param
    return result


def test_tab_goes_round_and_one_sees_where_it_is(opened: Callable[[Desk, Place], QWidget], desk: Desk, place: Place) -> None:
    root = opened(desk, place)
    try:
        root.activateWindow()
        press(TAB)
        stops = walk(root)
        assert [name(stop.widget) for stop in stops if not stop.shows] == [], "has the keyboard, and does not show it"
        assert unreached(root, stops) == []
        assert [name(widget) for widget in nameless(root)] == []
        start = focused()
        assert [stop.widget for stop in walk(root, BACK)] == [start, *(stop.widget for stop in stops[:0:-1])]
    finally:
        _leave(desk, root)


def test_every_name_is_chinese_in_chinese(
    chinese: None, opened: Callable[[Desk, Place], QWidget], desk: Desk, place: Place
) -> None:
    root = opened(desk, place)
    try:
        root.activateWindow()
        press(TAB)
        names = [name(stop.widget) for stop in walk(root) if stop.widget not in desk.window.toolbar.breadcrumb.parts]
        assert names
        assert [one for one in names if not re.search("[\u4e00-\u9fff]", one)] == []
    finally:
        _leave(desk, root)


def _leave(desk: Desk, root: QWidget) -> None:
    if root is not desk.window:
        root.close()
    desk.window.servers.nearby.set_open(False)
    if desk.window.servers.share.on:
        desk.window.servers.set_share(on=False)
        desk.wait(lambda: not desk.window.servers.share.on)
