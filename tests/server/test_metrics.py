"""`/metrics`: read by Prometheus' own parser, behind the gate, moved by real transfers, with rows that no peer can multiply."""

from __future__ import annotations

import re
import shutil
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any
from xmlrpc.client import Binary

import pytest
from prometheus_client.parser import text_string_to_metric_families

from filexfer.core.errors import FilexferError
from tests.server.conftest import MakeHouse, Wire, head
from tests.server.stranger import House, Stranger
from tests.server.test_pairing import fault

Numbers = dict[tuple[str, frozenset[tuple[str, str]]], float]
LISTENS = {"https": ("https://localhost:0",), "http": ("https://localhost:0", "http://localhost:0")}


def scraped(watcher: Stranger) -> Numbers:
    status, text = watcher.get("/metrics")
    assert status == 200
    families = list(text_string_to_metric_families(text.decode()))
    assert all(one.name.startswith(("filexfer_", "process_")) and one.documentation for one in families)
    assert len({one.name for one in families}) == len(families)
    return {(one.name, frozenset(one.labels.items())): one.value for family in families for one in family.samples}


def row(numbers: Numbers, name: str, /, **labels: str) -> float:
    return numbers.get((name, frozenset(labels.items())), 0.0)


class Moved:
    """How the numbers changed since it was made."""

    def __init__(self, watcher: Stranger) -> None:
        self._watcher = watcher
        self._before = scraped(watcher)
        self._after: Numbers = {}

    def look(self) -> None:
        self._after = scraped(self._watcher)

    def by(self, name: str, /, **labels: str) -> float:
        return row(self._after, name, **labels) - row(self._before, name, **labels)


@pytest.fixture
def house(make_house: MakeHouse) -> House:
    return make_house()


@pytest.fixture
def watcher(house: House) -> Stranger:
    return house.device("watch", "prometheus")


def test_real_transfers_move_the_numbers(house: House, watcher: Stranger) -> None:
    writer = house.device("write", "writer")
    moved = Moved(watcher)
    large = b"x" * 3_000_000
    assert writer.get("/files/large", "PUT", large)[0] == 201
    assert writer.get("/files/large")[1] == large
    writer.call("file_put", "small", Binary(b"12345"))
    writer.call("file_put", "small", Binary(b"12345"))  # the same again: nothing is stored
    first, second = (writer.call("upload_open", name, 4)["upload_id"] for name in ("one", "two"))
    writer.call("upload_write", first, 0, Binary(b"1234"))
    writer.call("upload_commit", first)
    writer.call("upload_abort", second)
    writer.call("upload_open", "three", 4)
    assert fault(lambda: writer.call("file_stat", "nothing")) == 102
    moved.look()
    assert moved.by("filexfer_requests_total", method="PUT /files/", outcome="done") == 1
    assert moved.by("filexfer_requests_total", method="file_put", outcome="done") == 2
    assert moved.by("filexfer_requests_total", method="file_stat", outcome="fault") == 1
    assert moved.by("filexfer_faults_total", code="102", name="NotFound") == 1
    assert moved.by("filexfer_received_bytes_total", lane="raw") == len(large)
    assert moved.by("filexfer_sent_bytes_total", lane="raw") == len(large)
    assert moved.by("filexfer_received_bytes_total", lane="xmlrpc") > 100
    assert (moved.by("filexfer_files_stored_total"), moved.by("filexfer_stored_bytes_total")) == (3, len(large) + 9)
    uploads = {what: moved.by("filexfer_uploads_total", outcome=what) for what in ("opened", "committed", "aborted")}
    assert uploads == {"opened": 3, "committed": 1, "aborted": 1}
    assert moved.by("filexfer_uploads_open") == 1
    assert moved.by("filexfer_request_duration_seconds_count", method="file_put") == 2
    assert moved.by("filexfer_request_duration_seconds_bucket", method="file_put", le="+Inf") == 2
    assert moved.by("filexfer_sync_duration_seconds_count") >= 3
    assert moved.by("filexfer_sync_duration_seconds_sum") > 0
    assert moved.by("filexfer_tls_handshakes_total", outcome="done") >= 9
    assert moved.by("filexfer_connections_accepted_total") >= 9


