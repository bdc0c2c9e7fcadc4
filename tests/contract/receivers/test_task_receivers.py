"""Receivers of the task API's callbacks are held to what its contract promises: no less, and nothing beyond it."""

from typing import Any
from urllib.request import Request, urlopen

import pytest

from mjsim_contracts.receiver.check import ReceiverCheck
from mjsim_contracts.receiver.dialects import DIALECTS
from mjsim_contracts.receiver.secret import Unfit
from mjsim_contracts.receiver.tasks import TASKS
from mjsim_contracts.report.model import Outcome, Report

from .broken_tasks import BROKEN_TASKS, FORMER_TASK_KEY, AskingForRecords
from .correct_tasks import CORRECT_TASKS, AskingAgain
from .task_receiver import TASK_KEY, TaskReceiver
from .threaded import listening

IN_EVERY_RUN = ["threaded", *(["node"] if "node" in CORRECT_TASKS else [])]

UNSEEN = {"R04-unknown-job-effect", "R05-follow-up-fails", "R11-former-secret"}
"""What cannot be judged from outside of a receiver that asks the API nothing, without its former key."""

NO_TOLERANCE = {"R07-old-capture", "R07-from-the-future"}
"""What a receiver lets through that believes a true signature of whatever time."""

MILD = {"R15-chunked", "R17-burst"}
"""What servers of the standard library are warned of now and then."""

IMPATIENT = {"R17-burst"}


def ended(report: Report, outcome: Outcome) -> dict[str, str]:
    """What was seen in the cases that ended so, by id."""
    return {case.id: case.seen for case in report.cases if case.outcome is outcome}


def judge(url: str, secret: str = TASK_KEY, **options: Any) -> Report:
    """The verdict on a receiver of callbacks."""
    return ReceiverCheck(url, secret, api="tasks", **options).run()


@pytest.mark.parametrize("style", IN_EVERY_RUN)
def test_a_correct_receiver_of_callbacks_fails_nothing(style: str) -> None:
    """And nearly all cases were put to it, by a simulator that the check starts itself."""
    with CORRECT_TASKS[style]() as url:
        report = judge(url, probe=url)
    assert not ended(report, Outcome.FAIL)
    assert report.exit_code == 0
    assert len(report.cases) == len(TASKS.syllabus.exams)
    assert set(ended(report, Outcome.NOT_EXERCISED)) <= UNSEEN
    assert set(ended(report, Outcome.WARN)) <= MILD | (NO_TOLERANCE if style == "node" else set())
    assert any("covers task and time, not the body" in sentence for sentence in report.headline)


@pytest.mark.parametrize("name", BROKEN_TASKS)
def test_a_broken_receiver_of_callbacks_fails_for_its_reason(tasks_api: str, port: int, name: str) -> None:
    """The case that fails is the one that the defect concerns, and the happy path is not what is wrong."""
    kind, reason = BROKEN_TASKS[name]
    options = {"api_url": tasks_api, "api_key": f"sim-{name}", "only": [reason], "former_secret": FORMER_TASK_KEY}
    receiver = kind()
    if isinstance(receiver, AskingForRecords):
        receiver.api = f"http://127.0.0.1:{port}"
        options["api_port"] = port
    with listening(receiver) as url:
        report = judge(url, probe=url, timeout=1.0 if reason in IMPATIENT else 15.0, **options)
    found = {case.id: case.outcome for case in report.cases}
    assert found.pop(reason) is Outcome.FAIL, report.cases
    assert found["R00-completed"] is Outcome.PASS
    assert report.exit_code == 1
    believes = {"VerifiesNothing", "AnswersBeforeItVerifies"}
    assert report.headline[0].startswith("IT BELIEVES ANYBODY") is (name in believes)


def test_how_old_a_callback_may_be_is_promised_nowhere(tasks_api: str) -> None:
    """So a receiver that has no tolerance is warned, and does not fail."""
    with CORRECT_TASKS["without_tolerance"]() as url:
        report = judge(url, api_url=tasks_api, api_key="sim-tolerant", only=["R07", "R08"])
    assert set(ended(report, Outcome.WARN)) == NO_TOLERANCE
    assert not ended(report, Outcome.FAIL)


def test_no_case_changes_a_body_under_its_signature() -> None:
    """The signature does not cover it, so nobody can be asked to see that."""
    assert not {"R09-tampered-body", "R09-other-delivery", "R13-cut-on-the-way", "R09-tampered-id"} & {
        exam.id for exam in TASKS.syllabus.exams
    }


