"""Tasks of every kind that name a callBackUrl: what comes there is heard, and each callback looked into."""

from collections.abc import Mapping
from typing import Any

from mjsim_contracts.dialect.tasks import TASKS
from mjsim_contracts.server.docket import Verdict
from mjsim_contracts.server.patience import Patience
from mjsim_contracts.server.webhooks.hearing import Hearing
from mjsim_contracts.server.webhooks.sink import Ear, Message
from mjsim_contracts.task_operation import TaskOperation
from mjsim_contracts.taskserver.callbacks.callback import Callback, of_record
from mjsim_contracts.taskserver.callbacks.caller import Caller
from mjsim_contracts.taskserver.callbacks.rules import Code
from mjsim_contracts.taskserver.conversation import Said, TaskConversation

_REFUSAL = 500
_FILMS = 6
"""How many times as long as a picture a video takes, and making it longer, at least: it is only asked for where there is
time for that.
"""

_GENEROUS = 90.0
"""Seconds of the server's time after which a callback is missed that is to be sent again after a minute."""


class CallbackHearing(Hearing[Caller]):
    """See `Hearing`; with a `key` it is known what callbacks have to be signed with."""

    notice = TASKS.notice

    def __init__(
        self, conversation: TaskConversation, account: str, patience: Patience, ear: Ear, key: bytes | None
    ) -> None:
        super().__init__(conversation, patience, ear.sink)
        self._conversation = conversation
        self._account = account
        self._certain = ear.certain
        self._key = key

    def run(self) -> None:
        """All of it; as far as patience goes."""
        before = self._patience.left
        picture = self._subscribe("succeeds", TaskOperation.GENERATE, _picture("a bell"))
        self._subscribe("fails", TaskOperation.GENERATE, _picture("a bell --sim fail"))
        refused = self._subscribe("refused-at-first", TaskOperation.GENERATE, _picture("a gong"), _REFUSAL)
        self._follow()
        if picture and picture.end == "success":
            self._children(picture, films=self._patience.left > _FILMS * (before - self._patience.left))
        self._settle()
        if self._certain or any(each.events for each in self._subscribers.values()):
            for each in self._subscribers.values():
                self._report(each, each.judge_end())
        if refused and refused.events:
            self._await_retry(refused)

    def _children(self, picture: Caller, *, films: bool) -> None:
        self._subscribe("upscale", TaskOperation.UPSCALE, {"taskId": picture.job_id, "imageIndex": 0})
        self._subscribe("variation", TaskOperation.VARY, {"taskId": picture.job_id, "imageIndex": 1})
        results = of_record(picture.record)
        film = self._subscribe("video", TaskOperation.GENERATE, _film(results[0])) if films and results else None
        self._follow()
        if film and film.end == "success":
            asked = {"taskId": film.job_id, "taskType": "mj_video_extend_auto", "index": 0}
            self._subscribe("longer-video", TaskOperation.EXTEND, asked)
            self._follow()

    def _subscribe(
        self, name: str, operation: TaskOperation, asked: Mapping[str, Any], refusal: int | None = None
    ) -> Caller | None:
        """A task whose end is told to the sink; None where it is refused: not every server makes every kind."""
        url = self._sink.url(name, refusal)
        said = self._conversation.say(operation, self._account, {**asked, "callBackUrl": url})
        if not said.exchange.made:
            return None
        caller = self._subscribers[url] = Caller(url, said.exchange.made, operation, [said])
        self._look(caller)
        return caller

    def _look(self, subscriber: Caller) -> Said:
        said = self._conversation.say(TaskOperation.GET, self._account, {"taskId": subscriber.job_id})
        subscriber.looks.append(said)
        return said

    def _take(self, subscriber: Caller, message: Message) -> None:
        callback = Callback(message)
        subscriber.events.append(callback)
        self._mark(subscriber, message, callback.told)
        look = self._look(subscriber)
        self._report(subscriber, callback.judge(subscriber.job_id, subscriber.operation, self._key), message)
        self._report(subscriber, callback.judge_truth(look.exchange.data), message)

    def _await_retry(self, refused: Caller) -> None:
        """Where there is no time for it, nothing is judged."""
        end = self._patience.left - _GENEROUS
        while len(refused.events) < 2 and end >= 0 and self._patience.left > end:
            self._patience.wait()
            self._hear()
        again = len(refused.events) > 1
        if again or (end >= 0 and not self._patience.spent):
            wrong = f"it was answered by {_REFUSAL}, and came no more within {_GENEROUS:g} s"
            self._report(refused, [Verdict(Code.RETRY, "" if again else wrong)], refused.events[0].message)


def _picture(prompt: str) -> dict[str, Any]:
    return {"taskType": "mj_txt2img", "prompt": prompt, "speed": "turbo"}


def _film(url: str) -> dict[str, Any]:
    return {"taskType": "mj_video", "prompt": "it rings", "fileUrls": [url], "motion": "low"}