def test_what_the_server_is_stands_there_too(house: House, watcher: Stranger) -> None:
    numbers = scraped(watcher)
    assert row(numbers, "filexfer_health", state="ok") == row(numbers, "filexfer_share_up") == 1
    assert row(numbers, "filexfer_health", state="failing") == 0
    assert 0 < row(numbers, "filexfer_share_free_bytes") <= row(numbers, "filexfer_share_size_bytes")
    assert row(numbers, "filexfer_connections") >= 1
    [build] = [dict(labels) for name, labels in numbers if name == "filexfer_build_info"]
    assert build.keys() == {"version", "python"}
    if sys.platform == "linux":
        assert row(numbers, "process_resident_memory_bytes") > 1 << 20
        assert row(numbers, "process_open_fds") > 5


def test_the_page_for_those_who_watch_names_every_number_and_no_other(watcher: Stranger) -> None:
    page = (Path(__file__).parents[2] / "docs/monitoring.md").read_text("utf-8")
    told = re.findall(r"^# TYPE (filexfer_\w+) ", watcher.get("/metrics")[1].decode(), re.MULTILINE)
    table = "\n".join(line for line in page.splitlines() if line.startswith("| `filexfer_"))
    assert sorted(re.findall(r"`(filexfer_\w+)`", table)) == sorted(told)
    # What its rules ask for is there; and within braces YAML takes brackets, braces and commas in quotation marks only.
    rules = re.findall(r"^ *- \{alert: \w+, expr: (.*?)(?:, for: \w+)?\}$", page, re.MULTILINE)
    assert len(rules) == page.count("{alert: ")
    assert all(re.fullmatch(r"'[^']+'|[^\[\]{},']+", rule) for rule in rules), rules
    asked = {name.removesuffix("_bucket") for rule in rules for name in re.findall(r"filexfer_\w+", rule)}
    assert asked <= set(told)


@pytest.mark.skipif(not shutil.which("promtool"), reason="promtool (Debian: prometheus) is not here")
def test_prometheus_has_nothing_to_say_about_the_page_and_the_numbers(watcher: Stranger, tmp_path: Path) -> None:
    page = (Path(__file__).parents[2] / "docs/monitoring.md").read_text("utf-8")
    scrapes, rules = re.findall(r"^```yaml\n(.*?)^```", page, re.MULTILINE | re.DOTALL)
    for name in ("filexfer.token", "filexfer.pem"):
        (tmp_path / name).touch()
    (tmp_path / "rules.yml").write_text(rules, "utf-8")
    scrapes = scrapes.replace("/etc/prometheus", str(tmp_path))
    (tmp_path / "prometheus.yml").write_text(f"rule_files: [rules.yml]\n{scrapes}", "utf-8")
    checks = {("config", str(tmp_path / "prometheus.yml")): b"", ("metrics",): watcher.get("/metrics")[1]}
    for words, given in checks.items():
        done = subprocess.run(["promtool", "check", *words], input=given, capture_output=True, timeout=60)
        assert (done.returncode, done.stderr) == (0, b""), done.stdout


@pytest.mark.parametrize("scheme", LISTENS)
def test_who_may_not_see_them_does_not(make_house: MakeHouse, scheme: str) -> None:
    house = make_house("read", listen=LISTENS[scheme])
    url = next(one for one in house.server.addresses if one.startswith(f"{scheme}:"))
    tokens = {held: house.device(held, held).token for held in ("watch", "read", "write", "manage")}
    with Wire(url) as wire:
        for held, status in {"watch": 200, "read": 403, "write": 403, "manage": 200}.items():
            assert wire.request("GET /metrics", Authorization=f"Bearer {tokens[held]}").status == status, held
        assert wire.request("GET /metrics").status == 403, "a guest who may read"
        assert wire.request("GET /metrics", Authorization="Bearer guessed").status == 401
        watching = {"Authorization": f"Bearer {tokens['watch']}"}
        assert wire.request("GET /metrics", Host="evil.example", **watching).status == 403
        assert wire.request("GET /metrics", Origin="https://evil.example", **watching).status == 403
        assert wire.request("DELETE /metrics", **watching).status == 405
        for target in ("/metrics/", "/metrics?x", "/Metrics", "//metrics"):
            assert wire.request(f"GET {target}", **watching).status == 404, target
        answer = wire.request("HEAD /metrics", **watching)
        assert (answer.status, answer.body) == (200, b"")
        house.server.share(guest="none")
        assert wire.request("GET /metrics").status == 401
        house.owner("device_revoke", "watch")
        assert house.stranger().get("/metrics")[0] == 401


