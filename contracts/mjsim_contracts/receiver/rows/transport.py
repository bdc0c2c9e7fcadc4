"""How deliveries travel: in chunks, in drips, with a question first, many at once, or never to the end."""

import asyncio
from dataclasses import replace

from mjsim_contracts.receiver.answer import Silence
from mjsim_contracts.receiver.bench import NotExercised, Trial
from mjsim_contracts.receiver.delivery import Framing
from mjsim_contracts.receiver.exam import Exam, Make, accepts, worst
from mjsim_contracts.receiver.rule import ACCEPTED, BOUNDED, Judgement
from mjsim_contracts.receiver.stock import OutOfStock
from mjsim_contracts.report.model import Outcome

BURST = 20
"""Deliveries at once."""


def _travelling(way: Framing) -> Make:
    return lambda trial: trial.completed(framing=way)


_STANDSTILL = 6.0
"""Seconds for which a delivery stands still at most."""

_NOT_TAKEN = {Silence.CLOSED, Silence.REFUSED}
"""What happens to connections beyond the queue of a server; senders come again."""

UNUSUAL: tuple[Exam, ...] = tuple(
    accepts(f"R15-{name}", title, why, _travelling(way), BOUNDED)
    for name, title, why, way in (
        (
            "slow-sender",
            "a body that takes two seconds to arrive",
            "networks are slow; a receiver that waits for ever, or gives up at once, is in trouble",
            Framing.DRIP,
        ),
        (
            "chunked",
            "a body in chunks, without Content-Length",
            "senders and proxies in between may choose it",
            Framing.CHUNKED,
        ),
        (
            "expect-100",
            "a sender that asks first: Expect: 100-continue",
            "curl does so with large bodies; a receiver that does not answer costs a second each time",
            Framing.EXPECT,
        ),
    )
)


async def _stalled(trial: Trial) -> Judgement:
    """Somebody else's delivery, while one stands still half-way for a while, and then breaks off."""
    whole, other, patience = trial.completed(), trial.completed(), trial.bench.wire.timeout
    stalled = replace(whole, body=whole.body[: len(whole.body) // 2], signed=whole.body, framing=Framing.STALL)
    released, patient = asyncio.Event(), replace(trial.bench.wire, timeout=2 * patience)
    waiting = asyncio.create_task(trial.send(stalled, "delivery that stands still", wire=patient, gate=released))
    # Whoever serves one connection at a time has to have begun with the one that stands still.
    await asyncio.sleep(0.2)
    following = asyncio.create_task(trial.send(other, "another delivery meanwhile", wire=patient))
    done, _ = await asyncio.wait({following}, timeout=min(_STANDSTILL, patience / 2))
    released.set()
    await waiting
    answer = await following
    if not answer.accepted:
        return Judgement(Outcome.FAIL, f"{answer} for the other one, even when the one that stood still had ended")
    if not done:
        return Judgement(Outcome.WARN, "the other one had to wait until the one that stood still had ended")
    return Judgement(Outcome.PASS, f"{answer} for the other one")


async def _burst(trial: Trial) -> Judgement:
    """Deliveries of as many jobs, all at the same moment; a connection that is not taken is tried once more."""
    deliveries = [trial.completed() for _ in range(BURST)]
    answers = await trial.volley(deliveries)
    missed = [one for one, answer in zip(deliveries, answers, strict=True) if answer.silence in _NOT_TAKEN]
    taken = [answer for answer in answers if answer.silence not in _NOT_TAKEN]
    if missed:
        await asyncio.sleep(1)
        taken += await trial.volley(missed)
    judged = worst([ACCEPTED.judge(answer) for answer in taken])
    if judged.outcome is Outcome.FAIL:
        refused = sum(not answer.accepted for answer in taken)
        return Judgement(Outcome.FAIL, f"{refused} of {BURST} not acknowledged; {judged.seen}")
    if missed:
        return Judgement(Outcome.WARN, f"{len(missed)} of {BURST} connections were not taken; a second later they were")
    return judged._replace(seen=f"{BURST} acknowledged, the slowest after {max(one.seconds for one in taken):.2f} s")


ALONE: tuple[Exam, ...] = (
    Exam(
        "R17-burst",
        f"{BURST} deliveries at once, each of another job",
        "2xx for all, within 15 s",
        "jobs that were started together end together",
        _burst,
        jobs=BURST,
    ),
    Exam(
        "R15-stalled-sender",
        "a delivery while another one stands still half-way",
        "2xx for the one that does not, without waiting for the other",
        "one broken connection must not keep all other news out",
        _stalled,
        jobs=2,
    ),
)
"""Exams that would disturb others, and be disturbed by them."""


async def _never_comes(trial: Trial) -> Judgement:
    try:
        life = trial.bench.stock.take("completed", working=True)
    except OutOfStock as error:
        raise NotExercised(str(error)) from error
    first = life.working[0]
    answer = await trial.send(trial.tell(first), "news of progress, and then none")
    if not answer.accepted:
        raise NotExercised(f"it got {answer}")
    await asyncio.wait_for(trial.bench.passing.asked(first["id"]), _PATIENCE_FOR_POLLING)
    asked = trial.bench.passing.about(first["id"])[0]
    return Judgement(Outcome.PASS, f"it asked by itself: {asked.method} {asked.path}")


_PATIENCE_FOR_POLLING = 2.5
_UNSEEN = "cannot be judged from outside unless the receiver polls soon; `mjsim check client` judges polling"


async def _polls(trial: Trial) -> Judgement:
    try:
        return await _never_comes(trial)
    except TimeoutError as error:
        raise NotExercised(f"no request within {_PATIENCE_FOR_POLLING:g} s: {_UNSEEN}") from error


SILENT: tuple[Exam, ...] = (
    Exam(
        "R18-polls",
        "a job whose end is never told",
        "a request for the job",
        "webhooks get lost; who only waits, waits for ever",
        _polls,
        progress=True,
    ),
)
