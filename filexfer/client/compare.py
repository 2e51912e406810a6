"""Whether a local file and one on the server have the same content, by the digests of their blocks: neither travels."""

from __future__ import annotations

import os

from filexfer.client.link import Link
from filexfer.client.words import local_error
from filexfer.core import digests as digesting
from filexfer.core.model import BLOCK_SIZE


class Comparison:
    """Compares over `link`; keeps one block's buffer."""

    def __init__(self, link: Link) -> None:
        self._link = link
        self._buffer = memoryview(bytearray(BLOCK_SIZE))

    def equal(self, place: str, path: str, size: int) -> bool:
        """Whether the file at the local `place`, of `size` bytes, has the content of `path` in the share. Raises the errors of
        either side."""
        theirs = self._link.patiently(lambda: self._link.session.digests(path))
        if len(theirs) != -(-size // BLOCK_SIZE):
            return False
        try:
            with open(place, "rb", buffering=0) as file:
                starts = range(0, size, BLOCK_SIZE)
                return all(self._digest(file.fileno(), start, size) == theirs[number] for number, start in enumerate(starts))
        except OSError as error:
            raise local_error(error, place) from error

    def _digest(self, file: int, start: int, size: int) -> bytes:
        view = self._buffer[: min(BLOCK_SIZE, size - start)]
        view = view[: os.preadv(file, [view], start)]
        made = digesting.hasher()
        made.update(view)
        return made.digest()
