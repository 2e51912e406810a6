"""Where icons, style and translations lie: one answer for a checkout, an installed package and a frozen bundle."""

from __future__ import annotations

import sys
from pathlib import Path


def folder() -> Path:
    """The `resources` folder. Raises `FileNotFoundError` where the installation lacks it."""
    places = [
        Path(getattr(sys, "_MEIPASS", sys.prefix)) / "resources",  # PyInstaller unpacks data there
        Path(__file__).resolve().parents[3] / "resources",
        Path(sys.prefix) / "share" / "filexfer" / "resources",
    ]
    for place in places:
        if (place / "icons").is_dir():
            return place
    raise FileNotFoundError(f"The folder of icons and translations is missing: {places[-1]}. Install filexfer again.")
