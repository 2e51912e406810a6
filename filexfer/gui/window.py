"""The main window: puts the parts together and lets them speak to each other. Rules: nothing is called, listed or kept here."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QCloseEvent, QCursor, QKeyEvent
from PySide6.QtWidgets import QFrame, QMainWindow, QSplitter, QVBoxLayout, QWidget

from filexfer import __version__
from filexfer.core import paths
from filexfer.core.errors import FilexferError
from filexfer.gui.dragging.uploads import Uploads
from filexfer.gui.file_actions import FileActions
from filexfer.gui.file_menu import FOLDER, SELECTED, file_menu
from filexfer.gui.file_pane import FilePane
from filexfer.gui.files.browser import Browser
from filexfer.gui.files.file_view import FileView
from filexfer.gui.files.follower import Follower
from filexfer.gui.files.listing import ListingModel
from filexfer.gui.files.side_panel import WIDTH as PANEL_WIDTH
from filexfer.gui.keyboard import Keyboard
from filexfer.gui.kit.bridge import Bridge, JobNews
from filexfer.gui.kit.errors import ErrorBar
from filexfer.gui.kit.icons import Icons
from filexfer.gui.kit.location import Location
from filexfer.gui.kit.settings import Memory
from filexfer.gui.kit.theme import SIDE_WIDTH
from filexfer.gui.looking import Looking
from filexfer.gui.manage_dialog import ManageDialog
from filexfer.gui.servers.code_entry import read_address
from filexfer.gui.servers.connect_dialog import ConnectDialog
from filexfer.gui.servers.managing import show_devices
from filexfer.gui.servers.servers_model import Saved, Servers
from filexfer.gui.servers.share_panel import SharePanel
from filexfer.gui.servers.sidebar import Sidebar
from filexfer.gui.toolbar import Toolbar
from filexfer.gui.transfers.job_acts import JobActs
from filexfer.gui.transfers.jobs_model import JobsModel
from filexfer.gui.transfers.transfers import Transfers
from filexfer.gui.window_drops import WindowDrops
from filexfer.gui.window_shape import WindowShape


class Window(QMainWindow):
    """Closing it stops nothing: the agent goes on, and the next window shows it."""

    def __init__(self, bridge: Bridge, memory: Memory, icons: Icons) -> None:
        super().__init__()
        self._bridge, self._memory, self._icons = bridge, memory, icons
        self.setWindowTitle("filexfer")
        self.setWindowIcon(icons.app)
        self.servers = Servers(bridge, self)
        self.listing = ListingModel(self)
        self.jobs = JobsModel(self)
        self.browser = Browser(bridge, self.listing, self)
        self.follower = Follower(self.browser, bridge, self)
        self.view = FileView(self.listing, icons)
        self.actions_ = FileActions(bridge, self.browser, self.view, memory, icons, self)
        self.looking = Looking(bridge, self.browser, self.view, memory, icons, self)
        self.toolbar = Toolbar(self.browser, self.actions_, self.looking.choice, icons)
        self.sidebar = Sidebar(self.servers, icons)
        self.share = SharePanel(bridge, self.servers, icons)
        self.pane = FilePane(self.browser, self.view, self.share, self.servers, icons)
        self.transfers = Transfers(bridge, self.jobs, icons)
        self.job_acts = JobActs(bridge, self.browser, self.servers, self.jobs, self.transfers, self)
        self.errors = ErrorBar(icons)
        self._folder, self._agent_gone = "", False
        self.browser.held = self._is_held
        self._lay_out()
        self._connect_parts()
        columns = self.view.horizontalHeader()
        self._shape = WindowShape(memory, self, {"across": self._across, "down": self._down}, columns)
        self._shape.recall(self.browser)
        self.keyboard = Keyboard(self)

    def start(self) -> None:
        """Begin to talk to the agent, and open the folder that was open last."""
        self._bridge.start()
        self.servers.start()
        self.servers.nearby.set_open(self._memory.nearby)
        self.browser.open(self._memory.last)
        self.pane.take_keyboard()

    def _lay_out(self) -> None:
        self._across = QSplitter(Qt.Orientation.Horizontal, handleWidth=1, childrenCollapsible=False)
        self._across.addWidget(self.sidebar)
        self._across.addWidget(self.pane)
        self.looking.join(self.pane, self._across)
        self._across.setStretchFactor(1, 1)
        self._across.setSizes([SIDE_WIDTH, 900, PANEL_WIDTH])
        self._down = QSplitter(Qt.Orientation.Vertical, handleWidth=1, childrenCollapsible=False)
        self._down.addWidget(self._across)
        self._down.addWidget(self.transfers)
        self._down.setStretchFactor(0, 1)
        self._down.setSizes([520, 196])
        self.sidebar.setMinimumWidth(168)
        self.pane.setMinimumWidth(420)
        self.transfers.setMinimumHeight(96)
        middle = QWidget()
        layout = QVBoxLayout(middle)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        for widget in (self.toolbar, _line(), self.errors, self._down):
            layout.addWidget(widget)
        layout.setStretchFactor(self._down, 1)
        self.setCentralWidget(middle)
        self.resize(1120, 720)

    def resize_parts(self, above: int, below: int) -> None:
        """Heights of the folder and of the transfers, in pixels."""
        self._down.setSizes([above, below])

    def _connect_parts(self) -> None:
        bridge, browser, actions = self._bridge, self.browser, self.actions_
        bridge.jobs.connect(self._on_jobs)
        bridge.agent.connect(self._on_agent)
        bridge.failed.connect(self.errors.show_error)
        browser.problem.connect(self.errors.show_error)
        browser.recovered.connect(self._on_recovered)
        browser.moved.connect(self._on_moved)
        self.servers.changed.connect(self._on_servers)
        self.sidebar.chosen.connect(self._on_server_chosen)
        self.sidebar.connect_wanted.connect(self.connect_to)
        self.sidebar.pair_wanted.connect(self.pair_with)
        self.sidebar.devices_wanted.connect(self._show_devices_of)
        self.sidebar.manage_wanted.connect(self.manage)
        self.pane.manage_wanted.connect(self.manage)
        self.toolbar.connect_wanted.connect(self.connect_to)
        self.toolbar.breadcrumb.chosen.connect(browser.open)
        self.toolbar.breadcrumb.typed.connect(self._on_typed)
        self.toolbar.breadcrumb.left.connect(self.pane.take_keyboard)
        actions.edit_path.connect(self.toolbar.breadcrumb.edit)
        self._uploads = Uploads(actions.changes.acts, self.jobs.jobs, self)
        actions.upload_begun.connect(self._uploads.begun)
        crumbs = self.toolbar.breadcrumb
        dropping = self.dropping = WindowDrops(browser, self.pane, crumbs, self.sidebar, lambda: actions.drag_out.lifted)
        dropping.dropped.connect(actions.take_drop)
        dropping.moved.connect(actions.changes.move)
        dropping.refused.connect(lambda sentence: bridge.failed.emit(FilexferError(sentence)))
        actions.changes.acts.added.connect(lambda act: self.pane.undo_bar.say(act.words))
        actions.changes.working.connect(lambda words: self.pane.undo_bar.say(words, undoable=False))
        actions.changes.told.connect(lambda words: self.pane.undo_bar.say(words, undoable=False))
        self.pane.undo_bar.wanted.connect(actions["undo"].trigger)
        self.pane.upload_wanted.connect(actions.choose_files)
        self.pane.pair_wanted.connect(self.pair_with)
        self.pane.filter_cleared.connect(self.toolbar.clear_filter)
        self.pane.welcome.connect_wanted.connect(self.connect_to)
        self.pane.welcome.chosen.connect(self._on_server_chosen)
        self.pane.welcome.pair_wanted.connect(self.pair_with)
        self.servers.nearby.toggled.connect(lambda opened: setattr(self._memory, "nearby", opened))
        self.pane.welcome.share_wanted.connect(self.open_own_share)
        self.view.opened.connect(self._on_opened)
        self.view.sort_wanted.connect(self._on_sort)
        self.view.find_wanted.connect(lambda text, row: browser.find(text, row, self.view.found))
        self.view.up_wanted.connect(browser.up)
        self.view.verticalScrollBar().valueChanged.connect(self._on_scrolled)
        self.view.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.view.customContextMenuRequested.connect(self._on_context_menu)
        self.pane.notice.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.pane.notice.customContextMenuRequested.connect(self._on_context_menu)
        self.transfers.problem.connect(self.errors.show_error)

    def closeEvent(self, event: QCloseEvent) -> None:
        self._shape.keep(self.browser)
        self._bridge.close()
        super().closeEvent(event)

    # Where we are.

    def _on_moved(self) -> None:
        here = self.browser.here
        self.sidebar.mark(None if here is None else here.server)
        self.errors.clear()
        self._title()
        if here is not None:
            self._memory.last = here
            self._ask_space(here)

    def _ask_space(self, here: Location) -> None:
        self.pane.show_free(-1)

        def take(info: object) -> None:
            if self.browser.here is not None and self.browser.here.server == here.server and isinstance(info, dict):
                self.pane.show_free(int(info.get("free", -1)))
                self.pane.show_permission(here, str(info.get("permission", "")))

        # Without it the label stays empty: what is wrong, the list itself says.
        self._bridge.ask("server_call", here.server, "server_info", [], done=take, failed=lambda _: None)

    def _is_held(self) -> bool:
        return self.view.front.state() != FileView.State.NoState or self.pane.outline.isVisible()

    def _on_server_chosen(self, location: Location) -> None:
        self.browser.open(location.at(self._memory.folder_of(location.server)))

    def open_own_share(self) -> None:
        """Show this computer's share."""
        self.browser.open(Location("", "", self.servers.name_of("")))

    def _on_opened(self, row: int) -> None:
        entry, here = self.listing.entry(row), self.browser.here
        if entry is None or here is None:
            return
        if entry.kind.value == "folder":
            self.browser.open(here.into(entry.name))
        else:
            self.actions_.download_to()

    def _on_sort(self, column: str, descending: bool) -> None:
        self.browser.refine(sort=column, descending=descending)

    def _on_scrolled(self) -> None:
        if self.view.front is self.view:
            self.browser.top_row = max(0, self.view.rowAt(0))

    def _on_typed(self, text: str) -> None:
        here = self.browser.here
        try:
            if here is not None and (text.startswith("/") or ":" not in text):
                path = text.strip("/")
                paths.split(path)
                self.browser.open(here.at(path))
            else:
                address = read_address(text)
                server = str(address.server)
                self.browser.open(Location(server, address.path, self.servers.name_of(server)))
        except FilexferError as error:
            self.errors.show_error(error)

    def connect_to(self, text: object = "") -> None:
        """Open the dialog that connects to another computer. `text` stands in its field: a link that the system opened."""
        self._open_dialog(
            ConnectDialog(self._bridge, self.servers, self._icons, self, text=text if isinstance(text, str) else "")
        )

    def pair_with(self, address: str) -> None:
        """Open the dialog that pairs with this server."""
        name = self.servers.name_of(address)
        known = next((one for one in self.servers.saved if one.address == address), Saved(name, address, "needs pairing"))
        self._open_dialog(ConnectDialog(self._bridge, self.servers, self._icons, self, known=known))

    def _show_devices_of(self, address: str) -> None:
        show_devices(self._bridge, address, self.servers.name_of(address), self._icons, self)

    def manage(self, address: str) -> None:
        """Open another computer as if it were this one."""
        dialog = ManageDialog(self._bridge, address, self.servers.name_of(address), self._icons, self)
        dialog.pair_wanted.connect(self.pair_with)
        dialog.open()

    def _open_dialog(self, dialog: ConnectDialog) -> None:
        dialog.connected.connect(self._on_connected)
        dialog.pair_wanted.connect(self.pair_with)
        dialog.invite_wanted.connect(self.share.invite)
        dialog.doctor_wanted.connect(self.errors.doctor_wanted)
        dialog.open()

    def _on_connected(self, location: Location) -> None:
        here = self.browser.here
        again = here is not None and here.server == location.server
        self.browser.open(here if again else location)
        self.servers.ask()

    def _on_context_menu(self, point: QPoint) -> None:
        menu = file_menu(self.actions_, SELECTED if self.view.chosen() else FOLDER, self.view)
        menu.popup(QCursor.pos() if self.view.front.isHidden() else self.view.front.viewport().mapToGlobal(point))

    # What the agent tells.

    def _on_jobs(self, news: JobNews) -> None:
        self.transfers.take(news)
        self._uploads.take(news.jobs)
        self._title()

    def _on_agent(self, state: str, sentence: str) -> None:
        if state == "ready":
            self._bridge.ask("agent_info", done=self._on_agent_known, failed=lambda _: None)
        if state == "gone":
            self._agent_gone = True
            self.errors.show_error(FilexferError(sentence), self.tr("The background service is not there; it is started again."))
        elif state == "ready" and self._agent_gone:
            self._agent_gone = False
            self.errors.clear()
            self.servers.ask()
            self.browser.refresh()

    def _on_recovered(self, sentence: str) -> None:
        if self.errors.words == paths.shown(sentence):
            self.errors.clear()

    def _on_agent_known(self, info: object) -> None:
        version = str(info.get("version", "")) if isinstance(info, dict) else ""
        if version and version != __version__:
            sentence = self.tr(
                "Another version of filexfer ({version}) works in the background. Start filexfer again when it is done."
            )
            self.errors.show_error(FilexferError(sentence.format(version=version)))

    def _on_servers(self) -> None:
        self.jobs.name_of = self.servers.names
        here = self.browser.here
        self.sidebar.mark(None if here is None else here.server)
        before, self._folder = self._folder, self.servers.share.folder
        if here is not None and not here.server and before not in ("", self._folder):
            self.browser.open(here.at(""))  # another folder is shared now
            self.browser.refresh()

    def _title(self) -> None:
        here = self.browser.here
        where = f"{here.words} – filexfer" if here is not None else "filexfer"
        percent = self.jobs.percent
        self.setWindowTitle(where if percent is None else f"{percent} % · {where}")

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not self.keyboard.press(event):
            super().keyPressEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        # Others may have changed the folder while we looked elsewhere.
        if event.type() == QEvent.Type.ActivationChange and self.isActiveWindow():
            self.follower.look_soon()


def _line() -> QFrame:
    """A separator one pixel high."""
    line = QFrame(frameShape=QFrame.Shape.NoFrame)
    line.setFixedHeight(1)
    line.setBackgroundRole(line.palette().ColorRole.Dark)
    line.setAutoFillBackground(True)
    return line
