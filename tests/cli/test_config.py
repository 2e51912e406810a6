"""filexfer.toml: what is read from it, what is refused and how that is told, and the sample that explains it."""

from __future__ import annotations

import dataclasses
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from filexfer import connect
from filexfer.cli import service_unit
from filexfer.cli.configuration import examine
from filexfer.cli.configuration.effective import Effective
from filexfer.cli.configuration.kinds import WrongValue
from filexfer.cli.configuration.lines import Lines
from filexfer.cli.configuration.reading import read
from filexfer.cli.configuration.sample import sample
from filexfer.cli.configuration.table import SECTIONS, Setting, settings
from filexfer.server.settings import Settings
from tests.cli.command import Result, Served, ended, run, tree

TOP = Path(__file__).parents[2]
ROWS = settings()
KEYS = {(row.section, row.name) for row in ROWS}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tree(tmp_path / "share", {"f": b"x"})


@pytest.fixture
def written(tmp_path: Path, folder: Path) -> Callable[..., Path]:
    """A file with this text in [serve] beside the folder, and this text behind."""

    def write(serve: str = "", rest: str = "") -> Path:
        path = tmp_path / "filexfer.toml"
        path.write_text(f'[serve]\nfolder = "{folder}"\nstate = "{tmp_path}/own"\n{serve}\n{rest}\n', encoding="utf-8")
        return path

    return write


def told(path: Path, action: str = "check") -> list[str]:
    """What is wrong with it, as people see it: without the file's name."""
    result = run("config", action, path)
    assert result.code == 2
    lines = result.err.splitlines()
    assert all(line.startswith(f"filexfer: {path}") for line in lines)
    return [line.removeprefix(f"filexfer: {path}").lstrip(", ") for line in lines]


# ---- the table


def test_every_bound_of_the_server_can_be_set_and_has_its_default_from_there() -> None:
    elsewhere = {"insecure", "allow_hosts", "socket_mode"}
    fields = {field.name for field in dataclasses.fields(Settings)}
    assert {name for section, name in KEYS if section == "bounds"} == fields - elsewhere
    assert elsewhere <= {name for section, name in KEYS if section == "serve"}
    assert Effective().server_settings() == Settings()


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.section}.{row.name}")
def test_what_is_written_of_a_setting_is_read_again(row: Setting) -> None:
    value = row.default if row.example is None else row.example
    assert row.kind.read(tomllib.loads(f"x = {row.kind.written(value)}")["x"]) == (
        Path(str(value)) if row.default is None else value
    )
    if row.default not in (None, ()):
        assert row.kind.read(tomllib.loads(f"x = {row.kind.written(row.default)}")["x"]) == row.default


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.section}.{row.name}")
def test_every_setting_refuses_what_is_of_no_use_to_it(row: Setting) -> None:
    refusals = [refusal(row, value) for value in ({}, "\0", "no such thing", [[]], -1, float("nan"), 10**40)]
    assert any(refusals)
    assert all(text.endswith((".", "?")) for text in refusals if text)


def refusal(row: Setting, value: object) -> str:
    """What it says of this value, "" where it takes it."""
    try:
        row.kind.read(value)
    except WrongValue as wrong:
        return str(wrong)
    return ""


# ---- the sample


def test_the_sample_holds_every_setting_with_its_default() -> None:
    text = sample({})
    assert {tuple(one) for one in tomllib.loads(text)} == {tuple(one) for one in SECTIONS}
    uncommented = re.sub(r"^# ([a-z_]+ = )", r"\1", text, flags=re.MULTILINE)
    found = {(section, name) for section, content in tomllib.loads(uncommented).items() for name in content}
    assert found == KEYS
    for row in ROWS:
        if row.example is None:
            assert f"\n# {row.name} = {row.kind.written(row.default)}\n" in text
        assert " ".join(row.says.split()) in " ".join(text.replace("\n# ", " ").split())


