"""Memory that was used once and is free again goes back to the system."""

from __future__ import annotations

import sys

#: malloc.h of glibc.
_TRIM_THRESHOLD = -1
_MMAP_THRESHOLD = -3
#: Above what one call of a block takes: memory that each call maps and unmaps anew costs as much time as moving the bytes.
_LARGE = 4 << 20


def trim() -> None:
    """Have it return what lies free between pieces that are in use too: all of what a crowd of connections leaves behind is such.
    Takes some milliseconds, in which others go on."""
    if sys.platform == "linux":
        import ctypes  # here, for commands that serve nobody start without it

        malloc_trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
        if malloc_trim is not None:  # musl has none, and keeps little
            malloc_trim(0)


def give_back_freed_memory() -> None:
    """Have the C library of this process return large pieces at once. Left alone, glibc keeps more of them for each thread the
    larger they were (mallopt(3), M_MMAP_THRESHOLD, "dynamic"): after one crowd of large calls, hundreds of megabytes."""
    if sys.platform != "linux":
        return
    import ctypes

    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:  # musl has none, and does it anyway
        mallopt(_MMAP_THRESHOLD, _LARGE)
        mallopt(_TRIM_THRESHOLD, _LARGE)
