"""What can be known of a job from its spec alone: whether it can be, what makes two the same work, what a list calls it. Pure."""

from __future__ import annotations

import hashlib
import json
import os

from filexfer.core import paths
from filexfer.core.errors import BadParameters
from filexfer.core.model import Direction, JobSpec
from filexfer.protocol import address


def check(spec: JobSpec) -> None:
    """Raise `BadParameters` or `InvalidPath` for a spec that cannot be done."""
    if not spec.items:
        raise BadParameters("A transfer names at least one file or folder.")
    address.parse(spec.server)
    for source, target in spec.items:
        local, remote = (source, target) if spec.direction is Direction.PUT else (target, source)
        if not os.path.isabs(local):
            raise BadParameters(f"“{paths.shown(local)}” is not an absolute path of this computer.")
        paths.split(remote)


def key(spec: JobSpec) -> str:
    """The same for two specs that are the same work. How fast it may go is not part of it."""
    facts = (spec.direction.value, spec.server, spec.items, spec.on_conflict.value, spec.exclude, spec.include, spec.checksum)
    return hashlib.sha256(json.dumps(facts).encode()).hexdigest()


def name(spec: JobSpec) -> str:
    """What a list calls the job: the name of its first item, and how many more there are."""
    source, target = spec.items[0]
    local = source if spec.direction is Direction.PUT else target
    if spec.direction is Direction.GET and target.endswith(os.sep):
        local = paths.name(source)  # what it holds goes into a folder that has nothing to do with it
    first = os.path.basename(local.rstrip(os.sep)) or paths.name(source) or spec.server
    return first if len(spec.items) == 1 else f"{first} and {len(spec.items) - 1} more"
