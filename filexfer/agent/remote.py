"""The `server_*` methods: saved servers as a window lists them, pairing with others, and calls to any through its agent."""

from __future__ import annotations

from collections.abc import Mapping

from filexfer.agent.servers import OWN, Servers, is_own
from filexfer.agent.sharing import Sharing
from filexfer.client.pairing import pair
from filexfer.client.vault import Vault
from filexfer.core.errors import BadParameters, Forbidden
from filexfer.core.model import Permission
from filexfer.protocol.address import Address, free_name, parse
from filexfer.protocol.members import check_names, sequence, struct, text
from filexfer.protocol.methods import SERVICE
from filexfer.protocol.pairing import Invite, parse_code, parse_link
from filexfer.server.access import Caller

#: Seconds without an answer after which pairing counts as failed.
PATIENCE = 20.0


class Remote:
    """The methods. `device`: what this computer calls itself where it is paired."""

    def __init__(self, servers: Servers, sharing: Sharing, vault: Vault, device: str) -> None:
        self._servers = servers
        self._sharing = sharing
        self._vault = vault
        self._device = device

    def server_list(self, caller: Caller) -> dict[str, object]:
        """This computer's share and the saved servers: {share: {folder, name, on, permission, guest, addresses, problem,
        lasting}, servers: [{name, address, state, since, before}]}, a state being connecting, online, offline, needs pairing, key
        changed or keyring locked; since: when one that is offline answered last, in nanoseconds since the epoch, 0 for not in
        this run; before: addresses at which it was."""
        return {"share": self._sharing.describe(), "servers": self._servers.states()}

    def server_save(self, caller: Caller, server: object) -> bool:
        """Remember a server: {name, address}. It takes the place of one of that name."""
        given = struct(server, "server")
        check_names(given, ("name", "address"))
        address = text(given.get("address"), "address")
        self._servers.reach(address, caller.local)
        self._servers.save(text(given.get("name"), "name"), address)
        return True

    def server_forget(self, caller: Caller, name: str) -> bool:
        """Forget a saved server, and what pairing with it brought; the server is told, if it can be reached."""
        self._servers.forget(text(name, "name"))
        return True

    def server_pair(self, caller: Caller, invitation: object) -> dict[str, object]:
        """Pair this computer with a server, by {link}, or {address, code}, and save it: {name, address, permission, kept}; kept:
        where the token is now, keyring or file. With {name} it is saved as that, in place of what had that name."""
        given = struct(invitation, "invitation")
        check_names(given, ("link", "address", "code", "name"))
        target = _target(given)
        wanted = text(given.get("name", ""), "name")
        if wanted:
            self._servers.check_name(wanted)
        self._servers.reach(str(target.address if isinstance(target, Invite) else target[0]), caller.local)
        paired = pair(target, self._device, self._vault, PATIENCE)
        address = str(paired.address)
        name = wanted or self._name_for(address, paired.share)
        self._servers.save(name, address)
        self._servers.renew(address)
        return {"name": name, "address": address, "permission": paired.permission.name.lower(), "kept": paired.where}

    def _name_for(self, address: str, share: str) -> str:
        """The name it is saved as already, else one like that of its share."""
        saved = self._servers.saved()
        known = next((name for name, at in saved.items() if at == address), "")
        return known or free_name(share or parse(address).host, {*saved, OWN.rstrip(":")})

    def server_call(self, caller: Caller, server: str, method: str, params: object = ()) -> object:
        """Call `method` with `params` at `server` (an address, NAME: of a saved one, "" for this one's own share) and answer
        its value, or its fault."""
        where = self._servers.reach(text(server, "server"), caller.local)
        if is_own(where) and not caller.local and not _is_for_the_share(method):
            # It would arrive over the control socket, as if a process of this user had called.
            raise Forbidden("Call this method directly, not through server_call.")
        given = sequence(list(params) if isinstance(params, tuple) else params, "params")
        return self._servers.call(where, text(method, "method"), given)


def _target(given: Mapping[str, object]) -> Invite | tuple[Address, str]:
    if "link" in given:
        return parse_link(text(given["link"], "link"))
    if "address" not in given or "code" not in given:
        raise BadParameters("Pairing takes a link, or an address and a code.")
    address = parse(text(given["address"], "address"))
    if address.scheme != "https":
        raise BadParameters("Pairing takes an address like https://HOST:8765/.")
    return address.server, parse_code(text(given["code"], "code"))


def _is_for_the_share(method: str) -> bool:
    """Whether it does no more than look at files and change them."""
    known = SERVICE.get(method)
    return known is not None and known.permission in (Permission.READ, Permission.WRITE) and not method.startswith("system.")
