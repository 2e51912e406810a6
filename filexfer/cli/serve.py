"""`filexfer serve DIR`: shares a folder in the foreground until it is told to stop."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from filexfer.agent.agent import Agent
from filexfer.cli import exits, foreground, logs, options
from filexfer.cli.config import refuse
from filexfer.cli.configuration.effective import COMMAND_LINE, Effective
from filexfer.cli.configuration.examine import folder_fault
from filexfer.cli.configuration.reading import Key, read
from filexfer.cli.main import guarded
from filexfer.cli.output import Output
from filexfer.cli.service_manager import ServiceManager


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("folder", metavar="DIR", nargs="?", default=None, help="the folder to share")
    parser.add_argument(
        "--config",
        metavar="FILE",
        default="",
        help="settings are read from this file (`filexfer config sample` prints one); what the command line says wins over it",
    )
    parser.add_argument(
        "--listen",
        metavar="URL",
        action="append",
        help="https://HOST:PORT (port 0: any free one; host *: every network, 0.0.0.0 or [::]: by IPv4 or IPv6 only), "
        "http://localhost:PORT or "
        "unix:/SOCKET; may be given again (default: https://*:8765)",
    )
    parser.add_argument(
        "--guest",
        choices=("none", "read", "write"),
        help="what those may do who are not paired (default: none)",
    )
    parser.add_argument("--name", help="of the share, for people; the folder's own unless given")
    parser.add_argument(
        "--allow-host", metavar="NAME", action="append", help="one more name that callers may know this server by"
    )
    parser.add_argument(
        "--insecure",
        action=argparse.BooleanOptionalAction,
        help="plain http beyond this computer too: anybody on the way can read and change it",
    )
    parser.add_argument(
        "--announce",
        action=argparse.BooleanOptionalAction,
        help="tell the network of this server (default); --no-announce: others find it by its address only",
    )
    options.log_format(parser)
    options.state(parser)


def run(args: argparse.Namespace, out: Output) -> int:
    found = Effective(read(Path(args.config)) if args.config else None, given(args))
    out = logs.begin(out, found.of(str, "log", "format"), found.of(str, "log", "level"))
    return guarded(lambda: _serve(found, out), out)


def _serve(found: Effective, out: Output) -> int:
    folder = _folder(found)
    wrong = folder_fault(found)
    if found.faults or wrong:
        return refuse([*found.faults, *([wrong] if wrong else [])], out)
    guest = found.of(str, "serve", "guest")
    agent = Agent(
        folder,
        found.listen,
        guest,
        found.of(str, "serve", "name"),
        # Where it leads: systemd's StateDirectory of a dynamic user is a link, and a state folder must not be one.
        state=found.state and found.state.resolve(),
        settings=found.server_settings(),
        announce=found.of(bool, "serve", "announce"),
        stop_seconds=found.of(float, "serve", "stop_seconds"),
    )
    if guest == "none" and not any(url.startswith("https:") for url in found.listen):
        out.note("guests may do nothing (--guest read or --guest write lets them in).")
    if found.of(bool, "serve", "insecure"):
        out.warn("--insecure: whoever is on the way reads and can change what passes over plain http, tokens too.")
    return foreground.serve(agent, out, ServiceManager.of_environment(os.environ), found.state)


def _folder(found: Effective) -> Path | None:
    """The folder to share. Raises `UsageError` where there is no name of one, or it is the command line's and not there."""
    folder = found.folder
    if folder is None and found.file is None:
        raise exits.UsageError("Name a folder to share: filexfer serve DIR. A file with settings (--config) may name it too.")
    if folder is not None and found.origin("serve", "folder").source == COMMAND_LINE and not os.path.isdir(folder):
        if os.path.lexists(folder):
            raise exits.UsageError(f"“{folder}” is not a folder. Name a folder to share.")
        raise exits.UsageError(f"There is no folder “{folder}”. Make it first, or name another one.")
    return folder


def given(args: argparse.Namespace) -> dict[Key, object]:
    """What the command line says, as the file would say it."""
    said = {
        ("serve", "folder"): args.folder and Path(os.path.abspath(args.folder)),
        ("serve", "listen"): args.listen and tuple(args.listen),
        ("serve", "guest"): args.guest,
        ("serve", "name"): args.name,
        ("serve", "allow_hosts"): args.allow_host and tuple(args.allow_host),
        ("serve", "insecure"): args.insecure,
        ("serve", "announce"): args.announce,
        ("serve", "state"): Path(os.path.abspath(args.state)) if args.state else None,
        ("log", "format"): args.log_format,
    }
    return {key: value for key, value in said.items() if value is not None}
