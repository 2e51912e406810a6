#!/bin/sh
# Runs the main job from the environment whose bin folder is given: the app where there is a display, else a show in the terminal.
set -eu
bin=$1
if [ -n "${DISPLAY:-}${WAYLAND_DISPLAY:-}" ] || [ "$(uname)" = Darwin ]; then
    PYTHON=$bin/python sh packaging/system-packages.sh window
    exec "$bin/filexfer-app"
fi
exec "$bin/filexfer" demo
