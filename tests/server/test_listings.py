"""Listings page by page: exactly once each, bounded, repeatable, and *changed* when they are not held any more."""

from __future__ import annotations

import itertools
import threading
import tracemalloc
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from xmlrpc.client import Fault

import pytest

from filexfer.core.errors import Changed, StorageFailed
from filexfer.core.model import Entry, Kind
from filexfer.server.listings import Listings, Page


def entries(count: int) -> Iterator[Entry]:
    return (Entry(str(n), Kind.FILE, 0, 0) for n in range(count))


def names(page: Page) -> list[str]:
    return [entry.name for entry in page.entries()]


def test_every_entry_appears_once_though_others_come_and_go(proxy, running) -> None:
    stays = {f"stays {n}" for n in range(500)}
    for name in stays | {f"goes {n}" for n in range(100)}:
        (running.folder / name).touch()
    page = proxy.file_list("", {"limit": 7})
    found = [entry["name"] for entry in page["entries"]]
    for n in itertools.count():
        assert len(page["entries"]) <= 7
        if not page["next"]:
            break
        if n < 100:
            (running.folder / f"goes {n}").unlink()
            (running.folder / f"comes {n}").touch()
        page = proxy.file_list("", {"limit": 7, "cursor": page["next"]})
        found += [entry["name"] for entry in page["entries"]]
    assert sorted(name for name in found if name.startswith("stays")) == sorted(stays)
    assert len(found) == len(set(found))


def test_a_page_asked_for_again_is_the_same_page(proxy, running) -> None:
    for n in range(30):
        (running.folder / str(n)).touch()
    cursor = proxy.file_list("", {"limit": 10})["next"]
    once = proxy.file_list("", {"limit": 10, "cursor": cursor})
    assert proxy.file_list("", {"limit": 10, "cursor": cursor}) == once
    last = proxy.file_list("", {"limit": 10, "cursor": once["next"]})
    assert len(last["entries"]) == 10
    assert last["next"] == ""
    assert proxy.file_list("", {"limit": 10, "cursor": once["next"]}) == last


def test_a_tree_is_listed_depth_first(proxy, running) -> None:
    (running.folder / "a" / "b").mkdir(parents=True)
    (running.folder / "a" / "b" / "c").write_bytes(b"xyz")
    found = proxy.file_list("", {"recursive": True})["entries"]
    assert [(entry["name"], entry["kind"], entry["size"]) for entry in found] == [
        ("a", "folder", 0),
        ("a/b", "folder", 0),
        ("a/b/c", "file", 3),
    ]


def test_our_own_area_is_never_listed(proxy, running) -> None:
    proxy.upload_open("x", 1 << 20)
    assert (running.folder / ".filexfer").is_dir()
    assert proxy.file_list("", {"recursive": True})["entries"] == []
    with pytest.raises(Fault):
        proxy.file_list(".filexfer")


@pytest.mark.parametrize("cursor", ["x", "x.1", "\u00b2", "...", "a" * 5000])
def test_a_cursor_that_is_none_is_changed(proxy, cursor: str) -> None:
    with pytest.raises(Fault) as caught:
        proxy.file_list("", {"cursor": cursor})
    assert caught.value.faultCode == 107


def test_the_oldest_listing_of_a_device_gives_way_to_its_newest() -> None:
    held = Listings(most=4, seconds=60, entries=1000)
    cursors = [held.begin("greedy", entries(10), 3)[1] for _ in range(3)]
    other = held.begin("other", entries(10), 3)[1]
    with pytest.raises(Changed):
        held.next("greedy", cursors[0], 3)
    for cursor in cursors[1:]:
        assert names(held.next("greedy", cursor, 3)[0]) == ["3", "4", "5"]
    assert names(held.next("other", other, 3)[0]) == ["3", "4", "5"]


