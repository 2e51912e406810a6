"""The picture of the app on the front page of the README: photographs of a walk, and some more on their way."""

from __future__ import annotations

import random

from PIL import Image, ImageDraw, ImageFilter
from PySide6.QtTest import QTest

from filexfer.core.model import JobState
from tests.gui.pictures.photographer import Photographer
from tests.gui.pictures.scene import MIB

#: Sky above, sky below, sun, hills: morning, noon, evening, dusk.
LIGHTS = (
    ("#f6c7a1", "#fdf0dc", "#fff6d8", "#5a6f7c"),
    ("#6fb1e0", "#d8edf8", "#fffbe8", "#3f7a5a"),
    ("#e8785a", "#f8d08c", "#ffe9a8", "#5b3a5e"),
    ("#2c3e66", "#b07a9c", "#f4e3d0", "#1d2a44"),
)


def front(p: Photographer) -> None:
    """Half of what was dropped is there."""
    walk, more = p.server.folder / "Photos" / "Coast walk", p.source.parent / "Lighthouse"
    for folder in (walk, more):
        folder.mkdir()
    for number in range(12):
        landscape(number).save(walk / f"DSC_{4310 + number}.jpg", quality=85)
    for number in range(60):
        (more / f"DSC_{4402 + number}.jpg").write_bytes(random.Random(number).randbytes(MIB))
    p.window.resize(1120, 780)
    p.go("Photos/Coast walk")
    looking = p.window.looking
    looking.choice.as_grid.trigger()
    looking.choice.panel.trigger()
    p.window.view.select_names(["DSC_4312.jpg"])
    p.wait(lambda: looking.thumbnails.here > 11 and not looking.thumbnails.waiting)
    p.wait(lambda: looking.panel.content.page == "picture")
    here = p.window.browser.here
    assert here is not None
    with p.agent.session() as session:
        p.window.actions_.upload([str(p.source / "notes.txt")], here)
        p.wait(lambda: any(job.state is JobState.DONE for job in p.window.jobs.jobs()))
        session.call("limit_set", {"rate": 12 * MIB})
        p.window.actions_.upload([str(more)], here)
        p.wait(lambda: any(job.bytes_done > 30 * MIB for job in p.window.jobs.active))
        p.window.pane.undo_bar.hide()
        p.window.resize_parts(540, 160)
        QTest.qWait(200)  # more rows are seen now
        p.wait(lambda: not looking.thumbnails.waiting)
        p.shoot("front")
        for job in p.window.jobs.jobs():
            session.call("job_cancel", job.id)
        p.wait(lambda: not p.window.jobs.active)
        session.call("limit_set", {"rate": 0})
        session.call("job_clear", [])
    looking.choice.panel.trigger()
    looking.choice.as_list.trigger()
    p.window.resize(1120, 720)


def landscape(number: int) -> Image.Image:
    """Hills below a sky, the same ones for the same number."""
    chance, (above, below, sun, hills) = random.Random(number), LIGHTS[number % 4]
    width, height = (1200, 800) if number % 5 else (800, 1200)
    sky = Image.linear_gradient("L").resize((width, height))
    picture = Image.composite(Image.new("RGB", sky.size, below), Image.new("RGB", sky.size, above), sky)
    draw = ImageDraw.Draw(picture)
    middle, radius = chance.randrange(width // 4, width * 3 // 4), chance.randrange(40, 90)
    horizon = height * chance.randrange(40, 60) // 100
    draw.ellipse((middle - radius, horizon - 3 * radius, middle + radius, horizon - radius), fill=sun)
    for ridge in range(4):
        _ridge(draw, chance, (width, height), horizon + ridge * height // 9, _between(below, hills, (ridge + 1) / 4))
    return picture.filter(ImageFilter.GaussianBlur(1.2))


def _ridge(draw: ImageDraw.ImageDraw, chance: random.Random, size: tuple[int, int], level: int, colour: str) -> None:
    width, height = size
    step, points = width // 10, list[tuple[int, int]]()
    for left in range(-step, width + 2 * step, step):
        points.append((left, level + chance.randrange(-height // 14, height // 14)))
    draw.polygon([(-step, height), *points, (width + 2 * step, height)], fill=colour)


def _between(one: str, other: str, share: float) -> str:
    parts = ((int(one[at : at + 2], 16), int(other[at : at + 2], 16)) for at in (1, 3, 5))
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in parts)


GROUPS = (front,)
