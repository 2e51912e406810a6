"""Loopback TCP at its plainest, one way from one Python process to another: what no program of ours can be faster than."""

from __future__ import annotations

import socket
import sys

from benchmarks.workloads import MIB


def receive() -> None:
    """One connection after another: read to the end, then say so."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        print(f"Listening on {listening.getsockname()[1]}", flush=True)
        room = memoryview(bytearray(MIB))
        while True:
            with listening.accept()[0] as connection:
                while connection.recv_into(room):
                    pass
                connection.sendall(b".")


def send(port: int, size: int) -> None:
    block = memoryview(bytes(range(256)) * (MIB // 256))
    with socket.create_connection(("127.0.0.1", port)) as connection:
        for left in range(size, 0, -MIB):
            connection.sendall(block[:left])
        connection.shutdown(socket.SHUT_WR)
        connection.recv(1)


if __name__ == "__main__":
    if sys.argv[1] == "receive":
        receive()
    else:
        send(int(sys.argv[2]), int(sys.argv[3]))
