"""Processes that are told to end under load, are stopped and go on (as with a suspended machine), are started twice, or run out
of memory in one worker: others are served, and whatever was under way is resumable."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from xmlrpc.client import Fault, ServerProxy

import pytest

from filexfer.client.engine import Engine, EngineSettings
from filexfer.client.history import History
from filexfer.client.run import RunSettings
from filexfer.client.session import connect
from filexfer.client.transfer import Bench
from filexfer.client.upload import Sending
from filexfer.core.errors import Busy, ConnectionFailed, ConnectionLost, FilexferError, InternalError, ShuttingDown
from filexfer.core.model import Direction, JobSpec, JobState
from filexfer.server import Server, Settings
from tests.client.places import MOVE, Process, snapshot, until
from tests.client.places import tree as made
from tests.faults.nursery import Nursery

MIB = 1 << 20
FILES = {"large": os.urandom(8 * MIB), **{f"small/{number}": b"%03d" % number * 1500 for number in range(150)}}


@pytest.fixture(scope="module")
def nursery() -> Iterator[Nursery]:
    with Nursery() as found:
        yield found


@pytest.fixture
def engine(memory: Path) -> Iterator[Engine]:
    history = History(memory / "history" / "history.sqlite")
    found = Engine(
        history,
        settings=EngineSettings(run=RunSettings(patience=30.0)),
        connect=lambda address: connect(address, timeout=0.3),
    )
    yield found
    found.close()
    history.close()


class Command:
    """`filexfer serve` as people run it."""

    def __init__(self, share: Path, listen: str, state: Path) -> None:
        words = ["serve", str(share), "--listen", listen, "--guest", "write", "--state", str(state)]
        self.process = subprocess.Popen(
            [sys.executable, "-m", "filexfer", *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        assert line.startswith("Listening on "), self.process.communicate()
        self.address = line.split()[-1]

    def ended(self) -> tuple[int, str]:
        """Its exit code, and what it said besides; it must end by itself."""
        _, err = self.process.communicate(timeout=30)
        return self.process.returncode, err


def test_a_server_told_to_end_under_load_drains_and_everything_goes_on_with_the_next_one(memory: Path, engine: Engine) -> None:
    share, source = memory / "share", made(memory / "here", FILES)
    share.mkdir()
    (share / "there").write_bytes(b"x" * 5 * MIB)
    first = Command(share, "http://127.0.0.1:0", memory / "state")
    wrong: list[BaseException] = []
    stop = threading.Event()

    def load(number: int) -> None:
        """Writes and reads until told to stop; what fails is a typed error, and what was told as done is there."""
        count = 0
        while not stop.is_set():
            try:
                with connect(first.address, timeout=5.0) as session:
                    while not stop.is_set():
                        session.call("file_put", f"load/{number}/{count}", b"%d" % count * 2000)
                        assert (share / f"load/{number}/{count}").read_bytes() == b"%d" % count * 2000
                        session.call("file_get", "there")
                        count += 1
            except (ConnectionLost, ConnectionFailed, ShuttingDown, Busy):
                stop.wait(0.02)
            except BaseException as error:
                wrong.append(error)
                return

    threads = [threading.Thread(target=load, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    job_id = engine.add(JobSpec(Direction.PUT, first.address, ((str(source), "t"),), limit=20 * MIB))
    until(lambda: engine.job(job_id).bytes_done > 3 * MIB, "some of it is done")
    first.process.send_signal(signal.SIGTERM)
    code, said = first.ended()
    assert code == 0
    assert "Traceback" not in said
    second = Command(share, first.address, memory / "state")
    job = engine.wait(job_id, 60)
    stop.set()
    for thread in threads:
        thread.join()
    second.process.send_signal(signal.SIGTERM)
    assert second.ended()[0] == 0
    assert (job.state, job.error, job.files_failed) == (JobState.DONE, "", 0)
    assert wrong == []
    assert snapshot(source) == snapshot(share / "t")


@pytest.mark.parametrize("direction", ["put", "get"])
def test_a_client_that_was_stopped_longer_than_the_server_waits_goes_on(memory: Path, direction: str) -> None:
    share, here = memory / "share", memory / "here"
    source = made(here if direction == "put" else share / "t", FILES)
    bounds = Settings(stall_seconds=0.2, head_seconds=0.2, idle_seconds=0.2)
    with Server(share, ["http://127.0.0.1:0"], "write", settings=bounds) as server:
        pair = (here, "t") if direction == "put" else ("t", here)
        mover = Process(MOVE, memory / "h" / "history", direction, server.addresses[0], *pair, 12 * MIB)
        for least in (2 * MIB, 5 * MIB):
            while int(mover.line().split()[0]) < least:
                pass
            mover.process.send_signal(signal.SIGSTOP)
            until(lambda: not server._arrivals.here(), "the server has given it up")
            mover.process.send_signal(signal.SIGCONT)
        said = mover.end()
    assert "end done 151 \n" in said, said
    assert snapshot(source) == snapshot(share / "t" if direction == "put" else here)


@pytest.mark.parametrize("direction", [Direction.PUT, Direction.GET])
def test_a_server_that_was_stopped_longer_than_the_client_waits_is_gone_on_with(
    nursery: Nursery, memory: Path, engine: Engine, direction: Direction
) -> None:
    share, here = memory / "share", memory / "here"
    source = made(here if direction is Direction.PUT else share / "t", FILES)
    share.mkdir(exist_ok=True)
    served = nursery.serve(share)
    pair = (str(here), "t") if direction is Direction.PUT else ("t", str(here))
    job_id = engine.add(JobSpec(direction, served.address, (pair,), limit=16 * MIB))
    for least in (1, 4):
        until(lambda least=least: engine.job(job_id).bytes_done > least * MIB, "more is done")  # type: ignore[misc]
        served.send(signal.SIGSTOP)
        # More than the client waits for a block, several times.
        threading.Event().wait(1.0)
        served.send(signal.SIGCONT)
    job = engine.wait(job_id, 60)
    assert (job.state, job.error, job.files_done) == (JobState.DONE, "", 151)
    served.kill()
    assert snapshot(source) == snapshot(share / "t" if direction is Direction.PUT else here)


def test_a_second_server_of_a_share_is_told_so_and_the_first_goes_on(nursery: Nursery, memory: Path) -> None:
    share = memory / "share"
    share.mkdir()
    served = nursery.serve(share)
    with pytest.raises(Busy, match="shares this folder already"):
        Server(share, ["http://127.0.0.1:0"], "write").start()
    with connect(served.address) as session:
        session.call("file_put", "f", b"x")
    served.kill()
    # A dead one holds nothing.
    with Server(share, ["http://127.0.0.1:0"], "write") as server, connect(server.addresses[0]) as session:
        assert session.stat("f").size == 1


def test_an_upload_that_a_power_cut_took_from_the_server_just_before_its_end_is_sent_again(
    memory: Path, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing of it was synced yet, for it was small and quick."""
    source, share = made(memory / "here", {"large": FILES["large"]}), memory / "share"
    servers = [Server(share, ["http://127.0.0.1:0"], "write").start()]
    end = Sending.end

    def cut(self: Sending, bench: Bench) -> object:
        if len(servers) == 1:
            address = servers[0].addresses[0]
            servers[0].close()
            shutil.rmtree(share / ".filexfer")
            servers.append(Server(share, [address], "write").start())
        return end(self, bench)

    monkeypatch.setattr(Sending, "end", cut)
    job = engine.wait(engine.add(JobSpec(Direction.PUT, servers[0].addresses[0], ((str(source), "t"),))), 30)
    assert (job.state, job.error) == (JobState.DONE, "")
    assert len(servers) == 2
    servers[1].close()
    assert snapshot(source) == snapshot(share / "t")


