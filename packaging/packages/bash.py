"""Writes the completion of bash for `filexfer`: commands, options, their values, files, and saved servers as `NAME:`.

It needs nothing but bash 3.2 or newer. Bash cuts words at `=` and `:`; the script looks past an `=`, and offers nothing behind a
`:`, for what a server holds is not asked."""

from __future__ import annotations

import shlex
from collections.abc import Sequence

from packages.commands import Argument, Command, Kind

_SCRIPT = """# Completion of filexfer for bash, made from its command line.
_filexfer_add() {{
    local IFS=$'\\n'
    COMPREPLY+=($(compgen "$@"))
}}

_filexfer_offer() {{ # what [words]
    case $1 in
        file) compopt -o filenames 2>/dev/null; _filexfer_add -f -- "$cur" ;;
        folder) compopt -o filenames 2>/dev/null; _filexfer_add -d -- "$cur" ;;
        address)
            _filexfer_add -W "$("${{COMP_WORDS[0]}}" servers --names 2>/dev/null | sed 's/$/:/')" -- "$cur"
            case ${{COMPREPLY[0]}} in *:) compopt -o nospace 2>/dev/null ;; esac
            ;;
        words) _filexfer_add -W "$2" -- "$cur" ;;
    esac
}}

_filexfer() {{
    local cur=${{COMP_WORDS[COMP_CWORD]}} before=${{COMP_WORDS[COMP_CWORD-1]}} options='' kinds='' words='' kind
    COMPREPLY=()
    if [ "$COMP_CWORD" = 1 ]; then
        _filexfer_offer words {top}
        return
    fi
    if [ "$cur" = : ] || [ "$before" = : ]; then return; fi
    if [ "$cur" = = ]; then cur=''; elif [ "$before" = = ]; then before=${{COMP_WORDS[COMP_CWORD-2]}}; fi
    case "${{COMP_WORDS[1]}} $before" in
{values}
    esac
    case ${{COMP_WORDS[1]}} in
{commands}
    esac
    case $cur in
        -*) _filexfer_offer words "$options" ;;
        *)
            for kind in $kinds; do _filexfer_offer "$kind"; done
            if [ -n "$words" ]; then _filexfer_offer words "$words"; fi
            ;;
    esac
}}
complete -F _filexfer filexfer
"""


def script(known: Sequence[Command]) -> str:
    return _SCRIPT.format(
        top=_lines([*(command.name for command in known), "--help", "--version"]),
        values="\n".join(line for command in known for line in _values(command)),
        commands="\n".join(_case(command) for command in known),
    )


def _values(command: Command) -> list[str]:
    """What stands behind the options that take a value."""
    lines = []
    for option in command.options:
        if option.value:
            pattern = "|".join(f'"{command.name} {flag}"' for flag in option.flags)
            lines.append(f"        {pattern}) {_offer(option)}return ;;")
    return lines


def _offer(option: Argument) -> str:
    if option.choices:
        return f"_filexfer_offer words {_lines(option.choices)}; "
    return "" if option.kind is Kind.OTHER else f"_filexfer_offer {option.kind.value}; "


def _case(command: Command) -> str:
    kinds = sorted({word.kind.value for word in command.words if word.kind is not Kind.OTHER})
    words = [choice for word in command.words for choice in word.choices]
    flags = [flag for option in command.options for flag in option.flags]
    return f"        {command.name}) options={_lines(flags)} kinds={shlex.quote(' '.join(kinds))} words={_lines(words)} ;;"


def _lines(words: Sequence[str]) -> str:
    """As compgen takes them where a line's end is what separates: `$'a\\nb'`."""
    assert not any(set(word) & set("'\\") for word in words)
    return "$'" + "\\n".join(words) + "'"
