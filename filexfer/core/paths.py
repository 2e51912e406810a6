"""Legal names. A path is relative to the share, `/`-separated, `""` for its root; a `str` in which bytes that are not UTF-8 are
surrogates (PEP 383), so that every name of a POSIX disk has exactly one spelling here."""

from __future__ import annotations

import ntpath
import os
import re
import unicodedata

from filexfer.core.errors import InvalidPath

#: The hidden folder inside a share where uploads grow and old versions lie. Reserved in every spelling.
AREA = ".filexfer"

#: Longest component and longest whole path, in bytes. 255 is what the common file systems take.
COMPONENT_BYTES = 255
PATH_BYTES = 32_768

#: Most components of a path: whoever works on one does so for each folder on the way.
COMPONENTS = 1000

_ON_WINDOWS = os.name == "nt"
_NO_NAMES = frozenset(("", ".", ".."))
#: What every ASCII spelling of our own area holds, in small letters.
_PART_OF_RESERVED = "filexf"
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f]")
# What HFS+ ignores when it compares names (Apple's TN1150), so that `.file\u200cxfer` would meet our own folder there.
_IGNORED = re.compile("[\u200c-\u200f\u202a-\u202e\u206a-\u206f\ufeff]")
_WINDOWS_RESERVED = re.compile(r"(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$) *(\..*)?", re.IGNORECASE)
_WINDOWS_ILLEGAL = re.compile(r'[<>:"/\\|?*\x00-\x1f]')


def split(path: str) -> tuple[str, ...]:
    """The components of `path`; `()` for the root. Raises `InvalidPath` for every path that is not of the one legal form."""
    if path == "":
        return ()
    # The cheap answer first, for this is asked of every file: most paths are too short for any bound, and plain.
    if len(path) <= COMPONENT_BYTES and path.isascii() and "\0" not in path and _PART_OF_RESERVED not in path.lower():
        parts = tuple(path.split("/"))
        if _NO_NAMES.isdisjoint(parts):
            return parts
    if len(path) > PATH_BYTES or len(encode(path)) > PATH_BYTES:
        raise InvalidPath(f"The path is longer than {PATH_BYTES} bytes. Use a shorter one.")
    parts = tuple(path.split("/"))
    if len(parts) > COMPONENTS:
        raise InvalidPath(f"The path goes through more than {COMPONENTS} folders. Use a shorter one.")
    for part in parts:
        check_component(part)
    return parts


def check_component(name: str) -> None:
    """Raise `InvalidPath` unless `name` is a legal name of one file or folder."""
    if name in _NO_NAMES:
        raise InvalidPath("A path holds no empty, “.” or “..” component, and begins and ends without “/”.")
    if "\0" in name or "/" in name:
        raise InvalidPath("A name holds no “/” and no NUL byte. Choose another one.")
    if len(name if name.isascii() else encode(name)) > COMPONENT_BYTES:
        raise InvalidPath(f"A name has at most {COMPONENT_BYTES} bytes. Choose a shorter one.")
    if is_reserved(name):
        raise InvalidPath(f"Names like “{AREA}” are kept for filexfer itself. Choose another one.")


def is_reserved(name: str) -> bool:
    """Whether `name` is the upload area's in some spelling that a file system might take for the same."""
    # The cheap half of the question first: it is asked for every name of every listing and batch.
    if len(name) < len(AREA) - 1 or (name.isascii() and _PART_OF_RESERVED not in name.lower()):
        return False
    # `FILEXF~1` is how Windows abbreviates it on volumes with short names.
    folded = _IGNORED.sub("", unicodedata.normalize("NFKC", name)).casefold().rstrip(". ").partition(":")[0]
    return folded == AREA or re.fullmatch(r"\.?filexf~\d+", folded) is not None


def join(*parts: str) -> str:
    """`parts` joined, empty ones left out."""
    return "/".join(part for part in parts if part)


def parent(path: str) -> str:
    return path.rpartition("/")[0]


def name(path: str) -> str:
    return path.rpartition("/")[2]


def encode(path: str) -> bytes:
    """The bytes of a path as POSIX disks hold them. Raises `InvalidPath` for surrogates that stand for no byte."""
    try:
        return path.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        raise InvalidPath("The name holds half a character. Choose another one.") from None


def decode(raw: bytes) -> str:
    """The path of these bytes; the inverse of `encode`."""
    return raw.decode("utf-8", "surrogateescape")


def to_wire(path: str) -> str | bytes:
    """A path as XML-RPC carries it: text where XML can hold it, else its bytes (sent as base64)."""
    return path if fits_xml(path) else encode(path)


def from_wire(value: object) -> str:
    """The path that arrived as text or bytes; raises `InvalidPath` for another type. Its form is not checked: `split` does."""
    if isinstance(value, str):
        return value
    if isinstance(value, bytes):
        return decode(value)
    raise InvalidPath("A path is a string, or the bytes of one as base64.")


def fits_xml(text: str) -> bool:
    """Whether XML 1.0 can carry `text` (production [2] Char) and give it back unchanged: its parsers turn CR into LF (2.11)."""
    # One pattern for all of it would take 5 ms to compile, at each start.
    if not text.isascii():
        try:
            text.encode()
        except UnicodeEncodeError:
            return False
        if "\ufffe" in text or "\uffff" in text:
            return False
    return text.isprintable() or _CONTROL.search(text) is None


def shown(text: str) -> str:
    """`text` for people: control characters, bidirectional overrides and stray bytes made visible, nothing else changed."""
    return "".join(c if c.isprintable() and c not in _BIDI else _visible(c) for c in text)


_BIDI = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def _visible(character: str) -> str:
    code = ord(character)
    if 0xDC80 <= code <= 0xDCFF:
        return f"\\x{code - 0xDC00:02x}"
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"


def check_windows(component: str) -> None:
    """Raise `InvalidPath` where Windows would refuse `component`, or take it for something other than a file of that name."""
    if _WINDOWS_ILLEGAL.search(component) or component[-1:] in (".", " ") or _WINDOWS_RESERVED.fullmatch(component.rstrip(". ")):
        raise InvalidPath(f"Windows cannot hold a file named “{shown(component)}”. Rename it before it is sent.")


def local_name(name: str) -> str:
    """`name`, as a server has it, to be joined to a folder of this computer. Raises `InvalidPath` where that would lead out of
    it: on Windows `C:x` and `..\\x` do. What else may not be a name here fails by itself once it is fetched."""
    check_component(name)
    if _ON_WINDOWS and (ntpath.splitdrive(name)[0] or ntpath.basename(name) != name):
        check_windows(name)
    return name
