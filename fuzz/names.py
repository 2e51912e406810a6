"""Paths, targets and addresses: the one legal form, one decoding, and `urllib` reading the same."""

from __future__ import annotations

import posixpath
from urllib.parse import quote_from_bytes, unquote_to_bytes, urlsplit

from filexfer.core import paths
from filexfer.core.errors import BadParameters, InvalidPath, UnknownUpload
from filexfer.protocol import http, xmlrpc
from filexfer.protocol.address import Address, looks_like_address, parse
from filexfer.protocol.percent import decode_path, quote_path
from fuzz.outcome import outcome


def check(data: bytes) -> None:
    """`data` as the bytes of a name, as a text, and as an address."""
    raw = paths.decode(data)
    assert paths.encode(raw) == data
    for text in {raw, data.decode("utf-8", "replace"), data.decode("utf-8", "surrogatepass") if _half(data) else ""}:
        _check_path(text)
        _check_escaped(text)
        _check_address(text)
        looks_like_address(text, windows=True)
        assert paths.fits_xml(paths.shown(text)) or "\ufffe" in text or "\uffff" in text
    outcome(UnknownUpload, http.upload_target, raw)


def _half(data: bytes) -> bool:
    """Whether these bytes write half a character, as JSON and careless programs do."""
    try:
        data.decode("utf-8", "surrogatepass")
    except UnicodeDecodeError:
        return False
    return True


def _check_path(text: str) -> None:
    parts = outcome(InvalidPath, paths.split, text).value
    if not isinstance(parts, tuple):
        return
    assert "/".join(parts) == text
    assert len(paths.encode(text)) <= paths.PATH_BYTES
    assert not text or (posixpath.normpath(text) == text and not posixpath.isabs(text))
    assert posixpath.normpath(posixpath.join("/share", text)).removeprefix("/share").strip("/") == text
    for part in parts:
        assert part not in ("", ".", "..")
        assert not {"/", "\0"} & set(part)
        assert not paths.is_reserved(part)
        assert len(paths.encode(part)) <= paths.COMPONENT_BYTES
        outcome(InvalidPath, paths.check_windows, part)
    assert http.file_target(http.target_of_file(text)) == text
    assert unquote_to_bytes(quote_path(text)) == paths.encode(text)
    (crossed,) = xmlrpc.decode_call(b"".join(xmlrpc.encode_call("m", [paths.to_wire(text)]))).params
    assert paths.from_wire(crossed) == text


def _check_escaped(text: str) -> None:
    path = outcome(InvalidPath, decode_path, text).value
    if not isinstance(path, str):
        return
    # The standard library leaves what begins no escape as it is; we refuse it, so both agree on what is left.
    assert paths.encode(path) == unquote_to_bytes(paths.encode(text))
    assert path.count("/") == text.count("/"), "a slash came out of an escape"
    if "\0" not in path:  # which only a whole path is looked through for
        assert decode_path(quote_path(path)) == decode_path(quote_from_bytes(paths.encode(path))) == path


def _check_address(text: str) -> None:
    found = outcome((BadParameters, InvalidPath), parse, text, False).value
    if not isinstance(found, Address):
        return
    assert parse(str(found), windows=False) == found
    paths.split(found.path)
    assert "\0" not in found.socket + found.host + found.name
    if found.scheme not in ("http", "https"):
        return
    assert found.host.isascii()
    assert not {"/", "@", "\\", "?", "#", " "} & set(found.authority)
    theirs = urlsplit(str(found))
    assert (theirs.scheme, theirs.port, theirs.username) == (found.scheme, found.port, None)
    assert (theirs.hostname or "").replace("%25", "%").lower() == found.host.lower()
