"""What the window says, and how it remembers: figures, states, locations, drops, addresses."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from PySide6.QtCore import QDateTime, QMimeData, QUrl
from PySide6.QtWidgets import QApplication

from filexfer.core.errors import FilexferError, InvalidPath
from filexfer.core.model import Direction, Job, JobSpec, JobState
from filexfer.gui.dragging import drops
from filexfer.gui.kit import words
from filexfer.gui.kit.location import Location, Trail
from filexfer.gui.kit.settings import Memory
from filexfer.gui.servers.code_entry import cursor_in, grouped, is_code, read_address

NOW = QDateTime.fromString("2026-03-10T12:00:00", "yyyy-MM-ddTHH:mm:ss")


def _ns(text: str) -> int:
    return QDateTime.fromString(text, "yyyy-MM-ddTHH:mm:ss").toMSecsSinceEpoch() * 1_000_000


@pytest.mark.parametrize(
    ("count", "said"), [(0, "0 B"), (812, "812 B"), (1000, "1.0 kB"), (4_200_000, "4.2 MB"), (812_000_000_000, "812.0 GB")]
)
def test_sizes_are_said_in_units_people_know(look: QApplication, count: int, said: str) -> None:
    assert words.size(count) == said


def test_a_time_is_said_as_seen_from_today(look: QApplication) -> None:
    assert words.moment(_ns("2026-03-10T10:12:00"), NOW) == "today 10:12"
    assert words.moment(_ns("2026-03-09T23:59:00"), NOW) == "yesterday 23:59"
    assert words.moment(_ns("2026-03-08T23:59:00"), NOW) == "2026-03-08 23:59"


@pytest.mark.parametrize(("seconds", "said"), [(0.2, "1 s"), (12, "12 s"), (200, "3 min"), (7000, "1 h 57 min")])
def test_durations_are_rounded_to_what_matters(seconds: float, said: str) -> None:
    assert words.duration(seconds) == said


def _job(state: JobState, **more: object) -> Job:
    return Job(1, JobSpec(Direction.PUT, "http://a:1/", (("/x", "x"),)), state, **more)  # type: ignore[arg-type]


def test_a_running_job_says_how_much_how_fast_how_long_and_what_it_waits_for(look: QApplication) -> None:
    job = _job(JobState.RUNNING, files_total=1690, files_done=1204, bytes_total=9, rate=98e6, seconds_left=12.0, waits_for="disk")
    assert words.job_facts(job) == "1,204 of 1,690 · 98.0 MB/s · 12 s · waiting for their disk"


def test_a_job_whose_server_is_away_says_for_whom_it_waits_and_how_far_it_came(look: QApplication) -> None:
    job = _job(JobState.WAITING, files_total=3, waits_for="server")
    assert words.job_facts(job, "studio") == "Waiting for studio"
    assert words.job_facts(job) == "Waiting for http://a:1"
    begun = _job(JobState.WAITING, files_total=3, files_done=1, waits_for="server")
    assert words.job_facts(begun, "studio") == "1 of 3 · Waiting for studio"


@pytest.mark.parametrize("state", list(JobState))
def test_every_state_of_a_job_has_a_word(look: QApplication, state: JobState) -> None:
    job = _job(state, files_total=2, files_done=1, bytes_total=10, bytes_done=5)
    assert words.job_state(job)
    if state is not JobState.RUNNING:
        assert words.job_state(job) in words.job_facts(job)


def test_going_back_and_forward_behaves_as_in_a_browser() -> None:
    trail = Trail()
    first, second, third = (Location("s", path) for path in ("", "a", "a/b"))
    for location in (first, second, third):
        trail.go(location)
    assert trail.back() == second
    assert trail.back() == first
    assert not trail.can_back
    assert trail.forward() == second
    trail.go(Location("s", "c"))
    assert not trail.can_forward
    assert trail.back() == second


def test_a_location_shows_hostile_names_without_their_effect() -> None:
    here = Location("s", "a\x1b[31m/\udcff", "studio\u202e")
    assert here.words == "studio\\u202e › a\\x1b[31m › \\xff"


def test_dropped_names_that_are_no_text_keep_their_bytes(look: QApplication) -> None:
    mime = QMimeData()
    mime.setUrls([QUrl.fromEncoded(b"file:///tmp/%FF%FEx%20y"), QUrl("https://example.org/a"), QUrl.fromLocalFile("/tmp/d/")])
    local, foreign = drops.local_paths(mime)
    assert [os.fsencode(path) for path in local] == [b"/tmp/\xff\xfex y", b"/tmp/d"]
    assert foreign == ["https://example.org/a"]


def test_very_many_dropped_paths_are_those_that_few_would_be(look: QApplication) -> None:
    def read(count: int, *others: QUrl) -> tuple[list[str], list[str]]:
        odd = [
            b"file:///tmp/%FF%FE%23a%3Fb%20y%25",
            b"file:///tmp/line%0Aend%0D",
            b"file:///tmp/d/",
            b"file:///",
            "file:///é".encode(),
        ]
        mime = QMimeData()
        urls = [QUrl.fromEncoded(one) for one in odd]
        mime.setUrls([*urls, *(QUrl.fromLocalFile(f"/tmp/file:/{number}.txt") for number in range(count)), *others])
        local, foreign = drops.local_paths(mime)
        assert isinstance(local, drops.ManyPaths) is (count >= drops.MANY and not others)
        assert len(local) == count + len(odd)
        return list(local), foreign

    few, many = read(drops.MANY - 10), read(drops.MANY)
    assert many[0][: len(few[0])] == few[0]
    assert many[0][-1] == f"/tmp/file:/{drops.MANY - 1}.txt"
    assert read(drops.MANY, QUrl("https://example.org/a")) == (many[0], ["https://example.org/a"])


@pytest.mark.parametrize(
    ("typed", "address"),
    [
        ("studio.local", "https://studio.local:8765/"),
        (" 192.168.1.5:9000/Photos/2026 ", "https://192.168.1.5:9000/Photos/2026"),
        ("[::1]:9000", "https://[::1]:9000/"),
        ("http://a:1/b%20c", "http://a:1/b%20c"),
        ("unix:/run/x.sock", "unix:/run/x.sock"),
    ],
)
def test_an_address_is_read_as_people_type_it(typed: str, address: str) -> None:
    assert str(read_address(typed)) == address


@pytest.mark.parametrize("typed", ["", "ht!tp://x", "ftp://a/", "http://me:secret@a/", "http://a:99999/", "a b"])
def test_what_is_no_address_is_refused_in_a_sentence(typed: str) -> None:
    with pytest.raises(FilexferError) as caught:
        read_address(typed)
    assert str(caught.value).endswith(".")
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("", ""),
        ("abcd", "ABCD"),
        ("abcde", "ABCD-E"),
        ("ABCD-", "ABCD"),
        ("ab cd-e0 1", "ABCD-EOI"),
        ("abcdefghijklmnop", "ABCD-EFGH-IJKL-MNOP"),
        (" ABCD\u2011EFGH IJKL mn0p\t", "ABCD-EFGH-IJKL-MNOP"),
        ("abcdefghijklmnopq", None),
        ("abc8", None),
        ("studio.local", None),
        ("filexfer://a", None),
    ],
)
def test_a_code_is_grouped_as_it_is_typed(typed: str, shown: str | None) -> None:
    assert grouped(typed) == shown


@pytest.mark.parametrize(("letters", "place"), [(0, 0), (1, 1), (4, 4), (5, 6), (8, 9), (16, 19)])
def test_the_cursor_stays_behind_its_letter(letters: int, place: int) -> None:
    assert cursor_in("ABCD-EFGH-IJKL-MNOP", letters) == place


@pytest.mark.parametrize(
    "text", ["abcdefghijkl0nop", "ABCD-EFGH-IJKL-MNOP", "ABCD-EFGH-IJKL-MN", "ABCD-EFGH-IJKL-8888", "abcd-efgh-ijkl-"]
)
def test_what_is_meant_as_a_code_is_no_address(text: str) -> None:
    assert is_code(text)


@pytest.mark.parametrize(
    "text", ["", "studio", "attic-pi", "east-wing", "livingroomserver.local", "192.168.1.5", "https://a/", "abcd-efgh"]
)
def test_a_computer_is_no_code(text: str) -> None:
    assert not is_code(text)


def test_a_countdown_has_minutes_and_seconds() -> None:
    assert [words.countdown(seconds) for seconds in (600, 599, 61, 9, 0)] == ["10:00", "9:59", "1:01", "0:09", "0:00"]


def test_the_last_folder_is_remembered_even_if_its_name_is_no_text(tmp_path: Path) -> None:
    memory = Memory(tmp_path / "w.ini")
    last = Location("http://a:1/", "x/\udcff\x01", "studio")
    memory.last = last
    memory.downloads = "/home/anna/Downloads"
    memory.sort = ("size", True)
    memory.save()
    again = Memory(tmp_path / "w.ini")
    assert again.last == last
    assert again.folder_of("http://a:1/") == last.path
    assert again.folder_of("http://b:1/") == ""
    assert (again.downloads, again.sort) == ("/home/anna/Downloads", ("size", True))
    again.last = None
    assert again.last is None


def test_a_path_typed_with_a_dotdot_is_refused() -> None:
    with pytest.raises(InvalidPath):
        read_address("http://a:1/../x")
