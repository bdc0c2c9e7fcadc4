"""A receiver of the check's own: it keeps whatever is posted to it, each message with its time, and answers 200, unless it
was told to answer something else first.
"""

import asyncio
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import Future
from contextlib import ExitStack, contextmanager, suppress
from queue import Empty, SimpleQueue
from threading import Thread
from types import TracebackType
from typing import NamedTuple, Self

from aiohttp import web

from mjsim_contracts.proxy.stand import Listener
from mjsim_contracts.server.webhooks.address import listening_place

_SECONDS_TO_OPEN = 10


class Message(NamedTuple):
    """What was posted. Names of `headers` are in lower case; `at` counts seconds from the start of the check.

    `answered` is the status of the answer.
    """

    url: str
    headers: Mapping[str, str]
    body: bytes
    at: float
    answered: int = 200


class Sink:
    """Listens in a thread of its own for as long as its context lasts."""

    def __init__(self, host: str, started: float) -> None:
        self._host = host
        self._started = started
        self._queue: SimpleQueue[Message] = SimpleQueue()
        self._refusals: dict[str, int] = {}
        self._open: Future[tuple[str, asyncio.AbstractEventLoop, asyncio.Event]] = Future()
        self._thread = Thread(target=self._serve, name="webhooks", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        self._url, self._loop, self._over = self._open.result(_SECONDS_TO_OPEN)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._loop.call_soon_threadsafe(self._over.set)
        self._thread.join()

    def url(self, name: str, refusal: int | None = None) -> str:
        """Where to post what is meant for this name. A query is part of it, and a sender that drops it finds nobody.

        Where there is a `refusal`, the first message there is answered with this status.
        """
        url = f"{self._url}/{name}?of={name}"
        if refusal is not None:
            self._refusals[url] = refusal
        return url

    def heard(self, seconds: float = 0) -> list[Message]:
        """What has come since the last call; where nothing has, the first that comes within so many seconds."""
        found = []
        try:
            found.append(self._queue.get(timeout=seconds) if seconds > 0 else self._queue.get_nowait())
            while True:
                found.append(self._queue.get_nowait())
        except Empty:
            return found

    def _serve(self) -> None:
        try:
            asyncio.run(self._live())
        except OSError as error:
            self._open.set_exception(error)

    async def _live(self) -> None:
        listener, over = Listener(host=self._host), asyncio.Event()
        await listener.open(self._take)
        self._open.set_result((listener.url, asyncio.get_running_loop(), over))
        await over.wait()
        await listener.close()

    async def _take(self, request: web.BaseRequest) -> web.StreamResponse:
        headers = {name.lower(): _readable(value) for name, value in request.headers.items()}
        try:
            body = await request.read()
        except (web.PayloadAccessError, ConnectionError):
            # A sender that gave up tries again, or has nothing to say.
            return web.Response(status=400)
        url = f"{self._url}{request.path_qs}"
        answer = web.Response(status=self._refusals.pop(url, 200))
        self._queue.put(Message(url, headers, body, time.monotonic() - self._started, answer.status))
        return answer


def _readable(value: str) -> str:
    """The value of a header, whose bytes may be no UTF-8."""
    return value.encode(errors="surrogateescape").decode(errors="replace")


class Ear(NamedTuple):
    """A sink that is open; `certain` says that the server reaches it beyond doubt, so that silence is a finding."""

    sink: Sink
    certain: bool


@contextmanager
def listening(base: str, started: float) -> Iterator[Ear | None]:
    """A sink that a server at this base URL can reach, as long as the context lasts; None where there can be none."""
    place = listening_place(base)
    with ExitStack() as stack:
        ear = None
        # An address that cannot be listened at lets nothing be heard, which the report says of each rule.
        with suppress(OSError):
            ear = Ear(stack.enter_context(Sink(place.host, started)), place.certain) if place else None
        yield ear
