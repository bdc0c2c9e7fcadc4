"""A callback is the end of a task, told in another shape than its record: results as plain strings, the request as
`promptJson`; those of longer videos have a shape of their own.

Where a key is set, `X-Webhook-Signature` is the Base64 HMAC-SHA256 of `taskId.timestamp`; the body is not signed.
"""

import base64
import hashlib
import hmac
from typing import Any

from mjsim.core.delivery import Delivery, Headers
from mjsim.core.instant import MINUTE
from mjsim.core.job import Job
from mjsim.core.message import Message, sealed
from mjsim.core.retry import RetryPolicy
from mjsim.core.status import Status
from mjsim.core.tampering import Signing, Tampering
from mjsim.core.task import task_id
from mjsim.core.webhook import as_told
from mjsim.web.answer import encode
from mjsim.web.origin import Origin
from mjsim.web.tasks.record import FAILED, SUCCEEDED, Records, param_of, reason, result_info, type_of

TIMESTAMP = "X-Webhook-Timestamp"
SIGNATURE = "X-Webhook-Signature"

RETRIES = RetryPolicy((MINUTE, 5 * MINUTE, 15 * MINUTE))
"""When a callback is sent again; after that it is given up."""

_SERVER_ERROR = 500


class Callbacks:
    """Writes callbacks, signed where there is a `key`."""

    def __init__(self, records: Records, origin: Origin, key: str | None) -> None:
        self._records = records
        self._origin = origin
        self._key = key

    def write(self, job: Job, delivery: Delivery, seconds: int, tampering: Tampering) -> Message:
        """See `courier.Write`."""
        task, key = task_id(job.id), self._key

        def sign(_body: bytes, shown: int, timestamp: int, signing: Signing) -> Headers:
            if key is None:
                return ()
            stamped = ((TIMESTAMP, str(shown)),)
            if signing is Signing.MISSING:
                return stamped
            forged = signing in {Signing.FORGED, Signing.WRONG_SECRET}
            return (*stamped, (SIGNATURE, signature(f"not {key}" if forged else key, task, timestamp)))

        return sealed(delivery.url, self.body(job, delivery), sign, seconds, tampering)

    def body(self, job: Job, delivery: Delivery) -> bytes:
        """The callback as JSON."""
        told = job.living(as_told(job.timeline, delivery.status))
        moment = told.timeline.last
        succeeded = moment.status is Status.COMPLETED
        urls = self._records.urls(told, self._origin.default) if succeeded else []
        code, message = (200, "success") if succeeded else (_SERVER_ERROR, reason(moment))
        extends = told.task is not None and told.task.type.extends
        data = _of_longer_video(told, urls, message) if extends else _of_task(told, urls)
        return encode({"code": code, "msg": message, "data": data})


def signature(key: str, task: str, timestamp: int) -> str:
    """The value of `X-Webhook-Signature`; `timestamp` in Unix seconds."""
    signed = hmac.digest(key.encode(), f"{task}.{timestamp}".encode(), hashlib.sha256)
    return base64.b64encode(signed).decode()


def _of_task(job: Job, urls: list[str]) -> dict[str, Any]:
    return {"taskId": task_id(job.id), "promptJson": param_of(job), "resultUrls": urls}


def _of_longer_video(job: Job, urls: list[str], message: str) -> dict[str, Any]:
    told: dict[str, Any] = {"taskId": task_id(job.id)}
    if urls:
        return told | {"taskType": type_of(job), "resultInfoJson": result_info(urls), "successFlag": SUCCEEDED}
    return told | {"successFlag": FAILED, "errorCode": "VIDEO_EXTEND_FAILED", "errorMessage": message}
