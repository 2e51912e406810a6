"""Sessions for the commands, and the questions they ask a server."""

from __future__ import annotations

from filexfer.cli.places import Remote
from filexfer.client.session import Session, connect
from filexfer.core.errors import NotAFolder, NotFound
from filexfer.core.model import Kind


def session(end: Remote) -> Session:
    """A session with the server of `end`; it connects with the first call."""
    return connect(str(end.server))


def is_folder(session: Session, path: str) -> bool:
    """Whether the share has a folder at `path`."""
    if path == "":
        return True
    try:
        return session.stat(path).kind is Kind.FOLDER
    except (NotFound, NotAFolder):
        return False
