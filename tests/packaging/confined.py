"""Runs a command as the unit of systemd confines it: `python confined.py UNIT COMMAND…`. Reads from the unit which system calls
and address families it may use and whether memory may become code, has the kernel hold it to that (libseccomp, prctl(2)), and
becomes the command."""

from __future__ import annotations

import ctypes
import ctypes.util
import errno
import os
import socket
import subprocess
import sys
from configparser import RawConfigParser
from pathlib import Path

_ALLOW, _EPERM, _NO_FAMILY = 0x7FFF0000, 0x00050000 | errno.EPERM, 0x00050000 | errno.EAFNOSUPPORT
_EQUAL = 4
_NO_NEW_PRIVILEGES, _NO_EXEC_GAIN = 38, 65
#: What systemd adds to every list: without them nothing could be started.
_ALWAYS = "@default"


class _Comparison(ctypes.Structure):
    _fields_ = (("arg", ctypes.c_uint), ("op", ctypes.c_int), ("a", ctypes.c_uint64), ("b", ctypes.c_uint64))


class _Unit(RawConfigParser):
    """Keeps all values of a setting that is given several times, a line each."""

    def __init__(self, path: Path) -> None:
        super().__init__(strict=False, empty_lines_in_values=False)
        self.optionxform = str  # type: ignore[assignment, method-assign]
        lines: dict[str, list[str]] = {}
        for line in path.read_text("utf-8").splitlines():
            name, equals, value = line.partition("=")
            if equals and not line.startswith("#"):
                lines.setdefault(name, []).append(value)
        self.values_of = lines


def calls(unit: _Unit) -> set[str]:
    """The names of the system calls that are left."""
    allowed = _expanded(_ALWAYS)
    for words in unit.values_of["SystemCallFilter"]:
        named = {one for word in words.removeprefix("~").split() for one in _expanded(word)}
        allowed = allowed - named if words.startswith("~") else allowed | named
    return allowed


def _expanded(word: str) -> set[str]:
    if not word.startswith("@"):
        return {word}
    command = ["systemd-analyze", "syscall-filter", word]
    listed = subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()[1:]
    names = [line.strip() for line in listed if line.strip() and not line.strip().startswith("#")]
    return {one for name in names for one in _expanded(name)}


def confine(unit: _Unit) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    if unit.values_of["MemoryDenyWriteExecute"] == ["yes"] and libc.prctl(_NO_EXEC_GAIN, 1, 0, 0, 0):
        print("This kernel cannot keep memory from becoming code.", file=sys.stderr)
    library = ctypes.CDLL("libseccomp.so.2")
    library.seccomp_init.restype = ctypes.c_void_p
    context = ctypes.c_void_p(library.seccomp_init(_EPERM))
    for name in calls(unit) - {"socket"}:
        number = library.seccomp_syscall_resolve_name(name.encode())
        if number >= 0:
            assert library.seccomp_rule_add(context, ctypes.c_uint32(_ALLOW), number, 0) == 0, name
    for family in unit.values_of["RestrictAddressFamilies"][0].split():
        rule = _Comparison(0, _EQUAL, int(getattr(socket, family)), 0)
        number = library.seccomp_syscall_resolve_name(b"socket")
        assert library.seccomp_rule_add_array(context, ctypes.c_uint32(_ALLOW), number, 1, ctypes.byref(rule)) == 0
    assert libc.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0) == 0
    assert library.seccomp_load(context) == 0


if __name__ == "__main__":
    confine(_Unit(Path(sys.argv[1])))
    os.execv(sys.argv[2], sys.argv[2:])
