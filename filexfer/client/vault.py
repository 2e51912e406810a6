"""What this user's computer is paired with: by address the server's pin, and the token it gave us.

Tokens lie in the system's keyring where there is one that works, else in this file, which is readable for its user only; `keep`
says which. Several processes share it: a lock file is held while it changes, and it is read anew each time."""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypeAlias

from filexfer.client.credentials import Credentials
from filexfer.client.keyrings import KeyringFailed, Keyrings
from filexfer.core import kept
from filexfer.core.errors import BadParameters, Busy, KeyringLocked, LoginNeeded, StorageFailed
from filexfer.core.locks import FileLock
from filexfer.core.places import private_folder
from filexfer.protocol.address import Address, parse

if TYPE_CHECKING:
    from logging import Logger

#: Where a token lies.
Where: TypeAlias = Literal["keyring", "file"]

#: Seconds that another process may take to change the file, and between two looks whether it has.
_PATIENCE, _PAUSE = 5.0, 0.01
#: Bytes that an entry takes at most: an address, a pin, a token.
_ENTRY = 2048
_AGAIN = "Pair again with `filexfer pair`."


class Vault:
    """Args:
    state: the folder it lies in; made when something is kept.

    Thread-safe. All raise `StorageFailed` where the file cannot be used.
    """

    def __init__(self, state: Path) -> None:
        self._file = state / "vault.json"
        self._lock = state / "vault.lock"
        self._keyrings = Keyrings()

    @property
    def file(self) -> Path:
        """Where the tokens lie that are in no keyring."""
        return self._file

    def find(self, address: Address | str) -> Credentials | None:
        """Who we are at the server at `address`; None where we are not paired with it. Raises `LoginNeeded` where we are, but
        the token is gone, and `KeyringLocked` where the keyring does not give it."""
        name = _name(address)
        entry = self._entries().get(name)
        if entry is None:
            return None
        token = entry.get("token", "")
        if "keyring" in entry:
            token = self._from_keyring(entry["keyring"], name)
        try:
            return Credentials(entry.get("pin", ""), token)
        except BadParameters:
            raise LoginNeeded(f"What was kept of {name} is damaged. {_AGAIN}") from None

    def check(self) -> None:
        """Raise `StorageFailed` or `Busy` where nothing could be kept here."""
        from tempfile import TemporaryFile

        with self._changing() as entries:
            try:
                # As large as the file will be: on a full disk an empty one could still be made.
                with TemporaryFile(dir=self._file.parent) as probe:
                    probe.write(bytes(_ENTRY * (len(entries) + 1)))
            except OSError as error:
                raise StorageFailed(
                    f"Nothing can be kept in {self._file.parent}: {error.strerror or error}. Choose another place, or make room."
                ) from error

    def keep(self, address: Address | str, credentials: Credentials) -> Where:
        """Remember who we are at the server at `address`, in place of what was known; where the token lies now."""
        name = _name(address)
        if not credentials.pin:
            raise BadParameters("What is kept has a pin: it is for servers with https.")
        # A name of its own for each token: whatever fails or is cut short, an entry never means another one's token.
        label = f"{name} {secrets.token_hex(4)}"
        entry = {"pin": credentials.pin}
        if self._into_keyring(label, credentials.token):
            entry["keyring"] = label
        else:
            entry["token"] = credentials.token
        with self._changing() as entries:
            old = entries.get(name)
            entries[name] = entry
        if old is not None:
            self._drop_token(old)
        return "keyring" if "keyring" in entry else "file"

    def drop(self, address: Address | str) -> bool:
        """Forget the server at `address`, and its token; whether it was known."""
        with self._changing() as entries:
            old = entries.pop(_name(address), None)
        if old is None:
            return False
        self._drop_token(old)
        return True

    def holds(self, credentials: Credentials) -> bool:
        """Whether any server is kept with these; of those with another key the keyring is not asked. Raises as `find` does."""
        same = [name for name, entry in self._entries().items() if entry.get("pin") == credentials.pin]
        return any(self.find(name) == credentials for name in same)

    def known(self) -> list[str]:
        """Addresses of all servers that this computer is paired with."""
        return sorted(self._entries())

    def pins(self) -> dict[str, str]:
        """The pin of each server that this computer is paired with, by its address. The keyring is not asked."""
        return {name: entry.get("pin", "") for name, entry in self._entries().items()}

    def _entries(self) -> dict[str, dict[str, str]]:
        try:
            found = kept.read(self._file)
        except OSError as error:
            raise StorageFailed(f"{self._file} cannot be read: {error.strerror or error}.") from error
        return {
            name: {str(key): str(value) for key, value in entry.items()}
            for name, entry in found.items()
            if isinstance(entry, dict)
        }

    @contextmanager
    def _changing(self) -> Iterator[dict[str, dict[str, str]]]:
        """The entries, written back when the block ends well; nobody else changes them meanwhile."""
        lock = FileLock(self._lock)
        deadline = time.monotonic() + _PATIENCE
        try:
            private_folder(self._file.parent)
            while not lock.take():
                if time.monotonic() >= deadline:
                    raise Busy("Another program keeps what is known of servers locked. Try again in a moment.")
                time.sleep(_PAUSE)
        except OSError as error:
            raise StorageFailed(f"{self._lock} cannot be used: {error.strerror or error}.") from error
        try:
            entries = self._entries()
            before = {name: dict(entry) for name, entry in entries.items()}
            yield entries
            if entries != before:
                kept.write(self._file, dict(entries))
        finally:
            lock.release()

    def _from_keyring(self, label: str, name: str) -> str:
        try:
            token = self._keyrings.get(label)
        except KeyringFailed as error:
            raise KeyringLocked(
                f"The token for {name} is in the system's keyring, which {error}. Unlock it and try again, or pair again."
            ) from error
        if not token:
            raise LoginNeeded(f"The token for {name} is not in the system's keyring any more. {_AGAIN}")
        return token

    def _into_keyring(self, label: str, token: str) -> bool:
        try:
            self._keyrings.set(label, token)
        except KeyringFailed as error:
            _logger().info("The token goes into a file: the system's keyring %s.", error)
            return False
        return True

    def _drop_token(self, entry: dict[str, str]) -> None:
        if "keyring" not in entry:
            return
        try:
            self._keyrings.delete(entry["keyring"])
        except KeyringFailed as error:
            _logger().warning("A token that is used no more stays in the system's keyring, which %s.", error)


def _logger() -> Logger:
    import logging  # each command starts without it

    return logging.getLogger("filexfer.client")


def _name(address: Address | str) -> str:
    return str((parse(address) if isinstance(address, str) else address).server)
