"""A client that a public generator makes of the document of the task API runs a whole session, unchanged.

It raises on every status that the document does not name, and reads every envelope into its own types.
"""

from collections.abc import Iterator
from typing import Any

import pytest

from .generated_client import Module, connected, generated

PACKAGE = "generated_tasks_client"


@pytest.fixture(scope="module")
def module(instant: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Module]:
    """The client that was generated from what the server serves."""
    with generated(f"{instant}/openapi.tasks.json", PACKAGE, tmp_path_factory.mktemp("client")) as client:
        yield client


class Session:
    """Calls operations by the names of the generated modules."""

    def __init__(self, module: Module, client: Any) -> None:
        self._module = module
        self._client = client
        self.models = module("models")

    def call(self, name: str, **given: Any) -> Any:
        """The envelope of an operation, in the client's types."""
        return self._module(f"api.{name}").sync(client=self._client, **given)

    def create(self, name: str, body: Any) -> str:
        """The id of a new task."""
        answer = self.call(f"tasks.{name}_task", body=body)
        assert isinstance(answer, self.models.Created), answer
        task: str = answer.data.task_id
        return task

    def urls(self, task: str) -> list[str]:
        """Where the results of a task are, which is done at once here."""
        answer = self.call("tasks.get_task", task_id=task)
        assert isinstance(answer, self.models.RecordInfo), answer
        assert (answer.data.task_id, answer.data.success_flag, answer.data.error_code) == (task, 1, None)
        assert answer.data.create_time == answer.data.complete_time > 0
        return [one.result_url for one in answer.data.result_info_json.result_urls]


@pytest.fixture
def made(module: Module, instant: str) -> Iterator[Session]:
    """A session of one account."""
    with connected(module, instant, "sim-generated-tasks") as client:
        yield Session(module, client)


def test_a_session_from_a_prompt_to_a_longer_video(made: Session) -> None:
    """Each kind of task is made from the results of the one before, and paid for."""
    models = made.models
    before = made.call("account.get_task_credits").data
    prompt = models.GenerateRequest(
        task_type=models.GenerateRequestTaskType.MJ_TXT2IMG,
        prompt="a fox",
        speed=models.GenerateRequestSpeed.TURBO,
        version=6.1,
        stylization=250,
    )
    grid = made.create("generate", prompt)
    (_, second, _, _) = made.urls(grid)
    assert len(made.urls(made.create("upscale", models.UpscaleRequest(task_id=grid, image_index=1)))) == 1
    assert len(made.urls(made.create("vary", models.VaryRequest(task_id=grid, image_index=3)))) == 4
    moving = models.GenerateRequest(
        task_type=models.GenerateRequestTaskType.MJ_VIDEO,
        prompt="it runs",
        file_urls=[second],
        motion=models.GenerateRequestMotion.LOW,
        video_batch_size=models.GenerateRequestVideoBatchSize.VALUE_2,
    )
    video = made.create("generate", moving)
    assert [url[-4:] for url in made.urls(video)] == [".mp4", ".mp4"]
    longer = models.ExtendRequest(task_id=video, task_type=models.ExtendRequestTaskType.MJ_VIDEO_EXTEND_AUTO, index=1)
    assert len(made.urls(made.create("extend", longer))) == 1
    assert made.call("account.get_task_credits").data == before - 16 - 2 * 60


def test_refusals_are_read_by_type(made: Session) -> None:
    """An unknown task and a field that is missing are each a Failed with its code."""
    models = made.models
    assert (made.call("tasks.get_task", task_id="0" * 32).code, made.call("tasks.get_task", task_id="?").code) == (
        422,
        422,
    )
    body = models.GenerateRequest(task_type=models.GenerateRequestTaskType.MJ_TXT2IMG, prompt="no speed")
    answer = made.call("tasks.generate_task", body=body)
    assert (type(answer), answer.code, answer.data) == (models.Failed, 422, None)
