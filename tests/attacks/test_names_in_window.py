"""Row “names” of the attack table, in the window: HTML in the names that others chose is literal text wherever it is shown, and
makes nobody ask for anything. Off screen, with a real agent and a real second server."""

# ruff: noqa: F811 - fixtures of the window's own tests

from __future__ import annotations

import os

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import socket
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from PySide6.QtCore import QAbstractItemModel, QAbstractListModel, QModelIndex, QPoint
from PySide6.QtGui import QHelpEvent, Qt, QTextDocument
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractItemView, QApplication, QLabel, QMessageBox, QToolTip, QWidget

from filexfer.core.model import JobState
from filexfer.gui.kit.controls import tip
from tests.gui.conftest import (  # noqa: F401  fixtures
    OtherServer,
    OwnAgent,
    Place,
    agent,
    home,
    look,
    one_agent,
    open_window,
    person,
    place,
    studio,
)
from tests.gui.person import Person

#: What the hostile names hold, and nothing of ours does.
MARK = "evil-3f9c"


class Trap:
    """Hears whether anybody asks it for something. Attributes: port, heard."""

    def __init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._listener.setblocking(False)
        self.port = self._listener.getsockname()[1]

    @property
    def heard(self) -> bool:
        with suppress(BlockingIOError):
            self._listener.accept()[0].close()
            return True
        return False

    def close(self) -> None:
        self._listener.close()


@pytest.fixture
def trap() -> Iterator[Trap]:
    made = Trap()
    yield made
    assert not made.heard, "the window asked for what a name told it to"
    made.close()


def hostile_names(trap: Trap) -> list[str]:
    """Names that would be HTML. A name holds no slash, HTML writes one in other ways."""
    slashes = f"http:&#x2f;&#x2f;127.0.0.1:{trap.port}&#x2f;{MARK}"
    return [
        f"<img src='{slashes}'>",
        f"<b>{MARK}<b>.txt",
        f"<table background='{slashes}'><tr><td>{MARK}",
        f"<a href='{slashes}'>{MARK}<a>",
        f"<!DOCTYPE html><h1>{MARK}",
        f"<style>@import url({slashes});<style>{MARK}",
        f"&lt;{MARK}&amp;",
        f"[{MARK}]({slashes.replace('&#x2f;', ':')})",
        f"{MARK} &mnemonic",
    ]


def rich(text: str) -> bool:
    """Whether Qt would take something in it for HTML, where it decides by itself; what is HTML that only says text is none."""
    said = text.removeprefix("<qt>").removesuffix("</qt>").replace("<br>", "\n") if text.startswith("<qt>") else text
    return MARK in text and Qt.mightBeRichText(text) and (said == text or "<" in said)


def shown_as_html(*tops: QWidget) -> list[str]:
    """Every place below `tops` (and in every dialog) where a hostile name would be HTML."""
    found = []
    for widget in {*tops, *QApplication.topLevelWidgets()}:
        for one in [widget, *widget.findChildren(QWidget)]:
            for kind, text in (("tool tip", one.toolTip()), ("what's this", one.whatsThis())):
                if rich(text):
                    found.append(f"{kind} of {one}: {text}")
            if isinstance(one, QLabel) and one.textFormat() is not Qt.TextFormat.PlainText and rich(one.text()):
                found.append(f"{one}: {one.text()}")
            if isinstance(one, QAbstractItemView) and one.model() is not None:
                found += in_model(one.model())
    return found


def in_model(model: QAbstractItemModel) -> list[str]:
    roles = (Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.WhatsThisRole, Qt.ItemDataRole.StatusTipRole)
    # A list tells its one column to nobody.
    columns = 1 if isinstance(model, QAbstractListModel) else model.columnCount(QModelIndex())
    cells = (model.index(row, column) for row in range(model.rowCount(QModelIndex())) for column in range(columns))
    return [f"{role} in {model}: {cell.data(role)}" for cell in cells for role in roles if rich(str(cell.data(role) or ""))]


