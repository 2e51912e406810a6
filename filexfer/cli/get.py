"""`filexfer get SRC… DST`: fetches files and folders from a server, to a place here or to stdout."""

from __future__ import annotations

import argparse
import sys

from filexfer.cli import exits, moving, options, output, places, remote, streams
from filexfer.cli.output import Output
from filexfer.core import paths
from filexfer.core.model import Direction, JobSpec


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("sources", metavar="SRC", nargs="+", help="address of a file or folder; `SRC/.` is what is in SRC")
    parser.add_argument(
        "destination", metavar="DST", help="a folder here (or ending in “/”) to put them into, or the new name; `-` is stdout"
    )
    options.transfer(parser)


def run(args: argparse.Namespace, out: Output) -> int:
    sources = places.get_ends(args.sources, args.destination)
    way = remote.way(args, out)
    if args.destination == places.STREAM:
        return _stdout(args, sources[0], way, out)

    def begun(pair: places.Pair) -> bool:
        return moving.is_begun(Direction.GET, str(sources[0].server), pair)

    spec = JobSpec(
        direction=Direction.GET,
        server=str(sources[0].server),
        items=tuple(places.get_targets(sources, args.destination, begun)),
        on_conflict=args.on_conflict,
        exclude=tuple(args.exclude),
        include=tuple(args.include),
        checksum=args.checksum,
        limit=args.bwlimit,
    )
    if args.dry_run:
        from filexfer.cli import plan

        return plan.show(spec, way, out)
    title = sources[0].name or sources[0].text if len(sources) == 1 else f"{len(sources)} sources"
    return moving.transfer(spec, f"{title} → {args.destination}", way.connect, out)


def _stdout(args: argparse.Namespace, source: places.Remote, way: remote.Way, out: Output) -> int:
    if args.dry_run:
        out.note(f"would write {source.path} to stdout")
        return exits.Exit.DONE
    with (
        way.session(source) as session,
        streams.counted(sys.stdout.buffer, paths.name(source.path), args.bwlimit, out) as sink,
    ):
        session.get(source.path, sink.file)
        sys.stdout.buffer.flush()
    if out.verbose:
        out.warn(f"{output.size(sink.count)} to stdout in {output.span(sink.seconds)} ({output.rate(sink.rate)})")
    return exits.Exit.DONE
