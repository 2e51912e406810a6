"""Every way by which a path can reach the server: each method of the protocol's table that takes one, and each form of request of
the raw lane. Generated from the signatures, so that a new method is here by itself."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterator
from typing import NamedTuple

from filexfer.protocol.methods import AGENT, METHODS, SERVICE

#: What a plain one would not do for, by method and place: edges in pixels.
_PLAIN_OF: dict[tuple[str, int], object] = {("thumb_get", 3): 64, ("preview_get", 2): 64}

#: Strings that are no path, by method: places of parameters. Every other string is held to be one, until it is named here.
NO_PATHS: dict[str, frozenset[int]] = {
    "upload_write": frozenset({0}),
    "upload_reuse": frozenset({0, 4, 5}),
    "upload_status": frozenset({0}),
    "upload_commit": frozenset({0}),
    "upload_abort": frozenset({0}),
    "entry_restore": frozenset({0}),
    "share_changes": frozenset({0}),
    "system.methodHelp": frozenset({0}),
    "system.methodSignature": frozenset({0}),
    "view_open": frozenset({0}),
    "view_find": frozenset({1}),
    "view_events": frozenset({0}),
    "thumb_get": frozenset({0, 2}),
    "stage_files": frozenset({0}),
    "preview_get": frozenset({0}),
    "server_forget": frozenset({0}),
    "server_call": frozenset({0, 1}),
    "pair": frozenset({0}),
    "invite_status": frozenset({0}),
    "invite_cancel": frozenset({0}),
    "device_add": frozenset({0, 1}),
    "device_revoke": frozenset({0}),
    "server_doctor": frozenset({0}),
    # Paths of this computer's disk, as whole ones only, and from its own window only.
    "receipt_make": frozenset({1}),
    "receipt_verify": frozenset({0}),
    # Looked at only behind the number of a pick that is there, see tests/agent/test_picks.py.
    "pick_fetch": frozenset({1}),
    "pick_move": frozenset({1}),
}

#: A base64 that is no content but holds paths, and what an array or a struct must look like to hold one.
Filled = Callable[[object], object]
HOLDS_PATHS: dict[tuple[str, int, str], tuple[Filled, ...]] = {
    ("files_put", 0, "array"): (lambda path: [{"path": path, "size": 4}],),
    ("files_put", 0, "struct"): (lambda path: _packed_index(path),),
    ("files_get", 0, "array"): (lambda path: [path],),
    ("files_get", 0, "base64"): (lambda path: _bytes(path),),
    ("view_open", 1, "base64"): (lambda path: _bytes(path),),
    ("thumb_get", 1, "base64"): (lambda path: _bytes(path),),
    ("preview_get", 1, "base64"): (lambda path: _bytes(path),),
    ("stage_files", 1, "array"): (lambda path: [path],),
    ("plan_open", 0, "struct"): (lambda path: {"direction": "put", "server": "", "items": [["/proc/nowhere/of/mine", path]]},),
    ("job_add", 0, "struct"): (
        lambda path: {"direction": "get", "server": "", "items": [[path, "/proc/nowhere/of/mine"]]},
        lambda path: {"direction": "put", "server": "", "items": [["/proc/nowhere/of/mine", path]]},
    ),
}

#: What the other parameters are.
_PLAIN: dict[str, object] = {"string": "mine", "int": 4, "double": 0.0, "boolean": True, "base64": b"evil", "array": []}
#: Options that make an act worse; a method that does not take them says so.
_WORSE: tuple[dict[str, object], ...] = (
    {},
    {"on_conflict": "overwrite"},
    {"on_conflict": "rename"},
    {"permanent": True},
    {"recursive": True},
    {"packed": True},
    {"mtime_ns": 0},
    {"key": "k"},
)
#: Calls with these are batches: a fault stands in the answer.
BATCHES = frozenset({"files_put", "files_get"})


class Call(NamedTuple):
    """One call with a path in it. `own`: methods of an agent, for the control socket only."""

    method: str
    params: tuple[object, ...]

    @property
    def own(self) -> bool:
        return self.method in AGENT


def calls_with(path: object) -> Iterator[Call]:
    """Every call of every method with `path` (text, or bytes) in each place that may hold one."""
    for name, method in METHODS.items():
        for signature in method.signatures:
            kinds = signature[1:]
            for place, kind in enumerate(kinds):
                for value in _values(name, place, kind, path):
                    for others in _others(name, kinds, place):
                        yield Call(name, (*others[:place], value, *others[place + 1 :]))


def filled_calls() -> Iterator[Call]:
    """Every method of the table once for each of its signatures, with parameters that it takes."""
    for name, method in METHODS.items():
        for signature in method.signatures:
            yield Call(name, tuple(_PLAIN.get(kind, {}) for kind in signature[1:]))


def takes_paths(name: str) -> bool:
    """Whether a method of the table has a place for a path."""
    return any(call.method == name for call in calls_with("x"))


def _values(name: str, place: int, kind: str, path: object) -> Iterator[object]:
    if kind == "string" and place not in NO_PATHS.get(name, ()):
        yield path
    for filled in HOLDS_PATHS.get((name, place, kind), ()):
        yield filled(path)


def _others(name: str, kinds: tuple[str, ...], place: int) -> Iterator[tuple[object, ...]]:
    """The other parameters; a trailing struct of options in each of its worse forms."""
    plain = tuple(_PLAIN_OF.get((name, at), _PLAIN.get(kind, {})) for at, kind in enumerate(kinds))
    if kinds[-1] == "struct" and place != len(kinds) - 1:
        for worse in _WORSE:
            yield (*plain[:-1], worse)
    else:
        yield plain


def _bytes(path: object) -> bytes:
    return path if isinstance(path, bytes) else str(path).encode("utf-8", "surrogateescape")


def _packed_index(path: object) -> dict[str, object]:
    return {"packed": True, "count": 1, "names": _bytes(path), "sizes": array("Q", [4]).tobytes(), "mtimes": b"", "digests": b""}


class RawRequest(NamedTuple):
    """One form of request of the raw lane, its target yet to be given."""

    name: str
    method: bytes
    body: bytes
    headers: dict[str, str]


#: A body that goes to disk while it arrives.
LARGE = b"evil" * (80 << 10)
RAW = (
    RawRequest("get", b"GET", b"", {}),
    RawRequest("head", b"HEAD", b"", {}),
    RawRequest("range", b"GET", b"", {"Range": "bytes=0-3"}),
    RawRequest("condition", b"GET", b"", {"If-None-Match": "*"}),
    RawRequest("put", b"PUT", b"evil", {}),
    RawRequest("put large", b"PUT", LARGE, {}),
    RawRequest("put new", b"PUT", b"evil", {"If-None-Match": "*"}),
    RawRequest("put over", b"PUT", b"evil", {"If-Match": "*"}),
    RawRequest("put chunked", b"PUT", b"4\r\nevil\r\n0\r\n\r\n", {"Transfer-Encoding": "chunked"}),
)

__all__ = [
    "AGENT",
    "BATCHES",
    "METHODS",
    "NO_PATHS",
    "RAW",
    "SERVICE",
    "Call",
    "RawRequest",
    "calls_with",
    "filled_calls",
    "takes_paths",
]
