"""Takes the pictures of one language: `python -m tests.gui.pictures FOLDER LANGUAGE [GROUP…]`."""

from __future__ import annotations

import faulthandler
import os
import sys
import tempfile
import traceback
from contextlib import ExitStack
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QLocale, QMessageLogContext, QtMsgType, qInstallMessageHandler
from PySide6.QtWidgets import QApplication

from filexfer.gui import app
from tests.gui.conftest import OtherServer, OwnAgent
from tests.gui.pictures import around, browsing, computers, front, transfers
from tests.gui.pictures.photographer import Photographer
from tests.gui.pictures.scene import furnish, source_of

#: In this order: later ones find what earlier ones left.
GROUPS = (*browsing.GROUPS, *computers.GROUPS, *around.GROUPS, *transfers.GROUPS, *front.GROUPS)


def take(photographer: Photographer, wanted: list[str]) -> list[str]:
    """Go through the groups; the names of those that could not be staged."""
    failed = []
    for group in GROUPS:
        photographer.begin_group()
        if wanted and group.__name__ not in wanted:
            continue
        try:
            group(photographer)
        except Exception:  # one page that cannot be staged is told, and costs no other page its picture
            traceback.print_exc()
            failed.append(group.__name__)
            photographer.put_away()
    return failed


def _tell(kind: QtMsgType, context: QMessageLogContext, text: str) -> None:
    """Qt's messages, but for what the platform without a screen says of every window."""
    if not text.startswith("This plugin does not support"):
        print(text, file=sys.stderr)


def main() -> int:
    faulthandler.enable()
    target, language, *wanted = sys.argv[1:]
    # Nobody but ourselves is found, or finds us.
    os.environ["FILEXFER_MDNS"] = "127.0.0.1"
    qInstallMessageHandler(_tell)
    QLocale.setDefault(QLocale(language))
    application = QApplication(sys.argv[:1])
    theme = app.prepare(application)
    with ExitStack() as parts:
        home = Path(parts.enter_context(tempfile.TemporaryDirectory(prefix="fxs", ignore_cleanup_errors=True)))
        source = source_of(home)
        server = OtherServer(home / "studio", home / "server-state")
        parts.callback(server.stop)
        furnish(server.folder)
        agent = OwnAgent(home / "agent")
        parts.callback(agent.stop)
        with agent.session() as session:
            session.call("share_set", {"folder": str(home / "Public")})
            session.call("server_save", {"name": "studio", "address": server.address})
            session.call("server_save", {"name": "attic-pi", "address": "http://127.0.0.1:1/"})
        photographer = Photographer(agent, server, home, source, Path(target), language, theme)
        parts.callback(photographer.close)
        failed = take(photographer, wanted)
    if failed:
        print(f"{language}: no pictures of {', '.join(failed)}", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
