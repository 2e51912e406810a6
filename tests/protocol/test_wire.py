"""Dataclasses on the wire: everything comes back as it was, and what does not fit is refused."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from filexfer.core import paths
from filexfer.core.digests import digest
from filexfer.core.errors import BadParameters, FilexferError
from filexfer.core.model import (
    Conflict,
    Direction,
    Entry,
    FileState,
    Job,
    JobFile,
    JobSpec,
    JobState,
    Kind,
    Outcome,
    PutOptions,
    Range,
    Saved,
)
from filexfer.protocol import wire, xmlrpc

names = st.binary(min_size=1, max_size=30).map(lambda raw: paths.decode(raw.replace(b"\0", b"\x01")))
sizes = st.integers(0, (1 << 63) - 1)
times = st.integers(-(1 << 63), (1 << 63) - 1)
entries = st.builds(Entry, names, st.sampled_from(Kind), sizes, times, st.just(""))
etags = st.sampled_from(["", "abc", "W/abc"])


def across(value: object) -> object:
    """`value` as it arrives at the other end of the XML-RPC lane."""
    return xmlrpc.decode_response(b"".join(xmlrpc.iterate(xmlrpc.encode_response(value))))


@given(entries, etags)
def test_an_entry_comes_back(entry: Entry, etag: str) -> None:
    entry = entry._replace(etag=etag)
    assert wire.entry_of(across(wire.entry_struct(entry))) == entry


@given(st.lists(entries, max_size=20), st.sampled_from(["", "cursor"]))
def test_a_packed_listing_comes_back(rows: list[Entry], cursor: str) -> None:
    packed = across(wire.pack(iter(rows), cursor))
    assert wire.unpack(packed) == rows
    columns = wire.columns_of(packed)
    assert len(columns) == len(rows)
    assert [columns.entry(row) for row in range(len(columns))] == rows
    assert columns.next == cursor


def test_a_packed_listing_is_what_the_protocol_says() -> None:
    rows = [
        Entry("a", Kind.FILE, 1, -1),
        Entry("b\udcff", Kind.FOLDER, 0, 2),
        Entry("c", Kind.LINK, 0, 3),
        Entry("d", Kind.OTHER, 0, 4),
    ]
    assert wire.pack(rows) == {
        "packed": True,
        "count": 4,
        "names": b"a\0b\xff\0c\0d",
        "kinds": b"fdlo",
        "sizes": b"\1\0\0\0\0\0\0\0" + bytes(24),
        "mtimes": b"\xff" * 8 + b"\2\0\0\0\0\0\0\0" + b"\3\0\0\0\0\0\0\0" + b"\4\0\0\0\0\0\0\0",
        "next": "",
    }


GOOD = wire.pack([Entry("a", Kind.FILE, 1, 2), Entry("b", Kind.FOLDER, 0, 3)])


@pytest.mark.parametrize(
    "broken",
    [
        None,
        [],
        {},
        GOOD | {"count": 3},
        GOOD | {"count": -1},
        GOOD | {"count": True},
        GOOD | {"count": 1 << 62},
        GOOD | {"names": b"a"},
        GOOD | {"names": b"a\0b\0c"},
        GOOD | {"names": "a\0b"},
        GOOD | {"kinds": b"f"},
        GOOD | {"kinds": b"fx"},
        GOOD | {"kinds": b"fdd"},
        GOOD | {"sizes": b"12345678"},
        GOOD | {"sizes": b"123"},
        GOOD | {"mtimes": bytes(17)},
        GOOD | {"mtimes": None},
        GOOD | {"next": 1},
        wire.pack([]) | {"names": b"a"},
    ],
)
def test_columns_that_do_not_fit_are_refused(broken: object) -> None:
    with pytest.raises(FilexferError):
        wire.unpack(broken)


@pytest.mark.parametrize(
    "change",
    [
        {"name": 1},
        {"name": None},
        {"kind": "folderish"},
        {"kind": None},
        {"kind": []},
        {"size": "x"},
        {"size": True},
        {"size": 1.5},
        {"mtime_ns": None},
        {"mtime_ns": "1e3"},
        {"etag": 1},
        {"size": "9" * 30},
        {"size": "-"},
        {"size": "--1"},
        {"size": "١"},
    ],
)
def test_an_entry_that_is_none_is_refused(change: dict[str, object]) -> None:
    good = wire.entry_struct(Entry("a", Kind.FILE, 1, 2))
    with pytest.raises(FilexferError) as caught:
        wire.entry_of(good | change)
    assert str(caught.value).endswith(".")


def test_numbers_are_taken_as_decimal_strings_too() -> None:
    assert wire.number("9223372036854775807") == (1 << 63) - 1
    assert wire.number("-5") == -5
    assert wire.number(7) == 7
    assert wire.number(-(1 << 63)) == wire.number(str(-(1 << 63))) == -(1 << 63)


@pytest.mark.parametrize(
    "value", [1 << 63, -(1 << 63) - 1, "9223372036854775808", "99999999999999999999", "-9223372036854775809"]
)
def test_numbers_that_no_64_bits_hold_are_refused(value: object) -> None:
    with pytest.raises(BadParameters):
        wire.number(value)


@given(st.lists(st.integers(1, 1 << 50), max_size=12))
def test_ranges_come_back(steps: list[int]) -> None:
    bounds = [sum(steps[: index + 1]) for index in range(len(steps) // 2 * 2)]
    ranges = [Range(start, end) for start, end in zip(bounds[::2], bounds[1::2], strict=True)]
    assert wire.ranges_of(across(wire.ranges_list(ranges))) == ranges


@pytest.mark.parametrize(
    "value", [None, [1], [[1]], [[1, 2, 3]], [[2, 1]], [[1, 1]], [[-1, 1]], [[0, 5], [4, 6]], [["a", "b"]], [[0, None]]]
)
def test_ranges_that_overlap_or_end_before_they_begin_are_refused(value: object) -> None:
    with pytest.raises(FilexferError):
        wire.ranges_of(value)


@pytest.mark.parametrize("algorithm", ["blake3", "sha256"])
@pytest.mark.parametrize("count", [0, 1, 5])
def test_digests_come_back(algorithm: str, count: int) -> None:
    digests = [digest(bytes([index]), algorithm) for index in range(count)]
    packed = across(wire.pack_digests(digests))
    assert [f"{algorithm}:{raw.hex()}" for raw in wire.digests_of(packed)] == digests
    assert isinstance(packed, dict)
    assert packed["algorithm"] == (algorithm if count else "")


@pytest.mark.parametrize(
    "value",
    [
        {},
        {"count": 1, "algorithm": "md5", "digests": bytes(32)},
        {"count": 2, "algorithm": "blake3", "digests": bytes(32)},
        {"count": 1, "algorithm": "blake3", "digests": bytes(33)},
        {"count": 1, "algorithm": "blake3", "digests": "x" * 32},
        {"count": -1, "algorithm": "blake3", "digests": b""},
    ],
)
def test_digests_that_do_not_fit_are_refused(value: object) -> None:
    with pytest.raises(FilexferError):
        wire.digests_of(value)


@given(
    st.builds(PutOptions, st.sampled_from(Conflict), st.none() | times, st.sampled_from(["", digest(b"")]), st.text("abc"), etags)
)
def test_put_options_come_back_and_defaults_are_left_out(options: PutOptions) -> None:
    assert wire.options_of(across(wire.options_struct(options))) == options
    assert wire.options_struct(PutOptions()) == {}


@pytest.mark.parametrize(
    "value",
    [
        None,
        [],
        {"on_conflict": "replace"},
        {"on_conflct": "fail"},
        {"mtime_ns": "now"},
        {"digest": 1},
        {"key": b""},
        {"etag": None},
    ],
)
def test_options_that_are_misspelt_or_of_a_wrong_type_are_refused(value: object) -> None:
    with pytest.raises(FilexferError):
        wire.options_of(value)


def test_a_method_may_have_options_of_its_own_beside() -> None:
    assert wire.options_of({"edge": 5, "key": "k"}, also=["edge"]) == PutOptions(key="k")


@given(st.builds(Saved, names, st.sampled_from(Outcome), sizes, times, etags))
def test_what_became_of_a_file_comes_back(saved: Saved) -> None:
    assert wire.saved_of(across(wire.saved_struct(saved))) == saved


printable = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=8).filter(paths.fits_xml)
specs = st.builds(
    JobSpec,
    st.sampled_from(Direction),
    printable,
    st.lists(st.tuples(names, names), max_size=3).map(tuple),
    st.sampled_from(Conflict),
    st.lists(names, max_size=2).map(tuple),
    st.lists(names, max_size=2).map(tuple),
    st.booleans(),
    sizes,
)
finite = st.floats(allow_nan=False, allow_infinity=False)


@given(specs)
def test_a_spec_comes_back(spec: JobSpec) -> None:
    assert wire.spec_of(across(wire.spec_struct(spec))) == spec


@given(specs, st.sampled_from(JobState), names, st.booleans(), sizes, finite, finite, names)
def test_a_job_comes_back(
    spec: JobSpec, state: JobState, name: str, scanning: bool, number: int, real: float, left: float, error: str
) -> None:
    job = Job(
        number,
        spec,
        state,
        name=name,
        scanning=scanning,
        files_total=number,
        bytes_done=number,
        rate=real,
        seconds_left=left,
        waits_for="disk",
        error=error,
        created_ns=number,
        position=real,
    )
    assert wire.job_of(across(wire.job_struct(job))) == job


def test_a_job_of_an_older_agent_has_defaults() -> None:
    spec = JobSpec(Direction.GET, "nas:", (("a", "/b"),))
    job = wire.job_of({"id": 3, "spec": wire.spec_struct(spec), "state": "waiting", "of_a_later_version": 1})
    assert job == Job(3, spec, JobState.WAITING)
    for name in ("id", "spec", "state"):
        with pytest.raises(FilexferError):
            wire.job_of({key: value for key, value in wire.job_struct(job).items() if key != name})


@given(st.builds(JobFile, names, names, sizes, st.sampled_from(FileState), names, st.just("NoSpace")))
def test_a_file_of_a_job_comes_back(file: JobFile) -> None:
    assert wire.job_file_of(across(wire.job_file_struct(file))) == file


@pytest.mark.parametrize(
    "change",
    [
        {"direction": "up"},
        {"items": [["a"]]},
        {"items": "a"},
        {"items": [["a", 1]]},
        {"checksum": 1},
        {"limit": "fast"},
        {"exclude": [1]},
        {"server": None},
        {"exlude": []},
    ],
)
def test_a_spec_that_is_none_is_refused(change: dict[str, object]) -> None:
    good = wire.spec_struct(JobSpec(Direction.PUT, "nas:", (("/a", "b"),)))
    with pytest.raises(FilexferError):
        wire.spec_of(good | change)
