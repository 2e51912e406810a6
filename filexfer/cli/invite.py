"""`filexfer invite`: lets one more device in. Asks the running server for an invitation, shows it, and waits for who takes it."""

from __future__ import annotations

import argparse
import time
from functools import partial

from filexfer.cli import exits, qr, remote, running
from filexfer.cli.output import Output
from filexfer.cli.status_line import StatusLine
from filexfer.client.session import Session
from filexfer.core.errors import FilexferError
from filexfer.protocol import wire

#: Seconds between two looks whether somebody has come.
_POLL = 0.5
MAY = {
    "watch": "watch how the server does",
    "read": "read",
    "write": "read and write",
    "manage": "read, write and manage the server",
}


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--permission",
        choices=tuple(MAY),
        default="write",
        help="what the device may do: watch (how the server does, and nothing of its files), read, write (default), manage (the "
        "server too: devices, transfers, settings)",
    )
    parser.add_argument(
        "--host", metavar="NAME", default="", help="the name or address of this computer that the link names (default: it looks)"
    )
    parser.add_argument("--no-qr", action="store_true", help="no QR code")
    parser.add_argument("--no-wait", action="store_true", help="do not wait for the device; the invitation stays open")
    running.arguments(parser)


def run(args: argparse.Namespace, out: Output) -> int:
    with running.session(args, remote.way(args, out).connect) as session:
        wanted = {"permission": args.permission} | ({"host": args.host} if args.host else {})
        invitation = wire.struct(session.call("invite_create", wanted))
        _show(invitation, args, out)
        if args.no_wait:
            return exits.Exit.DONE
        invite_id = wire.text(invitation["id"])
        try:
            return _wait(session, invite_id, out)
        except KeyboardInterrupt:
            session.call("invite_cancel", invite_id)
            out.warn("The invitation is taken back; nobody can use it any more.")
            return exits.Exit.INTERRUPTED


def _show(invitation: dict[str, object], args: argparse.Namespace, out: Output) -> None:
    if out.json:
        out.record(event="invited", **invitation)
        return
    link, code, address = (str(invitation[name]) for name in ("link", "code", "address"))
    out.say("On the other device open the app and choose “Connect…”, or run: filexfer pair")
    out.say("Give it this link:")
    out.result(f"  {link}")
    out.say("or this address and code:")
    out.result(f"  {address}  {code}")
    if not args.no_qr and not out.quiet:
        out.picture(qr.drawn(link))
    minutes = round(wire.number(invitation["seconds"]) / 60)
    out.say(f"It works once, for {minutes} minutes, and lets one device {MAY[str(invitation['permission'])]}.")
    others = [one for one in wire.sequence(invitation["addresses"]) if one != address]
    if others:
        out.detail(f"This computer has other addresses too: {', '.join(map(str, others))}")
    out.flush()


def _wait(session: Session, invite_id: str, out: Output) -> int:
    line = StatusLine(out.live)
    try:
        while True:
            status = wire.struct(session.call("invite_status", invite_id))
            if status["state"] != "open":
                break
            line.show(partial(_waiting, wire.number(status["seconds"])))
            time.sleep(_POLL)
    finally:
        line.clear()
    if status["state"] == "used":
        if out.json:
            out.record(event="paired", device=status["device"])
        out.say(f"Paired with “{status['device']}”. `filexfer devices` lists all devices, and revokes them.")
        return exits.Exit.DONE
    raise FilexferError(
        "Nobody came in time. Run `filexfer invite` again for a new invitation."
        if status["state"] == "expired"
        else "The invitation was taken back elsewhere. Run `filexfer invite` again for a new one."
    )


def _waiting(seconds: int) -> str:
    return f"Waiting for a device … {seconds // 60}:{seconds % 60:02} left; Ctrl+C takes the invitation back"
