"""Parts of a benchmark that may fail without taking the others' figures with them."""

from __future__ import annotations

import sys
import traceback
from collections.abc import Callable
from typing import TypeVar

_T = TypeVar("_T")


class Attempts:
    """Attribute: failed, a sentence for each part that failed, by its name."""

    def __init__(self) -> None:
        self.failed: dict[str, str] = {}

    def at(self, name: str, part: Callable[[], _T]) -> _T | None:
        """What `part` answers; None where it failed, whatever that was, which is told and kept."""
        try:
            return part()
        except Exception as error:
            traceback.print_exc()
            self.failed[name] = f"{type(error).__name__}: {error}".splitlines()[0]
            print(f"{name} failed, and the others go on.", file=sys.stderr, flush=True)
            return None
