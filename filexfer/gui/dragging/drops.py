"""What was dropped or pasted, as local paths. Rules: looks at nothing on the disk, for that is the agent's work."""

from __future__ import annotations

import os
from collections.abc import Sequence
from functools import cached_property
from typing import overload
from urllib.parse import quote_from_bytes, unquote_to_bytes

from PySide6.QtCore import QMimeData, QUrl

from filexfer.gui.kit.location import Location

#: A drag of our own rows, or what was copied: where they lie. It may carry the URLs of their staged copies besides.
ROWS = "application/x-filexfer-rows"

#: So many URLs are read all at once.
MANY = 1000


def has_files(mime: QMimeData) -> bool:
    """Whether a drop of `mime` is worth accepting: also URLs that are no files, so that they can be explained."""
    return mime.hasUrls() and not mime.hasFormat(ROWS)


def rows_of(here: Location) -> bytes:
    """What stands under `ROWS` for rows of this folder."""
    return "\0".join((here.server, here.path)).encode("utf-8", "surrogateescape")


def local_paths(mime: QMimeData) -> tuple[Sequence[str], list[str]]:
    """The local paths in `mime`, and the URLs that are none, for people."""
    if os.name != "nt" and (many := _many(bytes(mime.data("text/uri-list").data()))) is not None:
        return many, []
    local, foreign = [], []
    for url in mime.urls():
        if url.isLocalFile():
            local.append(_path(url))
        else:
            foreign.append(url.toDisplayString())
    return local, foreign


class ManyPaths(Sequence[str]):
    """The local paths in a list of very many URLs, all of this computer's files. They are read when somebody looks at them, which
    is not to be on the main thread."""

    def __init__(self, listed: bytes, count: int) -> None:
        self._listed, self._count = listed, count

    @cached_property
    def _paths(self) -> list[str]:
        text = os.fsdecode(unquote_to_bytes(self._listed.removesuffix(b"\r\n").replace(b"\r\n", b"\0")))
        return [path[7:].rstrip("/") or "/" for path in text.split("\0")]

    def __len__(self) -> int:
        return self._count

    @overload
    def __getitem__(self, index: int) -> str: ...

    @overload
    def __getitem__(self, index: slice) -> list[str]: ...

    def __getitem__(self, index: int | slice) -> str | list[str]:
        return self._paths[index]


def _many(listed: bytes) -> ManyPaths | None:
    """The paths in a list of URLs (RFC 2483, section 5) where these are very many, and all alike. One by one, 100,000 would keep
    the window for half a second."""
    count = listed.count(b"\nfile:///") + 1
    ends = listed.count(b"\n") + (not listed.endswith(b"\n"))
    plain = listed.startswith(b"file:///") and ends == count == listed.count(b"\r") + (not listed.endswith(b"\n"))
    return ManyPaths(listed, count) if count >= MANY and plain and b"%00" not in listed else None


def path_of(argument: str) -> str:
    """The local path that an argument of a command line means, which may be a `file:` URL."""
    return _path(QUrl(argument)) if argument.startswith("file://") else argument


def url_of(path: str) -> QUrl:
    """The URL of a local path, also where its name is no text."""
    if os.name == "nt":
        return QUrl.fromLocalFile(path)
    return QUrl.fromEncoded(b"file://" + quote_from_bytes(os.fsencode(path)).encode())


def _path(url: QUrl) -> str:
    if os.name == "nt":
        return url.toLocalFile()
    # `toLocalFile` would replace bytes that are not UTF-8, and the file would not be found.
    raw = bytes(url.toEncoded(QUrl.ComponentFormattingOption.FullyEncoded | QUrl.UrlFormattingOption.RemoveScheme).data())
    path = unquote_to_bytes(raw[2:] if raw.startswith(b"//") else raw)
    return os.fsdecode(path.rstrip(b"/") or b"/")
