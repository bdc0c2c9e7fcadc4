"""Whoever waits for something looks when it may have happened, and at no other time: nothing here polls."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

_Found = TypeVar("_Found")


class Bell:
    """Rung by whoever changes something; heard by everybody who waits."""

    def __init__(self) -> None:
        self._waiting: set[asyncio.Event] = set()

    def ring(self) -> None:
        """Let everybody look again."""
        for rung in self._waiting:
            rung.set()

    async def until(
        self, look: Callable[[], Awaitable[_Found]], enough: Callable[[_Found], bool], seconds: float
    ) -> _Found:
        """What `look` finds as soon as it is enough, or, after so many real seconds, whatever there is."""
        rung = asyncio.Event()
        self._waiting.add(rung)
        try:
            async with asyncio.timeout(seconds):
                while not enough(found := await look()):
                    await rung.wait()
                    rung.clear()
                return found
        except TimeoutError:
            return await look()
        finally:
            self._waiting.discard(rung)
