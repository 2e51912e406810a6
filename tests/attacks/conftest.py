"""Every test here runs between two looks at the canaries: nothing outside the share may be touched, nothing unforeseen happen in
the server, and a second, honest client is served behind each attack."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.attacks.house import House, running, tells_secret
from tests.attacks.wire import Wire


def memory() -> str | None:
    """A folder in memory, where there is one: what is tested here is not the disk, whose syncs take most of the time."""
    return "/dev/shm" if os.access("/dev/shm", os.W_OK) else None


@pytest.fixture(scope="module")
def house_of_module() -> Iterator[House]:
    top = Path(tempfile.mkdtemp(prefix="fxa", dir=memory()))
    try:
        with running(top, listen=("http://127.0.0.1:0", "https://127.0.0.1:0")) as house:
            yield house
    finally:
        shutil.rmtree(top)


@pytest.fixture
def house(house_of_module: House) -> Iterator[House]:
    """One running agent for all tests of a module, its share as it was at first; guests may write."""
    house = house_of_module
    house.reset()
    before = house.outside_now()
    yield house
    assert house.outside_now() == before
    house.check_alive()


@pytest.fixture(params=["http", "https"])
def over(request: pytest.FixtureRequest, house: House) -> Iterator[str]:
    """Both ways in, one after the other: the attacker's connections are plain, or within TLS."""
    plain = house.address
    house.address = next(address for address in house.addresses if address.startswith(f"{request.param}:"))
    yield request.param
    house.address = plain


@pytest.fixture
def attacker(house: House) -> Iterator[Wire]:
    """A connection whose every byte is the test's own; what it hears is no secret."""
    with house.wire() as wire:
        yield wire
        assert not tells_secret(wire.heard)
