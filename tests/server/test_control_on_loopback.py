"""Control on a system without UNIX sockets: loopback, and a token in a file that only its user can read. Forced here."""

from __future__ import annotations

import os
import socket
import stat
from pathlib import Path

import pytest

from filexfer.core import places
from filexfer.core.errors import StorageFailed
from filexfer.server import Server, listener
from tests.server.conftest import Wire


@pytest.fixture(autouse=True)
def no_unix_sockets(monkeypatch) -> None:
    monkeypatch.setattr(listener, "_UNIX", False)


@pytest.fixture
def state(tmp_path: Path) -> Path:
    return tmp_path / "state"


@pytest.fixture
def server(tmp_path: Path, state: Path):
    with Server(tmp_path / "share", ["http://localhost:0"], control=tmp_path / "unused.sock", state=state) as server:
        yield server


def test_the_token_manages_and_nothing_else_does(server, state: Path) -> None:
    token = places.control_token(state)
    assert len(token) >= 43
    assert server.control_address.startswith("http://127.0.0.1:")
    assert server.control_address not in server.addresses
    with Wire(server.control_address) as wire:
        info = wire.call("server_info", Authorization=f"Bearer {token}").value
        assert (info["permission"], info["local"]) == ("manage", True)
        assert b"<int>201</int>" in wire.call("server_info").body
        for wrong in (f"Bearer {token}x", f"Bearer {token[:-1]}", "Bearer", "Bearer \xe9", "Basic !", "Digest x"):
            reply = wire.call("server_info", Authorization=wrong)
            assert b"<int>201</int>" in reply.body, wrong
    with Wire(server.addresses[0]) as wire:
        assert b"<int>201</int>" in wire.call("server_info", Authorization=f"Bearer {token}").body


def test_a_web_page_does_not_reach_it(server, state: Path) -> None:
    token = f"Bearer {places.control_token(state)}"
    with Wire(server.control_address) as wire:
        assert wire.call("server_info", Authorization=token, Host="evil.example").status == 403
        assert wire.call("server_info", Authorization=token, Origin="http://evil.example").status == 403


def test_nothing_is_taken_without_the_token(server) -> None:
    with Wire(server.control_address) as wire:
        assert wire.request("GET /files/x").status == 401
    with Wire(server.control_address) as wire:
        wire.send(b"PUT /files/f HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\nExpect: 100-continue\r\n\r\n")
        assert wire.reply("PUT").status == 401


@pytest.mark.skipif(os.name != "posix", reason="modes are POSIX")
def test_the_token_is_private(server, state: Path) -> None:
    assert stat.S_IMODE((state / places.CONTROL_TOKEN_FILE).stat().st_mode) == 0o600
    assert stat.S_IMODE(state.stat().st_mode) == 0o700


def test_it_listens_on_this_machine_only(server) -> None:
    (door,) = [one for one in server._doors._listeners if one.token]
    assert door.sock.family == socket.AF_INET
    assert door.sock.getsockname()[0] == "127.0.0.1"
    assert places.control_token(server._state) not in repr(door)


def test_each_start_has_its_own_token_and_the_file_goes_with_the_server(tmp_path: Path, state: Path) -> None:
    tokens = set()
    for _ in range(2):
        with Server(tmp_path / "share", control=tmp_path / "x", listen=(), state=state):
            tokens.add(places.control_token(state))
        assert not (state / places.CONTROL_TOKEN_FILE).exists()
    assert len(tokens) == 2
    assert "" not in tokens


def test_a_token_that_took_the_place_of_ours_is_left_alone(tmp_path: Path, state: Path) -> None:
    server = Server(tmp_path / "share", control=tmp_path / "x", listen=(), state=state).start()
    file = state / places.CONTROL_TOKEN_FILE
    # Beside it first: a file's number may be given again once it is free.
    (state / "other").write_text("another server's\n")
    (state / "other").replace(file)
    server.close()
    assert file.read_text() == "another server's\n"


def test_a_token_that_a_crash_left_is_replaced(tmp_path: Path, state: Path) -> None:
    state.mkdir(mode=0o700)
    (state / places.CONTROL_TOKEN_FILE).write_text("old\n")
    with Server(tmp_path / "share", control=tmp_path / "x", listen=(), state=state) as server:
        assert places.control_token(state) != "old"
        with Wire(server.control_address) as wire:
            assert b"<int>201</int>" in wire.call("server_info", Authorization="Bearer old").body


def test_a_state_folder_that_cannot_be_is_told_and_leaves_nothing_open(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(StorageFailed):
        Server(tmp_path / "share", control=tmp_path / "x", listen=(), state=tmp_path / "file" / "x").start()
    with Server(tmp_path / "share", ["http://localhost:0"]):
        pass
