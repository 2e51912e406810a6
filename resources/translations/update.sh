#!/bin/sh
# Brings the translations up to the sources, then builds what the app loads. To be run after every change of a text, of an error's
# too: `sentences.py` gathers those, for the window to find (`sentences.txt`) and for lupdate to read.
# English has a file for its plurals alone ("1 file", "2 files"): Qt takes "%n file(s)" as it stands otherwise.
set -eu
cd "$(dirname "$0")/../.."
BIN=${BIN:-.venv/bin}
gathered=$(mktemp -d)
trap 'rm -r "$gathered"' EXIT
"$BIN/python" resources/translations/sentences.py --python "$gathered/sentences.py"
sources="$(ls filexfer/gui/*.py filexfer/gui/*/*.py) $gathered/sentences.py"
"$BIN/pyside6-lupdate" -silent -no-obsolete -locations none -pluralonly $sources -ts resources/translations/filexfer_en.ts
"$BIN/pyside6-lupdate" -silent -no-obsolete -locations none $sources -ts resources/translations/filexfer_zh_CN.ts
# Qt maps these files into memory: an app that runs would fall with one that is written anew in its place.
for file in resources/translations/*.ts; do
    "$BIN/pyside6-lrelease" -silent "$file" -qm "${file%.ts}.new"
    mv "${file%.ts}.new" "${file%.ts}.qm"
done
