"""`filexfer servers`: the servers that are saved by name, and how they do; saves, renames, forgets them; finds those nearby."""

from __future__ import annotations

import argparse
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from filexfer.cli import exits, options, saved
from filexfer.cli.exits import UsageError
from filexfer.cli.output import Output
from filexfer.cli.running import ask_all
from filexfer.core import places
from filexfer.core.errors import (
    BadParameters,
    ConnectionFailed,
    ConnectionLost,
    FilexferError,
    KeyChanged,
    KeyringLocked,
    LoginNeeded,
)
from filexfer.protocol.address import Address, parse

if TYPE_CHECKING:
    from filexfer.client.vault import Vault

#: Seconds that a server has to answer, and all of them together.
_EACH, _ALL = 4.0, 6.0
#: Seconds that servers have to say that they are there; they do it within one, and are asked twice.
_LOOK = 2.5
_UNKNOWN = "needs pairing"
#: Names that an action takes: least and most.
_TAKES = {"list": (0, 0), "save": (2, 2), "rename": (2, 2), "forget": (1, 99)}


class _State(NamedTuple):
    """How a server does: a word, and what this computer may do there, `""` unknown."""

    word: str
    permission: str = ""


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "action",
        metavar="ACTION",
        nargs="?",
        default="list",
        choices=tuple(_TAKES),
        help="list (default); save NAME ADDRESS; rename NAME NEW; forget NAME…: with the token that pairing brought",
    )
    parser.add_argument("names", metavar="NAME", nargs="*", help="of a saved server; forget takes addresses too")
    parser.add_argument(
        "--nearby", action="store_true", help="list those that announce themselves on the networks around, saved or not"
    )
    parser.add_argument(
        "--names", dest="only_names", action="store_true", help="print only the names of those that are saved, and ask nobody"
    )
    options.state(parser)


def run(args: argparse.Namespace, out: Output) -> int:
    for asked, option in ((args.nearby, "--nearby"), (args.only_names, "--names")):
        if asked and (args.action != "list" or args.names):
            raise UsageError(f"Write `filexfer servers {option}` with nothing behind it.")
    least, most = _TAKES[args.action]
    if not least <= len(args.names) <= most:
        raise UsageError("Write `filexfer servers`, `filexfer servers save NAME ADDRESS`, `rename NAME NEW` or `forget NAME…`.")
    state = Path(args.state).absolute() if args.state else places.state_folder()
    if args.nearby:
        return _nearby(state, out)
    if args.only_names:
        return _names(state, out)
    if args.action == "list":
        return _list(state, out)
    if args.action == "forget":
        return exits.together([_forget(name, state, out) for name in args.names])
    if args.action == "save":
        _save(args.names[0], args.names[1], state, out)
    else:
        saved.servers(state).rename(*args.names)
        if out.json:
            out.record(event="renamed", name=args.names[1])
        out.say(f"“{args.names[0]}” is called “{args.names[1]}” now.")
    return exits.Exit.DONE


def _list(state: Path, out: Output) -> int:
    from filexfer.client.vault import Vault

    vault = Vault(state)
    named = saved.servers(state).saved()
    paired = vault.known()
    # What was paired with and has no name is worth knowing too: it holds a token.
    rows = [*sorted(named.items()), *(("", address) for address in paired if address not in named.values())]
    states = ask_all(lambda row: _ask(row[1], vault), rows, _ALL)
    wide = [max((len(row[column]) for row in rows), default=0) for column in (0, 1)]
    for (name, address), found in zip(rows, states, strict=True):
        word, permission = found or _State("offline")
        if out.json:
            out.record(name=name, address=address, paired=address in paired, state=word, permission=permission)
        else:
            out.result(f"{name or '–':{max(1, wide[0])}}  {address:{wide[1]}}  {word}{f', {permission}' if permission else ''}")
    if not rows:
        out.say("No servers. `filexfer pair` makes this computer known to one.")
    return exits.Exit.DONE


