"""The tutorial's simple, threaded and Binary programs: its clients and its servers' functions against our `Server`."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from xmlrpc.client import ServerProxy

import pytest

from filexfer import Server

TUTORIAL = "http://localhost:8888"
ANY_PORT = "http://localhost:0"


def address_of(server: Server) -> str:
    return server.addresses[0].rstrip("/")


def test_simple_client_gets_its_string(tmp_path: Path, run, functions) -> None:
    with Server(tmp_path, listen=[ANY_PORT], guest="read") as server:
        server.register_function(functions("simple_server.py")["respon_string"], "get_string")
        assert run("simple_client.py", {TUTORIAL: address_of(server)}) == "get string:cloudox\n"


def test_threaded_client_gets_its_string_and_its_sum(tmp_path: Path, run, functions) -> None:
    tutorial = functions("threaded_server.py")
    with Server(tmp_path, listen=[ANY_PORT], guest="read") as server:
        server.register_function(tutorial["respon_string"], "get_string")
        server.register_function(tutorial["add"], "add")
        assert run("threaded_client.py", {TUTORIAL: address_of(server)}) == "get string:cloudox\n16\n"


def test_fifty_callers_at_once_do_not_wait_for_a_slow_call(tmp_path: Path, functions) -> None:
    at_work, go_on = threading.Event(), threading.Event()

    def slow() -> str:
        at_work.set()
        assert go_on.wait(60)
        return "slow"

    with Server(tmp_path, listen=[ANY_PORT], guest="read") as server:
        server.register_function(functions("threaded_server.py")["add"], "add")
        server.register_function(slow)
        everybody_there = threading.Barrier(50)

        def caller(n: int) -> int:
            with ServerProxy(address_of(server)) as proxy:
                everybody_there.wait(60)
                return proxy.add(n, n)

        def slow_caller() -> str:
            with ServerProxy(address_of(server)) as proxy:
                return proxy.slow()

        with ThreadPoolExecutor(51) as people:
            answer = people.submit(slow_caller)
            assert at_work.wait(60)
            # All fifty are answered while the slow call is still at work: it only ends when we let it.
            assert list(people.map(caller, range(50))) == [2 * n for n in range(50)]
            assert not answer.done()
            go_on.set()
            assert answer.result(60) == "slow"


def test_binary_client_against_the_functions_of_the_tutorial(tmp_path: Path, run, functions, monkeypatch) -> None:
    tutorial = functions("binary_server.py")
    there = tmp_path / "there"
    there.mkdir()
    girl, boy = bytes(range(256)) * 4000, b"\xff\xd8boy\r\n\0" * 1000
    (tmp_path / "girl.jpg").write_bytes(girl)
    (there / "boy.jpg").write_bytes(boy)
    (tmp_path / "share").mkdir()
    monkeypatch.chdir(there)  # its functions open files by bare names
    with Server(tmp_path / "share", listen=[ANY_PORT], guest="write") as server:
        server.register_function(tutorial["image_put"], "image_put")
        server.register_function(tutorial["image_get"], "image_get")
        run("binary_client.py", {TUTORIAL: address_of(server)})
    assert (there / "get_girl.jpg").read_bytes() == girl
    assert (tmp_path / "get_boy.jpg").read_bytes() == boy


@pytest.mark.parametrize("size", [100, 5 << 20])
def test_binary_client_against_our_own_methods(tmp_path: Path, run, size: int) -> None:
    girl = b"\xff\xd8\xff\xe0" + bytes(n * 7 % 256 for n in range(size))
    (tmp_path / "girl.jpg").write_bytes(girl)
    (tmp_path / "share").mkdir()
    with Server(tmp_path / "share", listen=[ANY_PORT], guest="write") as server:
        run("binary_client.py", {TUTORIAL: address_of(server)})
    # It uploads without a name and downloads without one: the newest image is the one just put.
    assert (tmp_path / "get_boy.jpg").read_bytes() == girl
    stored = [path for path in (tmp_path / "share").rglob("*") if path.is_file() and ".filexfer" not in path.parts]
    assert [path.read_bytes() for path in stored] == [girl]
