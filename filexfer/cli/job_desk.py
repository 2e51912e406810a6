"""Who is asked about transfers: the agent that has them (over its control socket), or the history, by an engine of our own."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from typing import Protocol, Self

from filexfer.cli import exits, moving
from filexfer.cli.interrupts import Interrupts
from filexfer.cli.output import Output
from filexfer.client.session import Session
from filexfer.core.errors import BadParameters, FilexferError, NotFound
from filexfer.core.model import Job, JobFile, JobState
from filexfer.protocol import wire

_PAGE = 1000


class Desk(Protocol):
    """What both can do. `resume` and `retry` answer an exit code, the others that of success. Raise `NotFound` and the like."""

    def jobs(self) -> list[Job]: ...

    def job(self, job_id: int) -> Job: ...

    def files(self, job_id: int) -> Iterator[JobFile]: ...

    def pause(self, job_id: int) -> int: ...

    def cancel(self, job_id: int) -> int: ...

    def resume(self, job_id: int, out: Output) -> int: ...

    def retry(self, job_id: int, out: Output) -> int: ...

    def clear(self, ids: Sequence[int]) -> None: ...


def _resumable(job: Job) -> Job:
    """`job`, which can go on. Raises `BadParameters` where it has ended."""
    if job.state is JobState.DONE:
        raise BadParameters("This transfer is done. To send what has changed since, run its command again.")
    if job.state.ended:
        raise BadParameters(
            f"This transfer has ended ({job.state.value}). `filexfer jobs retry {job.id}` does what failed again."
        )
    return job


def _failed(job: Job) -> Job:
    """`job`, of which something can be tried again. Raises `BadParameters` where there is nothing."""
    if job.state is JobState.DONE:
        raise BadParameters("Nothing of this transfer failed. To send what has changed since, run its command again.")
    if not job.state.ended:
        raise BadParameters(f"This transfer has not ended ({job.state.value}). `filexfer jobs resume {job.id}` lets it go on.")
    return job


class OwnDesk:
    """Opens the user's history; what is resumed or retried runs here, with progress, until it ends."""

    def __enter__(self) -> Self:
        with ExitStack() as opened:
            self._interrupts = opened.enter_context(Interrupts())
            self._engine = opened.enter_context(moving.engine())
            self._opened = opened.pop_all()
        return self

    def __exit__(self, *error: object) -> None:
        self._opened.close()

    def jobs(self) -> list[Job]:
        return self._engine.jobs()

    def job(self, job_id: int) -> Job:
        return self._engine.job(job_id)

    def files(self, job_id: int) -> Iterator[JobFile]:
        offset = 0
        while page := self._engine.files(job_id, offset=offset, limit=_PAGE)[0]:
            yield from page
            offset += len(page)

    def pause(self, job_id: int) -> int:
        self._engine.pause(job_id)
        return exits.Exit.DONE

    def cancel(self, job_id: int) -> int:
        self._engine.cancel(job_id)
        return exits.Exit.DONE

    def resume(self, job_id: int, out: Output) -> int:
        job = _resumable(self._engine.job(job_id))
        # Adding what is there unfinished takes it up, whether it was paused or its process died.
        return self._follow(self._engine.add(job.spec), out)

    def retry(self, job_id: int, out: Output) -> int:
        _failed(self._engine.job(job_id))
        self._engine.retry(job_id)
        return self._follow(job_id, out)

    def clear(self, ids: Sequence[int]) -> None:
        self._engine.clear(ids)

    def _follow(self, job_id: int, out: Output) -> int:
        try:
            return moving.follow(self._engine, job_id, self._engine.job(job_id).name, out, self._interrupts)
        except KeyboardInterrupt:
            return moving.interrupted(out)


class AgentDesk:
    """Asks an agent over `session`, and closes that; what is resumed or retried goes on there, in the background."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self._session.close()

    def answers(self) -> bool:
        """Whether there is an agent at all: its address may be that of one that has died."""
        try:
            self._session.call("agent_info")
        except FilexferError:
            return False
        return True

    def jobs(self) -> list[Job]:
        found: list[Job] = []
        while True:
            answer = wire.struct(self._session.call("job_list", {"offset": len(found), "limit": _PAGE}), "job_list")
            page = wire.sequence(answer.get("jobs"), "jobs")
            found += [wire.job_of(value) for value in page]
            if not page or len(found) >= wire.number(answer.get("total"), "total"):
                return sorted(found, key=lambda job: (job.position, job.id))

    def job(self, job_id: int) -> Job:
        found = next((job for job in self.jobs() if job.id == job_id), None)
        if found is None:
            raise NotFound("There is no such transfer (any more).")
        return found

    def files(self, job_id: int) -> Iterator[JobFile]:
        offset = 0
        while True:
            answer = wire.struct(self._session.call("job_files", job_id, {"offset": offset, "limit": _PAGE}), "job_files")
            page = wire.sequence(answer.get("files"), "files")
            if not page:
                return
            yield from (wire.job_file_of(value) for value in page)
            offset += len(page)

    def pause(self, job_id: int) -> int:
        return self._tell("job_pause", job_id)

    def cancel(self, job_id: int) -> int:
        return self._tell("job_cancel", job_id)

    def resume(self, job_id: int, out: Output) -> int:
        _resumable(self.job(job_id))
        self._session.call("job_resume", job_id)
        out.say(f"Transfer {job_id} goes on in the background; `filexfer jobs` tells how far it is.")
        return exits.Exit.DONE

    def retry(self, job_id: int, out: Output) -> int:
        _failed(self.job(job_id))
        self._session.call("job_retry", job_id)
        out.say(f"Transfer {job_id} is tried again in the background; `filexfer jobs` tells how far it is.")
        return exits.Exit.DONE

    def clear(self, ids: Sequence[int]) -> None:
        self._session.call("job_clear", list(ids))

    def _tell(self, method: str, job_id: int) -> int:
        self._session.call(method, job_id)
        return exits.Exit.DONE
