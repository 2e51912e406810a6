"""One act on each of several addresses: what fails is said and the others are done, as `rm` and `mkdir` of a shell do it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from filexfer.cli import exits, places
from filexfer.cli.output import Output
from filexfer.cli.remote import Way
from filexfer.client.session import Session
from filexfer.core.errors import ConnectionFailed, ConnectionLost, FilexferError, KeyChanged, KeyringLocked, LoginNeeded

#: What would meet every other address on that server in the same way.
FATAL = (ConnectionFailed, ConnectionLost, LoginNeeded, KeyChanged, KeyringLocked)


def end(ends: Sequence[places.Remote], act: Callable[[Session, places.Remote], None], way: Way, out: Output) -> int:
    """Call `act(session, end)` for each end; the exit code. A server that cannot be reached, or knows us not, is said once."""
    codes = []
    gone = set()
    for one in ends:
        if one.server in gone:
            continue
        try:
            with way.session(one) as session:
                act(session, one)
        except FATAL as error:
            gone.add(one.server)
            codes.append(out.failure(error))
        except FilexferError as error:
            codes.append(out.failure(error, one.text))
    return exits.together(codes)


def done(verb: str, path: str, out: Output, to: str = "", *, dry_run: bool = False) -> None:
    """Say that `verb` was done to `path`: a JSON object with `--json`, a line with `-v`. With `dry_run`, that it would be."""
    if out.json:
        out.record(event=verb, path=path, **({"to": to} if to else {}), **({"dry_run": True} if dry_run else {}))
    what = path + (f" → {to}" if to else "")
    if dry_run:
        out.say(f"would {verb:8} {what}")
    else:
        out.detail(f"{verb:8} {what}")
