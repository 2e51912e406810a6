"""Every method on files, called as the standard library's client calls it."""

from __future__ import annotations

import hashlib
import os
import struct
from xmlrpc.client import Binary, Fault

import pytest
from blake3 import blake3

from filexfer.server import Server


def code_of(act, *params) -> int:
    with pytest.raises(Fault) as caught:
        act(*params)
    return caught.value.faultCode


def sha256(data: bytes) -> str:
    return "sha256:" + hashlib.sha256(data).hexdigest()


def test_server_info_says_what_a_client_needs_to_know(proxy) -> None:
    info = proxy.server_info()
    assert info["name"] == "filexfer"
    assert info["protocol"] == 1
    assert info["share"] == "share"
    assert info["permission"] == "write"
    assert info["local"] is False
    assert info["lanes"] == ["xmlrpc", "raw", "tail"]
    assert info["digests"] == ["blake3", "sha256"]
    assert info["block_size"] == 1 << 20
    assert 0 < info["free"] <= info["total"]


def test_a_file_put_with_its_folders_comes_back(proxy, running) -> None:
    saved = proxy.file_put("a/b.txt", Binary(b"x"))
    assert (saved["path"], saved["outcome"], saved["size"]) == ("a/b.txt", "created", 1)
    assert (running.folder / "a" / "b.txt").read_bytes() == b"x"
    assert proxy.file_get("a/b.txt").data == b"x"


def test_an_empty_file_is_a_file(proxy) -> None:
    proxy.file_put("empty", Binary(b""))
    assert proxy.file_get("empty").data == b""
    assert proxy.file_stat("empty")["size"] == 0


@pytest.mark.parametrize("size", [1, 65_535, 256 << 10, (256 << 10) + 1, (2 << 20) + 1, 5_000_000])
def test_contents_of_every_size_class_survive_both_ways(proxy, running, size: int) -> None:
    content = os.urandom(size)
    proxy.file_put("f", Binary(content), {"digest": sha256(content)})
    assert (running.folder / "f").read_bytes() == content
    assert proxy.file_get("f").data == content


def test_a_file_has_the_time_it_was_put_with(proxy, running) -> None:
    # Stock clients cannot send more than 32 bits as a number: a decimal string does as well.
    saved = proxy.file_put("f", Binary(b"x"), {"mtime_ns": "1234567890123456789"})
    assert saved["mtime_ns"] == 1234567890123456789
    assert (running.folder / "f").stat().st_mtime_ns == 1234567890123456789


def test_a_wrong_digest_stores_nothing(proxy, running) -> None:
    assert code_of(proxy.file_put, "f", Binary(b"x"), {"digest": sha256(b"y")}) == 108
    assert code_of(proxy.file_put, "big", Binary(bytes(3 << 20)), {"digest": sha256(b"y")}) == 108
    assert running.held() == {}


@pytest.mark.parametrize(
    ("method", "params"),
    [("file_put", ["../f"]), ("file_put", []), ("image_put", []), ("system.listMethods", []), ("nothing", [])],
)
def test_a_large_content_that_came_to_nothing_leaves_nothing(proxy, running, method: str, params: list) -> None:
    content = Binary(bytes(3 << 20))
    if method == "image_put":
        params = [content, "../f"]
    elif method.startswith("file"):
        params = [*params, content] if params else [content, content]
    else:
        params = [content]
    with pytest.raises((Fault, OSError)):
        getattr(proxy, method)(*params)
    assert [path for path in running.folder.rglob("*") if path.is_file()] == []
    # The folder is given back: nothing of that call holds it.
    running.server.close()
    with Server(running.folder, ["http://localhost:0"]):
        pass


def test_policies_say_what_becomes_of_a_taken_name(proxy, running) -> None:
    proxy.file_put("f", Binary(b"old"))
    assert code_of(proxy.file_put, "f", Binary(b"new")) == 103
    assert proxy.file_put("f", Binary(b"old"))["outcome"] == "same"
    assert proxy.file_put("f", Binary(b"new"), {"on_conflict": "skip"})["outcome"] == "skipped"
    assert proxy.file_put("f", Binary(b"new"), {"on_conflict": "rename"})["path"] == "f (1)"
    assert running.held() == {"f": b"old", "f (1)": b"new"}
    assert proxy.file_put("f", Binary(b"new"), {"on_conflict": "overwrite"})["outcome"] == "replaced"
    assert running.held() == {"f": b"new", "f (1)": b"new"}
    assert code_of(proxy.file_put, "f", Binary(b"x"), {"on_conflict": "explode"}) == -32602


