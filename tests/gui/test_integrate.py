"""*Integrate*: an unpacked program stands in a Linux desktop's menu and opens links, only where a person says so, and after
it was moved too; the window's dialog and the command."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtCore import QUrl
from PySide6.QtGui import QFileOpenEvent
from PySide6.QtWidgets import QApplication

from filexfer.gui.integrate_dialog import IntegrateDialog
from filexfer.gui.opened import Opened
from filexfer.gui.platform import menu_entry
from filexfer.gui.platform.desktop_entry import config_home, data_home, exec_line, program_of
from filexfer.gui.platform.linux import Linux
from filexfer.gui.platform.system import Integration, Placed, window_command
from filexfer.gui.single import Handover
from tests.gui.conftest import OwnAgent, Watch
from tests.gui.person import nameless
from tests.gui.test_system import MakeDesk, make_desk  # noqa: F401 - a fixture

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="Linux desktops")

LINK = "filexfer://pair?host=a"


@pytest.fixture
def unpacked(own_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """This program, as if it were a bundle somewhere, in a home where nothing was chosen yet."""
    monkeypatch.setenv("XDG_DATA_DIRS", str(tmp_path / "system"))
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    return place(tmp_path / "a $b", monkeypatch)


def place(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder.mkdir()
    program = folder / "filexfer-app"
    program.touch(mode=0o755)
    monkeypatch.setattr(sys, "executable", str(program))
    return program


def left_behind() -> list[str]:
    return [str(file) for home in (data_home(), config_home()) for file in home.rglob("filexfer*") if file.is_file()]


def test_nothing_is_written_before_it_is_asked_for(unpacked: Path) -> None:
    assert Linux().integration() == Integration(Placed.NOWHERE)
    assert not Linux().mend()
    assert left_behind() == []


def test_the_menu_and_links_start_the_program_where_it_lies(unpacked: Path) -> None:
    Linux().integrate(True)
    assert Linux().integration() == Integration(Placed.HERE, str(unpacked))
    entry = menu_entry.entry_file().read_text("utf-8")
    assert f"Exec={exec_line([str(unpacked)])} %U" in entry.splitlines()
    assert "Name=filexfer" in entry.splitlines()
    if shutil.which("desktop-file-validate"):
        subprocess.run(["desktop-file-validate", str(menu_entry.entry_file())], check=True)
    assert "[Default Applications]\nx-scheme-handler/filexfer=filexfer.desktop;" in (config_home() / "mimeapps.list").read_text()
    assert any(file.endswith("hicolor/scalable/apps/filexfer.svg") for file in left_behind())
    Linux().integrate(False)
    assert left_behind() == []
    assert "filexfer" not in (config_home() / "mimeapps.list").read_text()


@pytest.mark.skipif(shutil.which("xdg-mime") is None, reason="needs xdg-mime (apt-get install xdg-utils)")
def test_the_desktops_own_tool_finds_who_opens_links(unpacked: Path) -> None:
    Linux().integrate(True)
    asked = subprocess.run(["xdg-mime", "query", "default", "x-scheme-handler/filexfer"], capture_output=True, text=True)
    assert asked.stdout.strip().rstrip(";") == "filexfer.desktop"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", "[Default Applications]\nx-scheme-handler/filexfer=filexfer.desktop;\n"),
        (
            "[Added Associations]\na/b=c.desktop;\n\n[Default Applications]\na/b=c.desktop\n",
            "[Added Associations]\na/b=c.desktop;\n\n[Default Applications]\n"
            "x-scheme-handler/filexfer=filexfer.desktop;\na/b=c.desktop\n",
        ),
        (
            "[Added Associations]\na/b=c\n",
            "[Added Associations]\na/b=c\n\n[Default Applications]\nx-scheme-handler/filexfer=filexfer.desktop;\n",
        ),
    ],
)
def test_who_opens_other_things_stays(before: str, after: str) -> None:
    assert menu_entry.with_default(before) == after
    assert menu_entry.with_default(after) == after
    assert "filexfer" not in menu_entry.without_default(after)


def test_another_program_that_was_chosen_for_links_is_not_taken_away() -> None:
    theirs = "[Default Applications]\nx-scheme-handler/filexfer=other.desktop\n"
    assert menu_entry.without_default(theirs) == theirs


def test_a_program_that_was_moved_is_started_from_its_new_place(
    unpacked: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    system = Linux()
    for choose in (system.integrate, system.set_at_login, system.set_sends):
        choose(True)
    unpacked.unlink()
    moved = place(tmp_path / "moved", monkeypatch)
    assert system.integration() == Integration(Placed.GONE, str(unpacked))
    assert system.mend()
    assert system.integration() == Integration(Placed.HERE, str(moved))
    assert program_of(config_home() / "autostart" / "filexfer.desktop") == str(moved)
    assert program_of(data_home() / "Thunar" / "sendto" / "filexfer.desktop") == str(moved)
    assert not system.mend()


def test_another_copy_that_is_still_there_is_left_alone(unpacked: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    Linux().integrate(True)
    place(tmp_path / "second", monkeypatch)
    assert Linux().integration() == Integration(Placed.ELSEWHERE, str(unpacked))
    assert not Linux().mend()


def test_what_a_package_of_the_system_installed_is_integrated(
    unpacked: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    entry = tmp_path / "system" / "applications" / "filexfer.desktop"
    entry.parent.mkdir(parents=True)
    entry.write_text("[Desktop Entry]\nExec=filexfer-app %U\n")
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "filexfer-app").symlink_to(unpacked)
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    assert Linux().integration().placed is Placed.SYSTEM
    place(tmp_path / "second", monkeypatch)
    assert Linux().integration().placed is Placed.NOWHERE, "the unpacked one beside it is another"


def test_the_console_twin_names_the_window(unpacked: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", str(unpacked.with_name("filexfer")))
    assert window_command() == [str(unpacked)]


def test_the_dialog_integrates_and_takes_it_back(
    make_desk: MakeDesk,  # noqa: F811
    agent: OwnAgent,
    unpacked: Path,
    watch: Watch,
) -> None:
    desk = make_desk(agent, Linux())
    watch.armed = True
    desk.desktop.integrate.trigger()
    dialog = desk.dialog()
    assert isinstance(dialog, IntegrateDialog)
    desk.wait(dialog.put.isEnabled)
    assert nameless(dialog) == []
    assert not dialog.remove.isVisible()
    desk.click(dialog.put)
    desk.wait(lambda: dialog.remove.isVisible() and dialog.remove.isEnabled())
    assert not dialog.put.isVisible()
    assert str(unpacked) in dialog.more.text()
    desk.click(dialog.remove)
    desk.wait(lambda: dialog.put.isVisible() and dialog.put.isEnabled())
    watch.armed = False
    assert watch.seen == []
    assert left_behind() == []
    dialog.reject()


def test_what_the_system_refuses_is_said(make_desk: MakeDesk, agent: OwnAgent, unpacked: Path) -> None:  # noqa: F811
    data_home().mkdir(exist_ok=True)
    (data_home() / "applications").touch()
    desk = make_desk(agent, Linux())
    desk.desktop.show_integrate()
    dialog = desk.dialog()
    assert isinstance(dialog, IntegrateDialog)
    desk.wait(dialog.put.isEnabled)
    desk.click(dialog.put)
    desk.wait(dialog.trouble.isVisible)
    assert dialog.trouble.text().startswith("The system's settings could not be changed: ")
    dialog.reject()


def test_a_start_after_a_move_mends_it_and_says_so(
    make_desk: MakeDesk,  # noqa: F811
    agent: OwnAgent,
    unpacked: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    Linux().integrate(True)
    unpacked.unlink()
    moved = place(tmp_path / "moved", monkeypatch)
    desk = make_desk(agent, Linux())
    told: list[str] = []
    monkeypatch.setattr(desk.desktop, "_notify", lambda title, text: told.append(title))
    desk.desktop.mend()
    desk.wait(lambda: told)
    assert told == ["filexfer was moved"]
    assert Linux().integration() == Integration(Placed.HERE, str(moved))


def test_the_command_does_the_same(own_home: Path) -> None:
    def run(*words: str) -> dict[str, object]:
        command = [sys.executable, "-m", "filexfer", "integrate", "--json", *words]
        return dict(json.loads(subprocess.run(command, capture_output=True, text=True, timeout=60, check=True).stdout))

    assert run("--login") == {"event": "integrated", "program": sys.executable}
    assert program_of(menu_entry.entry_file()) == sys.executable
    assert (config_home() / "autostart" / "filexfer.desktop").exists()
    assert run("--remove") == {"event": "removed"}
    assert left_behind() == []


def test_on_macos_files_and_links_that_are_opened_reach_the_window(look: QApplication) -> None:
    taken: list[Handover] = []
    opened = Opened(look, taken.append)
    for url in (QUrl(LINK), QUrl.fromLocalFile("/a b/c")):
        QApplication.sendEvent(look, QFileOpenEvent(url))
    opened.close()
    QApplication.sendEvent(look, QFileOpenEvent(QUrl(LINK)))
    assert taken == [Handover(link=LINK), Handover(("/a b/c",))]
    assert os.path.isabs(taken[1].paths[0])
