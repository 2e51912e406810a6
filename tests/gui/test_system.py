"""The window on its desktop: a real session bus with stand-ins for what a desktop has there, real files, a real agent."""

from __future__ import annotations

import os
import plistlib
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QCheckBox, QDialog, QLabel, QMessageBox, QPushButton
from pytestqt.qtbot import QtBot

from filexfer.core import places
from filexfer.core.errors import ConnectionFailed, NoSpace
from filexfer.core.model import Direction, Job, JobSpec, JobState
from filexfer.gui import app
from filexfer.gui.desktop import Desktop
from filexfer.gui.dragging.send_dialog import SendDialog
from filexfer.gui.kit import resources
from filexfer.gui.kit.icons import Icons
from filexfer.gui.kit.location import Location
from filexfer.gui.kit.settings import Memory
from filexfer.gui.notify import Notifier
from filexfer.gui.platform.desktop_entry import exec_line
from filexfer.gui.platform.linux import Linux
from filexfer.gui.platform.system import Integration, Placed, System, own_command, this_system
from filexfer.gui.preferences import Preferences
from filexfer.gui.servers.connect_dialog import ConnectDialog
from filexfer.gui.servers.doctor_dialog import DoctorDialog
from filexfer.gui.single import Handover
from filexfer.gui.transfers.transfers import offered
from filexfer.gui.window import Window
from tests.gui.conftest import OwnAgent, Place, Watch
from tests.gui.person import Person, nameless

on_a_bus = pytest.mark.skipif(
    sys.platform != "linux" or shutil.which("dbus-daemon") is None, reason="needs dbus-daemon (apt-get install dbus)"
)


class Shown(System):
    """A system that remembers what it was told. Attributes: notes, bars."""

    def __init__(self) -> None:
        self.notes: list[tuple[str, str]] = []
        self.bars: list[tuple[float | None, int]] = []

    def notify(self, title: str, text: str) -> bool:
        self.notes.append((title, text))
        return True

    def progress(self, fraction: float | None, jobs: int) -> None:
        self.bars.append((fraction, jobs))


class Desk(Person):
    """Somebody whose window has a desktop around it. Attributes: desktop, memory, shown."""

    def __init__(self, window: Window, bot: QtBot, desktop: Desktop, memory: Memory, shown: System) -> None:
        super().__init__(window, bot)
        self.desktop, self.memory, self.shown = desktop, memory, shown

    def box(self) -> QMessageBox:
        found = self.dialog()
        assert isinstance(found, QMessageBox)
        return found


MakeDesk = Callable[..., Desk]


@pytest.fixture
def make_desk(agent: OwnAgent, look: QApplication, qtbot: QtBot, tmp_path: Path) -> Iterator[MakeDesk]:
    """Opens the app's window with all that it has on its desktop."""
    with ExitStack() as opened:

        def make(agent: OwnAgent, system: System | None = None) -> Desk:
            state = tmp_path / "window"
            state.mkdir(exist_ok=True)
            memory, icons, shown = Memory(state / "window.ini"), Icons(resources.folder()), system or Shown()
            window = app.make_window(agent.open, state)
            desktop = Desktop(window, window._bridge, memory, icons, shown)
            opened.callback(window.deleteLater)
            opened.callback(desktop.close)
            opened.callback(desktop.closing.leave)
            window.start()
            window.show()
            qtbot.waitExposed(window)
            desk = Desk(window, qtbot, desktop, memory, shown)
            opened.callback(desk.end_plans)
            desk.wait(lambda: window.servers.known)
            return desk

        yield make


@pytest.fixture
def own(home: Path, tmp_path: Path) -> Iterator[OwnAgent]:
    """An agent of this test's own."""
    agent = OwnAgent(home / tmp_path.name)
    agent.find()
    with agent.session() as session:
        session.call("share_set", {"folder": str(tmp_path / "shared")})
    yield agent
    agent.stop()


def slow_upload(desk: Desk, agent: OwnAgent, place: Place, file: Path) -> None:
    """A transfer that will not end by itself."""
    with file.open("wb") as opened:
        opened.truncate(64 << 20)
    with agent.session() as session:
        session.call("limit_set", {"rate": 1 << 20})
    desk.go(place.location)
    desk.drop([file], desk.in_pane)
    desk.wait_job(file.name, JobState.RUNNING)


