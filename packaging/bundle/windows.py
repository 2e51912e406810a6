"""What Explorer shows of the programs for Windows: the version resource (VERSIONINFO), as the text that PyInstaller reads."""

from __future__ import annotations

import re
from pathlib import Path

COMPANY, PRODUCT, DESCRIPTION = "filexfer", "filexfer", "Move files between your machines"
RIGHTS = "MIT licence"
#: U.S. English in Unicode, as the block of strings names it and as the list of translations does.
_LANGUAGE, _CODES = "040904B0", [0x0409, 0x04B0]


def numbers(version: str) -> tuple[int, int, int, int]:
    """A version of ours as Windows compares them: its first four numbers, what is missing as zeros."""
    found = [int(number) for number in re.findall(r"\d+", version)[:4]]
    first, second, third, fourth = found + [0] * (4 - len(found))
    return first, second, third, fourth


def version_text(name: str, version: str) -> str:
    """The version resource of the program `name`: the text that PyInstaller's `EXE(version=…)` wants, made up of the structures
    of https://learn.microsoft.com/windows/win32/menurc/vs-versioninfo ."""
    strings = {
        "CompanyName": COMPANY,
        "FileDescription": DESCRIPTION,
        "FileVersion": version,
        "InternalName": name,
        "LegalCopyright": RIGHTS,
        "OriginalFilename": f"{name}.exe",
        "ProductName": PRODUCT,
        "ProductVersion": version,
    }
    rows = ", ".join(f"StringStruct({key!r}, {text!r})" for key, text in strings.items())
    fixed = f"FixedFileInfo(filevers={numbers(version)}, prodvers={numbers(version)}, mask=0x3F, OS=0x40004, fileType=0x1)"
    return (
        f"VSVersionInfo(ffi={fixed}, kids=[StringFileInfo([StringTable({_LANGUAGE!r}, [{rows}])]), "
        f"VarFileInfo([VarStruct('Translation', {_CODES})])])\n"
    )


def write_version(folder: Path, name: str, version: str) -> Path:
    """Write that text below `folder`, and return its file."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"{name}.version.txt"
    file.write_text(version_text(name, version), "utf-8")
    return file
