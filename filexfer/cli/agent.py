"""`filexfer agent`: the background process of the app, as the app starts it: an agent that shares what its user chose there."""

from __future__ import annotations

import argparse
from pathlib import Path

from filexfer.agent.agent import Agent
from filexfer.agent.control import AgentRuns
from filexfer.cli import foreground, options
from filexfer.cli.exits import Exit
from filexfer.cli.output import Output


def arguments(parser: argparse.ArgumentParser) -> None:
    options.state(parser)


def run(args: argparse.Namespace, out: Output) -> int:
    """Answer on the control socket until it is told to stop. Where one runs already, say so: that is a success."""
    foreground.log(out)
    try:
        agent = Agent(state=Path(args.state).absolute() if args.state else None)
    except AgentRuns as error:
        out.say(str(error))
        return Exit.DONE
    return foreground.serve(agent, out)
