"""`filexfer ls ADDRESS…`: lists folders of a server."""

from __future__ import annotations

import argparse
from collections.abc import Iterable

from filexfer.cli import output, places, remote
from filexfer.cli.output import Output
from filexfer.core import paths
from filexfer.core.model import Entry, Kind

_MARKS = {Kind.FOLDER: "/", Kind.LINK: "@", Kind.FILE: "", Kind.OTHER: "?"}
_LETTERS = {Kind.FOLDER: "d", Kind.LINK: "l", Kind.FILE: "-", Kind.OTHER: "?"}


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("addresses", metavar="ADDRESS", nargs="+", help="address of a folder, or of a file")
    parser.add_argument("-l", "--long", action="store_true", help="kind, size in bytes and time too")
    parser.add_argument("-R", "--recursive", action="store_true", help="everything below too, by its path")
    parser.add_argument("--human", action="store_true", help="sizes as 1.5 MiB (with -l)")


def run(args: argparse.Namespace, out: Output) -> int:
    ends = [places.remote(text) for text in args.addresses]
    for position, end in enumerate(ends):
        if len(ends) > 1 and not out.json:
            out.result(f"{chr(10) if position else ''}{end.text}:")
        with remote.session(end) as session:
            # Folders are what is listed nearly always: one call less than asking first.
            entry = None if remote.is_folder(session, end.path) else session.stat(end.path)
            if entry is not None:
                _print([Entry(paths.name(end.path), entry.kind, entry.size, entry.mtime_ns)], paths.parent(end.path), args, out)
            else:
                found: Iterable[Entry] = session.list(end.path, recursive=args.recursive)
                _print(found if args.recursive else sorted(found, key=lambda e: e.name), end.path, args, out)
    return 0


def _print(entries: Iterable[Entry], base: str, args: argparse.Namespace, out: Output) -> None:
    for entry in entries:
        if out.json:
            out.record(
                path=paths.join(base, entry.name),
                kind=entry.kind.value,
                size=entry.size,
                mtime_ns=entry.mtime_ns,
                mtime=output.iso(entry.mtime_ns),
            )
        elif args.long:
            size = output.size(entry.size) if args.human else str(entry.size)
            out.result(
                f"{_LETTERS[entry.kind]} {size:>{9 if args.human else 14}}  {output.moment(entry.mtime_ns)}  {_marked(entry)}"
            )
        else:
            out.result(_marked(entry))


def _marked(entry: Entry) -> str:
    return entry.name + _MARKS[entry.kind]