def test_only_the_version_that_was_seen_is_overwritten(proxy) -> None:
    etag = proxy.file_put("f", Binary(b"one"))["etag"]
    proxy.file_put("f", Binary(b"three"), {"on_conflict": "overwrite", "etag": etag})
    assert code_of(proxy.file_put, "f", Binary(b"two"), {"on_conflict": "overwrite", "etag": etag}) == 107
    assert proxy.file_get("f").data == b"three"


def test_a_misspelt_option_is_refused(proxy, running) -> None:
    assert code_of(proxy.file_put, "f", Binary(b"x"), {"onconflict": "skip"}) == -32602
    assert code_of(proxy.file_list, "", {"recursiv": True}) == -32602
    assert running.held() == {}


@pytest.mark.parametrize(
    ("params", "code"),
    [
        ((), -32602),
        (("f",), -32602),
        (("f", Binary(b""), {}, 1), -32602),
        (("f", "text"), -32602),
        (("f", 5), -32602),
        ((5, Binary(b"")), 101),
        (("", Binary(b"")), 101),
        (("f", Binary(b""), "options"), -32602),
        (("f", Binary(b""), {"mtime_ns": "soon"}), -32602),
        (("f", Binary(b""), {"mtime_ns": "99999999999999999999"}), -32602),
        (("f", Binary(b""), {"digest": "md5:00"}), -32602),
    ],
)
def test_wrong_parameters_are_told_and_change_nothing(proxy, running, params: tuple, code: int) -> None:
    assert code_of(proxy.file_put, *params) == code
    assert running.held() == {}


@pytest.mark.parametrize(
    "path",
    [
        *("../x", "a/../../x", "/etc/passwd", "a//b", "./a", "a/", "a/./b", "x" * 256, "/".join(["a"] * 20_000)),
        *(".filexfer/x", ".FileXfer", Binary(b"a\0b")),
    ],
)
def test_no_path_leads_out_of_the_share(proxy, running, path) -> None:
    outside = sorted(os.listdir(running.folder.parent))
    assert code_of(proxy.file_put, path, Binary(b"x"), {"on_conflict": "overwrite"}) == 101
    assert code_of(proxy.file_get, path) == 101
    assert code_of(proxy.entry_delete, path) == 101
    assert code_of(proxy.folder_make, path) == 101
    assert running.held() == {}
    assert sorted(os.listdir(running.folder.parent)) == outside


def test_what_is_not_there_or_is_a_folder_is_told_apart(proxy) -> None:
    proxy.folder_make("d")
    assert code_of(proxy.file_get, "none") == 102
    assert code_of(proxy.file_stat, "d/none") == 102
    assert code_of(proxy.file_get, "d") == 105
    assert code_of(proxy.file_put, "d", Binary(b"x"), {"on_conflict": "overwrite"}) == 105
    proxy.file_put("f", Binary(b"x"))
    assert code_of(proxy.file_get, "f/g") == 104


def test_faults_hold_no_path_of_the_machine(proxy, running) -> None:
    with pytest.raises(Fault) as caught:
        proxy.file_get("none")
    assert str(running.folder) not in caught.value.faultString


