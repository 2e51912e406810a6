"""From parsed XML elements to values. An element not where XML-RPC has it refuses the message: nothing is guessed."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from typing import cast
from xml.etree.ElementTree import Element

from filexfer.core.errors import NotWellFormed, TooLarge
from filexfer.protocol import faults
from filexfer.protocol.values import Call, Limits

_BLANK = " \t\r\n"
_INTEGER = re.compile(r"[ \t\r\n]*[-+]?[0-9]{1,24}[ \t\r\n]*", re.ASCII)
_DECIMAL = re.compile(
    r"[ \t\r\n]*[-+]?(?:[0-9]{1,400}(?:\.[0-9]{0,1200})?|\.[0-9]{1,1200})(?:[eE][-+]?[0-9]{1,5})?[ \t\r\n]*", re.ASCII
)
_TIME = re.compile(r"[0-9TZ:.+-]{8,40}", re.ASCII)


class Reader:
    """Reads one message. `payloads` take the place of the numbered base64 elements, in order."""

    def __init__(self, payloads: Sequence[object], limits: Limits) -> None:
        self._payloads = payloads
        self._used = 0
        self._left = limits.values
        self._nesting = limits.nesting

    def call(self, root: Element) -> Call:
        if root.tag != "methodCall" or not 1 <= len(root) <= 2 or root[0].tag != "methodName" or len(root[0]):
            raise NotWellFormed("The message is not a call: methodCall holds methodName and params.")
        _only_children(root)
        params = self._params(root[1]) if len(root) == 2 else []
        self._check_all_used()
        return Call(root[0].text or "", params)

    def response(self, root: Element) -> object:
        """The value; raises the fault as an error."""
        if root.tag != "methodResponse" or len(root) != 1:
            raise NotWellFormed("The answer is not one of XML-RPC. Is there another kind of server at this address?")
        _only_children(root)
        if root[0].tag == "fault":
            self._raise_fault(root[0])
        params = self._params(root[0])
        self._check_all_used()
        if len(params) != 1:
            raise NotWellFormed("The answer holds not exactly one value.")
        return params[0]

    def _raise_fault(self, fault: Element) -> None:
        _only_children(fault)
        if len(fault) != 1 or fault[0].tag != "value":
            raise NotWellFormed("The answer is a fault without a value.")
        value = self._value(fault[0], 0)
        code, text = (value.get("faultCode"), value.get("faultString")) if isinstance(value, dict) else (None, None)
        if not isinstance(code, int) or not isinstance(text, str):
            raise NotWellFormed("The answer is a fault without a code and a text.")
        raise faults.error_of(code, text)

    def _params(self, element: Element) -> list[object]:
        if element.tag != "params":
            raise _misplaced(element)
        _only_children(element)
        values = []
        for param in element:
            if param.tag != "param" or len(param) != 1 or param[0].tag != "value":
                raise _misplaced(param)
            _only_children(param)
            values.append(self._value(param[0], 0))
        return values

    def _value(self, element: Element, depth: int) -> object:
        self._left -= 1
        if self._left < 0:
            raise TooLarge("The message holds more values than are taken. Send it in smaller parts.")
        if not len(element):
            return element.text or ""
        child = element[0]
        if len(element) > 1 or _filled(element.text) or _filled(child.tail):
            raise _misplaced(element)
        tag = child.tag
        if tag == "array" or tag == "struct":
            if depth >= self._nesting:
                raise TooLarge(f"Arrays and structs are nested more than {self._nesting} deep.")
            return self._array(child, depth + 1) if tag == "array" else self._struct(child, depth + 1)
        if len(child):
            raise _misplaced(child)
        if tag == "base64":
            return self._binary(child.text)
        read = _SCALARS.get(tag)
        if read is None:
            raise _misplaced(child)
        return read(child.text or "")

    def _array(self, element: Element, depth: int) -> list[object]:
        _only_children(element)
        if len(element) != 1 or element[0].tag != "data":
            raise _misplaced(element)
        data = element[0]
        if _filled(data.text):
            raise _misplaced(data)
        values = []
        for item in data:
            if item.tag != "value" or _filled(item.tail):
                raise _misplaced(item)
            values.append(self._value(item, depth))
        return values

    def _struct(self, element: Element, depth: int) -> dict[str, object]:
        values: dict[str, object] = {}
        if _filled(element.text):
            raise _misplaced(element)
        for member in element:
            if member.tag != "member" or len(member) != 2 or _filled(member.tail):
                raise _misplaced(member)
            _only_children(member)
            name, value = member
            if name.tag != "name" or value.tag != "value" or len(name):
                raise _misplaced(member)
            key = name.text or ""
            if key in values:
                raise NotWellFormed("A struct names the same member twice.")
            values[key] = self._value(value, depth)
        return values

    def _binary(self, text: str | None) -> object:
        if text is None:
            return b""  # `<base64/>`
        if text != str(self._used) or self._used >= len(self._payloads):
            raise NotWellFormed("A base64 value holds something other than base64.")
        self._used += 1
        return self._payloads[self._used - 1]

    def _check_all_used(self) -> None:
        if self._used != len(self._payloads):
            raise NotWellFormed("A base64 value stands outside a value.")


def _filled(text: str | None) -> bool:
    return text is not None and text.strip(_BLANK) != ""


def _only_children(element: Element) -> None:
    if _filled(element.text) or any(_filled(child.tail) for child in element):
        raise _misplaced(element)


def _misplaced(element: Element) -> NotWellFormed:
    return NotWellFormed(f"The message has a {element.tag} element, or text in it, where XML-RPC has none.")


def _integer(text: str) -> int:
    if _INTEGER.fullmatch(text) is None:
        raise NotWellFormed("An integer is written with decimal figures, at most 64 bits long.")
    value = int(text)
    if not -(1 << 63) <= value < 1 << 63:
        raise NotWellFormed("An integer does not fit 64 bits.")
    return value


def _boolean(text: str) -> bool:
    text = text.strip(_BLANK)
    if text not in ("0", "1"):
        raise NotWellFormed("A boolean is 0 or 1.")
    return text == "1"


def _double(text: str) -> float:
    value = float(text) if _DECIMAL.fullmatch(text) else math.inf
    if not math.isfinite(value):
        raise NotWellFormed("A double is a finite decimal number.")
    return value


def _string(text: str) -> str:
    return text


def _nil(text: str) -> None:
    if text:
        raise NotWellFormed("A nil element is empty.")


def _time(text: str) -> object:
    # Imported here: it brings http.client and more, and no method of ours takes a dateTime.
    from xmlrpc.client import DateTime

    text = text.strip(_BLANK)
    if _TIME.fullmatch(text) is None:
        raise NotWellFormed("A dateTime is written like 20260131T23:59:59.")
    return DateTime(text)


_SCALARS = cast(
    "dict[str, Callable[[str], object]]",
    {
        "string": _string,
        "int": _integer,
        "i4": _integer,
        "i8": _integer,
        "boolean": _boolean,
        "double": _double,
        "nil": _nil,
        "dateTime.iso8601": _time,
    },
)
