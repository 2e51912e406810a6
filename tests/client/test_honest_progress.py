"""What is told of a running job is true: it never runs backwards, never passes the whole, the whole means committed, and what
holds it up is what holds it up."""

from __future__ import annotations

import itertools
import os
import socket
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from filexfer.client.activity import DISK, NETWORK, READING, Figures, Gauge, Pace, Tally
from filexfer.client.engine import Engine, EngineSettings
from filexfer.client.local import OpenFile
from filexfer.client.run import RunSettings
from filexfer.core.model import Direction, Job, JobSpec, JobState
from filexfer.protocol.address import parse
from filexfer.protocol.fields import parse_server_timing, server_timing
from filexfer.storage.upload import FolderUpload
from tests.client.conftest import Share
from tests.client.places import tree, until

MIB = 1 << 20
SPEC = JobSpec(Direction.PUT, "http://localhost:1/", (("/a", "b"),))


class Seen:
    """Everything an engine told of one job."""

    def __init__(self, engine: Engine) -> None:
        self.jobs: list[Job] = []
        engine.subscribe(self.jobs.extend)

    def check(self, job_id: int, folder: Path | None = None) -> None:
        """What must hold of every stream of events."""
        told = [job for job in self.jobs if job.id == job_id]
        assert told
        for before, after in itertools.pairwise(told):
            assert after.bytes_done >= before.bytes_done, (before, after)
            assert after.files_done + after.files_skipped >= before.files_done + before.files_skipped, (before, after)
        for job in told:
            assert 0 <= job.bytes_done <= job.bytes_total, job
            assert job.files_done + job.files_skipped + job.files_failed <= job.files_total, job
            if job.bytes_total and job.bytes_done == job.bytes_total and not job.scanning:
                assert job.files_done + job.files_skipped + job.files_failed == job.files_total, "bytes are whole, files are not"

    def reasons(self, job_id: int) -> list[str]:
        return [job.waits_for for job in self.jobs if job.id == job_id and job.state is JobState.RUNNING and job.waits_for]


_STEPS = st.lists(
    st.tuples(st.integers(1, 5 * MIB), st.lists(st.integers(0, 100), max_size=6), st.booleans()), min_size=1, max_size=6
)


@settings(max_examples=150, deadline=None)
@given(_STEPS, st.integers(0, 3))
def test_no_order_of_losses_and_repeats_makes_a_figure_run_backwards(
    steps: list[tuple[int, list[int], bool]], again: int
) -> None:
    """Files of some size, of which parts get lost over there and are sent again, in several runs of one job."""
    job = Job(1, SPEC, JobState.RUNNING)
    most = 0
    for _ in range(again + 1):
        figures = Figures(job)
        gauge = Gauge(figures, lambda: 0)
        for size, losses, publish in steps:
            figures.found(1, size)
            tally = Tally(figures)
            tally.resize(size, MIB)
            for lost in [*losses, 0]:
                missing = size * lost // 100
                tally.found(missing)
                tally.moved(missing)
                told = gauge.onto(job)
                assert most <= told.bytes_done <= told.bytes_total
                assert figures.onto(Job(1, SPEC, JobState.RUNNING), ended=True).bytes_done < told.bytes_total
                most = told.bytes_done
            if publish:
                tally.published()
                figures.done(1)
        job = figures.onto(job)
        assert most <= job.bytes_done <= job.bytes_total
        most = job.bytes_done


def put(share: Share, source: Path, target: str = "t", address: str = "") -> JobSpec:
    return JobSpec(Direction.PUT, address or share.address, ((str(source), target),))


def test_a_mixed_tree_is_told_truly_on_its_way_there_and_back(share: Share, engine: Engine, tmp_path: Path) -> None:
    files = {f"d{number % 5}/f{number}": os.urandom(number * 37 % 5000) for number in range(200)}
    source = tree(tmp_path / "source", files | {"large": os.urandom(5 * MIB + 3), "zero": b""})
    seen = Seen(engine)
    up = engine.add(put(share, source))
    assert engine.wait(up, 30).state is JobState.DONE
    down = engine.add(JobSpec(Direction.GET, share.address, (("t", str(tmp_path / "back")),)))
    assert engine.wait(down, 30).state is JobState.DONE
    seen.check(up)
    seen.check(down)


def test_a_job_that_is_paused_and_goes_on_is_told_truly(share: Share, engine: Engine, tmp_path: Path) -> None:
    source = tree(tmp_path / "source", {f"f{n}": os.urandom(3 * MIB) for n in range(3)} | {"small": b"x"})
    seen = Seen(engine)
    engine.limit(8 * MIB)
    job_id = engine.add(put(share, source))
    for _ in range(3):
        before = engine.job(job_id).bytes_done
        while engine.job(job_id).bytes_done <= before and not engine.job(job_id).state.ended:
            time.sleep(0.01)
        engine.pause(job_id)
        engine.wait(job_id, 20)
        engine.resume(job_id)
    engine.limit(0)
    assert engine.wait(job_id, 30).state is JobState.DONE
    seen.check(job_id)


