"""Row “names” of the attack table: names that XML, HTTP heads, terminals, logs or other systems cannot bear. On POSIX each is an
ordinary name that comes round by every lane; whoever saves on Windows refuses what Windows would take for something else."""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from xmlrpc.client import Fault

import pytest

from filexfer.server import Server
from filexfer.storage.confine import NamedOps
from filexfer.storage.folder import FolderStore
from tests.attacks.doors import LARGE, RAW
from tests.attacks.house import House, lay
from tests.attacks.lanes import quoted, raw_request
from tests.attacks.wire import Wire

NAMES: dict[str, bytes] = {
    "LF": b"a\nb",
    "CR": b"a\rb",
    "header": b"a\r\nX-Evil: 1\r\n\r\nHTTP",
    "TAB": b"a\tb",
    "ESC": b"\x1b[2J\x1b]0;evil\x07",
    "U+0001": b"\x01",
    "DEL": b"\x7f",
    "C1 control": "\u0085\u009b31m".encode(),
    "right-to-left override": "photo\u202egnp.exe".encode(),
    "isolate": "\u2066x\u2069".encode(),
    "U+FFFE": "\ufffe".encode(),
    "U+FFFF": "\uffff".encode(),
    "line separator": "a\u2028b".encode(),
    "half a surrogate pair": b"\xed\xa0\x80",
    "not UTF-8": b"\xff\xfe raw \xe9",
    "cut UTF-8": b"\xe2\x82",
    "HTML": b"<img src='http:& onerror=alert(1)'>",
    "script": b"<script>alert(1)<&>",
    "end of CDATA": b"]]>",
    "entity": b"&amp;&#1;&lol;",
    "tag of ours": b"<base64>0<",
    "format": b"%s%n{0}$(id)`id`",
    "quotes": b"'\"; DROP TABLE answers; --",
    "blanks": b"  ",
    "zero width": "\u200b".encode(),
    "composed": "é".encode(),
    "decomposed": "e\u0301".encode(),
    "capital": "É".encode(),
}

#: What Windows takes for a device, a stream, another folder, or another name.
OF_WINDOWS: dict[str, bytes] = {
    "device": b"CON",
    "device in small letters": b"aux",
    "device with a suffix": b"nul.txt",
    "device with two suffixes": b"com1.tar.gz",
    "device with a superscript": "LPT¹".encode(),
    "device with a blank": b"PRN .txt",
    "console": b"CONIN$",
    "stream": b"mine:evil",
    "stream of a folder": b"folder::$INDEX_ALLOCATION",
    "default stream": b"mine::$DATA",
    "trailing dot": b"mine.",
    "trailing blank": b"mine ",
    "backslashes up": rb"..\..\x",
    "backslash": rb"folder\x",
    "drive": b"C:x",
    "UNC": rb"\\host\s",
    "device path": rb"\\.\PhysicalDrive0",
    "wildcard": b"*.txt",
    "question mark": b"?",
    "less than": b"<x",
    "pipe": b"a|b",
    "quotation mark": b'a"b',
    "control": b"a\x01b",
}


def wire_form(name: bytes) -> object:
    """As our listings spell it; the bytes are taken as well."""
    try:
        text = name.decode()
    except UnicodeDecodeError:
        return name
    fits = not any((ord(c) < 32 and c not in "\t\n") or c in "\ufffe\uffff" for c in text)
    return text if fits else name


def on_disk(folder: Path) -> set[bytes]:
    return {entry.name for entry in os.scandir(os.fsencode(folder))} - {b".filexfer"}


