"""What runs the server as a service: systemd's units, Supervisor's program and the recipe of an image, held against systemd's own
tools, a real supervisord and real servers."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from xmlrpc.client import ServerProxy

import pytest

from filexfer.protocol.address import DEFAULT_PORT
from tests.cli.command import Served, contents, run, tree

TOP = Path(__file__).resolve().parents[2]
SERVICE = TOP / "packaging" / "service"
SYSTEM = SERVICE / "systemd/system/filexfer.service"
USER = SERVICE / "systemd/user/filexfer.service"

with_systemd = pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd-analyze (Debian: systemd) is not here")


@pytest.fixture
def short_folder(folders_of_nobody: Path) -> Iterator[Path]:
    """Where sockets fit."""
    folder = folders_of_nobody / "s"
    folder.mkdir(mode=0o700)
    yield folder
    shutil.rmtree(folder)


def analyzed(*words: str | Path, **env: str) -> subprocess.CompletedProcess[str]:
    command = ["systemd-analyze", *map(str, words)]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, env={**os.environ, **env})


def settings(unit: Path) -> dict[str, str]:
    """The last value of each setting."""
    found = (line.partition("=") for line in unit.read_text("utf-8").splitlines() if not line.startswith("#"))
    return {name: value for name, equals, value in found if equals}


# ---- systemd


@with_systemd
@pytest.mark.parametrize("unit", [SYSTEM, USER], ids=["system", "user"])
def test_systemd_takes_the_unit_without_a_complaint(unit: Path, tmp_path: Path) -> None:
    here = tmp_path / unit.name
    # It looks for the program.
    here.write_text(unit.read_text("utf-8").replace("/usr/bin/filexfer", sys.executable), "utf-8")
    scope = ["--user"] if unit is USER else []
    (tmp_path / "run").mkdir(mode=0o700)
    done = analyzed("verify", *scope, "--man=no", "--recursive-errors=no", here, XDG_RUNTIME_DIR=str(tmp_path / "run"))
    if "Failed to initialize manager" in done.stderr:
        pytest.skip(done.stderr)
    assert (done.returncode, done.stderr) == (0, "")
    here.write_text(here.read_text("utf-8").replace("Restart=on-failure", "Restart=on-fire"), "utf-8")
    assert "on-fire" in analyzed("verify", *scope, "--man=no", here, XDG_RUNTIME_DIR=str(tmp_path / "run")).stderr


@with_systemd
def test_the_system_unit_leaves_little_in_reach() -> None:
    done = analyzed("security", "--offline=yes", "--threshold=20", "--no-pager", SYSTEM)
    if "unrecognized option" in done.stderr:
        pytest.skip("this systemd-analyze judges no files")
    assert done.returncode == 0, done.stdout


def test_the_units_agree_with_the_server_about_its_ends_and_its_folders() -> None:
    config = (SERVICE / "filexfer.toml").read_text("utf-8")
    found = settings(SYSTEM)
    for folder in found["StateDirectory"].split():
        assert f'= "/var/lib/{folder}"\n' in config
    # What others may enter is not taken for a runtime folder.
    assert found["RuntimeDirectoryMode"] == "0700"
    for unit in (SYSTEM, USER):
        found = settings(unit)
        assert found["Type"] == "notify"
        assert (found["RestartPreventExitStatus"], found["SuccessExitStatus"]) == ("2", "130")
        assert float(found["TimeoutStopSec"]) > 2 * 5.0


@with_systemd
def test_the_server_does_its_work_within_what_the_unit_leaves_it(tmp_path: Path, short_folder: Path) -> None:
    tree(tmp_path / "source", {"a/b": os.urandom(300_000), "big": os.urandom(5 << 20), **{f"s/{n}": b"x" * n for n in range(40)}})
    # As for a dynamic user: both folders are links into a place that others cannot enter.
    for name in ("share", "state"):
        (tmp_path / "private" / name).mkdir(mode=0o750, parents=True)
        (tmp_path / name).symlink_to(f"private/{name}")
    words = ["serve", tmp_path / "share", "--state", tmp_path / "state", "--listen", "https://127.0.0.1:0"]
    confined = [sys.executable, str(TOP / "tests/packaging/confined.py"), str(SYSTEM), sys.executable, "-m", "filexfer"]
    env = {**os.environ, "XDG_RUNTIME_DIR": str(short_folder), "FILEXFER_MDNS": "127.0.0.1"}
    with subprocess.Popen(
        [*confined, *map(str, words)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=env
    ) as server:
        assert server.stdout is not None
        line = server.stdout.readline()
        if not line:
            pytest.skip(f"this kernel does not let itself be asked: {server.communicate()[1]}")
        address = line.split()[-1]
        # By the name that it was given, not by where that leads.
        assert server.stdout.readline() == f"To let a device in, run here: filexfer invite --state {tmp_path}/state\n"
        added = run("devices", "add", "one", "--state", tmp_path / "state")
        (tmp_path / "token").write_text(added.out)
        mine = ("--token-file", tmp_path / "token")
        assert run("put", tmp_path / "source", address, *mine, env={"FILEXFER_MDNS": "off"}).code == 0
        assert run("rm", "-r", f"{address}source/s", *mine).code == 0
        assert run("get", f"{address}source", tmp_path / "back", *mine).code == 0
        server.send_signal(signal.SIGTERM)
        _, said = server.communicate(timeout=60)
    assert (server.returncode, said) == (0, "")
    sent = {name: data for name, data in contents(tmp_path / "source").items() if not name.startswith("s")}
    assert contents(tmp_path / "back") == sent
    assert {name.removeprefix("source/"): data for name, data in contents(tmp_path / "share/").items() if "/" in name} == sent


@with_systemd
def test_what_the_unit_takes_away_is_away() -> None:
    tries = """
