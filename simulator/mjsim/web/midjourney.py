"""The eight operations of the published API: from a request that obeys the contract to a use case, and back."""

import re
from collections.abc import Mapping
from typing import Any

from mjsim.core.error import JobNotFound
from mjsim.core.image import ImageInput, decode_base64
from mjsim.core.instant import Instant
from mjsim.core.prompt import Value
from mjsim.core.request import Webhook
from mjsim.core.value import changed
from mjsim.ports import Query
from mjsim.service import Service
from mjsim.web import http as web
from mjsim.web.answer import encoded_answer, json_answer
from mjsim.web.body import read_json
from mjsim.web.origin import Origin
from mjsim.web.query import read_query
from mjsim.web.route import Call, Route
from mjsim.web.view import View, created

_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII | re.IGNORECASE)

_SETTINGS = frozenset({"aspect_ratio", "model_version", "process_mode", "quality", "stylize", "chaos", "seed", "no"})


class MidjourneyApi:
    """Handlers of the published API."""

    def __init__(self, service: Service, view: View, origin: Origin) -> None:
        self._service = service
        self._view = view
        self._origin = origin

    def routes(self) -> list[Route]:
        """Where the operations are."""
        return [
            Route("/v1/imagine", {"POST": self.create_imagine}, "createImagineJob"),
            Route("/v1/upscale", {"POST": self.create_upscale}, "createUpscaleJob"),
            Route("/v1/variations", {"POST": self.create_variation}, "createVariationJob"),
            Route("/v1/describe", {"POST": self.create_describe}, "createDescribeJob"),
            Route("/v1/blend", {"POST": self.create_blend}, "createBlendJob"),
            Route("/v1/jobs", {"GET": self.list_jobs}, "listJobs"),
            Route("/v1/jobs/{jobId}", {"GET": self.get_job}, "getJobStatus"),
            Route("/v1/jobs/{jobId}/cancel", {"POST": self.cancel_job}, "cancelJob"),
        ]

    async def create_imagine(self, call: Call) -> web.Response:
        """createImagineJob."""
        body = await read_json(call.request, "ImagineRequest")
        job = await self._service.imagine(
            call.tenant, body["prompt"], _settings(body), body.get("image_url"), _webhook(body), call.directives
        )
        return json_answer(created(job))

    async def create_upscale(self, call: Call) -> web.Response:
        """createUpscaleJob."""
        body = await read_json(call.request, "UpscaleRequest")
        parent, index = body["job_id"].lower(), int(body["index"])
        job = await self._service.upscale(call.tenant, parent, index, _webhook(body), call.directives)
        return json_answer(created(job))

    async def create_variation(self, call: Call) -> web.Response:
        """createVariationJob."""
        body = await read_json(call.request, "VariationRequest")
        parent, index = body["job_id"].lower(), int(body["index"])
        job = await self._service.vary(call.tenant, parent, index, _webhook(body), call.directives)
        return json_answer(created(job))

    async def create_describe(self, call: Call) -> web.Response:
        """createDescribeJob."""
        body = await read_json(call.request, "DescribeRequest")
        image = _image(body, "", url="image_url", data="image_base64")
        return json_answer(created(await self._service.describe(call.tenant, image, _webhook(body), call.directives)))

    async def create_blend(self, call: Call) -> web.Response:
        """createBlendJob."""
        body = await read_json(call.request, "BlendRequest")
        images = [
            _image(item, f"images.{place}.", url="url", data="base64") for place, item in enumerate(body["images"])
        ]
        job = await self._service.blend(
            call.tenant, images, body.get("prompt"), _settings(body), _webhook(body), call.directives
        )
        return json_answer(created(job))

    async def get_job(self, call: Call) -> web.Response:
        """getJobStatus."""
        now = self._service.now()
        job = await self._service.get(call.tenant, _job_id(call), now)
        return encoded_answer(self._view.encoded_job(job, _seen_at(call, now), self._origin.of(call.request)))

    async def list_jobs(self, call: Call) -> web.Response:
        """listJobs."""
        query = read_query(call.request.query)
        now = _seen_at(call, self._service.now())
        page = await self._service.page(call.tenant, _moved(call, query), now)
        return json_answer(self._view.page(page, query, now, self._origin.of(call.request)))

    async def cancel_job(self, call: Call) -> web.Response:
        """cancelJob. The operation has no body; one that is sent is passed over."""
        job, now = await self._service.cancel(call.tenant, _job_id(call))
        return encoded_answer(self._view.encoded_job(job, now, self._origin.of(call.request)))


def _seen_at(call: Call, now: Instant) -> Instant:
    """The instant at which jobs are looked at: earlier than the present where a stale answer is wanted."""
    return Instant(now - (call.effect.stale or 0))


def _moved(call: Call, query: Query) -> Query:
    """The page as it is once so many jobs have come in before it, where that is wanted."""
    drift = call.effect.drift
    return changed(query, offset=max(0, query.offset - drift)) if drift else query


def _job_id(call: Call) -> str:
    """The id in its canonical form; what is no UUID is the id of no job."""
    text = call.places["jobId"]
    if not _UUID.fullmatch(text):
        raise JobNotFound(f"There is no job {text[:60]!r}: a job's id is a UUID.")
    return text.lower()


def _settings(body: Mapping[str, Any]) -> dict[str, Value]:
    """The settings that the body names explicitly."""
    return {name: value for name, value in body.items() if name in _SETTINGS}


def _webhook(body: Mapping[str, Any]) -> Webhook | None:
    url = body.get("webhook_url")
    return None if url is None else Webhook(url, body.get("webhook_type", "result"))


def _image(item: Mapping[str, Any], place: str, *, url: str, data: str) -> ImageInput:
    """The picture that an object names by URL or as Base64, whichever of the two it has."""
    if data in item:
        return ImageInput(place + data, data=decode_base64(item[data], place + data))
    return ImageInput(place + url, url=item[url])
