"""An agent in the foreground: says where it listens, once it does, and ends in good order on Ctrl+C or SIGTERM."""

from __future__ import annotations

import logging
import os
import signal
from types import FrameType

from filexfer.agent.agent import Agent
from filexfer.cli import exits
from filexfer.cli.output import Output

#: Seconds that requests under way have to end.
DEADLINE = 5.0


def log(out: Output) -> None:
    """Send what server and engine log to stderr: warnings, with `-v` everything, with `-q` errors."""
    level = logging.INFO if out.verbose else logging.ERROR if out.quiet else logging.WARNING
    logging.basicConfig(level=level, format="%(asctime)s %(levelname)s %(message)s")


def serve(agent: Agent, out: Output) -> int:
    """Start `agent`, say its addresses, wait for the end; 0 when it was told to stop."""
    _end_by_signal(agent)
    with agent:
        for address in agent.addresses or [agent.control]:
            if out.json:
                out.record(event="listening", address=address)
            else:
                out.result(f"Listening on {address}")
        if any(address.startswith("https:") for address in agent.addresses):
            out.say("To let a device in, run here: filexfer invite")
        out.flush()
        agent.serve_forever()
    out.detail("Stopped.")
    return exits.Exit.DONE


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
