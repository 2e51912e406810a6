"""What was copied with Ctrl+C in the list: *Paste into folder…* fetches it. On the clipboard stand its addresses as text, and its
files too once they are here, so that other programs can paste them. Rules: copies only; nothing is promised that is not here."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QByteArray, QMimeData, QObject, Signal
from PySide6.QtGui import QGuiApplication

from filexfer.gui.dragging import drops
from filexfer.gui.dragging.staged import Rows, Staged
from filexfer.gui.files.browser import Browser
from filexfer.gui.files.gather import Chosen, Gather, Pick
from filexfer.gui.kit.location import Location, link_words

#: Most addresses that stand on the clipboard as text.
MOST_LINES = 1000


class Copied(QObject):
    """Attributes: what (the folder and the entries copied last, while they are on the clipboard). Signal: `changed()`."""

    changed = Signal()

    def __init__(self, browser: Browser, staged: Staged, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._browser, self._staged = browser, staged
        self.what: tuple[Location, Chosen] | None = None
        QGuiApplication.clipboard().dataChanged.connect(self._on_clipboard)
        staged.arrived.connect(self._on_arrived)

    def copy(self, view: Rows) -> None:
        """Put what is selected in `view` on the clipboard."""
        if self._browser.here is not None:
            Gather(self._browser, view.ranges(), partial(self._take, self._browser.here)).start()

    def _take(self, here: Location, chosen: Chosen) -> None:
        self._put(here, chosen)
        self.what = here, chosen
        self.changed.emit()

    def _put(self, here: Location, chosen: Chosen) -> None:
        mime = QMimeData()
        mime.setData(drops.ROWS, QByteArray(drops.rows_of(here)))
        # Of very many the address of their folder.
        places = [here] if isinstance(chosen, Pick) else [here.into(entry.name) for entry in chosen[:MOST_LINES]]
        mime.setText("\n".join(link_words(place) for place in places))
        if files := self._staged.files_of(here, chosen):
            urls = [drops.url_of(file) for file in files]
            mime.setUrls(urls)
            lines = [b"copy", *(bytes(url.toEncoded().data()) for url in urls)]
            mime.setData("x-special/gnome-copied-files", QByteArray(b"\n".join(lines)))
        QGuiApplication.clipboard().setMimeData(mime)

    def _on_arrived(self) -> None:
        if self.what is not None and self._staged.files_of(*self.what):
            self._take(*self.what)

    def _on_clipboard(self) -> None:
        mime = QGuiApplication.clipboard().mimeData()
        if self.what is not None and (mime is None or not mime.hasFormat(drops.ROWS)):
            self.what = None
            self.changed.emit()
