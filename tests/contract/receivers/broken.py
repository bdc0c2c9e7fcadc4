"""Receivers with one defect each, as receivers under development have them: every one is the correct one but for a step."""

import base64
import contextlib
import hashlib
import hmac
import json
import time
import urllib.error
import urllib.request
from http.server import HTTPServer
from typing import Any

from .threaded import RANK, Receiver, Refusal

FORMER_KEY = bytes(range(40, 72))
BROKEN: dict[str, type[Receiver]] = {}


def broken(cls: type[Receiver]) -> type[Receiver]:
    """Register a receiver under its own name."""
    BROKEN[cls.__name__] = cls
    return cls


@broken
class VerifiesNothing(Receiver):
    def verify(self, headers: Any, body: bytes) -> None:
        pass


@broken
class TrustsWhatIsNotSigned(Receiver):
    def verify(self, headers: Any, body: bytes) -> None:
        if "webhook-signature" in headers:
            super().verify(headers, body)


@broken
class AnswersBeforeItVerifies(Receiver):
    def receive(self, headers: Any, body: bytes) -> int:
        with contextlib.suppress(Refusal):
            super().receive(headers, body)
        return 202


@broken
class ActsBeforeItVerifies(Receiver):
    def receive(self, headers: Any, body: bytes) -> int:
        if b'"event":"job.completed"' in body:
            self.effects += headers["webhook-id"] not in self.seen
        return super().receive(headers, body)

    def act(self, _document: dict[str, Any]) -> None:
        pass


@broken
class ForgeriesUseUpIds(Receiver):
    def receive(self, headers: Any, body: bytes) -> int:
        new = super().is_new(headers) if headers.get("webhook-id") else True
        self.verify(headers, body)
        return super().handle(headers, self.parse(body)) if new else 200

    def is_new(self, headers: Any) -> bool:
        return True


@broken
class ComparesTheFirstTokenOnly(Receiver):
    def tokens(self, header: str) -> list[str]:
        return header.split(" ")[:1]


@broken
class ChecksNoTime(Receiver):
    def check_time(self, stamp: str) -> None:
        pass


@broken
class CrashesOnTimesThatAreNoNumbers(Receiver):
    def check_time(self, stamp: str) -> None:
        if abs(time.time() - int(stamp)) > 300:
            raise Refusal(400)


@broken
class AllowsNoSkew(Receiver):
    def check_time(self, stamp: str) -> None:
        if abs(time.time() - int(stamp)) > 10:
            raise Refusal(400)


@broken
class RefusesOldEvents(Receiver):
    def parse(self, body: bytes) -> dict[str, Any]:
        document = super().parse(body)
        if document["timestamp"][:13] < time.strftime("%Y-%m-%dT%H", time.gmtime(time.time() - 7200)):
            raise Refusal(400)
        return document


@broken
class CrashesOnMalformedTokens(Receiver):
    def matches(self, token: str, expected: bytes) -> bool:
        version, signature = token.split(",")
        return version == "v1" and hmac.compare_digest(signature, base64.b64encode(expected).decode())


@broken
class CrashesOnMalformedBase64(Receiver):
    def matches(self, token: str, expected: bytes) -> bool:
        version, _, signature = token.partition(",")
        return version == "v1" and hmac.compare_digest(base64.b64decode(signature), expected)


@broken
class RefusesUnknownVersions(Receiver):
    def tokens(self, header: str) -> list[str]:
        if any(not token.startswith("v1,") for token in header.split()):
            raise Refusal(400)
        return header.split()


@broken
class AllOfNoneIsTrue(Receiver):
    def verify(self, headers: Any, body: bytes) -> None:
        if headers.get("webhook-signature"):
            super().verify(headers, body)
        elif "webhook-signature" not in headers:
            raise Refusal(401)


@broken
class ComparesAsFarAsItGoes(Receiver):
    def matches(self, token: str, expected: bytes) -> bool:
        version, _, signature = token.partition(",")
        return version == "v1" and len(signature) > 8 and base64.b64encode(expected).decode().startswith(signature)


