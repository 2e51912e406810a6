"""`filexfer integrate`: has the system's menu and `filexfer://` links start the app from where it lies, or takes that back."""

from __future__ import annotations

import argparse
from importlib.util import find_spec

from filexfer.cli.exits import Exit
from filexfer.cli.output import Output
from filexfer.core.errors import FilexferError


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--login", action="store_true", help="also start the background process at login")
    parser.add_argument("--remove", action="store_true", help="take all of it back: menu, links, login and “Send to filexfer”")


def run(args: argparse.Namespace, out: Output) -> int:
    from filexfer.gui.platform.system import Placed, this_system

    if find_spec("PySide6") is None:
        raise FilexferError("The app needs Qt, which is not installed here. Install it with: pip install 'filexfer[gui]'")
    system = this_system()
    if args.remove:
        for on, act in ((system.at_login(), system.set_at_login), (system.sends(), system.set_sends)):
            if on:
                act(False)
        system.integrate(False)
        out.record(event="removed") if out.json else out.say("The menu, links and the login do not start filexfer any more.")
        return Exit.DONE
    if args.login:
        system.set_at_login(True)
    if not system.can_integrate:
        raise FilexferError("Here the system does that by itself: on macOS, once filexfer lies in the Applications folder.")
    if system.integration().placed is not Placed.SYSTEM:
        system.integrate(True)
    program = system.integration().program
    out.record(event="integrated", program=program) if out.json else out.say(f"The menu and links start {program}.")
    return Exit.DONE
