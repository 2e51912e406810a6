"""Methods for trust: `pair`, which a stranger may call, and those by which the owner invites devices, lists and revokes them.
Rule: a token or a code is told only where nobody on the way can read it."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Sequence

from filexfer.core import paths
from filexfer.core.errors import BadParameters, Forbidden
from filexfer.core.model import Permission
from filexfer.protocol import wire
from filexfer.protocol.address import Address, parse
from filexfer.protocol.pairing import NAME_CHARACTERS, NONCE_BYTES, PROOF_BYTES, Invite, shown_code
from filexfer.server.access import Caller, permission_called
from filexfer.server.devices import Device
from filexfer.server.invites import Proof
from filexfer.server.methods.arguments import NONE, Options, bytes_of, in_range
from filexfer.server.trust import NO_HTTPS, Trust


class Pairing:
    """See the docstrings of the methods. `share`: its name; `addresses`: where others reach us over https, the best first;
    `answers_to`: whether requests may name this host."""

    def __init__(
        self, trust: Trust, share: Callable[[], str], addresses: Callable[[], Sequence[str]], answers_to: Callable[[str], bool]
    ) -> None:
        self._trust = trust
        self._share = share
        self._addresses = addresses
        self._answers_to = answers_to

    def pair(self, caller: Caller, device_name: object, nonce: object, proof: object) -> object:
        """pair(device_name, nonce, proof) -> {token, permission, device, name, proof, share}

        Become a known device, by the code of an invitation. `nonce`: 32 random bytes; `proof`: HMAC-SHA-256, keyed by the code,
        over what docs/protocol.md says. Believe nothing of the answer before its own proof fits. Over https only."""
        name = wire.text(device_name, "device_name")
        if not 0 < len(name) <= NAME_CHARACTERS:
            raise BadParameters(f"A device's name has 1 to {NAME_CHARACTERS} characters.")
        shown = Proof(name, _exactly(nonce, NONCE_BYTES, "nonce"), _exactly(proof, PROOF_BYTES, "proof"))
        return {**self._trust.pair(caller, shown), "share": paths.shown(self._share())}

    def invite_create(self, caller: Caller, options: object = NONE) -> object:
        """invite_create({permission, host, port}) -> {id, code, link, address, addresses, permission, seconds}

        Invite one device: it may do `permission` (read, which is the default, write or manage). The code is typed at the other
        end, or the link opened there, within `seconds`, once. `address` is the one in the link: `host` and `port`, where they are
        given, else the first of `addresses`."""
        _check_private(caller)
        given = Options(options, "permission", "host", "port")
        permission = _granted(given.text("permission", "read"))
        found = [parse(address) for address in self._addresses()]
        address = self._chosen(given, found)
        invitation, identity = self._trust.invite(permission)
        link = Invite(address, invitation.code, identity.pin).link()
        return {
            "id": invitation.id,
            "code": shown_code(invitation.code),
            "link": link,
            "address": str(address),
            "addresses": [str(one) for one in found],
            "permission": permission.name.lower(),
            "seconds": self._trust.invitation(invitation.id)[1],
        }

    def invite_status(self, caller: Caller, invite_id: object) -> object:
        """invite_status(id) -> {state, seconds, device}

        What became of an invitation: open, used, expired or cancelled; how long it is still open; the name of the device that it
        paired, or an empty string."""
        invitation, seconds = self._trust.invitation(wire.text(invite_id, "id"))
        return {"state": invitation.state, "seconds": seconds, "device": invitation.device}

    def invite_cancel(self, caller: Caller, invite_id: object) -> object:
        """invite_cancel(id) -> boolean

        End an invitation. False where it was over already."""
        return self._trust.cancel(wire.text(invite_id, "id"))

    def device_list(self, caller: Caller) -> object:
        """device_list() -> [{id, name, permission, created_ns, seen_ns}]

        The devices that were paired or added, the oldest first. seen_ns is 0 for one that never came."""
        return [_told(device) | {"created_ns": device.created_ns, "seen_ns": device.seen_ns} for device in self._trust.devices()]

    def device_add(self, caller: Caller, name: object, permission: object = "read") -> object:
        """device_add(name, permission) -> {id, name, token, pin, certificate, permission}

        Make a device known without pairing: a stock client sends the token as the password of Basic, whatever the user, and
        trusts the certificate (PEM). `permission`: read, write or manage. The token is told this once."""
        _check_private(caller)
        wanted = wire.text(name, "name")
        if not 0 < len(wanted) <= NAME_CHARACTERS:
            raise BadParameters(f"A device's name has 1 to {NAME_CHARACTERS} characters.")
        device, token, identity = self._trust.add(wanted, _granted(wire.text(permission, "permission")))
        return _told(device) | {"token": token, "pin": identity.pin, "certificate": identity.certificate}

    def device_revoke(self, caller: Caller, device: object) -> object:
        """device_revoke(id) -> boolean

        Forget a device, by its id or its name: it may do nothing from its next request on, and its connections end. False where
        there is no such device."""
        return self._trust.revoke(wire.text(device, "id"))

    def device_leave(self, caller: Caller) -> object:
        """device_leave() -> boolean

        Give up the token that this call shows: from the next request on, who calls is a known device no more. False where the
        call shows none, as over the control socket."""
        return self._trust.leave(caller.device)

    def _chosen(self, given: Options, found: Sequence[Address]) -> Address:
        """The address that a link names."""
        if not found:
            raise BadParameters(NO_HTTPS)
        port = in_range(given.number("port", found[0].port), 1, 65535, "port")
        host = given.text("host")
        if host:
            address = parse(f"https://[{host}]:{port}" if _is_ipv6(host) else f"https://{host}:{port}")
            if address.path or address.port != port:
                raise BadParameters("A host is a name or an address of this computer, without a port.")
            if not self._answers_to(address.host):
                raise BadParameters(
                    "This server does not answer to that name. Use its address, or start it with --allow-host NAME."
                )
            return address
        return Address("https", found[0].host, port)


def _check_private(caller: Caller) -> None:
    """Raise `Forbidden` where the answer could be read on its way."""
    if not (caller.local or caller.secure or _on_this_machine(caller.peer)):
        raise Forbidden("Secrets are told over https only, or on the computer that shares.")


def _on_this_machine(peer: str) -> bool:
    try:
        return ipaddress.ip_address(peer.partition("%")[0]).is_loopback
    except ValueError:
        return True  # a UNIX socket


def _is_ipv6(host: str) -> bool:
    return ":" in host and not host.startswith("[")


def _granted(name: str) -> Permission:
    permission = permission_called(name)
    if permission is Permission.NONE:
        raise BadParameters("A device may watch, read, write or manage.")
    return permission


def _exactly(value: object, length: int, name: str) -> bytes:
    data = bytes_of(value)
    if len(data) != length:
        raise BadParameters(f"The {name} has {length} bytes.")
    return bytes(data)


def _told(device: Device) -> dict[str, object]:
    return {"id": device.id, "name": device.name, "permission": device.permission.name.lower()}
