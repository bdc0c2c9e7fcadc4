"""The simulator with one defect: `python broken_server.py DEFECT serve ...`. Each defect is one that a server under
development really has, put in by one change, so that a check that misses it is known to be blind there.
"""

import json
import sys
from collections.abc import Callable, Iterable
from functools import wraps
from itertools import count
from typing import Any

from aiohttp import web

from mjsim import spec
from mjsim.cli import main
from mjsim.core.error import InvalidRequest, JobNotCancellable, JobNotFound, MethodNotAllowed, NotFound, Refused
from mjsim.core.job import Job
from mjsim.core.request import Webhook
from mjsim.core.status import Status
from mjsim.core.timeline import Timeline
from mjsim.core.value import changed
from mjsim.core.webhook import Notice
from mjsim.courier import Courier
from mjsim.service import Service
from mjsim.store import mailroom
from mjsim.web import midjourney
from mjsim.web.access import Access
from mjsim.web.answer import encode
from mjsim.web.files import Files
from mjsim.web.news import News
from mjsim.web.surface import Surface, Surfaces
from mjsim.web.view import View

Document = dict[str, Any]
DEFECTS: dict[str, Callable[[], None]] = {}


def defect(function: Callable[[], None]) -> Callable[[], None]:
    """Register a change of the simulator under its own name."""
    DEFECTS[function.__name__] = function
    return function


def shown(change: Callable[[Document], None]) -> None:
    """Every job is shown with this change."""
    truth = View.job

    @wraps(truth)
    def job(*arguments: Any) -> Document:
        document = truth(*arguments)
        change(document)
        return document

    View.job = job
    View.encoded_job = lambda self, *arguments: encode(self.job(*arguments))


def refused(change: Callable[[Exception, web.Response], object]) -> None:
    """Every refusal is answered with this change."""
    truth = Surfaces.of

    def of(surfaces: Surfaces, path: str) -> Surface:
        surface = truth(surfaces, path)

        def refusal(error: Refused, seconds: Any) -> web.Response:
            answer = surface.errors.refusal(error, seconds)
            change(error, answer)
            return answer

        return changed(surface, errors=surface.errors._replace(refusal=refusal))

    Surfaces.of = of


def paged(change: Callable[[Document], None]) -> None:
    """Every page of a list is shown with this change."""
    truth = View.page

    @wraps(truth)
    def page(*arguments: Any) -> Document:
        document = truth(*arguments)
        change(document)
        return document

    View.page = page


def asked(**change: Any) -> None:
    """Every list is read with this change of what was asked for."""
    truth = midjourney.read_query
    midjourney.read_query = lambda parameters: changed(truth(parameters), **change)


def found(change: Callable[[Service, str, Job], Job]) -> None:
    """Whoever looks for a job finds what the change makes of it; it is given the tenant and the true job."""

    async def get(self: Service, tenant: str, job_id: str, _now: int) -> Job:
        job = await self._store.find(job_id)
        if job is None:
            raise JobNotFound("There is no such job.")
        return change(self, tenant, job)

    Service.get = get


def told(change: Callable[[Timeline, str, tuple[Notice, ...]], Iterable[Notice]]) -> None:
    """Webhooks are told what the change makes of the news of a life; it is given the type of the webhook too."""
    truth = mailroom.notices
    mailroom.notices = lambda life, kind: tuple(change(life, kind, truth(life, kind)))


def posted(change: Callable[[Document], None]) -> None:
    """Every webhook has a body with this change."""
    truth = News.body

    def body(*arguments: Any) -> bytes:
        document = json.loads(truth(*arguments))
        change(document)
        return encode(document)

    News.body = body


@defect
def completed_at_is_null() -> None:
    shown(lambda job: job.update(completed_at=None))


@defect
def the_grid_has_index_null() -> None:
    shown(lambda job: [image.setdefault("index", None) for image in job.get("result", {}).get("images", [])])


@defect
def completed_without_result() -> None:
    shown(lambda job: job.pop("result", None))


@defect
def completed_before_it_was_created() -> None:
    shown(lambda job: job.update(completed_at="2020-01-01T00:00:00Z") if job["status"] == "completed" else None)


@defect
def progress_falls() -> None:
    falling = count(90, -1)
    shown(lambda job: job.update(progress=max(0, next(falling))) if "result" not in job else None)


@defect
def total_is_off_by_one() -> None:
    paged(lambda page: page.update(total=page["total"] + 1))


@defect
def limit_is_ignored() -> None:
    asked(limit=100)


@defect
def offset_is_ignored() -> None:
    asked(offset=0)


@defect
def filter_is_ignored() -> None:
    asked(status=None)


@defect
def order_is_reversed() -> None:
    paged(lambda page: page["data"].reverse())


@defect
def any_key_is_accepted() -> None:
    Access.tenant = lambda _self, _request: "anybody"


