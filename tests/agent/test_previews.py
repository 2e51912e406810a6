"""How files of any server look: thumbnails and previews by way of an agent, kept on disk here within a bound."""

from __future__ import annotations

import io
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from filexfer import Server
from filexfer.agent import previews
from filexfer.agent.memory import Memory
from filexfer.agent.previews import Previews
from filexfer.agent.servers import Servers
from filexfer.agent.text_preview import MOST_COLUMNS, MOST_LINES, text_of
from filexfer.client.vault import Vault
from filexfer.core.errors import BadParameters, ConnectionFailed, InvalidPath, NotFound, NotWellFormed
from filexfer.core.model import Permission
from filexfer.server.access import Caller
from tests.agent.conftest import AgentProcess

LOCAL = Caller("control", Permission.MANAGE, local=True)


def picture(size: tuple[int, int] = (400, 200), kind: str = "PNG") -> bytes:
    made = io.BytesIO()
    Image.new("RGB", size, "red").save(made, kind)
    return made.getvalue()


def put(folder: Path, name: str, content: bytes) -> Path:
    """A file that has lain there for a while, so that times tell its versions apart."""
    file = folder / name
    file.write_bytes(content)
    os.utime(file, (time.time() - 100,) * 2)
    return file


@pytest.fixture
def share(tmp_path: Path) -> Path:
    folder = tmp_path / "share"
    folder.mkdir()
    return folder


