"""cp's rule for destinations, and the two ends of a transfer."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from filexfer.cli import places, saved
from filexfer.cli.exits import UsageError
from filexfer.core.errors import NotAFolder
from filexfer.core.places import private_folder, state_folder

HOST = "http://localhost:8765"


def nowhere(path: str) -> bool:
    return False


def folder_anywhere(path: str) -> bool:
    return True


def never_begun(pair: places.Pair) -> bool:
    return False


def put(sources: list[str], destination: str, is_folder=nowhere, begun=never_begun) -> list[places.Pair]:
    pairs = places.put_targets(sources, places.remote(destination), is_folder, begun)
    return [(os.path.basename(source), target) for source, target in pairs]


@pytest.mark.parametrize(
    ("text", "path", "inside", "contents"),
    [
        (HOST, "", False, True),
        (f"{HOST}/", "", True, True),
        (f"{HOST}/a/b", "a/b", False, False),
        (f"{HOST}/a/b/", "a/b", True, False),
        (f"{HOST}/a/b//", "a/b", True, False),
        (f"{HOST}/a/.", "a", True, True),
        (f"{HOST}/a%20b/%2e%2ehidden", "a b/..hidden", False, False),
        ("unix:/run/x.sock", "", False, True),
        ("unix:/run/x.sock:/", "", True, True),
        ("unix:/run/x.sock:/a/b", "a/b", False, False),
        ("unix:///run/x.sock:/a/b/", "a/b", True, False),
    ],
)
def test_an_address_is_read_with_its_slash(text: str, path: str, inside: bool, contents: bool) -> None:
    end = places.remote(text)
    assert (end.path, end.inside, end.contents) == (path, inside, contents)


@pytest.mark.parametrize(
    "text", ["here/there", "ftp://host/x", f"{HOST}/a/../b", "http:///x", "unix:relative.sock", f"{HOST}/%00"]
)
def test_what_is_no_address_is_a_usage_error(text: str) -> None:
    with pytest.raises(UsageError):
        places.remote(text)


@pytest.fixture
def box() -> None:
    """A server saved as “box”."""
    saved.servers(private_folder(state_folder())).save("box", "http://there:99/")


@pytest.mark.parametrize(
    ("text", "path", "inside", "contents"),
    [("box:a/b", "a/b", False, False), ("box:a/", "a", True, False), ("box:", "", False, True)],
)
def test_the_name_of_a_saved_server_stands_for_its_address(box: None, text: str, path: str, inside: bool, contents: bool) -> None:
    end = places.remote(text)
    assert (str(end.server), end.path, end.inside, end.contents) == ("http://there:99/", path, inside, contents)
    assert places.one_server([end, places.remote("http://there:99/c")]) == "http://there:99/"


def test_an_unknown_name_is_answered_with_those_that_are_saved(box: None) -> None:
    with pytest.raises(UsageError, match=r"no saved server “bxo”\. Saved are: box\."):
        places.remote("bxo:a")


def test_an_unknown_name_is_answered_with_how_to_save_one() -> None:
    with pytest.raises(UsageError, match=r"None is saved yet\. `filexfer pair` and"):
        places.remote("box:a")
    assert not state_folder().exists()


def test_a_password_in_an_address_is_not_repeated() -> None:
    with pytest.raises(UsageError) as caught:
        places.remote("http://me:sesame@host/x")
    assert "sesame" not in str(caught.value)


def test_one_source_takes_the_name_of_a_destination_that_is_not_there() -> None:
    assert put(["a/f.txt"], f"{HOST}/x/new.txt") == [("f.txt", "x/new.txt")]


def test_one_source_goes_into_a_folder_that_is_there() -> None:
    assert put(["a/f.txt"], f"{HOST}/x", folder_anywhere) == [("f.txt", "x/f.txt")]


def test_a_trailing_slash_and_the_root_mean_into_without_asking() -> None:
    def never(path: str) -> bool:
        raise AssertionError("asked")

    assert put(["a/f.txt"], f"{HOST}/x/", never) == [("f.txt", "x/f.txt")]
    assert put(["a/f.txt"], HOST, never) == [("f.txt", "f.txt")]


def test_several_sources_need_a_folder() -> None:
    assert put(["a", "b"], f"{HOST}/x", folder_anywhere) == [("a", "x/a"), ("b", "x/b")]
    with pytest.raises(UsageError, match="Several sources"):
        put(["a", "b"], f"{HOST}/x", nowhere)


@pytest.mark.parametrize("source", ["tree/", "tree//", "tree"])
def test_a_slash_behind_a_source_changes_nothing(source: str) -> None:
    assert put([source], f"{HOST}/x/") == [("tree", "x/tree")]
    assert put([source], f"{HOST}/x") == [("tree", "x")]


@pytest.mark.parametrize("source", ["tree/.", "tree/./"])
def test_a_dot_behind_a_source_means_its_contents(source: str) -> None:
    assert put([source], f"{HOST}/x", folder_anywhere) == [("tree", "x")]


def test_this_folder_means_its_contents(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert put(["."], HOST) == [(tmp_path.name, "")]
    assert places.local_name("..") == places.local_name("/") == ""


def test_a_link_named_as_a_source_is_followed_and_keeps_its_name(tmp_path: Path) -> None:
    (tmp_path / "real").write_text("x")
    (tmp_path / "link").symlink_to("real")
    pairs = places.put_targets([str(tmp_path / "link")], places.remote(f"{HOST}/in/"), nowhere, never_begun)
    assert pairs == [(str(tmp_path / "real"), "in/link")]


def test_two_sources_of_one_name_are_refused() -> None:
    with pytest.raises(UsageError, match="both named “f”"):
        put(["a/f", "b/f"], f"{HOST}/x/")


@pytest.mark.parametrize(
    ("sources", "destination", "words"),
    [
        (["a"], "b", "needs an address as its last"),
        ([f"{HOST}/a"], f"{HOST}/b", "Both ends are on a server"),
        ([f"{HOST}/a"], "b", "use `filexfer get`"),
        (["-", "a"], f"{HOST}/b", "goes alone"),
    ],
)
def test_put_says_which_end_is_wrong(sources: list[str], destination: str, words: str) -> None:
    with pytest.raises(UsageError, match=words):
        places.put_ends(sources, destination)


@pytest.mark.parametrize(
    ("sources", "destination", "words"),
    [
        (["a"], "b", "needs addresses"),
        (["a"], f"{HOST}/b", "use `filexfer put`"),
        ([f"{HOST}/a"], f"{HOST}/b", "mv` moves"),
        ([f"{HOST}/a", "http://other/b"], "x/", "one server"),
        ([f"{HOST}/a", f"{HOST}/b"], "-", "exactly one"),
        ([HOST], "-", "exactly one"),
    ],
)
def test_get_says_which_end_is_wrong(sources: list[str], destination: str, words: str) -> None:
    with pytest.raises(UsageError, match=words):
        places.get_ends(sources, destination)


def test_a_file_here_whose_name_looks_like_an_address_can_be_sent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("12:30.log").write_text("x")
    assert places.put_ends(["12:30.log"], f"{HOST}/x").path == "x"
    with pytest.raises(UsageError):
        places.put_ends(["12:31.log"], f"{HOST}/x")


def test_get_follows_the_same_rule(tmp_path: Path) -> None:
    folder = tmp_path / "into"
    folder.mkdir()
    one, two = (places.remote(f"{HOST}/d/{name}") for name in ("f", "g"))
    assert places.get_targets([one], str(folder), never_begun) == [("d/f", str(folder / "f"))]
    assert places.get_targets([one], str(tmp_path / "new"), never_begun) == [("d/f", str(tmp_path / "new"))]
    assert places.get_targets([one, two], f"{tmp_path}/made/", never_begun) == [
        ("d/f", str(tmp_path / "made/f")),
        ("d/g", str(tmp_path / "made/g")),
    ]
    with pytest.raises(UsageError, match="Several sources"):
        places.get_targets([one, two], str(tmp_path / "new"), never_begun)


def test_get_of_a_root_or_of_contents_pours_into_the_destination(tmp_path: Path) -> None:
    assert places.get_targets([places.remote(HOST)], str(tmp_path), never_begun) == [("", str(tmp_path))]
    assert places.get_targets([places.remote(f"{HOST}/d/.")], str(tmp_path), never_begun) == [("d", str(tmp_path))]


def test_a_slash_behind_a_file_here_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(NotAFolder):
        places.get_targets([places.remote(f"{HOST}/d/f")], f"{tmp_path}/file/", never_begun)


def test_mv_follows_the_rule_and_keeps_off_the_root() -> None:
    one = places.remote(f"{HOST}/d/f")
    assert places.move_targets([one], places.remote(f"{HOST}/e"), nowhere) == [("d/f", "e")]
    assert places.move_targets([one], places.remote(f"{HOST}/e"), folder_anywhere) == [("d/f", "e/f")]
    assert places.move_targets([one], places.remote(HOST), nowhere) == [("d/f", "f")]
    with pytest.raises(UsageError, match="cannot be moved"):
        places.move_targets([places.remote(HOST)], places.remote(f"{HOST}/e"), nowhere)


def test_a_transfer_that_was_begun_goes_on_at_its_own_place(tmp_path: Path) -> None:
    asked = []

    def begun(pair: places.Pair) -> bool:
        asked.append(pair)
        return True

    assert put(["a/tree"], f"{HOST}/new", folder_anywhere, begun) == [("tree", "new")]
    assert put(["a/tree"], f"{HOST}/new/", folder_anywhere, begun) == [("tree", "new/tree")]
    assert put(["a", "b"], f"{HOST}/new", folder_anywhere, begun) == [("a", "new/a"), ("b", "new/b")]
    assert places.get_targets([places.remote(f"{HOST}/tree")], str(tmp_path), begun) == [("tree", str(tmp_path))]
    assert asked == [(os.path.realpath("a/tree"), "new"), ("tree", str(tmp_path))]