def test_while_the_commit_is_under_way_the_whole_is_not_told(
    share: Share, engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    commit, reached, go_on = FolderUpload.commit, threading.Event(), threading.Event()

    def waits(upload: FolderUpload) -> object:
        reached.set()
        assert go_on.wait(20)
        return commit(upload)

    monkeypatch.setattr(FolderUpload, "commit", waits)
    job_id = engine.add(put(share, tree(tmp_path / "s", {"large": os.urandom(4 * MIB)}) / "large"))
    assert reached.wait(20)
    job = engine.job(job_id)
    assert job.bytes_done < job.bytes_total == 4 * MIB
    assert not (share.folder / "t").exists()
    go_on.set()
    assert engine.wait(job_id, 20).bytes_done == 4 * MIB


def test_every_end_is_told_also_of_a_job_that_is_cleared_at_once(
    share: Share, engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("filexfer.client.clock.TICK", 0.5)
    seen = Seen(engine)
    engine.limit(MIB)
    ids = [engine.add(put(share, tree(tmp_path / f"s{n}", {"f": os.urandom(4 * MIB)}) / "f", f"t{n}")) for n in range(4)]
    until(lambda: len({job.id for job in seen.jobs}) == 4, "all are told of")
    for job_id in ids:
        engine.cancel(job_id)
        engine.wait(job_id, 20)
        engine.clear([job_id])
    for job_id in ids:
        assert [job.state for job in seen.jobs if job.id == job_id][-1] is JobState.CANCELLED


# How fast


def _rates(rate: float, piece: int, seconds: float) -> list[float]:
    """What a pace says, looked at ten times a second, of a line that is so fast and counts whole pieces."""
    pace = Pace()
    return [pace.look(int(look / 10 * rate) // piece * piece, 0.1) for look in range(int(seconds * 10))]


@pytest.mark.parametrize(
    ("rate", "piece"), [(100e6, MIB), (3e6, MIB), (300e3, MIB), (100e3, MIB), (20e3, 64 << 10), (100e3, 2 * MIB)]
)
def test_a_rate_is_steady_though_pieces_come_seldom(rate: float, piece: int) -> None:
    told = _rates(rate, piece, 40 * max(1.0, piece / rate))
    settled = told[len(told) // 4 :]
    assert all(0.7 * rate <= one <= 1.4 * rate for one in settled), (min(settled), max(settled))


def test_a_rate_falls_when_nothing_comes_any_more_and_follows_a_change() -> None:
    pace = Pace()
    for look in range(100):
        pace.look(look * MIB // 10, 0.1)
    stalled = [pace.look(99 * MIB // 10, 0.1) for _ in range(600)]
    assert stalled == sorted(stalled, reverse=True)
    assert stalled[-1] < MIB / 10
    total = 99 * MIB // 10
    for _ in range(150):
        total += 5 * MIB // 10
        now = pace.look(total, 0.1)
    assert now > 4 * MIB


def test_a_rate_is_never_told_above_the_limit() -> None:
    job = Job(1, SPEC, JobState.RUNNING)
    figures = Figures(job)
    gauge = Gauge(figures, lambda: 100_000)
    figures.travelled(MIB)
    assert gauge.onto(job).rate == 100_000


# One limit for all


def test_one_limit_holds_for_all_jobs_together(share: Share, engine: Engine, tmp_path: Path) -> None:
    rate = 4 * MIB
    engine.limit(rate)
    began = time.monotonic()
    ids = [engine.add(put(share, tree(tmp_path / f"s{n}", {"f": os.urandom(2 * MIB)}) / "f", f"t{n}")) for n in range(3)]
    assert all(engine.wait(job_id, 30).state is JobState.DONE for job_id in ids)
    # Four of the six blocks at least had to wait for those before them; a burst of a tenth of a second is free.
    assert time.monotonic() - began >= 4 * MIB / rate - 0.2


# What holds it up


class ThinLine:
    """Passes bytes both ways, at most `rate` a second to the server, with little under way."""

    def __init__(self, address: str, rate: int) -> None:
        server = parse(address)
        self._server, self._rate = (server.host, server.port), rate
        self._listener = socket.create_server(("127.0.0.1", 0))
        # Accepted sockets inherit it: what a buffer holds would count as sent.
        self._listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 16 << 10)
        self.address = f"http://127.0.0.1:{self._listener.getsockname()[1]}/"
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                client = self._listener.accept()[0]
            except OSError:
                return
            server = socket.create_connection(self._server)
            threading.Thread(target=self._pass, args=(client, server, self._rate), daemon=True).start()
            threading.Thread(target=self._pass, args=(server, client, 0), daemon=True).start()

    @staticmethod
    def _pass(source: socket.socket, target: socket.socket, rate: int) -> None:
        try:
            while data := source.recv(16 << 10):
                if rate:
                    time.sleep(len(data) / rate)
                target.sendall(data)
        except OSError:
            pass
        for end in (source, target):
            end.close()


@pytest.fixture
def patient(engines: Callable[..., Engine]) -> Engine:
    return engines(EngineSettings(run=RunSettings(near=2, far=2)))


def _mostly(seen: Seen, job_id: int) -> str:
    """What was told most often, once the first moments are over."""
    reasons = seen.reasons(job_id)
    assert reasons
    return max(set(reasons), key=reasons.count)


@pytest.fixture(params=["one large file", "many small files"])
def source(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    if request.param == "one large file":
        return tree(tmp_path / "source", {"large": os.urandom(12 * MIB)})
    return tree(tmp_path / "source", {f"f{number}": os.urandom(24 << 10) for number in range(400)})


def test_a_slow_disk_here_is_what_a_job_waits_for(
    share: Share, patient: Engine, source: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read_at, read = OpenFile.read_at, os.read

    def slow_at(file: OpenFile, view: memoryview, offset: int) -> int:
        time.sleep(0.25)
        return read_at(file, view, offset)

    def slow(descriptor: int, count: int) -> bytes:
        if threading.current_thread().name.startswith("job-"):
            time.sleep(0.004)
        return read(descriptor, count)

    monkeypatch.setattr(OpenFile, "read_at", slow_at)
    monkeypatch.setattr("filexfer.client.batch.os.read", slow)
    seen = Seen(patient)
    job_id = patient.add(put(share, source))
    assert patient.wait(job_id, 30).state is JobState.DONE
    assert _mostly(seen, job_id) == READING


def test_a_slow_network_is_what_a_job_waits_for(share: Share, patient: Engine, source: Path) -> None:
    line = ThinLine(share.address, 4 * MIB)
    seen = Seen(patient)
    job_id = patient.add(put(share, source, address=line.address))
    assert patient.wait(job_id, 60).state is JobState.DONE
    line.close()
    assert _mostly(seen, job_id) == NETWORK


def test_a_slow_disk_there_is_what_a_job_waits_for(
    share: Share, patient: Engine, source: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _slow_disk_there(monkeypatch)
    seen = Seen(patient)
    job_id = patient.add(put(share, source))
    assert patient.wait(job_id, 60).state is JobState.DONE
    assert _mostly(seen, job_id) == DISK


def _slow_disk_there(monkeypatch: pytest.MonkeyPatch) -> None:
    from filexfer.storage.folder import FolderStore

    write, put_small = FolderUpload.write, FolderStore.put

    def slow_write(upload: FolderUpload, offset: int, data: memoryview, digest: str = "") -> None:
        time.sleep(0.25)
        write(upload, offset, data, digest)

    def slow_put(store: FolderStore, files: list[object], versions: bool = True) -> object:
        time.sleep(0.4)
        return put_small(store, files, versions)  # type: ignore[arg-type]

    monkeypatch.setattr(FolderUpload, "write", slow_write)
    monkeypatch.setattr(FolderStore, "put", slow_put)


def test_the_slow_disk_of_a_download_is_the_one_that_is_slow(
    share: Share, patient: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tree(share.folder / "t", {"large": os.urandom(10 * MIB)})
    from filexfer.storage.reader import FileReader

    read = FileReader.read_into

    def slow(reader: FileReader, view: memoryview, offset: int) -> int:
        time.sleep(0.25)
        return read(reader, view, offset)

    with monkeypatch.context() as theirs:
        theirs.setattr(FileReader, "read_into", slow)
        seen = Seen(patient)
        job_id = patient.add(JobSpec(Direction.GET, share.address, (("t", str(tmp_path / "one")),)))
        assert patient.wait(job_id, 60).state is JobState.DONE
    assert _mostly(seen, job_id) == READING
    _slow_disk_there(monkeypatch)  # the store that it is fetched into is of the same class
    seen = Seen(patient)
    job_id = patient.add(JobSpec(Direction.GET, share.address, (("t", str(tmp_path / "two")),)))
    assert patient.wait(job_id, 60).state is JobState.DONE
    assert _mostly(seen, job_id) == DISK


@pytest.mark.parametrize(
    ("text", "seconds"), [("work;dur=1500.0", 1.5), ("x, work;dur=2", 0.002), ("", 0.0), ("work;dur=-1", 0.0)]
)
def test_the_time_a_server_was_at_it_is_read_as_it_is_written(text: str, seconds: float) -> None:
    assert parse_server_timing(text) == seconds
    assert parse_server_timing(server_timing(0.0123)) == pytest.approx(0.0123, abs=1e-4)


@pytest.fixture(autouse=True)
def quick_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """More looks than people get, so that short jobs are seen as well as long ones."""
    monkeypatch.setattr("filexfer.client.clock.TICK", 0.02)
