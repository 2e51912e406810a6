"""How a command reaches servers, and the questions it asks them."""

from __future__ import annotations

import argparse
import os
import stat
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from filexfer.cli import exits
from filexfer.cli.output import Output
from filexfer.cli.places import STREAM, Remote
from filexfer.client.session import Session, connect
from filexfer.core.errors import BadParameters, FilexferError, NotAFolder, NotFound
from filexfer.core.model import Kind
from filexfer.protocol.http import RPC

if TYPE_CHECKING:
    from filexfer.client.credentials import Credentials


class Way:
    """Args:
    credentials: who we are; None: what the user's vault says of each server.
    """

    def __init__(self, credentials: Credentials | None = None) -> None:
        self._credentials = credentials

    def session(self, end: Remote) -> Session:
        """A session with the server of `end`; it connects with the first call."""
        return self.connect(str(end.server))

    def connect(self, server: str, endpoint: str = RPC) -> Session:
        """The same for an address; calls are posted at `endpoint`. Raises `UsageError` where the token may not travel there."""
        try:
            return connect(server, credentials=self._credentials, endpoint=endpoint)
        except BadParameters as error:
            raise exits.UsageError(str(error)) from error


def way(args: argparse.Namespace, out: Output) -> Way:
    """The way that the command line asks for (`--token-file`). Raises `UsageError` where that file is none."""
    if not args.token_file:
        return Way()
    from filexfer.client import credentials

    try:
        if args.token_file == STREAM:
            return Way(credentials.read_text(sys.stdin.read()))
        _warn_of_others(args.token_file, out)
        return Way(credentials.read_file(Path(args.token_file)))
    except OSError as error:
        raise exits.UsageError(f"The token file “{args.token_file}” cannot be read: {error.strerror or error}.") from error
    except FilexferError as error:
        raise exits.UsageError(str(error)) from error


def _warn_of_others(file: str, out: Output) -> None:
    found = os.stat(file)
    if os.name == "posix" and stat.S_ISREG(found.st_mode) and found.st_mode & 0o077:
        out.warn(f"other users of this computer may read “{file}”, which lets them in too. Run: chmod 600 “{file}”")


def is_folder(session: Session, path: str) -> bool:
    """Whether the share has a folder at `path`."""
    if path == "":
        return True
    try:
        return session.stat(path).kind is Kind.FOLDER
    except (NotFound, NotAFolder):
        return False
