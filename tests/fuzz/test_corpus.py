"""The fuzzers' rules in the suite: over every file of the corpus, over what hypothesis makes of it, and proof that they bite."""

from __future__ import annotations

import re
import subprocess
import sys
from array import array
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from filexfer.core import kept, paths
from filexfer.core.errors import FilexferError
from filexfer.protocol import chunked, columns, decode, elements, heads, pairing, percent
from filexfer.storage import journal
from fuzz.targets import CORPUS, TARGETS, check_of, corpus_of

TOP = Path(__file__).resolve().parents[2]
SEEDS = {target: [file.read_bytes() for file in corpus_of(target)] for target in TARGETS}
#: Where one message is cut, what is put there, and how much of it is taken away.
edits = st.lists(st.tuples(st.integers(0, 1 << 16), st.binary(max_size=6), st.integers(0, 6)), min_size=1, max_size=6)


@pytest.mark.parametrize(
    "file", [file for target in TARGETS for file in corpus_of(target)], ids=lambda f: f"{f.parent.name}-{f.name}"
)
def test_every_file_of_the_corpus_keeps_the_rules(file: Path) -> None:
    check_of(file.parent.name)(file.read_bytes())


def edited(seed: bytes, changes: list[tuple[int, bytes, int]]) -> bytes:
    """`seed` with each change at its place, as far as there are places."""
    for at, more, less in changes:
        at %= len(seed) + 1
        seed = seed[:at] + more + seed[at + less :]
    return seed


@pytest.mark.parametrize("target", TARGETS)
def test_no_change_to_a_message_breaks_a_rule(target: str) -> None:
    check = check_of(target)

    @settings(max_examples=300, deadline=None)
    @given(st.sampled_from(SEEDS[target]), edits)
    def holds(seed: bytes, changes: list[tuple[int, bytes, int]]) -> None:
        check(edited(seed, changes))

    holds()


@pytest.mark.parametrize("target", TARGETS)
def test_no_splice_of_two_messages_and_no_noise_breaks_a_rule(target: str) -> None:
    check = check_of(target)
    seeds = st.sampled_from(SEEDS[target])

    @settings(max_examples=150, deadline=None)
    @given(st.binary(max_size=80) | st.tuples(seeds, st.integers(0, 400), seeds, st.integers(0, 400)).map(spliced))
    def holds(data: bytes) -> None:
        check(data)

    holds()


def spliced(parts: tuple[bytes, int, bytes, int]) -> bytes:
    first, upto, second, since = parts
    return first[:upto] + second[since:]


#: For each target a mistake somebody could make in what it watches: where, under which name, and what stands there then.
MISTAKES: dict[str, tuple[object, str, object]] = {
    "codec": (elements, "_SCALARS", elements._SCALARS | {"int": lambda text: abs(int(text))}),
    "codec: another error": (decode, "_check_text", lambda text, limits: text.decode("ascii")),
    "values": (columns, "wide", lambda code, value, name: array(code, value)),
    "head": (heads, "_framing", lambda headers, status: (int(headers.get("content-length", "0")), False)),
    "chunked": (chunked, "int", lambda text, base: int(text)),
    "names": (paths, "check_component", lambda name: None),
    "names: decoded twice": (percent, "_HIDDEN", re.compile("(?!)")),
    "links": (pairing, "parse_code", lambda text: text),
    "journal": (journal, "_typed", lambda value: value),
    "journal: sums": (journal, "record", lambda kind, body: journal._HEAD.pack(kind, len(body), 0) + body),
    "kept": (kept, "write", lambda file, values: file.write_text("{}")),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_the_rules_bite(mistake: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A check that cannot fail is none: with the mistake in place, the corpus alone finds it."""
    place, name, wrong = MISTAKES[mistake]
    monkeypatch.setattr(place, name, wrong, raising=False)
    target = mistake.partition(":")[0]
    found = []
    for seed in SEEDS[target]:
        try:
            check_of(target)(seed)
        except Exception as error:
            found.append(error)
    assert found
    assert not all(isinstance(error, FilexferError) for error in found)


def test_the_corpus_is_small_and_every_target_has_one() -> None:
    assert {folder.name for folder in CORPUS.iterdir()} == set(TARGETS)
    for target in TARGETS:
        assert sum(len(seed) for seed in SEEDS[target]) < 32 << 10
        assert len(SEEDS[target]) >= 6


def test_one_input_can_be_looked_at_again_without_a_fuzzer(tmp_path: Path) -> None:
    def again(target: str, data: bytes) -> subprocess.CompletedProcess[str]:
        (tmp_path / "input").write_bytes(data)
        command = [sys.executable, "-m", "fuzz", "--again", target, str(tmp_path / "input")]
        return subprocess.run(command, cwd=TOP, capture_output=True, text=True, timeout=60)

    assert again("links", SEEDS["links"][0]).stdout == "No rule is broken.\n"


def test_without_a_fuzzer_it_says_that_nothing_was_tried() -> None:
    program = (
        "import importlib.util, runpy, sys; sys.argv = ['fuzz']; find = importlib.util.find_spec;"
        "importlib.util.find_spec = lambda name, *more: None if name == 'atheris' else find(name, *more);"
        "runpy.run_module('fuzz', run_name='__main__')"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=TOP, capture_output=True, text=True, timeout=60)
    assert done.returncode == 2
    assert "Nothing was tried." in done.stdout