def test_a_block_is_read_with_its_digest_and_version(proxy) -> None:
    content = os.urandom(3_000_000)
    proxy.file_put("f", Binary(content))
    block = proxy.file_read("f", 1 << 20, 1 << 20, {"algorithm": "sha256"})
    assert block["data"].data == content[1 << 20 : 2 << 20]
    assert block["digest"] == sha256(content[1 << 20 : 2 << 20])
    assert block["size"] == 3_000_000
    rest = proxy.file_read("f", 2 << 20, 1 << 20, {"etag": block["etag"]})
    assert rest["data"].data == content[2 << 20 :]
    assert proxy.file_read("f", 3_000_000, 10)["data"].data == b""
    assert code_of(proxy.file_read, "f", 3_000_001, 10) == 109
    assert code_of(proxy.file_read, "f", -1, 10) == 109
    assert code_of(proxy.file_read, "f", 0, 1 << 30) == -32602
    assert code_of(proxy.file_read, "f", 0, 1, {"algorithm": "md5"}) == -32602
    proxy.file_put("f", Binary(b"other"), {"on_conflict": "overwrite"})
    assert code_of(proxy.file_read, "f", 0, 10, {"etag": block["etag"]}) == 107


def test_digests_of_blocks_come_in_pages(proxy) -> None:
    content = os.urandom((2 << 20) + 5)
    proxy.file_put("f", Binary(content))
    wanted = [hashlib.sha256(content[at : at + (1 << 20)]).digest() for at in range(0, len(content), 1 << 20)]
    whole = proxy.file_digests("f", {"algorithm": "sha256"})
    assert whole["digests"].data == b"".join(wanted)
    assert (whole["count"], whole["next"], whole["block_size"], whole["size"]) == (3, -1, 1 << 20, len(content))
    first = proxy.file_digests("f", {"algorithm": "sha256", "count": 2})
    assert first["digests"].data == b"".join(wanted[:2])
    rest = proxy.file_digests("f", {"algorithm": "sha256", "offset": first["next"], "etag": first["etag"]})
    assert rest["digests"].data == wanted[2]
    assert rest["next"] == -1
    assert code_of(proxy.file_digests, "f", {"offset": 7}) == 109
    assert code_of(proxy.file_digests, "f", {"etag": "another"}) == 107


@pytest.mark.parametrize("size", [0, 5, 1 << 20, (2 << 20) + 5])
def test_one_digest_of_all_of_a_file(proxy, size: int) -> None:
    content = os.urandom(size)
    saved = proxy.file_put("f", Binary(content))
    answer = proxy.file_digests("f", {"whole": True})
    assert (answer["digest"], answer["size"]) == (f"blake3:{blake3(content).hexdigest()}", size)
    sha = proxy.file_digests("f", {"whole": True, "algorithm": "sha256", "etag": saved["etag"]})
    assert sha["digest"] == f"sha256:{hashlib.sha256(content).hexdigest()}"
    assert code_of(proxy.file_digests, "f", {"whole": True, "etag": "another"}) == 107


def test_small_files_go_and_come_in_one_call(proxy, running) -> None:
    entries = [
        {"path": "d/1", "size": 3, "mtime_ns": "1500000000000000000", "digest": sha256(b"one")},
        {"path": "../2", "size": 3},
        {"path": "d/3", "size": 0},
        {"path": "d/4", "size": 4, "digest": sha256(b"five")},
    ]
    first, outside, empty, broken = proxy.files_put(entries, Binary(b"onetwofour"))
    assert (first["outcome"], first["mtime_ns"]) == ("created", 1500000000000000000)
    assert outside["faultCode"] == 101
    assert empty["size"] == 0
    assert broken["faultCode"] == 108
    assert running.held() == {"d/1": b"one", "d/3": b""}
    back = proxy.files_get(["d/1", "none", "d/3", "d"])
    assert back["data"].data == b"one"
    assert [entry.get("faultCode", entry.get("size")) for entry in back["entries"]] == [3, 102, 0, 105]
    assert back["entries"][0]["path"] == "d/1"


def test_sizes_that_do_not_fit_the_data_store_nothing(proxy, running) -> None:
    for entries in (
        [{"path": "a", "size": 2}],
        [{"path": "a", "size": -1}, {"path": "b", "size": 4}],
        [{"path": "a"}],
        ["a"],
        "a",
    ):
        assert code_of(proxy.files_put, entries, Binary(b"abc")) == -32602
    assert running.held() == {}


