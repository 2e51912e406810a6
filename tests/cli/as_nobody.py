"""Runs a command of ours as the user nobody: `python -m tests.cli.as_nobody COMMAND…`, as root. All that it may import is loaded
before, since that user may be unable to read this Python."""

from __future__ import annotations

import contextlib
import io
import os
import sys
import tempfile
from pathlib import Path

import filexfer.cli.health
import filexfer.cli.serve  # noqa: F401
from filexfer.agent.agent import Agent
from filexfer.cli.main import main
from filexfer.client.session import connect

NOBODY = 65534


def load() -> None:
    """Do once what the command may do."""
    "a".encode("idna")  # which names of hosts go through
    with tempfile.TemporaryDirectory(prefix="fx") as folder, contextlib.redirect_stdout(io.StringIO()):
        share, state = Path(folder, "share"), Path(folder, "state")
        with Agent(share, ["https://localhost:0"], state=state) as agent, connect(agent.control) as session:
            session.call("invite_create")
            session.call("server_info")
        file = Path(folder, "f.toml")
        file.write_text(f'[serve]\nfolder = "{share}"\nstate = "{state}"\n', "utf-8")
        main(["config", "check", str(file)])


if __name__ == "__main__":
    load()
    os.setgroups([])
    os.setresgid(NOBODY, NOBODY, NOBODY)
    os.setresuid(NOBODY, NOBODY, NOBODY)
    sys.exit(main(sys.argv[1:]))
