"""The audit log: one line for each change, whoever made it, however it ended."""

from __future__ import annotations

import json
import os
import stat
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from xmlrpc.client import Binary

import pytest

from filexfer.core.errors import BadParameters, Forbidden, LoginNeeded, SlowDown
from filexfer.core.model import Permission
from filexfer.protocol.methods import AGENT
from filexfer.server.access import Caller
from filexfer.server.audit import Audit
from filexfer.server.service import Service
from tests.server.conftest import MakeHouse
from tests.server.stranger import House, Stranger
from tests.server.test_pairing import WRONG, fault

LAPTOP = Caller("0123456789abcdef", Permission.WRITE, peer="192.0.2.1", name="laptop")


def lines(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (folder / "audit.log").read_bytes().splitlines()]


@pytest.fixture
def audit(tmp_path: Path) -> Audit:
    made = Audit(1 << 20)
    made.open(tmp_path)
    return made


@pytest.fixture
def writer(house: House) -> Stranger:
    return house.device()


def of(house: House, act: str) -> list[dict[str, Any]]:
    return [line for line in lines(house.state) if line["act"] == act]


# ---- what stands in a line


def test_a_change_tells_when_who_what_and_how_it_ended(house: House, writer: Stranger) -> None:
    writer.call("file_put", "a/f.txt", Binary(b"x"))
    [line] = of(house, "file_put")
    when = datetime.fromisoformat(line.pop("time"))
    assert abs(datetime.now(UTC) - when) < timedelta(minutes=1)
    device = house.owner("device_list")[0]["id"]
    assert line == {
        "device": device,
        "name": "laptop",
        "peer": "127.0.0.1",
        "act": "file_put",
        "result": "done",
        "what": {"path": "a/f.txt", "outcome": "created"},
    }


def test_every_kind_of_change_leaves_its_line(house: House, writer: Stranger) -> None:
    writer.call("folder_make", "d")
    writer.call("entry_move", "d", "e")
    trash_id = writer.call("entry_delete", "e")
    writer.call("entry_restore", trash_id)
    upload = writer.call("upload_open", "up", 5)["upload_id"]
    writer.call("upload_write", upload, 0, Binary(b"hello"))
    writer.call("upload_commit", upload)
    writer.get("/files/raw%20one", "PUT", b"x")
    image = writer.call("image_put", Binary(b"\x89PNG\r\n\x1a\n" + bytes(32)), "i.png")
    house.owner("trash_empty")
    told = [(line["act"], line["what"]) for line in lines(house.state)][2:]
    assert told == [
        ("folder_make", {"path": "d"}),
        ("entry_move", {"path": "d", "to": "e"}),
        ("entry_delete", {"path": "e", "trash_id": trash_id}),
        ("entry_restore", {"trash_id": trash_id, "path": "e"}),
        ("upload_commit", {"upload_id": upload, "path": "up", "outcome": "created"}),
        ("PUT", {"path": "raw one", "outcome": "created"}),
        ("image_put", {"name": "i.png", "path": image}),
        ("trash_empty", {}),
    ]
    assert lines(house.state)[-1]["device"] == "local"


def test_what_was_refused_or_failed_says_so(house: House, writer: Stranger) -> None:
    (house.folder / "there").write_bytes(b"there")
    assert fault(lambda: writer.call("file_put", "there", Binary(b"other"))) == 103
    assert fault(lambda: writer.call("entry_delete", "none")) == 102
    assert fault(lambda: writer.call("folder_make", "../out")) == 101
    assert writer.get("/files/../out", "PUT", b"x")[0] == 400
    told = [(line["act"], line["result"], line["fault"], line["what"]) for line in lines(house.state)[2:]]
    assert told == [
        ("file_put", "fault", 103, {"path": "there"}),
        ("entry_delete", "fault", 102, {"path": "none"}),
        ("folder_make", "fault", 101, {"path": "../out"}),
        ("PUT", "fault", 101, {"path": "../out"}),
    ]


