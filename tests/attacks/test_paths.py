"""Row “paths” of the attack table: names that lead elsewhere, through every method and every form of request.

REFUSED: fault 101 and nothing changed. ORDINARY: on POSIX a name like any other, made and found inside the share, nowhere else.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.attacks.doors import AGENT, BATCHES, METHODS, RAW, calls_with, takes_paths
from tests.attacks.house import House
from tests.attacks.lanes import NOT_TAKEN, calls_by_lane, quoted, raw_request
from tests.attacks.wire import Wire

INVALID = 101
NOT_FOUND = 102

REFUSED: dict[str, bytes] = {
    "up": b"../x",
    "up to a canary": b"../outside/secret",
    "just up": b"..",
    "up in the middle": b"folder/../../x",
    "up at the end": b"folder/..",
    "up and in again": b"../share/mine",
    "absolute": b"/etc/passwd",
    "absolute twice": b"//etc/passwd",
    "root": b"/",
    "empty component": b"folder//inside",
    "dot": b".",
    "dot before": b"./mine",
    "dot behind": b"folder/.",
    "trailing slash": b"folder/",
    "NUL": b"mine\0",
    "NUL before a suffix": b"mine\0.txt",
    "sibling with the share's name as prefix": b"../share-twin/secret",
    "component of 256 bytes": b"c" * 256,
    "component of 256 bytes in 128 characters": "é".encode() * 128,
    "last of many components too long": b"folder/" + b"c" * 256,
    "path of 100,000 components": b"/".join([b"d"] * 100_000),
    "path of 1,001 components": b"/".join([b"d"] * 1001),
    "area": b".filexfer",
    "in the area": b".filexfer/uploads",
    "area of a folder": b"folder/.filexfer/x",
    "area in capitals": b".FileXfer/keys.sqlite",
    "area with a dot behind": b".filexfer./x",
    "area with a blank behind": b".filexfer /x",
    "area's short name": b"FILEXF~1",
    "area as a stream": b".filexfer:x",
    "area with a ligature": ".ﬁlexfer".encode(),
    "area with an ignored character": ".file\u200cxfer".encode(),
    "area in full width": "．ｆｉｌｅｘｆｅｒ".encode(),
}

#: Names as they are on POSIX; what a saving side on Windows says of them stands in test_names.py and test_hostile_server_*.py.
ORDINARY: dict[str, bytes] = {
    "backslashes up": rb"..\..\x",
    "drive": b"C:x",
    "drive with backslash": rb"C:\x",
    "UNC": rb"\\host\s",
    "three dots": b"...",
    "dots and blank": b".. ",
    "percent-encoded dots": b"%2e%2e",
    "double-encoded dots": b"%252e%252e",
    "encoded slash": b"..%2fx",
    "overlong dots": b"\xc0\xae\xc0\xae",
    "overlong slash": b"..\xc0\xafx",
    "overlong NUL": b"mine\xc0\x80",
    "longest component": b"c" * 255,
    "name of the sibling without its way": b"share-twin",
    "tilde": b"~root",
    "variable": b"$HOME",
    "option": b"-rf",
}


def texts(path: bytes) -> list[object]:
    """`path` as the parameter of a call: as text where XML holds it, and as its bytes."""
    try:
        text = path.decode()
    except UnicodeDecodeError:
        return [path]
    return [path] if "\0" in text else [text, path]


@pytest.mark.parametrize("path", REFUSED.values(), ids=REFUSED.keys())
def test_a_path_that_leads_elsewhere_is_refused_by_every_method(house: House, path: bytes) -> None:
    before = house.share_now()
    for form in texts(path):
        refused = set()
        for what, code in calls_by_lane(house, form):
            # Where NUL stands between names, these are two.
            two = b"\0" in path and any(name in what for name in BATCHES)
            assert code in (INVALID, NOT_TAKEN, NOT_FOUND if two else INVALID), what
            if code == INVALID:
                refused.add(what.removeprefix("batched ").removeprefix("server_call ").partition("(")[0])
        # Not only for its options: each method that takes a path has seen this one.
        assert refused == {name for name in METHODS if takes_paths(name)}
    assert house.share_now() == before


@pytest.mark.parametrize("every", [False, True], ids=["as it is", "each byte encoded"])
@pytest.mark.parametrize("path", REFUSED.values(), ids=REFUSED.keys())
def test_a_path_that_leads_elsewhere_is_refused_by_the_raw_lane(house: House, path: bytes, every: bool) -> None:
    before = house.share_now()
    for form in RAW:
        with house.wire() as wire:
            reply = raw_request(wire, form, quoted(path, every))
            if reply.status == 431:  # longer than a head may be
                assert len(path) > 10_000 or every
            else:
                assert (reply.status, reply.headers["x-fault-code"]) == (400, "101"), form.name
    assert house.share_now() == before


class Encoded(NamedTuple):
    """A target of the raw lane, and the path it means after it was decoded once; None where that is no path."""

    target: bytes
    means: bytes | None


RAW_ONLY: dict[str, Encoded] = {
    "encoded dots": Encoded(b"/files/%2e%2e/outside/secret", None),
    "half-encoded dots": Encoded(b"/files/.%2e/outside/secret", None),
    "encoded dots in the middle": Encoded(b"/files/folder/%2E%2E/%2E%2E/outside/secret", None),
    "encoded slash": Encoded(b"/files/..%2Foutside%2fsecret", None),
    "encoded slash in a name": Encoded(b"/files/folder%2finside", None),
    "encoded NUL": Encoded(b"/files/mine%00", None),
    "bare percent": Encoded(b"/files/mine%", None),
    "half an escape": Encoded(b"/files/%2", None),
    "escape that is none": Encoded(b"/files/%u002e%u002e/outside/secret", None),
    "dots beside the prefix": Encoded(b"/files/../outside/secret", None),
    "empty name": Encoded(b"/files/", None),
    "double-encoded dots": Encoded(b"/files/%252e%252e", b"%2e%2e"),
    "double-encoded slash": Encoded(b"/files/..%252foutside%252fsecret", b"..%2foutside%2fsecret"),
    "double-encoded NUL": Encoded(b"/files/mine%2500", b"mine%00"),
    "overlong dots": Encoded(b"/files/%c0%ae%c0%ae", b"\xc0\xae\xc0\xae"),
    "overlong slash": Encoded(b"/files/..%c0%afoutside%c0%afsecret", b"..\xc0\xafoutside\xc0\xafsecret"),
    "backslashes": Encoded(rb"/files/..\..\x", rb"..\..\x"),
    "encoded backslashes": Encoded(rb"/files/..%5c..%5cx", rb"..\..\x"),
    "question mark": Encoded(b"/files/mine?x", None),
    "number sign": Encoded(b"/files/mine#x", None),
    "plus": Encoded(b"/files/a+b", b"a+b"),
    "parameters": Encoded(b"/files/..;/x", None),
}


@pytest.mark.parametrize("row", RAW_ONLY.values(), ids=RAW_ONLY.keys())
def test_a_target_is_decoded_once_and_then_judged(house: House, row: Encoded) -> None:
    before = house.share_now()
    for form in RAW:
        with house.wire() as wire:
            reply = raw_request(wire, form, row.target)
        if row.means is None and b";" not in row.target:
            # The share itself is there, which is what the condition asks.
            exists = row.target == b"/files/" and form.name == "put new"
            assert (reply.status, reply.code) == ((412, 103) if exists else (400, INVALID)), form.name
        elif form.method != b"PUT" or "If-Match" in form.headers:
            assert reply.status in (404, 412), form.name
        else:
            meant = row.means or b"..;/x"
            assert reply.status == 201, form.name
            assert (house.share / meant.decode("utf-8", "surrogateescape")).read_bytes()[:4] == b"evil"
            house.reset()
    if row.means is None and b";" not in row.target:
        assert house.share_now() == before


@pytest.mark.parametrize("target", [b"/uploads/../files/mine", b"/uploads/..%2f/0", b"/uploads/%2e%2e/0", b"/uploads/mine/0",
                                    b"/uploads//0", b"/uploads/" + b"a" * 32 + b"/../0", b"/uploads/" + b"a" * 32 + b"/-1",
                                    b"/uploads/" + b"a" * 32 + b"/1e3", b"/uploads/" + b"a" * 32 + b"/" + b"9" * 5000,
                                    b"/filesx/mine", b"/Files/mine", b"/../etc/passwd", b"//files/mine", b"/./files/mine",
                                    b"/files", b"/RPC2/../files/mine"])  # fmt: skip
def test_a_target_that_is_none_of_ours_is_refused(house: House, target: bytes) -> None:
    before = house.share_now()
    for method in (b"GET", b"PUT"):
        with house.wire() as wire:
            reply = wire.request(method + b" " + target, b"evil" if method == b"PUT" else b"")
            assert reply.status in (400, 404, 405)
    assert house.share_now() == before


@pytest.mark.parametrize("path", ORDINARY.values(), ids=ORDINARY.keys())
def test_what_only_looks_dangerous_is_an_ordinary_name_inside_the_share(house: House, path: bytes) -> None:
    with house.wire() as wire:
        for form in texts(path):
            assert lives(house, wire, form, path)
        # And by the raw lane.
        for every in (False, True):
            assert raw_request(wire, RAW[4], quoted(path, every)).status == 201
            assert (Path(house.share) / path.decode("utf-8", "surrogateescape")).read_bytes() == b"evil"
            assert raw_request(wire, RAW[0], quoted(path, every)).body == b"evil"
            house.reset()


def lives(house: House, wire: Wire, form: object, path: bytes) -> bool:
    """Make, find, move and delete a file of this name by calls; it stands in the share under this very name."""
    assert wire.call("file_stat", form).code == 102
    assert wire.call("file_put", form, b"evil").value["outcome"] == "created"
    assert path in os_names(house.share)
    assert (house.share / path.decode("utf-8", "surrogateescape")).read_bytes() == b"evil"
    assert wire.call("file_get", form).value == b"evil"
    assert path in [name if isinstance(name, bytes) else name.encode() for name in listed(wire)]
    assert wire.call("entry_move", form, "folder/moved").code == 0
    assert wire.call("entry_move", "folder/moved", form).code == 0
    assert wire.call("entry_delete", form, {"permanent": True}).code == 0
    assert path not in os_names(house.share)
    return True


def listed(wire: Wire) -> list[str | bytes]:
    return [entry["name"] for entry in wire.call("file_list", "").value["entries"]]


def os_names(folder: Path) -> list[bytes]:
    return [entry.name for entry in os.scandir(os.fsencode(folder))]


@pytest.mark.parametrize("path", [path for path in REFUSED.values() if b"\0" not in path and len(path) < 200])
def test_a_hostile_key_is_just_a_key(house: House, path: bytes) -> None:
    key = path.decode()
    with house.wire() as wire:
        for _ in range(2):
            assert wire.call("file_put", "new", b"evil", {"key": key}).value["path"] == "new"
        for _ in range(2):
            opened = wire.call("upload_open", "up", 4, {"key": key + "2"}).value
        wire.call("upload_write", opened["upload_id"], 0, b"evil")
        assert wire.call("upload_commit", opened["upload_id"]).value["path"] == "up"
        wire.call("entry_delete", "new", {"permanent": True})
        wire.call("entry_delete", "up", {"permanent": True})
    assert {name for name in house.share_now() if b".filexfer" not in name and b"new" in name} == set()


@pytest.mark.parametrize("path", [*REFUSED.values(), *ORDINARY.values()], ids=[*REFUSED, *ORDINARY])
def test_a_path_is_no_id_of_anything(house: House, path: bytes) -> None:
    """Where an upload, a piece of trash, a listing or a method is named, a path finds nothing."""
    before = house.share_now()
    with house.wire() as wire:
        for form in texts(path):
            if isinstance(form, bytes):
                continue  # an id is text
            for method, params in {
                "upload_write": (form, 0, b"evil"),
                "upload_reuse": (form, 0, 0, 4, form, form),
                "upload_status": (form,),
                "upload_commit": (form,),
                "upload_abort": (form,),
                "entry_restore": (form,),
                "file_list": ("", {"cursor": form}),
                "system.methodHelp": (form,),
                "system.methodSignature": (form,),
                form: (),
            }.items():
                if isinstance(method, str) and "<" not in method:
                    assert wire.call(method, *params).code in (102, 107, 110, -32601, -32602, -32700), method
    assert house.share_now() == before


def test_every_method_that_names_a_file_is_attacked() -> None:
    """The generator reaches what the table has; a new string parameter is a path until somebody says otherwise."""
    reached = {call.method for call in calls_with("x")}
    assert reached >= {"file_list", "file_stat", "file_get", "file_put", "files_put", "files_get", "file_read", "file_digests",
                       "upload_open", "folder_make", "entry_move", "entry_delete", "image_put", "image_get", "job_add",
                       "plan_open", "thumb_get", "preview_get",
                       "view_open"}  # fmt: skip
    assert reached & set(AGENT) == {"job_add", "plan_open", "preview_get", "stage_files", "thumb_get", "view_open"}
