"""The life of jobs as windows drive and see it."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from filexfer import Server
from filexfer.core.errors import BadParameters, InvalidPath, NotFound
from filexfer.protocol import wire

MIB = 1 << 20


class Window:
    """Follows `job_events` as a window does. Attributes: jobs (structs by id), answers (all there were)."""

    def __init__(self, call: Callable[..., Any]) -> None:
        self._call = call
        self.cursor = 0
        self.jobs: dict[int, dict[str, Any]] = {}
        self.answers: list[dict[str, Any]] = []

    def poll(self, timeout: float = 10.0) -> dict[str, Any]:
        answer = self._call("job_events", self.cursor, timeout)
        assert len(answer["jobs"]) + len(answer["removed"]) <= 200
        if answer["reset"]:
            self.jobs.clear()
        self.jobs |= {one["id"]: one for one in answer["jobs"]}
        for gone in answer["removed"]:
            self.jobs.pop(gone, None)
        self.cursor = answer["cursor"]
        self.answers.append(answer)
        return answer

    def until(self, job: int, *states: str) -> dict[str, Any]:
        self.until_so(lambda: self.jobs.get(job, {}).get("state") in states)
        return self.jobs[job]

    def until_so(self, so: Callable[[], bool]) -> None:
        """Poll until `so`; fails after half a minute."""
        deadline = time.monotonic() + 30.0
        while not so():
            if time.monotonic() > deadline:
                raise AssertionError(f"the jobs are still {self.jobs!r:.1000}")
            self.poll(1.0)


@pytest.fixture
def remote(tmp_path: Path) -> Iterator[Server]:
    with Server(tmp_path / "remote", ["http://localhost:0"], guest="write") as server:
        yield server


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    folder = tmp_path / "tree"
    for i in range(40):
        path = folder / f"d{i % 4}" / f"f{i}.txt"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(os.urandom(1000 + i))
    (folder / "empty").mkdir()
    (folder / "large").write_bytes(os.urandom(3 * MIB + 17))
    return folder


def contents(folder: Path) -> dict[str, bytes | None]:
    return {
        str(path.relative_to(folder)): path.read_bytes() if path.is_file() else None
        for path in folder.rglob("*")
        if ".filexfer" not in path.parts
    }


def put(server: str, source: Path, target: str, **more: Any) -> dict[str, Any]:
    return {"direction": "put", "server": server, "items": [[str(source), target]], **more}


def slow(server: str, source: Path, target: str) -> dict[str, Any]:
    """A transfer that takes long enough to be met under way."""
    return put(server, source, target, limit=4 * MIB)


def test_a_folder_goes_up_and_comes_back_and_a_window_sees_it_happen(
    agent: Any, remote: Server, tree: Path, tmp_path: Path
) -> None:
    with agent.session() as session:
        window = Window(session.call)
        assert window.poll()["reset"]
        job = session.call("job_add", put(remote.addresses[0], tree, "a/tree"))
        done = window.until(job["id"], "done", "failed")
        assert (done["state"], done["error"], done["files_done"], done["files_total"]) == ("done", "", 41, 41)
        assert done["bytes_done"] == done["bytes_total"] == sum(f.stat().st_size for f in tree.rglob("*") if f.is_file())
        back = tmp_path / "back"
        spec = {"direction": "get", "server": remote.addresses[0], "items": [["a/tree", str(back)]]}
        second = session.call("job_add", spec)
        assert window.until(second["id"], "done", "failed")["error"] == ""
        assert contents(back) == contents(tree)
        files = session.call("job_files", second["id"], {"limit": 10})
        assert (len(files["files"]), files["total"] >= 41) == (10, True)
        listed = session.call("job_list")
        assert [one["id"] for one in listed["jobs"]] == [second["id"], job["id"]]
        assert session.call("job_list", {"search": "BACK"})["total"] == 1


def test_a_stock_client_drives_a_job(agent: Any, tree: Path) -> None:
    with agent.stock() as proxy:
        job = proxy.job_add(put("", tree, "mine"))
        assert job["spec"]["server"] == ""
        cursor = 0
        while job["state"] not in ("done", "failed"):
            answer = proxy.job_events(cursor, 10)
            # A version is a large number; the standard library's client sends it as text.
            cursor = str(answer["cursor"])
            job = next((one for one in answer["jobs"] if one["id"] == job["id"]), job)
        assert (job["state"], job["error"]) == ("done", "")
        assert contents(agent.share / "mine") == contents(tree)
        assert proxy.job_clear() is True
        assert proxy.job_list()["total"] == 0


def test_pause_resume_cancel_and_retry(agent: Any, remote: Server, tmp_path: Path) -> None:
    source = tmp_path / "big"
    source.write_bytes(os.urandom(12 * MIB))
    with agent.session() as session:
        window = Window(session.call)
        job = session.call("job_add", slow(remote.addresses[0], source, "big"))["id"]
        window.until_so(lambda: window.jobs.get(job, {}).get("bytes_done", 0) > 0)
        assert session.call("job_pause", job) is True
        paused = window.until(job, "paused")
        assert 0 < paused["bytes_done"] < 12 * MIB
        assert session.call("job_resume", job) is True
        window.until(job, "running")
        assert session.call("job_cancel", job) is True
        window.until(job, "cancelled")
        assert not (tmp_path / "remote" / "big").exists()
        session.call("job_retry", job)
        assert window.until(job, "running", "done", "failed")["state"] != "failed"
        session.call("job_cancel", job)
        window.until(job, "cancelled")
        session.call("job_clear", [job])
        window.until_so(lambda: job not in window.jobs)


@pytest.fixture
def stranger() -> Iterator[str]:
    """The address of a server that speaks something else."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def run() -> None:
            with suppress(OSError):
                while True:
                    with listener.accept()[0] as connection:
                        connection.sendall(b"SSH-2.0-OpenSSH_9.2\r\n")

        threading.Thread(target=run, daemon=True).start()
        yield f"http://localhost:{listener.getsockname()[1]}/"
        listener.shutdown(socket.SHUT_RDWR)


