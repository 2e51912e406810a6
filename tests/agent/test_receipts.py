"""Receipts: made by reading both sides again, and checked by them later; and the sleep when all is finished."""

from __future__ import annotations

import os
import shutil
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from filexfer import Server
from filexfer.agent.afterwards import Afterwards
from filexfer.client.manifest import Head, Row, read, write
from filexfer.core import paths
from filexfer.core.errors import BadParameters, Forbidden, MachineError, NotFound, NotWellFormed
from filexfer.core.model import Direction, Job, JobSpec, JobState, Permission
from filexfer.server.access import Caller
from tests.agent.conftest import wait_until

MIB = 1 << 20
ODD = os.fsdecode(b"odd \xff\\\n name")


@pytest.fixture
def remote(tmp_path: Path) -> Iterator[Server]:
    with Server(tmp_path / "remote", ["http://localhost:0"], guest="write") as server:
        yield server


@pytest.fixture
def holiday(tmp_path: Path) -> Path:
    folder = tmp_path / "here" / "holiday"
    (folder / "deep").mkdir(parents=True)
    (folder / "large").write_bytes(os.urandom(3 * MIB + 5))
    (folder / "deep" / "small").write_bytes(b"content")
    (folder / "zero").touch()
    (folder / ODD).write_bytes(b"odd")
    return folder


class Desk:
    """Drives an agent as a window does."""

    def __init__(self, session: Any) -> None:
        self.call = session.call

    def job(self, direction: str, server: str, source: object, target: object, **more: Any) -> int:
        spec = {"direction": direction, "server": server, "items": [[str(source), str(target)]], **more}
        job = self.call("job_add", spec)["id"]
        wait_until(lambda: self.state(job), lambda state: state in ("done", "failed"))
        return int(job)

    def state(self, job: int) -> str:
        return next(str(one["state"]) for one in self.call("job_list")["jobs"] if one["id"] == job)

    def ended(self, begun: dict[str, Any]) -> dict[str, Any]:
        return dict(wait_until(lambda: self.call("receipt_state", begun["receipt"]), lambda state: state["done"]))

    def make(self, job: int, path: Path) -> dict[str, Any]:
        return self.ended(self.call("receipt_make", job, str(path)))

    def verify(self, path: Path) -> dict[str, Any]:
        return self.ended(self.call("receipt_verify", str(path)))


@pytest.fixture
def desk(agent: Any) -> Iterator[Desk]:
    with agent.session() as session:
        yield Desk(session)


def differences(state: dict[str, Any]) -> list[tuple[str, str]]:
    assert state["differing"] >= len({path for path, _ in state["differences"]})
    return sorted((paths.from_wire(path), what) for path, what in state["differences"])


def test_a_receipt_of_a_transfer_is_right_for_us_and_for_sha256sum(
    desk: Desk, remote: Server, holiday: Path, tmp_path: Path
) -> None:
    job = desk.job("put", remote.addresses[0], holiday, "trips/holiday")
    receipt = tmp_path / "receipt.sha256"
    made = desk.make(job, receipt)
    assert (made["error"], made["files"], made["differing"]) == ("", 4, 0)
    assert made["bytes"] == made["bytes_total"] == 3 * MIB + 5 + 7 + 3
    checked = subprocess.run(["sha256sum", "--strict", "-c", receipt], cwd=holiday.parent, capture_output=True, timeout=30)
    assert (checked.returncode, checked.stderr) == (0, b"")
    assert checked.stdout.count(b": OK\n") == 4
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".receipt")] == []
    later = desk.verify(receipt)
    assert (later["error"], later["files"], later["differing"], later["bytes"]) == ("", 4, 0, later["bytes_total"])


def test_what_changed_on_either_side_is_found_and_named(desk: Desk, remote: Server, holiday: Path, tmp_path: Path) -> None:
    receipt = tmp_path / "receipt"
    desk.make(desk.job("put", remote.addresses[0], holiday, "holiday"), receipt)
    there = tmp_path / "remote" / "holiday"
    with open(there / "large", "r+b") as file:  # same size, another byte in the last block
        file.seek(3 * MIB + 1)
        byte = file.read(1)
        file.seek(-1, os.SEEK_CUR)
        file.write(bytes([byte[0] ^ 1]))
    (there / "deep" / "small").unlink()
    (holiday / "zero").write_bytes(b"no longer")
    (holiday / "deep" / "small").unlink()
    found = desk.verify(receipt)
    assert differences(found) == [
        ("holiday/deep/small", "missing here"),
        ("holiday/deep/small", "missing there"),
        ("holiday/large", "other content there"),
        ("holiday/zero", "other content here"),
    ]
    assert found["differing"] == 3
    shutil.rmtree(holiday)
    assert ("holiday/large", "missing here") in differences(desk.verify(receipt))


