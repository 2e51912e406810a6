"""Progress of a job in a terminal, in a log, or as JSON lines. Each way is a `Display`; the command asks for it on a clock.

`rich` is imported only on a terminal, and only once a job has run long enough for bars to be worth their start-up.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Protocol

from filexfer.cli import output
from filexfer.cli.output import Output
from filexfer.core.model import SERVER, Job
from filexfer.core.paths import shown

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.live import Live

#: Seconds a job runs before bars appear, between plain lines in a log, and between JSON lines.
BARS_AFTER, LINE_EVERY, RECORD_EVERY = 0.3, 10.0, 1.0


class Display(Protocol):
    """One way to show how far a job came."""

    def show(self, job: Job) -> None:
        """The job now; called about ten times a second."""

    def close(self) -> None:
        """Take down what stands on the screen. May be called more than once."""


def display(out: Output, title: str) -> Display:
    """The way that suits `out`; `title` says in a few words what moves."""
    if out.json:
        return _Records(out)
    if out.quiet:
        return _Nothing()
    return Bars(title) if out.live else _Lines(out)


class _Nothing:
    def show(self, job: Job) -> None:
        pass

    def close(self) -> None:
        pass


class _Lines(_Nothing):
    """A line now and then, for logs."""

    def __init__(self, out: Output) -> None:
        self._out = out
        self._next = time.monotonic() + LINE_EVERY

    def show(self, job: Job) -> None:
        now = time.monotonic()
        if now >= self._next and not job.state.ended:
            self._next = now + LINE_EVERY
            self._out.say(f"{percent(job)}: {status(job)}")
            self._out.flush()


class _Records(_Nothing):
    """A JSON object a second."""

    def __init__(self, out: Output) -> None:
        self._out = out
        self._next = 0.0

    def show(self, job: Job) -> None:
        now = time.monotonic()
        if now >= self._next and not job.state.ended:
            self._next = now + RECORD_EVERY
            self._out.record(event="progress", **counters(job))


class Bars:
    """A bar, and below it how far, how fast, how long and what it waits for; redrawn in place on stderr. `keep` leaves the bar
    standing at the end."""

    def __init__(self, title: str, after: float = BARS_AFTER, keep: bool = False) -> None:
        self._title = shown(title)
        self._begin = time.monotonic() + after
        self._keep = keep
        self._live: Live | None = None

    def show(self, job: Job) -> None:
        if self._live is None and (job.state.ended or time.monotonic() < self._begin):
            return
        live = self._live or self._start()
        live.update(self._drawn(job), refresh=True)

    def close(self) -> None:
        if self._live is not None:
            self._live.stop()
            self._live = None

    def _start(self) -> Live:
        from rich.console import Console
        from rich.live import Live

        self._live = Live(console=Console(stderr=True), transient=not self._keep, auto_refresh=False)
        self._live.start()
        return self._live

    def _drawn(self, job: Job) -> RenderableType:
        from rich.console import Group
        from rich.progress_bar import ProgressBar
        from rich.table import Table
        from rich.text import Text

        # While the source is still being looked through, the total grows, and a share of it would run backwards.
        total = None if job.scanning else max(job.bytes_total, 1)
        done = job.bytes_done if job.bytes_total or not job.state.ended else 1
        line = Table.grid(expand=True, padding=(0, 1))
        line.add_column(no_wrap=True, overflow="ellipsis", max_width=32)
        line.add_column(ratio=1, min_width=10)
        line.add_column(justify="right", width=5)
        line.add_row(Text(self._title), ProgressBar(total=total, completed=done, pulse=total is None), percent(job))
        return line if job.state.ended else Group(line, Text(status(job), style="dim", no_wrap=True, overflow="ellipsis"))


_WAITS = {"limit": "at the speed limit", SERVER: "waits until the server is back"}


def percent(job: Job) -> str:
    """How much of the bytes known so far has moved; never rounded up, so that 100 % means all of them."""
    return f"{100 * job.bytes_done // job.bytes_total} %" if job.bytes_total else "0 %"


def status(job: Job) -> str:
    """How far a running job came, in one line: `512 MiB of 1.0 GiB · 3 of 9 files · 117 MB/s · 8 s left`."""
    more = "+" if job.scanning else ""
    parts = [
        f"{output.size(job.bytes_done)} of {output.size(job.bytes_total)}{more}",
        f"{output.number(job.files_done + job.files_skipped)} of {output.files(job.files_total)}{more}",
    ]
    if job.rate > 0:
        parts.append(output.rate(job.rate))
    if job.seconds_left >= 0 and not job.scanning:
        parts.append(f"{output.span(max(1, round(job.seconds_left)))} left")
    if job.files_failed:
        parts.append(f"{output.number(job.files_failed)} failed")
    if job.waits_for:
        parts.append(_WAITS.get(job.waits_for, f"waits for {job.waits_for}"))
    return " · ".join(parts)


def counters(job: Job) -> dict[str, object]:
    """A job's figures as JSON lines carry them."""
    return {
        "job": job.id,
        "state": job.state.value,
        "files_total": job.files_total,
        "files_done": job.files_done,
        "files_skipped": job.files_skipped,
        "files_failed": job.files_failed,
        "bytes_total": job.bytes_total,
        "bytes_done": job.bytes_done,
        "bytes_moved": job.bytes_moved,
        "bytes_reused": job.bytes_reused,
        "rate": round(job.rate),
        "seconds_left": round(job.seconds_left, 1),
        "scanning": job.scanning,
        "waits_for": job.waits_for,
    }