@defect
def jobs_of_others_are_shown() -> None:
    found(lambda _service, _tenant, job: job)


@defect
def some_created_jobs_are_lost() -> None:
    def lose(_service: Service, tenant: str, job: Job) -> Job:
        if job.id[0] in "01234567" or job.tenant != tenant:
            raise JobNotFound("There is no such job.")
        return job

    found(lose)


@defect
def another_job_is_answered() -> None:
    shown(lambda job: job.update(id="00000000-0000-4000-8000-000000000000"))


@defect
def the_allow_header_is_missing() -> None:
    refused(lambda error, answer: isinstance(error, MethodNotAllowed) and answer.headers.pop("Allow"))


@defect
def completed_jobs_can_be_cancelled() -> None:
    Service.cancel = found_now


async def found_now(service: Service, tenant: str, job_id: str) -> tuple[Job, int]:
    """A job that is left as it is, and the present."""
    now = service.now()
    return await service.get(tenant, job_id, now), now


@defect
def cancelled_jobs_go_on() -> None:
    truth = Service.cancel

    async def cancel(self: Service, tenant: str, job_id: str) -> tuple[Job, int]:
        before, _ = await found_now(self, tenant, job_id)
        answer = await truth(self, tenant, job_id)
        async with self._store.turn(tenant) as turn:
            turn.amend(before)
        return answer

    Service.cancel = cancel


@defect
def children_have_their_parents_id() -> None:
    truth = midjourney.created
    midjourney.created = lambda job: truth(changed(job, id=job.work.parent or job.id))


class Crash(InvalidRequest):
    """What a server answers that did not think of something."""

    status = 500


@defect
def nul_is_a_server_error() -> None:
    truth = Service.imagine

    async def imagine(self: Service, tenant: str, prompt: str, *others: Any) -> Job:
        if "\0" in prompt:
            raise Crash("invalid byte sequence")
        return await truth(self, tenant, prompt, *others)

    Service.imagine = imagine


@defect
def settings_are_forgotten() -> None:
    midjourney._settings = lambda _body: {}


@defect
def prompts_are_cut() -> None:
    shown(lambda job: job.update(prompt=job["prompt"][:12]) if "prompt" in job else None)


@defect
def total_counts_the_page() -> None:
    paged(lambda page: page.update(total=len(page["data"])))


@defect
def cancelled_jobs_are_not_listed() -> None:
    paged(lambda page: page.update(data=[job for job in page["data"] if job["status"] != "cancelled"]))


@defect
def images_are_said_to_be_larger() -> None:
    shown(lambda job: [image.update(width=image["width"] * 2) for image in job.get("result", {}).get("images", [])])


@defect
def files_are_missing() -> None:
    async def get(_self: Files, _call: Any) -> Any:
        raise NotFound("There is no such file.")

    Files.get = get


@defect
def open_jobs_cannot_be_cancelled() -> None:
    async def cancel(self: Service, tenant: str, job_id: str) -> tuple[Job, int]:
        await found_now(self, tenant, job_id)
        raise JobNotCancellable("Too late.")

    Service.cancel = cancel


@defect
def unknown_jobs_are_bad_requests() -> None:
    JobNotFound.status = 400


@defect
def anything_can_be_enlarged() -> None:
    Service._parent = Service.get


@defect
def updates_go_back() -> None:
    hours = count(23, -1)
    shown(lambda job: job.update(updated_at=f"2030-01-01T{next(hours) % 24:02}:00:00Z"))


@defect
def the_usual_page_has_ten_jobs() -> None:
    truth = midjourney.read_query
    midjourney.read_query = lambda asked: truth(asked) if "limit" in asked else changed(truth(asked), limit=10)


@defect
def long_prompts_are_accepted() -> None:
    del spec.document(spec.OVERLAID)["components"]["schemas"]["ImagineRequest"]["properties"]["prompt"]["maxLength"]


@defect
def what_has_ended_changes() -> None:
    seconds = count(1)
    shown(lambda job: job.update(completed_at=f"2030-01-01T00:{next(seconds) // 60 % 60:02}:00Z"))


@defect
def errors_are_plain_text() -> None:
    refused(lambda _, answer: setattr(answer, "content_type", "text/plain"))


@defect
def created_at_is_now() -> None:
    minutes = count(1)
    shown(lambda job: job.update(created_at=f"2020-01-01T00:{next(minutes) % 60:02}:00Z"))


@defect
def jobs_are_gone_after_the_second_look() -> None:
    looks: dict[str, int] = {}

    def forget(_service: Service, tenant: str, job: Job) -> Job:
        looks[job.id] = looks.get(job.id, 0) + 1
        if looks[job.id] > 2 or job.tenant != tenant:
            raise JobNotFound("There is no such job.")
        return job

    found(forget)