def test_a_receipt_holds_only_what_is_the_same_on_both_sides(desk: Desk, remote: Server, holiday: Path, tmp_path: Path) -> None:
    job = desk.job("put", remote.addresses[0], holiday, "holiday")
    (tmp_path / "remote" / "holiday" / "zero").write_bytes(b"x")
    (holiday / "deep" / "small").write_bytes(b"CONTENT")
    made = desk.make(job, tmp_path / "receipt")
    what = "not the same on both sides"
    assert differences(made) == [(str(holiday / "deep" / "small"), what), (str(holiday / "zero"), what)]
    with open(tmp_path / "receipt", "rb") as file:
        assert {row.path for row in read(file)[1]} == {"holiday/large", f"holiday/{ODD}"}


def test_a_download_under_another_name_is_found_under_both(desk: Desk, remote: Server, tmp_path: Path) -> None:
    share = tmp_path / "remote"
    (share / "notes.txt").write_bytes(b"theirs")
    (tmp_path / "down").mkdir()
    (tmp_path / "down" / "notes.txt").write_bytes(b"mine, another one")
    job = desk.job("get", remote.addresses[0], "notes.txt", tmp_path / "down" / "notes.txt", on_conflict="rename")
    made = desk.make(job, tmp_path / "receipt")
    assert (made["error"], made["files"], made["differing"]) == ("", 1, 0)
    with open(tmp_path / "receipt", "rb") as file:
        head, rows = read(file)
        (row,) = rows
    assert head is not None
    assert row.path != "notes.txt"
    assert (Path(head.here) / row.path).read_bytes() == b"theirs"
    assert desk.verify(tmp_path / "receipt")["differing"] == 0
    (share / "notes.txt").write_bytes(b"changed")
    assert differences(desk.verify(tmp_path / "receipt")) == [(row.path, "other content there")]


def test_of_the_own_share_too(desk: Desk, agent: Any, holiday: Path, tmp_path: Path) -> None:
    job = desk.job("put", "", holiday, "holiday")
    assert desk.make(job, tmp_path / "receipt")["differing"] == 0
    (agent.share / "holiday" / "zero").unlink()
    assert differences(desk.verify(tmp_path / "receipt")) == [("holiday/zero", "missing there")]


def test_a_plain_list_of_sums_is_checked_beside_its_files(desk: Desk, holiday: Path) -> None:
    sums = subprocess.run(["sha256sum", "zero", "deep/small", ODD], cwd=holiday, capture_output=True, check=True).stdout
    (holiday / "SHA256SUMS").write_bytes(sums)
    assert desk.verify(holiday / "SHA256SUMS")["files"] == 3
    (holiday / ODD).write_bytes(b"else")
    assert desk.verify(holiday / "SHA256SUMS")["differing"] == 1


def test_what_cannot_be_is_said_and_leaves_no_file(desk: Desk, remote: Server, holiday: Path, tmp_path: Path) -> None:
    job = desk.job("put", remote.addresses[0], holiday, "holiday")
    assert "no-such-folder" in desk.make(job, tmp_path / "no-such-folder" / "r")["error"]
    (tmp_path / "photo").write_bytes(os.urandom(1000))
    assert "no receipt" in desk.verify(tmp_path / "photo")["error"]
    assert desk.verify(tmp_path / "missing")["error"]
    with pytest.raises(BadParameters):
        desk.call("receipt_make", job, "relative")
    with pytest.raises(NotFound):
        desk.call("receipt_make", 999, str(tmp_path / "r"))
    with pytest.raises(NotFound):
        desk.call("receipt_state", 999)
    address = remote.addresses[0]
    remote.close()
    assert address.rstrip("/") in desk.make(job, tmp_path / "r")["error"]
    assert not (tmp_path / "r").exists()


