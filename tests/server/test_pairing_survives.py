"""Pairing where something dies, or is revoked, in the middle of it."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from http.client import HTTPException
from pathlib import Path
from types import SimpleNamespace
from xmlrpc.client import Binary, Fault, dumps

from tests.server.conftest import MakeHouse
from tests.server.stranger import House, Stranger
from tests.server.test_pairing import fault

_SERVE = """
import sys
from pathlib import Path
from filexfer.server import Server
top = Path(sys.argv[1])
server = Server(top / "share", ["https://localhost:0"], control=top / "own" / "c.sock", state=top / "state").start()
print(server.addresses[0], flush=True)
server.serve_forever()
"""


class Process(House):
    """A server in a process of its own, which can be killed."""

    def __init__(self, top: Path) -> None:
        self.folder, self.state = top / "share", top / "state"
        self._process = subprocess.Popen([sys.executable, "-c", _SERVE, str(top)], stdout=subprocess.PIPE, text=True)
        assert self._process.stdout is not None
        self.url = self._process.stdout.readline().strip()
        self.server = SimpleNamespace(control_address=f"unix:{top}/own/c.sock")  # type: ignore[assignment]

    def kill(self) -> None:
        self._process.kill()
        self._process.communicate()


def test_a_token_that_was_told_is_known_after_a_kill_at_any_moment(tmp_path: Path) -> None:
    told: list[str] = []
    for round_ in range(4):
        house = Process(tmp_path)
        began = threading.Event()

        def keep_pairing(house: Process = house, began: threading.Event = began) -> None:
            with suppress(OSError, HTTPException, Fault):
                while True:
                    device = house.stranger()
                    device.pair(house.invite("read")["code"])
                    told.append(device.token)
                    began.set()

        with ThreadPoolExecutor(2) as pool:
            work = [pool.submit(keep_pairing) for _ in range(2)]
            assert began.wait(20)
            time.sleep(0.02 * round_)  # into another moment each time
            house.kill()
            for one in work:
                one.result()
    house = Process(tmp_path)
    try:
        for token in told:
            device = Stranger(house.url, token=token)
            assert device.call("server_info")["permission"] == "read"
        listed = house.owner("device_list")
        assert len(listed) >= len(told) >= 4
        assert len({device["name"] for device in listed}) == len(listed)
        # Each line of the log is whole, and there is one for each token that was told.
        lines = [json.loads(line) for line in (house.state / "audit.log").read_bytes().splitlines()]
        assert sum(line["act"] == "pair" and line["result"] == "done" for line in lines) >= len(told)
    finally:
        house.kill()


def test_no_call_that_begins_behind_the_revocation_is_done(make_house: MakeHouse) -> None:
    house = make_house()
    laptop = house.device()
    done: list[float] = []
    refusals: list[int] = []

    def keep_calling(thread: int) -> None:
        n = 0
        while True:
            n += 1
            began = time.monotonic()
            try:
                laptop.call("folder_make", f"{thread}-{n}")
            except Fault as refused:
                refusals.append(refused.faultCode)
                return
            except (OSError, HTTPException):
                continue  # its connection was cut
            done.append(began)

    with ThreadPoolExecutor(4) as pool:
        threads = [pool.submit(keep_calling, n) for n in range(4)]
        while len(done) < 20 and not any(one.done() for one in threads):
            time.sleep(0.001)
        house.owner("device_revoke", "laptop")
        revoked = time.monotonic()
        for one in threads:
            one.result(20)
    assert len(done) >= 20
    assert max(done) < revoked
    assert refusals == [201] * 4


def test_pairing_under_way_while_devices_are_revoked_and_added_loses_none(make_house: MakeHouse) -> None:
    house = make_house(open_invites=100)
    codes = [house.invite("write")["code"] for _ in range(20)]

    def pair(number: int) -> str:
        device = house.stranger(f"device {number}")
        device.pair(codes[number])
        if number % 2:
            assert house.owner("device_revoke", f"device {number}") is True
        return device.token

    with ThreadPoolExecutor(4) as pool:
        tokens = list(pool.map(pair, range(20)))
    left = {device["name"] for device in house.owner("device_list")}
    assert left == {f"device {number}" for number in range(0, 20, 2)}
    for number, token in enumerate(tokens):
        device = Stranger(house.url, token=token)
        assert fault(lambda device=device: device.call("server_info")) == (201 if number % 2 else 0)  # type: ignore[misc]


def test_a_lost_answer_is_asked_for_again_over_a_new_connection(make_house: MakeHouse) -> None:
    """The connection is cut behind the call, before a byte of the answer was read: the case that the rule was made for."""
    house = make_house()
    code = house.invite("write")["code"]
    laptop = house.stranger()
    connection = laptop.connection()
    proof = laptop.proof(code, laptop.seen(connection))
    body = dumps(("laptop", Binary(laptop.nonce), Binary(proof)), "pair").encode()
    connection.request("POST", "/RPC2", body, {"Content-Type": "text/xml"})
    while not house.owner("device_list"):
        time.sleep(0.001)
    connection.close()
    laptop.pair(code)
    assert laptop.call("server_info")["device"] == "laptop"
    assert len(house.owner("device_list")) == 1
