"""What people drop: several things at once, nothing at all, links, files that cannot be read, vanish, grow, have no bytes, or
names that no text holds. Each ends in the list of transfers with a true state, and with words where something was not sent."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QMimeData, Qt

from filexfer.core.model import FileState, Job, JobState
from filexfer.gui.dragging import drops
from filexfer.gui.dragging.sheet import Sheet
from filexfer.gui.kit import words
from filexfer.protocol import wire
from tests.gui.conftest import OwnAgent, Place
from tests.gui.person import Person

MIB = 1 << 20


@pytest.fixture
def slowly(agent: OwnAgent) -> Iterator[Callable[[int], None]]:
    """Sets how fast transfers are, in bytes a second; no limit in the end."""
    with agent.session() as session:

        def limit(rate: int) -> None:
            session.call("limit_set", {"rate": rate})

        limit(MIB)
        yield limit
        limit(0)


def drop(person: Person, place: Place, *sources: Path) -> None:
    person.go(place.location)
    assert person.drop(sources, person.in_pane) == Qt.DropAction.CopyAction


def ended(person: Person) -> Job:
    """The one job, once it is over."""
    person.wait(lambda: len(person.jobs) == 1 and person.jobs[0].state.ended)
    return person.jobs[0]


def outcomes(agent: OwnAgent, job: Job) -> dict[str, tuple[FileState, str]]:
    """What the list of the job's files says of each, by the name it was dropped as."""
    with agent.session() as session:
        answer: Any = session.call("job_files", job.id, {})
    files = [wire.job_file_of(one) for one in answer["files"]]
    return {os.path.basename(one.source): (one.state, one.error) for one in files}


def there(place: Place) -> dict[bytes, bytes | None]:
    """Files with their bytes, folders with None, below the place."""
    top = os.fsencode(place.folder)
    found: dict[bytes, bytes | None] = {}
    for folder, folders, files in os.walk(top):
        folders[:] = [name for name in folders if name != b".filexfer"]
        for name in folders:
            found[os.path.relpath(os.path.join(folder, name), top)] = None
        for name in files:
            with open(os.path.join(folder, name), "rb") as file:
                found[os.path.relpath(os.path.join(folder, name), top)] = file.read()
    return found


