"""One variation is run again, and its server left up, so that the client can be looked at in a debugger."""

import asyncio
import shlex
from collections.abc import Callable
from typing import TYPE_CHECKING

from mjsim_contracts.audit.spelling import nearest
from mjsim_contracts.client.baseline import baseline
from mjsim_contracts.client.variation import Variation
from mjsim_contracts.error import CheckError
from mjsim_contracts.terms import read_contract
from mjsim_contracts.traffic.call import Call

if TYPE_CHECKING:
    from mjsim_contracts.client.check import ClientCheck


async def replay(check: "ClientCheck", which: str, announce: Callable[[str], None]) -> None:
    """Run it, say how it ended, and serve it until cancelled; `CheckError` where there is no such variation."""
    contract = read_contract(check.contract, check.api.dialect)
    async with check.upstream() as upstream:
        runner = check.runner(upstream)
        first = await baseline(runner, check.oracle(None), check.seconds, check.subject.again(), check.api)
        if first.surface is None:
            raise CheckError(f"the client does not succeed on a truthful server: {first.case.seen}")
        variation = _named(which, check.numbered(first.surface, contract))
        announce(f"{variation.id}: {variation.title}")
        run = await runner.run(variation.script, check.limits(first.surface).deadline(variation))
        announce(f"\n{run.ended.output.rstrip()}\n")
        verdict = check.oracle(first).judge(variation, run)
        announce(f"{verdict.ending.upper()}: {verdict.seen}")
        async with runner.stage(variation.script, lambda call: announce(_line(call))) as stage:
            variables = " ".join(runner.command.shown(stage.url, stage.key))
            announce("A server that does the same is up until Ctrl-C:")
            announce(f"  {variables} {shlex.join(check.command)}")
            await asyncio.Event().wait()


def _named(which: str, every: dict[str, Variation]) -> Variation:
    by_id = {variation.id: variation for variation in every.values()}
    found = every.get(which.upper()) or by_id.get(which)
    if found is None:
        close = nearest(which, by_id)
        hint = f"; did you mean {close}?" if close else f"; there are V-001 to {list(every)[-1]}"
        raise CheckError(f"there is no variation {which!r} for this client{hint}")
    return found


def _line(call: Call) -> str:
    end = f"HTTP {call.status}" if call.status else "no answer"
    return f"{call.arrived:8.3f} s  {call.method} {call.target}  {end}" + (f"  ({call.note})" if call.note else "")
