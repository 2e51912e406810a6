"""Transfers for servers that are away: they wait, say so, and begin by themselves; what only a person can mend fails in words."""

from __future__ import annotations

import os
import shutil
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from filexfer import Server
from filexfer.agent import waiting as waiting_module
from filexfer.agent.memory import Memory
from filexfer.agent.servers import Servers
from filexfer.agent.waiting import Waiting
from filexfer.client.away import MOST_FRUITLESS
from filexfer.client.engine import Engine, EngineSettings
from filexfer.client.history import History
from filexfer.client.run import RunSettings
from filexfer.client.session import connect
from filexfer.client.vault import Vault
from filexfer.core.model import Direction, JobSpec, JobState
from filexfer.protocol.address import parse
from tests.agent.conftest import wait_until

MIB = 1 << 20


class Box:
    """Another computer, which is on or off. Attributes: folder, state, address (the same each time)."""

    def __init__(self, home: Path, scheme: str = "http") -> None:
        self.folder, self.state, self._scheme = home / "box", home / "box-state", scheme
        self.folder.mkdir()
        self._server: Server | None = None
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        self.address = f"{scheme}://127.0.0.1:{self.port}/"

    def on(self) -> None:
        guest = "write" if self._scheme == "http" else "none"
        control = self.state / "c.sock"
        self._server = Server(self.folder, [self.address], guest=guest, state=self.state, control=control).start()

    def off(self) -> None:
        if self._server is not None:
            self._server.close()
            self._server = None

    def new_key(self) -> None:
        """Set it up anew."""
        shutil.rmtree(self.state)

    def invite(self) -> str:
        assert self._server is not None
        with connect(self._server.control_address) as session:
            invite: Any = session.call("invite_create", {"permission": "write"})
        return str(invite["link"])


@pytest.fixture
def box(home: Path) -> Iterator[Box]:
    made = Box(home)
    yield made
    made.off()


@pytest.fixture
def secure(home: Path) -> Iterator[Box]:
    made = Box(home, "https")
    yield made
    made.off()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    made = tmp_path / "notes.txt"
    made.write_bytes(os.urandom(3 * MIB + 5))
    return made


def put(server: str, source: Path, target: str = "") -> dict[str, Any]:
    return {"direction": "put", "server": server, "items": [[str(source), target or source.name]]}


@pytest.fixture
def becomes(until: Callable[..., Any]) -> Callable[..., dict[str, Any]]:
    """Waits until a job is in one of these states, waiting for what `waits_for` says."""

    def wait(session: Any, job: int, *states: str, waits_for: str = "") -> dict[str, Any]:
        def find() -> dict[str, Any]:
            return next((one for one in session.call("job_list")["jobs"] if one["id"] == job), {})

        return dict(until(find, lambda now: now.get("state") in states and now["waits_for"] == waits_for))

    return wait


def test_an_upload_to_a_server_that_is_off_waits_and_begins_by_itself(agent: Any, box: Box, file: Path, becomes: Any) -> None:
    with agent.session() as session:
        job = session.call("job_add", put(box.address, file))["id"]
        waits = becomes(session, job, "waiting", waits_for="server")
        assert waits["error_kind"] == "ConnectionFailed"
        assert box.address in waits["error"]
        assert waits["finished_ns"] == 0
        box.on()
        done = becomes(session, job, "done", "failed")
        assert (done["state"], done["error"], done["error_kind"]) == ("done", "", "")
    assert (box.folder / "notes.txt").read_bytes() == file.read_bytes()


def test_a_download_waits_too(agent: Any, box: Box, tmp_path: Path, becomes: Any) -> None:
    (box.folder / "there").write_bytes(b"content")
    spec = {"direction": "get", "server": box.address, "items": [["there", str(tmp_path / "here")]]}
    with agent.session() as session:
        job = session.call("job_add", spec)["id"]
        becomes(session, job, "waiting", waits_for="server")
        box.on()
        becomes(session, job, "done")
    assert (tmp_path / "here").read_bytes() == b"content"


def test_a_plan_for_a_server_that_is_off_begins_its_transfer_which_waits(
    agent: Any, box: Box, file: Path, becomes: Any, until: Any
) -> None:
    with agent.session() as session:
        plan = session.call("plan_open", put(box.address, file))
        job = until(lambda: session.call("plan_state", plan["plan"])["job"])
        becomes(session, job, "waiting", waits_for="server")
        box.on()
        becomes(session, job, "done")


@pytest.mark.parametrize("end", ["stop", "kill"])
def test_what_waits_is_waited_for_by_the_next_agent(agent: Any, box: Box, file: Path, becomes: Any, end: str) -> None:
    with agent.session() as session:
        job = session.call("job_add", put(box.address, file))["id"]
        becomes(session, job, "waiting", waits_for="server")
    getattr(agent, end)()
    agent.start()
    with agent.session() as session:
        becomes(session, job, "waiting", waits_for="server")
        box.on()
        becomes(session, job, "done")
    assert (box.folder / "notes.txt").read_bytes() == file.read_bytes()


