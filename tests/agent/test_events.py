"""The log of changes that windows follow."""

from __future__ import annotations

from typing import Any

import pytest

from filexfer.agent import events as events_module
from filexfer.agent.events import Events, brief
from filexfer.core.model import Direction, Job, JobSpec, JobState
from filexfer.protocol.wire import job_of
from filexfer.server.deferred import Deferred


def job(number: int, done: int = 0, items: int = 1) -> Job:
    pairs = tuple((f"/a{i}", f"b{i}") for i in range(items))
    return Job(number, JobSpec(Direction.PUT, "http://localhost:1/", pairs), JobState.RUNNING, bytes_done=done)


def asked(events: Events, cursor: int, timeout: float = 0.0) -> dict[str, Any]:
    """One answer, a deferred one's time over at once."""
    answer = events.poll(cursor, timeout)
    if isinstance(answer, Deferred):
        answer.expire()
        answer = answer.result()
    assert isinstance(answer, dict)
    return answer


def ids(answer: dict[str, Any]) -> list[int]:
    return [one["id"] for one in answer["jobs"]]


def test_a_first_poll_tells_all_and_the_next_only_what_changed() -> None:
    events = Events()
    events.changed([job(1), job(2), job(3)])
    first = asked(events, 0)
    assert (ids(first), first["reset"], first["more"]) == ([1, 2, 3], True, False)
    events.changed([job(2, done=7)])
    second = asked(events, first["cursor"])
    assert (ids(second), second["reset"]) == ([2], False)
    assert job_of(second["jobs"][0]).bytes_done == 7
    assert ids(asked(events, second["cursor"])) == []


def test_an_empty_queue_still_gives_a_cursor_that_later_changes_are_after() -> None:
    events = Events()
    first = asked(events, 0)
    assert (first["jobs"], first["reset"]) == ([], True)
    events.changed([job(1)])
    assert ids(asked(events, first["cursor"])) == [1]


def test_a_poll_waits_and_is_answered_by_a_change() -> None:
    events = Events()
    cursor = asked(events, 0)["cursor"]
    waiting = [events.poll(cursor, 30.0) for _ in range(2)]
    assert all(isinstance(one, Deferred) and not one.done for one in waiting)
    events.changed([job(5)])
    for one in waiting:
        assert isinstance(one, Deferred)
        assert ids(one.result()) == [5]  # type: ignore[arg-type]


def test_a_poll_is_answered_by_what_holds_for_all_jobs_and_tells_it_from_then_on() -> None:
    events = Events()
    cursor = asked(events, 0)["cursor"]
    waiting = events.poll(cursor, 30.0)
    events.for_all(limit=5000)
    assert isinstance(waiting, Deferred)
    answer: Any = waiting.result()
    assert (answer["limit"], answer["finish"], answer["jobs"], answer["cursor"] > cursor) == (5000, "nothing", [], True)
    events.for_all(finish="sleep")
    assert asked(events, 0)["limit"] == 5000
    assert asked(events, answer["cursor"])["finish"] == "sleep"


def test_a_poll_in_vain_answers_the_same_cursor_and_is_forgotten() -> None:
    events = Events()
    cursor = asked(events, 0)["cursor"]
    again = asked(events, cursor, 30.0)
    assert (again["cursor"], again["jobs"], again["reset"]) == (cursor, [], False)
    assert not events._waiting


def test_many_changes_come_in_pages_each_once_and_the_newest_state() -> None:
    events = Events()
    events.changed([job(i) for i in range(1, 501)])
    page = asked(events, 0)
    seen = ids(page)
    assert (len(seen), page["reset"], page["more"]) == (200, True, True)
    # One already told and one still to come change between the pages.
    events.changed([job(1, done=9), job(450, done=9)])
    rest: list[dict[str, Any]] = []
    while page["more"]:
        page = asked(events, page["cursor"])
        assert len(page["jobs"]) <= 200
        assert not page["reset"]
        rest += page["jobs"]
    assert sorted(seen + [one["id"] for one in rest]) == sorted([*range(1, 501), 1])
    assert [one["bytes_done"] for one in rest if one["id"] in (1, 450)] == [9, 9]


def test_pages_of_a_backlog_keep_the_pace() -> None:
    events = Events()
    events.changed([job(i) for i in range(1, 501)])
    cursor = asked(events, 0)["cursor"]
    second = events.poll(cursor, 30.0)
    assert isinstance(second, Deferred)
    assert 0 < second.timeout <= 0.1
    second.expire()
    assert len(second.result()["jobs"]) == 200  # type: ignore[index]


