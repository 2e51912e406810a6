"""The targets by name, and where their corpora lie. No fuzzer is imported here: the suite runs the same checks without one."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from pathlib import Path

#: Each a file beside this one.
TARGETS = ("codec", "values", "head", "chunked", "names", "links", "journal", "kept")

CORPUS = Path(__file__).parent / "corpus"

Check = Callable[[bytes], None]


def check_of(target: str) -> Check:
    """The function that raises where a rule is broken."""
    found: Check = importlib.import_module(f"fuzz.{target}").check
    return found


def corpus_of(target: str) -> list[Path]:
    """The files a fuzzer begins with, in order."""
    return sorted((CORPUS / target).iterdir())
