"""Plans of uploads as a window opens them: what begins by itself, what waits to be decided, and what is never begun."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from filexfer import Server
from filexfer.agent import plans
from filexfer.agent.agent import Agent
from filexfer.agent.memory import Memory
from filexfer.agent.rates import Rates
from filexfer.client.session import connect
from filexfer.core.errors import BadParameters, Forbidden, InvalidPath, NotFound
from filexfer.core.model import Direction, Job, JobSpec, JobState
from tests.agent.conftest import Laptop

MIB = 1 << 20


@pytest.fixture
def remote(tmp_path: Path) -> Iterator[Server]:
    with Server(tmp_path / "remote", ["http://localhost:0"], guest="write") as server:
        yield server


@pytest.fixture
def session(agent: Any) -> Any:
    return agent.session()


@pytest.fixture
def complete(session: Any, until: Callable[..., Any]) -> Callable[[dict[str, Any]], dict[str, Any]]:
    """Waits until a plan is looked through, or its transfer began."""

    def wait(state: dict[str, Any]) -> dict[str, Any]:
        return until(lambda: session.call("plan_state", state["plan"]), lambda now: now["complete"] or now["error"] or now["job"])

    return wait


@pytest.fixture
def ended(session: Any, until: Callable[..., Any]) -> Callable[[int], dict[str, Any]]:
    def wait(job: int) -> dict[str, Any]:
        def find() -> dict[str, Any]:
            return next((one for one in session.call("job_list")["jobs"] if one["id"] == job), {})

        return until(find, lambda now: now.get("state") in ("done", "failed"))

    return wait


def put(server: str, *sources: Path, **more: Any) -> dict[str, Any]:
    items = [[str(source), source.name] for source in sources]
    return {"direction": "put", "server": server, "items": items, "on_conflict": "rename", **more}


def make(path: Path, content: bytes, mtime: int = 10**9) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    os.utime(path, (mtime, mtime))
    return path


def test_what_needs_no_decision_begins_by_itself(
    session: Any, remote: Server, tmp_path: Path, complete: Any, ended: Any, until: Any
) -> None:
    make(tmp_path / "tree" / "deep" / "a", b"one")
    opened = session.call("plan_open", put(remote.addresses[0], tmp_path / "tree"))
    begun = until(lambda: session.call("plan_state", opened["plan"]), lambda now: now["job"])
    assert (begun["counts"]["new"], begun["decide"], begun["fits"]) == (1, False, True)
    assert ended(begun["job"])["state"] == "done"
    assert (tmp_path / "remote" / "tree" / "deep" / "a").read_bytes() == b"one"
    # To start it again changes nothing.
    assert session.call("plan_start", opened["plan"], {"on_conflict": "overwrite"})["id"] == begun["job"]
    assert session.call("job_list")["total"] == 1
    assert session.call("plan_close", opened["plan"]) == begun["job"]


def test_a_conflict_waits_to_be_decided_and_is_done_as_decided(
    session: Any, remote: Server, tmp_path: Path, complete: Any, ended: Any
) -> None:
    file = make(tmp_path / "a.txt", b"mine")
    there = make(tmp_path / "remote" / "a.txt", b"theirs")
    state = complete(session.call("plan_open", put(remote.addresses[0], file)))
    assert (state["job"], state["decide"], state["counts"]["changed"], state["names"]["changed"]) == (0, True, 1, ["a.txt"])
    assert session.call("job_list")["total"] == 0
    job = session.call("plan_start", state["plan"], {"on_conflict": "overwrite"})
    assert ended(job["id"])["state"] == "done"
    assert there.read_bytes() == b"mine"
    assert session.call("plan_state", state["plan"])["job"] == job["id"]


def test_without_a_choice_both_are_kept(session: Any, remote: Server, tmp_path: Path, complete: Any, ended: Any) -> None:
    file = make(tmp_path / "a.txt", b"mine")
    there = make(tmp_path / "remote" / "a.txt", b"theirs")
    state = complete(session.call("plan_open", put(remote.addresses[0], file)))
    ended(session.call("plan_start", state["plan"])["id"])
    assert there.read_bytes() == b"theirs"
    assert sorted(one.read_bytes() for one in there.parent.iterdir() if one.is_file()) == [b"mine", b"theirs"]


@pytest.mark.parametrize("junk", [False, True])
def test_what_systems_keep_for_themselves_is_sent_only_when_told_to(
    session: Any, remote: Server, tmp_path: Path, complete: Any, ended: Any, junk: bool
) -> None:
    for name in (".DS_Store", "deep/Thumbs.db", "deep/a"):
        make(tmp_path / "tree" / name, b"x")
    state = complete(session.call("plan_open", put(remote.addresses[0], tmp_path / "tree")))
    assert (state["counts"]["junk"], state["junk_left_out"], state["decide"]) == (2, True, True)
    ended(session.call("plan_start", state["plan"], {"junk": junk} if junk else {})["id"])
    assert (tmp_path / "remote" / "tree" / "deep" / "a").exists()
    assert (tmp_path / "remote" / "tree" / ".DS_Store").exists() is junk
    assert (tmp_path / "remote" / "tree" / "deep" / "Thumbs.db").exists() is junk


def test_a_plan_that_is_closed_begins_nothing(session: Any, remote: Server, tmp_path: Path, complete: Any) -> None:
    file = make(tmp_path / "a.txt", b"mine")
    make(tmp_path / "remote" / "a.txt", b"theirs")
    state = complete(session.call("plan_open", put(remote.addresses[0], file)))
    assert session.call("plan_close", state["plan"]) == 0
    assert session.call("plan_close", state["plan"]) == 0
    for method in ("plan_state", "plan_start"):
        with pytest.raises(NotFound):
            session.call(method, state["plan"])
    assert session.call("job_list")["total"] == 0


def test_a_server_that_cannot_be_asked_gets_its_job_which_tells_why(session: Any, tmp_path: Path, until: Any) -> None:
    file = make(tmp_path / "a.txt", b"mine")
    opened = session.call("plan_open", put("http://127.0.0.1:1/", file))
    begun = until(lambda: session.call("plan_state", opened["plan"]), lambda now: now["job"])
    assert "127.0.0.1:1" in begun["error"]
    session.call("job_cancel", begun["job"])


def test_a_start_before_all_is_counted_begins_one_job(session: Any, remote: Server, tmp_path: Path, ended: Any) -> None:
    for number in range(300):
        make(tmp_path / "tree" / str(number), b"x")
    opened = session.call("plan_open", put(remote.addresses[0], tmp_path / "tree"))
    job = session.call("plan_start", opened["plan"])
    assert ended(job["id"])["files_done"] == 300
    assert session.call("job_list")["total"] == 1


def test_the_plan_takes_what_a_job_takes_and_nothing_else(session: Any, tmp_path: Path) -> None:
    with pytest.raises(BadParameters, match="whole path"):
        session.call("plan_open", {"direction": "put", "server": "", "items": [["a", "a"]]})
    with pytest.raises(InvalidPath):
        session.call("plan_open", {"direction": "put", "server": "", "items": [[str(tmp_path), "../a"]]})
    with pytest.raises(BadParameters, match="Only what is sent"):
        session.call("plan_open", {"direction": "get", "server": "", "items": [["a", str(tmp_path)]]})
    state = session.call("plan_open", put("", tmp_path))
    with pytest.raises(BadParameters, match="on_conflict is one of"):
        session.call("plan_start", state["plan"], {"on_conflict": "perhaps"})


def test_only_so_many_plans_are_kept(session: Any, remote: Server, tmp_path: Path) -> None:
    file = make(tmp_path / "a.txt", b"mine")
    make(tmp_path / "remote" / "a.txt", b"theirs")
    numbers = [session.call("plan_open", put(remote.addresses[0], file))["plan"] for _ in range(plans.MOST + 1)]
    with pytest.raises(NotFound):
        session.call("plan_state", numbers[0])
    assert session.call("plan_state", numbers[1])["plan"] == numbers[1]


def test_from_elsewhere_a_plan_names_only_what_lies_in_the_share_and_none_that_was_opened_here(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, remote: Server
) -> None:
    monkeypatch.setenv("HOME", str(home))
    outside = make(home / "private.txt", b"mine")
    make(tmp_path / "remote" / "private.txt", b"theirs")
    with Agent(home / "share", ["https://127.0.0.1:0"], state=home / "state") as agent, connect(agent.control) as owner:
        mine = owner.call("plan_open", put(remote.addresses[0], outside))["plan"]
        with Laptop(owner, tmp_path / "laptop", "manage").connect() as device:
            with pytest.raises(Forbidden):
                device.call("plan_open", put("", outside))
            for method in ("plan_state", "plan_start"):
                with pytest.raises(NotFound):
                    device.call(method, mine)
            device.call("plan_close", mine)
        assert owner.call("plan_state", mine)["plan"] == mine


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_no_drop_is_lost_by_a_fault_of_our_own(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, until: Callable[..., Any]
) -> None:
    def broken(plan: object) -> None:
        raise ValueError("a fault of our own")

    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setattr(plans.Plan, "run", broken)
    with Agent(home / "share", state=home / "state") as agent, connect(agent.control) as owner:
        opened: Any = owner.call("plan_open", put("", make(tmp_path / "a.txt", b"mine")))
        until(lambda: owner.call("plan_state", opened["plan"]), lambda now: now["job"])
        until(lambda: (home / "share" / "a.txt").exists())


# How long it will take


def ran(rates: Rates, monkeypatch: pytest.MonkeyPatch, seconds: float, files: int, moved: int) -> None:
    """A job that ran so long, as the engine tells of it."""
    clock = [100.0]
    monkeypatch.setattr("time.monotonic", lambda: clock[0])
    spec = JobSpec(Direction.PUT, "http://a/", (("/x", "x"),))
    rates.changed([Job(1, spec, JobState.RUNNING)])
    clock[0] += seconds
    rates.changed([Job(1, spec, JobState.DONE, files_done=files, bytes_moved=moved)])
    monkeypatch.undo()


def test_the_time_is_told_from_how_fast_it_went_before(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rates = Rates(Memory(tmp_path / "rates.json"))
    assert rates.seconds("http://a/", 10, 10 * MIB, 0) == -1.0
    ran(rates, monkeypatch, 10.0, 4, 100 * MIB)
    assert rates.seconds("http://a/", 2, 50 * MIB, 0) == pytest.approx(5.0)
    assert rates.seconds("http://a/", 1000, 1000, 0) == -1.0, "large files say nothing about small ones"
    assert rates.seconds("http://b/", 2, 50 * MIB, 0) == -1.0
    ran(rates, monkeypatch, 2.0, 2000, 2000)
    assert rates.seconds("http://a/", 500, 500, 0) == pytest.approx(0.5)
    # After a start anew it is known still; a limit makes it longer.
    again = Rates(Memory(tmp_path / "rates.json"))
    assert again.seconds("http://a/", 2, 50 * MIB, MIB) == pytest.approx(50.0)


def test_a_job_that_was_over_at_once_says_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rates = Rates(Memory(tmp_path / "rates.json"))
    ran(rates, monkeypatch, 0.2, 4, 100 * MIB)
    assert rates.seconds("http://a/", 2, 50 * MIB, 0) == -1.0
