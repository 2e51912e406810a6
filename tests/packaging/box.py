"""Another computer, as far as it can be had: a root of its own where the package is installed, and its programs started there."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from packages import deb
from packages.depends import Needs

TOP = Path(__file__).resolve().parents[2]
MOMENT = 1_700_000_000
STATE = "/srv/state"

#: Whether a system of its own can be made here; elsewhere the package is only unpacked.
CLEAN = os.getuid() == 0 and shutil.which("debootstrap") is not None and shutil.which("unshare") is not None


class Box:
    """Attributes: root; share (the folder that it shares, seen from outside)."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.share = root / "srv/share"
        self.share.mkdir(parents=True, exist_ok=True)

    def command(self, name: str, *words: str, **environment: str) -> list[str]:
        """What runs a program of the package there, with nothing around it."""
        given = [f"{key}={value}" for key, value in {"HOME": self.inside("/root"), **environment}.items()]
        if not CLEAN:
            return ["/usr/bin/env", "-i", *given, str(self.root / "usr/bin" / name), *words]
        mounted = f'mount -t proc proc {self.root}/proc && exec chroot {self.root} /usr/bin/env -i "$@"'
        return ["unshare", "--mount", "sh", "-c", mounted, "sh", *given, f"/usr/bin/{name}", *words]

    def inside(self, path: str) -> str:
        return path if CLEAN else f"{self.root}{path}"

    def run(self, name: str, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(self.command(name, *words, **environment), capture_output=True, text=True, timeout=120)

    @contextmanager
    def serving(self) -> Iterator[None]:
        words = ("--listen", "https://127.0.0.1:0", "--state", self.inside(STATE), "--no-announce", "--name", "attic")
        with subprocess.Popen(
            self.command("filexfer", "serve", self.inside("/srv/share"), *words), stdout=subprocess.PIPE, text=True
        ) as server:
            assert server.stdout is not None
            try:
                assert server.stdout.readline().startswith("Listening on https://127.0.0.1:")
                yield
            finally:
                server.terminate()

    def invite(self) -> str:
        """A link that lets one device in."""
        asked = self.run("filexfer", "invite", "--json", "--no-wait", "--permission", "write", "--state", self.inside(STATE))
        assert asked.returncode == 0, asked.stderr
        return str(json.loads(asked.stdout)["link"])


def box_of(built: Path, folder: Path) -> Box:
    """The package of the bundle that the other tests start, quickly packed, installed."""
    package, root = folder / "filexfer.deb", folder / "root"
    tree = deb.content(built, "", MOMENT)
    deb.write(tree, deb.control(tree, Needs(("libc6",), ())), package, MOMENT, ("-0",))
    if not CLEAN:
        subprocess.run(["dpkg-deb", "--extract", package, root], check=True)
        (root / "root").mkdir()
        return Box(root)
    subprocess.run(["sh", "packaging/clean-root.sh", root], cwd=TOP, check=True, timeout=280)
    installed = subprocess.run(["dpkg", "--root", root, "--install", package], capture_output=True, text=True, timeout=120)
    assert installed.returncode == 0, installed.stderr
    return Box(root)
