"""Receipts of transfers on the command line: `filexfer jobs receipt NUMBER` makes one, `filexfer verify RECEIPT` checks both
sides by it. No content travels."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext

from filexfer.cli import exits, output, remote
from filexfer.cli.job_desk import Desk
from filexfer.cli.output import Output
from filexfer.cli.status_line import StatusLine
from filexfer.client import receipts
from filexfer.client.control import connect_control
from filexfer.client.manifest import Head, read, write
from filexfer.client.session import Session
from filexfer.client.words import local_error
from filexfer.core import places
from filexfer.core.errors import BadParameters
from filexfer.core.paths import shown

#: How a receipt names the share of the agent that made it.
_OWN = "this-computer:"


def make(args: argparse.Namespace, desk: Desk, job_id: int, out: Output) -> int:
    """Read the files of an ended transfer again on both sides; the receipt goes to stdout."""
    job = desk.job(job_id)
    if not job.state.ended:
        raise BadParameters(f"This transfer has not ended ({job.state.value}). A receipt can be made once it has.")
    differing = 0

    def pairs() -> Iterator[receipts.Pair]:
        found = (receipts.pair_of(file, job.spec.direction) for file in desk.files(job_id))
        return (pair for pair in found if pair is not None)

    def differs(path: str, what: str) -> None:
        nonlocal differing
        differing += 1
        out.warn(f"{path}: {what}; it is left out")

    server = job.spec.server or _OWN
    # The files themselves tell where they lie: of a long list of sources an agent tells only the first.
    head = receipts.head_of(job, server, ((pair.here, pair.there) for pair in pairs()))
    with _connect(args, server, out) as session:
        out.flush()
        write(sys.stdout.buffer, head, receipts.make(session, pairs(), head, lambda _: None, differs))
        sys.stdout.buffer.flush()
    return exits.Exit.FAILED if differing else exits.Exit.DONE


def run(args: argparse.Namespace, out: Output) -> int:
    if args.include or args.exclude:
        raise exits.UsageError("A receipt is checked as a whole; --include and --exclude are for LOCAL ADDRESS.")
    if os.path.isdir(args.local):
        raise exits.UsageError(f"“{shown(args.local)}” is a folder: name what it is compared with too, `verify LOCAL ADDRESS`.")
    line = StatusLine(out.live)

    def tick(counts: receipts.Counts) -> None:
        line.show(lambda: f"checked {output.files(counts.files)}, {output.size(counts.bytes)}")

    def differs(path: str, what: str) -> None:
        line.clear()
        if out.json:
            out.record(event="difference", path=path, difference=what)
        else:
            out.result(f"{path}: {what}")

    try:
        with open(args.local, "rb") as file:
            head, rows = read(file)
            here = args.side != "there"
            with _session(args, head, out) as session:
                plain = Head("", os.path.dirname(os.path.abspath(args.local)), "")
                counts = receipts.check(session, head or plain, rows, here, tick, differs)
    except OSError as error:
        raise local_error(error, args.local) from error
    finally:
        line.clear()
    return _summary(counts, out)


def _session(args: argparse.Namespace, head: Head | None, out: Output) -> AbstractContextManager[Session | None]:
    """With the server that the receipt is about; None where it is not to be asked."""
    if args.side == "here":
        return nullcontext()
    if head is None or not head.server:
        if args.side == "there":
            raise exits.UsageError("This is a plain list of sums: it tells of no server.")
        return nullcontext()
    return _connect(args, head.server, out)


def _connect(args: argparse.Namespace, server: str, out: Output) -> Session:
    return connect_control(places.state_folder()) if server == _OWN else remote.way(args, out).connect(server)


def _summary(counts: receipts.Counts, out: Output) -> int:
    code = exits.Exit.FAILED if counts.differing else exits.Exit.DONE
    if out.json:
        out.record(event="result", compared=counts.files, bytes=counts.bytes, differences=counts.differing, exit=int(code))
        return code
    differ = f"{output.files(counts.differing)} {'differs' if counts.differing == 1 else 'differ'}"
    verdict = differ if counts.differing else "no difference"
    out.say(f"Checked {output.files(counts.files)}, {output.size(counts.bytes)}: {verdict}.")
    return code
