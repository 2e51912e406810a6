"""No secret where others look: a whole life with the real commands (pairing, transfers, trouble, crashes), at the most talkative,
and then a search for the real tokens, codes and keys in all that came out of it."""

from __future__ import annotations

import base64
import gc
import json
import logging
import os
import re
import signal
import ssl
import subprocess
import sys
import time
import traceback
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from filexfer import Server, connect
from filexfer.client.pairing import pair
from filexfer.client.vault import Vault
from filexfer.core.errors import FilexferError
from filexfer.protocol import pairing
from tests.secret import Onlooker, below, leaks, leaky

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks at /proc")

MARK = "FILEXFER_TEST_OF_SECRETS=1"
#: In every process of the test: all that any of our loggers says goes to a file of its own, and a crash says where it was.
_TALKATIVE = """
import faulthandler, logging, os
faulthandler.enable()
handler = logging.FileHandler(os.path.join(os.environ["LOGS"], f"log-{os.getpid()}"))
handler.setFormatter(logging.Formatter("%(name)s %(message)s %(args)r %(exc_info)r"))
for name in ("filexfer", "keyring", "asyncio", "concurrent"):
    logging.getLogger(name).addHandler(handler)
    logging.getLogger(name).setLevel(logging.DEBUG)
"""
#: `filexfer serve`, with a mistake of ours in it: asked about a file named boom it fails as nobody foresaw.
_SERVE = """
import sys
from filexfer.cli.main import main
from filexfer.server.methods.files import Files
def boom(self, caller, path):
    if path == "boom":
        raise RuntimeError(f"not foreseen: {caller!r} {self!r} {vars(self)!r}")
    return was(self, caller, path)
was, Files.file_stat = Files.file_stat, boom
sys.exit(main())
"""


@dataclass
class Life:
    """What a life left behind.

    Attributes:
        secrets: name -> the real one.
        meant: what was written where the owner asked for a secret: outputs of `invite` and `devices add`.
        said: every other output of a command, by command.
        seen: what another user of the machine saw.
    """

    top: Path
    secrets: dict[str, bytes] = field(default_factory=dict)
    meant: dict[str, bytes] = field(default_factory=dict)
    said: dict[str, bytes] = field(default_factory=dict)
    seen: Onlooker = field(default_factory=lambda: Onlooker(MARK.encode()))

    def env(self, who: str) -> dict[str, str]:
        home = self.top / who
        home.mkdir(exist_ok=True)
        places = {name: str(home) for name in ("HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME", "XDG_RUNTIME_DIR")}
        more = {"XDG_STATE_HOME": str(home / "state"), "PYTHONPATH": str(self.top / "site"), "LOGS": str(self.top / "logs")}
        return {**os.environ, **places, **more, **dict([MARK.split("=")])}

    def state(self, who: str) -> Path:
        return self.top / who / "state" / "filexfer"

    def run(self, who: str, *words: str, stdin: str = "", code: int | None = 0, meant: bool = False) -> str:
        """Run a command to its end; what it said is kept."""
        done = subprocess.run(
            [sys.executable, "-m", "filexfer", *words], env=self.env(who), input=stdin.encode(), capture_output=True, timeout=60
        )
        assert code is None or done.returncode == code, (words, done.stderr.decode())
        name = f"{len(self.said)}: {words}"
        self.said[name] = done.stderr + (b"" if meant else done.stdout)
        if meant:
            self.meant[name] = done.stdout
        return done.stdout.decode()


@pytest.fixture(scope="module")
def life(tmp_path_factory: pytest.TempPathFactory) -> Life:
    # Short: a control socket's path has 108 bytes.
    life = Life(tmp_path_factory.mktemp("s"))
    for name in ("site", "logs", "share", "files"):
        (life.top / name).mkdir()
    (life.top / "site" / "sitecustomize.py").write_text(_TALKATIVE, encoding="utf-8")
    (life.top / "files" / "a.txt").write_bytes(b"not a secret")
    (life.top / "files" / "large").write_bytes(os.urandom(3 << 20))
    with life.seen.looking():
        live(life)
    return life


