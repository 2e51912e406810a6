"""Introspection and batching, held against the standard library's own dispatcher."""

from __future__ import annotations

from xmlrpc.client import Binary, Fault, MultiCall
from xmlrpc.server import SimpleXMLRPCDispatcher

import pytest

from filexfer.core.model import Permission
from filexfer.protocol.methods import OPEN, SERVICE

SYSTEM = ["system.listMethods", "system.methodHelp", "system.methodSignature", "system.multicall"]


def add(a, b):
    """Adds."""
    return a + b


def broken():
    raise RuntimeError("secret text")


@pytest.fixture
def stock() -> SimpleXMLRPCDispatcher:
    dispatcher = SimpleXMLRPCDispatcher(allow_none=True)
    dispatcher.register_introspection_functions()
    dispatcher.register_multicall_functions()
    dispatcher.register_function(add)
    return dispatcher


@pytest.fixture
def ours(running):
    running.server.register_function(add)
    return running.proxy()


def test_list_methods_answers_as_stock(stock, ours) -> None:
    wanted = stock.system_listMethods()
    listed = ours.system.listMethods()
    assert [name for name in listed if name in wanted] == wanted
    assert listed == sorted(listed)


def test_help_and_signature_of_a_function_answer_as_stock(stock, ours) -> None:
    assert ours.system.methodHelp("add") == stock.system_methodHelp("add") == "Adds."
    assert ours.system.methodSignature("add") == stock.system_methodSignature("add") == "signatures not supported"


def test_multicall_answers_as_stock(stock, ours) -> None:
    calls = [
        {"methodName": "add", "params": [2, 3]},
        {"methodName": "none", "params": []},
        {"methodName": "add", "params": ["a", "b"]},
    ]
    theirs, answers = stock.system_multicall(calls), ours.system.multicall(calls)
    assert [type(one) for one in answers] == [type(one) for one in theirs]
    assert [one if isinstance(one, list) else sorted(one) for one in answers] == [[5], ["faultCode", "faultString"], ["ab"]]
    assert theirs[0] == answers[0]


def test_every_method_is_there_and_tells_help_signature_and_permission(running, proxy) -> None:
    listed = proxy.system.listMethods()
    assert listed == sorted(SERVICE)
    for name in listed:
        words = proxy.system.methodHelp(name)
        assert words.startswith(f"{name}(")
        signatures = proxy.system.methodSignature(name)
        registered = running.server._service.find(name)
        counts = {len(signature) - 1 for signature in signatures}
        assert counts == set(range(registered.least, (registered.most or 0) + 1)), name
        assert registered.permission is SERVICE[name].permission
        assert registered.permission >= Permission.WATCH or name in OPEN


def test_a_batch_of_a_hundred_puts(running, proxy) -> None:
    batch = MultiCall(proxy)
    for n in range(100):
        batch.file_put(f"d/{n}", Binary(b"%d" % n))
    assert [saved["path"] for saved in batch()] == [f"d/{n}" for n in range(100)]
    assert running.held() == {f"d/{n}": b"%d" % n for n in range(100)}


def test_a_batch_of_a_hundred_folders_with_their_times(running, proxy) -> None:
    batch = MultiCall(proxy)
    for n in range(100):
        batch.folder_make(f"d/{n}", {"mtime_ns": 10**7 * n})
    made = list(batch())
    assert [(one["name"], one["kind"], one["mtime_ns"]) for one in made] == [(f"{n}", "folder", 10**7 * n) for n in range(100)]
    assert proxy.file_stat("d/7") == made[7]


def test_folders_of_a_batch_fail_alone_and_keys_count_among_them(running, proxy) -> None:
    def made(*calls: list[object]) -> list[object]:
        answers = proxy.system.multicall([{"methodName": "folder_make", "params": params} for params in calls])
        return [one["faultCode"] if isinstance(one, dict) else one[0]["name"] for one in answers]

    proxy.file_put("f", Binary(b"x"))
    assert made(["a"], ["../b"], ["f/c"], [], ["d", {"mtime": 1}], ["e/g"]) == ["a", 101, 104, -32602, -32602, "g"]
    assert made(["h", {"key": "once"}], ["../b"], ["h/i"]) == ["h", 101, "i"]
    proxy.entry_delete("h")
    assert made(["h", {"key": "once"}], ["j"]) == ["h", "j"]
    assert {one["name"] for one in proxy.file_list("")["entries"]} == {"a", "e", "f", "j"}


