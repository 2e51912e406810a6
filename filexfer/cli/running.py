"""Finds the server of this user that a command is about: the one that runs, or the one that `--at` or `--share` names."""

from __future__ import annotations

import argparse
import os
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, TypeVar

from filexfer.cli import options
from filexfer.cli.exits import UsageError
from filexfer.core import paths, places
from filexfer.core.errors import ConnectionFailed, FilexferError

if TYPE_CHECKING:
    from filexfer.client.session import Session

_T = TypeVar("_T")
_A = TypeVar("_A")

#: Seconds that the servers of this computer have to say what they share.
_PATIENCE = 5.0
#: Questions that are under way at once.
_AT_ONCE = 16

_NONE = (
    "No server of yours runs here. Start one with `filexfer serve FOLDER`, or share a folder in the app. One that keeps its "
    "things elsewhere, as a service does, is named by --state DIR."
)


@dataclass(frozen=True, slots=True)
class Running:
    """A server that answers. Attributes: state (its folder), folder (that it shares), addresses (where others reach it)."""

    state: Path
    folder: str
    addresses: tuple[str, ...]

    @property
    def is_secure(self) -> bool:
        return any(address.startswith("https:") for address in self.addresses)


def arguments(parser: argparse.ArgumentParser) -> None:
    """`--at`, `--share`, `--state`, `--token-file`."""
    parser.add_argument(
        "--at", metavar="ADDRESS", default="", help="a server elsewhere that lets you manage it, or one that is saved (NAME:)"
    )
    which(parser)


def which(parser: argparse.ArgumentParser) -> None:
    """`--share`, `--state`, `--token-file`; the address of a server elsewhere goes by the name `at`."""
    parser.add_argument("--share", metavar="FOLDER", default="", help="the server here that shares this folder")
    options.state(parser, "the server here that keeps its things in DIR, as it was told when it was started")
    options.token_file(parser)


def session(args: argparse.Namespace, connect: Callable[[str], Session]) -> Session:
    """A session with the server meant; `connect` opens those with servers elsewhere. Raises `ConnectionFailed` where none runs,
    `UsageError` where it is not clear which."""
    from filexfer.client.control import connect_control

    if sum(map(bool, (args.at, args.share, args.state))) > 1:
        raise UsageError("Name one server: by its address, by --share FOLDER, or by --state DIR.")
    if args.token_file and not args.at:
        raise UsageError("--token-file is for a server elsewhere: name it by its address. One that runs here needs none.")
    if args.at:
        from filexfer.cli.places import remote

        return connect(str(remote(args.at).server))
    if args.state:
        state = Path(args.state).absolute()
        if not places.control_address(state):
            raise ConnectionFailed(_none_in(args.state, state))
        return connect_control(state)
    found = all_running()
    if args.share:
        return connect_control(_sharing(args.share, found).state)
    secure = [one for one in found if one.is_secure]
    if len(secure) == 1 or len(found) == 1:
        return connect_control((secure or found)[0].state)
    if not found:
        raise ConnectionFailed(_NONE)
    several = ", ".join(f"--share “{one.folder}”" for one in (secure or found))
    raise UsageError(f"Several servers of yours run here. Say which one is meant: {several}.")


def _none_in(said: str, state: Path) -> str:
    try:
        os.stat(state / places.CONTROL_FILE)
    except PermissionError:
        return f"“{said}” is another user's. Run this as that user, or as root (with sudo)."
    except OSError:
        pass  # There is none.
    return f"No server of yours that was started with --state “{said}” runs here."


def _sharing(folder: str, found: Iterable[Running]) -> Running:
    wanted = Path(folder).resolve()
    for one in found:
        if Path(one.folder).resolve() == wanted:
            return one
    raise ConnectionFailed(f"No server of yours shares “{folder}” here just now. Start it with `filexfer serve`.")


def all_running() -> list[Running]:
    """The servers of this user that answer."""
    states = [places.state_folder(), *sorted((places.state_folder() / "shares").glob("*"))]
    told = [state for state in states if places.control_address(state)]
    return [one for one in ask_all(_look, told, _PATIENCE) if one is not None]


def _look(state: Path) -> Running | None:
    from filexfer.client.control import connect_control
    from filexfer.protocol import wire

    try:
        with connect_control(state, timeout=_PATIENCE) as session:
            share = wire.struct(wire.struct(session.call("server_list"))["share"])
            folder = paths.from_wire(share["folder"])
            return Running(state, folder, tuple(map(str, wire.sequence(share["addresses"]))))
    except (FilexferError, KeyError):
        return None  # It has gone, however that came about, or is about to.


def ask_all(ask: Callable[[_A], _T], what: Iterable[_A], seconds: float) -> list[_T | None]:
    """`ask` of each, several at once; None for those that take longer than `seconds` in all. `ask` raises nothing."""
    waiting: SimpleQueue[tuple[int, _A]] = SimpleQueue()
    for numbered in enumerate(what):
        waiting.put(numbered)
    answers: list[_T | None] = [None] * waiting.qsize()

    def run() -> None:
        try:
            while True:
                number, one = waiting.get_nowait()
                answers[number] = ask(one)
        except Empty:
            pass  # All are asked.

    threads = [threading.Thread(target=run, daemon=True) for _ in range(min(_AT_ONCE, len(answers)))]
    deadline = time.monotonic() + seconds
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(max(0.0, deadline - time.monotonic()))
    return list(answers)
