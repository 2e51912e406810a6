"""`python -m benchmarks.first_window`: starts the app as its command does, tells by the system's clock when its window was
painted first, and ends. Rule: nothing is imported before the app that it would not import."""

from __future__ import annotations

import sys
import time

from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtWidgets import QApplication, QMainWindow, QWidget

from filexfer.gui import app
from filexfer.gui.kit.theme import Theme


class First(QObject):
    """Prints the time (`time.monotonic`, which all processes share) of the first painting of anything in the main window."""

    def __init__(self, application: QApplication) -> None:
        super().__init__(application)
        self._seen = False
        application.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        painted = event.type() == QEvent.Type.Paint and isinstance(watched, QWidget) and isinstance(watched.window(), QMainWindow)
        if painted and not self._seen:
            self._seen = True
            QTimer.singleShot(0, self._tell)
        return False

    def _tell(self) -> None:
        print(time.monotonic(), flush=True)
        QTimer.singleShot(0, QApplication.quit)


def main() -> int:
    prepare = app.prepare

    def prepared(application: QApplication) -> Theme:
        theme = prepare(application)
        First(application)
        return theme

    setattr(app, "prepare", prepared)  # noqa: B010 - a name of that module, as its `main` finds it
    return app.main()


if __name__ == "__main__":
    sys.exit(main())
