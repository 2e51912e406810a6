"""Jobs and their files as structs, both ways: what an agent tells a window. Field names are the attributes' names."""

from __future__ import annotations

import os
from typing import Any, get_type_hints

from filexfer.core import paths
from filexfer.core.errors import BadParameters
from filexfer.core.model import Conflict, Direction, FileState, Job, JobFile, JobSpec, JobState
from filexfer.protocol.members import binary, check_names, choice, flag, number, real, sequence, struct, text

_SEPARATOR = os.sep.encode()
_SPEC = frozenset(JobSpec._fields)
_JOB = get_type_hints(Job)


def spec_struct(spec: JobSpec) -> dict[str, object]:
    return {
        "direction": spec.direction.value,
        "server": spec.server,
        "items": [[paths.to_wire(source), paths.to_wire(target)] for source, target in spec.items],
        "on_conflict": spec.on_conflict.value,
        "exclude": list(spec.exclude),
        "include": list(spec.include),
        "checksum": spec.checksum,
        "limit": spec.limit,
    }


def spec_of(value: object) -> JobSpec:
    """The spec a struct describes; `direction`, `server` and `items` must be there. Where it sends, `sources`, local
    paths joined by NUL, may stand for `items`, with `folder`, the one each goes into. Raises `BadParameters`, `InvalidPath`."""
    given = dict(struct(value, "A job"))
    if "sources" in given and "items" not in given:
        given["items"] = _into(given.pop("sources"), given.pop("folder", ""))
    check_names(given, _SPEC)
    return JobSpec(
        direction=choice(Direction, given.get("direction"), "direction"),
        server=text(given.get("server"), "server"),
        items=tuple(_item(item) for item in sequence(given.get("items"), "items")),
        on_conflict=choice(Conflict, given.get("on_conflict", Conflict.FAIL.value), "on_conflict"),
        exclude=_texts(given.get("exclude", []), "exclude"),
        include=_texts(given.get("include", []), "include"),
        checksum=flag(given.get("checksum", False), "checksum"),
        limit=number(given.get("limit", 0), "limit"),
    )


def _into(sources: object, folder: object) -> list[object]:
    """Pairs of each local path and where it goes: into the folder, under its own name."""
    local = binary(sources, "sources").split(b"\0")
    into = paths.encode(paths.from_wire(folder))
    begin = into + b"/" if into else b""
    return [[path, begin + (path.rstrip(_SEPARATOR).rpartition(_SEPARATOR)[2] or b"files")] for path in local]


def job_struct(job: Job) -> dict[str, object]:
    made: dict[str, object] = job._asdict()
    made["spec"] = spec_struct(job.spec)
    made["state"] = job.state.value
    made["name"] = paths.to_wire(job.name)
    return made


def job_of(value: object) -> Job:
    """The inverse of `job_struct`; members that are not there have their defaults. Raises `BadParameters`."""
    given = struct(value, "A job")
    known: dict[str, Any] = {}
    for name, kind in _JOB.items():
        if name in given:
            known[name] = _READ[kind](given[name], name)
    if not {"id", "spec", "state"} <= known.keys():
        raise BadParameters("A job has at least an id, a spec and a state.")
    return Job(**known)


def job_file_struct(file: JobFile) -> dict[str, object]:
    return {
        "source": paths.to_wire(file.source),
        "target": paths.to_wire(file.target),
        "size": file.size,
        "state": file.state.value,
        "error": file.error,
        "error_kind": file.error_kind,
    }


def job_file_of(value: object) -> JobFile:
    """The inverse of `job_file_struct`. Raises `BadParameters`, `InvalidPath`."""
    given = struct(value, "A file of a job")
    return JobFile(
        paths.from_wire(given.get("source")),
        paths.from_wire(given.get("target")),
        number(given.get("size"), "size"),
        choice(FileState, given.get("state"), "state"),
        _words(given.get("error", ""), "error"),
        text(given.get("error_kind", ""), "error_kind"),
    )


def _item(value: object) -> tuple[str, str]:
    pair = sequence(value, "An item")
    if len(pair) != 2:
        raise BadParameters("An item is a pair of source and target.")
    return paths.from_wire(pair[0]), paths.from_wire(pair[1])


def _texts(value: object, name: str) -> tuple[str, ...]:
    return tuple(_words(item, name) for item in sequence(value, name))


def _words(value: object, name: str) -> str:
    # A name in a sentence or in a pattern may be one that XML cannot hold; then it came as bytes.
    return paths.decode(value) if isinstance(value, bytes) else text(value, name)


_READ: dict[type, Any] = {
    int: number,
    bool: flag,
    float: real,
    str: _words,
    JobSpec: lambda value, name: spec_of(value),
    JobState: lambda value, name: choice(JobState, value, name),
}
