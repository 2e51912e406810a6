"""`filexfer mkdir ADDRESS…`: makes folders on a server, parents included; one that is there already is fine."""

from __future__ import annotations

import argparse

from filexfer.cli import each, options, places, remote
from filexfer.cli.output import Output
from filexfer.client.session import Session


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "addresses", metavar="ADDRESS", nargs="+", help="address of a folder to make; missing parents are made too"
    )
    options.dry_run(parser)
    options.token_file(parser)


def run(args: argparse.Namespace, out: Output) -> int:
    def make(session: Session, end: places.Remote) -> None:
        if not args.dry_run:
            session.make_folder(end.path)
        each.done("make", end.path, out, dry_run=args.dry_run)

    return each.end([places.remote(text) for text in args.addresses], make, remote.way(args, out), out)
