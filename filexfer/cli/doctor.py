"""`filexfer doctor [ADDRESS]`: finds out why a server cannot be reached, and says what to type; without an address, whether
others can reach this computer."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from filexfer.cli import exits, options
from filexfer.cli.exits import UsageError
from filexfer.cli.output import Output
from filexfer.core import places
from filexfer.core.errors import FilexferError
from filexfer.protocol.address import Address, parse

if TYPE_CHECKING:
    from filexfer.client.doctor import Finding

_MARKS = {"good": "ok", "bad": "NO", "unsure": "?"}
_TRUST = ("pairing", "key")


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "address",
        metavar="ADDRESS",
        nargs="?",
        default="",
        help="of the server, or NAME: of a saved one; without it, this computer",
    )
    options.state(parser, "what this computer is paired with there, as `serve` and `agent` were told")


def run(args: argparse.Namespace, out: Output) -> int:
    from filexfer.client.doctor import Doctor
    from filexfer.client.vault import Vault

    state = Path(args.state).absolute() if args.state else places.state_folder()
    doctor = Doctor(Vault(state).find)
    findings = doctor.examine(_address(args.address, state)) if args.address else doctor.own(_own_addresses())
    bad = ""
    for finding in findings:
        _say(finding, out)
        bad = bad or (finding.check if finding.state == "bad" else "")
    if not bad:
        out.say("Nothing stands in the way.")
        return exits.Exit.DONE
    return exits.Exit.NOT_TRUSTED if bad in _TRUST else exits.Exit.NO_CONNECTION


def _address(text: str, state: Path) -> Address:
    """The server that is meant. Raises `UsageError`."""
    from filexfer.cli import saved

    try:
        found = parse(text if "://" in text or text.startswith("unix:") or text.endswith(":") else f"https://{text}")
    except FilexferError as error:
        raise UsageError(str(error)) from error
    return saved.server(found.name, state) if found.scheme == "saved" else found.server


def _own_addresses() -> list[str]:
    from filexfer.cli.running import all_running

    return [address for one in all_running() for address in one.addresses]


def _say(finding: Finding, out: Output) -> None:
    if out.json:
        out.record(**finding.struct())
        return
    out.say(f"{_MARKS[finding.state]:>2}  {finding.check:<10}  {finding.says}")
    for line in (finding.do, finding.command and _where(finding)):
        if line and finding.state != "good":
            out.say(f"{'':16}{line}")


def _where(finding: Finding) -> str:
    return f"there: {finding.command}" if finding.there else f"here: {finding.command}"
