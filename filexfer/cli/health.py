"""`filexfer health [ADDRESS]`: says whether a server does well, and why not; by its exit code to monitors and containers."""

from __future__ import annotations

import argparse

from filexfer.cli import exits, output, remote, running
from filexfer.cli.output import Output
from filexfer.protocol import wire


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "at",
        metavar="ADDRESS",
        nargs="?",
        default="",
        help="of the server, or NAME: of a saved one; without it, the server of yours that runs here",
    )
    parser.add_argument(
        "--strict", action="store_true", help="exit code 1 also where it works and somebody should look (“degraded”)"
    )
    running.which(parser)


def run(args: argparse.Namespace, out: Output) -> int:
    with running.session(args, remote.way(args, out).connect) as session:
        found = wire.struct(session.call("server_health"))
    state = wire.text(found["state"])
    if out.json:
        out.record(**found)
    else:
        _show(state, found, out)
    return exits.Exit.DONE if state == "ok" or (state == "degraded" and not args.strict) else exits.Exit.FAILED


def _show(state: str, found: dict[str, object], out: Output) -> None:
    out.result(state)
    for reason in wire.sequence(found["reasons"]):
        out.result(f"  {reason}")
    free, total = (wire.number(found[name]) for name in ("free", "total"))
    if total > 0:
        out.detail(f"free:         {output.size(free)} of {output.size(total)}")
    if "uptime" in found:
        out.detail(f"running for:  {output.span(float(str(found['uptime'])))}")
        out.detail(f"connections:  {found['connections']}, uploads {found['uploads']}, requests at work {found['workers_busy']}")
        out.detail(f"failed syncs: {found['failed_syncs']}")
