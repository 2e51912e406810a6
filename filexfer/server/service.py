"""The methods: one table of names, and the one way to call them, whatever lane a call came by. Rules: permission before anything
else; errors of ours go through as they are; any other exception becomes a reference number, its text goes to the log only; what
changes something leaves a line in the audit log, also where it failed."""

from __future__ import annotations

import inspect
import logging
import secrets
from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import Any

from filexfer.core.errors import BadParameters, FilexferError, Forbidden, InternalError, TrustError, UnknownMethod
from filexfer.core.model import Permission
from filexfer.protocol.methods import METHODS, OPEN, SERVICE, Method, changes
from filexfer.server.access import Caller
from filexfer.server.audit import Audit
from filexfer.server.crowd import Crowd

_log = logging.getLogger("filexfer.server")

#: A method: the caller, then the parameters as they arrived.
Function = Callable[..., object]
#: Many calls of one method at once: the caller and the parameters of each; a value or an error for each.
Batch = Callable[[Caller, Sequence[Sequence[object]]], Sequence[object]]

#: Methods that are done soon and wait for nothing but the disk: those of one caller are done one by one. Others are done at
#: once, for nobody knows what they wait for, or their work is not the interpreter's.
_IN_TURN = frozenset(
    {"server_info", "share_changes", "trash_list"}
    | {
        "file_digests",
        "file_list",
        "file_stat",
        "file_get",
        "file_put",
        "file_read",
        "files_get",
        "files_put",
        "image_get",
        "image_put",
    }
    | {"system.listMethods", "system.methodHelp", "system.methodSignature", "system.multicall"}
)

#: What introspection says of a function that nobody described.
_UNKNOWN = "signatures not supported"


@dataclass(frozen=True, slots=True)
class Registered:
    """One method.

    Attributes:
        least, most: how many parameters it takes; `most` None for any number.
        spools: a Binary too large for memory may be given to it as `Spool`.
        batch: does several calls at once, for `system.multicall`.
        tells, answers: see `methods.Method`.
        in_turn: see `_IN_TURN`.
    """

    name: str
    function: Function
    permission: Permission
    signatures: tuple[tuple[str, ...], ...]
    help: str
    least: int
    most: int | None
    spools: bool = False
    batch: Batch | None = None
    tells: tuple[str, ...] | None = None
    answers: tuple[str, ...] = ()
    in_turn: bool = False

    @property
    def changes(self) -> bool:
        return self.tells is not None


class Service:
    """All methods of one server: those of the share, installed anew with each share, and those that somebody registered, which
    go before them. What they change stands in `audit`."""

    def __init__(self, audit: Audit | None = None, crowd: Crowd | None = None) -> None:
        self.audit = audit or Audit(0)
        self._crowd = crowd
        self._installed: dict[str, Registered] = {}
        self._registered: dict[str, Registered] = {}

    def install(self, groups: Iterable[object], share: AbstractContextManager[object] | None = None) -> None:
        """Install the methods of the protocol's table that `groups` have under their name (`system.x` as `system_x`). They are
        called within `share`, which they work with."""
        for name, method in SERVICE.items():
            for group in groups:
                function = getattr(group, name.replace(".", "_"), None)
                if function is not None:
                    self._install(method, function, getattr(group, f"batch_of_{name}", None), share)

    def _install(
        self, method: Method, function: Function, batch: Batch | None, share: AbstractContextManager[object] | None
    ) -> None:
        spools = method.name in ("file_put", "image_put")
        plain = function
        if share is not None:
            function, batch = _within(share, function), batch and _within(share, batch)
        words = inspect.getdoc(plain)
        least, most = _arity(plain, 1)
        self._installed[method.name] = Registered(
            method.name,
            function,
            method.permission,
            method.signatures,
            words or "",
            least,
            most,
            spools,
            batch,
            method.tells,
            method.answers,
            method.name in _IN_TURN,
        )

    def register(
        self,
        name: str,
        function: Function,
        permission: Permission,
        signatures: tuple[tuple[str, ...], ...] = (),
        *,
        text: str | None = None,
        counted: Callable[..., object] | None = None,
        takes_caller: bool = True,
    ) -> None:
        """Register `function`, called with the caller and the parameters; it takes the place of one of ours of that name, also
        where that is installed later. `counted` is what tells how many parameters it takes,
        where that is another function, and `takes_caller` whether the first of them is the caller; `text` the help, where it
        is not the docstring. Raises `BadParameters` where no permission is asked for: strangers get nothing."""
        if permission is Permission.NONE:
            raise BadParameters("A method needs the permission watch, read, write or manage.")
        known = METHODS.get(name)
        # What it tells of itself nobody said, but that it was called is worth a line where it may change something.
        tells = known.tells if known else () if permission > Permission.READ else None
        answers = known.answers if known else ()
        least, most = _arity(counted or function, 1 if takes_caller else 0)
        words = inspect.getdoc(function) if text is None else text
        self._registered[name] = Registered(
            name, function, permission, signatures, words or "", least, most, tells=tells, answers=answers
        )

    def names(self) -> list[str]:
        return sorted(self._installed.keys() | self._registered.keys())

    def find(self, name: str) -> Registered:
        """The method of this name. Raises `UnknownMethod`."""
        found = self._look_up(name)
        if found is None:
            raise UnknownMethod()
        return found

    def _look_up(self, name: str) -> Registered | None:
        return self._registered.get(name) or self._installed.get(name)

    def permit(self, caller: Caller, name: str) -> Registered:
        """The method, which `caller` may call. Raises `LoginNeeded`, `Forbidden`, `UnknownMethod`."""
        if name not in OPEN:
            # A stranger is not told which methods there are.
            caller.require(Permission.WATCH)
        found = self.find(name)
        try:
            caller.require(found.permission)
        except Forbidden as error:
            self.audit.refused(caller, name, error)
            raise
        return found

    def call(self, caller: Caller, name: str, params: Sequence[object]) -> object:
        """Call a method: its value, or a `Deferred`. Raises nothing but `FilexferError` and the standard library's `Fault`."""
        method = self.permit(caller, name)
        if not self.audit.kept or not _is_told(method, params):
            return self.run(method, caller, params)
        try:
            value = self.run(method, caller, params)
        except Exception as error:
            if name in OPEN or isinstance(error, TrustError):
                # Whoever may try without being anybody fails as often as they like.
                self.audit.refused(caller, name, error)
            else:
                self.audit.note(caller, name, told_of(method, params), error)
            raise
        self.audit.note(caller, name, told_of(method, params, value))
        return value

    def run(self, method: Registered, caller: Caller, params: Sequence[object]) -> object:
        """Call a method that the caller may call, and leave no line. Raises as `call`."""
        check_arity(method, params)
        with nullcontext() if method.in_turn or self._crowd is None else self._crowd.away():
            return guarded(method.name, lambda: method.function(caller, *params), caller)


