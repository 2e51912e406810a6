"""Writes what software centres show of filexfer: AppStream's metainfo, with the releases that the change log tells of.

It has no screenshots: they are named by an address that everybody can reach, and there is none yet."""

from __future__ import annotations

import time
from xml.etree import ElementTree

from bundle.macos import IDENTIFIER

from packages import release

#: At most so many points of a version: software centres show a few lines.
_POINTS = 6


def text(moment: int) -> bytes:
    """The file `filexfer.metainfo.xml`. A version that has no day yet gets that of `moment`, seconds since 1970."""
    tree = ElementTree.parse(release.TOP / "packaging" / "debian" / "filexfer.metainfo.xml")
    # The same name as on macOS.
    ElementTree.SubElement(tree.getroot(), "id").text = IDENTIFIER
    releases = ElementTree.SubElement(tree.getroot(), "releases")
    for number, day, points in release.changes((release.TOP / "CHANGELOG.md").read_text("utf-8")):
        day = day or time.strftime("%Y-%m-%d", time.gmtime(moment))
        one = ElementTree.SubElement(releases, "release", version=number, date=day)
        listed = ElementTree.SubElement(ElementTree.SubElement(one, "description"), "ul")
        for point in points[:_POINTS]:
            ElementTree.SubElement(listed, "li").text = point.replace("`", "").replace("**", "")
    ElementTree.indent(tree)
    written: str = ElementTree.tostring(tree.getroot(), "unicode")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{written}\n'.encode()
