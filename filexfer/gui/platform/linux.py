"""A Linux desktop: notifications, the task bar and the file manager by D-Bus, start at login by XDG's autostart, *Send to* by the
file managers' own folders.

Sources: https://specifications.freedesktop.org/notification-spec/ , https://wiki.ubuntu.com/Unity/LauncherAPI (also KDE's and the
docks of GNOME), https://www.freedesktop.org/wiki/Specifications/file-manager-interface/ ,
https://specifications.freedesktop.org/autostart-spec/ and desktop-entry-spec."""

from __future__ import annotations

import os
import shlex
from collections.abc import Sequence
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

from filexfer.gui.platform import menu_entry
from filexfer.gui.platform.desktop_entry import config_home, data_home, exec_line, program_of
from filexfer.gui.platform.session_bus import SessionBus, ask
from filexfer.gui.platform.system import Integration, System, own_command, remove_all, write_all

if TYPE_CHECKING:
    from jeepney import MatchRule, Message
    from jeepney.io.blocking import DBusConnection

_ENTRY = "application://filexfer.desktop"
_NOTES = "org.freedesktop.Notifications"
#: The key of what a click on a notification itself does.
_CLICK = "default"
#: Seconds that a file manager may take to start.
_STARTING = 15.0


class Linux(System):
    def __init__(self) -> None:
        super().__init__()
        self._bus = SessionBus(_of_notifications, self._on_signal)
        self._shown: tuple[int, int] | None = None
        # Of the bus's thread: the notifications shown, and the leave to come to the front that came with a click on one.
        self._notes: set[int] = set()
        self._token = ""

    # Task bar and notifications.

    def progress(self, fraction: float | None, jobs: int) -> None:
        shown = None if fraction is None else (int(fraction * 100), jobs)
        if shown != self._shown:
            self._shown = shown
            self._bus.do(lambda bus: _say_progress(bus, *(shown or (0, 0))))

    def notify(self, title: str, text: str) -> bool:
        label = self.open_words
        self._bus.do(lambda bus: self._notes.add(_notify(bus, title, text, label)))
        return True

    def _on_signal(self, message: Message) -> None:
        """On the bus's thread: a notification was clicked, or is gone. The token comes before the click (version 1.2)."""
        from jeepney import HeaderFields

        number, *more = message.body
        if number not in self._notes:
            return  # another program's
        member = message.header.fields.get(HeaderFields.member)
        if member == "ActivationToken":
            self._token = str(more[0])
        elif member == "ActionInvoked" and more[0] == _CLICK:
            token, self._token = self._token, ""
            self.clicked(token)
        elif member == "NotificationClosed":
            self._notes.discard(number)

    # The file manager.

    def show_files(self, files: Sequence[str]) -> bool:
        from jeepney import DBusAddress, MessageType, new_method_call
        from jeepney.io.blocking import open_dbus_connection

        name = "org.freedesktop.FileManager1"
        message = new_method_call(
            DBusAddress("/org/freedesktop/FileManager1", name, name),
            "ShowItems",
            "ass",
            ([Path(os.path.abspath(file)).as_uri() for file in files], ""),
        )
        try:
            with open_dbus_connection("SESSION") as bus:
                answer = bus.send_and_get_reply(message, timeout=_STARTING)
        except (OSError, ValueError, KeyError):
            return False  # no session bus, or nobody there who answers
        return answer.header.message_type is MessageType.method_return

    def close(self) -> None:
        self.progress(None, 0)
        self._bus.close()

    # Start at login.

    @property
    def can_start_at_login(self) -> bool:
        return True

    def at_login(self) -> bool:
        return _autostart().is_file()

    def set_at_login(self, on: bool) -> None:
        if on:
            line = exec_line(own_command("agent"))
            text = (
                f"[Desktop Entry]\nType=Application\nName=filexfer\nExec={line}\nIcon=filexfer\nNoDisplay=true\nTerminal=false\n"
            )
            write_all([(_autostart(), text, False)])
        else:
            remove_all([_autostart()])

    # Send to.

    @property
    def can_send(self) -> bool:
        return True

    def sends(self) -> bool:
        return any(file.is_file() for file in _senders())

    def set_sends(self, on: bool) -> None:
        files = _senders()
        if on:
            write_all([(file, text, runs) for file, (text, runs) in files.items()])
        else:
            remove_all(list(files))

    # The menu, and links.

    @property
    def can_integrate(self) -> bool:
        return True

    def integration(self) -> Integration:
        return menu_entry.look()

    def integrate(self, on: bool) -> None:
        menu_entry.put() if on else menu_entry.remove()

    def mend(self) -> bool:
        chosen = (
            (menu_entry.entry_file(), self.integrate),
            (_autostart(), self.set_at_login),
            (next(iter(_senders())), self.set_sends),
        )
        gone = [act for file, act in chosen if (program := program_of(file)) and not os.path.exists(program)]
        for act in gone:
            act(True)
        return bool(gone)


