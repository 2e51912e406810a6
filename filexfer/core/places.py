"""Where things live on this machine: state, the default share, the private control socket. One rule for every front, so that a
window, a command and an agent of the same user find each other. Names places and makes private folders; opens no socket."""

from __future__ import annotations

import hashlib
import os
import stat
import sys
import warnings
from pathlib import Path

from filexfer.core.errors import BadParameters, StorageFailed

#: Longest path of a UNIX socket in bytes: `sun_path` less its NUL (108 on Linux, 104 on macOS and the BSDs).
SOCKET_PATH_BYTES = 107 if sys.platform == "linux" else 103

#: The file in a state folder that tells where its running agent answers.
CONTROL_FILE = "agent.address"
#: Beside it, where it answers on loopback because the system has no UNIX sockets: the token to be shown there.
CONTROL_TOKEN_FILE = "agent.token"


def state_folder() -> Path:
    """What the app and the commands remember: the queue, saved servers, the share's settings. Raises `StorageFailed` for a user
    without a home, such as one that is made up for a service."""
    from platformdirs import user_state_path

    try:
        return user_state_path("filexfer", appauthor=False)
    except RuntimeError:
        raise StorageFailed("This user has no home to keep things in. Name a folder in HOME, then start again.") from None


def share_state(folder: str | os.PathLike[str]) -> Path:
    """The state of an agent that serves just `folder` (`filexfer serve`): jobs given to it stay its own."""
    return state_folder() / "shares" / _short(os.path.realpath(folder))


def default_share() -> Path:
    """The folder that the app shares until another one is chosen."""
    from platformdirs import user_downloads_path

    return user_downloads_path() / "filexfer"


def control_socket(state: Path) -> Path:
    """The UNIX socket of the agent with this state: in the user's runtime folder, or in a short temporary one where that
    path would be too long for a socket. (Python has none on Windows, so it is made nowhere there.)"""
    return _socket("agent", state)


def window_socket(state: Path) -> Path:
    """The same of the app's window with this state: a second start hands over there what it was given."""
    return _socket("window", state)


def _socket(whose: str, state: Path) -> Path:
    name = f"{whose}-{_short(os.path.realpath(state))}.sock"
    wanted = _runtime_folder() / name
    if len(os.fsencode(wanted)) <= SOCKET_PATH_BYTES or sys.platform == "win32":
        return wanted
    return Path("/tmp" if os.path.isdir("/tmp") else _temporary()) / f"filexfer-{os.getuid()}" / name


def _temporary() -> str:
    import tempfile

    return tempfile.gettempdir()


def control_address(state: Path) -> str:
    """The address at which the agent with this state says it answers; `""` where none ever did, or the file cannot be read: it
    is only a hint. The agent may be gone since."""
    try:
        return (state / CONTROL_FILE).read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError):
        return ""


def control_token(state: Path) -> str:
    """The token that the agent with this state wants to be shown at `control_address`; `""` where it wants none."""
    try:
        return (state / CONTROL_TOKEN_FILE).read_text("ascii").strip()
    except (OSError, UnicodeDecodeError):
        return ""


def stand_in(state: Path) -> Path:
    """The empty folder that the agent with this state shares where it cannot share what was chosen."""
    return state / "nothing shared"


def check_apart(share: str | os.PathLike[str], own_state: Path | None) -> None:
    """Raise `BadParameters` where this folder cannot be shared because our secrets lie in it, or it lies among them: the state
    of its own server (None: it has none yet), or that of this user."""
    users = state_folder()
    if own_state is not None and _holds(share, own_state):
        instead = "" if _holds(users, own_state) else ", or keep them elsewhere with --state"
        raise BadParameters(
            f"{share} cannot be shared: the keys and devices of its own server lie in it, in {own_state}, and who may read it "
            f"could take them. Share a folder below it{instead}."
        )
    if os.path.isdir(users) and _holds(share, users):
        raise BadParameters(
            f"{share} cannot be shared: what filexfer keeps for you lies in it, in {users}, keys too. Share a folder below it."
        )
    for state in (own_state, users):
        if state is not None and _holds(state, share) and not _same_place(share, stand_in(state)):
            raise BadParameters(
                f"{share} cannot be shared: it lies in {state}, where filexfer keeps its keys. Share another folder."
            )


def _holds(outer: str | os.PathLike[str], inner: str | os.PathLike[str]) -> bool:
    """Whether `inner` is `outer` or lies in it, by whatever name, there yet or not."""
    place = Path(os.path.realpath(inner))
    return any(_same_place(outer, above) for above in (place, *place.parents))


def _same_place(one: str | os.PathLike[str], other: str | os.PathLike[str]) -> bool:
    try:
        # Also where names differ in case only, or a folder is mounted twice.
        return os.path.samefile(one, other)
    except OSError:
        return os.path.normcase(os.path.realpath(one)) == os.path.normcase(os.path.realpath(other))


def computer_name() -> str:
    """What this computer is called, for people."""
    import platform  # here, for every command that moves files would start 1 ms later with it

    return platform.node().partition(".")[0][:60] or "computer"


def private_folder(folder: Path) -> Path:
    """Make `folder` with mode 0700, and hold it to that: ours, no link, closed to others, in a folder that nobody else can
    rename it out of. Raises `StorageFailed` otherwise."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise StorageFailed(f"The folder {folder} cannot be made: {error.strerror or error}. Choose another place.") from None
    if sys.platform == "win32":
        return folder
    found, above = folder.lstat(), folder.parent.stat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid() or above.st_uid not in (0, os.getuid()):
        raise StorageFailed(f"The folder {folder} belongs to somebody else. Remove it, then start again.")
    if _others_rename_in(above):
        raise StorageFailed(
            f"Others may write in {folder.parent}, so what is private could be taken away. Run “chmod go-w {folder.parent}”, "
            "then start again."
        )
    if stat.S_IMODE(found.st_mode) & 0o077:
        folder.chmod(0o700)
    return folder


def _others_rename_in(status: os.stat_result) -> bool:
    """Whether anybody but root and us may rename what is in the folder with this status."""
    if status.st_mode & stat.S_ISVTX:
        return False
    return bool(status.st_mode & stat.S_IWOTH) or (bool(status.st_mode & stat.S_IWGRP) and not _only_ours(status.st_gid))


def _only_ours(group_id: int) -> bool:
    """Whether nobody else is in this group. Many systems give each user one and let it write (umask 002)."""
    import grp
    import pwd

    try:
        user, group = pwd.getpwuid(os.getuid()), grp.getgrgid(group_id)
    except KeyError:
        return False
    return user.pw_gid == group_id and group.gr_name == user.pw_name and set(group.gr_mem) <= {user.pw_name}


def _runtime_folder() -> Path:
    from platformdirs import user_runtime_path

    with warnings.catch_warnings():
        # It warns where $XDG_RUNTIME_DIR is unset, as in every service and ssh session: nothing a person can act upon.
        warnings.simplefilter("ignore")
        return user_runtime_path("filexfer", appauthor=False)


def _short(path: str) -> str:
    return hashlib.sha256(os.fsencode(path)).hexdigest()[:12]
