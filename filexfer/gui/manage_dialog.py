"""Another computer opened as if it were this one: what it shares and with whom, its devices, its transfers, its limits."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QHBoxLayout, QPushButton, QStackedWidget, QVBoxLayout, QWidget

from filexfer.core import paths
from filexfer.core.errors import FilexferError
from filexfer.core.model import Job
from filexfer.gui.kit import words
from filexfer.gui.kit.bridge import Bridge
from filexfer.gui.kit.controls import faint_label, plain_label
from filexfer.gui.kit.icons import Icons
from filexfer.gui.kit.notice import Notice
from filexfer.gui.kit.sentences import why
from filexfer.gui.kit.theme import GAP, MARGIN, PAGE, heading
from filexfer.gui.managed import Managed
from filexfer.gui.servers.managing import There
from filexfer.gui.servers.share_panel import SharePanel
from filexfer.gui.transfers.job_details import JobDetails
from filexfer.gui.transfers.jobs_model import JobsModel
from filexfer.gui.transfers.limit_menu import rate_words
from filexfer.gui.transfers.transfers import Transfers

#: What is typed there so that this computer may manage it.
COMMAND = "filexfer invite --permission manage"
WIDTH, HEIGHT, PLAIN_HEIGHT = 820, 660, 320


class ManageDialog(QDialog):
    """Signal: `pair_wanted(address)`."""

    pair_wanted = Signal(str)

    def __init__(self, bridge: Bridge, address: str, name: str, icons: Icons, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._address, self._name, self._icons = address, paths.shown(name), icons
        self.setWindowTitle(self.tr("Manage “{name}”").format(name=self._name))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(WIDTH, HEIGHT)
        self.there = There(bridge, address, self)
        self.managed = Managed(self.there, self)
        self.facts = plain_label()
        self.share = SharePanel(self.there, self.managed, icons, elsewhere=name)
        self.devices = self._make_devices()
        self.jobs = JobsModel(self)
        self.transfers = Transfers(self.there, self.jobs, icons, elsewhere=True)
        self.bounds = faint_label()
        self.bounds.setWordWrap(True)
        self._limits = faint_label(self.tr("LIMITS"))
        self._limits.setFont(heading(self.font()))
        self.limit = QPushButton(autoDefault=False)
        self.limit.setMenu(self.transfers.head.limits)
        self.transfers.head.limits.changed.connect(self._show_limit)
        self._show_limit()
        self.trouble = plain_label(wrap=True)
        self.notice = Notice(icons)
        self._stack = QStackedWidget()
        self._lay_out()
        self.there.failed.connect(self._say)
        self.managed.failed.connect(self._say)
        self.managed.changed.connect(self._show)
        self.managed.transfers.connect(self.transfers.take)
        self.transfers.details.connect(self._on_details)
        self.transfers.acted.connect(self.managed.follow)
        self._begun = False
        self._show()

    def _make_devices(self) -> QWidget:
        """In place of the share, where there is no agent that could tell of it or change it."""
        words_ = plain_label(
            self.tr(
                "It shares files and nothing more: it runs without filexfer's background service, so its share is set where it "
                "was started, and it has no transfers of its own."
            ),
            wrap=True,
        )
        pair = QPushButton(self.tr("Pair a device…"), autoDefault=False)
        pair.clicked.connect(self.share.pair_device)
        listed = QPushButton(self.tr("Paired devices…"), autoDefault=False)
        listed.clicked.connect(self.share.show_devices)
        page = QWidget()
        line = QHBoxLayout()
        line.setSpacing(GAP)
        for button in (pair, listed):
            line.addWidget(button)
        line.addStretch(1)
        layout = QVBoxLayout(page)
        layout.setContentsMargins(PAGE, MARGIN, PAGE, MARGIN)
        layout.setSpacing(GAP)
        layout.addWidget(words_)
        layout.addLayout(line)
        return page

    def _lay_out(self) -> None:
        self._page = QWidget()
        page = QVBoxLayout(self._page)
        page.setContentsMargins(0, 0, 0, 0)
        page.setSpacing(0)
        self.transfers.view.setProperty("panel", True)
        page.addWidget(_inset(self.facts))
        page.addWidget(self.share)
        page.addWidget(self.devices)
        self._moving = _inset(self.transfers)
        page.addWidget(self._moving, 1)
        page.addSpacing(MARGIN)
        page.addWidget(_inset(self._limits))
        page.addSpacing(GAP // 2)
        page.addWidget(_inset(self.bounds))
        page.addSpacing(GAP)
        page.addWidget(_inset(self.limit, stretch=False))
        # Room is for the transfers; where there are none, below all.
        page.addStretch(0)
        for one in (self.notice, self._page):
            self._stack.addWidget(one)
        self.buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        self.buttons.rejected.connect(self.reject)
        self.buttons.button(QDialogButtonBox.StandardButton.Close).setAutoDefault(False)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, MARGIN, 0, PAGE)
        layout.setSpacing(GAP)
        layout.addWidget(self._stack, 1)
        layout.addWidget(_inset(self.trouble))
        layout.addWidget(_inset(self.buttons))
        self.trouble.hide()

    # What it tells.

    def _show(self) -> None:
        state = self.managed.state
        if state == "open":
            self._show_page()
        elif state == "asking":
            self.notice.say("laptop", self.tr("“{name}” is being asked…").format(name=self._name))
        elif state == "refused":
            self._say_refused()
        else:
            self._say_away()
        self._stack.setCurrentWidget(self._page if state == "open" else self.notice)

    def _show_page(self) -> None:
        managed = self.managed
        self.jobs.name_of = {"": self._name, **managed.names}
        self.facts.setText(self._facts_words())
        self.share.setVisible(managed.has_agent)
        self._moving.setVisible(managed.has_agent)
        self.limit.setVisible(managed.has_agent)
        self.devices.setVisible(not managed.has_agent)
        self.bounds.setText(self._bounds_words())
        self._limits.setVisible(bool(self.bounds.text()))
        if not self._begun:
            self._begun = True
            if managed.has_agent:
                self.share.switch.setFocus()
            else:
                self.resize(WIDTH, PLAIN_HEIGHT)

    def _show_limit(self) -> None:
        rate = rate_words(self.transfers.head.limits.rate)
        self.limit.setText(self.tr("Speed of its own transfers: {rate}").format(rate=rate))

    def _facts_words(self) -> str:
        facts = self.managed.facts
        room = self.tr("{free} of {total} free").format(free=words.size(facts.free), total=words.size(facts.total))
        version = self.tr("filexfer {version}").format(version=paths.shown(facts.version))
        return " · ".join((words.host(self._address), version, room))

    def _bounds_words(self) -> str:
        bounds = {name: words.number(value) for name, value in self.managed.bounds.items()}
        if not bounds:
            return ""
        return self.tr(
            "It takes {connections} connections at once, {connections_per_address} from one address, and serves {workers} "
            "requests at a time, of which one device gets half. A device has at most {open_uploads} uploads under way. Up to "
            "{devices} devices can be paired. These are set where it is started."
        ).format_map(bounds)

    def _say_refused(self) -> None:
        sentence = self.tr("“{name}” does not let this computer manage it.").format(name=self._name)
        more = self.tr("Pair with it anew, by a code that was made for managing. Run there:\n{command}").format(command=COMMAND)
        button = self.tr("Pair…") if self._address.startswith("https:") else ""
        self.notice.say("lock_closed", sentence, more, button, self._on_pair)

    def _say_away(self) -> None:
        if self.managed.ended:
            sentence = self.tr("“{name}” is not shared any more.").format(name=self._name)
            more = self.tr("Nobody else reaches it until sharing is switched on, or filexfer started anew, on that computer.")
        else:
            sentence = self.tr("“{name}” cannot be asked just now.").format(name=self._name)
            more = why(self.managed.error) if self.managed.error else ""
        self.notice.say("plug_disconnected", sentence, more, self.tr("Try again"), self.managed.look)

    def _say(self, error: FilexferError) -> None:
        self.trouble.setText(why(error))
        self.trouble.show()

    # What is done.

    def _on_pair(self) -> None:
        self.accept()
        self.pair_wanted.emit(self._address)

    def _on_details(self, job: Job) -> None:
        JobDetails(self.there, job, self.jobs.title(job), self).show()


def _inset(widget: QWidget, stretch: bool = True) -> QWidget:
    """`widget` with margins at its sides, those of a page; `stretch`: as wide as there is room."""
    holder = QWidget()
    layout = QHBoxLayout(holder)
    layout.setContentsMargins(PAGE, 0, PAGE, 0)
    layout.addWidget(widget)
    if not stretch:
        layout.addStretch(1)
    return holder
