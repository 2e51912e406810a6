"""Bytes behind the XML of a call or an answer, in place of its one large Binary, which is empty in the XML: base64 would cost a
third of the wire (docs/protocol.md, Tails). Only for those who say that they know of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from filexfer.core.digests import Bytes
from filexfer.core.errors import BadParameters, TooLarge

#: The field of a head that tells how many bytes are behind the XML. A call that has it may be answered with a tail.
FIELD = "Tail-Length"
#: What servers that know of tails say among their lanes.
LANE = "tail"
#: The member of an answer that its tail stands for.
MEMBER = "data"

#: Calls that profit, and the parameter that the tail stands for, None for no tail but that of the answer.
_PLACES: dict[str, int | None] = {"files_put": 1, "files_get": None}


def cut(method: str, params: tuple[object, ...]) -> tuple[tuple[object, ...], bytes] | None:
    """The parameters of a call without its tail, and that; None for a call that goes without."""
    if method not in _PLACES:
        return None
    place = _PLACES[method]
    if place is None:
        return params, b""
    data = params[place]
    assert isinstance(data, bytes), "a tail is bytes"
    return (*params[:place], b"", *params[place + 1 :]), data


def joined(method: str, params: Sequence[object], tail: Bytes) -> list[object]:
    """The inverse of `cut`. Raises `BadParameters` as `place_of`."""
    place = place_of(method, params)
    return [*params[:place], tail, *params[place + 1 :]]


def place_of(method: str, params: Sequence[object]) -> int:
    """The parameter that the tail of a call stands for. Raises `BadParameters` where the call has no place for one."""
    place = _PLACES.get(method)
    if place is None:
        raise BadParameters("This method takes no bytes behind its call.")
    if len(params) <= place or params[place] != b"":
        raise BadParameters("The value that the bytes behind a call stand for is empty base64 in it.")
    return place


def length_of(headers: Mapping[str, str], body: int | None, most: int) -> int | None:
    """The bytes of the tail by a head's fields; None where it tells of none.

    Args:
        body: bytes of the whole body; None where they are not declared.
        most: bytes of the longest tail that is taken.

    Raises `BadParameters` where it cannot be, `TooLarge`.
    """
    value = headers.get(FIELD.lower())
    if value is None:
        return None
    if body is None or not (value.isascii() and value.isdigit() and len(value) < 19) or int(value) > body:
        raise BadParameters(f"{FIELD} is a number of bytes, no more than the Content-Length beside it.")
    if int(value) > most:
        raise TooLarge(f"The bytes behind a call are {most} at most. Send it in smaller parts.")
    return int(value)