def test_removed_jobs_are_told_to_those_who_knew_them() -> None:
    events = Events()
    events.changed([job(1), job(2)])
    cursor = asked(events, 0)["cursor"]
    events.removed([1])
    answer = asked(events, cursor)
    assert (answer["removed"], answer["jobs"]) == ([1], [])
    fresh = asked(events, 0)
    assert (ids(fresh), fresh["removed"]) == ([2], [])


def test_a_cleared_job_does_not_come_back_when_the_engine_tells_late() -> None:
    events = Events()
    events.changed([job(1), job(2)])
    events.removed([1])
    cursor = asked(events, 0)["cursor"]
    events.changed([job(1, done=5), job(2, done=5)])
    assert ids(asked(events, cursor)) == [2]
    assert ids(asked(events, 0)) == [2]


def test_a_job_that_ended_before_its_beginning_was_told_stays_ended() -> None:
    events = Events()
    events.changed([job(1)._replace(state=JobState.DONE, finished_ns=7)])
    events.added(job(1))
    assert [one["state"] for one in asked(events, 0)["jobs"]] == ["done"]
    events.added(job(2))
    assert ids(asked(events, 0)) == [1, 2]
    # What was cleared while it had failed may be begun once more.
    events.removed([2])
    events.added(job(2))
    assert ids(asked(events, 0)) == [1, 2]


def test_a_window_that_was_away_too_long_begins_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(events_module, "REMOVED", 3)
    events = Events()
    events.changed([job(i) for i in range(10)])
    cursor = asked(events, 0)["cursor"]
    events.removed(range(9))
    answer = asked(events, cursor)
    assert (answer["reset"], ids(answer), answer["removed"]) == (True, [9], [])
    assert len(events._log) == 4


@pytest.mark.parametrize("cursor", [1, -5, 2**62])
def test_a_cursor_of_another_run_begins_anew(cursor: int) -> None:
    events = Events()
    events.changed([job(1)])
    answer = asked(events, cursor)
    assert (answer["reset"], ids(answer)) == (True, [1])
    assert asked(events, answer["cursor"])["jobs"] == []


def test_a_job_of_thousands_of_items_travels_with_the_first_few() -> None:
    struct = brief(job(1, items=5000)).struct()
    assert struct["items_total"] == 5000
    assert job_of(struct).spec.items == job(1, items=20).spec.items
    assert brief(job(1, items=3)).struct()["items_total"] == 3


def test_jobs_of_other_processes_come_go_and_change() -> None:
    events = Events()
    events.changed([job(1)])
    events.noticed([job(1), job(2)], events.version)
    first = asked(events, 0)
    assert ids(first) == [1, 2]
    events.noticed([job(1), job(2)], events.version)
    assert ids(asked(events, first["cursor"])) == []
    events.noticed([job(1), job(2, done=5), job(3)], events.version)
    second = asked(events, first["cursor"])
    assert ids(second) == [2, 3]
    events.noticed([job(3)], events.version)
    assert sorted(asked(events, second["cursor"])["removed"]) == [1, 2]


def test_an_old_look_at_the_history_does_not_undo_what_the_engine_told_since() -> None:
    events = Events()
    before = events.version
    seen = [job(1), job(2)]
    events.changed([job(1, done=9)])
    events.removed([2])
    cursor = asked(events, 0)["cursor"]
    events.noticed(seen, before)
    assert asked(events, cursor)["jobs"] == []
    # A job that is younger than the look is not gone, and news of others are not undone.
    before = events.version
    events.noticed([job(1), job(3, done=5)], before)
    events.changed([job(4)])
    cursor = asked(events, 0)["cursor"]
    events.noticed([job(1), job(3, done=1)], before)
    assert (asked(events, cursor)["jobs"], asked(events, cursor)["removed"]) == ([], [])
    # Nor does a later look tell of a job that is being cleared.
    events.noticed([job(1), job(2), job(3, done=5), job(4)], events.version)
    assert asked(events, cursor)["jobs"] == []


def test_a_job_that_ended_here_and_is_taken_up_by_another_process_is_told() -> None:
    events = Events()
    events.changed([job(1), job(2)])
    ended = job(1)._replace(state=JobState.FAILED, finished_ns=7)
    events.changed([ended])
    cursor = asked(events, 0)["cursor"]
    # The history says of the other one what this engine knows better.
    events.noticed([ended, job(2, done=3)], events.version)
    assert ids(asked(events, cursor)) == []
    events.noticed([job(1, done=5), job(2, done=3)], events.version)
    news = asked(events, cursor)
    assert [(one["id"], one["state"], one["bytes_done"]) for one in news["jobs"]] == [(1, "running", 5)]
