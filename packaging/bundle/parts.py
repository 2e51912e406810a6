"""Which of Qt's parts, and of the libraries around them, the bundle leaves out, on each system. Asked by `filexfer.spec`."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from pathlib import PurePosixPath

#: A row of PyInstaller's lists of files: where it goes in the bundle, where it is, of which kind it is.
Entry = tuple[str, str, str]

# GTK's theme plugin brings 70 MB of GTK with it, and Qt's software OpenGL for Windows 20 MB; the others serve screens, input,
# pictures and networks that this app has not. A plugin is called `libqxcb.so`, `qwindows.dll` or `libqcocoa.dylib`.
_UNUSED = re.compile(
    r"plugins/("
    r"platformthemes/libqgtk3|platforms/(lib)?q(eglfs|linuxfb|minimal|minimalegl|vkkhrdisplay|vnc|direct2d)\.|"
    r"egldeviceintegrations|generic|networkinformation|tls|imageformats/(lib)?q(tga|tiff|wbmp|icns|pdf)\.|"
    r"platforminputcontexts/(lib)?qtvirtualkeyboard|virtualkeyboard|qmltooling|scenegraph|sqldrivers|"
    r"wayland-graphics-integration-client/(lib)?(vulkan|shm-emulation))|"
    r"PySide6/(Qt/)?(translations/(?!qtbase_)|qml/)|"
    r"(/|^)((lib)?Qt6?(Qml|Quick|VirtualKeyboard|EglF[sS]|Pdf|OpenGLWidgets|Network)[^/]*\.(so|dll|framework)|"
    r"opengl32sw\.dll|d3dcompiler_\d+\.dll)"
)


def is_unused(name: str) -> bool:
    """Whether the bundle does without the file that would go to `name`."""
    return bool(_UNUSED.search(name.replace("\\", "/")))


def reached(entries: Sequence[Entry], imports_of: Callable[[str], Sequence[tuple[str, str | None]]]) -> list[Entry]:
    """Without the libraries that only left-out parts had needed: one stays if an extension module or a plugin leads to it.

    Args:
        entries: what is to be bundled.
        imports_of: the libraries (name, path) that the file at a path needs, directly and through others, as `ldd` tells them."""
    loaded = [entry for entry in entries if entry[2] == "EXTENSION" or "/plugins/" in entry[0]]
    needed = {name for entry in loaded for name, _ in imports_of(entry[1])}
    return [one for one in entries if one in loaded or PurePosixPath(one[0]).name in needed or "libpython" in one[0]]