def test_what_waits_is_paused_resumed_and_cancelled(agent: Any, box: Box, file: Path, becomes: Any) -> None:
    with agent.session() as session:
        first, second = (session.call("job_add", put(box.address, file, name))["id"] for name in ("first", "second"))
        for job in (first, second):
            becomes(session, job, "waiting", waits_for="server")
        session.call("job_pause", first)
        assert becomes(session, first, "paused")["error"] == ""
        session.call("job_cancel", second)
        assert becomes(session, second, "cancelled")["error"] == ""
        box.on()
        session.call("job_resume", first)
        becomes(session, first, "done")
        assert becomes(session, second, "cancelled")
    assert [one.name for one in box.folder.iterdir() if not one.name.startswith(".")] == ["first"]


def test_who_tries_again_does_not_wait_for_the_next_look(agent: Any, box: Box, file: Path, becomes: Any) -> None:
    with agent.session() as session:
        job = session.call("job_add", put(box.address, file))["id"]
        becomes(session, job, "waiting", waits_for="server")
        box.on()
        session.call("job_retry", job)
        becomes(session, job, "done")


def test_a_server_with_another_key_fails_its_transfers_and_says_what_to_do(
    agent: Any, secure: Box, file: Path, becomes: Any
) -> None:
    secure.on()
    with agent.session() as session:
        session.call("server_pair", {"link": secure.invite(), "name": "box"})
        secure.off()
        job = session.call("job_add", put("box:", file))["id"]
        becomes(session, job, "waiting", waits_for="server")
        secure.new_key()
        secure.on()
        failed = becomes(session, job, "failed")
        assert (failed["error_kind"], "pair again" in failed["error"]) == ("KeyChanged", True)
        session.call("server_pair", {"link": secure.invite(), "name": "box"})
        session.call("job_retry", job)
        becomes(session, job, "done")


def test_a_server_that_forgot_this_device_fails_its_transfers_and_says_what_to_do(
    agent: Any, box: Box, file: Path, becomes: Any
) -> None:
    with agent.session() as session:
        job = session.call("job_add", put(box.address.replace("http:", "https:"), file))["id"]
        failed = becomes(session, job, "failed")
    assert (failed["error_kind"], "air" in failed["error"]) == ("LoginNeeded", True)


def test_who_answers_but_is_no_such_server_is_not_waited_for(agent: Any, file: Path, becomes: Any) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener, agent.session() as session:

        def run() -> None:
            while True:
                try:
                    connection, _ = listener.accept()
                except OSError:
                    return
                connection.sendall(b"SSH-2.0-OpenSSH_9.2\r\n")
                connection.close()

        threading.Thread(target=run, daemon=True).start()
        job = session.call("job_add", put(f"http://127.0.0.1:{listener.getsockname()[1]}/", file))["id"]
        failed = becomes(session, job, "failed")
        listener.shutdown(socket.SHUT_RDWR)
    assert (failed["error_kind"], "not as an XML-RPC server" in failed["error"]) == ("ConnectionFailed", True)


def test_other_servers_transfers_pass_those_that_wait(agent: Any, box: Box, file: Path, becomes: Any) -> None:
    with agent.session() as session:
        waiting = [session.call("job_add", put(box.address, file, f"f{number}"))["id"] for number in range(5)]
        for job in waiting:
            becomes(session, job, "waiting", waits_for="server")
        becomes(session, session.call("job_add", put("", file))["id"], "done")


class House:
    """An engine with a lookout of its own, in this process."""

    def __init__(self, folder: Path, patience: float = 0.2) -> None:
        self.servers = Servers(Memory(folder / "servers.json"), lambda: "", Vault(folder / "vault"))
        self.waiting = Waiting(self.servers)
        self.history = History(folder / "history.sqlite")
        settings = EngineSettings(run=RunSettings(patience=patience))
        self.engine = Engine(self.history, settings=settings, connect=self.servers.connect, lookout=self.waiting)

    def add(self, server: str, source: Path, target: str = "", limit: int = 0) -> int:
        return self.engine.add(JobSpec(Direction.PUT, server, ((str(source), target or source.name),), limit=limit))

    def look_late(self, server: str) -> None:
        """No look of its own is due for an hour."""
        wait_until(lambda: self.waiting._watched[server].away)
        with self.waiting._changed:
            self.waiting._watched[server].due += 3600

    def close(self) -> None:
        self.waiting.close()
        self.engine.close()
        self.history.close()
        self.servers.close()


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with closing(House(tmp_path / "house")) as made:
        yield made