def test_failures_to_prove_who_one_is_are_counted(house: House, watcher: Stranger) -> None:
    moved = Moved(watcher)
    guesser = house.stranger()
    guesser.token = "guessed"
    assert fault(lambda: guesser.call("server_info")) == 201
    assert fault(lambda: house.stranger().pair("AAAA-BBBB-CCCC-DDDD")) == 203
    with socket.create_connection(("localhost", int(house.url.rstrip("/").rpartition(":")[2]))) as plain:
        plain.sendall(b"GET / HTTP/1.1\r\n\r\n")
        while plain.recv(1 << 16):
            pass
    moved.look()
    assert {kind: moved.by("filexfer_auth_failures_total", kind=kind) for kind in ("login", "pairing")} == {
        "login": 1,
        "pairing": 1,
    }
    assert moved.by("filexfer_tls_handshakes_total", outcome="failed") == 1
    assert moved.by("filexfer_faults_total", code="203", name="PairingFailed") == 1


def test_no_peer_makes_rows_of_its_own(house: House, watcher: Stranger) -> None:
    writer = house.device("write", "writer")

    def knock(name: str) -> None:
        assert fault(lambda: writer.call(name)) == -32601
        assert writer.get(f"/files/{name}")[0] == 404
        assert writer.get(f"/{name}")[0] == 404
        assert writer.get("/files/x", name.upper())[0] == 405

    knock("aa")
    rows = scraped(watcher).keys()
    for letter in "bcdefgh":
        knock(letter * 2)
    after = scraped(watcher)
    # The metrics' own rows appear with the first scrape; nothing of what was knocked with stands anywhere.
    assert {key for key in after.keys() - rows if ("method", "GET /metrics") not in key[1]} == set()
    assert not any(value in str(labels) for _, labels in after for value in ("'bb'", "writer", "localhost", "127.0.0.1"))


def test_a_registered_functions_own_fault_codes_are_one_row(house: House, watcher: Stranger) -> None:
    def odd(code: int) -> None:
        from xmlrpc.client import Fault

        raise Fault(code, "odd")

    house.server.register_function(odd)
    reader = house.device("read", "reader")
    moved = Moved(watcher)
    for code in (7, 8, 9):
        assert fault(lambda code=code: reader.call("odd", code)) == code  # type: ignore[misc]
    moved.look()
    assert moved.by("filexfer_faults_total", code="0", name="other") == 3


def test_an_answer_that_its_peer_did_not_wait_for_is_lost(serve: Any) -> None:
    running = serve(guest="read")
    (running.folder / "large").write_bytes(bytes(64 << 20))
    wire = running.wire()
    wire.send(head("GET /files/large"))
    wire.exactly(1000)
    wire.sock.close()
    tally = running.server._tally
    while not (lost := tally.totals().requests.get(("GET /files/", "lost"))):
        assert running.wire().call("server_info").status == 200
    assert lost == 1
    assert 0 < tally.totals().sent["raw"] < 64 << 20


@pytest.mark.parametrize("size", [1 << 20, 64 << 20])
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_what_left_of_a_broken_answer_is_counted_without_its_head(serve: Any, size: int) -> None:
    running = serve(guest="read", stall_seconds=0.1)
    (running.folder / "large").write_bytes(bytes(size))
    wire = running.wire()
    assert wire.call("server_info").status == 200
    [connection] = running.server._arrivals.here()
    connection.channel.sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
    wire.send(head("GET /files/large"))
    tally = running.server._tally
    while not tally.totals().requests.get(("GET /files/", "lost")):
        assert running.wire().call("server_info").status == 200
    assert 0 < tally.totals().sent["raw"] < size


def test_a_commit_that_is_repeated_is_one(house: House, watcher: Stranger) -> None:
    writer = house.device("write", "writer")
    moved = Moved(watcher)
    upload = writer.call("upload_open", "f", 4)["upload_id"]
    writer.call("upload_write", upload, 0, Binary(b"1234"))
    assert writer.call("upload_commit", upload) == writer.call("upload_commit", upload)
    writer.call("upload_abort", upload)
    assert writer.call("upload_commit", upload)["size"] == 4
    moved.look()
    uploads = {what: moved.by("filexfer_uploads_total", outcome=what) for what in ("opened", "committed", "aborted")}
    assert uploads == {"opened": 1, "committed": 1, "aborted": 0}
    assert (moved.by("filexfer_files_stored_total"), moved.by("filexfer_stored_bytes_total")) == (1, 4)


