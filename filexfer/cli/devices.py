"""`filexfer devices`: the devices that may use the running server: lists them, adds one without pairing, revokes them."""

from __future__ import annotations

import argparse

from filexfer.cli import exits, output, remote, running
from filexfer.cli.exits import UsageError
from filexfer.cli.invite import MAY
from filexfer.cli.output import Output
from filexfer.client.session import Session
from filexfer.core.errors import NotFound
from filexfer.protocol import wire


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "action",
        metavar="ACTION",
        nargs="?",
        default="list",
        choices=("list", "add", "revoke"),
        help="list (default); add NAME: makes a device known without pairing, prints its token and the server's certificate, "
        "which is what --token-file reads; revoke NAME…: they may do nothing from now on",
    )
    parser.add_argument("names", metavar="NAME", nargs="*", help="of a device; for revoke also its number, as list -v shows it")
    parser.add_argument(
        "--permission",
        choices=tuple(MAY),
        default="write",
        help="of the device that is added: watch (how the server does, and nothing of its files), read, write (default), manage",
    )
    running.arguments(parser)


def run(args: argparse.Namespace, out: Output) -> int:
    if args.action == "list" and args.names:
        raise UsageError("`filexfer devices list` takes no name; `filexfer devices revoke NAME` forgets a device.")
    if args.action == "add" and len(args.names) != 1:
        raise UsageError("Name the device: `filexfer devices add NAME > FILE`.")
    if args.action == "revoke" and not args.names:
        raise UsageError("Which one? `filexfer devices revoke NAME`; `filexfer devices` lists them.")
    with running.session(args, remote.way(args, out).connect) as session:
        if args.action == "add":
            return _add(session, args, out)
        return _revoke(session, args.names, out) if args.action == "revoke" else _list(session, out)


def _list(session: Session, out: Output) -> int:
    devices = [wire.struct(one) for one in wire.sequence(session.call("device_list"))]
    width = max((len(str(one["name"])) for one in devices), default=0)
    for one in devices:
        if out.json:
            out.record(**one)
            continue
        paired, seen = (wire.number(one[name]) for name in ("created_ns", "seen_ns"))
        last = output.moment(seen) if seen else "never"
        number = f"  {one['id']}" if out.verbose else ""
        out.result(f"{one['name']!s:{width}}  {one['permission']!s:6}  since {output.moment(paired)}  last seen {last}{number}")
    if not devices:
        out.say("No devices. `filexfer invite` lets one in.")
    return exits.Exit.DONE


def _add(session: Session, args: argparse.Namespace, out: Output) -> int:
    added = wire.struct(session.call("device_add", args.names[0], args.permission))
    if out.json:
        out.record(event="added", **added)
        return exits.Exit.DONE
    # Just what `--token-file` reads, and stock clients: whatever else there is to say goes to stderr.
    out.result(wire.text(added["token"]))
    for line in wire.text(added["certificate"]).splitlines():
        out.result(line)
    out.note(f"“{added['name']}” may {MAY[str(added['permission'])]}. Its token is shown this once; keep it from other users.")
    return exits.Exit.DONE


def _revoke(session: Session, names: list[str], out: Output) -> int:
    codes = []
    for name in names:
        if not session.call("device_revoke", name):
            codes.append(out.failure(NotFound(f"There is no device “{name}”. `filexfer devices` lists them.")))
            continue
        if out.json:
            out.record(event="revoked", name=name)
        out.say(f"Revoked “{name}”: it may do nothing from now on.")
        _tell_of_twins(session, name, out)
    return exits.together(codes)


def _tell_of_twins(session: Session, name: str, out: Output) -> None:
    """A computer that was paired several times is listed as “vm”, “vm (2)”, …: who wants it out wants all of them out."""
    listed = (wire.text(wire.struct(one)["name"]) for one in wire.sequence(session.call("device_list")))
    twins = [one for one in listed if one.startswith(f"{name} (")]
    if twins:
        out.warn(f"still listed, and perhaps the same computer: {', '.join(f'“{one}”' for one in twins)}.")
