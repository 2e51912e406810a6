"""The only door between the window and its agent: calls go out on threads of the bridge, answers come back as signals.

Rules: nothing here blocks the main thread. One thread follows `job_events`, one `view_events`; one makes the calls the agent
answers from memory, in their order; three make those that reach another computer and may take long, and two fetch pictures, for
which nothing else is to wait. Answers are decoded on those threads too.
"""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import shiboken6
from PySide6.QtCore import QObject, Signal, Slot

from filexfer.client.session import Session
from filexfer.core.errors import Cancelled, ConnectionFailed, ConnectionLost, FilexferError, InternalError, NotWellFormed
from filexfer.core.model import Job
from filexfer.protocol import wire

_log = logging.getLogger("filexfer.gui")

#: How long one poll of `job_events` may be parked, and how long a call may take, in seconds.
POLL = 20.0
PATIENCE = 75.0
FAR_THREADS = 3
#: How long after a poll that failed the next one is made, in seconds.
PAUSE = 0.5
PICTURE_THREADS = 2
_PICTURES = frozenset({"thumb_get", "preview_get"})

Done = Callable[[Any], object]
Failed = Callable[[FilexferError], object]


@dataclass(frozen=True, slots=True)
class JobNews:
    """What `job_events` told: changed jobs and ids of those removed. `fresh`: forget what was known before. `limit`: how fast all
    together may be, in bytes per second, 0 for no limit; `finish`: what is done when all have ended."""

    jobs: list[Job]
    removed: list[int]
    fresh: bool
    limit: int = 0
    finish: str = "nothing"

    @classmethod
    def read(cls, answer: Any) -> JobNews:
        jobs = [wire.job_of(job) for job in answer["jobs"]]
        return cls(jobs, list(answer["removed"]), bool(answer["reset"]), int(answer["limit"]), str(answer["finish"]))


@dataclass(frozen=True, slots=True)
class ViewNews:
    """A view that was listed anew, as `view_events` tells. `version`: another one means that rows moved; `error`: what is wrong
    with it, "" for nothing; `fault`: the code of why it cannot be listed again for now, 0 for nothing."""

    view: object
    version: object
    error: str
    fault: int

    @classmethod
    def read(cls, answer: Any) -> tuple[str, list[ViewNews]]:
        """The cursor, and what changed."""
        views = [cls(one["view"], one["version"], str(one["error"]), int(one["fault"])) for one in answer["views"]]
        return str(answer["cursor"]), views


def _read(reader: Callable[[Any], Any], answer: object) -> Any:
    """What `reader` makes of an answer. Raises `NotWellFormed` where it is not of the form we know."""
    try:
        return reader(answer)
    except (LookupError, TypeError, ValueError) as error:
        raise NotWellFormed("The background service answers in an unknown form. Quit and start filexfer again.") from error


@contextmanager
def _in_words() -> Iterator[None]:
    """What nobody foresaw is raised as `InternalError`: it is shown like any error, and the thread goes on."""
    try:
        yield
    except FilexferError:
        raise
    except Exception as error:
        _log.exception("unforeseen in the window's line to its agent")
        raise InternalError(
            f"Something unforeseen went wrong ({type(error).__name__}: {error}). "
            "Start filexfer again; should it come back, report it."
        ) from error


@dataclass(frozen=True, slots=True)
class _Request:
    method: str
    params: tuple[object, ...] = field(repr=False)
    read: Callable[[Any], Any] | None
    done: Done | None
    failed: Failed | None