def button(dialog: QDialog, text: str) -> QPushButton:
    return next(one for one in dialog.findChildren(QPushButton) if one.text().replace("&", "") == text)


# ---- closing


def test_a_window_with_nothing_under_way_closes_and_asks_nothing(make_desk: MakeDesk, own: OwnAgent) -> None:
    desk = make_desk(own)
    assert desk.window.close()
    assert not desk.window.isVisible()
    assert QApplication.activeModalWidget() is None


def test_a_window_with_transfers_asks_once_what_becomes_of_them(
    make_desk: MakeDesk, own: OwnAgent, place: Place, tmp_path: Path
) -> None:
    desk = make_desk(own)
    slow_upload(desk, own, place, tmp_path / "large")
    assert not desk.window.close()
    box = desk.box()
    assert box.text() == "Transfers are under way."
    desk.click(button(box, "Cancel"))
    assert desk.window.isVisible()
    assert desk.memory.closing == ""
    desk.window.close()
    desk.click(button(desk.box(), "Keep running in the background"))
    desk.wait(lambda: not desk.window.isVisible())
    assert desk.memory.closing == "keep"
    with own.session() as session:
        assert session.call("job_list", {})["jobs"][0]["state"] == "running"
    again = make_desk(own)
    again.wait_job("large", JobState.RUNNING)
    assert again.window.close(), "it asks once"


def test_stop_and_quit_stops_the_background_process_and_starts_none_anew(
    make_desk: MakeDesk, own: OwnAgent, place: Place, tmp_path: Path
) -> None:
    desk = make_desk(own)
    slow_upload(desk, own, place, tmp_path / "large")
    desk.window.close()
    box = desk.box()
    desk.click(next(one for one in box.findChildren(QCheckBox)))
    desk.click(button(box, "Stop and quit"))
    desk.wait(lambda: not desk.window.isVisible())
    assert desk.memory.closing == "", "it was not to be remembered"
    desk.wait(lambda: not places.control_address(own.state))
    with own.session() as session:
        # It goes on when it is started again.
        found = session.call("job_list", {})["jobs"]
        assert [(job["name"], job["state"]) for job in found] == [("large", "running")] or found[0]["state"] == "waiting"


def test_sharing_counts_as_work(make_desk: MakeDesk, own: OwnAgent) -> None:
    desk = make_desk(own)
    desk.window.servers.set_share(on=True)
    desk.wait(lambda: desk.window.servers.share.on)
    assert not desk.window.close()
    assert desk.box().text() == "This computer is sharing."
    desk.box().reject()
    desk.window.servers.set_share(on=False)
    desk.wait(lambda: not desk.window.servers.share.on)
    assert desk.window.close()


def test_only_with_a_tray_closing_hides_the_window(make_desk: MakeDesk, own: OwnAgent, monkeypatch: pytest.MonkeyPatch) -> None:
    desk = make_desk(own)
    desk.window.servers.set_share(on=True)
    desk.wait(lambda: desk.window.servers.share.on)
    desk.memory.closing = "keep"
    # Offscreen there is no tray; `there` is what a desktop with one would say.
    monkeypatch.setattr(type(desk.desktop.tray), "there", property(lambda _: True))
    assert not desk.window.close()
    assert not desk.window.isVisible()
    desk.window.servers.ask()
    desk.desktop.tray.menu.actions()[0].trigger()
    assert desk.window.isVisible(), "it was hidden, not closed"
    monkeypatch.setattr(type(desk.desktop.tray), "there", property(lambda _: False))
    assert desk.window.close()
    desk.window.servers.set_share(on=False)


# ---- notifications and the task bar


