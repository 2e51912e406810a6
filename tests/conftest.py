"""What every room's tests stand on: no test may read or write the settings, the state or the sockets of whoever runs it."""

from __future__ import annotations

import os
import shutil
import signal
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

#: Where platformdirs and we look for a person's folders.
OWN_FOLDERS = ("HOME", "XDG_STATE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME", "XDG_RUNTIME_DIR")
#: Folders whose tests take longest: one of them begun last would keep all other workers waiting.
LONGEST = ("packaging", "soak")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: item.path.parent.name not in LONGEST)


@pytest.fixture(scope="session", autouse=True)
def folders_of_nobody() -> Iterator[Path]:
    """A home of the tests' own, for this process and those it starts. Short, since a UNIX socket's path has 108 bytes."""
    home = Path(tempfile.mkdtemp(prefix="fx"))
    before = {name: os.environ.get(name) for name in (*OWN_FOLDERS, "FILEXFER_MDNS")}
    # Nor is the network around told of tests.
    os.environ["FILEXFER_MDNS"] = "off"
    for name in OWN_FOLDERS:
        folder = home / name.removeprefix("XDG_").lower()
        folder.mkdir(mode=0o700)
        os.environ[name] = str(folder)
    yield home
    for name, value in before.items():
        if value is None:
            del os.environ[name]
        else:
            os.environ[name] = value
    shutil.rmtree(home)


@pytest.fixture(scope="session", autouse=True)
def ctrl_c_means_what_it_does_in_a_terminal() -> None:
    """Also where the tests run in the background of a shell, which has them, and all that they start, ignore it."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
