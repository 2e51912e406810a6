"""Where a server listens, in which order it starts and stops, and what it shares meanwhile."""

from __future__ import annotations

import errno
import os
import socket
import stat
import threading
from pathlib import Path
from xmlrpc.client import Binary, Fault, ServerProxy

import pytest

from filexfer.core import places
from filexfer.core.errors import BadParameters, Busy, ConnectionFailed
from filexfer.protocol.address import parse
from filexfer.server import Server, Settings, listener
from filexfer.storage.folder import FolderStore
from filexfer.storage.fsops import FsOps
from tests.server.conftest import Wire


def test_tcp_and_unix_listeners_serve_at_once(serve, tmp_path: Path) -> None:
    running = serve(listen=("http://127.0.0.1:0", f"unix:{tmp_path}/a.sock", f"unix://{tmp_path}/b.sock"))
    assert len(running.server.addresses) == 3
    for address in running.server.addresses:
        with running.wire(address) as wire:
            assert wire.call("server_info").value["share"] == "share"


def test_localhost_is_both_families_on_one_port(running) -> None:
    assert running.server.addresses == [f"http://localhost:{running.port}/"]
    for host in ("127.0.0.1", "[::1]"):
        with ServerProxy(f"http://{host}:{running.port}/") as proxy:
            assert proxy.server_info()["protocol"] == 1


@pytest.mark.parametrize("address", ["http://0.0.0.0:0", "http://[::]:0"])
def test_plain_http_beyond_this_machine_needs_to_be_insisted_upon(tmp_path: Path, address: str, caplog) -> None:
    with pytest.raises(BadParameters, match="insecure"):
        Server(tmp_path, [address]).start()
    assert caplog.text == ""
    for _ in range(2):
        with Server(tmp_path, [address], settings=Settings(insecure=True)) as server:
            assert server.addresses[0].startswith(address[:-1])
    assert caplog.text.count("is plain http") == 2


def test_https_is_served_on_every_address_with_no_word_of_warning(tmp_path: Path, caplog) -> None:
    with Server(tmp_path / "share", ["https://0.0.0.0:0"], state=tmp_path / "state") as server:
        assert server.addresses[0].startswith("https://0.0.0.0:")
    assert caplog.text == ""


def test_every_address_is_both_families_on_one_port_each_told_by_itself(tmp_path: Path) -> None:
    with Server(tmp_path / "share", ["https://*:0"], "read", state=tmp_path / "state") as server:
        four, six = (parse(address) for address in server.addresses)
        assert (four.host, six.host, four.port) == ("0.0.0.0", "::", six.port)
        for host in ("127.0.0.1", "::1"):
            with Wire(str(four._replace(host=host))) as wire:
                assert wire.call("server_info", Host=f"[{host}]" if ":" in host else host).value["secure"] is True
        server.unlisten(str(six))
        assert server.addresses == [str(four)]
        with Wire(str(four._replace(host="127.0.0.1"))) as wire:
            assert wire.call("server_info").status == 200


