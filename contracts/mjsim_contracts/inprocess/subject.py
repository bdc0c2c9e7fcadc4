"""What tells conversations about one API from those about another is one value; all else is said once."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from uuid import UUID

from mjsim_contracts.client.api import MIDJOURNEY_API, TASKS_API, Api
from mjsim_contracts.inprocess.choice import STORIES
from mjsim_contracts.task_operation import PATHS, TaskOperation


@dataclass(frozen=True, slots=True)
class Subject:
    """An API that clients in this process talk with, by the `fixture` of this name.

    `look` is what the target of a look at a job is, but for the id at its end. `number` makes the id of the nth job of a
    conversation, and `jobs` is what the API calls them. `stories` are the courses that they can take, the usual one first.
    """

    fixture: str
    api: Api
    look: str
    number: Callable[[int], str]
    jobs: str
    stories: Sequence[str]


MIDJOURNEY_SUBJECT = Subject(
    fixture="mjsim_conversation",
    api=MIDJOURNEY_API,
    look="/v1/jobs/",
    number=lambda nth: str(UUID(int=nth, version=4)),
    jobs="jobs",
    stories=tuple(STORIES),
)

TASKS_SUBJECT = Subject(
    fixture="mjsim_task_conversation",
    api=TASKS_API,
    look=f"{PATHS[TaskOperation.GET]}?taskId=",
    number=lambda nth: UUID(int=nth, version=4).hex,
    jobs="tasks",
    # Nobody can cancel a task.
    stories=tuple(story for story in STORIES if story != "cancelled"),
)
