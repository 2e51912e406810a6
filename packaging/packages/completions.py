"""The completions of bash, zsh and fish: which file each shell looks for, and where a system keeps it."""

from __future__ import annotations

from packages import bash, fish, zsh
from packages.commands import commands


def files() -> dict[str, str]:
    """The text of each file by its place below `/usr/share`."""
    known = commands()
    return {
        "bash-completion/completions/filexfer": bash.script(known),
        "zsh/vendor-completions/_filexfer": zsh.script(known),
        "fish/vendor_completions.d/filexfer.fish": fish.script(known),
    }
