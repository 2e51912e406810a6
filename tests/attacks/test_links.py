"""Row “links” of the attack table: links wherever they point, hard links, and entries that are no files."""

from __future__ import annotations

import os
import socket
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.attacks.doors import LARGE, RAW
from tests.attacks.flip import flip_while_calling
from tests.attacks.house import SECRET, House, lay
from tests.attacks.lanes import NOT_TAKEN, calls_by_lane, quoted, raw_request
from tests.attacks.wire import Wire

INVALID, NOT_FOUND, EXISTS, NOT_A_FOLDER, FORBIDDEN = 101, 102, 103, 104, 202

#: Links that lie in the share, by name, with what they point to.
LINKS = {
    "leaf": "../outside/secret",
    "absolute": "/etc/passwd",
    "way": "../outside",
    "twin": "../share-twin",
    "inner": "mine",
    "self": ".",
    "folder/up": "..",
    "folder/far": "../../outside/deep",
    "dangling": "../outside/not-yet",
    "loop": "loop",
    "one": "other",
    "other": "one",
    "picture.png": "../outside/secret",
}
#: Ways over a link in the middle.
OVER_A_LINK = ["way/secret", "way/deep/secret", "way/new", "way/new/deeper", "twin/secret", "self/mine", "folder/up/mine",
               "folder/far/secret", "dangling/x", "loop/x", "one/x", "leaf/x"]  # fmt: skip
#: What may be done with a link itself: it is told of as one. An upload and a job look at their target when they come to it.
OF_A_LINK = {"file_stat": 0, "upload_open": 0, "job_add": 0, "plan_open": 0}


def link_all(house: House) -> None:
    for name, target in LINKS.items():
        (house.share / name).symlink_to(target)


def method_of(what: str) -> str:
    return what.removeprefix("batched ").removeprefix("server_call ").partition("(")[0]


@pytest.mark.parametrize("path", OVER_A_LINK)
def test_a_way_over_a_link_is_refused_by_every_method(house: House, path: str) -> None:
    link_all(house)
    before = house.share_now()
    late = {"upload_open", "job_add", "plan_open"}
    for form in (path, path.encode()):
        for what, code in calls_by_lane(house, form):
            assert code in (INVALID, NOT_TAKEN) or (method_of(what) in late and code == 0), what
    refuse_uploads(house, path)
    assert {name: told for name, told in house.share_now().items() if b".filexfer" not in name} == {
        name: told for name, told in before.items() if b".filexfer" not in name
    }


@pytest.mark.parametrize("path", LINKS)
def test_a_link_is_told_of_and_nothing_else_is_done_with_it(house: House, path: str) -> None:
    link_all(house)
    before = house.share_now()
    for what, code in calls_by_lane(house, path):
        assert code in (INVALID, NOT_TAKEN, OF_A_LINK.get(method_of(what), INVALID)), what
    refuse_uploads(house, path)
    for name, told in house.share_now().items():
        assert b".filexfer" in name or before[name] == told


def refuse_uploads(house: House, path: str) -> None:
    """An upload to `path` is refused at the latest when it is committed, and then leaves nothing."""
    with house.wire() as wire:
        for policy in ("fail", "overwrite", "rename", "newer", "skip"):
            opened = wire.call("upload_open", path, 4, {"on_conflict": policy})
            if opened.code:
                assert opened.code == INVALID
                continue
            upload_id = opened.value["upload_id"]
            assert wire.call("upload_write", upload_id, 0, b"evil").code == 0
            assert wire.call("upload_commit", upload_id).code == INVALID, policy
            assert wire.call("upload_abort", upload_id).code == 0


