"""`filexfer put SRC… DEST`: sends files and folders, or stdin, to a server."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence

from filexfer.cli import exits, moving, options, output, places, remote, streams
from filexfer.cli.output import Output
from filexfer.client.words import local_error
from filexfer.core import paths
from filexfer.core.errors import IsAFolder
from filexfer.core.model import Direction, JobSpec, PutOptions


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "sources", metavar="SRC", nargs="+", help="a file or folder here; `-` is stdin; `SRC/.` is what is in SRC"
    )
    parser.add_argument(
        "destination", metavar="DEST", help="address of a folder there (or ending in “/”) to put them into, or the new name"
    )
    options.transfer(parser)


def run(args: argparse.Namespace, out: Output) -> int:
    destination = places.put_ends(args.sources, args.destination)
    if args.sources == [places.STREAM]:
        return _stdin(args, destination, out)
    way = remote.way(args, out)
    sources = _present(args.sources, out)
    lost = exits.Exit.FAILED if len(sources) < len(args.sources) else exits.Exit.DONE
    if not sources:
        return lost

    def begun(pair: places.Pair) -> bool:
        return moving.is_begun(Direction.PUT, str(destination.server), pair)

    spec = JobSpec(
        direction=Direction.PUT,
        server=str(destination.server),
        items=tuple(places.put_targets(sources, destination, lambda path: _is_folder(destination, way, path), begun)),
        on_conflict=args.on_conflict,
        exclude=tuple(args.exclude),
        include=tuple(args.include),
        checksum=args.checksum,
        limit=args.bwlimit,
    )
    if args.dry_run:
        from filexfer.cli import plan

        return exits.together([exits.Exit(plan.show(spec, way, out)), lost])
    code = moving.transfer(spec, f"{_title(sources)} → {destination.text}", way.connect, out)
    return exits.together([exits.Exit(code), lost])


def _present(sources: Sequence[str], out: Output) -> list[str]:
    """The sources that are there; the others are said, and left out, as cp does."""
    found = []
    for source in sources:
        try:
            os.stat(source)
        except OSError as error:
            out.failure(local_error(error, source))
        else:
            found.append(source)
    return found


def _is_folder(destination: places.Remote, way: remote.Way, path: str) -> bool:
    with way.session(destination) as session:
        return remote.is_folder(session, path)


def _title(sources: Sequence[str]) -> str:
    return places.local_name(sources[0]) or sources[0] if len(sources) == 1 else f"{len(sources)} sources"


def _stdin(args: argparse.Namespace, destination: places.Remote, out: Output) -> int:
    if args.token_file == places.STREAM:
        raise exits.UsageError("stdin holds the token or the file, not both. Write the token into a file.")
    if destination.inside or not destination.path:
        raise exits.UsageError("stdin has no name: end DEST in the name that the file shall have, not in “/”.")
    if args.dry_run:
        out.say(f"send     {destination.path} (from stdin)")
        return exits.Exit.DONE
    with remote.way(args, out).session(destination) as session:
        if remote.is_folder(session, destination.path):
            raise IsAFolder(f"“{destination.path}” is a folder, and stdin has no name. Add the name that the file shall have.")
        with streams.counted(sys.stdin.buffer, paths.name(destination.path), args.bwlimit, out) as source:
            saved = session.put(
                destination.path, source.file, streams.size_of(sys.stdin), PutOptions(on_conflict=args.on_conflict)
            )
    if out.json:
        out.record(event="result", path=saved.path, outcome=saved.outcome.value, size=saved.size, seconds=source.seconds, exit=0)
    out.say(f"{saved.outcome.value:8} {saved.path} ({output.size(saved.size)} from stdin, {output.rate(source.rate)})")
    return exits.Exit.DONE
