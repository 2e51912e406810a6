"""An agent in the foreground: says where it listens, once it does, and ends in good order on Ctrl+C, SIGTERM or when its
terminal is closed."""

from __future__ import annotations

import gc
import logging
import os
import shlex
import signal
import sys
from functools import partial
from pathlib import Path
from types import FrameType

from filexfer.agent.agent import Agent
from filexfer.cli import exits
from filexfer.cli.output import Output
from filexfer.cli.service_manager import ServiceManager
from filexfer.core import paths, places

_log = logging.getLogger("filexfer.cli")

#: Seconds that the agent has to answer itself.
_PATIENCE = 10.0

#: Objects that are made between two searches for cycles, each of which holds up all callers: for a millisecond or two.
_OBJECTS = 5_000


def serve(agent: Agent, out: Output, manager: ServiceManager, state: Path | None = None) -> int:
    """Start `agent`, say its addresses, wait for the end; 0 when it was told to stop. `manager` is told of each step; `state` is
    how somebody named the agent's state folder, who may have named a link to it."""
    _end_by_signal(agent)
    with agent:
        addresses = agent.addresses or [agent.control]
        for address in addresses:
            _say(address, out)
        if any(address.startswith("https:") for address in agent.addresses):
            out.say(f"To let a device in, run here: filexfer invite{_named(state or agent.state)}")
        out.flush()
        _settle()
        manager.ready(f"Listening on {', '.join(addresses)}", partial(_answers, agent))
        agent.wait()
        manager.stopping(agent.stop_seconds)
    out.detail("Stopped.")
    return exits.Exit.DONE


def _say(address: str, out: Output) -> None:
    if out.json:
        out.record(event="listening", address=address, message=f"Listening on {address}")
    else:
        out.result(f"Listening on {address}")


def _named(state: Path) -> str:
    """How a server with this state is named to commands, where they would not find it by themselves."""
    return "" if state.is_relative_to(places.state_folder()) else f" --state {shlex.quote(paths.shown(str(state)))}"


def _answers(agent: Agent) -> bool:
    """Whether it does, by the way that strangers cannot crowd."""
    from filexfer.client.control import connect_control
    from filexfer.core.errors import FilexferError

    try:
        with connect_control(agent.state, timeout=_PATIENCE) as session:
            session.call("agent_info")
    except FilexferError:
        return False
    return True


def _settle() -> None:
    """What lives now lives to the end: no search for cycles of garbage looks at it, which took 15 ms of somebody's first job."""
    gc.freeze()
    gc.set_threshold(_OBJECTS)


def _end_by_signal(agent: Agent) -> None:
    asked = False

    def stop(number: int, frame: FrameType | None) -> None:
        nonlocal asked
        if asked:
            # Asked twice: whoever did does not want to wait for requests under way.
            os._exit(exits.Exit.INTERRUPTED)
        asked = True
        agent.stop()

    for number in (signal.SIGINT, signal.SIGTERM):
        # A shell that starts us in the background without job control has SIGINT ignored, so that Ctrl+C is not for us.
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, stop)
    _hear_hangup(agent)


def _hear_hangup(agent: Agent) -> None:
    """Take SIGHUP (where there is one) for what it means: the terminal is closed, or, where there never was any, somebody wants
    the settings read anew."""
    if sys.platform == "win32" or signal.getsignal(signal.SIGHUP) is signal.SIG_IGN:
        return
    terminal = _has_terminal()

    def hear(number: int, frame: FrameType | None) -> None:
        if terminal:
            agent.stop()
        else:
            _log.warning(
                "SIGHUP changes nothing: settings are read at the start. Restart the server; requests under way may end."
            )

    signal.signal(signal.SIGHUP, hear)


def _has_terminal() -> bool:
    try:
        os.close(os.open("/dev/tty", os.O_RDONLY | os.O_NOCTTY))
    except OSError:
        return False
    return True
