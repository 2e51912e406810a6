"""The command `filexfer`: finds the command's file, lets it declare its arguments, runs it, turns errors into exit codes.

Start-up is a feature here: nothing heavy is imported at the top, and of the commands only the one that was named.
"""

from __future__ import annotations

import argparse
import atexit
import gc
import os
import signal
import sys
from collections.abc import Callable, Sequence
from importlib import import_module
from types import FrameType
from typing import Any, NoReturn, Protocol, cast

import filexfer
from filexfer.cli import exits
from filexfer.cli.output import Output
from filexfer.core.errors import FilexferError

#: Each command, the module `filexfer.cli.<name>` behind it, and its line in `--help`.
COMMANDS = {
    "serve": "share a folder",
    "put": "send files and folders to a server",
    "get": "fetch files and folders from a server",
    "ls": "list a folder of a server",
    "stat": "show one file or folder of a server, or the server itself",
    "health": "say whether a server does well, and why not",
    "mkdir": "make folders on a server",
    "mv": "move or rename on a server",
    "rm": "delete on a server",
    "verify": "compare a local file or folder with a server's, byte for byte by digests",
    "invite": "let one more device into the server that runs here",
    "pair": "make this computer known to a server that invited it",
    "devices": "list, add and revoke the devices that may use the server that runs here",
    "servers": "list, save, rename and forget servers of others",
    "doctor": "find out why a server cannot be reached, and what to type",
    "jobs": "list, pause, resume, cancel, retry and clear transfers",
    "call": "call a method of any XML-RPC server, print the answer as JSON",
    "config": "look over a filexfer.toml for `serve --config`, show what holds, print a sample",
    "demo": "send a real folder tree to a server and back, compare, and say how fast",
    "app": "open the desktop app",
    "integrate": "have the system's menu and links start the app from where it lies",
    "agent": "the app's background process (the app starts it by itself)",
}

#: Those that stay until they are told to stop.
_STAYING = ("serve", "agent")

#: The forms of an address, for `--help` and the manual page.
FORMS = """addresses:
  https://HOST[:PORT]/PATH     a server and a path in its share, after `filexfer pair`; the port is 8765 unless given
  http://HOST[:PORT]/PATH      the same in the clear, on this computer
  unix:/SOCKET[:/PATH]         the same over a UNIX socket
  NAME:[PATH]                  a server that is saved (`filexfer servers`)
"""


_LINK = (
    "A link is a secret, and other users can read arguments. Make a new invitation, run `filexfer pair`, and give it the link "
    "when it asks, or at stdin."
)


#: Objects that are made between two searches for cycles. Imports alone make a hundred times the usual 700.
_OBJECTS = 50_000


class Command(Protocol):
    """What a command's file offers."""

    @staticmethod
    def arguments(parser: argparse.ArgumentParser) -> None: ...

    @staticmethod
    def run(args: argparse.Namespace, out: Output) -> int: ...


