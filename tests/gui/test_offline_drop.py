"""Files dropped for a computer that is off wait for it; where a computer takes none, it is said why."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, Qt, QUrl
from PySide6.QtGui import QGuiApplication

from filexfer.core.model import Direction, JobState
from filexfer.gui.kit.location import Location
from filexfer.gui.servers.nearby import Near
from filexfer.gui.servers.servers_model import Saved
from filexfer.gui.transfers.jobs_model import JobsModel
from filexfer.gui.transfers.transfers import action_words, offered
from tests.gui.conftest import OtherServer, OwnAgent
from tests.gui.person import Person


class Attic:
    """A computer that is switched on and off, and saved as “attic”. Attributes: address, folder."""

    def __init__(self, home: Path, person: Person) -> None:
        self._home, self._person = home, person
        self._number = len(list(home.glob("attic*")))
        self._server: OtherServer | None = None
        self._port = 0
        self.on()
        person.window.servers.save("attic", self.address)
        person.wait(lambda: self.state)

    @property
    def folder(self) -> Path:
        return self._home / f"attic{self._number}"

    def on(self) -> None:
        self._server = OtherServer(self.folder, self._home / f"attic-state{self._number}", port=self._port)
        self.address = self._server.address
        self._port = int(self.address.rstrip("/").rpartition(":")[2])

    def off(self) -> None:
        if self._server is not None:
            self._server.stop()
            self._server = None

    @property
    def state(self) -> str:
        """As the side bar has it."""
        return next((one.state for one in self._person.window.servers.saved if one.address == self.address), "")

    def wait_offline(self) -> None:
        """Until the side bar says so: whoever looks finds it out at once."""
        servers = self._person.window.servers
        self._person.window.browser.open(Location(self.address, "", "attic"))
        self._person.wait(lambda: (servers.ask(), self.state == "offline")[1], seconds=40)

    @property
    def row(self) -> QPoint:
        """The middle of its row in the side bar, in the window."""
        return side_row(self._person, self.address)


def side_row(person: Person, address: str) -> QPoint:
    side = person.window.sidebar
    person.wait(lambda: side._model.row_of(address) >= 0)
    rect = side.view.visualRect(side._model.index(side._model.row_of(address)))
    return side.view.viewport().mapTo(person.window, rect.center())


@pytest.fixture
def attic(home: Path, person: Person, agent: OwnAgent) -> Iterator[Attic]:
    made = Attic(home, person)
    yield made
    made.off()
    with agent.session() as session:
        session.call("server_forget", "attic")


@pytest.fixture
def source(tmp_path: Path) -> Path:
    file = tmp_path / "from here.txt"
    file.write_bytes(b"content")
    return file


def wait_held(person: Person, title: str) -> None:
    """Until this transfer says that it waits for the attic."""
    model = person.window.jobs
    person.wait(lambda: (job := person.job(title)) is not None and job.is_held, seconds=40)
    job = person.job(title)
    assert job is not None
    assert model.facts(job) == "Waiting for attic"
    row = model.index(model.row(job.id))
    assert "Waiting for attic" in row.data(Qt.ItemDataRole.ToolTipRole)
    assert "Waiting for attic" in row.data(Qt.ItemDataRole.AccessibleTextRole)
    assert person.window.jobs.percent is None, "what may take days is no part of the figure in the title"
    assert {"pause", "cancel", "retry", "doctor"} <= set(offered(job))
    assert all(action_words(action) for action in offered(job))


def test_a_drop_on_the_list_of_a_server_that_went_off_waits_and_arrives(person: Person, attic: Attic, source: Path) -> None:
    (attic.folder / "in").mkdir()
    person.go(Location(attic.address, "in", "attic"))
    attic.off()
    person.drop([source], person.in_pane)
    wait_held(person, "from here.txt")
    attic.on()
    person.wait_job("from here.txt", JobState.DONE)
    assert (attic.folder / "in" / "from here.txt").read_bytes() == b"content"


def test_a_drop_on_the_path_and_what_is_pasted_wait_too(person: Person, attic: Attic, source: Path) -> None:
    (attic.folder / "in").mkdir()
    person.go(Location(attic.address, "in", "attic"))
    attic.off()
    crumb = next(part for part in person.window.toolbar.breadcrumb.parts if part.accessibleName() == "attic")
    person.drop([source], crumb.mapTo(person.window, crumb.rect().center()))
    wait_held(person, "from here.txt")
    other = source.with_name("pasted.txt")
    other.write_bytes(b"pasted")
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(other))])
    QGuiApplication.clipboard().setMimeData(mime)
    person.window.actions_["paste"].trigger()
    wait_held(person, "pasted.txt")
    attic.on()
    person.wait_job("from here.txt", JobState.DONE)
    person.wait_job("pasted.txt", JobState.DONE)
    assert (attic.folder / "from here.txt").read_bytes() == b"content"
    assert (attic.folder / "in" / "pasted.txt").read_bytes() == b"pasted"


def test_a_drop_on_an_offline_computer_in_the_side_bar_says_when_it_goes_and_waits(
    person: Person, attic: Attic, source: Path
) -> None:
    attic.off()
    attic.wait_offline()
    person.drag_over([source], attic.row)
    assert person.window.pane.outline.words == "Drop to upload to “attic” as soon as it is online"
    assert person.drop([source], attic.row) is Qt.DropAction.CopyAction
    wait_held(person, "from here.txt")
    person.press("pause", "from here.txt")
    person.wait_job("from here.txt", JobState.PAUSED)
    person.press("resume", "from here.txt")
    wait_held(person, "from here.txt")
    person.press("cancel", "from here.txt")
    person.wait_job("from here.txt", JobState.CANCELLED)
    attic.on()


def test_a_download_from_a_server_that_went_off_waits_and_arrives(person: Person, attic: Attic, tmp_path: Path) -> None:
    (attic.folder / "theirs.txt").write_bytes(b"theirs")
    person.go(Location(attic.address, "", "attic"))
    person.click_row("theirs.txt")
    attic.off()
    (tmp_path / "into").mkdir()
    actions = person.window.actions_
    actions._with_selection(lambda here, chosen: actions.save_into(here, chosen, str(tmp_path / "into")))
    wait_held(person, "theirs.txt")
    attic.on()
    job = person.wait_job("theirs.txt", JobState.DONE)
    assert job.spec.direction is Direction.GET
    assert (tmp_path / "into" / "theirs.txt").read_bytes() == b"theirs"


@pytest.mark.parametrize(
    ("state", "said"),
    [
        ("needs pairing", "“attic-pi” needs pairing before it takes files. Ask for a code there."),
        ("other version", "“attic-pi” has another version of filexfer. Update the older one of both."),
    ],
)
def test_a_computer_nearby_that_takes_nothing_says_why(person: Person, source: Path, state: str, said: str) -> None:
    nearby = person.window.servers.nearby
    nearby.opened, nearby.found = True, (Near("attic-pi", "https://192.0.2.7:8765/", state=state),)
    nearby.changed.emit()
    row = side_row(person, "https://192.0.2.7:8765/")
    person.drag_over([source], row)
    assert person.window.pane.outline.words == said
    assert person.drop([source], row) is Qt.DropAction.IgnoreAction
    assert person.window.errors.words == said
    assert not person.jobs


def test_a_saved_computer_with_another_key_says_why_it_takes_nothing(person: Person, source: Path) -> None:
    servers = person.window.servers
    servers._timer.stop()
    servers.saved = (Saved("attic", "https://192.0.2.7:8765/", "key changed"),)
    servers.changed.emit()
    row = side_row(person, "https://192.0.2.7:8765/")
    person.window.browser.open(Location("https://192.0.2.7:8765/", "in", "attic"))
    crumbs = [part.mapTo(person.window, part.rect().center()) for part in person.window.toolbar.breadcrumb.parts]
    for point in (row, person.in_pane, *crumbs):
        person.drag_over([source], point)
        assert "another key" in person.window.pane.outline.words
        person.drag_away()
        assert person.window.pane.outline.words == ""
        assert person.drop([source], point) is Qt.DropAction.IgnoreAction
        assert "another key" in person.window.errors.words
        person.window.errors.clear()


def test_a_transfer_is_shown_under_the_name_of_a_server_that_moved(person: Person, attic: Attic, source: Path) -> None:
    attic.off()
    person.window.actions_.upload([str(source)], Location(attic.address, "", "attic"))
    wait_held(person, "from here.txt")
    servers, model = person.window.servers, person.window.jobs
    servers._timer.stop()
    servers.saved = (Saved("attic", "http://192.0.2.9:1/", "online", 0, (attic.address,)),)
    servers.changed.emit()
    job = person.job("from here.txt")
    assert job is not None
    assert (model.place(job), servers.name_of(attic.address)) == ("to attic", "attic")


def test_rows_are_painted_anew_when_a_server_gets_another_name(person: Person, attic: Attic, source: Path) -> None:
    attic.off()
    person.window.actions_.upload([str(source)], Location(attic.address, "", "attic"))
    wait_held(person, "from here.txt")
    model: JobsModel = person.window.jobs
    with person.bot.waitSignal(model.dataChanged):
        model.name_of = {attic.address: "the attic"}
    job = person.job("from here.txt")
    assert job is not None
    assert model.facts(job) == "Waiting for the attic"
