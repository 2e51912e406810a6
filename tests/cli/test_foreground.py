"""What `filexfer serve` and `filexfer agent` do once they listen."""

from __future__ import annotations

import gc
import signal
from collections.abc import Iterator

import pytest

from filexfer.cli import foreground
from filexfer.cli.output import Output
from filexfer.cli.service_manager import ServiceManager

HANGUP = [signal.SIGHUP] if hasattr(signal, "SIGHUP") else []


@pytest.fixture
def restored() -> Iterator[None]:
    """This process's signals and collector, as they were."""
    handlers = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, *HANGUP)}
    thresholds = gc.get_threshold()
    yield
    gc.unfreeze()
    gc.set_threshold(*thresholds)
    for number, handler in handlers.items():
        signal.signal(number, handler)


class Listening:
    """Stands for an agent: notes how many objects no search for cycles looks at while it serves."""

    addresses = ("http://127.0.0.1:1",)
    control = ""
    stop_seconds = 0.0
    frozen = 0

    def __enter__(self) -> Listening:
        return self

    def __exit__(self, *error: object) -> None: ...

    def wait(self) -> None:
        self.frozen = gc.get_freeze_count()

    def stop(self) -> None: ...


@pytest.mark.usefixtures("restored")
def test_searches_for_cycles_leave_out_what_lives_as_long_as_the_server() -> None:
    agent = Listening()

    foreground.serve(agent, Output(quiet=True), ServiceManager())  # type: ignore[arg-type]

    assert agent.frozen > 1000
