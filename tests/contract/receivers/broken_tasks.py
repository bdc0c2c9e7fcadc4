"""Receivers of callbacks with one defect each: every one is the correct one but for a step."""

import base64
import contextlib
import hashlib
import hmac
import json
import time
import urllib.parse
import urllib.request
from http.server import HTTPServer
from typing import Any

from .task_receiver import TASK_KEY, TaskReceiver
from .threaded import Refusal

FORMER_TASK_KEY = "the-key-before-that"
BROKEN_TASKS: dict[str, tuple[type[TaskReceiver], str]] = {}


def fails(reason: str) -> Any:
    """Register a receiver with the case that has to fail."""

    def register(cls: type[TaskReceiver]) -> type[TaskReceiver]:
        BROKEN_TASKS[cls.__name__] = cls, reason
        return cls

    return register


def signed(content: str, key: str = TASK_KEY) -> bytes:
    return hmac.digest(key.encode(), content.encode(), hashlib.sha256)


@fails("R09-wrong-secret")
class VerifiesNothing(TaskReceiver):
    def verify(self, headers: Any, document: Any) -> None:
        pass


@fails("R09-no-signature")
class TrustsWhatIsNotSigned(TaskReceiver):
    def verify(self, headers: Any, document: Any) -> None:
        if "X-Webhook-Signature" in headers:
            super().verify(headers, document)


@fails("R09-wrong-secret")
class AnswersBeforeItVerifies(TaskReceiver):
    def receive(self, headers: Any, body: bytes) -> int:
        with contextlib.suppress(Refusal):
            super().receive(headers, body)
        return 200


@fails("R09-no-timestamp")
class NeedsNoTimestamp(TaskReceiver):
    def verify(self, headers: Any, document: Any) -> None:
        if "X-Webhook-Timestamp" in headers:
            super().verify(headers, document)


@fails("R07-old-signature")
class IgnoresTheTimeThatIsShown(TaskReceiver):
    """It finds out which recent time was signed, so that any time may be shown."""

    def matches(self, given: str, expected: bytes) -> bool:
        now = int(time.time())
        times = range(now - 7 * 3600, now + 10)
        return super().matches(given, expected) or any(
            super(IgnoresTheTimeThatIsShown, self).matches(given, signed(f"{self.task}.{at}")) for at in times
        )

    def expected(self, document: Any, stamp: str) -> bytes:
        self.task = document["data"]["taskId"]
        return super().expected(document, stamp)


@fails("R09-time-alone-signed")
class TakesATaskForNone(TaskReceiver):
    def matches(self, given: str, expected: bytes) -> bool:
        return super().matches(given, expected) or super().matches(given, signed(f".{self.stamp}"))

    def check_time(self, stamp: str) -> None:
        self.stamp = stamp


@fails("R09-other-task")
class SortsTheDigits(TaskReceiver):
    """A task's id is compared as a set of digits."""

    def verify(self, headers: Any, document: Any) -> None:
        try:
            super().verify(headers, document)
        except Refusal:
            turned = {"data": {"taskId": document["data"]["taskId"][::-1]}}
            super().verify(headers, turned)


@fails("R07-timestamp-no-number")
class CrashesOnTimesThatAreNoNumbers(TaskReceiver):
    def check_time(self, stamp: str) -> None:
        if abs(time.time() - int(stamp)) > 300:
            raise Refusal(400)


@fails("R08-clock-90-s-behind")
class AllowsNoSkew(TaskReceiver):
    def check_time(self, stamp: str) -> None:
        if not stamp.isdigit() or abs(time.time() - int(stamp)) > 10:
            raise Refusal(400)


@fails("R10-odd-base64")
class CrashesOnMalformedBase64(TaskReceiver):
    def matches(self, given: str, expected: bytes) -> bool:
        return hmac.compare_digest(base64.b64decode(given), expected)