def test_a_failed_job_says_why_and_is_tried_again(agent: Any, stranger: str, tree: Path, tmp_path: Path) -> None:
    with agent.session() as session:
        window = Window(session.call)
        job = session.call("job_add", put(stranger, tree, "x"))["id"]
        failed = window.until(job, "failed")
        assert failed["error_kind"] == "ConnectionFailed"
        assert stranger in failed["error"]
        session.call("job_retry", job)
        window.until(job, "failed")
        assert session.call("job_files", job, {"failed": True})["total"] == 0


def test_two_windows_see_the_same(agent: Any, remote: Server, tree: Path) -> None:
    with agent.session() as first, agent.session() as second:
        windows = Window(first.call), Window(second.call)
        for window in windows:
            window.poll()
        job = first.call("job_add", put(remote.addresses[0], tree, "t"))["id"]
        ends = [window.until(job, "done") for window in windows]
        assert ends[0] == ends[1]
        second.call("job_clear", [])
        for window in windows:
            window.until_so(lambda: not window.jobs)  # noqa: B023
    late = Window(agent.session().call)
    assert (late.poll()["jobs"], late.jobs) == ([], {})


def test_hundreds_of_jobs_come_in_pages_and_their_ends_are_all_told(agent: Any, tmp_path: Path) -> None:
    with agent.session() as session:
        early = Window(session.call)
        early.poll()
        added = []
        for i in range(230):
            (tmp_path / f"f{i}").write_bytes(b"x")
            added.append(session.call("job_add", put("", tmp_path / f"f{i}", f"f{i}"))["id"])
        for job in added:
            early.until(job, "done")
        late = Window(session.call)
        first = late.poll()
        assert (len(first["jobs"]), first["more"]) == (200, True)
        for job in added:
            late.until(job, "done")
        assert late.jobs == early.jobs
        assert sum(len(answer["jobs"]) for answer in late.answers) == 230


