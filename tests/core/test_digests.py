"""Digests as they are written, checked and refused."""

from __future__ import annotations

import hashlib

import pytest

from filexfer.core import digests
from filexfer.core.errors import BadDigest, BadParameters


def test_digests_are_those_of_the_algorithms() -> None:
    assert digests.digest(b"abc", "sha256") == "sha256:" + hashlib.sha256(b"abc").hexdigest()
    # From the test vectors of the BLAKE3 paper: the empty input.
    assert digests.digest(b"") == "blake3:af1349b9f5f9a1a6a0404dea36dcc9499bcb25c9adc112b7cc9a93cae41f3262"


@pytest.mark.parametrize("algorithm", ["blake3", "sha256"])
@pytest.mark.parametrize("kind", [bytes, bytearray, memoryview])
def test_pieces_and_the_whole_have_one_digest(algorithm: str, kind: type) -> None:
    made = digests.hasher(algorithm)
    for piece in (b"a", b"", b"bc"):
        made.update(kind(piece))
    whole = digests.written(made, algorithm)
    assert whole == digests.digest(kind(b"abc"), algorithm)
    assert digests.algorithm_of(whole) == algorithm
    digests.check(kind(b"abc"), whole)
    digests.check(kind(b"abc"), f"{algorithm}:{whole.partition(':')[2].upper()}")
    with pytest.raises(BadDigest):
        digests.check(b"abd", whole)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "blake3",
        "blake3:",
        "blake3:zz",
        "md5:" + "0" * 32,
        "md5:" + "0" * 64,
        "sha256:" + "0" * 62,
        "sha256:" + "0" * 66,
        "SHA256:" + "0" * 64,
        "0" * 64,
        "sha256:" + "é" * 64,
    ],
)
def test_what_is_no_digest_is_refused(text: str) -> None:
    with pytest.raises(BadParameters):
        digests.algorithm_of(text)
    with pytest.raises(BadParameters):
        digests.check(b"", text)


def test_an_unknown_algorithm_is_refused() -> None:
    with pytest.raises(BadParameters, match="md5"):
        digests.hasher("md5")