import mmap, os, socket
for name, act in {
    "code": lambda: mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC),
    "owner": lambda: os.chown("/", 0, 0),
    "packets": lambda: socket.socket(socket.AF_PACKET, socket.SOCK_RAW),
    "threads": lambda: __import__("threading").Thread(target=print).start(),
    "networks": lambda: socket.socket(socket.AF_NETLINK, socket.SOCK_RAW),
}.items():
    try:
        act()
    except OSError:
        print("no", name)
"""
    confined = [sys.executable, str(TOP / "tests/packaging/confined.py"), str(SYSTEM), sys.executable, "-c", tries]
    done = subprocess.run(confined, capture_output=True, text=True, timeout=60)
    if "AssertionError" in done.stderr or "cannot keep" in done.stderr:
        pytest.skip(done.stderr)
    assert done.stdout.split("\n")[:3] == ["no code", "no owner", "no packets"]
    assert "no threads" not in done.stdout
    assert "no networks" not in done.stdout


# ---- whoever manages it


@pytest.mark.skipif(os.name != "posix" or os.getuid() != 0, reason="only root can be two users")
def test_root_invites_and_lists_devices_at_a_server_of_another_user(tmp_path: Path) -> None:
    with tempfile.TemporaryDirectory(prefix="fx") as place:
        top = Path(place)
        for name in ("share", "state", "run"):
            (top / name).mkdir(mode=0o700)
            os.chown(top / name, 65534, 65534)
        top.chmod(0o755)
        command = [sys.executable, "-m", "tests.cli.as_nobody", "serve", f"{top}/share", "--state", f"{top}/state"]
        env = {**os.environ, "XDG_RUNTIME_DIR": f"{top}/run", "HOME": "/nonexistent"}
        with subprocess.Popen(
            [*command, "--listen", "https://127.0.0.1:0"], stdout=subprocess.PIPE, text=True, env=env, cwd=TOP
        ) as server:
            assert server.stdout is not None
            address = server.stdout.readline().split()[-1]
            assert server.stdout.readline() == f"To let a device in, run here: filexfer invite --state {top}/state\n"
            assert os.stat(top / "state/agent.address").st_uid == 65534
            invited = run("invite", "--state", top / "state", "--no-wait", "--no-qr")
            assert (invited.code, "filexfer://" in invited.out) == (0, True), invited.err
            (tmp_path / "token").write_text(run("devices", "add", "one", "--state", top / "state").out)
            assert "one" in run("devices", "--state", top / "state").out
            put = run("put", "-", f"{address}new", "--token-file", tmp_path / "token", data=b"x")
            assert (put.code, os.stat(top / "share/new").st_uid) == (0, 65534)
            server.terminate()
            assert server.wait(60) == 0


# ---- Supervisor


@pytest.mark.skipif(sys.version_info >= (3, 14), reason="Supervisor 4.3 is for Python up to 3.13")
def test_supervisor_runs_the_program_and_stops_it_in_good_order(tmp_path: Path, short_folder: Path) -> None:
    share = tree(tmp_path / "share", {"f": b"x"})
    config = tmp_path / "filexfer.toml"
    config.write_text(
        f'[serve]\nfolder = "{share}"\nstate = "{tmp_path}/state"\nlisten = ["unix:{short_folder}/fx.sock"]\nguest = "read"\n'
    )
    program = (SERVICE / "supervisor.conf").read_text("utf-8")
    for there, here in {
        "command=/usr/bin/filexfer": f"command={sys.executable} -m filexfer",
        "/etc/filexfer/filexfer.toml": str(config),
        "user=filexfer\n": "",
        "directory=/\n": f"directory={TOP}\n",
        "/var/log/supervisor": str(tmp_path),
        '"/var/lib/filexfer"': f'"{short_folder}"',
        "startsecs=2": "startsecs=0",
    }.items():
        assert there in program
        program = program.replace(there, here)
    control = f"{short_folder}/supervisor.sock"
    head = f"""
