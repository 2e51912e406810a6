"""Every text a person sees can be said in another language, and is said in Chinese: a walk over the sources and the `.ts`."""

from __future__ import annotations

import ast
import os
import re
import runpy
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple
from xml.etree import ElementTree

import pytest

import filexfer.gui
from filexfer.gui.kit import resources

GUI = Path(filexfer.gui.__file__).resolve().parent
FOLDER = resources.folder() / "translations"
TREES = {file: ast.parse(file.read_text("utf-8")) for file in sorted(GUI.rglob("*.py"))}
#: What shows the text it is given. `say` and `offer` are those of our own pages, `tip` and the labels those of `controls`.
SHOWING = frozenset(
    "setText setWindowTitle setToolTip setStatusTip setWhatsThis setAccessibleName setAccessibleDescription setPlaceholderText "
    "setTitle setLabelText setInformativeText setDetailedText setPlainText setHtml setMarkdown setSuffix setPrefix setNameFilter "
    "setSpecialValueText setButtonText setHeaderLabels setItemText addItem addItems addAction addMenu addButton addRow addTab "
    "insertItem QLabel QPushButton QAction QCheckBox QRadioButton QGroupBox QMenu QToolButton QLineEdit QProgressDialog "
    "QMessageBox question information warning critical about showMessage getText getOpenFileName getOpenFileNames "
    "getExistingDirectory getSaveFileName plain_label faint_label check_box icon_button Elided Switch tip say offer "
    "show_error point_at".split()
)
#: What stands for itself in every language: a sign, a name, a command that is typed, a spelling of keys or dates.
SAME_EVERYWHERE = re.compile(
    r"[^A-Za-z]*|filexfer[^A-Z]*|BLAKE3|SHA-256|[a-z_]+|(Ctrl|Alt|Shift|Meta|F\d+|Esc|Del|Return|[A-Z]|[+-])+|[yMdHhms :.-]+"
)


class Message(NamedTuple):
    context: str
    source: str
    state: str
    texts: tuple[str, ...]


def _messages(name: str = "filexfer_zh_CN.ts") -> list[Message]:
    found = []
    for context in ElementTree.parse(FOLDER / name).iter("context"):
        for message in context.iter("message"):
            said = message.find("translation")
            assert said is not None
            forms = [str(form.text or "") for form in said.iter("numerusform")] or [str(said.text or "")]
            state = str(said.get("type", ""))
            found.append(Message(str(context.findtext("name")), str(message.findtext("source")), state, tuple(forms)))
    return found


