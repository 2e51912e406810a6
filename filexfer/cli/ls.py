"""`filexfer ls ADDRESS…`: lists folders of a server."""

from __future__ import annotations

import argparse
from collections.abc import Iterable

from filexfer.cli import each, options, output, places, remote
from filexfer.cli.output import Output
from filexfer.client.session import Session
from filexfer.core import paths
from filexfer.core.model import Entry, Kind

_MARKS = {Kind.FOLDER: "/", Kind.LINK: "@", Kind.FILE: "", Kind.OTHER: "?"}
_LETTERS = {Kind.FOLDER: "d", Kind.LINK: "l", Kind.FILE: "-", Kind.OTHER: "?"}


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("addresses", metavar="ADDRESS", nargs="+", help="address of a folder, or of a file")
    parser.add_argument("-l", "--long", action="store_true", help="kind, size in bytes and time too")
    parser.add_argument("-R", "--recursive", action="store_true", help="everything below too, by its path")
    options.token_file(parser)
    parser.add_argument("--human", action="store_true", help="sizes as 1.5 MiB (with -l)")


def run(args: argparse.Namespace, out: Output) -> int:
    ends = [places.remote(text) for text in args.addresses]
    listed = 0

    def show(session: Session, end: places.Remote) -> None:
        nonlocal listed
        base, entries = _entries(session, end.path, args.recursive)
        if len(ends) > 1 and not out.json:
            out.result(f"{chr(10) if listed else ''}{end.text}:")
        listed += 1
        _print(entries, base, args, out)

    return each.end(ends, show, remote.way(args, out), out)


def _entries(session: Session, path: str, recursive: bool) -> tuple[str, Iterable[Entry]]:
    """What is to be listed of `path`, and the folder that the names belong to: itself where it is no folder."""
    if path:
        entry = session.stat(path)
        if entry.kind is not Kind.FOLDER:
            return paths.parent(path), [Entry(paths.name(path), entry.kind, entry.size, entry.mtime_ns)]
    found = session.list(path, recursive=recursive)
    return path, found if recursive else sorted(found, key=lambda entry: entry.name)


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
