"""KDE's way to drag what is not here yet (Ark's, known to Dolphin and the KDE desktop): the drag names an object on the session
bus, and whoever is dropped on calls its `extractSelectedFilesTo` with a folder. Absent where there is no session bus."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable

from PySide6.QtCore import ClassInfo, QObject, Slot

from filexfer.gui.platform.direct_save import local_path

#: Formats of the drag, as KIO's `DropJob` looks for them.
SERVICE, PATH = "application/x-kde-ark-dndextract-service", "application/x-kde-ark-dndextract-path"


@ClassInfo({"D-Bus Interface": "org.kde.ark.DndExtract"})  # type: ignore[call-arg]  # the stubs do not know how it is called
class Extract(QObject):  # type: ignore[operator]
    """On the bus as long as it lives. `wanted(folder)` is called when somebody names a folder of this computer."""

    def __init__(self, wanted: Callable[[str], None]) -> None:
        super().__init__()
        self._wanted = wanted

    def answers(self) -> dict[str, Callable[[], bytes]]:
        """The bytes of the formats to offer; none where there is no bus."""
        # Without the variable Qt would start a bus of its own, which takes long and helps nobody.
        if sys.platform != "linux" or "DBUS_SESSION_BUS_ADDRESS" not in os.environ:
            return {}
        from PySide6.QtDBus import QDBusConnection

        bus = QDBusConnection.sessionBus()
        place = f"/filexfer/drag_{os.urandom(8).hex()}"
        if not bus.isConnected() or not bus.registerObject(place, self, QDBusConnection.RegisterOption.ExportAllSlots):
            return {}
        service = bus.baseService()
        return {SERVICE: service.encode, PATH: place.encode}

    @Slot(str)
    def extractSelectedFilesTo(self, folder: str) -> None:
        found = folder if os.path.isabs(folder) else local_path(folder.encode("utf-8", "surrogateescape"))
        if found and "\0" not in found:
            self._wanted(found)