def test_every_setting_stands_in_the_documentation() -> None:
    page, bounds = ((TOP / "docs" / name).read_text("utf-8") for name in ("headless.md", "bounds.md"))
    for row in ROWS:
        default = row.otherwise or ("–" if row.default is None else f"`{row.kind.written(row.default)}`")
        if row.section == "bounds":
            assert f"| `{row.name}` |" in bounds
        else:
            assert f"| `{row.name}` | {default} | {row.kind.says} | {row.says} |" in page
    assert re.findall(r"^### `\[(.*)\]`", page, re.MULTILINE) == list(SECTIONS)


def test_the_sample_is_what_packages_install() -> None:
    printed = run("config", "sample", "--folder", "/var/lib/filexfer-share", "--state", "/var/lib/filexfer")
    assert (TOP / "packaging/service/filexfer.toml").read_text("utf-8") == printed.out


def test_the_sample_for_a_folder_starts_a_server(serve: Callable[..., Served], folder: Path, tmp_path: Path) -> None:
    path = tmp_path / "made.toml"
    path.write_bytes(run("config", "sample", "--folder", folder, "--state", tmp_path / "own").raw)
    served = serve("--config", path, "--listen", "http://127.0.0.1:0", "--guest", "read")
    with connect(served.address) as session:
        assert [entry.name for entry in session.list()] == ["f"]
    assert served.end(signal.SIGTERM).code == 0


# ---- serve


def test_a_server_is_started_by_a_file_alone(serve: Callable[..., Served], written: Callable[..., Path], tmp_path: Path) -> None:
    path = written(
        'listen = ["http://127.0.0.1:0"]\nguest = "write"\nname = "box"',
        '[log]\nformat = "json"\nlevel = "error"\n[bounds]\nblock_size = "256 KiB"\npage_entries = 123',
    )
    served = serve("--config", path)
    address = json.loads(served.lines[0])["address"]
    with connect(address) as session:
        info = session.info()
        assert (info["share"], info["permission"]) == ("box", "write")
        assert (info["block_size"], info["page_entries"]) == (256 << 10, 123)
    big = os.urandom(3 << 20)
    assert run("put", "-", f"{address}big", data=big).code == 0
    assert (tmp_path / "share/big").read_bytes() == big
    assert (tmp_path / "own/agent.json").parent.is_dir()
    assert served.end(signal.SIGTERM).code == 0


def test_the_command_line_wins_over_the_file(serve: Callable[..., Served], written: Callable[..., Path], tmp_path: Path) -> None:
    other = tree(tmp_path / "other", {"g": b""})
    path = written('listen = ["http://127.0.0.1:1"]\nguest = "none"\nname = "file\'s"')
    served = serve(other, "--config", path, "--listen", "http://127.0.0.1:0", "--guest", "read", "--name", "line's")
    with connect(served.address) as session:
        assert [entry.name for entry in session.list()] == ["g"]
        assert session.info()["share"] == "line's"
    assert served.end(signal.SIGTERM).code == 0


def test_a_wrong_file_starts_nothing_and_all_that_is_wrong_is_told(tmp_path: Path) -> None:
    path = tmp_path / "wrong.toml"
    path.write_text('[serve]\nfolder = "/no/such/folder"\nguest = "wirte"\nlisten = ["http://0.0.0.0:0"]\n[logs]\n', "utf-8")
    result = run("serve", "--config", path)
    assert (result.code, result.raw) == (2, b"")
    lines = [line.removeprefix(f"filexfer: {path}, ") for line in result.err.splitlines()]
    assert lines[0] == "line 2: [serve] folder: there is no “/no/such/folder”. Make it first, or name another one."
    assert lines[1] == 'line 3: [serve] guest = "wirte": write "none", "read" or "write". Did you mean "write"?'
    assert lines[2].startswith("line 4: Plain http is readable")
    assert lines[3] == "line 5: there is no section [logs]. Did you mean “log”?"
    assert len(lines) == 4
    objects = [json.loads(line) for line in run("serve", "--config", path, "--json").lines]
    assert [(one["kind"], one["exit"]) for one in objects] == [("UsageError", 2)] * 4


def test_without_any_folder_it_says_how_to_name_one(tmp_path: Path) -> None:
    assert "filexfer serve DIR" in run("serve").err
    (tmp_path / "empty.toml").touch()
    result = run("serve", "--config", tmp_path / "empty.toml")
    assert (result.code, 'Write folder = "/…"' in result.err) == (2, True)


