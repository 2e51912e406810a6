"""What the acts of one store share, handed to each of them."""

from __future__ import annotations

from typing import NamedTuple

from filexfer.storage.acts import Acts
from filexfer.storage.area import Area
from filexfer.storage.fsops import FsOps
from filexfer.storage.publish import Publisher
from filexfer.storage.space import Space
from filexfer.storage.store import StoreSettings
from filexfer.storage.walk import Tree


class Shared(NamedTuple):
    """The tree, the area in it and what works on both.

    Attributes:
        answers: whether a commit is noted so that its repetition can be answered after a restart.
    """

    fs: FsOps
    tree: Tree
    area: Area
    space: Space
    publisher: Publisher
    settings: StoreSettings
    acts: Acts
    answers: bool
