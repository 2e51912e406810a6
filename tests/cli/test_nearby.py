"""`filexfer servers --nearby` and `serve --no-announce`, on the loopback interface alone."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from filexfer.agent.multicast import PIN_DIGITS
from filexfer.server.identity import Identity
from tests.cli.command import Served, run

HTTPS = ("--listen", "https://127.0.0.1:0")


@pytest.fixture(autouse=True)
def over_loopback(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FILEXFER_MDNS", "127.0.0.1")


def found(pin: str) -> dict[str, Any] | None:
    """What the command tells of the server with this pin."""
    result = run("servers", "--nearby", "--json")
    assert result.code == 0, result.err
    rows = [json.loads(line) for line in result.lines]
    return next((row for row in rows if row["pin"] == pin[:PIN_DIGITS]), None)


def test_a_server_is_found_by_its_pin_and_one_that_does_not_want_it_is_not(serve: Callable[..., Served], tmp_path: Path) -> None:
    pins = []
    for name, more in (("loud", ()), ("silent", ("--no-announce",))):
        (tmp_path / name).mkdir()
        pins.append(Identity(tmp_path / f"{name}-state").pin)
        server = serve(tmp_path / name, *HTTPS, *more, "--state", tmp_path / f"{name}-state")
        if name == "loud":
            loud = server
    # Its name is probed for a second or two before it is announced (RFC 6762, section 8.1).
    row = next((row for _ in range(8) if (row := found(pins[0]))), None)
    assert row is not None
    assert row["addresses"] == [loud.address]
    assert (row["known"], row["self"], row["state"]) == ("", False, "needs pairing")
    assert found(pins[1]) is None
    text = run("servers", "--nearby")
    assert loud.address in text.out
    assert "filexfer pair ADDRESS" in text.out


def test_with_no_network_to_look_at_it_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FILEXFER_MDNS", "off")
    result = run("servers", "--nearby")
    assert result.code == 3
    assert "not looked for" in result.err
    assert run("servers", "save", "a", "https://h:1/", "--nearby").code == 2
