"""The server's key and certificate: made once, kept in one private file, shown to everybody who connects. Rules: paired devices
know the server by them, so nothing here ever replaces them; `ssl` and `cryptography` are imported by those who serve https only.

The certificate names nobody (strangers see it), and holds for ever (RFC 5280, 4.1.2.5): what is trusted is its pin, and a machine
whose clock was never set must be able to make one."""

from __future__ import annotations

import logging
import os
import socket
import ssl
import stat
import subprocess
import sys
import time
from pathlib import Path

from filexfer.core import kept
from filexfer.core.errors import StorageFailed
from filexfer.core.locks import FileLock
from filexfer.core.places import private_folder
from filexfer.protocol.pairing import pin_of
from filexfer.server.tls import TlsChannel

_log = logging.getLogger("filexfer.server")

#: In the state folder: the key (PKCS #8) and the certificate, both PEM.
IDENTITY_FILE = "identity.pem"
_LOCK_FILE = "identity.lock"
#: Another server with this state is making the key: it takes milliseconds.
_PATIENCE = 10.0
_BEGIN = "-----BEGIN CERTIFICATE-----"
#: How what was made begins and ends.
_KEY = b"-----BEGIN PRIVATE KEY-----"
_END = b"-----END CERTIFICATE-----\n"


class Identity:
    """The identity that is kept in a state folder; made there when it is missing. Raises `StorageFailed` where it cannot be read
    or made.

    Attributes:
        certificate: PEM.
        pin: see `pairing.pin_of`.
    """

    def __init__(self, folder: Path) -> None:
        private_folder(folder)
        self._file = folder / IDENTITY_FILE
        content = _content(self._file)
        self.certificate = _certificate_in(_make(self._file) if content is None else content)
        try:
            self.pin = pin_of(ssl.PEM_cert_to_DER_cert(self.certificate))
            self._context = _context(self._file)
        except (ValueError, ssl.SSLError):
            raise _damaged(self._file) from None

    def context(self) -> ssl.SSLContext:
        """What the server's side of each connection is made with: TLS 1.3 only."""
        return self._context

    def channel(self, sock: socket.socket, stall: float, rate: int) -> TlsChannel:
        """A channel on `sock` whose peer is to speak TLS; see `Channel`."""
        return TlsChannel(sock, stall, rate, self._context)


def kept_pin(folder: Path) -> str:
    """The pin of the identity that is kept in a state folder, "" while there is none. Looks only. Raises `StorageFailed` where it
    is damaged or cannot be read."""
    file = folder / IDENTITY_FILE
    try:
        content = file.read_text("ascii")
        _context(file)
        return pin_of(ssl.PEM_cert_to_DER_cert(_certificate_in(content)))
    except FileNotFoundError:
        return ""
    except (ValueError, ssl.SSLError):
        raise _damaged(file) from None
    except OSError as error:
        raise StorageFailed(f"The server's key {file} cannot be read: {error.strerror or error}.") from None


def _context(file: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    # A resumed session shows no certificate, and the certificate is all that clients go by.
    context.num_tickets = 0
    context.options |= ssl.OP_NO_COMPRESSION | ssl.OP_NO_RENEGOTIATION
    # A password, so that an encrypted key is an error and no question at the terminal.
    context.load_cert_chain(file, password="")
    return context


def _content(file: Path) -> str | None:
    """What the file holds, closed to others if it was not; None where there is none."""
    try:
        with open(file, encoding="ascii") as opened:
            mode = stat.S_IMODE(os.fstat(opened.fileno()).st_mode)
            if os.name == "posix" and mode & 0o077:
                os.fchmod(opened.fileno(), 0o600)
                _log.warning(
                    "Other users of this machine could read %s, the server's private key; they no longer can. If one of them may "
                    "have copied it, delete it, start again, and pair all devices anew.",
                    file,
                )
            return opened.read()
    except FileNotFoundError:
        return None
    except UnicodeDecodeError:
        raise _damaged(file) from None
    except OSError as error:
        raise StorageFailed(f"The server's key {file} cannot be read: {error.strerror or error}.") from None


def _certificate_in(content: str) -> str:
    _, begin, rest = content.partition(_BEGIN)
    return begin + rest


def _damaged(file: Path) -> StorageFailed:
    # Never replaced in silence: each paired device would take the new key for an attack.
    return StorageFailed(
        f"The server's key {file} is damaged. Put it back from a backup; or delete it and start again, which makes a new key, "
        "and then pair all devices anew."
    )


def _make(file: Path) -> str:
    """Make the identity, unless another server has just done so; answers what the file holds."""
    lock = FileLock(file.with_name(_LOCK_FILE))
    until = time.monotonic() + _PATIENCE
    try:
        while not lock.take():
            if time.monotonic() > until:
                raise StorageFailed(f"Another server has been making the key {file} for too long. End it, then start again.")
            time.sleep(0.01)
        found = _content(file)
        if found is None:
            made = _new()
            kept.replace(file, made)
            found = made.decode("ascii")
        return found
    except OSError as error:
        raise StorageFailed(f"The server's key {file} cannot be made: {error.strerror or error}.") from None
    finally:
        lock.release()


def _new() -> bytes:
    """A new key with its certificate: what the file is to hold. `cryptography` takes 12 MiB for as long as a process lives, and a
    server needs it this once, so a process of its own makes them wherever one can."""
    made = b"" if "cryptography" in sys.modules else _made_elsewhere()
    # Whatever else was started there in our stead, or said something first: it must not become the key.
    if made.startswith(_KEY) and made.endswith(_END):
        return made
    from filexfer.server.new_identity import new_identity

    return new_identity()


def _made_elsewhere() -> bytes:
    """What `new_identity.py` says as a program; empty where none can be started."""
    # Else it is a frozen app, or a program with an interpreter in it: either would start itself once more.
    if not Path(sys.executable or "").stem.startswith("python"):
        return b""
    # -P: nothing is imported from the folder that the program lies in.
    command = [sys.executable, "-P", str(Path(__file__).with_name("new_identity.py"))]
    flags = getattr(subprocess, "CREATE_NO_WINDOW", 0)  # of Windows alone
    try:
        return subprocess.run(
            command, stdin=subprocess.DEVNULL, capture_output=True, timeout=_PATIENCE / 2, creationflags=flags
        ).stdout
    except (OSError, subprocess.SubprocessError):
        return b""  # A service may be forbidden to start anything.
