"""Finds the agent a window talks to, or starts one as a background process that outlives the window. It blocks: call it on the
bridge's thread, never on the main one."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import threading
import time
from pathlib import Path

from filexfer import __version__
from filexfer.client.control import connect_control
from filexfer.client.session import Session
from filexfer.core import places
from filexfer.core.errors import ConnectionFailed, ConnectionLost, FilexferError, ProtocolError, RequestError, StorageFailed
from filexfer.core.locks import FileLock
from filexfer.core.model import SERVER

#: Seconds: for an agent that runs to answer, and for a new one to be there.
ANSWER = 3.0
START = 15.0

_LOG = "agent.log"
_LOG_BYTES = 1 << 20


def open_agent(state: Path, timeout: float) -> Session:
    """A session with the agent of this state, started if it does not run; see `ensure_agent`."""
    ensure_agent(state)
    return connect_control(state, timeout=timeout)


def ensure_agent(state_folder: Path | None = None) -> str:
    """Where the agent with this state (None: the user's own) answers, started if it does not run, and started anew if it is an
    older one that has nothing to do. Blocks at most some 15 seconds; raises `ConnectionFailed` with a sentence where none comes
    about."""
    state = state_folder or places.state_folder()
    turn = FileLock(state / "launch.lock")
    process: subprocess.Popen[bytes] | None = None
    ours = False
    deadline = time.monotonic() + START
    try:
        while time.monotonic() < deadline:
            # One window starts it, the others wait: a second one that came up late would outlive them all. Taken before looking,
            # so that what another window started has been seen.
            may_start = _take(turn, state)
            version = _answering(state)
            if version and (ours or not is_older(version) or not may_start or not _ended(state, deadline)):
                return places.control_address(state)
            ours = ours or bool(version)
            if process is None and may_start:
                process = _start(state)
            # Code 0: there is one, which will answer soon.
            if process is not None and process.poll():
                raise ConnectionFailed(f"filexfer's background service could not start. {_last_words(state)}")
            time.sleep(0.03)
        if process is not None:
            process.terminate()
    finally:
        turn.release()
    raise ConnectionFailed(
        "filexfer's background service does not answer. End it in the task manager, then start filexfer again. "
        + _last_words(state)
    )


def _take(turn: FileLock, state: Path) -> bool:
    try:
        places.private_folder(state)
        return turn.take()
    except (OSError, StorageFailed) as error:
        raise ConnectionFailed(f"filexfer's background service could not start: {error}") from error


def _answering(state: Path) -> str:
    """The version of the agent that answers; empty where none does, or somebody else."""
    if not places.control_address(state):
        return ""
    try:
        with connect_control(state, timeout=ANSWER) as session:
            info = session.call("agent_info")
    except (ConnectionFailed, ConnectionLost, RequestError, ProtocolError):
        return ""
    except FilexferError as error:
        raise ConnectionFailed(f"filexfer's background service refuses to work. {error}") from error
    return str(info.get("version", "")) if isinstance(info, dict) else ""


def is_older(version: str) -> bool:
    """Whether this version of an agent came before ours. A newer one is left alone: this program was replaced while it ran."""
    return _numbers(version) < _numbers(__version__)


def _numbers(version: str) -> list[int]:
    return [int(number) for number in re.findall(r"[0-9]+", version)]


def _ended(state: Path, deadline: float) -> bool:
    """Have the agent end, and wait until it has; False where it has something to do."""
    try:
        with connect_control(state, timeout=ANSWER) as session:
            found = session.call("job_list", {"limit": 1000})
            jobs = found.get("jobs", []) if isinstance(found, dict) else []
            # What waits for a server that is away, the next one waits for as well.
            if any(job["state"] in ("running", "waiting") and job.get("waits_for") != SERVER for job in jobs):
                return False
            session.call("agent_stop")
    except FilexferError:
        return False
    lock = FileLock(state / "agent.lock")
    while time.monotonic() < deadline:
        if lock.take():
            lock.release()
            return True
        time.sleep(0.03)
    return False


def _start(state: Path) -> subprocess.Popen[bytes]:
    command = [sys.executable, "agent"] if getattr(sys, "frozen", False) else [sys.executable, "-m", "filexfer", "agent"]
    try:
        with open(state / _LOG, "ab" if _is_short(state / _LOG) else "wb") as log:
            process = subprocess.Popen(
                [*command, "--state", str(state)],
                cwd=state,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=log,
                start_new_session=True,
                creationflags=_DETACHED,
            )
    except OSError as error:
        raise ConnectionFailed(f"filexfer's background service could not start: {error.strerror or error}.") from error
    # It is waited for by a thread of its own, so that it leaves no zombie should it end before the window does.
    threading.Thread(target=process.wait, name="agent-reaper", daemon=True).start()
    return process


if sys.platform == "win32":
    _DETACHED = subprocess.DETACHED_PROCESS | subprocess.CREATE_NEW_PROCESS_GROUP
else:
    _DETACHED = 0


def _is_short(log: Path) -> bool:
    return not log.exists() or log.stat().st_size < _LOG_BYTES


def _last_words(state: Path) -> str:
    """The last line the agent logged."""
    try:
        with open(state / _LOG, "rb") as log:
            log.seek(max(0, log.seek(0, os.SEEK_END) - 4096))
            lines = log.read().decode("utf-8", "replace").splitlines()
    except OSError:
        return ""
    return lines[-1].strip() if lines else ""
