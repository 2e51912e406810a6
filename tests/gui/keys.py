"""A person who has a keyboard and nothing else: keys go to the window that has the focus, as the system hands them in."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QEvent, QPoint, QRect, Qt, QTimer
from PySide6.QtGui import QGuiApplication, QImage, QKeySequence, QWindow
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMainWindow, QMenu, QRadioButton, QWidget

from tests.gui.person import Person

TAB, BACK = Qt.Key.Key_Tab, Qt.Key.Key_Backtab


def press(*keys: str | Qt.Key) -> None:
    """Press keys one after the other: `"Ctrl+Shift+N"`, `Qt.Key.Key_Tab`, or a text that is typed."""
    for key in keys:
        QApplication.processEvents()  # a person's next key comes when the last one is done with
        window = _front()
        if isinstance(key, Qt.Key):
            QTest.keyClick(window, key)
        else:
            combination = QKeySequence(key)[0]
            QTest.keyClick(window, combination.key(), combination.keyboardModifiers())
        QApplication.processEvents()


def write(text: str) -> None:
    """Type a text where the keyboard is."""
    for letter in text:
        QTest.keyClick(_front(), letter)


def _front() -> QWindow:
    """The window that has the keyboard. Off screen there is no window manager that would give it back when a dialog closes."""
    if QGuiApplication.focusWindow() is None:
        windows = [one for one in QApplication.topLevelWidgets() if one.isVisible() and one.isWindow()]
        front = QApplication.activeModalWidget() or next(one for one in windows if isinstance(one, QMainWindow))
        front.activateWindow()
        QApplication.processEvents()
    window = QGuiApplication.focusWindow()
    assert window is not None, "no window has the keyboard"
    return window


def choose(person: Person, opener: str | Qt.Key, *letters: str) -> None:
    """Open a menu by a key, and go on in it by the letters that are underlined."""
    left = list(letters)

    def go_on() -> None:
        if left and isinstance(QApplication.activePopupWidget(), QMenu):
            press(left.pop(0))

    # The menu of a button has an event loop of its own, which the key that opens it does not leave before it is closed.
    hand = QTimer(interval=20)
    hand.timeout.connect(go_on)
    hand.start()
    press(opener)
    person.wait(lambda: not left and QApplication.activePopupWidget() is None)
    hand.stop()


def focused() -> QWidget:
    """What has the keyboard, which is always something that is seen."""
    _front()
    found = QApplication.focusWidget()
    assert found is not None, "nothing has the keyboard"
    assert found.isVisible()
    return found


@dataclass(frozen=True)
class Stop:
    """A widget that the Tab key came to. Attributes: shows (whether it looks another way while it has the keyboard)."""

    widget: QWidget
    shows: bool


def walk(root: QWidget, key: Qt.Key = TAB, most: int = 90) -> list[Stop]:
    """Go round `root` by Tab, from where the keyboard is, until it is there again."""
    assert root.isAncestorOf(focused())
    start, stops = focused(), list[Stop]()
    while len(stops) < most:
        widget = focused()
        before = _picture(widget)
        press(key)
        if focused() is widget:
            widget.clearFocus()  # the only stop
        stops.append(Stop(widget, before != _picture(widget)))
        if QApplication.focusWidget() is None:
            widget.setFocus(Qt.FocusReason.TabFocusReason)
        if focused() is start:
            return stops
    names = " → ".join(name(stop.widget) for stop in stops[-6:])
    raise AssertionError(f"the Tab key never comes back to {name(start)}: {names}")


def unreached(root: QWidget, stops: list[Stop]) -> list[str]:
    """What takes the focus and is no stop. Of radio buttons that belong together one is."""
    seen = {stop.widget for stop in stops}
    found = []
    for widget in root.findChildren(QWidget):
        takes = widget.focusPolicy() & Qt.FocusPolicy.TabFocus and widget.isVisible() and widget.isEnabled()
        mine = widget.window() is root and widget.focusProxy() is None and not isinstance(widget, QRadioButton)
        if takes and mine and widget not in seen:
            found.append(name(widget))
    return found


def name(widget: QWidget) -> str:
    text = getattr(widget, "text", lambda: "")
    return f"{type(widget).__name__} “{widget.accessibleName() or (text() if callable(text) else '')}”"


def _picture(widget: QWidget) -> QImage:
    # A frame may be drawn around it.
    window = widget.window()
    QApplication.sendPostedEvents(None, QEvent.Type.LayoutRequest)
    area = QRect(widget.mapTo(window, QPoint(0, 0)), widget.size()).adjusted(-3, -3, 3, 3)
    return window.grab(area.intersected(window.rect())).toImage()
