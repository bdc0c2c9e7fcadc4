"""Pictures are made off the event loop, once for all who wait for them, and Pillow loads with the first."""

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from contextlib import suppress
from functools import cached_property
from hashlib import blake2b
from importlib.util import find_spec
from threading import Lock
from typing import TYPE_CHECKING, TypeVar

from mjsim.core.artwork import Caption, ImageFormat, Observation, Picture
from mjsim.core.film import Clip

if TYPE_CHECKING:
    from concurrent.futures import ThreadPoolExecutor

T = TypeVar("T")
Key = tuple[Picture | Clip, Caption, ImageFormat | None, tuple[bytes, ...]]

WORKERS = 2
CACHE_BYTES = 64 * 1024 * 1024


class Painter:
    """Renders and looks in a few threads; finished files are kept, the least recently used leaving first.

    It fulfils `mjsim.ports.Paint`. A file larger than `cache_bytes` is not kept; `cache_bytes` 0 keeps none.
    """

    def __init__(self, workers: int = WORKERS, cache_bytes: int = CACHE_BYTES) -> None:
        self._workers = workers
        self._limit = cache_bytes
        self._lock = Lock()
        self._held = 0
        self._files: OrderedDict[Key, bytes] = OrderedDict()
        self._going: dict[Key, Future[bytes]] = {}

    async def render(
        self, picture: Picture, caption: Caption, image_format: ImageFormat, sources: Mapping[str, bytes]
    ) -> bytes:
        """The file of the picture; `KeyError` where `sources` lacks a thumbnail that the recipe names."""
        inputs = tuple(sources[name] for name in picture.artwork.sources)
        key = (picture, caption, image_format, _names(inputs))
        return await self._once(key, lambda: _render(picture, caption, image_format, inputs))

    def films(self) -> bool:
        """Whether the package that encodes videos is installed; it is not loaded for that."""
        return find_spec("av") is not None

    async def film(self, clip: Clip, caption: Caption, sources: Mapping[str, bytes]) -> bytes:
        """The file of the video; `KeyError` where `sources` lacks a thumbnail that its picture's recipe names."""
        inputs = tuple(sources[name] for name in clip.frame.artwork.sources)
        return await self._once((clip, caption, None, _names(inputs)), lambda: _film(clip, caption, inputs))

    async def _once(self, key: Key, make: Callable[[], bytes]) -> bytes:
        """The file of this key, made by nobody twice at the same time."""
        with self._lock:
            if (file := self._files.get(key)) is not None:
                self._files.move_to_end(key)
                return file
            going = self._going.get(key)
            if going is None:
                going = self._going[key] = self._pool.submit(make)
                fresh = True
            else:
                fresh = False
        if fresh:
            # Added outside the lock: a job that is done already runs its callback here and now.
            going.add_done_callback(lambda done: self._finish(key, done))
        return await _outcome(going)

    async def look(self, data: bytes) -> tuple[Observation, bytes]:
        """What the file shows, and a thumbnail of it; `InvalidImage` where it cannot be read as a picture."""
        return await _outcome(self._pool.submit(_look, data))

    def close(self) -> None:
        """End the threads; what has not begun is cancelled, what has begun is waited for."""
        self._pool.shutdown(wait=True, cancel_futures=True)

    @cached_property
    def _pool(self) -> "ThreadPoolExecutor":
        from concurrent.futures import ThreadPoolExecutor

        return ThreadPoolExecutor(self._workers, thread_name_prefix="mjsim-paint")

    def _finish(self, key: Key, done: Future[bytes]) -> None:
        with self._lock:
            del self._going[key]
            if done.cancelled() or done.exception() is not None or len(done.result()) > self._limit:
                return
            self._files[key] = done.result()
            self._held += len(done.result())
            while self._held > self._limit:
                _, oldest = self._files.popitem(last=False)
                self._held -= len(oldest)


async def _outcome(job: Future[T]) -> T:
    """Wait for a thread's result; a waiter that is cancelled leaves the job to those who wait with it."""
    loop = asyncio.get_running_loop()
    waiter: asyncio.Future[None] = loop.create_future()

    def settle() -> None:
        if not waiter.done():
            waiter.set_result(None)

    job.add_done_callback(lambda _: _call(loop, settle))
    await waiter
    return job.result(timeout=0)


def _call(loop: asyncio.AbstractEventLoop, settle: Callable[[], None]) -> None:
    # A loop that was closed meanwhile refuses; it has nobody left who waits.
    with suppress(RuntimeError):
        loop.call_soon_threadsafe(settle)


def _render(picture: Picture, caption: Caption, image_format: ImageFormat, inputs: tuple[bytes, ...]) -> bytes:
    # Pillow is loaded by the first picture, not by the start.
    from mjsim.paint.easel import paint

    return paint(picture, caption, image_format, inputs)


def _film(clip: Clip, caption: Caption, inputs: tuple[bytes, ...]) -> bytes:
    from mjsim.paint.easel import project

    return project(clip, caption, inputs)


def _names(inputs: tuple[bytes, ...]) -> tuple[bytes, ...]:
    return tuple(blake2b(data).digest() for data in inputs)


def _look(data: bytes) -> tuple[Observation, bytes]:
    from mjsim.paint.sight import look

    return look(data)
