"""`filexfer call ADDRESS METHOD [JSON…]`: calls any XML-RPC server and prints its answer as JSON.

XML-RPC has two types that JSON lacks: bytes are written `{"base64": "…"}`, both ways; dates come out in ISO 8601, as the server
wrote them (XML-RPC knows no time zone).
"""

from __future__ import annotations

import argparse
import binascii
import json
import re
from base64 import b64decode, b64encode

from filexfer.cli import exits, options, places, remote
from filexfer.cli.output import Output, as_json
from filexfer.protocol.http import RPC
from filexfer.protocol.percent import quote_path

_JSON_BEGINS = re.compile(r'[\[{"0-9-]')


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "address", metavar="ADDRESS", help="http://HOST:PORT[/PATH] or unix:/SOCKET[:/PATH]; any XML-RPC server (path: /RPC2)"
    )
    parser.add_argument("method", metavar="METHOD", help="such as system.listMethods")
    parser.add_argument(
        "params", metavar="JSON", nargs="*", help='each parameter as JSON; a plain word is a string; bytes are {"base64": "…"}'
    )
    options.token_file(parser)


def run(args: argparse.Namespace, out: Output) -> int:
    params = [parameter(text) for text in args.params]
    end = places.remote(args.address)
    # Where no path is given it is the usual one, which the standard library's servers and ours answer at.
    endpoint = f"/{quote_path(end.path)}" if end.path else RPC
    with remote.way(args, out).connect(str(end.server), endpoint=endpoint) as session:
        answer = plain(session.call(args.method, *params))
    out.result(as_json(answer, indent=None if out.json else 2))
    return exits.Exit.DONE


def parameter(text: str) -> object:
    """The XML-RPC value of one argument. Raises `UsageError` for what begins like JSON and is none."""
    try:
        return _from_json(json.loads(text))
    except json.JSONDecodeError as error:
        if _JSON_BEGINS.match(text) or not text:
            raise exits.UsageError(
                f"“{text}” is not JSON: {error.msg} at character {error.pos + 1}. Quote strings: '\"text\"'."
            ) from error
        return text


def plain(value: object) -> object:
    """An answer in JSON's types."""
    if isinstance(value, bytes | bytearray | memoryview):
        return {"base64": b64encode(value).decode()}
    if isinstance(value, dict):
        return {str(name): plain(part) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [plain(part) for part in value]
    if value is None or isinstance(value, bool | int | float | str):
        return value
    return iso_date(str(value))


def iso_date(text: str) -> str:
    """A `dateTime.iso8601` of XML-RPC (`20240131T12:30:00`) as ISO 8601 writes it today; anything else unchanged."""
    match = re.fullmatch(r"(\d{4})(\d\d)(\d\d)T(.+)", text)
    return f"{match[1]}-{match[2]}-{match[3]}T{match[4]}" if match else text


def _from_json(value: object) -> object:
    if isinstance(value, dict):
        if value.keys() == {"base64"} and isinstance(value["base64"], str):
            try:
                return b64decode(value["base64"], validate=True)
            except binascii.Error as error:
                raise exits.UsageError(f"What stands behind “base64” is not base64: {error}.") from error
        return {name: _from_json(part) for name, part in value.items()}
    if isinstance(value, list):
        return [_from_json(part) for part in value]
    return value
