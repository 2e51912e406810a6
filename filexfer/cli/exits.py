"""Exit codes: what each means, and which error ends in which. This table is the only place that knows."""

from __future__ import annotations

from collections.abc import Iterable
from enum import IntEnum

from filexfer.core import errors


class Exit(IntEnum):
    """How a command ends; `docs/cli.md` and `filexfer --help` list the same."""

    DONE = 0
    FAILED = 1
    USAGE = 2
    NO_CONNECTION = 3
    NOT_TRUSTED = 4
    CONFLICT = 5
    INTERRUPTED = 130


MEANING = {
    Exit.DONE: "done",
    Exit.FAILED: "something failed, or (verify, demo) something differs, or (health) the server is failing",
    Exit.USAGE: "the command, or a configuration, was not understood, or names no folder to share",
    Exit.NO_CONNECTION: "no connection, or it broke off",
    Exit.NOT_TRUSTED: "the server does not know you, or you may not do this",
    Exit.CONFLICT: "something else is already there, or it changed meanwhile",
    Exit.INTERRUPTED: "interrupted (Ctrl+C, SIGTERM)",
}


class UsageError(errors.FilexferError):
    """The arguments do not make sense together. The text says how to write them."""

    default = "The arguments do not fit together."


# The first class that fits decides; whatever fits none is FAILED.
_EXITS: tuple[tuple[type[BaseException], Exit], ...] = (
    (UsageError, Exit.USAGE),
    (errors.ConnectionFailed, Exit.NO_CONNECTION),
    (errors.ConnectionLost, Exit.NO_CONNECTION),
    (errors.ShuttingDown, Exit.NO_CONNECTION),
    (errors.TrustError, Exit.NOT_TRUSTED),
    (errors.AlreadyExists, Exit.CONFLICT),
    (errors.Changed, Exit.CONFLICT),
    (errors.Cancelled, Exit.INTERRUPTED),
    (KeyboardInterrupt, Exit.INTERRUPTED),
)


def of_error(error: BaseException | type[BaseException]) -> Exit:
    """The exit code that `error` (or an error of that class) ends a command with."""
    kind = error if isinstance(error, type) else type(error)
    return next((code for known, code in _EXITS if issubclass(kind, known)), Exit.FAILED)


def of_kind(name: str) -> Exit:
    """The exit code of an error class of `core.errors` by its name, as jobs keep it; FAILED for a name that is none."""
    kind = getattr(errors, name, None)
    return of_error(kind) if isinstance(kind, type) and issubclass(kind, BaseException) else Exit.FAILED


def together(codes: Iterable[Exit]) -> Exit:
    """The one code of several acts: what all failures agree on, FAILED where they do not, DONE without failures."""
    failures = {code for code in codes if code is not Exit.DONE}
    if Exit.INTERRUPTED in failures:
        return Exit.INTERRUPTED
    return failures.pop() if len(failures) == 1 else Exit.FAILED if failures else Exit.DONE


def epilog() -> str:
    """The table for `--help`."""
    return "exit codes:\n" + "\n".join(f"  {code.value:<4} {text}" for code, text in MEANING.items())
