"""What makes calls for a dialog: the bridge to this computer's agent, or what stands for a server elsewhere."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

from filexfer.core.errors import FilexferError


class Asks(Protocol):
    """What makes calls; see `Bridge.ask`."""

    def ask(
        self,
        method: str,
        *params: object,
        done: Callable[[Any], object] | None = None,
        failed: Callable[[FilexferError], object] | None = None,
        read: Callable[[Any], Any] | None = None,
    ) -> None: ...
