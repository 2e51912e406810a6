"""Versions, ranges, digests and targets of the raw lane."""

from __future__ import annotations

import base64
import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from filexfer.core import paths
from filexfer.core.digests import digest
from filexfer.core.errors import BadOffset, BadParameters, InvalidPath, UnknownUpload
from filexfer.core.model import Range
from filexfer.protocol import http


@pytest.mark.parametrize(
    ("value", "size", "expected"),
    [
        ("bytes=0-0", 10, Range(0, 1)),
        ("bytes=0-9", 10, Range(0, 10)),
        ("bytes=0-99", 10, Range(0, 10)),
        ("bytes=5-", 10, Range(5, 10)),
        ("Bytes = 5 - 6", 10, Range(5, 7)),
        ("bytes=-3", 10, Range(7, 10)),
        ("bytes=-30", 10, Range(0, 10)),
        ("bytes=9-9999999999999999999", 10, Range(9, 10)),
        ("bytes=5-3", 10, None),
        ("bytes=0-1,3-4", 10, None),
        ("bytes=" + "0-1," * 5000 + "5-6", 10, None),
        ("items=0-1", 10, None),
        ("bytes=", 10, None),
        ("bytes=-", 10, None),
        ("bytes=a-b", 10, None),
        ("bytes=1_0-", 100, None),
        ("bytes=+1-", 100, None),
        ("bytes=\u0661-", 100, None),
        ("bytes=" + "9" * 5000 + "-", 10, None),
    ],
)
def test_a_range_is_one_of_bytes_or_ignored(value: str, size: int, expected: Range | None) -> None:
    assert http.parse_range(value, size) == expected


@pytest.mark.parametrize(
    ("value", "size"), [("bytes=10-", 10), ("bytes=10-20", 10), ("bytes=-0", 10), ("bytes=0-", 0), ("bytes=-1", 0)]
)
def test_a_range_outside_is_refused(value: str, size: int) -> None:
    with pytest.raises(BadOffset):
        http.parse_range(value, size)


@given(st.integers(0, 1 << 60), st.integers(1, 1 << 60), st.integers(0, 1 << 60))
def test_the_range_of_an_answer_is_read_back(start: int, length: int, more: int) -> None:
    part = Range(start, start + length)
    assert http.parse_content_range(http.content_range(part, part.end + more)) == (part, part.end + more)


@pytest.mark.parametrize("value", ["", "bytes */5", "bytes 0-5/5", "bytes 3-2/5", "bytes 0-1/*", "items 0-1/2", "bytes 0-1"])
def test_the_range_of_an_answer_must_make_sense(value: str) -> None:
    with pytest.raises(BadParameters):
        http.parse_content_range(value)


@pytest.mark.parametrize("etag", ["abc", "W/abc", "1-2-3", "", "W/", "a,b"])
def test_versions_are_written_and_read_back(etag: str) -> None:
    assert http.parse_etags(http.written_etag(etag)) == [etag]
    assert http.parse_etags(f'"x" ,{http.written_etag(etag)},\tW/"y"') == ["x", etag, "W/y"]


def test_versions_match_strongly_unless_asked_otherwise() -> None:
    assert http.etag_matches('"a", "b"', "b")
    assert not http.etag_matches('"a", "b"', "c")
    assert not http.etag_matches('W/"b"', "b")
    assert not http.etag_matches('"b"', "W/b")
    assert not http.etag_matches('W/"b"', "W/b")
    assert http.etag_matches('W/"b"', "b", weak=True)
    assert http.etag_matches('"b"', "W/b", weak=True)
    assert not http.etag_matches('"a"', "", weak=True)


def test_a_star_matches_whatever_is_there() -> None:
    assert http.etag_matches("*", "a")
    assert http.etag_matches(" * ", "W/a")
    assert not http.etag_matches("*", "")


@pytest.mark.parametrize("value", ["", "a", '"a', '"a" "b"', '"a",', ',"a"', 'w/"a"', '"a\0"', "*, *"])
def test_versions_that_are_none_are_refused(value: str) -> None:
    with pytest.raises(BadParameters):
        http.parse_etags(value)


@pytest.mark.parametrize("algorithm", ["blake3", "sha256"])
def test_digests_are_written_and_read_back(algorithm: str) -> None:
    written = digest(b"hello", algorithm)
    assert http.parse_content_digest(http.content_digest(written)) == written


