"""`filexfer verify LOCAL ADDRESS` compares a local file or folder with one on a server, and names every difference;
`filexfer verify RECEIPT` checks both sides by a receipt that was saved (or this one by a plain `SHA256SUMS`)."""

from __future__ import annotations

import argparse
import os

from filexfer.cli import compare, exits, options, output, places, remote
from filexfer.cli.output import Output
from filexfer.cli.status_line import StatusLine
from filexfer.client.patterns import Filter


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("local", metavar="LOCAL", help="a file or folder here; alone: a receipt of a transfer, or a SHA256SUMS")
    parser.add_argument(
        "address", metavar="ADDRESS", nargs="?", help="what it is compared with: a file or folder of a server, named in full"
    )
    parser.add_argument(
        "--side",
        choices=("both", "here", "there"),
        default="both",
        help="with a receipt: check only the files on this side, or only those on the server (say, where ours are gone)",
    )
    options.selection(parser)
    options.token_file(parser)


def run(args: argparse.Namespace, out: Output) -> int:
    if places.is_address(args.local):
        raise exits.UsageError(f"“{args.local}” is on a server: name the local one first, then the address.")
    if args.address is None:
        from filexfer.cli import by_receipt

        return by_receipt.run(args, out)
    end = places.remote(args.address)
    found = 0
    line = StatusLine(out.live)

    def tick(counts: compare.Counts) -> None:
        line.show(lambda: f"compared {output.files(counts.files)}, {output.size(counts.bytes)}")

    with remote.way(args, out).session(end) as session:
        keep = Filter(args.include, args.exclude)
        comparison = compare.Comparison(session, os.path.realpath(args.local), end.path, keep, tick)
        try:
            for difference in comparison.differences():
                found += 1
                line.clear()
                _say(difference, args, out)
        finally:
            line.clear()
    return _summary(comparison.counts, found, out)


def _say(difference: compare.Difference, args: argparse.Namespace, out: Output) -> None:
    if out.json:
        out.record(event="difference", path=difference.path, difference=difference.what)
    else:
        out.result(f"{difference.path or args.local}: {difference.what}")


def _summary(counts: compare.Counts, found: int, out: Output) -> int:
    code = exits.Exit.FAILED if found else exits.Exit.DONE
    if out.json:
        figures = {"compared": counts.files, "bytes": counts.bytes, "left_out": counts.left_out, "differences": found}
        out.record(event="result", **figures, exit=int(code))
        return code
    verdict = f"{output.number(found)} {'difference' if found == 1 else 'differences'}" if found else "no difference"
    left_out = f", {output.number(counts.left_out)} links or special files left out" if counts.left_out else ""
    out.say(f"Compared {output.files(counts.files)}, {output.size(counts.bytes)}: {verdict}{left_out}.")
    return code