def live(life: Life) -> None:
    words = ["serve", str(life.top / "share"), "--listen", "https://127.0.0.1:0", "-v"]
    with (life.top / "server.err").open("wb") as err:
        server = subprocess.Popen(
            [sys.executable, "-c", _SERVE, *words], env=life.env("owner"), stdout=subprocess.PIPE, stderr=err
        )
        try:
            assert server.stdout
            address = server.stdout.readline().decode().split()[-1].rstrip("/")
            key = next(life.state("owner").rglob("identity.pem")).read_text()
            life.secrets |= secrets_of_key(key)
            by_link(life, address)
            by_code(life, address)
            by_token_file(life, address)
            trouble(life, address)
            revoked(life, address)
            crash_of_a_client(life, address)
            server.send_signal(signal.SIGABRT)
            life.said["server's stdout"] = server.stdout.read()
        finally:
            server.kill()
            server.communicate()
    life.said["server's stderr"] = (life.top / "server.err").read_bytes()


def secrets_of_key(pem: str) -> dict[str, bytes]:
    body = re.search("-----BEGIN PRIVATE KEY-----\n(.*?)-----END", pem, re.DOTALL)
    assert body
    return {f"key, line {number}": line.encode() for number, line in enumerate(body[1].split()) if len(line) > 40}


def invited(life: Life, name: str) -> tuple[str, str]:
    """An invitation's link and its code as it is typed."""
    said = life.run("owner", "invite", "--no-wait", meant=True)
    link = re.findall(r"filexfer://\S+", said)[0]
    code = re.findall(r"\b[A-Z2-7]{4}(?:-[A-Z2-7]{4}){3}\b", said)[0]
    life.secrets |= {f"{name}: code": code.replace("-", "").encode(), f"{name}: code as typed": code.encode()}
    return link, code


def tokens_of(life: Life, who: str) -> None:
    found = re.findall(r'"token": "([^"]+)"', (life.state(who) / "vault.json").read_text())
    assert found
    life.secrets |= {f"{who}: token {number}": token.encode() for number, token in enumerate(found)}


def by_link(life: Life, address: str) -> None:
    link, _ = invited(life, "link")
    life.run("guest", "pair", "-v", "--name", "attic", stdin=link + "\n")
    tokens_of(life, "guest")
    life.run("guest", "put", "-v", str(life.top / "files"), "attic:sent/")
    life.run("guest", "get", "-v", "attic:sent/files", str(life.top / "back"))
    life.run("guest", "put", "--json", str(life.top / "files" / "a.txt"), "attic:json.txt")
    life.run("guest", "ls", "-l", "-v", "attic:")
    life.run("guest", "servers")
    life.run("guest", "jobs", "-v")
    life.run("owner", "devices", "-v")
    # A code that was used: refused, and not repeated.
    life.run("guest", "pair", "-v", stdin=link + "\n", code=None)


def by_code(life: Life, address: str) -> None:
    _, code = invited(life, "code")
    life.run("other", "pair", "-v", address, "--device", "other", stdin=code.lower() + "\n")
    tokens_of(life, "other")
    life.run("other", "put", "-v", str(life.top / "files" / "a.txt"), f"{address}/other.txt")


def by_token_file(life: Life, address: str) -> None:
    file = life.top / "token"
    file.write_text(life.run("owner", "devices", "add", "script", meant=True))
    life.secrets["added: token"] = file.read_text().split()[0].encode()
    life.run("third", "put", "-v", "--token-file", str(file), str(life.top / "files"), f"{address}/by token/")
    # Somebody pastes where it does not belong.
    life.secrets["wrong: token"] = pairing.new_token().encode()
    wrong = life.top / "wrong"
    wrong.write_text(life.secrets["wrong: token"].decode() + "\n" + file.read_text().split("\n", 1)[1])
    life.run("third", "ls", "-v", "--token-file", str(wrong), address, code=4)


def trouble(life: Life, address: str) -> None:
    said = life.run("guest", "stat", "-v", "attic:boom", code=None)
    assert "RuntimeError" not in said
    life.run("guest", "get", "-v", "attic:not there", str(life.top / "nowhere"), code=None)
    # A man in the middle, or a server with another key.
    vault = life.state("guest") / "vault.json"
    kept = vault.read_text()
    vault.write_text(re.sub('"pin": "..', '"pin": "00', kept))
    life.run("guest", "ls", "-v", "attic:", code=None)
    vault.write_text(kept)
    life.run("guest", "call", address, "file_list", '""', code=None)


def revoked(life: Life, address: str) -> None:
    life.run("owner", "devices", "revoke", "other", "-v")
    life.run("other", "put", "-v", str(life.top / "files" / "large"), f"{address}/late", code=4)


