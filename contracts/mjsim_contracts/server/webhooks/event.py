"""A message becomes an event where its body is a job; whatever is wrong with it alone is told here."""

import hmac
from collections.abc import Iterator
from functools import cached_property

from mjsim_contracts.exchange import identifier
from mjsim_contracts.promises.account import Account
from mjsim_contracts.promises.job import JOB_PROMISES
from mjsim_contracts.receiver.signing import HEX_SIGNATURE, ID, SIGNATURE, TIMESTAMP, hex_signature, standard_signature
from mjsim_contracts.server.docket import Verdict
from mjsim_contracts.server.schema import notice_objection
from mjsim_contracts.server.webhooks.json_message import JsonMessage
from mjsim_contracts.server.webhooks.rules import Code
from mjsim_contracts.sighting import SeenJob, Sighting, seen_job

_NAMES = {"completed": "job.completed", "failed": "job.failed", "cancelled": "job.cancelled"}
_PROGRESS = "job.progress"
_EVENTS = frozenset({*_NAMES.values(), _PROGRESS})
_NOBODY = Account("", {})
_FIELDS = ("event", "job_id", "timestamp")


class Event(JsonMessage):
    """A message that tells of a job of the published API."""

    @cached_property
    def job(self) -> SeenJob | None:
        """The job that it shows; None where it shows none."""
        return seen_job(self.document)

    @property
    def status(self) -> str:
        """The status that it tells; empty where it tells none."""
        return self.job.status if self.job else ""

    @property
    def identity(self) -> str:
        """What all attempts to deliver it have in common."""
        return self.message.headers.get(ID) or self.message.body.decode(errors="replace")

    def judge(self, job_id: str, contract: str, key: bytes | None) -> Iterator[Verdict]:
        """What can be said of it alone, where the job that named the URL is known, and the key where one was given."""
        yield Verdict(Code.BODY, self._body_objection(contract))
        missing = [name for name in _FIELDS if not isinstance(self.document.get(name), str)]
        yield Verdict(Code.FIELDS, f"there is no {' and no '.join(missing)}" if missing else self._unusual_name)
        named = {identifier(self.document[name]) for name in ("id", "job_id") if self.document.get(name)}
        if named:
            others = named - {job_id}
            yield Verdict(Code.JOB, f"the job is {job_id}, the body names {min(others)}" if others else "")
        if key is not None:
            yield Verdict(Code.SIGNATURE, self._signature_objection(key))

    @property
    def misnamed(self) -> str:
        """What is wrong with the name of the event, where it is that of another one."""
        return self._unusual_name if self.document.get("event") in _EVENTS else ""

    @property
    def _unusual_name(self) -> str:
        name, right = self.document.get("event"), _NAMES.get(self.status, _PROGRESS)
        unusual = self.status and name not in (None, right)
        return f"a job that is {self.status} is told as {name!r}, not {right!r}" if unusual else ""

    def _body_objection(self, contract: str) -> str:
        if wrong := self.form_objection:
            return wrong
        missing = [name for name in ("id", "type", "status") if name not in self.document]
        if missing:
            return f"the job has no {' and no '.join(missing)}"
        # The published contract knows no more of it than that it is a job.
        return notice_objection(self.document, contract, "WebhookEvent", "Job") or self._story_objection()

    def _story_objection(self) -> str:
        """What no job can be, whatever happened to it before: a completed one without a result, for instance."""
        if self.job is None:
            return ""
        alone = Sighting(self.job, None, None)
        judged = (judgement for promise in JOB_PROMISES.all for judgement in promise.judge(_NOBODY, alone))
        return next((seen for kept, seen in judged if not kept), "")

    def _signature_objection(self, key: bytes) -> str:
        """What is wrong with the signatures; one of the two kinds is enough, and each that is there has to be right."""
        headers, body = self.message.headers, self.message.body
        standard, plain = headers.get(SIGNATURE), headers.get(HEX_SIGNATURE.lower())
        if standard is None and plain is None:
            return f"there is neither {SIGNATURE} nor {HEX_SIGNATURE}"
        if standard is not None:
            right = "v1," + standard_signature(key, headers.get(ID, ""), headers.get(TIMESTAMP, ""), body)
            if not any(_same(token, right) for token in standard.split(" ")):
                return f"{SIGNATURE} is none of this body by the secret that was given"
        if plain is not None and not _same(plain, hex_signature(key, body)):
            return f"{HEX_SIGNATURE} is none of this body by the secret that was given"
        return ""


def _same(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode(), other.encode())
