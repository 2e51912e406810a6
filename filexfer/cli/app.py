"""`filexfer app`: opens the desktop app. The only file here that knows the window, and it looks only when called."""

from __future__ import annotations

import argparse
from importlib.util import find_spec

from filexfer.cli.exits import UsageError
from filexfer.cli.output import Output
from filexfer.core.errors import FilexferError
from filexfer.protocol.pairing import is_link


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "link", metavar="LINK", nargs="?", default="", help="what pairs with another computer; it only fills in the dialog"
    )


def run(args: argparse.Namespace, out: Output) -> int:
    if find_spec("PySide6") is None:
        raise FilexferError("The app needs Qt, which is not installed here. Install it with: pip install 'filexfer[gui]'")
    if args.link and not is_link(args.link):
        # Not repeated: it may be a code.
        raise UsageError("This is not a link. One begins with filexfer://.")
    from filexfer.gui.app import main

    return int(main(["filexfer", args.link] if args.link else ["filexfer"]) or 0)
