"""Keeps this computer from falling asleep while transfers run, and puts it to sleep when asked. One way for each system, absent
quietly where there is none: a transfer that sleep interrupts goes on afterwards.

Sources: https://systemd.io/INHIBITOR_LOCKS/ (Linux), caffeinate(8) (macOS), SetThreadExecutionState (Windows)."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, contextmanager
from typing import TYPE_CHECKING, Any

from filexfer.core.errors import MachineError
from filexfer.core.model import Job, JobState

if TYPE_CHECKING:
    from collections.abc import Iterator

_log = logging.getLogger("filexfer.agent")

#: Seconds that it stays awake after the last job: another one may follow.
LINGER = 5.0
#: Seconds that the system has to answer.
_PATIENCE = 5.0
_WHY = "Files are being transferred"


class Awake:
    """Follows an engine's jobs: `changed` is to be subscribed there. `hold` gives what keeps the system awake while it is open,
    and raises `OSError` where nothing does.

    The holding is done on a thread of its own, which lives as long as there is something to hold: the system may be slow to
    answer, and on Windows it is the thread that is kept in mind."""

    def __init__(self, hold: Callable[[], AbstractContextManager[None]] | None = None, linger: float = LINGER) -> None:
        self._hold = hold or holder()
        self._linger = linger
        # Guards all below; notified when they change.
        self._changed = threading.Condition()
        self._running: set[int] = set()
        self._thread: threading.Thread | None = None
        self._closed = False

    def changed(self, jobs: Sequence[Job]) -> None:
        """These jobs have changed; called on the engine's clock."""
        with self._changed:
            for job in jobs:
                (self._running.add if job.state is JobState.RUNNING else self._running.discard)(job.id)
            self._changed.notify_all()
            if self._running and self._thread is None and not self._closed:
                self._thread = threading.Thread(target=self._keep, name="filexfer-awake", daemon=True)
                self._thread.start()

    def close(self) -> None:
        """Let the system sleep."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
            thread = self._thread
        if thread is not None:
            thread.join(_PATIENCE)

    def _keep(self) -> None:
        try:
            with self._hold():
                self._wait()
        except OSError as error:
            _log.info("This computer may fall asleep during transfers: %s", error)
            self._wait()

    def _wait(self) -> None:
        """Until nothing has run for a while."""
        with self._changed:
            while not self._closed:
                if self._running:
                    self._changed.wait()
                elif not self._changed.wait_for(lambda: self._closed or bool(self._running), self._linger):
                    break
            self._thread = None


def holder(system: str = sys.platform) -> Callable[[], AbstractContextManager[None]]:
    """What keeps this system awake."""
    return {"win32": _windows, "darwin": _macos, "linux": _logind}.get(system, _nothing)


@contextmanager
def _nothing() -> Iterator[None]:
    yield


@contextmanager
def _logind() -> Iterator[None]:
    # The system counts the lock as held while the descriptor that it answers with is open.
    try:
        lock = _ask_logind("Inhibit", "ssss", ("sleep:idle", "filexfer", _WHY, "block"))
    except OSError:
        # Who may not forbid sleep, as over ssh, may still say that somebody is at work.
        lock = _ask_logind("Inhibit", "ssss", ("idle", "filexfer", _WHY, "block"))
    descriptor = lock[0].to_raw_fd()
    try:
        yield
    finally:
        os.close(descriptor)


@contextmanager
def _macos() -> Iterator[None]:
    process = subprocess.Popen(["caffeinate", "-i", "-w", str(os.getpid())], stdin=subprocess.DEVNULL)
    try:
        yield
    finally:
        process.terminate()
        process.wait()


@contextmanager
def _windows() -> Iterator[None]:
    import ctypes

    kernel = ctypes.windll.kernel32  # type: ignore[attr-defined]
    continuous, system_required = 0x80000000, 0x00000001
    kernel.SetThreadExecutionState(continuous | system_required)
    try:
        yield
    finally:
        kernel.SetThreadExecutionState(continuous)


def suspend(system: str = sys.platform) -> None:
    """Put this computer to sleep now. Raises `MachineError` where it does not let itself."""
    try:
        if system == "linux":
            _ask_logind("Suspend", "b", (False,))
        elif system == "darwin":
            subprocess.run(["pmset", "sleepnow"], check=True, timeout=_PATIENCE, capture_output=True)
        elif system == "win32":
            import ctypes

            if not ctypes.windll.powrprof.SetSuspendState(False, False, False):  # type: ignore[attr-defined]
                raise OSError("the system refused")
        else:
            raise OSError("no way is known on this system")
    except (OSError, subprocess.SubprocessError) as error:
        raise MachineError(f"This computer could not be put to sleep: {error}. Put it to sleep by hand.") from error


def _ask_logind(method: str, signature: str, body: tuple[object, ...]) -> tuple[Any, ...]:
    """Call a method of `org.freedesktop.login1.Manager`; what it answers. Raises `OSError`."""
    from jeepney import DBusAddress, MessageType, new_method_call
    from jeepney.auth import AuthenticationError
    from jeepney.io.blocking import open_dbus_connection

    manager = DBusAddress("/org/freedesktop/login1", "org.freedesktop.login1", "org.freedesktop.login1.Manager")
    try:
        with open_dbus_connection("SYSTEM", enable_fds=True) as bus:
            answer = bus.send_and_get_reply(new_method_call(manager, method, signature, body), timeout=_PATIENCE)
    except (AuthenticationError, KeyError, TypeError, ValueError) as error:
        raise OSError(f"the system's bus does not answer ({error})") from error
    if answer.header.message_type is MessageType.error:
        raise OSError(str(answer.body[0]) if answer.body else "the system refused")
    return tuple(answer.body)
