"""Texts: every one is in the translations' files, and what is shipped was built from them."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest
from PySide6.QtCore import QLocale, QTranslator
from PySide6.QtWidgets import QApplication

import filexfer.gui
from filexfer.gui.kit import resources
from filexfer.gui.kit.words import Words

FOLDER = resources.folder() / "translations"
SOURCES = sorted(str(file) for file in Path(filexfer.gui.__file__).resolve().parent.rglob("*.py"))
TOOLS = Path(sys.executable).parent


def _messages(file: Path) -> set[tuple[str, str]]:
    return {
        (str(context.findtext("name")), str(message.findtext("source")))
        for context in ElementTree.parse(file).iter("context")
        for message in context.iter("message")
    }


@pytest.mark.parametrize(("name", "options"), [("filexfer_en.ts", ["-pluralonly"]), ("filexfer_zh_CN.ts", [])])
def test_every_text_of_the_sources_is_in_the_file(tmp_path: Path, name: str, options: list[str]) -> None:
    fresh, gathered = tmp_path / name, tmp_path / "sentences.py"
    lines = (FOLDER / "sentences.txt").read_text("utf-8").splitlines()
    gathered.write_text("".join(f"QT_TRANSLATE_NOOP('Sentences', {line!r})\n" for line in lines), "utf-8")
    command = [str(TOOLS / "pyside6-lupdate"), "-silent", "-locations", "none", *options, *SOURCES, str(gathered)]
    command += ["-ts", str(fresh)]
    subprocess.run(command, check=True, timeout=60)
    assert _messages(FOLDER / name) == _messages(fresh), "run resources/translations/update.sh"


@pytest.mark.parametrize("name", ["filexfer_en", "filexfer_zh_CN"])
def test_what_is_shipped_was_built_from_the_file(tmp_path: Path, name: str) -> None:
    source = tmp_path / f"{name}.ts"
    shutil.copy(FOLDER / source.name, source)
    subprocess.run([str(TOOLS / "pyside6-lrelease"), "-silent", str(source)], check=True, timeout=60)
    assert (FOLDER / f"{name}.qm").read_bytes() == (tmp_path / f"{name}.qm").read_bytes(), "run resources/translations/update.sh"


def test_plurals_are_said_right(look: QApplication) -> None:
    assert Words.tr("%Ln file(s)", "", 1) == "1 file"
    assert Words.tr("%Ln file(s)", "", 1200) == "1,200 files"


def test_every_text_is_looked_up_where_the_file_has_it() -> None:
    # lupdate takes what stands before `.tr` for the context, the app the class of it: `sheet.tr` is never found.
    classes = set(re.findall(r"^ *class (\w+)", "".join(Path(file).read_text("utf-8") for file in SOURCES), re.MULTILINE))
    assert {context for context, _ in _messages(FOLDER / "filexfer_zh_CN.ts")} - classes == {"Sentences"}


def test_no_text_outside_of_a_context() -> None:
    assert {context for context, _ in _messages(FOLDER / "filexfer_zh_CN.ts") if not context} == set()


def test_a_translation_is_found_by_the_name_of_its_language(look: QApplication) -> None:
    translator = QTranslator()
    assert translator.load(QLocale("zh_CN"), "filexfer", "_", str(FOLDER))