def test_what_cannot_be_is_refused_in_words_and_leaves_no_job(agent: Any, tmp_path: Path) -> None:
    with agent.session() as session:
        for spec, error in (
            (put("", Path("relative"), "x"), BadParameters),
            (put("", tmp_path, "../x"), InvalidPath),
            (put("nobody:", tmp_path, "x"), NotFound),
            (put("ftp://x", tmp_path, "x"), BadParameters),
            ({"direction": "put", "server": "", "items": []}, BadParameters),
            ({"direction": "sideways", "server": "", "items": [["/a", "b"]]}, BadParameters),
            (put("", tmp_path, "x", colour="red"), BadParameters),
            ("no struct", BadParameters),
        ):
            with pytest.raises(error):
                session.call("job_add", spec)
        assert session.call("job_list")["total"] == 0
        for method in ("job_pause", "job_resume", "job_cancel", "job_retry"):
            with pytest.raises(NotFound):
                session.call(method, 77)


def test_names_of_any_bytes_travel_through_a_job(agent: Any, tmp_path: Path) -> None:
    name = os.fsdecode(b"\xff\x01\n")
    (tmp_path / name).write_bytes(b"content")
    spec = {"direction": "put", "server": "", "items": [[os.fsencode(tmp_path / name), os.fsencode(name)]]}
    with agent.session() as session:
        window = Window(session.call)
        job = session.call("job_add", spec)["id"]
        assert wire.job_of(window.until(job, "done", "failed")).name == name
        assert (agent.share / name).read_bytes() == b"content"


def test_a_limit_holds_for_all_and_is_remembered(agent: Any, tmp_path: Path) -> None:
    source = tmp_path / "big"
    source.write_bytes(bytes(8 * MIB))
    with agent.session() as session:
        assert session.call("limit_set", {"rate": MIB}) is True
        with pytest.raises(BadParameters):
            session.call("limit_set", {"rate": -1})
    agent.stop()
    agent.start()
    with agent.session() as session:
        window = Window(session.call)
        job = session.call("job_add", put("", source, "big"))["id"]
        window.until(job, "running")
        for _ in range(5):
            window.poll()
        assert window.jobs[job]["state"] == "running"
        session.call("limit_set", {"rate": 0})
        window.until(job, "done")


def test_a_killed_agent_goes_on_where_it_was(agent: Any, remote: Server, tmp_path: Path) -> None:
    source = tmp_path / "big"
    source.write_bytes(os.urandom(9 * MIB))
    with agent.session() as session:
        window = Window(session.call)
        job = session.call("job_add", slow(remote.addresses[0], source, "big"))["id"]
        window.until_so(lambda: window.jobs.get(job, {}).get("bytes_done", 0) >= 3 * MIB)
    agent.kill()
    agent.start()
    with agent.session() as session:
        # The window that lived on asks with a cursor of the dead one.
        window = Window(session.call)
        window.cursor = 5
        assert window.poll()["reset"]
        done = window.until(job, "done", "failed")
        assert done["error"] == ""
        assert (tmp_path / "remote" / "big").read_bytes() == source.read_bytes()


def test_a_paused_job_stays_paused_over_a_stop(agent: Any, remote: Server, tmp_path: Path) -> None:
    source = tmp_path / "big"
    source.write_bytes(bytes(8 * MIB))
    with agent.session() as session:
        window = Window(session.call)
        job = session.call("job_add", slow(remote.addresses[0], source, "big"))["id"]
        window.until(job, "running")
        session.call("job_pause", job)
        window.until(job, "paused")
    assert agent.stop() == 0
    agent.start()
    with agent.session() as session:
        window = Window(session.call)
        window.until(job, "paused")
        session.call("job_resume", job)
        window.until(job, "running")


def test_jobs_of_another_process_are_seen(agent: Any, remote: Server, tree: Path) -> None:
    with agent.session() as session:
        window = Window(session.call)
        window.poll()
        program = (
            "import sys\nfrom pathlib import Path\n"
            "from filexfer.client.engine import Engine\nfrom filexfer.client.history import History\n"
            "from filexfer.core.model import Direction, JobSpec\n"
            "engine = Engine(History(Path(sys.argv[1])))\n"
            "engine.wait(engine.add(JobSpec(Direction.PUT, sys.argv[2], ((sys.argv[3], 'theirs'),))))\n"
            "engine.close()"
        )
        history = agent.state / "history.sqlite"
        subprocess.run([sys.executable, "-c", program, history, remote.addresses[0], tree], check=True, timeout=60)
        window.until_so(lambda: any(job["state"] == "done" for job in window.jobs.values()))