@pytest.mark.parametrize("name", [*NAMES.values(), *OF_WINDOWS.values()], ids=[*NAMES, *OF_WINDOWS])
def test_a_hostile_name_is_an_ordinary_one_on_posix(house: House, attacker: Wire, name: bytes) -> None:
    for form in {wire_form(name), name}:
        assert attacker.call("file_put", form, b"one").value["outcome"] == "created"
        assert on_disk(house.share) == {b"mine", b"honest", b"folder", name}
        assert attacker.call("file_get", form).value == b"one"
        listed = attacker.call("file_list", "").value["entries"]
        found = next(entry for entry in listed if entry["name"] not in ("mine", "honest", "folder"))
        assert found["name"] == wire_form(name)
        assert attacker.call("entry_move", found["name"], "folder/x").code == 0
        assert attacker.call("entry_move", "folder/x", found["name"]).code == 0
        assert attacker.call("entry_delete", found["name"], {"permanent": True}).code == 0
    for every in (False, True):
        target = quoted(name, every)
        for put in (RAW[4], RAW[5], RAW[8]):
            reply = raw_request(attacker, put, target)
            assert reply.status in (201, 204)
            assert "x-evil" not in reply.headers
            assert on_disk(house.share) == {b"mine", b"honest", b"folder", name}
        got = raw_request(attacker, RAW[0], target)
        assert (got.body, "x-evil" in got.headers) == (b"evil", False)
    assert attacker.call("image_put", b"again", wire_form(name), {"on_conflict": "overwrite"}).code == 0


def test_one_hostile_name_breaks_no_listing_of_many(house: House, attacker: Wire) -> None:
    for name in [*NAMES.values(), *OF_WINDOWS.values()]:
        Path(os.fsdecode(os.fsencode(house.share) + b"/" + name)).write_bytes(name)
    everything = on_disk(house.share)
    listed = attacker.call("file_list", "", {"recursive": True}).value["entries"]
    names = [name if isinstance(name := entry["name"], bytes) else name.encode() for entry in listed]
    assert len(names) == len(set(names))
    assert {name for name in names if not name.startswith(b"folder/")} == everything
    packed = attacker.call("file_list", "", {"packed": True}).value
    assert set(packed["names"].split(b"\0")) == everything
    paths = b"\0".join(sorted(everything - {b"folder"}))
    got = attacker.call("files_get", paths, {"packed": True}).value
    assert (got["count"], got["faults"]) == (len(everything) - 1, [])
    got = attacker.call("files_get", sorted(everything - {b"folder"})).value
    assert not any("faultCode" in entry for entry in got["entries"])
    for name in everything - {b"honest"}:
        assert attacker.call("entry_delete", name).code == 0
    kept = [item["path"] for item in attacker.call("trash_list").value]
    assert everything - {b"honest"} <= {path if isinstance(path, bytes) else path.encode() for path in kept}
    with Wire(house.control) as control:
        control.call("trash_empty")


@pytest.mark.parametrize("name", [*NAMES.values(), *OF_WINDOWS.values()], ids=[*NAMES, *OF_WINDOWS])
def test_what_is_said_of_a_hostile_name_is_one_line_that_can_be_shown(house: House, attacker: Wire, name: bytes) -> None:
    form = wire_form(name)
    attacker.call("file_put", form, b"one")
    attacker.call("folder_make", "d")
    os.symlink(b"mine", os.fsencode(house.share) + b"/d/" + name)
    in_d = form if isinstance(form, bytes) else form.encode()
    said = [
        sentence(attacker, "file_put", form, b"other"),
        sentence(attacker, "file_put", b"d/" + in_d, b"other"),
        sentence(attacker, "file_get", b"d/" + in_d),
        sentence(attacker, "file_list", form),
        sentence(attacker, "file_get", in_d + b"/x"),
        sentence(attacker, "folder_make", form),
        sentence(attacker, "entry_move", "mine", form),
        sentence(attacker, "file_put", "new", b"x", {form if isinstance(form, str) else "\x7f\u202e": 1}),
        sentence(attacker, form if isinstance(form, str) else "\u202e"),
        raw_request(attacker, RAW[6], quoted(name)).body.decode(),
        raw_request(attacker, RAW[0], quoted(b"d/" + name)).body.decode(),
    ]
    for text in said:
        assert text.rstrip("\n").isprintable(), ascii(text)
        assert not set(text) & set("\u202e\u2066\u2069")


