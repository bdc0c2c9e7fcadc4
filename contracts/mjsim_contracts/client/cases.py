"""What was tried becomes cases of the report; what never reached the client is NOT EXERCISED, never passed."""

from collections.abc import Sequence

from mjsim_contracts.audit.evidence import evidence
from mjsim_contracts.client.oracle import Ending, Oracle, Verdict
from mjsim_contracts.client.packing import Tried
from mjsim_contracts.client.run import Run
from mjsim_contracts.client.variation import Tier, Variation
from mjsim_contracts.proxy.script import Posting
from mjsim_contracts.proxy.story import Story
from mjsim_contracts.report.model import Case, Evidence, Outcome
from mjsim_contracts.traffic.call import Call

WHY = {
    Tier.FREEDOM: "The contract allows it, so the server may do it any day.",
    Tier.SPARSE: "The published schema requires no field of an answer.",
    Tier.EVOLUTION: "APIs grow; a client that breaks at the first news has to be released in a hurry.",
    Tier.ERROR: "The contract documents this answer.",
    Tier.TRANSPORT: "Networks and gateways do this to every client sooner or later.",
    Tier.STORY: "Jobs take this course, too.",
}
"""Why a client should be ready for what is so far from the usual answer."""

_MOST_CALLS = 6
_MOST_LINES = 20


def case(tried: Tried, oracle: Oracle, reproduce: str) -> Case:
    """The case of a variation."""
    variation, run = tried.variation, tried.run
    if run is None or not happened(variation, run):
        seen = _untried(tried) if run is None else "the client never met it"
        return Case(variation.id, variation.title, Outcome.NOT_EXERCISED, seen=seen, place=variation.place)
    verdict = oracle.judge(variation, run)
    bad = verdict.outcome is not Outcome.PASS
    return Case(
        id=variation.id,
        title=variation.title,
        outcome=verdict.outcome,
        expected=f"{variation.tier}: the client {variation.success.value}" if bad else "",
        seen=_seen(tried, verdict),
        why=WHY[variation.tier] if bad else "",
        reproduce=reproduce if bad else "",
        place=variation.place,
        evidence=(*evidence(_telling(run)), _printed(run)) if bad else (),
        seconds=round(run.ended.seconds, 3),
    )


def _untried(tried: Tried) -> str:
    return f"it fails {tried.unless} already" if tried.unless else "there was no time left"


def _seen(tried: Tried, verdict: Verdict) -> str:
    if verdict.outcome is Outcome.PASS:
        return verdict.seen
    seen = f"{verdict.ending.upper()}: {verdict.seen}"
    if verdict.ending is Ending.HUNG and tried.variation.stalls:
        fails = verdict.outcome is Outcome.FAIL
        seen += "; it has no timeout for reading" if fails else "; it may have no timeout for reading"
    if tried.together:
        seen += f"; only together with {', '.join(tried.together)}"
    return seen


def happened(variation: Variation, run: Run) -> bool:
    """Whether the client met what the variation is about."""
    script = variation.script
    if script.edits:
        return any(edit.id in run.made for edit in script.edits)
    if script.faults:
        return any(call.note for call in run.calls)
    if script.story is not Story.COMPLETES:
        mark = script.story.mark
        seen = any(
            job.status == mark.status and job.progress in {None, mark.progress}
            for call in run.calls
            for job in call.jobs()
        )
        return seen or any(each.told == mark.status for each in run.deliveries)
    if script.posting is not Posting.ONCE:
        return bool(run.deliveries) or script.posting is Posting.NEVER
    return any(call.place == variation.place for call in run.calls)


def _telling(run: Run) -> Sequence[Call]:
    """The calls that show what happened: those that were changed, and the last ones."""
    noted = [call for call in run.calls if call.note][:_MOST_CALLS]
    shown = {call.number: call for call in (*noted, *run.calls[-2:])}
    return [shown[number] for number in sorted(shown)]


def _printed(run: Run) -> Evidence:
    """The end of what the command printed."""
    lines = run.ended.output.rstrip().splitlines()[-_MOST_LINES:]
    text = "\n".join(line[:300] for line in lines)
    return Evidence("the command", "", text or "(it printed nothing)", at=round(run.ended.seconds, 3))
