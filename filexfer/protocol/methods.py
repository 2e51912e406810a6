"""The table of methods: name, permission, signatures. Help texts are the docstrings of the implementations.

A signature is the type of the answer, then those of the parameters, in XML-RPC's words, as `system.methodSignature` gives them.
A path may be `base64` wherever `string` stands, a size `string` or `i8` wherever `int` stands (protocol.md, Values)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from filexfer.core.model import Permission


@dataclass(frozen=True, slots=True)
class Method:
    """One method as callers see it."""

    name: str
    permission: Permission
    signatures: tuple[tuple[str, ...], ...]


def _method(name: str, permission: Permission, *signatures: str) -> Method:
    """Each signature is `"answer param param"`; a word in brackets, and all behind it, may be left out."""
    return Method(name, permission, tuple(form for text in signatures for form in _forms(text.split())))


def _forms(words: list[str]) -> Iterable[tuple[str, ...]]:
    plain = tuple(word.strip("[]") for word in words)
    optional = [index for index, word in enumerate(words) if word.startswith("[")]
    for end in [*optional, len(words)]:
        yield plain[:end]


_READ, _WRITE, _MANAGE = Permission.READ, Permission.WRITE, Permission.MANAGE

_SERVICE = (
    _method("server_info", _READ, "struct"),
    _method("file_list", _READ, "struct [string] [struct]"),
    _method("file_stat", _READ, "struct string"),
    _method("file_get", _READ, "base64 string"),
    _method("file_put", _WRITE, "struct string base64 [struct]"),
    _method("files_put", _WRITE, "array array base64 [struct]", "struct struct base64 [struct]"),
    _method("files_get", _READ, "struct array [struct]", "struct base64 struct"),
    _method("file_read", _READ, "struct string int int [struct]"),
    _method("file_digests", _READ, "struct string [struct]"),
    _method("upload_open", _WRITE, "struct string int [struct]"),
    _method("upload_write", _WRITE, "boolean string int base64 [struct]"),
    _method("upload_reuse", _WRITE, "boolean string int int int string string"),
    _method("upload_status", _WRITE, "struct string"),
    _method("upload_commit", _WRITE, "struct string"),
    _method("upload_abort", _WRITE, "boolean string"),
    _method("folder_make", _WRITE, "struct string [struct]"),
    _method("entry_move", _WRITE, "struct string string [struct]"),
    _method("entry_delete", _WRITE, "string string [struct]"),
    _method("entry_restore", _WRITE, "string string [struct]"),
    _method("trash_list", _WRITE, "array"),
    _method("trash_empty", _MANAGE, "boolean [struct]"),
    _method("image_put", _WRITE, "string base64 [string] [struct]"),
    _method("image_get", _READ, "base64 [string] [int]"),
    _method("share_changes", _READ, "struct [string] [int]", "struct string double"),
    _method("system.listMethods", _READ, "array"),
    _method("system.methodHelp", _READ, "string string"),
    _method("system.methodSignature", _READ, "array string"),
    _method("system.multicall", _READ, "array array"),
)

_AGENT = (
    _method("job_add", _MANAGE, "struct struct"),
    _method("job_list", _MANAGE, "struct [struct]"),
    _method("job_events", _MANAGE, "struct int [int]", "struct int double"),
    _method("job_files", _MANAGE, "struct int [struct]"),
    _method("job_pause", _MANAGE, "boolean int"),
    _method("job_resume", _MANAGE, "boolean int"),
    _method("job_cancel", _MANAGE, "boolean int"),
    _method("job_retry", _MANAGE, "boolean int"),
    _method("job_move", _MANAGE, "boolean int int", "boolean int double"),
    _method("job_clear", _MANAGE, "boolean [array]"),
    _method("view_open", _MANAGE, "struct string string [struct]", "struct string base64 [struct]"),
    _method("view_rows", _MANAGE, "struct int int int"),
    _method("view_find", _MANAGE, "int int string [struct]", "int int base64 [struct]"),
    _method("view_close", _MANAGE, "boolean int"),
    _method("server_list", _MANAGE, "struct"),
    _method("server_save", _MANAGE, "boolean struct"),
    _method("server_forget", _MANAGE, "boolean string"),
    _method("server_call", _MANAGE, "string string string [array]", "struct string string [array]"),
    _method("share_set", _MANAGE, "struct struct"),
    _method("limit_set", _MANAGE, "boolean struct"),
    _method("agent_info", _MANAGE, "struct"),
    _method("agent_stop", _MANAGE, "boolean"),
)

#: What every server answers, and what an agent adds.
SERVICE: dict[str, Method] = {method.name: method for method in _SERVICE}
AGENT: dict[str, Method] = {method.name: method for method in _AGENT}
METHODS: dict[str, Method] = SERVICE | AGENT
