"""Holds the house's walls by reading the sources: who may import whom, where sockets, windows and open files belong.

Each rule is a function from the sources to sentences about what breaks it; the last tests plant such a thing and see it found.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parent.parent / "filexfer"

#: The table of docs/architecture.md. Every room may import itself.
MAY_IMPORT = {
    "core": set[str](),
    "protocol": {"core"},
    "storage": {"core"},
    "server": {"protocol", "storage", "core"},
    "client": {"protocol", "storage", "core"},
    "agent": {"server", "client", "protocol", "storage", "core"},
    "gui": {"client.session", "client.control", "protocol", "core"},
    "cli": {"server", "client", "agent", "protocol", "storage", "core"},
}
#: The rooms of the window; the files beside them put it together, and may import all of them.
WINDOW_MAY_IMPORT = {
    "kit": set[str](),
    "platform": {"kit"},
    "files": {"kit"},
    "servers": {"kit"},
    "dragging": {"files", "platform", "kit"},
    "transfers": {"dragging", "files", "servers", "kit"},
}
#: What `from filexfer import …` hands out lazily, and the room each comes from.
FACE = {"Server": "server", "connect": "client.session"}

SOCKETS_AND_THREADS = set(
    "socket socketserver ssl select selectors threading _thread asyncio concurrent multiprocessing subprocess queue http".split()
)
OPENERS = set("pathlib shutil tempfile glob fileinput sqlite3 mmap".split())
BY_NAME = set(
    "open openat rename renames replace unlink remove rmdir removedirs mkdir makedirs link symlink readlink stat lstat statvfs "
    "scandir listdir walk fwalk utime chmod chown lchown truncate access mkfifo mknod getxattr setxattr listxattr chdir".split()
)
PATH_BY_NAME = set("exists lexists isfile isdir islink getsize getmtime realpath samefile".split())
MUTATORS = set("append extend insert add update setdefault pop popitem remove discard clear appendleft".split())
FROZEN_BASES = set("Enum IntEnum StrEnum Flag IntFlag NamedTuple TypedDict Protocol".split())


@dataclass(frozen=True)
class Source:
    """One module: its dotted name below the package, its tree, its room."""

    name: str
    tree: ast.Module

    @property
    def room(self) -> str:
        return self.name.partition(".")[0]


def sources(package: Path) -> list[Source]:
    found = []
    for path in sorted(package.rglob("*.py")):
        parts = path.relative_to(package).with_suffix("").parts
        name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
        found.append(Source(name, ast.parse(path.read_text(encoding="utf-8"), str(path))))
    return found


def imports(source: Source) -> Iterator[tuple[ast.stmt, str]]:
    """Every (statement, dotted name) imported anywhere in the module, lazily or not."""
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield node, alias.name
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                package = source.name.split(".")[: -node.level] if "." in source.name else []
                base = ".".join(filter(None, ["filexfer", *package, base]))
            for alias in node.names:
                yield node, f"{base}.{alias.name}"


def own(name: str) -> str:
    """The room, with the module where there is one, that a dotted import of ours reaches; "" for the package itself or others."""
    if not name.startswith("filexfer."):
        return ""
    first, *rest = name.split(".")[1:]
    return FACE.get(first) or ".".join([first, *rest])


def at(source: Source, node: ast.AST) -> str:
    return f"{source.name}:{getattr(node, 'lineno', 0)}"


def wrong_imports(all_sources: list[Source]) -> Iterator[str]:
    for source in all_sources:
        if source.room not in MAY_IMPORT:
            continue
        allowed = MAY_IMPORT[source.room] | {source.room}
        lazily = {id(inner) for node in ast.walk(source.tree) if isinstance(node, ast.FunctionDef) for inner in ast.walk(node)}
        for node, name in imports(source):
            target = own(name)
            room = target.partition(".")[0]
            if room not in MAY_IMPORT or any(target == one or target.startswith(one + ".") for one in allowed):
                continue
            if (source.room, room) == ("cli", "gui") and id(node) in lazily:
                continue
            yield f"{at(source, node)}: {source.room} may not import {target}"


def wrong_imports_in_the_window(all_sources: list[Source]) -> Iterator[str]:
    for source in all_sources:
        room = source.name.removeprefix("gui.").partition(".")[0]
        if source.room != "gui" or room not in WINDOW_MAY_IMPORT:
            continue
        for node, name in imports(source):
            target = name.removeprefix("filexfer.gui.").partition(".")[0]
            if name.startswith("filexfer.gui.") and target not in WINDOW_MAY_IMPORT[room] | {room}:
                yield f"{at(source, node)}: gui.{room} may not import gui.{target}"


def wrong_libraries(all_sources: list[Source]) -> Iterator[str]:
    for source in all_sources:
        for node, name in imports(source):
            library = name.partition(".")[0]
            if library in ("PySide6", "shiboken6") and source.room != "gui":
                yield f"{at(source, node)}: {library} belongs to gui only"
            # `http.HTTPStatus` is a table of names; `http.client` and `http.server` are sockets.
            if library in SOCKETS_AND_THREADS and source.room in ("core", "protocol") and not name.startswith("http.HTTP"):
                yield f"{at(source, node)}: {library} does not belong into {source.room}"
            if library == "signal" and source.room not in ("cli", "gui"):
                yield f"{at(source, node)}: signals are the business of the fronts"


def opened_by_name(all_sources: list[Source]) -> Iterator[str]:
    for source in all_sources:
        closed = source.room in ("protocol", "storage") and source.name not in ("storage.confine", "storage.fsops")
        if not closed:
            continue
        for node, name in imports(source):
            if name.partition(".")[0] in OPENERS:
                yield f"{at(source, node)}: {name} opens by name; only confine.py and fsops.py do"
            module, _, function = name.rpartition(".")
            if (module == "os" and function in BY_NAME) or (module == "os.path" and function in PATH_BY_NAME):
                yield f"{at(source, node)}: {name} opens by name; only confine.py and fsops.py do"
        for node in ast.walk(source.tree):
            if isinstance(node, (ast.Name, ast.Attribute)):
                text = ast.unparse(node)
                module, _, function = text.rpartition(".")
                if (
                    (text in ("open", "io.open", "io.FileIO") and isinstance(getattr(node, "ctx", None), ast.Load))
                    or (module == "os" and function in BY_NAME)
                    or (module == "os.path" and function in PATH_BY_NAME)
                ):
                    yield f"{at(source, node)}: {text} opens by name; only confine.py and fsops.py do"


def classes(all_sources: list[Source]) -> dict[str, bool]:
    """Every class of ours by its full name, and whether its instances are values that nobody can change."""
    found = {}
    for source in all_sources:
        for node in source.tree.body:
            if isinstance(node, ast.ClassDef):
                decorated = any("frozen=True" in ast.unparse(decorator) for decorator in node.decorator_list)
                based = any(ast.unparse(base).rpartition(".")[2] in FROZEN_BASES for base in node.bases)
                found[f"filexfer.{source.name}.{node.name}"] = decorated or based
    return found


def singletons(all_sources: list[Source]) -> Iterator[str]:
    """Module-level instances of our own changeable classes, locks and threads, and module-level things that functions change."""
    frozen = classes(all_sources)
    for source in all_sources:
        names = {name.rpartition(".")[2]: name for _, name in imports(source)}
        names |= {name.rpartition(".")[2]: name for name in frozen if name.rpartition(".")[0] == f"filexfer.{source.name}"}
        variables = set()
        for node in source.tree.body:
            if not isinstance(node, (ast.Assign, ast.AnnAssign)) or node.value is None:
                continue
            variables |= {
                t.id for t in (node.targets if isinstance(node, ast.Assign) else [node.target]) if isinstance(t, ast.Name)
            }
            for call in ast.walk(node.value):
                if isinstance(call, ast.Call):
                    first, _, rest = ast.unparse(call.func).partition(".")
                    full = ".".join(filter(None, [names.get(first, first), rest]))
                    if not frozen.get(full, True) or full.partition(".")[0] in ("threading", "queue", "sqlite3", "PySide6"):
                        yield f"{at(source, node)}: a module-level {full}; construct it in a front and hand it on"
        yield from changed_in_functions(source, variables)


def changed_in_functions(source: Source, variables: set[str]) -> Iterator[str]:
    for function in (n for n in ast.walk(source.tree) if isinstance(n, (ast.FunctionDef, ast.AsyncFunctionDef))):
        local = {a.arg for a in ast.walk(function) if isinstance(a, ast.arg)}
        local |= {n.id for n in ast.walk(function) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
        for node in ast.walk(function):
            name = ""
            if isinstance(node, ast.Global):
                yield f"{at(source, node)}: global {', '.join(node.names)}"
            elif isinstance(node, ast.Subscript) and isinstance(node.ctx, (ast.Store, ast.Del)):
                name = ast.unparse(node.value)
            elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in MUTATORS:
                name = ast.unparse(node.func.value)
            if name in variables - local:
                yield f"{at(source, node)}: changes the module-level {name}"


RULES = [wrong_imports, wrong_imports_in_the_window, wrong_libraries, opened_by_name, singletons]


@cache
def our_sources() -> list[Source]:
    return sources(PACKAGE)


@pytest.mark.parametrize("rule", RULES)
def test_the_walls_stand(rule) -> None:
    assert list(rule(our_sources())) == []


def test_every_room_is_in_the_table() -> None:
    rooms = {path.parent.name for path in PACKAGE.glob("*/__init__.py")}
    assert rooms == set(MAY_IMPORT)
    assert {path.parent.name for path in (PACKAGE / "gui").glob("*/__init__.py")} == set(WINDOW_MAY_IMPORT)


def planted(tmp_path: Path, module: str, text: str) -> list[Source]:
    path = tmp_path / "filexfer" / (module.replace(".", "/") + ".py")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return sources(tmp_path / "filexfer")


@pytest.mark.parametrize(
    ("rule", "module", "text"),
    [
        (wrong_imports, "server.x", "from filexfer.client import session"),
        (wrong_imports, "client.x", "import filexfer.server.pool"),
        (wrong_imports, "client.x", "def f():\n    from filexfer import Server"),
        (wrong_imports, "core.x", "from filexfer.protocol.faults import code_of"),
        (wrong_imports, "protocol.x", "from ..storage import folder"),
        (wrong_imports, "gui.x", "from filexfer.client.engine import Engine"),
        (wrong_imports, "gui.x", "from filexfer import agent"),
        (wrong_imports, "cli.x", "from filexfer.gui import app"),
        (wrong_imports_in_the_window, "gui.kit.x", "from filexfer.gui.files import browser"),
        (wrong_imports_in_the_window, "gui.servers.x", "from filexfer.gui.files.browser import Browser"),
        (wrong_imports_in_the_window, "gui.files.x", "from filexfer.gui.window import Window"),
        (wrong_libraries, "cli.x", "def f():\n    import PySide6.QtCore"),
        (wrong_libraries, "protocol.x", "from threading import Lock"),
        (wrong_libraries, "core.x", "import selectors"),
        (wrong_libraries, "protocol.x", "import http.client"),
        (wrong_libraries, "server.x", "import signal"),
        (opened_by_name, "storage.x", "def f(p):\n    return open(p)"),
        (opened_by_name, "storage.x", "import os\ndef f(p):\n    return os.stat(p)"),
        (opened_by_name, "storage.x", "from os import rename as move"),
        (opened_by_name, "storage.x", "from pathlib import Path"),
        (opened_by_name, "storage.x", "import os.path\nf = os.path.exists"),
        (opened_by_name, "protocol.x", "import tempfile"),
        (singletons, "server.x", "class Pool:\n    pass\nPOOL = Pool()"),
        (singletons, "server.x", "import threading\n_lock = threading.Lock()"),
        (singletons, "client.x", "_seen = {}\ndef f(a):\n    _seen[a] = 1"),
        (singletons, "client.x", "_seen = []\ndef f(a):\n    _seen.append(a)"),
        (singletons, "client.x", "_one = None\ndef f():\n    global _one\n    _one = 1"),
    ],
)
def test_a_planted_breach_is_found(tmp_path: Path, rule, module: str, text: str) -> None:
    assert list(rule(planted(tmp_path, module, text)))


@pytest.mark.parametrize(
    ("module", "text"),
    [
        ("gui.x", "from filexfer.client.session import connect\nfrom PySide6 import QtCore"),
        ("gui.x", "from filexfer import connect, __version__"),
        ("gui.files.x", "from filexfer.gui.kit.words import Words\nfrom filexfer.gui.files import place"),
        ("gui.window", "from filexfer.gui.files.browser import Browser"),
        ("cli.x", "def f():\n    from filexfer.gui import app"),
        ("agent.x", "from filexfer.server import Server\nfrom filexfer.client.engine import Engine"),
        ("protocol.x", "from http import HTTPStatus"),
        ("storage.confine", "import os\ndef f(p, d):\n    return os.open(p, 0, dir_fd=d)"),
        ("storage.x", "def f(ops, p):\n    return ops.open(p), ops.rename(p, p)"),
        (
            "core.x",
            "from dataclasses import dataclass\n@dataclass(frozen=True)\nclass A:\n    a: int\nONE = A(1)\nTABLE = {1: A(2)}",
        ),
        ("client.x", "seen = []\ndef f(a):\n    seen = {}\n    seen[a] = 1"),
    ],
)
def test_what_is_allowed_passes(tmp_path: Path, module: str, text: str) -> None:
    assert [breach for rule in RULES for breach in rule(planted(tmp_path, module, text))] == []
