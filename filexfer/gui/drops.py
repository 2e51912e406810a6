"""What was dropped or pasted, as local paths. Rules: looks at nothing on the disk, for that is the agent's work."""

from __future__ import annotations

import os
from urllib.parse import quote_from_bytes, unquote_to_bytes

from PySide6.QtCore import QMimeData, QUrl

from filexfer.gui.location import Location

#: A drag of our own rows, or what was copied: where they lie. It may carry the URLs of their staged copies besides.
ROWS = "application/x-filexfer-rows"


def has_files(mime: QMimeData) -> bool:
    """Whether a drop of `mime` is worth accepting: also URLs that are no files, so that they can be explained."""
    return mime.hasUrls() and not mime.hasFormat(ROWS)


def rows_of(here: Location) -> bytes:
    """What stands under `ROWS` for rows of this folder."""
    return "\0".join((here.server, here.path)).encode("utf-8", "surrogateescape")


def local_paths(mime: QMimeData) -> tuple[list[str], list[str]]:
    """The local paths in `mime`, and the URLs that are none, for people."""
    local, foreign = [], []
    for url in mime.urls():
        if url.isLocalFile():
            local.append(_path(url))
        else:
            foreign.append(url.toDisplayString())
    return local, foreign


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
