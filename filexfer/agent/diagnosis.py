"""The method `server_doctor`: has the connection doctor look at the way to a server, for a window that shows what it finds."""

from __future__ import annotations

from filexfer.agent.servers import Servers, is_own
from filexfer.agent.sharing import Sharing
from filexfer.client import knock
from filexfer.client.doctor import BAD, GOOD, UNSURE, Doctor, Finding
from filexfer.client.vault import Vault
from filexfer.core.errors import FilexferError
from filexfer.protocol.address import parse
from filexfer.protocol.members import sequence, struct, text
from filexfer.server.access import Caller

#: At most so many of our addresses are tried from there.
_WAYS = 3


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
        doctor = Doctor(self._vault.find)
        wanted = text(server, "server")
        if is_own(wanted):
            found = list(doctor.own(self._sharing.addresses))
        else:
            found = list(doctor.examine(self._servers.resolve(self._servers.reach(wanted, caller.local))))
            # Only for somebody here: else two would ask each other without end.
            if caller.local and any(one.check == "server" and one.state == GOOD for one in found):
                found += self._back(wanted)
        return {"findings": [finding.struct() for finding in found]}

    def _back(self, server: str) -> list[Finding]:
        """Whether that computer reaches this one, as far as it lets us ask."""
        mine = [address for address in self._sharing.addresses if address.startswith("https:")]
        for address in [one for one in mine if not knock.is_here(parse(one).host)][:_WAYS]:
            try:
                answer = struct(self._servers.call(server, "server_doctor", [address]), "findings")
                steps = [struct(one, "finding") for one in sequence(answer.get("findings"), "findings")]
            except FilexferError:
                return []  # it does not let us, or is of an older version
            wrong = next((one for one in steps if one.get("state") == BAD), None)
            if wrong is None or wrong.get("check") in ("pairing", "key"):
                # Whom it is paired with is not what was asked.
                return [Finding("back", GOOD, f"From there this computer is reached too, at {address}")]
        if not mine:
            return []
        return [
            Finding(
                "back",
                UNSURE,
                "From there this computer is not reached, so nothing can be fetched from it.",
                "Let filexfer in through this computer's firewall, if others are to fetch from it.",
            )
        ]
