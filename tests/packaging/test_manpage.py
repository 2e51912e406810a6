"""The manual pages: that they tell of every command and option, and that what reads such pages finds nothing wrong with them."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest
from packages import manpage
from packages.commands import Command, commands


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("man")
    for name, text in manpage.pages(1_700_000_000).items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def read(page: Path) -> str:
    """What a reader sees."""
    shown = subprocess.run(["mandoc", "-Tutf8", "-O", "width=200", page], capture_output=True, text=True, check=True).stdout
    return re.sub(r".\x08", "", shown)


@pytest.mark.parametrize("name", ["filexfer.1", "filexfer-app.1"])
def test_the_checker_of_manual_pages_is_silent(pages: Path, name: str) -> None:
    linted = subprocess.run(["mandoc", "-Tlint", pages / name], capture_output=True, text=True)
    assert (linted.stdout, linted.stderr, linted.returncode) == ("", "", 0)


def test_every_command_option_and_explanation_is_there(pages: Path) -> None:
    text = " ".join(read(pages / "filexfer.1").split())
    for command in commands():
        assert f"filexfer {command.name}" in text
        for argument in (*command.options, *command.words):
            assert (", ".join(argument.flags) if argument.flags else argument.value) in text, (command.name, argument)
            assert " ".join(argument.text.replace("`", "").split()) in text, (command.name, argument)


def test_every_argument_is_explained() -> None:
    def unexplained(command: Command) -> list[str]:
        return [argument.value or argument.flags[0] for argument in (*command.options, *command.words) if not argument.text]

    assert {command.name: unexplained(command) for command in commands() if unexplained(command)} == {}


def test_a_text_that_looks_like_markup_is_printed_as_it_is(tmp_path: Path) -> None:
    page = tmp_path / "odd.1"
    odd = ".hidden \\fB and 'quoted' -- so"
    page.write_text(f".TH ODD 1 2026-01-02\n.SH NAME\nodd \\- page\n.SH TEXT\n{manpage.escape(odd)}\n", encoding="utf-8")
    assert odd in read(page)


def test_the_date_is_the_one_of_the_sources(pages: Path) -> None:
    assert "2023-11-14" in read(pages / "filexfer.1")
