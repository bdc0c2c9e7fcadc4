"""One run of the command against one script: what it did, what it was told, and how it ended, as one value."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from itertools import count

from mjsim_contracts.client.command import Command, Ended
from mjsim_contracts.proxy.changes import Changes
from mjsim_contracts.proxy.pictures import Pictures
from mjsim_contracts.proxy.script import Script
from mjsim_contracts.proxy.stand import Stand
from mjsim_contracts.proxy.truth import Truth
from mjsim_contracts.proxy.upstream import Upstream
from mjsim_contracts.traffic.call import Call


@dataclass(frozen=True, slots=True)
class Run:
    """`calls` are in the order of arrival; `made` holds the ids of the edits that changed an answer."""

    script: Script
    ended: Ended
    calls: tuple[Call, ...]
    made: frozenset[str]


class Runner:
    """Runs the command; every run has a proxy and an account of its own, so that runs side by side never meet."""

    def __init__(self, upstream: Upstream, command: Command, prefix: str) -> None:
        self._upstream = upstream
        self._pictures = Pictures(upstream)
        self._command = command
        self._prefix = prefix
        self._numbers = count(1)

    async def run(self, script: Script, seconds: float) -> Run:
        """Run it once; it is ended after so many seconds."""
        return await self._played(script, lambda url, key: self._command.run(url, key, seconds))

    async def _played(self, script: Script, act: Callable[[str, str], Awaitable[Ended]]) -> Run:
        key = f"{self._prefix}-{next(self._numbers)}"
        changes = Changes(script.edits)
        stand = Stand(script.faults, changes)
        await stand.open()
        try:
            truth = Truth(self._upstream, self._pictures, key, script, stand.images.url)
            await truth.prepare()
            stand.serve(truth, self._pictures)
            ended = await act(stand.api.url, key)
        finally:
            await stand.close()
        return Run(script, ended, stand.calls, frozenset(changes.made))
