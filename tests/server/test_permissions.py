"""What may be done is decided in one place and by tables: one of methods, one of the acts of the raw lane. Every act of both is
asked for here, by devices of every permission."""

from __future__ import annotations

import inspect
import pkgutil
from dataclasses import replace
from importlib import import_module
from typing import Any
from xmlrpc.client import Binary

import pytest

import filexfer.server.methods
from filexfer.core.errors import BadParameters
from filexfer.core.model import Permission
from filexfer.protocol import methods
from filexfer.protocol.methods import METHODS, OPEN, RAW, SERVICE
from filexfer.server import Server
from filexfer.server.service import Service
from tests.server.conftest import MakeHouse
from tests.server.stranger import House, Stranger
from tests.server.test_pairing import fault

LEVELS = list(Permission)
#: Methods of those who may write or manage that change nothing, or nothing yet: no line in the audit log for them.
SILENT = {
    "upload_open upload_write upload_reuse upload_status upload_abort trash_list device_list invite_status server_bounds",
    "finish_state receipt_verify receipt_state receipt_cancel",
    "plan_state plan_close job_list job_events job_files job_pause job_resume job_move",
    "view_open view_rows view_find view_places view_events view_close view_pick pick_state",
    "server_list nearby_list server_doctor agent_info",
    "stage_files thumb_get preview_get",
}


def by(house: House, permission: Permission) -> Stranger:
    return house.device(permission.name.lower()) if permission else house.stranger()


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """One server for all who only knock at it."""
    house = House(tmp_path_factory.mktemp("house"))
    (house.folder / "there").write_bytes(b"there")
    yield house
    house.close()


@pytest.mark.parametrize("held", LEVELS)
def test_a_device_calls_what_its_permission_covers_and_nothing_else(shared: House, held: Permission) -> None:
    caller = by(shared, held)
    connection = caller.connection()
    for name, method in SERVICE.items():
        if name == "device_leave":
            continue  # after it, there is no device that could ask on
        # Without parameters: what may be called says that these are missing, at most.
        code = fault(lambda name=name: caller.call(name, over=connection))  # type: ignore[misc]
        if name == "trash_empty" and held is Permission.MANAGE:
            assert code == 0
        elif method.permission <= held:
            assert code not in (201, 202), name
        else:
            assert code == (202 if held else 201), name
    connection.close()


def test_who_only_watches_is_told_how_the_server_does_and_not_one_name(shared: House) -> None:
    watcher = by(shared, Permission.WATCH)
    assert watcher.call("server_health")["state"] == "ok"
    assert watcher.get("/metrics")[0] == watcher.get("/health")[0] == 200
    assert fault(lambda: watcher.call("file_list", "")) == fault(lambda: watcher.call("server_info")) == 202
    assert fault(lambda: watcher.call("system.multicall", [{"methodName": "server_health", "params": []}])) == 202
    assert watcher.get("/files/there")[0] == 403


def test_a_watcher_stays_one_where_guests_may_write(make_house: MakeHouse) -> None:
    """Else it would see less than without guests: the numbers are not for them."""
    house = make_house("write")
    watcher = house.device("watch")
    assert watcher.get("/metrics")[0] == 200
    assert house.stranger().get("/metrics")[0] == 403
    assert fault(lambda: watcher.call("file_put", "new", Binary(b"x"))) == 202


@pytest.mark.parametrize("held", [Permission.READ, Permission.WRITE])
def test_a_batch_is_judged_call_by_call(shared: House, held: Permission) -> None:
    caller = by(shared, held)
    (shared.folder / "victim").write_bytes(b"x")
    answers = caller.call(
        "system.multicall",
        [
            {"methodName": "file_get", "params": ["there"]},
            {"methodName": "entry_delete", "params": ["victim", {}]},
            {"methodName": "device_list", "params": []},
            {"methodName": "file_stat", "params": ["there"]},
            {"methodName": "nothing", "params": []},
        ],
    )
    assert answers[0] == [b"there"]
    assert answers[3][0]["size"] == 5
    assert answers[2]["faultCode"] == 202
    assert answers[4]["faultCode"] == -32601
    if held is Permission.READ:
        assert answers[1]["faultCode"] == 202
        assert (shared.folder / "victim").read_bytes() == b"x"
    else:
        assert isinstance(answers[1], list)


CHANGES: dict[str, tuple[Any, ...]] = {
    "file_put": ("new", Binary(b"x")),
    "files_put": ([{"path": "new", "size": 1}], Binary(b"x")),
    "upload_open": ("new", 5),
    "upload_write": ("0" * 32, 0, Binary(b"x")),
    "upload_reuse": ("0" * 32, 0, 0, 1, "e", "blake3:00"),
    "upload_status": ("0" * 32,),
    "upload_commit": ("0" * 32,),
    "upload_abort": ("0" * 32,),
    "folder_make": ("new",),
    "entry_move": ("there", "new"),
    "entry_delete": ("there",),
    "entry_restore": ("x",),
    "trash_list": (),
    "trash_empty": (),
    "image_put": (Binary(b"\x89PNG\r\n\x1a\n"), "new"),
    "server_bounds": (),
    "invite_create": ({"permission": "manage"},),
    "invite_status": ("x",),
    "invite_cancel": ("x",),
    "device_list": (),
    "device_add": ("mine", "manage"),
    "device_revoke": ("laptop",),
}


def test_no_method_that_changes_anything_is_left_out_below() -> None:
    assert CHANGES.keys() == {name for name, method in SERVICE.items() if method.permission > Permission.READ}