def crash_of_a_client(life: Life, address: str) -> None:
    """In the middle of a transfer, and while a code is awaited."""
    command = [
        sys.executable,
        "-m",
        "filexfer",
        "get",
        "-v",
        "--bwlimit",
        "200K",
        "attic:sent/files/large",
        str(life.top / "part"),
    ]
    with subprocess.Popen(command, env=life.env("guest"), stderr=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        end = time.monotonic() + 20
        while not any((life.top).glob(".filexfer*")) and not (life.top / "part").exists() and time.monotonic() < end:
            time.sleep(0.02)
        process.send_signal(signal.SIGABRT)
        life.said["crashed get"] = b"".join(process.communicate(timeout=30))
    assert b"Fatal Python error: Aborted" in life.said["crashed get"]


def test_the_life_was_a_whole_one(life: Life) -> None:
    """Else nothing below says anything."""
    assert {name.split(":")[0] for name in life.secrets} >= {"link", "code", "guest", "other", "added", "wrong"}
    assert sum(name.startswith("key") for name in life.secrets) >= 2
    log = b"".join(path.read_bytes() for path in (life.top / "logs").iterdir())
    server = life.said["server's stderr"]
    assert b"RuntimeError: not foreseen" in server
    assert b"Fatal Python error: Aborted" in server
    assert (life.top / "back" / "large").read_bytes() == (life.top / "files" / "large").read_bytes()
    assert log
    acts = [json.loads(line)["act"] for path in life.top.rglob("audit.log") for line in path.read_text().splitlines()]
    assert {"pair", "invite_create", "device_add", "device_revoke", "login"} <= set(acts)
    assert any(b"pair" in argv.split(b"\0") for argv in life.seen.argv)
    # The search finds what is there: what was meant to be shown.
    meant = b"".join(life.meant.values())
    assert {"link: code", "code: code as typed", "added: token"} <= set(leaks(meant, life.secrets))
    assert leaks(b"Basic " + base64.b64encode(b"any:" + life.secrets["added: token"]), life.secrets)


def test_no_process_shows_a_secret(life: Life) -> None:
    assert [argv for argv in life.seen.argv if leaks(argv, life.secrets)] == []
    assert [leaks(environ, life.secrets) for environ in life.seen.environ if leaks(environ, life.secrets)] == []


def test_no_command_says_a_secret_but_where_it_was_asked_for(life: Life) -> None:
    assert {name: leaks(said, life.secrets) for name, said in life.said.items() if leaks(said, life.secrets)} == {}


def test_no_log_and_no_crash_report_holds_a_secret(life: Life) -> None:
    assert leaky(below(life.top / "logs"), life.secrets) == []
    assert leaky([life.top / "server.err"], life.secrets) == []


def test_no_file_holds_a_secret_but_those_that_keep_it(life: Life) -> None:
    """audit.log, history.sqlite, servers.json, agent.json, devices.json, the share with our own area, what was fetched."""
    found = set(leaky(below(life.top, "vault.json", "identity.pem", "token", "wrong"), life.secrets))
    assert found == set()
    for name in ("vault.json", "identity.pem"):
        kept = list(life.top.rglob(name))
        assert kept
        assert all(path.stat().st_mode & 0o777 == 0o600 for path in kept)
        assert all(path.parent.stat().st_mode & 0o777 == 0o700 for path in kept)
    # The server keeps no token, only hashes; the key is the server's alone.
    server_side = {name: secret for name, secret in life.secrets.items() if not name.startswith("key")}
    assert leaky(below(life.top / "owner"), server_side) == []
    assert (
        leaky(below(life.top / "guest"), {n: s for n, s in life.secrets.items() if n.startswith(("key", "other", "added"))}) == []
    )


def test_nothing_private_can_be_read_by_others(life: Life) -> None:
    private = [path for who in ("owner", "guest", "other") for path in below(life.state(who)) if path.is_file()]
    assert private
    open_ = [str(path.relative_to(life.top)) for path in private if path.stat().st_mode & 0o077]
    in_open = [one for one in open_ if any((life.top / one).parents[n].stat().st_mode & 0o077 for n in range(2))]
    assert in_open == []


def test_a_secret_as_an_argument_is_refused_and_not_repeated(life: Life) -> None:
    # Of a dead invitation: this one argument does stand in argv, which is what the sentence says.
    code = "ABCDEFGHIJKLMNOP"
    for word in (
        f"filexfer://127.0.0.1:8765/?code={code}&pin={'A' * 43}",
        code,
        "abcd-efgh-ijkl-mnop",
        f"https://me:{code}@127.0.0.1/",
    ):
        done = subprocess.run(
            [sys.executable, "-m", "filexfer", "pair", "-v", word],
            env=life.env("guest"),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=60,
        )
        assert done.returncode == 2
        assert leaks(done.stdout + done.stderr, {"code": code.encode(), "typed": b"abcd-efgh-ijkl-mnop"}) == []


@pytest.fixture
def both(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Server, Path, dict[str, bytes]]]:
    """A server in this process, and the proofs that are made while it is paired with."""
    secrets: dict[str, bytes] = {}
    for name in ("client_proof", "server_proof", "new_nonce", "new_code", "new_token"):
        monkeypatch.setattr(pairing, name, noting(secrets, name, getattr(pairing, name)))
    (tmp_path / "share").mkdir()
    with Server(
        tmp_path / "share", listen=["https://127.0.0.1:0"], state=tmp_path / "server", control=tmp_path / "c.sock"
    ) as server:
        yield server, tmp_path, secrets


