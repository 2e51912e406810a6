"""The tutorial's programs for UNIX sockets, against our socket and against a real `supervisord` that runs our server.

The tutorial's first way imports `xmlrpc_unix`, which the package index does not hold any more. `udsxmlrpc` is the package of that
job that installs: it talks to our socket as it is, and `XMLRPC_UNIX` below puts it under the tutorial's names, so that the
tutorial's text runs unchanged.
"""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import udsxmlrpc

from filexfer import Server

# It is not said to work on Python 3.14, and is not installed there.
supervised = pytest.mark.skipif(sys.version_info >= (3, 14), reason="Supervisor 4.3 is for Python up to 3.13")

XMLRPC_UNIX = """
import udsxmlrpc
class UnixServerProxy(udsxmlrpc.Client):
    def __init__(self, url):
        super().__init__(url.removeprefix("unix://"))
"""


@pytest.fixture
def server(tmp_path: Path, short_folder: Path) -> Iterator[Server]:
    (tmp_path / "share").mkdir()
    with Server(tmp_path / "share", listen=[f"unix:{short_folder}/fx.sock"], guest="read") as server:
        yield server


@pytest.fixture
def supervisor(program, tmp_path: Path, short_folder: Path) -> Iterator[str]:
    """The address of a real supervisord, configured by the tutorial's lines, that has `filexfer serve` as its program."""
    (tmp_path / "served").mkdir()
    config = program("supervisor.conf", {"/tmp/supervisor.sock": f"{short_folder}/supervisor.sock"})
    with config.open("a", encoding="utf-8") as file:
        file.write(
            f"""
[supervisord]
nodaemon=true
logfile={tmp_path}/supervisord.log
pidfile={tmp_path}/supervisord.pid
childlogdir={tmp_path}

[program:filexfer]
command={sys.executable} -m filexfer serve {tmp_path}/served --listen unix:{short_folder}/fx.sock --guest write
autostart=false
startsecs=0
"""
        )
    command = [sys.executable, "-W", "ignore", "-m", "supervisor.supervisord", "-c", str(config)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as daemon:
        assert daemon.stdout is not None
        said = []
        while not said or "supervisord started" not in said[-1]:
            said.append(daemon.stdout.readline())
            assert said[-1], said
        yield f"unix://{short_folder}/supervisor.sock"
        daemon.terminate()
        daemon.communicate(timeout=30)


def call(*arguments: str) -> object:
    """What `filexfer call` prints, read as JSON."""
    done = subprocess.run([sys.executable, "-m", "filexfer", "call", *arguments], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_a_third_party_proxy_lists_our_methods(server: Server, short_folder: Path) -> None:
    with udsxmlrpc.Client(f"{short_folder}/fx.sock") as proxy:
        assert {"file_list", "image_put", "system.listMethods"} <= set(proxy.system.listMethods())


@supervised
def test_supervisors_transport_lists_our_methods(server: Server, run, short_folder: Path) -> None:
    printed = run("unix_supervisor.py", {"/tmp/supervisor.sock": f"{short_folder}/fx.sock"})
    assert {"file_list", "image_put", "system.listMethods"} <= set(ast.literal_eval(printed))


@supervised
def test_the_third_party_program_asks_a_real_supervisor(supervisor: str, run, tmp_path: Path) -> None:
    (tmp_path / "xmlrpc_unix.py").write_text(XMLRPC_UNIX, encoding="utf-8")
    url = {"unix:///var/run/supervisor.sock": supervisor}
    printed = run("unix_third_party.py", url, after="print(get_supervisor_status())\n")
    assert [process["name"] for process in ast.literal_eval(printed)] == ["filexfer"]


@supervised
def test_our_command_line_runs_our_server_under_a_real_supervisor(supervisor: str, short_folder: Path) -> None:
    assert [process["statename"] for process in call(supervisor, "supervisor.getAllProcessInfo")] == ["STOPPED"]
    assert call(supervisor, "supervisor.startProcess", '"filexfer"', "true") is True
    assert [process["statename"] for process in call(supervisor, "supervisor.getAllProcessInfo")] == ["RUNNING"]
    ours = f"unix:{short_folder}/fx.sock"
    log = ""
    while "Listening on" not in log:
        log = str(call(supervisor, "supervisor.readProcessStdoutLog", '"filexfer"', "0", "0"))
        assert call(supervisor, "supervisor.getProcessInfo", '"filexfer"')["statename"] == "RUNNING", log
    assert f"Listening on {ours}" in log
    assert call(ours, "folder_make", '"through supervisor"')["kind"] == "folder"
    assert [entry["name"] for entry in call(ours, "file_list", '""')["entries"]] == ["through supervisor"]
    assert call(supervisor, "supervisor.stopProcess", '"filexfer"', "true") is True
