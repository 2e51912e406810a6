"""Methods that change the tree: folders, moving, deleting, the trash; and hearing of changes."""

from __future__ import annotations

from collections.abc import Sequence

from filexfer.core import paths
from filexfer.core.errors import FilexferError
from filexfer.core.model import Conflict
from filexfer.protocol import wire
from filexfer.server.access import Caller
from filexfer.server.methods.arguments import NONE, Options, path_of
from filexfer.server.share import Share


class Tree:
    """See the docstrings of the methods."""

    def __init__(self, share: Share) -> None:
        self._share = share
        self._store = share.store

    def folder_make(self, caller: Caller, path: object, options: object = NONE) -> object:
        """folder_make(path, options) -> {name, kind, size, mtime_ns, etag}

        Make a folder, with its parents; one that is there already is no error. Options: mtime_ns (its time; set it when what is
        in it is complete), key."""
        given = Options(options, "mtime_ns", "key")
        where, mtime_ns = path_of(path), given.optional_number("mtime_ns")

        def make() -> object:
            [made] = self._make([(where, mtime_ns)])
            if isinstance(made, FilexferError):
                raise made
            return made

        return self._share.keys.once(caller.device, given.text("key"), "folder_make", make)

    def batch_of_folder_make(self, caller: Caller, calls: Sequence[Sequence[object]]) -> list[object]:
        """Several `folder_make` at once: one sync for all of them."""
        parsed = [_folder_of(params) for params in calls]
        if any(one is None for one in parsed):
            # Keys go their own way; in order, for one may lie in another.
            return [self._alone(caller, params) for params in calls]
        made = iter(self._make([one for one in parsed if isinstance(one, tuple)]))
        return [next(made) if isinstance(one, tuple) else one for one in parsed]

    def _alone(self, caller: Caller, params: Sequence[object]) -> object:
        try:
            return self.folder_make(caller, *params)
        except FilexferError as error:
            return error

    def _make(self, folders: Sequence[tuple[str, int | None]]) -> list[object]:
        """The structs of these folders, which are there now, or what went wrong."""
        made = self._store.make_folders(folders)
        failed = [isinstance(one, FilexferError) for one in made]
        self._share.changes.changed(*(path for (path, _), fails in zip(folders, failed, strict=True) if not fails))
        return [one if isinstance(one, FilexferError) else wire.entry_struct(one) for one in made]

    def entry_move(self, caller: Caller, path: object, to: object, options: object = NONE) -> object:
        """entry_move(path, to, options) -> {name, kind, size, mtime_ns, etag}

        Move or rename a file or folder; `to` is its whole new path. Options: on_conflict (fail, overwrite, rename, skip, newer),
        etag (only if it is still that version), key."""
        given = Options(options, "on_conflict", "etag", "key")
        source, target = path_of(path), path_of(to)
        conflict = wire.choice(Conflict, given.text("on_conflict", Conflict.FAIL.value), "on_conflict")

        def move() -> object:
            entry = self._store.move(source, target, conflict, given.text("etag"))
            self._share.changes.changed(source, target)
            return wire.entry_struct(entry)

        return self._share.keys.once(caller.device, given.text("key"), "entry_move", move)

    def entry_delete(self, caller: Caller, path: object, options: object = NONE) -> object:
        """entry_delete(path, options) -> trash id, or "" where it is gone for good

        Delete a file or folder, into the share's trash. Options: etag (only if it is still that version), permanent, key."""
        given = Options(options, "etag", "permanent", "key")
        where, etag, permanent = path_of(path), given.text("etag"), given.flag("permanent")

        def delete() -> object:
            trash_id = self._store.delete(where, etag, permanent)
            self._share.changes.changed(where)
            return trash_id

        return self._share.keys.once(caller.device, given.text("key"), "entry_delete", delete, lambda value: True)

    def entry_restore(self, caller: Caller, trash_id: object, options: object = NONE) -> object:
        """entry_restore(trash_id, options) -> path

        Bring back what was deleted; another name is taken where its own is in use. Option: key."""
        given = Options(options, "key")
        which = wire.text(trash_id, "trash_id")

        def restore() -> object:
            path = self._store.trash.restore(which)
            self._share.changes.changed(path)
            return paths.to_wire(path)

        return self._share.keys.once(caller.device, given.text("key"), "entry_restore", restore)

    def trash_list(self, caller: Caller) -> object:
        """trash_list() -> [{id, path, kind, size, deleted_ns}]

        What lies in the trash, newest first."""
        items = sorted(self._store.trash.list(), key=lambda item: item.deleted_ns, reverse=True)
        return [
            {
                "id": item.id,
                "path": paths.to_wire(item.path),
                "kind": item.kind.value,
                "size": item.size,
                "deleted_ns": item.deleted_ns,
            }
            for item in items[: self._share.settings.page_entries]
        ]

    def trash_empty(self, caller: Caller, options: object = NONE) -> object:
        """trash_empty(options) -> true

        Drop everything in the trash for good. Option: key."""
        Options(options, "key")  # emptying twice does no harm
        self._store.trash.empty()
        return True

    def share_changes(self, caller: Caller, cursor: object = "", timeout: object = 0) -> object:
        """share_changes(cursor, timeout) -> {cursor, folders, all}

        Which folders changed since `cursor` ("" begins, and answers at once). Waits up to `timeout` seconds for a change.
        Changes made through this server are told at once; those made by other programs only for folders that were listed lately,
        within a second where the system tells of them. `all`: too much was missed, look at everything again."""
        seconds = min(max(0.0, wire.real(timeout, "timeout")), self._share.settings.poll_seconds)
        return self._share.changes.poll(caller.who, wire.text(cursor, "cursor"), seconds)


def _folder_of(params: Sequence[object]) -> tuple[str, int | None] | FilexferError | None:
    """A `folder_make` that can be done with others, or what is wrong with it; None for one with a key."""
    try:
        given = Options(params[1] if len(params) > 1 else NONE, "mtime_ns", "key")
        if given.text("key"):
            return None
        return path_of(params[0]), given.optional_number("mtime_ns")
    except FilexferError as error:
        return error
