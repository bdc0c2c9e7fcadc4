"""The task API is read as it is meant, codes in envelopes and flags in records, and the rules mean the same there."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from mjsim_contracts.audit.judging import audit, by_curl
from mjsim_contracts.audit.scene import Scene
from mjsim_contracts.dialect import Prospect
from mjsim_contracts.dialect.tasks import TASKS, code
from mjsim_contracts.error import CheckError
from mjsim_contracts.report.model import Outcome
from mjsim_contracts.task_operation import TaskOperation
from mjsim_contracts.traffic.call import Call, Origin
from mjsim_contracts.traffic.check import TrafficCheck
from mjsim_contracts.traffic.delivery import Delivery
from mjsim_contracts.traffic.har import write_har

from .scenes import LOST
from .task_scenes import (
    CONTRACT,
    FAIL,
    MJ,
    NOTHING,
    PASS,
    PICTURE,
    TASK,
    WARN,
    WISH,
    call,
    envelope,
    judged,
    look,
    make,
    shown,
    told,
)


@pytest.mark.parametrize(
    ("status", "answer", "said"),
    [
        (200, {"code": 429}, 429),
        (200, {"code": 200.0}, 200),
        (200, {"code": "429"}, 200),
        (200, {"code": True}, 200),
        (200, {"code": float("inf")}, 200),
        (200, None, 200),
        (502, {"code": 200}, 502),
        (429, {"code": 429}, 429),
    ],
)
def test_an_answer_says_what_its_envelope_says(status: int, answer: Any, said: int) -> None:
    """Unless HTTP itself has something to say, or there is no envelope."""
    assert code(status, answer) == said


@pytest.mark.parametrize(
    ("call", "prospect"),
    [
        (make(0), Prospect.DONE),
        (make(0, 402), Prospect.REFUSED),
        (make(0, 422), Prospect.REFUSED),
        (make(0, 429), Prospect.BUSY),
        (make(0, 455), Prospect.BUSY),
        (make(0, 500), Prospect.TROUBLED),
        (make(0, 501), Prospect.REFUSED),
        (make(0, 505), Prospect.REFUSED),
        (make(0, status=502), Prospect.TROUBLED),
        (look(0, said=422), Prospect.UNKNOWN),
    ],
)
def test_every_code_says_whether_to_try_again(call: Call, prospect: Prospect) -> None:
    """501 and 505 are final, whatever HTTP means by such numbers; 455 passes."""
    assert call.prospect is prospect


def test_a_task_is_the_same_with_hyphens_and_in_upper_case() -> None:
    """As the operation takes it."""
    hyphens = "-".join((TASK[:8], TASK[8:12], TASK[12:16], TASK[16:20], TASK[20:])).upper()
    assert look(0, task=hyphens).job_id == make(0).exchange.created_id == TASK


@pytest.mark.parametrize(("flag", "status"), [(0, "in_progress"), (1, "completed"), (2, "failed"), (3, "failed")])
def test_a_flag_is_the_status_of_a_task(flag: int, status: str) -> None:
    """Two of them are failures."""
    assert [job.status for job in look(0, flag).jobs()] == [status]
    assert TASKS.state(TaskOperation.GET, 200, envelope(200, shown(flag))) == status


CASES: Sequence[tuple[str, str, Outcome, Sequence[Call]]] = (
    ("C001", "a whole request", PASS, [make(0)]),
    ("C001", "a kind of task that is none", FAIL, [make(0, body=WISH | {"taskType": "txt2img"})]),
    ("C001", "a number as text", FAIL, [make(0, body=WISH | {"stylization": "100"})]),
    ("C001", "a version as a number", PASS, [make(0, body=WISH | {"version": 6.1})]),
    ("C001", "a look", PASS, [look(0)]),
    ("C001", "no id to look at", FAIL, [look(0, task="")]),
    ("C002", "another style", FAIL, [make(0, body=WISH | {"aspect_ratio": "1:1"})]),
    ("C002", "a small letter", FAIL, [make(0, body=WISH | {"callbackUrl": "http://127.0.0.1/"})]),
    ("C002", "in the query", FAIL, [call(0, "GET", f"{MJ}/record-info?task_id={TASK}", envelope(422))]),
    ("C004", "both find it whole", PASS, [make(0)]),
    ("C004", "both find a number that is text", PASS, [make(0, body=WISH | {"stylization": "100"})]),
    ("C004", "a look", PASS, [look(0)]),
    ("C004", "behind a prefix", PASS, [call(0, "GET", f"/v1{MJ}/record-info?taskId={TASK}", envelope())]),
    ("C003", "an operation", PASS, [look(0)]),
    ("C003", "a small letter", FAIL, [make(0, path="generateupscale")]),
    ("C003", "without its prefix", FAIL, [call(0, "POST", "/api/v1/generate", {}, WISH, status=404)]),
    ("C003", "an operation of the other API", FAIL, [call(0, "POST", "/api/v1/imagine", {}, WISH, status=404)]),
    ("C010", "no key", FAIL, [look(0, headers=())]),
    ("C010", "at the pictures", FAIL, [look(0, 1), call(1, "GET", PICTURE, {}, origin=Origin.IMAGES)]),
    ("C020", "as late as asked", PASS, [make(0, 429, wait="1"), make(1.02)]),
    ("C020", "too early", FAIL, [make(0, 429, wait="1"), make(0.4)]),
    ("C020", "too early after maintenance", FAIL, [make(0, 455, wait="2"), make(0.4)]),
    ("C021", "maintenance is hammered", FAIL, [make(n / 50, 455) for n in range(5)]),
    ("C023", "credits do not come back", FAIL, [make(n, 402) for n in range(4)]),
    ("C023", "a code that looks like trouble, and is none", WARN, [make(n, 505) for n in range(4)]),
    ("C023", "a task that has expired", FAIL, [look(0), *(look(1 + n, said=422) for n in range(4))]),
    ("C023", "a task that is not known yet", PASS, [look(0, said=422), look(1)]),
    ("C023", "a task that is not known yet, once maintenance is over", WARN,
     [look(0, said=455), *(look(1 + n, said=422) for n in range(4))]),
    ("C024", "the answer was lost", WARN, [make(0, status=LOST, accepted=True), make(1)]),
    ("C024", "it was refused", PASS, [make(0, 429), make(1)]),
    ("C030", "no pauses", FAIL, [look(n / 50) for n in range(5)]),
    ("C031", "it has succeeded", PASS, [look(0), look(1, 1)]),
    ("C031", "it was never created", FAIL, [look(n, 2) for n in range(4)]),
    ("C060", "as given", PASS, [look(0, 1), call(1, "GET", PICTURE, {}, origin=Origin.IMAGES, headers=())]),
    ("C060", "made up", FAIL, [look(0, 1), call(1, "GET", "/m/x.jpeg", {}, origin=Origin.IMAGES, headers=())]),
)  # fmt: skip


@pytest.mark.parametrize(
    ("rule", "about", "wanted", "calls"), CASES, ids=lambda value: value if isinstance(value, str) else ""
)
def test_a_rule_means_the_same_in_this_api(rule: str, about: str, wanted: Outcome, calls: Sequence[Call]) -> None:
    """By the least that it passes, warns of and fails."""
    assert judged(rule, *calls) is wanted, about


def test_rules_about_what_the_api_does_not_have_are_left_out() -> None:
    """There are no lists here, so nothing about them is even NOT EXERCISED."""
    found = {case.rule for case in audit([Scene("a scene", (make(0),), 1.0)], CONTRACT, by_curl)}
    assert {"C001", "C031"} < found
    assert not found & {"C025", "C050"}


def test_rules_about_callbacks_that_were_not_delivered_are_not_exercised() -> None:
    """Whoever asks for them elsewhere, or is recorded, is neither praised nor blamed for it."""
    asking = make(0, body=WISH | {"callBackUrl": "http://192.0.2.1/"})
    cases = {case.id: case for case in audit([Scene("a scene", (asking, look(1, 1)), 2.0)], CONTRACT, by_curl)}
    for rule in ("C033", "C040"):
        assert cases[rule].outcome is Outcome.NOT_EXERCISED
        assert "this check delivered no callback" in cases[rule].seen


UPSCALE = {"taskId": TASK, "imageIndex": 0}
TOLD: Sequence[tuple[str, str, Outcome, Sequence[Delivery], Sequence[Call]]] = (
    ("C033", "accepted", PASS, [told(1)], []),
    ("C033", "every one is refused", FAIL, [told(1, 401)], []),
    ("C033", "nobody listens, though the client is there", FAIL, [told(1, 0, refused=True)], [look(2)]),
    ("C033", "the client has ended", NOTHING, [told(1, 0, refused=True)], [look(0)]),
    ("C040", "at once", PASS, [told(1)], []),
    ("C040", "after fourteen seconds", PASS, [told(1, seconds=14)], []),
    ("C040", "after sixteen seconds", FAIL, [told(1, seconds=16)], []),
    ("C040", "never", FAIL, [told(1, 0, seconds=20)], []),
    ("C040", "an edited one is refused", NOTHING, [told(1, 400, note="data: removed")], []),
    ("C040", "told twice, acted once", PASS, [told(1), told(2, again=True)],
     [make(1.5, body=UPSCALE, path="generateUpscale")]),
    ("C040", "told twice, acted twice", FAIL, [told(1), told(2, again=True)],
     [make(at, body=UPSCALE, path="generateUpscale") for at in (1.5, 2.5)]),
)  # fmt: skip


@pytest.mark.parametrize(
    ("rule", "about", "wanted", "deliveries", "calls"), TOLD, ids=lambda value: value if isinstance(value, str) else ""
)
def test_a_receiver_of_callbacks_is_judged_by_its_own_measure(
    rule: str, about: str, wanted: Outcome, deliveries: Sequence[Delivery], calls: Sequence[Call]
) -> None:
    """It has fifteen seconds here, and the case is called by what the API calls its news."""
    assert judged(rule, *calls, deliveries=tuple(deliveries)) is wanted, about
    cases = audit([Scene("a scene", tuple(calls), 2.0, deliveries=tuple(deliveries))], CONTRACT, by_curl)
    found = [case for case in cases if case.rule == rule]
    assert [case.id for case in found] == [rule if wanted is NOTHING else f"{rule}/callback"]
    assert all("{" not in case.title + case.why and "A callback" in case.title for case in found)


def test_a_recording_is_judged_as_one_of_this_api(tmp_path: Path, openapi: Path) -> None:
    """Pictures are known by their field; the published API knows none of it."""
    file = tmp_path / "traffic.har"
    session = [make(0, body=WISH | {"aspect_ratio": "1:1"}), look(1), look(1.5, said=455), look(2, 1)]
    session.append(call(3, "GET", PICTURE, {}, origin=Origin.IMAGES))
    write_har(file, session, "https://cdn.example.com", datetime.now(UTC))
    report = TrafficCheck(file, openapi / "tasks.json", TASKS).run()
    outcomes = {case.id: case.outcome for case in report.cases}
    assert (outcomes["C002/generateTask"], outcomes["C031/getTask"]) == (FAIL, PASS)
    assert outcomes["C010/image"] is FAIL
    assert "generateTask: 3 of 16 fields were sent" in report.headline
    assert dict(report.matrices[2].rows)["getTask resultInfoJson.resultUrls"] == ("1", "")
    (lane,) = report.lanes
    assert [event.kind for event in lane.events] == ["created", "poll", "455", "poll", "download"]
    with pytest.raises(CheckError, match=r"such as POST /v1/imagine; try --api tasks$"):
        TrafficCheck(file, openapi / "midjourney.json").run()
