"""Blocks that follow each other on one connection, before the last one is answered."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator

import pytest

from filexfer.client.connections import Connections
from filexfer.client.login import Login
from filexfer.client.pipe import Pipe
from filexfer.client.transport import Connection
from filexfer.core.errors import Busy, ConnectionLost, FilexferError
from filexfer.protocol.address import parse
from filexfer.protocol.http import ResponseHead

_ASKED = b"GET /%d HTTP/1.1\r\n\r\n"
_TOLD = b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n%d"


class Other:
    """A server at whose side of the connections a test stands."""

    def __init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._listener.settimeout(10)
        self.connections = Connections(
            parse(f"http://127.0.0.1:{self._listener.getsockname()[1]}/"), Login(parse("http://127.0.0.1:1/"), None, _nobody), 10
        )
        self.taken: list[socket.socket] = []

    def take(self) -> socket.socket:
        self.taken.append(self._listener.accept()[0])
        self.taken[-1].settimeout(10)
        return self.taken[-1]

    def close(self) -> None:
        self.connections.close()
        for one in (*self.taken, self._listener):
            one.close()


def _nobody(address: object) -> None:
    return None


@pytest.fixture
def other() -> Iterator[Other]:
    made = Other()
    yield made
    made.close()


def ask(pipe: Pipe, number: int) -> Connection:
    asked = pipe.ask(lambda connection: connection.send(_ASKED % number))
    assert asked is not None
    return asked


def told(connection: Connection) -> tuple[ResponseHead, FilexferError | str]:
    head = connection.head()
    return head, connection.text(head, "GET")


def heads(theirs: socket.socket, count: int) -> bytes:
    """What has come once `count` requests have."""
    found = b""
    while found.count(b"\r\n\r\n") < count:
        found += theirs.recv(1000)
    return found


def test_the_next_request_goes_out_before_the_last_one_is_answered_and_answers_come_in_order(other: Other) -> None:
    pipe = Pipe(other.connections)
    asked = [ask(pipe, 1), ask(pipe, 2)]
    theirs = other.take()
    assert heads(theirs, 2) == _ASKED % 1 + _ASKED % 2
    theirs.sendall(_TOLD % 1 + _TOLD % 2)
    assert [pipe.answer(one, told) for one in asked] == ["1", "2"]


def test_a_connection_with_nothing_under_way_is_given_back(other: Other) -> None:
    pipe = Pipe(other.connections)
    asked = ask(pipe, 1)
    other.take().sendall(_TOLD % 1)
    pipe.answer(asked, told)
    again = other.connections.take()
    other.connections.drop(again)
    assert again is asked


def test_what_was_under_way_on_a_connection_that_broke_is_lost_and_the_next_takes_another(other: Other) -> None:
    pipe = Pipe(other.connections)
    asked = [ask(pipe, 1), ask(pipe, 2), ask(pipe, 3)]
    theirs = other.take()
    heads(theirs, 3)
    theirs.sendall(_TOLD % 1)
    theirs.close()
    assert pipe.answer(asked[0], told) == "1"
    for one in asked[1:]:
        with pytest.raises(ConnectionLost):
            pipe.answer(one, told)
    again = ask(pipe, 4)
    other.take().sendall(_TOLD % 4)
    assert pipe.answer(again, told) == "4"


def test_behind_the_last_answer_of_a_connection_nothing_is_waited_for(other: Other) -> None:
    pipe = Pipe(other.connections)
    asked = [ask(pipe, 1), ask(pipe, 2)]
    other.take().sendall(b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 1\r\n\r\n1")
    assert pipe.answer(asked[0], told) == "1"
    with pytest.raises(ConnectionLost):
        pipe.answer(asked[1], told)


def test_an_error_that_is_the_answer_leaves_the_connection_to_the_next_one(other: Other) -> None:
    pipe = Pipe(other.connections)
    asked = [ask(pipe, 1), ask(pipe, 2)]
    other.take().sendall(_TOLD % 1 + _TOLD % 2)
    with pytest.raises(Busy):
        pipe.answer(asked[0], lambda connection: (told(connection)[0], Busy()))
    assert pipe.answer(asked[1], told) == "2"


def test_behind_a_request_that_was_refused_half_sent_none_follows(other: Other) -> None:
    pipe = Pipe(other.connections)
    there = threading.Thread(
        target=lambda: other.take().sendall(b"HTTP/1.1 507 Full\r\nConnection: close\r\nContent-Length: 0\r\n\r\n")
    )
    there.start()
    asked = pipe.ask(lambda connection: connection.send(_ASKED % 1, (bytes(64 << 20),)))
    there.join()
    assert asked is not None
    assert pipe.ask(lambda connection: connection.send(_ASKED % 2)) is None
    head, _ = told(asked)
    pipe.drop()
    assert head.status == 507


def test_both_ends_on_one_machine_are_told_from_others(other: Other) -> None:
    connection = other.connections.take()
    other.connections.drop(connection)
    assert connection.within_machine
    assert other.connections.within_machine
