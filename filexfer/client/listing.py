"""What a fetch is to bring: the sources on the server, listed page by page, lazily, and sorted by what is to be done with each
entry. Names are as the server sent them: whoever saves them judges them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from filexfer.client.link import Link
from filexfer.client.patterns import Filter
from filexfer.client.scan import LINK, SPECIAL
from filexfer.core import paths
from filexfer.core.errors import FilexferError, InvalidPath, NotWellFormed
from filexfer.core.model import Kind
from filexfer.protocol import wire
from filexfer.protocol.faults import error_of

#: Items that are looked at in one call.
AT_ONCE = 200
#: Entries of the first page of a folder: work begins with it, and no batch waits long for a turn behind the next one.
_FIRST_PAGE = 128


class Listed:
    """A page of what an item holds; paths are below it, `""` for the item itself, which then is a file.

    Attributes:
        item: its number.
        single: the item is a file.
        files: (path, size, mtime_ns).
        folders: (path, mtime_ns), parents first.
        skipped: (path, why).
        error: set where the item, or the rest of it, cannot be had.
    """

    __slots__ = ("error", "files", "folders", "item", "single", "skipped")

    def __init__(self, item: int) -> None:
        self.item = item
        self.single = False
        self.files: list[tuple[str, int, int]] = []
        self.folders: list[tuple[str, int]] = []
        self.skipped: list[tuple[str, str]] = []
        self.error: FilexferError | None = None


def foresee(link: Link, source: str) -> None:
    """Have `list_items` of this one item begin with what came along with the first answer of the server."""
    link.session.foresee(source, pages=True, entry=True, first=_FIRST_PAGE)


def list_items(link: Link, keep: Filter, sources: Sequence[str]) -> Iterator[Listed]:
    """The pages of these items, one after the other; never raises what belongs to one alone, see `Listed.error`."""
    for first in range(0, len(sources), AT_ONCE):
        some = sources[first : first + AT_ONCE]
        for number, (source, entry) in enumerate(zip(some, _look(link, some), strict=True)):
            yield from _list_item(link, keep, first + number, source, entry)


def _look(link: Link, sources: Sequence[str]) -> Sequence[object]:
    """What each of these is, or the error that answers for it. One call, for with many items each would wait for its own."""
    calls = [{"methodName": "file_stat", "params": [paths.to_wire(source)]} for source in sources]
    try:
        if len(sources) == 1:
            return [link.call("file_stat", paths.to_wire(sources[0]))]
        answers = wire.sequence(link.call("system.multicall", calls), "answers")
        if len(answers) == len(sources):
            return [_answer(one) for one in answers]
        raise NotWellFormed("The server answered another number of files than were asked for. Update the server.")
    except FilexferError as error:
        return [error] * len(sources)


def _answer(one: object) -> object:
    if isinstance(one, dict):
        return error_of(wire.number(one.get("faultCode")), wire.text(one.get("faultString")))
    return wire.sequence(one, "answer")[0]


def _list_item(link: Link, keep: Filter, item: int, source: str, entry: object) -> Iterator[Listed]:
    try:
        if isinstance(entry, FilexferError):
            raise entry
        yield from _pages(link, keep, item, source, entry)
    except FilexferError as error:
        failed = Listed(item)
        failed.error = error
        yield failed


def _pages(link: Link, keep: Filter, item: int, source: str, answer: object) -> Iterator[Listed]:
    entry = wire.entry_of(answer)
    found = Listed(item)
    if entry.kind is Kind.FOLDER:
        found.folders.append(("", entry.mtime_ns))
        yield found
        for page in link.session.pages(source, recursive=True, call=link.call, first=_FIRST_PAGE):
            yield _sorted(page, keep, item)
    elif entry.kind is not Kind.FILE:
        raise InvalidPath(LINK if entry.kind is Kind.LINK else SPECIAL)
    elif keep.keeps(paths.name(source)):
        found.single = True
        found.files.append(("", entry.size, entry.mtime_ns))
        yield found


def _sorted(page: wire.Columns, keep: Filter, item: int) -> Listed:
    """A page by what is to be done with its entries."""
    found = Listed(item)
    for name, kind, size, mtime_ns in zip(page.names, page.kinds, page.sizes, page.mtimes, strict=True):
        if not keep.all and not (_inside(keep, paths.parent(name)) and (kind == "d" or keep.keeps(name))):
            continue
        if kind == "f":
            found.files.append((name, size, mtime_ns))
        elif kind != "d":
            found.skipped.append((name, LINK if kind == "l" else SPECIAL))
        elif keep.all or keep.enters(name):
            found.folders.append((name, mtime_ns))
    return found


def _inside(keep: Filter, folder: str) -> bool:
    """Whether the patterns let us into `folder` and all folders above it."""
    while folder:
        if not keep.enters(folder):
            return False
        folder = paths.parent(folder)
    return True
