"""Who comes and who is here: makes a connection of each accepted socket, or turns it away, and knows those that are open."""

from __future__ import annotations

import logging
import socket
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

from filexfer.server.access import may_control
from filexfer.server.census import Census
from filexfer.server.channel import Channel
from filexfer.server.connection import Connection
from filexfer.server.house import House
from filexfer.server.listener import Door, Listener, peer_uid
from filexfer.server.settings import Settings

if TYPE_CHECKING:
    from filexfer.server.identity import Identity

_log = logging.getLogger("filexfer.server")


class Arrivals:
    """`identity`: what we speak TLS with, once something listens on https."""

    def __init__(self, census: Census, settings: Settings, identity: Callable[[], Identity | None]) -> None:
        self._census = census
        self._settings = settings
        self._identity = identity
        self._lock = threading.Lock()  # guards `_connections`
        self._connections: set[Connection] = set()

    def welcome(self, house: House, sock: socket.socket, listener: Listener, address: object) -> Connection | None:
        """A connection was accepted: make one of ours of it, or turn it away. On the loop's thread."""
        if isinstance(address, tuple):
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            peer = str(address[0])
        else:
            uid = peer_uid(sock)
            if listener.door is Door.CONTROL and not may_control(uid):
                _log.warning("A process of user %s was turned away from the control socket.", uid, extra={"peer": f"uid:{uid}"})
                sock.close()
                return None
            peer = f"uid:{uid}"
        return Connection(house, self._channel(sock, listener), peer, listener)

    def _channel(self, sock: socket.socket, listener: Listener) -> Channel:
        stall, rate = self._settings.stall_seconds, self._settings.body_rate
        if not listener.secure:
            return Channel(sock, stall, rate)
        identity = self._identity()
        assert identity is not None
        return identity.channel(sock, stall, rate)

    def came(self, connection: Connection) -> None:
        """It was admitted."""
        with self._lock:
            self._connections.add(connection)

    def gone(self, connection: Connection) -> None:
        """It is closed."""
        with self._lock:
            if connection not in self._connections:
                return  # it was turned away
            self._connections.discard(connection)
        self._census.leave(connection.household)

    def here(self) -> list[Connection]:
        """Those that are open."""
        with self._lock:
            return list(self._connections)
