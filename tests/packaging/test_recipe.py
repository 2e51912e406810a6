"""The parts of the recipe that tell of the programs for Windows and macOS, made here and read back as those systems read them."""

from __future__ import annotations

import plistlib
from pathlib import Path
from types import SimpleNamespace

import pytest
from bundle import icons, macos, parts, windows
from PIL import Image

from filexfer.agent.multicast import SERVICE_TYPE

TOP = Path(__file__).resolve().parents[2]
DRAWING = TOP / "resources" / "icons" / "filexfer.svg"


def assert_drawn(picture: Image.Image) -> None:
    """A blue square with round corners, and nothing around it."""
    size = picture.width
    assert picture.getpixel((0, 0))[3] == 0
    red, green, blue, alpha = picture.getpixel((size // 2, size // 8))
    assert alpha == 255
    assert blue > green > red


def test_the_icon_for_windows_has_each_size_drawn_for_itself(tmp_path: Path) -> None:
    file = icons.write_icon(DRAWING, tmp_path / "new folder" / "filexfer.ico")
    with Image.open(file) as icon:
        assert icon.info["sizes"] == {(size, size) for size in icons.ICO_SIZES}
        for size in icons.ICO_SIZES:
            picture = icon.ico.getimage((size, size)).convert("RGBA")
            assert_drawn(picture)
            assert picture.tobytes() == icons.rendered(DRAWING, size).tobytes(), "scaled down pictures are not sharp"


def test_the_icon_for_macos_has_what_a_finder_looks_for(tmp_path: Path) -> None:
    file = icons.write_icon(DRAWING, tmp_path / "filexfer.icns")
    with Image.open(file) as icon:
        sizes = {(width * scale) for width, _, scale in icon.info["sizes"]}
        assert {32, 64, 256, 512, 1024} <= sizes
        assert_drawn(icon.convert("RGBA"))


def test_what_is_no_drawing_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x.svg").write_text("no drawing")
    with pytest.raises(ValueError, match=r"x\.svg is no drawing"):
        icons.write_icon(tmp_path / "x.svg", tmp_path / "x.ico")


def test_explorer_is_told_product_description_and_version(tmp_path: Path) -> None:
    file = windows.write_version(tmp_path, "filexfer-app", "1.20.3.dev4")
    # PyInstaller evaluates the text with structures of these names.
    structures = {
        "VSVersionInfo": lambda ffi, kids: SimpleNamespace(ffi=ffi, kids=kids),
        "FixedFileInfo": lambda **facts: facts,
        "StringFileInfo": lambda tables: tables,
        "StringTable": lambda language, rows: (language, dict(rows)),
        "StringStruct": lambda name, text: (name, text),
        "VarFileInfo": lambda rows: rows,
        "VarStruct": lambda name, codes: (name, codes),
    }
    found = eval(file.read_text("utf-8"), structures)
    assert found.ffi["filevers"] == found.ffi["prodvers"] == (1, 20, 3, 4)
    ((language, told),) = found.kids[0]
    assert language == "040904B0"
    assert told["ProductVersion"] == "1.20.3.dev4"
    assert told["OriginalFilename"] == "filexfer-app.exe"
    assert {"CompanyName", "ProductName", "FileDescription", "LegalCopyright"} <= told.keys()
    assert all(told.values())
    assert windows.numbers("2.1") == (2, 1, 0, 0)


def test_macos_is_told_what_opens_links_and_why_the_network_is_asked(tmp_path: Path) -> None:
    made = macos.information("1.2.3")
    read = plistlib.loads(plistlib.dumps(made))
    assert read["CFBundleShortVersionString"] == "1.2.3"
    assert read["CFBundleExecutable"] == "filexfer-app", "not its console twin"
    assert [scheme for kind in read["CFBundleURLTypes"] for scheme in kind["CFBundleURLSchemes"]] == ["filexfer"]
    assert read["NSBonjourServices"] == [SERVICE_TYPE.removesuffix(".local.")]
    assert read["NSLocalNetworkUsageDescription"].endswith(".")
    assert read["NSHighResolutionCapable"] is True
    assert set(read["CFBundleLocalizations"]) == {"en", "zh-Hans"}
    assert tuple(map(int, read["LSMinimumSystemVersion"].split("."))) >= (12, 0)


@pytest.mark.parametrize(
    "name",
    [
        "PySide6/Qt/plugins/platforms/libqxcb.so",
        "PySide6/Qt/plugins/platforms/libqoffscreen.so",
        r"PySide6\plugins\platforms\qwindows.dll",
        r"PySide6\plugins\styles\qmodernwindowsstyle.dll",
        "PySide6/Qt/plugins/platforms/libqcocoa.dylib",
        "PySide6/Qt/plugins/styles/libqmacstyle.dylib",
        "PySide6/Qt/translations/qtbase_ar.qm",
        "PySide6/Qt/lib/QtGui.framework/Versions/A/QtGui",
        r"PySide6\Qt6Widgets.dll",
        "resources/translations/filexfer_zh_CN.qm",
    ],
)
def test_what_the_app_needs_of_qt_stays(name: str) -> None:
    assert not parts.is_unused(name)


@pytest.mark.parametrize(
    "name",
    [
        "PySide6/Qt/plugins/platformthemes/libqgtk3.so",
        "PySide6/Qt/plugins/platforms/libqvnc.so",
        r"PySide6\plugins\platforms\qdirect2d.dll",
        r"PySide6\plugins\tls\qschannelbackend.dll",
        "PySide6/Qt/plugins/platforms/libqminimal.dylib",
        "PySide6/Qt/lib/QtNetwork.framework/Versions/A/QtNetwork",
        r"PySide6\Qt6Network.dll",
        r"PySide6\opengl32sw.dll",
        r"PySide6\translations\qtmultimedia_de.qm",
        "PySide6/Qt/lib/libQt6EglFSDeviceIntegration.so.6",
        "libQt6EglFSDeviceIntegration.so.6",
        "libQt6EglFsKmsSupport.so.6",
    ],
)
def test_what_only_takes_room_goes(name: str) -> None:
    assert parts.is_unused(name)


def test_a_library_that_nothing_bundled_leads_to_goes() -> None:
    module, needed = ("PySide6/QtGui.so", "/q/QtGui.so", "EXTENSION"), ("libicu.so", "/q/libicu.so", "BINARY")
    plugin = ("PySide6/Qt/plugins/platforms/libqxcb.so", "/q/libqxcb.so", "BINARY")
    python, alone = ("libpython3.so", "/q/libpython3.so", "BINARY"), ("libgtk.so", "/q/libgtk.so", "BINARY")
    imports = {"/q/QtGui.so": [("libicu.so", "/q/libicu.so")], "/q/libqxcb.so": [("libxcb.so.1", None)]}
    entries = [module, needed, plugin, python, alone]
    assert parts.reached(entries, imports.__getitem__) == [module, needed, plugin, python]
