"""`filexfer app`: opens the desktop app. The only file here that knows the window, and it looks only when called."""

from __future__ import annotations

import argparse
import os
from importlib.util import find_spec

from filexfer.cli.exits import UsageError
from filexfer.cli.output import Output
from filexfer.core.errors import FilexferError
from filexfer.protocol.pairing import is_link


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "given",
        metavar="LINK or PATH",
        nargs="*",
        help="a link that pairs with another computer only fills in the dialog; files and folders it asks where to send",
    )


def run(args: argparse.Namespace, out: Output) -> int:
    if find_spec("PySide6") is None:
        raise FilexferError("The app needs Qt, which is not installed here. Install it with: pip install 'filexfer[gui]'")
    for text in args.given:
        if not is_link(text) and not text.startswith("file://") and not os.path.lexists(text):
            # Not repeated: it may be a code.
            raise UsageError("This is neither a file or folder here nor a link. A link begins with filexfer://.")
    from filexfer.gui.start import main

    links = [text for text in args.given if is_link(text)]
    paths = [text for text in args.given if not is_link(text)]
    return int(main(["filexfer", *links, "--", *paths]) or 0)
