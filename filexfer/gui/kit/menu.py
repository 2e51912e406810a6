"""A menu whose entries each have a letter to be chosen by, underlined, in every language.

Rules: entries keep their texts, which other menus, tool tips and tests share; only what is painted has its letter marked. Where
a text has no letter that a keyboard has, as in Chinese, one follows it in brackets, as is the custom there.
"""

from __future__ import annotations

import sys
import unicodedata
from collections.abc import Collection, Sequence
from string import digits

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QAction, QKeyEvent
from PySide6.QtWidgets import QMenu, QStyleOptionMenuItem, QWidget

_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


class Menu(QMenu):
    """To be used for every menu that is not the system's own."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.aboutToShow.connect(self._fit)

    def _fit(self) -> None:
        """Qt measures the texts as they are, without what is put into them."""
        names = [action.text().partition("\t")[0] for action in self.actions() if not action.isSeparator()]
        wide = self.fontMetrics().horizontalAdvance
        added = [wide(text) - wide(name) - wide("&") for name, (letter, text) in zip(names, marked(names), strict=True) if letter]
        self.setMinimumWidth(0)
        self.setMinimumWidth(self.sizeHint().width() + max([0, *added]))

    def letters(self) -> dict[str, QAction]:
        """The entries by their letters, in lower case."""
        marked = self._marked()
        return {letter: action for action, (letter, _) in marked.items() if letter}

    def _marked(self) -> dict[QAction, tuple[str, str]]:
        # Hidden ones have their letters too: those of the others stay what they are.
        entries = [action for action in self.actions() if not action.isSeparator()]
        return dict(zip(entries, marked([action.text().partition("\t")[0] for action in entries]), strict=True))

    def initStyleOption(self, option: QStyleOptionMenuItem, action: QAction) -> None:
        super().initStyleOption(option, action)
        if action.isSeparator() or sys.platform == "darwin":  # no menu there has such letters
            return
        name = action.text().partition("\t")[0]
        if option.text.startswith(name):
            option.text = self._marked()[action][1] + option.text[len(name) :]

    def keyPressEvent(self, event: QKeyEvent) -> None:
        action = self.letters().get(event.text().casefold()) if event.text() else None
        if action is None or not action.isEnabled() or not action.isVisible() or event.modifiers() & _NO_LETTER:
            super().keyPressEvent(event)
            return
        self.setActiveAction(action)
        # As if it was stepped to: opens a menu below, or closes those above.
        super().keyPressEvent(QKeyEvent(QEvent.Type.KeyPress, Qt.Key.Key_Return, Qt.KeyboardModifier.NoModifier))


_NO_LETTER = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.MetaModifier


def marked(names: Sequence[str]) -> list[tuple[str, str]]:
    """A letter for each name, no two the same, and the name with `&` before it; ("", the name) once the letters are used up."""
    taken: set[str] = set()
    found = []
    for name in names:
        letter, text = _mark(name, taken)
        taken.add(letter)
        found.append((letter, text))
    return found


def _mark(name: str, taken: Collection[str]) -> tuple[str, str]:
    places = _places(name)
    starts = [place for place in places if place == 0 or not name[place - 1].isalnum()]
    for place in (*starts, *places):
        if name[place].casefold() not in taken:
            return name[place].casefold(), f"{name[:place]}&{name[place:]}"
    free = next((letter for letter in _LETTERS if letter.casefold() not in taken), "")
    if not free:
        return "", name
    end = len(name.removesuffix("…"))
    return free.casefold(), f"{name[:end]}(&{free}){name[end:]}"


def _places(name: str) -> list[int]:
    """Where letters stand that keyboards have, those with capital and small forms, and digits."""
    return [place for place, letter in enumerate(name) if unicodedata.category(letter) in ("Lu", "Ll") or letter in digits]
