"""Writes a picture of every page and dialog, light and dark, in English and 简体中文: `python -m tests.gui.screenshots [FOLDER]`.

One process a language; each page is staged once and taken in both schemes. `index.html` beside the pictures shows them all.
"""

from __future__ import annotations

import argparse
import html
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

LANGUAGES = ("en", "zh_CN")
SCHEMES = ("light", "dark")
_STYLE = """
body { font: 14px sans-serif; margin: 24px; background: #808085; color: #ffffff }
section { margin-bottom: 32px } h2 { font-size: 15px; margin: 8px 0 }
div { display: grid; grid-template-columns: repeat(4, 1fr); gap: 12px; align-items: start }
img { width: 100%; display: block }
"""


def index(target: Path) -> str:
    """A page with a row for each page of the app, and in it what was taken of it."""
    names = sorted({file.name.split(".")[0] for file in target.glob("*.png")})
    rows = []
    for name in names:
        files = (f"{name}.{language}.{scheme}.png" for language in LANGUAGES for scheme in SCHEMES)
        shown = (f'<a href="{file}"><img src="{file}" alt="{html.escape(file)}" loading="lazy"></a>' for file in files)
        rows.append(f"<section><h2>{html.escape(name)}</h2><div>{''.join(shown)}</div></section>")
    head = f'<!doctype html><meta charset="utf-8"><title>filexfer: {len(names)} pages</title><style>{_STYLE}</style>'
    return "\n".join([head, *rows, ""])


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Write a picture of every page of the app.")
    parser.add_argument("folder", nargs="?", type=Path, default=Path("build/screenshots"))
    parser.add_argument("--language", choices=LANGUAGES, action="append", help="only this one")
    parser.add_argument("--only", metavar="GROUP", action="append", default=[], help="only this group of pages")
    given = parser.parse_args(arguments)
    given.folder.mkdir(parents=True, exist_ok=True)
    languages = given.language or LANGUAGES
    if not given.only:
        for old in (file for language in languages for file in given.folder.glob(f"*.{language}.*.png")):
            old.unlink()
    command = [sys.executable, "-m", "tests.gui.pictures", str(given.folder)]
    runs = [subprocess.Popen([*command, language, *given.only]) for language in languages]
    failed = sum(run.wait() != 0 for run in runs)
    (given.folder / "index.html").write_text(index(given.folder), "utf-8")
    print(f"{len(list(given.folder.glob('*.png')))} pictures in {given.folder}; {given.folder / 'index.html'} shows them all")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