@pytest.fixture
def server(share: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    # A ctime is of now; two seconds later it is told apart by it.
    monkeypatch.setattr("filexfer.storage.versions._SETTLED_NS", 0)
    with Server(share, ["http://127.0.0.1:0"], guest="read") as server:
        yield server


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    return tmp_path / "pictures"


@pytest.fixture
def previewer(tmp_path: Path, kept: Path) -> Iterator[Previews]:
    servers = Servers(Memory(tmp_path / "servers.json"), lambda: "", Vault(tmp_path / "vault"))
    yield Previews(servers, kept)
    servers.close()


def size_of(data: object) -> tuple[int, int]:
    assert isinstance(data, bytes)
    with Image.open(io.BytesIO(data)) as small:
        return small.size


def test_a_thumbnail_comes_once_a_version(previewer: Previews, server: Server, share: Path, kept: Path) -> None:
    where = server.addresses[0]
    put(share, "a.png", picture())
    first = previewer.thumb_get(LOCAL, where, "a.png", "1", 128)
    assert size_of(first) == (128, 64)
    (share / "a.png").unlink()
    assert previewer.thumb_get(LOCAL, where, "a.png", "1", 128) == first
    for version, edge in (("2", 128), ("1", 64)):
        with pytest.raises(NotFound):
            previewer.thumb_get(LOCAL, where, "a.png", version, edge)
    assert len(list(kept.iterdir())) == 1
    assert kept.stat().st_mode & 0o777 == 0o700


def test_a_large_picture_is_shown_small_and_told_as_large_as_it_is(previewer: Previews, server: Server, share: Path) -> None:
    put(share, "a.jpg", picture((3000, 1500), "JPEG"))
    for _ in range(2):
        seen = previewer.preview_get(LOCAL, server.addresses[0], "a.jpg", 600)
        assert (seen["kind"], seen["width"], seen["height"], seen["reason"]) == ("image", 3000, 1500, "")
        assert size_of(seen["data"]) == (600, 300)


def test_a_preview_of_another_version_is_another_one(previewer: Previews, server: Server, share: Path) -> None:
    put(share, "a.png", picture((40, 20)))
    assert size_of(previewer.preview_get(LOCAL, server.addresses[0], "a.png", 600)["data"]) == (40, 20)
    put(share, "a.png", picture((20, 40)))
    assert size_of(previewer.preview_get(LOCAL, server.addresses[0], "a.png", 600)["data"]) == (20, 40)


def test_a_text_is_shown_by_its_beginning(previewer: Previews, server: Server, share: Path) -> None:
    put(share, "short.md", "naïve\r\n名字\x1b[31m".encode())
    seen = previewer.preview_get(LOCAL, server.addresses[0], "short.md", 600)
    assert (seen["kind"], seen["cut"]) == ("text", False)
    assert seen["data"] == "naïve\n名字\\x1b[31m".encode()
    put(share, "long.txt", b"line\n" * 100_000)
    seen = previewer.preview_get(LOCAL, server.addresses[0], "long.txt", 600)
    assert (seen["kind"], seen["cut"]) == ("text", True)
    assert isinstance(seen["data"], bytes)
    assert seen["data"].startswith(b"line\nline\n")


@pytest.mark.parametrize("content", [bytes(100), os.urandom(5000), b"%PDF-1.7\n" + bytes(range(256)) * 20])
def test_what_is_neither_is_told_as_nothing(previewer: Previews, server: Server, share: Path, content: bytes) -> None:
    put(share, "x", content)
    seen = previewer.preview_get(LOCAL, server.addresses[0], "x", 600)
    assert (seen["kind"], seen["data"], seen["reason"]) == ("none", b"", "")


def test_a_picture_that_cannot_be_read_says_why(previewer: Previews, server: Server, share: Path) -> None:
    put(share, "broken.png", picture()[:60])
    seen = previewer.preview_get(LOCAL, server.addresses[0], "broken.png", 600)
    assert (seen["kind"], seen["width"], seen["height"]) == ("none", 400, 200)
    assert "no picture" in str(seen["reason"])


def test_a_folder_and_an_empty_file_have_a_preview_too(previewer: Previews, server: Server, share: Path) -> None:
    (share / "folder").mkdir()
    put(share, "empty", b"")
    assert previewer.preview_get(LOCAL, server.addresses[0], "folder", 600)["kind"] == "none"
    assert previewer.preview_get(LOCAL, server.addresses[0], "empty", 600)["kind"] == "text"


@pytest.mark.parametrize("edge", [0, -1, 4096, "large"])
def test_an_edge_is_bounded(previewer: Previews, server: Server, edge: Any) -> None:
    for ask in (lambda: previewer.thumb_get(LOCAL, server.addresses[0], "a", "", edge),
                lambda: previewer.preview_get(LOCAL, server.addresses[0], "a", edge)):  # fmt: skip
        with pytest.raises(BadParameters):
            ask()


def test_paths_and_dead_servers_are_refused_in_words(previewer: Previews, server: Server) -> None:
    with pytest.raises(InvalidPath):
        previewer.preview_get(LOCAL, server.addresses[0], "../x", 600)
    with pytest.raises(NotFound):
        previewer.preview_get(LOCAL, server.addresses[0], "x", 600)
    with pytest.raises(ConnectionFailed):
        previewer.thumb_get(LOCAL, "http://127.0.0.1:1/", "x", "", 64)


@pytest.mark.parametrize("answer", ["text", bytes(previews.MOST_THUMBNAIL + 1)])
def test_a_server_that_sends_something_else_is_not_believed(previewer: Previews, share: Path, kept: Path, answer: object) -> None:
    with Server(share, ["http://127.0.0.1:0"], guest="read") as server:
        server.register_function(lambda name, edge: answer, "image_get")
        with pytest.raises(NotWellFormed):
            previewer.thumb_get(LOCAL, server.addresses[0], "a.png", "1", 64)
    assert not kept.exists()


def test_a_window_asks_its_agent_for_its_own_share_too(agent: AgentProcess) -> None:
    session = agent.session()
    session.call("share_set", {"folder": str(agent.share)})
    agent.share.mkdir(parents=True, exist_ok=True)
    put(agent.share, "a.png", picture())
    assert size_of(session.call("thumb_get", "", "a.png", "1", 64)) == (64, 32)
    assert size_of(session.call("preview_get", "", b"a.png", 100)["data"]) == (100, 50)  # type: ignore[index]
    assert not (agent.share / ".filexfer").exists()
    assert (agent.state / "pictures").is_dir()


def test_texts_are_read_whatever_wrote_them() -> None:
    assert text_of("grüße".encode("utf-16"), True) == "grüße"
    assert text_of(b"\xef\xbb\xbfmarked", True) == "marked"
    assert text_of("中文，没有标记".encode("gb18030"), True) == "中文，没有标记"
    assert text_of("caf\xe9 au lait".encode("latin-1"), True) == "café au lait"
    assert text_of("ü".encode()[:1], False) == ""
    assert text_of(b"", True) == ""


def test_no_line_is_too_long_and_nothing_turns_the_rest_around() -> None:
    said = text_of(b"x" * 60_000, True)
    assert said is not None
    assert len(said) == MOST_COLUMNS + 2
    many = text_of(b"a\n" * 30_000, True)
    assert many is not None
    assert many.count("\n") < MOST_LINES
    assert text_of("a\u202eb".encode(), True) == "a\\u202eb"
