"""The beginning of a file as text for people, or the finding that it is none. Rules: whatever the bytes are, the answer holds no
control characters but line ends and tabs, no bidirectional overrides, and no line that would take a window long to lay out."""

from __future__ import annotations

import codecs
import re

#: Most lines, and characters of one; what is left out is told by an ellipsis.
MOST_LINES, MOST_COLUMNS = 2000, 500
#: A text holds at most one control character in so many.
_RARE = 100

_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_NOT_IN_TEXT = re.compile("[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f-\x9f]")
_CHINESE = re.compile("[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]")
_BEYOND_ASCII = re.compile("[^\x00-\x7f]")
_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


def text_of(first: bytes, whole: bool) -> str | None:
    """What `first`, the beginning of a file (`whole`: all of it), says; None where it is no text."""
    text = _decoded(first, whole)
    if text is None or len(_NOT_IN_TEXT.findall(text)) * _RARE > len(text):
        return None
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    shown = [line if len(line) <= MOST_COLUMNS else f"{line[:MOST_COLUMNS]} …" for line in lines[:MOST_LINES]]
    return _CONTROL.sub(_visible, "\n".join(shown))


def _decoded(first: bytes, whole: bool) -> str | None:
    marked = next((encoding for mark, encoding in _MARKS if first.startswith(mark)), "")
    if marked:
        return _by(marked, first, whole)
    if b"\0" in first:
        return None
    text = _by("utf-8", first, whole)
    if text is None:
        chinese = _by("gb18030", first, whole)
        # Almost any bytes are GB 18030 to a decoder; a text in it is Chinese.
        if chinese is not None and len(_CHINESE.findall(chinese)) * 10 >= len(_BEYOND_ASCII.findall(chinese)) * 9:
            return chinese
        text = first.decode("cp1252", "replace")
    return text


def _by(encoding: str, first: bytes, whole: bool) -> str | None:
    try:
        # The last character may be cut in two.
        return codecs.getincrementaldecoder(encoding)().decode(first, whole)
    except UnicodeDecodeError:
        return None


def _visible(found: re.Match[str]) -> str:
    code = ord(found[0])
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"