def test_an_upload_that_is_begun_anew_under_its_key_is_one_more(house: House) -> None:
    writer = house.device("write", "writer")
    cursor = writer.call("share_changes")["cursor"]
    for _ in range(2):
        upload = writer.call("upload_open", "f", 4, {"key": "k"})["upload_id"]
        writer.call("upload_write", upload, 0, Binary(b"1234"))
        writer.call("upload_commit", upload)
        assert writer.call("upload_status", upload)["missing"] == []
        told = writer.call("share_changes", cursor)
        assert told["folders"] == [""]
        (house.folder / "f").unlink()
        cursor = writer.call("share_changes", told["cursor"])["cursor"]
    totals = house.server._tally.totals()
    assert (totals.uploads, totals.files) == ({"opened": 2, "committed": 2}, 2)


def test_an_upload_from_before_a_restart_is_opened_and_committed(make_house: MakeHouse) -> None:
    house = make_house()
    writer = house.device("write", "writer")
    upload = writer.call("upload_open", "f", 4)["upload_id"]
    writer.call("upload_write", upload, 0, Binary(b"1234"))
    house.close()
    again = make_house()
    writer.url = again.url
    assert writer.call("upload_status", upload)["missing"] == []
    [held] = again.server.current_share().uploads._held.values()
    held.touched = float("-inf")  # as if it had been left alone for long
    other = writer.call("upload_open", "other", 4)["upload_id"]
    assert list(again.server.current_share().uploads._held) == [other]
    for _ in range(2):
        assert writer.call("upload_commit", upload)["size"] == 4
    assert again.server._tally.totals().uploads == {"opened": 2, "committed": 1}


def test_bytes_that_were_refused_count_to_the_lane_by_which_they_came(make_house: MakeHouse) -> None:
    house = make_house("read", listen=LISTENS["http"])
    url = next(one for one in house.server.addresses if one.startswith("http:"))
    with Wire(url) as wire:
        assert wire.request("PUT /files/f", b"x" * 1000).status == 403
        assert wire.request("GET /metrics").status == 403
        assert wire.request("POST /RPC2", b"x", Content_Type="image/png").status == 415
        assert wire.call("server_info").status == 200  # by now all before it is counted
    sent = house.server._tally.totals().sent
    assert all(30 < sent[lane] < 100 for lane in ("raw", "watching")), sent


def test_results_of_keyed_calls_that_can_be_kept_again_are_not_called_lost(house: House, watcher: Stranger) -> None:
    writer = house.device("write", "writer")
    in_the_way = house.folder / ".filexfer" / "answers.db"
    writer.call("folder_make", "first")
    in_the_way.mkdir(parents=True)
    writer.call("folder_make", "second", {"key": "k"})
    assert row(scraped(watcher), "filexfer_keyed_results_failing") == 1
    in_the_way.rmdir()
    share = house.server.current_share()
    share.keys._hopeless_until = share.probe._at = float("-inf")  # as if a while had passed
    assert row(scraped(watcher), "filexfer_keyed_results_failing") == 0
    assert writer.call("server_health")["state"] == "ok"


def test_who_scrapes_and_does_not_read_keeps_nobody(make_house: MakeHouse) -> None:
    house = make_house("none", listen=LISTENS["http"], stall_seconds=0.2)
    watcher = house.device("watch")
    url = next(one for one in house.server.addresses if one.startswith("http:"))
    with Wire(url) as greedy:
        greedy.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        request = head("GET /metrics", Authorization=f"Bearer {watcher.token}")
        try:
            for _ in range(2000):
                greedy.send(request)
        except OSError:
            pass  # it was cut off already
        assert row(scraped(watcher), "filexfer_health", state="ok") == 1
        assert greedy.ended()


def test_a_server_nobody_scrapes_does_without_the_library() -> None:
    program = (
        "import sys, tempfile, urllib.request\nfrom filexfer.server import Server\n"
        "with tempfile.TemporaryDirectory() as top, Server(top + '/s', ['http://localhost:0'], 'read') as server:\n"
        "    assert urllib.request.urlopen(server.addresses[0] + 'health').read() == b'ok\\n'\n"
        "    print(*sorted(sys.modules))\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert not any(name.startswith("prometheus") for name in done.stdout.split())


def test_every_error_has_a_name_in_the_numbers() -> None:
    from filexfer.protocol.faults import CODES
    from filexfer.server.metrics import _NAMES

    assert set(_NAMES) == set(CODES.values())
    assert all(issubclass(one, FilexferError) for one in CODES)
