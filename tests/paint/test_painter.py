"""Work is done off the loop, once, and what is done is kept within bounds."""

import asyncio
import subprocess
import sys
import threading

import pytest

from mjsim.core.artwork import Artwork, Caption, ImageFormat, Picture
from mjsim.core.error import InvalidImage
from mjsim.core.ratio import Size
from mjsim.paint import easel
from mjsim.paint.painter import Painter
from mjsim.ports import Paint

CAPTION = Caption("j", "p", "")
TILE = Picture(Artwork(1, Size(64, 48)), 1)


class Counter:
    """Stands before the real easel: counts what is painted, and holds it back until it may go on."""

    def __init__(self, monkeypatch, held=False):
        self.painted = []
        self.gate = threading.Event()
        self.begun = threading.Event()
        if not held:
            self.gate.set()
        self.real = easel.paint
        monkeypatch.setattr(easel, "paint", self)

    def __call__(self, *arguments):
        self.painted.append(arguments[0])
        self.begun.set()
        assert self.gate.wait(10)
        return self.real(*arguments)


@pytest.fixture
def painter():
    made = Painter()
    yield made
    made.close()


def png(painter, picture=TILE, caption=CAPTION, sources=None):
    return painter.render(picture, caption, ImageFormat.PNG, sources or {})


def test_a_painter_is_what_the_port_asks_for(painter):
    """It renders and looks, and what it renders it can look at."""
    port: Paint = painter

    async def run():
        file = await port.render(TILE, CAPTION, ImageFormat.WEBP, {})
        return await port.look(file)

    seen, thumbnail = asyncio.run(run())
    assert (seen.size, seen.prompt) == (Size(64, 48), "p")
    assert thumbnail[:4] == b"RIFF"


def test_a_file_is_painted_once_and_then_kept(painter, monkeypatch):
    """The second request is answered from memory, with the very same bytes."""
    counter = Counter(monkeypatch)
    first, second = asyncio.run(png(painter)), asyncio.run(png(painter))
    assert first is second
    assert len(counter.painted) == 1


def test_equal_requests_at_once_are_painted_once(painter, monkeypatch):
    """All who wait get the same file."""
    counter = Counter(monkeypatch, held=True)

    async def run():
        waiting = [asyncio.create_task(png(painter)) for _ in range(10)]
        await asyncio.sleep(0.05)
        counter.gate.set()
        return await asyncio.gather(*waiting)

    assert len(set(asyncio.run(run()))) == 1
    assert len(counter.painted) == 1


def test_one_who_stops_waiting_does_not_stop_the_others(painter, monkeypatch, caplog):
    """Neither the first nor a later one, and the file is kept all the same."""
    counter = Counter(monkeypatch, held=True)

    async def run():
        waiting = [asyncio.create_task(png(painter)) for _ in range(3)]
        await asyncio.to_thread(counter.begun.wait, 5)
        waiting[0].cancel()
        waiting[2].cancel()
        await asyncio.sleep(0.02)
        counter.gate.set()
        return await asyncio.gather(*waiting, return_exceptions=True)

    first, second, third = asyncio.run(run())
    assert isinstance(first, asyncio.CancelledError)
    assert isinstance(third, asyncio.CancelledError)
    assert asyncio.run(png(painter)) is second
    assert len(counter.painted) == 1
    assert not caplog.records


def test_a_loop_that_ends_early_leaves_no_trace(painter, monkeypatch, caplog):
    """Work whose waiters are gone with their loop ends quietly."""
    counter = Counter(monkeypatch, held=True)

    async def run():
        await asyncio.wait_for(png(painter), 0.02)

    with pytest.raises(TimeoutError):
        asyncio.run(run())
    counter.gate.set()
    assert asyncio.run(png(painter))
    assert len(counter.painted) == 1
    assert not caplog.records


