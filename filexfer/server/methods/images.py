"""The seed's two methods, `image_put` and `image_get`, made safe: names by digest and type, thumbnails within pixel limits."""

from __future__ import annotations

import io
import re
import threading
from collections.abc import Iterator
from itertools import islice
from typing import TYPE_CHECKING

from filexfer.core import digests, paths
from filexfer.core.errors import BadParameters, FilexferError, NotFound, TooLarge
from filexfer.core.model import Conflict, Entry, Kind
from filexfer.protocol import wire
from filexfer.server.access import Caller
from filexfer.server.disk_cache import DiskCache
from filexfer.server.methods.arguments import NONE, Options, content_of, in_range, path_of
from filexfer.server.methods.files import Files, whole
from filexfer.server.settings import Settings
from filexfer.server.share import Share
from filexfer.server.streams import Spool
from filexfer.storage.store import Reader

if TYPE_CHECKING:
    from PIL.Image import Image

#: First bytes of the formats that pictures come in (their specifications; for RIFF and ISO media the brand stands further
#: behind).
_MAGIC: tuple[tuple[re.Pattern[bytes], str], ...] = (
    (re.compile(rb"\x89PNG\r\n\x1a\n"), "png"),
    (re.compile(rb"\xff\xd8\xff"), "jpg"),
    (re.compile(rb"GIF8[79]a"), "gif"),
    (re.compile(rb"RIFF....WEBP", re.DOTALL), "webp"),
    (re.compile(rb"BM.{4}\0\0\0\0", re.DOTALL), "bmp"),
    (re.compile(rb"II\*\0|MM\0\*"), "tif"),
    (re.compile(rb"....ftyp(?:avif|avis)", re.DOTALL), "avif"),
    (re.compile(rb"....ftyp(?:heic|heix|mif1|msf1)", re.DOTALL), "heic"),
    (re.compile(rb"\0\0\x01\0"), "ico"),
    (re.compile(rb"[ \t\r\n]*(?:<\?xml[^>]*>[ \t\r\n]*)?<svg[ \t\r\n>]"), "svg"),
)
_UNKNOWN = "bin"
_SUFFIXES = frozenset({"png", "jpg", "jpeg", "gif", "webp", "bmp", "tif", "tiff", "avif", "heic", "ico", "svg"})
#: Names that `image_put` gives: so many figures of the digest.
_FIGURES = 32
_OWN_NAME = re.compile(r"[0-9a-f]{32}\.bin")
#: What Pillow may be asked to read: formats whose decoders are plain, not those that start programs (EPS) or decode a picture
#: before they tell its size (ICO).
_DECODED = ("PNG", "JPEG", "GIF", "WEBP", "BMP", "TIFF")


class Images:
    """See the docstrings of the methods. `cache`: where thumbnails are kept, which must not be the share; None for nowhere.
    `place`: tells this share there from others."""

    def __init__(self, share: Share, files: Files, cache: DiskCache | None = None, place: str = "") -> None:
        self._share = share
        self._cache, self._place = cache, place
        self._store = share.store
        self._files = files
        self._painting = threading.Lock()  # guards the memory: one picture is decoded at a time

    def image_put(self, caller: Caller, data: object, name: object = "", options: object = NONE) -> object:
        """image_put(data, name, options) -> path

        Store a picture (or any file). Without `name` it is named by its digest and type, so that sending it twice makes one file;
        a name may be any path. Options: on_conflict (fail, overwrite, rename, skip, newer), key."""
        given = Options(options, "on_conflict", "key")
        conflict = wire.choice(Conflict, given.text("on_conflict", Conflict.FAIL.value), "on_conflict")
        content = content_of(data)
        path = path_of(name) if name else _name_of(content)
        key = {"key": given.text("key")} if given.has("key") else {}
        saved = self._files.file_put(caller, path, content, {"on_conflict": conflict.value, **key})
        return wire.struct(saved)["path"]

    def image_get(self, caller: Caller, name: object = "", edge: object = 0) -> object:
        """image_get(name, edge) -> base64

        A picture; `name` may be any path of a file. Without a name the newest picture of the share. With `edge` a thumbnail (PNG
        or JPEG) that fits into edge × edge pixels."""
        size = in_range(wire.number(edge, "edge"), 0, self._share.settings.image_edge, "edge")
        path = path_of(name) if name else self._newest()
        reader = self._store.open(path)
        if not size:
            return whole(reader)
        with reader:
            return self._kept(reader, size)

    def _kept(self, reader: Reader, edge: int) -> bytes:
        """The thumbnail of this version of the file, made once."""
        etag = reader.entry.etag
        if self._cache is None or etag.startswith("W/"):
            return self._made(reader, edge)
        key = f"{self._place}\0{etag}\0{edge}"
        found = self._cache.get(key)
        if found is None:
            found = self._made(reader, edge)
            self._cache.put(key, found)
        return found

    def _made(self, reader: Reader, edge: int) -> bytes:
        settings = self._share.settings
        # Folders are to be listed while their pictures are made.
        with self._share.crowd.away(), self._painting:
            if reader.entry.size > settings.image_bytes:
                # Some decoders read all of a file before they tell how many pixels it has.
                raise TooLarge(f"No thumbnail is made of a file of more than {settings.image_bytes >> 20} MiB. Fetch it whole.")
            return _thumbnail(reader, edge, settings)

    def _newest(self) -> str:
        scan = self._store.scan("", True)
        try:
            newest = max(self._pictures(scan), key=lambda entry: entry.mtime_ns, default=None)
        finally:
            close = getattr(scan, "close", None)
            if close is not None:
                close()
        if newest is None:
            raise NotFound("There is no picture in this share. Send one with image_put, or name a file.")
        return newest.name

    def _pictures(self, scan: Iterator[Entry]) -> Iterator[Entry]:
        for entry in islice(scan, self._share.settings.image_entries):
            if entry.kind is Kind.FILE and _is_picture(paths.name(entry.name)):
                yield entry


