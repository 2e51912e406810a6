"""Where the bundled programs begin. `filexfer-app` opens the window, `filexfer` is the command line; both are this one program,
so that the window can start its background agent by its own executable, with a command's name as the first argument."""

import os
import sys
from pathlib import Path

from bundle.surroundings import give_back


def main() -> int:
    from filexfer.cli.main import COMMANDS

    is_app = Path(sys.executable).stem == "filexfer-app"
    # What starts us is what `sys.executable` tells from here on: agents, entries of menus and of the login are made of it.
    sys.executable = give_back(os.environ, sys.executable, getattr(sys, "_MEIPASS", ""))
    if is_app and not (sys.argv[1:] and sys.argv[1] in COMMANDS):
        from filexfer.gui.start import main as app

        # Plugins that the desktop offers are of another Qt, and would be tried; what is opened from here is offered them again.
        theirs = {name: os.environ.pop(name) for name in ("QT_PLUGIN_PATH",) if name in os.environ}
        return app(ready=lambda: os.environ.update(theirs))
    from filexfer.cli.main import main as command_line

    return command_line()


if __name__ == "__main__":
    sys.exit(main())
