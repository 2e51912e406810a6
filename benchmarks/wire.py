"""A slow, lossy wire between two network namespaces of our own, in user space, for kernels without `netem`: what is sent in one
comes out in the other, later, no faster than the wire goes, and not always. Needs root, `ip`, and /dev/net/tun."""

from __future__ import annotations

import fcntl
import heapq
import multiprocessing
import os
import random
import select
import shutil
import struct
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

#: linux/if_tun.h: the request that makes a device, its flags (layer 3, no header of its own, one of virtio), and those of what
#: its kernel may leave to us: checksums, and to cut what TCP sends into packets.
_SET_DEVICE, _SET_OFFLOAD = 0x400454CA, 0x400454D0
_LAYER_3, _BARE, _VIRTIO = 0x0001, 0x1000, 0x4000
_UNCUT = 0x01 | 0x02
#: Bytes of a virtio header before each packet.
_HEADER = 10
#: Bytes of the longest packet, uncut.
_LONGEST = 65536 + _HEADER
#: Packets read in a row before those that are due are looked at.
_AT_ONCE = 64


@dataclass(frozen=True)
class Wire:
    """Attributes:
    rate: bits per second, in each direction.
    delay: seconds, one way.
    loss: share of the packets.
    queue: seconds that a packet may wait for its turn; those that would wait longer are dropped.
    """

    rate: float
    delay: float
    loss: float = 0.0
    queue: float = 0.3


@dataclass(frozen=True)
class Host:
    """One end of a wire: the namespace's name, and its address there."""

    name: str
    address: str

    def command(self, *words: str) -> list[str]:
        """What runs `words` on this host."""
        return ["ip", "netns", "exec", self.name, *words]


def why_not() -> str:
    """A sentence on why this machine allows no wire, "" where it does."""
    if not hasattr(os, "geteuid") or os.geteuid() != 0:
        return "Networks of one's own need root."
    if shutil.which("ip") is None:
        return "Networks of one's own need the command `ip`."
    try:
        with _namespace(_free_name("probe")), _device("probe", False):
            return ""
    except (OSError, subprocess.CalledProcessError) as error:
        return f"This machine allows no networks of one's own: {error}."


@contextmanager
def hosts(wire: Wire, congestion: str = "") -> Iterator[tuple[Host, Host]]:
    """Two hosts joined by `wire`; gone with the block. `congestion`: the control that their TCP uses, "" for the system's."""
    with ExitStack() as stack:
        made = []
        for number in (1, 2):
            host = Host(stack.enter_context(_namespace(_free_name(str(number)))), f"10.99.0.{number}")
            # A packet that is cut is lost as a whole: where any are, each goes by itself.
            device = stack.enter_context(_device(host.name, not wire.loss))
            _attach(host, device.name, congestion)
            made.append((host, device))
        (one, left), (other, right) = made
        carrier = multiprocessing.get_context("fork").Process(target=_carry, args=(wire, left.file, right.file), daemon=True)
        carrier.start()
        stack.callback(carrier.join)
        stack.callback(carrier.terminate)
        yield one, other


@dataclass(frozen=True)
class _Device:
    file: int
    name: str


def _free_name(what: str) -> str:
    return f"wire{os.getpid()}-{what}"


@contextmanager
def _namespace(name: str) -> Iterator[str]:
    subprocess.run(["ip", "netns", "add", name], check=True)
    try:
        yield name
    finally:
        subprocess.run(["ip", "netns", "delete", name], check=False)


@contextmanager
def _device(namespace: str, uncut: bool) -> Iterator[_Device]:
    file = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
    try:
        asked = struct.pack("16sH14x", b"", _LAYER_3 | _BARE | _VIRTIO)
        name = fcntl.ioctl(file, _SET_DEVICE, asked)[:16].rstrip(b"\0").decode()
        fcntl.ioctl(file, _SET_OFFLOAD, _UNCUT if uncut else 0)
        yield _Device(file, name)
    finally:
        os.close(file)


def _attach(host: Host, device: str, congestion: str) -> None:
    subprocess.run(["ip", "link", "set", device, "netns", host.name], check=True)
    for words in (
        f"ip address add {host.address}/24 dev {device}",
        "ip link set lo up",
        f"ip link set {device} mtu 1500 txqueuelen 5000 up",
    ):
        subprocess.run(host.command(*words.split()), check=True)
    if congestion:
        setting = "/proc/sys/net/ipv4/tcp_congestion_control"
        subprocess.run(host.command("sh", "-c", f"echo {congestion} > {setting}"), check=True)


def _carry(wire: Wire, one: int, other: int) -> None:
    """What a process of its own does for as long as it lives."""
    across = {one: other, other: one}
    free = dict.fromkeys(across, 0.0)
    waiting: list[tuple[float, int, int, bytes]] = []
    count = 0
    while True:
        now = time.monotonic()
        while waiting and waiting[0][0] <= now:
            _, _, out, packet = heapq.heappop(waiting)
            try:
                os.write(out, packet)
            except OSError:
                pass  # That side takes no more just now: a packet is lost, as on any wire.
        wait = max(0.0, waiting[0][0] - time.monotonic()) if waiting else None
        ready = select.select([one, other], [], [], wait)[0]
        now = time.monotonic()
        for device in ready:
            out = across[device]
            for packet in _arrived(device):
                if random.random() < wire.loss or free[out] - now > wire.queue:
                    continue
                free[out] = max(now, free[out]) + (len(packet) - _HEADER) * 8 / wire.rate
                count += 1
                heapq.heappush(waiting, (free[out] + wire.delay, count, out, packet))


def _arrived(device: int) -> Iterator[bytes]:
    for _ in range(_AT_ONCE):
        try:
            yield os.read(device, _LONGEST)
        except BlockingIOError:
            return