def test_reading_and_blocks_leave_no_line(house: House, writer: Stranger) -> None:
    upload = writer.call("upload_open", "up", 5)["upload_id"]
    before = len(lines(house.state))
    writer.call("file_list", "")
    writer.call("upload_write", upload, 0, Binary(b"hello"))
    writer.get(f"/uploads/{upload}/0", "PUT", b"hello")
    writer.get("/files/none")
    assert len(lines(house.state)) == before


def test_a_batch_is_one_line(house: House, writer: Stranger) -> None:
    entries = [{"path": f"f{n}", "size": 1} for n in range(5)]
    entries[4]["path"] = "../out"
    writer.call("files_put", entries, Binary(b"abcde"))
    writer.call("system.multicall", [{"methodName": "file_put", "params": [f"g{n}", b"secret"]} for n in range(9)])
    writer.call("system.multicall", [{"methodName": "folder_make", "params": [path]} for path in ("d", "../out")])
    put, batch, mixed = lines(house.state)[2:]
    assert (put["act"], put["what"]["entries"]["count"], put["what"]["failed"]) == ("files_put", 5, 1)
    assert (batch["act"], batch["what"]["calls"]["count"]) == ("file_put", 9)
    assert put["what"]["entries"]["these"] == ["f0", "f1", "f2", "f3", "../out"]
    assert batch["what"]["calls"]["these"] == [{"path": f"g{n}", "outcome": "created"} for n in range(9)]
    assert (mixed["act"], mixed["what"]["failed"]) == ("folder_make", 1)
    assert mixed["what"]["calls"]["these"] == [{"path": "d"}, {"path": "../out", "fault": 101}]
    # What was written stands in the share, not in the log.
    assert b"secret" not in (house.state / "audit.log").read_bytes()


def packed(names: list[bytes]) -> dict[str, object]:
    count = len(names)
    return {
        "packed": True,
        "count": count,
        "names": Binary(b"\0".join(names)),
        "sizes": Binary((1).to_bytes(8, "little") * count),
        "mtimes": Binary(bytes(8 * count)),
        "digests": Binary(b""),
    }


def test_a_packed_batch_is_told_by_its_names(house: House, writer: Stranger) -> None:
    writer.call("files_put", packed([b"f%d" % n for n in range(100)]), Binary(bytes(100)))
    [line] = of(house, "files_put")
    assert line["what"] == {"entries": {"count": 100, "from": 0, "these": [f"f{n}" for n in range(100)]}}


def test_no_name_of_a_large_batch_is_left_out(house: House, writer: Stranger) -> None:
    names = [f"a rather long name, so that one line does not hold them {n}" for n in range(600)]
    writer.call("files_put", packed([name.encode() for name in names]), Binary(bytes(600)))
    told = of(house, "files_put")
    assert len(told) > 1
    assert [name for line in told for name in line["what"]["entries"]["these"]] == names
    assert [line["what"]["entries"]["count"] for line in told] == [600] * len(told)
    assert max(len(line) for line in (house.state / "audit.log").read_bytes().splitlines()) <= 16 << 10


def test_a_batch_that_failed_as_a_whole_is_one_line_however_long(house: House, writer: Stranger) -> None:
    names = packed([b"n%d" % n for n in range(5000)]) | {"count": 7}
    assert fault(lambda: writer.call("files_put", names, Binary(bytes(7)))) != 0
    assert len(of(house, "files_put")) == 1


def test_uploads_that_are_committed_in_a_batch_are_told_by_their_paths(house: House, writer: Stranger) -> None:
    ids = [writer.call("upload_open", f"up {n}", 0)["upload_id"] for n in range(5)]
    writer.call("system.multicall", [{"methodName": "upload_commit", "params": [one]} for one in ids])
    [line] = of(house, "upload_commit")
    assert [one["path"] for one in line["what"]["calls"]["these"]] == [f"up {n}" for n in range(5)]


