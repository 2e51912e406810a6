"""Makes the AppImage of a built bundle: our own runtime (packaging/appimage/), and behind it the files as a squashfs image.

https://github.com/AppImage/AppImageSpec tells what must lie where."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from bundle.icons import png

from packages import archive, icons, metainfo, release
from packages.archive import Entry, Tree

_SOURCES = release.TOP / "packaging" / "appimage"
#: In the order in which each needs the next. All are linked into the program: it has to run where none of them is.
_LIBRARIES = ("squashfuse_ll", "squashfuse", "fuse3", "z", "lzma", "zstd", "lz4", "lzo2", "pthread")
_COMPILE = ("gcc", "-std=c11", "-D_GNU_SOURCE", "-D_FILE_OFFSET_BITS=64", "-Os", "-Wall", "-Wextra", "-Werror")
_LINK = ("-ffunction-sections", "-Wl,--gc-sections", "-Wl,--build-id=none", "-static", "-s")
#: Larger blocks make the file smaller (by 1 MB at 1 MiB) and the first window later (by a tenth of a second): whoever reads a
#: few bytes has a whole block unpacked.
_IMAGE = ("-comp", "zstd", "-Xcompression-level", "19", "-b", "256K")


def content(bundle: Path, moment: int) -> dict[str, Entry]:
    """All files of the image."""
    tree = archive.of_folder(bundle, "usr/lib/filexfer")
    for name in ("filexfer.desktop", "filexfer.svg"):
        # These start the folder where it was unpacked; here the entry at the top is what counts.
        tree.pop(f"usr/lib/filexfer/{name}", None)
    entry = Entry((release.TOP / "resources" / "filexfer.desktop").read_bytes())
    tree["AppRun"] = Entry((_SOURCES / "AppRun").read_bytes(), program=True)
    tree["filexfer.desktop"] = tree["usr/share/applications/filexfer.desktop"] = entry
    tree["filexfer.svg"] = Entry(icons.SOURCE.read_bytes())
    tree[".DirIcon"] = Entry(png(icons.SOURCE, 256))
    tree["usr/share/metainfo/filexfer.appdata.xml"] = Entry(metainfo.text(moment))
    return tree | {f"usr/share/{name}": one for name, one in icons.tree().items()}


def runtime(to: Path) -> Path:
    """Compile the program that stands at the front. Raises `CalledProcessError` where that fails, after saying what
    the compiler said."""
    sources = sorted(path.name for path in _SOURCES.glob("*.c"))
    command = [*_COMPILE, *_LINK, "-o", str(to.absolute()), *sources, *(f"-l{name}" for name in _LIBRARIES)]
    # By their bare names, so that no folder of this machine gets into the program.
    done = subprocess.run(command, cwd=_SOURCES, capture_output=True, text=True)
    if done.returncode:
        sys.stderr.write(done.stderr)
        done.check_returncode()
    return to


def write(tree: Tree, to: Path, moment: int, settings: tuple[str, ...] = _IMAGE) -> None:
    """Write the AppImage `to`."""
    with TemporaryDirectory() as folder:
        program = bytearray(runtime(Path(folder, "runtime")).read_bytes())
        image = Path(folder, "image")
        _squash(tree, image, moment, settings)
        # The mark of type 2, in a part of the ELF header that is to be nought.
        program[8:11] = b"AI\x02"
        with to.open("wb") as file:
            file.write(program)
            file.write(image.read_bytes())
    to.chmod(0o755)


def _squash(tree: Tree, to: Path, moment: int, settings: tuple[str, ...]) -> None:
    command = ["mksquashfs", "-", str(to), "-tar", "-all-root", "-noappend", "-no-xattrs", "-quiet", "-no-progress", *settings]
    environment = os.environ | {"SOURCE_DATE_EPOCH": str(moment)}
    with subprocess.Popen(command, stdin=subprocess.PIPE, env=environment, stdout=subprocess.DEVNULL) as squash:
        assert squash.stdin is not None
        with squash.stdin:
            archive.tar(tree, squash.stdin, moment)
    if squash.returncode:
        raise subprocess.CalledProcessError(squash.returncode, command)