@pytest.mark.parametrize("path", [*OVER_A_LINK, *LINKS])
def test_the_raw_lane_follows_no_link(house: House, path: str) -> None:
    link_all(house)
    before = house.share_now()
    for form in RAW:
        with house.wire() as wire:
            reply = raw_request(wire, form, quoted(path.encode()))
        # The conditions of a PUT ask whether something is there, and a link is.
        expected = {(400, 101), (412, 103)} if form.headers.get("If-None-Match") and form.body else {(400, 101)}
        expected |= {(412, 107)} if form.headers.get("If-Match") else set()
        assert (reply.status, reply.code) in expected, form.name
    assert house.share_now() == before


def test_links_are_listed_as_links_and_never_entered(house: House) -> None:
    link_all(house)
    with house.wire() as wire:
        whole = wire.call("file_list", "", {"recursive": True}).value["entries"]
        kinds = {entry["name"]: entry["kind"] for entry in whole}
        assert {name for name, kind in kinds.items() if kind == "link"} == set(LINKS)
        assert {name for name, kind in kinds.items() if kind != "link"} == {
            "mine", "honest", "folder", "folder/inside", "folder/deep", "folder/deep/er"}  # fmt: skip
        assert all(entry["size"] == 0 for entry in whole if entry["kind"] == "link")
        packed = wire.call("file_list", "", {"recursive": True, "packed": True}).value
        assert dict(zip(packed["names"].split(b"\0"), packed["kinds"].decode(), strict=True))[b"leaf"] == "l"
        # The newest picture is none that a link shows.
        assert wire.call("image_get").code == NOT_FOUND
        assert wire.call("image_get", "", 64).code == NOT_FOUND


@pytest.mark.parametrize("permanent", [False, True])
def test_deleting_a_folder_with_links_in_it_deletes_the_links(house: House, permanent: bool) -> None:
    (house.share / "folder/deep/way").symlink_to("../../../outside")
    (house.share / "folder/leaf").symlink_to("../../outside/secret")
    with house.wire() as wire:
        deleted = wire.call("entry_delete", "folder", {"permanent": permanent})
        assert deleted.code == 0
        assert not (house.share / "folder").exists()
        if not permanent:
            assert wire.call("entry_restore", deleted.value).value == "folder"
            assert (house.share / "folder/deep/way").is_symlink()
            wire.call("entry_delete", "folder")
        with Wire(house.control) as control:
            assert control.call("trash_empty").value is True


def test_what_is_restored_does_not_follow_the_link_that_took_its_folders_place(house: House) -> None:
    with house.wire() as wire:
        trash_id = wire.call("entry_delete", "folder/inside").value
        os.rename(house.share / "folder", house.share / "away")
        (house.share / "folder").symlink_to("../outside")
        restored = wire.call("entry_restore", trash_id)
        assert restored.code == INVALID or (house.share / restored.value).read_bytes() == b"inside"
        (house.share / "folder").unlink()
        os.rename(house.share / "away", house.share / "folder")
        if restored.code:
            assert wire.call("entry_restore", trash_id).value == "folder/inside"


@pytest.mark.parametrize("step", ["open", "write", "commit"])
@pytest.mark.parametrize("what", ["folder", "leaf"])
def test_a_link_put_in_the_way_of_an_upload_stops_it(house: House, what: str, step: str) -> None:
    path = "folder/fresh"

    def flip(now: str) -> None:
        if now != step:
            return
        if what == "leaf":
            (house.share / path).symlink_to("../../outside/secret")
        else:
            os.rename(house.share / "folder", house.share / "away")
            (house.share / "folder").symlink_to("../outside")

    with house.wire() as wire:
        flip("open")
        opened = wire.call("upload_open", path, 4, {"on_conflict": "overwrite"})
        if opened.code:
            assert opened.code == INVALID
            return
        flip("write")
        assert wire.call("upload_write", opened.value["upload_id"], 0, b"evil").code == 0
        flip("commit")
        assert wire.call("upload_commit", opened.value["upload_id"]).code == INVALID
        wire.call("upload_abort", opened.value["upload_id"])


