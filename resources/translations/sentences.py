"""Gathers from the sources the sentences in which filexfer says what went wrong: `python sentences.py [--python FILE]`.

Rules: they are English where they arise and travel as such, so that stock clients, logs and older versions read them; a window
says them in its person's language (`gui/kit/sentences.py`), by what is gathered here. Slots are written `{name}`.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

TOP = Path(__file__).resolve().parents[2]
FILE = Path(__file__).resolve().with_name("sentences.txt")
#: Whose sentences reach a window, and what in the window's own room is said by threads that translate nothing.
ROOMS = ("agent", "client", "core", "protocol", "server", "storage")
OWN = (
    *("gui/cannot_start.py", "gui/files/aside.py", "gui/kit/bridge.py", "gui/kit/launch.py", "gui/kit/resources.py"),
    "gui/servers/code_entry.py",
)
#: What monitors read, and no window says.
UNSEEN = ("server/health.py", "server/metrics.py")
#: Letters that a sentence with slots has at least beside them: with fewer it would be found in what others say.
LEAST = 8
#: How the constants begin that are said without being sentences.
_SHORT = ("MISSING_", "OTHER_HERE", "MAY_", "default")
#: What is put into slots, and comes from elsewhere.
WORDS = (
    *("watch", "read", "write", "manage"),
    # What systems say of a failed call (strerror), in slots called `reason`.
    *("Permission denied", "Operation not permitted", "No such file or directory", "No space left on device"),
    *("Read-only file system", "Input/output error", "Not a directory", "Is a directory", "Address already in use"),
    *("Connection refused", "Connection reset by peer", "Connection timed out", "Broken pipe", "Device or resource busy"),
    *("Too many open files", "Cannot assign requested address", "Network is unreachable", "No route to host"),
    *("Stale file handle", "Disk quota exceeded", "File name too long", "Operation not supported"),
)
#: Names that say nothing of what stands in a slot: what they are given says it.
_PLAIN = {"str", "shown", "name", "len", "join", "min", "max", "decode", "repr", "get", "format", "host"}


def gather() -> list[str]:
    """All of them, each once, in an order that stays."""
    import filexfer.core.errors as tree

    kinds = {name for name, value in vars(tree).items() if isinstance(value, type) and issubclass(value, tree.FilexferError)}
    files = [file for room in ROOMS for file in sorted((TOP / "filexfer" / room).rglob("*.py"))]
    found: dict[str, None] = {}
    unseen = [TOP / "filexfer" / name for name in UNSEEN]
    for file in [*(file for file in files if file not in unseen), *(TOP / "filexfer" / name for name in OWN)]:
        for text in _of_file(ast.parse(file.read_text("utf-8")), kinds):
            bare = re.sub(r"\{\w*\}", "", text)
            if bare == text or len(re.findall(r"[^\W\d]", bare)) >= LEAST:
                found[text] = None
    return sorted({*found, *WORDS})


def _of_file(tree: ast.Module, kinds: set[str]) -> Iterator[str]:
    silent = set(_silent(tree))
    yield from _short(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and _called(node) in {*kinds, "Finding"}:
            texts = [*node.args, *(word.value for word in node.keywords)]
            if _called(node) == "Finding":
                texts = texts[2:4]
            for one in texts:
                yield from _texts(one)
        if id(node) not in silent and isinstance(node, ast.Constant | ast.JoinedStr):
            text = template(node)
            if text is not None and _is_sentence(text):
                yield text


def _short(tree: ast.Module) -> Iterator[str]:
    """What is said without being a sentence: constants like `MISSING_HERE`, and what errors say of themselves."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign):
            texts = node.value.elts if isinstance(node.value, ast.Tuple) else [node.value]
            names = [one.id for target in node.targets for one in ast.walk(target) if isinstance(one, ast.Name)]
            if any(name.startswith(_SHORT) for name in names):
                for one in texts:
                    yield from _texts(one)