def test_a_packed_batch_says_row_by_row_what_became_of_it(proxy, running) -> None:
    (running.folder / "taken").write_bytes(b"other")
    names, sizes = b"new\0taken\0a/../b", struct.pack("<3Q", 1, 2, 3)
    index = {
        "packed": True,
        "count": 3,
        "names": Binary(names),
        "sizes": Binary(sizes),
        "mtimes": Binary(b""),
        "digests": Binary(b""),
    }
    answer = proxy.files_put(index, Binary(b"122333"), {"on_conflict": "rename"})
    assert answer["outcomes"].data == b"cn!"
    assert answer["renamed"] == [[1, "taken (1)"]]
    assert [fault[:2] for fault in answer["faults"]] == [[2, 101]]
    assert running.held() == {"new": b"1", "taken": b"other", "taken (1)": b"22"}


def test_a_packed_fetch_stops_before_its_answer_grows_too_large(proxy, running) -> None:
    contents = {name: os.urandom(900_000) for name in ("a", "b", "c")}
    for name, content in contents.items():
        (running.folder / name).write_bytes(content)
    (running.folder / "large").write_bytes(bytes((2 << 20) + 1))
    answer = proxy.files_get(Binary(b"large\0a\0b\0c"), {"packed": True})
    assert answer["count"] == 3
    assert [fault[:2] for fault in answer["faults"]] == [[0, 111]]
    assert answer["data"].data == contents["a"] + contents["b"]
    assert struct.unpack("<3Q", answer["sizes"].data) == (0, 900_000, 900_000)


def test_an_upload_in_blocks_of_any_order_is_published_whole(proxy, running) -> None:
    content = os.urandom((2 << 20) + 77)
    opened = proxy.upload_open("d/big", len(content), {"mtime_ns": "1500000000000000000", "digest": sha256(content)})
    upload, block = opened["upload_id"], opened["block_size"]
    assert opened["missing"] == [[0, len(content)]]
    for at in (2 * block, 0, block):
        assert running.held() == {}
        part = content[at : at + block]
        assert proxy.upload_write(upload, at, Binary(part), {"digest": sha256(part)}) is True
    assert proxy.upload_status(upload)["missing"] == []
    saved = proxy.upload_commit(upload)
    assert (saved["path"], saved["size"], saved["mtime_ns"]) == ("d/big", len(content), 1500000000000000000)
    assert running.held() == {"d/big": content}
    # The answer may have been lost: asked again, it is the same.
    assert proxy.upload_commit(upload) == saved


def test_an_upload_faults_where_it_must(proxy, running) -> None:
    opened = proxy.upload_open("big", 2 << 20)
    upload = opened["upload_id"]
    assert code_of(proxy.upload_write, upload, 0, Binary(b"x" * (1 << 20)), {"digest": sha256(b"y")}) == 108
    assert code_of(proxy.upload_write, upload, 5, Binary(b"x")) == 109
    assert code_of(proxy.upload_write, upload, 0, Binary(bytes(3 << 20))) == 111
    assert code_of(proxy.upload_commit, upload) == 109
    assert code_of(proxy.upload_write, "0" * 32, 0, Binary(b"")) == 110
    assert code_of(proxy.upload_open, "x", -1) == 109
    for digest in ("md5:00", "sha256:00", "blake3"):
        assert code_of(proxy.upload_open, "x", 1, {"digest": digest}) == -32602
    assert proxy.upload_abort(upload) is True
    assert code_of(proxy.upload_write, upload, 0, Binary(b"x" * (1 << 20))) == 110
    assert running.held() == {}


def test_an_upload_begun_again_by_its_key_goes_on(proxy) -> None:
    first = proxy.upload_open("big", 2 << 20, {"key": "k"})
    proxy.upload_write(first["upload_id"], 1 << 20, Binary(bytes(1 << 20)))
    again = proxy.upload_open("big", 2 << 20, {"key": "k"})
    assert again["upload_id"] == first["upload_id"]
    assert again["missing"] == [[0, 1 << 20]]


