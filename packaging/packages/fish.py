"""Writes the completion of fish for `filexfer`: one `complete` for each thing that can be said."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from packages.commands import Argument, Command, Kind

_HEAD = """# Completion of filexfer for fish, made from its command line.
function __filexfer_saved
    filexfer servers --names 2>/dev/null | string replace -r '$' ':'
end

complete -c filexfer -f
complete -c filexfer -n __fish_use_subcommand -l help -d 'say what there is'
complete -c filexfer -n __fish_use_subcommand -l version -d 'say which version this is'
"""

#: Without `-F` or words of its own, what was said by `-f` above holds: no files.
_OFFERS = {
    Kind.FILE: "-F",
    Kind.FOLDER: "-a '(__fish_complete_directories)'",
    Kind.ADDRESS: "-a '(__filexfer_saved)'",
    Kind.OTHER: "",
}


def script(known: Sequence[Command]) -> str:
    return _HEAD + "\n".join(line for command in known for line in _lines(command)) + "\n"


def _lines(command: Command) -> Iterator[str]:
    yield f"complete -c filexfer -n __fish_use_subcommand -a {command.name} -d {_quoted(command.text)}"
    here = f"complete -c filexfer -n '__fish_seen_subcommand_from {command.name}'"
    for option in command.options:
        flags = " ".join(f"-l {flag[2:]}" if flag.startswith("--") else f"-s {flag[1:]}" for flag in option.flags)
        takes = f" -x {_offer(option)}" if option.value else ""
        # `-x` says that no files are offered, `-r` only that a value must follow.
        takes = takes.replace("-x -F", "-r -F").rstrip()
        yield f"{here} {flags}{takes} -d {_quoted(option.text.partition(';')[0].partition(' (')[0])}"
    for offer in dict.fromkeys(_offer(word) for word in command.words):
        if offer:
            yield f"{here} {offer}"


def _offer(argument: Argument) -> str:
    return f"-a {_quoted(' '.join(argument.choices))}" if argument.choices else _OFFERS[argument.kind]


def _quoted(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"
