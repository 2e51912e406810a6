"""What makes calls for a dialog: the bridge to this computer's agent, or what stands for a server elsewhere."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

from PySide6.QtCore import SignalInstance

from filexfer.core.errors import FilexferError


class Asks(Protocol):
    """What makes calls; see `Bridge.ask`. `failed`: tells of those whose caller brought no `failed` of its own."""

    @property
    def failed(self) -> SignalInstance: ...

    def ask(
        self,
        method: str,
        *params: object,
        done: Callable[[Any], object] | None = None,
        failed: Callable[[FilexferError], object] | None = None,
        read: Callable[[Any], Any] | None = None,
    ) -> None: ...
