"""The method `server_doctor`: has the connection doctor look at the way to a server, for a window that shows what it finds."""

from __future__ import annotations

from filexfer.agent.servers import Servers, is_own
from filexfer.agent.sharing import Sharing
from filexfer.client.vault import Vault
from filexfer.protocol.members import text
from filexfer.server.access import Caller


class Diagnosis:
    """The method. `vault` tells which key each server is known by."""

    def __init__(self, servers: Servers, sharing: Sharing, vault: Vault) -> None:
        self._servers = servers
        self._sharing = sharing
        self._vault = vault

    def server_doctor(self, caller: Caller, server: str) -> dict[str, object]:
        """Find out why a server cannot be reached: {findings: [{check, state, says, do, command, there}]}, in the order in which
        it was looked; state: good, bad, unsure; do: what to do about it; command: what to type, there: on the other computer.
        `""` for this one's own share: whether others can reach it. Takes up to some 20 seconds."""
        from filexfer.client.doctor import Doctor

        doctor = Doctor(self._vault.find)
        wanted = text(server, "server")
        if is_own(wanted):
            findings = doctor.own(self._sharing.addresses)
        else:
            findings = doctor.examine(self._servers.resolve(self._servers.reach(wanted, caller.local)))
        return {"findings": [finding.struct() for finding in findings]}
