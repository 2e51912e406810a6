"""Questions before something is done: what Enter does, and where their words stand."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from filexfer.gui.kit import resources
from filexfer.gui.kit.question import Question
from filexfer.gui.kit.theme import PAGE, Theme


@pytest.fixture
def pressed() -> list[str]:
    return []


@pytest.fixture
def question(look: QApplication, qtbot: QtBot, pressed: list[str]) -> Iterator[Question]:
    window = QWidget()
    qtbot.addWidget(window)
    window.show()
    question = Question("Delete", "Delete “a” for good?", "It cannot be taken back. " * 5, window)
    question.add_risk("Delete for good").clicked.connect(lambda: pressed.append("risk"))
    question.open()
    qtbot.waitExposed(question)
    yield question
    window.close()


def _button(question: Question, text: str) -> QPushButton:
    return next(one for one in question.findChildren(QPushButton) if one.text() == text)


def test_enter_cancels(question: Question, pressed: list[str]) -> None:
    QTest.keyClick(question, Qt.Key.Key_Return)
    assert not question.isVisible()
    assert pressed == []


def test_enter_cancels_still_when_the_colours_of_the_system_changed(
    question: Question, look: QApplication, pressed: list[str]
) -> None:
    theme = Theme(look, resources.folder())
    try:
        theme.apply(Qt.ColorScheme.Dark)
        QApplication.processEvents()
        focused = question.focusWidget()
        assert focused is not None
        QTest.keyClick(focused, Qt.Key.Key_Return)
    finally:
        theme.apply(Qt.ColorScheme.Light)
    assert not question.isVisible()
    assert pressed == []


def test_who_steps_to_the_button_and_presses_space_means_it(question: Question, pressed: list[str]) -> None:
    button = _button(question, "Delete for good")
    button.setFocus()
    QTest.keyClick(button, Qt.Key.Key_Space)
    assert pressed == ["risk"]


def test_words_and_buttons_keep_the_margins_of_all_dialogs(question: Question) -> None:
    words = question.findChild(QLabel, "qt_msgbox_label")
    assert isinstance(words, QLabel)
    last = max(
        button.mapTo(question, QPoint(button.width(), 0)).x()
        for button in question.findChildren(QPushButton)
        if button.isVisible()
    )
    assert words.mapTo(question, QPoint(words.indent(), 0)).x() == PAGE
    assert question.width() - last == PAGE
