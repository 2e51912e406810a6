"""The tables of what can be asked: methods with their permission, signatures and whether they change anything, and the acts of
the raw lane. Help texts are the docstrings of the implementations.

A signature is the type of the answer, then those of the parameters, in XML-RPC's words, as `system.methodSignature` gives them.
A path may be `base64` wherever `string` stands, a size `string` or `i8` wherever `int` stands (protocol.md, Values)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from filexfer.core.model import Permission
from filexfer.protocol.targets import FILES, HEALTH, METRICS, UPLOADS


class Method(NamedTuple):
    """One method as callers see it.

    Attributes:
        tells: None for what changes nothing. Else each call leaves a line in the audit log, and this names those of its
            parameters that stand in it, in their order; `-` for one that does not.
        answers: members of its answer that stand there too; one that is a string goes by the only name.
        pasted: among what stands there are addresses, where people paste links and passwords.
    """

    name: str
    permission: Permission
    signatures: tuple[tuple[str, ...], ...]
    tells: tuple[str, ...] | None = None
    answers: tuple[str, ...] = ()
    pasted: bool = False

    @property
    def changes(self) -> bool:
        return self.tells is not None


class RawAct(NamedTuple):
    """One kind of request that is plain HTTP. `changes`: it leaves a line in the audit log; `watchers`: those who do nothing but
    watch may do it too, whatever the permission."""

    permission: Permission
    changes: bool = False
    watchers: bool = False


def _method(
    name: str, permission: Permission, *signatures: str, tells: str | None = None, answers: str = "", pasted: bool = False
) -> Method:
    """Each signature is `"answer param param"`; a word in brackets, and all behind it, may be left out."""
    forms = tuple(form for text in signatures for form in _forms(text.split()))
    return Method(name, permission, forms, None if tells is None else tuple(tells.split()), tuple(answers.split()), pasted)


def _forms(words: list[str]) -> Iterable[tuple[str, ...]]:
    plain = tuple(word.strip("[]") for word in words)
    optional = [index for index, word in enumerate(words) if word.startswith("[")]
    for end in [*optional, len(words)]:
        yield plain[:end]


_NONE, _WATCH, _READ, _WRITE, _MANAGE = Permission

_SERVICE = (
    _method("server_info", _READ, "struct"),
    _method("server_bounds", _MANAGE, "struct"),
    _method("server_health", _WATCH, "struct"),
    _method("file_list", _READ, "struct [string] [struct]"),
    _method("file_stat", _READ, "struct string"),
    _method("file_get", _READ, "base64 string"),
    _method("file_put", _WRITE, "struct string base64 [struct]", tells="path", answers="path outcome"),
    _method("files_put", _WRITE, "array array base64 [struct]", "struct struct base64 [struct]", tells="entries"),
    _method("files_get", _READ, "struct array [struct]", "struct base64 struct"),
    _method("file_read", _READ, "struct string int int [struct]"),
    _method("file_digests", _READ, "struct string [struct]"),
    _method("upload_open", _WRITE, "struct string int [struct]"),
    _method("upload_write", _WRITE, "boolean string int base64 [struct]"),
    _method("upload_reuse", _WRITE, "boolean string int int int string string", "array string int int int string base64"),
    _method("upload_status", _WRITE, "struct string"),
    _method("upload_commit", _WRITE, "struct string", tells="upload_id", answers="path outcome"),
    _method("upload_abort", _WRITE, "boolean string"),
    _method("folder_make", _WRITE, "struct string [struct]", tells="path"),
    _method("entry_move", _WRITE, "struct string string [struct]", tells="path to"),
    _method("entry_delete", _WRITE, "string string [struct]", tells="path", answers="trash_id"),
    _method("entry_restore", _WRITE, "string string [struct]", tells="trash_id", answers="path"),
    _method("trash_list", _WRITE, "array"),
    _method("trash_empty", _MANAGE, "boolean [struct]", tells=""),
    _method("image_put", _WRITE, "string base64 [string] [struct]", tells="- name", answers="path"),
    _method("image_get", _READ, "base64 [string] [int]"),
    _method("share_changes", _READ, "struct [string] [int]", "struct string double"),
    _method("pair", _NONE, "struct string base64 base64", tells="device_name", answers="device name permission"),
    _method("invite_create", _MANAGE, "struct [struct]", tells="options", answers="id permission", pasted=True),
    _method("invite_status", _MANAGE, "struct string"),
    _method("invite_cancel", _MANAGE, "boolean string", tells="id"),
    _method("device_list", _MANAGE, "array"),
    _method("device_add", _MANAGE, "struct string [string]", tells="name", answers="id name permission"),
    _method("device_revoke", _MANAGE, "boolean string", tells="device"),
    _method("device_leave", _WATCH, "boolean", tells=""),
    _method("system.listMethods", _READ, "array"),
    _method("system.methodHelp", _READ, "string string"),
    _method("system.methodSignature", _READ, "array string"),
    _method("system.multicall", _READ, "array array"),
)

_AGENT = (
    _method("job_add", _MANAGE, "struct struct", tells="spec", pasted=True),
    _method("job_list", _MANAGE, "struct [struct]"),
    _method("job_events", _MANAGE, "struct int [int]", "struct int double"),
    _method("job_files", _MANAGE, "struct int [struct]"),
    _method("job_pause", _MANAGE, "boolean int"),
    _method("job_resume", _MANAGE, "boolean int"),
    _method("job_cancel", _MANAGE, "boolean int", tells="job"),
    _method("job_retry", _MANAGE, "boolean int", tells="job"),
    _method("job_move", _MANAGE, "boolean int int", "boolean int double"),
    _method("job_clear", _MANAGE, "boolean [array]", tells="jobs"),
    _method("job_undo", _MANAGE, "struct int", tells="job", answers="deleted kept"),
    _method("plan_open", _MANAGE, "struct struct", tells="spec", pasted=True),
    _method("plan_state", _MANAGE, "struct int"),
    _method("plan_start", _MANAGE, "struct int [struct]", tells="plan options"),
    _method("plan_close", _MANAGE, "int int"),
    _method("view_open", _MANAGE, "struct string string [struct]", "struct string base64 [struct]"),
    _method("view_rows", _MANAGE, "struct int int int"),
    _method("view_find", _MANAGE, "int int string [struct]", "int int base64 [struct]"),
    _method("view_places", _MANAGE, "struct int array"),
    _method("view_events", _MANAGE, "struct [string] [int]", "struct string double"),
    _method("view_close", _MANAGE, "boolean int"),
    _method("view_pick", _MANAGE, "struct int int base64"),
    _method("pick_fetch", _MANAGE, "struct int string", "struct int base64", tells="pick folder", answers="id"),
    _method("pick_delete", _MANAGE, "boolean int [struct]", tells="pick options"),
    _method("pick_move", _MANAGE, "boolean int string", "boolean int base64", tells="pick to"),
    _method("pick_undo", _MANAGE, "boolean int", tells="pick"),
    _method("pick_state", _MANAGE, "struct int"),
    _method("thumb_get", _MANAGE, "base64 string string string int", "base64 string base64 string int"),
    _method("preview_get", _MANAGE, "struct string string int", "struct string base64 int"),
    _method("stage_files", _MANAGE, "struct string array [struct]"),
    _method("server_list", _MANAGE, "struct"),
    _method("server_save", _MANAGE, "boolean struct", tells="server", pasted=True),
    _method("nearby_list", _MANAGE, "struct [int] [int]", "struct int double"),
    _method("server_forget", _MANAGE, "boolean string", tells="name", pasted=True),
    _method("server_pair", _MANAGE, "struct struct", tells="-", answers="name address permission"),
    _method(
        "server_call", _MANAGE, "string string string [array]", "struct string string [array]", tells="server method", pasted=True
    ),
    _method("server_doctor", _MANAGE, "struct string"),
    _method("share_set", _MANAGE, "struct struct", tells="changes"),
    _method("limit_set", _MANAGE, "boolean struct", tells="limit"),
    _method("finish_state", _MANAGE, "struct"),
    _method("finish_set", _MANAGE, "struct struct", tells="wish"),
    _method("receipt_make", _MANAGE, "struct int string", "struct int base64", tells="job path"),
    _method("receipt_verify", _MANAGE, "struct string", "struct base64"),
    _method("receipt_state", _MANAGE, "struct int"),
    _method("receipt_cancel", _MANAGE, "boolean int"),
    _method("agent_info", _MANAGE, "struct"),
    _method("agent_stop", _MANAGE, "boolean", tells=""),
)

#: What every server answers, and what an agent adds.
SERVICE: dict[str, Method] = {method.name: method for method in _SERVICE}
AGENT: dict[str, Method] = {method.name: method for method in _AGENT}
METHODS: dict[str, Method] = SERVICE | AGENT


def changes(name: str, params: Sequence[object]) -> bool:
    """Whether this call leaves a line in the audit log. One that is passed on does where the method that is called there may
    change something."""
    known = METHODS.get(name)
    if known is None or not known.changes or name != "server_call":
        return known is not None and known.changes
    passed_on = METHODS.get(params[1]) if len(params) > 1 and isinstance(params[1], str) else None
    return passed_on is None or passed_on.changes


#: What is asked for by plain HTTP: its method, and the area of its target.
RAW: dict[tuple[str, str], RawAct] = {
    ("GET", FILES): RawAct(_READ),
    ("HEAD", FILES): RawAct(_READ),
    ("PUT", FILES): RawAct(_WRITE, changes=True),
    ("PUT", UPLOADS): RawAct(_WRITE),
    ("GET", HEALTH): RawAct(_WATCH),
    ("HEAD", HEALTH): RawAct(_WATCH),
    ("GET", METRICS): RawAct(_MANAGE, watchers=True),
    ("HEAD", METRICS): RawAct(_MANAGE, watchers=True),
}
#: What may be called without any permission, and all that a caller without credentials may send (over TLS, and only a little).
OPEN = frozenset(("pair",))
