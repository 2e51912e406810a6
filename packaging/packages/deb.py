"""Makes the Debian package of a built bundle: what it holds and where, who it depends on, and the file itself (deb(5)).

A machine without a screen needs nothing but glibc; what the window asks for is recommended only."""

from __future__ import annotations

import gzip
import hashlib
import io
import re
import textwrap
import time
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

from packages import archive, completions, depends, icons, manpage, metainfo, release
from packages.archive import Entry, Tree

_CONTENT = release.TOP / "packaging" / "debian"
_SERVICE = release.TOP / "packaging" / "service"
#: What makes a folder startable where it was unpacked; here /usr/share/applications and hicolor do.
_LEFT_OUT = ("filexfer.desktop", "filexfer.svg", "copyright")
_DOC = "usr/share/doc/filexfer"


def content(bundle: Path, copyright: str, moment: int) -> dict[str, Entry]:
    """All files of the package by their paths below `/`."""
    tree = archive.of_folder(bundle, "usr/lib/filexfer")
    for name in _LEFT_OUT:
        tree.pop(f"usr/lib/filexfer/{name}", None)
    for name in ("filexfer", "filexfer-app"):
        # PyInstaller's loader looks for its libraries where the link leads.
        tree[f"usr/bin/{name}"] = Entry(link=f"../lib/filexfer/{name}")
    tree |= _desktop(moment) | _service() | _documents(copyright, moment)
    tree["usr/share/lintian/overrides/filexfer"] = Entry((_CONTENT / "lintian-overrides").read_bytes())
    return tree


def _desktop(moment: int) -> dict[str, Entry]:
    """What menus, file managers and software centres look for."""
    tree = {f"usr/share/{name}": entry for name, entry in icons.tree().items()}
    tree["usr/share/applications/filexfer.desktop"] = Entry((release.TOP / "resources" / "filexfer.desktop").read_bytes())
    tree["usr/share/metainfo/filexfer.metainfo.xml"] = Entry(metainfo.text(moment))
    return tree


def _service() -> dict[str, Entry]:
    """The units of systemd, the settings that they read, and the examples for others."""
    tree = {}
    for name, entry in archive.of_folder(_SERVICE).items():
        if name.startswith("systemd/"):
            tree[f"usr/lib/{name}"] = entry
        else:
            place = "etc/filexfer" if name.endswith(".toml") else f"{_DOC}/examples"
            tree[f"{place}/{Path(name).name}"] = entry
    return tree


def _documents(copyright: str, moment: int) -> dict[str, Entry]:
    tree = {f"usr/share/man/man1/{name}.gz": _packed(text) for name, text in manpage.pages(moment).items()}
    tree |= {f"usr/share/{name}": Entry(text.encode()) for name, text in completions.files().items()}
    tree[f"{_DOC}/copyright"] = Entry(copyright.encode())
    tree[f"{_DOC}/changelog.gz"] = _packed((release.TOP / "CHANGELOG.md").read_text("utf-8"))
    tree[f"{_DOC}/changelog.Debian.gz"] = _packed(_debian_changes(moment))
    return tree


def _packed(text: str) -> Entry:
    return Entry(gzip.compress(text.encode(), 9, mtime=0))


def _debian_changes(moment: int) -> str:
    """Debian's own change log: what is new in the packaging, of which there is nothing to tell, so it points to the other one."""
    day = time.strftime("%a, %d %b %Y %H:%M:%S +0000", time.gmtime(moment))
    return (
        f"filexfer ({release.version()}) unstable; urgency=medium\n\n  * This version. changelog.gz tells what is new in it.\n\n"
        f" -- {release.MAINTAINER}  {day}\n"
    )


def control(tree: Tree, needs: depends.Needs) -> dict[str, Entry]:
    """The files by which dpkg manages the package."""
    fields = {
        "Package": "filexfer",
        "Version": release.version(),
        "Architecture": release.debian_machine(),
        "Maintainer": release.MAINTAINER,
        "Installed-Size": str(sum((entry.size + 1023) // 1024 or 1 for entry in tree.values())),
        "Depends": ", ".join(needs.always),
        "Recommends": ", ".join(needs.window),
        "Section": "net",
        "Priority": "optional",
        "Description": _description(),
    }
    kept = sorted(f"/{name}\n" for name in tree if name.startswith("etc/"))
    sums = (f"{hashlib.md5(entry.read()).hexdigest()}  {name}\n" for name, entry in sorted(tree.items()) if not entry.link)
    files = {
        "control": Entry("".join(f"{name}: {value}\n" for name, value in fields.items() if value).encode()),
        "md5sums": Entry("".join(sums).encode()),
    }
    if kept:
        files["conffiles"] = Entry("".join(kept).encode())
    for name in ("postinst", "prerm", "postrm"):
        files[name] = Entry((_CONTENT / name).read_bytes(), program=True)
    return files


def _description() -> str:
    """The headline, and the paragraphs of the metainfo, as Debian folds them."""
    text = (_CONTENT / "filexfer.metainfo.xml").read_text("utf-8")
    paragraphs = [textwrap.fill(one, 78, initial_indent=" ", subsequent_indent=" ") for one in re.findall("<p>(.*)</p>", text)]
    return f"{release.HEADLINE[0].lower()}{release.HEADLINE[1:]}\n" + "\n .\n".join(paragraphs)


def write(tree: Tree, control_files: Tree, to: Path, moment: int, settings: tuple[str, ...] = archive.XZ) -> None:
    """Write the package `to`: an ar archive of a version, the control files and the content."""
    with TemporaryDirectory() as folder:
        members = {"debian-binary": b"2.0\n"}
        for name, files, how in (("control", control_files, ("-6", "--threads=1")), ("data", tree, settings)):
            path = Path(folder, f"{name}.tar.xz")
            archive.tar_xz(files, path, moment, "./", how)
            members[path.name] = path.read_bytes()
    to.write_bytes(_ar(members, moment))


def _ar(members: Mapping[str, bytes], moment: int) -> bytes:
    """The members in their order, as ar(5) has it."""
    out = io.BytesIO()
    out.write(b"!<arch>\n")
    for name, content in members.items():
        out.write(f"{name:<16}{moment:<12}{0:<6}{0:<6}{0o100644:<8o}{len(content):<10}`\n".encode())
        out.write(content + b"\n" * (len(content) % 2))
    return out.getvalue()
