"""What a desktop has on its session bus, as far as the app speaks to it: `python fake_desktop.py FILE` takes notifications, the
task bar's progress and what a file manager is to show, and writes each into FILE as a line. A notification whose title says so is
clicked at once, as a person clicks."""

from __future__ import annotations

import sys

from jeepney import DBusAddress, HeaderFields, MatchRule, MessageType, message_bus, new_error, new_method_return, new_signal
from jeepney.io.blocking import DBusConnection, Proxy, open_dbus_connection


def click(bus: DBusConnection) -> None:
    """Two programs have shown notifications; both are clicked, each with its token."""
    place = DBusAddress("/org/freedesktop/Notifications", interface="org.freedesktop.Notifications")
    for number in (6, 7):
        bus.send(new_signal(place, "ActivationToken", "us", (number, f"token-{number}")))
        bus.send(new_signal(place, "ActionInvoked", "us", (number, "default")))


def main(file: str) -> None:
    bus = open_dbus_connection("SESSION")
    proxy = Proxy(message_bus, bus)
    proxy.RequestName("org.freedesktop.Notifications")
    proxy.RequestName("org.freedesktop.FileManager1")
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
                bus.send(new_method_return(message, "as", (["actions", "body", "body-markup"],)))
            elif member == "Notify":
                name, _, _, title, text, actions, hints, _ = message.body
                bus.send(new_method_return(message, "u", (7,)))
                out.write(f"Notify|{name}|{title}|{text}|{hints['desktop-entry'][1]}\n")
                if "click" in title:
                    out.write(f"Actions|{actions}\n")
                    click(bus)
            elif member == "ShowItems":
                bus.send(new_method_return(message))
                out.write(f"ShowItems|{'|'.join(message.body[0])}\n")
            elif message.header.message_type is MessageType.method_call:
                bus.send(new_error(message, "org.freedesktop.DBus.Error.UnknownMethod"))


if __name__ == "__main__":
    main(*sys.argv[1:])
