"""What is selected is never taken for something else: while another folder opens, rows change, or a listing is filtered anew."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLineEdit, QMenu
from pytestqt.qtbot import QtBot

from filexfer.core.model import Entry, Kind
from filexfer.gui.files.browser import Browser
from filexfer.gui.files.gather import AT_ONCE, Gather
from filexfer.gui.files.listing import PAGE_ROWS, ListingModel, Page
from filexfer.gui.kit.location import Location
from filexfer.protocol import wire
from tests.gui.conftest import OtherServer, Place
from tests.gui.person import Person

HERE = Location("http://studio/", "folder", "studio")


class Agent:
    """Stands for the bridge: keeps what is asked, and answers when it is told to. Attribute: asked (methods and parameters)."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, tuple[Any, ...]]] = []
        self._done: list[Callable[[Any], object] | None] = []

    def ask(self, method: str, *params: object, done: Callable[[Any], object] | None = None, **_: object) -> None:
        self.asked.append((method, params))
        self._done.append(done)

    def answer(self, method: str, value: object) -> None:
        """Answer what was asked last, which was this."""
        assert self.asked[-1][0] == method
        done = self._done[-1]
        assert done is not None
        done(value)


@pytest.fixture
def agent_() -> Agent:
    return Agent()


@pytest.fixture
def browser(agent_: Agent, look: QApplication) -> Browser:
    return Browser(agent_, ListingModel())  # type: ignore[arg-type]  # as far as it is asked


def _page(names: Sequence[str], version: int, complete: bool = True) -> Page:
    columns = wire.columns_of(wire.pack([Entry(name, Kind.FILE, 1, 1) for name in names]))
    return Page(0, columns, len(names), complete, "", version)


def _show(agent: Agent, names: Sequence[str], *, view: int = 1, version: int = 1, complete: bool = True) -> None:
    agent.answer("view_open", {"view": view})
    agent.answer("view_rows", _page(names, version, complete))


def test_what_was_selected_in_the_folder_that_is_left_is_not_deleted_in_the_next_one(person: Person, place: Place) -> None:
    inner = place.folder / "inner"
    inner.mkdir()
    for folder in (place.folder, inner):
        (folder / "same").write_bytes(b"x")
    person.go(place.location.into("inner"))
    person.click_row("same")
    person.window.browser.up()
    person.key(Qt.Key.Key_Delete)
    person.window.actions_["delete"].trigger()
    person.wait(lambda: person.settled and person.rows == ["inner", "same"])
    person.click_row("inner")
    person.key(Qt.Key.Key_Delete)
    person.wait(lambda: person.rows == ["same"])
    assert (place.folder / "same").exists()


def test_all_rows_of_one_folder_are_not_all_rows_of_the_next(person: Person, place: Place) -> None:
    inner = place.folder / "inner"
    inner.mkdir()
    for name in ("a", "b", "c"):
        (place.folder / name).touch()
        (inner / name).touch()
    person.go(place.location)
    person.window.view.selectAll()
    person.go(place.location.into("inner"))
    assert person.rows == ["a", "b", "c"]
    assert person.window.view.chosen() == 0


def test_what_a_filter_had_left_out_is_not_selected_with_the_rest(person: Person, place: Place) -> None:
    for name in ("a1", "a2", "b"):
        (place.folder / name).touch()
    person.go(place.location)
    person.type(person.window.toolbar.filter, "a")
    person.wait(lambda: person.rows == ["a1", "a2"])
    person.window.view.selectAll()
    person.window.toolbar.clear_filter()
    person.wait(lambda: person.rows == ["a1", "a2", "b"])
    assert person.window.view.names() == ["a1", "a2"]


def test_nor_where_they_are_very_many(person: Person, place: Place) -> None:
    for n in range(1100):
        (place.folder / f"a{n}").touch()
    (place.folder / "b").touch()
    person.go(place.location)
    person.type(person.window.toolbar.filter, "a")
    person.wait(lambda: person.window.listing.rowCount() == 1100)
    person.window.view.selectAll()
    person.window.toolbar.clear_filter()
    person.wait(lambda: person.window.listing.rowCount() == 1101)
    assert person.window.view.chosen() == 0


def test_a_file_that_came_meanwhile_is_not_selected_with_the_rest(person: Person, place: Place) -> None:
    for name in ("a", "b"):
        (place.folder / name).touch()
    person.go(place.location)
    person.window.view.selectAll()
    (place.folder / "c").touch()
    person.wait(lambda: person.rows == ["a", "b", "c"])
    assert person.window.view.names() == ["a", "b"]


def test_a_name_that_is_typed_outlives_what_another_change_brings(person: Person, place: Place) -> None:
    for name in ("a", "b"):
        (place.folder / name).touch()
    person.go(place.location)
    person.click_row("b")
    person.key(Qt.Key.Key_F2)
    editor = person.window.view.findChild(QLineEdit, "inline")
    assert editor is not None
    editor.setText("long")
    (place.folder / "c").touch()
    person.window.browser.refresh(("a",))
    person.bot.wait(600)
    person.key(Qt.Key.Key_Return)
    person.wait(lambda: (place.folder / "long").exists())