@pytest.mark.parametrize("path", ["filexfer:evil.exe", "x://hidden@evil.exe"])
def test_no_name_hides_by_looking_like_a_secret(house: House, writer: Stranger, path: str) -> None:
    path = path.replace("//", "/")
    writer.call("file_put", path, Binary(b"x"))
    assert of(house, "file_put")[0]["what"]["path"] == path


def test_no_name_hides_behind_its_length(audit: Audit, tmp_path: Path) -> None:
    long = "\U0001f600" * 1000
    for start in (long, "a" * 4000):
        audit.note(LAPTOP, "entry_move", {"path": f"from/{start}/here", "to": f"to/{start}/evil.exe"})
        audit.note(LAPTOP, "file_put", {"calls": [{"path": f"p/{start}/evil.exe"}] * 3})
    for moved in (line for line in lines(tmp_path) if line["act"] == "entry_move"):
        assert moved["what"]["path"].startswith("from/")
        assert moved["what"]["to"].endswith("/evil.exe")
    assert sum(len(line["what"]["calls"]["these"]) for line in lines(tmp_path) if line["act"] == "file_put") == 6
    assert all(
        one["path"].endswith("/evil.exe")
        for line in lines(tmp_path)
        if line["act"] == "file_put"
        for one in line["what"]["calls"]["these"]
    )


def test_pairing_invitations_and_devices_leave_lines_without_any_secret(house: House) -> None:
    invite = house.invite("write")
    laptop = house.stranger("evil\nname")
    laptop.pair(invite["code"])
    added = house.owner("device_add", "stock", "read")
    cancelled = house.invite()
    house.owner("invite_cancel", cancelled["id"])
    house.owner("device_revoke", "stock")
    acts = [line["act"] for line in lines(house.state)]
    assert acts == ["invite_create", "pair", "device_add", "invite_create", "invite_cancel", "device_revoke"]
    [pair] = of(house, "pair")
    assert pair["what"]["device_name"] == "evil\nname"
    assert pair["what"]["permission"] == "write"
    text = (house.state / "audit.log").read_text()
    for secret in (
        invite["code"],
        invite["code"].replace("-", ""),
        invite["link"],
        laptop.token,
        added["token"],
        laptop.nonce.hex(),
    ):
        assert secret not in text


def test_failed_logins_and_pairings_are_told_once_a_minute_for_each_caller(make_house: MakeHouse) -> None:
    house = make_house(login_failures=100)
    guesser, reader = house.stranger(), house.device("read")
    guesser.token = "guessed"
    before = len(lines(house.state))
    for _ in range(20):
        fault(lambda: guesser.call("server_info"))
        fault(lambda: house.stranger().pair(WRONG))
        fault(lambda: reader.call("folder_make", "d"))
    told = [(line["act"], line["fault"]) for line in lines(house.state)[before:]]
    assert told == [("login", 201), ("pair", 203), ("folder_make", 202)]
    assert "guessed" not in (house.state / "audit.log").read_text()
    assert WRONG not in (house.state / "audit.log").read_text()


def test_a_stranger_pushes_nothing_out_of_the_log(make_house: MakeHouse) -> None:
    house = make_house(audit_bytes=64 << 10)
    house.owner("device_add", "honest", "read")
    stranger = house.stranger()
    connection = stranger.connection()
    name = "\u00e9" * 900
    given = ((name, Binary(b"x"), Binary(b"y")), (name,), (name, 1, 2), ("ok", Binary(bytes(32)), Binary(bytes(32))))
    for n in range(60):
        assert fault(lambda: stranger.call("pair", *given[n % 4], over=connection)) != 0  # noqa: B023
    connection.close()
    assert len(of(house, "device_add")) == 1
    assert len(of(house, "pair")) == 1
    assert "\\u00e9" not in (house.state / "audit.log").read_text()


def test_guests_who_may_read_push_nothing_out_of_it_either(make_house: MakeHouse) -> None:
    house = make_house("read")
    guest = house.stranger()
    for _ in range(5):
        fault(lambda: guest.call("pair", "x"))
        fault(lambda: guest.call("folder_make", "x"))
    assert len(lines(house.state)) == 1


