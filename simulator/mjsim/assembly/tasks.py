"""The task API, put together."""

from mjsim.assembly.parts import Parts
from mjsim.courier import Dialect
from mjsim.tasks import Tasks
from mjsim.web.route import Route
from mjsim.web.tasks.api import TasksApi
from mjsim.web.tasks.callback import RETRIES, Callbacks
from mjsim.web.tasks.form import Forms
from mjsim.web.tasks.record import Records


class TaskParts:
    """`tasks` are its use cases, `records` how it shows jobs, `dialect` how it tells of them."""

    def __init__(self, parts: Parts) -> None:
        settings, origin = parts.settings, parts.origin
        self.tasks = Tasks(parts.world, parts.clock, parts.store, parts.sight, parts.service)
        self.records = Records(parts.world.seed, times_as_text=settings.task_rules == "lenient")
        self.dialect = Dialect(Callbacks(self.records, origin, settings.task_webhook_key).write, RETRIES)
        self._api = TasksApi(self.tasks, Forms(strict=settings.task_rules == "strict"), self.records, origin)

    def routes(self) -> list[Route]:
        """Its operations."""
        return self._api.routes()
