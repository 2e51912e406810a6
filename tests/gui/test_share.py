"""This computer's share: the switch, the folder, what others may, as seen in the window and from outside."""

from __future__ import annotations

import ssl
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QComboBox, QLabel

from filexfer.gui.kit.settings import Memory
from filexfer.gui.servers.servers_model import Share
from tests.gui.conftest import MakeWindow, OtherServer, OwnAgent
from tests.gui.person import Person


@pytest.fixture
def own(home: Path, tmp_path: Path) -> Iterator[OwnAgent]:
    """An agent of this test alone, since these tests change what it shares."""
    agent = OwnAgent(home / "sharing")
    with agent.session() as session:
        session.call("share_set", {"folder": str(tmp_path / "mine"), "on": False, "permission": "read", "guest": "none"})
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
    return next(address for address in person.window.servers.share.addresses if "//127." in address)


def _status(address: str) -> int:
    """What a stranger who takes any key is answered for a file."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    try:
        with urllib.request.urlopen(f"{address}files/hello.txt", timeout=10, context=context) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        error.close()
        return error.code


def _choose(box: QComboBox, value: str) -> None:
    box.setCurrentIndex(box.findData(value))
    box.activated.emit(box.currentIndex())


def test_the_switch_lets_others_in_and_out(sharer: Person, tmp_path: Path) -> None:
    (tmp_path / "mine" / "hello.txt").write_text("hello")
    assert not sharer.window.share.switch.isChecked()
    assert not sharer.window.share.pair.isEnabled()
    address = _switch_on(sharer)
    assert address.startswith("https://")
    assert _status(address) == 401
    assert sharer.window.share.switch.isChecked()
    assert sharer.window.share.pair.isEnabled()
    sharer.click(sharer.window.share.switch)
    sharer.wait(lambda: not sharer.window.servers.share.on)
    with pytest.raises(urllib.error.URLError):
        _status(address)


def test_guests_get_nothing_until_it_is_chosen_and_that_is_said(sharer: Person, tmp_path: Path) -> None:
    (tmp_path / "mine" / "hello.txt").write_text("hello")
    address = _switch_on(sharer)
    assert sharer.window.share.guest.currentData() == "none"
    assert "nobody else" in sharer.window.share.state.text()
    _choose(sharer.window.share.guest, "read")
    sharer.wait(lambda: sharer.window.servers.share.guest == "read")
    assert "everybody" in sharer.window.share.state.text()
    assert _status(address) == 200


def test_what_new_devices_may_do_is_what_is_offered_when_one_is_paired(sharer: Person) -> None:
    _switch_on(sharer)
    _choose(sharer.window.share.permission, "write")
    sharer.wait(lambda: sharer.window.servers.share.permission == "write")
    sharer.click(sharer.window.share.pair)
    dialog = sharer.dialog()
    assert dialog.permission.currentData() == "write"  # type: ignore[attr-defined]
    dialog.reject()  # type: ignore[attr-defined]


def test_this_computers_own_address_is_shown_only_where_there_is_no_other(sharer: Person) -> None:
    panel, servers = sharer.window.share, sharer.window.servers
    for addresses, shown in (
        (("https://192.0.2.7:8765/", "https://127.0.0.1:8765/"), ["https://192.0.2.7:8765/"]),
        (("https://127.0.0.1:8765/",), ["https://127.0.0.1:8765/"]),
    ):
        servers.share = Share(on=True, addresses=addresses)
        servers.changed.emit()
        labels = [label.text() for label in panel.findChildren(QLabel) if label.text().startswith("https://")]
        assert labels[-len(shown) :] == shown
        assert set(labels) <= {"https://192.0.2.7:8765/", *shown}, "what was shown before goes a moment later"


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
    person.window.open_own_share()
    person.wait(lambda: person.window.browser.here.server == "")
    person.bot.mouseClick(side.viewport(), _left(), pos=side.visualRect(side.model().index(row, 0)).center())
    person.wait(lambda: person.window.browser.here.path == "remembered")
    assert memory.last is None, "nothing is written but to the window's own file"


def _left():  # type: ignore[no-untyped-def]
    from PySide6.QtCore import Qt

    return Qt.MouseButton.LeftButton
