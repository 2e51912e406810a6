"""`register_function` does what `SimpleXMLRPCServer`'s does."""

from __future__ import annotations

import datetime
from xmlrpc.client import Binary, DateTime, Fault, ServerProxy

import pytest

from filexfer.core.errors import BadParameters, NotFound
from filexfer.server import Server


def test_functions_of_the_tutorial_answer(running, proxy) -> None:
    def get_string(s):
        return f"get string:{s}"

    running.server.register_function(get_string, "get_string")
    running.server.register_function(lambda x, y: x + y, "add")
    assert proxy.get_string("cloudox") == "get string:cloudox"
    assert proxy.add(8, 8) == 16


def test_it_is_a_decorator_with_and_without_arguments(running, proxy) -> None:
    @running.server.register_function
    def bare():
        return "bare"

    @running.server.register_function(name="other", permission="write")
    def named():
        return "named"

    assert proxy.bare() == bare() == "bare"
    assert proxy.other() == named() == "named"


def test_binaries_times_and_none_pass_as_in_the_standard_library(running, proxy) -> None:
    seen = []

    @running.server.register_function
    def echo(*values):
        seen.extend(values)
        return list(values)

    moment = DateTime(datetime.datetime(2026, 1, 2, 3, 4, 5))
    answer = proxy.echo(Binary(b"\0\xff"), moment, None, {"in": [Binary(b"x")]})
    assert answer == [Binary(b"\0\xff"), moment, None, {"in": [Binary(b"x")]}]
    assert [type(value) for value in seen] == [Binary, DateTime, type(None), dict]


def test_tuples_bytes_and_datetimes_may_be_answered(running, proxy) -> None:
    running.server.register_function(lambda: (b"x", datetime.datetime(2026, 1, 2)), "both")
    binary, moment = proxy.both()
    assert binary.data == b"x"
    assert str(moment) == "20260102T00:00:00"


def test_a_wrong_number_of_parameters_is_told_before_the_call(running, proxy) -> None:
    called = []
    running.server.register_function(lambda a, b=1: called.append(a), "one_or_two")
    for params in ((), (1, 2, 3)):
        with pytest.raises(Fault) as caught:
            proxy.one_or_two(*params)
        assert caught.value.faultCode == -32602
    assert called == []


def test_faults_and_errors_of_ours_go_through(running, proxy) -> None:
    def faulty():
        raise Fault(77, "on purpose")

    def missing():
        raise NotFound("not here")

    running.server.register_function(faulty)
    running.server.register_function(missing)
    for method, code, text in ((proxy.faulty, 77, "on purpose"), (proxy.missing, 102, "not here")):
        with pytest.raises(Fault) as caught:
            method()
        assert (caught.value.faultCode, caught.value.faultString) == (code, text)
    codes = [one["faultCode"] for one in proxy.system.multicall([{"methodName": "faulty"}, {"methodName": "missing"}])]
    assert codes == [77, 102]


@pytest.mark.parametrize("value", [object(), 1 << 70, float("nan"), {1: 2}, "\ud800"])
def test_an_answer_that_xml_rpc_cannot_hold_is_an_internal_error(running, proxy, value) -> None:
    running.server.register_function(lambda: value, "odd")
    with pytest.raises(Fault) as caught:
        proxy.odd()
    assert caught.value.faultCode == -32603


def test_a_function_may_take_the_place_of_a_method_of_ours(running, proxy) -> None:
    running.server.register_function(lambda data: len(data.data), "image_put")
    assert proxy.image_put(Binary(b"four")) == 4


def test_it_keeps_that_place_though_it_was_taken_before_the_start_and_the_share_is_another_one_now(tmp_path) -> None:
    for name in ("one", "other"):
        (tmp_path / name).mkdir()
    server = Server(tmp_path / "one", listen=["http://localhost:0"], guest="write")
    server.register_function(lambda data: len(data.data), "image_put")
    with server, ServerProxy(server.addresses[0]) as proxy:
        assert proxy.image_put(Binary(b"four")) == 4
        server.share(folder=tmp_path / "other")
        assert proxy.image_put(Binary(b"four")) == 4
        assert proxy.system.listMethods().count("image_put") == 1
    assert list((tmp_path / "one").iterdir()) == list((tmp_path / "other").iterdir()) == []


def test_it_needs_a_name_and_a_permission_that_exists(running) -> None:
    class Nameless:
        def __call__(self):
            return 1

    with pytest.raises(BadParameters):
        running.server.register_function(Nameless())
    with pytest.raises(BadParameters):
        running.server.register_function(len, "length", permission="everything")


def test_a_function_needs_its_permission(serve) -> None:
    running = serve(guest="read")
    running.server.register_function(lambda: 1, "reads")
    running.server.register_function(lambda: 1, "writes", permission="write")
    proxy = running.proxy()
    assert proxy.reads() == 1
    with pytest.raises(Fault) as caught:
        proxy.writes()
    assert caught.value.faultCode == 202
