"""The `plan_*` methods: what an upload would do, counted in the background before it runs. What needs no decision starts by
itself, so that no drop waits for a window; what cannot be looked into starts too, for a job's row tells best what is wrong."""

from __future__ import annotations

import threading
from collections.abc import Callable

from filexfer.agent.jobs import Jobs
from filexfer.agent.rates import Rates
from filexfer.client.plan import Findings, Group, Plan
from filexfer.client.session import Session
from filexfer.core import paths
from filexfer.core.errors import BadParameters, Cancelled, FilexferError, NotFound
from filexfer.core.model import Conflict, Direction, JobSpec
from filexfer.protocol.members import check_names, flag, number, struct, text
from filexfer.server.access import Caller

#: Plans that are kept; beyond it the oldest ends. They hold counts only.
MOST = 16


class _Open:
    """One plan. Attributes: number, spec, local (opened by a process of this user), plan."""

    def __init__(self, number: int, spec: JobSpec, local: bool, connect: Callable[[str], Session]) -> None:
        self.number, self.spec, self.local = number, spec, local
        self.plan = Plan(spec, lambda: connect(spec.server))
        self._lock = threading.Lock()  # guards all below
        self._job: dict[str, object] | None = None
        self._failure: FilexferError | None = None
        self._closed = False

    def look(self, jobs: Jobs) -> None:
        """What the plan's thread does."""
        try:
            self.plan.run()
        except Exception:
            # A fault of our own: no drop may be lost by it, and whoever collects those is told.
            self._begin(jobs)
            raise
        found = self.plan.findings()
        if not isinstance(found.error, Cancelled) and (found.error is not None or not found.to_decide):
            self._begin(jobs)

    def _begin(self, jobs: Jobs) -> None:
        with self._lock:
            if not self._closed and self._job is None:
                try:
                    self._job = jobs.begin(self.spec)
                except FilexferError as error:
                    self._failure = error

    def start(self, jobs: Jobs, spec: JobSpec) -> dict[str, object]:
        """The job of this plan, begun as `spec` where there is none yet."""
        with self._lock:
            if self._job is None:
                self._job = jobs.begin(spec)
            job = self._job
        self.plan.stop()
        return job

    def job(self) -> int:
        """The job's id, 0 for none yet. Raises what kept it from beginning."""
        with self._lock:
            if self._failure is not None:
                raise self._failure
            return number(self._job["id"]) if self._job is not None else 0

    def close(self) -> int:
        """Have it begin nothing any more; the id of the job that it began before, 0 for none."""
        with self._lock:
            self._closed = True
            job = number(self._job["id"]) if self._job is not None else 0
        self.plan.stop()
        return job


class Plans:
    """The methods. `connect` opens a session of the caller's own, as for the engine's jobs."""

    def __init__(self, jobs: Jobs, connect: Callable[[str], Session], rates: Rates) -> None:
        self._jobs = jobs
        self._connect = connect
        self._rates = rates
        self._lock = threading.Lock()  # guards the two below
        self._last = 0
        self._plans: dict[int, _Open] = {}

    def plan_open(self, caller: Caller, spec: object) -> dict[str, object]:
        """Count in the background what an upload would do: the spec as in job_add, answered as by plan_state. Where there is
        nothing to decide, or the server cannot be asked, the transfer begins by itself."""
        wanted = self._jobs.wanted(caller, spec)
        if wanted.direction is not Direction.PUT:
            raise BadParameters("Only what is sent can be planned. Begin other transfers with job_add.")
        with self._lock:
            self._last += 1
            opened = self._plans[self._last] = _Open(self._last, wanted, caller.local, self._connect)
            left_over = [self._plans.pop(old) for old in sorted(self._plans)[:-MOST]]
        for old in left_over:
            old.close()
        threading.Thread(target=opened.look, args=(self._jobs,), name="filexfer-plan", daemon=True).start()
        return self._state(opened)

    def plan_state(self, caller: Caller, plan: int) -> dict[str, object]:
        """How far a plan came: {plan, job (its id once it began, 0 before), complete, decide (a person should be asked), many
        (these are very many files), error, files, bytes, free (bytes there, -1 for unknown), fits, seconds (estimate, -1 for
        none), junk_left_out (what systems keep in folders for themselves can be left out), counts, sizes, names}. The last three
        by group: new, same, changed, blocked, unrepresentable, junk, links, special, unreadable; names are the first of each."""
        return self._state(self._known(caller, plan))

    def plan_start(self, caller: Caller, plan: int, options: object = None) -> dict[str, object]:
        """Begin the transfer of a plan, whether it is complete or not, and answer its job. Options: on_conflict, junk (send also
        what systems keep in folders for themselves)."""
        given = struct({} if options is None else options, "options")
        check_names(given, ("on_conflict", "junk"))
        opened = self._known(caller, plan)
        spec = opened.spec._replace(on_conflict=_policy(given.get("on_conflict", opened.spec.on_conflict.value)))
        if not flag(given.get("junk", False), "junk"):
            spec = spec._replace(exclude=(*spec.exclude, *opened.plan.excludes))
        return opened.start(self._jobs, spec)

    def plan_close(self, caller: Caller, plan: int) -> int:
        """Forget a plan. Where its transfer has not begun, it will not; else its job is answered, which goes on. 0 for none, also
        where the plan was forgotten before."""
        try:
            opened = self._known(caller, plan)
        except NotFound:
            return 0
        with self._lock:
            self._plans.pop(opened.number, None)
        return opened.close()

    def close(self) -> None:
        with self._lock:
            plans, self._plans = list(self._plans.values()), {}
        for opened in plans:
            opened.close()

    def _known(self, caller: Caller, plan: object) -> _Open:
        with self._lock:
            found = self._plans.get(number(plan, "plan"))
        # What was opened here names files of this disk: not for others.
        if found is None or (found.local and not caller.local):
            raise NotFound("This plan was closed. Drop the files again.")
        return found

    def _state(self, opened: _Open) -> dict[str, object]:
        found = opened.plan.findings()
        return {
            "plan": opened.number,
            "job": opened.job(),
            "complete": found.complete,
            "many": found.many,
            "decide": found.to_decide,
            "error": str(found.error) if found.error is not None else "",
            "files": found.files,
            "bytes": found.bytes,
            "free": found.free,
            "fits": not found.too_large,
            "seconds": self._seconds(opened.spec, found),
            "junk_left_out": bool(opened.plan.excludes),
            "counts": {group.value: count for group, count in found.counts.items()},
            "sizes": {group.value: size for group, size in found.sizes.items()},
            "names": {group.value: [paths.to_wire(name) for name in names] for group, names in found.names.items()},
        }

    def _seconds(self, spec: JobSpec, found: Findings) -> float:
        files = found.files - found.counts[Group.SAME] - found.counts[Group.UNREPRESENTABLE]
        size = found.bytes - found.sizes[Group.SAME] - found.sizes[Group.UNREPRESENTABLE]
        return self._rates.seconds(spec.server, files, size, self._jobs.limit)


def _policy(value: object) -> Conflict:
    try:
        return Conflict(text(value, "on_conflict"))
    except ValueError:
        raise BadParameters(f"on_conflict is one of {', '.join(one.value for one in Conflict)}.") from None
