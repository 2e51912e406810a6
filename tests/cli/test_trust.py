"""invite, pair, devices, servers, --token-file: the commands by which two computers come to know each other, as processes."""

from __future__ import annotations

import argparse
import fcntl
import json
import os
import pty
import re
import signal
import socket
import stat
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
import segno

from filexfer.cli import serve as serve_command
from filexfer.cli.configuration.effective import Effective
from filexfer.core.places import share_state
from filexfer.protocol.pairing import parse_link
from tests.cli.command import Result, Served, contents, ended, run, start, tree

Serve = Callable[..., Served]
HERE = "https://127.0.0.1:0"
CODE = "ABCD-EFGH-IJKL-MNOP"
LINK = f"filexfer://192.0.2.1:8765/?code={CODE.replace('-', '')}&pin={'A' * 43}"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tree(tmp_path / "attic", {"f": b"x"})


@pytest.fixture
def other(tmp_path: Path) -> dict[str, str]:
    """The environment of another computer's user."""
    return {"XDG_STATE_HOME": str(tmp_path / "other")}


def vault(env: Mapping[str, str]) -> dict[str, dict[str, str]]:
    file = Path(env["XDG_STATE_HOME"], "filexfer", "vault.json")
    return json.loads(file.read_text()) if file.exists() else {}  # type: ignore[no-any-return]


def invited(*words: str) -> dict[str, str]:
    """An invitation that stays open."""
    result = run("invite", "--no-wait", "--json", "--host", "127.0.0.1", *words)
    assert result.code == 0, result.err
    return json.loads(result.out)  # type: ignore[no-any-return]


def pair(env: Mapping[str, str], *words: str, link: str = "") -> Result:
    return run("pair", *words, data=f"{link or invited()['link']}\n".encode(), env=env)


# From one end to the other


def test_two_computers_come_to_know_each_other_and_files_travel(
    serve: Serve, folder: Path, other: dict[str, str], tmp_path: Path
) -> None:
    served = serve(folder, "--listen", HERE, count=2)
    assert served.lines[1] == "To let a device in, run here: filexfer invite"
    inviting = start("invite", "--host", "127.0.0.1")
    assert inviting.stdout is not None
    lines = [inviting.stdout.readline().decode() for _ in range(6)]
    link = next(line.strip() for line in lines if "filexfer://" in line)
    assert str(parse_link(link).address) == served.address
    assert "once, for 10 minutes, and lets one device read and write" in lines[5]
    paired = pair(other, "--device", "laptop", link=link)
    assert (paired.code, paired.err) == (0, "")
    assert f"Paired with {served.address}, where this computer may read and write." in paired.out
    assert "filexfer ls attic:" in paired.out
    assert "vault.json, which only this user may read" in paired.out
    told = ended(inviting)
    assert (told.code, told.err) == (0, "")
    assert "Paired with “laptop”." in told.out
    # Now it works as with any server.
    source = tree(tmp_path / "source", {"a/b": os.urandom(3_000_000), "c": b"", "d/e": b"e" * 70_000})
    assert run("put", source, "attic:", env=other).code == 0
    assert run("get", "attic:source", tmp_path / "back", env=other).code == 0
    assert contents(source) == contents(tmp_path / "back") == contents(folder / "source")
    assert run("verify", source, "attic:source", env=other).code == 0
    assert run("put", "-", "attic:new", data=b"data", env=other).code == 0
    assert run("mv", "attic:new", "attic:newer", env=other).code == 0
    assert run("mkdir", "attic:made", env=other).code == 0
    assert run("rm", "-r", "attic:made", env=other).code == 0
    assert run("ls", "attic:", env=other).lines == ["f", "newer", "source/"]
    assert run("get", "attic:newer", "-", env=other).raw == b"data"
    assert json.loads(run("call", served.address, "file_stat", "f", env=other).out)["size"] == 1
    assert "you may:   write" in run("stat", "attic:", env=other).out
    assert served.end(signal.SIGTERM).code == 0