def test_a_digest_is_what_rfc_9530_writes() -> None:
    value = http.content_digest(digest(b'{"hello": "world"}\n', "sha256"))
    # The example of RFC 9530, appendix D.
    assert value == "sha-256=:RK/0qy18MlBSVnWgjwz6lZEWjP/lF5HF9bvEF8FabDg=:"


def test_of_several_digests_the_faster_is_taken_and_unknown_ones_are_not() -> None:
    sha, blake = digest(b"x", "sha256"), digest(b"x", "blake3")
    assert http.parse_content_digest(http.content_digest([sha, blake])) == blake
    assert http.parse_content_digest("sha-512=:QQ==:, " + http.content_digest(sha)) == sha
    assert http.parse_content_digest("sha-512=:QQ==:") is None


@pytest.mark.parametrize(
    "value",
    [
        "",
        "sha-256",
        "sha-256=QQ==",
        "sha-256=:QQ==:",
        "sha-256=::",
        "sha-256=:Q:",
        "blake3=:" + base64.b64encode(hashlib.sha512(b"").digest()).decode() + ":",
        "sha-256=:" + "*" * 44 + ":",
    ],
)
def test_a_digest_that_is_none_is_refused(value: str) -> None:
    with pytest.raises(BadParameters):
        http.parse_content_digest(value)


names = st.binary(min_size=1, max_size=20).map(lambda raw: raw.replace(b"\0", b"x").replace(b"/", b"y"))


def legal(path: str) -> bool:
    try:
        paths.split(path)
    except InvalidPath:
        return False
    return True


@given(st.lists(names, max_size=4).map(lambda parts: paths.decode(b"/".join(parts))).filter(legal))
def test_every_path_has_a_target(path: str) -> None:
    target = http.target_of_file(path)
    assert target.isascii()
    assert " " not in target
    assert http.file_target(target) == path


@pytest.mark.parametrize(
    ("target", "path"),
    [
        ("/files/", ""),
        ("/files/a", "a"),
        ("/files/a/b.txt", "a/b.txt"),
        ("/files/a%20b", "a b"),
        ("/files/a+b", "a+b"),
        ("/files/%41", "A"),
        ("/files/%e4%BD%a0", "你"),
        ("/files/%ff", "\udcff"),
        ("/files/100%25", "100%"),
        ("/files/%252e%252e", "%2e%2e"),
        ("/files/%252F", "%2F"),
        ("/files/a%3Fb", "a?b"),
        ("/files/C:x", "C:x"),
        ("/files/a\\b", "a\\b"),
    ],
)
def test_segments_are_decoded_once(target: str, path: str) -> None:
    assert http.file_target(target) == path


@pytest.mark.parametrize(
    "target",
    [
        "/files",
        "/file/a",
        "/files//a",
        "/files/a//b",
        "/files/a/",
        "/files/a%2Fb",
        "/files/a%2fb",
        "/files/%00",
        "/files/a%",
        "/files/a%2",
        "/files/a%zz",
        "/files/a%+1",
        "/files/..",
        "/files/../a",
        "/files/%2e%2e/a",
        "/files/.%2e/a",
        "/files/.",
        "/files/a/%2E/b",
        "/files/.filexfer/x",
        "/files/%2efilexfer",
        "/files/a?b",
        "/files/a#b",
        "/files/" + "a" * 256,
        "/files/" + "a/" * 100_000 + "a",
    ],
)
def test_a_target_outside_the_share_is_refused(target: str) -> None:
    with pytest.raises(InvalidPath):
        http.file_target(target)


def test_the_target_of_a_block_is_read_back() -> None:
    assert http.upload_target(http.target_of_upload("aB-9_", 1 << 40)) == ("aB-9_", 1 << 40)


@pytest.mark.parametrize(
    "target",
    [
        "/uploads/",
        "/uploads/a",
        "/uploads/a/",
        "/uploads//0",
        "/uploads/a/-1",
        "/uploads/a/1_0",
        "/uploads/a/0/",
        "/uploads/../0",
        "/uploads/a%2F/0",
        "/uploads/a/0?x",
        "/uploads/a/" + "9" * 40,
        "/uploads/" + "a" * 65 + "/0",
        "/uploads/a/١",
        "/uploads/a/0\n",
    ],
)
def test_the_target_of_no_block_is_refused(target: str) -> None:
    with pytest.raises(UnknownUpload):
        http.upload_target(target)
