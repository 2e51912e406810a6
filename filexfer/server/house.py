"""What the connections of one server have in common, and what each of them hands to the lanes: a request."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from filexfer.protocol.http import RequestHead
from filexfer.server.answers import Answer, Later
from filexfer.server.body import Body
from filexfer.server.complaints import Complaints
from filexfer.server.crowd import Crowd
from filexfer.server.handshakes import Handshakes
from filexfer.server.listener import Listener
from filexfer.server.loop import Loop
from filexfer.server.pool import Pool
from filexfer.server.settings import Settings
from filexfer.server.tally import Tally

if TYPE_CHECKING:
    from filexfer.server.connection import Connection


@dataclass(slots=True)
class Request:
    """A request whose head has arrived, and where it came from.

    Attributes:
        device: who makes it, once the gate has found out.
        act: what it asks for, once it is known that it may: a method's name, or a method of HTTP and the area of its target.
        welcome: it is made by somebody who may do something here, within the workers that are theirs: of such a one the rest of a
            refused body is read.
        began: when its head was there, in seconds of `perf_counter`.
    """

    head: RequestHead
    body: Body
    listener: Listener
    peer: str
    device: str = ""
    act: str = ""
    welcome: bool = False
    began: float = field(default_factory=time.perf_counter)


@dataclass(slots=True)
class House:
    """What all connections of a server share. `handle` makes the answer to a request, in a worker; `came` and `gone` are told of
    each connection that was admitted, and closed; `closing` says that no further request is taken."""

    settings: Settings
    loop: Loop
    pool: Pool
    crowd: Crowd
    complaints: Complaints
    handshakes: Handshakes
    tally: Tally
    handle: Callable[[Request], Answer | Later]
    came: Callable[[Connection], None]
    gone: Callable[[Connection], None]
    closing: bool = False
