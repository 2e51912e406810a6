"""What a server keeps for itself is never in what it shares."""

from __future__ import annotations

from pathlib import Path

import pytest

from filexfer.core.errors import BadParameters
from filexfer.core.places import share_state
from filexfer.server import Server
from tests.server.stranger import House


def test_a_server_does_not_share_its_own_state(tmp_path: Path) -> None:
    for share, state in ((tmp_path, tmp_path / "state"), (tmp_path / "state" / "share", tmp_path / "state")):
        with pytest.raises(BadParameters, match="cannot be shared"):
            Server(share, ["https://localhost:0"], state=state).start()
    assert not list(tmp_path.rglob("identity.pem"))


def test_nor_when_another_folder_is_shared_while_it_runs(house: House) -> None:
    with pytest.raises(BadParameters, match="cannot be shared"):
        house.server.share(folder=house.state.parent)
    assert house.server.current_share().name == "share"
    assert house.device().call("server_info")["share"] == "share"


def test_nor_once_it_listens_on_https_later(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Until then it has no state, nor has this user."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "home" / ".state"))
    with Server(tmp_path / "home", ["http://localhost:0"]) as server:
        with pytest.raises(BadParameters, match="cannot be shared"):
            server.listen("https://localhost:0")
        assert not share_state(tmp_path / "home").exists()
