"""What a reader made of some bytes: a value, or an error of those it may raise. Every other error is a finding, and passes."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

Permitted = type[Exception] | tuple[type[Exception], ...]


class Outcome(NamedTuple):
    """A value, or the error in its place."""

    value: object
    error: Exception | None = None

    @property
    def kind(self) -> type[Exception] | None:
        """The class of the error."""
        return None if self.error is None else type(self.error)


def outcome(permitted: Permitted, read: Callable[..., object], *arguments: object) -> Outcome:
    """Call `read`; errors of the kinds `permitted` are outcomes. They must say something, in one line."""
    try:
        return Outcome(read(*arguments))
    except permitted as error:
        found = error
    text = str(found)
    assert text.strip(), f"{type(found).__name__} without a text"
    assert "\n" not in text, "an error of several lines"
    return Outcome(None, found)
