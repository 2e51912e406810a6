"""Targets of requests: which lane, which file, which block of which upload; and back. One table for both ends."""

from __future__ import annotations

import re

from filexfer.core import paths
from filexfer.core.errors import InvalidPath, UnknownUpload
from filexfer.protocol.percent import decode_path, quote_path

#: Where calls are posted (and `/`), where files and uploads live.
RPC = "/RPC2"
FILES = "/files/"
UPLOADS = "/uploads/"
#: How the server does: whether well, for probes, and in numbers, for Prometheus.
HEALTH = "/health"
METRICS = "/metrics"

_UPLOAD = re.compile(r"/uploads/([A-Za-z0-9_-]{1,64})/([0-9]{1,18})", re.ASCII)


def file_target(target: str) -> str:
    """The path that a target `/files/<path>` names. Raises `InvalidPath`."""
    if not target.startswith(FILES):
        raise InvalidPath("Files are found below /files/.")
    if "?" in target or "#" in target:
        raise InvalidPath("A “?” in a name is written %3F, a “#” %23.")
    path = decode_path(target[len(FILES) :])
    paths.split(path)
    return path


def target_of_file(path: str) -> str:
    """The target of a file; the inverse of `file_target`."""
    return FILES + quote_path(path)


def upload_target(target: str) -> tuple[str, int]:
    """The id and the offset that a target `/uploads/<id>/<offset>` names. Raises `UnknownUpload`."""
    found = _UPLOAD.fullmatch(target)
    if found is None:
        raise UnknownUpload("A block of an upload is put to /uploads/ID/OFFSET.")
    return found[1], int(found[2])


def target_of_upload(upload_id: str, offset: int) -> str:
    """The target of a block; the inverse of `upload_target`."""
    return f"{UPLOADS}{upload_id}/{offset}"
