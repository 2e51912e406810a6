#!/bin/sh
# Prints the Python to make the environment with: `python3` where it is 3.11 or newer, else the newest such one on the PATH.
set -eu
for name in python3 python3.14 python3.13 python3.12 python3.11; do
    if "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
        command -v "$name"
        exit
    fi
done
echo "filexfer needs Python 3.11 or newer, and found none. Install it, or name it: make PYTHON=/path/to/python3 …" >&2
exit 1
