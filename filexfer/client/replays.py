"""Which calls may be sent again when a connection broke before their answer came: those that only read, those whose effect is the
same twice, and those that carry a key by which the server knows them again."""

from __future__ import annotations

import os

from filexfer.core.model import Permission
from filexfer.protocol.methods import METHODS

#: Calls that only read, though not everybody who may read may call them.
_LOOKS = frozenset(
    "upload_status trash_list device_list invite_status job_list job_events job_files plan_state view_find view_places "
    "view_events view_pick pick_state server_list server_doctor agent_info thumb_get preview_get "
    "finish_state receipt_state server_bounds".split()
)
#: Changing calls that do the same when they run twice (protocol.md, Replays are harmless).
_IDEMPOTENT = frozenset(
    "file_put files_put upload_open upload_write upload_reuse upload_commit upload_abort folder_make "
    "trash_empty job_pause job_resume job_cancel job_clear view_open view_rows view_close server_save share_set limit_set "
    "stage_files plan_start plan_close".split()
)
#: Calls that take an option `key`, and the place of their options.
_KEYED = {"entry_move": 2, "entry_delete": 1, "entry_restore": 1, "image_put": 2}
_BATCH = "system.multicall"
#: Who may do no more than that changes nothing.
_LOOKING = (Permission.WATCH, Permission.READ)


def _only_reads(method: str) -> bool:
    known = METHODS.get(method)
    return method.startswith(("system.list", "system.method")) or (known is not None and known.permission in _LOOKING)


def is_harmless(method: str, params: tuple[object, ...]) -> bool:
    """Whether it may be called twice; a batch, if each of its calls may."""
    if method == _BATCH:
        names = [str(one.get("methodName")) for one in _batched(params)]
        # What a batch within a batch would do is not looked into: servers refuse it.
        return all(name != _BATCH and is_harmless(name, ()) for name in names)
    return method in _IDEMPOTENT or method in _KEYED or method in _LOOKS or _only_reads(method)


def _batched(params: tuple[object, ...]) -> list[dict[str, object]]:
    """The calls of a batch, as far as these are any."""
    calls = params[0] if params and isinstance(params[0], list | tuple) else ()
    return [one for one in calls if isinstance(one, dict)]


def _with_keys(one: object) -> object:
    """A call of a batch, see `with_key`."""
    if not isinstance(one, dict) or not isinstance(given := one.get("params"), list | tuple):
        return one
    return {**one, "params": list(with_key(str(one.get("methodName")), tuple(given)))}


def with_key(method: str, params: tuple[object, ...]) -> tuple[object, ...]:
    """The parameters with a fresh key among the options, so that a repetition is known."""
    if method == _BATCH and params and isinstance(params[0], list | tuple):
        return ([_with_keys(one) for one in params[0]], *params[1:])
    place = _KEYED.get(method)
    if place is None or len(params) < place:
        return params
    given = params[place] if len(params) > place else {}
    if not isinstance(given, dict) or "key" in given:
        return params
    return (*params[:place], {**given, "key": os.urandom(16).hex()}, *params[place + 1 :])