def test_a_code_is_typed_with_the_servers_address(serve: Serve, folder: Path, other: dict[str, str]) -> None:
    served = serve(folder, "--listen", HERE)
    authority = served.address.removeprefix("https://").rstrip("/")
    for address in (served.address, authority):
        code = invited()["code"].lower().replace("-", " ")
        assert pair(other, address, link=code).code == 0
    assert pair(other, link=invited()["code"]).code == 2
    wrong = pair(other, authority, link=CODE)
    assert wrong.code == 4
    assert CODE not in wrong.err + wrong.out


def test_what_a_quiet_invitation_prints_can_be_piped_into_pair(serve: Serve, folder: Path, other: dict[str, str]) -> None:
    serve(folder, "--listen", HERE)
    printed = run("invite", "--no-wait", "-q", "--host", "127.0.0.1")
    assert run("pair", data=printed.raw, env=other).code == 0
    assert run("ls", "attic:", env=other).lines == ["f"]


class Terminal:
    """A command at a terminal of its own, 200 columns wide. `said`: all that it showed so far."""

    def __init__(self, *words: str, env: Mapping[str, str] | None = None, columns: int = 200) -> None:
        self._ours, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 60, columns, 0, 0))
        more = {"TERM": "xterm", "PYTHONIOENCODING": "utf-8", **(env or {})}
        self.process = start(*words, env=more, stdin=theirs, stdout=theirs, stderr=theirs)
        os.close(theirs)
        self.said = ""

    def wait_for(self, text: str) -> None:
        deadline = time.monotonic() + 30
        while text not in self.said:
            assert time.monotonic() < deadline, self.said
            try:
                self.said += os.read(self._ours, 65536).decode("utf-8", "replace")
            except OSError:
                raise AssertionError(f"It ended: {self.said}") from None

    def type(self, text: str) -> None:
        os.write(self._ours, text.encode())

    def end(self) -> int:
        try:
            while data := os.read(self._ours, 65536):
                self.said += data.decode("utf-8", "replace")
        except OSError:
            pass  # The other end is closed.
        os.close(self._ours)
        return self.process.wait(30)


def test_at_a_terminal_it_asks_for_what_it_needs(serve: Serve, folder: Path, other: dict[str, str]) -> None:
    served = serve(folder, "--listen", HERE)
    terminal = Terminal("pair", env=other)
    terminal.wait_for("filexfer invite")
    terminal.wait_for("Link, or code: ")
    terminal.type(invited()["code"].lower() + "\n")
    terminal.wait_for("Address of that computer: ")
    terminal.type(served.address.removeprefix("https://") + "\n")
    assert terminal.end() == 0
    assert "Paired with" in terminal.said


def test_an_invitation_at_a_terminal_has_a_qr_code_and_a_countdown_and_ctrl_c_takes_it_back(
    serve: Serve, folder: Path, other: dict[str, str]
) -> None:
    serve(folder, "--listen", HERE)
    terminal = Terminal("invite", "--host", "127.0.0.1")
    terminal.wait_for(" left;")
    assert re.search(r"Waiting for a device … 9:5\d left; Ctrl\+C", terminal.said)
    link = re.search(r"filexfer://\S+", terminal.said)
    assert link is not None
    assert scanned(terminal.said) == [list(map(bool, row)) for row in segno.make(link[0], error="l", micro=False).matrix]
    terminal.type("\x03")
    # Of a terminal that is nobody's own, Ctrl+C is only a character.
    terminal.process.send_signal(signal.SIGINT)
    assert terminal.end() == 130
    assert "taken back" in terminal.said
    refused = pair(other, link=link[0])
    assert (refused.code, vault(other)) == (4, {})


def scanned(text: str) -> list[list[bool]]:
    """The dark modules of a code drawn in half blocks, without the free ones around it."""
    upper, lower = {"█": False, "▀": False, "▄": True, " ": True}, {"█": False, "▀": True, "▄": False, " ": True}
    rows = []
    for line in re.findall(r"\x1b\[97;40m([█▀▄ ]+)\x1b\[0m", text):
        rows += [[upper[mark] for mark in line], [lower[mark] for mark in line]]
    wide = len(rows[0])
    return [row[2:-2] for row in rows[2 : wide - 2]]


