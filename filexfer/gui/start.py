"""The command `filexfer-app`: opens the window, or says in a sentence why this system cannot show one. Rule: nothing of Qt is
imported here before it is known to be there."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence

from filexfer.gui import cannot_start


def main(argv: Sequence[str] | None = None, ready: Callable[[], object] = lambda: None) -> int:
    """Run the app, see `app.main`. Returns the exit code: 1 where there can be no window."""
    try:
        from filexfer.gui.app import main as app
    except ImportError as error:
        if not cannot_start.is_library(error):
            raise
        return cannot_start.tell(cannot_start.reason(str(error)))
    return app(argv, ready)


if __name__ == "__main__":
    sys.exit(main())