def noting(secrets: dict[str, bytes], name: str, made: object) -> object:
    def make(*arguments: object) -> object:
        value = made(*arguments)  # type: ignore[operator]
        secrets[f"{name} {len(secrets)}"] = value.encode() if isinstance(value, str) else value
        return value

    return make


def test_no_repr_no_error_and_no_log_tells_a_token_a_code_or_a_proof(
    both: tuple[Server, Path, dict[str, bytes]], caplog: pytest.LogCaptureFixture
) -> None:
    _, top, secrets = both
    caplog.set_level(logging.DEBUG)
    with connect(f"unix:{top}/c.sock") as owner:
        invitation = owner.call("invite_create", {"permission": "write"})
    invite = pairing.parse_link(str(invitation["link"]))
    vault = Vault(top / "client")
    paired = pair(invite, "laptop", vault)
    errors: list[str] = []
    with connect(str(paired.address), vault=vault) as session:
        session.info()
        for act in (
            lambda: session.call("file_stat", "no"),
            lambda: session.call("nothing"),
            lambda: pair(invite, "again", vault),
        ):
            try:
                act()
            except FilexferError as error:
                errors.append("".join(traceback.format_exception(error)) + repr(error) + repr(error.args) + repr(vars(error)))
        # What windows of tests before this one left is looked at in tests of the window.
        modules = ((one, str(type(one).__module__)) for one in gc.get_objects())
        ours = [one for one, name in modules if name.startswith("filexfer.") and not name.startswith("filexfer.gui")]
        shown = "\n".join(map(repr, ours))
    secrets = {name: secret for name, secret in secrets.items() if not name.startswith("new_nonce")}
    assert {name.split()[0] for name in secrets} == {"client_proof", "server_proof", "new_code", "new_token"}
    assert "Credentials(" in shown
    assert leaks(shown.encode(), secrets) == []
    assert len(errors) == 3
    assert leaks("\n".join(errors).encode(), secrets) == []
    assert leaks(caplog.text.encode(), secrets) == []
    assert leaky(below(top, "vault.json"), secrets) == []


def test_stock_clients_are_told_the_token_in_no_error(both: tuple[Server, Path, dict[str, bytes]]) -> None:
    """The standard library's ProtocolError shows the address, and with it a password: so no answer of ours may become one."""
    from xmlrpc.client import Fault, ServerProxy

    server, _, secrets = both
    with connect(f"unix:{both[1]}/c.sock") as owner:
        added = owner.call("device_add", "script", "read")
    context = ssl.create_default_context(cadata=str(added["certificate"]))
    context.check_hostname = False
    host = server.addresses[0].removeprefix("https://")
    secrets["wrong"] = b"W" * 43
    for token in (str(added["token"]), "W" * 43):
        with ServerProxy(f"https://any:{token}@{host}", context=context) as proxy:
            for act in (lambda: proxy.file_put("x", b"y"), lambda: proxy.nothing(), lambda: proxy.file_get("no")):
                with pytest.raises(Fault) as refused:
                    act()
                assert leaks("".join(traceback.format_exception(refused.value)).encode(), secrets) == []