def test_a_listing_is_its_devices_own() -> None:
    held = Listings(most=4, seconds=60, entries=1000)
    cursor = held.begin("one", entries(10), 3)[1]
    with pytest.raises(Changed):
        held.next("two", cursor, 3)
    assert names(held.next("one", cursor, 3)[0]) == ["3", "4", "5"]


def test_an_idle_listing_is_closed() -> None:
    closed = []

    def scan() -> Iterator[Entry]:
        try:
            yield from entries(10)
        finally:
            closed.append(True)

    held = Listings(most=4, seconds=0.0, entries=1000)
    cursor = held.begin("one", scan(), 3)[1]
    held.begin("one", entries(10), 3)
    assert closed == [True]
    with pytest.raises(Changed):
        held.next("one", cursor, 3)


def test_an_idle_listing_is_closed_by_the_clock(serve) -> None:
    running = serve(listing_seconds=0.1)
    for n in range(10):
        (running.folder / str(n)).touch()
    closed = threading.Event()

    def scan() -> Iterator[Entry]:
        try:
            yield from entries(10)
        finally:
            closed.set()

    listings = running.server.current_share().listings
    cursor = listings.begin("d", scan(), 3)[1]
    assert closed.wait(20)
    with pytest.raises(Changed):
        listings.next("d", cursor, 3)


def test_a_listing_that_is_being_read_gives_way_behind_its_page() -> None:
    at_work, go_on = threading.Event(), threading.Event()

    def slow() -> Iterator[Entry]:
        yield from entries(3)
        at_work.set()
        go_on.wait(20)
        yield from entries(3)

    held = Listings(most=2, seconds=60, entries=1000)
    cursor = held.begin("d", slow(), 2)[1]
    with ThreadPoolExecutor(2) as others:
        reading = others.submit(held.next, "d", cursor, 3)
        assert at_work.wait(20)
        beginning = others.submit(held.begin, "d", entries(9), 3)
        with pytest.raises(TimeoutError):  # it waits
            beginning.result(0.2)
        go_on.set()
        page, following = reading.result(20)
        assert names(page) == ["2", "0", "1"]
        assert beginning.result(20)[1]
    with pytest.raises(Changed):
        held.next("d", following, 3)


def test_a_scan_that_failed_does_not_look_complete() -> None:
    def failing() -> Iterator[Entry]:
        yield from entries(5)
        raise StorageFailed

    held = Listings(most=4, seconds=60, entries=1000)
    cursor = held.begin("d", failing(), 3)[1]
    with pytest.raises(StorageFailed):
        held.next("d", cursor, 3)
    with pytest.raises(Changed):
        held.next("d", cursor, 3)


def test_pages_kept_to_be_asked_for_again_are_bounded() -> None:
    held = Listings(most=20, seconds=60, entries=100)
    begun = [held.begin(device, entries(1000), 1)[1] for device in ("a", "a", "a", "b")]
    once = [held.next(device, cursor, 20) for device, cursor in zip("aaab", begun, strict=True)]
    # A device keeps half of all: two pages of three.
    with pytest.raises(Changed):
        held.next("a", begun[0], 20)
    for device, cursor, answer in list(zip("aaab", begun, once, strict=True))[1:]:
        assert held.next(device, cursor, 20) == answer
    assert sum(len(one.last or ()) for one in held._held.values()) == 60
    # The listing itself goes on.
    assert names(held.next("a", once[0][1], 2)[0]) == ["21", "22"]


def test_what_is_kept_of_a_listing_takes_less_than_objects_would() -> None:
    held = Listings(most=4, seconds=60, entries=10_000)
    cursor = held.begin("d", (Entry(f"file {n:07}", Kind.FILE, n, 1 << 60 | n) for n in range(5000)), 1)[1]
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        held.next("d", cursor, 5000)
        kept = tracemalloc.get_traced_memory()[0] - before
    finally:
        tracemalloc.stop()
    assert kept < 60 * 5000
