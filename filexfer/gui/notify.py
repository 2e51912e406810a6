"""Tells the desktop of transfers that end while nobody looks at the window. What ends at about the same time is told at once."""

from __future__ import annotations

import time
from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QWidget

from filexfer.core import paths
from filexfer.core.model import Job, JobState
from filexfer.gui.kit import words
from filexfer.gui.kit.bridge import JobNews
from filexfer.gui.kit.sentences import said
from filexfer.gui.kit.settings import Memory
from filexfer.gui.kit.words import Words
from filexfer.gui.transfers.jobs_model import JobsModel

#: What ends within this time is told together, in milliseconds.
TOGETHER_MS = 700
_ENDS = (JobState.DONE, JobState.FAILED)


class Notifier(QObject):
    """`say(title, text)` shows a notification; `window` is the one that is looked at, or not."""

    def __init__(self, jobs: JobsModel, memory: Memory, window: QWidget, say: Callable[[str, str], object]) -> None:
        super().__init__(window)
        self._jobs, self._memory, self._window, self._say = jobs, memory, window, say
        self._states: dict[int, JobState] = {}
        self._ended: list[Job] = []
        self._since = time.time_ns()
        self._soon = QTimer(self, singleShot=True, interval=TOGETHER_MS)
        self._soon.timeout.connect(self._tell)

    def take(self, news: JobNews) -> None:
        """Follow what the agent tells of jobs."""
        if news.fresh:
            self._states.clear()
        for job in news.jobs:
            before = self._states.get(job.id)
            self._states[job.id] = job.state
            # What had ended before this window began nobody waits for.
            if before not in _ENDS and job.state in _ENDS and job.finished_ns >= self._since:
                self._ended.append(job)
        for number in news.removed:
            self._states.pop(number, None)
        if self._ended and not self._soon.isActive():
            self._soon.start()

    def _tell(self) -> None:
        ended, self._ended = self._ended, []
        if not self._memory.notifications or self._window.isActiveWindow():
            return
        failed = [job for job in ended if job.state is JobState.FAILED]
        if len(ended) == 1:
            self._say(self._title(ended[0]), said(paths.shown(ended[0].error)) if failed else words.job_facts(ended[0]))
        elif failed:
            self._say(Words.tr("%Ln transfer(s) failed", "", len(failed)), self._names(failed))
        else:
            self._say(Words.tr("%Ln transfer(s) done", "", len(ended)), self._names(ended))

    def _title(self, job: Job) -> str:
        text = self.tr("“{name}” failed") if job.state is JobState.FAILED else self.tr("“{name}” is done")
        return text.format(name=self._jobs.title(job))

    def _names(self, jobs: list[Job]) -> str:
        names = [self._jobs.title(job) for job in jobs[:3]]
        return ", ".join([*names, "…"] if len(jobs) > len(names) else names)
