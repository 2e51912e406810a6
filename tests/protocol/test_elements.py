"""The second lock on payloads: placeholders that are not exactly those that were set refuse the message."""

from __future__ import annotations

from xml.etree.ElementTree import fromstring

import pytest

from filexfer.core.errors import NotWellFormed
from filexfer.protocol.elements import Reader
from filexfer.protocol.values import Limits


def read(params: str, payloads: list[object]) -> list[object]:
    root = fromstring(f"<methodCall><methodName>m</methodName><params>{params}</params></methodCall>")
    return Reader(payloads, Limits()).call(root).params


def test_each_placeholder_gets_its_payload() -> None:
    param = "<param><value><base64>{}</base64></value></param>"
    assert read(param.format(0) + param.format(1), [b"a", b"b"]) == [b"a", b"b"]


@pytest.mark.parametrize("text", ["1", "00", " 0", "0 ", "-1", "x", "٠"])
def test_a_placeholder_with_another_number_is_refused(text: str) -> None:
    with pytest.raises(NotWellFormed):
        read(f"<param><value><base64>{text}</base64></value></param>", [b"a"])


@pytest.mark.parametrize("count", [0, 2])
def test_more_or_fewer_payloads_than_placeholders_are_refused(count: int) -> None:
    with pytest.raises(NotWellFormed):
        read("<param><value><base64>0</base64></value></param>", [b"a"] * count)
