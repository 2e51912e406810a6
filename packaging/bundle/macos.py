"""What macOS reads of the `.app`: the keys of its Info.plist (Information Property List Key Reference)."""

from __future__ import annotations

IDENTIFIER = "org.filexfer.filexfer"
#: The oldest macOS that Qt 6.8 and later run on.
OLDEST = "12.0"


def information(version: str) -> dict[str, object]:
    """Info.plist, as PyInstaller's `BUNDLE(info_plist=…)` completes it. A link `filexfer://…` opens the app once it lies in the
    Applications folder; the system asks its person before the app looks around in the local network, and says why."""
    return {
        "CFBundleName": "filexfer",
        "CFBundleDisplayName": "filexfer",
        "CFBundleExecutable": "filexfer-app",
        "CFBundleIdentifier": IDENTIFIER,
        "CFBundleShortVersionString": version,
        "CFBundleVersion": version,
        "CFBundleDevelopmentRegion": "en",
        "CFBundleLocalizations": ["en", "zh-Hans"],
        "CFBundleURLTypes": [
            {"CFBundleURLName": IDENTIFIER, "CFBundleURLSchemes": ["filexfer"], "CFBundleTypeRole": "Viewer"},
        ],
        # What is dropped on the icon in the Dock, or chosen with “Open with”: it is asked where to send it.
        "CFBundleDocumentTypes": [
            {
                "CFBundleTypeName": "Files and folders",
                "CFBundleTypeRole": "Viewer",
                "LSHandlerRank": "None",
                "LSItemContentTypes": ["public.data", "public.folder"],
            },
        ],
        "LSApplicationCategoryType": "public.app-category.utilities",
        "LSMinimumSystemVersion": OLDEST,
        "NSHighResolutionCapable": True,
        "NSSupportsAutomaticGraphicsSwitching": True,
        "NSRequiresAquaSystemAppearance": False,
        "NSLocalNetworkUsageDescription": "filexfer looks for your other computers, and if you say so lets them find this one.",
        "NSBonjourServices": ["_filexfer._tcp"],
    }
