"""One member out of a struct that arrived: its type checked, and a sentence where it is another."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import Enum
from typing import TypeVar

from filexfer.core import paths
from filexfer.core.errors import BadParameters

_E = TypeVar("_E", bound=Enum)


def number(value: object, name: str = "number") -> int:
    """An integer of 64 bits (signed) that arrived as one or as decimal string. Raises `BadParameters`."""
    if isinstance(value, str) and len(value) <= 20 and value.isascii() and value.removeprefix("-").isdigit():
        value = int(value)
    if not isinstance(value, int) or isinstance(value, bool):
        raise BadParameters(f"{name} is a whole number.")
    if not -(1 << 63) <= value < 1 << 63:
        raise BadParameters(f"{name} does not fit 64 bits.")
    return value


def text(value: object, name: str = "text") -> str:
    """A string. Raises `BadParameters`."""
    if not isinstance(value, str):
        raise BadParameters(f"{name} is a string.")
    return value


def struct(value: object, name: str = "value") -> dict[str, object]:
    """A struct. Raises `BadParameters`."""
    if not isinstance(value, dict):
        raise BadParameters(f"{name} is a struct.")
    return value


def sequence(value: object, name: str = "value") -> list[object]:
    """An array. Raises `BadParameters`."""
    if not isinstance(value, list):
        raise BadParameters(f"{name} is an array.")
    return value


def binary(value: object, name: str = "value") -> bytes:
    """Bytes. Raises `BadParameters`."""
    if not isinstance(value, bytes):
        raise BadParameters(f"{name} is a base64 value.")
    return value


def choice(kind: type[_E], value: object, name: str) -> _E:
    """The member of an enum that has this value. Raises `BadParameters` with those there are."""
    try:
        return kind(value)
    except ValueError:
        raise BadParameters(f"{name} is one of: {', '.join(str(member.value) for member in kind)}.") from None


def check_names(given: Mapping[str, object], known: Iterable[str]) -> None:
    """Raise `BadParameters` where a struct of options holds a name that is not known: a misspelt option must not be ignored."""
    for name in given.keys() - frozenset(known):
        raise BadParameters(f"There is no option “{paths.shown(name[:40])}”. Known are: {', '.join(sorted(known))}.")


def flag(value: object, name: str) -> bool:
    """True or false. Raises `BadParameters`."""
    if not isinstance(value, bool):
        raise BadParameters(f"{name} is true or false.")
    return value


def real(value: object, name: str) -> float:
    """A number, whole or not. Raises `BadParameters`."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise BadParameters(f"{name} is a number.")
    return float(value)
