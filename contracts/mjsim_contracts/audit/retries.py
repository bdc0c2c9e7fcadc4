"""Rules about trying again: as late as asked, slower each time, not for ever, not in vain, and never twice by accident."""

from collections.abc import Iterator, Sequence
from email.utils import parsedate_to_datetime
from itertools import pairwise

from mjsim_contracts.audit.rule import Judgement, failed, passed, rule, warned
from mjsim_contracts.audit.scene import Scene
from mjsim_contracts.dialect import Prospect, Role
from mjsim_contracts.report.model import Outcome
from mjsim_contracts.terms import Contract
from mjsim_contracts.traffic.call import Call

TOLERANCE = 0.05
"""How many seconds a measured time may be off; or 2 per cent, if that is more."""

TIGHT = 0.1
MOST_ATTEMPTS = 10

_TROUBLED = frozenset({Prospect.BUSY, Prospect.TROUBLED})
_REFUSED = frozenset({Prospect.REFUSED, Prospect.UNKNOWN})


def troubled(call: Call) -> bool:
    """Whether the answer was of a kind that may be better the next time."""
    return call.lost or call.prospect in _TROUBLED


def refused(call: Call) -> bool:
    """Whether the answer will be the same the next time."""
    return not call.lost and call.prospect in _REFUSED


def wait_asked(call: Call) -> float | None:
    """How many seconds Retry-After asks to wait; None where it is absent or cannot be read."""
    text = (call.answer_header("Retry-After") or "").strip()
    if text.isascii() and text.isdigit():
        return float(text[:9])
    try:
        moment = parsedate_to_datetime(text)
        sent = parsedate_to_datetime(call.answer_header("Date") or "")
    except (TypeError, ValueError):
        return None
    # Both are cut to whole seconds.
    return max(0.0, (moment - sent).total_seconds() - 1)


def streaks(calls: Sequence[Call]) -> Iterator[list[Call]]:
    """Calls that ask for the same thing, each after an answer that was troubled, in order; the last may have succeeded."""
    open_streaks: dict[tuple[str, str, bytes], list[Call]] = {}
    for call in calls:
        if call.exchange is None:
            continue
        streak = open_streaks.setdefault(call.intent, [])
        streak.append(call)
        if not troubled(call):
            if len(streak) > 1:
                yield streak
            del open_streaks[call.intent]
    yield from open_streaks.values()


@rule("C020", "A client that comes back too early is throttled again, and may be blocked.")
def retry_after_is_honoured(scene: Scene, _contract: Contract) -> Iterator[Judgement]:
    """After 429 or 503 with Retry-After, the same operation is not called again before that time."""
    for position, call in enumerate(scene.calls):
        wait = wait_asked(call) if call.prospect is Prospect.BUSY and not call.lost else None
        if wait:
            later = [each for each in scene.calls[position + 1 :] if each.arrived >= call.ended]
            yield _kept_away(call, wait, [each for each in later if each.operation == call.operation])


def _kept_away(call: Call, wait: float, later: Sequence[Call]) -> Judgement:
    """Whether later calls of the operation came so many seconds after the call was turned away."""
    early = [each for each in later if each.arrived - call.ended < wait - max(TOLERANCE, wait * 0.02)]
    same = next((each for each in early if each.intent == call.intent), None)
    # What was on its way already could not know; and other jobs may be looked at meanwhile.
    other = next((each for each in early if each.arrived - call.ended > TOLERANCE), None)
    again = next((each for each in later if each.intent == call.intent), None)
    asked = f"Retry-After: {wait:g} s"
    if same:
        # The contract knows seconds only; a date is what HTTP allows beside them.
        judge = failed if (call.answer_header("Retry-After") or "").strip().isdigit() else warned
        return judge(f"{asked}; the same call came again after {same.arrived - call.ended:.2f} s", call, same)
    if other and call.role is not Role.LOOK:
        return warned(f"{asked}; another call of it came after {other.arrived - call.ended:.2f} s", call, other)
    if again and again.arrived - call.ended > 3 * wait + 5:
        return warned(f"{asked}; it came again only after {again.arrived - call.ended:.1f} s", call, again)
    return passed(call)


@rule("C021", "Clients that hammer a server in trouble keep it in trouble.")
def retries_back_off(scene: Scene, _contract: Contract) -> Iterator[Judgement]:
    """Without Retry-After, pauses between tries grow, or are long enough."""
    for streak in streaks(scene.calls):
        gaps = [
            again.arrived - before.ended
            for before, again in pairwise(streak)
            if troubled(before) and wait_asked(before) is None
        ]
        shown = ", ".join(f"{gap:.2f}" for gap in gaps[:6])
        if len(gaps) >= 3 and sorted(gaps)[2] < TIGHT and not _polls_at(scene, streak, gaps):
            yield failed(f"tries follow each other within {shown} s", *streak[:4])
        elif len(gaps) >= 2 and not _growing(gaps) and sum(gaps[:3]) < 1:
            yield warned(f"the pauses between tries do not grow: {shown} s", *streak[:4])
        elif gaps:
            yield passed(streak[0])


def _growing(gaps: Sequence[float]) -> bool:
    return all(after >= before - max(TOLERANCE / 5, before * 0.02) for before, after in pairwise(gaps)) and (
        gaps[-1] > gaps[0] * 1.2
    )


