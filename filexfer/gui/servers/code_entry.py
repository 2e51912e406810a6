"""What a person types to reach another computer: a link, a code, or an address. Rules: no widget, no call; no error repeats a
secret."""

from __future__ import annotations

import re

from filexfer.core.errors import BadParameters
from filexfer.protocol.address import Address, parse
from filexfer.protocol.pairing import CODE_CHARACTERS, folded, shown_code

_BARE = re.compile(r"(\[[0-9A-Fa-f:.%]+\]|[^/:\s]+)(:\d+)?(/.*)?", re.DOTALL)
#: Groups of four with dashes: meant as a code, though it may not be one.
_LIKE_A_CODE = re.compile(r"[A-Za-z0-9]{4}(-[A-Za-z0-9]{4}){2}(-[A-Za-z0-9]*)?")
_IN_CODES = re.compile(r"[A-Z2-7]*")


def read_address(text: str) -> Address:
    """The address a person typed: `studio.local`, `192.168.1.5:8765/Photos`, `https://…`, `unix:/…`.

    Raises `BadParameters` or `InvalidPath` with a sentence.
    """
    text = text.strip()
    # Without a scheme it is a host here, not the name of a saved server: those stand in the side bar.
    address = parse(f"https://{text}" if _BARE.fullmatch(text) and not text.lower().startswith("unix:") else text)
    if address.scheme == "saved":
        raise BadParameters("This is not an address. Write one like studio.local:8765 or https://192.168.1.5:8765/.")
    return address


def is_code(text: str) -> bool:
    """Whether it can be a code, whole or not quite right, and so is no address."""
    return bool(_LIKE_A_CODE.fullmatch(text.strip())) or (len(folded(text)) == CODE_CHARACTERS and grouped(text) is not None)


def grouped(text: str) -> str | None:
    """A code as far as it was typed, in its groups; None for what is none."""
    code = folded(text)
    return shown_code(code) if _IN_CODES.fullmatch(code) and len(code) <= CODE_CHARACTERS else None


def cursor_in(shown: str, letters: int) -> int:
    """Where the cursor stands in a grouped code, behind so many letters of it."""
    return min(len(shown), letters + max(0, letters - 1) // 4)
