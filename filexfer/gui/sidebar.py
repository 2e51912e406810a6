"""The side bar: this computer, the saved servers with a dot and a word, and the button that connects to another one."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import (
    QEvent,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QPoint,
    QRect,
    QRectF,
    QSignalBlocker,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QColor, QFont, QFontMetrics, QGuiApplication, QMouseEvent, QPainter
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QListView,
    QMenu,
    QMessageBox,
    QPushButton,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from filexfer.core import paths
from filexfer.gui.icons import Icons
from filexfer.gui.location import Location
from filexfer.gui.servers_model import ROW, Servers, SideModel, SideRow
from filexfer.gui.theme import GAP, MARGIN, SIDE_ROW, Colours, colours, heading, smaller

DOT = 8


class SideDelegate(QStyledItemDelegate):
    """Paints heads and computers."""

    def __init__(self, view: QListView) -> None:
        super().__init__(view)
        self._view = view
        self._pair_text = self.tr("Pair")

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        return QSize(120, SIDE_ROW)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> None:
        row: SideRow = index.data(ROW)
        scheme = colours(self._view.palette())
        rect: QRect = option.rect
        state: QStyle.StateFlag = option.state
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if row.address is None:
            painter.setFont(heading(self._view.font()))
            painter.setPen(QColor(scheme.secondary))
            painter.drawText(rect.adjusted(MARGIN, 0, -MARGIN, -4), int(_FLAGS_BOTTOM), row.text)
        else:
            self._paint_computer(painter, rect, row, scheme, state)
        painter.restore()

    def _paint_computer(self, painter: QPainter, rect: QRect, row: SideRow, scheme: Colours, state: QStyle.StateFlag) -> None:
        painter.setPen(Qt.PenStyle.NoPen)
        if state & QStyle.StateFlag.State_Selected or state & QStyle.StateFlag.State_MouseOver:
            painter.setBrush(QColor(scheme.tint if state & QStyle.StateFlag.State_Selected else scheme.hover))
            painter.drawRoundedRect(QRectF(rect).adjusted(4, 1, -4, -1), 6, 6)
        if state & QStyle.StateFlag.State_HasFocus:
            painter.setPen(QColor(scheme.accent))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QRectF(rect).adjusted(4.5, 1.5, -4.5, -1.5), 6, 6)
        direction = self._view.layoutDirection()
        self._paint_dot(
            painter, QStyle.visualRect(direction, rect, QRect(rect.left() + MARGIN, rect.center().y() - 3, DOT, DOT)), row, scheme
        )
        line = QStyle.visualRect(direction, rect, rect.adjusted(MARGIN + DOT + GAP, 0, -MARGIN, 0))
        small = smaller(self._view.font())
        if row.can_pair:
            wide = self._paint_button(painter, self.button_rect(rect), scheme)
        else:
            word = self._word(row, line.width(), small)
            wide = QFontMetrics(small).horizontalAdvance(word)
            painter.setFont(small)
            painter.setPen(QColor(scheme.failed if row.state == "key changed" else scheme.secondary))
            painter.drawText(line, int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignTrailing), word)
        name = QFontMetrics(self._view.font()).elidedText(
            paths.shown(row.text), Qt.TextElideMode.ElideMiddle, line.width() - wide - GAP
        )
        painter.setFont(self._view.font())
        painter.setPen(QColor(scheme.text))
        painter.drawText(line, int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeading), name)

    def _word(self, row: SideRow, room: int, font: QFont) -> str:
        """The state of a row, with more of it where its name leaves room."""
        name = QFontMetrics(self._view.font()).horizontalAdvance(paths.shown(row.text))
        fits = QFontMetrics(font).horizontalAdvance(row.words) + name + GAP <= room
        return row.words if row.words and fits else row.word

    def button_rect(self, rect: QRect) -> QRect:
        """Where the button of the row in `rect` is, of one that has a button."""
        wide = QFontMetrics(smaller(self._view.font())).horizontalAdvance(self._pair_text) + 2 * GAP
        place = QRect(rect.right() - MARGIN - wide + 5, rect.top() + 5, wide, rect.height() - 10)
        return QStyle.visualRect(self._view.layoutDirection(), rect, place)

    def _paint_button(self, painter: QPainter, place: QRect, scheme: Colours) -> int:
        painter.setPen(QColor(scheme.line))
        painter.setBrush(QColor(scheme.button))
        painter.drawRoundedRect(QRectF(place).adjusted(0.5, 0.5, -0.5, -0.5), 5, 5)
        painter.setFont(smaller(self._view.font()))
        painter.setPen(QColor(scheme.text))
        painter.drawText(place, int(Qt.AlignmentFlag.AlignCenter), self._pair_text)
        return place.width()

    @staticmethod
    def _paint_dot(painter: QPainter, place: QRect, row: SideRow, scheme: Colours) -> None:
        """A full one for a computer that can be used now; an open one for all others, its colour as good as its word."""
        if row.state == "online":
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(scheme.done))
            painter.drawEllipse(QRectF(place))
        else:
            known = {
                "offline": scheme.failed,
                "key changed": scheme.failed,
                "needs pairing": scheme.paused,
                "keyring locked": scheme.paused,
            }
            painter.setPen(QColor(known.get(row.state, scheme.secondary)))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawEllipse(QRectF(place).adjusted(0.5, 0.5, -0.5, -0.5))


_FLAGS_BOTTOM = Qt.AlignmentFlag.AlignBottom | Qt.AlignmentFlag.AlignLeading


class Sidebar(QWidget):
    """Signals: `chosen(Location)` when a computer was clicked; `connect_wanted()`; `pair_wanted(address)`."""

    chosen = Signal(object)
    connect_wanted = Signal()
    pair_wanted = Signal(str)

    def __init__(self, servers: Servers, icons: Icons, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._servers = servers
        self._model = SideModel(servers, self)
        self._here: str | None = None
        self.view = QListView()
        self.view.setModel(self._model)
        self.delegate = SideDelegate(self.view)
        self.view.setItemDelegate(self.delegate)
        self.view.setFrameShape(QFrame.Shape.NoFrame)
        self.view.setUniformItemSizes(True)
        self.view.setMouseTracking(True)
        self.view.viewport().setAutoFillBackground(False)
        self.view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.view.setAccessibleName(self.tr("Computers"))
        self.view.viewport().installEventFilter(self)
        self.view.clicked.connect(self._on_clicked)
        self.view.activated.connect(self._on_clicked)
        self.view.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.view.customContextMenuRequested.connect(self._on_menu)
        self._model.modelReset.connect(self._mark)
        self.connect_button = QPushButton(icons.icon("plug_connected"), self.tr("Connect…"))
        self.connect_button.clicked.connect(self.connect_wanted)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, GAP, 0, MARGIN)
        layout.setSpacing(GAP)
        layout.addWidget(self.view, 1)
        foot = QHBoxLayout()
        foot.setContentsMargins(GAP, 0, GAP, 0)
        foot.addWidget(self.connect_button)
        layout.addLayout(foot)

    def mark(self, server: str | None) -> None:
        """Show which computer is open; None for none."""
        self._here = server
        self._mark()

    def _mark(self) -> None:
        row = -1 if self._here is None else self._model.row_of(self._here)
        with QSignalBlocker(self.view.selectionModel()):
            self.view.setCurrentIndex(self._model.index(row) if row >= 0 else QModelIndex())
            if row < 0:
                self.view.clearSelection()
        self.view.viewport().update()

    def button_point(self, row: int) -> QPoint:
        """The middle of the button of a row, in the view's viewport."""
        return self.delegate.button_rect(self.view.visualRect(self._model.index(row))).center()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """A press on a row's button is for the button, not for the row."""
        if isinstance(event, QMouseEvent) and event.button() == Qt.MouseButton.LeftButton:
            address = self._pairs_at(event.position().toPoint())
            if address and event.type() == QEvent.Type.MouseButtonRelease:
                self.pair_wanted.emit(address)
            return bool(address)
        return super().eventFilter(watched, event)

    def _pairs_at(self, point: QPoint) -> str:
        """The address of the computer whose button is at `point`, "" for none."""
        index = self.view.indexAt(point)
        row = self._model.row(index.row()) if index.isValid() else None
        if row is None or not row.can_pair or not self.delegate.button_rect(self.view.visualRect(index)).contains(point):
            return ""
        return row.address or ""

    def _on_clicked(self, index: QModelIndex) -> None:
        row = self._model.row(index.row())
        if row.address is not None:
            self.chosen.emit(Location(row.address, "", row.text))

    def _on_menu(self, point: QPoint) -> None:
        index = self.view.indexAt(point)
        row = self._model.row(index.row()) if index.isValid() else None
        if row is None or row.address is None:
            return
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction(self.tr("Open"), partial(self._on_clicked, index))
        if row.address:
            menu.addAction(self.tr("Copy address"), partial(QGuiApplication.clipboard().setText, row.address))
            if row.state in ("needs pairing", "key changed") and row.address.startswith("https:"):
                menu.addAction(self.tr("Pair…"), partial(self.pair_wanted.emit, row.address))
            menu.addSeparator()
            menu.addAction(self.tr("Forget…"), partial(self._ask_forget, row))
        menu.popup(self.view.viewport().mapToGlobal(point))

    def _ask_forget(self, row: SideRow) -> None:
        box = QMessageBox(QMessageBox.Icon.NoIcon, self.tr("Forget"), "", parent=self)
        box.setTextFormat(Qt.TextFormat.PlainText)
        box.setText(self.tr("Forget “{name}”?").format(name=paths.shown(row.text)))
        if (row.address or "").startswith("https:"):
            box.setInformativeText(
                self.tr("What pairing with it brought is thrown away too: to come back, it takes a new code from there.")
            )
        yes = box.addButton(self.tr("Forget"), QMessageBox.ButtonRole.DestructiveRole)
        box.setDefaultButton(box.addButton(QMessageBox.StandardButton.Cancel))
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        yes.clicked.connect(partial(self._servers.forget, row.text))
        box.open()
