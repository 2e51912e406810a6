"""What a device shows to a server, and what the server must show first. A token goes into no `repr`, no log, no error."""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

from filexfer.core.errors import BadParameters

_PIN = re.compile(r"[0-9a-f]{64}")
#: The characters that a token may have in a field `Authorization` (RFC 6750, section 2.1).
_TOKEN = re.compile(r"[A-Za-z0-9._~+/-]{1,512}={0,2}")
#: Longest file with a token and a certificate that is read, in bytes.
_FILE_BYTES = 64 << 10
_HOW = "Make one on the server with `filexfer devices add NAME`."


class _Known(NamedTuple):
    pin: str
    token: str


class Credentials(_Known):
    """Attributes:
    pin: of the server's certificate (`protocol.pairing.pin_of`); `""` for a server on this computer's loopback without TLS.
    token: what the server gave this device; a secret.

    Raises `BadParameters` for what is neither.
    """

    __slots__ = ()

    def __new__(cls, pin: str, token: str) -> Credentials:
        if pin and not _PIN.fullmatch(pin):
            raise BadParameters("A pin is the SHA-256 of a certificate: 64 hexadecimal digits.")
        if not _TOKEN.fullmatch(token):
            raise BadParameters(f"This is no token. {_HOW}")
        return super().__new__(cls, pin, token)

    def __repr__(self) -> str:
        return f"Credentials(pin={self.pin!r})"


def read_file(file: Path) -> Credentials:
    """The credentials in a file as `filexfer devices add NAME` prints it: the token's line, then the server's certificate in
    PEM. Raises `BadParameters`, `OSError`."""
    with file.open("rb") as opened:
        return read_text(opened.read(_FILE_BYTES).decode("utf-8", "replace"))


def read_text(text: str) -> Credentials:
    """The same from what such a file holds."""
    import ssl

    from filexfer.protocol.pairing import pin_of

    token, _, rest = text.strip().partition("\n")
    certificate = re.search(r"-----BEGIN CERTIFICATE-----.+?-----END CERTIFICATE-----", rest, re.DOTALL)
    if certificate is None:
        raise BadParameters(f"A token file has the token in its first line, then the server's certificate. {_HOW}")
    try:
        der = ssl.PEM_cert_to_DER_cert(certificate[0])
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(cadata=der)
    except (ValueError, ssl.SSLError):
        raise BadParameters(f"The certificate in the token file is not whole. {_HOW}") from None
    return Credentials(pin_of(der), token.strip())