def _is_told(method: Registered, params: Sequence[object]) -> bool:
    return changes(method.name, params) if method.name in METHODS else method.changes


def told_of(method: Registered, params: Sequence[object], value: object = None) -> dict[str, object]:
    """What a line of the audit log says of a call besides its name."""
    told = {name: param for name, param in zip(method.tells or (), params, strict=False) if name != "-"}
    if isinstance(value, dict):
        told |= {name: value[name] for name in method.answers if name in value}
        faults = value.get("faults")
        failed = len(faults) if isinstance(faults, list) else 0
    elif isinstance(value, list):
        failed = sum(1 for one in value if isinstance(one, dict) and "faultCode" in one)
    elif isinstance(value, str) and method.answers:
        return told | {method.answers[0]: value}
    else:
        return told
    return told | {"failed": failed} if failed else told


def _within(share: AbstractContextManager[object], function: Callable[..., Any]) -> Callable[..., Any]:
    def call(*params: object) -> object:
        with share:
            return function(*params)

    return call


def guarded(name: str, act: Callable[[], object], caller: Caller) -> object:
    """Do `act`, a method, for `caller`; what it raises unexpectedly becomes an `InternalError` with a reference number."""
    try:
        return act()
    except FilexferError:
        raise
    except Exception as error:
        if _is_fault(error):
            raise
        raise unexpected(name, caller) from None


def unexpected(name: str, caller: Caller | None = None) -> InternalError:
    """Log the exception that is being handled, and give the error that stands for it."""
    reference = secrets.token_hex(4)
    known = {"method": name, "reference": reference} | ({"device": caller.device, "peer": caller.peer} if caller else {})
    _log.exception("Method %s met an error, reference %s.", name, reference, extra=known)
    return InternalError(f"The server met an error of its own. Its log tells more under {reference}.")


def _is_fault(error: Exception) -> bool:
    """Whether a registered function raised a fault of its own on purpose."""
    kind = type(error)
    return kind.__module__ == "xmlrpc.client" and kind.__name__ == "Fault"


def check_arity(method: Registered, params: Sequence[object]) -> None:
    """Raise `BadParameters` unless the method takes so many parameters."""
    count = len(params)
    if count < method.least or (method.most is not None and count > method.most):
        raise BadParameters(f"{method.name} takes {_wanted(method)}, not {count}. `system.methodHelp` tells which.")


def _wanted(method: Registered) -> str:
    if method.most is None:
        return f"at least {method.least} parameters"
    if method.most == method.least:
        return "1 parameter" if method.least == 1 else f"{method.least} parameters"
    return f"{method.least} to {method.most} parameters"


def _arity(function: Callable[..., Any], given: int) -> tuple[int, int | None]:
    """How many parameters `function` takes from the wire, when `given` others come first."""
    try:
        parameters = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):
        return 0, None  # one written in C that does not tell
    positional = [p for p in parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
    least = sum(1 for p in positional if p.default is p.empty)
    endless = any(p.kind is p.VAR_POSITIONAL for p in parameters)
    return max(0, least - given), None if endless else max(0, len(positional) - given)


def signatures_of(method: Registered) -> object:
    """What `system.methodSignature` answers."""
    return [list(signature) for signature in method.signatures] or _UNKNOWN
