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


def looked(*more: str) -> str:
    """What the command tells of servers nearby."""
    result = run("servers", "--nearby", *more)
    assert result.code == 0, result.err
    return result.out


def found() -> dict[str, Any]:
    """The same as rows, by their pins."""
    return {row["pin"]: row for row in map(json.loads, looked("--json").splitlines())}


def test_a_server_is_found_by_its_pin_and_one_that_does_not_want_it_is_not(serve: Callable[..., Served], tmp_path: Path) -> None:
    pins = {}
    for name, more in (("silent", ("--no-announce",)), ("loud", ())):
        (tmp_path / name).mkdir()
        pins[name] = Identity(tmp_path / f"{name}-state").pin[:PIN_DIGITS]
        server = serve(tmp_path / name, *HTTPS, *more, "--state", tmp_path / f"{name}-state")
    # Its name is probed for a second or two before it is announced (RFC 6762, section 8.1), and a look takes a moment only.
    rows = next((rows for _ in range(8) if pins["loud"] in (rows := found())), None)
    assert rows is not None
    row = rows[pins["loud"]]
    assert row["addresses"] == [server.address]
    assert (row["known"], row["self"], row["state"]) == ("", False, "needs pairing")
    assert pins["silent"] not in rows, "it was there before the other one"
    text = next((text for _ in range(8) if server.address in (text := looked())), "")
    assert "filexfer pair ADDRESS" in text


def test_with_no_network_to_look_at_it_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FILEXFER_MDNS", "off")
    result = run("servers", "--nearby")
    assert result.code == 3
    assert "not looked for" in result.err
    assert run("servers", "save", "a", "https://h:1/", "--nearby").code == 2
    assert run("servers", "forget", "a", "--names").code == 2
