"""Pairing, as far as it is words and numbers (docs/security.md): codes, links, pins and the two proofs. No socket, no clock.

Both sides prove that they know the code, each over the hash of the certificate it holds itself or sees on this very socket: a
man in the middle shows another certificate, so no proof fits. Nothing that lasts is derived from the code."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
import secrets
from typing import NamedTuple
from urllib.parse import parse_qsl

from filexfer.core.errors import BadParameters
from filexfer.protocol.address import Address, parse

#: What a code holds: 80 bits from the system, 16 letters and digits of base32 (RFC 4648), shown in four groups.
CODE_CHARACTERS = 16
#: Bytes of a nonce, of a proof (HMAC-SHA-256), of a token.
NONCE_BYTES = PROOF_BYTES = TOKEN_BYTES = 32
#: The scheme of a link, which the packaged app is registered for.
LINK_SCHEME = "filexfer"
#: Longest name of a device, in characters.
NAME_CHARACTERS = 64

_VERSION = b"filexfer-pair-1"
_CODE = re.compile(rf"[A-Z2-7]{{{CODE_CHARACTERS}}}")
#: What people write for a letter: base32 has neither 0 nor 1, just so that this can be forgiven.
_MISREAD = str.maketrans({"0": "O", "1": "I", "-": None, " ": None, "\t": None, "\u00a0": None, "\u2011": None, "\u2013": None})
_HOW = "A code is four groups of four, like ABCD-EFGH-IJKL-MNOP."


class Invite(NamedTuple):
    """What a link says.

    Attributes:
        address: of the server, https, without a path.
        code: in its one form; a secret, so it is not shown by `repr`.
        pin: of the server's certificate, see `pin_of`.
    """

    address: Address
    code: str
    pin: str

    def __repr__(self) -> str:
        return f"Invite(address={self.address!r}, pin={self.pin!r})"

    def link(self) -> str:
        """The link that says it: `filexfer://HOST:PORT/?code=…&pin=…`, the pin in base64url (RFC 4648) without padding."""
        pin = base64.urlsafe_b64encode(bytes.fromhex(self.pin)).rstrip(b"=").decode()
        return f"{LINK_SCHEME}://{self.address.authority.replace('%', '%25')}/?code={self.code}&pin={pin}"


def is_link(text: str) -> bool:
    """Whether `text` is meant as a link."""
    return _unwrapped(text).lower().startswith(f"{LINK_SCHEME}:")


def parse_link(text: str) -> Invite:
    """What a link says. Raises `BadParameters`, whose text repeats nothing of it."""
    wrong = BadParameters("This link is not whole. Copy it again from the other computer, from its first to its last letter.")
    found = re.fullmatch(rf"{LINK_SCHEME}://([^/?#]+)/?\?([^#]*)", _unwrapped(text), re.IGNORECASE)
    if found is None:
        raise wrong
    try:
        address = parse(f"https://{found[1]}/")
        given = dict(parse_qsl(found[2], strict_parsing=True, max_num_fields=8))
        pin = base64.urlsafe_b64decode(given["pin"] + "=")
        code = parse_code(given["code"])
    except (BadParameters, KeyError, ValueError, binascii.Error):
        raise wrong from None
    if len(pin) != hashlib.sha256().digest_size or not address.port:
        raise wrong
    return Invite(address, code, pin.hex())


def _unwrapped(text: str) -> str:
    """A link without the blanks and line ends that mail programs put into it."""
    return "".join(text.split())


def new_code() -> str:
    """A code that nobody can guess."""
    return base64.b32encode(secrets.token_bytes(10)).decode()


def folded(text: str) -> str:
    """What a person typed of a code so far, in the letters that codes have."""
    return text.strip().upper().translate(_MISREAD)


def parse_code(text: str) -> str:
    """The code that a person typed: any case, any grouping, 0 for O and 1 for I. Raises `BadParameters`."""
    code = folded(text)
    if not _CODE.fullmatch(code):
        raise BadParameters(_HOW)
    return code


def shown_code(code: str) -> str:
    """`code` as people read it."""
    return "-".join(code[at : at + 4] for at in range(0, len(code), 4))


def new_nonce() -> bytes:
    """What makes a client's proof its own."""
    return secrets.token_bytes(NONCE_BYTES)


def new_token() -> str:
    """What a device shows from then on: 256 bits, in 43 characters of base64url."""
    return secrets.token_urlsafe(TOKEN_BYTES)


def token_hash(token: str) -> str:
    """What a server keeps of a token: SHA-256, as hex. A token has 256 bits of its own, so no salt and no slow hash."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def pin_of(certificate: bytes) -> str:
    """The pin of a certificate in DER: its SHA-256, as hex."""
    return hashlib.sha256(certificate).hexdigest()


def client_proof(code: str, pin: str, nonce: bytes, device: str) -> bytes:
    """What shows that the device `device`, which sees a certificate with `pin`, knows the code."""
    return _proof(code, b"client", bytes.fromhex(pin), nonce, device.encode())


def server_proof(code: str, pin: str, nonce: bytes, device: str, proof: bytes, permission: str, token: str) -> bytes:
    """What shows that the server, which holds the certificate with `pin`, knows the code, and grants `permission` and `token` in
    answer to the client's `proof`."""
    granted = (proof, permission.encode(), hashlib.sha256(token.encode()).digest())
    return _proof(code, b"server", bytes.fromhex(pin), nonce, device.encode(), *granted)


def same_proof(one: bytes, other: bytes) -> bool:
    """Whether two proofs are the same, in a time that tells nothing."""
    return hmac.compare_digest(one, other)


def _proof(code: str, *transcript: bytes) -> bytes:
    # Each part behind its length: no two transcripts are the same bytes.
    parts = b"".join(len(part).to_bytes(4, "big") + part for part in (_VERSION, *transcript))
    return hmac.digest(code.encode("ascii"), parts, "sha256")
