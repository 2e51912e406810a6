"""Include and exclude patterns, as rsync's and rclone's users write them. Pure: judges paths, looks at no disk.

A pattern without a leading `/` fits at any depth; one with it only from the source's top; one with a trailing `/` only folders
(and so what is in them). `*` and `?` stay within a name, `**` crosses folders, `[a-z]` and `[!a-z]` are sets, `\\` takes the
next character as it is. The first match decides, includes before excludes. What matches neither is kept, unless there are only
includes."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from typing import TypeAlias

_Match: TypeAlias = Callable[[str], re.Match[str] | None]


class Filter:
    """Which files of a tree are meant.

    Attributes:
        all: no pattern was given: everything is kept.
        keeps_empty: whether folders without a kept file are kept too; not where includes pick single files.
    """

    def __init__(self, include: Sequence[str] = (), exclude: Sequence[str] = ()) -> None:
        self.all = not include and not exclude
        self.keeps_empty = not include
        self._only_included = bool(include) and not exclude
        # `--include '*.py' --exclude '*'` means the Python files of all folders: such an exclude must not prune folders.
        pruning = [p for p in exclude if not include or p.strip("/") not in ("*", "**")]
        self._included_files, self._included_folders = _union(include, False), _union(include, True)
        self._excluded_files, self._excluded_folders = _union(exclude, False), _union(pruning, True)

    def keeps(self, path: str) -> bool:
        """Whether the file at `path` (below the source) is kept, in a folder that is entered."""
        if self.all:
            return True
        if self._included_files is not None and self._included_files(path):
            return True
        if self._only_included:
            return False
        return self._excluded_files is None or not self._excluded_files(path)

    def enters(self, path: str) -> bool:
        """Whether the folder at `path` (below the source) is looked into; its parents are."""
        if self._included_folders is not None and self._included_folders(path):
            return True
        return self._excluded_folders is None or not self._excluded_folders(path)


def _union(patterns: Iterable[str], folders: bool) -> _Match | None:
    made = [_regex(pattern, folders) for pattern in patterns if pattern.strip("/")]
    return re.compile("|".join(made), re.DOTALL).fullmatch if made else None


def _regex(pattern: str, folder: bool) -> str:
    """The regular expression of the paths that fit, of files or of folders: the thing itself, or anything inside it."""
    only_folders = pattern.endswith("/")
    body = pattern.rstrip("/")
    depth = "" if body.startswith("/") else "(?:.*/)?"
    inside = "/.*" if only_folders and not folder else "(?:/.*)?"
    return depth + "".join(_pieces(body.lstrip("/"))) + inside


_PIECE = re.compile(r"\*\*/|\*\*|\*|\?|\\(.)|\[(!?)(\][^\]]*|[^\]]+)\]|(.)", re.DOTALL)
_WILD = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}


def _pieces(pattern: str) -> Iterable[str]:
    for found in _PIECE.finditer(pattern):
        escaped, negated, members, plain = found.groups()
        if found[0] in _WILD:
            yield _WILD[found[0]]
        elif members is not None:
            yield f"(?!/)[{'^' if negated else ''}{_members(members)}]"
        else:
            yield re.escape(escaped or plain)


def _members(text: str) -> str:
    # Everything but the range sign is taken literally: `[` and `&&` mean more to `re` than to a glob.
    return re.sub(r"([\\\[\]&~|^])", r"\\\1", text)
