"""Names in the share are flipped, again and again and by another process, between what they are and links to outside, while calls
go through them. `flip_while_calling(house, count)` is a soak of any length: `python -m tests.attacks.flip 100000`."""

from __future__ import annotations

import argparse
import os
import random
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.attacks.house import SECRET, House, lay, running, tells_secret
from tests.attacks.lanes import code_of
from tests.attacks.wire import Wire

#: Swaps two names of a folder, atomically where the system can (renameat2 with RENAME_EXCHANGE), until its input ends.
_FLIPPER = """
import ctypes, os, select, sys
folder, pairs = os.open(sys.argv[1], os.O_RDONLY), [pair.split("=") for pair in sys.argv[2:]]
libc = ctypes.CDLL(None, use_errno=True)
def swap(one, other):
    if hasattr(libc, "renameat2"):
        # What a call has just moved away is there again soon.
        return libc.renameat2(folder, one.encode(), folder, other.encode(), 2) == 0
    aside = one + ".aside"
    try:
        for source, target in ((one, aside), (other, one), (aside, other)):
            os.rename(source, target, src_dir_fd=folder, dst_dir_fd=folder)
    except FileNotFoundError:
        return False
    return True
print("ready", flush=True)
count = turns = 0
while True:
    count += sum(swap(one, other) for one, other in pairs)
    turns += 1
    if not turns % 64 and select.select([0], [], [], 0)[0]:
        break
print(count, flush=True)
"""

#: Flipped with what lies beside it: a folder on the way, a folder further down, the file itself.
FLIPPED = {"spot": "outside", "way/spot": "outside", "leaf": "outside/secret"}
#: What is read through them; outside, files of the same names are canaries.
_FILES = {"spot/secret": b"mine", "spot/deep/secret": b"mine", "way/spot/secret": b"mine", "leaf": b"mine"}

#: What may come of a call: done, refused as a link (101), not there just now (102), in use (103, 107), no folder (104, 105).
FITTING = {0, 101, 102, 103, 104, 105, 106, 107}


@contextmanager
def _flipping(folder: Path, *pairs: str) -> Iterator[Callable[[], int]]:
    """Flip until the end of the block; gives what tells, afterwards, how often."""
    command = [sys.executable, "-c", _FLIPPER, str(folder), *pairs]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin
        assert process.stdout
        assert process.stdout.readline() == "ready\n"
        counted = [0]
        try:
            yield lambda: counted[0]
        finally:
            process.stdin.close()
            counted[0] = int(process.stdout.readline())


def flip_while_calling(house: House, count: int, seed: int = 1) -> Counter[int]:
    """Do `count` calls through names that flip; how often each fault came. Raises `AssertionError` for an escape."""
    lay(house.share, _FILES)
    for name, target in FLIPPED.items():
        (house.share / f"{name}.other").symlink_to(os.path.relpath(house.top / target, (house.share / name).parent))
    chance, seen = random.Random(seed), Counter[int]()
    with (
        house.wire() as wire,
        Wire(house.control) as control,
        _flipping(house.share, "spot=spot.other", "leaf=leaf.other") as one,
        _flipping(house.share / "way", "spot=spot.other") as two,
    ):
        flips = [one, two]
        for number in range(count):
            act, path = chance.choice(ACTS), chance.choice(list(_FILES))
            code = act(wire, path, number)
            assert code in FITTING, (act, path, code)
            seen[code] += 1
            if not number % 500:
                assert not tells_secret(wire.heard)
                wire.heard.clear()
                control.call("trash_empty")
        assert not tells_secret(wire.heard)
    assert all(told() > 64 for told in flips), "nothing was flipped"
    return seen


def _call(method: str, *params: object) -> Callable[[Wire, str, int], int]:
    """A call with `PATH` and `NEW` (a name beside it that nothing has yet) put in."""

    def act(wire: Wire, path: str, number: int) -> int:
        put_in = {"PATH": path, "NEW": f"{path}.{number % 50}", "FOLDER": path.rpartition("/")[0]}
        filled = [put_in.get(param, param) if isinstance(param, str) else param for param in params]
        if method in ("files_put", "files_get"):
            filled[0] = [path] if method == "files_get" else [{"path": path, "size": 4}]
        reply = wire.call(method, *filled)
        assert reply.status == 200
        code = code_of(method, reply)
        if not code and method == "file_get":
            assert reply.value in (b"mine", b"evil")
        return code

    return act


def _raw(method: bytes, body: bytes) -> Callable[[Wire, str, int], int]:
    def act(wire: Wire, path: str, number: int) -> int:
        reply = wire.request(method + b" /files/" + path.encode(), body)
        if method == b"GET" and reply.status == 200:
            assert reply.body in (b"mine", b"evil")
        return reply.code

    return act


def _upload(wire: Wire, path: str, number: int) -> int:
    """A whole upload: the name may flip between any two of its steps."""
    opened = wire.call("upload_open", path, 4, {"on_conflict": "overwrite"})
    if opened.code:
        return opened.code
    upload_id = opened.value["upload_id"]
    written = wire.request(f"PUT /uploads/{upload_id}/0", b"evil")
    assert written.status == 204
    code = wire.call("upload_commit", upload_id).code
    if code:
        assert wire.call("upload_abort", upload_id).code == 0
    return code


def _delete(wire: Wire, path: str, number: int) -> int:
    """Delete, for good or not, and put it back."""
    code = wire.call("entry_delete", path, {"permanent": number % 2 == 0}).code
    again = wire.call("file_put", path, b"mine", {"on_conflict": "overwrite"}).code
    assert again in FITTING
    return code


def _restore(wire: Wire, path: str, number: int) -> int:
    """What was deleted comes back while its folder flips."""
    deleted = wire.call("entry_delete", path)
    if deleted.code or not deleted.value:
        return deleted.code
    return wire.call("entry_restore", deleted.value).code


OVER = {"on_conflict": "overwrite"}
ACTS = [
    _call("file_get", "PATH"),
    _call("file_stat", "PATH"),
    _call("file_list", "FOLDER"),
    _call("file_list", "FOLDER", {"recursive": True}),
    _call("file_read", "PATH", 0, 4),
    _call("file_digests", "PATH"),
    _call("files_get", "PATH"),
    _call("image_get", "PATH"),
    _call("file_put", "PATH", b"evil", OVER),
    _call("file_put", "NEW", b"evil"),
    _call("files_put", "PATH", b"evil", OVER),
    _call("image_put", b"evil", "PATH", OVER),
    _call("folder_make", "NEW"),
    _call("folder_make", "NEW", {"mtime_ns": 0}),
    _call("entry_move", "PATH", "NEW"),
    _call("entry_move", "mine", "PATH", OVER),
    _raw(b"GET", b""),
    _raw(b"HEAD", b""),
    _raw(b"PUT", b"evil"),
    _upload,
    _delete,
    _restore,
]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("count", type=int, nargs="?", default=100_000)
    count = parser.parse_args().count
    with tempfile.TemporaryDirectory(prefix="fxa") as top, running(Path(top)) as house:
        before = house.outside_now()
        seen = flip_while_calling(house, count)
        assert house.outside_now() == before, "something outside was touched"
        house.check_alive()
    print(f"{count} calls, no escape; by fault: {dict(seen)}")


if __name__ == "__main__":
    main()

__all__ = ["SECRET", "flip_while_calling"]
