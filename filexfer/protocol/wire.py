"""The values of `core.model` on the wire, and back: the face of `structs`, `columns`, `jobs` and `members`."""

from filexfer.protocol.columns import Columns, chunks_of, columns_of, digests_of, pack, pack_chunks, pack_digests, unpack
from filexfer.protocol.jobs import job_file_of, job_file_struct, job_of, job_struct, spec_of, spec_struct
from filexfer.protocol.members import binary, check_names, choice, flag, number, real, sequence, struct, text
from filexfer.protocol.structs import (
    entry_of,
    entry_struct,
    options_of,
    options_struct,
    ranges_list,
    ranges_of,
    saved_of,
    saved_struct,
)

__all__ = [
    "Columns",
    "binary",
    "check_names",
    "choice",
    "chunks_of",
    "columns_of",
    "digests_of",
    "entry_of",
    "entry_struct",
    "job_file_of",
    "job_file_struct",
    "flag",
    "job_of",
    "job_struct",
    "number",
    "options_of",
    "options_struct",
    "pack",
    "pack_chunks",
    "pack_digests",
    "ranges_list",
    "ranges_of",
    "real",
    "saved_of",
    "saved_struct",
    "sequence",
    "spec_of",
    "spec_struct",
    "struct",
    "text",
    "unpack",
]
