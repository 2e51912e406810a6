"""The table of all settings of `filexfer.toml`. Whoever adds one writes a row here (a bound: in `bounds`), and where it is used;
reading, checking, `filexfer config show`, the sample and the tests of docs/headless.md follow from it."""

from __future__ import annotations

from dataclasses import dataclass

from filexfer.cli.configuration.kinds import Choice, Flag, HostName, Kind, ListenAddress, Mode, Number, Place, Several, Text
from filexfer.cli.logs import FORMATS, LEVELS
from filexfer.protocol.address import DEFAULT_PORT
from filexfer.server.settings import Settings

#: The sections in the order of the sample, and what each is about.
SECTIONS = {
    "serve": "What is shared, where, and for whom.",
    "log": "What the server writes on stderr.",
    "bounds": "What the server takes from anybody, and for how long it waits: docs/bounds.md tells what happens beyond each. The "
    "defaults suit a machine with a gigabyte of memory.",
}


@dataclass(frozen=True)
class Setting:
    """One row.

    Attributes:
        kind: what its values may be.
        default: its value where nobody gives one; None for none.
        says: what it is for, in sentences.
        otherwise: what holds where nobody gives one, in words, where `default` does not say it.
        example: a value for the sample where the default is no help.
    """

    section: str
    name: str
    kind: Kind
    default: object
    says: str
    otherwise: str = ""
    example: object = None


_BUILT_IN = Settings()
_GUESTS = ("none", "read", "write")

_SERVE = (
    Setting("serve", "folder", Place(), None, "The folder to share. It must be there.", "", "/srv/files"),
    Setting(
        "serve",
        "listen",
        Several(ListenAddress(), least=1),
        (f"https://*:{DEFAULT_PORT}",),
        "Where to listen. The host * is every network, 0.0.0.0 or [::] those of IPv4 or IPv6 only; port 0 is any free one.",
    ),
    Setting(
        "serve",
        "guest",
        Choice(_GUESTS),
        "none",
        "What those may do who are not paired. “filexfer invite” pairs devices.",
    ),
    Setting("serve", "name", Text("a name for people"), "", "What the share is called.", "the name of its folder", "files"),
    Setting(
        "serve",
        "state",
        Place(),
        None,
        "Where the server keeps its key, the devices it knows and its transfers. Back this folder up. It must not lie in the "
        "share, nor the share in it.",
        "a place of the user who runs it, one for each share",
        "/var/lib/filexfer",
    ),
    Setting(
        "serve",
        "allow_hosts",
        Several(HostName()),
        _BUILT_IN.allow_hosts,
        "More names by which callers may know this server, such as one that only a proxy or a router has for it.",
        example=("files.example.org",),
    ),
    Setting(
        "serve",
        "insecure",
        Flag(),
        _BUILT_IN.insecure,
        "Plain http beyond this computer too: anybody on the way can read and change what passes, tokens too.",
    ),
    Setting("serve", "announce", Flag(), True, "Tell the network of this server, by multicast DNS, while it listens on https."),
    Setting("serve", "socket_mode", Mode(), _BUILT_IN.socket_mode, "The mode of the sockets that “unix:/…” in “listen” makes."),
    Setting(
        "serve",
        "stop_seconds",
        Number(0, 3600, "seconds", whole=False),
        5.0,
        "How long requests that are under way may still take when the server is told to stop. What is left of uploads then can "
        "be resumed. systemd is asked for that much patience; another service manager must be told to wait a little longer.",
    ),
)

_LOG = (
    Setting(
        "log",
        "format",
        Choice(FORMATS),
        "text",
        "Lines for people, or one JSON object a line for programs that gather logs.",
    ),
    Setting(
        "log",
        "level",
        Choice(tuple(LEVELS)),
        "warning",
        "What is worth a line: this and all that is graver.",
    ),
)


def settings() -> tuple[Setting, ...]:
    """All rows, in the order of the sample."""
    from filexfer.cli.configuration.bounds import BOUNDS

    rows = tuple(Setting("bounds", name, kind, getattr(_BUILT_IN, name), says) for name, (kind, says) in BOUNDS.items())
    return _SERVE + _LOG + rows