def _autostart() -> Path:
    return config_home() / "autostart" / "filexfer.desktop"


def _senders() -> dict[Path, tuple[str, bool]]:
    """The files by which file managers know of us: their text, and whether they are programs."""
    data = data_home()
    line = exec_line(own_command("app"))
    script = f'#!/bin/sh\nexec {shlex.join(own_command("app"))} -- "$@"\n'
    names = "Name=Send to filexfer\nName[zh_CN]=用 filexfer 发送\nIcon=filexfer\n"
    menu = "MimeType=all/all;\nX-KDE-ServiceTypes=KonqPopupMenu/Plugin\nActions=send;\n\n[Desktop Action send]\n"
    profile = "Profiles=send;\n\n[X-Action-Profile send]\nMimeTypes=all/all;\n"
    return {
        # Thunar; its *Send To* takes entries that can open anything.
        data / "Thunar" / "sendto" / "filexfer.desktop": (
            f"{_head('Application', names)}Exec={line} -- %F\nMimeType=all/all;\n",
            False,
        ),
        # Dolphin and Konqueror; since Plasma 6 they want a service menu to be a program.
        data / "kio" / "servicemenus" / "filexfer.desktop": (
            f"{_head('Service', names)}{menu}{names}Exec={line} -- %F\n",
            True,
        ),
        # PCManFM, PCManFM-Qt.
        data / "file-manager" / "actions" / "filexfer.desktop": (
            f"{_head('Action', names)}{profile}Exec={line} -- %F\n",
            False,
        ),
        # GNOME's Files.
        data / "nautilus" / "scripts" / "Send to filexfer": (script, True),
    }


def _head(kind: str, names: str) -> str:
    return f"[Desktop Entry]\nType={kind}\n{names}"


def _say_progress(bus: DBusConnection, percent: int, jobs: int) -> None:
    from jeepney import DBusAddress, new_signal

    place = DBusAddress("/com/canonical/unity/launcherentry/1", interface="com.canonical.Unity.LauncherEntry")
    facts = {
        "progress": ("d", percent / 100),
        "progress-visible": ("b", jobs > 0),
        "count": ("x", jobs),
        "count-visible": ("b", jobs > 1),
    }
    bus.send(new_signal(place, "Update", "sa{sv}", (_ENTRY, facts)))


def _of_notifications() -> MatchRule:
    from jeepney import MatchRule

    return MatchRule(type="signal", interface=_NOTES, path="/org/freedesktop/Notifications")


def _notify(bus: DBusConnection, title: str, text: str, click: str) -> int:
    """Show a notification that can be clicked; `click` names what that does, for systems that show it. Returns its number."""
    from jeepney import DBusAddress, new_method_call

    place = DBusAddress("/org/freedesktop/Notifications", _NOTES, _NOTES)
    # Where a body may hold markup, a file's name must not be taken for some.
    able = ask(bus, new_method_call(place, "GetCapabilities"))
    can = able[0] if able and isinstance(able[0], list) else []
    body = escape(text, quote=False) if "body-markup" in can else text
    # A server without actions may show them in the text.
    actions = [_CLICK, click] if "actions" in can else []
    hints = {"desktop-entry": ("s", "filexfer")}
    given = ("filexfer", 0, "filexfer", title, body, actions, hints, -1)
    answer = ask(bus, new_method_call(place, "Notify", "susssasa{sv}i", given))
    return answer[0] if answer and isinstance(answer[0], int) else 0
