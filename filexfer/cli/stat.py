"""`filexfer stat ADDRESS…`: shows one file or folder, or (for an address without a path) the server."""

from __future__ import annotations

import argparse

from filexfer.cli import options, output, places, remote
from filexfer.cli.output import Output
from filexfer.core import paths
from filexfer.core.model import Entry, Kind


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("addresses", metavar="ADDRESS", nargs="+", help="address of a file, a folder or a server")
    options.token_file(parser)


def run(args: argparse.Namespace, out: Output) -> int:
    ends = [places.remote(text) for text in args.addresses]
    way = remote.way(args, out)
    for end in ends:
        with way.session(end) as session:
            if end.path:
                _show_entry(end.path, session.stat(end.path), out)
            else:
                _show_server(session.info(), out)
    return 0


def _show_entry(path: str, entry: Entry, out: Output) -> None:
    if out.json:
        out.record(
            path=path,
            name=paths.name(path),
            kind=entry.kind.value,
            size=entry.size,
            mtime=output.iso(entry.mtime_ns),
            mtime_ns=entry.mtime_ns,
            etag=entry.etag,
        )
        return
    out.result(f"path:      {path}")
    out.result(f"kind:      {entry.kind.value}")
    if entry.kind is Kind.FILE:
        out.result(f"size:      {output.number(entry.size)} bytes ({output.size(entry.size)})")
    out.result(f"modified:  {output.iso(entry.mtime_ns)}")
    out.result(f"version:   {entry.etag}")


def _show_server(info: dict[str, object], out: Output) -> None:
    if out.json:
        out.record(**info)
        return
    out.result(f"name:      {info.get('name')}")
    out.result(f"version:   {info.get('version')} (protocol {info.get('protocol')})")
    out.result(f"share:     {info.get('share')}")
    out.result(f"you may:   {info.get('permission')}")
    free, total = info.get("free"), info.get("total")
    if isinstance(free, int) and isinstance(total, int):
        out.result(f"free:      {output.size(free)} of {output.size(total)}")