[unix_http_server]
file={control}
[rpcinterface:supervisor]
supervisor.rpcinterface_factory = supervisor.rpcinterface:make_main_rpcinterface
[supervisord]
nodaemon=true
logfile={tmp_path}/d.log
pidfile={tmp_path}/d.pid
childlogdir={tmp_path}
user=root
"""
    (tmp_path / "supervisord.conf").write_text(head + program, "utf-8")
    command = [sys.executable, "-W", "ignore", "-m", "supervisor.supervisord", "-c", str(tmp_path / "supervisord.conf")]
    from supervisor.xmlrpc import SupervisorTransport

    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as daemon:
        try:
            until(lambda: run("ls", f"unix:{short_folder}/fx.sock").out == "f\n", daemon)
            with ServerProxy("http://127.0.0.1", transport=SupervisorTransport(None, None, f"unix://{control}")) as manager:
                assert manager.supervisor.getProcessInfo("filexfer")["statename"] == "RUNNING"
                manager.supervisor.stopProcess("filexfer")
                info = manager.supervisor.getProcessInfo("filexfer")
            assert (info["statename"], info["exitstatus"], info["spawnerr"]) == ("STOPPED", 0, "")
            assert "Listening on unix:" in (tmp_path / "filexfer.log").read_text("utf-8")
        finally:
            daemon.terminate()
            daemon.communicate(timeout=30)


def until(true: Callable[[], bool], daemon: subprocess.Popen[str]) -> None:
    for _ in range(100):
        if true():
            return
        assert daemon.poll() is None, daemon.communicate()[0]
    raise AssertionError("it did not come")


# ---- the recipe of an image


def instructions() -> list[tuple[str, str]]:
    text = (SERVICE / "Containerfile").read_text("utf-8")
    lines = re.sub(r"\\\n\s*", "", re.sub(r"^#.*\n", "", text, flags=re.MULTILINE)).splitlines()
    return [(line.split(None, 1)[0], line.split(None, 1)[1]) for line in lines if line]


def test_the_image_is_made_of_what_is_there_and_runs_as_somebody_without_rights() -> None:
    found = instructions()
    names = [name for name, _ in found]
    for name, words in found:
        if name == "COPY" and not words.startswith("--from"):
            assert [source for source in words.split()[:-1] if not (TOP / source).exists()] == []
    # The version, the readme and the licence are read when the wheel is made.
    copied = {word for name, words in found if name == "COPY" for word in words.split()}
    assert {"pyproject.toml", "README.md", "LICENSE", "filexfer", "resources", "constraints.txt"} <= copied
    assert dict(found)["EXPOSE"] == str(DEFAULT_PORT)
    assert dict(found)["STOPSIGNAL"] == "SIGTERM"
    assert names.index("USER") < names.index("ENTRYPOINT")
    assert dict(found)["USER"] == "filexfer"
    assert json.loads(dict(found)["VOLUME"]) == ["/state", "/share"]


def test_what_the_image_does_starts_a_server_whose_health_can_be_asked(tmp_path: Path, short_folder: Path) -> None:
    """Its commands, with its folders elsewhere."""
    found = dict(instructions())

    def here(text: str) -> str:
        return re.sub(r"(?<![\w.])/(state|share|etc)\b", rf"{tmp_path}/\1", text)

    (tmp_path / "bin").mkdir()
    (tmp_path / "bin/filexfer").write_text(f'#!/bin/sh\nexec "{sys.executable}" -m filexfer "$@"\n')
    (tmp_path / "bin/filexfer").chmod(0o755)
    env = {"PATH": f"{tmp_path}/bin:{os.environ['PATH']}", "PYTHONPATH": str(TOP), "XDG_RUNTIME_DIR": str(short_folder)}
    for name in ("state", "share", "etc"):
        (tmp_path / name).mkdir()
    made = next(words for name, words in instructions() if "config sample" in words).split("&&")[-1]
    subprocess.run(["sh", "-c", here(made.replace("/etc/filexfer", "/etc"))], env={**os.environ, **env}, check=True, timeout=60)
    words = [here(word.replace("/etc/filexfer", "/etc")) for word in json.loads(found["CMD"])]
    assert words[0] == "serve"
    served = Served(*words[1:], "--listen", "https://127.0.0.1:0", env=env)
    assert json.loads(served.lines[0])["event"] == "listening"
    check = here(found["HEALTHCHECK"].partition(" CMD ")[2])
    assert subprocess.run(["sh", "-c", check], env={**os.environ, **env}, timeout=60).returncode == 0
    assert served.end(signal.SIGTERM).code == 0
    assert subprocess.run(["sh", "-c", check], env={**os.environ, **env}, capture_output=True, timeout=60).returncode != 0