def sentence(wire: Wire, method: str, *params: object) -> str:
    with pytest.raises(Fault) as caught:
        _ = wire.call(method, *params).value
    return caught.value.faultString


@pytest.fixture
def windows(tmp_path: Path) -> Iterator[tuple[Path, Wire]]:
    """A server whose saving side judges names as Windows does: its branches of `confine` are forced."""
    share = tmp_path / "share"
    lay(share, {"mine": b"mine", "folder/inside": b"inside"})
    store = FolderStore(share, fs=NamedOps(windows=True))
    with store, Server(share, ["http://127.0.0.1:0"], "write", store=store) as server, Wire(server.addresses[0]) as wire:
        yield share, wire


@pytest.mark.parametrize("name", OF_WINDOWS.values(), ids=OF_WINDOWS)
def test_where_windows_saves_such_a_name_is_refused_and_the_others_arrive(windows: tuple[Path, Wire], name: bytes) -> None:
    share, wire = windows
    form = wire_form(name)
    for path in (form, b"folder/" + name):
        assert wire.call("file_put", path, b"evil", {"on_conflict": "overwrite"}).code == 101
        assert wire.call("folder_make", path).code == 101
        assert wire.call("entry_move", "mine", path).code == 101
        assert wire.call("file_get", path).code == 101
        assert wire.call("file_stat", path).code == 101
        answers = wire.call("files_put", [{"path": path, "size": 4}, {"path": "good", "size": 4}], b"evilgood").value
        assert answers[0]["faultCode"] == 101
        assert answers[1]["outcome"] in ("created", "same")
        opened = wire.call("upload_open", path, 4)
        if not opened.code:
            wire.call("upload_write", opened.value["upload_id"], 0, b"evil")
            assert wire.call("upload_commit", opened.value["upload_id"]).code == 101
            wire.call("upload_abort", opened.value["upload_id"])
    for put in (RAW[4], RAW[5], RAW[8], RAW[0]):
        reply = raw_request(wire, put, quoted(name))
        assert (reply.status, reply.code) == (400, 101)
    assert on_disk(share) == {b"mine", b"folder", b"good"}
    assert on_disk(share / "folder") == {b"inside"}
    assert (share / "mine").read_bytes() == b"mine"


#: Pairs that some disks hold for one name.
TWINS = [("File", "fILE"), ("é", "e\u0301"), ("Å", "\u212b"), ("straße", "STRASSE"), ("ﬁ", "fi")]


@pytest.mark.parametrize("pair", TWINS, ids=[ascii(one) for one, _ in TWINS])
def test_twins_are_two_files_where_the_disk_holds_them_for_two(house: House, attacker: Wire, pair: tuple[str, str]) -> None:
    one, other = pair
    assert unicodedata.normalize("NFKC", one).casefold() == unicodedata.normalize("NFKC", other).casefold()
    index = [{"path": one, "size": 3}, {"path": other, "size": 5}]
    assert [row["outcome"] for row in attacker.call("files_put", index, b"oneother").value] == ["created", "created"]
    assert (attacker.call("file_get", one).value, attacker.call("file_get", other).value) == (b"one", b"other")
    assert attacker.call("entry_delete", one).code == 0
    assert attacker.call("file_get", other).value == b"other"


def test_a_large_file_of_a_hostile_name_comes_round_by_blocks(house: House, attacker: Wire) -> None:
    for name in NAMES.values():
        opened = attacker.call("upload_open", name, len(LARGE)).value
        assert attacker.request(f"PUT /uploads/{opened['upload_id']}/0", LARGE).status == 204
        told = attacker.call("upload_status", opened["upload_id"]).value["path"]
        assert told == wire_form(name)
        assert attacker.call("upload_commit", opened["upload_id"]).value["path"] == wire_form(name)
        assert attacker.call("file_read", name, 4, 4).value["data"] == b"evil"
        assert attacker.call("entry_delete", name, {"permanent": True}).code == 0
