"""Figures and states as words for people: sizes, times, and what a job is doing. Rules: no widget; every text translatable."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QDateTime, QLocale

from filexfer.core.model import Direction, Job, JobState


class Words:
    """Translates where there is no `QObject`: `pyside6-lupdate` takes what stands before `.tr` as the context."""

    @staticmethod
    def tr(text: str, disambiguation: str = "", n: int = -1) -> str:
        return QCoreApplication.translate("Words", text, disambiguation or None, n)


def size(count: int) -> str:
    """Bytes as people say them: `4.2 MB`."""
    if count < 1000:
        return Words.tr("{n} B").format(n=number(count))
    return QLocale().formattedDataSize(count, 1, QLocale.DataSizeFormat.DataSizeSIFormat)


def number(count: int) -> str:
    return QLocale().toString(count)


def moment(ns: int, now: QDateTime | None = None) -> str:
    """A point in time (nanoseconds since the epoch) seen from today: `today 10:12`, `yesterday 09:30`, else the date."""
    then = QDateTime.fromMSecsSinceEpoch(ns // 1_000_000)
    days = then.date().daysTo((now or QDateTime.currentDateTime()).date())
    clock = QLocale().toString(then.time(), "HH:mm")
    if days == 0:
        return Words.tr("today {time}").format(time=clock)
    if days == 1:
        return Words.tr("yesterday {time}").format(time=clock)
    return f"{QLocale().toString(then.date(), 'yyyy-MM-dd')} {clock}"


def countdown(seconds: int) -> str:
    """What is left of a while: `9:58`."""
    return f"{seconds // 60}:{seconds % 60:02}"


def permission(name: str) -> str:
    """What somebody may do here: as a word for a choice, and behind “may” in a sentence."""
    return {
        "none": Words.tr("nothing"),
        "watch": Words.tr("only check that all is well"),
        "read": Words.tr("look and fetch"),
        "write": Words.tr("look, fetch, send and change"),
        "manage": Words.tr("look, fetch, send, change and manage"),
    }.get(name, name)


def host(address: str) -> str:
    """An address as a person types it: `https://192.168.1.5:8765/` as `192.168.1.5:8765`."""
    return address.removeprefix("https://").rstrip("/")


def duration(seconds: float) -> str:
    """How long: `12 s`, `3 min`, `1 h 20 min`."""
    whole = max(1, round(seconds))
    if whole < 90:
        return Words.tr("{n} s").format(n=number(whole))
    minutes = round(whole / 60)
    if minutes < 90:
        return Words.tr("{n} min").format(n=number(minutes))
    return Words.tr("{h} h {m} min").format(h=number(minutes // 60), m=number(minutes % 60))


def job_state(job: Job) -> str:
    """The state of a job in a word or two; never colour alone tells it."""
    return {
        JobState.WAITING: Words.tr("Waiting"),
        JobState.RUNNING: Words.tr("Uploading") if job.spec.direction is Direction.PUT else Words.tr("Downloading"),
        JobState.PAUSED: Words.tr("Paused"),
        JobState.DONE: Words.tr("Done · verified"),
        JobState.FAILED: Words.tr("Failed"),
        JobState.CANCELLED: Words.tr("Cancelled"),
    }[job.state]


def job_facts(job: Job, server: str = "") -> str:
    """The line at the right of a job: how much, how fast, how long, and what holds it up. `server`: what its server is called."""
    if job.state is JobState.RUNNING:
        parts = _running(job)
    elif job.is_held:
        begun = job.files_done or job.bytes_done
        parts = [_amount(job) if begun else "", Words.tr("Waiting for {server}").format(server=server or host(job.spec.server))]
    elif job.state is JobState.DONE:
        parts = [_outcome(job), job_state(job)]
    elif job.state is JobState.FAILED:
        parts = [_failures(job), job_state(job)]
    else:
        parts = ["" if job.state is JobState.WAITING else _amount(job), job_state(job)]
    return " · ".join(part for part in parts if part)


def _running(job: Job) -> list[str]:
    parts = [_amount(job)]
    if job.scanning and not job.files_done and not job.bytes_done:
        parts = [Words.tr("Looking through %Ln file(s)", "", job.files_total)]
    if job.rate > 0:
        parts.append(Words.tr("{size}/s").format(size=size(int(job.rate))))
    if job.seconds_left >= 0:
        parts.append(duration(job.seconds_left))
    return [*parts, _waits(job)]


def _waits(job: Job) -> str:
    """What holds it up: the disk that it comes from, and the one that it goes to, are here or there."""
    sends = job.spec.direction is Direction.PUT
    theirs = Words.tr("waiting for their disk")
    return {
        "reading": Words.tr("reading here") if sends else theirs,
        "network": Words.tr("waiting for the network"),
        "disk": theirs if sends else Words.tr("writing here"),
        "limit": Words.tr("at the speed limit"),
    }.get(job.waits_for, "")


def _amount(job: Job) -> str:
    if job.files_total > 1:
        return Words.tr("{done} of {total}").format(
            done=number(job.files_done + job.files_skipped), total=number(job.files_total)
        )
    if not job.bytes_total:
        return ""
    return Words.tr("{done} of {total}").format(done=size(job.bytes_done), total=size(job.bytes_total))


def _outcome(job: Job) -> str:
    parts = [Words.tr("%Ln file(s)", "", job.files_done)] if job.files_total != 1 else []
    if job.files_skipped:
        parts.append(Words.tr("%Ln skipped", "", job.files_skipped))
    return " · ".join([*parts, size(job.bytes_total)])


def _failures(job: Job) -> str:
    if job.files_failed and job.files_total > 1:
        return Words.tr("{n} of {total} not moved").format(n=number(job.files_failed), total=number(job.files_total))
    return ""
