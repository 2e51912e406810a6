"""Paints a row of the remote list whole, and edits a name in place. Rules: no call per cell; text is always plain text."""

from __future__ import annotations

import os.path
from dataclasses import dataclass

from PySide6.QtCore import QAbstractItemModel, QModelIndex, QPersistentModelIndex, QRect, QSize, Qt, QTimer
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPalette, QPen
from PySide6.QtWidgets import QLineEdit, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from filexfer.core.model import Entry, Kind
from filexfer.gui.files.listing import MODIFIED, NAME, SIZE, ListingModel
from filexfer.gui.kit.icons import Icons
from filexfer.gui.kit.reading import isolated
from filexfer.gui.kit.theme import FILE_ROW, GAP, MARGIN, colours, smaller, tabular

ICON = 20
# One icon a kind of content, told by the extension: enough to find a picture among texts.
_GROUPS = {
    "image": "png jpg jpeg gif webp bmp svg tif tiff heic avif ico raw cr2 nef arw psd",
    "video": "mp4 mkv mov avi webm m4v mpg mpeg wmv",
    "music_note_2": "mp3 flac ogg opus wav m4a aac wma",
    "folder_zip": "zip tar gz xz bz2 zst 7z rar tgz deb rpm jar whl",
    "document_pdf": "pdf",
    "code": "py c h cpp hpp rs go js ts html css java sh json xml toml yaml yml sql rb php",
    "document_text": "txt md rst log csv ini cfg conf doc docx odt rtf tex",
}
_ICONS = {extension: icon for icon, extensions in _GROUPS.items() for extension in extensions.split()}


def icon_of(entry: Entry) -> str:
    """The name of the icon that stands for `entry`."""
    if entry.kind is Kind.FOLDER:
        return "folder"
    if entry.kind is Kind.LINK:
        return "link"
    if entry.kind is Kind.OTHER:
        return "document_question_mark"
    return _ICONS.get(os.path.splitext(entry.name)[1][1:].lower(), "document")


@dataclass(frozen=True, slots=True)
class RowLook:
    """How a row is to be painted. `cells`: the rectangles of its columns, in the viewport."""

    rect: QRect
    cells: tuple[QRect, QRect, QRect]
    selected: bool
    hovered: bool
    current: bool
    edited: bool


class FileDelegate(QStyledItemDelegate):
    """`begin` once a repaint, then `paint_row` for each row."""

    def __init__(self, icons: Icons, parent: QWidget) -> None:
        super().__init__(parent)
        self._icons = icons
        self._view = parent
        self._font = QFont()
        self._small = QFont()
        self._metrics = QFontMetrics(self._font)
        self._small_metrics = QFontMetrics(self._small)

    def begin(self) -> None:
        """Take fonts from the view as they are now."""
        font = self._view.font()
        if font != self._font or not self._small.pointSizeF() < font.pointSizeF():
            self._font = font
            self._small = tabular(smaller(font))
            self._metrics = QFontMetrics(self._font)
            self._small_metrics = QFontMetrics(self._small)

    def paint_row(self, painter: QPainter, model: ListingModel, entry: Entry | None, look: RowLook) -> None:
        palette = self._view.palette()
        scheme = colours(palette)
        # What is selected is lit where the keyboard is, so that one sees where that is.
        lit = look.selected and self._view.hasFocus()
        if look.selected:
            painter.fillRect(look.rect, palette.color(QPalette.ColorRole.Highlight) if lit else QColor(scheme.tint))
        elif look.hovered:
            painter.fillRect(look.rect, QColor(scheme.hover))
        text = QColor("#ffffff") if lit else QColor(scheme.text)
        faint = QColor("#ffffff") if lit else QColor(scheme.secondary)
        if entry is None:
            cell = look.cells[NAME]
            painter.fillRect(QStyle.visualRect(self._view.layoutDirection(), cell, self._bone(cell)), QColor(scheme.tint))
        else:
            self._paint_entry(painter, model, entry, look, (text, faint), lit)
        if look.current and not look.selected:
            painter.setPen(QPen(QColor(scheme.accent), 1))
            painter.drawRect(look.rect.adjusted(0, 0, -1, -1))

    def _paint_entry(
        self, painter: QPainter, model: ListingModel, entry: Entry, look: RowLook, pens: tuple[QColor, QColor], lit: bool
    ) -> None:
        text, faint = pens
        right = self._view.layoutDirection() == Qt.LayoutDirection.RightToLeft
        cell = look.cells[NAME]
        box = QRect(cell.right() - MARGIN - ICON + 1 if right else cell.left() + MARGIN, cell.top(), ICON, cell.height())
        tone = QColor(colours(self._view.palette()).accent) if entry.kind is Kind.FOLDER and not lit else faint
        self._icons.paint(painter, box.adjusted(0, 4, 0, -4), icon_of(entry), tone)
        if not look.edited:
            painter.setFont(self._font)
            painter.setPen(text)
            room = self.name_rect(cell, right)
            name = self._metrics.elidedText(model.text(entry, NAME), Qt.TextElideMode.ElideMiddle, room.width())
            painter.drawText(room, int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeading), isolated(name))
        painter.setFont(self._small)
        painter.setPen(faint)
        for column, side in ((SIZE, Qt.AlignmentFlag.AlignTrailing), (MODIFIED, Qt.AlignmentFlag.AlignLeading)):
            room = look.cells[column].adjusted(MARGIN, 0, -MARGIN, 0)
            words = self._small_metrics.elidedText(model.text(entry, column), Qt.TextElideMode.ElideRight, room.width())
            painter.drawText(room, int(Qt.AlignmentFlag.AlignVCenter | side), isolated(words))

    @staticmethod
    def name_rect(cell: QRect, right_to_left: bool) -> QRect:
        """Where in the name's cell the text stands, beside the icon."""
        before, after = MARGIN + ICON + GAP, MARGIN
        return cell.adjusted(after, 0, -before, 0) if right_to_left else cell.adjusted(before, 0, -after, 0)

    @staticmethod
    def _bone(cell: QRect) -> QRect:
        """What stands for a name that is still on its way."""
        return QRect(cell.left() + MARGIN, cell.center().y() - 4, min(160, cell.width() // 2), 8)

    # Editing a name in place.

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        return QSize(120, FILE_ROW)

    def createEditor(self, parent: QWidget, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QWidget:
        editor = QLineEdit(parent)
        editor.setObjectName("inline")
        editor.setAccessibleName(self.tr("New name"))
        return editor

    def setEditorData(self, editor: QWidget, index: QModelIndex | QPersistentModelIndex) -> None:
        if isinstance(editor, QLineEdit) and editor.text() == "":
            name = str(index.data(Qt.ItemDataRole.EditRole) or "")
            editor.setText(name)
            stem = os.path.splitext(name)[0]
            # The view selects everything once it shows the editor; what people change is the stem.
            QTimer.singleShot(0, editor, lambda: editor.setSelection(0, len(stem)))

    def setModelData(self, editor: QWidget, model: QAbstractItemModel, index: QModelIndex | QPersistentModelIndex) -> None:
        if isinstance(editor, QLineEdit):
            model.setData(index, editor.text(), Qt.ItemDataRole.EditRole)

    def updateEditorGeometry(
        self, editor: QWidget, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        option_rect: QRect = option.rect
        right = self._view.layoutDirection() == Qt.LayoutDirection.RightToLeft
        editor.setGeometry(self.name_rect(option_rect, right).adjusted(-6, 2, 6, -2))
