"""Who may do what: host, origin, credentials, the permission of every method, and the control socket."""

from __future__ import annotations

import base64
import os
import socket
import stat
from contextlib import suppress
from pathlib import Path
from xmlrpc.client import Fault, dumps

import pytest

from filexfer.core.errors import BadParameters, Forbidden, LoginNeeded
from filexfer.core.model import Permission
from filexfer.protocol.methods import SERVICE
from filexfer.server import Caller, Server
from filexfer.server.service import Service
from tests.server.conftest import Wire, head

XML = {"Content_Type": "text/xml"}
TRUST = {201, 202}


def fault_of(reply) -> int:
    try:
        _ = reply.value
    except Fault as fault:
        return fault.faultCode
    return 0


@pytest.mark.parametrize("guest", ["none", "read", "write"])
def test_guests_may_call_what_their_permission_covers_and_nothing_else(serve, guest: str) -> None:
    running = serve(guest=guest)
    held = Permission[guest.upper()]
    wire = running.wire()
    for name, method in SERVICE.items():
        code = fault_of(wire.call(name))
        # Over plain http nobody without a permission calls anything, `pair` neither.
        allowed = Permission.NONE < held >= method.permission
        assert (code not in TRUST) is allowed, name
        if not allowed:
            assert code == (201 if held is Permission.NONE else 202), name
        # The same holds inside of a batch, for each call, also where several are done at once.
        batched = wire.call("system.multicall", [{"methodName": name, "params": ["f", b"x"]}] * 2)
        if held is Permission.NONE:
            assert fault_of(batched) == 201
        elif not allowed:
            assert [one["faultCode"] for one in batched.value] == [202, 202]


@pytest.mark.parametrize("name", ["nothing", "system.listMethods", "server_info", ""])
def test_a_stranger_is_told_no_name(serve, name: str) -> None:
    wire = serve(guest="none").wire()
    assert fault_of(wire.call(name)) == 201


def test_a_strangers_body_is_not_even_parsed(serve) -> None:
    wire = serve(guest="none").wire()
    reply = wire.request("POST /RPC2", b"<this is not XML", **XML)
    assert reply.status == 200
    assert fault_of(reply) == 201


@pytest.mark.parametrize(
    ("line", "guest", "status"),
    [
        ("GET /files/f", "none", 401),
        ("GET /files/none", "none", 401),
        ("PUT /files/g", "none", 401),
        ("PUT /uploads/0/0", "none", 401),
        ("GET /", "none", 401),
        ("GET /files/f", "read", 200),
        ("PUT /files/g", "read", 403),
        ("PUT /uploads/0/0", "read", 403),
    ],
)
def test_the_raw_lane_has_the_same_gate(serve, line: str, guest: str, status: int) -> None:
    running = serve(guest=guest)
    (running.folder / "f").write_bytes(b"x")
    reply = running.wire().request(line, b"y" if line.startswith("PUT") else b"")
    assert reply.status == status
    assert ("www-authenticate" in reply.headers) is (status == 401)
    assert running.held() == {"f": b"x"}


@pytest.mark.parametrize("value", ["Bearer guessed", "Basic " + base64.b64encode(b"any:guessed").decode(), "nonsense"])
def test_unknown_credentials_are_refused_even_where_guests_may_enter(running, value: str) -> None:
    wire = running.wire()
    assert fault_of(wire.call("server_info", Authorization=value)) == 201
    assert wire.request("GET /files/x", Authorization=value).status == 401


@pytest.mark.parametrize(
    "host", ["localhost", "LOCALHOST", "localhost:1234", "127.0.0.1", "127.0.0.1:80", "[::1]:80", "192.168.1.7", "localhost."]
)
def test_names_and_addresses_of_ours_are_answered(wire, host: str) -> None:
    assert wire.call("server_info", Host=host).status == 200


