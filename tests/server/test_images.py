"""The seed's `image_put` and `image_get`."""

from __future__ import annotations

import io
import os
import sys
import threading
import time
from pathlib import Path
from xmlrpc.client import Binary, Fault

import pytest
from blake3 import blake3
from PIL import Image

from filexfer import Server, connect
from filexfer.server.methods import images
from filexfer.server.methods.images import suffix_of


def picture(kind: str, size: tuple[int, int] = (400, 200), mode: str = "RGB") -> bytes:
    made = io.BytesIO()
    Image.new(mode, size, 128).save(made, kind)
    return made.getvalue()


KINDS = [("PNG", "png"), ("JPEG", "jpg"), ("GIF", "gif"), ("WEBP", "webp"), ("BMP", "bmp"), ("TIFF", "tif")]


@pytest.mark.parametrize(("kind", "suffix"), KINDS)
def test_a_picture_without_a_name_is_named_by_digest_and_type(proxy, running, kind: str, suffix: str) -> None:
    data = picture(kind)
    name = proxy.image_put(Binary(data))
    assert name == f"{blake3(data).hexdigest()[:32]}.{suffix}"
    assert running.held() == {name: data}
    assert proxy.image_put(Binary(data)) == name
    assert proxy.image_get().data == data


@pytest.mark.parametrize("size", [10, 3 << 20])
def test_what_is_no_picture_is_kept_too(proxy, running, size: int) -> None:
    data = b"\xfe" * size
    name = proxy.image_put(Binary(data))
    assert name == f"{blake3(data).hexdigest()[:32]}.bin"
    assert proxy.image_get().data == data
    assert proxy.image_put(Binary(data)) == name
    assert running.held() == {name: data}


def test_types_are_told_by_the_first_bytes() -> None:
    assert suffix_of(b"<?xml version='1.0'?>\n<svg xmlns=''>") == "svg"
    assert suffix_of(b"\0\0\0\x18ftypavif") == "avif"
    assert suffix_of(b"RIFF1234WAVE") == "bin"
    assert suffix_of(b"BM text, not a picture") == "bin"
    assert suffix_of(b"") == "bin"


def test_a_picture_may_have_a_name(proxy, running) -> None:
    assert proxy.image_put(Binary(b"one"), "trip/1.png") == "trip/1.png"
    assert proxy.image_get("trip/1.png").data == b"one"
    with pytest.raises(Fault) as caught:
        proxy.image_put(Binary(b"two"), "trip/1.png")
    assert caught.value.faultCode == 103
    assert proxy.image_put(Binary(b"two"), "trip/1.png", {"on_conflict": "overwrite"}) == "trip/1.png"


def test_the_newest_picture_of_the_whole_share_is_found(proxy, running) -> None:
    for age, name in ((5, "deep/er/new.JPG"), (10, "old.png"), (0, "newer.txt")):
        file = running.folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(name.encode())
        os.utime(file, (time.time() - age,) * 2)
    assert proxy.image_get().data == b"deep/er/new.JPG"


def test_no_picture_at_all_is_not_found(proxy) -> None:
    with pytest.raises(Fault) as caught:
        proxy.image_get()
    assert caught.value.faultCode == 102


@pytest.mark.parametrize(("kind", "suffix"), KINDS)
def test_a_thumbnail_fits_its_edge(proxy, kind: str, suffix: str) -> None:
    name = proxy.image_put(Binary(picture(kind)))
    with Image.open(io.BytesIO(proxy.image_get(name, 64).data)) as small:
        assert small.size == (64, 32)
        assert small.format in ("PNG", "JPEG")


def test_a_thumbnail_keeps_what_is_transparent_and_never_grows(proxy) -> None:
    proxy.image_put(Binary(picture("PNG", (20, 10), "RGBA")), "a.png")
    with Image.open(io.BytesIO(proxy.image_get("a.png", 64).data)) as small:
        assert (small.size, small.mode) == ((20, 10), "RGBA")


def test_a_picture_with_too_many_pixels_is_refused_before_it_is_decoded(serve) -> None:
    proxy = serve(image_pixels=10_000).proxy()
    proxy.image_put(Binary(picture("PNG", (200, 100), "1")), "bomb.png")
    with pytest.raises(Fault) as caught:
        proxy.image_get("bomb.png", 64)
    assert caught.value.faultCode == 111


def test_no_thumbnail_is_made_of_a_huge_file(proxy, running) -> None:
    """Pillow's decoder of WebP reads all of it first."""
    proxy.image_put(Binary(picture("WEBP")), "x.webp")
    os.truncate(running.folder / "x.webp", (64 << 20) + 1)
    with pytest.raises(Fault) as caught:
        proxy.image_get("x.webp", 64)
    assert caught.value.faultCode == 111