def _names(state: Path, out: Output) -> int:
    """For scripts, and for the completions of a shell, which cannot wait."""
    for name, address in sorted(saved.servers(state).saved().items()):
        if out.json:
            out.record(name=name, address=address)
        else:
            out.result(name)
    return exits.Exit.DONE


def _nearby(state: Path, out: Output) -> int:
    """Look around for a moment, without an agent."""
    from filexfer.agent.nearby import Surroundings
    from filexfer.client.vault import Vault

    around = Surroundings(saved.servers(state), Vault(state))
    found, problem = around.look(_LOOK)
    if problem:
        raise ConnectionFailed(problem)
    wide = [max((len(str(row[column])) for row in found), default=0) for column in ("name", "address")]
    for row in found:
        if out.json:
            out.record(**row)
        else:
            known = f", saved as {row['known']}:" if row["known"] else ""
            out.result(f"{row['name']:{wide[0]}}  {row['address']:{wide[1]}}  {row['state']}{known}")
    if not found:
        out.say("No server was found on the networks around. Is sharing switched on there? `filexfer doctor` looks further.")
    elif any(row["state"] == _UNKNOWN for row in found):
        out.say("To pair with one, run `filexfer invite` there, and here: filexfer pair ADDRESS")
    return exits.Exit.DONE


def _ask(address: str, vault: Vault) -> _State:
    from filexfer.client.session import connect

    try:
        with connect(address, vault=vault, timeout=_EACH) as session:
            return _State("online", str(session.info().get("permission", "")))
    except LoginNeeded:
        return _State(_UNKNOWN)
    except KeyChanged:
        return _State("key changed")
    except KeyringLocked:
        return _State("keyring locked")
    except (ConnectionFailed, ConnectionLost):
        return _State("offline")
    except FilexferError as error:
        return _State(str(error))


def _save(name: str, text: str, state: Path, out: Output) -> None:
    from filexfer.client.vault import Vault

    address = _address(text)
    servers, vault = saved.servers(state), Vault(state)
    before = servers.saved().get(name)
    # The same server elsewhere, such as after its address changed: its key tells, so it goes on being paired.
    moved = vault.find(before) if before and before != str(address) and address.scheme == "https" else None
    servers.check_name(name)
    if moved is not None and vault.find(address) is None:
        # First: what was saved before goes with the token that it had.
        vault.keep(address, moved)
    servers.save(name, str(address))
    if out.json:
        out.record(event="saved", name=name, address=str(address))
    out.say(f"Saved “{name}”{saved.use(name, state)}")
    if address.scheme == "https" and vault.find(address) is None:
        out.say(f"This computer is not paired with it yet: filexfer pair {name}:{saved.there(state)}")


def _address(text: str) -> Address:
    address = parse(text)
    if address.scheme == "saved":
        raise BadParameters("Save a server under its address, like https://HOST:8765/.")
    return address.server


def _forget(name: str, state: Path, out: Output) -> exits.Exit:
    before = saved.servers(state).saved()
    try:
        if not _told(state, "server_forget", name):
            with closing(saved.servers(state)) as servers:
                servers.forget(name)
    except FilexferError as error:
        return out.failure(error)
    if out.json:
        out.record(event="forgotten", name=name)
    address = before.pop(name, "")
    twin = next((one for one, at in before.items() if at == address), "")
    if twin:
        out.say(f"Forgot “{name}”. “{twin}” is the same server, so this computer goes on being paired with it.")
    elif address and not address.startswith("https:"):
        out.say(f"Forgot “{name}”.")
    else:
        out.say(
            f"Forgot “{name}”, and what pairing with it brought. If it could not be told, this computer is still listed there: "
            "`filexfer devices revoke`."
        )
    return exits.Exit.DONE


def _told(state: Path, method: str, *params: object) -> bool:
    """Whether an agent with this state runs and has done it: it also lets go of what it holds in memory."""
    if not places.control_address(state):
        return False
    from filexfer.client.control import connect_control

    try:
        with connect_control(state, timeout=_EACH) as session:
            session.call(method, *params)
    except (ConnectionFailed, ConnectionLost):
        return False
    return True