class Bridge(QObject):
    """Signals: `jobs(JobNews)`; `views(list of ViewNews)`; `agent(state, sentence)` with state "starting", "ready" or "gone";
    `failed(FilexferError)` for calls whose caller brought no `failed` of its own. All arrive on the thread that made the bridge.

    `find_agent`: gives a session with it, whose calls wait so many seconds for an answer; it may block."""

    jobs = Signal(object)
    views = Signal(object)
    agent = Signal(str, str)
    failed = Signal(object)
    _answered = Signal(object, object)

    def __init__(self, find_agent: Callable[[float], Session], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._find_agent = find_agent
        self._near: queue.SimpleQueue[_Request | None] = queue.SimpleQueue()
        self._far: queue.SimpleQueue[_Request | None] = queue.SimpleQueue()
        self._pictures: queue.SimpleQueue[_Request | None] = queue.SimpleQueue()
        self._closed = threading.Event()
        #: Set when the agent is to end: the next one is started by the next window.
        self._leaving = threading.Event()
        # Guards the signals: none is sent once `close` has returned, when this object may be gone.
        self._speaking = threading.Lock()
        self._session: Session | None = None
        # Guards `_session`; notified when one is there, and when the bridge closes.
        self._found = threading.Condition()
        self._threads = [
            threading.Thread(target=self._follow, name="bridge-events", daemon=True),
            threading.Thread(target=self._follow_views, name="bridge-views", daemon=True),
            threading.Thread(target=self._serve, args=(self._near,), name="bridge-near", daemon=True),
            *(
                threading.Thread(target=self._serve, args=(self._far,), name=f"bridge-far-{n}", daemon=True)
                for n in range(FAR_THREADS)
            ),
            *(
                threading.Thread(target=self._serve, args=(self._pictures,), name=f"bridge-pictures-{n}", daemon=True)
                for n in range(PICTURE_THREADS)
            ),
        ]
        self._answered.connect(self._deliver)

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def close(self, deadline: float = 2.0) -> None:
        """Stop listening; what was asked for and not yet answered is dropped. The agent goes on."""
        with self._speaking:
            self._closed.set()
        with self._found:
            session, self._session = self._session, None
            self._found.notify_all()
        self._near.put(None)
        for _ in range(FAR_THREADS):
            self._far.put(None)
        for _ in range(PICTURE_THREADS):
            self._pictures.put(None)
        if session is not None:
            session.close()
        for thread in self._threads:
            if thread.is_alive():
                thread.join(deadline / len(self._threads))

    def stop_agent(self, done: Callable[[], object]) -> None:
        """Have the agent end, and start none again; then `done()` is called, also where it could not be reached."""
        self._leaving.set()
        self.ask("agent_stop", done=lambda _: done(), failed=lambda _: done())

    def ask(
        self,
        method: str,
        *params: object,
        done: Done | None = None,
        failed: Failed | None = None,
        read: Callable[[Any], Any] | None = None,
    ) -> None:
        """Call `method` of the agent. Later, on this thread, `done(answer)` or `failed(error)` is called.

        `read` turns the answer into what `done` gets, on a thread of the bridge; it must not touch a widget. A parameter that is
        a function is called there too, for what takes long to put together.
        """
        line = (
            self._far
            if method in ("view_open", "server_call", "server_pair", "server_doctor", "stage_files", "job_undo", "pick_fetch")
            else self._near
        )
        if method in _PICTURES:
            line = self._pictures
        line.put(_Request(method, params, read, done, failed))

    @Slot(object, object)
    def _deliver(self, callback: Callable[[Any], object], value: object) -> None:
        target = callback.func if isinstance(callback, partial) else callback
        owner = getattr(target, "__self__", None)
        if isinstance(owner, QObject) and not shiboken6.isValid(owner):
            return
        callback(value)

    def _serve(self, line: queue.SimpleQueue[_Request | None]) -> None:
        while (request := line.get()) is not None and not self._closed.is_set():
            try:
                with _in_words():
                    given = [one() if callable(one) else one for one in request.params]
                    answer = self._agent_session().call(request.method, *given)
                    value = _read(request.read, answer) if request.read else answer
            except Cancelled:
                # The session was given up because the agent is gone; nobody asked for this call to be cancelled.
                self._say(request.failed or self.failed.emit, ConnectionLost())
            except FilexferError as error:
                self._say(request.failed or self.failed.emit, error)
            else:
                if request.done is not None:
                    self._say(request.done, value)

    def _agent_session(self) -> Session:
        with self._found:
            self._found.wait_for(lambda: self._session is not None or self._closed.is_set(), PATIENCE)
            if self._session is None:
                raise ConnectionFailed("The background service does not answer. Start filexfer again.")
            return self._session

    def _say(self, callback: Callable[[Any], object], value: object) -> None:
        with self._speaking:
            if not self._closed.is_set():
                self._answered.emit(callback, value)

    def _follow(self) -> None:
        pause = 0.25
        while not self._closed.is_set() and not self._leaving.is_set():
            self._tell("starting", "")
            try:
                with _in_words(), self._find_agent(PATIENCE) as session:
                    self._adopt(session)
                    self._tell("ready", "")
                    pause = 0.25
                    self._poll(session)
            except FilexferError as error:
                if self._leaving.is_set():
                    return
                self._adopt(None)
                self._tell("gone", str(error))
                self._closed.wait(pause)
                pause = min(pause * 2, 8.0)

    def _adopt(self, session: Session | None) -> None:
        with self._found:
            self._session = None if self._closed.is_set() else session
            self._found.notify_all()

    def _tell(self, state: str, sentence: str) -> None:
        with self._speaking:
            if not self._closed.is_set():
                self.agent.emit(state, sentence)

    def _poll(self, session: Session) -> None:
        cursor: object = 0
        while not self._closed.is_set():
            answer: Any = session.call("job_events", cursor, POLL)
            before, cursor = cursor, _read(lambda answer: answer["cursor"], answer)
            news = _read(JobNews.read, answer)
            if cursor != before:
                with self._speaking:
                    if not self._closed.is_set():
                        self.jobs.emit(news)

    def _follow_views(self) -> None:
        """As long as there is an agent; that there is none any more, the other thread tells."""
        cursor = ""
        while not self._closed.is_set() and not self._leaving.is_set():
            try:
                with _in_words():
                    cursor, news = _read(ViewNews.read, self._agent_session().call("view_events", cursor, POLL))
            except FilexferError:
                self._closed.wait(PAUSE)
                continue
            with self._speaking:
                if news and not self._closed.is_set():
                    self.views.emit(news)