def test_pieces_of_the_version_that_is_there_are_reused(proxy, running) -> None:
    old = os.urandom(2 << 20)
    etag = proxy.file_put("f", Binary(old))["etag"]
    new = old[1 << 20 :] + os.urandom(1 << 20)
    upload = proxy.upload_open("f", 2 << 20, {"on_conflict": "overwrite"})["upload_id"]
    digest = sha256(new[: 1 << 20])
    assert code_of(proxy.upload_reuse, upload, 0, 0, 1 << 20, etag, digest) == 108
    assert proxy.upload_reuse(upload, 0, 1 << 20, 1 << 20, etag, digest) is True
    proxy.upload_write(upload, 1 << 20, Binary(new[1 << 20 :]))
    proxy.upload_commit(upload)
    assert running.held()["f"] == new


def test_blocks_of_the_version_that_is_there_are_taken_where_their_digests_fit(proxy, running) -> None:
    old = os.urandom((2 << 20) + 5)
    proxy.file_put("f", Binary(old))
    new = b"%b%b%b" % (old[: 1 << 20], os.urandom(1 << 20), old[2 << 20 :])
    upload = proxy.upload_open("f", len(new), {"on_conflict": "overwrite"})["upload_id"]
    marks = Binary(b"".join(blake3(new[at : at + (1 << 20)]).digest() for at in range(0, len(new), 1 << 20)))
    assert proxy.upload_reuse(upload, 0, 0, len(new), "", marks) == [[1 << 20, 2 << 20]]
    assert proxy.upload_reuse(upload, 0, 0, len(new), "", marks) == [[1 << 20, 2 << 20]]
    for wrong in (Binary(b""), Binary(b"x" * 31), Binary(b"x" * 64), Binary(b"x" * 32 * 17)):
        assert code_of(proxy.upload_reuse, upload, 0, 0, len(new), "", wrong) == -32602
    assert code_of(proxy.upload_reuse, upload, 7, 0, len(new), "", marks) == 109
    assert code_of(proxy.upload_reuse, upload, 0, -1, len(new), "", marks) == 109
    assert code_of(proxy.upload_reuse, upload, 0, 0, 17 << 20, "", Binary(b"x" * 32 * 17)) == 111
    assert proxy.upload_status(upload)["missing"] == [[1 << 20, 2 << 20]]
    proxy.upload_write(upload, 1 << 20, Binary(new[1 << 20 : 2 << 20]))
    proxy.upload_commit(upload)
    assert running.held()["f"] == new


def test_a_file_is_cut_by_content_page_by_page(proxy) -> None:
    content = os.urandom(3 << 20)
    proxy.file_put("f", Binary(content))
    at, lengths, marks = 0, b"", b""
    while at >= 0:
        page = proxy.file_digests("f", {"chunking": "fastcdc2020-65536", "offset": at, "length": 1 << 20})
        assert page["size"] == len(content)
        assert (len(page["digests"].data), len(page["lengths"].data)) == (32 * page["count"], 4 * page["count"])
        lengths, marks, at = lengths + page["lengths"].data, marks + page["digests"].data, page["next"]
    start = 0
    for number in range(len(lengths) // 4):
        end = start + int.from_bytes(lengths[4 * number : 4 * number + 4], "little")
        assert blake3(content[start:end]).digest() == marks[32 * number : 32 * number + 32]
        start = end
    assert start == len(content)
    for options, code in (({"chunking": "x"}, -32602), ({"chunking": "fastcdc2020-65536", "offset": 4 << 20}, 109)):
        assert code_of(proxy.file_digests, "f", options) == code
    for options, code in (({"length": 0}, -32602), ({"offset": -1}, 109), ({"etag": "another"}, 107)):
        assert code_of(proxy.file_digests, "f", {"chunking": "fastcdc2020-65536", **options}) == code


def test_an_upload_goes_on_after_the_server_was_started_anew(serve) -> None:
    first = serve()
    content = os.urandom(3 << 20)
    opened = first.proxy().upload_open("f", len(content), {"key": "k"})
    first.proxy().upload_write(opened["upload_id"], 0, Binary(content[: 1 << 20]))
    first.server.close()
    second = serve().proxy()
    upload = opened["upload_id"]
    assert second.upload_status(upload)["missing"] == [[1 << 20, 3 << 20]]
    for at in (1 << 20, 2 << 20):
        second.upload_write(upload, at, Binary(content[at : at + (1 << 20)]))
    second.upload_commit(upload)
    assert second.file_get("f").data == content
