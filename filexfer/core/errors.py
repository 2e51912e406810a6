"""The error tree. Every failure a person can meet is one of these; the wire codes stand in `protocol/faults.py`.

    FilexferError
    ├── RequestError            the call cannot be done as asked
    │   ├── InvalidPath         ├── NotFound        ├── AlreadyExists   ├── NotAFolder
    │   ├── IsAFolder           ├── NotEmpty        ├── Changed         ├── BadDigest
    │   └── BadOffset           └── UnknownUpload   └── TooLarge
    ├── TrustError              who may do what
    │   ├── LoginNeeded         ├── Forbidden       ├── PairingFailed   ├── SlowDown
    │   └── KeyChanged          └── KeyringLocked
    ├── MachineError            the machine at the other end (or this one) could not
    │   ├── NoSpace             ├── Busy            ├── StorageFailed   └── ShuttingDown
    ├── ProtocolError           what arrived is not what the protocol says
    │   ├── NotWellFormed       ├── UnknownMethod   ├── BadParameters   └── InternalError
    ├── RemoteFault             a fault with a code that is not ours (another XML-RPC server)
    ├── ConnectionFailed        no connection came about: wrong host, refused, no such socket
    ├── ConnectionLost          a connection ended in mid-call; repeating may help
    └── Cancelled               somebody asked for the work to stop

Texts are for people: they hold no absolute path of the other machine, and say what to do next.
"""


class FilexferError(Exception):
    """Base of every error filexfer raises on purpose. `str(error)` is a sentence for a person."""

    #: What is said when the raiser gives no text of its own.
    default = "Something went wrong."

    def __init__(self, text: str = "") -> None:
        super().__init__(text or self.default)


class RequestError(FilexferError):
    default = "The request cannot be done as asked."


class InvalidPath(RequestError):
    default = "This name cannot be used. Choose another one."


class NotFound(RequestError):
    default = "There is no such file or folder. Look at the folder's list again."


class AlreadyExists(RequestError):
    default = "Something of that name is already there. Overwrite it, or choose another name."


class NotAFolder(RequestError):
    default = "A part of this path is a file, not a folder."


class IsAFolder(RequestError):
    default = "This is a folder; name a file."


class NotEmpty(RequestError):
    default = "The folder is not empty. Delete what is in it first."


class Changed(RequestError):
    default = "It changed in the meantime. Look at it again, then repeat."


class BadDigest(RequestError):
    default = "The bytes that arrived are not the bytes that were sent. Send them again."


class BadOffset(RequestError):
    default = "This offset or length does not fit the file."


class UnknownUpload(RequestError):
    default = "There is no such upload any more. Begin it again."


class TooLarge(RequestError):
    default = "This is more than the server takes in one call. Send it in smaller parts."


class TrustError(FilexferError):
    default = "Not permitted."


class LoginNeeded(TrustError):
    default = "This server does not know you. Pair with it first."


class Forbidden(TrustError):
    default = "You may not do this here. Ask the owner of the share for the permission."


class PairingFailed(TrustError):
    default = "Pairing did not succeed. Ask for a new invitation and try again."


class SlowDown(TrustError):
    default = "Too many attempts. Wait a minute, then try again."


class KeyChanged(TrustError):
    default = (
        "This server shows another key than the one it was paired with, so nothing was sent to it. If its owner made a new one, "
        "pair again; otherwise somebody may be in between."
    )


class KeyringLocked(TrustError):
    default = "The system's keyring does not give the token for this server. Unlock it and try again."


class MachineError(FilexferError):
    default = "The machine could not do it."


class NoSpace(MachineError):
    default = "There is not enough free space. Make room, then try again."


class Busy(MachineError):
    default = "It is busy with too many requests. Try again in a moment."


class StorageFailed(MachineError):
    default = "The disk reported an error; nothing was changed. Check the disk, then try again."


class ShuttingDown(MachineError):
    default = "The server is shutting down. Try again when it is back."


class ProtocolError(FilexferError):
    default = "What arrived does not follow the protocol."


class NotWellFormed(ProtocolError):
    default = "The request is not well-formed XML-RPC."


class UnknownMethod(ProtocolError):
    default = "There is no such method. `system.listMethods` tells which there are."


class BadParameters(ProtocolError):
    default = "The method does not take these parameters. `system.methodHelp` tells which it takes."


class InternalError(ProtocolError):
    default = "The server met an error of its own. Its log tells more."


class RemoteFault(FilexferError):
    """A fault of a server that is not ours.

    Attributes:
        code: the `faultCode` it gave.
    """

    default = "The server answered with a fault."

    def __init__(self, text: str = "", code: int = 0) -> None:
        super().__init__(text)
        self.code = code


class ConnectionFailed(FilexferError):
    """No connection came about.

    Attributes:
        lasting: waiting is of no use: what answers there is no server of ours, or this user may not connect.
    """

    default = "No connection. Check the address, and that the server is running."

    def __init__(self, text: str = "", lasting: bool = False) -> None:
        super().__init__(text)
        self.lasting = lasting


class ConnectionLost(FilexferError):
    default = "The connection broke off. Try again; what arrived is kept."


class Cancelled(FilexferError):
    default = "Cancelled."
