"""The `server_*` methods: saved servers as a window lists them, and calls to any server through its agent."""

from __future__ import annotations

from filexfer.agent.servers import Servers, is_own
from filexfer.agent.sharing import Sharing
from filexfer.core.errors import Forbidden
from filexfer.protocol.members import check_names, sequence, struct, text
from filexfer.protocol.methods import SERVICE
from filexfer.server.access import Caller


class Remote:
    """The methods."""

    def __init__(self, servers: Servers, sharing: Sharing) -> None:
        self._servers = servers
        self._sharing = sharing

    def server_list(self, caller: Caller) -> dict[str, object]:
        """This computer's share and the saved servers: {share: {folder, name, on, permission, addresses}, servers: [{name,
        address, state}]}, a state being connecting, online, offline or needs pairing."""
        return {"share": self._sharing.describe(), "servers": self._servers.states()}

    def server_save(self, caller: Caller, server: object) -> bool:
        """Remember a server: {name, address}. It takes the place of one of that name."""
        given = struct(server, "server")
        check_names(given, ("name", "address"))
        address = text(given.get("address"), "address")
        self._servers.check_reach(address, caller.local)
        self._servers.save(text(given.get("name"), "name"), address)
        return True

    def server_forget(self, caller: Caller, name: str) -> bool:
        """Forget a saved server."""
        self._servers.forget(text(name, "name"))
        return True

    def server_call(self, caller: Caller, server: str, method: str, params: object = ()) -> object:
        """Call `method` with `params` at `server` (an address, NAME: of a saved one, "" for this one's own share) and answer
        its value, or its fault."""
        where = text(server, "server")
        self._servers.check_reach(where, caller.local)
        if is_own(where) and not caller.local and (method not in SERVICE or method.startswith("system.")):
            # It would arrive over the control socket, as if a process of this user had called.
            raise Forbidden("Call this method directly, not through server_call.")
        given = sequence(list(params) if isinstance(params, tuple) else params, "params")
        return self._servers.call(where, text(method, "method"), given)
