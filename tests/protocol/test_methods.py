"""The method table, against the published one and against what the standard's introspection says."""

from __future__ import annotations

import pytest

from filexfer.core.model import Permission
from filexfer.protocol.methods import AGENT, METHODS, OPEN, RAW, SERVICE

TYPES = {"string", "int", "double", "boolean", "base64", "array", "struct", "nil"}
READING = {
    "server_info file_list file_stat file_get files_get file_read file_digests image_get share_changes",
    "system.listMethods system.methodHelp system.methodSignature system.multicall",
}


MANAGING = "server_bounds trash_empty invite_create invite_status invite_cancel device_list device_add device_revoke"


def test_every_entry_stands_under_its_own_name_and_has_signatures_of_known_types() -> None:
    for name, method in METHODS.items():
        assert method.name == name
        assert method.signatures
        for signature in method.signatures:
            assert set(signature) <= TYPES, name
        assert len(set(method.signatures)) == len(method.signatures), name


def test_nobody_without_a_permission_may_call_anything_but_pair() -> None:
    assert {name for name, method in METHODS.items() if method.permission is Permission.NONE} == OPEN == {"pair"}
    assert all(act.permission >= Permission.WATCH for act in RAW.values())


WATCHING = {"server_health", "device_leave"}


def test_who_only_watches_asks_how_the_server_does_may_leave_and_nothing_else() -> None:
    assert {name for name, method in METHODS.items() if method.permission is Permission.WATCH} == WATCHING
    watched = {area for (_, area), act in RAW.items() if act.permission is Permission.WATCH or act.watchers}
    assert watched == {"/health", "/metrics"}


def test_what_changes_something_needs_write_and_what_an_agent_does_needs_manage() -> None:
    reading, managing = set(" ".join(READING).split()), set(MANAGING.split())
    for name, method in SERVICE.items():
        if name in reading:
            expected = Permission.READ
        elif name in managing:
            expected = Permission.MANAGE
        elif name in WATCHING:
            expected = Permission.WATCH
        else:
            expected = Permission.NONE if name == "pair" else Permission.WRITE
        assert method.permission is expected, name
    assert {method.permission for method in AGENT.values()} == {Permission.MANAGE}
    assert not SERVICE.keys() & AGENT.keys()


@pytest.mark.parametrize(
    ("name", "counts"),
    [
        ("server_info", {0}),
        ("file_list", {0, 1, 2}),
        ("file_put", {2, 3}),
        ("image_get", {0, 1, 2}),
        ("image_put", {1, 2, 3}),
        ("system.multicall", {1}),
        ("file_read", {3, 4}),
        ("upload_write", {3, 4}),
        ("job_add", {1}),
    ],
)
def test_a_method_takes_as_many_parameters_as_its_signatures_say(name: str, counts: set[int]) -> None:
    assert {len(signature) - 1 for signature in METHODS[name].signatures} == counts
