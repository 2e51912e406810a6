"""The AppImage's runtime, at the front of a small image: by FUSE, without it, unpacking only, and with images that mean harm."""

from __future__ import annotations

import contextlib
import os
import re
import resource
import shutil
import signal
import struct
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from packages import appimage, release
from packages.archive import Entry

from tests.screen import wait_for

MOMENT = 1_700_000_000
#: Says what it was told, then goes on as long as its stdin does.
APP_RUN = b"""#!/bin/sh
echo "words <$*> from <$ARGV0> of <$APPIMAGE> in <$APPDIR> at <$OWD>"
cat "$APPDIR/inner/text"
[ "$1" != wait ] || cat
exit 7
"""
FAST = ("-comp", "zstd", "-Xcompression-level", "1")

pytestmark = pytest.mark.skipif(
    not shutil.which("mksquashfs") or not Path("/usr/include/squashfuse/ll.h").exists(), reason="squashfs is not here"
)
Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An AppImage of four files."""
    tree = {
        "AppRun": Entry(APP_RUN, program=True),
        "inner/text": Entry(b"inside\n"),
        "inner/large": Entry(os.urandom(2_000_000)),
        "link": Entry(link="inner/text"),
    }
    path = tmp_path_factory.mktemp("small") / "small image.AppImage"
    appimage.write(tree, path, MOMENT, FAST)
    return path


@pytest.fixture
def room(tmp_path: Path) -> Path:
    """Where temporary folders go; a test can see whether any is left."""
    (tmp_path / "room").mkdir()
    return tmp_path / "room"


@pytest.fixture
def run(small: Path, room: Path, tmp_path: Path) -> Run:
    def start(*words: str, image: Path = small, **more: str) -> subprocess.CompletedProcess[str]:
        environment = {"PATH": os.environ["PATH"], "TMPDIR": str(room), **more}
        return subprocess.run([image, *words], cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=60)

    return start


def told(text: str) -> dict[str, str]:
    """What the program inside was given."""
    found = re.match(r"words <(.*)> from <(.*)> of <(.*)> in <(.*)> at <(.*)>\ninside\n", text)
    assert found, text
    return dict(zip(("words", "from", "of", "in", "at"), found.groups(), strict=True))


def test_it_has_the_mark_of_its_format_and_needs_no_library(small: Path) -> None:
    assert small.read_bytes()[:11] == b"\x7fELF\x02\x01\x01\0AI\x02"
    assert "There is no dynamic section" in subprocess.run(["readelf", "-d", small], capture_output=True, text=True).stdout


def test_the_program_inside_runs_with_its_words_and_exit_code(run: Run, small: Path, room: Path, tmp_path: Path) -> None:
    done = run("--own", "a b")
    assert done.returncode == 7, done.stderr
    given = told(done.stdout)
    assert given == {"words": "--own a b", "of": str(small), "from": str(small), "in": given["in"], "at": str(tmp_path)}
    assert Path(given["in"]).parent == room
    wait_for(lambda: not any(room.iterdir()), "the folder to be taken away")


@pytest.mark.parametrize("how", ["option", "environment"])
def test_without_fuse_it_is_unpacked_runs_and_leaves_nothing(run: Run, room: Path, how: str) -> None:
    done = run("--appimage-extract-and-run", "x") if how == "option" else run("x", APPIMAGE_EXTRACT_AND_RUN="1")
    assert done.returncode == 7, done.stderr
    assert told(done.stdout)["words"] == "x"
    wait_for(lambda: not any(room.iterdir()), "the folder to be taken away")


def test_where_mounting_fails_it_unpacks_by_itself(small: Path, room: Path) -> None:
    """In a namespace with neither the device nor the right to mount, as in many containers."""
    done = with_mounts('mount -t tmpfs none /dev && exec "$0" x', small, room)
    assert done.returncode == 7, done.stderr
    assert told(done.stdout)["words"] == "x"
    wait_for(lambda: not any(room.iterdir()), "the folder to be taken away")


def with_mounts(script: str, small: Path, room: Path, **more: str) -> subprocess.CompletedProcess[str]:
    """Runs `script`, whose `$0` is the image, where it may mount."""
    command = ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", script, str(small)]
    environment = {"PATH": os.environ["PATH"], "TMPDIR": str(room), **more}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60)
    if done.returncode == 1 and "unshare" in done.stderr:
        pytest.skip("this system lets nobody make namespaces")
    return done


@pytest.mark.parametrize("how", [(), ("--appimage-extract-and-run",)])
def test_its_files_stay_while_a_program_in_there_runs(small: Path, room: Path, how: tuple[str, ...]) -> None:
    """The window's service goes on when the window has gone."""
    environment = {"PATH": os.environ["PATH"], "TMPDIR": str(room)}
    with subprocess.Popen([small, *how, "wait"], env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as app:
        assert app.stdout is not None
        assert app.stdin is not None
        app.stdout.readline()
        assert len(list(room.iterdir())) == 1
        app.stdin.close()
    wait_for(lambda: not any(room.iterdir()), "the folder to be taken away")


def test_killed_while_it_unpacks_it_leaves_nothing(small: Path, room: Path) -> None:
    """Stopped at the first file that it has written, which it never sees the end of."""
    environment = {"PATH": os.environ["PATH"], "TMPDIR": str(room)}
    with subprocess.Popen([small, "--appimage-extract-and-run"], env=environment, preexec_fn=one_file_of_a_page) as app:
        assert app.wait(60) == -signal.SIGXFSZ
    wait_for(lambda: not any(room.iterdir()), "the folder to be taken away")


def one_file_of_a_page() -> None:
    """In a new process: no file may become larger; the system ends whoever tries."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))
    signal.signal(signal.SIGXFSZ, signal.SIG_DFL)


@pytest.mark.parametrize("how", [(), ("--appimage-extract-and-run",)])
def test_whoever_starts_it_may_ignore_children_close_streams_and_hold_locks(
    small: Path, room: Path, how: tuple[str, ...]
) -> None:
    script = (
        "import os, signal, sys; signal.signal(signal.SIGCHLD, signal.SIG_IGN); os.close(0); os.execv(sys.argv[1], sys.argv[1:])"
    )
    environment = {"PATH": os.environ["PATH"], "TMPDIR": str(room)}
    theirs, ours = os.pipe()
    with subprocess.Popen(
        [sys.executable, "-c", script, small, *how, "x"], env=environment, stdout=subprocess.PIPE, text=True, pass_fds=[ours]
    ) as app:
        os.close(ours)
        said, _ = app.communicate(timeout=60)
    assert app.returncode == 7
    assert told(said)["words"] == "x"
    with os.fdopen(theirs, "rb") as pipe:
        assert pipe.read() == b""
    wait_for(lambda: not any(room.iterdir()), "the folder to be taken away")


def unpacked(small: Path, room: Path, how: tuple[str, ...] = ("--appimage-extract-and-run",)) -> subprocess.Popen[bytes]:
    """An app that runs until its stdin is closed."""
    environment = {"PATH": os.environ["PATH"], "TMPDIR": str(room)}
    command = [small, *how, "wait"]
    app = subprocess.Popen(command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert app.stdout is not None
    app.stdout.readline()
    return app


def keeper(small: Path) -> int:
    """The process that stays behind the one app."""
    found = 0
    for told in Path("/proc").glob("[0-9]*/cmdline"):
        # Other processes come to their end meanwhile.
        with contextlib.suppress(OSError):
            if told.read_bytes().startswith(str(small).encode() + b"\0"):
                found = int(told.parent.name)
    assert found
    return found


@pytest.mark.parametrize("how", [(), ("--appimage-extract-and-run",)])
def test_the_end_of_a_session_takes_no_file_from_the_app_and_leaves_no_folder(
    small: Path, room: Path, how: tuple[str, ...]
) -> None:
    """Which tells all processes at once to end, whoever is first."""
    with unpacked(small, room, how) as app:
        (folder,) = room.iterdir()
        os.kill(keeper(small), signal.SIGTERM)
        time.sleep(0.1)
        assert (folder / "inner/text").read_text() == "inside\n"
        app.terminate()
    wait_for(lambda: not any(room.iterdir()), "the folder to be taken away")


def test_a_mount_whose_server_was_killed_is_taken_away_by_the_next_start(small: Path, run: Run, room: Path) -> None:
    with unpacked(small, room, ()) as app:
        (folder,) = room.iterdir()
        if not folder.is_mount():
            pytest.skip("this system does not let us mount")
        os.kill(keeper(small), signal.SIGKILL)
        app.kill()
    assert run("x").returncode == 7
    wait_for(lambda: not any(room.iterdir()), "the folders to be taken away")


def old(folder: Path) -> None:
    os.utime(folder, (1, 1))


def test_what_a_killed_start_left_is_taken_away_by_the_next(small: Path, run: Run, room: Path) -> None:
    with unpacked(small, room) as app:
        (folder,) = room.iterdir()
        os.kill(keeper(small), signal.SIGKILL)
    assert (folder / "inner/text").exists()
    assert run("--appimage-extract-and-run", "x").returncode == 7
    assert (folder / "inner/text").exists(), "so young that it may be somebody's who is about to use it"
    old(folder)
    assert run("--appimage-extract-and-run", "x").returncode == 7
    assert not folder.exists()
    assert app.returncode == 7


def test_what_is_in_use_or_not_ours_is_left(small: Path, run: Run, room: Path) -> None:
    program, other, ours = room / ".filexfer-abcdef", room / ".filexfer-abcdeg", room / ".filexfer-else"
    for folder in (program, other, ours):
        folder.mkdir()
    (room / ".filexfer-linked").symlink_to(other)
    shutil.copy(shutil.which("sleep") or "", program / "sleep")
    if os.getuid() == 0:
        os.chown(other, 65534, 65534)
    with unpacked(small, room) as app, subprocess.Popen([program / "sleep", "60"]) as sleeper:
        (running,) = (folder for folder in room.iterdir() if (folder / "AppRun").exists())
        for folder in (program, other, ours, running):
            old(folder)
        assert run("--appimage-extract-and-run", "x").returncode == 7
        assert all(folder.exists() for folder in (program, ours, running))
        assert other.exists() or os.getuid() != 0, "only root makes folders of others"
        sleeper.kill()
        app.communicate()


def test_where_temporary_files_may_not_be_programs_it_unpacks_elsewhere(small: Path, room: Path) -> None:
    done = with_mounts('mount -t tmpfs -o noexec tmpfs "$TMPDIR" && exec "$0" --appimage-extract-and-run x', small, room)
    assert done.returncode == 7, done.stderr
    place = Path(told(done.stdout)["in"])
    assert place.parent != room
    wait_for(lambda: not place.exists(), "the folder to be taken away")


def test_where_there_are_no_temporary_files_at_all_it_unpacks_into_the_cache_of_a_new_home(small: Path, room: Path) -> None:
    # The image lies in /tmp itself, which is another one for it.
    script = 'mount --bind "${0%/*}" /mnt && mount -t tmpfs -o ro none /tmp && exec "/mnt/${0##*/}" --appimage-extract-and-run x'
    done = with_mounts(script, small, Path("/nowhere"), HOME="/mnt")
    assert done.returncode == 7, done.stderr
    assert Path(told(done.stdout)["in"]).parent == Path("/mnt/.cache")
    cache = small.parent / ".cache"
    wait_for(lambda: not any(cache.iterdir()), "the folder to be taken away")
    assert cache.stat().st_mode & 0o777 == 0o700


def test_a_full_disk_is_told_and_nothing_is_left_on_it(small: Path, room: Path) -> None:
    script = 'mount -t tmpfs -o size=1m tmpfs "$TMPDIR" && { "$0" --appimage-extract-and-run x; echo $?; ls -A "$TMPDIR"; }'
    done = with_mounts(script, small, room)
    assert done.stdout == "127\n"
    assert "“large” could not be unpacked: there is no room left there." in done.stderr


@pytest.mark.skipif(not shutil.which("systemd-tmpfiles"), reason="systemd is not here")
def test_what_cleans_old_files_away_leaves_those_of_a_running_app(small: Path, room: Path, tmp_path: Path) -> None:
    (tmp_path / "rules.conf").write_text(f"d {room} - - - 1us\n")
    (room / "old").write_text("x")
    with unpacked(small, room) as app:
        subprocess.run(["systemd-tmpfiles", "--clean", tmp_path / "rules.conf"], check=True, capture_output=True)
        assert not (room / "old").exists()
        (folder,) = room.iterdir()
        assert (folder / "inner/text").read_text() == "inside\n"
        app.communicate()
    wait_for(lambda: not any(room.iterdir()), "the folder to be taken away")


def test_extracting_gives_the_files_as_they_were(run: Run, tmp_path: Path) -> None:
    assert run("--appimage-extract").stdout == "squashfs-root\n"
    out = tmp_path / "squashfs-root"
    assert (out / "AppRun").read_bytes() == APP_RUN
    assert os.access(out / "AppRun", os.X_OK)
    assert (out / "link").readlink() == Path("inner/text")
    assert (out / "inner/large").stat().st_size == 2_000_000
    again = run("--appimage-extract")
    assert again.returncode == 127
    assert "Remove it first" in again.stderr


def test_extracted_it_starts_its_own_program_whatever_appimage_it_is_started_from(tmp_path: Path) -> None:
    own = tmp_path / "squashfs root" / "usr/lib/filexfer"
    own.mkdir(parents=True)
    for name in ("filexfer", "filexfer-app"):
        (own / name).write_text(f"#!/bin/sh\necho {name} $#\n")
        (own / name).chmod(0o755)
    start = Path(shutil.copy(release.TOP / "packaging/appimage/AppRun", own.parents[2]))
    start.chmod(0o755)
    (tmp_path / "link").symlink_to(start)
    for environment in ({"APPDIR": "/elsewhere"}, {"APPDIR": str(own.parents[2])}, {}):
        for program in (start, tmp_path / "link"):
            for words, said in (
                (["--version"], "filexfer 1\n"),
                (["serve", "a b"], "filexfer-app 2\n"),
                ([], "filexfer-app 0\n"),
            ):
                done = subprocess.run(
                    [program, *words], env={"PATH": os.environ["PATH"], **environment}, capture_output=True, text=True
                )
                assert done.stdout == said, done.stderr


def test_its_own_options_are_told_and_others_of_that_kind_refused(run: Run, small: Path) -> None:
    assert "--appimage-extract-and-run" in run("--appimage-help").stdout
    offset = int(run("--appimage-offset").stdout)
    assert small.read_bytes()[offset : offset + 4] == b"hsqs"
    done = run("--appimage-delete-all")
    assert (done.returncode, done.stdout) == (127, "")
    assert "--appimage-help" in done.stderr


def test_a_file_that_was_cut_short_says_so(run: Run, small: Path, tmp_path: Path, room: Path) -> None:
    whole = small.read_bytes()
    offset = int(run("--appimage-offset").stdout)
    for length in (offset, offset + 200, offset + (len(whole) - offset) // 2):
        cut = tmp_path / f"cut at {length}"
        cut.write_bytes(whole[:length])
        cut.chmod(0o755)
        done = run("--appimage-extract-and-run", image=cut)
        assert done.returncode == 127, length
        assert done.stderr
        assert not any(room.iterdir())


#: What the head of an image says that others go by: where it stands (squashfs_fs.h), and how many bytes it has.
HEAD = {
    "block_size": (12, 4), "fragments": (16, 4), "block_log": (22, 2), "no_ids": (26, 2), "s_major": (28, 2),
    "root_inode": (32, 8), "bytes_used": (40, 8), "id_table_start": (48, 8), "inode_table_start": (64, 8),
    "directory_table_start": (72, 8), "fragment_table_start": (80, 8),
}  # fmt: skip


def test_an_image_whose_head_names_what_is_not_there_is_refused_unread(run: Run, small: Path, tmp_path: Path) -> None:
    whole = small.read_bytes()
    offset = int(run("--appimage-offset").stdout)
    for name, (place, size) in HEAD.items():
        bad = tmp_path / name
        bad.write_bytes(whole[: offset + place] + b"\xff" * (size - 1) + b"\x7f" + whole[offset + place + size :])
        bad.chmod(0o755)
        done = run("--appimage-extract-and-run", image=bad)
        assert (done.returncode, "it is damaged. Get it anew." in done.stderr) == (127, True), name
        bad.unlink()


def renamed(small: Path, to: Path, old: bytes, new: bytes) -> Path:
    """`small` with a name in its image replaced, which no tool that makes images would do."""
    folder = to.parent / "plain"
    offset = int(subprocess.run([small, "--appimage-offset"], capture_output=True, text=True, check=True).stdout)
    made = to.parent / "plain.squashfs"
    folder.mkdir()
    (folder / "AppRun").write_bytes(APP_RUN)
    (folder / old.decode()).write_bytes(b"x")
    bare = ["-noI", "-noD", "-noF", "-noX", "-no-xattrs", "-all-root", "-quiet", "-no-progress"]
    subprocess.run(["mksquashfs", folder, made, *bare], check=True, capture_output=True)
    image = made.read_bytes()
    assert image.count(old) == 1
    to.write_bytes(small.read_bytes()[:offset] + image.replace(old, new))
    to.chmod(0o755)
    return to


def test_names_that_lead_out_of_the_folder_are_refused(run: Run, small: Path, tmp_path: Path) -> None:
    old = b"lead-out-xyz"
    bad = renamed(small, tmp_path / "bad", old, b"../lead-outX")
    assert len(old) == len(b"../lead-outX")
    done = run("--appimage-extract", image=bad)
    assert done.returncode == 127
    assert "no name for a file" in done.stderr
    assert not (tmp_path / "lead-outX").exists()


def test_two_builds_are_the_same(tmp_path: Path) -> None:
    tree = {"AppRun": Entry(APP_RUN, program=True), "a/b": Entry(os.urandom(300_000))}
    made = []
    for number in (1, 2):
        appimage.write(tree, tmp_path / str(number), MOMENT, FAST)
        made.append((tmp_path / str(number)).read_bytes())
    assert made[0] == made[1]
    assert struct.pack("<I", MOMENT) in made[0][-400_000:]
    assert str(Path.cwd()).encode() not in made[0]
