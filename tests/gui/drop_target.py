"""A window of another program, for drag tests: takes dropped files as a file manager does. It copies those whose URLs it gets, or
saves directly (https://www.freedesktop.org/wiki/Specifications/XDS/) into the folder named as argument, and says what it got.

`drop_target.py FOLDER [files|save|extract] [HOST]`"""

from __future__ import annotations

import shutil
import socket
import sys
from pathlib import Path
from urllib.parse import quote

from PySide6.QtGui import QDragEnterEvent, QDragMoveEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QLabel

from filexfer.gui.platform.xcb import open_xcb

XDS = "XdndDirectSave0"
ARK = "application/x-kde-ark-dndextract-"


class Target(QLabel):
    def __init__(self, folder: Path, way: str, host: str) -> None:
        super().__init__("drop here")
        self._folder, self._way, self._host = folder, way, host
        self.setWindowTitle("drop-target")
        self.resize(200, 160)
        self.setAcceptDrops(True)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        wanted = {"files": "text/uri-list", "save": XDS, "extract": f"{ARK}service"}[self._way]
        print("formats", sorted(event.mimeData().formats()), flush=True)
        if event.mimeData().hasFormat(wanted):
            event.acceptProposedAction()

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        getattr(self, f"_by_{self._way}")(event)
        event.acceptProposedAction()
        print("done", flush=True)

    def _by_files(self, event: QDropEvent) -> None:
        for url in event.mimeData().urls():
            path = Path(url.toLocalFile())
            print("got", path.name, path.stat().st_size, flush=True)
            shutil.copy2(path, self._folder / path.name)

    def _by_save(self, event: QDropEvent) -> None:
        xcb = open_xcb()
        assert xcb is not None
        window, name = xcb.selection_owner(xcb.atom("XdndSelection")), xcb.atom(XDS)
        suggested = xcb.property(window, name)
        print("suggested", suggested.decode(), flush=True)
        place = quote(bytes(self._folder) + b"/" + suggested)
        xcb.set_property(window, name, xcb.atom("text/plain"), f"file://{self._host}{place}".encode())
        print("answer", bytes(event.mimeData().data(XDS).data()).decode(), flush=True)

    def _by_extract(self, event: QDropEvent) -> None:
        from PySide6.QtDBus import QDBusConnection, QDBusMessage

        service, path = (bytes(event.mimeData().data(f"{ARK}{part}").data()).decode() for part in ("service", "path"))
        call = QDBusMessage.createMethodCall(service, path, "org.kde.ark.DndExtract", "extractSelectedFilesTo")
        call.setArguments([str(self._folder)])
        print("answer", QDBusConnection.sessionBus().call(call).errorMessage() or "S", flush=True)


if __name__ == "__main__":
    app = QApplication(sys.argv[:1])
    folder, way, host = [*sys.argv[1:], *("files", socket.gethostname())[len(sys.argv) - 2 :]]
    target = Target(Path(folder), way, host)
    target.show()
    app.exec()
