"""Options that several commands share, and the small texts they are made of: rates, policies, patterns."""

from __future__ import annotations

import argparse
import math
import re

from filexfer.core.model import Conflict

_POWERS = {"": 0, "K": 1, "M": 2, "G": 3}


def bandwidth(text: str) -> int:
    """Bytes per second of `10M`, `500K`, `1.5G` (powers of 1024), `10MB` (of 1000), `4000B`; a bare number is KiB: all as rsync
    has it. 0 is no limit."""
    match = re.fullmatch(r"(\d+(?:\.\d+)?)(?:([KMG]?)(B|iB)?)", text, re.IGNORECASE)
    if match is None:
        raise argparse.ArgumentTypeError(f"“{text}” is not a rate. Write 10M, 500K or 1.5G (bytes per second), or 0 for no limit")
    prefix, suffix = match[2].upper(), (match[3] or "").upper()
    power = _POWERS[prefix] if prefix or suffix else 1
    return round(float(match[1]) * math.pow(1000 if suffix == "B" else 1024, power))


def conflict(parser: argparse.ArgumentParser) -> None:
    """`--on-conflict`."""
    parser.add_argument(
        "--on-conflict",
        metavar="POLICY",
        default=Conflict.FAIL,
        type=_policy,
        help="where another file of that name is already there: fail (default; it stays as it is, exit code 5), overwrite, "
        "rename, skip, newer (overwrite only what is older). The same file again is never a conflict",
    )


def selection(parser: argparse.ArgumentParser) -> None:
    """`--exclude`, `--include`."""
    parser.add_argument(
        "--exclude",
        metavar="GLOB",
        action="append",
        default=[],
        help="leave out what matches, by its name or by its path below the source; may be given again",
    )
    parser.add_argument(
        "--include", metavar="GLOB", action="append", default=[], help="take what matches even where --exclude would leave it out"
    )


def checksum(parser: argparse.ArgumentParser) -> None:
    """`--checksum`."""
    parser.add_argument(
        "--checksum", action="store_true", help="tell by content, not by size and time, whether a file is already there"
    )


def dry_run(parser: argparse.ArgumentParser) -> None:
    """`--dry-run`."""
    parser.add_argument("-n", "--dry-run", action="store_true", help="say what would be done, do nothing")


def token_file(parser: argparse.ArgumentParser) -> None:
    """`--token-file`."""
    parser.add_argument(
        "--token-file",
        metavar="FILE",
        default="",
        help="who you are to an https server, as its `filexfer devices add` printed it (“-”: from stdin); without it, what "
        "`filexfer pair` remembered",
    )


def state(
    parser: argparse.ArgumentParser, means: str = "where it remembers transfers and settings; the user's own place unless given"
) -> None:
    """`--state`."""
    parser.add_argument("--state", metavar="DIR", default="", help=means)


def log_format(parser: argparse.ArgumentParser) -> None:
    """`--log-format`."""
    parser.add_argument(
        "--log-format", choices=("text", "json"), help="what is said on stderr: lines for people (default), or a JSON object each"
    )


def transfer(parser: argparse.ArgumentParser) -> None:
    """All that `put` and `get` have in common."""
    token_file(parser)
    conflict(parser)
    selection(parser)
    checksum(parser)
    dry_run(parser)
    parser.add_argument(
        "--bwlimit", metavar="RATE", type=bandwidth, default=0, help="bytes per second at most: 10M, 500K; a bare number is KiB"
    )


def _policy(text: str) -> Conflict:
    try:
        return Conflict(text)
    except ValueError:
        known = ", ".join(policy.value for policy in Conflict)
        raise argparse.ArgumentTypeError(f"there is no policy “{text}”; there are {known}") from None
