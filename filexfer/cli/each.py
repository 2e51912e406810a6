"""One act on each of several addresses: what fails is said and the others are done, as `rm` and `mkdir` of a shell do it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from filexfer.cli import exits, places, remote
from filexfer.cli.output import Output
from filexfer.client.session import Session
from filexfer.core.errors import ConnectionFailed, ConnectionLost, FilexferError

#: What ends the whole command at once: repeating it for the other addresses would fail the same way.
FATAL = (ConnectionFailed, ConnectionLost, exits.UsageError)


def address(texts: Sequence[str], act: Callable[[Session, places.Remote], None], out: Output) -> int:
    """Call `act(session, end)` for each address; the exit code."""
    ends = [places.remote(text) for text in texts]
    codes = []
    for end in ends:
        try:
            with remote.session(end) as session:
                act(session, end)
        except FATAL:
            raise
        except FilexferError as error:
            codes.append(out.failure(error, end.text))
    return exits.together(codes)


def done(verb: str, path: str, out: Output, to: str = "") -> None:
    """Say that `verb` was done to `path`: a JSON object with `--json`, a line with `-v`."""
    if out.json:
        out.record(event=verb, path=path, **({"to": to} if to else {}))
    out.detail(f"{verb:8} {path}" + (f" → {to}" if to else ""))
