"""The N-th system call of every act goes wrong, N = 1, 2, 3, … until none is left, in every way a machine has: what is visible is
old or new, failures are told in a sentence of the right kind, nothing leaks, the act repeated on a healed machine succeeds, and
nothing stays behind that does not expire."""

from __future__ import annotations

from pathlib import Path

import pytest

from filexfer.core.errors import Busy, FilexferError, Forbidden, NoSpace, StorageFailed
from filexfer.storage.folder import FolderStore
from tests.descriptors import opened
from tests.faults.acts import ACTS, left_for_ever
from tests.faults.breaking import FAULTS, Breaking, Killed, let_go, steps
from tests.storage.acts import BEFORE, OLD, SETTINGS, Act, prepare, trashed, tree, wrong

#: What a fault is called when it reaches somebody.
TOLD = {
    "no room": NoSpace,
    "quota": NoSpace,
    "i/o error": StorageFailed,
    "disk": StorageFailed,
    "too many": Busy,
    "read-only": Forbidden,
    "not permitted": Forbidden,
}


@pytest.mark.parametrize("fault", list(FAULTS))
@pytest.mark.parametrize("name", list(ACTS))
def test_old_or_new_whatever_goes_wrong_and_a_repetition_succeeds(memory: Path, name: str, fault: str) -> None:
    act = ACTS[name]
    for step in steps():
        root = memory / str(step)
        prepare(root)
        fs = Breaking(FAULTS[fault])
        store = FolderStore(root, SETTINGS, fs=fs)
        fs.begin(step)
        told = attempt(act, store)
        met = fs.met
        fs.end()
        check_told(told, fault, root)
        check_tree(root, act, told, met, "delete" in name or "move" in name)
        if isinstance(told, Killed):
            let_go(memory)
        else:
            store.close()
        assert opened(memory) == set(), f"descriptors are left open when {met} goes wrong"
        if not met:
            assert told is None
            break
        check_repeated(root, act)
        assert left_for_ever(root) == [], f"this stays for ever when {met} goes wrong"


def attempt(act: Act, store: FolderStore) -> BaseException | None:
    try:
        act.do(store)
    except (FilexferError, MemoryError, Killed) as error:
        return error
    return None


def check_told(told: BaseException | None, fault: str, root: Path) -> None:
    if isinstance(told, FilexferError):
        assert isinstance(told, next(kind for word, kind in TOLD.items() if fault.startswith(word)))
        assert str(root) not in str(told)
        assert str(told).endswith(".")


def check_tree(root: Path, act: Act, told: BaseException | None, met: str, moves: bool) -> None:
    now = tree(root)
    assert wrong(now, act) == [], f"neither old nor new when {met} goes wrong"
    if not moves:
        assert BEFORE.keys() <= now.keys(), f"something vanished when {met} went wrong"
    if told is None:
        assert now == act.done


def check_repeated(root: Path, act: Act) -> None:
    """On a healed machine the same act comes to its end, unless what failed was something after it."""
    with FolderStore(root, SETTINGS) as store:
        if act.again or tree(root) != act.done:
            act.do(store)
        assert tree(root) == act.done
        if act is not ACTS["delete for good"] and act is not ACTS["empty the trash"]:
            assert OLD in [*act.done.values(), *trashed(root)]
