"""filexfer.toml with numbers, names and ends that nobody expects: refused in words, or taken as they are."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from filexfer.cli.configuration.effective import Effective
from filexfer.cli.configuration.reading import read
from tests.cli.command import run


def faults(path: Path, text: str) -> list[str]:
    path.write_text(text, "utf-8")
    return [fault.text for fault in read(path).faults]


def test_values_beyond_all_measure_are_refused_like_others(tmp_path: Path) -> None:
    found = faults(
        tmp_path / "f.toml",
        f'[bounds]\nworkers = 0x{"f" * 5000}\nxml_bytes = "{"9" * 400} GiB"\nkey_bytes = "1 \N{KELVIN SIGN}iB"\n',
    )
    assert [text.split(":")[0].split(" =")[0] for text in found] == [
        "[bounds] workers",
        "[bounds] xml_bytes",
        "[bounds] key_bytes",
    ]


@pytest.mark.skipif(not Path("/dev/zero").exists(), reason="this system has no file without an end")
def test_a_file_without_an_end_is_not_read_to_its_end() -> None:
    assert "more than 1 MiB" in read(Path("/dev/zero")).faults[0].text


def test_all_wrong_members_of_a_list_are_told(tmp_path: Path) -> None:
    (text,) = faults(tmp_path / "f.toml", '[serve]\nlisten = ["unix:near", "https://*:8765", "ftp://x"]\n')
    assert "number 1 of the list" in text
    assert "number 3 of the list" in text
    assert "number 2" not in text


@pytest.mark.parametrize("name", ["https://x.org", "x.org:8765", " x", "", "x/y", "ü.org", "[::1]"])
def test_what_no_caller_can_say_as_a_name_is_not_taken_for_one(tmp_path: Path, name: str) -> None:
    (text,) = faults(tmp_path / "f.toml", f'[serve]\nallow_hosts = ["files.example.org", "box", "{name}"]\n')
    assert "allow_hosts: number 3 of the list: write the name alone" in text


@pytest.mark.parametrize(
    ("one", "other", "collide"),
    [
        ("https://*:8765", "http://localhost:8765", True),
        ("http://localhost:8765", "https://localhost:8765", True),
        ("unix:/run/x.sock", "unix:/run/x.sock", True),
        ("https://localhost:0", "http://localhost:0", False),
        ("https://*:8765", "http://localhost:8766", False),
        ("https://192.0.2.1:8765", "http://localhost:8765", False),
        ("https://*:8765", "unix:/run/x.sock", False),
    ],
)
def test_addresses_of_which_one_server_can_only_have_one_are_told(tmp_path: Path, one: str, other: str, collide: bool) -> None:
    path = tmp_path / "f.toml"
    path.write_text(f'[serve]\nlisten = ["{one}", "{other}"]\n', "utf-8")
    found = [str(fault) for fault in Effective(read(path)).faults]
    assert [f"line 2: [serve] listen: “{other}”: two addresses" in fault for fault in found] == [True] * collide


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such names")
def test_the_sample_takes_a_folder_of_any_name_that_toml_can_hold(tmp_path: Path) -> None:
    odd = tmp_path / 'a"\\\x7f\x1b\n'
    (tmp_path / "f.toml").write_bytes(run("config", "sample", "--folder", odd).raw)
    found = Effective(read(tmp_path / "f.toml"))
    assert (found.faults, found.folder) == ((), odd)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has names that are no text")
def test_the_sample_of_a_folder_whose_name_is_not_utf_8_is_refused(tmp_path: Path) -> None:
    result = run("config", "sample", "--folder", os.fsdecode(os.fsencode(tmp_path) + b"/\xff"))
    assert (result.code, result.raw) == (2, b"")
    assert "not UTF-8" in result.err
