"""Values as the standard library's servers give them to functions: `Binary` for base64. For functions registered from outside."""

from __future__ import annotations

from collections.abc import Callable

from filexfer.core.errors import BadParameters
from filexfer.core.model import Permission
from filexfer.server.service import Service


def stock_value(value: object) -> object:
    """`value` with every `bytes` in it as `xmlrpc.client.Binary`."""
    if isinstance(value, bytes):
        # Only here: it brings HTTP and TLS along, which a server that starts needs not.
        from xmlrpc.client import Binary

        return Binary(value)
    if isinstance(value, list):
        return [stock_value(item) for item in value]
    if isinstance(value, dict):
        return {name: stock_value(item) for name, item in value.items()}
    return value


def stock_function(function: Callable[..., object]) -> Callable[..., object]:
    """A method of ours that calls `function` as `SimpleXMLRPCServer` would: the caller left out, base64 as `Binary`."""

    def method(caller: object, *params: object) -> object:
        return function(*[stock_value(param) for param in params])

    return method


def register(service: Service, function: Callable[..., object], name: str | None, permission: Permission) -> None:
    """Let `service` have this function, under its own name unless one is given. Raises `BadParameters` where it has none."""
    known_as = name or getattr(function, "__name__", "")
    if not known_as:
        raise BadParameters("This function has no name of its own. Give one.")
    text = (getattr(function, "__doc__", None) or "").strip()
    service.register(known_as, stock_function(function), permission, text=text, counted=function, takes_caller=False)
