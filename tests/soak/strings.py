"""Path strings by the million: a grammar of what once led somewhere it should not, joined, wrapped, bent and broken."""

from __future__ import annotations

import random
import unicodedata
from collections.abc import Iterator, Sequence
from pathlib import Path

from filexfer.core import paths
from filexfer.core.errors import InvalidPath

#: What lies in the share and beside it (tests/attacks/house.py), so that a string that escapes meets something.
KNOWN = (
    "mine", "folder", "folder/inside", "folder/deep/er", "honest", "new", "outside", "outside/secret", "secret", "deep",
    "share", "share-twin", "share-twin/secret", "x", "state", "log",
)  # fmt: skip
#: Links that lie in the share: `link_all` makes them.
LINKS = {
    "out": "../outside",
    "leaf": "../outside/secret",
    "twin": "../share-twin",
    "unborn": "../outside/unborn",
    "top": "..",
    "self": ".",
    "round": "round",
    "folder/up": "..",
    "folder/far": "../../outside/deep",
}
DOTS = (
    "..", ".", "...", "....", ".. ", "..;", " ..", "..\0", "%2e%2e", "%2E.", "%252e%252e", "．．", "․․", "‥", "。。",
    "..\u200d", "\udcc0\udcae\udcc0\udcae", "\udce0\udc80\udcae.", "..%00", "..\\", "..\n", "\u202e..", "~", "~root",
    "-", "*", "?", "[a-z]*", "$HOME", "`id`", "{a,b}",
)  # fmt: skip
AREA = (
    ".filexfer", ".FILEXFER", ".FileXfer/uploads", ".filexfer.", ".filexfer ", ".filexfer:x", ".filexfer::$DATA",
    "FILEXF~1", ".filexf~2", ".ﬁlexfer", ".file\u200cxfer", "．ｆｉｌｅｘｆｅｒ", ".filexfer/trash", ".filexfer/keys.sqlite",
    ".fılexfer", ".filexſer",
)  # fmt: skip
ODD = (
    "", " ", "C:", "C:\\Windows", "\\\\host\\share", "//host/share", "\\\\?\\C:\\x", "con", "NUL.txt", "a:b", "a\tb",
    "a\nb", "a\rb", "\x1b[2J", "\x01", "\x7f", "\u202eevil", "\ufffe", "\uffff", "\ufeff", "\ud800", "\udcff", "é",
    "e\u0301", "ſ", "ß", "İ", "Å", "\u1e9e", "😀", "a", "a", "é", "é", "file://", "http://h", "unix:/x", "proc",
    "etc/passwd", "dev/null", "self/mine", "0", "-1", "None", "<x>", "&amp;", "%", "%%", "%zz", "%2F", "%5c", "+",
)  # fmt: skip
JOINTS = ("/", "/", "/", "/", "/", "//", "\\", "%2F", "%2f", "%252F", "∕", "／", "/./", "/../", "\0", ":", "")
BEHIND = ("", "", "", "", "/", "/.", "/..", "/../..", "\0", ".", " ", "/*", "\n", "%00", "%20", "?x", "#x")
_ALPHABET = "./\\%:~ \0\n\r\t\x1b\u202e\udc80abcXYZ019éßſ\u0301😀\ufffe"


def strings(seed: int, top: Path) -> Iterator[str]:
    """Endless; `top` is the folder around the share, whose absolute names are among them."""
    chance = random.Random(seed)
    before = (
        "",
        "",
        "",
        "",
        "/",
        "./",
        "../",
        "../../",
        "../" * 20,
        "//",
        f"{top}/",
        f"{top}/outside/",
        f"{top}/share/",
        "\\",
        "file://",
        " ",
        "\0",
    )
    while True:
        made = chance.choice(before) + _joined(chance) + chance.choice(BEHIND)
        for _ in range(chance.choice((0, 0, 0, 1, 1, 2, 5))):
            made = _bent(made, chance)
        if chance.random() < 0.002:
            made = chance.choice((made * 300, "a/" * 1001, "x/../" * 500, "/".join(["d"] * 999), made + "y" * 40_000))
        yield made


def link_all(share: Path) -> None:
    """The links of the grammar, where they are not."""
    for name, target in LINKS.items():
        if not (share / name).is_symlink():
            (share / name).symlink_to(target)


def _joined(chance: random.Random) -> str:
    kinds: Sequence[Sequence[str]] = (KNOWN, KNOWN, tuple(LINKS), tuple(LINKS), DOTS, DOTS, AREA, ODD)
    made = chance.choice(chance.choice(kinds))
    for _ in range(chance.choice((0, 0, 1, 1, 2, 3, 6))):
        made += chance.choice(JOINTS) + chance.choice(chance.choice(kinds))
    return made


def _bent(text: str, chance: random.Random) -> str:
    """`text` with one thing about it changed."""
    at = chance.randint(0, len(text))
    end = chance.randint(at, min(len(text), at + 4))
    match chance.randrange(8):
        case 0:
            return text[:at] + chance.choice(_ALPHABET) + text[at:]
        case 1:
            return text[:at] + text[end:]
        case 2:
            return text[:end] + text[at:]
        case 3:
            return text.swapcase()
        case 4:
            return unicodedata.normalize(chance.choice(("NFC", "NFD", "NFKC", "NFKD")), text)
        case 5:
            return text[:at] + "".join(f"%{ord(one) & 0xFF:02x}" for one in text[at:end]) + text[end:]
        case 6:
            return (
                text[:at]
                + chr(chance.choice((chance.randrange(0x80), chance.randrange(0x3000), chance.randrange(0x110000))))
                + text[at:]
            )
        case _:
            return text[::-1]


def stands_for_bytes(text: str) -> bool:
    """Whether a disk could have a name like this: no half characters but those that stand for a byte."""
    try:
        paths.encode(text)
    except InvalidPath:
        return False
    return True


def raw_of(text: str) -> bytes:
    """The bytes of a string; of one that stands for none, what a careless program would send."""
    return paths.encode(text) if stands_for_bytes(text) else text.encode("utf-8", "surrogatepass")