# ---- check


@pytest.mark.parametrize(
    ("serve", "rest", "said"),
    [
        ('gest = "read"', "", "line 4: [serve] has no setting “gest”. Did you mean “guest”?"),
        ('allow-hosts = ["a"]', "", "line 4: [serve] has no setting “allow-hosts”. Did you mean “allow_hosts”?"),
        ("xyzzy = 1", "", "line 4: [serve] has no setting “xyzzy”. “filexfer config sample” shows all that there are."),
        ('format = "json"', "", "line 4: [serve] has no setting “format”. It belongs to [log]."),
        ("announce = 1", "", "line 4: [serve] announce = 1: write true or false, without quotation marks."),
        ('announce = "yes"', "", 'line 4: [serve] announce = "yes": write true or false, without quotation marks.'),
        ("socket_mode = 384", "", 'line 4: [serve] socket_mode = 384: write octal digits in quotation marks, like "0660".'),
        ('listen = "https://*:1"', "", 'line 4: [serve] listen = "https://*:1": write a list in brackets, like ["…"].'),
        ("listen = []", "", "line 4: [serve] listen: the list is empty: write at least one, or leave the setting out."),
        ('state = "own"', "", "line 4: this is not TOML at column 14: Cannot overwrite a value. "),
        ("stop_seconds = -1", "", "line 4: [serve] stop_seconds = -1: write a number from 0 to 3,600 seconds."),
        ("guest = read", "", "line 4: this is not TOML at column 9: Invalid value. "),
        (
            "",
            "[bounds]\nworkers = 2.5",
            "line 6: [bounds] workers = 2.5: write a whole number, 4 to 1,024, without quotation marks.",
        ),
        ("", "[bounds]\nworkers = 2", "line 6: [bounds] workers = 2: write a number from 4 to 1,024."),
        ("", '[bounds]\nhead_bytes = "1 XB"', 'line 6: [bounds] head_bytes = "1 XB": write a number of bytes, or a text like '),
        ("", '[bounds]\nhead_bytes = "1 GiB"', 'line 6: [bounds] head_bytes = "1 GiB": write something from 1 KiB to 1 MiB.'),
        ("", "[bounds]\nidle_seconds = inf", "line 6: [bounds] idle_seconds = inf: write a number from 0.5 to 86,400 seconds."),
        ("", "[metric]", "line 5: there is no section [metric]. "),
        ('name = """\ntwo\nguest = 3"""', "", 'line 4: [serve] name = "two\\nguest = 3": it holds a control character'),
    ],
)
def test_what_is_wrong_is_told_with_its_line_and_what_to_do(
    written: Callable[..., Path], serve: str, rest: str, said: str
) -> None:
    (line,) = told(written(serve, rest))
    assert line.startswith(said)


def test_a_setting_outside_of_its_section_is_sent_home(tmp_path: Path) -> None:
    path = tmp_path / "f.toml"
    path.write_text('guest = "read"\nserve = 3\n', "utf-8")
    lines = told(path)
    assert "line 1: “guest” stands outside of its section. Write it below the line [serve]." in lines
    assert "line 2: “serve” is a section: write [serve] on a line of its own." in lines


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"\xff", "not UTF-8"),
        (b"#" * (1 << 20) + b"#", "more than 1 MiB"),
        (b"[" * 9000, "not TOML"),
        (b"x = " + b"9" * 5000, "thousands of digits"),
    ],
)
def test_what_is_no_configuration_at_all_is_refused_in_words(tmp_path: Path, content: bytes, said: str) -> None:
    path = tmp_path / "f.toml"
    path.write_bytes(content)
    (line,) = told(path)
    assert said in line


def test_a_file_that_is_not_there_or_a_folder_is_refused(tmp_path: Path) -> None:
    assert "there is no such file" in told(tmp_path / "none.toml")[0]
    assert "cannot be read" in told(tmp_path)[0]


def test_a_password_in_an_address_is_not_repeated(written: Callable[..., Path]) -> None:
    (line,) = told(written('listen = ["https://me:secret@localhost:1"]'))
    assert line.startswith("line 4: [serve] listen: number 1 of the list: An address holds no user name")
    assert "secret" not in line


