"""An upload is its device's own, and one device has only so many."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from filexfer.core.errors import Busy, UnknownUpload
from filexfer.core.model import Permission, PutOptions
from filexfer.server import Caller
from filexfer.server.tally import Tally
from filexfer.server.uploads import Uploads
from filexfer.storage.folder import FolderStore

ONE, TWO = Caller("one", Permission.WRITE), Caller("two", Permission.WRITE)
LOCAL = Caller("local", Permission.MANAGE, local=True)


@pytest.fixture
def uploads(tmp_path: Path) -> Iterator[Uploads]:
    with FolderStore(tmp_path) as store:
        held = Uploads(store, most=3, kept=4, tally=Tally())
        yield held
        held.close()


def test_another_devices_upload_does_not_exist(uploads: Uploads) -> None:
    mine = uploads.begin(ONE, "f", 1 << 20, PutOptions(key="k"))
    assert uploads.get(ONE, mine.id) is mine
    with pytest.raises(UnknownUpload):
        uploads.get(TWO, mine.id)
    assert uploads.begin(TWO, "f", 1 << 20, PutOptions(key="k")).id != mine.id
    assert uploads.begin(ONE, "f", 1 << 20, PutOptions(key="k")) is mine
    # Whoever runs the server may look after it.
    assert uploads.get(LOCAL, mine.id) is mine


def test_who_asks_for_another_ones_upload_holds_nothing_of_it(uploads: Uploads) -> None:
    mine = uploads.begin(ONE, "f", 1 << 20, PutOptions())
    uploads.close()  # as after a restart
    for _ in range(3):
        with pytest.raises(UnknownUpload):
            uploads.get(TWO, mine.id)
    assert uploads._held == {}
    theirs = [uploads.begin(TWO, f"f{n}", 1 << 20, PutOptions()) for n in range(3)]
    assert len(theirs) == 3
    assert uploads.get(ONE, mine.id).id == mine.id


def test_a_device_has_only_so_many_uploads_and_others_do_not_notice(uploads: Uploads) -> None:
    mine = [uploads.begin(ONE, f"f{n}", 1 << 20, PutOptions()) for n in range(3)]
    with pytest.raises(Busy):
        uploads.begin(ONE, "one more", 1 << 20, PutOptions())
    uploads.begin(TWO, "another's", 1 << 20, PutOptions())
    mine[0].abort()
    uploads.ended(mine[0], "aborted")
    uploads.begin(ONE, "one more", 1 << 20, PutOptions())


def test_an_upload_that_stands_idle_gives_its_place_and_can_be_resumed(uploads: Uploads, monkeypatch) -> None:
    mine = [uploads.begin(ONE, f"f{n}", 1 << 20, PutOptions()) for n in range(3)]
    monkeypatch.setattr("filexfer.server.uploads._IDLE", -1.0)
    uploads.begin(ONE, "one more", 1 << 20, PutOptions())
    uploads.get(ONE, mine[0].id).write(0, bytes(1 << 20))
    assert uploads.get(ONE, mine[0].id).missing() == []


def test_of_uploads_left_alone_only_so_many_are_kept(uploads: Uploads, monkeypatch) -> None:
    monkeypatch.setattr("filexfer.server.uploads._IDLE", -1.0)
    mine = [uploads.begin(ONE, f"f{n}", 1 << 20, PutOptions()).id for n in range(8)]
    theirs = uploads.begin(TWO, "another's", 1 << 20, PutOptions()).id
    for gone in mine[:3]:
        with pytest.raises(UnknownUpload):
            uploads.get(ONE, gone)
    for kept in mine[-4:]:
        uploads.get(ONE, kept)
    uploads.get(TWO, theirs)
