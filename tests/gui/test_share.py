"""This computer's share: the switch, the folder, what others may, as seen in the window and from outside."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from filexfer.client.session import connect
from filexfer.core.errors import ConnectionFailed, Forbidden
from filexfer.gui.settings import Memory
from tests.gui.conftest import MakeWindow, OtherServer, OwnAgent
from tests.gui.person import Person


@pytest.fixture
def own(home: Path, tmp_path: Path) -> Iterator[OwnAgent]:
    """An agent of this test alone, since these tests change what it shares."""
    agent = OwnAgent(home / "sharing")
    with agent.session() as session:
        session.call("share_set", {"folder": str(tmp_path / "mine"), "on": False, "permission": "read"})
    yield agent
    agent.stop()


@pytest.fixture
def sharer(open_window: MakeWindow, own: OwnAgent) -> Person:
    person = open_window(own)
    person.wait(lambda: person.window.servers.known)
    person.click(person.window.pane.welcome.share.button)
    person.wait(lambda: person.window.share.isVisible() and person.settled)
    return person


def _switch_on(person: Person) -> str:
    person.click(person.window.share.switch)
    person.wait(lambda: person.window.servers.share.on)
    return person.window.servers.share.addresses[0]


def test_the_switch_lets_others_in_and_out(sharer: Person, tmp_path: Path) -> None:
    (tmp_path / "mine" / "hello.txt").write_text("hello")
    assert not sharer.window.share.switch.isChecked()
    address = _switch_on(sharer)
    with connect(address) as session:
        assert session.call("file_get", "hello.txt") == b"hello"
    assert sharer.window.share.switch.isChecked()
    sharer.click(sharer.window.share.switch)
    sharer.wait(lambda: not sharer.window.servers.share.on)
    with connect(address) as session, pytest.raises(ConnectionFailed):
        session.call("server_info")


def test_what_others_may_do_follows_the_choice(sharer: Person) -> None:
    address = _switch_on(sharer)
    with connect(address) as session:
        with pytest.raises(Forbidden):
            session.call("file_put", "a.txt", b"x")
        box = sharer.window.share.permission
        box.setCurrentIndex(box.findData("write"))
        box.activated.emit(box.currentIndex())
        sharer.wait(lambda: sharer.window.servers.share.permission == "write")
        session.call("file_put", "a.txt", b"x")


def test_another_folder_can_be_shared(sharer: Person, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    (other / "there.txt").write_text("x")
    sharer.click(sharer.window.share.choose)
    sharer.choose_in_dialog(other)
    sharer.wait(lambda: sharer.window.servers.share.folder == str(other))
    sharer.wait(lambda: sharer.rows == ["there.txt"])


def test_the_own_share_is_browsed_and_filled_without_being_shared(sharer: Person, tmp_path: Path) -> None:
    file = tmp_path / "mine.txt"
    file.write_text("mine")
    sharer.drop([file], sharer.in_pane)
    sharer.wait(lambda: sharer.rows == ["mine.txt"])
    assert (tmp_path / "mine" / "mine.txt").read_text() == "mine"
    assert not sharer.window.servers.share.on


def test_a_saved_server_is_listed_with_its_state_and_can_be_forgotten(
    open_window: MakeWindow, own: OwnAgent, studio: OtherServer
) -> None:
    with own.session() as session:
        session.call("server_save", {"name": "box", "address": studio.address})
    person = open_window(own)
    side = person.window.sidebar.view.model()

    def shown() -> list[str]:
        return [str(side.index(row, 0).data()) for row in range(side.rowCount())]

    person.wait(lambda: "box" in shown())
    person.window.servers.forget("box")
    person.wait(lambda: "box" not in shown())


def test_a_click_in_the_side_bar_opens_the_folder_that_was_open_there(
    open_window: MakeWindow, own: OwnAgent, studio: OtherServer, tmp_path: Path
) -> None:
    (studio.folder / "remembered").mkdir(exist_ok=True)
    with own.session() as session:
        session.call("server_save", {"name": "box", "address": studio.address})
    memory = Memory(tmp_path / "window.ini")
    person = open_window(own)
    person.wait(lambda: len(person.window.servers.saved) == 1)
    side = person.window.sidebar.view
    row = next(row for row in range(side.model().rowCount()) if side.model().index(row, 0).data() == "box")
    person.bot.mouseClick(side.viewport(), _left(), pos=side.visualRect(side.model().index(row, 0)).center())
    person.wait(lambda: "remembered" in person.rows)
    person.double_click_row("remembered")
    person.wait(lambda: person.window.browser.here.path == "remembered")
    person.window._open_own_share()
    person.wait(lambda: person.window.browser.here.server == "")
    person.bot.mouseClick(side.viewport(), _left(), pos=side.visualRect(side.model().index(row, 0)).center())
    person.wait(lambda: person.window.browser.here.path == "remembered")
    assert memory.last is None, "nothing is written but to the window's own file"


def _left():  # type: ignore[no-untyped-def]
    from PySide6.QtCore import Qt

    return Qt.MouseButton.LeftButton
