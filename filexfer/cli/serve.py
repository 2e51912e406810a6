"""`filexfer serve DIR`: shares a folder in the foreground until it is told to stop."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from filexfer.agent.agent import Agent
from filexfer.cli import foreground, options
from filexfer.cli.output import Output
from filexfer.core.errors import NotAFolder, NotFound
from filexfer.server.settings import Settings

DEFAULT_LISTEN = "https://*:8765"


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("folder", metavar="DIR", help="the folder to share")
    parser.add_argument(
        "--listen",
        metavar="URL",
        action="append",
        default=[],
        help="https://HOST:PORT (port 0: any free one; host *: every network, 0.0.0.0 or [::]: by IPv4 or IPv6 only), "
        "http://localhost:PORT or "
        f"unix:/SOCKET; may be given again (default: {DEFAULT_LISTEN})",
    )
    parser.add_argument(
        "--guest",
        choices=("none", "read", "write"),
        default="none",
        help="what those may do who are not paired (default: none)",
    )
    parser.add_argument("--name", default="", help="of the share, for people; the folder's own unless given")
    parser.add_argument(
        "--allow-host", metavar="NAME", action="append", default=[], help="one more name that callers may know this server by"
    )
    parser.add_argument(
        "--insecure", action="store_true", help="plain http beyond this computer too: anybody on the way can read and change it"
    )
    parser.add_argument(
        "--no-announce", action="store_true", help="do not tell the network of this server: others find it by its address only"
    )
    options.state(parser)


def run(args: argparse.Namespace, out: Output) -> int:
    if not os.path.isdir(args.folder):
        if os.path.lexists(args.folder):
            raise NotAFolder(f"“{args.folder}” is not a folder. Name a folder to share.")
        raise NotFound(f"There is no folder “{args.folder}”. Make it first, or name another one.")
    foreground.log(out)
    settings = Settings(insecure=args.insecure, allow_hosts=tuple(args.allow_host))
    listen = args.listen or [DEFAULT_LISTEN]
    agent = Agent(
        args.folder, listen, args.guest, args.name, state=_state(args), settings=settings, announce=not args.no_announce
    )
    if args.guest == "none" and not any(url.startswith("https:") for url in listen):
        out.note("guests may do nothing (--guest read or --guest write lets them in).")
    if args.insecure:
        out.warn("--insecure: whoever is on the way reads and can change what passes over plain http, tokens too.")
    return foreground.serve(agent, out)


def _state(args: argparse.Namespace) -> Path | None:
    return Path(args.state) if args.state else None