def hover(view: QAbstractItemView, point: QPoint) -> None:
    """Rest the pointer on a row until its tool tip comes."""
    event = QHelpEvent(QHelpEvent.Type.ToolTip, point, view.viewport().mapToGlobal(point))
    QApplication.sendEvent(view.viewport(), event)
    QApplication.processEvents()
    QToolTip.hideText()


def test_a_tool_tip_says_what_it_was_given(trap: Trap) -> None:
    for name in [*hostile_names(trap), "a < b & c > d", "two\nlines <b>", "plain"]:
        document = QTextDocument()
        if Qt.mightBeRichText(tip(name)):
            document.setHtml(tip(name))
        else:
            document.setPlainText(tip(name))
        assert document.toPlainText() == name
        assert "<img" not in document.toHtml()


def test_names_in_the_list_and_the_way_to_it_are_literal(person: Person, place: Place, trap: Trap) -> None:
    names = hostile_names(trap)
    for name in names:
        (place.folder / name).mkdir()
        (place.folder / name / "inside").write_bytes(b"x")
    person.go(place.location)
    assert sorted(person.rows) == sorted(names)
    for name in names:
        point = person.row_point(name)
        hover(person.window.view, point)
        person.go(place.location.into(name))
        assert person.rows == ["inside"]
        assert shown_as_html(person.window) == []
        person.go(place.location)
    person.window.grab()
    assert shown_as_html(person.window) == []


def test_dialogs_that_name_a_file_are_literal(person: Person, place: Place, trap: Trap) -> None:
    for name in hostile_names(trap):
        (place.folder / name).write_bytes(b"x")
    person.go(place.location)
    for name in hostile_names(trap):
        person.click_row(name)
        person.window.actions_["erase"].trigger()
        box = person.dialog()
        assert isinstance(box, QMessageBox)
        assert MARK in box.text()
        assert box.textFormat() is Qt.TextFormat.PlainText
        assert shown_as_html(person.window, box) == []
        box.reject()
        person.wait(lambda: QApplication.activeModalWidget() is None)
        # What can be taken back is not asked for, but told of.
        person.window.actions_["delete"].trigger()
        person.wait(lambda name=name: not (place.folder / name).exists())
        person.wait(lambda: MARK in person.window.pane.undo_bar.words)
        assert shown_as_html(person.window) == []
        person.wait(lambda name=name: name not in person.rows)
    person.window.grab()


def test_transfers_of_such_names_and_what_failed_in_them_are_literal(
    person: Person,
    place: Place,
    trap: Trap,
    tmp_path: Path,
) -> None:
    for name in hostile_names(trap):
        source = tmp_path / "sources" / name
        source.mkdir(parents=True)
        (source / name).write_bytes(b"x")
        os.symlink("nowhere", source / f"{name} link")
        # Something is in the way there, so that there is a failure to tell of.
        (place.folder / name).write_bytes(b"in the way")
    person.go(place.location)
    person.drop([tmp_path / "sources" / name for name in hostile_names(trap)], person.in_pane)
    sheet = person.dialog()
    assert shown_as_html(person.window, sheet) == []
    QTest.keyClick(sheet, Qt.Key.Key_Return)
    person.wait(lambda: person.jobs and all(job.state is JobState.FAILED for job in person.jobs))
    view = person.window.transfers.view
    for row in range(len(person.jobs)):
        hover(view, view.visualRect(person.window.jobs.index(row)).center())
    person.window.grab()
    assert shown_as_html(person.window) == []


def test_a_server_whose_name_is_html_is_literal_everywhere(
    person: Person,
    agent: OwnAgent,
    place: Place,
    trap: Trap,
) -> None:
    name = hostile_names(trap)[0]
    with agent.session() as session, suppress(Exception):
        session.call("server_save", {"name": name, "address": place.location.server})
    person.window.browser.open(type(place.location)(place.location.server, place.location.path, name))
    person.wait(lambda: person.settled)
    assert shown_as_html(person.window) == []
    person.window.grab()
    with agent.session() as session, suppress(Exception):
        session.call("server_forget", name)