def test_a_row_is_selected_once_while_the_listing_grows(browser: Browser, agent_: Agent) -> None:
    selected: list[Sequence[str]] = []
    browser.shown.connect(selected.append)
    browser.open(HERE, ("b",))
    agent_.answer("view_open", {"view": 1})
    for names in (["a"], ["a", "b"], ["a", "b", "c"]):
        if agent_.asked[-1][0] == "view_places":
            agent_.answer("view_places", {"rows": [names.index("b") if "b" in names else -1], "version": len(names)})
        agent_.answer("view_rows", _page(names, len(names), complete=False))
        browser._again.timeout.emit()
    assert [tuple(names) for names in selected] == [("b",), ("b",), ()]


def test_a_folder_filtered_before_it_is_there_is_shown_so(browser: Browser, agent_: Agent) -> None:
    browser.open(HERE)
    browser.refine(text="a", sort="size")
    agent_.answer("view_open", {"view": 1})
    method, params = agent_.asked[-1]
    assert method == "view_open"
    assert {"view": 1, "filter": "a", "sort": "size"}.items() <= params[2].items()


def test_a_row_that_is_found_late_is_looked_for_again_or_not_at_all(browser: Browser, agent_: Agent) -> None:
    found: list[int] = []
    browser.open(HERE)
    _show(agent_, ["a", "b"])
    browser.find("b", 0, found.append)
    late = agent_._done[-1]
    browser.refresh()
    _show(agent_, ["0", "a", "b"], version=2)
    assert late is not None
    late(1)
    agent_.answer("view_find", 2)
    assert found == [2]
    browser.find("b", 0, found.append)
    late = agent_._done[-1]
    browser.open(HERE.up)
    _show(agent_, ["x", "y", "z"], view=2, version=2)
    assert late is not None
    late(2)
    assert found == [2]


def test_rows_of_a_view_that_is_forgotten_are_not_those_of_the_next(browser: Browser, agent_: Agent) -> None:
    """Both may be of the same version."""
    problems: list[object] = []
    browser.problem.connect(problems.append)
    browser.open(HERE)
    _show(agent_, ["a", "b"])
    before = browser.version
    browser._view = None  # the agent has forgotten it
    browser._ask({})
    agent_.answer("view_open", {"view": 2})
    browser.pick(lambda: b"", lambda answer: answer, problems.append)
    assert agent_.asked[-1][0] != "view_pick"
    assert len(problems) == 1
    browser._fetch_first()
    agent_.answer("view_rows", _page(["0", "a"], 1))
    assert browser.version != before


def test_a_computer_is_opened_from_its_menu_though_the_rows_moved(person: Person, studio: OtherServer) -> None:
    servers, side = person.window.servers, person.window.sidebar
    servers.save("a", "http://127.0.0.1:9/")
    person.wait(lambda: side._model.row_of("http://127.0.0.1:9/") > 0)  # else either may be the upper one
    servers.save("studio", studio.address)
    person.wait(lambda: side._model.row_of(studio.address) > side._model.row_of("http://127.0.0.1:9/") > 0)
    index = side._model.index(side._model.row_of(studio.address))
    side.view.customContextMenuRequested.emit(side.view.visualRect(index).center())
    menu = next(menu for menu in side.findChildren(QMenu) if menu.isVisible())
    servers.forget("a")
    person.wait(lambda: side._model.row_of("http://127.0.0.1:9/") < 0)
    next(action for action in menu.actions() if action.text() == "Open").trigger()
    menu.close()
    person.wait(lambda: (here := person.window.browser.here) is not None and here.server == studio.address)
    servers.forget("studio")


def test_a_selection_whose_rows_move_while_it_is_read_is_told_of(browser: Browser, agent_: Agent, qtbot: QtBot) -> None:
    names = [f"f{number:04d}" for number in range(AT_ONCE + 1000)]
    browser.open(HERE)
    agent_.answer("view_open", {"view": 1})
    agent_.answer("view_rows", _page(names, 1))
    for first in range(0, len(names), PAGE_ROWS):
        columns = wire.columns_of(wire.pack([Entry(name, Kind.FILE, 1, 1) for name in names[first : first + PAGE_ROWS]]))
        browser.model.add_page(Page(first, columns, len(names), True, "", 1))
    taken: list[object] = []
    problems: list[object] = []
    browser.problem.connect(problems.append)
    Gather(browser, [(0, len(names) - 1)], taken.append, len(names)).start()
    browser.refresh()
    agent_.answer("view_open", {"view": 1})
    agent_.answer("view_rows", _page(names[1:], 2))
    qtbot.waitUntil(lambda: bool(problems))
    assert taken == []
