"""What `serve` and `agent` log on stderr: lines for people, or one JSON object a line. Under systemd each line begins with its
priority (`<4>`, sd-daemon(3)), and says no time: the journal has both."""

from __future__ import annotations

import logging
import os
import sys
import threading
import time
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from types import TracebackType
from typing import TextIO

from filexfer.cli import exits
from filexfer.cli.output import Output, as_json, sentence
from filexfer.core.paths import shown

#: What may be chosen, and what it means.
FORMATS = ("text", "json")
LEVELS = {"info": logging.INFO, "warning": logging.WARNING, "error": logging.ERROR}

#: The priorities of syslog(3) for our levels, the gravest first.
_PRIORITIES = ((logging.CRITICAL, 2), (logging.ERROR, 3), (logging.WARNING, 4), (logging.INFO, 6), (logging.DEBUG, 7))
#: Before each further line of the same entry.
_WITHIN = "    "
_PLAIN = logging.LogRecord("", 0, "", 0, "", None, None)
#: What every record has; all else is what its logger put there (`extra=`).
_USUAL = frozenset((*vars(_PLAIN), "message", "asctime", "taskName"))

_log = logging.getLogger("filexfer.cli")


def begin(out: Output, form: str, level: str) -> Output:
    """Log to stderr in this form what is at least as grave as `level`, with `-v` of `out` more, with `-q` less; also what ends a
    thread or the process. Answers the voice to go on with: where logs are JSON, all that is said is a line of the same kind."""
    least = logging.INFO if out.verbose else logging.ERROR if out.quiet else LEVELS[level]
    journal = is_journal(sys.stderr, os.environ)
    handler = logging.StreamHandler()
    handler.setFormatter(JsonLines(journal) if form == "json" else TextLines(journal))
    logging.basicConfig(level=least, handlers=[handler])
    logging.captureWarnings(True)
    sys.excepthook = _process_ends
    threading.excepthook = _thread_ends
    return JsonVoice(out) if form == "json" else out


def is_journal(stream: TextIO, environ: Mapping[str, str]) -> bool:
    """Whether what is written to `stream` goes into systemd's journal: `JOURNAL_STREAM` names its device and inode
    (systemd.exec(5))."""
    try:
        found = os.fstat(stream.fileno())
    except (OSError, ValueError):
        return False
    return environ.get("JOURNAL_STREAM") == f"{found.st_dev}:{found.st_ino}"


class TextLines(logging.Formatter):
    """Lines for people. `journal`: it is the journal that takes them."""

    def __init__(self, journal: bool) -> None:
        super().__init__("%(message)s" if journal else "%(asctime)s %(levelname)s %(message)s")
        self._journal = journal

    def format(self, record: logging.LogRecord) -> str:
        prefix = _prefix(record) if self._journal else ""
        first, *more = super().format(record).splitlines() or [""]
        # What a peer said may be in it: no control character of its gets to a terminal, no line of its looks like ours.
        return "\n".join([f"{prefix}{shown(first)}", *(f"{prefix}{_WITHIN}{shown(line)}" for line in more)])


class JsonLines(logging.Formatter):
    """One object a line: `time` (RFC 3339, UTC), `level`, `logger`, `message`; besides what is known of the request, and a
    traceback as `exception`."""

    def __init__(self, journal: bool) -> None:
        super().__init__()
        self._journal = journal

    def format(self, record: logging.LogRecord) -> str:
        fields: dict[str, object] = {
            "time": rfc3339(record.created),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        fields |= {name: _plain(value) for name, value in vars(record).items() if name not in _USUAL}
        if record.exc_info:
            fields["exception"] = self.formatException(record.exc_info)
        return (_prefix(record) if self._journal else "") + as_json(fields)


class JsonVoice(Output):
    """What a command says beside its log, as lines like those of the log: results on stdout, the rest with the log."""

    def __init__(self, out: Output) -> None:
        super().__init__(json=True, quiet=out.quiet, verbose=out.verbose)

    def record(self, /, **fields: object) -> None:
        super().record(time=rfc3339(time.time()), level="info", logger=_log.name, **fields)

    def warn(self, text: str) -> None:
        _log.warning("%s", text)

    def failure(self, error: BaseException, subject: str = "") -> exits.Exit:
        code = exits.of_error(error)
        text = f"{subject}: {sentence(error)}" if subject else sentence(error)
        _log.error("%s", text, extra={"kind": type(error).__name__, "exit": int(code)}, exc_info=self.verbose)
        return code


def rfc3339(seconds: float) -> str:
    """A moment (`time.time()`) in UTC to the millisecond, like `2026-01-31T12:00:00.250Z`."""
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds").removesuffix("+00:00") + "Z"


def _prefix(record: logging.LogRecord) -> str:
    return f"<{next(priority for level, priority in (*_PRIORITIES, (0, 7)) if record.levelno >= level)}>"


def _plain(value: object) -> object:
    """Whatever a logger hands over, as JSON has it."""
    if value is None or isinstance(value, str | bool | int | float):
        return value
    if isinstance(value, Mapping):
        return {str(name): _plain(one) for name, one in value.items()}
    return [_plain(one) for one in value] if isinstance(value, Iterable) and not isinstance(value, bytes) else str(value)


def _process_ends(kind: type[BaseException], error: BaseException, traceback: TracebackType | None) -> None:
    _log.critical("filexfer ends by an error that was not foreseen.", exc_info=(kind, error, traceback))


def _thread_ends(args: threading.ExceptHookArgs) -> None:
    if args.exc_type is not SystemExit and args.exc_value is not None:
        _log.error(
            "A thread ended by an error that was not foreseen.", exc_info=(args.exc_type, args.exc_value, args.exc_traceback)
        )
