"""The vault: tokens in the system's keyring where one works, else in a file for its user only; several processes at once."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import keyring
import pytest
from keyring.backend import KeyringBackend
from keyring.backends import fail

from filexfer.client.credentials import Credentials, read_file
from filexfer.client.keyrings import KeyringFailed, Keyrings
from filexfer.client.vault import Vault
from filexfer.core import errors
from tests.client.secure import Key

PIN, TOKEN = "ab" * 32, "t" * 43
ONE, TWO = "https://attic:8765/", "https://[fe80::1%25eth0]:8765/"
OURS = Credentials(PIN, TOKEN)


class InMemory(KeyringBackend):
    """A keyring that works. Attributes: kept (passwords by service and name), asked (calls so far)."""

    priority = 5
    #: Else keyring would find these classes by itself and take one for the system's, in every test of this process.
    viable = False

    def __init__(self) -> None:
        super().__init__()
        self.kept: dict[tuple[str, str], str] = {}
        self.asked = 0

    def get_password(self, service: str, username: str) -> str | None:
        self.asked += 1
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.asked += 1
        self.kept[(service, username)] = password

    def delete_password(self, service: str, username: str) -> None:
        del self.kept[(service, username)]


class Failing(InMemory):
    """One whose every call fails, with the secret in its words."""

    def get_password(self, service: str, username: str) -> str | None:
        raise RuntimeError(f"no D-Bus, and {TOKEN}")

    def set_password(self, service: str, username: str, password: str) -> None:
        raise RuntimeError(f"no D-Bus, and {password}")


class Forgetful(InMemory):
    """One that takes everything and keeps nothing."""

    def set_password(self, service: str, username: str, password: str) -> None:
        pass


class Hanging(InMemory):
    """One that never answers."""

    def __init__(self) -> None:
        super().__init__()
        self.never = threading.Event()

    def get_password(self, service: str, username: str) -> str | None:
        self.never.wait()
        return None

    def set_password(self, service: str, username: str, password: str) -> None:
        self.asked += 1
        self.never.wait()


class Readable(InMemory):
    """One that keeps what it gets where everybody may read it: not recommended by keyring itself."""

    priority = 0.5


@pytest.fixture
def system() -> Iterator[InMemory]:
    """The system's keyring is one of the test's own."""
    before = keyring.get_keyring()
    made = InMemory()
    keyring.set_keyring(made)
    yield made
    keyring.set_keyring(before)


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    return Vault(tmp_path / "state")


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_a_token_goes_into_the_keyring_and_no_file_holds_it(vault: Vault, system: InMemory, tmp_path: Path) -> None:
    assert vault.keep(ONE, OURS) == "keyring"
    assert list(system.kept.values()) == [TOKEN]
    assert [service for service, _ in system.kept] == ["filexfer"]
    files = [path for path in (tmp_path / "state").rglob("*") if path.is_file()]
    assert files
    assert all(TOKEN not in path.read_text() for path in files)
    assert Vault(tmp_path / "state").find(ONE) == OURS


def test_another_spelling_of_the_address_finds_it_and_a_path_does_not_matter(vault: Vault) -> None:
    vault.keep("https://ATTIC/some/where", OURS)
    assert vault.find(ONE) == OURS
    assert vault.find("https://attic:8766/") is None
    assert vault.known() == [ONE]


@pytest.mark.parametrize("backend", [fail.Keyring, Failing, Forgetful, Hanging, Readable])
def test_without_a_keyring_that_works_it_goes_into_a_file_for_this_user_only(
    vault: Vault,
    system: InMemory,
    backend: type[KeyringBackend],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level("DEBUG")
    keyring.set_keyring(backend())
    monkeypatch.setattr(vault, "_keyrings", Keyrings(patience=0.1))
    old = os.umask(0)
    try:
        assert vault.keep(ONE, OURS) == "file"
    finally:
        os.umask(old)
    assert (mode(vault.file), mode(vault.file.parent)) == (0o600, 0o700)
    assert vault.find(ONE) == OURS
    assert TOKEN not in caplog.text


def test_a_keyring_that_hangs_is_waited_for_once(vault: Vault, system: InMemory, monkeypatch: pytest.MonkeyPatch) -> None:
    hanging = Hanging()
    keyring.set_keyring(hanging)
    monkeypatch.setattr(vault, "_keyrings", Keyrings(patience=0.1))
    vault.keep(ONE, OURS)
    vault.keep(TWO, OURS)
    assert hanging.asked == 1
    assert vault.known() == sorted([ONE, TWO])


class Slow(InMemory):
    """One that answers when it is told to."""

    def __init__(self) -> None:
        super().__init__()
        self.go = threading.Event()
        self.deleted = threading.Event()

    def get_password(self, service: str, username: str) -> str | None:
        self.asked += 1
        assert self.go.wait(30)
        return self.kept.get((service, username))

    def delete_password(self, service: str, username: str) -> None:
        super().delete_password(service, username)
        self.deleted.set()


def test_a_keyring_that_answers_after_all_is_asked_again(system: InMemory) -> None:
    before = set(threading.enumerate())
    slow = Slow()
    keyring.set_keyring(slow)
    keyrings = Keyrings(patience=0.05, rest=3600)
    for _ in range(3):
        with pytest.raises(KeyringFailed, match="does not answer"):
            keyrings.get("one")
    assert slow.asked == 1
    slow.kept["filexfer", "one"] = TOKEN
    slow.go.set()
    for thread in set(threading.enumerate()) - before:
        if thread.name == "filexfer-keyring":
            thread.join(30)
    assert keyrings.get("one") == TOKEN


def test_a_keyring_that_hangs_is_asked_again_after_a_while_but_not_for_ever(system: InMemory) -> None:
    slow = Slow()
    keyring.set_keyring(slow)
    keyrings = Keyrings(patience=0.05, rest=0)
    for _ in range(9):
        with pytest.raises(KeyringFailed):
            keyrings.get("one")
    assert slow.asked == 3
    slow.go.set()


def test_a_token_that_a_keyring_took_when_nobody_waited_any_more_does_not_stay_in_it(system: InMemory) -> None:
    slow = Slow()
    keyring.set_keyring(slow)
    with pytest.raises(KeyringFailed):
        Keyrings(patience=0.05).set("one", TOKEN)
    assert list(slow.kept.values()) == [TOKEN]
    slow.go.set()
    assert slow.deleted.wait(30)
    assert slow.kept == {}


def test_a_token_in_the_file_needs_no_keyring_to_be_found(tmp_path: Path) -> None:
    Vault(tmp_path).keep(ONE, OURS)
    program = (
        "import sys; from pathlib import Path; from filexfer.client.vault import Vault;"
        f"print(Vault(Path({str(tmp_path)!r})).find({ONE!r}).pin, 'keyring' in sys.modules, 'cryptography' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.split() == [PIN, "False", "False"]


@pytest.mark.parametrize(
    ("backend", "error", "words"),
    [
        (InMemory, errors.LoginNeeded, "not in the system's keyring any more"),
        (Failing, errors.KeyringLocked, "Unlock"),
        (fail.Keyring, errors.KeyringLocked, "is not there"),
    ],
)
def test_a_token_that_is_gone_from_the_keyring_is_missed_in_words(
    vault: Vault, system: InMemory, backend: type[KeyringBackend], error: type[errors.FilexferError], words: str
) -> None:
    vault.keep(ONE, OURS)
    keyring.set_keyring(backend())
    with pytest.raises(error, match=words) as failure:
        vault.find(ONE)
    assert TOKEN not in str(failure.value)


def test_what_is_kept_anew_takes_the_old_tokens_place_in_the_keyring_too(vault: Vault, system: InMemory) -> None:
    vault.keep(ONE, OURS)
    vault.keep(ONE, Credentials("cd" * 32, "u" * 43))
    assert list(system.kept.values()) == ["u" * 43]
    assert vault.find(ONE) == Credentials("cd" * 32, "u" * 43)


def test_two_users_folders_do_not_share_a_token_in_the_keyring(system: InMemory, tmp_path: Path) -> None:
    one, two = Vault(tmp_path / "1"), Vault(tmp_path / "2")
    one.keep(ONE, OURS)
    two.keep(ONE, Credentials(PIN, "u" * 43))
    assert one.drop(ONE)
    assert two.find(ONE) == Credentials(PIN, "u" * 43)


@pytest.mark.parametrize("works", [True, False])
def test_what_is_dropped_is_gone_with_its_token(vault: Vault, system: InMemory, works: bool) -> None:
    if not works:
        keyring.set_keyring(fail.Keyring())
    vault.keep(ONE, OURS)
    assert vault.drop(ONE) is True
    assert vault.drop(ONE) is False
    assert (vault.find(ONE), system.kept) == (None, {})
    assert TOKEN not in vault.file.read_text()


def test_a_vault_that_was_never_used_makes_nothing(vault: Vault) -> None:
    assert (vault.find(ONE), vault.known()) == (None, [])
    assert not vault.file.parent.exists()


@pytest.mark.parametrize(
    "entry", [{}, {"pin": PIN}, {"pin": "x", "token": TOKEN}, {"pin": PIN, "token": "a b\r\n"}, {"pin": 1, "token": []}]
)
def test_an_entry_that_is_damaged_is_no_login(vault: Vault, entry: dict[str, object]) -> None:
    vault.keep(TWO, OURS)
    vault.file.write_text(json.dumps({ONE: entry, TWO: {"pin": PIN, "token": TOKEN}, "x": 3}), encoding="utf-8")
    with pytest.raises(errors.LoginNeeded, match="damaged"):
        vault.find(ONE)
    assert vault.find(TWO) == OURS
    vault.keep(ONE, OURS)
    assert vault.find(ONE) == OURS


def test_what_has_no_pin_is_not_kept(vault: Vault) -> None:
    with pytest.raises(errors.BadParameters):
        vault.keep(ONE, Credentials("", TOKEN))


KEEP = """
import sys
from pathlib import Path
from filexfer.client.credentials import Credentials
from filexfer.client.vault import Vault
vault = Vault(Path(sys.argv[1]))
sys.stdin.readline()
for number in range(15):
    vault.keep(f"https://host-{sys.argv[2]}:{number + 1}/", Credentials("ab" * 32, f"token-{sys.argv[2]}-{number}"))
    if number % 3 == 0:
        vault.drop(f"https://host-{sys.argv[2]}:{number + 1}/")
