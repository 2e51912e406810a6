"""Looks at what a configuration names: folders, keys, addresses. Changes nothing and listens nowhere, so that it can be done
while the server runs."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from filexfer.cli.configuration.effective import Effective
from filexfer.cli.configuration.reading import Fault
from filexfer.cli.service_unit import makes_later
from filexfer.core.errors import FilexferError
from filexfer.core.paths import shown
from filexfer.core.places import check_apart, share_state
from filexfer.server.listener import check_form, check_here

#: Of a place within a folder that is closed to whoever looks, such as what a service of systemd keeps.
_NOT_LOOKED = "cannot be looked at by {}. Run this as the server's user or as root, or open the folders above it."


def folder_fault(found: Effective) -> Fault | None:
    """What is wrong with the folder to be shared, if it cannot be shared at all."""
    folder = found.folder
    if folder is None and found.file and found.file.refused("serve", "folder"):
        return None  # which is told already
    if folder is None:
        return Fault('no folder to share is named. Write folder = "/…" in [serve].', found.file.path if found.file else None)
    name = f"“{shown(str(folder))}”"
    if _closed(folder):
        return found.fault("serve", "folder", f"[serve] folder: {name} {_NOT_LOOKED.format(_me())}")
    if not os.path.isdir(folder):
        if os.path.lexists(folder):
            return found.fault("serve", "folder", f"[serve] folder: {name} is not a folder. Name a folder to share.")
        return found.fault("serve", "folder", f"[serve] folder: there is no {name}. Make it first, or name another one.")
    if not os.access(folder, os.R_OK | os.X_OK):
        return found.fault("serve", "folder", f"[serve] folder: {name} cannot be read by {_me()}. Change its rights.")
    return None


def examine(found: Effective) -> Iterator[Fault]:
    """All that keeps a server from starting with these settings, or from doing what they promise."""
    wrong = folder_fault(found)
    if wrong is not None and not makes_later(found.folder):
        yield wrong
    elif found.folder is not None:
        yield from _folder(found, found.folder)
    yield from _addresses(found)


def remarks(found: Effective) -> Iterator[str]:
    """What is not wrong, but may not be meant."""
    folder, state = found.folder, _state(found)
    guests_write = found.value("serve", "guest") == "write"
    if later := [f"“{shown(str(place))}”" for place in (folder, state) if makes_later(place)]:
        yield f"{' and '.join(later)}: not there yet. systemd makes it when it starts the service; for others make it first."
    if folder is not None and os.path.isdir(folder) and not guests_write and not os.access(folder, os.W_OK | os.X_OK):
        yield f"“{shown(str(folder))}” cannot be written by {_me()}: devices that may write will be refused."
    if found.value("serve", "insecure") is True:
        yield "insecure = true: whoever is on the way reads and can change what passes over plain http, tokens too."
    if found.value("serve", "guest") == "none" and not _secure(found):
        yield "nobody can be let in: guests may do nothing, and devices are paired over https:// only."
    if os.name == "posix" and os.getuid() == 0 and state is not None and os.path.isdir(state) and os.stat(state).st_uid != 0:
        yield (
            f"this was root's look; “{shown(str(state))}” belongs to {_user(os.stat(state).st_uid)}. To see what that user may "
            "do, run the check as that user."
        )


def _state(found: Effective) -> Path | None:
    return found.state or (share_state(found.folder) if found.folder else None)


def _secure(found: Effective) -> bool:
    return any(address.startswith("https:") for address in found.listen)


def _folder(found: Effective, folder: Path) -> Iterator[Fault]:
    guests_write = found.value("serve", "guest") == "write"
    if guests_write and os.path.isdir(folder) and not os.access(folder, os.W_OK | os.X_OK):
        name = f"“{shown(str(folder))}”"
        yield found.fault("serve", "guest", f'[serve] guest = "write", but {_me()} cannot write in {name}. Change its rights.')
    state = _state(found)
    if state is None:
        return
    try:
        check_apart(folder, state)
    except FilexferError as error:
        yield found.fault("serve", "folder", f"[serve] folder: {error}")
    yield from (found.fault("serve", "state", f"[serve] state: {text}") for text in _kept_in(state, _secure(found)))


def _kept_in(state: Path, secure: bool) -> Iterator[str]:
    """What is wrong with the folder that the server keeps its things in, there yet or not."""
    name = f"“{shown(str(state))}”"
    if _closed(state):
        yield f"{name} {_NOT_LOOKED.format(_me())}"
        return
    if makes_later(state):
        return
    if not os.path.lexists(state):
        above = next(one for one in state.parents if os.path.lexists(one))
        if not os.path.isdir(above) or not os.access(above, os.W_OK | os.X_OK):
            yield f"{name} cannot be made in “{shown(str(above))}” by {_me()}. Make it, or name another place."
        return
    if not os.path.isdir(state):
        yield f"{name} is not a folder. Name another place."
        return
    if os.name == "posix" and os.getuid() not in (0, os.stat(state).st_uid):
        yield f"{name} belongs to {_user(os.stat(state).st_uid)}, not to {_me()}. Change its owner, or name another place."
        return
    if not os.access(state, os.R_OK | os.W_OK | os.X_OK):
        yield f"{name} cannot be read and written by {_me()}. Change its rights."
        return
    if secure:
        # Only here: OpenSSL takes its time.
        from filexfer.server.identity import kept_pin

        try:
            kept_pin(state)
        except FilexferError as error:
            yield str(error)


def _closed(path: Path) -> bool:
    """Whether it cannot even be told what is there."""
    try:
        os.stat(path)
    except PermissionError:
        return True
    except OSError:
        pass  # That is told apart elsewhere.
    return False


def _addresses(found: Effective) -> Iterator[Fault]:
    for address in found.listen:
        where = check_form(address)
        if where.scheme == "unix":
            above = os.path.dirname(where.socket)
            if not os.path.isdir(above) or not os.access(above, os.W_OK | os.X_OK):
                text = f"no socket can be made in “{shown(above)}” by {_me()}. Make that folder, or name another one."
                yield found.fault("serve", "listen", f"[serve] listen: “{address}”: {text}")
            continue
        try:
            check_here(where)
        except FilexferError as error:
            yield found.fault("serve", "listen", f"[serve] listen: “{address}”: {error}")


def _me() -> str:
    return _user(os.getuid()) if os.name == "posix" else "this user"


def _user(number: int) -> str:
    import pwd

    try:
        return f"the user “{pwd.getpwuid(number).pw_name}”"
    except KeyError:
        return f"user number {number}"