def test_several_folders_and_files_mixed(person: Person, place: Place, tmp_path: Path) -> None:
    for name in ("one/a", "one/deep/b", "two/c"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(name.encode())
    (tmp_path / "x.txt").write_bytes(b"x")
    (tmp_path / "large").write_bytes(os.urandom(3 * MIB + 1))
    drop(person, place, tmp_path / "one", tmp_path / "x.txt", tmp_path / "two", tmp_path / "large")
    job = ended(person)
    assert (job.state, job.files_done, job.files_total) == (JobState.DONE, 5, 5)
    assert person.window.jobs.title(job) == "one and 3 more"
    large = (tmp_path / "large").read_bytes()
    assert there(place) == {
        b"one": None, b"one/deep": None, b"two": None, b"one/a": b"one/a", b"one/deep/b": b"one/deep/b", b"two/c": b"two/c",
        b"x.txt": b"x", b"large": large,
    }  # fmt: skip


def test_an_empty_folder_arrives(person: Person, place: Place, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    drop(person, place, tmp_path / "empty")
    job = ended(person)
    assert (job.state, job.files_total) == (JobState.DONE, 0)
    assert there(place) == {b"empty": None}


def test_files_without_a_byte_arrive(person: Person, place: Place, tmp_path: Path) -> None:
    (tmp_path / "zero").touch()
    (tmp_path / "tree").mkdir()
    (tmp_path / "tree" / "nothing").touch()
    drop(person, place, tmp_path / "zero", tmp_path / "tree")
    job = ended(person)
    assert (job.state, job.files_done, job.bytes_total) == (JobState.DONE, 2, 0)
    assert there(place) == {b"zero": b"", b"tree": None, b"tree/nothing": b""}


def test_a_link_that_was_dropped_sends_what_it_means_and_one_inside_is_left_out_in_words(
    person: Person, place: Place, tmp_path: Path, agent: OwnAgent
) -> None:
    (tmp_path / "file").write_bytes(b"content")
    (tmp_path / "shortcut").symlink_to("file")
    (tmp_path / "tree").mkdir()
    (tmp_path / "tree" / "inside").symlink_to("/etc/hostname")
    (tmp_path / "tree" / "a").write_bytes(b"a")
    drop(person, place, tmp_path / "shortcut", tmp_path / "tree")
    job = ended(person)
    assert (job.state, job.files_done, job.files_skipped) == (JobState.DONE, 2, 1)
    state, why = outcomes(agent, job)["inside"]
    assert state is FileState.SKIPPED
    assert "symbolic link" in why
    assert there(place) == {b"shortcut": b"content", b"tree": None, b"tree/a": b"a"}


def test_a_link_to_nothing_is_told(person: Person, place: Place, tmp_path: Path, agent: OwnAgent) -> None:
    (tmp_path / "dangling").symlink_to("nowhere")
    drop(person, place, tmp_path / "dangling")
    job = ended(person)
    assert (job.state, job.files_failed) == (JobState.FAILED, 1)
    assert "not there" in job.error


#: A regular file that the system lets nobody read, root neither (sysctl/vm.rst: write-only).
WRITE_ONLY = Path("/proc/sys/vm/compact_memory")


def test_a_file_that_may_not_be_read_is_told_and_the_others_arrive(
    person: Person, place: Place, tmp_path: Path, agent: OwnAgent
) -> None:
    fine, secret = tmp_path / "fine", tmp_path / "secret"
    fine.write_bytes(b"x")
    secret.write_bytes(b"mine")
    secret.chmod(0)
    if os.access(secret, os.R_OK):  # root reads every file, whatever its rights
        secret = WRITE_ONLY
        if not secret.exists() or os.access(secret, os.R_OK):
            pytest.skip("everything can be read here")
    drop(person, place, fine, secret)
    job = ended(person)
    assert (job.state, job.files_done, job.files_failed, job.files_total) == (JobState.FAILED, 1, 1, 2)
    assert outcomes(agent, job)["fine"] == (FileState.DONE, "")
    state, why = outcomes(agent, job)[secret.name]
    assert state is FileState.FAILED
    assert f"No permission for “{secret}”" in why
    assert "1 of 2 not moved" in words.job_facts(job)
    assert there(place) == {b"fine": b"x"}


@pytest.fixture
def under_way(person: Person, place: Place, tmp_path: Path, slowly: Callable[[int], None]) -> Path:
    """A folder of thirty files, the first of which are on their way; all have been seen."""
    tree = tmp_path / "tree"
    tree.mkdir()
    for number in range(30):
        (tree / f"f{number:02}").write_bytes(os.urandom(200_000))
    drop(person, place, tree)
    person.wait(lambda: person.jobs and person.jobs[0].bytes_done > 0 and not person.jobs[0].scanning)
    assert person.jobs[0].state is JobState.RUNNING
    return tree


def test_a_file_that_vanishes_under_way_is_told_and_the_others_arrive(
    person: Person, place: Place, agent: OwnAgent, under_way: Path, slowly: Callable[[int], None]
) -> None:
    (under_way / "f29").unlink()
    slowly(0)
    job = ended(person)
    assert (job.state, job.files_done, job.files_failed, job.files_total) == (JobState.FAILED, 29, 1, 30)
    state, why = outcomes(agent, job)["f29"]
    assert state is FileState.FAILED
    assert "not there (any more)" in why
    assert len(there(place)) == 30, "the folder and 29 files"


def test_a_file_that_grows_before_its_turn_arrives_as_it_is_then(
    person: Person, place: Place, under_way: Path, slowly: Callable[[int], None]
) -> None:
    with (under_way / "f29").open("ab") as file:
        file.write(b"more" * 1000)
    slowly(0)
    job = ended(person)
    assert (job.state, job.files_done) == (JobState.DONE, 30)
    assert job.bytes_done == job.bytes_total == 30 * 200_000 + 4000
    assert there(place)[b"tree/f29"] == (under_way / "f29").read_bytes()


def test_a_large_file_that_grows_while_it_is_sent_is_told_and_no_half_of_it_is_seen(
    person: Person, place: Place, tmp_path: Path, agent: OwnAgent, slowly: Callable[[int], None]
) -> None:
    file = tmp_path / "log"
    file.write_bytes(os.urandom(6 * MIB))
    drop(person, place, file)
    person.wait(lambda: person.jobs and person.jobs[0].bytes_done > 0)
    with file.open("ab") as more:
        more.write(b"more")
    slowly(0)
    job = ended(person)
    assert (job.state, job.files_failed) == (JobState.FAILED, 1)
    assert "changed" in outcomes(agent, job)["log"][1]
    assert there(place) == {}
    # Holding still, it goes through.
    person.press("retry", "log")
    person.wait_job("log", JobState.DONE)
    assert there(place) == {b"log": file.read_bytes()}


#: No XML can hold these (production [2] Char), no text the last one.
NAMES = (b"tab\tand\rreturn", b"bell\x07", b"line\nbreak", b"not utf-8 \xff\xfe", "half \ufffe".encode())


def test_names_that_no_xml_can_hold_arrive_as_they_are(person: Person, place: Place, tmp_path: Path, agent: OwnAgent) -> None:
    tree = os.fsencode(tmp_path / "tree")
    os.mkdir(tree)
    for name in NAMES:
        with open(os.path.join(tree, name), "wb") as file:
            file.write(name)
    os.mkdir(os.path.join(tree, b"folder\x01\xff"))
    drop(person, place, tmp_path / "tree")
    job = ended(person)
    assert (job.state, job.files_done) == (JobState.DONE, len(NAMES))
    folders: dict[bytes, bytes | None] = {b"tree": None, b"tree/folder\x01\xff": None}
    assert there(place) == folders | {b"tree/" + name: name for name in NAMES}
    person.go(place.location.into("tree"))
    assert "bell\\x07" in person.rows, "shown so that it can be seen"


@pytest.mark.parametrize("name", NAMES)
def test_such_a_file_dropped_by_itself_arrives(person: Person, place: Place, tmp_path: Path, name: bytes) -> None:
    path = os.path.join(os.fsencode(tmp_path), name)
    with open(path, "wb") as file:
        file.write(b"content")
    person.go(place.location)
    mime = QMimeData()
    mime.setUrls([drops.url_of(os.fsdecode(path))])
    person.window.actions_.take_drop(*drops.local_paths(mime), place.location)
    job = ended(person)
    assert (job.state, job.error) == (JobState.DONE, "")
    assert there(place) == {name: b"content"}


def test_what_was_gone_before_it_was_looked_at_is_told(person: Person, place: Place, tmp_path: Path, agent: OwnAgent) -> None:
    (tmp_path / "here").write_bytes(b"x")
    drop(person, place, tmp_path / "gone", tmp_path / "here")
    job = ended(person)
    assert (job.state, job.files_done, job.files_failed) == (JobState.FAILED, 1, 1)
    assert "not there" in outcomes(agent, job)["gone"][1]
    assert there(place) == {b"here": b"x"}


def test_a_file_where_a_folder_should_go_is_asked_about_and_told(
    person: Person, place: Place, tmp_path: Path, agent: OwnAgent
) -> None:
    (tmp_path / "tree").mkdir()
    (tmp_path / "tree" / "a").write_bytes(b"mine")
    (place.folder / "tree").write_bytes(b"a file of theirs")
    drop(person, place, tmp_path / "tree")
    sheet = person.dialog()
    assert isinstance(sheet, Sheet)
    person.wait(lambda: sheet.rows.lines["blocked"][1].text() == "1")
    person.click(sheet.go)
    job = ended(person)
    assert job.state is JobState.FAILED
    assert job.error
    assert there(place) == {b"tree": b"a file of theirs"}
