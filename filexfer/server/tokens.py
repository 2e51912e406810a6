"""How a request shows its token, and how secrets are compared."""

from __future__ import annotations

import base64
import binascii
import hmac


def token_in(credentials: str) -> str:
    """The token that an `Authorization` header shows: as bearer (RFC 6750), or as the password of whatever user (RFC 7617);
    "" for none."""
    scheme, _, value = credentials.partition(" ")
    if scheme.lower() == "bearer":
        return value.strip()
    if scheme.lower() != "basic":
        return ""
    try:
        return base64.b64decode(value.strip(), validate=True).decode("utf-8").partition(":")[2]
    except (binascii.Error, ValueError):
        return ""


def same_secret(one: str, other: str) -> bool:
    """Whether two secrets are the same, in a time that tells nothing."""
    return hmac.compare_digest(one.encode(), other.encode("utf-8", "surrogatepass"))
