"""Memory that was used once and is free again goes back to the system."""

from __future__ import annotations

import sys
from collections.abc import Callable

#: malloc.h of glibc.
_TRIM_THRESHOLD = -1
_MMAP_THRESHOLD = -3
#: Above what one call of a block takes: memory that each call maps and unmaps anew costs as much time as moving the bytes.
_LARGE = 4 << 20


def trim() -> None:
    """Have it return what lies free between pieces that are in use too: all of what a crowd of connections leaves behind is such.
    Takes some milliseconds, in which others go on."""
    if malloc_trim := _of_the_c_library("malloc_trim"):
        malloc_trim(0)


def give_back_freed_memory() -> None:
    """Have the C library of this process return large pieces at once. Left alone, glibc keeps more of them for each thread the
    larger they were (mallopt(3), M_MMAP_THRESHOLD, "dynamic"): after one crowd of large calls, hundreds of megabytes."""
    if mallopt := _of_the_c_library("mallopt"):
        mallopt(_MMAP_THRESHOLD, _LARGE)
        mallopt(_TRIM_THRESHOLD, _LARGE)


def _of_the_c_library(name: str) -> Callable[..., int] | None:
    """glibc's function of this name; None where there is another library: musl has neither of those above, and keeps little."""
    if sys.platform != "linux":
        return None
    import ctypes  # here, for commands that serve nobody start without it

    return getattr(ctypes.CDLL(None), name, None)
