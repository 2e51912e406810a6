"""The app as a process of its own: it opens, finds an agent, ends when told to, and leaves the agent running."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from filexfer.client.session import connect
from filexfer.core import places


@pytest.mark.parametrize(
    "command", [["-m", "filexfer", "app"], ["-m", "filexfer.gui.start"]], ids=["filexfer app", "filexfer-app"]
)
def test_the_app_starts_its_agent_and_leaves_it_running_when_it_ends(own_home: Path, command: list[str]) -> None:
    app = subprocess.Popen([sys.executable, *command], env=os.environ | {"QT_QPA_PLATFORM": "offscreen"}, stderr=subprocess.PIPE)
    try:
        end = time.monotonic() + 30
        while not places.control_address(places.state_folder()):
            assert app.poll() is None
            assert time.monotonic() < end
            time.sleep(0.05)
        app.send_signal(signal.SIGTERM)
        _, said = app.communicate(timeout=15)
    finally:
        app.kill()
        app.wait()
    assert app.returncode == 0
    assert b"Traceback" not in said
    with connect(places.control_address(places.state_folder())) as session:
        assert session.call("agent_info")["pid"] != app.pid  # type: ignore[index]
    assert (places.state_folder() / "window.ini").exists()
