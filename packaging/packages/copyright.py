"""Writes who made what is in a bundle, and under which licence it may be passed on: in Debian's machine-readable format, from
what is installed where the bundle was built.

PyInstaller's tables tell where each file came from. Python modules lie inside the two programs; here they are named as if they
lay beside the libraries."""

from __future__ import annotations

import ast
import re
import sys
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from importlib.metadata import Distribution, distributions
from pathlib import Path, PurePosixPath

from packages import components, depends, release
from packages.release import TOP

#: Where the bundle lies in the .deb.
INSIDE = "usr/lib/filexfer/_internal"
_HEAD = """Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/
Upstream-Name: filexfer
Comment:
 This is a bundle: it holds Python, Qt and what else filexfer stands on, as they were installed where it was built.
 Modules of Python lie inside the programs filexfer and filexfer-app; below they are named as if they lay in _internal.
 .
 Qt, PySide6 and Shiboken are used under the GNU Lesser General Public License, version 3. They are libraries of their own in
 _internal/PySide6 and _internal/shiboken6, unchanged, and may be replaced there by versions of your own making. Their sources
 are published by The Qt Company (https://code.qt.io); the versions are told below.
"""
_QT = """Copyright (C) The Qt Company Ltd. and other contributors. Used under the GNU Lesser General Public License, version 3,
whose text follows, and after it that of the GNU General Public License, version 3, which it is an addition to.

"""
_LICENCE = re.compile(r"(^|/)(LICEN[CS]E|COPYING|NOTICE|AUTHORS)[^/]*$", re.IGNORECASE)


@dataclass
class _Part:
    """One thing with a licence of its own."""

    title: str
    licence: str
    text: str
    files: set[str] = field(default_factory=set)


def text(tables: Path) -> str:
    """The file `copyright` for the bundle whose tables PyInstaller wrote into the folder `tables` (its `--workpath`)."""
    parts = _told_once(sorted(_parts(_sources(tables)), key=lambda part: part.title.lower()))
    ours = _Part("filexfer", "MIT", (TOP / "LICENSE").read_text("utf-8"), {"*"})
    return _HEAD + "".join("\n" + _stanza(part) for part in [ours, *parts])


def _told_once(parts: Iterable[_Part]) -> Iterable[_Part]:
    """The parts, those of one text as one: packages that came of the same sources repeat long ones."""
    told: dict[tuple[str, str], _Part] = {}
    for part in parts:
        first = told.setdefault((part.licence, part.text), part)
        if first is not part:
            first.title += f"; {part.title}"
            first.files |= part.files
    return told.values()


def _sources(tables: Path) -> list[tuple[str, Path]]:
    """Each file and module of the bundle with the file it was made from."""
    found = []
    for name in ("COLLECT-00.toc", "PYZ-00.toc"):
        (rows,) = (one for one in ast.literal_eval((tables / name).read_text("utf-8")) if isinstance(one, list))
        for inside, source, kind in rows:
            if kind not in ("SYMLINK", "EXECUTABLE") and source not in ("", "-"):
                found.append((inside.replace(".", "/") if kind == "PYMODULE" else inside, Path(source)))
    return found


def _parts(sources: Iterable[tuple[str, Path]]) -> Iterable[_Part]:
    owners = {str(path): one for one in distributions() for path in map(one.locate_file, one.files or ())}
    parts: dict[str, _Part] = {}
    for inside, source in sources:
        if "resources/icons/fluent" in inside:
            part = _Part("Fluent UI System Icons", "MIT", (TOP / "resources/icons/fluent/LICENSE").read_text("utf-8"))
        elif source.is_relative_to(TOP) and not source.is_relative_to(sys.prefix):
            # Ours, and not of an environment that lies in the sources.
            continue
        elif str(source) in owners:
            part = _distribution(owners[str(source)])
        elif source.is_relative_to(sys.base_prefix) and sys.base_prefix != "/usr":
            part = _python()
        else:
            part = _system(source)
        parts.setdefault(part.title, part).files.add(_pattern(inside, part.title))
    return parts.values()


def _pattern(inside: str, title: str) -> str:
    """The files of a part, not told one by one where a folder is wholly its own."""
    folders = PurePosixPath(inside).parts
    if title.startswith("Fluent"):
        return f"{INSIDE}/{'/'.join(folders[:3])}/*"
    if len(folders) == 1 or folders[0].startswith(("python3", "resources")):
        return f"{INSIDE}/{inside}"
    # Folders that several projects fill.
    own = folders[:2] if folders[0] in ("backports", "jaraco") else folders[:1]
    return f"{INSIDE}/{'/'.join(own)}{'/*' if len(folders) > len(own) else ''}"


def _distribution(one: Distribution) -> _Part:
    told = one.metadata
    licence = next((told[name].strip() for name in ("License-Expression", "License") if name in told), "")
    if not licence or "\n" in licence:
        classes = [row.rpartition(":: ")[2] for row in told.get_all("Classifier") or () if row.startswith("License ::")]
        licence = " and ".join(classes) or "see the text"
    if one.name.lower().startswith(("pyside6", "shiboken6")):
        names = ("LGPL-3", "GPL-3")
        return _Part(f"{one.name} {one.version}", licence, _QT + "\n\n".join(_kept(name) for name in names))
    files = [path for path in one.files or () if _LICENCE.search(str(path)) and path.suffix not in (".py", ".pyc")]
    texts = [Path(str(one.locate_file(path))).read_text("utf-8", "replace") for path in sorted(files, key=str)]
    texts = [*(texts or [f"{licence} (it came without a text)"]), components.told(one)]
    return _Part(f"{one.name} {one.version}", licence, "\n\n".join(text for text in texts if text))


def _kept(name: str) -> str:
    return (TOP / "packaging" / "licences" / name).read_text("utf-8")


def _python() -> _Part:
    number = "{}.{}".format(*sys.version_info)
    text = (Path(sys.base_prefix) / "lib" / f"python{number}" / "LICENSE.txt").read_text("utf-8")
    return _Part(f"Python {sys.version.split()[0]}", "PSF-2.0", text)


def _system(source: Path) -> _Part:
    if not release.on_debian():
        return _Part("Libraries of the system this was built on", "see there", "Their licences come with that system.")
    package = depends.owner(source)
    text = (Path("/usr/share/doc") / package / "copyright").read_text("utf-8", "replace")
    return _Part(f"{package}, of the system this was built on", "see the text", text)


def _stanza(part: _Part) -> str:
    lines = re.findall(r"^\W*((?:Copyright|©)\W.{0,150})$", part.text, re.MULTILINE | re.IGNORECASE)
    holders = list(dict.fromkeys(line.strip(" .*#") for line in lines if re.search(r"\d{4}|\(c\)|©", line, re.IGNORECASE)))
    rows: dict[str, list[str]] = defaultdict(list)
    rows["Files"] = sorted(name for name in part.files if f"{name}/*" not in part.files)
    rows["Copyright"] = holders[:40] or ["see the text"]
    head = "".join(f"{name}: {(chr(10) + ' ').join(values)}\n" for name, values in rows.items())
    body = "".join(f" {line.rstrip() or '.'}\n" for line in part.text.strip().expandtabs().splitlines())
    return f"{head}Comment: {part.title}\nLicense: {part.licence}\n{body}"
