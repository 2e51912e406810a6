"""A line to an agent of this user, by the folder of its state: over its private socket, or over loopback with the token that lies
there. For fronts; it starts nothing."""

from __future__ import annotations

from pathlib import Path

from filexfer.client.credentials import Credentials
from filexfer.client.session import Session, connect
from filexfer.core.errors import ConnectionFailed
from filexfer.core.places import control_address, control_token


def connect_control(state: Path, *, timeout: float = 30.0) -> Session:
    """A session with the agent of this state, which may be gone. Raises `ConnectionFailed` where none says that it runs."""
    address = control_address(state)
    if not address:
        raise ConnectionFailed("filexfer does not run in the background.")
    return connect(address, credentials=control_credentials(state, address), timeout=timeout)


def control_credentials(state: Path, address: str) -> Credentials | None:
    """What an agent of this state wants to be shown at `address`, its own; None over a UNIX socket."""
    token = "" if address.startswith("unix:") else control_token(state)
    return Credentials("", token) if token else None
