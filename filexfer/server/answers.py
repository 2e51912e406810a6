"""What a lane gives back to the connection: an answer to send, or a refusal of the request as such. No socket here."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from filexfer.core.digests import Bytes
from filexfer.core.errors import InternalError
from filexfer.protocol.faults import CODES
from filexfer.server.channel import PeerGone
from filexfer.server.deferred import Deferred

if TYPE_CHECKING:
    from filexfer.server.house import Request

_log = logging.getLogger("filexfer.server")

Headers = Sequence[tuple[str, str]]
#: The code of what is our own doing.
_INTERNAL = CODES[InternalError]


@dataclass(slots=True)
class Answer:
    """One response.

    Attributes:
        body: what can be sent at once; `stream` follows it, made while it is sent. What a stream raises ends the connection.
        length: of both, in bytes; the body of an answer to HEAD is not sent but counted.
        release: called when it was sent, or could not be.
        fault: the code of what it tells of, 0 where nothing went wrong, or where only the status says what.
    """

    status: int
    headers: Headers = ()
    body: Sequence[Bytes] = ()
    stream: Iterable[Bytes] = ()
    length: int = 0
    release: Callable[[], None] | None = None
    fault: int = 0


@dataclass(slots=True)
class Later:
    """An answer that is to come: `finish` makes it, in a worker, once `deferred` is done; or one more to wait for.

    Attributes:
        wants: so many bytes of the request's body are waited for; it is done (with None) when they are there.
        missed: called where it was done and its connection ended before `finish` began.
    """

    deferred: Deferred
    finish: Callable[[Deferred], Answer | Later]
    wants: int = 0
    missed: Callable[[], None] | None = None


class Refused(Exception):
    """The request is answered with a plain HTTP status. `str` is the text of the body."""

    def __init__(self, status: int, text: str, headers: Headers = ()) -> None:
        super().__init__(text)
        self.status = status
        self.headers = headers


def plain(status: int, text: str, headers: Headers = (), fault: int = 0) -> Answer:
    """A short answer in words."""
    body = (text + "\n").encode("utf-8", "replace") if text else b""
    kind = (("Content-Type", "text/plain; charset=utf-8"),) if body else ()
    return Answer(status, (*kind, *headers), (body,), length=len(body), fault=fault)


def made(make: Callable[[], Answer | Later], request: Request) -> Answer | Later:
    """What `make` gives for `request`; where it raises what nobody foresaw, words with a reference number, under which the log
    tells the rest. Raises `PeerGone`."""
    try:
        return make()
    except PeerGone:
        raise
    except Exception:
        reference = secrets.token_hex(4)
        known = {"reference": reference, "device": request.device, "peer": request.peer}
        _log.exception("Request %s met an error.", reference, extra=known)
        return plain(500, f"The server met an error of its own. Its log tells more under {reference}.", fault=_INTERNAL)
