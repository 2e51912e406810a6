"""Where others find a server that listens on every address: real interfaces of this machine, and machines that are made up."""

from __future__ import annotations

import socket
from types import SimpleNamespace

import ifaddr
import pytest

from filexfer.server import Server, reachable
from tests.server.conftest import Wire


def machine(monkeypatch, way: str, *addresses: str) -> None:
    """A machine whose way to the world begins at `way` ("" for none), with interfaces of these addresses."""

    def towards_the_world(version: int):
        return reachable.ipaddress.ip_address(way) if way and (":" in way) == (version == 6) else None

    def found(version: int):
        ip = towards_the_world(version)
        return iter(() if ip is None else (ip,))

    ips = [SimpleNamespace(ip=(text, 0, 3) if ":" in text else text) for text in addresses]
    monkeypatch.setattr(reachable, "_towards_the_world", found)
    monkeypatch.setattr(ifaddr, "get_adapters", lambda: [SimpleNamespace(ips=[one]) for one in ips])


@pytest.mark.parametrize(
    ("way", "addresses", "found"),
    [
        ("10.0.0.7", ["127.0.0.1", "172.17.0.1", "10.0.0.7"], ["10.0.0.7", "172.17.0.1", "127.0.0.1"]),
        ("10.0.0.7", ["127.0.0.1", "169.254.3.4", "10.0.0.7", "fe80::1", "2001:db8::5"], ["10.0.0.7", "127.0.0.1"]),
        ("", ["127.0.0.1", "169.254.3.4"], ["169.254.3.4", "127.0.0.1"]),
        ("", ["127.0.0.1", "192.168.1.9"], ["192.168.1.9", "127.0.0.1"]),
        ("", [], ["127.0.0.1"]),
    ],
    ids=["the way first", "link-local left out", "nothing but link-local", "no way to the world", "no network"],
)
def test_the_likeliest_address_comes_first_and_this_machine_last(monkeypatch, way, addresses, found) -> None:
    machine(monkeypatch, way, *addresses)
    assert reachable.reachable("https://0.0.0.0:8765/") == [f"https://{ip}:8765/" for ip in found]


def test_ipv6_is_written_in_brackets_and_without_zones(monkeypatch) -> None:
    machine(monkeypatch, "2001:db8::7", "::1", "fe80::1%eth0", "fd00::2", "10.0.0.7", "2001:db8::7")
    assert reachable.reachable("https://[::]:8765") == [
        "https://[2001:db8::7]:8765/",
        "https://[fd00::2]:8765/",
        "https://[::1]:8765/",
    ]


@pytest.mark.parametrize(
    ("addresses", "found"),
    [
        (
            ["10.0.0.7", "172.17.0.1", "fd00::2"],
            ["https://10.0.0.7:1/", "https://172.17.0.1:1/", "https://[fd00::2]:1/", "https://127.0.0.1:1/", "https://[::1]:1/"],
        ),
        (["fd00::2"], ["https://[fd00::2]:1/", "https://127.0.0.1:1/", "https://[::1]:1/"]),
        (["10.0.0.7"], ["https://10.0.0.7:1/", "https://127.0.0.1:1/", "https://[::1]:1/"]),
    ],
    ids=["both families", "IPv6 only", "IPv4 only"],
)
def test_of_several_addresses_what_leads_to_this_machine_only_comes_last(monkeypatch, addresses, found) -> None:
    machine(monkeypatch, "", *addresses)
    assert reachable.reachable_by(["https://0.0.0.0:1/", "https://[::]:1/"]) == found
    named = ["https://localhost:1/", "https://0.0.0.0:1/", "https://[::]:1/", "unix:/run/x.sock"]
    assert reachable.reachable_by(named) == ["https://localhost:1/", *found[:-2], "unix:/run/x.sock", *found[-2:]]
    assert reachable.reachable_by([]) == []


@pytest.mark.parametrize(
    "address", ["https://localhost:1/", "https://box.local:3/", "https://127.0.0.1:3/", "https://[::1]:9/", "unix:/run/x.sock"]
)
def test_an_address_that_names_one_host_stays(address: str) -> None:
    assert reachable.reachable(address) == [address]


def test_each_address_of_this_machine_leads_to_the_server(tmp_path) -> None:
    with Server(tmp_path / "share", ["https://0.0.0.0:0"], "read", state=tmp_path / "state") as server:
        (listening,) = server.addresses
        found = reachable.reachable(listening)
        assert found[-1] == listening.replace("0.0.0.0", "127.0.0.1")
        for address in found:
            with Wire(address) as wire:
                assert wire.call("server_info").value["secure"] is True


@pytest.mark.skipif(not socket.has_ipv6, reason="no IPv6 here")
def test_every_address_of_ipv6_works_too(tmp_path) -> None:
    try:
        server = Server(tmp_path / "share", ["https://[::]:0"], "read", state=tmp_path / "state").start()
    except OSError:
        pytest.skip("no IPv6 here")
    with server:
        (address,) = server.addresses
        assert address.startswith("https://[::]:")
        for there in reachable.reachable(address):
            with Wire(there) as wire:
                assert wire.call("server_info", Host=there.split("/")[2]).status == 200
