"""`filexfer doctor`: each thing that can stand in the way is told apart, and it says what to type. Real sockets, real servers."""

from __future__ import annotations

import json
import os
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from filexfer.client import knock
from filexfer.client.credentials import Credentials
from filexfer.client.doctor import Doctor, Finding
from filexfer.client.knock import Knock
from filexfer.client.vault import Vault
from filexfer.protocol.address import Address, parse
from tests.cli.command import Served, Share, run
from tests.client.secure import Key

os.environ["PYTHON_KEYRING_BACKEND"] = "keyring.backends.fail.Keyring"
NOBODY: Callable[[Address], Credentials | None] = lambda _: None  # noqa: E731


def examined(address: str, find: Callable[[Address], Credentials | None] = NOBODY, patience: float = 4.0) -> list[Finding]:
    return list(Doctor(find, patience, interfaces=[]).examine(parse(address)))


def last(findings: list[Finding]) -> tuple[str, str]:
    return findings[-1].check, findings[-1].state


@contextmanager
def listening(answer: Callable[[socket.socket], None]) -> Iterator[int]:
    """A port at which every caller gets `answer`."""
    with socket.create_server(("127.0.0.1", 0)) as sock:

        def serve() -> None:
            while True:
                try:
                    made, _ = sock.accept()
                except OSError:
                    return
                with made:
                    try:
                        answer(made)
                    except OSError:
                        continue  # whoever knocked has gone

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield sock.getsockname()[1]
        sock.shutdown(socket.SHUT_RDWR)
        thread.join(5)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as sock:
        return int(sock.getsockname()[1])


def test_a_closed_port_on_a_computer_that_is_on() -> None:
    findings = examined(f"https://127.0.0.1:{free_port()}")
    assert last(findings) == ("port", "bad")
    assert "is on, but nothing listens" in findings[-1].says
    assert findings[-1].there
    assert findings[-1].command.startswith("filexfer serve FOLDER --listen https://0.0.0.0:")


def test_a_name_that_nobody_knows() -> None:
    findings = examined("https://no-such-computer.invalid")
    assert (findings[0].check, findings[0].state) == ("name", "bad")
    plain = examined("https://no-such-computer-here")[0]
    assert plain.command == "filexfer doctor no-such-computer-here.local"


def test_a_name_that_means_this_very_computer_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    port = free_port()
    found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.1.1", port))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *a, **k: found)
    first = examined(f"https://laptop:{port}")[0]
    assert (first.check, first.state) == ("name", "unsure")
    assert "this very computer" in first.says


@contextmanager
def full() -> Iterator[int]:
    """A port whose system swallows what is sent to it, as a firewall does: its queue is full."""
    with ExitStack() as parts:
        sock = parts.enter_context(socket.socket())
        sock.bind(("127.0.0.1", 0))
        sock.listen(0)
        port = sock.getsockname()[1]
        for _ in range(3):
            waiting = parts.enter_context(socket.socket())
            waiting.setblocking(False)
            waiting.connect_ex(("127.0.0.1", port))
        yield port


@pytest.mark.skipif(not os.path.exists("/proc/net"), reason="other systems refuse where Linux is silent")
def test_a_swallowed_port_beside_others_that_answer_is_a_firewall() -> None:
    with full() as port:
        findings = examined(f"https://127.0.0.1:{port}", patience=0.6)
    assert last(findings) == ("firewall", "bad")
    assert findings[-1].command == f"sudo ufw allow {port}/tcp"


@pytest.mark.parametrize(
    ("outcomes", "check"),
    [
        ({None: Knock.SILENT}, "computer"),
        ({None: Knock.NOBODY}, "computer"),
        ({None: Knock.NO_WAY}, "network"),
        ({None: Knock.FORBIDDEN}, "firewall"),
        ({None: Knock.SILENT, 22: Knock.REFUSED}, "firewall"),
        ({None: Knock.NOBODY, 445: Knock.OPEN}, "firewall"),
    ],
)
def test_what_comes_back_from_all_doors_tells_what_is_wrong(
    monkeypatch: pytest.MonkeyPatch, outcomes: dict[int | None, Knock], check: str
) -> None:
    monkeypatch.setattr(knock, "knock", lambda place, patience: outcomes.get(place[1], outcomes[None]))
    monkeypatch.setattr(knock, "own_numbers", lambda: ["192.0.2.7"])
    findings = examined("https://192.0.2.9:8765")
    assert last(findings) == (check, "bad")
    assert findings[-1].do


def test_a_computer_without_a_network_is_told_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(knock, "own_numbers", list)
    findings = examined("https://192.0.2.9:8765")
    assert [(one.check, one.state) for one in findings] == [("network", "bad")]


def test_somebody_who_does_not_speak_tls() -> None:
    with listening(lambda made: made.sendall(b"SSH-2.0-OpenSSH\r\n")) as port:
        findings = examined(f"https://127.0.0.1:{port}")
    assert last(findings) == ("encryption", "bad")
    assert [one.state for one in findings[:-1]] == ["good"]


def test_somebody_who_closes_at_once() -> None:
    with listening(lambda made: None) as port:
        assert last(examined(f"https://127.0.0.1:{port}")) == ("encryption", "bad")


def greeting(key: Key) -> Callable[[socket.socket], None]:
    context = key.context()

    def answer(made: socket.socket) -> None:
        try:
            with context.wrap_socket(made, server_side=True) as secure:
                secure.recv(1)
        except ssl.SSLError:
            return

    return answer


