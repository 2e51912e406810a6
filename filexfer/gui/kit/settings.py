"""What the window remembers: its place, columns, the last folders. An ini file in the state folder, nothing secret in it."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import quote, unquote_to_bytes

from PySide6.QtCore import QByteArray, QSettings

from filexfer.core import paths
from filexfer.gui.kit.location import Location


class Memory:
    """A typed face of one ini file."""

    def __init__(self, file: Path) -> None:
        self._ini = QSettings(str(file), QSettings.Format.IniFormat)

    def shape(self, name: str) -> QByteArray:
        """A saved geometry or header state; empty where there is none."""
        value = self._ini.value(f"window/{name}")
        return value if isinstance(value, QByteArray) else QByteArray()

    def keep_shape(self, name: str, value: QByteArray) -> None:
        self._ini.setValue(f"window/{name}", value)

    @property
    def downloads(self) -> str:
        """The folder downloads went to last; "" before the first."""
        return str(self._ini.value("downloads/folder", ""))

    @downloads.setter
    def downloads(self, folder: str) -> None:
        self._ini.setValue("downloads/folder", folder)

    @property
    def notifications(self) -> bool:
        """Whether the desktop is told of transfers that end while the window is not looked at."""
        return str(self._ini.value("desktop/notifications", "true")) == "true"

    @notifications.setter
    def notifications(self, wanted: bool) -> None:
        self._ini.setValue("desktop/notifications", "true" if wanted else "false")

    @property
    def closing(self) -> str:
        """What closing the window does while there is work: "keep" goes on in the background, "stop" stops it, "" asks."""
        value = str(self._ini.value("desktop/closing", ""))
        return value if value in ("keep", "stop") else ""

    @closing.setter
    def closing(self, choice: str) -> None:
        self._ini.setValue("desktop/closing", choice)

    @property
    def hidden(self) -> bool:
        """Whether hidden files are shown."""
        return str(self._ini.value("browse/hidden", "false")) == "true"

    @hidden.setter
    def hidden(self, shown: bool) -> None:
        self._ini.setValue("browse/hidden", "true" if shown else "false")

    @property
    def nearby(self) -> bool:
        """Whether a person looks for computers nearby."""
        return str(self._ini.value("nearby/open", "false")) == "true"

    @nearby.setter
    def nearby(self, opened: bool) -> None:
        self._ini.setValue("nearby/open", "true" if opened else "false")

    @property
    def grid(self) -> bool:
        """Whether a folder is shown as pictures."""
        return str(self._ini.value("browse/grid", "false")) == "true"

    @grid.setter
    def grid(self, wanted: bool) -> None:
        self._ini.setValue("browse/grid", "true" if wanted else "false")

    @property
    def panel(self) -> bool:
        """Whether the panel at the side is shown."""
        return str(self._ini.value("browse/panel", "false")) == "true"

    @panel.setter
    def panel(self, wanted: bool) -> None:
        self._ini.setValue("browse/panel", "true" if wanted else "false")

    @property
    def sort(self) -> tuple[str, bool]:
        """The column sorted by, and whether downwards."""
        return str(self._ini.value("browse/sort", "name")), str(self._ini.value("browse/descending", "false")) == "true"

    @sort.setter
    def sort(self, value: tuple[str, bool]) -> None:
        self._ini.setValue("browse/sort", value[0])
        self._ini.setValue("browse/descending", "true" if value[1] else "false")

    @property
    def last(self) -> Location | None:
        """Where the window was when it closed."""
        if not self._ini.contains("last/server"):
            return None
        return Location(str(self._ini.value("last/server")), self._path("last/path"), str(self._ini.value("last/name", "")))

    @last.setter
    def last(self, location: Location | None) -> None:
        self._ini.remove("last")
        if location is not None:
            self._ini.setValue("last/server", location.server)
            self._ini.setValue("last/path", quote(paths.encode(location.path)))
            self._ini.setValue("last/name", location.name)
            self._ini.setValue(self._folder_key(location.server), quote(paths.encode(location.path)))

    def folder_of(self, server: str) -> str:
        """The folder last open on `server`."""
        return self._path(self._folder_key(server))

    def save(self) -> None:
        self._ini.sync()

    def _path(self, key: str) -> str:
        # Percent-encoded, since a name may hold bytes that are no text, which Qt's strings cannot carry.
        return paths.decode(unquote_to_bytes(str(self._ini.value(key, ""))))

    @staticmethod
    def _folder_key(server: str) -> str:
        return "folders/" + (server or "this computer").encode().hex()
