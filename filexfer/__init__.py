"""filexfer: a file transfer service over XML-RPC. `Server` shares a folder, `connect` opens a session with one."""

from __future__ import annotations

from typing import TYPE_CHECKING

__version__ = "0.1.0"
__all__ = ["Server", "connect"]

if TYPE_CHECKING:
    from filexfer.client.session import connect
    from filexfer.server import Server


def __getattr__(name: str) -> object:
    # Lazy (PEP 562), so that `import filexfer` costs nothing.
    if name == "Server":
        from filexfer.server import Server

        return Server
    if name == "connect":
        from filexfer.client.session import connect

        return connect
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