def test_a_server_that_goes_in_mid_transfer_is_waited_for_and_only_the_rest_is_sent(
    house: House, box: Box, tmp_path: Path, until: Any
) -> None:
    big = tmp_path / "big"
    big.write_bytes(os.urandom(12 * MIB))
    box.on()
    job = house.add(box.address, big, limit=8 * MIB)
    until(lambda: house.engine.job(job).bytes_done >= 3 * MIB)
    box.off()
    until(lambda: house.engine.job(job).waits_for == "server")
    waits = house.engine.job(job)
    assert (waits.state, waits.bytes_done >= 3 * MIB) == (JobState.WAITING, True)
    box.on()
    done = house.engine.wait(job, 20)
    assert (done.state, done.error, done.bytes_done) == (JobState.DONE, "", 12 * MIB)
    assert done.bytes_moved <= 10 * MIB, "what had arrived is not sent again"
    assert (box.folder / "big").read_bytes() == big.read_bytes()


class Slammer:
    """A port whose connections end at once. Attributes: address, taken (how many there were)."""

    def __init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.address = f"http://127.0.0.1:{self._listener.getsockname()[1]}/"
        self.taken = 0
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self.taken += 1
            connection.close()

    def close(self) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._thread.join()
        self._listener.close()


def test_forty_transfers_knock_like_one(house: House, file: Path, until: Any) -> None:
    with closing(Slammer()) as server:
        jobs = [house.add(server.address, file, f"f{number}") for number in range(40)]
        until(lambda: all(house.engine.job(job).waits_for == "server" for job in jobs))
        assert server.taken < 30, "each call may be repeated once or twice; only the first three transfers were begun"
        before = server.taken
        until(lambda: server.taken >= before + 4)
        assert all(house.engine.job(job).state is JobState.WAITING for job in jobs)


def test_looks_come_ever_later(house: House, tmp_path: Path, until: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(waiting_module, "FIRST", 0.01)
    with socket.create_server(("127.0.0.1", 0)) as free:
        server = f"http://127.0.0.1:{free.getsockname()[1]}/"
    house.waiting.watch(server, lambda _: None)
    until(lambda: house.waiting._watched[server].pause > 0.5)
    house.waiting.hurry(server)
    assert house.waiting._watched[server].pause <= 0.5


def test_a_server_that_answers_and_breaks_off_each_time_is_not_tried_for_ever(
    house: House, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(waiting_module, "FIRST", 0.01)
    with closing(Slammer()) as server:
        # To whoever looks it answers.
        monkeypatch.setattr(house.servers, "_look", lambda _: None)
        monkeypatch.setattr(house.servers._known, "_look", lambda _: None)
        failed = house.engine.wait(house.add(server.address, file), 30)
        assert MOST_FRUITLESS < server.taken < 4 * (MOST_FRUITLESS + 2)
    assert (failed.state, failed.error_kind) == (JobState.FAILED, "ConnectionLost")


def test_what_another_call_finds_out_is_enough(house: House, box: Box, file: Path, until: Any) -> None:
    job = house.add(box.address, file)
    until(lambda: house.engine.job(job).waits_for == "server")
    house.look_late(box.address)
    box.on()
    house.servers.call(box.address, "server_info", [])
    assert house.engine.wait(job, 20).state is JobState.DONE


def test_looks_go_on_where_what_is_remembered_cannot_be_read(
    house: House, box: Box, file: Path, until: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = house.add(box.address, file)
    until(lambda: house.engine.job(job).waits_for == "server")

    def unreadable(*_: object) -> object:
        raise PermissionError("no")

    with monkeypatch.context() as patch:
        patch.setattr(house.servers, "resolve", unreadable)
        pause = house.waiting._watched[box.address].pause
        until(lambda: house.waiting._watched[box.address].pause > pause)
    box.on()
    assert house.engine.wait(job, 20).state is JobState.DONE


def test_nobody_looks_when_nobody_waits(house: House, box: Box, file: Path, until: Any) -> None:
    job = house.add(box.address, file)
    until(lambda: house.engine.job(job).waits_for == "server")
    house.engine.cancel(job)
    until(lambda: not house.waiting._watched)
    until(lambda: house.waiting._thread is None)


def test_what_waits_for_a_server_that_moved_goes_where_it_is(house: House, box: Box, file: Path, until: Any) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        old = f"http://127.0.0.1:{free.getsockname()[1]}/"
    house.servers.save("box", old)
    job = house.add(old, file)
    until(lambda: house.engine.job(job).waits_for == "server")
    house.look_late(old)
    box.on()
    house.servers.move("box", old, box.address)
    assert house.engine.wait(job, 20).state is JobState.DONE
    assert (box.folder / "notes.txt").exists()
    (row,) = house.servers.states()
    assert (row["address"], row["before"]) == (str(parse(box.address)), [old])
