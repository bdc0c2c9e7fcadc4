"""A client that a public generator makes of the served contract runs a whole session, unchanged.

It raises on every status that the contract does not document, and reads every answer into its own types.
"""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from .generated_client import Module, connected, generated

PACKAGE = "generated_midjourney_client"
PNG = "iVBORw0KGgoAAAANSUhEUgAAAAgAAAAICAIAAABLbSncAAAAFUlEQVR42mO8VmHDgA0wMeAAg1MCADhtAZrHOoHAAAAAAElFTkSuQmCC"


@pytest.fixture(scope="module")
def module(instant: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Module]:
    """The client that was generated from what the server serves."""
    with generated(f"{instant}/openapi.json", PACKAGE, tmp_path_factory.mktemp("client")) as client:
        yield client


class Session:
    """Calls operations by the names of the generated modules."""

    def __init__(self, module: Module, client: Any) -> None:
        self._module = module
        self._client = client
        self.models = module("models")

    def call(self, name: str, *arguments: Any, **parameters: Any) -> Any:
        """The parsed answer of an operation."""
        return self._module(f"api.{name}").sync(*arguments, client=self._client, **parameters)

    def create(self, name: str, body: Any) -> UUID:
        """The id of a new job."""
        answer = self.call(name, body=body)
        assert isinstance(answer, self.models.JobCreatedResponse), answer
        job_id: UUID = answer.data.job_id
        return job_id

    def finish(self, job_id: UUID) -> Any:
        """The job, polled until it has ended."""
        for _ in range(200):
            job = self.call("jobs.get_job_status", job_id)
            if job.status not in {"pending", "in_progress"}:
                return job
            time.sleep(0.02)
        raise AssertionError(f"{job_id} does not end")


@contextmanager
def session(module: Module, url: str, token: str = "sim-generated") -> Iterator[Session]:
    """A session of one account."""
    with connected(module, url, token) as client:
        yield Session(module, client)


def test_every_kind_of_job_is_made_and_read(module: Module, instant: str) -> None:
    """From imagine over its children to describe and blend, each polled to its end and read by type."""
    with session(module, instant) as made:
        models = made.models
        grid = made.create(
            "image_generation.create_imagine_job", models.ImagineRequest(prompt="a fox", quality=0.5, stylize=250)
        )
        job = made.finish(grid)
        assert (job.id, job.type_, job.status, job.progress) == (grid, "imagine", "completed", 100)
        assert [image.to_dict().get("index") for image in job.result.images] == [None, 1, 2, 3, 4]
        assert (job.parameters.quality, job.parameters.stylize) == (0.5, 250)
        assert job.created_at <= job.completed_at <= datetime.now(UTC)
        for kind, request in (("upscale", models.UpscaleRequest), ("variation", models.VariationRequest)):
            child = made.create(f"image_manipulation.create_{kind}_job", request(job_id=grid, index=2))
            assert child != grid
            assert made.finish(child).type_ == kind
        described = made.finish(
            made.create("image_analysis.create_describe_job", models.DescribeRequest(image_base64=PNG))
        )
        assert len(described.result.prompts) == 4
        items = [
            models.BlendRequestImagesItem(base64=PNG),
            models.BlendRequestImagesItem(url="https://example.com/a.png"),
        ]
        assert made.finish(
            made.create("image_manipulation.create_blend_job", models.BlendRequest(images=items))
        ).result.images


def test_jobs_are_listed_and_cancelled(module: Module, quick: str) -> None:
    """Pages, filters and the two answers to cancelling arrive in the client's types."""
    with session(module, quick) as made:
        models = made.models
        body = models.ImagineRequest(prompt="a fox")
        first, second = (made.create("image_generation.create_imagine_job", body) for _ in range(2))
        assert made.call("jobs.cancel_job", first).status == "cancelled"
        again = made.call("jobs.cancel_job", first)
        assert (type(again), again.code) == (models.ErrorResponse, "job_not_cancellable")
        page = made.call("jobs.list_jobs", limit=1, sort=models.ListJobsSort.CREATED_AT_ASC)
        assert ([job.id for job in page.data], page.total, page.limit, page.offset) == ([first], 2, 1, 0)
        waiting = made.call("jobs.list_jobs", status=models.ListJobsStatus.CANCELLED)
        assert [job.id for job in waiting.data] == [first]
        early = made.call("image_manipulation.create_upscale_job", body=models.UpscaleRequest(job_id=second, index=1))
        assert (type(early), early.code) == (models.ErrorResponse, "parent_not_completed")


def test_refusals_are_read_by_type(module: Module, instant: str) -> None:
    """A wrong key, an unknown job and a bad request are each an ErrorResponse with its code."""
    nobody = UUID("99999999-9999-4999-8999-999999999999")
    with session(module, instant, token="nobody") as stranger:
        assert stranger.call("jobs.list_jobs").code == "unauthorized"
    with session(module, instant) as made:
        assert made.call("jobs.get_job_status", nobody).code == "job_not_found"
        body = made.models.ImagineRequest(prompt="a --nonsense")
        answer = made.call("image_generation.create_imagine_job", body=body)
        assert answer.code == "invalid_parameter"
        assert json.loads(json.dumps(answer.to_dict()))["status"] == "ERROR"