def test_a_failure_is_told_to_all_and_not_kept(painter, monkeypatch):
    """The next request tries again."""
    counter = Counter(monkeypatch)
    blend = Picture(Artwork(1, Size(64, 48), sources=("a",)), 1)

    async def run():
        requests = (png(painter, blend, sources={"a": b"broken"}) for _ in range(3))
        return await asyncio.gather(*requests, return_exceptions=True)

    for _ in range(2):
        assert all(isinstance(result, InvalidImage) for result in asyncio.run(run()))
    assert len(counter.painted) >= 2


def test_what_determines_the_bytes_determines_what_is_kept(painter):
    """Tile, size, caption, format and the content of the sources: none is mistaken for another."""
    red, blue = (asyncio.run(png(painter, Picture(Artwork(seed, Size(32, 32)), 1))) for seed in (1, 2))
    blend = Picture(Artwork(1, Size(64, 48), sources=("a",)), 1)

    async def run():
        return [
            await png(painter),
            await painter.render(TILE, CAPTION, ImageFormat.WEBP, {}),
            await png(painter, Picture(TILE.artwork, 2)),
            await png(painter, Picture(TILE.artwork, 1, doubled=True)),
            await png(painter, Picture(TILE.artwork, 0)),
            await png(painter, caption=Caption("other", "p", "")),
            await png(painter, blend, sources={"a": red}),
            await png(painter, blend, sources={"a": blue}),
        ]

    files = asyncio.run(run())
    assert len(set(files)) == len(files)


def test_a_source_that_is_not_there_is_a_bug_of_the_caller(painter):
    """Named by the `KeyError`."""
    with pytest.raises(KeyError, match="missing"):
        asyncio.run(png(painter, Picture(Artwork(1, Size(64, 48), sources=("missing",)), 1)))


def test_the_cache_holds_no_more_bytes_than_it_may(monkeypatch):
    """The least recently used leaves first; a file larger than the whole cache is not kept."""
    counter = Counter(monkeypatch)
    pictures = [Picture(Artwork(1, Size(64, 48)), index) for index in (1, 2, 3)]
    sizes = [len(counter.real(p, CAPTION, ImageFormat.PNG, ())) for p in pictures]
    painter = Painter(cache_bytes=sum(sizes) - 1)
    for place in (0, 1, 0, 2, 0):
        asyncio.run(png(painter, pictures[place]))
    assert counter.painted == pictures, "the first was used again before the third came, so it stayed"
    asyncio.run(png(painter, pictures[1]))
    assert counter.painted[-1] is pictures[1]
    painter.close()
    tiny = Painter(cache_bytes=10)
    for _ in range(2):
        asyncio.run(png(tiny))
    assert counter.painted[-2:] == [TILE, TILE]
    tiny.close()


def test_pictures_are_made_off_the_loop(painter, monkeypatch):
    """While one is made, the loop goes on."""
    counter = Counter(monkeypatch, held=True)

    async def run():
        waiting = asyncio.create_task(png(painter))
        await asyncio.to_thread(counter.begun.wait, 5)
        turns = 0
        while turns < 20:
            await asyncio.sleep(0)
            turns += 1
        assert not waiting.done()
        counter.gate.set()
        return await waiting

    assert asyncio.run(run())


def test_a_closed_painter_paints_no_more():
    """Its threads are gone; closing twice does no harm."""
    before = threading.active_count()
    painter = Painter()
    asyncio.run(png(painter))
    assert threading.active_count() > before
    painter.close()
    painter.close()
    assert threading.active_count() == before
    with pytest.raises(RuntimeError):
        asyncio.run(png(painter, Picture(TILE.artwork, 4)))


def test_a_painter_that_was_closed_before_its_first_picture_paints_none():
    painter = Painter()
    painter.close()
    with pytest.raises(RuntimeError):
        asyncio.run(png(painter))


def test_pillow_is_not_loaded_before_the_first_picture():
    """A start that needs no picture does not pay for it; no thread is started either."""
    program = (
        "import sys, threading, mjsim.paint, mjsim.paint.painter as p; made = p.Painter();"
        "assert 'PIL' not in sys.modules; assert threading.active_count() == 1"
    )
    subprocess.run([sys.executable, "-c", program], check=True)
