"""One job from start to end in this process: what `put`, `get`, `demo` and `jobs resume` share.

The engine's threads move the bytes; this thread waits, shows how far they came, and hears Ctrl+C. Whatever interrupts it, the
history keeps the job resumable, so running the same command again goes on.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from filexfer.cli import exits, output, progress
from filexfer.cli.interrupts import Interrupts
from filexfer.cli.output import Output
from filexfer.core.model import Direction, FileState, Job, JobFile, JobSpec, JobState

if TYPE_CHECKING:
    from filexfer.client.engine import Engine
    from filexfer.client.session import Session

#: Failed files that are named one by one, and seconds between two looks at a running job.
NAMED_FAILURES, TICK = 20, 0.1


@contextmanager
def engine(state: Path | None = None, connect: Callable[[str], Session] | None = None) -> Iterator[Engine]:
    """This process's engine on the user's history, or on one of its own in `state`; on leaving, what still runs is put down so
    that it can be resumed. `connect` opens its sessions."""
    from filexfer.client import session
    from filexfer.client.engine import Engine
    from filexfer.client.history import History

    history = History(state / "history.sqlite" if state else None)
    try:
        made = Engine(history, connect=connect or session.connect)
        try:
            yield made
        finally:
            made.close()
    finally:
        history.close()


def is_begun(direction: Direction, server: str, pair: tuple[str, str]) -> bool:
    """Whether the history has this very transfer, begun and not finished."""
    from filexfer.client.history import History

    with closing(History()) as history:
        return any(
            job.spec.items == (pair,)
            and (job.spec.direction, job.spec.server) == (direction, server)
            and history.is_begun(job.id)
            for job in history.jobs()
            if not job.state.ended or job.state is JobState.FAILED
        )


def transfer(spec: JobSpec, title: str, connect: Callable[[str], Session], out: Output) -> int:
    """Do `spec` over sessions that `connect` opens, and say how it went; the exit code."""
    try:
        with Interrupts() as interrupts, engine(connect=connect) as mover:
            return follow(mover, mover.add(spec), title, out, interrupts)
    except KeyboardInterrupt:
        return interrupted(out)


def interrupted(out: Output) -> int:
    """What is said after Ctrl+C."""
    if out.json:
        out.record(event="interrupted", exit=int(exits.Exit.INTERRUPTED))
    out.warn("Interrupted. Run the same command again to go on where it stopped.")
    return exits.Exit.INTERRUPTED


def follow(mover: Engine, job_id: int, title: str, out: Output, interrupts: Interrupts) -> int:
    """Watch a job to its end, then say how it went; the exit code."""
    began = time.monotonic()
    job = watch(mover, job_id, progress.display(out, title), interrupts)
    return report(mover, job, time.monotonic() - began, out)


def watch(mover: Engine, job_id: int, shown: progress.Display, interrupts: Interrupts) -> Job:
    """Show how far a job comes until it moves no more; the job then. Raises `KeyboardInterrupt` when one is heard."""
    latest: dict[int, Job] = {}
    # Rates and estimates are made on the engine's clock; the display is drawn by this thread.
    unsubscribe = mover.subscribe(lambda jobs: latest.update((job.id, job) for job in jobs))
    try:
        while True:
            interrupts.check()
            job = mover.wait(job_id, TICK)
            if job.state.ended or job.state is JobState.PAUSED:
                shown.show(job)
                return job
            shown.show(latest.get(job_id, job))
    finally:
        unsubscribe()
        shown.close()


def report(mover: Engine, job: Job, seconds: float, out: Output) -> int:
    """The last lines of a job: files with `-v`, failures by name, the summary; the exit code."""
    failures = _files(mover, job, failed_only=True, limit=NAMED_FAILURES) if job.files_failed else []
    kinds = mover.failure_kinds(job.id) if job.files_failed else set()
    code = exit_of(job, kinds)
    if out.json:
        _records(mover, job, seconds, code, out)
        return code
    if out.verbose:
        for file in _all_files(mover, job):
            out.say(f"{file.state.value:8} {file.target}" + (f": {file.error}" if file.error else ""))
    for file in failures:
        out.warn(f"{_name(job, file)}: {file.error}")
    if job.files_failed > len(failures) > 0:
        out.warn(f"… and {output.number(job.files_failed - len(failures))} more (`filexfer jobs show {job.id}` names them).")
    if job.error and _stands_apart(job, kinds, failures):
        out.warn(job.error)
    if job.files_total or not job.error:
        out.say(summary(job, seconds))
    return code


def exit_of(job: Job, kinds: set[str]) -> exits.Exit:
    """The exit code of a job that ended: what its own error and those of its files, of these `kinds`, agree on."""
    if job.state is JobState.CANCELLED:
        return exits.Exit.INTERRUPTED
    if job.state is JobState.DONE:
        return exits.Exit.DONE
    known = (kinds | {job.error_kind}) - {""}
    return exits.together(map(exits.of_kind, known)) if known else exits.Exit.FAILED


def _stands_apart(job: Job, kinds: set[str], named: list[JobFile]) -> bool:
    """Whether the job's error is one of its own, such as a lost connection, not that of a file."""
    all_named = len(named) == job.files_failed
    return job.error_kind not in kinds or (all_named and job.error not in {file.error for file in named})


def summary(job: Job, seconds: float) -> str:
    """How a job went, in one line."""
    verb = "Sent" if job.spec.direction is Direction.PUT else "Fetched"
    if job.state is JobState.PAUSED:
        return f"Paused. `filexfer jobs resume {job.id}` goes on."
    moved = f"{verb} {output.files(job.files_done)}, {output.size(job.bytes_moved)}, in {output.span(seconds)}"
    if job.bytes_moved and seconds > 0:
        moved += f" ({output.rate(job.bytes_moved / seconds)})"
    if job.bytes_reused:
        moved += f"; {output.size(job.bytes_reused)} were there already"
    if job.files_skipped:
        moved += f"; {output.number(job.files_skipped)} skipped"
    if job.files_failed:
        moved += f"; {output.number(job.files_failed)} failed"
    return moved + "."


def _records(mover: Engine, job: Job, seconds: float, code: exits.Exit, out: Output) -> None:
    for file in _all_files(mover, job) if out.verbose else _all_files(mover, job, failed_only=True):
        fields = {"source": file.source, "target": file.target, "size": file.size, "state": file.state.value}
        if file.state is FileState.FAILED:
            fields |= {"error": file.error, "kind": file.error_kind}
        out.record(event="file", **fields)
    fields = progress.counters(job) | {"seconds": round(seconds, 3), "exit": int(code)}
    if job.error:
        fields |= {"error": job.error, "kind": job.error_kind}
    out.record(event="result", **fields)


def _files(mover: Engine, job: Job, *, failed_only: bool = False, offset: int = 0, limit: int = 1000) -> list[JobFile]:
    return mover.files(job.id, failed_only=failed_only, offset=offset, limit=limit)[0]


def _all_files(mover: Engine, job: Job, *, failed_only: bool = False) -> Iterator[JobFile]:
    offset = 0
    while page := _files(mover, job, failed_only=failed_only, offset=offset):
        yield from page
        offset += len(page)


def _name(job: Job, file: JobFile) -> str:
    return file.source if job.spec.direction is Direction.PUT else file.target
