#!/bin/sh
# Sees to the system packages that the groups named need: venv, window, tests, bundle, package. PYTHON tells whose they are to be.
#
# On Debian and its descendants what is missing is installed, as root or through `sudo -n`; where neither is possible, and on
# other systems, the packages are named and the work goes on: only without `venv` there is no way further.
set -eu
PYTHON=${PYTHON:-python3}

window="libegl1 libgl1 libxcb1 libglib2.0-0 libfontconfig1 libxkbcommon0 libdbus-1-3 libxcb-cursor0 libxcb-icccm4 libxcb-keysyms1
    libxcb-image0 libxcb-render-util0 libxcb-shape0 libxcb-xinerama0 libxcb-xkb1 libxkbcommon-x11-0 libxcb-randr0
    libxcb-sync1 libxcb-xfixes0 libx11-xcb1 libwayland-client0 libwayland-cursor0 libwayland-egl1 fonts-dejavu-core
    fonts-wqy-microhei"
tests="$window xvfb xauth xdotool openbox x11-utils xdg-utils debootstrap mandoc zsh fish desktop-file-utils appstream systemd"

package="binutils chrpath xz-utils squashfs-tools gcc libc6-dev libsquashfuse-dev libfuse3-dev zlib1g-dev liblzma-dev libzstd-dev
    liblz4-dev liblzo2-dev"

python_version() { "$PYTHON" -c 'import sys; print("%d.%d" % sys.version_info[:2])'; }

# Debian splits its Python; other builds (pyenv, python.org) are whole.
venv_packages() {
    "$PYTHON" -c 'import venv, ensurepip' 2>/dev/null || echo "python3-venv python$(python_version)-venv"
}
bundle_packages() {
    echo binutils
    case $("$PYTHON" -c 'import sys; print(sys.base_prefix)') in /usr) echo "libpython$(python_version)" ;; esac
}

needed() {
    for group in "$@"; do
        case $group in
            venv) venv_packages ;;
            window) echo "$window" ;;
            tests) echo "$tests" ;;
            bundle) bundle_packages ;;
            package) echo "$package" ;;
            *) echo "There is no group of system packages “$group”." >&2; exit 2 ;;
        esac
    done
}

# Those of the names given that are not installed. Newer releases carry some libraries with “t64” added to the name.
missing() {
    installed=$(dpkg-query -W -f '${db:Status-Status} ${Package}\n' "$@" $(printf '%st64 ' "$@") 2>/dev/null |
        sed -n 's/^installed //p') || true
    for name in "$@"; do
        printf '%s\n' "$installed" | grep -qxe "$name" -e "${name}t64" || printf '%s ' "$name"
    done
}

# Without venv the next step cannot work; without the others some things can.
cannot() {
    echo "Install these packages, then try again: $wanted" >&2
    if ! "$PYTHON" -c 'import venv, ensurepip' 2>/dev/null; then exit 1; fi
    exit 0
}

wanted=$(needed "$@")
[ -n "$wanted" ] || exit 0
if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
    # Not Debian: nothing here can tell what is there under which name, so only what is sure to be missing stops the work.
    [ "$(uname)" = Linux ] || exit 0
    echo "filexfer uses the libraries that Debian calls as follows; install what your system has of them, if something is missing:" $wanted >&2
    case " $* " in *" venv "*) cannot ;; esac
    exit 0
fi
wanted=$(missing $wanted)
[ -n "$wanted" ] || exit 0

root=
if [ "$(id -u)" != 0 ]; then
    if ! sudo -n true 2>/dev/null; then cannot; fi
    root="sudo -n"
fi
echo "Installing system packages: $wanted"
apt="env DEBIAN_FRONTEND=noninteractive apt-get -qq -o DPkg::Lock::Timeout=300 -o Dpkg::Use-Pty=0"
$root $apt update || echo "The lists of packages could not be renewed; trying with those at hand." >&2
$root $apt install -y --no-install-recommends $wanted >/dev/null || cannot
