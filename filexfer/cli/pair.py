"""`filexfer pair [ADDRESS]`: makes this computer known to a server that invited it. Link or code come from the prompt or from
stdin, never as an argument: other users can read arguments."""

from __future__ import annotations

import argparse
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from filexfer.cli import exits, options, saved
from filexfer.cli.exits import UsageError
from filexfer.cli.invite import MAY
from filexfer.cli.output import Output
from filexfer.core import places
from filexfer.core.errors import AlreadyExists, ConnectionFailed, FilexferError
from filexfer.protocol.address import Address, free_name, parse
from filexfer.protocol.pairing import Invite, is_link, parse_code, parse_link

if TYPE_CHECKING:
    from filexfer.client.pairing import Paired
    from filexfer.client.vault import Vault

#: Longest line that is read, in characters.
_LINE = 4096
#: Four groups, a letter more or less in each, or all of them in one.
_LIKE_A_CODE = re.compile(r"[A-Za-z0-9]{3,5}([-\s\u2011\u2013]+[A-Za-z0-9]{3,5}){3}|[A-Za-z0-9]{16}")
#: Seconds without an answer after which it counts as failed.
_PATIENCE = 20.0


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "address",
        metavar="ADDRESS",
        nargs="*",
        help="of the server: needed for a code that is typed; a link says it itself. NAME: pairs with a saved server anew",
    )
    parser.add_argument("--name", default="", help="to save the server as, for NAME:PATH (default: that of its share)")
    parser.add_argument("--device", metavar="NAME", default="", help="what this computer is called there (default: its own name)")
    options.state(parser, "for the agent or server that has this --state: what pairing brings is kept there, for it alone")


def run(args: argparse.Namespace, out: Output) -> int:
    state = Path(args.state).absolute() if args.state else places.state_folder()
    name, address = _named(args.address, args.name, state)
    servers = saved.servers(state)
    if name:
        servers.check_name(name)
    target = _asked(address, out)
    where = str((target.address if isinstance(target, Invite) else target[0]).server)
    known = servers.saved()
    if known.get(name, where) != where:
        raise AlreadyExists(
            f"“{name}” is another saved server. Choose another --name, or forget it: filexfer servers forget {name}"
        )
    from filexfer.client.pairing import pair
    from filexfer.client.vault import Vault

    vault = Vault(state)
    try:
        paired = pair(target, args.device or places.computer_name(), vault, _PATIENCE)
    except ConnectionFailed as error:
        if address is not None or not isinstance(target, Invite):
            raise
        raise ConnectionFailed(f"{error} Where that computer has another address, give it: filexfer pair ADDRESS") from error
    name = name or next((one for one, at in known.items() if at == where), "")
    name = name or free_name(paired.share or paired.address.host, known)
    servers.save(name, where)
    _say(paired, name, state, vault, out)
    return exits.Exit.DONE


def _say(paired: Paired, name: str, state: Path, vault: Vault, out: Output) -> None:
    permission = paired.permission.name.lower()
    if out.json:
        where = {"address": str(paired.address), "share": paired.share, "kept": paired.where}
        out.record(event="paired", name=name, permission=permission, **where)
    out.say(f"Paired with {paired.address}, where this computer may {MAY[permission]}.")
    out.say(f"It is saved as “{name}”{saved.use(name, state)}")
    if paired.where == "file":
        out.say(f"No keyring of the system works here, so its token is in {vault.file}, which only this user may read.")


def _named(words: list[str], wanted: str, state: Path) -> tuple[str, Address | None]:
    """The name to save it as, `""` for any, and the address that the command line gives. Raises `UsageError`; repeats nothing:
    it may be a secret."""
    if any(map(_is_code, (*words, "-".join(words)))):
        raise UsageError(
            "A code is a secret, and other users can read arguments. Make a new invitation, run `filexfer pair ADDRESS`, and "
            "give it the code when it asks, or at stdin. If this is an address, write it with https://."
        )
    if len(words) > 1:
        raise UsageError("Name one address, or none where you have a link.")
    if not words:
        return wanted, None
    try:
        found = parse(words[0] if "://" in words[0] or words[0].endswith(":") else f"https://{words[0]}")
    except FilexferError as error:
        raise UsageError(str(error)) from error
    if found.scheme == "saved":
        return wanted or found.name, saved.server(found.name, state)
    if found.scheme != "https":
        raise UsageError("Pairing needs an encrypted connection. Give the address with https://.")
    return wanted, found.server


def _is_code(text: str) -> bool:
    """Whether it is meant as a code, though it may not be quite right."""
    return _LIKE_A_CODE.fullmatch(text.strip()) is not None


def _asked(address: Address | None, out: Output) -> Invite | tuple[Address, str]:
    """What is given at the prompt or at stdin."""
    if sys.stdin.isatty():
        where = "On the other computer run `filexfer invite`" if address is None else f"On {address.host} run `filexfer invite`"
        out.warn(f"{where}, or choose “Pair a device” in its app.")
    text = _line("Link, or code: " if address is None else "Code, or link: ")
    if is_link(text):
        invite = parse_link(text)
        # An address that was given is another way to the same server: the link's pin says so.
        return invite if address is None else Invite(address, invite.code, invite.pin)
    code = parse_code(text)
    if address is None:
        if not sys.stdin.isatty():
            raise UsageError("A code needs the server's address: filexfer pair https://HOST:8765/")
        typed = _line("Address of that computer: ")
        address = parse(typed if "://" in typed else f"https://{typed}").server
    return address, code


def _line(prompt: str) -> str:
    """A line of stdin that is not empty."""
    if sys.stdin.isatty():
        sys.stderr.write(prompt)
        sys.stderr.flush()
    while line := sys.stdin.readline(_LINE):
        if line.strip():
            return line.strip()
    raise UsageError("Nothing was given. Run `filexfer pair` again with the link or the code.")