def test_a_server_with_another_key_and_one_that_this_computer_does_not_know(tmp_path: Path) -> None:
    key, token = Key(tmp_path / "key.pem"), "t" * 43
    with listening(greeting(key)) as port:
        address = f"https://127.0.0.1:{port}"
        changed = examined(address, lambda _: Credentials("0" * 64, token))
        unknown = examined(address)
    assert last(changed) == ("key", "bad")
    assert changed[-1].command == f"filexfer pair 127.0.0.1:{port}"
    assert last(unknown) == ("pairing", "bad")
    assert "filexfer invite" in unknown[-1].do


def test_a_server_that_answers_is_well(share: Share) -> None:
    findings = examined(share.url)
    assert {one.state for one in findings} == {"good"}
    assert [one.check for one in findings][-2:] == ["server", "version"]
    assert "look, fetch, send and change" in findings[-2].says


def test_another_version_is_told(serve: Callable[..., Served], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    served = serve(tmp_path, "--listen", "http://127.0.0.1:0", "--guest", "read", "--state", tmp_path.parent / "there")
    monkeypatch.setattr("filexfer.__version__", "9.8.7")
    finding = examined(served.address)[-1]
    assert (finding.check, finding.state) == ("version", "unsure")
    assert "9.8.7" in finding.says


def test_somebody_else_on_http() -> None:
    with listening(lambda made: made.sendall(b"220 mail.example ESMTP\r\n")) as port:
        assert last(examined(f"http://127.0.0.1:{port}")) == ("server", "bad")


def test_a_socket_that_is_not_there(tmp_path: Path) -> None:
    assert last(examined(f"unix:{tmp_path}/no.sock")) == ("port", "bad")


def test_the_command_tells_what_it_finds_and_its_exit_code(share: Share) -> None:
    good = run("doctor", share.url)
    assert good.code == 0
    assert good.lines[-1] == "Nothing stands in the way."
    port = free_port()
    bad = run("doctor", f"127.0.0.1:{port}")
    assert bad.code == 3
    assert f"    there: filexfer serve FOLDER --listen https://0.0.0.0:{port}" in bad.out
    objects = [json.loads(line) for line in run("doctor", f"127.0.0.1:{port}", "--json").lines]
    assert [(one["check"], one["state"], one["there"]) for one in objects] == [("port", "bad", True)]


def test_a_paired_server_is_well_and_a_revoked_one_is_told_apart(serve: Callable[..., Served], tmp_path: Path) -> None:
    (tmp_path / "shared").mkdir()
    state = tmp_path / "there"
    served = serve(tmp_path / "shared", "--listen", "https://127.0.0.1:0", "--state", state)
    assert run("doctor", served.address).code == 4
    invited = json.loads(run("invite", "--state", state, "--no-wait", "--json", "--host", "127.0.0.1").lines[0])
    assert run("pair", data=invited["link"].encode()).code == 0
    well = run("doctor", "shared:")
    assert (well.code, well.lines[-1]) == (0, "Nothing stands in the way.")
    device = json.loads(run("devices", "--state", state, "--json").lines[0])["id"]
    assert run("devices", "revoke", "--state", state, device).code == 0
    revoked = run("doctor", "shared:")
    assert revoked.code == 4
    assert "does not know this computer, or not any more" in revoked.out
    assert Vault(Path(os.environ["XDG_STATE_HOME"]) / "filexfer").find(served.address) is not None


def test_multicast_is_heard_from_whoever_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    """A responder on loopback answers as one of another computer would."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as responder:
        responder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        responder.bind(("127.0.0.1", 0))
        monkeypatch.setattr(knock, "_GROUP", "127.0.0.1")
        monkeypatch.setattr(knock, "_PORT", responder.getsockname()[1])

        def answer() -> None:
            data, place = responder.recvfrom(9000)
            assert b"\x09_filexfer\x04_tcp\x05local\x00" in data
            responder.sendto(data[:2] + b"\x84\x00" + data[4:], place)

        thread = threading.Thread(target=answer, daemon=True)
        thread.start()
        assert knock.heard(["127.0.0.1"], 1.0) == ({"127.0.0.1"}, {"127.0.0.1"})
        thread.join(5)


def test_a_network_without_multicast_is_told_and_nothing_depends_on_it() -> None:
    # No such number is on any network of this computer.
    findings = list(Doctor(NOBODY, 0.3, interfaces=["192.0.2.1"]).multicast())
    assert [(one.check, one.state) for one in findings] == [("multicast", "unsure")]
    assert "by address" in findings[0].do


def test_without_an_address_it_tells_whether_others_reach_this_computer(
    serve: Callable[..., Served], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(knock, "own_numbers", lambda: ["192.0.2.7"])
    off = list(Doctor(NOBODY, 0.3, interfaces=[]).own([]))
    assert last(off) == ("port", "bad")
    (tmp_path / "shared").mkdir()
    served = serve(tmp_path / "shared", "--listen", "https://127.0.0.1:0", "--state", tmp_path / "there")
    on = list(Doctor(NOBODY, 2.0, interfaces=[]).own([served.address]))
    assert [(one.check, one.state) for one in on] == [("network", "good"), ("port", "good"), ("firewall", "unsure")]
    assert on[-1].command == f"filexfer doctor {parse(served.address).authority}"


def test_it_is_documented() -> None:
    text = (Path(__file__).parents[2] / "docs" / "cli.md").read_text("utf-8")
    assert "| `doctor [ADDRESS]` |" in text
    assert "| `doctor` |" in text
