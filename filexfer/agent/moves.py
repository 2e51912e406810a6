"""Saved servers whose address is another one now (another network, DHCP): found nearby by the beginning of their pin, proved by
their key, and saved where they are. Rule: nothing changes before the server there has shown the key that pairing brought."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Sequence

from filexfer.agent.servers import LOOK, Servers
from filexfer.client.session import connect
from filexfer.client.vault import Vault
from filexfer.core.errors import FilexferError

_log = logging.getLogger("filexfer.agent")

#: One that was not found where it is said to be is looked for there again after this long, in seconds.
_AGAIN = 30.0
#: Bound: addresses that are tried.
_MOST_TRIED = 4


class Moves:
    """Follows saved servers, each in a thread that nobody waits for."""

    def __init__(self, servers: Servers, vault: Vault) -> None:
        self._servers = servers
        self._vault = vault
        self._lock = threading.Lock()  # guards the two below
        self._tried: dict[str, float] = {}  # by name: when it was last looked for
        self._closed = False

    def follow(self, name: str, addresses: Sequence[str]) -> None:
        """The server saved as `name`, which does not answer, is said to be at one of these addresses."""
        old = self._servers.saved().get(name, "")
        with self._lock:
            due = time.monotonic() - self._tried.get(name, -_AGAIN) >= _AGAIN
            if not due or self._closed or not old or old in addresses:
                return
            self._tried[name] = time.monotonic()
        where = tuple(addresses[:_MOST_TRIED])
        threading.Thread(target=self._find, args=(name, old, where), name="filexfer-moved", daemon=True).start()

    def close(self) -> None:
        with self._lock:
            self._closed = True

    def _find(self, name: str, old: str, addresses: Sequence[str]) -> None:
        for new in addresses:
            try:
                known = self._vault.find(old)
                if known is None:
                    return
                with connect(new, credentials=known, timeout=LOOK) as session:
                    session.call("server_info")
                self._vault.keep(new, known)
                self._servers.move(name, old, new)
            except FilexferError as error:
                _log.info("“%s” is not at %s: %s", name, new, error)
            else:
                return
