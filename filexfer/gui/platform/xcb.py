"""The few calls of libxcb (X11) that Qt does not offer, over Qt's own connection to the X server. Rules: main thread only; each
question is one round trip to the X server, as Qt itself makes them; `open_xcb` gives None wherever there is no X11."""

from __future__ import annotations

import ctypes
from ctypes import POINTER, Structure, byref, c_char_p, c_int, c_uint, c_uint8, c_uint16, c_uint32, c_void_p

from PySide6.QtGui import QGuiApplication

_REPLACE = 0
_BYTES = 8
#: Longest property that is read, in units of four bytes.
_MOST_WORDS = 4096


class _Cookie(Structure):
    _fields_ = [("sequence", c_uint)]


class _Answer(Structure):
    """Of InternAtom and GetSelectionOwner (X Window System Protocol, encoding): one number behind the head of eight bytes."""

    _fields_ = [("type", c_uint8), ("pad", c_uint8), ("sequence", c_uint16), ("length", c_uint32), ("value", c_uint32)]


class Xcb:
    """What we ask the X server. `connection`: pointer to Qt's `xcb_connection_t`, valid as long as the application lives."""

    def __init__(self, library: ctypes.CDLL, connection: int) -> None:
        self._library = library
        self._connection = c_void_p(connection)
        self._free = ctypes.CDLL(None).free
        self._free.argtypes = [c_void_p]
        for name, given, answer in (
            ("xcb_intern_atom", [c_void_p, c_uint8, c_uint16, c_char_p], _Cookie),
            ("xcb_intern_atom_reply", [c_void_p, _Cookie, c_void_p], POINTER(_Answer)),
            ("xcb_get_selection_owner", [c_void_p, c_uint32], _Cookie),
            ("xcb_get_selection_owner_reply", [c_void_p, _Cookie, c_void_p], POINTER(_Answer)),
            ("xcb_get_property", [c_void_p, c_uint8, *[c_uint32] * 5], _Cookie),
            ("xcb_get_property_reply", [c_void_p, _Cookie, c_void_p], c_void_p),
            ("xcb_get_property_value", [c_void_p], c_void_p),
            ("xcb_get_property_value_length", [c_void_p], c_int),
            ("xcb_delete_property", [c_void_p, c_uint32, c_uint32], _Cookie),
            ("xcb_change_property", [c_void_p, c_uint8, *[c_uint32] * 3, c_uint8, c_uint32, c_char_p], _Cookie),
            ("xcb_flush", [c_void_p], c_int),
        ):
            function = getattr(library, name)
            function.argtypes, function.restype = given, answer

    def atom(self, name: str) -> int:
        """The number of a name, 0 for none."""
        raw = name.encode("ascii")
        return self._number("xcb_intern_atom", 0, len(raw), raw)

    def selection_owner(self, selection: int) -> int:
        """The window that owns `selection` (an atom), 0 for none."""
        return self._number("xcb_get_selection_owner", selection)

    def set_property(self, window: int, name: int, kind: int, value: bytes) -> None:
        """Write a property of any window: bytes of the type `kind` (an atom)."""
        self._library.xcb_change_property(self._connection, _REPLACE, window, name, kind, _BYTES, len(value), value)
        self._library.xcb_flush(self._connection)

    def property(self, window: int, name: int) -> bytes:
        """The bytes of a property, of whatever type; empty where it is not there."""
        library = self._library
        cookie = library.xcb_get_property(self._connection, 0, window, name, 0, 0, _MOST_WORDS)
        failure = c_void_p()
        answer = library.xcb_get_property_reply(self._connection, cookie, byref(failure))
        try:
            if not answer:
                return b""
            return ctypes.string_at(library.xcb_get_property_value(answer), library.xcb_get_property_value_length(answer))
        finally:
            self._free(answer)
            self._free(failure)

    def drop_property(self, window: int, name: int) -> None:
        self._library.xcb_delete_property(self._connection, window, name)
        self._library.xcb_flush(self._connection)

    def _number(self, call: str, *given: object) -> int:
        cookie = getattr(self._library, call)(self._connection, *given)
        failure = c_void_p()
        answer = getattr(self._library, f"{call}_reply")(self._connection, cookie, byref(failure))
        try:
            return int(answer.contents.value) if answer else 0
        finally:
            self._free(answer)
            self._free(failure)


def open_xcb() -> Xcb | None:
    """The line to the X server that this application is shown on; None where it is shown otherwise."""
    if QGuiApplication.platformName() != "xcb":
        return None
    native = getattr(QGuiApplication.instance(), "nativeInterface", lambda: None)()
    connection = getattr(native, "connection", lambda: 0)()
    if not connection:
        return None
    try:
        # Loaded already by Qt's own plugin.
        return Xcb(ctypes.CDLL("libxcb.so.1"), int(connection))
    except (OSError, AttributeError):
        return None
