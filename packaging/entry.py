"""Where the bundled programs begin. `filexfer-app` opens the window, `filexfer` is the command line; both are this one program,
so that the window can start its background agent by its own executable, with a command's name as the first argument."""

import sys
from pathlib import Path


def main() -> int:
    from filexfer.cli.main import COMMANDS

    if Path(sys.executable).stem == "filexfer-app" and not (sys.argv[1:] and sys.argv[1] in COMMANDS):
        from filexfer.gui.app import main as app

        return int(app() or 0)
    from filexfer.cli.main import main as command_line

    return command_line()


if __name__ == "__main__":
    sys.exit(main())
