"""Figures, times and amounts as somebody reads them who reads Simplified Chinese."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QCoreApplication, QDateTime, QLocale, Qt, QTranslator
from PySide6.QtWidgets import QApplication

from filexfer.core.model import Direction, Job, JobSpec, JobState
from filexfer.gui import app
from filexfer.gui.kit import resources, words
from filexfer.gui.kit.words import Words

NOW = QDateTime.fromString("2026-03-10T12:00:00", "yyyy-MM-ddTHH:mm:ss")


@pytest.fixture
def chinese(look: QApplication) -> Iterator[QApplication]:
    """The application as it starts where the system speaks Chinese."""
    before, known = QLocale(), look.findChildren(QTranslator)
    QLocale.setDefault(QLocale("zh_CN"))
    app._translate(look, resources.folder() / "translations")
    yield look
    QLocale.setDefault(before)
    for translator in look.findChildren(QTranslator):
        if translator not in known:
            look.removeTranslator(translator)
            translator.deleteLater()


def _ns(text: str) -> int:
    return QDateTime.fromString(text, "yyyy-MM-ddTHH:mm:ss").toMSecsSinceEpoch() * 1_000_000


@pytest.mark.parametrize(
    ("count", "said"), [(0, "0 字节"), (812, "812 字节"), (1000, "1.0 kB"), (4_200_000, "4.2 MB"), (812_000_000_000, "812.0 GB")]
)
def test_sizes(chinese: QApplication, count: int, said: str) -> None:
    assert words.size(count) == said


def test_times(chinese: QApplication) -> None:
    assert words.moment(_ns("2026-03-10T10:12:00"), NOW) == "今天 10:12"
    assert words.moment(_ns("2026-03-09T23:59:00"), NOW) == "昨天 23:59"
    assert words.moment(_ns("2026-03-08T23:59:00"), NOW) == "2026-03-08 23:59"


@pytest.mark.parametrize(("seconds", "said"), [(0.2, "1 秒"), (12, "12 秒"), (200, "3 分钟"), (7000, "1 小时 57 分钟")])
def test_durations(chinese: QApplication, seconds: float, said: str) -> None:
    assert words.duration(seconds) == said


@pytest.mark.parametrize(("count", "said"), [(0, "0 个文件"), (1, "1 个文件"), (2, "2 个文件"), (100_000, "100,000 个文件")])
def test_amounts_have_one_form(chinese: QApplication, count: int, said: str) -> None:
    assert Words.tr("%Ln file(s)", "", count) == said


def test_a_running_transfer(chinese: QApplication) -> None:
    spec = JobSpec(Direction.PUT, "http://a:1/", (("/x", "x"),))
    job = Job(1, spec, JobState.RUNNING, files_total=1690, files_done=1204, bytes_total=9, rate=98e6, seconds_left=12.0)
    assert words.job_facts(job) == "1,204 / 1,690 · 98.0 MB/秒 · 12 秒"


def test_every_state_and_permission_has_its_word(chinese: QApplication) -> None:
    spec = JobSpec(Direction.GET, "http://a:1/", (("x", "/x"),))
    said = [words.job_state(Job(1, spec, state)) for state in JobState]
    said += [words.permission(name) for name in ("none", "read", "write", "manage")]
    assert all(any("\u4e00" <= sign <= "\u9fff" for sign in one) for one in said)
    assert len(set(said)) == len(said)


def test_the_systems_own_buttons_speak_it_too(chinese: QApplication) -> None:
    assert QCoreApplication.translate("QPlatformTheme", "Cancel") == "取消"
    assert chinese.layoutDirection() == Qt.LayoutDirection.LeftToRight