def test_only_a_window_of_the_computer_itself_makes_receipts() -> None:
    from filexfer.agent.receipts import Receipts

    elsewhere = Caller("device", Permission.MANAGE, name="phone")
    assert not elsewhere.local
    with pytest.raises(Forbidden):
        Receipts(None, None).receipt_verify(elsewhere, "/etc/passwd")  # type: ignore[arg-type]


# The form


@pytest.mark.parametrize("path", ["a", "a b/c", "back\\slash", "new\nline", "re\rturn", ODD, "*star", " lead", "ünï", "x" * 255])
def test_every_name_comes_back_as_it_was(path: str) -> None:
    rows = [Row(path, "ab" * 32, "there/x", "cd" * 32, 7), Row(path, "ab" * 32, f"down/{path}", "cd" * 32, 0)]
    file = BytesIO()
    write(file, Head("https://h:1/", "/here", "down", "job", "2026"), rows)
    file.seek(0)
    head, found = read(file)
    assert head == Head("https://h:1/", "/here", "down", "job", "2026")
    assert [row._replace(there=row.there or f"{head.there}/{row.path}") for row in found] == rows


@pytest.mark.parametrize(
    "text",
    [
        b"no sum",
        b"ab" * 32 + b"  ../../etc/passwd",
        b"ab" * 32 + b"  /etc/passwd",
        b"ab" * 31 + b"  short",
        b"#= nothing\n" + b"ab" * 32 + b"  a",
        b"#filexfer-receipt {}\n",
        b"#filexfer-receipt [1]\n",
    ],
)
def test_a_damaged_receipt_is_refused_in_words(text: bytes) -> None:
    with pytest.raises(NotWellFormed, match="line"):
        list(read(BytesIO(text))[1])


# When all is finished


LOCAL = Caller("owner", Permission.MANAGE, local=True)


class Bed:
    """What puts the computer to sleep, and the queue before that. Attributes: after, times (how often it slept), told (what
    was to be done each time that was told, and whether it had slept by then)."""

    def __init__(self, delay: float = 600.0, problem: str = "") -> None:
        self.asleep = threading.Event()
        self.times = 0
        self._problem = problem
        self._jobs: dict[int, Job] = {}
        self.told: list[tuple[str, bool]] = []
        self.after = Afterwards(self._jobs.values, self._suspend, self._tell, delay)

    def _tell(self, finish: str) -> None:
        self.told.append((finish, self.asleep.is_set()))

    def _suspend(self) -> None:
        self.times += 1
        self.asleep.set()
        if self._problem:
            raise MachineError(self._problem)

    def is_now(self, waits_for: str = "", **states: JobState) -> None:
        """Jobs are so now, and that is told."""
        for name, state in states.items():
            number = int(name.removeprefix("job"))
            spec = JobSpec(Direction.PUT, "http://a/", (("/a", "a"),))
            self._jobs[number] = Job(
                number, spec, state, waits_for=waits_for, finished_ns=time.time_ns() + 1 if state.ended else 0
            )
        self.after.changed([self._jobs[int(name.removeprefix("job"))] for name in states])

    def vanishes(self, number: int) -> None:
        """Cancelled and cleared before anybody was told."""
        del self._jobs[number]

    def set(self, action: str) -> dict[str, object]:
        return self.after.finish_set(LOCAL, {"action": action})

    @property
    def state(self) -> dict[str, object]:
        return self.after.finish_state(LOCAL)

    @property
    def is_near(self) -> bool:
        return self.state["seconds"] != -1.0


def test_it_sleeps_once_when_the_last_transfer_has_ended() -> None:
    bed = Bed(0.01)
    bed.is_now(job1=JobState.RUNNING, job2=JobState.WAITING)
    assert bed.set("sleep") == {"action": "sleep", "seconds": -1.0, "problem": ""}
    bed.is_now(job1=JobState.DONE)
    assert not bed.is_near, "one still waits"
    bed.is_now(job2=JobState.FAILED)
    assert bed.asleep.wait(20)
    assert bed.state["action"] == "nothing"
    bed.is_now(job3=JobState.RUNNING)
    bed.is_now(job3=JobState.DONE)
    assert not bed.is_near
    assert bed.times == 1


