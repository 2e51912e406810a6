"""The part of systemd's logind that a program asks to stay awake, on a bus of the test's own: `python fake_logind.py FILE`. Each
line of FILE is what happened: `inhibit WHAT WHO WHY MODE`, `released`, `suspend`. https://systemd.io/INHIBITOR_LOCKS/"""

from __future__ import annotations

import os
import select
import sys

from jeepney import HeaderFields, MessageType, message_bus, new_error, new_method_return
from jeepney.io.blocking import Proxy, open_dbus_connection

NAME = "org.freedesktop.login1"


def main(file: str, refused: str = "") -> None:
    bus = open_dbus_connection("SYSTEM", enable_fds=True)
    Proxy(message_bus, bus).RequestName(NAME)
    held: set[int] = set()
    with open(file, "w", encoding="utf-8", buffering=1) as out:
        out.write("ready\n")
        while True:
            ready, _, _ = select.select([bus.sock, *held], [], [])
            for descriptor in held.intersection(ready):
                # The other end of the pipe is what we gave away: its end is the end of the lock.
                os.close(descriptor)
                held.discard(descriptor)
                out.write("released\n")
            if bus.sock not in ready:
                continue
            message = bus.receive()
            if message.header.message_type is not MessageType.method_call:
                continue
            member = message.header.fields[HeaderFields.member]
            if member == "Inhibit" and (not refused or refused not in message.body[0]):
                mine, theirs = os.pipe()
                held.add(mine)
                bus.send(new_method_return(message, "h", (theirs,)))
                os.close(theirs)
                out.write(f"inhibit {' '.join(message.body)}\n")
            elif member == "Suspend":
                bus.send(new_method_return(message))
                out.write("suspend\n")
            else:
                bus.send(new_error(message, "org.freedesktop.DBus.Error.AccessDenied", "s", ("Permission denied",)))


if __name__ == "__main__":
    main(*sys.argv[1:])
