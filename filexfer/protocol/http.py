"""HTTP/1.1's face: everything other rooms need of it. Heads, chunked bodies, fields and targets; no socket below.

Sources: RFC 9110 (semantics), RFC 9112 (framing), RFC 9530 (digest fields), RFC 7617 and 6750 are the server's business."""

from filexfer.protocol.chunked import Chunked
from filexfer.protocol.fields import (
    content_digest,
    content_range,
    etag_matches,
    parse_content_digest,
    parse_content_range,
    parse_etags,
    parse_range,
    server_timing,
    written_etag,
)
from filexfer.protocol.heads import (
    HEAD_BYTES,
    BadHead,
    RequestHead,
    ResponseHead,
    parse_request_head,
    parse_response_head,
    request_head,
    response_head,
)
from filexfer.protocol.targets import (
    FILES,
    HEALTH,
    METRICS,
    RPC,
    UPLOADS,
    file_target,
    target_of_file,
    target_of_upload,
    upload_target,
)

__all__ = [
    "FILES",
    "HEAD_BYTES",
    "HEALTH",
    "METRICS",
    "RPC",
    "UPLOADS",
    "BadHead",
    "Chunked",
    "RequestHead",
    "ResponseHead",
    "content_digest",
    "content_range",
    "etag_matches",
    "file_target",
    "parse_content_digest",
    "parse_content_range",
    "parse_etags",
    "parse_range",
    "parse_request_head",
    "parse_response_head",
    "request_head",
    "response_head",
    "server_timing",
    "target_of_file",
    "target_of_upload",
    "upload_target",
    "written_etag",
]