def test_nor_does_who_changes_addresses(audit: Audit, tmp_path: Path) -> None:
    for n in range(2000):
        # Of a network far away all addresses are one; but there are many networks.
        audit.refused(Caller("unknown", Permission.NONE, peer=f"2001:db8:5::{n:x}"), "login", SlowDown())
    assert len(lines(tmp_path)) == 1
    for n in range(2000):
        audit.refused(Caller("guest", Permission.NONE, peer=f"10.0.{n >> 8}.{n & 255}"), "login", SlowDown())
    assert len(lines(tmp_path)) == 30
    # What a known device may not do is told all the same.
    audit.refused(LAPTOP, "device_list", Forbidden())
    assert lines(tmp_path)[-1]["act"] == "device_list"


def test_of_strangers_who_go_on_some_are_told_in_each_hour(audit: Audit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    now = time.monotonic()
    for minute in range(60):
        monkeypatch.setattr(time, "monotonic", lambda at=now + 60 * minute: at)
        for n in range(40):
            audit.refused(Caller("guest", Permission.NONE, peer=f"10.0.{minute}.{n}"), "login", LoginNeeded())
    assert 80 <= len(lines(tmp_path)) <= 90


# ---- an agent's methods


def test_every_method_of_an_agent_that_changes_something_leaves_a_line() -> None:
    looking = {
        "job_list",
        "job_events",
        "job_files",
        "view_open",
        "view_rows",
        "view_find",
        "view_places",
        "view_events",
        "view_close",
        "view_pick",
        "pick_state",
        "server_list",
        "nearby_list",
        "server_doctor",
        "agent_info",
        "plan_state",
        "plan_close",
        "stage_files",
        "thumb_get",
        "preview_get",
        "finish_state",
        "receipt_verify",
        "receipt_state",
        "receipt_cancel",
    }
    ordering = {"job_pause", "job_resume", "job_move"}
    assert {name for name, method in AGENT.items() if not method.changes} == looking | ordering


@pytest.mark.parametrize(
    ("called", "told"), [("folder_make", True), ("file_list", False), ("unknown", True), ("server_info", False), (7, True)]
)
def test_a_call_that_is_passed_on_leaves_a_line_where_it_may_change_something(
    audit: Audit, tmp_path: Path, called: object, told: bool
) -> None:
    service = Service(audit)
    service.register("server_call", lambda caller, *params: "done", Permission.MANAGE)
    manager = Caller("0123456789abcdef", Permission.MANAGE, name="phone")
    service.call(manager, "server_call", ["https://me:geheim@host:1/", called, []])
    found = lines(tmp_path) if (tmp_path / "audit.log").exists() else []
    assert [line["what"] for line in found] == ([{"server": "https://…@host:1/", "method": called}] if told else [])


# ---- hostile text, bounds, trouble


@pytest.mark.parametrize(
    "name", ["a\nb", "\x1b[31mred", "\u202ecod.exe", "\x00", "\x7f", "\x85", "\u2028", '"},{"act":"x', "\udcff"]
)
def test_no_name_breaks_out_of_its_line(audit: Audit, tmp_path: Path, name: str) -> None:
    audit.note(LAPTOP, "file_put", {"path": name})
    [line] = (tmp_path / "audit.log").read_bytes().splitlines(keepends=True)
    assert all(0x20 <= byte < 0x7F for byte in line[:-1])
    assert line.endswith(b"\n")
    assert json.loads(line)["what"]["path"] == name


def test_names_that_are_bytes_stand_there_as_names(house: House, writer: Stranger) -> None:
    writer.call("folder_make", Binary(b"\xff\x1b"))
    [line] = of(house, "folder_make")
    assert os.fsencode(line["what"]["path"]) == b"\xff\x1b"


@pytest.mark.parametrize(
    "address",
    [
        "https://me:geheim@host:1/",
        "http://me:ge/heim@host",
        "filexfer://host:1/?code=GEHEIM&pin=x",
        "see FileXfer://h/?code=geheim",
    ],
)
def test_a_secret_that_was_pasted_as_an_address_is_not_told(audit: Audit, tmp_path: Path, address: str) -> None:
    audit.note(LAPTOP, "server_save", {"server": {"name": "box", "address": address}})
    text = (tmp_path / "audit.log").read_text()
    assert "heim" not in text.lower()
    assert "box" in text


def deep(levels: int) -> object:
    return [deep(levels - 1)] * 12 if levels else "x" * 5000


@pytest.mark.parametrize(
    "value", ["x" * 1_000_000, b"x" * 1_000_000, ["x"] * 100_000, {str(n): "x" * 3000 for n in range(9999)}, deep(4)]
)
def test_a_line_is_short_whatever_it_is_about(audit: Audit, tmp_path: Path, value: object) -> None:
    audit.note(LAPTOP, "job_add", {"spec": value}, BadParameters())
    assert (tmp_path / "audit.log").stat().st_size <= 16 << 10
    assert lines(tmp_path)[0]["act"] == "job_add"


def test_the_log_is_bounded_and_keeps_the_newest_lines(tmp_path: Path) -> None:
    audit = Audit(20_000)
    audit.open(tmp_path)
    for n in range(1000):
        audit.note(LAPTOP, "file_put", {"path": f"file {n}"})
    files = sorted(tmp_path.iterdir())
    assert [file.name for file in files] == ["audit.log", "audit.log.1"]
    assert sum(file.stat().st_size for file in files) <= 20_000
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}
    told = [json.loads(line) for file in reversed(files) for line in file.read_bytes().splitlines()]
    numbers = [int(line["what"]["path"].split()[1]) for line in told]
    assert numbers == list(range(1000 - len(numbers), 1000))
    assert len(numbers) > 50


