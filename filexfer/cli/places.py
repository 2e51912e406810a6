"""Where things go: the two ends of a transfer and cp's rule for destinations. Pure but for looking at this disk: by `os.path`,
and for saved servers.

cp's rule: DEST that is an existing folder, or ends in `/`, takes the sources into itself; otherwise DEST is the new name, and
there is one source. `SRC/` is `SRC`. `SRC/.` (and `.`, `..`, the root of a share) means the contents, poured into DEST.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple, TypeAlias

from filexfer.cli.exits import UsageError
from filexfer.core import errors, paths
from filexfer.protocol.address import Address, looks_like_address, parse

#: Source and target of one thing to move.
Pair: TypeAlias = tuple[str, str]

#: Stands for stdin as a source and for stdout as a destination.
STREAM = "-"

_HOW = "Write it like https://HOST:8765/PATH, unix:/SOCKET:/PATH or NAME:PATH."


class Remote(NamedTuple):
    """An end on a server.

    Attributes:
        text: as it was written.
        server: the server's address, without a path.
        path: in its share, `""` the root.
        inside: it ended in `/`: a folder that takes the sources into itself.
        contents: it ended in `/.` or names the root: what is in it is meant.
    """

    text: str
    server: Address
    path: str
    inside: bool
    contents: bool

    @property
    def name(self) -> str:
        """The last name of the path; empty where the contents are meant."""
        return "" if self.contents else paths.name(self.path)


def is_address(text: str) -> bool:
    """Whether `text` means a server: a colon before the first slash says so, as in scp, unless a file here is named so."""
    return looks_like_address(text) and not os.path.lexists(text)


def remote(text: str) -> Remote:
    """The end on a server that `text` names, saved ones by their address. Raises `UsageError` where it is not an address, its
    path is not legal, or there is no saved server of that name."""
    contents = text.endswith("/.")
    bare = text[:-1] if contents else text
    try:
        parsed = parse(bare)
    except errors.FilexferError as error:
        # Not repeated where a password may stand in it.
        shown = f"“{text}” is no address. " if "@" not in text else ""
        raise UsageError(f"{shown}{error}") from error
    server = parsed.server
    if server.scheme == "saved":
        from filexfer.cli import saved

        server = saved.server(server.name)
    return Remote(text, server, parsed.path, bare.endswith("/"), contents or parsed.path == "")


def one_server(ends: Sequence[Remote]) -> str:
    """The server that all `ends` are on, as text. Raises `UsageError` where there are several."""
    servers = {str(end.server) for end in ends}
    if len(servers) > 1:
        raise UsageError("One command talks to one server. Run it once for each: " + ", ".join(sorted(servers)) + ".")
    return servers.pop()


def put_ends(sources: Sequence[str], destination: str) -> Remote:
    """The checked DEST of `put`. Raises `UsageError` where the ends are the wrong way round, both local or both remote."""
    remote_sources = [source for source in sources if is_address(source)]
    if remote_sources and is_address(destination):
        raise UsageError("Both ends are on a server. `filexfer mv` moves within one; between two, `get` first, then `put`.")
    if remote_sources:
        raise UsageError(f"“{remote_sources[0]}” is on a server: `put` sends from here. To fetch it, use `filexfer get`.")
    if STREAM in sources and len(sources) > 1:
        raise UsageError("“-” (stdin) goes alone: name no other source beside it.")
    if not looks_like_address(destination):
        raise UsageError(f"“{destination}” is on this computer too: `put` needs an address as its last argument. {_HOW}")
    return remote(destination)


def get_ends(sources: Sequence[str], destination: str) -> list[Remote]:
    """The checked SRCs of `get`. Raises `UsageError` as `put_ends` does, and where they are on several servers."""
    local = [source for source in sources if not looks_like_address(source)]
    if is_address(destination):
        raise UsageError(
            f"“{destination}” is on a server: `get` fetches to here. "
            + ("To send, use `filexfer put`." if local else "`filexfer mv` moves within a server.")
        )
    if local:
        raise UsageError(f"“{local[0]}” is on this computer: `get` needs addresses as its sources. {_HOW}")
    ends = [remote(source) for source in sources]
    one_server(ends)
    if destination == STREAM and (len(ends) > 1 or ends[0].path == ""):
        raise UsageError("“-” (stdout) takes exactly one file.")
    return ends


def local_name(source: str) -> str:
    """The name that a local source has at its destination; empty where its contents are meant (`dir/.`, `.`, `..`, `/`)."""
    name = os.path.basename(source.rstrip("/" if os.sep == "/" else "/\\"))
    return "" if name in (".", "..") else name


def put_targets(
    sources: Sequence[str], destination: Remote, is_folder: Callable[[str], bool], begun: Callable[[Pair], bool]
) -> list[Pair]:
    """cp's rule for `put`: pairs (absolute local path, full path in the share).

    Args:
        is_folder: whether the share has a folder at a path; asked at most once.
        begun: whether this pair is a transfer that was begun and not finished. Then the folder that is there now is the one it
            made, and running the command again must mean the same place, not one inside it.
    """
    inside = destination.inside or destination.path == ""
    if not inside and is_folder(destination.path):
        inside = len(sources) > 1 or not begun((os.path.realpath(sources[0]), destination.path))
    if not inside and len(sources) > 1:
        raise UsageError(f"Several sources need a folder, and “{destination.text}” is none. End it in “/” to have it made.")
    found = [(os.path.realpath(s), paths.join(destination.path, local_name(s) if inside else "")) for s in sources]
    _no_twins(target for _, target in found if target != destination.path)
    return found


def get_targets(sources: Sequence[Remote], destination: str, begun: Callable[[Pair], bool]) -> list[Pair]:
    """cp's rule for `get`: pairs (path in the share, absolute local path). `begun` as in `put_targets`."""
    slash = destination.endswith(("/", os.sep))
    inside = slash
    if not slash and os.path.isdir(destination):
        inside = len(sources) > 1 or not begun((sources[0].path, os.path.realpath(destination)))
    if not inside and len(sources) > 1:
        raise UsageError(f"Several sources need a folder, and “{destination}” is none. End it in “/” to have it made.")
    if slash and os.path.lexists(destination.rstrip("/" + os.sep)) and not os.path.isdir(destination):
        raise errors.NotAFolder(f"“{destination}” ends in “/”, but it is a file. Name a folder, or leave the “/” out.")
    place = os.path.realpath(destination)
    found = [(source.path, os.path.join(place, source.name) if inside and source.name else place) for source in sources]
    _no_twins(target for _, target in found if target != place)
    return found


def move_targets(sources: Sequence[Remote], destination: Remote, is_folder: Callable[[str], bool]) -> list[Pair]:
    """cp's rule for `mv`: pairs (path, full new path), both in one share. `is_folder` as in `put_targets`."""
    for source in sources:
        if source.contents:
            raise UsageError(f"“{source.text}” is a whole share or “.”, which cannot be moved; name what is to be moved in it.")
    inside = destination.inside or destination.path == "" or is_folder(destination.path)
    if not inside and len(sources) > 1:
        raise UsageError(f"Several sources need a folder, and “{destination.text}” is none. End it in “/” to have it made.")
    found = [(s.path, paths.join(destination.path, s.name if inside else "")) for s in sources]
    _no_twins(target for _, target in found)
    return found


def _no_twins(targets: Iterable[str]) -> None:
    seen = set()
    for target in targets:
        if target in seen:
            raise UsageError(f"Two sources are both named “{os.path.basename(target)}”. Send them one by one, under new names.")
        seen.add(target)
