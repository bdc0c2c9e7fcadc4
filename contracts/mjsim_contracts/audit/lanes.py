"""The life of each job as its client saw it, as a lane of events."""

from collections.abc import Iterator

from mjsim_contracts.audit.scene import Scene
from mjsim_contracts.dialect import Dialect, Role
from mjsim_contracts.report.model import Event, Lane
from mjsim_contracts.traffic.call import Call, Origin

_MOST_LANES = 12
_MOST_EVENTS = 60


def lanes(scene: Scene, dialect: Dialect) -> tuple[Lane, ...]:
    """One lane for each job that was created or polled, and one for what belongs to none."""
    found: dict[str, list[Event]] = {}
    for call in scene.calls:
        for job in _jobs(call, dialect):
            found.setdefault(job, []).append(Event(round(call.arrived, 3), _kind(call), _text(call)))
    for each in scene.deliveries:
        answer = f"HTTP {each.status}" if each.status else "no answer"
        found.setdefault(each.job_id, []).append(Event(round(each.sent, 3), "webhook", f"{each.told}: {answer}"))
    return tuple(
        Lane(
            f"{scene.name}: job {job}" if job else f"{scene.name}: other calls",
            tuple(sorted(events, key=_moment)[:_MOST_EVENTS]),
        )
        for job, events in list(found.items())[:_MOST_LANES]
    )


def _moment(event: Event) -> float:
    return event.at


def _jobs(call: Call, dialect: Dialect) -> Iterator[str]:
    """The jobs to whose lanes a call belongs; the empty text for none."""
    if call.origin is Origin.IMAGES:
        yield dialect.pictured(call.path)
        return
    yield call.job_id or (call.exchange.created_id if call.exchange else "") or ""


def _kind(call: Call) -> str:
    if call.lost:
        return "lost"
    if call.code >= 400:
        return str(call.code)
    if call.origin is Origin.IMAGES:
        return "download"
    if call.creates:
        return "created"
    return _KINDS.get(call.role, "call")


_KINDS = {None: "poll", Role.LOOK: "poll", Role.CANCEL: "cancel", Role.LIST: "list"}


def _text(call: Call) -> str:
    shown = [job.status if job.progress is None else f"{job.status} {job.progress:g} %" for job in call.jobs()]
    told = shown[0] if len(shown) == 1 else f"{len(shown)} jobs" if shown else f"{call.method} {call.path}"
    return f"{told} ({call.note})" if call.note else told
