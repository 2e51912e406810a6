"""The app, which says on its output when it shows the rows of a folder: tests that see only the screen wait for that."""

from __future__ import annotations

import sys

from filexfer.gui import app
from filexfer.gui.window import Window


class Telling(Window):
    def show(self) -> None:
        self.browser.shown.connect(self._tell)
        super().show()

    def _tell(self) -> None:
        if self.listing.rowCount():
            print("rows", flush=True)


if __name__ == "__main__":
    app.Window = Telling  # type: ignore[misc]
    sys.exit(app.main())