@pytest.mark.parametrize(("words", "columns"), [((), 30), (("--no-qr",), 200), (("-q",), 200)])
def test_no_qr_code_where_it_does_not_fit_or_is_not_wanted(
    serve: Serve, folder: Path, words: tuple[str, ...], columns: int
) -> None:
    serve(folder, "--listen", HERE)
    terminal = Terminal("invite", "--no-wait", *words, columns=columns)
    assert terminal.end() == 0
    assert "█" not in terminal.said
    assert "filexfer://" in terminal.said


def test_an_invitation_for_scripts(serve: Serve, folder: Path, other: dict[str, str]) -> None:
    serve(folder, "--listen", HERE)
    inviting = start("invite", "--json", "--permission", "read", "--host", "127.0.0.1")
    assert inviting.stdout is not None
    record = json.loads(inviting.stdout.readline())
    assert (record["event"], record["permission"]) == ("invited", "read")
    paired = json.loads(pair(other, "--json", "--device", "laptop", "--name", "box", link=record["link"]).out)
    assert paired == {
        "event": "paired", "name": "box", "address": record["address"], "share": "attic", "permission": "read", "kept": "file",
    }  # fmt: skip
    assert json.loads(ended(inviting).lines[-1]) == {"event": "paired", "device": "laptop"}
    assert run("put", "-", "box:new", data=b"", env=other).code == 4


# Secrets


@pytest.mark.parametrize(
    "words",
    [
        ("pair", LINK), ("pair", CODE), ("pair", CODE.replace("-", "").lower()), ("pair", LINK, "more"), ("pair", "more", CODE),
        ("ls", LINK), ("put", "/etc/hostname", LINK), ("get", LINK, "x"), (LINK,), ("servers", "save", "x", LINK),
        ("invite", LINK), ("devices", "add", LINK), (f"--{LINK}",),
        ("pair", LINK, "--json"), ("ls", LINK, "-v"), ("serve", LINK), ("call", LINK, "x"), ("pair", *CODE.split("-")),
    ],
)  # fmt: skip
def test_a_link_or_code_as_an_argument_is_refused_and_not_repeated(words: tuple[str, ...], tmp_path: Path) -> None:
    result = run(*words, cwd=tmp_path)
    assert result.code in (1, 2)
    said = (result.out + result.err).upper().replace("-", "")
    assert CODE.replace("-", "") not in said
    assert result.err.strip()


@pytest.mark.parametrize(
    "words", [("ABCD-EFGH-8JKL-MNOP",), ("abcd-efg-ijkl-mnop",), ("ABCDEFGH9JKLMNOP",), ("ABCD", "EFGH", "9JKL", "MNOP")]
)
def test_a_mistyped_code_as_an_argument_is_not_looked_up_as_a_name_nor_repeated(words: tuple[str, ...]) -> None:
    result = run("pair", *words, data=b"")
    assert result.code == 2
    assert "A code is a secret" in result.err
    assert not any(word in result.err for word in words)


@pytest.mark.parametrize("address", ["node-east-web", "my-own-big-computer", "attic-pi.local", "https://node-east-prod-web1"])
def test_a_name_of_a_computer_is_no_code(address: str) -> None:
    # Nothing is at stdin, so it comes no farther than to ask.
    assert "Nothing was given" in run("pair", address, data=b"").err


