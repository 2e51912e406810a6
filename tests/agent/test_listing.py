"""The sorting core of views: columns in, columns out."""

from __future__ import annotations

import random
from array import array

import pytest
from hypothesis import given
from hypothesis import strategies as st

from filexfer.agent import listing as listing_module
from filexfer.agent.listing import FETCH_ROWS, Listing, Query
from filexfer.core import paths
from filexfer.core.errors import BadParameters, NotWellFormed
from filexfer.core.model import Entry, Kind
from filexfer.protocol import wire


def filled(*entries: Entry, page: int = 1000) -> Listing:
    made = Listing()
    for at in range(0, len(entries), page):
        made.add(wire.pack(entries[at : at + page]))
    return made


def named(*names: str) -> Listing:
    return filled(*(Entry(name, Kind.FILE, 0, 0) for name in names))


def shown(listing: Listing, query: Query = Query(hidden=True)) -> list[str]:  # noqa: B008
    return [entry.name for entry in wire.unpack(listing.rows(listing.order(query)))]


def test_names_sort_as_people_count_in_any_case() -> None:
    wanted = ["0.txt", "a1", "a2", "A9", "a10", "a10b", "a100", "B", "b1", "c-2", "c2", "é1", "f", "z"]
    mixed = wanted.copy()
    random.Random(3).shuffle(mixed)
    assert shown(named(*mixed)) == wanted


def test_numbers_longer_than_any_machine_word_sort_by_value() -> None:
    wanted = ["9", "10", "9" * 25, "1" + "0" * 25, "1" + "0" * 30]
    assert shown(named(*reversed(wanted))) == wanted


def test_leading_zeros_do_not_count() -> None:
    wanted = ["p1", "p002", "p3", "p0010", "p011", "p100"]
    assert shown(named(*reversed(wanted))) == wanted


def test_names_that_count_as_equal_keep_one_order_whatever_the_disk_says() -> None:
    assert shown(named("a01", "A1", "a1", "a001")) == shown(named("a001", "a1", "A1", "a01"))


def test_folders_stand_first_and_sizes_and_times_sort_both_ways() -> None:
    listing = filled(
        Entry("b", Kind.FILE, 5, 30),
        Entry("z", Kind.FOLDER, 0, 20),
        Entry("a", Kind.FILE, 7, 10),
        Entry("y", Kind.FOLDER, 0, 40),
        Entry("c", Kind.LINK, 5, 50),
    )
    assert shown(listing) == ["y", "z", "a", "b", "c"]
    assert shown(listing, Query(sort="size")) == ["y", "z", "b", "c", "a"]
    assert shown(listing, Query(sort="size", descending=True)) == ["y", "z", "a", "b", "c"]
    assert shown(listing, Query(sort="mtime")) == ["z", "y", "a", "b", "c"]
    assert shown(listing, Query(sort="mtime", descending=True, folders_first=False)) == ["c", "y", "b", "z", "a"]
    assert shown(listing, Query(descending=True, folders_first=False)) == ["z", "y", "c", "b", "a"]


def test_filter_finds_parts_of_names_in_any_case_with_accents_or_without() -> None:
    listing = named("Café.txt", "cafe\u0301 2", "CAFETIÈRE", "tea", ".cafe")
    assert shown(listing, Query(filter="CAFÉ")) == ["cafe\u0301 2", "Café.txt", "CAFETIÈRE"]
    assert shown(listing, Query(filter="cafe")) == ["cafe\u0301 2", "Café.txt", "CAFETIÈRE"]
    assert shown(listing, Query(filter="tiere")) == ["CAFETIÈRE"]
    assert shown(listing, Query(filter="cafe", hidden=True))[0] == ".cafe"
    assert shown(listing, Query(filter="coffee")) == []


