"""The small parts, each by itself: patterns, times, throttle, rates, history, owners, the pool, the scan."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterable
from pathlib import Path
from typing import cast

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from filexfer.client import same
from filexfer.client.activity import Figures, Gauge, Tally, Worker
from filexfer.client.connections import Connections
from filexfer.client.growth import Growth
from filexfer.client.history import History
from filexfer.client.notes import FileRow
from filexfer.client.owner import Owner, is_alive
from filexfer.client.patterns import Filter
from filexfer.client.pipe import Pipe
from filexfer.client.pool import Pool, Way
from filexfer.client.same import There, Verdict, judge
from filexfer.client.scan import Ahead, walk
from filexfer.client.throttle import Throttle
from filexfer.client.transfer import Bench, Finish
from filexfer.core.errors import FilexferError, NotFound, StorageFailed
from filexfer.core.model import Conflict, Direction, FileState, Job, JobSpec, JobState, Range
from tests.client.places import tree, until

SECOND = 1_000_000_000
SPEC = JobSpec(Direction.PUT, "http://localhost:1/", (("/source/ä\udcff", "t/x"), ("/other", "")), exclude=("*.o",))

# Patterns


@pytest.mark.parametrize(
    ("include", "exclude", "kept", "left_out"),
    [
        ([], [], "a b/c", ""),
        ([], ["*.o"], "a.c x/a.c o", "a.o x/a.o x/.o"),
        ([], ["build"], "builder x/build.txt", "build x/build build/a x/build/a/b"),
        ([], ["build/"], "build x/build", "build/a x/build/a"),
        ([], ["/top"], "x/top", "top top/a"),
        ([], ["a/b"], "a/c a", "a/b x/a/b a/b/c"),
        ([], ["a/*/c"], "a/c a/b/d/c", "a/b/c x/a/b/c"),
        ([], ["a/**/c"], "a/b", "a/c a/b/c a/b/d/c"),
        ([], ["a/**"], "a x/b", "a/b a/b/c"),
        ([], ["?.txt"], "ab.txt .txt", "a.txt x/b.txt"),
        ([], ["[ab]*"], "c", "a bc x/apple"),
        ([], ["[!ab]*"], "a b/a", "c x"),
        ([], ["[a-c].t"], "d.t", "b.t"),
        ([], [r"\*"], "a", "*"),
        ([], ["[]]"], "a", "]"),
        ([], ["a[b"], "ab", "a[b"),
        (["*.py"], [], "a.py x/b.py", "a.txt x/y"),
        (["src/"], [], "src/a src/b/c x/src/d", "a src"),
        (["*.py"], ["*"], "a.py x/b.py", "a.txt"),
        (["keep.o"], ["*.o"], "keep.o x/keep.o a", "a.o"),
    ],
)
def test_patterns_choose_files(include: list[str], exclude: list[str], kept: str, left_out: str) -> None:
    chosen = Filter(include, exclude)
    assert [path for path in kept.split() if not chosen.keeps(path)] == []
    assert [path for path in left_out.split() if chosen.keeps(path)] == []


@pytest.mark.parametrize(
    ("include", "exclude", "entered", "pruned"),
    [
        ([], [".git", "/out/"], "a x/out .github", ".git x/.git out"),
        (["*.py"], ["*"], "a x/y", ""),
        (["*.py"], ["cache"], "a", "cache x/cache"),
        (["cache"], ["*ache"], "cache", "stache"),
        ([], ["*"], "", "a x"),
    ],
)
def test_patterns_prune_folders(include: list[str], exclude: list[str], entered: str, pruned: str) -> None:
    chosen = Filter(include, exclude)
    assert [path for path in entered.split() if not chosen.enters(path)] == []
    assert [path for path in pruned.split() if chosen.enters(path)] == []


@given(st.text(max_size=20), st.text(max_size=20))
@example("[]", "")
@example("[!]", "")
def test_no_pattern_is_an_error(pattern: str, path: str) -> None:
    Filter([pattern], [pattern]).keeps(path)
    Filter([], [pattern]).enters(path)


# Same file


def test_times_are_equal_exactly_or_as_coarse_as_the_clock() -> None:
    fine = [1_500_000_000_123_456_789 + n for n in range(20)]
    assert same.step(fine) == 1
    assert same.step([n * SECOND for n in range(20)]) == SECOND
    assert same.step([2 * n * SECOND for n in range(20)]) == 2 * SECOND
    assert same.step([2 * SECOND] * (same.EVIDENCE - 1)) == 1
    assert not same.same_time(5 * SECOND, 5 * SECOND + 1, 1)
    assert same.same_time(5 * SECOND + 999_999_999, 5 * SECOND, SECOND)
    assert same.same_time(5 * SECOND + 1, 4 * SECOND, 2 * SECOND)
    assert not same.same_time(6 * SECOND, 4 * SECOND, 2 * SECOND)


@pytest.mark.parametrize(
    ("there", "policy", "checksum", "verdict"),
    [
        (None, Conflict.FAIL, False, Verdict.SEND),
        (There(True, 5, 10), Conflict.FAIL, False, Verdict.SAME),
        (There(True, 5, 10), Conflict.RENAME, True, Verdict.COMPARE),
        (There(True, 5, 11), Conflict.FAIL, False, Verdict.COMPARE),
        (There(True, 6, 10), Conflict.FAIL, False, Verdict.CONFLICT),
        (There(True, 6, 10), Conflict.OVERWRITE, False, Verdict.SEND),
        (There(True, 6, 10), Conflict.SKIP, False, Verdict.SKIP),
        (There(True, 6, 10), Conflict.NEWER, False, Verdict.SKIP),
        (There(True, 6, 9), Conflict.NEWER, False, Verdict.SEND),
        (There(False, 0, 10), Conflict.FAIL, False, Verdict.CONFLICT),
        (There(False, 5, 10), Conflict.NEWER, False, Verdict.SEND),
    ],
)
def test_what_is_there_decides_what_is_done(there: There | None, policy: Conflict, checksum: bool, verdict: Verdict) -> None:
    assert judge(5, 10, there, policy, checksum, 1) is verdict


# Throttle


def test_a_throttle_books_time_in_proportion() -> None:
    throttle = Throttle(1000)
    waits = [throttle.delay(500) for _ in range(10)]
    assert waits[0] == 0.0
    assert waits == sorted(waits)
    assert 4.0 < waits[-1] <= 4.5
    throttle.set(0)
    assert throttle.delay(1 << 40) == 0.0


# Figures


def test_a_large_file_counts_whole_only_once_it_is_published() -> None:
    figures = Figures(Job(1, SPEC, JobState.RUNNING))
    tally = Tally(figures)
    tally.resize(100, 10)
    shown = []
    tally.found(100)
    for _ in range(10):
        tally.moved(10)
        shown.append(figures.onto(Job(1, SPEC, JobState.RUNNING)).bytes_done)
    # Lost over there, and sent again.
    tally.found(30)
    for _ in range(3):
        tally.moved(10)
        shown.append(figures.onto(Job(1, SPEC, JobState.RUNNING)).bytes_done)
    assert shown == [10, 20, 30, 40, 50, 60, 70, 80, 90, 90, 90, 90, 90]
    tally.published()
    now = figures.onto(Job(1, SPEC, JobState.RUNNING))
    assert (now.bytes_done, now.bytes_moved) == (100, 130)


def test_the_rate_is_made_of_what_travelled_and_the_time_left_of_the_rate(monkeypatch: pytest.MonkeyPatch) -> None:
    from filexfer.client import activity

    now = [1000.0]
    monkeypatch.setattr(activity.time, "monotonic", lambda: now[0])
    figures = Figures(Job(1, SPEC, JobState.RUNNING))
    worker = figures.worker()
    worker.doing = activity.NETWORK
    gauge = Gauge(figures, lambda: 0)
    figures.found(10, 10_000)
    figures.arrived(4000)  # was there already
    job = Job(1, SPEC, JobState.RUNNING)
    for _ in range(30):
        now[0] += 0.1
        figures.travelled(100)
        figures.arrived(100)
        told = gauge.onto(job)
        assert told.seconds_left == -1.0, "no estimate while the scan goes on"
    figures.scanned()
    told = gauge.onto(job)
    assert told.rate == pytest.approx(1000, rel=0.01)
    assert told.seconds_left == pytest.approx(3.0, rel=0.01)
    assert told.waits_for == "network"


# History


@pytest.fixture
def history(tmp_path: Path) -> Iterable[History]:
    made = History(tmp_path / "deep/history.sqlite")
    yield made
    made.close()


def test_what_the_largest_job_says_is_read_once_however_large_it_is(history: History, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("filexfer.client.history._SPECS", 1)
    job = history.add("key", SPEC, "name", "")
    assert history.jobs()[0].spec is history.job(job.id).spec


def test_a_history_gives_back_what_it_was_told(history: History, tmp_path: Path) -> None:
    owner = Owner(history.owners)
    job = history.add("key", SPEC, "ä\udcff\n", owner.name)
    assert (job.spec, job.name, job.state, job.position) == (SPEC, "ä\udcff\n", JobState.WAITING, 1.0)
    rows = [
        FileRow(0, "b\udcff/c", 5, FileState.DONE),
        FileRow(0, "", 7, FileState.FAILED, "It “failed”.", "NotFound"),
        FileRow(1, "d", 9, FileState.DONE, renamed="t/d (1)"),
    ]
    history.notes.record(job.id, rows)
    again = History(tmp_path / "deep/history.sqlite")
    assert again.jobs() == [job]
    files, total = again.notes.page(job, False, 0, 1000)
    assert total == 3
    assert [(file.source, file.target, file.size, file.state) for file in files] == [
        ("/source/ä\udcff", "t/x", 7, FileState.FAILED),
        ("/other/d", "t/d (1)", 9, FileState.DONE),
        ("/source/ä\udcff/b\udcff/c", "t/x/b\udcff/c", 5, FileState.DONE),
    ]
    assert again.notes.page(job, True, 0, 10)[0][0].error == "It “failed”."
    assert again.notes.page(job, False, 1, 1)[0] == files[1:2]
    done = again.notes.done(job.id)
    assert [file for file in ((0, "b\udcff/c"), (1, "d"), (0, "d"), (0, "")) if file in done] == [(0, "b\udcff/c"), (1, "d")]
    again.close()
    owner.close()


def test_a_history_is_private_to_its_user(history: History, tmp_path: Path) -> None:
    assert (tmp_path / "deep/history.sqlite").stat().st_mode & 0o077 == 0
    assert (tmp_path / "deep").stat().st_mode & 0o077 == 0


def test_a_removed_jobs_number_is_not_given_again(history: History) -> None:
    first = history.add("key", SPEC, "a", "")
    history.remove([first.id])
    second = history.add("key", SPEC, "a", "")
    assert second.id > first.id
    with pytest.raises(NotFound):
        history.job(first.id)


def test_a_history_that_cannot_be_opened_says_so(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(StorageFailed, match=r"history"):
        History(tmp_path / "file/history.sqlite")
    made = sqlite3.connect(tmp_path / "other")
    made.execute("PRAGMA user_version = 999")
    made.close()
    with pytest.raises(StorageFailed, match=r"another version"):
        History(tmp_path / "other")
    (tmp_path / "broken").write_bytes(b"no database at all" * 100)
    with pytest.raises(StorageFailed, match=r"history"):
        History(tmp_path / "broken")


def test_claims_are_held_while_their_owner_lives(history: History) -> None:
    one, other = Owner(history.owners), Owner(history.owners)
    job = history.add("key", SPEC, "a", one.name)
    assert not history.claim(job.id, other.name)
    assert history.orphans() == []
    one.close()
    assert [orphan.id for orphan in history.orphans()] == [job.id]
    assert history.claim(job.id, other.name)
    other.close()


def test_an_owner_dies_with_its_process(tmp_path: Path) -> None:
    program = (
        "import sys, pathlib\nfrom filexfer.client.owner import Owner\n"
        "print(Owner(pathlib.Path(sys.argv[1])).name, flush=True)\nsys.stdin.read()"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", program, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    name = process.stdout.readline().strip()
    assert is_alive(tmp_path, name)
    process.kill()
    process.communicate()
    assert not is_alive(tmp_path, name)
    assert list(tmp_path.iterdir()) == []
    assert not is_alive(tmp_path, "nobody")


# Pool


class Counting:
    """A transfer that notes what is done with it."""

    def __init__(self, blocks: int, fails_at: int = -1) -> None:
        self.blocks = blocks
        self.fails_at = fails_at
        self.moved: list[int] = []
        self.ended = self.failed = self.suspended = 0
        self.rounds = 1
        self.inside = 0
        self.streams = 9
        self.benches: set[Bench] = set()

    def begin(self, bench: Bench) -> Iterable[Range]:
        return (Range(number, number + 1) for number in range(self.blocks))

    def start(self, block: Range, bench: Bench) -> Finish:
        self.inside += 1
        self.benches.add(bench)
        return lambda: self.move(block)

    def move(self, block: Range) -> None:
        self.inside -= 1
        if block.start == self.fails_at:
            raise NotFound()
        self.moved.append(block.start)

    def end(self, bench: Bench) -> Iterable[Range]:
        assert self.inside == 0
        self.ended += 1
        return [Range(0, 1)] if self.ended < self.rounds else []

    def fail(self, error: Exception) -> None:
        assert isinstance(error, FilexferError)
        assert self.inside == 0
        self.failed += 1

    def suspend(self) -> None:
        self.suspended += 1


def pool(threads: int = 3) -> Pool:
    return Pool(Growth(threads, threads, 0.0), lambda: Bench(Worker(), 10, Pipe(cast(Connections, None))), cast(Way, None))


def test_every_block_moves_once_and_every_transfer_ends_once() -> None:
    transfers = [Counting(count) for count in (0, 1, 2, 50, 200, 0, 7)]
    working = pool()
    for transfer in transfers:
        working.submit(transfer)
    working.finish()
    for transfer in transfers:
        assert sorted(transfer.moved) == list(range(transfer.blocks))
        assert (transfer.ended, transfer.failed, transfer.suspended) == (1, 0, 0)


def test_each_thread_has_the_next_block_begun_before_the_last_one_is_over() -> None:
    class Watched(Counting):
        def start(self, block: Range, bench: Bench) -> Finish:
            finish = super().start(block, bench)
            under_way.append(self.inside)
            return finish

    under_way: list[int] = []
    transfer = Watched(10)
    working = pool(1)
    working.submit(transfer)
    working.finish()
    assert under_way == [1] + 9 * [2]


def test_no_more_threads_move_a_files_blocks_than_it_wants_and_the_others_take_other_files() -> None:
    first, second = Counting(200), Counting(200)
    first.streams = second.streams = 1
    working = pool()
    working.submit(first)
    working.submit(second)
    working.finish()
    assert (len(first.benches), len(second.benches)) == (1, 1)
    assert (len(first.moved), len(second.moved)) == (200, 200)


def test_blocks_that_turn_out_missing_are_moved_again() -> None:
    transfer = Counting(5)
    transfer.rounds = 3
    working = pool()
    working.submit(transfer)
    working.finish()
    assert sorted(transfer.moved) == [0, 0, 0, 1, 2, 3, 4]
    assert transfer.ended == 3


def test_a_transfer_that_fails_harms_no_other() -> None:
    good, bad = Counting(100), Counting(100, fails_at=10)
    working = pool()
    working.submit(bad)
    working.submit(good)
    working.finish()
    assert (bad.failed, bad.ended, good.failed, good.ended) == (1, 0, 0, 1)
    assert len(bad.moved) < 100
    assert len(good.moved) == 100


def test_a_stopped_pool_suspends_what_is_not_done() -> None:
    begun, go_on = threading.Event(), threading.Event()

    class Slow(Counting):
        def move(self, block: Range) -> None:
            begun.set()
            go_on.wait(10)
            super().move(block)

    transfers = [Slow(100), Counting(5), Counting(5)]
    working = pool(1)
    for transfer in transfers:
        working.submit(transfer)
    begun.wait(10)
    working.stop()
    go_on.set()
    working.finish()
    late = Counting(1)
    working.submit(late)
    assert [transfer.suspended for transfer in [*transfers, late]] == [1, 1, 1, 1]
    assert [transfer.ended + transfer.failed for transfer in [*transfers, late]] == [0, 0, 0, 0]


def test_what_crashes_a_thread_reaches_whoever_waits() -> None:
    class Broken(Counting):
        def move(self, block: Range) -> None:
            raise ZeroDivisionError

        def fail(self, error: Exception) -> None:
            raise error

    working = pool()
    working.submit(Broken(3))
    with pytest.raises(ZeroDivisionError):
        working.finish()


# Scan


def test_a_scan_tells_folders_before_what_is_in_them_in_order(tmp_path: Path) -> None:
    tree(tmp_path / "t", {"b/2": b"22", "b/1": b"1", "a/x/y": b"", "c": b"333"})
    folders = list(walk(str(tmp_path / "t"), Filter()))
    assert [folder.path for folder in folders] == ["", "a", "a/x", "b"]
    assert [(name, size) for name, size, _ in folders[3].files] == [("1", 1), ("2", 2)]
    assert folders[0].files[0][2] == (tmp_path / "t/c").stat().st_mtime_ns


def test_a_shares_own_area_is_not_sent(tmp_path: Path) -> None:
    tree(tmp_path / "t", {"a": b"1", ".filexfer/uploads/x": b"1"})
    (folder,) = walk(str(tmp_path / "t"), Filter())
    assert [name for name, *_ in folder.files] == ["a"]
    assert [name for name, _ in folder.skipped] == [".filexfer"]


def test_a_scan_ahead_hands_over_all_and_stops_when_nobody_wants_more(tmp_path: Path) -> None:
    tree(tmp_path / "t", {f"{number}/x": b"1" for number in range(50)})
    seen: list[str] = []
    with Ahead(walk(str(tmp_path / "t"), Filter()), lambda folder: seen.append(folder.path)) as folders:
        assert [folder.path for folder in folders] == seen
    assert len(seen) == 51
    with Ahead(walk(str(tmp_path / "t"), Filter()), lambda folder: None) as folders:
        next(iter(folders))
    until(lambda: not [thread for thread in threading.enumerate() if thread.name == "scan"], "its thread ends")


def test_what_breaks_a_scan_reaches_whoever_iterates(tmp_path: Path) -> None:
    def broken(folder: object) -> None:
        raise ZeroDivisionError

    (tmp_path / "t").mkdir()
    with pytest.raises(ZeroDivisionError), Ahead(walk(str(tmp_path / "t"), Filter()), broken) as folders:
        list(folders)


def test_the_client_starts_without_what_it_does_not_need() -> None:
    """Start-up counts: 0.1 s for commands that move files."""
    program = (
        "import sys\nfrom filexfer.client.engine import Engine\nfrom filexfer.client.put import Putting\n"
        "from filexfer.client.get import Getting\n"
        "heavy = 'rich platformdirs ssl asyncio http.client xmlrpc.client h11 email subprocess logging'.split()\n"
        "print(*[name for name in (*heavy, 'dataclasses', 'inspect', 'typing_extensions') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, env=dict(os.environ))
    assert done.stdout.strip() == ""


def test_who_sends_loads_no_store_and_nothing_that_cuts_files() -> None:
    program = (
        "import sys\nfrom filexfer.client.put import Putting\n"
        "print(*[name for name in ('filexfer.storage.folder', 'filexfer.storage.upload', 'pyfastcdc') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, env=dict(os.environ))
    assert done.stdout.strip() == ""


def test_thousands_of_files_are_told_page_by_page(history: History) -> None:
    job = history.add("key", SPEC, "a", "")
    for batch in range(7):
        history.notes.record(job.id, [FileRow(batch % 2, f"{batch}/{n}", n, FileState.DONE) for n in range(301)])
    history.notes.record(
        job.id, [FileRow(0, "there", 1, FileState.SKIPPED), FileRow(0, "no", 1, FileState.FAILED, "No.", "NotFound")]
    )
    pages, offset = [], 0
    while page := history.notes.page(job, False, offset, 250)[0]:
        pages += page
        offset += 250
    assert len(pages) == history.notes.page(job, False, 0, 1)[1] == 7 * 301 + 2
    assert len({file.source for file in pages}) == len(pages)
    assert pages[0].error == "No."
    assert pages[5].size == 4
    history.notes.forget(job.id)
    left, total = history.notes.page(job, False, 0, 5000)
    assert total == len(left) == 7 * 301
    assert {file.state for file in left} == {FileState.DONE}