@pytest.mark.parametrize("lane", ["raw", "raw large", "call"])
def test_a_link_put_in_the_way_of_a_file_while_its_bytes_arrive_stops_it(house: House, lane: str) -> None:
    body = LARGE if lane == "raw large" else b"evil"
    with house.wire() as wire:
        if lane == "call":
            wire.send(b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/xml\r\nTransfer-Encoding: chunked\r\n\r\n")
            start = b"<methodCall><methodName>file_put</methodName><params><param><value>folder/fresh</value></param>"
            wire.send(b"%x\r\n%s\r\n" % (len(start), start))
        else:
            wire.send(b"PUT /files/folder/fresh HTTP/1.1\r\nHost: localhost\r\nContent-Length: %d\r\n\r\n" % len(body))
            wire.send(body[: len(body) // 2])
        house.check_honest()
        os.rename(house.share / "folder", house.share / "away")
        (house.share / "folder").symlink_to("../outside")
        if lane == "call":
            end = b"<param><value><base64>ZXZpbA==</base64></value></param></params></methodCall>"
            wire.send(b"%x\r\n%s\r\n0\r\n\r\n" % (len(end), end))
        else:
            wire.send(body[len(body) // 2 :])
        assert wire.reply().code == INVALID


@pytest.fixture
def hard(house: House, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The other name, outside the share, of the file `hard` in it."""
    other = Path(os.path.dirname(house.top)) / f"{house.top.name}-hard"
    other.write_bytes(SECRET)
    os.utime(other, ns=(10**18, 10**18))
    os.link(other, house.share / "hard")
    yield other
    other.unlink()


WRITES: dict[str, Callable[[Wire], int]] = {
    "file_put": lambda wire: wire.call("file_put", "hard", b"evil", {"on_conflict": "overwrite"}).code,
    "files_put": lambda wire: wire.call("files_put", [{"path": "hard", "size": 4}], b"evil", {"on_conflict": "overwrite"}).code,
    "image_put": lambda wire: wire.call("image_put", b"evil", "hard", {"on_conflict": "overwrite"}).code,
    "entry_move": lambda wire: wire.call("entry_move", "mine", "hard", {"on_conflict": "overwrite"}).code,
    "upload": lambda wire: uploaded(wire, "hard"),
    "entry_delete": lambda wire: wire.call("entry_delete", "hard", {"permanent": True}).code,
    "PUT": lambda wire: wire.request("PUT /files/hard", b"evil").code,
    "large PUT": lambda wire: wire.request("PUT /files/hard", LARGE).code,
}


def uploaded(wire: Wire, path: str) -> int:
    opened = wire.call("upload_open", path, 4, {"on_conflict": "overwrite"}).value
    wire.call("upload_write", opened["upload_id"], 0, b"evil")
    return wire.call("upload_commit", opened["upload_id"]).code


@pytest.mark.parametrize("write", WRITES.values(), ids=WRITES)
def test_overwriting_a_hard_link_leaves_the_other_name_its_content(
    house: House, hard: Path, write: Callable[[Wire], int]
) -> None:
    with house.wire() as wire:
        assert write(wire) == 0
        assert not (house.share / "hard").exists() or (house.share / "hard").read_bytes() != SECRET
    assert hard.read_bytes() == SECRET
    assert hard.stat().st_mtime_ns == 10**18


def irregular(house: House) -> dict[str, str]:
    """Entries that are no files, by name with what they are."""
    made = {"pipe.png": "FIFO", "socket.png": "socket"}
    os.mkfifo(house.share / "pipe.png")
    with socket.socket(socket.AF_UNIX) as listener:
        here = os.open(house.share, os.O_RDONLY)
        listener.bind(f"/proc/self/fd/{here}/socket.png")
        os.close(here)
    if os.geteuid() == 0:
        for name, device in (("null.png", os.makedev(1, 3)), ("zero.png", os.makedev(1, 5))):
            try:
                os.mknod(house.share / name, 0o666 | stat.S_IFCHR, device)
            except PermissionError:
                continue  # a machine that lets nobody make devices
            made[name] = "device"
    return made


#: What may be done with one: it is told of, and moved or deleted as the entry it is, which opens nothing.
OF_AN_ENTRY = {"file_stat", "entry_move", "entry_delete", "upload_open", "job_add", "plan_open"}


@pytest.mark.parametrize("name", ["pipe.png", "socket.png", "null.png", "zero.png"])
def test_what_is_no_file_is_never_opened_and_nobody_waits_for_it(house: House, name: str) -> None:
    if name not in irregular(house):
        pytest.skip("only root makes devices")
    before = stat.S_IFMT((house.share / name).lstat().st_mode)
    with house.served():
        with house.wire(5.0) as wire:
            assert wire.call("image_get").code == NOT_FOUND
            kinds = {entry["name"]: entry["kind"] for entry in wire.call("file_list", "").value["entries"]}
            assert kinds[name] == "other"
        for what, code in without_moving(house, name):
            method = method_of(what)
            if method in OF_AN_ENTRY:
                assert code in (0, EXISTS, NOT_TAKEN, FORBIDDEN), what
            else:
                # Read it: forbidden. Go through it: no folder. Put something there: in use.
                assert code in (FORBIDDEN, NOT_A_FOLDER, EXISTS, NOT_TAKEN, *((0,) if "rename" in what else ())), what
        for form in RAW:
            with house.wire(5.0) as wire:
                reply = raw_request(wire, form, quoted(name.encode()))
            assert reply.status in (403, 409, 412), form.name
    assert stat.S_IFMT((house.share / name).lstat().st_mode) == before


def without_moving(house: House, name: str) -> Iterator[tuple[str, int]]:
    """All calls, and the entry is put back where one of them took it away."""
    kind = (house.share / name).lstat()
    for what, code in calls_by_lane(house, name, batched=False):
        try:
            there = (house.share / name).lstat()
        except FileNotFoundError:
            there = None
        if there is None or stat.S_IFMT(there.st_mode) != stat.S_IFMT(kind.st_mode):
            assert method_of(what) in OF_AN_ENTRY, what
            (house.share / name).unlink(missing_ok=True)
            os.mknod(house.share / name, kind.st_mode, kind.st_rdev)
        if not (house.share / "mine").is_file():
            lay(house.share, {"mine": b"mine"})
        yield what, code


@contextmanager
def replaced_root(house: House) -> Iterator[Path]:
    """Meanwhile the share's own name is a link to the canaries, and the share lies elsewhere, inside the house."""
    away = house.share.with_name("share-moved")
    os.rename(house.share, away)
    house.share.symlink_to("outside")
    try:
        yield away
    finally:
        house.share.unlink()
        os.rename(away, house.share)


def test_a_share_whose_name_becomes_a_link_stays_what_it_was(house: House) -> None:
    with replaced_root(house) as real, house.wire() as wire:
        assert wire.call("file_get", "secret").code == NOT_FOUND
        assert wire.request("GET /files/secret").status == 404
        assert wire.call("file_get", "mine").value == b"mine"
        names = {entry["name"] for entry in wire.call("file_list", "").value["entries"]}
        assert names == {"mine", "honest", "folder"}
        assert wire.call("file_put", "fresh", b"evil", {"key": "a key while it is away"}).code == 0
        assert wire.request("PUT /files/raw", LARGE).status == 201
        assert uploaded(wire, "up") == 0
        assert wire.call("folder_make", "deep/er").code == 0
        trash_id = wire.call("entry_delete", "fresh").value
        assert wire.call("entry_restore", trash_id).value == "fresh"
        assert {"fresh", "raw", "up", "deep"} <= set(os.listdir(real))
        house.check_honest()


def test_a_name_flipped_by_another_process_while_calls_run_lets_none_of_them_out(house: House) -> None:
    with house.served():
        seen = flip_while_calling(house, 1500)
    # It was there, and it was a link, often enough to prove something.
    assert seen[0] > 150
    assert seen[INVALID] > 150
