"""An agent pairs with other computers, keeps what that brought, and sends nothing to who is not the one it was paired with."""

from __future__ import annotations

import shutil
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from filexfer import Server
from filexfer.agent.memory import Memory
from filexfer.agent.reach import from_elsewhere
from filexfer.agent.servers import Servers
from filexfer.agent.states import FRESH
from filexfer.client.control import connect_control
from filexfer.client.leaving import leave
from filexfer.client.pairing import pair
from filexfer.client.session import connect
from filexfer.client.vault import Vault
from filexfer.core.errors import (
    BadParameters,
    ConnectionFailed,
    Forbidden,
    KeyChanged,
    KeyringLocked,
    LoginNeeded,
    NotFound,
    PairingFailed,
)
from filexfer.core.model import Permission
from filexfer.protocol.address import parse
from filexfer.protocol.pairing import parse_code
from filexfer.server.access import Caller

LOCAL = Caller("local", Permission.MANAGE, local=True)


class Studio:
    """Another computer: a server on https, whose key and devices lie in `state`."""

    def __init__(self, home: Path) -> None:
        self.folder, self.state = home / "studio", home / "studio-state"
        self._server: Server | None = None
        self.port = 0

    def start(self) -> Studio:
        self._server = Server(
            self.folder, [f"https://127.0.0.1:{self.port}"], name="The studio", state=self.state, control=self.state / "c.sock"
        ).start()
        self.port = parse(self.address).port
        return self

    @property
    def address(self) -> str:
        assert self._server is not None
        return self._server.addresses[0]

    def stop(self) -> None:
        if self._server is not None:
            self._server.close()
            self._server = None

    def new_key(self) -> None:
        """It is set up anew: another key, and no devices."""
        self.stop()
        shutil.rmtree(self.state)
        self.start()

    def call(self, method: str, *params: object) -> Any:
        assert self._server is not None
        with connect(self._server.control_address) as session:
            return session.call(method, *params)

    def invite(self, permission: str = "write") -> dict[str, Any]:
        return dict(self.call("invite_create", {"permission": permission}))


@pytest.fixture
def studio(home: Path) -> Iterator[Studio]:
    made = Studio(home).start()
    yield made
    made.stop()


def state_of(session: Any, name: str) -> str:
    return next(str(one["state"]) for one in session.call("server_list")["servers"] if one["name"] == name)


def test_a_link_pairs_and_saves_the_server(agent: Any, studio: Studio, until: Callable[..., Any]) -> None:
    with agent.session() as session:
        paired = session.call("server_pair", {"link": studio.invite()["link"]})
        assert paired == {"name": "The-studio", "address": studio.address, "permission": "write", "kept": "file"}
        session.call("server_call", "The-studio:", "file_put", ["f", b"x"])
        until(lambda: state_of(session, "The-studio"), lambda state: state == "online")
    assert (studio.folder / "f").read_bytes() == b"x"
    (device,) = studio.call("device_list")
    assert (device["name"], device["permission"]) == (socket.gethostname().partition(".")[0], "write")
    agent.kill()
    agent.start()
    with agent.session() as session:
        assert session.call("server_call", "The-studio:", "file_get", ["f"]) == b"x"


def test_a_code_pairs_with_an_address_under_the_name_that_is_wanted(agent: Any, studio: Studio) -> None:
    invite = studio.invite("read")
    with agent.session() as session:
        typed = invite["code"].lower().replace("-", " ")
        paired = session.call("server_pair", {"address": studio.address, "code": typed, "name": "box"})
        assert (paired["name"], paired["permission"]) == ("box", "read")
        with pytest.raises(Forbidden):
            session.call("server_call", "box:", "folder_make", ["x"])
        # Again, from another invitation: it stays what it is called.
        again = session.call("server_pair", {"address": studio.address, "code": studio.invite()["code"]})
        assert (again["name"], again["permission"]) == ("box", "write")
        session.call("server_call", "box:", "folder_make", ["x"])
        assert len(session.call("server_list")["servers"]) == 1


