"""Folders, moving, deleting, the trash; and names that XML, terminals or encodings cannot bear."""

from __future__ import annotations

import os
from xmlrpc.client import Binary, Fault

import pytest

HOSTILE = [
    *(b"\x01", b"a\nb", "\ufffe".encode(), b"\xff\xfe raw", b"cr\rcr", b"\x1b[31m", "\u202etxt".encode(), b"<&>]]>", b" lead"),
    *(b"C:x", b"a\\b", "ä".encode(), "a\u0308".encode(), b"%2F", b"+"),
]


def code_of(act, *params) -> int:
    with pytest.raises(Fault) as caught:
        act(*params)
    return caught.value.faultCode


def raw(name: object) -> bytes:
    return name.data if isinstance(name, Binary) else str(name).encode()


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_breaks_no_listing_and_comes_round(proxy, running, name: bytes) -> None:
    (running.folder / "plain").write_bytes(b"")
    with open(os.path.join(os.fsencode(running.folder), name), "wb") as file:
        file.write(name)
    entries = proxy.file_list("")["entries"]
    assert sorted(raw(entry["name"]) for entry in entries) == sorted([name, b"plain"])
    listed = next(entry["name"] for entry in entries if raw(entry["name"]) == name)
    # What the listing gave is good for every other call.
    assert proxy.file_get(listed).data == name
    assert raw(proxy.file_stat(listed)["name"]) == name
    assert raw(proxy.entry_move(listed, "other")["name"]) == b"other"
    assert raw(proxy.file_put(Binary(name), Binary(b"again"))["path"]) == name
    assert proxy.files_get([listed])["data"].data == b"again"
    packed = proxy.file_list("", {"packed": True})
    assert sorted(packed["names"].data.split(b"\0")) == sorted([name, b"other", b"plain"])


def test_folders_are_made_with_their_parents_and_their_time(proxy, running) -> None:
    entry = proxy.folder_make("a/b/c", {"mtime_ns": "1500000000000000000"})
    assert (entry["name"], entry["kind"], entry["mtime_ns"]) == ("c", "folder", 1500000000000000000)
    assert (running.folder / "a/b/c").stat().st_mtime_ns == 1500000000000000000
    assert proxy.folder_make("a/b")["kind"] == "folder"
    proxy.file_put("f", Binary(b""))
    assert code_of(proxy.folder_make, "f") in (103, 104)


def test_links_are_listed_as_links_and_never_followed(proxy, running, tmp_path) -> None:
    (tmp_path / "secret").write_bytes(b"secret")
    (running.folder / "leaf").symlink_to(tmp_path / "secret")
    (running.folder / "folder").symlink_to(tmp_path)
    kinds = {entry["name"]: entry["kind"] for entry in proxy.file_list("", {"recursive": True})["entries"]}
    assert kinds == {"leaf": "link", "folder": "link"}
    for path in ("leaf", "folder/secret"):
        for act in (
            lambda path=path: proxy.file_get(path),
            lambda path=path: proxy.file_put(path, Binary(b"x"), {"on_conflict": "overwrite"}),
            lambda path=path: proxy.image_get(path),
            lambda path=path: proxy.entry_delete(path),
            lambda path=path: proxy.entry_move(path, "mine"),
            lambda path=path: proxy.files_get([path])["entries"][0]["nothing"],
        ):
            with pytest.raises((Fault, KeyError)):
                act()
    assert (tmp_path / "secret").read_bytes() == b"secret"


def test_moving_follows_the_policies(proxy, running) -> None:
    proxy.file_put("a", Binary(b"a"))
    proxy.file_put("b", Binary(b"b"))
    assert proxy.entry_move("a", "d/c")["name"] == "c"
    assert code_of(proxy.entry_move, "d/c", "b") == 103
    assert proxy.entry_move("d/c", "b", {"on_conflict": "rename"})["name"] == "b (1)"
    assert code_of(proxy.entry_move, "none", "x") == 102
    assert code_of(proxy.entry_move, "d", "d/e") == 101
    etag = proxy.file_stat("b")["etag"]
    proxy.file_put("b", Binary(b"longer"), {"on_conflict": "overwrite"})
    assert code_of(proxy.entry_move, "b", "x", {"etag": etag}) == 107
    assert running.held() == {"b": b"longer", "b (1)": b"a"}


def test_what_was_deleted_lies_in_the_trash_until_it_is_restored_or_dropped(proxy, running, serve) -> None:
    proxy.file_put("d/f", Binary(b"x"))
    trash_id = proxy.entry_delete("d")
    assert running.held() == {}
    listed = proxy.trash_list()
    assert [(item["id"], item["path"], item["kind"]) for item in listed] == [(trash_id, "d", "folder")]
    assert proxy.entry_restore(trash_id) == "d"
    assert running.held() == {"d/f": b"x"}
    assert proxy.trash_list() == []
    assert proxy.entry_delete("d", {"permanent": True}) == ""
    assert proxy.trash_list() == []
    assert code_of(proxy.entry_restore, trash_id) == 102
    assert code_of(proxy.trash_empty) == 202


def test_an_overwritten_file_can_be_had_back(proxy) -> None:
    proxy.file_put("f", Binary(b"old"))
    proxy.file_put("f", Binary(b"new"), {"on_conflict": "overwrite"})
    (item,) = proxy.trash_list()
    assert item["path"] == "f"
    assert proxy.entry_restore(item["id"]) == "f (1)"
    assert proxy.file_get("f (1)").data == b"old"