@broken
class IgnoresCase(Receiver):
    def matches(self, token: str, expected: bytes) -> bool:
        return token.lower() == "v1," + base64.b64encode(expected).decode().lower()


@broken
class TellsTheRightSignature(Receiver):
    told = ""

    def matches(self, token: str, expected: bytes) -> bool:
        self.told = base64.b64encode(expected).decode()
        return super().matches(token, expected)

    def words(self) -> bytes:
        return f"expected {self.told}".encode()


@broken
class BelievesTheFormerSecret(Receiver):
    def verify(self, headers: Any, body: bytes) -> None:
        try:
            super().verify(headers, body)
        except Refusal:
            former = Receiver()
            former.signature = lambda content: hmac.digest(FORMER_KEY, content, hashlib.sha256)
            former.verify(headers, body)


@broken
class WritesJsonAgain(Receiver):
    def verify(self, headers: Any, body: bytes) -> None:
        again = json.dumps(self.parse(body), separators=(",", ":"), ensure_ascii=False).encode()
        super().verify(headers, again)


@broken
class PassesOverBytesThatAreNoText(Receiver):
    def verify(self, headers: Any, body: bytes) -> None:
        super().verify(headers, body.decode(errors="ignore").encode())

    def parse(self, body: bytes) -> dict[str, Any]:
        return super().parse(body.decode(errors="ignore").encode())


@broken
class KnowsLatin1Only(Receiver):
    def verify(self, headers: Any, body: bytes) -> None:
        body.decode().encode("latin-1")
        super().verify(headers, body)


@broken
class DecodesBeforeItVerifies(Receiver):
    def verify(self, headers: Any, body: bytes) -> None:
        super().verify(headers, body.decode().encode())


@broken
class SwallowsWhatItCannotRead(Receiver):
    def parse(self, body: bytes) -> dict[str, Any]:
        try:
            return super().parse(body)
        except Refusal:
            return {"event": "unreadable", "job_id": ""}


@broken
class CrashesOnWhatIsNoJson(Receiver):
    def parse(self, body: bytes) -> dict[str, Any]:
        return json.loads(body)


@broken
class RemembersNothing(Receiver):
    def is_new(self, headers: Any) -> bool:
        return True


@broken
class KnowsAttemptsNotEvents(Receiver):
    def is_new(self, headers: Any) -> bool:
        attempt = headers["webhook-signature"]
        new = attempt not in self.seen
        self.seen.add(attempt)
        return new


@broken
class KnowsJobsNotEvents(Receiver):
    def handle(self, headers: Any, document: dict[str, Any]) -> int:
        return super().handle({"webhook-id": document["job_id"]}, document)


@broken
class LooksThenLeaps(Receiver):
    def handle(self, headers: Any, document: dict[str, Any]) -> int:
        if headers["webhook-id"] in self.seen:
            return 200
        time.sleep(0.05)
        self.seen.add(headers["webhook-id"])
        self.store(document)
        if document["event"] == "job.completed":
            self.act(document)
        return 200


@broken
class ConflictsWithItself(Receiver):
    def is_new(self, headers: Any) -> bool:
        if not super().is_new(headers):
            raise Refusal(409)
        return True


@broken
class LosesCountInBursts(Receiver):
    def handle(self, headers: Any, document: dict[str, Any]) -> int:
        with self.lock:
            if not self.is_new(headers):
                return 200
            self.store(document)
        if document["event"] == "job.completed":
            before = self.effects
            time.sleep(0.02)
            self.effects = before + 1
        return 200


@broken
class KnowsSmallLettersOnly(Receiver):
    def verify(self, headers: Any, body: bytes) -> None:
        super().verify(dict(headers.items()), body)


@broken
class GoesBack(Receiver):
    def store(self, document: dict[str, Any]) -> None:
        self.states[document["job_id"]] = document.get("status", "")


