"""Saved servers, their states, and calls to them."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from xmlrpc.client import Fault

import pytest

from filexfer import Server
from filexfer.agent import states as states_module
from filexfer.agent.memory import Memory
from filexfer.agent.servers import Servers
from filexfer.agent.states import States
from filexfer.client.vault import Vault
from filexfer.core.errors import (
    AlreadyExists,
    BadParameters,
    ConnectionFailed,
    ConnectionLost,
    LoginNeeded,
    NotFound,
    RemoteFault,
    TooLarge,
)


@pytest.fixture
def remote(tmp_path: Path) -> Iterator[Server]:
    with Server(tmp_path / "remote", ["http://localhost:0"], guest="write", name="The box") as server:
        yield server


def saved(session: Any) -> dict[str, tuple[str, str]]:
    return {one["name"]: (one["address"], one["state"]) for one in session.call("server_list")["servers"]}


def test_saved_servers_are_there_after_a_crash(agent: Any) -> None:
    with agent.session() as session:
        assert session.call("server_save", {"name": "box", "address": "http://localhost:1"}) is True
        assert session.call("server_save", {"name": "attic", "address": "unix:/run/attic.sock:/some/path"}) is True
        assert session.call("server_save", {"name": "box", "address": "http://localhost:2/"}) is True
        assert session.call("server_save", {"name": "gone", "address": "http://localhost:3/"}) is True
        assert session.call("server_forget", "gone") is True
    agent.kill()
    agent.start()
    with agent.session() as session:
        assert {name: address for name, (address, _) in saved(session).items()} == {
            "attic": "unix:/run/attic.sock",
            "box": "http://localhost:2/",
        }
        with pytest.raises(NotFound, match="gone"):
            session.call("server_forget", "gone")


@pytest.mark.parametrize(
    "server",
    [
        {"name": "has space", "address": "http://localhost:1/"},
        {"name": "", "address": "http://localhost:1/"},
        {"name": "a:b", "address": "http://localhost:1/"},
        {"name": "this-computer", "address": "http://localhost:1/"},
        {"name": "box", "address": "ftp://localhost/"},
        {"name": "box", "address": "other:"},
        {"name": "box", "address": "http://me:secret@localhost/"},
        {"name": "box"},
        {"name": "box", "address": "http://localhost:1/", "colour": "red"},
        "box",
    ],
)
def test_what_cannot_be_saved_is_refused_and_nothing_kept(agent: Any, server: object) -> None:
    with agent.session() as session:
        with pytest.raises(BadParameters) as caught:
            session.call("server_save", server)
        assert "secret" not in str(caught.value)
        assert saved(session) == {}


def test_there_is_an_end_to_saving(agent: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    from filexfer.agent import servers
    from filexfer.agent.memory import Memory

    monkeypatch.setattr(servers, "MOST_SAVED", 2)
    made = servers.Servers(Memory(tmp_path / "s.json"), lambda: agent.control, Vault(tmp_path))
    made.save("a", "http://localhost:1/")
    made.save("b", "http://localhost:1/")
    with pytest.raises(TooLarge):
        made.save("c", "http://localhost:1/")
    made.save("b", "http://localhost:2/")


def test_states_tell_who_answers_and_who_does_not(
    agent: Any, remote: Server, tmp_path: Path, until: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    with Server(tmp_path / "closed", ["http://localhost:0"], guest="none") as closed, agent.session() as session:
        session.call("server_save", {"name": "up", "address": remote.addresses[0]})
        session.call("server_save", {"name": "down", "address": "http://localhost:1/"})
        session.call("server_save", {"name": "strange", "address": closed.addresses[0]})
        first = saved(session)
        assert {state for _, state in first.values()} <= {"connecting", "online", "offline", "needs pairing"}
        states = until(
            lambda: {name: state for name, (_, state) in saved(session).items()}, lambda found: "connecting" not in found.values()
        )
        assert states == {"up": "online", "down": "offline", "strange": "needs pairing"}
        # A call that fails is told at once, without waiting for the next look.
        remote.close()
        with pytest.raises(ConnectionFailed):
            session.call("server_call", "up:", "server_info", [])
        assert saved(session)["up"][1] == "offline"


def test_calls_reach_a_saved_server_an_address_and_the_own_share(agent: Any, remote: Server, tmp_path: Path) -> None:
    with agent.session() as session:
        session.call("server_save", {"name": "box", "address": remote.addresses[0]})
        assert session.call("server_call", "box:", "server_info")["share"] == "The box"
        assert session.call("server_call", remote.addresses[0], "folder_make", ["new"])["name"] == "new"
        assert (tmp_path / "remote" / "new").is_dir()
        session.call("server_call", "", "file_put", ["mine.txt", b"\x00bytes"])
        assert (agent.share / "mine.txt").read_bytes() == b"\x00bytes"
        assert session.call("server_call", "", "file_get", ["mine.txt"]) == b"\x00bytes"


def test_a_fault_of_the_other_server_comes_through_as_it_is(agent: Any, remote: Server) -> None:
    def spell() -> None:
        raise Fault(4711, "the box says no")

    remote.register_function(spell)
    with agent.session() as session:
        with pytest.raises(NotFound):
            session.call("server_call", remote.addresses[0], "file_stat", ["nowhere"])
        with pytest.raises(RemoteFault, match="the box says no") as caught:
            session.call("server_call", remote.addresses[0], "spell", [])
        assert caught.value.code == 4711
    with agent.stock() as proxy, pytest.raises(Fault) as fault:
        proxy.server_call(remote.addresses[0], "file_stat", ["nowhere"])
    assert fault.value.faultCode == 102


def test_jobs_and_views_take_the_name_of_a_saved_server(
    agent: Any, remote: Server, tmp_path: Path, until: Callable[..., Any]
) -> None:
    (tmp_path / "f").write_text("x")
    with agent.session() as session:
        session.call("server_save", {"name": "box", "address": remote.addresses[0]})
        session.call("job_add", {"direction": "put", "server": "box:", "items": [[str(tmp_path / "f"), "f"]]})
        until(lambda: session.call("job_list")["jobs"][0]["state"], lambda state: state == "done")
        assert session.call("view_open", "box:", "", {})["count"] == 1


def test_sessions_left_over_are_closed_and_those_in_use_are_not(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from filexfer.agent import servers
    from filexfer.agent.memory import Memory

    monkeypatch.setattr(servers, "MOST_SESSIONS", 2)
    made = servers.Servers(Memory(tmp_path / "s.json"), lambda: "http://localhost:9/", Vault(tmp_path))
    with (
        Server(tmp_path / "a", ["http://localhost:0"], guest="read") as a,
        Server(tmp_path / "b", ["http://localhost:0"], guest="read") as b,
    ):
        with made.session(a.addresses[0]) as used:
            for address in (b.addresses[0], "http://localhost:1/", "http://localhost:2/"):
                with made.session(address) as other:
                    pass
            assert used.call("server_info")
            with made.session(a.addresses[0]) as again:
                assert again is used
        with made.session(b.addresses[0]) as fresh:
            assert fresh.call("server_info")
        assert other is not fresh
        made.close()


def test_what_is_known_of_servers_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(states_module, "MOST", 3)
    states = States(lambda address: None)
    for port in [1, 2, 3, 1, 4]:
        states.note(f"http://localhost:{port}/", ConnectionFailed())
    assert [address[-2] for address in states._known] == ["3", "1", "4"]


def test_an_offline_server_is_said_to_be_so_since_it_answered_last() -> None:
    states = States(lambda address: None)
    states.note("a", ConnectionFailed())
    assert (states.of("a").word, states.of("a").since) == ("offline", 0), "nobody knows since when"
    before = time.time_ns()
    states.note("a")
    assert (states.of("a").word, states.of("a").since) == ("online", 0)
    states.note("a", ConnectionLost())
    assert before <= states.of("a").since <= time.time_ns()


def test_what_a_look_finds_that_began_before_pairing_says_nothing(until: Callable[..., Any]) -> None:
    begun, go_on = threading.Event(), threading.Event()

    def look(address: str) -> None:
        begun.set()
        go_on.wait(20)
        raise LoginNeeded()

    states = States(look)
    states.of("a")
    assert begun.wait(20)
    states.forget("a")
    states.note("a")
    go_on.set()
    until(lambda: "filexfer-check" not in [thread.name for thread in threading.enumerate()])
    assert states.of("a").word == "online"


def test_a_saved_server_can_be_renamed(tmp_path: Path) -> None:
    servers = Servers(Memory(tmp_path / "s.json"), lambda: "", Vault(tmp_path))
    servers.save("a", "http://localhost:1/")
    servers.save("b", "http://localhost:2/")
    with pytest.raises(AlreadyExists):
        servers.rename("a", "b")
    with pytest.raises(NotFound):
        servers.rename("c", "d")
    with pytest.raises(BadParameters):
        servers.rename("a", "has space")
    servers.rename("a", "c")
    assert servers.saved() == {"b": "http://localhost:2/", "c": "http://localhost:1/"}


def test_a_server_that_a_command_saved_is_known_at_once_and_none_is_lost(agent: Any) -> None:
    command = Servers(Memory(agent.state / "servers.json"), lambda: "", Vault(agent.state))
    with agent.session() as session:
        session.call("server_save", {"name": "window", "address": "http://localhost:1/"})
        command.save("command", "http://localhost:2/")
        assert set(saved(session)) == {"window", "command"}
        session.call("server_save", {"name": "again", "address": "http://localhost:3/"})
        assert set(command.saved()) == {"window", "command", "again"}