# -- memory ----------------------------------------------------------------------------------------------------------------


def no_memory() -> None:
    raise MemoryError


def test_a_worker_without_memory_answers_with_a_reference_and_the_server_goes_on(memory: Path) -> None:
    with Server(memory / "share", ["http://127.0.0.1:0"], "write", settings=Settings(workers=2)) as server:
        server.register_function(no_memory, "no_memory", permission="read")
        with ServerProxy(server.addresses[0]) as proxy, connect(server.addresses[0]) as session:
            for _ in range(10):  # more often than there are workers
                with pytest.raises(Fault, match=r"under [0-9a-f]{8}") as told:
                    proxy.no_memory()
                assert told.value.faultCode == -32603
                with pytest.raises(InternalError):
                    session.call("no_memory")
                session.call("file_put", "f", b"x")


@pytest.mark.parametrize(
    "where",
    [
        "filexfer.server.connection.parse_request_head",
        "filexfer.server.connection.Body",
        "filexfer.server.connection.response_head",
        "filexfer.server.rpclane.RpcLane.answer",
        "filexfer.server.rawlane.RawLane.answer",
        "filexfer.server.channel.Channel.take_head",
    ],
)
def test_whatever_step_of_a_request_has_no_memory_only_that_connection_ends(
    memory: Path, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    with Server(memory / "share", ["http://127.0.0.1:0"], "write", settings=Settings(workers=2)) as server:
        (memory / "share" / "f").write_bytes(b"here")
        for _ in range(6):
            with monkeypatch.context() as patch:
                patch.setattr(where, lambda *arguments, **named: no_memory())
                for call in (lambda s: s.stat("f"), lambda s: s.lane().read("f", "", 0, memoryview(bytearray(4)))):
                    with connect(server.addresses[0], timeout=5.0) as session:
                        ask(call, session)
            with connect(server.addresses[0]) as session:
                assert session.stat("f").size == 4
        until(lambda: len(server._arrivals.here()) <= 1, "those that failed are closed")


def ask(call: Callable[..., object], session: object) -> None:
    try:
        call(session)
    except FilexferError:
        pass  # or the lane that was not hit answers


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_client_without_memory_ends_its_job_in_words_and_it_can_be_repeated(
    memory: Path, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = made(memory / "here", {"big": os.urandom(2 * MIB), "small": b"x"})
    with Server(memory / "share", ["http://127.0.0.1:0"], "write") as server:
        for where in ("filexfer.client.upload.digest", "filexfer.client.batch.Batch", "filexfer.client.put.Target"):
            spec = JobSpec(Direction.PUT, server.addresses[0], ((str(source), where),))
            with monkeypatch.context() as patch:
                patch.setattr(where, lambda *arguments: no_memory())
                job = engine.wait(engine.add(spec), 20)
                assert (job.state, job.error_kind) == (JobState.FAILED, "InternalError")
                assert job.error.endswith(".")
            job = engine.wait(engine.add(spec), 20)
            assert (job.state, job.error) == (JobState.DONE, "")
            assert snapshot(source) == snapshot(memory / "share" / where)
