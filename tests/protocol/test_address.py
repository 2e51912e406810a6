"""Every form of an address, written and read, and what is no address."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from filexfer.core import paths
from filexfer.core.errors import BadParameters, FilexferError, InvalidPath
from filexfer.protocol.address import Address, looks_like_address, parse


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("http://h", Address("http", host="h", port=8765)),
        ("http://h/", Address("http", host="h", port=8765)),
        ("HTTPS://Host.Example:99/", Address("https", host="host.example", port=99)),
        ("http://localhost:0/", Address("http", host="localhost", port=0)),
        ("http://127.0.0.1:1/a/b", Address("http", host="127.0.0.1", port=1, path="a/b")),
        ("http://h/a/b/", Address("http", host="h", port=8765, path="a/b")),
        ("http://h/a%20b/%C3%A4", Address("http", host="h", port=8765, path="a b/ä")),
        ("http://h/a b/ä", Address("http", host="h", port=8765, path="a b/ä")),
        ("http://h/a+b", Address("http", host="h", port=8765, path="a+b")),
        ("http://h/%ff", Address("http", host="h", port=8765, path="\udcff")),
        ("http://h/a@b", Address("http", host="h", port=8765, path="a@b")),
        ("http://h/a:b@c", Address("http", host="h", port=8765, path="a:b@c")),
        ("http://h:99/a:b@c", Address("http", host="h", port=99, path="a:b@c")),
        ("http://[::1]:99/x", Address("http", host="::1", port=99, path="x")),
        ("http://[::1]/", Address("http", host="::1", port=8765)),
        ("http://[0:0:0:0:0:0:0:1]", Address("http", host="::1", port=8765)),
        ("http://[fe80::1%25eth0]/", Address("http", host="fe80::1%eth0", port=8765)),
        ("http://[fe80::1%eth0]/", Address("http", host="fe80::1%eth0", port=8765)),
        ("http://bücher.example/", Address("http", host="xn--bcher-kva.example", port=8765)),
        ("http://my_host:8765", Address("http", host="my_host", port=8765)),
        ("unix:/run/x.sock", Address("unix", socket="/run/x.sock")),
        ("unix:///run/x.sock", Address("unix", socket="/run/x.sock")),
        # With two slashes kept it would be written as the form above.
        ("unix:////run/x.sock", Address("unix", socket="/run/x.sock")),
        ("unix:/run/x.sock:/a/b", Address("unix", socket="/run/x.sock", path="a/b")),
        ("unix:///run/x.sock:/a/b/", Address("unix", socket="/run/x.sock", path="a/b")),
        ("unix:/run/x.sock:/", Address("unix", socket="/run/x.sock")),
        ("unix:/run/x.sock:", Address("unix", socket="/run/x.sock")),
        ("unix:/run/with:colon.sock", Address("unix", socket="/run/with:colon.sock")),
        ("unix:/run/x.sock:/a%20b?#", Address("unix", socket="/run/x.sock", path="a%20b?#")),
        ("NAS:", Address("saved", name="NAS")),
        ("nas:a/b", Address("saved", name="nas", path="a/b")),
        ("nas:/a/b/", Address("saved", name="nas", path="a/b")),
        ("Büro-PC:x:y", Address("saved", name="Büro-PC", path="x:y")),
    ],
)
def test_is_read(text: str, address: Address) -> None:
    assert parse(text, windows=False) == address
    assert parse(str(address), windows=False) == address


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("http://h", "http://h:8765/"),
        ("http://[::1]:9/a b", "http://[::1]:9/a%20b"),
        ("http://[fe80::1%25eth0]/", "http://[fe80::1%25eth0]:8765/"),
        ("unix:///run/x.sock", "unix:/run/x.sock"),
        ("unix:/run/x.sock:/a/", "unix:/run/x.sock:/a"),
        ("nas:/a", "nas:a"),
    ],
)
def test_is_written(text: str, written: str) -> None:
    assert str(parse(text, windows=False)) == written


@pytest.mark.parametrize(
    "text",
    [
        "",
        "host",
        "/local/path",
        "./a:b",
        ":path",
        " nas:x",
        "na s:x",
        "ftp://h/",
        "ssh://h/",
        "file:///etc/passwd",
        "http:",
        "http:/h/",
        "http://",
        "http:///a",
        "http://:80/",
        "http://h:x/",
        "http://h:-1/",
        "http://h:+1/",
        "http://h:65536/",
        "http://h:1_0/",
        "http://h:\u0661/",
        "http://h:1:2/",
        "http://::1/",
        "http://[::1/",
        "http://[::1]x/",
        "http://[::1]:x/",
        "http://[1.2.3.4]/",
        "http://[]/",
        "http://[::1%25]/",
        "http://[::1%25a b]/",
        "http://a b/",
        "http://a\0/",
        "http://-a/",
        "http://a-/",
        "http://a%20b/",
        "http://" + "a" * 300 + "/",
        "http://h/a?b",
        "http://h/a#b",
        "http://h?x",
        "unix:",
        "unix:x.sock",
        "unix://run/x.sock",
        "unix:/",
        "unix:/run/",
        "unix:/run/\0",
        "na\0s:x",
        "na\x7fs:x",
    ],
)
def test_what_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(BadParameters) as caught:
        parse(text, windows=False)
    assert str(caught.value).endswith(".")


@pytest.mark.parametrize(
    "text",
    [
        "http://h/../x",
        "http://h/a/./b",
        "http://h/%2e%2e/x",
        "http://h/a%2Fb",
        "http://h/a%00",
        "http://h//a",
        "http://h/a//b",
        "http://h/a%",
        "http://h/.filexfer",
        "unix:/run/x.sock:/../x",
        "unix:/run/x.sock:/a//b",
        "nas:../x",
        "nas:a//b",
        "nas:a\0b",
    ],
)
def test_a_path_that_can_be_none_is_refused(text: str) -> None:
    with pytest.raises(InvalidPath):
        parse(text, windows=False)


@pytest.mark.parametrize(
    "text",
    [
        "http://secret@h/",
        "http://user:secret@h/",
        "http://user:secret@h:8765/a",
        "https://:secret@[::1]/",
        "http://user:secret/with/slash@h/",
        "http://user:secret?x@h/",
        "secret@h:path",
        "user@secret:path",
    ],
)
def test_a_user_name_or_password_is_refused_and_not_repeated(text: str) -> None:
    with pytest.raises(FilexferError) as caught:
        parse(text, windows=False)
    assert "secret" not in str(caught.value)
    assert "user name" in str(caught.value)


def test_one_letter_is_a_drive_on_windows_only() -> None:
    assert parse("c:x", windows=False).name == "c"
    with pytest.raises(BadParameters):
        parse("c:x", windows=True)
    assert parse("nas:x", windows=True).name == "nas"


@pytest.mark.parametrize(
    ("text", "windows", "expected"),
    [
        ("http://h/a", False, True),
        ("unix:/run/x", False, True),
        ("nas:", False, True),
        ("nas:a/b", True, True),
        ("a/b:c", False, False),
        ("./a:b", False, False),
        ("/a:b", False, False),
        ("plain", False, False),
        (":x", False, False),
        ("", False, False),
        ("c:x", False, True),
        ("c:\\x", True, False),
        (".\\a:b", True, False),
        ("-", False, False),
    ],
)
def test_an_argument_is_a_server_or_a_local_path(text: str, windows: bool, expected: bool) -> None:
    assert looks_like_address(text, windows) is expected


components = st.text(min_size=1, max_size=12)


@given(st.lists(components, max_size=4).map("/".join))
def test_every_legal_path_survives_in_every_form(path: str) -> None:
    try:
        paths.split(path)
    except InvalidPath:
        return
    for address in (
        Address("http", host="::1", port=1, path=path),
        Address("https", host="h", port=8765, path=path),
        Address("unix", socket="/run/x.sock", path=path),
        Address("saved", name="nas", path=path),
    ):
        assert parse(str(address), windows=False) == address
        assert parse(str(address.server), windows=False) == address.server


@given(st.text(max_size=40))
def test_no_text_fails_otherwise_than_with_a_sentence(text: str) -> None:
    for candidate in (text, "http://" + text, "unix:" + text, "nas:" + text):
        address, refusal = None, "Written."
        try:
            address = parse(candidate, windows=False)
        except FilexferError as error:
            refusal = str(error)
        assert refusal.endswith(".")
        assert address is None or parse(str(address), windows=False) == address


def test_the_host_field_is_what_http_wants() -> None:
    assert parse("http://[::1]:99/").authority == "[::1]:99"
    assert parse("http://h").authority == "h:8765"
