"""The methods: one table of names, and the one way to call them, whatever lane a call came by. Rules: permission before anything
else; errors of ours go through as they are; any other exception becomes a reference number, its text goes to the log only."""

from __future__ import annotations

import inspect
import logging
import secrets
from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

from filexfer.core.errors import BadParameters, FilexferError, InternalError, UnknownMethod
from filexfer.core.model import Permission
from filexfer.protocol.methods import SERVICE, Method
from filexfer.server.access import Caller

_log = logging.getLogger("filexfer.server")

#: A method: the caller, then the parameters as they arrived.
Function = Callable[..., object]
#: Many calls of one method at once: the caller and the parameters of each; a value or an error for each.
Batch = Callable[[Caller, Sequence[Sequence[object]]], Sequence[object]]

#: What introspection says of a function that nobody described.
_UNKNOWN = "signatures not supported"


@dataclass(frozen=True, slots=True)
class Registered:
    """One method.

    Attributes:
        least, most: how many parameters it takes; `most` None for any number.
        spools: a Binary too large for memory may be given to it as `Spool`.
        batch: does several calls at once, for `system.multicall`.
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


class Service:
    """All methods of one server: those of the share, installed anew with each share, and those that somebody registered, which
    go before them."""

    def __init__(self) -> None:
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
            method.name, function, method.permission, method.signatures, words or "", least, most, spools, batch
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
        is not the docstring."""
        least, most = _arity(counted or function, 1 if takes_caller else 0)
        words = inspect.getdoc(function) if text is None else text
        self._registered[name] = Registered(name, function, permission, signatures, words or "", least, most)

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
        found = self._look_up(name)
        if found is None:
            # A stranger is not told which methods there are.
            caller.require(Permission.READ)
            raise UnknownMethod()
        caller.require(found.permission)
        return found

    def call(self, caller: Caller, name: str, params: Sequence[object]) -> object:
        """Call a method: its value, or a `Deferred`. Raises nothing but `FilexferError` and the standard library's `Fault`."""
        method = self.permit(caller, name)
        check_arity(method, params)
        return guarded(name, lambda: method.function(caller, *params))


def _within(share: AbstractContextManager[object], function: Callable[..., Any]) -> Callable[..., Any]:
    def call(*params: object) -> object:
        with share:
            return function(*params)

    return call


def guarded(name: str, act: Callable[[], object]) -> object:
    """Do `act`; what it raises unexpectedly becomes an `InternalError` with a reference number."""
    try:
        return act()
    except FilexferError:
        raise
    except Exception as error:
        if _is_fault(error):
            raise
        raise unexpected(name) from None


def unexpected(name: str) -> InternalError:
    """Log the exception that is being handled, and give the error that stands for it."""
    reference = secrets.token_hex(4)
    _log.exception("Method %s met an error, reference %s.", name, reference)
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
