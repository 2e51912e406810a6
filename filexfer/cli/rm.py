"""`filexfer rm ADDRESS…`: deletes on a server; into the share's trash unless told otherwise."""

from __future__ import annotations

import argparse

from filexfer.cli import each, exits, options, places, remote
from filexfer.cli.output import Output
from filexfer.client.session import Session
from filexfer.core.errors import IsAFolder, NotFound
from filexfer.core.model import Kind


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("addresses", metavar="ADDRESS", nargs="+", help="address of a file or folder to delete")
    parser.add_argument("-r", "--recursive", action="store_true", help="folders too, with all that is in them")
    parser.add_argument("-f", "--force", action="store_true", help="what is not there is not an error")
    parser.add_argument("--permanent", action="store_true", help="for good, not into the share's trash")
    options.dry_run(parser)
    options.token_file(parser)


def run(args: argparse.Namespace, out: Output) -> int:
    ends = [places.remote(text) for text in args.addresses]
    for end in ends:
        # Before the first act: a command that is not understood does nothing.
        if end.contents:
            raise exits.UsageError(f"“{end.text}” is a whole share or “.”; name what is to be deleted in it.")

    def delete(session: Session, end: places.Remote) -> None:
        try:
            if args.dry_run or not args.recursive:
                kind = session.stat(end.path).kind
                if kind is Kind.FOLDER and not args.recursive:
                    raise IsAFolder(f"“{end.text}” is a folder. Add -r to delete it with all that is in it.")
            if not args.dry_run:
                session.delete(end.path, permanent=args.permanent)
        except NotFound:
            if args.force:
                return
            raise
        each.done("delete", end.path, out, dry_run=args.dry_run)

    return each.end(ends, delete, remote.way(args, out), out)