@defect
def cancelling_is_told_to_nobody() -> None:
    told(lambda _life, _kind, news: [one for one in news if one.status is not Status.CANCELLED])


@defect
def cancelling_is_told_as_a_result() -> None:
    truth = mailroom.notices

    def add(life: Timeline, kind: str, news: tuple[Notice, ...]) -> Iterable[Notice]:
        return news if kind == "progress" else [one for one in truth(life, "progress") if one.status.terminal]

    told(add)


@defect
def progress_is_told_as_a_result() -> None:
    truth = mailroom.notices
    told(lambda life, _kind, _news: truth(life, "progress"))


@defect
def results_are_told_to_nobody() -> None:
    told(lambda _life, kind, news: () if kind == "result" else news)


@defect
def the_beginning_of_work_is_not_told() -> None:
    told(lambda _life, _kind, news: [one for one in news if one.status is not Status.IN_PROGRESS])


@defect
def webhooks_are_never_sent() -> None:
    told(lambda _life, _kind, _news: ())


@defect
def webhooks_come_too_early() -> None:
    told(lambda life, _kind, news: [Notice(life.accepted, one.status) for one in news])


@defect
def progress_is_told_after_completion() -> None:
    truth = Courier._replies

    async def replies(self: Courier, delivery: Any, message: Any, tampering: Any) -> Any:
        answers = await truth(self, delivery, message, tampering)
        if delivery.status is Status.COMPLETED:
            late = json.loads(message.body) | {"status": "in_progress", "event": "job.progress", "progress": 93}
            headers = [(name, f"{value}-late" if name == "webhook-id" else value) for name, value in message.headers]
            await self._send.send(changed(message, headers=tuple(headers), body=encode(late)))
        return answers

    Courier._replies = replies


@defect
def webhooks_tell_of_another_job() -> None:
    posted(lambda event: event.update(dict.fromkeys(("id", "job_id"), "00000000-0000-4000-8000-000000000000")))


@defect
def webhooks_are_no_jobs() -> None:
    posted(lambda event: [event.pop(name) for name in ("id", "status")])


@defect
def webhooks_are_misnamed() -> None:
    posted(lambda event: event.update(event="job.progress"))


@defect
def webhooks_tell_another_time() -> None:
    posted(lambda event: event.update(created_at="2020-01-01T00:00:00Z"))


@defect
def webhooks_come_without_results() -> None:
    posted(lambda event: event.pop("result", None))


@defect
def webhooks_tell_progress_unasked() -> None:
    truth = midjourney._webhook
    midjourney._webhook = lambda body: truth({"webhook_type": "progress"} | body)


@defect
def children_have_no_webhooks() -> None:
    truth = Service.derive

    async def derive(self: Service, *asked: Any) -> Job:
        return await truth(self, *(None if isinstance(one, Webhook) else one for one in asked))

    Service.derive = derive


@defect
def long_prompts_are_cut() -> None:
    shown(lambda job: job.update(prompt=job["prompt"][:255]) if "prompt" in job else None)


@defect
def upscales_are_no_larger() -> None:
    def shrink(job: Document) -> None:
        for image in job.get("result", {}).get("images", []) if job["type"] == "upscale" else ():
            image.update(width=image["width"] // 2, height=image["height"] // 2)

    shown(shrink)


@defect
def the_grid_is_missing() -> None:
    shown(lambda job: job.get("result", {}).get("images", [None]).pop(0))


@defect
def pictures_are_square_whatever_was_asked() -> None:
    shown(lambda job: [image.update(height=image["width"]) for image in job.get("result", {}).get("images", [])])


@defect
def updates_are_forgotten() -> None:
    shown(lambda job: job.update(updated_at=job["created_at"]))


@defect
def webhooks_lose_the_query_of_their_url() -> None:
    truth = midjourney._webhook

    def webhook(body: Document) -> Webhook | None:
        asked = truth(body)
        return asked and changed(asked, url=asked.url.partition("?")[0])

    midjourney._webhook = webhook


@defect
def errors_say_nothing() -> None:
    refused(lambda _, answer: setattr(answer, "body", encode({"status": "ERROR"})))


@defect
def errors_have_no_code() -> None:
    refused(lambda error, answer: setattr(answer, "body", encode({"status": "ERROR", "message": str(error)})))


@defect
def new_jobs_have_no_id() -> None:
    midjourney.created = lambda _job: {"status": "SUCCESS", "message": "Thank you."}


@defect
def pictures_are_served_as_pages() -> None:
    truth = Files.get

    async def get(self: Files, call: Any) -> web.Response:
        answer = await truth(self, call)
        answer.content_type = "text/html"
        return answer

    Files.get = get


if __name__ == "__main__":
    DEFECTS[sys.argv.pop(1)]()
    sys.exit(main())
