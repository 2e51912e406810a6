"""What the fault tests stand on: a folder in memory, where thousands of syncs cost nothing."""

from __future__ import annotations

from tests.storage.conftest import memory

__all__ = ["memory"]