@fails("R09-part-of-signature")
class ComparesAsFarAsItGoes(TaskReceiver):
    def matches(self, given: str, expected: bytes) -> bool:
        return len(given) > 8 and base64.b64encode(expected).decode().startswith(given)


@fails("R09-case-changed")
class IgnoresCase(TaskReceiver):
    def matches(self, given: str, expected: bytes) -> bool:
        return given.lower() == base64.b64encode(expected).decode().lower()


@fails("R09-oracle")
class TellsTheRightSignature(TaskReceiver):
    told = ""

    def matches(self, given: str, expected: bytes) -> bool:
        self.told = base64.b64encode(expected).decode()
        return super().matches(given, expected)

    def words(self) -> bytes:
        return f"expected {self.told}".encode()


@fails("R11-former-secret")
class BelievesTheFormerSecret(TaskReceiver):
    def matches(self, given: str, expected: bytes) -> bool:
        return super().matches(given, expected) or super().matches(given, self.former)

    def expected(self, document: Any, stamp: str) -> bytes:
        self.former = signed(f"{document['data']['taskId']}.{stamp}", FORMER_TASK_KEY)
        return super().expected(document, stamp)


@fails("R09-forgery-effect")
class ForgeriesUseUpTasks(TaskReceiver):
    def receive(self, headers: Any, body: bytes) -> int:
        document = self.parse(body)
        new = super().is_new(document)
        self.verify(headers, document)
        return self.handle(headers, document) if new else 200

    def is_new(self, document: Any) -> bool:
        return True


@fails("R00-longer-video")
class KnowsOneShapeOfResults(TaskReceiver):
    def results(self, data: dict[str, Any]) -> list[str]:
        return data["resultUrls"]


@fails("R00-longer-video")
class ReadsThePromptOfEverything(TaskReceiver):
    def store(self, document: dict[str, Any]) -> None:
        json.loads(document["data"]["promptJson"])
        super().store(document)


@fails("R00-upscale")
class ExpectsFourPictures(TaskReceiver):
    def keep(self, results: list[str]) -> None:
        if results:
            results[0], results[1], results[2], results[3]


@fails("R00-video")
class ExpectsPictures(TaskReceiver):
    def keep(self, results: list[str]) -> None:
        if not all(one.endswith(".jpeg") for one in results):
            raise Refusal(422)


@fails("R19-failed")
class NeedsResultsOfFailedTasks(TaskReceiver):
    def store(self, document: dict[str, Any]) -> None:
        self.results(document["data"])[0]
        super().store(document)


@fails("R19-longer-video-failed")
class ReadsResultsBeforeItLooks(TaskReceiver):
    def store(self, document: dict[str, Any]) -> None:
        self.results(document["data"])
        super().store(document)


@fails("R19-failed-state")
class TakesEveryEndForSuccess(TaskReceiver):
    def store(self, document: dict[str, Any]) -> None:
        self.states[document["data"]["taskId"]] = "done"


@fails("R19-longer-video-failed-state")
class TakesNoNewsForGoodNews(TaskReceiver):
    """A task has failed if its resultUrls are empty, so a longer video never has."""

    def store(self, document: dict[str, Any]) -> None:
        failed = document["data"].get("resultUrls") == []
        self.states[document["data"]["taskId"]] = "failed" if failed else "succeeded"


@fails("R14-unknown-code")
class RefusesUnknownCodes(TaskReceiver):
    def parse(self, body: bytes) -> dict[str, Any]:
        document = super().parse(body)
        if document["code"] not in {200, 400, 500, 501}:
            raise Refusal(422)
        return document


@fails("R14-unknown-code-state")
class FailsByOneCodeOnly(TaskReceiver):
    def store(self, document: dict[str, Any]) -> None:
        self.states[document["data"]["taskId"]] = "failed" if document["code"] in {500, 501} else "succeeded"


