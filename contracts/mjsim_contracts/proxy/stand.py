"""One run's proxy: two origins of its own, the API and the pictures, and one record of all that came and went."""

import time
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from functools import partial
from typing import Protocol

from aiohttp import HttpVersion11, web

from mjsim_contracts.dialect import Dialect
from mjsim_contracts.dialect.midjourney import MIDJOURNEY
from mjsim_contracts.proxy.changes import Changes
from mjsim_contracts.proxy.fault import IMAGE, Break, Effect, Fault, Refuse
from mjsim_contracts.proxy.sending import disturbed, send
from mjsim_contracts.proxy.upstream import Asked
from mjsim_contracts.proxy.wire import Written, unpacked
from mjsim_contracts.traffic.call import Call, Origin, record

HOST = "127.0.0.1"


class Source(Protocol):
    """Where true answers come from."""

    async def answer(self, asked: Asked) -> Written:
        """The answer to a request."""
        ...


class Listener:
    """An origin on a free port, or the one that is named, whose requests all go to one handler."""

    def __init__(self, port: int = 0, host: str = HOST) -> None:
        self._port = port
        self._host = host
        self.url = ""

    async def open(self, handle: "Handler") -> None:
        """Begin to listen; `OSError` where the port is not to be had."""
        server = web.Server(handle, access_log=None)
        self._runner = web.ServerRunner(server, handle_signals=False, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, self._host, self._port, backlog=256).start()
        host, port = self._runner.addresses[0][:2]
        self.url = f"http://{host}:{port}"

    async def close(self) -> None:
        """Stop, and let nobody wait."""
        await self._runner.cleanup()


class Handler(Protocol):
    """Answers a request."""

    async def __call__(self, request: web.BaseRequest) -> web.StreamResponse:
        """The answer."""
        ...


class Stand:
    """Answers, disturbs and records. `defect` is an error of the proxy's own, for which no client is to blame."""

    def __init__(
        self,
        faults: tuple[Fault, ...] = (),
        changes: Changes | None = None,
        *,
        dialect: Dialect = MIDJOURNEY,
        api: Listener | None = None,
        heard: Callable[[Call], None] | None = None,
    ) -> None:
        self.api, self.images = api or Listener(), Listener()
        self._heard = heard
        self._dialect = dialect
        self._faults = faults
        self._changes = changes or Changes(())
        self._sources: dict[Origin, Source] = {}
        self._calls: dict[int, Call] = {}
        self._seen: Counter[str] = Counter()
        self._arrived = 0
        self.start = time.monotonic()
        self.defect: Exception | None = None

    @property
    def calls(self) -> tuple[Call, ...]:
        """Every call that has ended, by arrival."""
        return tuple(self._calls[number] for number in sorted(self._calls))

    async def open(self) -> None:
        """Begin to listen on both origins."""
        await self.api.open(partial(self._handle, Origin.API))
        await self.images.open(partial(self._handle, Origin.IMAGES))

    def serve(self, api: Source, images: Source) -> None:
        """Answer from these from now on; the clock of the record starts."""
        self._sources = {Origin.API: api, Origin.IMAGES: images}
        self.start = time.monotonic()

    async def close(self) -> None:
        """Stop listening."""
        await self.api.close()
        await self.images.close()

    async def _handle(self, origin: Origin, request: web.BaseRequest) -> web.StreamResponse:
        arrived = time.monotonic() - self.start
        number, self._arrived = self._arrived, self._arrived + 1
        asked = Asked(request.method, request.raw_path, tuple(request.headers.items()), await _body(request))
        place = (self._dialect.operation(asked.method, asked.target) or "") if origin is Origin.API else IMAGE
        effect = self._effect(place)
        try:
            answer, notes, accepted = await self._answer(origin, asked, place, effect)
        except Exception as error:
            self.defect = error
            raise
        lost = True
        try:
            response = await send(request, answer, effect)
            lost = False
        except ConnectionError:
            response = web.Response(status=answer.status)
        finally:
            self._record(
                number, origin, asked, answer, effect, arrived, lost=lost, accepted=accepted, note="; ".join(notes)
            )
        return response

    def _record(
        self,
        number: int,
        origin: Origin,
        asked: Asked,
        answer: Written,
        effect: Effect | None,
        arrived: float,
        **more: object,
    ) -> None:
        silent = effect in {Break.BEFORE, Break.AFTER}
        call = self._calls[number] = record(
            number,
            origin,
            (asked.method, asked.target, asked.headers, asked.body),
            (0, (), b"") if silent else (answer.status, answer.headers, unpacked(answer)),
            (arrived, time.monotonic() - self.start),
            self._dialect,
            **more,
        )
        if self._heard:
            self._heard(call)

    def _effect(self, place: str) -> Effect | None:
        nth, self._seen[place] = self._seen[place], self._seen[place] + 1
        return next((fault.effect for fault in self._faults if fault.operation == place and fault.befalls(nth)), None)

    async def _answer(
        self, origin: Origin, asked: Asked, place: str, effect: Effect | None
    ) -> tuple[Written, list[str], bool]:
        """What goes out, what was changed in it, and whether the server did what was asked."""
        if isinstance(effect, Refuse):
            elsewhere = self.images.url + asked.target
            return refusal(effect, elsewhere), [effect.told], False
        if effect is Break.BEFORE:
            return Written(502, (), b""), ["connection reset before the server heard of it"], False
        truth = await self._sources[origin].answer(asked)
        changed, notes = self._changes.apply(place, truth, asked.lower())
        if effect is not None:
            notes.append(describe(effect))
        return disturbed(changed, effect), notes, self._did(asked, truth)

    def _did(self, asked: Asked, truth: Written) -> bool:
        """Whether the server says that it did what was asked."""
        reading = self._dialect.read(asked.method, asked.target, asked.body, truth.status, truth.body)
        return 200 <= (reading.status if reading else truth.status) < 300


def refusal(effect: Refuse, elsewhere: str) -> Written:
    """The refusal as it goes out now; `{date}` is two seconds from now, `{now}` is now, `{elsewhere}` another host."""
    filled = {"{date}": http_date(2), "{now}": http_date(0), "{elsewhere}": elsewhere}
    headers = tuple((name, filled.get(value, value)) for name, value in effect.headers)
    return Written(effect.status, headers, effect.body)


def describe(effect: Effect) -> str:
    """What an effect does to an answer, for a reader."""
    match effect:
        case Break.AFTER:
            return "connection reset after the server had done its work"
        case Break.AMID:
            return "connection reset in the middle of the answer"
        case _:
            return str(effect)


def http_date(seconds: float) -> str:
    """The moment so many seconds from now, as HTTP writes it."""
    return format_datetime(datetime.now(UTC) + timedelta(seconds=seconds), usegmt=True)


async def _body(request: web.BaseRequest) -> bytes:
    """The body as far as it came; a client that asks whether it may send it (curl does) is told to."""
    if request.version >= HttpVersion11 and request.headers.get("Expect", "").lower() == "100-continue":
        await request.writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        # The writer counts what it has sent; this was not yet the answer.
        request.writer.output_size = 0
    try:
        return await request.content.read()
    except (web.PayloadAccessError, ConnectionError):
        return b""
