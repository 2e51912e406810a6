"""The threaded server. `Server` shares a folder; `Settings` are its bounds; a method may answer with a `Deferred`."""

from filexfer.core.model import Permission
from filexfer.server.access import Caller
from filexfer.server.deferred import Deferred
from filexfer.server.server import Server
from filexfer.server.settings import Settings

__all__ = ["Caller", "Deferred", "Permission", "Server", "Settings"]
