"""Makes all packages of this system in dist/, with their sums: `make package`."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable, Iterable
from pathlib import Path

from packages import appimage, archive, bundle, deb, depends, python, release, sums

#: What runs beside Python, and the Debian packages that bring it.
TOOLS = {"objdump": "binutils", "chrpath": "chrpath", "xz": "xz-utils", "mksquashfs": "squashfs-tools", "gcc": "gcc"}
#: Bytes that a package may have.
LARGEST = 60_000_000


def main() -> int:
    lacking = [f"{tool} (Debian: {package})" for tool, package in TOOLS.items() if not shutil.which(tool)]
    if sys.platform == "linux" and lacking:
        print(f"The packages cannot be made without {', '.join(lacking)}. Install that, then try again.", file=sys.stderr)
        return 1
    release.DIST.mkdir(exist_ok=True)
    for old in [*release.DIST.glob("filexfer[-_]*"), release.DIST / "SHA256SUMS"]:
        old.unlink(missing_ok=True)
    moment = release.moment()
    folder = bundle.build(moment)
    made = [python.sdist(release.DIST, moment)]
    made.append(python.wheel(made[0], release.DIST, moment))
    made += [make(folder, moment) for make in makers()]
    print(sums.write(made, release.DIST).read_text("utf-8"), end="")
    if large := too_large(made):
        print(
            f"Over {LARGEST // 1_000_000} MB: {', '.join(large)}. packaging/bundle/parts.py leaves out what nobody needs.",
            file=sys.stderr,
        )
    return 1 if large else 0


def too_large(made: Iterable[Path]) -> list[str]:
    """The names of those packages that nobody should have to download."""
    return [path.name for path in made if path.stat().st_size > LARGEST]


def makers() -> list[Callable[[Path, int], Path]]:
    """What is made of the built folder on this system."""
    if sys.platform != "linux":
        print(f"On this system the program itself is in {release.BUNDLE}, and not packed further.")
        return []
    if not release.on_debian():
        print("No .deb is made here: only Debian and its descendants can tell what it depends on.")
        return [tarball, image]
    return [tarball, debian, image]


def tarball(folder: Path, moment: int) -> Path:
    """The folder itself, to be unpacked anywhere."""
    name = f"filexfer-{release.version()}-linux-{release.machine()}"
    archive.tar_xz(archive.of_folder(folder, name), release.DIST / f"{name}.tar.xz", moment)
    return release.DIST / f"{name}.tar.xz"


def debian(folder: Path, moment: int) -> Path:
    path = release.DIST / f"filexfer_{release.version()}_{release.debian_machine()}.deb"
    tree = deb.content(folder, (folder / "copyright").read_text("utf-8"), moment)
    deb.write(tree, deb.control(tree, depends.of_bundle(folder)), path, moment)
    return path


def image(folder: Path, moment: int) -> Path:
    path = release.DIST / f"filexfer-{release.version()}-{release.machine()}.AppImage"
    appimage.write(appimage.content(folder, moment), path, moment)
    return path


if __name__ == "__main__":
    sys.exit(main())