def _is_picture(name: str) -> bool:
    return name.rpartition(".")[2].lower() in _SUFFIXES or _OWN_NAME.fullmatch(name) is not None


def _name_of(content: bytes | Spool) -> str:
    if isinstance(content, Spool):
        figures, first = content.hex, content.first
    else:
        made = digests.hasher()
        made.update(content)
        figures, first = made.digest().hex(), content[:64]
    return f"{figures[:_FIGURES]}.{suffix_of(first)}"


def suffix_of(first: bytes) -> str:
    """What the name of a file that begins with `first` ends with."""
    for magic, suffix in _MAGIC:
        if magic.match(first):
            return suffix
    return _UNKNOWN


def _thumbnail(reader: Reader, edge: int, settings: Settings) -> bytes:
    try:
        from PIL import Image, ImageOps
    except ImportError:
        raise BadParameters(
            "This server makes no thumbnails: Pillow is not installed there. Call image_get without edge."
        ) from None
    try:
        with Image.open(io.BufferedReader(_Open(reader)), formats=_DECODED) as picture:
            if picture.width * picture.height > settings.image_pixels:
                raise TooLarge(f"This picture has more than {settings.image_pixels} pixels. Fetch it whole instead.")
            if _cost(picture, reader.entry.size) > settings.image_memory:
                raise TooLarge("To decode this picture takes too much memory. Fetch it whole instead.")
            picture.draft("RGB", (edge, edge))
            # One of a palette Pillow makes smaller by leaving out pixels.
            small = picture.convert("RGBA") if picture.mode == "P" else picture
            # Made small first: turned as it is, there would be two large ones.
            small.thumbnail((edge, edge))
            return _written(ImageOps.exif_transpose(small))
    except FilexferError:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise TooLarge("This picture has too many pixels. Fetch it whole instead.") from None
    except Exception as error:
        # Whatever a decoder says of a hostile or broken file, it is the file's fault.
        raise BadParameters(
            f"This file is no picture that can be read ({type(error).__name__}). Fetch it whole instead."
        ) from None


def _cost(picture: Image, size: int) -> int:
    """Bytes of memory that decoding takes, as measured with Pillow 12: by the pixel, and for some formats all of the file, of
    `size` bytes."""
    pixels = picture.width * picture.height
    if picture.format == "JPEG":
        # Drawn small from the start, but all coefficients are kept where the picture comes in several scans.
        return pixels * 7 if picture.info.get("progressive") else pixels // 4
    if picture.format in ("PNG", "BMP"):
        return pixels * (5 if picture.mode in ("1", "L", "P", "RGB") and "transparency" not in picture.info else 9)
    return size + pixels * (17 if picture.format == "WEBP" else 9)


def _written(picture: Image) -> bytes:
    made = io.BytesIO()
    if picture.mode in ("RGB", "L", "CMYK"):
        picture.convert("RGB").save(made, "JPEG", quality=85)
    else:
        picture.convert("RGBA").save(made, "PNG")
    return made.getvalue()


class _Open(io.RawIOBase):
    """A reader as the file object that Pillow wants; the reader is closed by whoever opened it."""

    def __init__(self, reader: Reader) -> None:
        super().__init__()
        self._reader = reader
        self._at = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._reader.entry.size}[whence]
        self._at = max(0, base + offset)
        return self._at

    def tell(self) -> int:
        return self._at

    def readinto(self, buffer: object) -> int:
        view = memoryview(buffer).cast("B")  # type: ignore[arg-type]
        count = min(len(view), max(0, self._reader.entry.size - self._at))
        if count:
            count = self._reader.read_into(view[:count], self._at)
        self._at += count
        return count
