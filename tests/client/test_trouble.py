"""What goes wrong in everyday life ends in a sentence that says what to do, and in nothing half-written."""

from __future__ import annotations

import errno
import os
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from filexfer.client.engine import Engine, EngineSettings
from filexfer.client.run import RunSettings
from filexfer.client.session import connect
from filexfer.client.words import connect_error, local_error
from filexfer.core import errors
from filexfer.core.model import Direction, FileState, Job, JobSpec, JobState
from filexfer.server import Server
from tests.client.conftest import Share
from tests.client.places import snapshot, tree, until


def put(engine: Engine, server: str, source: Path, target: str) -> Job:
    return engine.wait(engine.add(JobSpec(Direction.PUT, server, ((str(source), target),))), 20)


def get(engine: Engine, server: str, source: str, target: Path) -> Job:
    return engine.wait(engine.add(JobSpec(Direction.GET, server, ((source, str(target)),))), 20)


@pytest.fixture
def impatient(engines: Callable[..., Engine]) -> Engine:
    return engines(EngineSettings(run=RunSettings(patience=0.1)))


@pytest.fixture
def silent() -> Iterator[str]:
    """The address of a server that takes connections and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/"


@pytest.fixture
def chatty() -> Iterator[str]:
    """The address of a server that speaks something else."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def run() -> None:
            while True:
                try:
                    connection, _ = listener.accept()
                except OSError:
                    return
                connection.sendall(b"SSH-2.0-OpenSSH_9.2\r\n")
                connection.close()

        threading.Thread(target=run, daemon=True).start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/"
        listener.shutdown(socket.SHUT_RDWR)