def _texts(node: ast.expr) -> Iterator[str]:
    if isinstance(node, ast.IfExp):
        yield from _texts(node.body)
        yield from _texts(node.orelse)
    elif text := template(node):
        yield text


def _silent(tree: ast.Module) -> Iterator[int]:
    """What is no text of its own: docstrings, parts of f-strings and sums, lines of a log."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            yield id(node.value)
        if isinstance(node, ast.JoinedStr):
            yield from (id(part) for part in node.values)
        if isinstance(node, ast.BinOp):
            yield from (id(part) for part in (node.left, node.right))
        if isinstance(node, ast.Call) and _is_log(node):
            yield from (id(one) for one in node.args)


def _is_log(call: ast.Call) -> bool:
    return isinstance(call.func, ast.Attribute) and ast.unparse(call.func.value).lower().endswith("log")


def _is_sentence(text: str) -> bool:
    if re.match(r"[A-Z]{4,} ", text):
        return False  # SQL
    return bool(re.match(r"[“A-Z{]|filexfer", text)) and text.rstrip()[-1:] in ".?" and text.count(" ") >= 2 and "\n" not in text


def template(node: ast.expr) -> str | None:
    """The text of a constant, an f-string or a sum of such, with what is put in as `{name}`; None for other expressions."""
    if isinstance(node, ast.Constant):
        return _plain(node.value) if isinstance(node.value, str) else None
    if not isinstance(node, ast.JoinedStr | ast.BinOp):
        return None
    text, names = "", list[str]()
    for part in _parts(node):
        if isinstance(part, ast.Constant):
            text += _escaped(str(part.value))
            continue
        name = called = _slot(part)
        while name in names:
            name = f"{called}{sum(one.startswith(called) for one in names) + 1}"
        names.append(name)
        text += f"{{{name}}}"
    return text


def _parts(node: ast.expr) -> Iterator[ast.expr]:
    if isinstance(node, ast.JoinedStr):
        yield from (part.value if isinstance(part, ast.FormattedValue) else part for part in node.values)
    elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        yield from (*_parts(node.left), *_parts(node.right))
    else:
        yield node


def _plain(text: str) -> str:
    """A constant: one with slots is filled by `format`."""
    return text if re.search(r"\{[a-z_]+\}", text) else _escaped(text)


def _escaped(text: str) -> str:
    return text.replace("{", "{{").replace("}", "}}")


def _slot(node: ast.expr) -> str:
    if isinstance(node, ast.Name):
        return node.id.strip("_").lower()
    if isinstance(node, ast.Attribute):
        return _slot(node.value) if node.attr in ("__name__", "value", "name") else node.attr.strip("_").lower()
    if isinstance(node, ast.BoolOp):
        return "reason" if "strerror" in ast.unparse(node) else _slot(node.values[0])
    if isinstance(node, ast.BinOp):
        return _slot(node.left)
    if isinstance(node, ast.Subscript):
        return _slot(node.value)
    if isinstance(node, ast.Call):
        called = _called(node)
        inner = node.args[0] if node.args else (node.func.value if isinstance(node.func, ast.Attribute) else None)
        return _slot(inner) if inner is not None and (called in _PLAIN or not node.args) else called.strip("_")
    return "value"


def _called(node: ast.Call) -> str:
    return node.func.attr if isinstance(node.func, ast.Attribute) else node.func.id if isinstance(node.func, ast.Name) else ""


def main() -> None:
    texts = gather()
    FILE.write_text("".join(f"{text}\n" for text in texts), "utf-8")
    if sys.argv[1:2] == ["--python"]:
        # pyside6-lupdate reads these calls and nothing else of the file.
        lines = [f"QT_TRANSLATE_NOOP('Sentences', {text!r})\n" for text in texts]
        Path(sys.argv[2]).write_text("".join(lines), "utf-8")


if __name__ == "__main__":
    main()