def test_a_name_that_cannot_be_is_refused_before_a_code_is_used_up(agent: Any, studio: Studio) -> None:
    invite = studio.invite()
    with agent.session() as session:
        for wrong in (
            {"link": invite["link"], "name": "has space"},
            {"link": invite["link"][:-1]},
            {"link": invite["link"], "colour": "red"},
            {"address": studio.address},
            {"code": invite["code"]},
            {"address": studio.address.replace("https", "http"), "code": invite["code"]},
            {"address": studio.address, "code": "ABCD"},
        ):
            with pytest.raises(BadParameters) as caught:
                session.call("server_pair", wrong)
            assert invite["code"] not in str(caught.value)
        assert studio.call("invite_status", invite["id"])["state"] == "open"
        with pytest.raises(PairingFailed):
            session.call("server_pair", {"address": studio.address, "code": "ABCD-EFGH-IJKL-MNOP"})
        assert session.call("server_list")["servers"] == []
        session.call("server_pair", {"link": invite["link"]})


def test_states_tell_who_needs_pairing_who_changed_the_key_and_since_when_one_is_gone(
    agent: Any, studio: Studio, until: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    with agent.session() as session:
        session.call("server_save", {"name": "box", "address": studio.address})
        until(lambda: state_of(session, "box"), lambda state: state == "needs pairing")
        session.call("server_pair", {"link": studio.invite()["link"]})
        assert session.call("server_call", "box:", "server_info")["share"] == "The studio"
        assert state_of(session, "box") == "online"
        (device,) = studio.call("device_list")
        studio.call("device_revoke", device["id"])
        with pytest.raises(LoginNeeded):
            session.call("server_call", "box:", "server_info")
        assert state_of(session, "box") == "needs pairing"
        studio.stop()
        with pytest.raises(ConnectionFailed):
            session.call("server_call", "box:", "server_info")
        (one,) = session.call("server_list")["servers"]
        assert one["state"] == "offline"
        assert one["since"] > 0
        studio.start()
        studio.new_key()
        with pytest.raises(KeyChanged):
            session.call("server_call", "box:", "file_put", ["secret.txt", b"secret"])
        assert state_of(session, "box") == "key changed"
        # There is one way on, and it is pairing.
        session.call("server_pair", {"link": studio.invite()["link"], "name": "box"})
        session.call("server_call", "box:", "file_put", ["secret.txt", b"secret"])
        assert state_of(session, "box") == "online"


def test_forgetting_a_server_forgets_its_token_once_nothing_is_saved_under_its_address(agent: Any, studio: Studio) -> None:
    vault = Vault(agent.state)
    with agent.session() as session:
        session.call("server_pair", {"link": studio.invite()["link"], "name": "one"})
        session.call("server_save", {"name": "two", "address": studio.address})
        session.call("server_forget", "one")
        assert vault.find(studio.address) is not None
        session.call("server_forget", "two")
        assert vault.find(studio.address) is None
        with pytest.raises(LoginNeeded):
            session.call("server_call", studio.address, "server_info")


def test_what_a_command_pairs_the_agent_uses_at_once(agent: Any, studio: Studio) -> None:
    with agent.session() as session:
        with pytest.raises(LoginNeeded):
            session.call("server_call", studio.address, "server_info")
        target = (parse(studio.address), parse_code(studio.invite()["code"]))
        pair(target, "terminal", Vault(agent.state), 20.0)
        assert session.call("server_call", studio.address, "server_info")
        studio.new_key()
        with pytest.raises(KeyChanged):
            session.call("server_call", studio.address, "server_info")
        target = (parse(studio.address), parse_code(studio.invite()["code"]))
        pair(target, "terminal", Vault(agent.state), 20.0)
        assert session.call("server_call", studio.address, "server_info")


def test_pairing_anew_and_forgetting_give_the_old_token_up(agent: Any, studio: Studio, until: Callable[..., Any]) -> None:
    with agent.session() as session:
        session.call("server_pair", {"link": studio.invite()["link"], "name": "box"})
        first = Vault(agent.state).find(studio.address)
        session.call("server_call", "box:", "server_info")
        # By another process, of which the agent hears nothing.
        target = (parse(studio.address), parse_code(studio.invite()["code"]))
        pair(target, "terminal", Vault(agent.state), 20.0)
        assert [device["name"] for device in studio.call("device_list")] == ["terminal"]
        assert session.call("server_call", "box:", "server_info")["device"] == "terminal"
        session.call("server_save", {"name": "twin", "address": studio.address})
        session.call("server_forget", "box")
        assert session.call("server_call", "twin:", "server_info")["device"] == "terminal"
        session.call("server_forget", "twin")
        until(lambda: studio.call("device_list"), lambda devices: devices == [])
    assert first is not None
    with pytest.raises(LoginNeeded), connect(studio.address, credentials=first) as old:
        old.call("server_info")


def test_a_token_that_another_address_lives_on_is_not_given_up(agent: Any, studio: Studio) -> None:
    vault = Vault(agent.state)
    with agent.session() as session:
        session.call("server_pair", {"link": studio.invite()["link"], "name": "box"})
        known = vault.find(studio.address)
        assert known is not None
        other = studio.address.replace("127.0.0.1", "localhost")
        vault.keep(other, known)
        assert not leave(studio.address, known, vault)
        session.call("server_forget", "box")
        assert session.call("server_call", other, "server_info")["share"] == "The studio"


def test_the_keyring_is_asked_once_and_seldom_while_it_does_not_answer(
    studio: Studio, tmp_path: Path, until: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    vault = Vault(tmp_path)
    pair((parse(studio.address), parse_code(studio.invite()["code"])), "laptop", vault, 20.0)
    find, locked, asked = vault.find, True, []

    def found(address: Any) -> Any:
        asked.append(address)
        if locked:
            raise KeyringLocked()
        return find(address)

    monkeypatch.setattr(vault, "find", found)
    servers = Servers(Memory(tmp_path / "s.json"), lambda: "", vault)
    servers.save("box", studio.address)
    with closing(servers):

        def word() -> str:
            return str(servers.states()[0]["state"])

        until(word, lambda state: state == "keyring locked")
        now = time.monotonic()
        monkeypatch.setattr("filexfer.agent.states.time.monotonic", lambda: now + FRESH + 1)
        assert (word(), servers._known._looking, len(asked)) == ("keyring locked", {}, 1)
        locked = False
        assert servers.call("box:", "server_info", [])
        assert (word(), len(asked)) == ("online", 2)
        servers._look(studio.address)
        servers._look(studio.address)
        assert len(asked) == 2


def test_a_job_whose_server_does_not_trust_us_any_more_ends_in_words_and_goes_on_after_pairing(
    agent: Any, studio: Studio, tmp_path: Path, until: Callable[..., Any]
) -> None:
    (tmp_path / "f").write_text("content")
    spec = {"direction": "put", "server": "box:", "items": [[str(tmp_path / "f"), "f"]]}

    def ended() -> Any:
        return until(lambda: session.call("job_list")["jobs"][0], lambda job: job["state"] in ("done", "failed"))

    with agent.session() as session:
        session.call("server_pair", {"link": studio.invite()["link"], "name": "box"})
        studio.call("device_revoke", studio.call("device_list")[0]["id"])
        number = session.call("job_add", spec)["id"]
        job = ended()
        assert (job["state"], "pair" in job["error"].lower()) == ("failed", True)
        studio.new_key()
        session.call("job_retry", number)
        job = ended()
        assert (job["state"], "another key" in job["error"]) == ("failed", True)
        assert not (studio.folder / "f").exists()
        session.call("server_pair", {"link": studio.invite()["link"], "name": "box"})
        session.call("job_retry", number)
        until(lambda: session.call("job_list")["jobs"][0]["state"], lambda state: state == "done")
    assert (studio.folder / "f").read_text() == "content"


def test_no_code_and_no_token_is_written_where_others_read(agent: Any, studio: Studio) -> None:
    invite = studio.invite()
    with agent.session() as session:
        session.call("server_pair", {"link": invite["link"], "name": "box"})
        session.call("server_call", "box:", "server_info")
    token = Vault(agent.state).find(studio.address)
    assert token is not None
    code = invite["code"].replace("-", "")
    for file in [path for folder in (agent.state, studio.state) for path in folder.rglob("*") if path.is_file()]:
        content = file.read_bytes().replace(b"-", b"")
        assert code.encode() not in content, file
        if file.name != "vault.json":
            assert token.token.replace("-", "").encode() not in content, file


# From elsewhere -----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "host",
    [
        "localhost",
        "127.1",
        "127.0.0.53",
        "2130706433",
        "0x7f000001",
        "0",
        "[::ffff:127.0.0.1]",
        "[::1]",
        "[::]",
        socket.gethostname(),
    ],
)
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_whatever_means_this_machine_is_its_own_business(host: str, scheme: str) -> None:
    with pytest.raises(Forbidden, match="only from the computer"):
        from_elsewhere(parse(f"{scheme}://{host}:9001/"))


def test_a_name_is_called_by_the_number_that_was_judged(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    numbers = ["192.0.2.77"]

    def resolve(host: str, port: int, **_: object) -> list[Any]:
        if host == "nobody.example":
            raise socket.gaierror(-2, "Name or service not known")
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (number, port)) for number in numbers]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    servers = Servers(Memory(tmp_path / "s.json"), lambda: "", Vault(tmp_path))
    servers.save("evil", "http://evil.example:80/")
    assert servers.reach("evil:", local=False) == "http://192.0.2.77:80/"
    assert servers.reach("evil:", local=True) == "evil:"
    # Over https nobody else has the key.
    assert servers.reach("https://evil.example:80/", local=False) == "https://evil.example:80/"
    numbers[:] = ["192.0.2.77", "127.0.0.1"]
    for server in ("evil:", "https://evil.example:80/"):
        with pytest.raises(Forbidden):
            servers.reach(server, local=False)
    with pytest.raises(ConnectionFailed, match=r"nobody\.example"):
        servers.reach("http://nobody.example/", local=False)
    with pytest.raises(NotFound):
        servers.reach("unknown:", local=False)


# Without UNIX sockets ---------------------------------------------------------------------------------------------------------


def test_where_there_are_no_unix_sockets_a_token_opens_the_agent_to_its_user(
    home: Path, monkeypatch: pytest.MonkeyPatch, until: Callable[..., Any]
) -> None:
    from filexfer.agent.agent import Agent
    from filexfer.server import listener

    monkeypatch.setattr(listener, "_UNIX", False)
    monkeypatch.setenv("HOME", str(home))
    (home / "mine").write_text("x")
    with Agent(state=home / "state") as agent:
        assert agent.control.startswith("http://127.0.0.1:")
        with connect_control(home / "state") as session:
            session.call("server_call", "", "file_put", ["f", b"x"])
            assert session.call("view_open", "", "", {})["count"] == 1
            session.call("job_add", {"direction": "put", "server": "", "items": [[str(home / "mine"), "copy"]]})
            until(lambda: session.call("job_list")["jobs"][0]["state"], lambda state: state == "done")
        with connect(agent.control) as stranger, pytest.raises((LoginNeeded, Forbidden)):
            stranger.call("agent_info")
    with pytest.raises(ConnectionFailed):
        connect_control(home / "state")
