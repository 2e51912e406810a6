"""The `job_*` methods: the engine's queue as a window drives it. From another computer only files in the share can be named."""

from __future__ import annotations

import os
from collections.abc import Callable

from filexfer.agent.events import Events, brief
from filexfer.agent.memory import Memory
from filexfer.agent.servers import OWN, Servers, is_own
from filexfer.agent.sharing import Sharing
from filexfer.client.engine import Engine
from filexfer.core import paths
from filexfer.core.errors import BadParameters
from filexfer.core.model import Direction, Job, JobSpec
from filexfer.protocol.members import check_names, flag, number, real, sequence, struct, text
from filexfer.protocol.wire import job_file_struct, spec_of
from filexfer.server.access import Caller
from filexfer.server.deferred import Deferred

#: Longest page of jobs or of a job's files.
MOST = 1000


class Jobs:
    """The methods. `memory` keeps the speed limit, `with_file` finds jobs by part of a file's name."""

    def __init__(
        self,
        engine: Engine,
        events: Events,
        servers: Servers,
        sharing: Sharing,
        memory: Memory,
        with_file: Callable[[str], set[int]],
    ) -> None:
        self._engine = engine
        self._events = events
        self._servers = servers
        self._sharing = sharing
        self._memory = memory
        self._with_file = with_file

    def job_add(self, caller: Caller, spec: object) -> dict[str, object]:
        """Begin a transfer and answer its job. The spec: direction (put, get), server (an address, NAME: of a saved one, "" for
        this one's own share), items (pairs of source and target; the local one an absolute path, the other a path in the
        share), and if wanted on_conflict, exclude, include, checksum, limit. The same spec again, unfinished, goes on."""
        return self.begin(self.wanted(caller, spec))

    def wanted(self, caller: Caller, spec: object) -> JobSpec:
        """The job that a spec struct means, checked as far as can be without looking at any file."""
        return self.checked(caller, spec_of(spec))

    def checked(self, caller: Caller, wanted: JobSpec) -> JobSpec:
        """The same of a spec that somebody put together."""
        # By its address from now on: whoever saves another server under this name shall not get what was meant for this one.
        server = OWN if is_own(wanted.server) else str(self._servers.resolve(self._servers.reach(wanted.server, caller.local)))
        wanted = wanted._replace(server=server)
        if not wanted.items:
            raise BadParameters("A transfer has at least one item, a pair of source and target.")
        for local, remote in _ends(wanted):
            paths.split(remote)
            if not os.path.isabs(local) or "\0" in local:
                raise BadParameters(f"“{paths.shown(local)}” is not a whole path. Give local files by their whole path.")
            if not caller.local:
                self._sharing.check_inside(local)
        return wanted

    def begin(self, wanted: JobSpec) -> dict[str, object]:
        """Put a job into the queue; as its struct."""
        job = self._engine.job(self._engine.add(wanted))
        self._events.added(job)
        return brief(job).struct()

    def job_list(self, caller: Caller, options: object = None) -> dict[str, object]:
        """Jobs, the newest first: {jobs, total}. Options: offset, limit, search (part of a name, in any case: of the transfer, of
        where it went, or of one of its files)."""
        given = _options(options, "offset", "limit", "search")
        wanted = text(given.get("search", ""), "search").casefold()
        jobs = sorted(self._engine.jobs(), key=lambda job: (job.created_ns, job.id), reverse=True)
        inside = self._with_file(wanted) if wanted else ()
        found = [job for job in jobs if wanted in _searched(job) or job.id in inside] if wanted else jobs
        offset, limit = _page(given)
        return {"jobs": [brief(job).struct() for job in found[offset : offset + limit]], "total": len(found)}

    def job_events(self, caller: Caller, cursor: int = 0, timeout: float = 0.0) -> dict[str, object] | Deferred:
        """What changed since `cursor` (0: everything), waiting up to `timeout` seconds for something to: {cursor, jobs, removed,
        reset, more, limit, finish}. `reset`: forget the jobs you know, those there are follow; `more`: ask again at once. At most
        200 rows. `limit` as of `limit_set`, `finish` the action of `finish_set`. The cursor has more than 32 bits: clients that
        cannot send such a number send it as text."""
        return self._events.poll(number(cursor, "cursor"), real(timeout, "timeout"))

    def job_files(self, caller: Caller, job: int, options: object = None) -> dict[str, object]:
        """The files of a job: {files, total}. Options: failed (only those), offset, limit."""
        given = _options(options, "offset", "limit", "failed")
        offset, limit = _page(given)
        failed = flag(given.get("failed", False), "failed")
        files, total = self._engine.files(number(job, "job"), failed_only=failed, offset=offset, limit=limit)
        return {"files": [job_file_struct(file) for file in files], "total": total}

    def job_pause(self, caller: Caller, job: int) -> bool:
        """Have a job stop where it is, to go on later."""
        self._engine.pause(number(job, "job"))
        return True

    def job_resume(self, caller: Caller, job: int) -> bool:
        """Have a paused job go on."""
        self._check_theirs(caller, number(job, "job"))
        self._engine.resume(number(job, "job"))
        return True

    def job_cancel(self, caller: Caller, job: int) -> bool:
        """End a job. What was moved completely stays; of the rest nothing."""
        self._engine.cancel(number(job, "job"))
        return True

    def job_retry(self, caller: Caller, job: int) -> bool:
        """Do again what failed in a job, or was left when it was cancelled."""
        self._check_theirs(caller, number(job, "job"))
        self._engine.retry(number(job, "job"))
        return True

    def _check_theirs(self, caller: Caller, job: int) -> None:
        """Raise `Forbidden` where somebody from elsewhere would have a job run that they could not have added."""
        if not caller.local:
            spec = self._engine.job(job).spec
            self._servers.reach(spec.server, caller.local)
            for local, _ in _ends(spec):
                self._sharing.check_inside(local)

    def job_move(self, caller: Caller, job: int, position: float) -> bool:
        """Give a job another place in the queue: its `position`, smallest first."""
        self._engine.move(number(job, "job"), real(position, "position"))
        return True

    def job_clear(self, caller: Caller, jobs: object = ()) -> bool:
        """Forget jobs that have ended: these, or without any named all of them."""
        ids = [number(job, "job") for job in sequence(list(jobs) if isinstance(jobs, tuple) else jobs, "jobs")]
        ended = [job.id for job in self._engine.jobs() if job.state.ended and (not ids or job.id in ids)]
        if ended:
            self._engine.clear(ended)
            self._events.removed(ended)
        return True

    @property
    def limit(self) -> int:
        """Bytes per second that all transfers together may move, 0 for no limit."""
        return number(self._memory.get("rate", 0))

    def limit_set(self, caller: Caller, limit: object) -> bool:
        """How fast all transfers together may be: {rate}, bytes per second, 0 for no limit. Remembered."""
        given = struct(limit, "limit")
        check_names(given, ("rate",))
        rate = number(given.get("rate"), "rate")
        if rate < 0:
            raise BadParameters("The rate is a number of bytes per second, 0 for no limit.")
        self._engine.limit(rate)
        self._memory.put({"rate": rate})
        self._events.for_all(limit=rate)
        return True


def _ends(spec: JobSpec) -> list[tuple[str, str]]:
    """Of each item the path on this disk and the path in a share."""
    if spec.direction is Direction.PUT:
        return list(spec.items)
    return [(target, source) for source, target in spec.items]


def _searched(job: Job) -> str:
    return " ".join([job.name, *(target for _, target in job.spec.items[:100])]).casefold()


def _options(options: object, *known: str) -> dict[str, object]:
    given = struct({} if options is None else options, "options")
    check_names(given, known)
    return given


def _page(given: dict[str, object]) -> tuple[int, int]:
    offset, limit = number(given.get("offset", 0), "offset"), number(given.get("limit", 100), "limit")
    return max(0, offset), max(0, min(limit, MOST))