def test_where_an_address_leads_nowhere_another_one_is_asked_for_only_if_it_was_the_links(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        at = f"127.0.0.1:{taken.getsockname()[1]}"
    by_link = run("pair", data=LINK.replace("192.0.2.1:8765", at).encode())
    by_code = run("pair", at, data=CODE.encode())
    assert (by_link.code, by_code.code) == (3, 3)
    assert "give it: filexfer pair ADDRESS" in by_link.err
    assert "give it" not in by_code.err


def test_what_is_paired_for_another_state_is_not_said_to_be_found_by_other_commands(
    serve: Serve, folder: Path, other: dict[str, str], tmp_path: Path
) -> None:
    serve(folder, "--listen", HERE)
    paired = pair(other, "--state", str(tmp_path / "apart"))
    assert paired.code == 0
    assert "filexfer ls" not in paired.out
    assert f"“attic” in {tmp_path / 'apart'}" in paired.out
    saved = run("servers", "save", "b", "https://b/", "--state", tmp_path / "apart", env=other)
    assert "filexfer ls" not in saved.out
    assert f"filexfer pair b: --state {tmp_path / 'apart'}" in saved.out
    assert "“attic”" in run("ls", "b:", env=other).err or "None is saved" in run("ls", "b:", env=other).err


def test_a_code_is_not_spent_where_nothing_can_be_kept(serve: Serve, folder: Path, other: dict[str, str]) -> None:
    serve(folder, "--listen", HERE)
    invitation = invited()
    assert pair(other, "--state", "/proc/nope", link=invitation["link"]).code == 1
    assert pair(other, link=invitation["link"]).code == 0


@pytest.mark.parametrize("name", [b"l\xe4tin", b"a\x1bb"])
def test_a_share_whose_name_is_no_text_is_paired_with(serve: Serve, other: dict[str, str], tmp_path: Path, name: bytes) -> None:
    serve(tree(Path(os.fsdecode(os.fsencode(tmp_path) + b"/" + name)), {"f": b""}), "--listen", HERE)
    paired = pair(other, "--name", "box")
    assert (paired.code, paired.err) == (0, "")
    assert run("ls", "box:", env=other).lines == ["f"]


def test_no_secret_is_told_by_any_command_that_does_not_exist_to_tell_it(
    serve: Serve, folder: Path, other: dict[str, str], tmp_path: Path
) -> None:
    served = serve(folder, "--listen", HERE, "-v")
    invitation = invited()
    said = [pair(other, "-v", link=invitation["link"]).raw]
    token = vault(other)[served.address]["token"]
    said += [run(*words, "-v", env=other).raw for words in (("servers",), ("ls", "attic:"), ("stat", "attic:"))]
    said += [run("devices", "-v").raw, run("pair", "-v", data=invitation["link"].encode(), env=other).err.encode()]
    assert run("devices", "revoke", Path("/").joinpath("x").name).code == 1
    ended_server = served.end(signal.SIGTERM)
    said += [ended_server.raw, ended_server.err.encode(), run("ls", "attic:", "-v", env=other).err.encode()]
    everything = b"\n".join(said).decode()
    assert token
    assert token not in everything
    assert invitation["code"] not in everything
    assert invitation["code"].replace("-", "") not in everything
    for kept in (tmp_path / "state").rglob("*"):
        assert not kept.is_file() or token not in kept.read_text("utf-8", "replace"), kept
    assert stat.S_IMODE(Path(other["XDG_STATE_HOME"], "filexfer", "vault.json").stat().st_mode) == 0o600


def test_a_server_with_another_key_is_refused(serve: Serve, folder: Path, other: dict[str, str]) -> None:
    served = serve(folder, "--listen", HERE)
    assert pair(other).code == 0
    served.end(signal.SIGTERM)
    next(Path(os.environ["XDG_STATE_HOME"]).rglob("identity.pem")).unlink()
    serve(folder, "--listen", served.address)
    refused = run("ls", "attic:", env=other)
    assert (refused.code, refused.out) == (4, "")
    assert "another key" in refused.err
    assert json.loads(run("servers", "--json", env=other).out)["state"] == "key changed"
    # By its name alone it can be paired with anew.
    assert pair(other, "attic:").code == 0
    assert run("ls", "attic:", env=other).code == 0


# Devices


def test_revoking_tells_of_those_that_may_be_the_same_computer(serve: Serve, folder: Path) -> None:
    serve(folder, "--listen", HERE)
    for name in ("vm", "vm", "vmware"):
        assert run("devices", "add", name).code == 0
    result = run("devices", "revoke", "vm")
    assert result.code == 0
    assert "“vm (2)”" in result.err
    assert "vmware" not in result.err


def test_devices_are_listed_added_and_revoked(serve: Serve, folder: Path, other: dict[str, str]) -> None:
    served = serve(folder, "--listen", HERE)
    assert run("devices").lines == ["No devices. `filexfer invite` lets one in."]
    pair(other, "--device", "laptop", link=invited("--permission", "read")["link"])
    assert run("devices", "add", "backup").code == 0
    listed = run("devices").lines
    assert [line.split()[:3] for line in listed] == [["laptop", "read", "since"], ["backup", "write", "since"]]
    assert listed[1].endswith("last seen never")
    records = [json.loads(line) for line in run("devices", "--json").lines]
    assert [record["name"] for record in records] == ["laptop", "backup"]
    assert run("ls", served.address, env=other).code == 0
    result = run("devices", "revoke", "laptop", records[1]["id"], "nobody")
    assert result.code == 1
    assert "no device “nobody”" in result.err
    assert run("devices").lines == ["No devices. `filexfer invite` lets one in."]
    refused = run("ls", served.address, served.address, env=other)
    assert refused.code == 4
    assert refused.err.count("\n") == 1
    assert "does not know this computer any more" in refused.err


def test_a_monitor_is_paired_to_watch_and_sees_no_file(serve: Serve, folder: Path, other: dict[str, str]) -> None:
    served = serve(folder, "--listen", HERE)
    paired = pair(other, link=invited("--permission", "watch")["link"])
    assert "this computer may watch how the server does" in paired.out
    assert (run("health", served.address, env=other).code, run("ls", served.address, env=other).code) == (0, 4)


def test_what_devices_add_prints_is_what_token_file_reads(
    serve: Serve, folder: Path, other: dict[str, str], tmp_path: Path
) -> None:
    served = serve(folder, "--listen", HERE)
    added = run("devices", "add", "backup")
    assert added.lines[1] == "-----BEGIN CERTIFICATE-----"
    assert "shown this once" in added.err
    file = tmp_path / "token"
    file.write_bytes(added.raw)
    file.chmod(0o600)
    assert run("ls", served.address, "--token-file", file, env=other).lines == ["f"]
    assert run("ls", served.address, "--token-file", "-", data=added.raw, env=other).lines == ["f"]
    source = tree(tmp_path / "source", {"a": b"a" * 3_000_000})
    sent = run("put", source, served.address, "--token-file", file, env=other)
    assert (sent.code, sent.err) == (0, "")
    assert run("put", "--dry-run", source, served.address, "--token-file", file, env=other).code == 0
    assert run("get", f"{served.address}source", tmp_path / "back", "--token-file", file, env=other).code == 0
    assert run("verify", tmp_path / "back", f"{served.address}source", "--token-file", file, env=other).code == 0
    assert run("stat", served.address, "--token-file", file, env=other).code == 0
    assert run("call", served.address, "server_info", "--token-file", file, env=other).code == 0
    assert vault(other) == {}
    both = run("put", "-", f"{served.address}x", "--token-file", "-", data=added.raw, env=other)
    assert both.code == 2


def test_a_token_file_that_is_open_to_others_or_none_is_told(
    serve: Serve, folder: Path, other: dict[str, str], tmp_path: Path
) -> None:
    served = serve(folder, "--listen", HERE)
    file = tmp_path / "token"
    file.write_bytes(run("devices", "add", "backup").raw)
    file.chmod(0o644)
    told = run("ls", served.address, "--token-file", file, env=other)
    assert (told.code, told.lines) == (0, ["f"])
    assert "chmod 600" in told.err
    assert run("ls", served.address, "--token-file", tmp_path / "none", env=other).code == 2
    (tmp_path / "secret").write_text("s3cret\n", encoding="ascii")
    (tmp_path / "secret").chmod(0o600)
    none = run("ls", served.address, "--token-file", tmp_path / "secret", env=other)
    assert none.code == 2
    assert "devices add" in none.err
    assert "s3cret" not in none.err
    # A token goes to no other server, and over no plain http.
    beside = serve(tree(tmp_path / "beside", {"g": b""}), "--listen", HERE)
    assert run("ls", beside.address, "--token-file", file, env=other).code == 4
    assert run("ls", "http://localhost:1/", "--token-file", file, env=other).code == 2
    # Nor is it passed over in silence.
    for words in (("devices",), ("invite", "--no-wait"), ("jobs",), ("devices", "--share", folder)):
        unused = run(*words, "--token-file", file)
        assert (unused.code, "elsewhere: name it by" in unused.err) == (2, True)


def test_stock_python_uses_what_devices_add_prints(serve: Serve, folder: Path) -> None:
    served = serve(folder, "--listen", HERE)
    program = """
import ssl, sys
from xmlrpc.client import ServerProxy
token, _, certificate = sys.stdin.read().partition("\\n")
context = ssl.create_default_context(cadata=certificate)
context.check_hostname = False
address = sys.argv[1].replace("https://", f"https://any:{token}@")
with ServerProxy(address, context=context) as server:
    print(server.server_info()["permission"])
"""
    command = [sys.executable, "-c", program, served.address]
    done = subprocess.run(command, input=run("devices", "add", "stock").raw, capture_output=True, timeout=50)
    assert done.stdout == b"write\n", done.stderr


@pytest.mark.parametrize(
    "words",
    [("devices", "list", "x"), ("devices", "add"), ("devices", "add", "a", "b"), ("devices", "revoke"), ("devices", "burn")],
)
def test_devices_says_how_it_is_written(words: tuple[str, ...]) -> None:
    assert run(*words).code == 2


# Which server


def test_without_a_server_it_is_said_how_to_start_one() -> None:
    for command in ("invite", "devices"):
        result = run(command)
        assert result.code == 3
        assert "filexfer serve" in result.err


def test_of_several_servers_one_is_named(serve: Serve, tmp_path: Path) -> None:
    one, two = (tree(tmp_path / name, {}) for name in ("one", "two"))
    for folder in (one, two):
        folder.mkdir()
        serve(folder, "--listen", HERE)
    result = run("invite", "--no-wait")
    assert result.code == 2
    assert f"--share “{one}”" in result.err
    assert f"--share “{two}”" in result.err
    assert run("devices", "add", "a", "--share", one).code == 0
    assert run("devices", "add", "b", "--state", share_state(two)).code == 0
    for folder, name in ((one, "a"), (two, "b")):
        assert [line.split()[0] for line in run("devices", "--share", folder).lines] == [name]
    assert run("devices", "--share", tmp_path).code == 3
    none = run("invite", "--state", tmp_path)
    assert (none.code, f"--state “{tmp_path}” runs here" in none.err) == (3, True)
    assert run("devices", "--share", one, "--state", tmp_path).code == 2


def test_one_with_https_is_meant_rather_than_those_without(serve: Serve, tmp_path: Path) -> None:
    one, two = (tree(tmp_path / name, {"f": b""}) for name in ("one", "two"))
    serve(one, "--listen", "http://127.0.0.1:0")
    assert "https" in run("invite", "--no-wait").err
    serve(two, "--listen", HERE)
    assert invited()["seconds"]


def test_who_may_manage_invites_from_elsewhere(serve: Serve, folder: Path, other: dict[str, str], tmp_path: Path) -> None:
    serve(folder, "--listen", HERE)
    pair(other, link=invited("--permission", "manage")["link"])
    record = json.loads(run("invite", "--no-wait", "--json", "--at", "attic:", env=other).out)
    third = {"XDG_STATE_HOME": str(tmp_path / "third")}
    assert pair(third, "--device", "third", link=record["link"]).code == 0
    assert any(line.startswith("third") for line in run("devices", "--at", "attic:", env=other).lines)
    refused = run("devices", "--at", "attic:", env=third)
    assert refused.code == 4


# Saved servers


def test_servers_are_saved_under_names_of_their_own(serve: Serve, other: dict[str, str], tmp_path: Path) -> None:
    for number in (1, 2):
        served = serve(tree(tmp_path / str(number) / "attic", {f"f{number}": b""}), "--listen", HERE)
        assert pair(other, link=invited("--share", str(tmp_path / str(number) / "attic"))["link"]).code == 0
    assert run("ls", "attic:", env=other).lines == ["f1"]
    assert run("ls", "attic-2:", env=other).lines == ["f2"]
    # Paired with anew it keeps its name.
    again = pair(other, link=invited("--share", str(tmp_path / "2" / "attic"))["link"])
    assert "“attic-2”" in again.out
    records = {record["name"]: record for record in map(json.loads, run("servers", "--json", env=other).lines)}
    assert records.keys() == {"attic", "attic-2"}
    assert records["attic-2"] == {
        "name": "attic-2", "address": served.address, "paired": True, "state": "online", "permission": "write",
    }  # fmt: skip
    assert run("servers", "--names", env=other).lines == ["attic", "attic-2"]
    taken = pair(other, "--name", "attic", link=invited("--share", str(tmp_path / "2" / "attic"))["link"])
    assert taken.code == 5
    assert run("pair", "--name", "a:b", data=b"", env=other).code == 1


def test_how_servers_do_is_asked_of_all_at_once_and_not_for_long(serve: Serve, folder: Path, other: dict[str, str]) -> None:
    served = serve(folder, "--listen", HERE)
    pair(other)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        for number in range(4):
            at = f"http://127.0.0.{number + 1}:{silent.getsockname()[1]}/"
            assert run("servers", "save", f"silent-{number}", at, env=other).code == 0
        assert run("servers", "save", "strange", "https://127.0.0.1:1/", env=other).code == 0
        states = {record["name"]: record["state"] for record in map(json.loads, run("servers", "--json", env=other).lines)}
        # What completes words in a shell cannot wait for servers, and does not.
        silent.setblocking(False)
        while True:
            try:
                silent.accept()[0].close()
            except BlockingIOError:
                break
        assert len(run("servers", "--names", env=other).lines) == 6
        with pytest.raises(BlockingIOError):
            silent.accept()
    assert (states["attic"], states["strange"], states["silent-0"]) == ("online", "needs pairing", "offline")
    run("devices", "revoke", run("devices").lines[0].split()[0])
    assert any(line.split()[:3] == ["attic", served.address, "needs"] for line in run("servers", env=other).lines)


def test_a_server_that_moved_goes_on_being_paired_and_one_that_is_forgotten_does_not(
    serve: Serve, folder: Path, other: dict[str, str]
) -> None:
    served = serve(folder, "--listen", HERE)
    pair(other)
    elsewhere = served.address.replace("127.0.0.1", "localhost")
    moved = run("servers", "save", "attic", elsewhere, env=other)
    assert (moved.code, "not paired" in moved.out) == (0, False)
    assert run("ls", "attic:", env=other).lines == ["f"]
    assert list(vault(other)) == [elsewhere]
    assert run("servers", "rename", "attic", "loft", env=other).code == 0
    assert run("ls", "loft:", env=other).lines == ["f"]
    assert run("servers", "forget", "loft", "nobody", env=other).code == 1
    assert vault(other) == {}
    assert run("servers", env=other).lines == ["No servers. `filexfer pair` makes this computer known to one."]
    assert run("ls", elsewhere, env=other).code == 4


def test_what_is_saved_while_the_apps_agent_runs_is_seen_by_it_and_not_lost(
    serve: Serve, folder: Path, other: dict[str, str]
) -> None:
    serve(folder, "--listen", HERE)
    agent = start("agent", env=other)
    assert agent.stdout is not None
    agent.stdout.readline()
    try:
        assert pair(other).code == 0
        control = next(Path(other["XDG_STATE_HOME"]).rglob("agent.address")).read_text().strip()
        save = ("call", control, "server_save", '{"name": "two", "address": "http://localhost:2/"}')
        assert run(*save, env=other).code == 0
        named = [record["name"] for record in map(json.loads, run("servers", "--json", env=other).lines)]
        assert named == ["attic", "two"]
        listed = json.loads(run("call", control, "server_call", "attic:", "file_list", '[""]', env=other).out)
        assert [entry["name"] for entry in listed["entries"]] == ["f"]
        # By its address it is forgotten too, by the agent as well: the name stays.
        address = next(iter(vault(other)))
        assert run("servers", "forget", address, env=other).code == 0
        unknown = run("call", control, "server_call", "attic:", "file_list", '[""]', env=other)
        assert (unknown.code, vault(other)) == (4, {})
        again = run("servers", "forget", address, env=other)
        assert (again.code, "not paired" in again.err) == (1, True)
        assert pair(other).code == 0
        assert run("servers", "forget", "attic", env=other).code == 0
        gone = run("call", control, "server_call", "attic:", "file_list", '[""]', env=other)
        assert gone.code == 1
        assert vault(other) == {}
    finally:
        agent.terminate()
        ended(agent)


@pytest.mark.parametrize("words", [("save", "x"), ("rename", "x"), ("forget",), ("list", "x"), ("burn", "x")])
def test_servers_says_how_it_is_written(words: tuple[str, ...]) -> None:
    assert run("servers", *words).code == 2


def test_what_is_forgotten_is_told_as_it_is(serve: Serve, folder: Path, other: dict[str, str]) -> None:
    served = serve(folder, "--listen", HERE)
    pair(other)
    assert run("servers", "save", "twin", served.address, env=other).code == 0
    one = run("servers", "forget", "twin", env=other)
    assert "“attic” is the same server, so this computer goes on being paired" in one.out
    assert "what pairing with it brought" not in one.out
    assert run("ls", "attic:", env=other).code == 0
    last = run("servers", "forget", "attic", env=other)
    assert "what pairing with it brought" in last.out
    run("servers", "save", "plain", "http://localhost:1/", env=other)
    assert "pairing" not in run("servers", "forget", "plain", env=other).out


def test_where_a_moved_server_cannot_be_kept_nothing_of_it_is_lost(serve: Serve, folder: Path, other: dict[str, str]) -> None:
    served = serve(folder, "--listen", HERE)
    pair(other)
    before = vault(other)
    # The vault cannot be changed, for its lock is none.
    lock = Path(other["XDG_STATE_HOME"], "filexfer", "vault.lock")
    lock.unlink()
    lock.mkdir()
    moved = run("servers", "save", "attic", served.address.replace("127.0.0.1", "localhost"), env=other)
    lock.rmdir()
    assert moved.code == 1
    assert vault(other) == before
    assert run("ls", "attic:", env=other).lines == ["f"]


# serve


def test_without_more_words_it_listens_for_all_with_encryption_and_lets_nobody_in() -> None:
    parser = argparse.ArgumentParser()
    serve_command.arguments(parser)
    args = parser.parse_args(["x"])
    found = Effective(None, serve_command.given(args))
    bounds = found.server_settings()
    assert (found.listen, found.value("serve", "guest"), bounds.insecure) == (("https://*:8765",), "none", False)


def test_it_tells_addresses_by_which_others_reach_it(serve: Serve, folder: Path) -> None:
    served = serve(folder, "--listen", "https://0.0.0.0:0", "--json")
    address = json.loads(served.lines[0])["address"]
    assert address.startswith("https://")
    assert "0.0.0.0" not in address
    refused = run("ls", address)
    assert refused.code == 4
    assert "filexfer pair" in refused.err


def test_plain_http_for_others_is_warned_of_at_each_start(serve: Serve, folder: Path) -> None:
    for _ in range(2):
        served = serve(folder, "--listen", "http://0.0.0.0:0", "--insecure")
        assert "whoever is on the way reads" in served.end(signal.SIGTERM).err


# Start-up


def test_what_needs_no_trust_does_not_wait_for_its_libraries(serve: Serve, folder: Path) -> None:
    served = serve(folder, "--listen", "http://127.0.0.1:0", "--guest", "read")
    for words in (["--help"], ["ls", served.address], ["put", "--help"], ["pair", "--help"], ["jobs"]):
        program = (
            "import sys\nfrom filexfer.cli.main import main\n"
            f"try:\n    code = main({words!r})\nexcept SystemExit as end:\n    code = end.code\n"
            "print('\\n', code, *{'ssl', 'cryptography', 'keyring', 'segno', 'ifaddr', 'zeroconf'} & set(sys.modules))"
        )
        done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=50, check=True)
        assert done.stdout.splitlines()[-1].split() == ["0"], words
