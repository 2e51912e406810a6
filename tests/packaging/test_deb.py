"""The Debian package, made of a stand-in for the bundle: what it holds, where, and what dpkg and the checkers of desktops say."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from packages import archive, copyright, deb, depends, release

MOMENT = 1_700_000_000
NEEDS = depends.Needs(("libc6 (>= 2.31)",), ("libegl1", "libgl1"))

pytestmark = pytest.mark.skipif(shutil.which("dpkg-deb") is None, reason="dpkg is not here")


@pytest.fixture(scope="module")
def stand_in(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder laid out as the bundle is: two programs, a library, and what makes it startable where it was unpacked."""
    folder = tmp_path_factory.mktemp("built") / "filexfer"
    (folder / "_internal").mkdir(parents=True)
    for name in ("filexfer", "filexfer-app"):
        (folder / name).write_text('#!/bin/sh\necho "$(readlink -f "$0") $*"\n', encoding="utf-8")
        (folder / name).chmod(0o775)
    (folder / "_internal" / "libthing.so.1").write_bytes(b"thing")
    (folder / "_internal" / "libthing.so.1").chmod(0o755)
    (folder / "_internal" / "libthing.so").symlink_to("libthing.so.1")
    for name in ("filexfer.desktop", "filexfer.svg", "copyright"):
        (folder / name).touch()
    return folder


def made(stand_in: Path, to: Path) -> Path:
    tree = deb.content(stand_in, "Format: …\n", MOMENT)
    deb.write(tree, deb.control(tree, NEEDS), to, MOMENT, ("-0",))
    return to


