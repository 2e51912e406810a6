"""`filexfer agent`: the app's background process; the app starts it by itself. Answers on its control socket until stopped."""

from __future__ import annotations

import argparse
from pathlib import Path

from filexfer.agent.agent import Agent
from filexfer.cli import foreground, options
from filexfer.cli.output import Output


def arguments(parser: argparse.ArgumentParser) -> None:
    options.state(parser)


def run(args: argparse.Namespace, out: Output) -> int:
    foreground.log(out)
    return foreground.serve(Agent(state=Path(args.state) if args.state else None), out)
