"""Who counts as one: far away a /64, on a network of ours each address."""

from __future__ import annotations

import pytest

from filexfer.server import neighbours
from filexfer.server.neighbours import household, network


@pytest.fixture(autouse=True)
def our_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """This machine is on 2001:db8:aa::/64."""
    own = frozenset((bytes.fromhex("20010db800aa0000"),))
    monkeypatch.setattr(neighbours, "_own_prefixes", lambda when: own)


@pytest.mark.parametrize(
    ("peer", "one", "larger"),
    [
        ("192.0.2.7", "192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7", "192.0.2.7"),
        ("uid:1000", "uid:1000", "uid:1000"),
        ("::1", "::1", "::1"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64", "2001:db8:1:2::/64"),
        ("2001:db8:aa::5", "2001:db8:aa::5", "2001:db8:aa::/64"),
        ("fe80::1%eth0", "fe80::1%eth0", "fe80::/64%eth0"),
        ("not:an:address", "not:an:address", "not:an:address"),
        ("", "", ""),
    ],
)
def test_who_counts_as_one(peer: str, one: str, larger: str) -> None:
    assert household(peer) == one
    assert network(peer) == larger


def test_our_own_networks_are_those_of_our_interfaces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    assert all(len(prefix) == 8 for prefix in neighbours._own_prefixes(-1))
    # Whatever machine this is: its loopback has one.
    assert bytes(8) in neighbours._own_prefixes(-1)