def test_a_file_that_is_in_order_is_said_to_be(written: Callable[..., Path], folder: Path) -> None:
    path = written('listen = ["https://localhost:0"]')
    result = run("config", "check", path)
    assert (result.code, result.err) == (0, "")
    assert result.out == f"{path} is in order. It shares {folder} at https://localhost:0.\n"
    assert json.loads(run("config", "check", path, "--json").out) == {"event": "checked", "file": str(path)}
    # It only looks.
    assert not (folder.parent / "own").exists()


def test_the_usual_places_are_looked_at(tmp_path: Path, written: Callable[..., Path]) -> None:
    own = {"XDG_CONFIG_HOME": str(tmp_path / "config")}
    if not Path("/etc/filexfer/filexfer.toml").exists():  # as on a machine where the package is installed
        assert str(tmp_path / "config/filexfer/filexfer.toml") in run("config", "check", env=own).err
    (tmp_path / "config/filexfer").mkdir(parents=True)
    written('listen = ["https://localhost:0"]').rename(tmp_path / "config/filexfer/filexfer.toml")
    assert "is in order" in run("config", "check", env=own).out


def test_check_looks_at_folders_addresses_and_the_key(written: Callable[..., Path], tmp_path: Path) -> None:
    (tmp_path / "own").mkdir(mode=0o700)
    (tmp_path / "own/identity.pem").write_text("-----BEGIN CERTIFICATE-----\nbroken", "ascii")
    lines = told(written('listen = ["https://192.0.2.1:0", "unix:/no/such/place/x.sock"]'))
    assert any(line.startswith("line 3: [serve] state: The server's key") and "damaged" in line for line in lines)
    assert any("192.0.2.1" in line and line.startswith("line 4: [serve] listen: ") for line in lines)
    assert any("no socket can be made in “/no/such/place”" in line for line in lines)
    assert len(lines) == 3


def test_a_state_within_the_share_is_refused_before_anything_is_started(tmp_path: Path, folder: Path) -> None:
    path = tmp_path / "f.toml"
    path.write_text(f'[serve]\nfolder = "{folder}"\nstate = "{folder}/own"\n', "utf-8")
    (line,) = told(path)
    assert line.startswith(f"line 2: [serve] folder: {folder} cannot be shared")
    path.write_text(f'[serve]\nfolder = "{folder}"\nstate = "{folder}/f"\n', "utf-8")
    assert any("is not a folder" in line for line in told(path))


def test_what_may_not_be_meant_is_remarked(written: Callable[..., Path]) -> None:
    result = run("config", "check", written('listen = ["http://0.0.0.0:0"]\ninsecure = true'))
    assert result.code == 0
    assert "whoever is on the way reads" in result.err
    assert "nobody can be let in" in result.err


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """One that other users come to; pytest's own are closed to them."""
    with tempfile.TemporaryDirectory(prefix="fx") as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


def as_nobody(*words: str | Path) -> Result:
    command = [sys.executable, "-m", "tests.cli.as_nobody", *map(str, words)]
    return ended(subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=TOP))


@pytest.mark.skipif(os.name != "posix" or os.getuid() != 0, reason="only root can look as somebody else")
def test_check_looks_as_the_user_who_runs_it(open_folder: Path) -> None:
    share = open_folder / "share"
    share.mkdir(mode=0o755)
    path = open_folder / "f.toml"
    path.write_text(f'[serve]\nfolder = "{share}"\nguest = "write"\nstate = "{open_folder}/own"\n', "utf-8")
    (open_folder / "own").mkdir(mode=0o700)
    done = as_nobody("config", "check", path)
    assert done.code == 2
    assert 'line 3: [serve] guest = "write", but the user “nobody” cannot write in' in done.err
    assert "line 4: [serve] state: “" in done.err
    assert "belongs to the user “root”, not to the user “nobody”" in done.err
    # As systemd keeps what is a service's: a link into a place that others cannot enter.
    (open_folder / "private/state").mkdir(parents=True)
    (open_folder / "private").chmod(0o700)
    linked = open_folder / "linked.toml"
    (open_folder / "link").symlink_to("private/state")
    linked.write_text(f'[serve]\nfolder = "{share}"\nstate = "{open_folder}/link"\n', "utf-8")
    assert (
        "/link” cannot be looked at by the user “nobody”. Run this as the server's user"
        in as_nobody("config", "check", linked).err
    )
    linked.write_text(f'[serve]\nfolder = "{open_folder}/link"\n', "utf-8")
    assert "[serve] folder: “" in (said := as_nobody("config", "check", linked).err)
    assert "cannot be looked at by" in said
    share.chmod(0)
    assert "line 2: [serve] folder: “" in as_nobody("config", "check", path).err
    os.chown(open_folder / "own", 65534, 65534)
    assert "run the check as that user" in run("config", "check", path).err


