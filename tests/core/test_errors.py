"""Every error says something to a person."""

from __future__ import annotations

import inspect
import re

import pytest

from filexfer.core import errors

TREE = [kind for _, kind in inspect.getmembers(errors, inspect.isclass) if issubclass(kind, errors.FilexferError)]


@pytest.mark.parametrize("kind", TREE, ids=lambda kind: kind.__name__)
def test_without_a_text_it_says_its_own(kind: type[errors.FilexferError]) -> None:
    assert str(kind()) == kind.default
    assert kind.default.endswith(".")
    assert kind.default[0].isupper()
    assert str(kind("Another.")) == "Another."


def test_the_tree_at_the_top_of_the_file_names_every_error() -> None:
    named = set(re.findall(r"[A-Z][A-Za-z]+", errors.__doc__ or ""))
    assert {kind.__name__ for kind in TREE} <= named


def test_a_fault_of_another_server_keeps_its_code() -> None:
    assert errors.RemoteFault("x", 7).code == 7
    assert errors.RemoteFault().code == 0
