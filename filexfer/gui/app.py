"""The desktop app: makes the application, its look, its bridge to the agent and its window. All reading from disk happens here,
before the window is shown."""

from __future__ import annotations

import gc
import signal
import sys
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QLibraryInfo, QLocale, QTimer, QTranslator
from PySide6.QtWidgets import QApplication

from filexfer import __version__
from filexfer.client.session import Session
from filexfer.core import places
from filexfer.gui.cannot_start import told_in_words
from filexfer.gui.desktop import Desktop
from filexfer.gui.dragging import drops
from filexfer.gui.kit import resources, sentences, words
from filexfer.gui.kit.bridge import Bridge
from filexfer.gui.kit.icons import Icons
from filexfer.gui.kit.settings import Memory
from filexfer.gui.kit.theme import Theme
from filexfer.gui.opened import Opened
from filexfer.gui.platform.system import this_system
from filexfer.gui.single import Handover, Single
from filexfer.gui.window import Window
from filexfer.protocol.pairing import is_link

#: Qt's options that take a value (QGuiApplication's documentation, and `-session`, by which X11 restores a session).
_WITH_VALUE = frozenset(
    "-platform -platformpluginpath -platformtheme -plugin -qwindowgeometry -qwindowicon -qwindowtitle -session -display "
    "-geometry -style -stylesheet -name -title -icon -fontengine".split()
)


def main(argv: Sequence[str] | None = None, ready: Callable[[], object] = lambda: None) -> int:
    """Run the app until its window is closed; the agent it talks to goes on. A link among the arguments (`filexfer://…`) stands
    in the dialog that pairs, and pairing is for its user to do; paths are offered to be sent. Where a window is open already, it
    is that one that shows them. `ready` is called once Qt has read its environment. Returns the exit code."""
    from filexfer.gui.kit.launch import open_agent

    name, *given = sys.argv if argv is None else argv
    handover, rest = read_arguments(given)
    state = places.state_folder()
    single = Single(state)
    if not single.take() and single.hand_over(handover):
        return 0
    # Qt keeps its arguments, and may show them: a link holds a code.
    with told_in_words():
        app = QApplication([name, *rest])
    ready()
    prepare(app)
    state.mkdir(mode=0o700, parents=True, exist_ok=True)
    icons, memory = Icons(resources.folder()), Memory(state / "window.ini")
    bridge = Bridge(partial(open_agent, state))
    window = Window(bridge, memory, icons)
    desktop = Desktop(window, bridge, memory, icons, this_system())
    window.start()
    window.show()
    desktop.take(handover)
    desktop.mend()
    opened = Opened(app, desktop.take)
    single.listen_quietly(desktop.handed.emit)
    # What lives now lives to the end; the collector need not look at it again and again.
    gc.freeze()
    try:
        with _Interrupts(desktop.closing.leave):
            return app.exec()
    finally:
        opened.close()
        single.close()
        desktop.close()


def read_arguments(given: Sequence[str]) -> tuple[Handover, list[str]]:
    """What the app was started with: paths and `file:` URLs, a link; and what is Qt's, its options. Behind `--` all are paths."""
    link, local, options = "", list[str](), list[str]()
    words = iter(given)
    for word in words:
        if word == "--":
            local += words
        elif is_link(word):
            link = link or word
        elif word.startswith("-"):
            options.append(word)
            options += [value] if word in _WITH_VALUE and (value := next(words, "")) else []
        else:
            local.append(word)
    return Handover.given([drops.path_of(text) for text in local], link), options


def prepare(app: QApplication) -> Theme:
    """Name, look and language of the application."""
    if QLocale().language() == QLocale.Language.C:
        # A machine that names no language: figures are still for people.
        QLocale.setDefault(QLocale(QLocale.Language.English, QLocale.Country.UnitedStates))
    QCoreApplication.setApplicationName("filexfer")
    QCoreApplication.setApplicationVersion(__version__)
    app.setDesktopFileName("filexfer")
    # Qt's binding imports `datetime` with the first time it makes: now, for later would be on a thread that must not read.
    words.moment(0)
    sentences.known()
    _translate(app, resources.folder() / "translations")
    return Theme(app, resources.folder())


def make_window(find_agent: Callable[[float], Session], state: Path) -> Window:
    """A window that talks to the agent `find_agent` gives a session with, see `Bridge`, and remembers in `state`."""
    state.mkdir(mode=0o700, parents=True, exist_ok=True)
    icons = Icons(resources.folder())
    return Window(Bridge(find_agent), Memory(state / "window.ini"), icons)


def _translate(app: QApplication, folder: Path) -> None:
    qt = QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)
    # English below, for its plurals; the person's language above it, and Qt's own words in that language.
    english = QLocale(QLocale.Language.English)
    for locale, name, place in (
        (english, "filexfer", str(folder)),
        (QLocale(), "qtbase", qt),
        (QLocale(), "filexfer", str(folder)),
    ):
        translator = QTranslator(app)
        if translator.load(locale, name, "_", place):
            app.installTranslator(translator)


class _Interrupts:
    """Lets Ctrl+C in a terminal, or the end of the session, close the app: Python runs its handlers only when it gets a turn."""

    def __init__(self, leave: Callable[[], object]) -> None:
        self._leave = leave

    def __enter__(self) -> None:
        self._before = {number: signal.signal(number, lambda *_: self._leave()) for number in (signal.SIGINT, signal.SIGTERM)}
        self._turns = QTimer(interval=500)
        self._turns.timeout.connect(lambda: None)
        self._turns.start()

    def __exit__(self, *_: object) -> None:
        self._turns.stop()
        for number, handler in self._before.items():
            signal.signal(number, handler)