def test_a_bad_call_in_a_batch_fails_alone(running, proxy) -> None:
    put = {"methodName": "file_put"}
    answers = proxy.system.multicall(
        [
            put | {"params": ["a", Binary(b"a")]},
            put | {"params": ["../b", Binary(b"b")]},
            put | {"params": ["c"]},
            put | {"params": ["d", Binary(bytes(3 << 20))]},
            put | {"params": ["e", Binary(b"e"), {"key": "once"}]},
            {"methodName": "file_get", "params": ["a"]},
            {"methodName": "trash_empty"},
            {"methodName": "system.multicall", "params": [[]]},
            {"methodName": "share_changes", "params": [proxy.share_changes()["cursor"], 5]},
            {"params": []},
            "nonsense",
            {"methodName": "nothing", "params": []},
        ]
    )
    codes = [one["faultCode"] if isinstance(one, dict) else 0 for one in answers]
    # The changes of the batch itself are there by the time it asks for them.
    assert codes == [0, 101, -32602, 0, 0, 0, 202, -32602, 0, -32602, -32602, -32601]
    assert answers[5][0].data == b"a"
    assert running.held() == {"a": b"a", "d": bytes(3 << 20), "e": b"e"}


def test_calls_of_one_batch_are_done_in_order(proxy, running) -> None:
    over = {"on_conflict": "overwrite"}
    batch = MultiCall(proxy)
    for content in (b"1", b"2", b"3"):
        batch.file_put("f", Binary(content), over)
    batch.entry_move("f", "g")
    batch.file_put("f", Binary(b"4"))
    batch.file_get("g")
    assert list(batch())[-1].data == b"3"
    assert running.held() == {"f": b"4", "g": b"3"}


def test_a_wait_in_a_batch_is_refused(proxy) -> None:
    cursor = proxy.share_changes()["cursor"]
    (answer,) = proxy.system.multicall([{"methodName": "share_changes", "params": [cursor, 60]}])
    assert answer["faultCode"] == -32602


def test_too_many_calls_in_a_batch_are_refused_at_once(serve) -> None:
    proxy = serve(batch_calls=10).proxy()
    with pytest.raises(Fault) as caught:
        proxy.system.multicall([{"methodName": "server_info", "params": []}] * 11)
    assert caught.value.faultCode == 111


def test_the_answer_to_a_batch_is_bounded(serve) -> None:
    running = serve(answer_bytes=500_000, answer_files=3)
    proxy = running.proxy()
    (running.folder / "small").write_bytes(bytes(200_000))
    (running.folder / "large").write_bytes(bytes(400_000))
    for name, fitting in (("small", 3), ("large", 3)):
        answers = proxy.system.multicall([{"methodName": "file_get", "params": [name]}] * 6)
        assert [isinstance(one, list) for one in answers] == [True] * fitting + [False] * (6 - fitting)
        assert answers[-1]["faultCode"] == 111


@pytest.mark.parametrize("name", ["__class__", "_table", "system", "file_put.__call__", "x" * 1000, "file put", "file_put\u00e4"])
def test_names_that_are_no_methods_are_unknown(wire, name: str) -> None:
    with pytest.raises(Fault) as caught:
        _ = wire.call(name).value
    assert caught.value.faultCode == -32601


def test_an_unexpected_error_tells_a_reference_and_nothing_else(running, proxy, caplog) -> None:
    running.server.register_function(broken)
    with pytest.raises(Fault) as caught:
        proxy.broken()
    assert caught.value.faultCode == -32603
    assert "secret" not in caught.value.faultString
    reference = caught.value.faultString.split()[-1].rstrip(".")
    assert reference in caplog.text
    assert "secret text" in caplog.text
