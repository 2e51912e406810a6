"""Private folders: nobody else reads what is in them or puts another in their place."""

from __future__ import annotations

import grp
import os
import pwd
import stat
from pathlib import Path

import pytest

from filexfer.core.errors import BadParameters, StorageFailed
from filexfer.core.places import check_apart, private_folder, stand_in, state_folder


def above(tmp_path: Path, mode: int, group: int | None = None) -> Path:
    """A folder with this mode (and group), and what is to become private in it."""
    made = tmp_path / "above"
    made.mkdir()
    if group is not None:
        try:
            os.chown(made, -1, group)
        except PermissionError:
            pytest.skip("only root gives folders to groups it is not in")
    made.chmod(mode)
    return made / "private"


@pytest.mark.skipif(os.name != "posix", reason="elsewhere everybody has a home")
def test_who_has_no_home_is_told_to_name_one(monkeypatch: pytest.MonkeyPatch) -> None:
    def nobody(number: int) -> pwd.struct_passwd:
        raise KeyError(number)

    monkeypatch.setattr(pwd, "getpwuid", nobody)
    for name in ("HOME", "XDG_STATE_HOME"):
        monkeypatch.delenv(name)
    with pytest.raises(StorageFailed, match="Name a folder in HOME"):
        state_folder()


@pytest.mark.parametrize("mode", [0o700, 0o755, 0o1777])
def test_a_private_folder_is_made_closed_and_kept_so(tmp_path: Path, mode: int) -> None:
    folder = above(tmp_path, mode)
    for _ in range(2):
        assert private_folder(folder) == folder
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        folder.chmod(0o755)


def test_where_everybody_may_rename_nothing_is_private(tmp_path: Path) -> None:
    with pytest.raises(StorageFailed, match="chmod go-w"):
        private_folder(above(tmp_path, 0o777))


def test_where_a_group_of_others_may_rename_nothing_is_private(tmp_path: Path) -> None:
    # A group with another name than ours counts, whoever is in it.
    other = next(group.gr_gid for group in grp.getgrall() if group.gr_gid != os.getgid())
    with pytest.raises(StorageFailed, match="chmod go-w"):
        private_folder(above(tmp_path, 0o770, other))


def test_the_group_that_is_the_users_alone_may_write(tmp_path: Path) -> None:
    user = pwd.getpwuid(os.getuid())
    own = grp.getgrgid(user.pw_gid)
    if own.gr_name != user.pw_name or set(own.gr_mem) - {user.pw_name}:
        pytest.skip("this system gives users no group of their own")
    private_folder(above(tmp_path, 0o775, own.gr_gid))


def test_a_link_in_its_place_is_refused(tmp_path: Path) -> None:
    folder = above(tmp_path, 0o700)
    (tmp_path / "elsewhere").mkdir()
    folder.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(StorageFailed, match="somebody else"):
        private_folder(folder)


# ---- what must not be shared


@pytest.fixture
def users(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The state folder of a user whose home is `home`."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "home" / ".local" / "state"))
    folder = state_folder()
    folder.mkdir(parents=True)
    return folder


def test_ordinary_folders_may_be_shared(tmp_path: Path, users: Path) -> None:
    for folder in ("home/Downloads", "home/.local/state/other", "elsewhere", "home/.local/state/filexfer2"):
        check_apart(tmp_path / folder, users / "shares" / "x")
        check_apart(tmp_path / folder, None)
    check_apart(stand_in(users), users)


@pytest.mark.parametrize("share", ["home", "home/.local/state", "home/.local/state/filexfer", ".", "home/../home", "link"])
def test_a_folder_that_holds_what_we_keep_may_not(tmp_path: Path, users: Path, share: str) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "home")
    with pytest.raises(BadParameters, match="Share a folder below it"):
        check_apart(tmp_path / share, None)


@pytest.mark.parametrize("there", [True, False])
def test_nor_one_that_holds_the_state_of_its_own_server(tmp_path: Path, users: Path, there: bool) -> None:
    state = tmp_path / "share" / "deep" / "state"
    if there:
        state.mkdir(parents=True)
        (tmp_path / "by another way").symlink_to(state)
    with pytest.raises(BadParameters, match="--state"):
        check_apart(tmp_path / "share", tmp_path / "by another way" if there else state)


def test_nor_one_that_lies_in_it(tmp_path: Path, users: Path) -> None:
    with pytest.raises(BadParameters, match="lies in"):
        check_apart(users / "shares", None)
    with pytest.raises(BadParameters, match="lies in"):
        check_apart(tmp_path / "state" / "x", tmp_path / "state")
