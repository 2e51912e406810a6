"""Bytes behind a call: what is cut off is joined again, and what a head says of them is believed only where it can be."""

from __future__ import annotations

import pytest

from filexfer.core.errors import BadParameters, TooLarge
from filexfer.protocol import tails


def test_what_is_cut_off_a_call_is_joined_to_it_again() -> None:
    params = ({"packed": True}, b"contents", {"on_conflict": "fail"})
    found = tails.cut("files_put", params)
    assert found == (({"packed": True}, b"", {"on_conflict": "fail"}), b"contents")
    assert tails.joined("files_put", *found) == list(params)
    assert tails.cut("files_get", (b"a", {})) == ((b"a", {}), b"")
    assert tails.cut("upload_write", ("id", 0, b"x")) is None


@pytest.mark.parametrize("params", [[{}], [{}, b"something"], [{}, "", {}], []])
def test_bytes_that_have_no_place_in_a_call_are_refused(params: list[object]) -> None:
    with pytest.raises(BadParameters):
        tails.joined("files_put", params, b"tail")


def test_a_method_that_wants_no_bytes_behind_it_takes_none() -> None:
    with pytest.raises(BadParameters):
        tails.joined("server_info", [], b"tail")


def test_how_long_the_bytes_are_is_told_by_the_head() -> None:
    assert tails.length_of({}, 10, 5) is None
    assert tails.length_of({"tail-length": "0"}, 10, 5) == 0
    assert tails.length_of({"tail-length": "5"}, 10, 5) == 5
    with pytest.raises(TooLarge):
        tails.length_of({"tail-length": "6"}, 10, 5)


@pytest.mark.parametrize("value", ["", "-1", "+1", "1.0", "0x1", "1, 1", "٣", "11", "9" * 40])
def test_a_length_that_cannot_be_is_refused(value: str) -> None:
    with pytest.raises(BadParameters):
        tails.length_of({"tail-length": value}, 10, 100)


def test_behind_a_body_of_unknown_length_nothing_can_be_told_from_it() -> None:
    with pytest.raises(BadParameters):
        tails.length_of({"tail-length": "1"}, None, 100)
