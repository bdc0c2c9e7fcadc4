"""Rules about the receiver that a client opens for webhooks or callbacks: it is there, answers in time, and acts once."""

from collections.abc import Iterator, Sequence

from mjsim_contracts.audit.evidence import delivered
from mjsim_contracts.audit.rule import Judgement, rule
from mjsim_contracts.audit.scene import Scene
from mjsim_contracts.report.model import Outcome
from mjsim_contracts.terms import Contract
from mjsim_contracts.traffic.call import Call, Origin
from mjsim_contracts.traffic.delivery import Delivery


@rule("C033", "Whoever asks for {notice}s and cannot take them pays for both: the sender's retries, and the polls.")
def a_webhook_that_was_asked_for_is_taken(scene: Scene, contract: Contract) -> Iterator[Judgement]:
    """A {notice} that the client asks for is accepted where it asked for it, and heard to the end."""
    place = contract.dialect.notice.name
    for told in _per_job(scene):
        accepted = [each for each in told if each.accepted]
        if accepted:
            yield _heard_out(scene, place, accepted)
        elif missed := [each for each in told if each.status or _alive_after(scene, each)]:
            shown = f"HTTP {missed[0].status}" if missed[0].status else _silence(missed[0])
            yield _judged(Outcome.FAIL, place, f"{missed[0].url} never accepted any: {shown}", *missed[:2])


def _heard_out(scene: Scene, place: str, accepted: Sequence[Delivery]) -> Judgement:
    job_id = accepted[0].job_id
    known = any(job.id == job_id and job.settled for call in scene.calls for job in call.jobs())
    if (
        known
        or scene.endless
        or scene.cut
        or any(each.told in {"completed", "failed", "cancelled"} for each in accepted)
    ):
        return _judged(Outcome.PASS, place, "")
    last = accepted[-1]
    seen = f"the client ended when it was told {last.told}, before the job had ended"
    # Trouble is a reason to leave early; without any, the first news was taken for the last.
    troubled = any([*(call.note for call in scene.calls), *(each.note for each in scene.deliveries)])
    return _judged(Outcome.WARN if troubled else Outcome.FAIL, place, seen, last)


@rule("C040", "Senders count an answer that is late, or none of success, as a failure: they send again, then give up.")
def receivers_answer_in_time_and_act_once(scene: Scene, contract: Contract) -> Iterator[Judgement]:
    """A {notice} is answered with 2xx within {seconds} s, and the same news twice sets off nothing twice."""
    notice = contract.dialect.notice
    for each in scene.deliveries:
        took = each.ended - each.sent
        if each.refused or (each.status == 0 and took < notice.seconds):
            # Nobody listens any more, or the client ended while it was being told; C033 judges who never listened.
            continue
        if took > notice.seconds:
            seen = "answered after" if each.status else "no answer for"
            yield _judged(Outcome.FAIL, notice.name, f"{seen} {took:.1f} s", each)
        elif not each.accepted and not each.note and not scene.distorted:
            yield _judged(Outcome.FAIL, notice.name, f"answered {each.status}", each)
        elif each.accepted:
            yield _judged(Outcome.PASS, notice.name, "")
    yield from _twice(scene, notice.name)


def _twice(scene: Scene, place: str) -> Iterator[Judgement]:
    """What a client did again because it was told again."""
    repeated = [each for each in scene.deliveries if each.again and each.accepted]
    if not repeated:
        return
    first, again = min(each.sent for each in scene.deliveries), min(each.sent for each in repeated)
    done: set[tuple[str, str, bytes]] = set()
    for call in scene.calls:
        if call.arrived < first or not call.succeeded or not (call.creates or call.origin is Origin.IMAGES):
            continue
        if call.intent in done and call.arrived >= again:
            outcome = Outcome.FAIL if call.creates else Outcome.WARN
            yield _judged(outcome, place, f"told twice, and {_deed(call)} twice", repeated[0], calls=(call,))
            return
        done.add(call.intent)
    yield _judged(Outcome.PASS, place, "")


def _deed(call: Call) -> str:
    return f"sent POST {call.path}" if call.creates else f"fetched {call.path}"


def _per_job(scene: Scene) -> Iterator[list[Delivery]]:
    found: dict[str, list[Delivery]] = {}
    for each in scene.deliveries:
        found.setdefault(each.job_id, []).append(each)
    yield from found.values()


def _alive_after(scene: Scene, delivery: Delivery) -> bool:
    """Whether the client is known to have been at work when it could not be told."""
    return any(call.arrived > delivery.ended for call in scene.calls)


def _silence(delivery: Delivery) -> str:
    return "nobody listens there" if delivery.refused else "no answer"


def _judged(outcome: Outcome, place: str, seen: str, *told: Delivery, calls: tuple[Call, ...] = ()) -> Judgement:
    return Judgement(outcome, place, seen, calls, delivered(told))
