"""A webhook's body is the job as the contract shows it, as of the moment that is told, with the name of the event."""

from collections.abc import Sequence

from mjsim.core.delivery import Delivery
from mjsim.core.job import Job
from mjsim.core.message import Message, write
from mjsim.core.tampering import Tampering
from mjsim.core.webhook import EVENTS, Secret, as_told
from mjsim.courier import Write
from mjsim.web.answer import encode
from mjsim.web.origin import Origin
from mjsim.web.view import View


class News:
    """Writes what is sent."""

    def __init__(self, view: View, origin: Origin) -> None:
        self._view = view
        self._origin = origin

    def body(self, job: Job, delivery: Delivery) -> bytes:
        """The WebhookEvent of the contract."""
        life = as_told(job.timeline, delivery.status)
        told = job if life is job.timeline else job.living(life)
        happened = life.last.instant
        shown = self._view.job(told, happened, self._origin.default)
        # What happened is the last thing that changed the job.
        news = {"event": EVENTS[delivery.status], "job_id": job.id, "timestamp": shown["updated_at"]}
        return encode(news | shown)

    def signed_with(self, secrets: Sequence[Secret]) -> Write:
        """Writes whole messages; all secrets sign them, the newest is the first one."""

        def write_news(job: Job, delivery: Delivery, seconds: int, tampering: Tampering) -> Message:
            return write(delivery.url, delivery.id, self.body(job, delivery), secrets, seconds, tampering)

        return write_news