@pytest.mark.parametrize(
    "host", ["evil.example", "localhost.evil.example", "127.0.0.1.evil.example", "localhost:x", "", "a b", "[::1"]
)
def test_other_hosts_are_refused(wire, host: str) -> None:
    assert wire.call("server_info", Host=host).status in (400, 403)


def test_more_names_can_be_allowed(serve) -> None:
    wire = serve(allow_hosts=("files.example",)).wire()
    assert wire.call("server_info", Host="files.example:8765").status == 200


@pytest.mark.parametrize("origin", ["http://evil.example", "null", "https://localhost.evil.example", "http://localhost:1"])
def test_a_foreign_origin_is_refused(wire, origin: str) -> None:
    reply = wire.call("server_info", Origin=origin)
    assert reply.status == 403
    assert not any(name.startswith("access-control") for name in reply.headers)


def test_the_same_origin_passes(wire) -> None:
    assert wire.call("server_info", Host="localhost:80", Origin="http://localhost:80").status == 200


def test_the_control_socket_manages_and_is_private(serve, tmp_path: Path) -> None:
    path = tmp_path / "private" / "control.sock"
    running = serve(guest="none", control=path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert running.server.control_address == f"unix:{path}"
    assert running.server.control_address not in running.server.addresses
    wire = running.wire(running.server.control_address)
    info = wire.call("server_info", Host="whatever it likes").value
    assert (info["permission"], info["local"]) == ("manage", True)
    assert wire.call("trash_empty").value is True
    running.server.close()
    assert not path.exists()


def test_a_foreign_users_process_is_turned_away_from_the_control_socket(serve, tmp_path: Path, monkeypatch) -> None:
    running = serve(control=tmp_path / "private" / "c.sock")
    monkeypatch.setattr("filexfer.server.arrivals.peer_uid", lambda sock: os.getuid() + 4711)
    wire = running.wire(running.server.control_address)
    with pytest.raises(ConnectionError):
        wire.call("server_info")


def test_callers_over_a_public_unix_socket_are_guests(serve, tmp_path: Path) -> None:
    running = serve(guest="read", listen=(f"unix:{tmp_path}/public.sock",))
    info = running.wire(running.server.addresses[0]).call("server_info").value
    assert (info["permission"], info["local"]) == ("read", False)


def test_guests_change_while_the_server_runs(running) -> None:
    wire = running.wire()
    running.server.share(guest="none")
    assert fault_of(wire.call("server_info")) == 201
    running.server.share(guest="read")
    assert wire.call("server_info").value["permission"] == "read"


def test_guests_never_manage(tmp_path: Path) -> None:
    for guest in ("manage", "everything"):
        with pytest.raises(BadParameters):
            Server(tmp_path, guest=guest)


def test_a_large_payload_of_a_reader_reaches_no_disk(serve) -> None:
    running = serve(guest="read")
    body = dumps(([{"methodName": "file_put", "params": ["f", b""]}],), "system.multicall").replace(
        "<base64>\n", "<base64>" + "QUJD" * (1 << 20)
    )
    with running.wire() as wire:
        reply = wire.request("POST /RPC2", body.encode(), **XML)
    assert fault_of(reply) == 111
    assert not (running.folder / ".filexfer").exists()


def test_the_peer_credentials_of_a_unix_socket_are_our_own() -> None:
    from filexfer.server.listener import peer_uid

    one, other = socket.socketpair()
    with one, other:
        assert peer_uid(one) == os.getuid()


def test_the_service_itself_looks_at_the_permission_whoever_calls_it() -> None:
    service = Service()
    service.register("writes", lambda caller: "done", Permission.WRITE)
    with pytest.raises(Forbidden):
        service.call(Caller("reader", Permission.READ), "writes", [])
    with pytest.raises(LoginNeeded):
        service.call(Caller("stranger", Permission.NONE), "writes", [])
    assert service.call(Caller("writer", Permission.WRITE), "writes", []) == "done"


@pytest.mark.parametrize("scheme", ["http", "https"])
@pytest.mark.parametrize("credentials", [{}, {"Authorization": "Bearer guessed"}, {"Authorization": "Basic Zm9vOmJhcg=="}])
@pytest.mark.parametrize("line", ["PUT /files/mine", "PUT /uploads/0/0", "POST /RPC2", "GET /files/there"])
@pytest.mark.parametrize("size", [0, 1000, 60_000, 1 << 20])
def test_what_comes_behind_a_refused_login_is_neither_read_nor_taken_for_a_request(
    serve, line: str, credentials: dict[str, str], size: int
) -> None:
    running = serve("none", control=None)
    (running.folder / "there").write_bytes(b"secret")
    behind = b"GET /files/there HTTP/1.1\r\nHost: localhost\r\n\r\n"
    wire = running.wire()
    with suppress(OSError):
        wire.send(head(line, len(behind) + size, Content_Type="text/xml", **credentials) + behind + bytes(size))
    reply = wire.reply()
    if line.startswith("POST") and not (size < 4000 and running.url.startswith("https") and not credentials):
        assert fault_of(reply) == 201
    elif line.startswith("POST"):
        assert fault_of(reply) == -32700  # so little, over TLS, might have been the one call that strangers may make
    else:
        assert reply.status == 401
    # Either the body was dropped whole and the connection goes on, or it has ended; the request in it was never seen.
    with suppress(OSError):
        again = wire.request("GET /files/there")
        assert again.status == 401
    assert running.held() == {"there": b"secret"}


@pytest.mark.parametrize(
    "credentials",
    [
        "Bearer",
        "Bearer ",
        "Bearer  x",
        "bearer x y",
        "Basic",
        "Basic !",
        "Basic Zm9v",
        "Basic " + base64.b64encode(b"any:").decode(),
        "Basic " + base64.b64encode(b"any:\xff").decode(),
        "Digest username=x",
        "Negotiate abc",
        "\xff",
        "Bearer " + "x" * 8000,
        "Bearer x, Bearer y",
    ],
)
def test_credentials_that_are_none_are_refused(running, credentials: str) -> None:
    assert fault_of(running.wire().call("server_info", Authorization=credentials)) == 201


def test_a_token_is_taken_as_bearer_and_as_anybodys_password(make_house) -> None:
    house = make_house()
    token = house.owner("device_add", "stock", "read")["token"]
    for credentials in (f"Bearer {token}", f"bEARER   {token}", "basic " + base64.b64encode(f"me:{token}".encode()).decode()):
        with Wire(house.url) as wire:
            assert wire.call("server_info", Authorization=credentials).value["device"] == "stock"
    for credentials in (f"Bearer {token}x", f"Bearer {token[:-1]}", "Basic " + base64.b64encode(f"{token}:me".encode()).decode()):
        with Wire(house.url) as wire:
            assert fault_of(wire.call("server_info", Authorization=credentials)) == 201


def test_two_tokens_are_none(make_house) -> None:
    house = make_house()
    token = house.owner("device_add", "stock", "read")["token"]
    field = f"Authorization: Bearer {token}\r\n"
    body = dumps((), "server_info").encode()
    with Wire(house.url) as wire:
        start = head("POST /RPC2", len(body), Content_Type="text/xml")[:-2].decode()
        wire.send((start + field + field + "\r\n").encode() + body)
        assert wire.reply().status == 400


def test_host_and_origin_come_before_credentials(make_house) -> None:
    house = make_house(login_failures=3)
    for refused in ({"Host": "evil.example"}, {"Origin": "https://evil.example"}):
        for _ in range(5):
            with Wire(house.url) as wire:
                assert wire.call("server_info", Authorization="Bearer guessed", **refused).status == 403
    with Wire(house.url) as wire:
        assert fault_of(wire.call("server_info", Authorization="Bearer guessed")) == 201  # none of those was counted
