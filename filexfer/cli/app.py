"""`filexfer app`: opens the desktop app. The only file here that knows the window, and it looks only when called."""

from __future__ import annotations

import argparse
from importlib.util import find_spec

from filexfer.cli.output import Output
from filexfer.core.errors import FilexferError


def arguments(parser: argparse.ArgumentParser) -> None:
    pass


def run(args: argparse.Namespace, out: Output) -> int:
    if find_spec("PySide6") is None:
        raise FilexferError("The app needs Qt, which is not installed here. Install it with: pip install 'filexfer[gui]'")
    from filexfer.gui.app import main

    return int(main() or 0)
