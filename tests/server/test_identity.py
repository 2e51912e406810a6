"""The server's key: made once, private, never replaced in silence, and trusted by stock clients of every Python."""

from __future__ import annotations

import os
import socket
import ssl
import stat
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from filexfer.core.errors import StorageFailed
from filexfer.protocol.pairing import pin_of
from filexfer.server import Server
from filexfer.server.identity import Identity


@pytest.fixture
def state(tmp_path: Path) -> Path:
    return tmp_path / "state"


@pytest.fixture
def file(state: Path) -> Path:
    """The file of an identity that was made."""
    Identity(state)
    return state / "identity.pem"


def test_it_is_made_once_and_stays(state: Path) -> None:
    made = Identity(state)
    again = Identity(state)
    assert (made.pin, made.certificate) == (again.pin, again.certificate)
    assert made.pin == pin_of(ssl.PEM_cert_to_DER_cert(made.certificate))
    assert "PRIVATE" not in made.certificate


def test_each_server_has_its_own(state: Path, tmp_path: Path) -> None:
    assert Identity(state).pin != Identity(tmp_path / "other").pin


@pytest.mark.skipif(os.name != "posix", reason="modes are POSIX")
def test_key_and_folder_are_private(file: Path) -> None:
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700


@pytest.mark.skipif(os.name != "posix", reason="modes are POSIX")
def test_a_key_that_others_could_read_is_closed_to_them_and_the_log_says_so(file: Path, caplog) -> None:
    file.chmod(0o644)
    Identity(file.parent)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert "pair all devices anew" in caplog.text
    caplog.clear()
    Identity(file.parent)
    assert caplog.text == ""


def cut(content: bytes) -> bytes:
    return content[: len(content) // 2]


def of_another_key(content: bytes) -> bytes:
    key, _, _ = content.partition(b"-----BEGIN CERTIFICATE-----")
    other = Path(os.environ["XDG_STATE_HOME"], "other-key")
    return key + Identity(other).certificate.encode()


def without_certificate(content: bytes) -> bytes:
    return content.partition(b"-----BEGIN CERTIFICATE-----")[0]


def locked(content: bytes) -> bytes:
    """The key behind a password: it must not be asked for at the terminal."""
    from cryptography.hazmat.primitives.serialization import (
        BestAvailableEncryption,
        Encoding,
        PrivateFormat,
        load_pem_private_key,
    )

    _, begin, certificate = content.partition(b"-----BEGIN CERTIFICATE-----")
    key = load_pem_private_key(content, None)
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"x")) + begin + certificate


@pytest.mark.parametrize(
    "damage", [cut, of_another_key, without_certificate, locked, lambda _: b"", lambda _: b"\xff\xfe", lambda _: b"text\n"]
)
def test_a_damaged_key_is_told_and_never_replaced(file: Path, tmp_path: Path, damage) -> None:
    damaged = damage(file.read_bytes())
    file.write_bytes(damaged)
    with pytest.raises(StorageFailed, match="Put it back from a backup; or delete it") as told:
        Server(tmp_path / "share", ["https://127.0.0.1:0"], state=file.parent).start()
    assert str(file) in str(told.value)
    assert file.read_bytes() == damaged


def test_a_key_that_is_a_folder_is_told(state: Path) -> None:
    (state / "identity.pem").mkdir(parents=True)
    with pytest.raises(StorageFailed, match="cannot be read"):
        Identity(state)


def test_a_state_folder_that_cannot_be_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(StorageFailed):
        Server(tmp_path / "share", ["https://127.0.0.1:0"], state=tmp_path / "file" / "state").start()