def _called(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")


def _calls() -> Iterator[tuple[Path, ast.Call]]:
    for file, tree in TREES.items():
        yield from ((file, node) for node in ast.walk(tree) if isinstance(node, ast.Call))


def _literals(node: ast.expr) -> Iterator[str]:
    """The texts that an expression would show without asking the translations. What a call gives is its own affair."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.JoinedStr):
        yield from (str(part.value) for part in node.values if isinstance(part, ast.Constant))
    elif isinstance(node, ast.BinOp):
        yield from (*_literals(node.left), *_literals(node.right))
    elif isinstance(node, ast.IfExp):
        yield from (*_literals(node.body), *_literals(node.orelse))
    elif isinstance(node, ast.BoolOp):
        for value in node.values:
            yield from _literals(value)
    elif isinstance(node, ast.List | ast.Tuple):
        for element in node.elts:
            yield from _literals(element)
    elif isinstance(node, ast.Dict):
        for one in node.values:
            yield from _literals(one)


def _at(file: Path, node: ast.expr) -> str:
    return f"{file.name}:{node.lineno}"


def test_every_translated_text_is_a_plain_literal() -> None:
    """Else the tool that gathers them reads nothing, or half."""
    wrong = [
        _at(file, call)
        for file, call in _calls()
        if _called(call) == "tr" and not (call.args and isinstance(call.args[0], ast.Constant) and call.args[0].value)
    ]
    assert wrong == []


def test_no_text_is_translated_within_an_f_string() -> None:
    """There the tool that gathers them does not look."""
    strings = [(file, node) for file, tree in TREES.items() for node in ast.walk(tree) if isinstance(node, ast.JoinedStr)]
    assert [_at(file, one) for file, one in strings for call in ast.walk(one) if _is_tr(call)] == []


def _is_tr(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and _called(node) == "tr"


def test_the_sources_and_the_translations_hold_the_same_texts() -> None:
    said = {str(call.args[0].value) for _, call in _calls() if _called(call) == "tr" and isinstance(call.args[0], ast.Constant)}
    assert len(said) > 400
    known = {message.source for message in _messages() if message.context != "Sentences"}
    assert said - known == set(), "run resources/translations/update.sh"
    assert known - said == set(), "run resources/translations/update.sh"


def test_no_text_that_is_shown_escapes_translation() -> None:
    shown = [
        f"{_at(file, call)}: {text}"
        for file, call in _calls()
        if _called(call) in SHOWING and not ast.unparse(call.func).startswith("_log.")
        for argument in [*call.args, *(word.value for word in call.keywords if word.arg not in ("objectName", "icon"))]
        for text in _literals(argument)
        if not SAME_EVERYWHERE.fullmatch(text.strip())
    ]
    assert shown == []


def test_no_error_is_shown_as_it_came() -> None:
    """It is English then: `sentences.why` says it, and `sentences.said` what an agent tells of one."""
    raw = [
        f"{_at(file, call)}: {ast.unparse(part)}"
        for file, call in _calls()
        if _called(call) in SHOWING
        for argument in [*call.args, *(word.value for word in call.keywords)]
        for part in _bare(argument)
        if re.fullmatch(r"str\(error\)|.*\.(error|problem|reason)|.*\['(error|problem|reason|says|do)'\]", ast.unparse(part))
    ]
    assert raw == []


def _bare(node: ast.expr) -> Iterator[ast.expr]:
    """The parts of an expression that are shown without going through `sentences`."""
    yield node
    if isinstance(node, ast.Call) and _called(node) in ("said", "why"):
        return
    shown = (node.body, node.orelse) if isinstance(node, ast.IfExp) else ast.iter_child_nodes(node)
    for child in shown:
        if isinstance(child, ast.expr) and not isinstance(node, ast.Lambda | ast.Compare):
            yield from _bare(child)


def test_no_sentence_of_the_window_stands_beside_its_translations() -> None:
    """A text with three words that begins like a sentence is either translated where it stands, or gathered as an error's."""
    template = runpy.run_path(str(FOLDER / "sentences.py"))["template"]
    gathered = set((FOLDER / "sentences.txt").read_text("utf-8").splitlines())
    stray = []
    for file, tree in TREES.items():
        kept = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and _called(node) == "tr":
                kept.update(map(id, node.args))
            if isinstance(node, ast.JoinedStr):
                kept.update(map(id, node.values))
            if isinstance(node, ast.BinOp) and template(node) in gathered:
                kept.update((id(node.left), id(node.right)))
        for node in ast.walk(tree):
            if id(node) in kept or not isinstance(node, ast.Constant | ast.JoinedStr):
                continue
            text = template(node) or ""
            if re.match(r"[“A-Z][^\n]* [^\n]* [^\n]*[a-z.?!…]$", text) and text not in gathered and file.parent == GUI:
                stray.append(f"{_at(file, node)}: {text}")
    assert stray == []


def test_every_text_is_said_in_chinese() -> None:
    unsaid = [message for message in _messages() if message.state or not all(message.texts)]
    assert unsaid == [], "fill them in, then run resources/translations/update.sh"
    for _, source, _, texts in _messages():
        bare = re.sub(r"\{\w*\}", "", source).strip()
        assert all(map(_is_chinese, texts)) or SAME_EVERYWHERE.fullmatch(bare), source


def test_english_tells_one_from_many() -> None:
    for message in _messages("filexfer_en.ts"):
        assert not message.state, message
        one, many = message.texts
        assert one, message
        assert many, message
        assert "%Ln entries" not in one, message
        assert "(s)" not in one + many, message


def _is_chinese(text: str) -> bool:
    return any("\u3000" <= sign <= "\u9fff" or "\uff00" <= sign <= "\uffef" for sign in text)


def test_what_is_filled_in_is_the_same_in_both_languages() -> None:
    slots = re.compile(r"\{\w*\}|%L?n|%L?\d")
    wrong = [
        f"{message.source} | {text}"
        for message in _messages()
        for text in message.texts
        if sorted(slots.findall(message.source)) != sorted(slots.findall(text))
    ]
    assert wrong == []


def test_a_key_for_a_menu_is_there_in_both_languages() -> None:
    key = re.compile(r"&(\w)")
    for message in _messages():
        if message.context != "Sentences":
            for text in message.texts:
                assert bool(key.search(message.source)) == bool(key.search(text)), message
                wanted, given = key.search(message.source), key.search(text)
                assert not wanted or not given or wanted[1].upper() == given[1].upper(), message


def test_dots_that_promise_a_dialog_are_kept() -> None:
    for message in _messages():
        for text in message.texts:
            assert message.source.endswith("…") == (re.sub(r"\(&\w\)", "", text).endswith("…")), message


@pytest.mark.skipif(sys.platform == "win32", reason="a shell script")
def test_bringing_the_translations_up_to_the_sources_changes_nothing(tmp_path: Path) -> None:
    top = FOLDER.parents[1]
    shutil.copytree(top / "filexfer", tmp_path / "filexfer", ignore=shutil.ignore_patterns("__pycache__"))
    copy = tmp_path / "resources" / "translations"
    shutil.copytree(FOLDER, copy, ignore=shutil.ignore_patterns("__pycache__"))
    environment = {**os.environ, "BIN": str(Path(sys.executable).parent), "PYTHONPATH": str(top)}
    subprocess.run(["sh", str(copy / "update.sh")], check=True, timeout=120, env=environment)
    changed = [file.name for file in sorted(copy.iterdir()) if file.read_bytes() != (FOLDER / file.name).read_bytes()]
    assert changed == [], "run resources/translations/update.sh"
