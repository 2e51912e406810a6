"""A row moved with a real pointer on a real screen: from the press to the file in its new folder."""

from __future__ import annotations

from tests.gui.conftest import Place
from tests.gui.test_drag_out import Desk, desk, pytestmark

__all__ = ["desk", "pytestmark"]


def test_a_row_is_dragged_onto_a_folder(desk: Desk, place: Place) -> None:
    (place.folder / "album").mkdir()
    (place.folder / "one.txt").write_bytes(b"1")
    desk.open()
    desk.drag(1, desk.row(0), taken=(place.folder / "album" / "one.txt").exists)
    assert [file.name for file in place.folder.iterdir()] == ["album"]
    assert not desk.jobs(), "nothing was copied"
