"""The `thumb_get` and `preview_get` methods: how files of any server look, for the window. What was fetched is kept on disk here,
within a bound. Rules: nothing is decoded here but text; what a server sends for a picture is never more than a picture takes."""

from __future__ import annotations

from pathlib import Path

from filexfer.agent.servers import OWN, Servers, is_own
from filexfer.agent.text_preview import text_of
from filexfer.client.session import Session
from filexfer.core import paths
from filexfer.core.errors import BadParameters, Forbidden, NotWellFormed, TooLarge
from filexfer.core.model import Entry, Kind
from filexfer.core.picture_size import pixels
from filexfer.protocol import wire
from filexfer.protocol.members import number, text
from filexfer.server.access import Caller
from filexfer.server.disk_cache import DiskCache
from filexfer.server.methods.images import suffix_of

#: What is kept here in all; most that one thumbnail, or one large picture, may be. All in bytes.
KEPT, MOST_THUMBNAIL, MOST_PICTURE = 128 << 20, 1 << 20, 15 << 20
#: Edges in pixels: of the smallest picture and the largest thumbnail and picture.
LEAST_EDGE, THUMBNAIL_EDGE, PICTURE_EDGE = 16, 512, 2048
#: So much of a file is looked at to tell what it is, and shown where it is text.
FIRST = 64 << 10

#: What servers make thumbnails of.
_PICTURES = frozenset({"png", "jpg", "gif", "webp", "bmp", "tif"})


class Previews:
    """The methods. `folder`: where pictures are kept; made when there is one."""

    def __init__(self, servers: Servers, folder: Path) -> None:
        self._servers = servers
        self._kept = DiskCache(folder, KEPT)

    def thumb_get(self, caller: Caller, server: str, path: object, version: str, edge: int) -> bytes:
        """A thumbnail of a picture, PNG or JPEG, that fits into edge × edge pixels (16 to 512). `version`: any text that is
        another one when the file is, so that what was fetched before may be given again."""
        where, name = self._place(caller, server, path)
        size = _edge(edge, THUMBNAIL_EDGE)
        key = self._key(where, name, text(version, "version"), size)
        found = self._kept.get(key)
        if found is None:
            with self._servers.session(where) as session:
                found = _picture(session, name, size, MOST_THUMBNAIL)
            self._kept.put(key, found)
        return found

    def preview_get(self, caller: Caller, server: str, path: object, edge: int) -> dict[str, object]:
        """What a file looks like: {kind, entry, width, height, data, cut, reason}. kind: image (data: the picture, PNG or JPEG,
        not larger than edge × edge, 16 to 2048), text (data: how it begins, as UTF-8; cut: it goes on) or none (reason: why a
        picture cannot be shown, else ""). width and height of the picture itself, 0 where they are not known."""
        where, name = self._place(caller, server, path)
        size = _edge(edge, PICTURE_EDGE)
        with self._servers.session(where) as session:
            entry = session.stat(name)
            looks = self._look(session, where, name, entry, size) if entry.kind is Kind.FILE else _nothing()
        return {"entry": wire.entry_struct(entry)} | looks

    def _place(self, caller: Caller, server: str, path: object) -> tuple[str, str]:
        name = paths.from_wire(path)
        paths.split(name)
        return self._servers.reach(text(server, "server"), caller.local), name

    def _look(self, session: Session, where: str, name: str, entry: Entry, edge: int) -> dict[str, object]:
        first = session.read(name, 0, FIRST) if entry.size else b""
        if suffix_of(first) not in _PICTURES:
            said = text_of(first, len(first) >= entry.size)
            if said is None:
                return _nothing()
            return _nothing() | {"kind": "text", "data": said.encode(), "cut": len(first) < entry.size}
        width, height = pixels(first) or (0, 0)
        try:
            picture = self._large(session, self._key(where, name, entry.etag, edge), name, entry, edge)
        except (BadParameters, TooLarge, Forbidden) as error:
            return _nothing() | {"width": width, "height": height, "reason": str(error)}
        return _nothing() | {"kind": "image", "width": width, "height": height, "data": picture}

    def _large(self, session: Session, key: str, name: str, entry: Entry, edge: int) -> bytes:
        settled = not entry.etag.startswith("W/")
        found = self._kept.get(key) if settled else None
        if found is None:
            found = _picture(session, name, edge, MOST_PICTURE)
            if settled:
                self._kept.put(key, found)
        return found

    def _key(self, where: str, name: str, version: str, edge: int) -> str:
        address = OWN if is_own(where) else str(self._servers.resolve(where))
        return "\0".join((address, name, version, str(edge)))


def _edge(edge: object, most: int) -> int:
    size = number(edge, "edge")
    if not LEAST_EDGE <= size <= most:
        raise BadParameters(f"edge is a number from {LEAST_EDGE} to {most}.")
    return size


def _picture(session: Session, name: str, edge: int, most: int) -> bytes:
    data = session.call("image_get", paths.to_wire(name), edge)
    if not isinstance(data, bytes) or len(data) > most:
        raise NotWellFormed("The server's thumbnail is none. Is it a filexfer server?")
    return data


def _nothing() -> dict[str, object]:
    return {"kind": "none", "width": 0, "height": 0, "data": b"", "cut": False, "reason": ""}