def test_the_log_goes_on_after_a_restart_also_behind_a_line_that_was_cut(tmp_path: Path) -> None:
    for n in range(3):
        audit = Audit(1 << 20)
        audit.open(tmp_path)
        audit.note(LAPTOP, "file_put", {"path": str(n)})
        audit.close()
        with open(tmp_path / "audit.log", "ab") as file:
            file.write(b'{"time":"2026')
    found = (tmp_path / "audit.log").read_bytes().splitlines()
    assert [json.loads(line)["what"]["path"] for line in found if line.endswith(b"}")] == ["0", "1", "2"]


def test_a_log_that_cannot_be_written_fails_no_request(house: House, writer: Stranger, caplog: pytest.LogCaptureFixture) -> None:
    house.server._audit.close()
    (house.state / "audit.log").unlink()
    (house.state / "audit.log").mkdir()
    for n in range(3):
        assert writer.call("file_put", f"f{n}", Binary(b"x"))["outcome"] == "created"
    assert sum("audit log cannot be written" in record.message for record in caplog.records) == 1
    (house.state / "audit.log").rmdir()
    writer.call("file_put", "g", Binary(b"x"))
    assert of(house, "file_put")[0]["what"]["path"] == "g"


def test_a_link_in_its_place_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "state").mkdir()
    (tmp_path / "state" / "audit.log").symlink_to(tmp_path / "elsewhere")
    audit = Audit(1 << 20)
    audit.open(tmp_path / "state")
    audit.note(LAPTOP, "file_put", {})
    assert not (tmp_path / "elsewhere").exists()


def test_without_a_folder_nothing_is_kept() -> None:
    audit = Audit(1 << 20)
    audit.note(LAPTOP, "file_put", {})
    audit.refused(LAPTOP, "file_put", Forbidden())
    assert not audit.kept


def test_callers_that_were_refused_are_forgotten_at_last(audit: Audit) -> None:
    for n in range(5000):
        audit.refused(Caller("unknown", Permission.NONE, peer=f"peer {n}"), "login", Forbidden())
    assert len(audit._refused) <= 1024
