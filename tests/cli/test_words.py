"""Exit codes, rates, sizes and JSON as they are written."""

from __future__ import annotations

import argparse
import inspect
import json
from pathlib import Path

import pytest

from filexfer.cli import call, exits, options, output
from filexfer.cli.exits import Exit, UsageError
from filexfer.core import errors

DOCS = Path(__file__).parents[2] / "docs" / "cli.md"


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (UsageError(), 2),
        (errors.ConnectionFailed(), 3),
        (errors.ConnectionLost(), 3),
        (errors.LoginNeeded(), 4),
        (errors.Forbidden(), 4),
        (errors.AlreadyExists(), 5),
        (errors.Changed(), 5),
        (errors.Cancelled(), 130),
        (KeyboardInterrupt(), 130),
        (errors.NotFound(), 1),
        (errors.NoSpace(), 1),
        (OSError(2, "No such file"), 1),
    ],
)
def test_each_error_has_its_exit_code(error: BaseException, code: int) -> None:
    assert exits.of_error(error) == code


def test_a_job_keeps_the_class_name_and_gets_the_same_code() -> None:
    for name, kind in inspect.getmembers(errors, inspect.isclass):
        assert exits.of_kind(name) == exits.of_error(kind)
    assert exits.of_kind("") == exits.of_kind("OSError") == Exit.FAILED


def test_failures_that_agree_give_their_code_and_others_give_1() -> None:
    assert exits.together([]) == exits.together([Exit.DONE, Exit.DONE]) == 0
    assert exits.together([Exit.CONFLICT, Exit.DONE, Exit.CONFLICT]) == 5
    assert exits.together([Exit.CONFLICT, Exit.FAILED]) == 1
    assert exits.together([Exit.CONFLICT, Exit.INTERRUPTED]) == 130


def test_every_exit_code_is_documented() -> None:
    text = DOCS.read_text("utf-8")
    for code, meaning in exits.MEANING.items():
        assert f"| {int(code)} | {meaning} |" in text
    assert set(exits.MEANING) == set(Exit)


@pytest.mark.parametrize(
    ("text", "bytes_per_second"),
    [
        ("10M", 10 << 20),
        ("500K", 500 << 10),
        ("500k", 500 << 10),
        ("1.5G", 3 << 29),
        ("10MiB", 10 << 20),
        ("64", 64 << 10),
        ("10MB", 10_000_000),
        ("4000B", 4000),
        ("0", 0),
    ],
)
def test_a_rate_is_read(text: str, bytes_per_second: int) -> None:
    assert options.bandwidth(text) == bytes_per_second


@pytest.mark.parametrize("text", ["", "fast", "-1", "10X", "1e6", "10 M"])
def test_what_is_no_rate_is_refused(text: str) -> None:
    with pytest.raises(argparse.ArgumentTypeError, match="10M"):
        options.bandwidth(text)


def test_sizes_times_and_rates_for_people() -> None:
    assert [output.size(n) for n in (0, 999, 1000, 1536, 102_400_000, 1 << 30)] == [
        "0 B",
        "999 B",
        "1.0 kB",
        "1.5 kB",
        "102 MB",
        "1.1 GB",
    ]
    assert [output.span(s) for s in (0.42, 8, 45, 200, 7500)] == ["0.42 s", "8 s", "45 s", "3 min 20 s", "2 h 05 min"]
    assert [output.rate(r) for r in (5e4, 1.25e7, 1.17e8, 1.2e9)] == ["50.0 kB/s", "12.5 MB/s", "117 MB/s", "1.2 GB/s"]
    assert output.iso(1_700_000_000_123_456_789) == "2023-11-14T22:13:20.123456+00:00"
    assert output.iso(1 << 70) == ""


def test_json_is_safe_on_a_terminal_and_reads_back_the_same() -> None:
    value = {"name": "a\x1b[2J\x7f\u202e\udcff\U000e0001é"}
    text = output.as_json(value)
    assert text.isprintable()
    assert json.loads(text) == value


def test_parameters_are_json_or_plain_words() -> None:
    found = [
        call.parameter(t) for t in ("1", "-1.5", "true", "null", '"a"', "word", "group:name", '{"a": [1]}', '{"base64": "AP8="}')
    ]
    assert found == [1, -1.5, True, None, "a", "word", "group:name", {"a": [1]}, b"\x00\xff"]


@pytest.mark.parametrize("text", ['{"a"', "[1,", '"open', "12abc", "", '{"base64": "?"}'])
def test_broken_json_is_not_taken_for_a_word(text: str) -> None:
    with pytest.raises(UsageError):
        call.parameter(text)


def test_bytes_and_dates_of_answers_become_json() -> None:
    from xmlrpc.client import DateTime

    assert call.plain([b"\x00\xff", DateTime("20240131T12:30:00"), {"a": None}]) == [
        {"base64": "AP8="},
        "2024-01-31T12:30:00",
        {"a": None},
    ]
