"""The completions in the shells themselves: each is started in a terminal of its own, a line is typed with a tab, and what
it would have run is looked at."""

from __future__ import annotations

import os
import pty
import select
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from packages import completions

#: How each shell is started without its user's settings, and told of the script and of a `filexfer` that says what it was given.
SHELLS = {
    "bash": (
        ["bash", "--norc", "--noprofile", "-i"],
        'filexfer() {{ if [ "$2" = --names ]; then printf \'attic\\ncellar\\n\'; else echo "ran<$*>"; fi; }}\n'
        "source {scripts}/bash-completion/completions/filexfer\n",
    ),
    "zsh": (
        ["zsh", "-f", "-i"],
        'filexfer() {{ if [ "$2" = --names ]; then printf \'attic\\ncellar\\n\'; else echo "ran<$*>"; fi; }}\n'
        "fpath=({scripts}/zsh/vendor-completions $fpath); autoload -U compinit; compinit -D -u\n",
    ),
    "fish": (
        ["fish", "--no-config", "-i"],
        'function filexfer; if test "$argv[2]" = --names; printf \'attic\\ncellar\\n\'; else; echo "ran<$argv>"; end; end\n'
        "source {scripts}/fish/vendor_completions.d/filexfer.fish\n",
    ),
}

Typed = Callable[[str], str]


class Terminal:
    """A shell at the other end of a terminal."""

    def __init__(self, command: list[str], folder: Path) -> None:
        self._near, far = pty.openpty()
        environment = {"PATH": os.environ["PATH"], "HOME": str(folder), "TERM": "xterm", "LC_ALL": "C.UTF-8", "PS1": "$ "}
        # fish wants a terminal that is its own.
        command = ["setsid", "--ctty", *command]
        self._shell = subprocess.Popen(command, stdin=far, stdout=far, stderr=far, cwd=folder, env=environment)
        os.close(far)

    def until(self, wanted: str, text: str) -> str:
        """Type `text`, and what has come up when `wanted` is among it."""
        os.write(self._near, text.encode())
        shown = ""
        while wanted not in shown:
            ready, _, _ = select.select([self._near], [], [], 30)
            assert ready, shown
            shown += os.read(self._near, 4096).decode("utf-8", "replace")
        return shown

    def close(self) -> None:
        self._shell.kill()
        self._shell.wait()
        os.close(self._near)


@pytest.fixture(scope="module")
def scripts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    top = tmp_path_factory.mktemp("share")
    for name, text in completions.files().items():
        (top / name).parent.mkdir(parents=True)
        (top / name).write_text(text, encoding="utf-8")
    return top


@pytest.fixture(params=SHELLS, scope="module")
def typed(request: pytest.FixtureRequest, scripts: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Typed]:
    """`typed("filexfer pu\\t")`: the words that the command was then given."""
    if shutil.which(request.param) is None:
        pytest.skip(f"{request.param} is not installed")
    command, prepare = SHELLS[request.param]
    folder = tmp_path_factory.mktemp("home")
    (folder / "notes.txt").touch()
    (folder / "photos").mkdir()
    terminal = Terminal(command, folder)
    # The mark is written in two pieces, so that its echo is not taken for it.
    terminal.until("ready-now", prepare.format(scripts=scripts) + "echo ready''-now\n")

    def run(line: str) -> str:
        shown = terminal.until("ran<", line + "\n")
        if ">" not in shown.rpartition("ran<")[2]:
            shown += terminal.until(">", "")
        return shown.rpartition("ran<")[2].partition(">")[0]

    yield run
    terminal.close()


@pytest.mark.parametrize(
    ("line", "given"),
    [
        ("filexfer pu\t", "put"),
        ("filexfer put --checks\t", "put --checksum"),
        ("filexfer put --on-conflict ov\t", "put --on-conflict overwrite"),
        ("filexfer serve --guest=wr\t", "serve --guest=write"),
        ("filexfer put no\t", "put notes.txt"),
        ("filexfer serve ph\t", "serve photos"),
        ("filexfer devices rev\t", "devices revoke"),
        ("filexfer ls ce\t", "ls cellar:"),
        ("filexfer put notes.txt at\t", "put notes.txt attic:"),
        ("filexfer get at\t", "get attic:"),
    ],
)
def test_a_tab_completes(typed: Typed, line: str, given: str) -> None:
    # bash adds a slash to a folder, and keeps it.
    assert typed(line).strip().removesuffix("/") == given
