"""What the agent tells of an upload that is being looked through (`plan_state`), read from its answer. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from filexfer.core import paths


@dataclass(frozen=True, slots=True)
class PlanState:
    """As docs/protocol.md has it: `counts`, `sizes` and `names` by group; `job` 0 until the transfer began."""

    plan: int
    job: int
    complete: bool
    decide: bool
    many: bool
    files: int
    bytes: int
    free: int
    fits: bool
    seconds: float
    counts: dict[str, int]
    sizes: dict[str, int]
    names: dict[str, list[str]]

    @classmethod
    def read(cls, answer: Any) -> PlanState:
        return cls(
            int(answer["plan"]),
            int(answer["job"]),
            bool(answer["complete"]),
            bool(answer["decide"]),
            bool(answer["many"]),
            int(answer["files"]),
            int(answer["bytes"]),
            int(answer["free"]),
            bool(answer["fits"]),
            float(answer["seconds"]),
            {group: int(count) for group, count in answer["counts"].items()},
            {group: int(size) for group, size in answer["sizes"].items()},
            {group: [paths.from_wire(name) for name in names] for group, names in answer["names"].items()},
        )

    @property
    def in_the_way(self) -> int:
        """Files whose name is taken there by something else."""
        return self.counts["changed"] + self.counts["blocked"]

    @property
    def to_send(self) -> int:
        """Bytes that are not there yet."""
        return self.bytes - self.sizes["same"] - self.sizes["unrepresentable"]
