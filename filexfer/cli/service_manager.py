"""What a service manager is told, by systemd's protocol (sd_notify(3)): datagrams of `NAME=value` lines to the socket that
`NOTIFY_SOCKET` names. Where there is none, nobody is told; telling never fails the server."""

from __future__ import annotations

import logging
import os
import socket
import threading
from collections.abc import Callable, MutableMapping

_log = logging.getLogger("filexfer.cli")

#: Seconds that the end takes beyond what requests under way are given.
_END = 15.0
#: Longest status line, in characters.
_STATUS = 500


class ServiceManager:
    """Args:
    address: of its socket; `@…` is an abstract one (Linux); "" for nobody.
    watchdog: seconds after which it takes a silent server for dead, 0 for never.
    """

    def __init__(self, address: str = "", watchdog: float = 0.0) -> None:
        self._address = "\0" + address[1:] if address.startswith("@") else address
        self.watchdog = watchdog if address else 0.0
        self._ended = threading.Event()
        self._thread: threading.Thread | None = None

    @classmethod
    def of_environment(cls, environ: MutableMapping[str, str]) -> ServiceManager:
        """The one that started this process. Takes its variables out of `environ`: what we start is not to speak for us."""
        address = environ.pop("NOTIFY_SOCKET", "")
        microseconds, for_whom = environ.pop("WATCHDOG_USEC", ""), environ.pop("WATCHDOG_PID", "")
        if not address.startswith(("/", "@")) or not hasattr(socket, "AF_UNIX"):
            return cls()
        meant = for_whom in ("", str(os.getpid()))
        return cls(address, int(microseconds) / 1e6 if meant and microseconds.isdecimal() else 0.0)

    def ready(self, status: str, alive: Callable[[], bool]) -> None:
        """The server answers. From now on it is asked by `alive` whether it still does, where the manager wants to know."""
        self._tell("READY=1", _status(status))
        if self.watchdog:
            self._thread = threading.Thread(target=self._watch, args=(alive,), name="watchdog", daemon=True)
            self._thread.start()

    def stopping(self, seconds: float) -> None:
        """The server ends; requests under way have `seconds` for it. The manager is asked for that much patience."""
        self._end_watch()
        self._tell(
            "STOPPING=1", _status("Waiting for requests under way"), f"EXTEND_TIMEOUT_USEC={round((seconds + _END) * 1e6)}"
        )

    def _end_watch(self) -> None:
        self._ended.set()
        if self._thread is not None:
            self._thread.join()
            self._thread = None

    def _watch(self, alive: Callable[[], bool]) -> None:
        # Half of the time, as sd_watchdog_enabled(3) advises.
        while not self._ended.wait(self.watchdog / 2):
            if alive():
                self._tell("WATCHDOG=1")
            else:
                _log.error("The server did not answer itself. Its service manager is not told that it is well.")

    def _tell(self, *lines: str) -> None:
        if not self._address:
            return
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as out:
                out.settimeout(5.0)
                out.sendto("\n".join(lines).encode("utf-8", "replace"), self._address)
        except OSError as error:
            _log.warning("The service manager could not be told %s: %s", lines[0], error.strerror or error)


def _status(text: str) -> str:
    return f"STATUS={' '.join(text.split())[:_STATUS]}"
