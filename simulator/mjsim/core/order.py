"""What a client of the task API asks for, once its words have been read: plain values, as the use cases take them."""

from collections.abc import Mapping

from mjsim.core.film import Motion
from mjsim.core.image import ImageInput
from mjsim.core.prompt import Value
from mjsim.core.request import Webhook
from mjsim.core.task import TaskType
from mjsim.core.value import Frozen


class Request(Frozen):
    """What all creations have in common: the kind of task, the text that its record repeats, what is written across its
    pictures, and where its end is told.
    """

    type: TaskType
    param: str
    watermark: str = ""
    callback: str | None = None

    @property
    def webhook(self) -> Webhook | None:
        """Where its news goes: callbacks tell of the end alone."""
        return Webhook(self.callback, "end") if self.callback else None


class Order(Frozen):
    """A request to generate. `settings` and `flags` are what its fields set, by the names that settings and the flags of
    a prompt have; `batch` is how many videos are wanted.
    """

    request: Request
    prompt: str
    settings: Mapping[str, Value]
    flags: Mapping[str, Value]
    images: tuple[ImageInput, ...] = ()
    motion: Motion = Motion.HIGH
    batch: int = 1


class Sequel(Frozen):
    """A request that starts from a result: the task's id, and the number of the result from 0 on."""

    request: Request
    task_id: str
    number: int
    prompt: str = ""