"""


def test_processes_that_change_it_at_once_lose_nothing(tmp_path: Path) -> None:
    started = [
        subprocess.Popen([sys.executable, "-c", KEEP, str(tmp_path), str(one)], stdin=subprocess.PIPE, text=True)
        for one in range(4)
    ]
    for process in started:
        process.communicate("go\n", timeout=50)
    assert [process.returncode for process in started] == [0] * 4
    vault = Vault(tmp_path)
    assert len(vault.known()) == 4 * 10
    assert vault.find("https://host-3:15/") == Credentials("ab" * 32, "token-3-14")


def test_threads_of_one_process_lose_nothing_either(vault: Vault, system: InMemory) -> None:
    def run(number: int) -> None:
        for port in range(1, 6):
            vault.keep(f"https://host-{number}:{port}/", OURS)

    threads = [threading.Thread(target=run, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(vault.known()) == len(system.kept) == 30


def test_a_lock_that_is_never_let_go_of_is_told(vault: Vault, monkeypatch: pytest.MonkeyPatch) -> None:
    vault.keep(ONE, OURS)
    monkeypatch.setattr("filexfer.client.vault._PATIENCE", 0.05)
    from filexfer.core.locks import FileLock

    lock = FileLock(vault.file.with_name("vault.lock"))
    assert lock.take()
    with pytest.raises(errors.Busy):
        vault.keep(TWO, OURS)
    assert vault.find(ONE) == OURS
    lock.release()


def test_finding_does_not_wait_for_who_writes(vault: Vault) -> None:
    vault.keep(ONE, OURS)
    with vault._changing() as entries:
        entries.clear()
        began = time.monotonic()
        assert vault.find(ONE) == OURS
        assert time.monotonic() - began < 4.0


# The file of a device that was added without pairing


def test_a_token_file_gives_the_token_and_the_pin_of_its_certificate(tmp_path: Path) -> None:
    key = Key(tmp_path / "key.pem")
    file = tmp_path / "token"
    for text in (f"{TOKEN}\n{key.certificate}", f"\n{TOKEN} \r\n\n{key.certificate.replace(chr(10), chr(13) + chr(10))}\nmore\n"):
        file.write_text(text, encoding="ascii", newline="")
        assert read_file(file) == Credentials(key.pin, TOKEN)


@pytest.mark.parametrize(
    "content", [b"", b"\n", TOKEN.encode(), b"\xff\xfe", TOKEN.encode() + b"\n-----BEGIN CERTIFICATE-----\nx\n"]
)
def test_a_file_that_is_none_is_refused_without_repeating_it(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "token").write_bytes(content)
    with pytest.raises(errors.BadParameters) as failure:
        read_file(tmp_path / "token")
    assert TOKEN not in str(failure.value)
    broken = f"{TOKEN}\n-----BEGIN CERTIFICATE-----\n!!!\n-----END CERTIFICATE-----\n"
    (tmp_path / "token").write_text(broken, encoding="ascii")
    with pytest.raises(errors.BadParameters, match="not whole"):
        read_file(tmp_path / "token")
