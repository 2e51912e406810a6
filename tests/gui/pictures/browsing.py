"""Pictures of folders: the list, the grid, the panel, drops, undo, the trash, what went wrong."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog

from filexfer.core.errors import NoSpace
from filexfer.gui.files.preview import PreviewDialog
from filexfer.gui.files.properties import Properties
from filexfer.gui.files.trash_dialog import TrashDialog
from tests.gui.pictures.photographer import Photographer, modal


def first_start(p: Photographer) -> None:
    p.shoot("first-start")


def lists(p: Photographer) -> None:
    p.go("")
    p.window.view.setFocus()
    p.window.view.select_names(["IMG_2042.jpg", "IMG_2043.jpg"])
    p.shoot("browsing")
    p.window.sidebar.view.setFocus()
    p.shoot("keyboard-in-the-side-bar")
    p.go("Photos/2026")
    p.window.toolbar.filter.setText("IMG_02")
    p.wait(lambda: p.window.browser.filter and p.window.browser.settled)
    p.shoot("filter")
    p.window.toolbar.filter.setText("no such name")
    p.wait(lambda: p.offers("Show everything"))
    p.shoot("nothing-found")
    p.window.toolbar.clear_filter()
    p.window.actions_["edit_path"].trigger()
    p.shoot("typing-a-path")
    p.go("empty")
    p.shoot("empty-folder")


def menus(p: Photographer) -> None:
    p.go("")
    p.shoot_menu("menu", p.window.toolbar.more.menu())
    for name, names in (("menu-of-files", ["IMG_2042.jpg", "IMG_2043.jpg"]), ("menu-of-a-folder", [])):
        p.window.view.clearSelection()
        p.window.view.select_names(names)
        p.window.view.customContextMenuRequested.emit(QPoint(20, 20))
        p.shoot_open_menu(name)
    bar = p.window.sidebar.view
    bar.customContextMenuRequested.emit(bar.visualRect(bar.model().index(bar.model().rowCount() - 1, 0)).center())
    p.shoot_open_menu("menu-of-a-computer")


def looking(p: Photographer) -> None:
    """The grid, the panel at the side and the large preview."""
    p.go("Photos/2025")
    window, looking = p.window, p.window.looking
    looking.choice.as_grid.trigger()
    looking.choice.panel.trigger()
    window.view.select_names(["IMG_2003.jpg"])
    p.wait(lambda: looking.thumbnails.here > 5 and not looking.thumbnails.waiting)
    p.wait(lambda: looking.panel.content.page == "picture")
    p.shoot("grid")
    window.resize(1120, 900)
    looking.choice.as_list.trigger()
    window.view.select_names(["notes.txt"])
    p.wait(lambda: looking.panel.content.page == "text")
    looking.panel.compute.click()
    p.wait(lambda: looking.panel.digest.isVisible())
    p.shoot("panel")
    window.view.select_names(["raw"])
    p.shoot("panel-of-a-folder")
    window.view.select_names(["IMG_2001.jpg", "IMG_2002.jpg"])
    p.shoot("panel-of-several")
    window.view.clearSelection()
    p.shoot("panel-of-none")
    looking.choice.panel.trigger()
    window.resize(1120, 720)
    for name, file, page in (("preview", "IMG_2000.jpg", "picture"), ("preview-of-text", "notes.txt", "text")):
        window.view.select_names([file])
        looking.show_preview()
        preview = window.findChild(PreviewDialog)
        assert preview is not None
        p.wait(lambda preview=preview, page=page: preview.content.page == page)
        p.shoot(name, preview)
        preview.close()
        p.wait(lambda: looking._preview is None)
        QTest.qWait(50)


def dropping(p: Photographer) -> None:
    p.go("")
    pane, view = p.window.pane, p.window.view
    p.drag(pane.mapTo(p.window, QPoint(400, pane.height() - 60)))
    p.shoot("drop")
    row = view.visualRect(p.window.listing.index(1, 0)).center()
    p.drag(view.viewport().mapTo(p.window, row))
    p.shoot("drop-on-folder")
    p.go("Photos/2026")
    part = p.window.toolbar.breadcrumb.parts[1]
    p.drag(part.mapTo(p.window, part.rect().center()))
    p.shoot("drop-on-breadcrumb")
    side = p.window.sidebar.view
    p.drag(side.viewport().mapTo(p.window, side.visualRect(side.model().index(1, 0)).center()))
    p.shoot("drop-on-computer")
    p.drag_away()
    p.go("empty")
    p.drag(pane.mapTo(p.window, QPoint(400, pane.height() - 60)))
    p.shoot("drop-on-empty-folder")
    p.drag_away()


def undoing(p: Photographer) -> None:
    """Deleting, what is said of it, and the trash it went to."""
    p.go("Photos/2026")
    for names in (["IMG_0001.jpg"], ["IMG_0002.jpg", "IMG_0003.jpg"]):
        p.window.view.select_names(names)
        p.window.actions_["delete"].trigger()
        p.wait(lambda names=names: p.window.listing.row_of(names[0]) < 0)
    p.shoot("undo")
    p.window.actions_["trash"].trigger()
    trash = modal(TrashDialog)
    p.wait(lambda: trash.model.rowCount() == 3)
    p.shoot("trash", trash)
    trash.table.selectAll()
    trash.restore.click()
    p.wait(lambda: trash.model.rowCount() == 0)
    p.shoot("trash-empty", trash)
    trash.reject()
    p.window.pane.undo_bar.hide()


def properties(p: Photographer) -> None:
    p.go("")
    for name, names in (("properties", ["plan.pdf"]), ("properties-of-several", ["Photos", "notes.txt"])):
        p.window.view.select_names(names)
        p.window.actions_["properties"].trigger()
        QTest.qWait(400)
        p.shoot_dialog(name, Properties)


def small_dialogs(p: Photographer) -> None:
    p.go("")
    for name, action in (("new-folder", "new_folder"), ("delete", "erase")):
        p.window.view.select_names(["IMG_2042.jpg", "IMG_2043.jpg"])
        p.window.actions_[action].trigger()
        p.shoot_dialog(name, QDialog)


def troubles(p: Photographer) -> None:
    p.go("Photos", "http://127.0.0.1:1/", "attic-pi")
    p.wait(lambda: p.offers("Try again"))
    p.shoot("no-connection")
    p.go("")
    p.window.errors.show_error(NoSpace())
    p.window.view.select_names(["plan.pdf"])
    QTest.keyClick(p.window.view, Qt.Key.Key_F2)
    p.shoot("error-and-rename")
    QTest.keyClick(QApplication.focusWidget() or p.window, Qt.Key.Key_Escape)
    p.window.errors.clear()


GROUPS = (first_start, lists, menus, looking, dropping, undoing, properties, small_dialogs, troubles)
