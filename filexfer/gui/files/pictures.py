"""Pictures and previews that came by way of the agent, decoded. Rules: no widget, so that a thread of the bridge can do it; what
a server sends is decoded only if it is one of two formats and no larger than was asked for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QRectF, Qt
from PySide6.QtGui import QBrush, QImage, QImageReader, QPainter

from filexfer.core.model import Entry
from filexfer.protocol import wire

#: What `thumb_get` and `preview_get` send, by the first bytes of it.
_FORMATS = {b"\x89PNG": b"png", b"\xff\xd8\xff": b"jpeg"}


@dataclass(frozen=True, slots=True)
class Preview:
    """What `preview_get` told. `kind`: image, text or none; `picture` and `text` are there for theirs. `width`, `height` of the
    picture itself in pixels, 0 for unknown; `cut`: the text goes on; `reason`: why a picture cannot be shown."""

    kind: str
    entry: Entry
    width: int
    height: int
    picture: QImage | None
    text: str
    cut: bool
    reason: str

    @classmethod
    def read(cls, edge: int, answer: dict[str, Any]) -> Preview:
        """Raises `ValueError` for a picture that is none."""
        kind, data = str(answer["kind"]), bytes(answer["data"])
        return cls(
            kind,
            wire.entry_of(answer["entry"]),
            int(answer["width"]),
            int(answer["height"]),
            decoded(data, edge) if kind == "image" else None,
            data.decode("utf-8", "replace") if kind == "text" else "",
            bool(answer["cut"]),
            str(answer["reason"]),
        )


def decoded(data: bytes, edge: int) -> QImage:
    """The PNG or JPEG `data`, of at most edge × edge pixels. Raises `ValueError` for anything else."""
    kind = next((name for first, name in _FORMATS.items() if data.startswith(first)), b"")
    if not kind:
        raise ValueError("neither PNG nor JPEG")
    buffer = QBuffer()
    buffer.setData(QByteArray(data))
    buffer.open(QIODevice.OpenModeFlag.ReadOnly)
    reader = QImageReader(buffer, QByteArray(kind))
    size = reader.size()
    if not (0 < size.width() <= edge and 0 < size.height() <= edge):
        raise ValueError("another size than asked for")
    picture = reader.read()
    if picture.isNull() or picture.size() != size:
        raise ValueError("broken")
    return picture


def rounded(picture: QImage, radius: float) -> QImage:
    """It with round corners; those of a small picture are smaller."""
    result = QImage(picture.size(), QImage.Format.Format_ARGB32_Premultiplied)
    result.fill(Qt.GlobalColor.transparent)
    bend = min(radius, picture.width() / 8, picture.height() / 8)
    painter = QPainter(result)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QBrush(picture))
    painter.drawRoundedRect(QRectF(result.rect()), bend, bend)
    painter.end()
    return result
