"""What one job's webhook was told stands beside what was seen of the job, and has to be its projection."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from mjsim_contracts.server.conversation import Said
from mjsim_contracts.server.docket import Verdict
from mjsim_contracts.server.webhooks.event import Event
from mjsim_contracts.server.webhooks.rules import Code
from mjsim_contracts.server.wire import Wire
from mjsim_contracts.sighting import STEPS, TERMINAL, SeenJob, seen_jobs

_RESULTS = frozenset({"completed", "failed"})


@dataclass(slots=True)
class Subscriber:
    """A job with a webhook of one type, the looks at it from its birth on, and the events that came."""

    type: str
    url: str
    job_id: str
    looks: list[Said]
    events: list[Event] = field(default_factory=list)

    @property
    def wires(self) -> list[Wire]:
        """The same, as they went over the wire."""
        return [spoken.wire for spoken in self.looks]

    @property
    def now(self) -> SeenJob | None:
        """The job as it was seen last."""
        return next(filter(None, map(_seen, reversed(self.looks))), None)

    @property
    def ended(self) -> bool:
        """Whether it was seen at its end."""
        return self.now is not None and self.now.settled

    @property
    def changes(self) -> frozenset[str]:
        """The statuses that it was seen in and that have to be told; the first `pending` is no change."""
        seen = frozenset(job.status for job in map(_seen, self.looks) if job)
        return seen & _RESULTS if self.type == "result" else seen - {"pending"}

    @property
    def untold(self) -> frozenset[str]:
        """Those that no event has told."""
        return self.changes - {event.status for event in self.events}

    def judge_change(self, status: str) -> Verdict:
        """Whether a change was told."""
        code = Code.RESULT if self.type == "result" else Code.CANCEL if status == "cancelled" else Code.PROGRESS
        told = ", ".join(event.status or "something unreadable" for event in self.events) or "nothing"
        wrong = f"the job was seen {status}; its webhook of type {self.type} was told {told}"
        return Verdict(code, wrong if status in self.untold else "")

    def judge_event(self, event: Event) -> Iterator[Verdict]:
        """Whether an event that came is one that had to come, in the light of what came before it."""
        job = event.job
        if job is None or job.id != self.job_id:
            return
        if self.type == "result":
            wrong = "" if job.status in _RESULTS else f"it is told that the job is {job.status}"
            yield Verdict(Code.RESULT_ONLY, wrong)
        yield Verdict(Code.CHANGES, event.misnamed or self._no_change(event, job))

    def judge_truth(self, event: Event, look: SeenJob | None) -> Iterator[Verdict]:
        """Whether a look after an event shows what it told."""
        job = event.job
        if job is None or look is None or job.id != look.id:
            return
        wrong = ""
        if look.status not in STEPS[job.status]:
            wrong = f"it is told that the job is {job.status}, and a look after it shows {look.status}"
        elif (job.type, job.created_at) != (look.type, look.created_at):
            wrong = f"{job.type} created at {job.created_at} is told, {look.type} created at {look.created_at} is shown"
        elif job.prompt and look.prompt and job.prompt != look.prompt:
            wrong = f"the prompt {job.prompt!r} is told, and a look after it shows {look.prompt!r}"
        elif job.progress is not None and look.progress is not None and look.progress < job.progress:
            wrong = f"progress {job.progress:g} is told, and a look after it shows {look.progress:g}"
        elif job.settled and job.completed_at != look.completed_at:
            wrong = f"completed_at is told as {job.completed_at}, and shown as {look.completed_at}"
        yield Verdict(Code.TRUTH, wrong)

    def _no_change(self, event: Event, job: SeenJob) -> str:
        """Why what an event tells is no change of status; empty where it is one. Twice the same, and late, is no fault."""
        if job.status == "pending":
            return "it is told that the job is pending, which is how every job begins"
        before = self.events[: next(place for place, each in enumerate(self.events) if each is event)]
        for other in before:
            if other.job is None or other.identity == event.identity:
                continue
            if other.status == job.status:
                return f"it is told a second time that the job is {job.status}, as another event"
            after = other.job.updated_at and job.updated_at and job.updated_at > other.job.updated_at
            if other.status in TERMINAL and after:
                return f"it is told that the job is {job.status} after it was {other.status}"
        return ""


def _seen(spoken: Said) -> SeenJob | None:
    return next(seen_jobs(spoken.exchange), None) if spoken.exchange else None