def _polls_at(scene: Scene, streak: Sequence[Call], gaps: Sequence[float]) -> bool:
    """Whether a poll that failed was merely followed by the next one, at the usual pace."""
    if streak[0].role is not Role.LOOK:
        return False
    polls = [call for call in scene.calls if call.intent == streak[0].intent]
    usual = [again.arrived - before.ended for before, again in pairwise(polls) if not troubled(before)]
    return bool(usual) and sorted(gaps)[2] >= min(usual) * 0.8


@rule("C022", "A fault that does not pass must end in an error, not in an endless loop.")
def retries_are_bounded(scene: Scene, _contract: Contract) -> Iterator[Judgement]:
    """A call that keeps failing is given up after a few tries."""
    for streak in streaks(scene.calls):
        tries = [call for call in streak if troubled(call)]
        if not tries:
            continue
        open_end = scene.cut and tries[-1] is streak[-1] and not any(map(_silent, tries))
        if len(tries) > MOST_ATTEMPTS or (open_end and len(tries) >= MOST_ATTEMPTS):
            end = ", with no end in sight" if open_end else ""
            yield failed(
                f"{len(tries)} tries of one call within {tries[-1].ended - tries[0].arrived:.1f} s{end}", *tries[:3]
            )
        elif open_end and len(tries) > 1:
            yield warned(f"{len(tries)} tries, and not given up within {scene.seconds:.0f} s", *tries[:3])
        else:
            yield passed(streak[0])


def _silent(call: Call) -> bool:
    """Whether the answer asks to wait longer than anybody watched."""
    return (wait_asked(call) or 0) > 60


@rule("C023", "What was refused for good is refused again, and each try counts against the account's limits.")
def refusals_are_final(scene: Scene, _contract: Contract) -> Iterator[Judgement]:
    """A request that was refused for good is not sent again as it was."""
    calls = [call for call in scene.calls if call.exchange]
    done: set[tuple[str, str, bytes]] = set()
    for position, call in enumerate(calls):
        if not refused(call) or call.intent in done:
            continue
        done.add(call.intent)
        again = [each for each in calls[position + 1 :] if each.intent == call.intent]
        # A job that was created a moment ago may not be known everywhere yet.
        first = not any(each.succeeded and each.intent == call.intent for each in calls[:position])
        grace = 1 if call.prospect is Prospect.UNKNOWN and first else 0
        seen = f"answered {call.code}, and sent {len(again)} more times as it was"
        # Codes from 500 on are for servers in trouble: whoever tries those again has read the number, not the contract.
        if len(again) >= 3 + grace and call.code < 500:
            yield failed(seen, call, *again[:2])
        elif len(again) > grace:
            yield warned(seen, call, *again[:2])
        else:
            yield passed(call)


@rule("C024", "The contract has no key against duplicates: each accepted POST costs credits.", Outcome.WARN)
def nothing_is_created_twice(scene: Scene, _contract: Contract) -> Iterator[Judgement]:
    """No job is created twice: neither after a POST whose answer never came, nor after one that was accepted."""
    for call, again in _accepted(scene):
        yield (
            warned("the same POST was sent again, though it had been accepted", call, again) if again else passed(call)
        )
    for call, again, looked in _in_doubt(scene):
        if again is None or (looked and not call.accepted):
            yield passed(call)
            continue
        twice = call.accepted and again.accepted
        cost = "two jobs for one wish" if twice else "it could have been two jobs for one wish"
        yield warned(f"the answer was lost, and the same POST was sent again: {cost}", call, again)


@rule("C025", "A list of jobs tells whether the lost answer meant a job.", Outcome.WARN, needs=Role.LIST)
def doubt_is_settled_by_looking(scene: Scene, _contract: Contract) -> Iterator[Judgement]:
    """Who looks in the list of jobs after a POST whose answer never came goes on with the job that is there."""
    for call, again, looked in _in_doubt(scene):
        if not looked:
            continue
        heard = {each.exchange.created_id for each in scene.calls if each.exchange}
        after = [each for each in scene.calls if each.arrived >= call.ended]
        found = {job.id for each in after if each.role is Role.LIST for job in each.jobs()} - heard
        if call.accepted and again:
            yield warned(
                "the list of jobs was read, and the same POST sent again though its job was there", call, again
            )
        elif not call.accepted or any(each.job_id in found for each in after):
            yield passed(call)


def _accepted(scene: Scene) -> Iterator[tuple[Call, Call | None]]:
    """POSTs that were accepted for all to see, each with the same again, if it came."""
    for position, call in enumerate(scene.calls):
        if call.creates and call.succeeded and call.exchange and call.exchange.created_id:
            later = scene.calls[position + 1 :]
            yield call, next((each for each in later if each.intent == call.intent), None)


def _in_doubt(scene: Scene) -> Iterator[tuple[Call, Call | None, bool]]:
    """POSTs that may have created a job nobody heard of; the same again, if it came; whether a list was read before."""
    for position, call in enumerate(scene.calls):
        unheard = call.lost or (call.accepted and call.exchange is not None and not call.exchange.created_id)
        if not call.creates or not unheard:
            continue
        later = scene.calls[position + 1 :]
        # One that was on its way already is a wish of its own.
        again = next((each for each in later if each.intent == call.intent and each.arrived >= call.ended), None)
        looks = [each for each in later if each.role is Role.LIST]
        looked = bool(looks) and (again is None or looks[0].number < again.number)
        yield call, again, looked