def icon() -> bytes:
    made = io.BytesIO()
    Image.new("RGB", (32, 32)).save(made, "ICO")
    return made.getvalue()


@pytest.mark.parametrize("data", [icon(), b"", b"text", picture("PNG")[:60], b"%!PS-Adobe EPSF-3.0\n"])
def test_no_thumbnail_is_made_of_what_is_no_picture(proxy, data: bytes) -> None:
    proxy.image_put(Binary(data), "x.png")
    with pytest.raises(Fault) as caught:
        proxy.image_get("x.png", 64)
    assert caught.value.faultCode == -32602


@pytest.mark.parametrize("edge", [-1, 100_000, "large"])
def test_an_edge_is_bounded(proxy, edge) -> None:
    proxy.image_put(Binary(picture("PNG")), "x.png")
    with pytest.raises(Fault) as caught:
        proxy.image_get("x.png", edge)
    assert caught.value.faultCode == -32602


def test_without_pillow_a_thumbnail_is_refused_in_words(proxy, monkeypatch) -> None:
    proxy.image_put(Binary(picture("PNG")), "x.png")
    monkeypatch.setitem(sys.modules, "PIL", None)
    with pytest.raises(Fault) as caught:
        proxy.image_get("x.png", 64)
    assert "Pillow" in caught.value.faultString


def test_a_thumbnail_stands_upright_as_the_camera_says(proxy) -> None:
    """Orientation 6 (Exif 2.32, 4.6.4): the camera was held upright, the picture lies on its side."""
    made = io.BytesIO()
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.new("RGB", (400, 200)).save(made, "JPEG", exif=exif)
    proxy.image_put(Binary(made.getvalue()), "upright.jpg")
    with Image.open(io.BytesIO(proxy.image_get("upright.jpg", 64).data)) as small:
        assert small.size == (32, 64)


def _age(file: Path) -> None:
    """As if it had lain there for long: only such a file has a version that times can tell apart."""
    os.utime(file, (time.time() - 100,) * 2)


def test_a_thumbnail_is_made_once_a_version_and_kept_outside_of_the_share(tmp_path, monkeypatch) -> None:
    share = tmp_path / "share"
    share.mkdir()
    file = share / "a.png"
    file.write_bytes(picture("PNG"))
    _age(file)
    made: list[int] = []
    thumbnail = images._thumbnail
    monkeypatch.setattr(
        images, "_thumbnail", lambda reader, edge, settings: made.append(edge) or thumbnail(reader, edge, settings)
    )
    # Its ctime is of now; two seconds later it is told apart by it.
    monkeypatch.setattr("filexfer.storage.versions._SETTLED_NS", 0)
    for _ in range(2):
        with (
            Server(share, ["http://localhost:0"], guest="read", state=tmp_path / "state") as server,
            connect(server.addresses[0]) as one,
        ):
            first = one.call("image_get", "a.png", 64)
            assert one.call("image_get", "a.png", 64) == first
            one.call("image_get", "a.png", 32)
    assert made == [64, 32]
    assert [one.name for one in share.iterdir()] == ["a.png"]
    assert len(list((tmp_path / "state" / "thumbnails").iterdir())) == 2
    file.write_bytes(picture("PNG", (200, 400)))
    with (
        Server(share, ["http://localhost:0"], guest="read", state=tmp_path / "state") as server,
        connect(server.addresses[0]) as one,
        Image.open(io.BytesIO(one.call("image_get", "a.png", 64))) as small,
    ):
        assert small.size == (32, 64)


def test_a_picture_with_a_palette_is_made_smaller_smoothly(proxy) -> None:
    made = io.BytesIO()
    board = Image.new("P", (256, 256))
    board.putpalette([0, 0, 0, 255, 255, 255])
    board.putdata([(x + y) % 2 for y in range(256) for x in range(256)])
    board.save(made, "GIF")
    proxy.image_put(Binary(made.getvalue()), "board.gif")
    with Image.open(io.BytesIO(proxy.image_get("board.gif", 64).data)) as small:
        assert all(100 < tone < 155 for tone in small.convert("L").tobytes())


def test_a_folder_is_listed_while_its_pictures_are_made(serve, monkeypatch) -> None:
    running = serve(turn_seconds=60.0)
    running.proxy().image_put(Binary(picture("PNG")), "a.png")
    begun, go = threading.Event(), threading.Event()
    made: list[bytes] = []
    monkeypatch.setattr(images, "_thumbnail", lambda *_: begun.set() or (go.wait(20) and b"made"))
    painting = threading.Thread(target=lambda: made.append(running.proxy().image_get("a.png", 64).data))
    painting.start()
    try:
        assert begun.wait(20)
        assert [entry["name"] for entry in running.proxy().file_list("")["entries"]] == ["a.png"]
        assert made == []
    finally:
        go.set()
        painting.join(20)
    assert made == [b"made"]