@pytest.mark.parametrize("name", CHANGES)
def test_a_read_token_changes_nothing_by_any_method_with_right_parameters(house: House, name: str) -> None:
    (house.folder / "there").write_bytes(b"there")
    reader = house.device("read")
    devices = house.owner("device_list")
    assert fault(lambda: reader.call(name, *CHANGES[name])) == 202
    batched = reader.call("system.multicall", [{"methodName": name, "params": list(CHANGES[name])}] * 2)
    assert [answer["faultCode"] for answer in batched] == [202, 202]
    assert {entry.name for entry in house.folder.iterdir()} == {"there"}
    assert [device | {"seen_ns": 0} for device in house.owner("device_list")] == [device | {"seen_ns": 0} for device in devices]


TARGETS = {"/files/": "/files/new", "/uploads/": f"/uploads/{'0' * 32}/0", "/health": "/health", "/metrics": "/metrics"}


@pytest.mark.parametrize("held", LEVELS)
@pytest.mark.parametrize("area", TARGETS)
@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "POST", "DELETE", "PATCH", "MOVE", "MKCOL", "PROPFIND"])
def test_the_raw_lane_does_what_its_table_says_and_nothing_else(shared: House, held: Permission, area: str, method: str) -> None:
    caller = by(shared, held)
    status, _ = caller.get(TARGETS[area], method, b"x" if method == "PUT" else None)
    act = RAW.get((method, area))
    if held is Permission.NONE:
        assert status == 401
    elif act is None:
        assert status == 405
    elif held < act.permission and not (act.watchers and held is Permission.WATCH):
        assert status == 403
    else:
        assert status not in (401, 403, 405)
    (shared.folder / "new").unlink(missing_ok=True)


def test_the_tables_decide_and_nothing_beside_them(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """Were a permission asked for anywhere else as well, raising it in the table would not be felt, or lowering it."""
    (house.folder / "there").write_bytes(b"there")
    writer, reader = house.device("write", "writer"), house.device("read", "reader")
    for key, act in RAW.items():
        monkeypatch.setitem(methods.RAW, key, act._replace(permission=Permission.MANAGE))
    assert writer.get("/files/there")[0] == writer.get("/files/new", "PUT", b"x")[0] == 403
    for key, act in list(RAW.items()):
        monkeypatch.setitem(methods.RAW, key, act._replace(permission=Permission.READ))
    assert reader.get("/files/new", "PUT", b"x")[0] == 201
    service = house.server._service
    for name in ("file_get", "entry_delete"):
        monkeypatch.setitem(service._installed, name, replace(service.find(name), permission=Permission.MANAGE))
        assert fault(lambda name=name: writer.call(name, "there")) == 202  # type: ignore[misc]
        monkeypatch.setitem(service._installed, name, replace(service.find(name), permission=Permission.READ))
        assert fault(lambda name=name: reader.call(name, "there")) == 0  # type: ignore[misc]


def test_a_method_without_a_stated_permission_is_none() -> None:
    """Whatever takes a caller in the rooms of methods stands in the table, which cannot leave the permission out."""
    found = set()
    for room in pkgutil.iter_modules(filexfer.server.methods.__path__):
        module = import_module(f"filexfer.server.methods.{room.name}")
        groups = [one for _, one in inspect.getmembers(module, inspect.isclass) if one.__module__ == module.__name__]
        for group in groups:
            for name, function in inspect.getmembers(group, inspect.isfunction):
                takes = list(inspect.signature(function).parameters)[1:2]
                if takes == ["caller"] and not name.startswith(("_", "batch_of_")):
                    found.add(name.replace("system_", "system.", 1))
    assert found == SERVICE.keys()
    assert inspect.signature(methods.Method).parameters["permission"].default is inspect.Parameter.empty
    assert inspect.signature(methods.RawAct).parameters["permission"].default is inspect.Parameter.empty
    assert inspect.signature(Service.register).parameters["permission"].default is inspect.Parameter.empty


def test_whatever_may_change_something_leaves_a_line_unless_it_is_known_not_to() -> None:
    silent = set(" ".join(SILENT).split())
    changing = {name for name, method in METHODS.items() if method.permission > Permission.READ or name in OPEN} | {
        "device_leave"
    }
    assert {name for name, method in METHODS.items() if method.changes} == changing - silent
    assert silent <= changing
    assert {key for key, act in RAW.items() if act.changes} == {("PUT", "/files/")}


def test_what_a_line_tells_of_is_what_the_method_takes() -> None:
    for name, method in METHODS.items():
        most = max(len(signature) for signature in method.signatures) - 1
        assert len(method.tells or ()) <= most, name


def test_a_function_cannot_be_registered_for_strangers(tmp_path: Any) -> None:
    server = Server(tmp_path, [])
    with pytest.raises(BadParameters):
        server.register_function(len, "length", permission="none")
    server.close()


@pytest.mark.parametrize(
    ("guest", "device", "held"), [("read", "write", "write"), ("write", "read", "write"), ("none", "read", "read")]
)
def test_a_device_may_do_at_least_what_guests_may(make_house: MakeHouse, guest: str, device: str, held: str) -> None:
    house = make_house(guest)
    laptop = house.device(device)
    assert laptop.call("server_info")["permission"] == held
    # A guest's permission that is taken away takes nothing from a device of its own.
    house.server.share(guest="none")
    assert laptop.call("server_info")["permission"] == device
    assert fault(lambda: house.stranger().call("server_info")) == 201


def test_an_unknown_token_is_no_guest(make_house: MakeHouse) -> None:
    house = make_house("write")
    guesser = house.stranger()
    guesser.token = "guessed"
    assert fault(lambda: guesser.call("server_info")) == 201
    assert guesser.get("/files/x")[0] == 401
