"""The delivery of webhooks, put together."""

import time
from collections.abc import Callable

from mjsim.assembly.parts import Parts
from mjsim.core.job import Job
from mjsim.courier import Courier, Dialect
from mjsim.ports import Send
from mjsim.sabotage import Sabotage
from mjsim.web.news import News


def courier(parts: Parts, send: Send, of_tasks: Callable[[], Dialect]) -> Courier:
    """Delivers what is claimed; each API tells of the jobs that were made through it, and `of_tasks` is asked for the first
    task.
    """
    settings, outbox = parts.settings, parts.store.outbox
    news = Dialect(News(parts.view, parts.origin).signed_with(settings.secrets), settings.retries)

    def dialect_of(job: Job) -> Dialect:
        return news if job.task is None else of_tasks()

    sabotage = Sabotage(parts.faults, parts.clock)
    parts.resets.append(sabotage.forget)
    return Courier(parts.world.seed, parts.clock, outbox, send, dialect_of, sabotage, time.time)
