"""A picture from the clipboard becomes a file in the open folder: `image_put`, or an upload in blocks where it is too
large for one call. Rules: it is made a PNG on a thread of its own; it never takes the place of anything."""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import partial
from typing import Any

from PySide6.QtCore import QBuffer, QDateTime, QIODevice, QObject, Signal
from PySide6.QtGui import QImage

from filexfer.core import paths
from filexfer.core.errors import FilexferError, StorageFailed
from filexfer.core.model import BLOCK_SIZE
from filexfer.gui.kit.bridge import Bridge
from filexfer.gui.kit.location import Location

#: Bytes of a picture that travel in one call through the agent, which takes 2 MiB.
ONE_CALL = 3 << 19

Done = Callable[[Location, str], object]


class PasteImage(QObject):
    """`start(image)`; later `done(place, name)`, or the bridge's `failed`. It deletes itself at the end."""

    _encoded = Signal(bytes)

    def __init__(self, bridge: Bridge, place: Location, done: Done, parent: QObject) -> None:
        super().__init__(parent)
        self._bridge, self._place, self._done = bridge, place, done
        moment = QDateTime.currentDateTime().toString("yyyy-MM-dd HH.mm.ss")
        self._path = place.into(self.tr("Pasted {moment}").format(moment=moment) + ".png").path
        self._data = b""
        self._upload = ""
        self._encoded.connect(self._send)

    def start(self, image: QImage) -> None:
        threading.Thread(target=self._encode, args=(image,), name="paste-image", daemon=True).start()

    def _encode(self, image: QImage) -> None:
        made = QBuffer()
        made.open(QIODevice.OpenModeFlag.WriteOnly)
        image.save(made, "PNG")  # type: ignore[call-overload]  # takes text, and no bytes whatever its stub says
        self._encoded.emit(bytes(made.data().data()))

    def _send(self, data: bytes) -> None:
        self._data = data
        if not data:
            self._lack(StorageFailed(self.tr("The clipboard's picture could not be read. Copy it again.")))
        elif len(data) <= ONE_CALL:
            self._call("image_put", data, paths.to_wire(self._path), {"on_conflict": "rename"}, then=self._named)
        else:
            self._call("upload_open", paths.to_wire(self._path), len(data), {"on_conflict": "rename"}, then=self._opened)

    def _opened(self, answer: Any) -> None:
        self._upload = str(answer["upload_id"])
        self._write(0)

    def _write(self, offset: int) -> None:
        if offset >= len(self._data):
            self._call("upload_commit", self._upload, then=lambda saved: self._named(saved["path"]))
            return
        block = self._data[offset : offset + BLOCK_SIZE]
        self._call("upload_write", self._upload, offset, block, then=lambda _: self._write(offset + len(block)))

    def _named(self, path: Any) -> None:
        self._done(self._place, paths.name(paths.from_wire(path)))
        self.deleteLater()

    def _call(self, method: str, *params: object, then: Callable[[Any], object]) -> None:
        done = partial(self._then, then)
        self._bridge.ask("server_call", self._place.server, method, list(params), done=done, failed=self._lack)

    def _then(self, act: Callable[[Any], object], answer: Any) -> None:
        act(answer)

    def _lack(self, error: FilexferError) -> None:
        if self._upload:
            self._bridge.ask("server_call", self._place.server, "upload_abort", [self._upload], failed=lambda _: None)
        self._bridge.failed.emit(error)
        self.deleteLater()