def test_many_that_start_at_once_agree(state: Path) -> None:
    barrier = threading.Barrier(8)
    pins: list[str] = []

    def start() -> None:
        barrier.wait()
        pins.append(Identity(state).pin)

    threads = [threading.Thread(target=start) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(pins) == 8
    assert set(pins) == {Identity(state).pin}
    assert sorted(path.name for path in state.iterdir()) == ["identity.lock", "identity.pem"]


def test_processes_that_start_at_once_agree(state: Path) -> None:
    program = "import sys; from pathlib import Path; from filexfer.server.identity import Identity; sys.stdin.read(); "
    program += "print(Identity(Path(sys.argv[1])).pin)"
    starting = [
        subprocess.Popen([sys.executable, "-c", program, state], stdin=subprocess.PIPE, stdout=subprocess.PIPE) for _ in range(3)
    ]
    for process in starting:
        assert process.stdin
        process.stdin.close()
    pins = set()
    for process in starting:
        assert process.stdout
        with process.stdout:
            pins.add(process.stdout.read().decode().strip())
        assert process.wait() == 0
    assert pins == {Identity(state).pin}


@pytest.mark.parametrize("strict", [False, True])
def test_stock_clients_trust_the_certificate_as_cafile(state: Path, strict: bool) -> None:
    """Strict is what Python 3.13 made of `create_default_context`."""
    identity = Identity(state)
    file = state / "server.pem"
    file.write_text(identity.certificate)
    context = ssl.create_default_context(cafile=str(file))
    context.check_hostname = False
    if strict:
        context.verify_flags |= ssl.VERIFY_X509_STRICT | ssl.VERIFY_X509_PARTIAL_CHAIN
    near, far = socket.socketpair()

    def answer() -> None:
        with identity.context().wrap_socket(far, server_side=True) as tls:
            tls.sendall(tls.recv(100))

    served = threading.Thread(target=answer)
    served.start()
    with context.wrap_socket(near) as tls:
        tls.sendall(b"hello")
        assert tls.recv(100) == b"hello"
        assert tls.version() == "TLSv1.3"
        shown = tls.getpeercert(binary_form=True)
        assert shown
        assert pin_of(shown) == identity.pin
    served.join()


def test_it_holds_whatever_a_clock_says_and_names_nobody(state: Path) -> None:
    from cryptography import x509

    certificate = x509.load_pem_x509_certificate(Identity(state).certificate.encode())
    assert certificate.not_valid_before_utc.year == 1970
    assert certificate.not_valid_after_utc.year == 9999
    names = certificate.subject.rfc4514_string() + str(certificate.extensions)
    assert certificate.subject.rfc4514_string() == "CN=filexfer"
    assert socket.gethostname() not in names


def test_who_serves_no_https_starts_without_openssl(tmp_path: Path) -> None:
    program = """
import sys
from filexfer.server import Server
with Server(sys.argv[1], ["http://127.0.0.1:0"]):
    print([name for name in ("ssl", "_ssl", "cryptography", "ifaddr") if name in sys.modules])
"""
    done = subprocess.run([sys.executable, "-c", program, tmp_path], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


#: Makes an identity in a folder, in a process where its maker is not loaded and `sys.executable` is what is said.
MAKING = """
import sys
from pathlib import Path
from filexfer.server.identity import Identity
sys.executable = sys.argv[2]
print(len(Identity(Path(sys.argv[1])).pin) > 0, "cryptography" in sys.modules)
"""


def making(state: Path, executable: str) -> str:
    command = [sys.executable, "-c", MAKING, str(state), executable]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


def test_a_server_that_makes_its_key_does_not_keep_its_maker_in_memory(state: Path) -> None:
    assert making(state, sys.executable) == "True False"


@pytest.mark.parametrize("executable", ["", "/nowhere/python"])
def test_where_no_process_can_make_the_key_the_server_does(state: Path, executable: str) -> None:
    assert making(state, executable) == "True True"


@pytest.mark.skipif(os.name != "posix", reason="scripts stand in for the interpreter")
@pytest.mark.parametrize(("name", "runs"), [("python3", True), ("filexfer-app", False)])
def test_what_another_program_says_is_no_key_and_an_app_is_not_started_again(
    state: Path, tmp_path: Path, name: str, runs: bool
) -> None:
    other = tmp_path / name
    other.write_text(f"#!/bin/sh\necho Welcome | tee '{tmp_path}/started'\n")
    other.chmod(0o755)
    assert making(state, str(other)) == "True True"
    assert (tmp_path / "started").exists() == runs


def test_the_first_call_finds_everything_imported(tmp_path: Path) -> None:
    program = """
import sys
from xmlrpc.client import ServerProxy
from filexfer.server import Server
with Server(sys.argv[1], ["http://127.0.0.1:0"], "write") as server:
    with ServerProxy(server.addresses[0]) as proxy:
        before = set(sys.modules)
        proxy.server_info()
        proxy.file_put("a", b"a")
        print(sorted(set(sys.modules) - before))
"""
    done = subprocess.run([sys.executable, "-c", program, tmp_path], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