def test_what_ends_while_nobody_looks_is_told(
    make_desk: MakeDesk, agent: OwnAgent, place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = make_desk(agent)
    shown = desk.shown
    assert isinstance(shown, Shown)
    active = [True]
    monkeypatch.setattr(desk.window, "isActiveWindow", lambda: active[0])
    desk.go(place.location)
    for name in ("seen", "<b>unseen"):
        (tmp_path / name).write_bytes(b"x" * 1000)
    desk.drop([tmp_path / "seen"], desk.in_pane)
    seen = desk.wait_job("seen", JobState.DONE).id
    notifier = desk.window.findChild(Notifier)
    desk.wait(lambda: notifier._states.get(seen) is JobState.DONE and not notifier._ended)
    active[0] = False
    desk.drop([tmp_path / "<b>unseen"], desk.in_pane)
    desk.wait(lambda: shown.notes)
    assert [title for title, _ in shown.notes] == ["“<b>unseen” is done"]
    assert shown.bars[-1] == (None, 0)
    shown.notes.clear()
    desk.memory.notifications = False
    (tmp_path / "muted").touch()
    desk.drop([tmp_path / "muted"], desk.in_pane)
    desk.wait_job("muted", JobState.DONE)
    QTest.qWait(900)
    assert shown.notes == []


def test_a_failed_transfer_is_told_with_its_reason(
    make_desk: MakeDesk, agent: OwnAgent, place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = make_desk(agent)
    monkeypatch.setattr(desk.window, "isActiveWindow", lambda: False)
    with agent.session() as session:
        gone = str(tmp_path / "gone")
        session.call(
            "job_add", {"direction": "put", "server": place.location.server, "items": [[gone, f"{place.location.path}/g"]]}
        )
    shown = desk.shown
    assert isinstance(shown, Shown)
    desk.wait(lambda: shown.notes)
    title, text = shown.notes[0]
    assert title.endswith("failed")
    assert "gone" in text


class Bus:
    """A session bus with somebody on it who writes down what he gets. Attributes: address."""

    def __init__(self, parts: ExitStack, home: Path) -> None:
        bus = self._run(parts, ["dbus-daemon", "--session", "--nofork", "--print-address"])
        assert bus.stdout is not None
        self.address = bus.stdout.readline().strip()
        self._file = home / "bus"
        self._run(parts, [sys.executable, str(Path(__file__).with_name("fake_desktop.py")), str(self._file)], self.address)
        self.wait("ready")

    @staticmethod
    def _run(parts: ExitStack, command: list[str], address: str = "") -> subprocess.Popen[str]:
        environment = os.environ | ({"DBUS_SESSION_BUS_ADDRESS": address} if address else {})
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment)
        assert process.stdout is not None
        parts.callback(process.stdout.close)
        parts.callback(process.wait, 10)
        parts.callback(process.terminate)
        return process

    def wait(self, text: str) -> None:
        until = time.monotonic() + 20
        while not self._file.exists() or text not in self._file.read_text("utf-8"):
            assert time.monotonic() < until, self._file.read_text("utf-8")
            time.sleep(0.02)


@on_a_bus
def test_a_linux_desktop_gets_notifications_and_progress_over_its_bus(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with ExitStack() as parts:
        bus = Bus(parts, tmp_path)
        monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", bus.address)
        system = Linux()
        assert system.notify("“<b>” is done", "4 files & more <i>")
        bus.wait("Notify|filexfer|“<b>” is done|4 files &amp; more &lt;i&gt;|filexfer")
        system.progress(0.421, 2)
        bus.wait("Update|application://filexfer.desktop|0.42|True|2")
        system.close()
        bus.wait("Update|application://filexfer.desktop|0.0|False|0")


def test_without_a_bus_nothing_is_told_and_nothing_goes_wrong(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", f"unix:path={tmp_path}/nobody")
    system = Linux()
    for number in range(200):
        system.notify("title", str(number))
    system.progress(0.5, 1)
    system.close()


# ---- the system's settings


def test_start_at_login_is_an_entry_that_starts_the_background_process(own_home: Path) -> None:
    system = this_system("linux")
    assert not system.at_login()
    system.set_at_login(True)
    assert system.at_login()
    file = Path(os.environ["XDG_CONFIG_HOME"]) / "autostart" / "filexfer.desktop"
    lines = file.read_text("utf-8").splitlines()
    assert next(line for line in lines if line.startswith("Exec=")) == f"Exec={exec_line(own_command('agent'))}"
    system.set_at_login(False)
    assert not file.exists()


@pytest.mark.parametrize("words", [["/plain"], ["/with space", "a"], ["/o'dd\"$`\\%f", "中"]])
def test_a_command_is_quoted_as_a_desktop_entry_wants_it(words: list[str]) -> None:
    # Backwards: the escapes of a string, then the quoting of `Exec`, which is a shell's, then its field codes.
    text = exec_line(words).replace("\\\\", "\\")
    said = subprocess.run(["sh", "-c", f"printf '%s\\n' {text}"], capture_output=True, text=True, timeout=20, check=True).stdout
    assert said.replace("%%", "%").splitlines() == words


def test_file_managers_offer_to_send_and_their_program_starts_the_app(own_home: Path, tmp_path: Path) -> None:
    system = this_system("linux")
    system.set_sends(True)
    assert system.sends()
    script = Path(os.environ["XDG_DATA_HOME"]) / "nautilus" / "scripts" / "Send to filexfer"
    ran = subprocess.run([str(script), str(tmp_path / "not there")], capture_output=True, text=True, timeout=60)
    assert ran.returncode == 2, "the app itself says that this is no file"
    assert "neither a file or folder here nor a link" in ran.stderr
    if shutil.which("desktop-file-validate"):
        found = Path(os.environ["XDG_DATA_HOME"]) / "Thunar" / "sendto" / "filexfer.desktop"
        subprocess.run(["desktop-file-validate", str(found)], check=True)
    system.set_sends(False)
    assert not system.sends()
    assert not script.exists()


def test_a_system_that_has_nothing_offers_nothing() -> None:
    system = this_system("plan9")
    assert not system.can_start_at_login
    assert not system.can_send
    assert not system.notify("a", "b")


def test_preferences_show_how_it_is_and_change_it_at_once(
    make_desk: MakeDesk, agent: OwnAgent, own_home: Path, watch: Watch
) -> None:
    desk = make_desk(agent, Linux())
    watch.armed = True
    desk.desktop.preferences.trigger()
    dialog = desk.dialog()
    assert isinstance(dialog, Preferences)
    desk.wait(lambda: dialog.login.isEnabled() and dialog.sends.isEnabled() and dialog.limit.isEnabled())
    assert not dialog.login.isChecked()
    assert nameless(dialog) == []
    desk.click(dialog.login)
    desk.click(dialog.sends)
    desk.click(dialog.notes)
    dialog.limit.setValue(5)
    dialog.closing.setCurrentIndex(2)
    dialog.closing.activated.emit(2)
    watch.armed = False
    assert watch.seen == []
    desk.wait(lambda: this_system("linux").at_login() and this_system("linux").sends())
    assert (desk.memory.notifications, desk.memory.closing) == (False, "stop")
    dialog.reject()
    desk.desktop.show_preferences()
    again = desk.dialog()
    assert isinstance(again, Preferences)
    desk.wait(lambda: again.login.isChecked() and again.sends.isChecked() and again.limit.value() == 5)
    again.limit.setValue(0)
    again.reject()
    with agent.session() as session:
        desk.wait(lambda: session.call("agent_info")["rate"] == 0)


def test_what_the_system_refuses_is_said_and_shown_as_it_is(make_desk: MakeDesk, agent: OwnAgent, own_home: Path) -> None:
    (Path(os.environ["XDG_CONFIG_HOME"]) / "autostart").touch()
    desk = make_desk(agent, Linux())
    desk.desktop.show_preferences()
    dialog = desk.dialog()
    assert isinstance(dialog, Preferences)
    desk.wait(dialog.login.isEnabled)
    desk.click(dialog.login)
    desk.wait(lambda: dialog.trouble.isVisible() and not dialog.login.isChecked())
    assert dialog.trouble.text().startswith("The system's settings could not be changed: ")
    dialog.reject()


# ---- other starts, and what they bring


def test_paths_that_a_start_brings_are_sent_only_where_a_person_says(
    make_desk: MakeDesk, agent: OwnAgent, place: Place, tmp_path: Path
) -> None:
    (tmp_path / "given").write_bytes(b"given")
    desk = make_desk(agent)
    desk.go(place.location)
    desk.desktop.handed.emit(Handover((str(tmp_path / "given"),)))
    dialog = desk.dialog()
    assert isinstance(dialog, SendDialog)
    assert nameless(dialog) == []
    assert dialog.where.currentText() == place.location.words
    dialog.reject()
    QTest.qWait(100)
    assert desk.job("given") is None
    desk.desktop.take(Handover((str(tmp_path / "given"),)))
    again = desk.dialog()
    QTest.keyClick(again, Qt.Key.Key_Return)
    desk.wait_job("given", JobState.DONE)
    assert (place.folder / "given").read_bytes() == b"given"


def test_a_hidden_or_small_window_comes_back(make_desk: MakeDesk, agent: OwnAgent) -> None:
    desk = make_desk(agent)
    desk.window.showMinimized()
    desk.desktop.take(Handover(token="leave-7"))
    assert not desk.window.isMinimized()
    assert os.environ.pop("XDG_ACTIVATION_TOKEN") == "leave-7"


# ---- trouble


def test_from_an_error_it_is_one_click_to_the_doctor(make_desk: MakeDesk, agent: OwnAgent) -> None:
    desk = make_desk(agent)
    address = "http://127.0.0.1:1/"
    desk.window.browser.open(Location(address, "", "attic-pi"))
    desk.wait(lambda: "cannot be opened" in desk.window.pane.page)
    assert desk.window.pane.notice.second.text() == "Find out why"
    desk.click(desk.window.pane.notice.second)
    dialog = desk.dialog()
    assert isinstance(dialog, DoctorDialog)
    desk.wait(dialog.copy.isEnabled)
    assert nameless(dialog) == []
    said = [label.text() for label in dialog.findChildren(QLabel)]
    assert dialog.lead.text() == "This stands in the way:"
    assert any("is on, but nothing listens there at port 1" in text for text in said)
    desk.click(dialog.copy)
    text = QApplication.clipboard().text()
    assert "[bad] port: 127.0.0.1 is on" in text
    assert "filexfer serve FOLDER" in text
    dialog.reject()


def test_the_error_bar_offers_the_doctor_where_a_connection_failed_and_only_there(make_desk: MakeDesk, agent: OwnAgent) -> None:
    desk = make_desk(agent)
    bar = desk.window.errors
    bar.show_error(NoSpace())
    assert not bar.why.isVisible()
    bar.show_error(ConnectionFailed("https://attic-pi:8765/ does not answer. Check the address."))
    assert bar.why.isVisible()
    asked: list[str] = []
    bar.doctor_wanted.disconnect()
    bar.doctor_wanted.connect(asked.append)
    desk.click(bar.why)
    assert asked == ["https://attic-pi:8765/"]


def test_the_dialog_that_connects_leads_to_the_doctor_too(make_desk: MakeDesk, agent: OwnAgent) -> None:
    desk = make_desk(agent)
    desk.connect("http://127.0.0.1:1")
    dialog = desk.dialog()
    assert isinstance(dialog, ConnectDialog)
    desk.wait(lambda: dialog.why.isVisible())
    desk.click(dialog.why)
    desk.wait(lambda: isinstance(QApplication.activeModalWidget(), DoctorDialog))
    doctor = desk.dialog()
    assert isinstance(doctor, DoctorDialog)
    desk.wait(doctor.copy.isEnabled)
    doctor.reject()
    desk.type(dialog.field, "http://127.0.0.1:2")
    assert not dialog.why.isVisible(), "it is about what stands in the field"
    dialog.reject()


def test_a_transfer_that_found_no_server_leads_to_the_doctor(make_desk: MakeDesk, agent: OwnAgent) -> None:
    desk = make_desk(agent)
    spec = JobSpec(Direction.PUT, "http://127.0.0.1:1/", (("/a", "a"),))
    lost = Job(id=1, spec=spec, state=JobState.FAILED, error="no connection", error_kind="ConnectionFailed")
    assert "doctor" in offered(lost)
    assert "doctor" not in offered(lost._replace(error_kind="NoSpace"))
    desk.window.transfers.view.acted.emit("doctor", lost)
    dialog = desk.dialog()
    assert isinstance(dialog, DoctorDialog)
    assert dialog.windowTitle() == "Connection to http://127.0.0.1:1"
    dialog.reject()


# ---- other systems, as far as they can be had here


def test_macos_starts_the_background_process_by_a_launch_agent(own_home: Path) -> None:
    system = this_system("darwin")
    system.set_at_login(True)
    assert system.at_login()
    (file,) = (Path(os.environ["HOME"]) / "Library" / "LaunchAgents").iterdir()
    job = plistlib.loads(file.read_bytes())
    assert (job["ProgramArguments"], job["RunAtLoad"]) == (own_command("agent"), True)
    system.set_at_login(False)
    assert not file.exists()


RUN, LINKS = r"Software\Microsoft\Windows\CurrentVersion\Run", r"Software\Classes\filexfer"


class Registry:
    """What of `winreg` is used, over a mapping. Attributes: values, by the key's path and the name."""

    HKEY_CURRENT_USER, REG_SZ = "HKCU", 1

    def __init__(self) -> None:
        self.values: dict[tuple[str, str], str] = {}

    @contextmanager
    def CreateKey(self, root: str, path: str) -> Iterator[str]:
        assert root == "HKCU"
        yield path

    @contextmanager
    def OpenKey(self, root: str, path: str) -> Iterator[str]:
        if path != RUN and not any(key == path for key, _ in self.values):
            raise FileNotFoundError(path)
        with self.CreateKey(root, path) as key:
            yield key

    def QueryValueEx(self, key: str, name: str) -> tuple[str, int]:
        if (key, name) not in self.values:
            raise FileNotFoundError(name)
        return self.values[key, name], self.REG_SZ

    def SetValueEx(self, key: str, name: str, reserved: int, kind: int, value: str) -> None:
        self.values[key, name] = value

    def DeleteValue(self, key: str, name: str) -> None:
        if self.values.pop((key, name), None) is None:
            raise FileNotFoundError(name)

    def DeleteKey(self, root: str, path: str) -> None:
        """Refused, as by Windows, while there are keys below it."""
        assert not any(key.startswith(path + "\\") for key, _ in self.values)
        self.values = {place: value for place, value in self.values.items() if place[0] != path}


def test_windows_starts_it_by_the_run_key_and_sends_by_its_folder(own_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    registry = Registry()
    monkeypatch.setitem(sys.modules, "winreg", registry)
    monkeypatch.setenv("APPDATA", str(own_home / "roaming"))
    system = this_system("win32")
    assert not system.at_login()
    system.set_at_login(True)
    assert system.at_login()
    assert registry.values[RUN, "filexfer"].endswith("agent")
    for _ in range(2):
        system.set_at_login(False)
    assert not system.at_login()
    assert not system.sends()
    system.set_sends(True)
    assert system.sends()
    (file,) = (own_home / "roaming" / "Microsoft" / "Windows" / "SendTo").iterdir()
    assert file.read_text("utf-8").rstrip().endswith("app -- %*")


def test_windows_opens_links_by_a_class_of_this_person(own_home: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    registry = Registry()
    monkeypatch.setitem(sys.modules, "winreg", registry)
    monkeypatch.setenv("APPDATA", str(own_home / "roaming"))
    program = tmp_path / "a b" / "filexfer-app.exe"
    program.parent.mkdir()
    program.touch()
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    monkeypatch.setattr(sys, "executable", str(program))
    system = this_system("win32")
    assert system.integration() == Integration(Placed.NOWHERE)
    system.integrate(True)
    assert registry.values[LINKS, "URL Protocol"] == ""
    assert registry.values[rf"{LINKS}\shell\open\command", ""] == f'"{program}" app "%1"'
    assert system.integration() == Integration(Placed.HERE, str(program))
    assert not system.mend()
    moved = program.rename(tmp_path / "filexfer-app.exe")
    monkeypatch.setattr(sys, "executable", str(moved))
    assert system.integration() == Integration(Placed.GONE, str(program))
    assert system.mend()
    assert system.integration() == Integration(Placed.HERE, str(moved))
    for _ in range(2):
        system.integrate(False)
    assert registry.values == {}
