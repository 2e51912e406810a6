"""The X Direct Save protocol (XDS, freedesktop.org): whoever is dropped on tells the place for a file that is not here yet.

The source writes a name into the property `XdndDirectSave0` of its window and offers a target of that name; on the drop the other
program puts the whole URI of the place there, asks for the target, and is answered `S` (saved), `F` or `E` (not). We answer at
once: what was dropped is queued as a download to that place, and the list of transfers shows how far it is.
"""

from __future__ import annotations

import os
import socket
from urllib.parse import unquote_to_bytes

from filexfer.gui.platform.xcb import Xcb, open_xcb

#: The property, and the target under which it is offered.
FORMAT = "XdndDirectSave0"
SAVED, LATER, REFUSED = b"S", b"F", b"E"


class DirectSave:
    """One drag's side of the protocol."""

    def __init__(self, xcb: Xcb, name: bytes) -> None:
        self._xcb = xcb
        self._name = name
        self._property = xcb.atom(FORMAT)
        self._window = 0

    def offer(self) -> bool:
        """Tell the name, once the drag is under way: false where it is not."""
        # Qt drags from a window of its own that it tells nobody; it owns this selection (XDND, “Selection”).
        self._window = self._xcb.selection_owner(self._xcb.atom("XdndSelection"))
        if self._window:
            self._xcb.set_property(self._window, self._property, self._xcb.atom("text/plain"), self._name)
        return bool(self._window)

    def place(self) -> bytes:
        """The URI that the other program put there; empty as long as it did not."""
        found = self._xcb.property(self._window, self._property).rstrip(b"\0") if self._window else b""
        return b"" if found == self._name else found

    def withdraw(self) -> None:
        if self._window:
            self._xcb.drop_property(self._window, self._property)


def direct_save(name: str) -> DirectSave | None:
    """For a drag of something called `name`; None where there is no X11."""
    xcb = open_xcb()
    return None if xcb is None else DirectSave(xcb, os.fsencode(name))


def local_path(uri: bytes) -> str:
    """The path on this computer that a `file:` URI (RFC 8089) names; empty for another computer's, and for what is none."""
    scheme, _, rest = uri.partition(b"://")
    host, slash, path = rest.partition(b"/")
    here = ("", "localhost", socket.gethostname().lower())
    if scheme.lower() != b"file" or not slash or host.decode("latin-1").lower() not in here:
        return ""
    found = os.fsdecode(unquote_to_bytes(slash + path))
    return "" if "\0" in found else found
