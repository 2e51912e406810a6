"""A real server with https for the client's tests: its owner's session, its invitations, its devices."""

from __future__ import annotations

from pathlib import Path

from filexfer.client.credentials import Credentials
from filexfer.client.session import Session, connect
from filexfer.core.model import Permission
from filexfer.core.places import control_socket, private_folder
from filexfer.protocol import wire
from filexfer.protocol.address import Address, parse
from filexfer.protocol.pairing import Invite, parse_link
from filexfer.server import Server


class House:
    """A server that shares `folder/share`, or `share`, over https; guests may nothing. Attributes: share, server, address,
    owner."""

    def __init__(self, folder: Path, listen: str = "https://127.0.0.1:0", share: Path | None = None) -> None:
        self.share = share or folder / "share"
        self.share.mkdir(exist_ok=True)
        self._state = folder / "house"
        private_folder(self._state)
        self.server = Server(self.share, listen=[listen], state=self._state, control=control_socket(self._state))
        self.server.start()
        self.address = self.server.addresses[0]
        self.owner: Session = connect(self.server.control_address)

    def __enter__(self) -> House:
        return self

    def __exit__(self, *_: object) -> None:
        self.owner.close()
        self.server.close()

    def again(self, folder: Path) -> House:
        """The same server after a restart."""
        self.__exit__()
        return House(folder, self.address)

    def invite(self, permission: str = "write") -> Invite:
        answer = wire.struct(self.owner.call("invite_create", {"permission": permission, "host": "127.0.0.1"}))
        return parse_link(wire.text(answer["link"]))

    def typed(self, permission: str = "write") -> tuple[Address, str]:
        return parse(self.address), self.invite(permission).code

    def device(self, name: str = "device", permission: str = "write") -> Credentials:
        """Of a device that was added without pairing."""
        answer = wire.struct(self.owner.call("device_add", name, permission))
        return Credentials(wire.text(answer["pin"]), wire.text(answer["token"]))

    def devices(self) -> list[tuple[str, Permission]]:
        found = [wire.struct(one) for one in wire.sequence(self.owner.call("device_list"))]
        return [(wire.text(one["name"]), Permission[wire.text(one["permission"]).upper()]) for one in found]
