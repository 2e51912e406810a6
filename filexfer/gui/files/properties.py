"""What is known of the selected entries: name, place, kind, size, time. Rules: asks for nothing but the sizes of folders, by
pages, and stops when it is closed."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

from PySide6.QtCore import QDateTime, QLocale, Qt
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QFormLayout, QPushButton, QVBoxLayout, QWidget

from filexfer.core import paths
from filexfer.core.errors import FilexferError
from filexfer.core.model import Entry, Kind
from filexfer.gui.kit import words
from filexfer.gui.kit.bridge import Bridge
from filexfer.gui.kit.controls import faint_label, plain_label, to_clipboard
from filexfer.gui.kit.location import Location, link_words
from filexfer.gui.kit.sentences import why
from filexfer.gui.kit.theme import GAP, PAGE
from filexfer.gui.kit.words import Words
from filexfer.protocol import wire

#: Entries of a folder asked for at once: few enough that reading them is not felt.
PAGE_ENTRIES = 1000


class Properties(QDialog):
    """Of one entry, or of several together. Attributes: size_words, contents (labels)."""

    def __init__(self, bridge: Bridge, here: Location, entries: Sequence[Entry], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._bridge, self._here = bridge, here
        self._left = [entry.name for entry in entries if entry.kind is Kind.FOLDER]
        self._bytes = sum(entry.size for entry in entries if entry.kind is Kind.FILE)
        self._files = sum(entry.kind is not Kind.FOLDER for entry in entries)
        self._folders = len(self._left)
        self._of_folders = bool(self._left)
        self.setWindowTitle(self.tr("Properties"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setMinimumWidth(420)
        self.size_words, self.contents = plain_label(), plain_label()
        self._lay_out(entries)
        self._show()
        self._look()

    def _lay_out(self, entries: Sequence[Entry]) -> None:
        form = QFormLayout()
        form.setSpacing(GAP)
        for head, text in self._facts(entries):
            label = plain_label(text, wrap=True)
            label.setTextInteractionFlags(
                Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
            )
            label.setAccessibleName(f"{head}: {text}")
            form.addRow(faint_label(head), label)
        form.addRow(faint_label(self.tr("Size")), self.size_words)
        if self._of_folders or len(entries) > 1:
            form.addRow(faint_label(self.tr("Contents")), self.contents)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.button(QDialogButtonBox.StandardButton.Close).setDefault(True)
        copy = QPushButton(self.tr("Copy link"), autoDefault=False)
        copy.clicked.connect(partial(self._on_copy, [entry.name for entry in entries]))
        buttons.addButton(copy, QDialogButtonBox.ButtonRole.ActionRole)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(PAGE, PAGE, PAGE, PAGE)
        layout.setSpacing(PAGE - GAP)
        layout.addLayout(form)
        layout.addStretch(1)
        layout.addWidget(buttons)

    def _facts(self, entries: Sequence[Entry]) -> list[tuple[str, str]]:
        place = (self.tr("Where"), self._here.words)
        if len(entries) > 1:
            return [(self.tr("Selected"), Words.tr("%Ln items", "", len(entries))), place]
        entry = entries[0]
        kinds = {
            Kind.FILE: self.tr("File"),
            Kind.FOLDER: self.tr("Folder"),
            Kind.LINK: self.tr("Link (is not followed)"),
            Kind.OTHER: self.tr("Neither file nor folder"),
        }
        return [
            (self.tr("Name"), paths.shown(entry.name)),
            (self.tr("Kind"), kinds[entry.kind]),
            place,
            (self.tr("Modified"), _exactly(entry.mtime_ns)),
        ]

    def _show(self) -> None:
        more = "…" if self._left else ""
        exact = self.tr("{n} bytes").format(n=words.number(self._bytes))
        self.size_words.setText(f"{words.size(self._bytes)} ({exact}){more}" if self._bytes >= 1000 else exact + more)
        parts = [Words.tr("%Ln file(s)", "", self._files), Words.tr("%Ln folder(s)", "", self._folders)]
        self.contents.setText(", ".join(parts) + more)

    # The sizes of folders.

    def _look(self, cursor: str = "") -> None:
        if self._left:
            options = {"recursive": True, "packed": True, "limit": PAGE_ENTRIES} | ({"cursor": cursor} if cursor else {})
            where = paths.to_wire(self._here.into(self._left[0]).path)
            self._bridge.ask(
                "server_call", self._here.server, "file_list", [where, options], read=_sum, done=self._take, failed=self._lack
            )

    def _take(self, page: tuple[int, int, int, str]) -> None:
        files, folders, size, following = page
        self._files, self._folders, self._bytes = self._files + files, self._folders + folders, self._bytes + size
        if not following:
            self._left.pop(0)
        self._show()
        self._look(following)

    def _lack(self, error: FilexferError) -> None:
        self._left.clear()
        self._show()
        self.contents.setText(why(error))

    def _on_copy(self, names: Sequence[str]) -> None:
        to_clipboard("\n".join(link_words(self._here.into(name)) for name in names))


def _sum(answer: Any) -> tuple[int, int, int, str]:
    """Files, folders, bytes and the cursor of the next page."""
    page = wire.columns_of(answer)
    folders = page.kinds.count("d")
    return len(page) - folders, folders, sum(page.sizes), page.next


def _exactly(ns: int) -> str:
    return QLocale().toString(QDateTime.fromMSecsSinceEpoch(ns // 1_000_000), "yyyy-MM-dd HH:mm:ss")