@fails("R14-unknown-field")
class RefusesUnknownFields(TaskReceiver):
    def parse(self, body: bytes) -> dict[str, Any]:
        document = super().parse(body)
        if document.keys() - {"code", "msg", "data"}:
            raise Refusal(422)
        return document


@fails("R12-small-letters-in-headers")
class KnowsOneSpellingOfHeaders(TaskReceiver):
    def verify(self, headers: Any, document: Any) -> None:
        super().verify(dict(headers.items()), document)


@fails("R13-no-json")
class SwallowsWhatItCannotRead(TaskReceiver):
    def receive(self, headers: Any, body: bytes) -> int:
        try:
            json.loads(body)
        except ValueError:
            return 200
        return super().receive(headers, body)


@fails("R13-empty")
class CrashesOnWhatIsNoJson(TaskReceiver):
    def parse(self, body: bytes) -> dict[str, Any]:
        return json.loads(body)


@fails("R16-long-prompt-emoji")
class TakesSmallBodiesOnly(TaskReceiver):
    def receive(self, headers: Any, body: bytes) -> int:
        if len(body) > 8000:
            raise Refusal(413)
        return super().receive(headers, body)


@fails("R01-twice-effect")
class RemembersNothing(TaskReceiver):
    def is_new(self, document: Any) -> bool:
        return True


@fails("R01-twice")
class ConflictsWithItself(TaskReceiver):
    def is_new(self, document: Any) -> bool:
        if not super().is_new(document):
            raise Refusal(409)
        return True


@fails("R01-at-once-effect")
class LooksThenLeaps(TaskReceiver):
    def handle(self, headers: Any, document: dict[str, Any]) -> int:
        task = document["data"]["taskId"]
        if task in self.seen:
            return 200
        time.sleep(0.05)
        self.seen.add(task)
        self.store(document)
        self.effects += document["code"] == 200
        return 200


@fails("R05-cut-off-effect")
class KnowsTasksBeforeTheyAreRead(TaskReceiver):
    """Half a body is taken for a task that is known."""

    def receive(self, headers: Any, body: bytes) -> int:
        name = body.partition(b'"taskId":"')[2][:32]
        if name in self.begun:
            return 200
        self.begun.add(name)
        return super().receive(headers, body)

    def __init__(self) -> None:
        super().__init__()
        self.begun: set[bytes] = set()


@fails("R02-upscale-first")
class NeedsWhatItWasMadeOf(TaskReceiver):
    def store(self, document: dict[str, Any]) -> None:
        parent = json.loads(document["data"].get("promptJson", "{}")).get("taskId")
        if parent and parent not in self.states:
            raise Refusal(409)
        super().store(document)


@fails("R17-burst")
class OneAtATimeAndSlow(TaskReceiver):
    server = HTTPServer

    def handle(self, headers: Any, document: dict[str, Any]) -> int:
        time.sleep(0.1)
        return super().handle(headers, document)


class AskingForRecords(TaskReceiver):
    """It believes the record rather than the callback."""

    api = ""

    def handle(self, headers: Any, document: dict[str, Any]) -> int:
        with self.lock:
            if not self.is_new(document):
                return 200
            record = self.record(document["data"]["taskId"])
            self.store(document)
            if record["successFlag"] == 1:
                self.act(document)
        return 200

    def record(self, task: str) -> Any:
        url = f"{self.api}/api/v1/mj/record-info?" + urllib.parse.urlencode({"taskId": task})
        request = urllib.request.Request(url, headers={"Authorization": "Bearer sim-receiver"})
        with urllib.request.urlopen(request, timeout=5) as answer:
            return json.load(answer)["data"]


@fails("R04-unknown-job")
class CrashesOnTasksThatHaveNoRecord(AskingForRecords):
    pass


@fails("R03-before-created-effect")
class LosesWhatTheApiDidNotKnow(AskingForRecords):
    def record(self, task: str) -> Any:
        record = super().record(task)
        if record is None:
            raise Refusal(503)
        return record