@broken
class IgnoresCancelling(Receiver):
    def store(self, document: dict[str, Any]) -> None:
        if document["event"] != "job.cancelled":
            super().store(document)


@broken
class TakesEveryEndForSuccess(Receiver):
    def store(self, document: dict[str, Any]) -> None:
        if RANK.get(document.get("status", ""), 0) == 2:
            self.states[document["job_id"]] = "done"


@broken
class NeedsImagesOfFailedJobs(Receiver):
    def store(self, document: dict[str, Any]) -> None:
        if document["event"] in {"job.completed", "job.failed"}:
            len(document["result"])
        super().store(document)


@broken
class RefusesUnknownEvents(Receiver):
    def parse(self, body: bytes) -> dict[str, Any]:
        document = super().parse(body)
        if document["event"] not in {"job.progress", "job.completed", "job.failed", "job.cancelled"}:
            raise Refusal(422)
        return document


@broken
class RefusesUnknownFields(Receiver):
    def parse(self, body: bytes) -> dict[str, Any]:
        document = super().parse(body)
        if "moderation" in document:
            raise Refusal(422)
        return document


@broken
class NeedsAPrompt(Receiver):
    def parse(self, body: bytes) -> dict[str, Any]:
        document = super().parse(body)
        if document["type"] == "imagine":
            document["prompt"].strip()
        return document


@broken
class ExpectsImagesOfEveryJob(Receiver):
    def parse(self, body: bytes) -> dict[str, Any]:
        document = super().parse(body)
        if "result" in document:
            document["result"]["images"][0]
        return document


@broken
class TakesSmallBodiesOnly(Receiver):
    def receive(self, headers: Any, body: bytes) -> int:
        if len(body) > 8192:
            raise Refusal(413)
        return super().receive(headers, body)


@broken
class Redirects(Receiver):
    def receive(self, headers: Any, body: bytes) -> int:
        return 307


@broken
class OneAtATimeAndSlow(Receiver):
    server = HTTPServer

    def handle(self, headers: Any, document: dict[str, Any]) -> int:
        time.sleep(0.1)
        return super().handle(headers, document)


@broken
class ReadsUntilItHasEverything(Receiver):
    def read(self, stream: Any, headers: Any) -> bytes:
        body, length = b"", int(headers["Content-Length"])
        while len(body) < length and not self.closing.wait(0.01):
            body += stream.read(length - len(body))
        return body


@broken
class NeverRecovers(ReadsUntilItHasEverything):
    server = HTTPServer


class Asking(Receiver):
    """One that asks the API for the job before it acts."""

    api = ""

    def handle(self, headers: Any, document: dict[str, Any]) -> int:
        if not self.is_new(headers):
            return 200
        self.ask(f"{self.api}/v1/jobs/{document['job_id']}")
        self.store(document)
        if document["event"] == "job.completed":
            self.act(document)
        return 200

    def ask(self, url: str) -> None:
        request = urllib.request.Request(url, headers={"Authorization": "Bearer sim-receiver"})
        urllib.request.urlopen(request, timeout=5).close()


@broken
class CrashesOnJobsItDoesNotFind(Asking):
    pass


@broken
class LosesWhatItCouldNotHandle(Asking):
    def ask(self, url: str) -> None:
        try:
            super().ask(url)
        except urllib.error.HTTPError:
            raise Refusal(503) from None


@broken
class UpscalesAgain(Asking):
    def is_new(self, headers: Any) -> bool:
        return True

    def ask(self, url: str) -> None:
        job_id = url.rpartition("/")[2]
        body = json.dumps({"job_id": job_id, "index": 1}).encode()
        headers = {"Authorization": "Bearer sim-receiver", "Content-Type": "application/json"}
        request = urllib.request.Request(f"{self.api}/v1/upscale", body, headers)
        with contextlib.suppress(urllib.error.HTTPError):
            urllib.request.urlopen(request, timeout=5).close()