class _Parser(argparse.ArgumentParser):
    """One that says what is wrong with a command line as every other failure is said: with `--json` as an object too."""

    def __init__(self, words: Sequence[str], **more: Any) -> None:
        super().__init__(formatter_class=argparse.RawDescriptionHelpFormatter, allow_abbrev=False, **more)
        self._words = words

    def error(self, message: str) -> NoReturn:
        if "--json" in self._words:
            sys.exit(Output(json=True).failure(exits.UsageError(message)))
        super().error(message)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line `argv` (default: this process's) and return its exit code."""
    words = list(sys.argv[1:] if argv is None else argv)
    _hear_signals(words)
    if argv is None:
        _spare_searches()
    return guarded(lambda: _run(words), Output(json="--json" in words))


def _hear_signals(words: Sequence[str]) -> None:
    """Before all imports, which take a while: SIGTERM is as Ctrl+C, what is under way is put down so that it can be resumed. A
    command that stays until it is told to stop has done what it was told if that comes before it has begun."""
    staying = bool(words) and words[0] in _STAYING
    for number in (signal.SIGINT, signal.SIGTERM) if staying else (signal.SIGTERM,):
        if signal.getsignal(number) in (signal.SIG_DFL, signal.default_int_handler):
            signal.signal(number, _leave if staying else signal.default_int_handler)


def _leave(number: int, frame: FrameType | None) -> NoReturn:
    # No exception: one that comes up in C code of an import, or while something is deleted, is lost, and the server starts.
    os._exit(exits.Exit.DONE)


def _run(words: Sequence[str]) -> int:
    # The system opens a link by `filexfer app LINK`; whoever else says one here shows it to other users, and we do not repeat it.
    if any("filexfer://" in word.lower() for word in words) and words[0] != "app":
        return Output(json="--json" in words).failure(exits.UsageError(_LINK))
    if not words or words[0] not in COMMANDS:
        return _no_command(words)
    command = _command(words[0])
    args = parser_of(words[0], words).parse_intermixed_args(words[1:])
    out = Output(json=args.json, quiet=args.quiet, verbose=args.verbose)
    return guarded(lambda: command.run(args, out), out)


def parser_of(name: str, words: Sequence[str] = ()) -> argparse.ArgumentParser:
    """What the command `name` takes. The manual page and the completions of a shell are made from it too."""
    parser = _Parser(
        words,
        prog=f"filexfer {name}",
        description=f"{COMMANDS[name][0].upper()}{COMMANDS[name][1:]}.",
        epilog=f"{FORMS}\n{exits.epilog()}",
    )
    _command(name).arguments(parser)
    _common(parser)
    return parser


def _command(name: str) -> Command:
    return cast(Command, import_module(f"filexfer.cli.{name}"))


def _spare_searches() -> None:
    """Have this process, which is the command's alone, search for cycles of garbage rarely, and at its end not at all: that would
    take 15 ms of a command's start and end, and what is left goes with the process."""
    gc.set_threshold(_OBJECTS)
    atexit.register(gc.freeze)


def guarded(act: Callable[[], int], out: Output) -> int:
    """Run `act`; an error that a person can do something about becomes a sentence and an exit code."""
    try:
        code = act()
        out.flush()
        return code
    except (FilexferError, KeyboardInterrupt) as error:
        return out.failure(error)
    except BrokenPipeError:
        # Whoever read our output has gone (`filexfer ls … | head`): the usual silent end.
        out.abandon()
        return exits.Exit.FAILED
    except OSError as error:
        from filexfer.client.words import local_error

        return out.failure(local_error(error))


def _common(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("-q", "--quiet", action="store_true", help="say nothing but errors")
    parser.add_argument("-v", "--verbose", action="store_true", help="say more: every file, and what an error came from")
    parser.add_argument("--json", action="store_true", help="print JSON for scripts (docs/cli.md tells the fields)")


class _Version(argparse.Action):
    """Says our version, and those of what it runs on: TLS is as old, and as quick, as the OpenSSL that Python was built with."""

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> NoReturn:
        import platform
        import ssl

        print(f"filexfer {filexfer.__version__}\nPython {platform.python_version()}, {ssl.OPENSSL_VERSION}")
        parser.exit()


def _no_command(words: Sequence[str]) -> int:
    parser = _Parser(
        words,
        prog="filexfer",
        usage="filexfer COMMAND [ARGUMENT…] [OPTION…]\n       filexfer COMMAND --help",
        description="Move files between your machines.",
        epilog=f"commands:\n{_command_list()}\n\n{FORMS}\n{exits.epilog()}",
    )
    parser.add_argument("--version", action=_Version, nargs=0, help="say which version this is, and on what it runs")
    if words and not words[0].startswith("-"):
        parser.error(_unknown(words[0]))
    parser.parse_args(words)
    parser.print_help()
    return exits.Exit.USAGE


def _command_list() -> str:
    return "\n".join(f"  {name:<8} {text}" for name, text in COMMANDS.items())


def _unknown(word: str) -> str:
    from difflib import get_close_matches

    near = get_close_matches(word, COMMANDS, n=1)
    return f"there is no command “{word}”." + (f" Did you mean “{near[0]}”?" if near else " `filexfer --help` lists them.")
