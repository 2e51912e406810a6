"""Which names are legal, and that every one has a single spelling."""

from __future__ import annotations

import os
import unicodedata
from pathlib import Path
from xml.etree.ElementTree import ParseError, fromstring

import pytest
from hypothesis import given
from hypothesis import strategies as st

from filexfer.core import paths
from filexfer.core.errors import InvalidPath

raw_names = st.binary(min_size=1, max_size=40)


@pytest.mark.parametrize(
    ("path", "parts"),
    [
        ("", ()),
        ("a", ("a",)),
        ("a/b/c", ("a", "b", "c")),
        ("...", ("...",)),
        ("..a/.b", ("..a", ".b")),
        ("C:x", ("C:x",)),
        ("a\\b", ("a\\b",)),
        ("\\\\host\\s", ("\\\\host\\s",)),
        (" ", (" ",)),
        ("a\nb", ("a\nb",)),
        ("\x01\ufffe\u202e", ("\x01\ufffe\u202e",)),
        ("\udcff\udc80", ("\udcff\udc80",)),
        ("%2e%2e", ("%2e%2e",)),
        ("a" * 255, ("a" * 255,)),
        ("ä" * 127, ("ä" * 127,)),
        ("con", ("con",)),
        (".filexfer2", (".filexfer2",)),
        ("filexfer", ("filexfer",)),
        ("filexfer~1", ("filexfer~1",)),
    ],
)
def test_is_legal(path: str, parts: tuple[str, ...]) -> None:
    assert paths.split(path) == parts
    assert paths.join(*parts) == path


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/a",
        "/etc/passwd",
        "a/",
        "a//b",
        "//",
        ".",
        "..",
        "../x",
        "a/..",
        "a/../../x",
        "a/./b",
        "a\0b",
        "\0",
        "a" * 256,
        "ä" * 128,
        "\udcff" * 256,
        "x/" * 100_000 + "x",
        "/".join(["a" * 255] * 129),
        "\ud800",
        "a/\udfff",
    ],
)
def test_is_refused(path: str) -> None:
    with pytest.raises(InvalidPath) as caught:
        paths.split(path)
    assert str(caught.value).endswith(".")


@pytest.mark.parametrize(
    "name",
    [
        ".filexfer",
        ".FileXfer",
        ".ﬁlexfer",
        ".filexfer.",
        ".filexfer ",
        ".filexfer. . ",
        ".filexfer::$INDEX_ALLOCATION",
        ".filexfer:stream",
        ".file\u200cxfer",
        "\ufeff.filexfer",
        ".ｆilexfer",
        "FILEXF~1",
        "filexf~12",
        ".filexf~1",
    ],
)
def test_the_area_is_reserved_in_every_spelling(name: str) -> None:
    assert paths.is_reserved(name)
    for path in (name, f"a/{name}", f"{name}/b"):
        with pytest.raises(InvalidPath):
            paths.split(path)


@given(st.text(max_size=12))
def test_what_a_file_system_might_take_for_the_area_is_reserved(noise: str) -> None:
    """Volumes that fold case or normal form (macOS, Windows) compare like this."""
    for name in (noise, "." + noise, paths.AREA + noise, paths.AREA[:5] + noise + paths.AREA[5:]):
        for form in ("NFC", "NFD", "NFKC", "NFKD"):
            if unicodedata.normalize(form, name.casefold()).casefold() == paths.AREA:
                assert paths.is_reserved(name)


@given(raw_names)
def test_bytes_of_a_name_and_its_text_are_one_to_one(raw: bytes) -> None:
    text = paths.decode(raw)
    assert paths.encode(text) == raw
    assert text == os.fsdecode(raw)


@given(raw_names)
def test_names_cross_the_wire_as_text_or_bytes(raw: bytes) -> None:
    text = paths.decode(raw)
    wire = paths.to_wire(text)
    assert wire == (text if paths.fits_xml(text) else raw)
    assert paths.from_wire(wire) == text


@pytest.mark.parametrize("value", [None, 1, True, ["a"], {"a": 1}])
def test_a_path_of_another_type_is_refused(value: object) -> None:
    with pytest.raises(InvalidPath):
        paths.from_wire(value)


@given(st.text(max_size=12))
def test_what_fits_xml_comes_back_from_a_parser_unchanged(text: str) -> None:
    document = f"<a>{text.replace('&', '&amp;').replace('<', '&lt;').replace('>', '&gt;')}</a>"
    try:
        read = fromstring(document.encode()).text or ""
    except (ParseError, UnicodeEncodeError):
        read = None
    assert (read == text) is paths.fits_xml(text)


@given(st.text(max_size=20) | raw_names.map(paths.decode))
def test_what_is_shown_has_nothing_invisible(text: str) -> None:
    shown = paths.shown(text)
    assert shown.isprintable()
    assert not set(shown) & set("\u202e\u2066\u200f")
    shown.encode()


def test_what_is_shown_is_the_name_itself_where_that_can_be_seen() -> None:
    assert paths.shown("Bücher 你好 \u00e9.txt") == "Bücher 你好 \u00e9.txt"
    assert paths.shown("a\nb\x1b[0m\udcff\u202e") == "a\\x0ab\\x1b[0m\\xff\\u202e"


@pytest.mark.parametrize("name", ["a.txt", "CON2", "console", ".hidden", "a b", "ä", "com", "lpt10"])
def test_windows_holds_most_names(name: str) -> None:
    paths.check_windows(name)


@pytest.mark.parametrize(
    "name",
    [
        "con",
        "NUL.txt",
        "com1",
        "lpt9.tar.gz",
        "COM¹",
        "con ",
        "aux.",
        "a.",
        "a ",
        "a:b",
        "a<",
        "a|b",
        "a?",
        "a*",
        'a"',
        "a\\b",
        "a\x1f",
        "conin$",
        "CONOUT$.x",
        "nul .",
        "prn .txt",
    ],
)
def test_windows_does_not_hold_some(name: str) -> None:
    with pytest.raises(InvalidPath) as caught:
        paths.check_windows(name)
    assert str(caught.value).isprintable()


def test_names_and_parents() -> None:
    assert (paths.parent("a/b/c"), paths.name("a/b/c")) == ("a/b", "c")
    assert (paths.parent("a"), paths.name("a")) == ("", "a")
    assert (paths.parent(""), paths.name("")) == ("", "")
    assert paths.join("", "a", "", "b/c") == "a/b/c"


@given(raw_names.filter(lambda raw: b"\0" not in raw and b"/" not in raw and raw not in (b".", b"..")))
def test_every_legal_name_can_be_made_on_this_disk(tmp_path_factory: pytest.TempPathFactory, raw: bytes) -> None:
    name = paths.decode(raw)
    if paths.is_reserved(name):
        return
    assert paths.split(name) == (name,)
    folder = os.fsencode(tmp_path_factory.getbasetemp())
    made = folder + b"/" + raw
    Path(os.fsdecode(made)).write_bytes(b"")
    assert raw in os.listdir(folder)
    os.unlink(made)


@pytest.mark.parametrize("name", ["..\\..\\startup.bat", "C:\\x", "C:x", "..\\x", "a\\b"])
def test_a_name_that_leads_out_of_a_folder_on_windows_is_none_there(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    assert paths.local_name(name) == name
    monkeypatch.setattr(paths, "_ON_WINDOWS", True)
    with pytest.raises(InvalidPath):
        paths.local_name(name)
    assert paths.local_name("what?") == "what?", "it fails by itself, and alone"
