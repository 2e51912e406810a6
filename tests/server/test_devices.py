"""Devices: kept, seen, revoked; and what becomes of their connections then."""

from __future__ import annotations

import json
import os
import socket
import stat
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from http.client import HTTPException
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, cast
from xmlrpc.client import Binary, Fault

import pytest

from filexfer.core.errors import Busy, ConnectionFailed, LoginNeeded, PairingFailed, SlowDown, StorageFailed
from filexfer.core.model import Permission
from filexfer.protocol import pairing
from filexfer.server import Server
from filexfer.server.access import Caller
from filexfer.server.attempts import Attempts
from filexfer.server.audit import Audit
from filexfer.server.devices import Devices
from filexfer.server.invites import Proof
from filexfer.server.settings import Settings
from filexfer.server.trust import Trust
from tests.server.conftest import MakeHouse
from tests.server.stranger import House
from tests.server.test_pairing import fault

if TYPE_CHECKING:
    from filexfer.server.identity import Identity

READ, WRITE = Permission.READ, Permission.WRITE


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "devices.json"


# ---- what is kept


def test_a_device_is_on_the_disk_before_its_token_is_told(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    synced = []
    real = os.fsync
    monkeypatch.setattr("filexfer.core.kept.os.fsync", lambda fd: (synced.append(fd), real(fd)))
    device, token = Devices(file, 10).add("laptop", WRITE)
    assert synced
    known = Devices(file, 10).of_token(token)
    assert known is not None
    assert (known.id, known.name, known.permission) == (device.id, "laptop", WRITE)
    assert token not in file.read_text()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_a_device_that_cannot_be_kept_is_none(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    devices = Devices(file, 10)

    def full(fd: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("filexfer.core.kept.os.fsync", full)
    with pytest.raises(StorageFailed):
        devices.add("laptop", WRITE)
    assert devices.all() == []


def test_a_revoked_device_is_out_at_once_though_the_disk_is_full(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    devices = Devices(file, 10)
    device, token = devices.add("laptop", WRITE)

    def full(fd: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("filexfer.core.kept.os.fsync", full)
    with pytest.raises(StorageFailed):
        devices.drop(device)
    assert devices.of_token(token) is None


def test_when_a_device_was_seen_is_not_written_at_each_request(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    devices = Devices(file, 10)
    _, token = devices.add("laptop", WRITE)
    before = file.stat().st_ino
    for _ in range(100):
        devices.of_token(token)
        devices.flush()
    assert file.stat().st_ino == before
    now = time.monotonic()
    monkeypatch.setattr(time, "monotonic", lambda: now + 61)
    devices.flush()
    assert file.stat().st_ino != before
    assert json.loads(file.read_text())["devices"][0]["seen_ns"] > 0
    written = file.stat().st_ino
    devices.flush(now=True)  # nobody came since
    assert file.stat().st_ino == written


def test_devices_that_cannot_be_read_keep_the_server_from_starting(make_house: MakeHouse) -> None:
    """Better none than one that has forgotten whom it knows, and writes that over what it could not read."""
    house = make_house()
    house.device()
    house.close()
    file = house.state / "devices.json"
    file.rename(file.with_name("away"))
    file.mkdir()
    with pytest.raises(StorageFailed):
        make_house()
    file.rmdir()
    file.with_name("away").rename(file)
    assert len(make_house().owner("device_list")) == 1


def test_there_is_an_end_to_devices(file: Path) -> None:
    devices = Devices(file, 2)
    first, _ = devices.add("laptop", WRITE)
    devices.add("laptop", WRITE)
    with pytest.raises(Busy):
        devices.add("laptop", WRITE)
    devices.drop(first)
    devices.add("laptop", WRITE)


def test_a_device_that_makes_no_sense_harms_no_other(file: Path) -> None:
    devices = Devices(file, 10)
    _, token = devices.add("laptop", WRITE)
    values = json.loads(file.read_text())
    values["devices"] += [7, {}, {"id": "x", "permission": "all"}, None]
    file.write_text(json.dumps(values))
    again = Devices(file, 10)
    assert again.of_token(token) is not None
    assert len(again.all()) == 1


def test_a_device_is_found_by_its_id_before_another_ones_name(file: Path) -> None:
    devices = Devices(file, 10)
    victim, _ = devices.add("laptop", WRITE)
    devices.add(victim.id, WRITE)  # a name is what the device says
    assert devices.find(victim.id) is not None
    assert devices.find(victim.id).name == "laptop"  # type: ignore[union-attr]
    assert devices.find("nobody") is None


def test_many_threads_lose_no_device(file: Path) -> None:
    devices = Devices(file, 100)
    with ThreadPoolExecutor(8) as pool:
        tokens = [token for _, token in pool.map(lambda n: devices.add("laptop", READ), range(24))]
    again = Devices(file, 100)
    assert all(again.of_token(token) for token in tokens)
    assert len({device.name for device in again.all()}) == 24


def test_two_servers_do_not_keep_their_devices_in_one_folder(tmp_path: Path) -> None:
    """What the one revoked the other would write again."""
    house = House(tmp_path / "one")
    other = Server(tmp_path / "other", ["https://localhost:0"], state=house.state)
    try:
        with pytest.raises(Busy, match="state folder of its own"):
            other.start()
    finally:
        house.close()
    # Once that one has ended it may.
    with Server(tmp_path / "third", ["https://localhost:0"], state=house.state):
        pass


def test_a_server_that_could_not_start_keeps_the_folder_from_nobody(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(ConnectionFailed):
            Server(tmp_path / "share", [f"https://127.0.0.1:{taken.getsockname()[1]}"], state=tmp_path / "state").start()
    with Server(tmp_path / "share", ["https://localhost:0"], state=tmp_path / "state"):
        pass


# ---- failures of addresses


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_too_many_failures_in_a_minute_and_an_address_waits() -> None:
    clock = Clock()
    attempts = Attempts(3, clock)
    for _ in range(3):
        attempts.check("192.0.2.1")
        attempts.failed("192.0.2.1")
    with pytest.raises(SlowDown):
        attempts.check("192.0.2.1")
    attempts.check("192.0.2.2")
    clock.now += 61
    attempts.check("192.0.2.1")


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("2001:db8::1", "2001:db8::ffff:1", True),
        ("2001:db8:0:1::1", "2001:db8:0:2::1", False),
        ("::ffff:192.0.2.1", "192.0.2.1", True),
        ("fe80::1%eth0", "fe80::2%eth0", False),
        ("192.0.2.1", "192.0.2.2", False),
        ("uid:1000", "uid:1001", False),
    ],
)
def test_who_can_have_many_addresses_is_one(one: str, other: str, same: bool) -> None:
    attempts = Attempts(1)
    attempts.failed(one)
    if same:
        with pytest.raises(SlowDown):
            attempts.check(other)
    else:
        attempts.check(other)


def test_a_neighbour_that_changes_its_address_is_slowed_down_at_last() -> None:
    attempts = Attempts(3)
    for n in range(30):
        attempts.check("fe80::900d%eth0")
        attempts.failed(f"fe80::{n:x}%eth0")
    with pytest.raises(SlowDown):
        attempts.check("fe80::900d%eth0")
    attempts.check("fe80::900d%eth1")


def test_the_table_of_failures_is_bounded() -> None:
    attempts = Attempts(1)
    for n in range(10_000):
        attempts.failed(f"10.{n >> 16}.{n >> 8 & 255}.{n & 255}")
    assert len(attempts) <= 4096
    with pytest.raises(SlowDown):
        attempts.check("10.0.39.15")  # the latest ones are still known


def test_a_known_device_is_let_in_whatever_its_address_did(tmp_path: Path) -> None:
    trust = Trust(Settings(login_failures=2), Audit(0))
    trust.open(tmp_path / "state")
    _, token = trust._kept().add("laptop", READ)
    for wanted in (LoginNeeded, LoginNeeded, SlowDown, SlowDown):
        with pytest.raises(wanted):
            trust.device_of("guessed", "192.0.2.1")
    assert trust.device_of(token, "192.0.2.1").name == "laptop"


def test_who_has_the_code_is_paired_whatever_its_neighbours_did(tmp_path: Path) -> None:
    trust = Trust(Settings(login_failures=1), Audit(0))
    trust.open(tmp_path / "state")
    trust.identity = cast("Identity", SimpleNamespace(pin="00" * 32))
    trust.listens = lambda: True
    invitation, _ = trust.invite(READ)
    bad = Caller("guest", Permission.NONE, peer="fe80::bad%eth0", secure=True)
    for n in range(12):
        # Each from another address of the network, until that may fail no more.
        with pytest.raises(PairingFailed if n < 10 else SlowDown):
            trust.pair(replace(bad, peer=f"fe80::bad:{n:x}%eth0"), Proof("x", bytes(32), bytes(32)))
    nonce = bytes(range(32))
    shown = Proof("phone", nonce, pairing.client_proof(invitation.code, "00" * 32, nonce, "phone"))
    assert trust.pair(replace(bad, peer="fe80::900d%eth0"), shown)["name"] == "phone"


def test_a_revoked_token_that_goes_on_knocking_keeps_nobody_from_pairing(tmp_path: Path) -> None:
    trust = Trust(Settings(login_failures=2), Audit(0))
    trust.open(tmp_path / "state")
    trust.identity = cast("Identity", SimpleNamespace(pin="00" * 32))
    for wanted in (LoginNeeded, LoginNeeded, SlowDown):
        with pytest.raises(wanted):
            trust.device_of("stale", "192.0.2.1")
    with pytest.raises(PairingFailed):  # and not: slow down
        trust.pair(Caller("guest", Permission.NONE, peer="192.0.2.1", secure=True), Proof("x", bytes(32), bytes(32)))


def test_guessed_tokens_slow_down_over_both_lanes(make_house: MakeHouse) -> None:
    house = make_house(login_failures=4)
    guesser, laptop = house.stranger(), house.device()
    guesser.token = "guessed"
    assert [fault(lambda: guesser.call("server_info")) for _ in range(2)] == [201, 201]
    assert [guesser.get("/files/x")[0] for _ in range(4)] == [401, 401, 429, 429]
    assert fault(lambda: guesser.call("server_info")) == 204
    assert fault(lambda: guesser.call("system.multicall", [{"methodName": "server_info", "params": []}])) == 204
    # No token is no guess.
    assert fault(lambda: house.stranger().call("server_info")) == 201
    assert laptop.call("server_info")["device"] == "laptop"


# ---- revoked


def test_a_revoked_device_is_stopped_at_its_next_request(house: House) -> None:
    laptop, phone = house.device(name="laptop"), house.device(name="phone")
    laptop.call("server_info")
    assert house.owner("device_revoke", "laptop") is True
    assert house.owner("device_revoke", "laptop") is False
    assert fault(lambda: laptop.call("server_info")) == 201
    assert laptop.get("/files/x")[0] == 401
    assert phone.call("server_info")["device"] == "phone"


@pytest.mark.parametrize("permission", ["watch", "read", "manage"])
def test_a_device_gives_up_its_own_token_and_no_other(house: House, permission: str) -> None:
    laptop, phone = house.device(permission, "laptop"), house.device("read", "phone")
    laptop.call("server_health")
    kept = laptop.connection()
    assert laptop.call("device_leave", over=kept) is True
    assert fault(lambda: laptop.call("server_health", over=kept)) == 201
    kept.close()
    assert fault(lambda: laptop.call("server_health")) == 201
    assert [device["name"] for device in house.owner("device_list")] == ["phone"]
    assert phone.call("server_info")["device"] == "phone"
    (line,) = [
        line for line in map(json.loads, (house.state / "audit.log").read_text().splitlines()) if line["act"] == "device_leave"
    ]
    assert line["name"] == "laptop"


def test_who_is_no_device_has_nothing_to_give_up(make_house: MakeHouse) -> None:
    house = make_house(guest="read")
    # A device may be called as callers without a token are.
    house.device("read", "local")
    house.device("read", "guest")
    assert house.owner("device_leave") is False
    assert house.stranger().call("device_leave") is False
    assert [device["name"] for device in house.owner("device_list")] == ["local", "guest"]


def test_a_revoked_device_stays_so_after_a_restart(make_house: MakeHouse) -> None:
    house = make_house()
    laptop = house.device()
    house.owner("device_revoke", house.owner("device_list")[0]["id"])
    house.close()
    again = make_house()
    laptop.url = again.url
    assert fault(lambda: laptop.call("server_info")) == 201


def test_the_kept_connection_of_a_revoked_device_ends(house: House) -> None:
    laptop, phone = house.device(name="laptop"), house.device(name="phone")
    kept, others = laptop.connection(), phone.connection()
    laptop.call("server_info", over=kept)
    phone.call("server_info", over=others)
    socket = kept.sock
    house.owner("device_revoke", "laptop")
    assert socket.recv(1) == b""  # it is closed, and not only deaf
    assert phone.call("server_info", over=others)["device"] == "phone"
    kept.close()
    others.close()


def test_a_file_on_its_way_in_is_not_published_for_a_revoked_device(house: House) -> None:
    laptop = house.device()
    connection = laptop.connection()
    connection.putrequest("PUT", "/files/large")
    connection.putheader("Authorization", f"Bearer {laptop.token}")
    connection.putheader("Content-Length", str(8 << 20))
    connection.endheaders()
    connection.send(bytes(4 << 20))
    _until(lambda: any((house.folder / ".filexfer").rglob("*")))
    house.owner("device_revoke", "laptop")
    with pytest.raises((OSError, HTTPException)):
        connection.send(bytes(4 << 20))
        connection.getresponse()
    connection.close()
    _until(lambda: not house.server._arrivals.here() or not any(one.device for one in house.server._arrivals.here()))
    assert [entry.name for entry in house.folder.iterdir() if entry.name != ".filexfer"] == []


def test_an_upload_of_a_revoked_device_takes_no_further_block_and_is_not_committed(house: House) -> None:
    laptop = house.device()
    upload = laptop.call("upload_open", "f", (1 << 20) + 5)["upload_id"]
    laptop.call("upload_write", upload, 0, Binary(bytes(1 << 20)))
    house.owner("device_revoke", "laptop")
    assert fault(lambda: laptop.call("upload_write", upload, 1 << 20, Binary(b"hello"))) == 201
    assert laptop.get(f"/uploads/{upload}/{1 << 20}", "PUT", b"hello")[0] == 401
    assert fault(lambda: laptop.call("upload_commit", upload)) == 201
    # Nor does it help to pair again: it is another device then, and the upload is not its own.
    again = house.device()
    assert fault(lambda: again.call("upload_commit", upload)) == 110


def test_a_download_under_way_ends_for_a_revoked_device(house: House) -> None:
    with open(house.folder / "large", "wb") as large:
        large.truncate(256 << 20)
    laptop = house.device()
    connection = laptop.connection()
    connection.request("GET", "/files/large", headers={"Authorization": f"Bearer {laptop.token}"})
    answer = connection.getresponse()
    assert len(answer.read(1 << 20)) == 1 << 20
    house.owner("device_revoke", "laptop")
    got = 1 << 20
    with suppress(OSError, HTTPException):
        while piece := answer.read(1 << 20):
            got += len(piece)
    assert got < 256 << 20
    connection.close()


def test_a_long_poll_of_a_revoked_device_ends_and_tells_nothing(house: House) -> None:
    laptop = house.device()
    cursor = laptop.call("share_changes", "")["cursor"]
    heard: list[object] = []

    def wait() -> None:
        with suppress(OSError, HTTPException, Fault):
            heard.append(laptop.call("share_changes", cursor, 50))

    waiting = threading.Thread(target=wait)
    waiting.start()
    _until(lambda: bool(house.server.current_share().changes._waiting))
    house.owner("device_revoke", "laptop")
    waiting.join(10)
    assert not waiting.is_alive()
    house.owner("folder_make", "secret")
    assert heard == []


def test_a_long_poll_that_ends_just_then_is_looked_at_again(house: House) -> None:
    """The connection may be between the loop and a worker when its device is revoked: the answer is judged when it is made."""
    laptop = house.device()
    cursor = laptop.call("share_changes", "")["cursor"]
    house.server._trust.when_revoked(lambda device: None)  # nobody cuts it
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(fault, lambda: laptop.call("share_changes", cursor, 50))
        _until(lambda: bool(house.server.current_share().changes._waiting))
        house.owner("device_revoke", "laptop")
        house.owner("folder_make", "secret")
        assert waiting.result(10) == 201


def test_a_guests_long_poll_tells_nothing_once_guests_are_nobody(make_house: MakeHouse) -> None:
    house = make_house("read")
    guest = house.stranger()
    cursor = guest.call("share_changes", "")["cursor"]
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(fault, lambda: guest.call("share_changes", cursor, 50))
        _until(lambda: bool(house.server.current_share().changes._waiting))
        house.server.share(guest="none")
        house.owner("folder_make", "secret")
        assert waiting.result(10) == 201


def test_results_of_keyed_calls_are_not_told_to_a_device_that_was_paired_anew(house: House) -> None:
    laptop = house.device()
    first = laptop.call("file_put", "f", Binary(b"one"), {"key": "k"})
    assert laptop.call("file_put", "f", Binary(b"one"), {"key": "k"}) == first
    house.owner("device_revoke", "laptop")
    again = house.device()
    # Done, not answered from what the other one had: the policy is asked.
    assert fault(lambda: again.call("file_put", "f", Binary(b"two"), {"key": "k"})) == 103
    assert again.call("file_put", "g", Binary(b"two"), {"key": "k"})["path"] == "g"


def test_two_devices_have_uploads_and_results_of_their_own(house: House) -> None:
    one, two = house.device(name="one"), house.device(name="two")
    upload = one.call("upload_open", "f", 5, {"key": "k"})["upload_id"]
    for method, params in (
        ("upload_status", ()),
        ("upload_commit", ()),
        ("upload_abort", ()),
        ("upload_write", (0, Binary(b"hello"))),
        ("upload_reuse", (0, 0, 5, "e", "blake3:" + "0" * 64)),
    ):
        assert fault(lambda m=method, p=params: two.call(m, upload, *p)) == 110  # type: ignore[misc]
    assert two.get(f"/uploads/{upload}/0", "PUT", b"hello")[0] == 404
    assert two.call("upload_open", "f", 5, {"key": "k"})["upload_id"] != upload
    one.call("upload_write", upload, 0, Binary(b"hello"))
    assert one.call("upload_commit", upload)["outcome"] == "created"
    assert fault(lambda: two.call("upload_commit", upload)) == 110


def test_an_upload_is_its_devices_after_a_restart_too_committed_or_not(make_house: MakeHouse) -> None:
    house = make_house()
    one, two = house.device(name="one"), house.device(name="two")
    open_ = one.call("upload_open", "open", 5)["upload_id"]
    done = one.call("upload_open", "done", 5)["upload_id"]
    for upload in (open_, done):
        one.call("upload_write", upload, 0, Binary(b"hello"))
    saved = one.call("upload_commit", done)
    house.close()
    again = make_house()
    one.url = two.url = again.url
    for upload in (open_, done):
        for method in ("upload_status", "upload_commit", "upload_abort"):
            assert fault(lambda m=method, u=upload: two.call(m, u)) == 110  # type: ignore[misc]
        # Whoever runs the server may look after all of them.
        assert again.owner("upload_status", upload)["upload_id"] == upload
    assert one.call("upload_commit", done) == saved
    assert one.call("upload_commit", open_)["path"] == "open"


def _until(true: Callable[[], bool], seconds: float = 10.0) -> None:
    """Wait for something that nothing announces."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end
        time.sleep(0.005)
