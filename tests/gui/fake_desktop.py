"""What a desktop has on its session bus, as far as the app speaks to it: `python fake_desktop.py FILE` takes notifications and
the task bar's progress, and writes each into FILE as a line."""

from __future__ import annotations

import sys

from jeepney import HeaderFields, MatchRule, MessageType, message_bus, new_error, new_method_return
from jeepney.io.blocking import Proxy, open_dbus_connection


def main(file: str) -> None:
    bus = open_dbus_connection("SESSION")
    proxy = Proxy(message_bus, bus)
    proxy.RequestName("org.freedesktop.Notifications")
    proxy.AddMatch(MatchRule(type="signal", interface="com.canonical.Unity.LauncherEntry"))
    with open(file, "w", encoding="utf-8", buffering=1) as out:
        out.write("ready\n")
        while True:
            message = bus.receive()
            member = message.header.fields.get(HeaderFields.member)
            if member == "Update":
                entry, facts = message.body
                shown = [facts[name][1] for name in ("progress", "progress-visible", "count")]
                out.write("|".join(["Update", entry, *map(str, shown)]) + "\n")
            elif member == "GetCapabilities":
                bus.send(new_method_return(message, "as", (["body", "body-markup"],)))
            elif member == "Notify":
                name, _, _, title, text, _, hints, _ = message.body
                bus.send(new_method_return(message, "u", (1,)))
                out.write(f"Notify|{name}|{title}|{text}|{hints['desktop-entry'][1]}\n")
            elif message.header.message_type is MessageType.method_call:
                bus.send(new_error(message, "org.freedesktop.DBus.Error.UnknownMethod"))


if __name__ == "__main__":
    main(*sys.argv[1:])
