"""The agent keeps its computer awake while transfers run: a real agent, a real bus, and a stand-in for systemd's logind on it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from filexfer.agent import awake
from filexfer.agent.awake import Awake
from filexfer.client.session import connect
from filexfer.core.errors import MachineError
from filexfer.core.model import Direction, Job, JobSpec, JobState
from tests.agent.conftest import AgentProcess

on_a_bus = pytest.mark.skipif(
    sys.platform != "linux" or shutil.which("dbus-daemon") is None, reason="needs dbus-daemon (apt-get install dbus)"
)


class Logind:
    """The stand-in. Attributes: address (of its bus)."""

    def __init__(self, parts: ExitStack, home: Path, refused: str = "") -> None:
        bus = self._run(parts, ["dbus-daemon", "--session", "--nofork", "--print-address"])
        assert bus.stdout is not None
        parts.callback(bus.stdout.close)
        self.address = bus.stdout.readline().strip()
        self._file = home / "logind"
        program = str(Path(__file__).with_name("fake_logind.py"))
        fake = self._run(parts, [sys.executable, program, str(self._file), refused], DBUS_SYSTEM_BUS_ADDRESS=self.address)
        assert fake.stdout is not None
        parts.callback(fake.stdout.close)
        self.wait(lambda said: said == ["ready"])

    @staticmethod
    def _run(parts: ExitStack, command: list[str], **more: str) -> subprocess.Popen[str]:
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=os.environ | more)
        parts.callback(process.wait, 10)
        parts.callback(process.terminate)
        return process

    @property
    def said(self) -> list[str]:
        return self._file.read_text("utf-8").splitlines() if self._file.exists() else []

    def wait(self, seen: Callable[[list[str]], bool]) -> None:
        until = time.monotonic() + 20
        while not seen(self.said):
            assert time.monotonic() < until, self.said
            time.sleep(0.02)


@pytest.fixture
def logind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Logind]:
    with ExitStack() as parts:
        found = Logind(parts, tmp_path)
        monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", found.address)
        yield found


def job(number: int, state: JobState) -> Job:
    return Job(id=number, spec=JobSpec(Direction.PUT, "", (("/a", "a"),)), state=state)


@on_a_bus
def test_an_agent_holds_sleep_off_while_a_job_runs_and_lets_go_after_it(logind: Logind, home: Path, tmp_path: Path) -> None:
    source = tmp_path / "large"
    with source.open("wb") as file:
        file.truncate(8 << 20)
    agent = AgentProcess(home).start()
    with ExitStack() as parts:
        parts.callback(agent.close)
        session = parts.enter_context(connect(agent.control))
        session.call("limit_set", {"rate": 4 << 20})
        made = session.call("job_add", {"direction": "put", "server": "", "items": [[str(source), "large"]]})
        logind.wait(lambda said: any(line.startswith("inhibit sleep:idle filexfer") for line in said))
        assert "released" not in logind.said
        session.call("limit_set", {"rate": 0})
        number = made["id"]  # type: ignore[index]
        until = time.monotonic() + 30
        while session.call("job_list", {})["jobs"][0]["state"] != "done":  # type: ignore[index]
            assert time.monotonic() < until, number
            time.sleep(0.05)
        logind.wait(lambda said: said[-1] == "released")


@on_a_bus
def test_who_may_not_forbid_sleep_says_at_least_that_somebody_is_at_work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with ExitStack() as parts:
        logind = Logind(parts, tmp_path, refused="sleep")
        monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", logind.address)
        keeper = Awake(awake.holder("linux"), linger=0.01)
        keeper.changed([job(1, JobState.RUNNING)])
        logind.wait(lambda said: said[-1].startswith("inhibit idle filexfer"))
        keeper.changed([job(1, JobState.DONE)])
        logind.wait(lambda said: said[-1] == "released")
        keeper.close()


@on_a_bus
def test_it_is_put_to_sleep_when_asked(logind: Logind) -> None:
    awake.suspend("linux")
    logind.wait(lambda said: said[-1] == "suspend")


def test_a_computer_that_cannot_be_put_to_sleep_says_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", f"unix:path={tmp_path}/nobody")
    for system in ("linux", "plan9"):
        with pytest.raises(MachineError, match="by hand"):
            awake.suspend(system)


class Holds:
    """Counts how often something is held."""

    def __init__(self) -> None:
        self.now = self.ever = 0
        self.changed = threading.Condition()

    @contextmanager
    def __call__(self) -> Iterator[None]:
        with self.changed:
            self.now, self.ever = self.now + 1, self.ever + 1
            self.changed.notify_all()
        yield
        with self.changed:
            self.now -= 1
            self.changed.notify_all()

    def wait(self, now: int) -> None:
        with self.changed:
            assert self.changed.wait_for(lambda: self.now == now, 10)


def test_one_hold_for_all_that_runs_and_a_moment_longer() -> None:
    holds = Holds()
    keeper = Awake(holds, linger=0.2)
    keeper.changed([job(1, JobState.RUNNING), job(2, JobState.WAITING)])
    holds.wait(1)
    keeper.changed([job(1, JobState.DONE)])
    keeper.changed([job(2, JobState.RUNNING)])
    keeper.changed([job(2, JobState.RUNNING)._replace(state=JobState.PAUSED)])
    holds.wait(0)
    assert holds.ever == 1
    keeper.changed([job(3, JobState.RUNNING)])
    holds.wait(1)
    keeper.close()
    holds.wait(0)
    keeper.changed([job(4, JobState.RUNNING)])
    assert holds.ever == 2


def test_a_system_that_cannot_be_held_awake_harms_nothing() -> None:
    called = threading.Event()

    def refuse() -> object:
        called.set()
        raise OSError("no bus")

    keeper = Awake(refuse, linger=0.01)  # type: ignore[arg-type]
    keeper.changed([job(1, JobState.RUNNING)])
    assert called.wait(5)
    keeper.changed([job(1, JobState.FAILED)])
    keeper.close()
