"""Many calls in one: what a server answers wrongly is told, and taken for no success."""

from __future__ import annotations

import pytest

from filexfer.agent.multicall import call_all
from filexfer.client.session import connect
from filexfer.core.errors import NotFound, NotWellFormed
from tests.client.fake import FakeServer


def test_a_call_that_was_refused_fails_alone() -> None:
    answers = [["first"], {"faultCode": 102, "faultString": "It is gone."}, [3]]
    with FakeServer({"system.multicall": lambda calls: answers}) as server, connect(server.address) as session:
        first, second, third = call_all(session, [("file_stat", name) for name in "abc"])
    assert (first, type(second), third) == ("first", NotFound, 3)


@pytest.mark.parametrize("answers", [[], [["one"]], [["one"], []], [["one"], ["two", "too many"]], [["one"], ["two"], ["three"]]])
def test_another_number_of_answers_than_calls_is_told(answers: list[object]) -> None:
    calls = [("entry_delete", "a"), ("entry_delete", "b")]
    with (
        FakeServer({"system.multicall": lambda _: answers}) as server,
        connect(server.address) as session,
        pytest.raises(NotWellFormed),
    ):
        call_all(session, calls)
