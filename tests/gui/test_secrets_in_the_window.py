"""Pairing in the window, from both of its sides, and a call: then a search for the real codes and tokens wherever they must not
stand. (tests/test_secrets.py does the same with the commands.)"""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication

from filexfer.client.pairing import pair
from filexfer.client.vault import Vault
from filexfer.gui.servers.connect_dialog import ConnectDialog
from filexfer.gui.servers.pair_dialog import PairDialog
from filexfer.protocol.address import parse
from filexfer.protocol.pairing import parse_code, shown_code
from tests.gui.conftest import MakeWindow, OwnAgent, SecureServer
from tests.gui.person import Person
from tests.secret import Onlooker, below, leaks, leaky

MARK = "FILEXFER_TEST_OF_SECRETS_IN_THE_WINDOW"


def titles() -> str:
    """What a window's title bar, the task bar and a screen reader are told of every widget there is."""
    widgets = QApplication.allWidgets()
    told = [
        (one.windowTitle(), one.windowIconText(), one.accessibleName(), one.accessibleDescription(), one.toolTip())
        for one in widgets
    ]
    return "\n".join(text for row in told for text in row)


def invites(person: Person, vault: Vault) -> str:
    """Somebody is invited in the window and comes; the code."""
    person.window.open_own_share()
    person.wait(lambda: person.window.share.isVisible() and person.settled)
    person.click(person.window.share.pair)
    dialog = person.dialog()
    assert isinstance(dialog, PairDialog)
    person.wait(lambda: dialog.inviting.state == "open")
    code, shown = parse_code(dialog.code.text()), titles()
    address = next(one for one in person.window.servers.share.addresses if "//127." in one)
    pair((parse(address), code), "laptop", vault, 20.0)
    person.wait(lambda: dialog.inviting.state == "used")
    assert leaks((shown + titles()).encode(), {"code": code.encode(), "typed": shown_code(code).encode()}) == []
    dialog.reject()
    return code


def connects(person: Person, link: str) -> str:
    """A link is pasted, and the other computer's folder opens; all that stood in titles meanwhile."""
    person.click(person.window.sidebar.connect_button)
    dialog = person.dialog()
    assert isinstance(dialog, ConnectDialog)
    QGuiApplication.clipboard().setText(link)
    dialog.field.paste()
    shown = titles()
    person.click(dialog.go)
    person.wait(lambda: dialog.done_page.words != "")
    shown += titles()
    person.click(dialog.go)
    person.wait(lambda: person.rows == ["hello.txt"])
    QGuiApplication.clipboard().clear()
    return shown + titles()


@pytest.mark.skipif(sys.platform != "linux", reason="looks at /proc")
def test_pairing_in_the_window_leaves_no_secret_where_others_look(
    open_window: MakeWindow, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(MARK, "1")
    onlooker = Onlooker(MARK.encode())
    own, attic = OwnAgent(home / "secrets"), SecureServer(tmp_path / "attic", tmp_path / "attic-state")
    (attic.folder / "hello.txt").write_text("hello")
    try:
        with onlooker.looking():
            with own.session() as session:
                session.call("share_set", {"folder": str(tmp_path / "mine"), "on": True})
            person = open_window(own, tmp_path / "window")
            person.wait(lambda: person.window.servers.known)
            laptop = Vault(tmp_path / "laptop")
            secrets = {"code shown": invites(person, laptop).encode()}
            invite = attic.invite()
            secrets |= {"code pasted": parse_code(invite["code"]).encode(), "as typed": invite["code"].encode()}
            shown = connects(person, invite["link"])
            with own.session() as session:
                session.call("server_call", attic.address, "folder_make", ["by the window"])
    finally:
        own.stop()
        attic.stop()
    for vault in (own.state / "vault.json", laptop.file):
        [token] = re.findall(r'"token": "([^"]+)"', vault.read_text())
        secrets[f"token in {vault.parent.name}"] = token.encode()
    assert len(onlooker.argv) >= 2
    assert leaks(b"\n".join(onlooker.argv), secrets) == []
    assert leaks(b"\n".join(onlooker.environ), secrets) == []
    assert leaks(shown.encode(), secrets) == []
    for folder in (own.state, attic.state, attic.folder, tmp_path / "window", tmp_path / "mine"):
        assert leaky(below(folder, "vault.json"), secrets) == []
