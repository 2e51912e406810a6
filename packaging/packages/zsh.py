"""Writes the completion of zsh for `filexfer`: a function that `compinit` finds by its name, `_arguments` for each command."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from packages.commands import Argument, Command, Kind

_SCRIPT = """#compdef filexfer
# Completion of filexfer for zsh, made from its command line.

_filexfer_saved() {{
    local -a names
    names=(${{(f)"$(_call_program servers filexfer servers --names 2>/dev/null)"}})
    compadd -S ':' -- $names
}}

_filexfer_commands() {{
    local -a commands
    commands=(
{commands}
    )
    _describe command commands
}}

_filexfer() {{
    local curcontext=$curcontext
    if (( CURRENT == 2 )); then
        _alternative 'commands:command:_filexfer_commands' 'options:option:(--help --version)'
        return
    fi
    local command=$words[2]
    shift words
    (( CURRENT-- ))
    case $command in
{cases}
    esac
}}

_filexfer "$@"
"""

_ACTIONS = {Kind.FILE: "_files", Kind.FOLDER: "_files -/", Kind.ADDRESS: "_filexfer_saved", Kind.OTHER: " "}


def script(known: Sequence[Command]) -> str:
    commands = "\n".join(f"        {_quoted(f'{one.name}:{one.text}')}" for one in known)
    cases = "\n".join(f"        {one.name}) _arguments -S \\\n{_arguments(one)} ;;" for one in known)
    return _SCRIPT.format(commands=commands, cases=cases)


def _arguments(command: Command) -> str:
    specs = [*(spec for option in command.options for spec in _option(option)), *_words(command.words)]
    return " \\\n".join(f"            {_quoted(spec)}" for spec in specs)


def _option(option: Argument) -> Iterator[str]:
    others = "" if option.again or len(option.flags) == 1 else f"({' '.join(option.flags)})"
    for flag in option.flags:
        # `=`: the value may stand behind it as well as in the next word.
        spec = f"{'*' if option.again else others}{flag}{'=' if option.value and flag.startswith('--') else ''}"
        spec += f"[{_plain(option.text)}]"
        yield f"{spec}:{_plain(option.value)}:{_action(option)}" if option.value else spec


def _words(words: Sequence[Argument]) -> Iterator[str]:
    """The positional words. Behind one that may come again zsh cannot tell which it is: there all that follow are offered."""
    for place, word in enumerate(words):
        if not word.many:
            yield f"{place + 1}{':' if word.count == '?' else ''}:{_plain(word.value)}:{_action(word)}"
            continue
        rest = {_action(one): one for one in words[place:]}
        if len(rest) == 1:
            yield f"*:{_plain(word.value)}:{_action(word)}"
        else:
            several = " ".join(f"'{one.kind.value}:{_plain(one.value)}:{action}'" for action, one in rest.items())
            yield f"*: :_alternative {several}"
        return


def _action(argument: Argument) -> str:
    return f"({' '.join(argument.choices)})" if argument.choices else _ACTIONS[argument.kind]


def _plain(text: str) -> str:
    """As it may stand between the brackets and colons of a spec, cut after its first clause."""
    first = text.partition(";")[0].partition(" (")[0].replace("`", "")
    return "".join(f"\\{one}" if one in "[]:\\" else one for one in first)


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "'\\''") + "'"
