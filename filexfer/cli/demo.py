"""`filexfer demo [TREE]`: the main job on real input. Shares a temporary folder by a server of its own (another process, as in
real life), sends a tree there, fetches it back, compares every file, says how fast that was, and removes what it made."""

from __future__ import annotations

import argparse
import os
import sys
import sysconfig
import tempfile
import time
from pathlib import Path

from filexfer.cli import exits, mirror, moving, output, progress
from filexfer.cli.interrupts import Interrupts
from filexfer.cli.output import Output
from filexfer.cli.own_server import OwnServer
from filexfer.cli.status_line import StatusLine
from filexfer.client.engine import Engine
from filexfer.client.patterns import Filter
from filexfer.core.errors import FilexferError
from filexfer.core.model import Direction, JobSpec, JobState

#: What is installed beside the standard library, and what Python writes there when it runs.
_NOT_STANDARD = ("site-packages/", "dist-packages/", "__pycache__/")

#: Differences that are named.
SHOWN = 20


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "tree", metavar="TREE", nargs="?", default="", help="the folder to send (default: Python's standard library)"
    )


def run(args: argparse.Namespace, out: Output) -> int:
    tree, exclude = (os.path.realpath(args.tree), ()) if args.tree else (_standard_library(), _NOT_STANDARD)
    if not os.path.isdir(tree):
        raise FilexferError(f"There is no folder “{tree}”. Name one to send.")
    with Interrupts() as interrupts, tempfile.TemporaryDirectory(prefix="filexfer-demo-") as made:
        place = Path(made)
        share, back = place / "share", place / "back"
        share.mkdir()
        with OwnServer(share, place / "server") as server, moving.engine(place / "client") as mover:
            out.say(f"Server   {server.address} shares the temporary folder {share}")
            out.say(f"Tree     {tree}")
            _move(mover, JobSpec(Direction.PUT, server.address, ((tree, "tree"),), exclude=exclude), out, interrupts)
            _move(mover, JobSpec(Direction.GET, server.address, (("tree", str(back)),)), out, interrupts)
        code = _compare(tree, str(back), exclude, out, interrupts)
    out.say("Removed  the temporary folder; the server has ended. Both ends were this computer; each file was verified by its")
    out.say("         digest and synced to disk before it counted.")
    return code


def _standard_library() -> str:
    folder = sysconfig.get_path("stdlib")
    # The bundled program has its library in an archive: its own folder of files is as real.
    return os.path.realpath(folder if os.path.isfile(os.path.join(folder, "os.py")) else os.path.dirname(sys.executable))


def _move(mover: Engine, spec: JobSpec, out: Output, interrupts: Interrupts) -> None:
    verb, done = ("Sending ", "Sent    ") if spec.direction is Direction.PUT else ("Fetching", "Fetched ")
    shown = progress.Bars(verb, after=0.0, keep=True) if out.live else progress.display(out, verb)
    if out.live:
        # Before the clock starts: what draws the bars is no part of the transfer.
        import rich.live  # noqa: F401
    began = time.monotonic()
    job = moving.watch(mover, mover.add(spec), shown, interrupts)
    seconds = time.monotonic() - began
    if job.state is not JobState.DONE:
        failed = mover.files(job.id, failed_only=True, limit=1)[0]
        raise FilexferError(failed[0].error if failed else job.error or f"The transfer is {job.state.value}.")
    speed = f"{output.rate(job.bytes_done / seconds)}, {output.number(round(job.files_done / seconds))} files/s"
    if out.json:
        out.record(event=done.strip().lower(), **progress.counters(job), seconds=round(seconds, 3))
    out.say(f"{done} {output.files(job.files_done)}, {output.size(job.bytes_done)} in {output.span(seconds)}: {speed}")


def _compare(tree: str, back: str, exclude: tuple[str, ...], out: Output, interrupts: Interrupts) -> int:
    line = StatusLine(out.live)

    def step(files: int) -> None:
        interrupts.check()
        line.show(lambda: f"Compared {output.files(files)}")

    try:
        found = mirror.compare(tree, back, Filter(exclude=exclude), step)
    finally:
        line.clear()
    code = exits.Exit.FAILED if found.differences else exits.Exit.DONE
    if out.json:
        figures = {"files": found.files, "folders": found.folders, "bytes": found.bytes, "left_out": found.left_out}
        out.record(event="compared", **figures, differences=found.differences)
        out.record(event="result", exit=int(code))
    for difference in found.differences[:SHOWN]:
        out.warn(difference)
    verdict = (
        f"{output.number(len(found.differences))} differences" if found.differences else "every byte, name and time is the same"
    )
    left_out = f" ({output.number(found.left_out)} links were not sent)" if found.left_out else ""
    out.say(f"Compared {output.files(found.files)} in {output.number(found.folders)} folders: {verdict}{left_out}.")
    return code