def test_a_receiver_without_a_key_is_sent_what_the_service_sends_it(tasks_api: str) -> None:
    """Nothing is signed, and what a forger could do is said loudly to be not exercised."""
    heard: list[Any] = []

    class Unsigned(TaskReceiver):
        def verify(self, headers: Any, document: Any) -> None:
            heard.append(headers)

    with listening(Unsigned()) as url:
        options = {"api_url": tasks_api, "api_key": "sim-unsigned", "only": ["R00", "R07", "R09", "R19-failed"]}
        report = judge(url, secret="", insecure=True, **options)
    assert not [name for headers in heard for name in headers if name.lower().startswith("x-webhook")]
    assert report.headline[0].startswith("INSECURE")
    unseen = ended(report, Outcome.NOT_EXERCISED)
    assert all(case.id in unseen for case in report.cases if case.id[:3] in {"R07", "R09"})
    assert set(ended(report, Outcome.PASS)) >= {"R00-completed", "R00-longer-video", "R19-failed"}


def test_the_records_that_a_receiver_asks_for_are_seen(tasks_api: str, port: int) -> None:
    """The task is in the query there; while the API does not know it, a retry may be asked for."""
    with listening(AskingAgain(f"http://127.0.0.1:{port}")) as url:
        options = {"api_url": tasks_api, "api_key": "sim-asking", "api_port": port, "probe": url}
        report = judge(url, only=["R03", "R04", "R05"], **options)
    assert not ended(report, Outcome.FAIL)
    assert not ended(report, Outcome.NOT_EXERCISED)
    assert any("/api/v1/mj/record-info?taskId=" in event.text for lane in report.lanes for event in lane.events)


def test_a_server_without_videos_leaves_their_cases_out(tasks_api: str) -> None:
    """With the reason that the server gives."""
    poor = {"api_url": tasks_api, "api_key": "sim-poor", "only": ["R00"]}
    urlopen(Request(f"{tasks_api}/_sim/tenants/sim-poor/credits", b'{"credits": 300}', method="PUT")).close()
    with CORRECT_TASKS["threaded"]() as url:
        report = judge(url, **poor)
    unseen = ended(report, Outcome.NOT_EXERCISED)
    assert set(unseen) >= {"R00-video"}
    assert "it answered code 402" in unseen["R00-video"]
    assert "no extended video job that completed: it answered code 402" in unseen["R00-longer-video"]
    assert "R00-completed" in ended(report, Outcome.PASS)


@pytest.mark.parametrize("api", ["midjourney", "tasks"])
def test_the_quick_profile_is_a_part_of_the_default_one(api: str) -> None:
    """News of every kind, and the gravest forgeries."""
    syllabus = DIALECTS[api].syllabus
    quick = {exam.id for exam in syllabus.chosen("quick", ())}
    assert quick == syllabus.quick
    assert {"R00-completed", "R19-failed", "R09-wrong-secret", "R09-no-signature"} <= quick
    assert len(quick) < len(syllabus.chosen("default", ())) / 4


def test_the_quick_profile_needs_a_few_seconds_and_says_its_name() -> None:
    """With a simulator of its own."""
    with CORRECT_TASKS["threaded"]() as url:
        report = judge(url, profile="quick")
    assert report.outcome is Outcome.PASS, report.cases
    assert {case.id for case in report.cases} == TASKS.syllabus.quick
    assert report.profile == "quick"


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        ({"webhook_type": "result"}, "--api tasks has no --webhook-type"),
        ({"scheme": "hex"}, "--api tasks has no --scheme"),
        ({"secret": " "}, "--secret has to be the webhook key of the task API"),
        ({"api": "pictures"}, "--api has to be midjourney or tasks, not 'pictures'"),
        ({"only": ["R09-tampered"]}, "no case has an id that begins with R09-tampered"),
    ],
)
def test_what_the_task_api_does_not_have_is_named(options: dict[str, Any], complaint: str) -> None:
    """Before anything is started."""
    with pytest.raises(Unfit, match=complaint):
        ReceiverCheck(**{"url": "http://127.0.0.1:9/hook", "secret": TASK_KEY, "api": "tasks", **options}).run()


@pytest.mark.hunt
@pytest.mark.parametrize("seed", range(11, 16))
@pytest.mark.parametrize("style", CORRECT_TASKS)
def test_no_seed_fails_a_correct_receiver_of_callbacks(style: str, seed: int) -> None:
    """With other tasks."""
    with CORRECT_TASKS[style]() as url:
        assert not ended(judge(url, probe=url, seed=seed), Outcome.FAIL)