def test_what_systemd_makes_for_the_service_may_be_missing_until_it_starts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, states = tmp_path / "f.toml", tmp_path / "states"
    path.write_text(f'[serve]\nfolder = "{states}/share"\nstate = "{states}/own"\nguest = "write"\n', "utf-8")
    (tmp_path / "unit").write_text("[Service]\nStateDirectory=own share\n", "utf-8")
    monkeypatch.setattr(service_unit, "_STATES", states)
    found = Effective(read(path))
    assert ["there is no" in str(fault) for fault in examine.examine(found)] == [True]
    monkeypatch.setattr(service_unit, "_UNIT", tmp_path / "unit")
    assert list(examine.examine(found)) == []
    assert f"“{states}/share” and “{states}/own”: not there yet. systemd makes it" in next(examine.remarks(found))
    # Who starts it without systemd is told that there is nothing to share.
    assert examine.folder_fault(found) is not None
    states.mkdir()
    (states / "share").write_bytes(b"")
    assert ["is not a folder" in str(fault) for fault in examine.examine(found)] == [True]


# ---- show


def test_show_tells_each_value_and_where_it_came_from(written: Callable[..., Path], folder: Path) -> None:
    path = written('guest = "read"', "[bounds]\nworkers = 8")
    lines = run("config", "show", path).lines
    assert lines[0] == f"# {path}"
    assert next(line for line in lines if line.startswith("guest")).split("  # ")[-1] == "line 4"
    assert next(line for line in lines if line.startswith("at_once")).split("  # ")[-1] == "default"
    again = tomllib.loads("\n".join(lines))
    assert (again["serve"]["folder"], again["bounds"]["workers"]) == (str(folder), 8)
    records = [json.loads(line) for line in run("config", "show", path, "--json").lines]
    assert {(one["section"], one["name"]) for one in records} == KEYS
    found = {one["name"]: one for one in records}
    assert found["workers"] == {"section": "bounds", "name": "workers", "value": 8, "source": "file", "line": 6}
    assert found["call_memory"]["value"] == Settings().call_memory
    assert found["listen"]["source"] == "default"


def test_show_tells_what_it_can_of_a_file_that_is_wrong(written: Callable[..., Path]) -> None:
    result = run("config", "show", written("guest = 3\nname = 'x'"))
    assert result.code == 2
    assert 'name = "x"' in result.out
    assert 'guest = "none"' in result.out


# ---- lines


def test_lines_are_found_whatever_stands_around() -> None:
    text = '[a]  # first\nx = """\ny = 1\n[b]\n"""\n"y" = 2\n[b]\nlong = [\n  1,  # y = 3\n]\ny.z = 4\n'
    tomllib.loads(text)
    found = Lines(text)
    assert [found.of("a"), found.of("a", "x"), found.of("a", "y")] == [1, 2, 6]
    assert [found.of("b"), found.of("b", "long"), found.of("b", "y"), found.of("b", "none")] == [7, 8, 11, 0]


def test_a_file_of_windows_is_read_alike(tmp_path: Path) -> None:
    path = tmp_path / "f.toml"
    path.write_bytes('\ufeff[serve]\r\nguest = "read"\r\n'.encode())
    found = read(path)
    assert found.faults == ()
    assert (found.values["serve", "guest"].value, found.values["serve", "guest"].line) == ("read", 2)
