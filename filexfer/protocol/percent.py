"""Paths in URLs: each segment percent-encoded (RFC 3986, 2.1), decoded exactly once, segments cut before they are decoded."""

from __future__ import annotations

import re

from filexfer.core import paths
from filexfer.core.errors import InvalidPath

_BAD_ESCAPE = re.compile("%(?![0-9A-Fa-f]{2})")
_HIDDEN = re.compile("%(?:2[Ff]|00)")
_KEPT = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~!$&'()*+,;=:@/")
_ENCODED = tuple(chr(byte) if byte in _KEPT else f"%{byte:02X}" for byte in range(256))
_ESCAPE = re.compile(rb"%([0-9A-Fa-f]{2})")
_PLAIN = re.compile(r"[A-Za-z0-9._~/-]*")


def decode_path(text: str) -> str:
    """The path that `text` (without its first `/`) writes. `+` is a plus. Raises `InvalidPath` for a hidden slash or NUL, and
    for `%` that begins no escape. The form of the whole is for `paths.split` to judge."""
    if "%" in text:
        if _BAD_ESCAPE.search(text):
            raise InvalidPath("A “%” in a name is written %25 in an address.")
        if _HIDDEN.search(text):
            raise InvalidPath("A name holds no “/” and no NUL byte, in no spelling.")
    raw = paths.encode(text)
    return paths.decode(_ESCAPE.sub(lambda found: bytes((int(found[1], 16),)), raw)) if "%" in text else text


def quote_path(path: str) -> str:
    """`path` for an URL; the inverse of `decode_path`."""
    if _PLAIN.fullmatch(path):
        return path
    return "".join(_ENCODED[byte] for byte in paths.encode(path))