@pytest.fixture(scope="module")
def package(stand_in: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made(stand_in, tmp_path_factory.mktemp("made") / "filexfer.deb")


@pytest.fixture(scope="module")
def root(package: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A root that the package was unpacked into."""
    folder = tmp_path_factory.mktemp("root")
    subprocess.run(["dpkg-deb", "--extract", package, folder], check=True)
    return folder


def asked(*command: str | Path) -> str:
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_dpkg_reads_who_it_is_and_what_it_needs(package: Path) -> None:
    assert asked("dpkg-deb", "--field", package, "Package", "Version", "Depends", "Recommends").splitlines() == [
        "Package: filexfer",
        f"Version: {release.version()}",
        "Depends: libc6 (>= 2.31)",
        "Recommends: libegl1, libgl1",
    ]
    assert asked("dpkg-deb", "--field", package, "Architecture").strip() == asked("dpkg", "--print-architecture").strip()
    description = asked("dpkg-deb", "--field", package, "Description").splitlines()
    assert len(description[0]) < 80
    assert len(description) > 3
    assert all(line.startswith(" ") and len(line) <= 80 for line in description[1:])


def test_everything_is_roots_and_only_programs_can_be_run(package: Path) -> None:
    rows = [line.split() for line in asked("dpkg-deb", "--contents", package).splitlines()]
    assert {row[1] for row in rows} == {"root/root"}
    modes = {row[5].removeprefix("."): row[0] for row in rows}
    assert {modes[f"/usr/lib/filexfer/{name}"] for name in ("filexfer", "filexfer-app")} == {"-rwxr-xr-x"}
    assert modes["/usr/lib/filexfer/_internal/libthing.so.1"] == "-rw-r--r--"
    assert {mode for mode in modes.values() if mode[0] == "d"} == {"drwxr-xr-x"}
    plain = {name for name, mode in modes.items() if mode == "-rwxr-xr-x"}
    assert plain == {"/usr/lib/filexfer/filexfer", "/usr/lib/filexfer/filexfer-app"}


def test_the_commands_on_the_path_are_the_bundles_programs(root: Path) -> None:
    for name in ("filexfer", "filexfer-app"):
        assert asked(root / "usr/bin" / name, "x") == f"{root.resolve()}/usr/lib/filexfer/{name} x\n"
    assert (root / "usr/lib/filexfer/_internal/libthing.so").readlink() == Path("libthing.so.1")


def test_settings_are_kept_over_an_upgrade(package: Path, root: Path, tmp_path: Path) -> None:
    subprocess.run(["dpkg-deb", "--control", package, tmp_path / "control"], check=True)
    kept = (tmp_path / "control" / "conffiles").read_text(encoding="utf-8").splitlines()
    assert kept == ["/etc/filexfer/filexfer.toml"]
    assert [f"/{path.relative_to(root)}" for path in (root / "etc").rglob("*") if path.is_file()] == kept
    for line in (tmp_path / "control" / "md5sums").read_text(encoding="utf-8").splitlines():
        assert (root / line.partition("  ")[2]).is_file()
    for script in ("postinst", "prerm", "postrm"):
        asked("sh", "-n", tmp_path / "control" / script)


def test_units_lie_where_systemd_looks_and_start_what_was_installed(root: Path) -> None:
    for place in ("system", "user"):
        unit = (root / "usr/lib/systemd" / place / "filexfer.service").read_text(encoding="utf-8")
        (program,) = re.findall(r"^ExecStart=/(\S+) serve", unit, re.MULTILINE)
        assert (root / program).is_file()
    assert (root / "usr/share/doc/filexfer/examples/supervisor.conf").is_file()
    # Neither does it start by being installed.
    assert not any((root / "etc").rglob("*.wants"))


def test_a_link_that_pairs_and_a_menu_find_the_app(root: Path) -> None:
    entry = root / "usr/share/applications/filexfer.desktop"
    assert asked("desktop-file-validate", entry) == ""
    applications = entry.parent
    asked("update-desktop-database", applications)
    assert "x-scheme-handler/filexfer=filexfer.desktop;" in (applications / "mimeinfo.cache").read_text(encoding="utf-8")
    icons = root / "usr/share/icons/hicolor"
    assert (icons / "scalable/apps/filexfer.svg").is_file()
    for size in (16, 48, 128, 256, 512):
        png = (icons / f"{size}x{size}/apps/filexfer.png").read_bytes()
        assert (png[:8], int.from_bytes(png[16:20]), int.from_bytes(png[20:24])) == (b"\x89PNG\r\n\x1a\n", size, size)


def test_software_centres_can_read_what_it_is(root: Path) -> None:
    metainfo = root / "usr/share/metainfo/filexfer.metainfo.xml"
    asked("appstreamcli", "validate", "--no-net", "--strict", metainfo)
    text = metainfo.read_text(encoding="utf-8")
    assert f'version="{release.version()}"' in text


def test_manual_pages_and_change_logs_lie_where_they_are_looked_for(root: Path) -> None:
    for name, words in {
        "man/man1/filexfer.1.gz": "filexfer put",
        "man/man1/filexfer-app.1.gz": "filexfer-app",
        "doc/filexfer/changelog.gz": "What changed",
        "doc/filexfer/changelog.Debian.gz": f"filexfer ({release.version()}) unstable",
    }.items():
        assert words in asked("zcat", root / "usr/share" / name).replace("\\", "")


def test_two_builds_at_different_places_and_times_are_the_same(package: Path, stand_in: Path, tmp_path: Path) -> None:
    copy = tmp_path / "elsewhere" / "filexfer"
    shutil.copytree(stand_in, copy, symlinks=True)
    for path in copy.rglob("*"):
        os.utime(path, (1, 1), follow_symlinks=False)
    copy.chmod(0o700)
    assert made(copy, tmp_path / "again.deb").read_bytes() == package.read_bytes()


def test_a_tree_that_is_packed_in_blocks_comes_out_as_it_went_in(tmp_path: Path) -> None:
    content = os.urandom(3_000_000)
    tree = {"a/large": archive.Entry(content), "a/link": archive.Entry(link="large"), "run": archive.Entry(b"#!", program=True)}
    archive.tar_xz(tree, tmp_path / "made.tar.xz", MOMENT, settings=("-0", "--threads=2", "--block-size=1MiB"))
    asked("tar", "-C", tmp_path, "-xf", tmp_path / "made.tar.xz")
    assert (tmp_path / "a/link").read_bytes() == content
    assert os.access(tmp_path / "run", os.X_OK)
    assert (tmp_path / "run").stat().st_mtime == MOMENT


def test_what_the_libraries_of_a_bundle_ask_for_decides_what_is_needed(tmp_path: Path) -> None:
    """A program, a library that comes with it, and one of Qt's place: only what is not there is asked of the system, and what Qt
    alone asks for is no condition."""
    (tmp_path / "PySide6").mkdir()
    library = {"own": "int own(void) { return 1; }", "qt": "int XPending(void *); int qt(void *d) { return XPending(d); }"}
    for name, text in library.items():
        place = tmp_path / ("PySide6" if name == "qt" else "") / f"lib{name}.so"
        links = ["-l:libz.so.1"] if name == "qt" else []
        source = tmp_path / f"{name}.c"
        source.write_text(text, encoding="utf-8")
        asked("gcc", "-shared", "-fPIC", "-Wl,--no-as-needed", "-o", place, source, *links)
    (tmp_path / "main.c").write_text("int own(void); int main(void) { return own(); }", encoding="utf-8")
    asked("gcc", "-o", tmp_path / "filexfer", tmp_path / "main.c", f"-L{tmp_path}", "-lown")
    needs = depends.of_bundle(tmp_path)
    assert [one.partition(" ")[0] for one in needs.always] == ["libc6"]
    assert needs.always[0].startswith("libc6 (>= 2.")
    assert "zlib1g" in needs.window
    assert "libegl1" in needs.window


def test_a_library_that_no_package_brought_is_said() -> None:
    with pytest.raises(LookupError, match=r"libnowhere\.so\.9 is needed"):
        depends.packages_of(["libnowhere.so.9"])


def test_the_licences_of_all_that_is_inside_are_told(tmp_path: Path) -> None:
    h11, fluent = depends_on("h11"), release.TOP / "resources/icons/fluent/LICENSE"
    rows = [("h11", str(h11), "PYMODULE")]
    (zlib,) = Path("/lib").glob("*/libz.so.1")
    data = [("resources/icons/fluent/LICENSE", str(fluent), "DATA"), ("libz.so.1", str(zlib), "BINARY")]
    (tmp_path / "PYZ-00.toc").write_text(repr(("name", rows)), encoding="utf-8")
    (tmp_path / "COLLECT-00.toc").write_text(repr((data,)), encoding="utf-8")
    text = copyright.text(tmp_path)
    for words in ("the filexfer authors", "Nathaniel J. Smith", "Microsoft Corporation", "Jean-loup Gailly", "Files: *\n"):
        assert words in text
    # Each line of a licence is indented, or it would be read as a field.
    assert all(line[0] == " " or ":" in line for line in text.splitlines() if line)


def test_what_a_wheel_was_compiled_together_with_is_told_too(tmp_path: Path) -> None:
    (tmp_path / "PYZ-00.toc").write_text(repr(("name", [("blake3", str(depends_on("blake3")), "PYMODULE")])), "utf-8")
    (tmp_path / "COLLECT-00.toc").write_text(repr(([],)), encoding="utf-8")
    text = copyright.text(tmp_path)
    assert re.search(
        r"^   constant_time_eq [\d.]+, by Cesar Eduardo Barros.*: CC0-1\.0 OR MIT-0 OR Apache-2\.0$", text, re.MULTILINE
    )
    # Which compiles C, and is in nothing that runs.
    assert not re.search(r"^   cc \d", text, re.MULTILINE)


def test_a_licence_that_several_libraries_share_is_told_once(tmp_path: Path) -> None:
    libraries = [next(Path("/lib").glob(f"*/{name}")) for name in ("libstdc++.so.6", "libgcc_s.so.1")]
    (tmp_path / "PYZ-00.toc").write_text(repr(("name", [])), encoding="utf-8")
    data = [(one.name, str(one), "BINARY") for one in libraries]
    (tmp_path / "COLLECT-00.toc").write_text(repr((data,)), encoding="utf-8")
    text = copyright.text(tmp_path)
    (stanza,) = (one for one in text.split("\nFiles: ") if "libgcc_s.so.1" in one.partition("\nCopyright: ")[0])
    assert "/libstdc++.so.6" in stanza.partition("\nCopyright: ")[0]
    assert re.search(r"^Comment: libgcc.*; libstdc\+\+6", stanza, re.MULTILINE)
    assert text.count("GCC RUNTIME LIBRARY EXCEPTION") == Path("/usr/share/doc/libgcc-s1/copyright").read_text().count(
        "GCC RUNTIME LIBRARY EXCEPTION"
    )


def depends_on(module: str) -> Path:
    from importlib.util import find_spec

    found = find_spec(module)
    assert found is not None
    assert found.origin is not None
    return Path(found.origin)
