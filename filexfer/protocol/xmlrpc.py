"""The XML-RPC codec's face: everything other rooms need of it. No socket, no thread, no file below.

Standard: http://xmlrpc.com/spec.md, with `<nil/>` and `<i8>` added. `encode` makes bytes of values, `decode` values of bytes."""

from filexfer.protocol.decode import Decoder, decode_call, decode_response
from filexfer.protocol.encode import body_length, encode_call, encode_fault, encode_response, iterate
from filexfer.protocol.values import Bytes, Call, Limits, Sink, Stream

__all__ = [
    "Bytes",
    "Call",
    "Decoder",
    "Limits",
    "Sink",
    "Stream",
    "body_length",
    "decode_call",
    "decode_response",
    "encode_call",
    "encode_fault",
    "encode_response",
    "iterate",
]
