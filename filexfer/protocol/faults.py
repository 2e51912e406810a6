"""The one table between errors and fault codes, both ways. A test holds it complete against `core.errors`.

-32700 … -32603: *Specification for Fault Code Interoperability* (xmlrpc-epi). 1xx the request, 2xx trust, 3xx the machine."""

from __future__ import annotations

from filexfer.core import errors

CODES: dict[type[errors.FilexferError], int] = {
    errors.NotWellFormed: -32700,
    errors.UnknownMethod: -32601,
    errors.BadParameters: -32602,
    errors.InternalError: -32603,
    errors.ProtocolError: -32600,
    errors.RequestError: 100,
    errors.InvalidPath: 101,
    errors.NotFound: 102,
    errors.AlreadyExists: 103,
    errors.NotAFolder: 104,
    errors.IsAFolder: 105,
    errors.NotEmpty: 106,
    errors.Changed: 107,
    errors.BadDigest: 108,
    errors.BadOffset: 109,
    errors.UnknownUpload: 110,
    errors.TooLarge: 111,
    errors.TrustError: 200,
    errors.LoginNeeded: 201,
    errors.Forbidden: 202,
    errors.PairingFailed: 203,
    errors.SlowDown: 204,
    errors.KeyChanged: 205,
    errors.KeyringLocked: 206,
    errors.MachineError: 300,
    errors.NoSpace: 301,
    errors.Busy: 302,
    errors.StorageFailed: 303,
    errors.ShuttingDown: 304,
    # An agent's own connections to other servers may fail while it answers its window.
    errors.ConnectionFailed: 401,
    errors.ConnectionLost: 402,
    errors.Cancelled: 403,
    errors.FilexferError: 400,
}

_ERRORS = {code: error for error, code in CODES.items()}


def code_of(error: BaseException) -> int:
    """The code that stands for `error`; that of its nearest base in the table, -32603 for what is no error of ours."""
    if isinstance(error, errors.RemoteFault):
        return error.code
    for kind in type(error).__mro__:
        if kind in CODES:
            return CODES[kind]
    return CODES[errors.InternalError]


def error_of(code: int, text: str) -> errors.FilexferError:
    """The error that a fault stands for; `RemoteFault` with its code where the code is not ours."""
    kind = _ERRORS.get(code)
    return errors.RemoteFault(text, code) if kind is None else kind(text)
