"""Errors in the person's language: English sentences are found again, and said anew with what stands in their slots."""

from __future__ import annotations

import runpy
import string
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QLocale, QTranslator
from PySide6.QtWidgets import QApplication

from filexfer.client import words as client_words
from filexfer.client.doctor import Doctor
from filexfer.core import errors
from filexfer.core.model import Direction, Job, JobSpec, JobState
from filexfer.gui.kit import resources, sentences
from filexfer.gui.kit.errors import ErrorBar, describe
from filexfer.gui.kit.icons import Icons
from filexfer.gui.kit.sentences import Sentence, said, why
from filexfer.gui.transfers.jobs_model import JobsModel
from filexfer.protocol.address import parse

FOLDER = resources.folder() / "translations"
TREE = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, errors.FilexferError)]


@pytest.fixture
def chinese(look: QApplication) -> Iterator[QApplication]:
    translator = QTranslator(look)
    assert translator.load(QLocale("zh_CN"), "filexfer", "_", str(FOLDER))
    look.installTranslator(translator)
    yield look
    look.removeTranslator(translator)


def _is_chinese(text: str) -> bool:
    return any("\u4e00" <= sign <= "\u9fff" for sign in text)


def test_what_was_gathered_is_what_the_sources_say() -> None:
    gathered: list[str] = runpy.run_path(str(FOLDER / "sentences.py"))["gather"]()
    assert (FOLDER / "sentences.txt").read_text("utf-8").splitlines() == gathered, "run resources/translations/update.sh"


@pytest.mark.parametrize("kind", TREE, ids=lambda kind: kind.__name__)
def test_every_kind_of_error_is_said_in_the_persons_language(chinese: QApplication, kind: type[errors.FilexferError]) -> None:
    assert _is_chinese(why(kind()))


def test_slots_keep_what_stands_in_them(chinese: QApplication) -> None:
    error = client_words.local_error(PermissionError(13, "Permission denied"), "/home/a b/50 {percent} “x”")
    assert "“/home/a b/50 {percent} “x””" in why(error)
    assert _is_chinese(why(error))


def test_a_reason_of_the_system_is_said_too(chinese: QApplication) -> None:
    assert "权限不足" in said("The history of transfers cannot be read: Permission denied.")


def test_somebodys_name_for_something_is_no_word_of_ours(chinese: QApplication) -> None:
    assert said("“read” is a folder.") == "“read”是文件夹。"
    assert "读取" in said("You may only read here. Ask the owner of the share for the permission to write.")


def test_an_unknown_sentence_stays_as_it_is(chinese: QApplication) -> None:
    for text in ("", "Nobody has written this.", "x" * 100_000, "The shelf is full, {name}."):
        assert said(text) == text


def test_a_sentence_within_a_sentence_is_said_too_and_endless_ones_are_not(chinese: QApplication) -> None:
    inner = "The folder is not empty. Delete what is in it first."
    assert inner not in said(f"The history of transfers cannot be read: {inner}.")
    nested = "TLS failed: " * 300 + "x" + "." * 300
    assert said(nested).count("TLS failed") > 290


def test_control_characters_stay_visible(chinese: QApplication) -> None:
    assert "\\x1b" in why(errors.NotFound("“a\x1b[31m” was changed meanwhile."))


def test_english_stays_word_for_word(look: QApplication) -> None:
    for one in sentences.known():
        text = one.text.format_map(dict.fromkeys(one.slots, "x"))
        assert "`" in text or said(text) == text


def test_what_is_to_be_typed_stands_in_quotation_marks_in_the_window(look: QApplication) -> None:
    error = errors.LoginNeeded("This computer is not paired with `a`. Run `filexfer invite` there, then `filexfer pair` here.")
    assert why(error) == "This computer is not paired with `a`. Run “filexfer invite” there, then “filexfer pair” here."
    assert why(errors.FilexferError("Of `another` server.")) == "Of `another` server."


def test_every_known_sentence_is_found_again_with_its_slots() -> None:
    for one in sentences.known():
        values = {slot: f"<{number}>" for number, slot in enumerate(one.slots)}
        found = sentences.find(one.text.format_map(values))
        assert found is not None
        assert found[0].text.format_map(dict(zip(found[0].slots, found[1], strict=True))) == one.text.format_map(values)


def test_a_sentence_is_read_with_empty_and_repeated_pieces() -> None:
    assert Sentence.of("{a}: {b}.{c}").read("x: y: z.") == ("x", "y: z", "")
    assert Sentence.of("At {a}, or {a2}").read("At 1, or 2, or 3") == ("1", "2, or 3")
    assert Sentence.of("{{x}} is {y}").read("{x} is 5") == ("5",)
    assert Sentence.of("“{a}” is.").read("“” is") is None


def test_the_findings_of_the_doctor_are_said_in_the_persons_language(chinese: QApplication) -> None:
    doctor = Doctor(lambda _: None, 0.5, ["127.0.0.1"])
    ways = (parse("http://localhost:1/"), parse("https://no-such-computer.invalid/"), parse("https://nosuchone:8765/"))
    found = [one for way in ways for one in doctor.examine(way)] + list(doctor.own([]))
    assert len({one.check for one in found}) >= 3
    for one in found:
        assert _is_chinese(said(one.says)), one.says
        assert not one.do or _is_chinese(said(one.do)), one.do


def test_every_sentence_of_the_doctors_source_is_gathered() -> None:
    tool: dict[str, Any] = runpy.run_path(str(FOLDER / "sentences.py"))
    import ast

    source = Path(tool["TOP"]) / "filexfer" / "client" / "doctor.py"
    known = set((FOLDER / "sentences.txt").read_text("utf-8").splitlines())
    calls = [node for node in ast.walk(ast.parse(source.read_text("utf-8"))) if isinstance(node, ast.Call)]
    findings = [node for node in calls if isinstance(node.func, ast.Name) and node.func.id == "Finding"]
    assert len(findings) > 20
    for node in findings:
        for argument in node.args[2:4]:
            text = tool["template"](argument)
            assert not text or text in known or "".join(part for part, *_ in string.Formatter().parse(text)).strip() == "", text


def test_the_bar_speaks_the_persons_language_and_details_stay_english(chinese: QApplication, icons: Icons) -> None:
    bar = ErrorBar(icons)
    error = errors.NoSpace()
    bar.show_error(error)
    assert _is_chinese(bar.words)
    assert str(error) in describe(error)
    assert "OpenSSL" in describe(error)
    bar.deleteLater()


def test_a_failed_transfer_speaks_the_persons_language(chinese: QApplication) -> None:
    from PySide6.QtCore import Qt

    from filexfer.gui.kit.bridge import JobNews

    model = JobsModel()
    spec = JobSpec(Direction.PUT, "https://studio:8765/", (("/home/me/a.txt", "a.txt"),))
    job = Job(id=1, spec=spec, state=JobState.FAILED, error=str(errors.NoSpace()), error_kind="NoSpace")
    model.take(JobNews(fresh=True, jobs=[job], removed=[]))
    for role in (Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleTextRole):
        text = str(model.index(0).data(role))
        assert why(errors.NoSpace()) in text
        assert str(errors.NoSpace()) not in text
