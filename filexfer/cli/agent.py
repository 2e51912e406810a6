"""`filexfer agent`: the background process of the app, as the app starts it: an agent that shares what its user chose there."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from filexfer.agent.agent import Agent
from filexfer.agent.control import AgentRuns
from filexfer.cli import foreground, logs, options
from filexfer.cli.exits import Exit
from filexfer.cli.main import guarded
from filexfer.cli.output import Output
from filexfer.cli.service_manager import ServiceManager


def arguments(parser: argparse.ArgumentParser) -> None:
    options.state(parser)
    options.log_format(parser)


def run(args: argparse.Namespace, out: Output) -> int:
    """Answer on the control socket until it is told to stop. Where one runs already, say so: that is a success."""
    out = logs.begin(out, args.log_format or "text", "warning")
    return guarded(lambda: _run(args, out), out)


def _run(args: argparse.Namespace, out: Output) -> int:
    try:
        agent = Agent(state=Path(args.state).absolute() if args.state else None)
    except AgentRuns as error:
        out.say(str(error))
        return Exit.DONE
    return foreground.serve(agent, out, ServiceManager.of_environment(os.environ))
