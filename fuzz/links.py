"""Pairing links and codes: what is taken has one form, and what is refused is not repeated."""

from __future__ import annotations

import re

from filexfer.core.errors import BadParameters
from filexfer.protocol import pairing
from fuzz.outcome import outcome


def check(data: bytes) -> None:
    """`data` as a link, as what stands behind its scheme, and as a code."""
    text = data.decode("utf-8", "surrogateescape")
    for link in (text, f"filexfer://{text}", f"filexfer://a:1/?{text}"):
        _check_link(link)
    _check_code(text)


def _check_link(link: str) -> None:
    pairing.is_link(link)
    found = outcome(BadParameters, pairing.parse_link, link)
    if not isinstance(invite := found.value, pairing.Invite):
        assert len(link) < 24 or link[12:] not in str(found.error)
        return
    assert pairing.is_link(link)
    assert pairing.parse_link(invite.link()) == invite
    assert re.fullmatch(r"[0-9a-f]{64}", invite.pin)
    assert re.fullmatch(r"[A-Z2-7]{16}", invite.code)
    assert (invite.address.scheme, invite.address.path) == ("https", "")
    assert 0 < invite.address.port < 65536
    assert invite.code not in repr(invite)


def _check_code(text: str) -> None:
    code = outcome(BadParameters, pairing.parse_code, text).value
    if isinstance(code, str):
        assert pairing.parse_code(pairing.shown_code(code)) == code == pairing.parse_code(code.lower())
