"""`filexfer mv SRC… DEST`: moves or renames on a server, by cp's rule for destinations."""

from __future__ import annotations

import argparse

from filexfer.cli import each, exits, options, places, remote
from filexfer.cli.output import Output
from filexfer.core.errors import FilexferError
from filexfer.core.model import PutOptions


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("sources", metavar="SRC", nargs="+", help="address of a file or folder")
    parser.add_argument(
        "destination", metavar="DEST", help="address on the same server: a folder (or ending in “/”), or the new name"
    )
    options.conflict(parser)
    options.dry_run(parser)
    options.token_file(parser)


def run(args: argparse.Namespace, out: Output) -> int:
    sources = [places.remote(text) for text in args.sources]
    destination = places.remote(args.destination)
    places.one_server([*sources, destination])
    codes = []
    with remote.way(args, out).session(destination) as session:
        for source, target in places.move_targets(sources, destination, lambda path: remote.is_folder(session, path)):
            try:
                if args.dry_run:
                    session.stat(source)
                else:
                    session.move(source, target, PutOptions(on_conflict=args.on_conflict))
            except each.FATAL:
                raise
            except FilexferError as error:
                codes.append(out.failure(error, source))
            else:
                each.done("move", source, out, to=target, dry_run=args.dry_run)
    return exits.together(codes)
