"""Batches of small files as columns: everything comes back, and what does not fit is refused."""

from __future__ import annotations

import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from filexfer.core import paths
from filexfer.core.errors import AlreadyExists, BadParameters, FilexferError, NoSpace, RemoteFault
from filexfer.core.model import Outcome
from filexfer.protocol import xmlrpc
from filexfer.protocol.batches import (
    Contents,
    Index,
    contents_of,
    index_of,
    joined_paths,
    outcomes_of,
    pack_contents,
    pack_index,
    pack_outcomes,
    split_paths,
)

names = st.binary(min_size=1, max_size=20).map(lambda raw: paths.decode(raw.replace(b"\0", b"\n")))
sizes = st.integers(0, (1 << 64) - 1)
times = st.integers(-(1 << 63), (1 << 63) - 1)
raw_digests = st.binary(min_size=32, max_size=32)


def across(value: object) -> object:
    return xmlrpc.decode_response(b"".join(xmlrpc.iterate(xmlrpc.encode_response(value))))


@given(st.lists(st.tuples(names, sizes, times, raw_digests), max_size=8), st.booleans(), st.booleans())
def test_an_index_comes_back(rows: list[tuple[str, int, int, bytes]], timed: bool, digested: bool) -> None:
    index = Index(
        [row[0] for row in rows],
        [row[1] for row in rows],
        [row[2] for row in rows] if timed else [],
        [row[3] for row in rows] if digested else [],
    )
    read = index_of(across(pack_index(index)))
    assert (list(read.paths), list(read.sizes)) == (index.paths, index.sizes)
    assert (list(read.mtimes), list(read.digests)) == (index.mtimes, index.digests)


GOOD = pack_index(Index(["a", "b"], [1, 2], [3, 4], [bytes(32), bytes(32)]))


@pytest.mark.parametrize(
    "broken",
    [
        None,
        {},
        GOOD | {"count": 1},
        GOOD | {"count": -1},
        GOOD | {"names": b"a"},
        GOOD | {"names": b""},
        GOOD | {"names": "a\0b"},
        GOOD | {"sizes": bytes(8)},
        GOOD | {"sizes": bytes(15)},
        GOOD | {"mtimes": bytes(8)},
        GOOD | {"digests": bytes(32)},
        GOOD | {"digests": bytes(63)},
        GOOD | {"digests": None},
    ],
)
def test_an_index_whose_columns_do_not_fit_is_refused(broken: object) -> None:
    with pytest.raises(BadParameters):
        index_of(broken)


@given(st.lists(names, max_size=6))
def test_paths_are_joined_and_split(listed: list[str]) -> None:
    assert split_paths(across(joined_paths(listed))) == listed


def test_outcomes_come_back_with_the_errors_they_were() -> None:
    results: list[Outcome | FilexferError] = [*Outcome, AlreadyExists("Taken."), NoSpace(), RemoteFault("Odd \x01 text.", 7)]
    renamed = {2: "a (2)", 7: "odd\udcff"}
    read, moved = outcomes_of(across(pack_outcomes(results, renamed)))
    assert read[: len(Outcome)] == list(Outcome)
    assert [(type(error), str(error)) for error in read[len(Outcome) :]] == [
        (AlreadyExists, "Taken."),
        (NoSpace, NoSpace.default),
        (RemoteFault, "Odd \x01 text."),
    ]
    assert moved == renamed


OUTCOMES = pack_outcomes([Outcome.CREATED, NoSpace("Full.")], {0: "x"})


@pytest.mark.parametrize(
    "broken",
    [
        OUTCOMES | {"outcomes": b"c"},
        OUTCOMES | {"outcomes": b"cx"},
        OUTCOMES | {"outcomes": b"!!"},
        OUTCOMES | {"faults": []},
        OUTCOMES | {"faults": [[1, 301]]},
        OUTCOMES | {"faults": [[2, 301, "x"]]},
        OUTCOMES | {"faults": [[-1, 301, "x"]]},
        OUTCOMES | {"faults": [[1, "y", "x"]]},
        OUTCOMES | {"faults": [[]]},
        OUTCOMES | {"renamed": [[5, "x"]]},
        OUTCOMES | {"renamed": [[0, 1]]},
        OUTCOMES | {"renamed": None},
    ],
)
def test_outcomes_that_do_not_say_what_became_of_each_are_refused(broken: object) -> None:
    with pytest.raises(FilexferError):
        outcomes_of(broken)


def test_contents_come_back() -> None:
    data = os.urandom(10)
    contents = Contents([4, 0, 6], [1, 2, 3], [os.urandom(32) for _ in range(3)], {1: NoSpace("Full.")})
    read, joined = contents_of(across(pack_contents(contents, data)))
    assert (list(read.sizes), list(read.mtimes), list(read.digests)) == (contents.sizes, contents.mtimes, contents.digests)
    assert {row: (type(error), str(error)) for row, error in read.errors.items()} == {1: (NoSpace, "Full.")}
    assert joined == data


@pytest.mark.parametrize(
    "change",
    [
        {"data": bytes(9)},
        {"data": bytes(11)},
        {"count": 2},
        {"sizes": bytes(16)},
        {"mtimes": b""},
        {"digests": b""},
        {"faults": None},
    ],
)
def test_contents_longer_or_shorter_than_their_index_are_refused(change: dict[str, object]) -> None:
    good = pack_contents(Contents([4, 0, 6], [1, 2, 3], [bytes(32)] * 3, {}), bytes(10))
    contents_of(good)
    with pytest.raises(FilexferError):
        contents_of(good | change)