def nobody() -> str:
    """An address where nothing listens."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return f"http://127.0.0.1:{listener.getsockname()[1]}/"


def fails(address: str, kind: type[errors.FilexferError], words: str, timeout: float = 10.0) -> None:
    with connect(address, timeout=timeout) as session, pytest.raises(kind) as told:
        session.info()
    assert words in str(told.value)
    assert str(told.value).endswith(".")


def test_a_refused_connection_is_told_in_words() -> None:
    address = nobody()
    fails(address, errors.ConnectionFailed, f"Nothing answers at {address}")


def test_an_unknown_host_is_told_in_words() -> None:
    fails("http://no-such-host.invalid:1/", errors.ConnectionFailed, "No computer is known by the name")


def test_a_socket_that_is_not_there_is_told_in_words(tmp_path: Path) -> None:
    fails(f"unix:{tmp_path}/none.sock", errors.ConnectionFailed, "There is no socket")


def test_a_socket_nobody_listens_on_is_told_in_words(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as left:
        left.bind(str(tmp_path / "left.sock"))
    fails(f"unix:{tmp_path}/left.sock", errors.ConnectionFailed, "Nothing answers")


def test_a_server_that_says_nothing_is_given_up_in_words(silent: str) -> None:
    with connect(silent, timeout=0.2) as session, pytest.raises(errors.ConnectionLost) as told:
        session.call("server_info")
    assert "has not answered for too long" in str(told.value)


def test_a_server_of_another_kind_is_told_in_words(chatty: str) -> None:
    fails(chatty, errors.ConnectionFailed, "not as an XML-RPC server does")


def test_a_web_server_is_told_in_words() -> None:
    from http.server import BaseHTTPRequestHandler, HTTPServer

    with HTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler) as web:
        thread = threading.Thread(target=web.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        fails(f"http://127.0.0.1:{web.server_address[1]}/", errors.ConnectionFailed, "is not an XML-RPC server (HTTP 501")
        web.shutdown()
        thread.join()


def test_the_name_of_a_saved_server_is_no_address_to_connect_to() -> None:
    with connect("home:") as session, pytest.raises(errors.ConnectionFailed, match=r"\.$"):
        session.info()


def test_every_system_error_becomes_one_of_ours_with_a_sentence() -> None:
    for number in errno.errorcode:
        for made in (local_error(OSError(number, os.strerror(number)), "/x/y"), connect_error(OSError(number, "x"), "http://h/")):
            assert isinstance(made, errors.FilexferError)
            assert str(made).endswith(".")
        assert "/x/y" in str(local_error(OSError(number, "x"), "/x/y")) or number in (errno.EMFILE, errno.ENFILE)


def test_a_job_whose_server_is_not_there_fails_at_its_end_of_patience(impatient: Engine, tmp_path: Path) -> None:
    tree(tmp_path / "source", {"a": b"1"})
    job = put(impatient, nobody(), tmp_path / "source", "t")
    assert (job.state, job.error_kind) == (JobState.FAILED, "ConnectionFailed")
    assert "Nothing answers" in job.error


def test_a_job_whose_server_is_not_there_from_the_start_does_not_wait(engine: Engine, tmp_path: Path) -> None:
    tree(tmp_path / "source", {"a": b"1"})
    job = engine.wait(engine.add(JobSpec(Direction.PUT, nobody(), ((str(tmp_path / "source"), "t"),))), 3)
    assert (job.state, job.error_kind) == (JobState.FAILED, "ConnectionFailed")


def test_sources_that_are_not_there_fail_and_the_others_go(share: Share, engine: Engine, tmp_path: Path) -> None:
    source = tree(tmp_path / "source", {"a": b"1"})
    pairs = ((str(tmp_path / "none"), "n"), (str(source), "t"), (str(tmp_path / "also none"), "m"))
    job = engine.wait(engine.add(JobSpec(Direction.PUT, share.address, pairs)), 20)
    assert (job.state, job.files_done, job.files_failed, job.error_kind) == (JobState.FAILED, 1, 2, "NotFound")
    assert str(tmp_path / "none") in job.error
    failed, total = engine.files(job.id, failed_only=True)
    assert (total, [Path(file.source).name for file in failed]) == (2, ["none", "also none"])
    pairs = (("none", str(tmp_path / "back/n")), ("t", str(tmp_path / "back/t")))
    job = engine.wait(engine.add(JobSpec(Direction.GET, share.address, pairs)), 20)
    assert (job.state, job.files_done, job.files_failed, job.error_kind) == (JobState.FAILED, 1, 1, "NotFound")
    assert sorted(os.listdir(tmp_path / "back")) == ["t"]


def test_a_read_only_share_says_that_one_may_not_write(tmp_path: Path, engine: Engine) -> None:
    (tmp_path / "share").mkdir()
    tree(tmp_path / "source", {f"{number}": b"1" for number in range(700)})
    with Server(tmp_path / "share", listen=["http://127.0.0.1:0"], guest="read") as server:
        job = put(engine, server.addresses[0], tmp_path / "source", "t")
    assert (job.state, job.error_kind) == (JobState.FAILED, "Forbidden")
    assert list((tmp_path / "share").iterdir()) == []


def test_a_file_where_a_folder_should_be_fails_in_words_both_ways(share: Share, engine: Engine, tmp_path: Path) -> None:
    source = tree(tmp_path / "source", {"a": b"1", "d/b": b"2", "large": b"l" * 600_000})
    (share.folder / "t").write_bytes(b"in the way")
    job = put(engine, share.address, source, "t")
    assert (job.state, job.error_kind, job.files_done) == (JobState.FAILED, "NotAFolder", 0)
    assert (share.folder / "t").read_bytes() == b"in the way"
    (share.folder / "u/d").parent.mkdir()
    (share.folder / "u/d").write_bytes(b"in the way")
    job = put(engine, share.address, source, "u")
    assert (job.state, job.error_kind, job.files_done) == (JobState.FAILED, "NotAFolder", 2)
    (tmp_path / "here").write_bytes(b"in the way")
    job = get(engine, share.address, "u", tmp_path / "here")
    assert (job.state, job.error_kind) == (JobState.FAILED, "NotAFolder")
    assert (tmp_path / "here").read_bytes() == b"in the way"
    job = get(engine, share.address, "u/a", tmp_path / "here/deep/a")
    assert (job.state, job.error_kind) == (JobState.FAILED, "NotAFolder")


def test_a_folder_where_a_file_should_be_fails_in_words_both_ways(share: Share, engine: Engine, tmp_path: Path) -> None:
    source = tree(tmp_path / "source", {"a": b"1", "large": b"l" * 600_000})
    tree(share.folder / "t", {"a/in": b"1", "large/in": b"1"})
    tree(tmp_path / "here", {"a/in": b"1", "large/in": b"1"})
    job = put(engine, share.address, source, "t")
    assert (job.state, job.files_failed) == (JobState.FAILED, 2)
    before = snapshot(tmp_path / "here", times=False)
    tree(share.folder / "u", {"a": b"1", "large": b"l" * 600_000})
    job = get(engine, share.address, "u", tmp_path / "here")
    assert (job.state, job.files_failed) == (JobState.FAILED, 2)
    assert snapshot(tmp_path / "here", times=False) == before


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_what_may_not_be_read_fails_and_the_others_go(share: Share, engine: Engine, tmp_path: Path) -> None:
    source = tree(tmp_path / "source", {"a": b"1", "b": b"2", "d/c": b"3"})
    (source / "a").chmod(0)
    (source / "d").chmod(0)
    job = put(engine, share.address, source, "t")
    (source / "d").chmod(0o700)
    assert (job.state, job.files_done, job.files_failed) == (JobState.FAILED, 1, 2)
    assert "No permission" in job.error


def test_a_large_source_that_changes_while_it_is_read_is_not_published(share: Share, engine: Engine, tmp_path: Path) -> None:
    source = tree(tmp_path / "source", {"large": os.urandom(12 << 20)})
    job_id = engine.add(JobSpec(Direction.PUT, share.address, ((str(source), "t"),), limit=8 << 20))
    until(lambda: engine.job(job_id).bytes_done > 2 << 20, "some of it is sent")
    with (source / "large").open("r+b") as file:
        file.write(b"changed")
    job = engine.wait(job_id, 20)
    assert (job.state, job.error_kind, job.files_failed) == (JobState.FAILED, "Changed", 1)
    assert "changed while it was read" in job.error
    assert not (share.folder / "t/large").exists()
    assert engine.retry(job_id) is None
    assert engine.wait(job_id, 20).state is JobState.DONE
    assert snapshot(source) == snapshot(share.folder / "t")


def test_a_large_file_that_changes_on_the_server_while_it_is_fetched_is_not_published(
    share: Share, engine: Engine, tmp_path: Path
) -> None:
    tree(share.folder, {"large": os.urandom(12 << 20)})
    job_id = engine.add(JobSpec(Direction.GET, share.address, (("large", str(tmp_path / "in/large")),), limit=8 << 20))
    until(lambda: engine.job(job_id).bytes_done > 2 << 20, "some of it is fetched")
    with (share.folder / "large").open("r+b") as file:
        file.write(b"changed")
    job = engine.wait(job_id, 20)
    assert (job.state, job.error_kind) == (JobState.FAILED, "Changed")
    assert list((tmp_path / "in").rglob("*")) == []


def test_small_sources_that_change_after_the_scan_are_sent_as_they_are(share: Share, engine: Engine, tmp_path: Path) -> None:
    """The scan runs ahead of a slow job; what it saw is old by the time a file is read."""
    source = tree(tmp_path / "source", {f"{number:04}": b"x" * 100_000 for number in range(60)})
    job_id = engine.add(JobSpec(Direction.PUT, share.address, ((str(source), "t"),), limit=3 << 20))
    until(lambda: not engine.job(job_id).scanning and engine.job(job_id).files_total == 60, "the scan is over")
    (source / "0057").write_bytes(b"longer" * 30_000)
    (source / "0058").unlink()
    (source / "0059").write_bytes(b"short")
    job = engine.wait(job_id, 20)
    assert (job.state, job.files_done, job.files_failed, job.error_kind) == (JobState.FAILED, 59, 1, "NotFound")
    assert (share.folder / "t/0057").read_bytes() == b"longer" * 30_000
    assert (share.folder / "t/0059").read_bytes() == b"short"
    assert job.bytes_done == 57 * 100_000 + 180_000 + 5


def test_a_full_disk_here_stops_a_fetch_in_words(share: Share, engine: Engine, tmp_path: Path) -> None:
    # A sparse file larger than any disk of this machine.
    with (share.folder / "huge").open("wb") as file:
        file.truncate(1 << 43)
    tree(share.folder, {"a": b"1"})
    job = get(engine, share.address, "huge", tmp_path / "in/huge")
    assert (job.state, job.error_kind) == (JobState.FAILED, "NoSpace")
    assert not list((tmp_path / "in").rglob("*"))


def test_a_full_disk_there_stops_a_put_in_words(share: Share, engine: Engine, tmp_path: Path) -> None:
    tree(tmp_path / "source", {"a": b"1"})
    with (tmp_path / "source/huge").open("wb") as file:
        file.truncate(1 << 43)
    job = put(engine, share.address, tmp_path / "source", "t")
    assert (job.state, job.error_kind) == (JobState.FAILED, "NoSpace")
    assert not (share.folder / "t/huge").exists()


def test_failed_files_are_listed_with_their_sentences(share: Share, engine: Engine, tmp_path: Path) -> None:
    source = tree(tmp_path / "source", {"a": b"1", "b": b"2", "c": b"3"})
    tree(share.folder / "t", {"b": b"other"})
    job = put(engine, share.address, source, "t")
    assert (job.state, job.files_done, job.files_failed, job.error_kind) == (JobState.FAILED, 2, 1, "AlreadyExists")
    (failed,), total = engine.files(job.id, failed_only=True)
    assert (failed.source, failed.target, failed.size, failed.state, total) == (str(source / "b"), "t/b", 1, FileState.FAILED, 1)
    assert failed.error == job.error
    assert failed.error_kind == "AlreadyExists"
    assert {file.target: file.state for file in engine.files(job.id)[0]} == {
        "t/a": FileState.DONE,
        "t/b": FileState.FAILED,
        "t/c": FileState.DONE,
    }
    (share.folder / "t/b").unlink()
    engine.retry(job.id)
    job = engine.wait(job.id, 20)
    assert (job.state, job.error, job.files_done, job.files_failed) == (JobState.DONE, "", 3, 0)
    assert engine.files(job.id, failed_only=True) == ([], 0)


def test_a_spec_that_cannot_be_is_refused_at_once(engine: Engine, tmp_path: Path) -> None:
    for spec, kind in (
        (JobSpec(Direction.PUT, "http://localhost:1/", ()), errors.BadParameters),
        (JobSpec(Direction.PUT, "http://localhost:1/", (("relative", "t"),)), errors.BadParameters),
        (JobSpec(Direction.GET, "http://localhost:1/", (("t", "relative"),)), errors.BadParameters),
        (JobSpec(Direction.PUT, "http://localhost:1/", ((str(tmp_path), "../t"),)), errors.InvalidPath),
        (JobSpec(Direction.GET, "http://localhost:1/", (("a//b", str(tmp_path)),)), errors.InvalidPath),
        (JobSpec(Direction.PUT, "nonsense", ((str(tmp_path), "t"),)), errors.BadParameters),
    ):
        with pytest.raises(kind):
            engine.add(spec)
    assert engine.jobs() == []
