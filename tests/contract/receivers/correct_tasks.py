"""Correct receivers of callbacks in different styles: none of them may fail, however differently they answer."""

import os
import shutil
import signal
import subprocess
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

from .broken_tasks import AskingForRecords
from .task_receiver import TASK_KEY, TaskReceiver
from .threaded import Refusal, listening

Style = Callable[[], AbstractContextManager[str]]
NODE = shutil.which("node")


class WithoutTolerance(TaskReceiver):
    """As the provider's samples are: the time is signed, and believed however old it is."""

    def check_time(self, stamp: str) -> None:
        pass


class ByFlags(TaskReceiver):
    """It calls success what has results, knows no code, keeps nothing of what it does not know, and says 204."""

    def store(self, document: dict[str, Any]) -> None:
        data = document["data"]
        succeeded = data.get("successFlag") == 1 or bool(data.get("resultUrls"))
        self.states[data["taskId"]] = "finished" if succeeded else "broken"

    def handle(self, headers: Any, document: dict[str, Any]) -> int:
        super().handle(headers, document)
        return 204


class AskingAgain(AskingForRecords):
    """It asks for the record before it believes anything, and for a retry where there is none yet."""

    def __init__(self, api: str) -> None:
        super().__init__()
        self.api = api

    def handle(self, headers: Any, document: dict[str, Any]) -> int:
        with self.lock:
            if document["data"]["taskId"] in self.seen:
                return 200
            record = self.record(document["data"]["taskId"])
            if record is None:
                raise Refusal(503)
            self.is_new(document)
            self.store(document)
            self.effects += record["successFlag"] == 1
        return 200


def threaded() -> AbstractContextManager[str]:
    """The standard library."""
    return listening(TaskReceiver())


def without_tolerance() -> AbstractContextManager[str]:
    return listening(WithoutTolerance())


def by_flags() -> AbstractContextManager[str]:
    return listening(ByFlags())


@contextmanager
def node() -> Iterator[str]:
    """JavaScript on Node's own server, which knows no tolerance either."""
    program = str(Path(__file__).with_name("task_receiver.mjs"))
    environment = {"WEBHOOK_SECRET": TASK_KEY, "PATH": os.environ["PATH"]}
    with subprocess.Popen([NODE, program], stdout=subprocess.PIPE, text=True, env=environment) as process:
        try:
            yield process.stdout.readline().strip()
        finally:
            process.send_signal(signal.SIGKILL)


CORRECT_TASKS: dict[str, Style] = {
    "threaded": threaded,
    "without_tolerance": without_tolerance,
    "by_flags": by_flags,
    **({"node": node} if NODE else {}),
}