def test_ids_of_rows_stay_when_they_are_sorted_anew() -> None:
    listing = filled(*(Entry(f"n{i}", Kind.FILE, (i * 37) % 101, i) for i in range(500)))

    def ids(query: Query) -> dict[str, int]:
        packed = listing.rows(listing.order(query))
        numbers = array("I", packed["ids"])
        return dict(zip(packed["names"].decode().split("\0"), numbers, strict=True))

    by_name = ids(Query())
    assert len(set(by_name.values())) == 500
    assert ids(Query(sort="size", descending=True)) == by_name
    found = ids(Query(filter="77"))
    assert found.items() <= by_name.items()
    assert set(found) == {"n77", "n177", "n277", "n377", "n477"}


@given(
    st.lists(
        st.tuples(
            st.binary(min_size=1, max_size=12),
            st.sampled_from(list(Kind)),
            st.integers(0, 2**64 - 1),
            st.integers(-(2**63), 2**63 - 1),
        )
    )
)
def test_what_went_in_comes_out_whatever_the_bytes(rows: list[tuple[bytes, Kind, int, int]]) -> None:
    entries = [
        Entry(paths.decode(name.replace(b"\0", b"0").replace(b"/", b"1").replace(b".", b"d")), kind, size, time)
        for name, kind, size, time in rows
    ]
    listing = filled(*entries, page=3)
    for query in (Query(hidden=True), Query(sort="size", hidden=True), Query(sort="mtime", descending=True, hidden=True)):
        out = wire.unpack(listing.rows(listing.order(query)))
        assert sorted(out, key=repr) == sorted(entries, key=repr)
    for i, entry in enumerate(out):
        assert (
            out[listing.find(listing.order(Query(sort="mtime", descending=True, hidden=True)), entry.name, 0, True)].name
            == out[i].name
        )


def test_names_a_folder_cannot_hold_are_left_out_with_their_columns() -> None:
    listing = named("good", "../../evil", "..", "also/bad", "fine")
    assert shown(listing) == ["fine", "good"]
    assert len(listing) == 2


@pytest.mark.parametrize(
    "broken",
    [
        [],
        {},
        {"kinds": b"f"},
        {"sizes": b"\0" * 7},
        {"sizes": b"\0" * 16},
        {"mtimes": b""},
        {"names": b"a\0b"},
        {"names": "a"},
        {"next": 7},
        {"kinds": b"", "sizes": b"", "mtimes": b""},
    ],
)
def test_columns_that_disagree_are_refused(broken: object) -> None:
    page = wire.pack([Entry("a", Kind.FILE, 1, 2)])
    value = page | broken if isinstance(broken, dict) and broken else broken
    if broken == {"kinds": b"f"}:
        value = page | {"names": b"a\0b"}
    with pytest.raises(NotWellFormed):
        Listing().add(value)


def test_an_endless_listing_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listing_module, "MOST_ENTRIES", 25)
    listing = Listing()
    cursor = "on"
    pages = 0
    while cursor:
        cursor = listing.add(wire.pack([Entry(f"{pages}-{i}", Kind.FILE, 0, 0) for i in range(10)], "on"))
        pages += 1
    assert (len(listing), pages, listing.truncated) == (25, 3, True)
    assert len(shown(listing)) == 25


def test_type_ahead_goes_round_and_exact_means_exact() -> None:
    listing = named("alpha", "Beta", "beta2", "gamma")
    order = listing.order(Query())
    assert [listing.find(order, "BE", start, False) for start in range(4)] == [1, 1, 2, 1]
    assert listing.find(order, "beta", 0, True) == -1
    assert listing.find(order, "Beta", 3, True) == 1
    assert listing.find(order, "delta", 0, False) == -1


def test_long_names_shorten_a_fetch_instead_of_growing_it() -> None:
    listing = filled(*(Entry(f"{i:05d}" + "x" * 250, Kind.FILE, i, 0) for i in range(FETCH_ROWS)))
    packed = listing.rows(listing.order(Query()))
    assert len(packed["names"]) <= listing_module.FETCH_BYTES
    rows = wire.unpack(packed)
    assert 4000 < len(rows) < FETCH_ROWS
    assert [row.size for row in rows] == list(range(len(rows)))


def test_an_unknown_sort_is_refused_in_words() -> None:
    with pytest.raises(BadParameters, match="name, size, mtime"):
        Query(sort="colour")
