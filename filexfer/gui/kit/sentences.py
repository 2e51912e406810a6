"""Says in the person's language what went wrong. Errors arise and travel as English sentences, which logs, stock clients and
older versions read; here one is found among those that filexfer knows, and said anew with what stands in its slots.

Rules: a sentence that is not known stays as it is; what stands in quotation marks is somebody's name for something, and is kept.
The known ones are gathered from the sources by `resources/translations/sentences.py`.
"""

from __future__ import annotations

import functools
import re
import string
from typing import NamedTuple

from PySide6.QtCore import QCoreApplication

from filexfer.core import paths
from filexfer.core.errors import FilexferError
from filexfer.gui.kit import resources

CONTEXT = "Sentences"
#: Longer texts come from a server that is not ours, and are not looked through.
LONGEST = 4000
#: A sentence may stand in a slot of another, and so on; what somebody nests further to keep us busy stays English.
LEVELS = 3
#: Texts whose sentence is remembered: lists paint the same ones again and again.
_REMEMBERED = 1000
#: What is to be typed: sentences that logs and terminals show too have it between grave accents.
_TYPED = re.compile(r"`([^`]+)`")


class Sentence(NamedTuple):
    """One that is known, like `“{name}” is a folder.`. Attributes: text; pieces (what stands around its slots); slots (names)."""

    text: str
    pieces: tuple[str, ...]
    slots: tuple[str, ...]

    @classmethod
    def of(cls, text: str) -> Sentence:
        pieces, slots = [""], list[str]()
        for literal, slot, _, _ in string.Formatter().parse(text):
            pieces[-1] += literal
            if slot is not None:
                slots.append(slot)
                pieces.append("")
        return cls(text, tuple(pieces), tuple(slots))

    def read(self, said: str) -> tuple[str, ...] | None:
        """What stands in the slots of `said`; None where it is another sentence."""
        first, *middle, last = self.pieces if self.slots else (*self.pieces, "")
        if not self.slots:
            return () if said == first else None
        if len(said) < len(first) + len(last) or not said.startswith(first) or not said.endswith(last):
            return None
        at, end, found = len(first), len(said) - len(last), []
        for piece in middle:
            place = said.find(piece, at, end)
            if place < 0:
                return None
            found.append(said[at:place])
            at = place + len(piece)
        return (*found, said[at:end])

    def quotes(self, slot: int) -> bool:
        """Whether a slot stands in quotation marks."""
        return self.pieces[slot].endswith("“")


@functools.cache
def known() -> tuple[Sentence, ...]:
    """All that are known, those that say most first. Reads a file the first time: to be called before a window is shown."""
    text = (resources.folder() / "translations" / "sentences.txt").read_text("utf-8")
    found = (Sentence.of(line) for line in text.splitlines())
    return tuple(sorted(found, key=lambda one: -sum(map(len, one.pieces))))


@functools.lru_cache(_REMEMBERED)
def find(text: str) -> tuple[Sentence, tuple[str, ...]] | None:
    """The sentence that `text` is, and what stands in its slots."""
    if len(text) > LONGEST:
        return None
    return next(((one, values) for one in known() if (values := one.read(text)) is not None), None)


def said(text: str, levels: int = LEVELS) -> str:
    """An English sentence of ours in the person's language; any other text as it is. `levels`: sentences within sentences that
    are looked for."""
    found = find(text)
    if found is None:
        return text
    sentence, values = found
    ours = _TYPED.sub(r"“\1”", QCoreApplication.translate(CONTEXT, sentence.text))
    if ours == sentence.text:
        return text
    kept = {
        slot: value if sentence.quotes(number) or not levels else said(value, levels - 1)
        for number, (slot, value) in enumerate(zip(sentence.slots, values, strict=True))
    }
    return ours.format_map(kept)


def why(error: FilexferError) -> str:
    """What an error says, for a label of plain text."""
    return said(paths.shown(str(error)))
