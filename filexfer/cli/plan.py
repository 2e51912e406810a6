"""`--dry-run` of `put` and `get`: what would be done, file by file, told from both lists. Changes nothing on either side."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass

from filexfer.cli import compare, exits, output
from filexfer.cli.output import Output
from filexfer.cli.remote import Way
from filexfer.client import same, scan
from filexfer.client.patterns import Filter
from filexfer.client.session import Session
from filexfer.client.words import local_error
from filexfer.core import paths
from filexfer.core.errors import FilexferError, NotAFolder, NotFound
from filexfer.core.model import Conflict, Direction, Entry, JobSpec, Kind

_MOVES = ("send", "fetch", "replace", "rename")


@dataclass(frozen=True, slots=True)
class Step:
    """What would happen to one file: `action` and its target."""

    action: str
    target: str
    size: int


@dataclass(frozen=True, slots=True)
class _Side:
    """The files below one end of a pair, by their path below it (`""`: the end is a file itself)."""

    files: dict[str, Entry]
    errors: tuple[FilexferError, ...] = ()


def show(spec: JobSpec, way: Way, out: Output) -> int:
    """Say what doing `spec` would do; the exit code that it would end with."""
    counts: dict[str, int] = {}
    moved, codes = 0, []
    with way.connect(spec.server) as session:
        for step in _steps(session, spec):
            if isinstance(step, FilexferError):
                codes.append(out.failure(step))
                continue
            counts[step.action] = counts.get(step.action, 0) + 1
            moved += step.size if step.action in _MOVES else 0
            codes += [exits.Exit.CONFLICT] if step.action == "conflict" else []
            if out.json:
                out.record(event="plan", action=step.action, path=step.target, size=step.size)
            elif step.action in (*_MOVES, "conflict") or out.verbose:
                out.say(f"{step.action:8} {step.target}")
    out.say(_summary(counts, moved))
    return exits.together(codes)


def _summary(counts: dict[str, int], moved: int) -> str:
    moves = sum(counts.get(action, 0) for action in _MOVES)
    rest = [f"{output.number(count)} {action}" for action, count in counts.items() if action not in _MOVES]
    return (
        f"Would move {output.files(moves)}, {output.size(moved)}" + "".join(f"; {text}" for text in rest) + ". Nothing was done."
    )


def _steps(session: Session, spec: JobSpec) -> Iterator[Step | FilexferError]:
    keep = Filter(spec.include, spec.exclude)
    for source, target in spec.items:
        if spec.direction is Direction.PUT:
            here, there = _local(source, keep), _remote(session, target, Filter())
        else:
            here, there = _remote(session, source, keep), _local(target, Filter(), missing_is_empty=True)
        yield from here.errors
        if "" in there.files and here.files and "" not in here.files:
            yield NotAFolder(f"“{target}” is a file, and “{source}” is a folder. Choose another destination.")
            continue
        if not here.files and not here.errors and spec.direction is Direction.GET and source and not session.exists(source):
            yield NotFound(f"There is no “{source}” on the server.")
        step = same.step(entry.mtime_ns for entry in there.files.values())
        for path, entry in here.files.items():
            ends = _below(source, path, spec.direction is Direction.PUT), _below(target, path, spec.direction is Direction.GET)
            known = there.files.get(path)
            yield Step(_action(session, spec, entry, known, step, ends), ends[1], entry.size)


def _action(session: Session, spec: JobSpec, source: Entry, known: Entry | None, step: int, ends: tuple[str, str]) -> str:
    """In a word, what the engine would do: `judge` is its own judgement."""
    there = None if known is None else same.There(known.kind is Kind.FILE, known.size, known.mtime_ns)
    verdict = same.judge(source.size, source.mtime_ns, there, spec.on_conflict, spec.checksum, step)
    if verdict is same.Verdict.COMPARE:
        local, remote = ends if spec.direction is Direction.PUT else (ends[1], ends[0])
        differences = compare.Comparison(session, local, remote, Filter(), lambda counts: None).differences()
        verdict = same.after_comparing(next(differences, None) is None, spec.on_conflict)
    if verdict is not same.Verdict.SEND:
        return str(verdict.value)
    if there is not None:
        return "rename" if spec.on_conflict is Conflict.RENAME else "replace"
    return "send" if spec.direction is Direction.PUT else "fetch"


def _local(top: str, keep: Filter, missing_is_empty: bool = False) -> _Side:
    try:
        status = os.stat(top)
    except FileNotFoundError as error:
        return _Side({}) if missing_is_empty else _Side({}, (local_error(error, top),))
    except OSError as error:
        return _Side({}, (local_error(error, top),))
    if not os.path.isdir(top):
        return _Side({"": Entry("", Kind.FILE, status.st_size, status.st_mtime_ns)})
    found, failed = {}, []
    for folder in scan.walk(top, keep):
        if folder.error is not None:
            failed.append(folder.error)
        for name, size, mtime_ns in folder.files:
            path = paths.join(folder.path, name)
            found[path] = Entry(path, Kind.FILE, size, mtime_ns)
    return _Side(found, tuple(failed))


def _remote(session: Session, top: str, keep: Filter) -> _Side:
    try:
        entry = session.stat(top) if top else None
    except (NotFound, NotAFolder):
        return _Side({})
    if entry is not None and entry.kind is not Kind.FOLDER:
        return _Side({"": entry})
    return _Side({e.name: e for e in compare.listed(session, top, keep) if e.kind is Kind.FILE})


def _below(top: str, path: str, local: bool) -> str:
    return os.path.join(top, path) if local and path else top if not path else paths.join(top, path)