def test_a_transfer_whose_server_is_away_keeps_nothing_awake_until_it_is_back() -> None:
    bed = Bed()
    bed.set("sleep")
    bed.is_now(job1=JobState.RUNNING, job2=JobState.RUNNING)
    bed.is_now(waits_for="server", job1=JobState.WAITING)
    assert not bed.is_near, "the other one runs"
    bed.is_now(job2=JobState.DONE)
    assert bed.is_near
    bed.is_now(job1=JobState.RUNNING)
    assert not bed.is_near
    bed.is_now(waits_for="server", job1=JobState.WAITING)
    assert bed.is_near
    bed.after.close()


def test_a_transfer_so_quick_that_only_its_end_is_told_counts_and_one_of_before_does_not() -> None:
    bed = Bed()
    bed.is_now(job1=JobState.DONE)
    old = next(iter(bed._jobs.values()))
    time.sleep(0.001)
    bed.set("sleep")
    bed.after.changed([old])
    assert not bed.is_near
    bed.is_now(job2=JobState.DONE)
    assert bed.is_near
    bed.after.close()


def test_one_that_is_cleared_before_its_end_is_told_keeps_nothing_awake() -> None:
    bed = Bed()
    bed.set("sleep")
    bed.is_now(job1=JobState.RUNNING, job2=JobState.RUNNING)
    bed.vanishes(1)
    bed.is_now(job2=JobState.DONE)
    assert bed.is_near
    bed.after.close()


@pytest.mark.parametrize("state", [JobState.PAUSED, JobState.CANCELLED])
def test_who_stops_the_last_transfer_by_hand_is_not_sent_to_sleep(state: JobState) -> None:
    bed = Bed()
    bed.set("sleep")
    bed.is_now(job1=JobState.RUNNING)
    bed.is_now(job1=state)
    assert bed.state == {"action": "sleep", "seconds": -1.0, "problem": ""}


@pytest.mark.parametrize("wakes", ["a new transfer", "a person", "the end"])
def test_who_needs_it_awake_keeps_it_awake(wakes: str) -> None:
    bed = Bed()
    bed.set("sleep")
    bed.is_now(job1=JobState.RUNNING)
    bed.is_now(job1=JobState.DONE)
    left = bed.state["seconds"]
    assert isinstance(left, float)
    assert 0 < left <= 600
    if wakes == "a new transfer":
        bed.is_now(job2=JobState.RUNNING)
        assert bed.state == {"action": "sleep", "seconds": -1.0, "problem": ""}
    elif wakes == "a person":
        assert bed.set("nothing")["seconds"] == -1.0
    bed.after.close()
    assert not bed.is_near
    assert bed.times == 0


def test_a_computer_that_cannot_sleep_says_why() -> None:
    bed = Bed(0.0, "It has no bed.")
    bed.set("sleep")
    bed.is_now(job1=JobState.DONE)
    wait_until(lambda: bed.state["problem"], lambda problem: problem == "It has no bed.")
    wait_until(lambda: bed.told, lambda told: told == [("sleep", False), ("nothing", True)])
    with pytest.raises(BadParameters):
        bed.set("explode")


# History


def test_the_history_is_searched_by_the_names_of_files_too(
    desk: Desk, remote: Server, holiday: Path, tmp_path: Path, until: Callable[..., Any]
) -> None:
    first = desk.job("put", remote.addresses[0], holiday, "trips/holiday")
    (tmp_path / "report.txt").write_bytes(b"x")
    second = desk.job("put", remote.addresses[0], tmp_path / "report.txt", "report.txt")
    (tmp_path / "more" / "ΆΛΦΑ").mkdir(parents=True)
    (tmp_path / "more" / "ΆΛΦΑ" / "Übermut.TXT").write_bytes(b"x")
    third = desk.job("put", remote.addresses[0], tmp_path / "more", "more")

    def found(text: str) -> list[int]:
        return [one["id"] for one in desk.call("job_list", {"search": text})["jobs"]]

    assert found("SMALL") == [first]
    assert found("deep/small") == [first]
    assert found("trips") == [first]
    assert found("Report") == [second]
    assert found("%") == found("nothing like it") == []
    assert found("übermut.txt") == found("ÜBER") == found("άλφα/ü") == found("BERMUT") == [third]
    assert found("überall") == []
    assert found("") == [third, second, first]
