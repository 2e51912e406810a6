"""The units of the installed package under a running systemd: that of the machine and that of a user. One boot, Linux only."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator

import pytest

from filexfer.protocol.address import DEFAULT_PORT
from tests.packaging.booted import Booted, booted
from tests.packaging.box import Box
from tests.screen import wait_for

pytestmark = pytest.mark.skipif(shutil.which("dpkg-deb") is None, reason="dpkg is not here")

ADDRESS = f"https://127.0.0.1:{DEFAULT_PORT}/"
STATE = "/var/lib/filexfer"

#: Sends half of a file to the server of argv, says so, waits for a line, sends the rest, and says how that was answered.
SLOWLY = """
import http.client, ssl, sys
lines = http.client.HTTPSConnection("127.0.0.1", int(sys.argv[1]), context=ssl._create_unverified_context())
lines.putrequest("PUT", "/files/slow")
lines.putheader("Authorization", "Bearer " + sys.argv[2])
lines.putheader("Content-Length", "200000")
lines.endheaders(b"x" * 100_000)
print("half", flush=True)
sys.stdin.readline()
lines.send(b"y" * 100_000)
print(lines.getresponse().status)
"""


@pytest.fixture
def machine(box: Box) -> Iterator[Booted]:
    with booted(box) as one:
        yield one


def shown(machine: Booted, what: str) -> str:
    return machine.asked("systemctl", "show", "--value", "--property", what, "filexfer").strip()


def test_the_installed_units_do_under_systemd_what_is_said_of_them(machine: Booted, box: Box) -> None:
    # Before the first start there is no share; nothing is wrong for all that.
    checked = machine.run("filexfer", "config", "check")
    assert checked.returncode == 0, checked.stderr
    assert "systemd makes it" in checked.stderr
    # Started means that it answers: to whoever manages it, and to those whom it let in.
    machine.asked("systemctl", "start", "filexfer")
    assert "Listening on https://127.0.0.1:" in machine.asked("systemctl", "status", "--no-pager", "filexfer")
    assert machine.asked("filexfer", "health", "--state", STATE) == "ok\n"
    assert machine.asked("stat", "--format=%a %U", "/run/filexfer/filexfer").startswith("700 ")
    token = machine.asked("filexfer", "devices", "add", "one", "--state", STATE)
    machine.asked("sh", "-c", f"umask 077; mkdir -p /root/x; echo in >/root/x/f; cat >/root/token <<'.'\n{token}.\n")
    machine.asked("filexfer", "put", "/root/x", ADDRESS, "--token-file", "/root/token")
    assert (box.root / "var/lib/private/filexfer-share/x/f").read_text() == "in\n"
    machine.asked("systemd-analyze", "security", "--no-pager", "--threshold=20", "filexfer")

    survives_what_befalls_it(machine)
    lets_requests_end(machine, box, token.split()[0])
    is_not_started_again_with_wrong_settings(machine)
    is_renewed_and_stopped_with_its_package(machine)
    runs_for_a_user_too(machine)


def survives_what_befalls_it(machine: Booted) -> None:
    first = shown(machine, "MainPID")
    machine.asked("systemctl", "kill", "--signal=HUP", "filexfer")
    wait_for(lambda: "SIGHUP" in machine.asked("journalctl", "--unit=filexfer", "--priority=warning"), "an answer to SIGHUP")
    assert (shown(machine, "MainPID"), shown(machine, "ActiveState")) == (first, "active")
    # What hangs is started anew.
    machine.asked("mkdir", "/run/systemd/system/filexfer.service.d")
    machine.asked("sh", "-c", "printf '[Service]\\nWatchdogSec=1\\n' >/run/systemd/system/filexfer.service.d/soon.conf")
    machine.asked("systemctl", "daemon-reload")
    machine.asked("systemctl", "restart", "filexfer")
    machine.asked("systemctl", "kill", "--signal=STOP", "filexfer")
    wait_for(lambda: shown(machine, "NRestarts") == "1" and shown(machine, "ActiveState") == "active", "a new start")


def lets_requests_end(machine: Booted, box: Box, token: str) -> None:
    enter = ["nsenter", "--target", str(machine.number), "--net"]
    with subprocess.Popen(
        [*enter, sys.executable, "-c", SLOWLY, str(DEFAULT_PORT), token], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as sender:
        assert sender.stdout is not None
        assert sender.stdout.readline() == "half\n"
        machine.asked("systemctl", "stop", "--no-block", "filexfer")
        wait_for(lambda: shown(machine, "StatusText") == "Waiting for requests under way", "the stop to begin")
        assert sender.communicate("\n", timeout=60)[0] == "201\n"
    wait_for(lambda: shown(machine, "ActiveState") == "inactive", "the stop")
    assert (shown(machine, "Result"), shown(machine, "ExecMainStatus")) == ("success", "0")
    assert (box.root / "var/lib/private/filexfer-share/slow").stat().st_size == 200_000


def is_not_started_again_with_wrong_settings(machine: Booted) -> None:
    machine.asked("cp", "/etc/filexfer/filexfer.toml", "/root/right.toml")
    machine.asked("sh", "-c", "echo '[nonsense]' >>/etc/filexfer/filexfer.toml")
    assert machine.run("systemctl", "start", "filexfer").returncode != 0
    assert (shown(machine, "ActiveState"), shown(machine, "ExecMainStatus")) == ("failed", "2")
    machine.asked("cp", "/root/right.toml", "/etc/filexfer/filexfer.toml")


def is_renewed_and_stopped_with_its_package(machine: Booted) -> None:
    machine.asked("systemctl", "enable", "--now", "filexfer")
    first = shown(machine, "MainPID")
    machine.asked("/var/lib/dpkg/info/filexfer.postinst", "configure", "0")
    assert (shown(machine, "MainPID") != first, shown(machine, "ActiveState")) == (True, "active")
    machine.asked("/var/lib/dpkg/info/filexfer.prerm", "remove")
    assert (shown(machine, "ActiveState"), shown(machine, "UnitFileState")) == ("inactive", "disabled")


def runs_for_a_user_too(machine: Booted) -> None:
    machine.asked("useradd", "--create-home", "--shell", "/bin/sh", "anna")
    machine.asked("loginctl", "enable-linger", "anna")
    number = machine.asked("id", "-u", "anna").strip()
    wait_for(lambda: machine.run("test", "-S", f"/run/user/{number}/bus").returncode == 0, "her systemd")

    def she(words: str) -> str:
        return machine.asked("su", "-", "anna", "-c", f"export XDG_RUNTIME_DIR=/run/user/{number}; {words}")

    she("mkdir -p ~/share ~/.config/filexfer; filexfer config sample --folder ~/share >~/.config/filexfer/filexfer.toml")
    she("systemctl --user enable --now filexfer")
    assert re.search(r"^It works once", she("filexfer invite --no-wait --no-qr"), re.MULTILINE)
    she("systemctl --user stop filexfer")
    assert she("systemctl --user show --value --property Result,ExecMainStatus filexfer").split() == ["success", "0"]