def test_where_there_is_no_ipv6_every_address_is_those_of_ipv4(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bind = listener._bind

    def without_ipv6(family: socket.AddressFamily, *given: object) -> socket.socket:
        if family is socket.AF_INET6:
            raise OSError(errno.EAFNOSUPPORT, "no such family")
        return bind(family, *given)

    monkeypatch.setattr(listener, "_bind", without_ipv6)
    with Server(tmp_path / "share", ["https://*:0"], state=tmp_path / "state") as server:
        (only,) = server.addresses
        assert only.startswith("https://0.0.0.0:")
    with pytest.raises(ConnectionFailed):
        Server(tmp_path / "share", ["https://[::]:0"], state=tmp_path / "state").start()


def test_a_port_that_is_taken_in_one_family_is_taken(tmp_path: Path) -> None:
    with socket.socket(socket.AF_INET6) as taken:
        taken.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        taken.bind(("::", 0))
        taken.listen()
        with pytest.raises(ConnectionFailed, match="Choose another port"):
            Server(tmp_path / "share", [f"https://*:{taken.getsockname()[1]}"], state=tmp_path / "state").start()


@pytest.mark.parametrize("address", ["http://*:0", "http://*"])
def test_plain_http_on_every_address_needs_to_be_insisted_upon_too(tmp_path: Path, address: str) -> None:
    with pytest.raises(BadParameters, match="insecure"):
        Server(tmp_path, [address]).start()


def test_without_a_state_folder_the_key_lies_in_that_of_the_share(tmp_path: Path) -> None:
    pins = set()
    for _ in range(2):
        with Server(tmp_path / "share", ["https://127.0.0.1:0"]) as server:
            assert server.identity
            pins.add(server.identity.pin)
    assert len(pins) == 1
    assert (places.share_state(tmp_path / "share") / "identity.pem").exists()
    assert not list((tmp_path / "share").rglob("*.pem"))


@pytest.mark.parametrize(
    "address",
    [
        "https://localhost:0/path",
        "ftp://x",
        "http://localhost:0/path",
        "box:",
        "unix:relative",
        "",
        "https://*x:0",
        "https://*:0/path",
        "x://*",
    ],
)
def test_an_address_that_cannot_be_listened_on_is_told_and_leaves_nothing_open(tmp_path: Path, address: str) -> None:
    with pytest.raises(BadParameters):
        Server(tmp_path, ["http://localhost:0", address]).start()
    # Neither the port nor the folder's lock is held any more.
    with Server(tmp_path, ["http://localhost:0"]):
        pass


def test_a_taken_port_is_told(running, tmp_path: Path) -> None:
    with pytest.raises(ConnectionFailed, match="Choose another port"):
        Server(tmp_path / "other", [running.url.rstrip("/")]).start()


def test_a_second_server_on_the_folder_is_told(running) -> None:
    with pytest.raises(Busy):
        Server(running.folder, ["http://localhost:0"]).start()


def test_a_socket_file_is_private_and_goes_away(tmp_path: Path) -> None:
    path = tmp_path / "x.sock"
    with Server(tmp_path / "share", [f"unix:{path}"]) as server:
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert server.addresses == [f"unix:{path}"]
    assert not path.exists()
    with Server(tmp_path / "share", [f"unix:{path}"], settings=Settings(socket_mode=0o666)):
        assert stat.S_IMODE(path.stat().st_mode) == 0o666


def test_a_dead_servers_socket_is_replaced_and_a_live_ones_is_not(tmp_path: Path) -> None:
    path = tmp_path / "x.sock"
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(str(path))
    with Server(tmp_path / "one", [f"unix:{path}"]):
        with pytest.raises(ConnectionFailed, match="another server"):
            Server(tmp_path / "two", [f"unix:{path}"]).start()
        assert path.exists()


def test_another_file_in_the_sockets_place_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "precious"
    path.write_text("data")
    with pytest.raises(ConnectionFailed, match="something else"):
        Server(tmp_path / "share", [f"unix:{path}"]).start()
    assert path.read_text() == "data"


def test_a_socket_that_took_the_place_of_ours_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "x.sock"
    server = Server(tmp_path / "share", [f"unix:{path}"]).start()
    path.unlink()
    with socket.socket(socket.AF_UNIX) as other:
        other.bind(str(path))
        server.close()
        assert path.exists()


def test_a_path_too_long_for_a_socket_is_told(tmp_path: Path) -> None:
    with pytest.raises(ConnectionFailed, match="too long"):
        Server(tmp_path / "share", [f"unix:{tmp_path}/{'x' * 120}.sock"]).start()


def test_a_disk_that_fails_while_the_server_ends_holds_nothing_up(tmp_path: Path) -> None:
    class Failing(FsOps):
        fails = False

        def sync_data(self, descriptor: int) -> None:
            if self.fails:
                raise OSError(errno.EIO, "the disk is gone")
            super().sync_data(descriptor)

    fs = Failing()
    server = Server(tmp_path, ["http://127.0.0.1:0"], "write", store=FolderStore(tmp_path, fs=fs)).start()
    serving = threading.Thread(target=server.serve_forever)
    serving.start()
    with ServerProxy(server.addresses[0]) as proxy:
        for name in ("a", "b"):
            upload = proxy.upload_open(name, 3 << 20)["upload_id"]
            proxy.upload_write(upload, 0, Binary(bytes(1 << 20)))
    fs.fails = True
    server.close()
    serving.join(20)
    assert not serving.is_alive()
    FolderStore(tmp_path).close()  # its lock is free


def test_listeners_come_and_go_while_it_runs(running, tmp_path: Path) -> None:
    (added,) = running.server.listen(f"unix:{tmp_path}/more.sock")
    wire = running.wire(added)
    assert wire.call("server_info").status == 200
    running.server.unlisten(added)
    assert wire.ended()
    assert running.server.addresses == [running.url]
    assert not (tmp_path / "more.sock").exists()
    with pytest.raises(BadParameters):
        running.server.unlisten(added)
    first = running.url
    (second,) = running.server.listen("http://localhost:0")
    kept = running.wire(second)
    running.server.unlisten(first)
    with pytest.raises(OSError, match="refused"):
        running.wire(first)
    assert kept.call("server_info").status == 200


def test_listeners_may_come_and_go_before_it_starts(tmp_path: Path, caplog) -> None:
    server = Server(tmp_path / "share", ["http://127.0.0.1:0"], "read")
    (kept,), (gone,) = server.listen("http://127.0.0.1:0"), server.listen(f"unix:{tmp_path}/b.sock")
    server.unlisten(gone)
    with server:
        assert not (tmp_path / "b.sock").exists()
        assert kept in server.addresses
        with ServerProxy(kept) as proxy:
            assert proxy.server_info()["share"] == "share"
    assert caplog.text == ""


def test_a_server_that_never_started_gives_its_listeners_back(tmp_path: Path) -> None:
    server = Server(tmp_path / "share")
    server.listen(f"unix:{tmp_path}/x.sock")
    server.close()
    assert not (tmp_path / "x.sock").exists()


def test_unlistening_ends_a_call_that_is_under_way_there(running, tmp_path: Path) -> None:
    (added,) = running.server.listen(f"unix:{tmp_path}/more.sock")
    wire = running.wire(added)
    wire.send(b"PUT /files/f HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n")
    assert wire.exactly(12) == b"HTTP/1.1 100"
    running.server.unlisten(added)
    assert wire.ended()
    assert running.held() == {}


def test_another_folder_can_be_shared_while_it_runs(running, tmp_path: Path) -> None:
    proxy = running.proxy()
    proxy.file_put("old", Binary(b"x"))
    cursor = proxy.file_list("", {"limit": 1})["next"]
    running.server.share(folder=tmp_path / "another")
    assert proxy.server_info()["share"] == "another"
    assert proxy.file_list("")["entries"] == []
    proxy.file_put("new", Binary(b"x"))
    assert (tmp_path / "another" / "new").exists()
    with pytest.raises(Fault):
        proxy.file_list("", {"cursor": cursor or "x"})
    # The first folder is free for others.
    with Server(running.folder, ["http://localhost:0"]):
        pass
    with Server(tmp_path / "third", ["http://localhost:0"]), pytest.raises(Busy):
        running.server.share(folder=tmp_path / "third")
    assert proxy.file_list("")["entries"][0]["name"] == "new"


def test_a_call_under_way_goes_on_with_the_folder_it_began_with(running, tmp_path: Path) -> None:
    wire = running.wire()
    wire.send(b"PUT /files/f HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\nContent-Length: 3000000\r\n\r\n")
    assert wire.exactly(12) == b"HTTP/1.1 100"
    running.server.share(folder=tmp_path / "another")
    with pytest.raises(Busy):
        Server(running.folder, ["http://localhost:0"]).start()
    wire.send(bytes(3_000_000))
    wire.ahead = b"HTTP/1.1 100" + wire.ahead
    assert wire.reply().status == 201
    assert (running.folder / "f").stat().st_size == 3_000_000
    with Server(running.folder, ["http://localhost:0"]):
        pass


def test_the_share_is_named_after_its_folder_or_as_told(tmp_path: Path) -> None:
    with Server(tmp_path / "photos", ["http://localhost:0"], guest="read", name="Our photos") as server:
        with ServerProxy(server.addresses[0]) as proxy:
            assert proxy.server_info()["share"] == "Our photos"
        server.share(folder=tmp_path / "music")
        with ServerProxy(server.addresses[0]) as proxy:
            assert proxy.server_info()["share"] == "music"


def test_serve_forever_ends_when_another_thread_closes(tmp_path: Path) -> None:
    server = Server(tmp_path, ["http://localhost:0"])
    server.start()
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    server.close()
    thread.join(20)
    assert not thread.is_alive()
    server.close()


def test_a_server_that_was_closed_leaves_no_thread_and_no_descriptor(tmp_path: Path) -> None:
    def state() -> tuple[int, int]:
        return threading.active_count(), len(os.listdir("/proc/self/fd"))

    def once() -> None:
        addresses = ["http://localhost:0", f"unix:{tmp_path}/x.sock"]
        with Server(tmp_path, addresses, guest="write") as server, ServerProxy(server.addresses[0]) as proxy:
            proxy.file_put("f", Binary(b"x"), {"on_conflict": "overwrite", "key": "k"})
            proxy.upload_open("g", 1 << 20)
            proxy.file_list("", {"limit": 1})

    once()
    before = state()
    for _ in range(3):
        once()
    after = state()
    # What earlier tests left behind may have ended meanwhile.
    assert all(now <= then for now, then in zip(after, before, strict=True)), (before, after)


def test_the_limit_of_descriptors_is_raised_to_what_the_bounds_promise(tmp_path: Path) -> None:
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(300, hard), hard))
        with Server(tmp_path, ["http://localhost:0"], settings=Settings(connections=100)):
            assert resource.getrlimit(resource.RLIMIT_NOFILE)[0] == min(1124, hard)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
