"""A verdict is worth something only if what is right passes: no correct receiver fails a case, whatever its style."""

import socket
from collections.abc import Callable
from contextlib import AbstractContextManager
from http.server import HTTPServer
from typing import Any

import pytest

from mjsim_contracts.receiver.check import ReceiverCheck
from mjsim_contracts.receiver.midjourney import MIDJOURNEY
from mjsim_contracts.report.model import Outcome, Report

from .correct import CORRECT, Asking
from .threaded import SECRET, Receiver, Refusal, listening

SEEDS = range(11, 16)
IN_EVERY_RUN = ["queueing", *(["node"] if "node" in CORRECT else [])]

UNSEEN = {"R05-follow-up-fails", "R11-former-secret", "R18-polls"}
"""What cannot be judged from outside of a receiver that asks the API nothing, without its former secret."""


def ended(report: Report, outcome: Outcome) -> dict[str, str]:
    """What was seen in the cases that ended so, by id."""
    return {case.id: case.seen for case in report.cases if case.outcome is outcome}


def judged(style: Callable[[], AbstractContextManager[str]], seed: int) -> Report:
    with style() as url:
        return ReceiverCheck(url, SECRET, probe=url, seed=seed).run()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def asked(seed: int) -> Report:
    """The verdict on a receiver that asks the API, and whose upscales are all that it can be seen to do."""
    port = free_port()
    with listening(Asking(f"http://127.0.0.1:{port}")) as url:
        return ReceiverCheck(url, SECRET, api_port=port, seed=seed).run()


@pytest.mark.parametrize("style", IN_EVERY_RUN)
def test_a_correct_receiver_fails_nothing(style: str) -> None:
    """And nearly all cases were put to it."""
    report = judged(CORRECT[style], 1)
    assert not ended(report, Outcome.FAIL)
    assert report.exit_code == 0
    assert len(report.cases) == len(MIDJOURNEY.syllabus.exams)
    assert set(ended(report, Outcome.NOT_EXERCISED)) <= UNSEEN | {"R04-unknown-job-effect"}
    assert set(ended(report, Outcome.WARN)) <= {"R15-chunked", "R17-burst"}


def test_what_a_receiver_asks_of_the_api_is_evidence() -> None:
    """Without a probe its own requests show that it acts once; only its states stay unseen."""
    report = asked(1)
    assert not ended(report, Outcome.FAIL)
    states = {"R02-state-stays", "R19-cancelled-state", "R19-failed-state"}
    unseen = ended(report, Outcome.NOT_EXERCISED)
    assert set(unseen) <= states | UNSEEN
    assert states <= set(unseen)
    assert "R01-at-once-effect" in ended(report, Outcome.PASS)


def test_a_signature_that_signs_no_time_is_a_warning(instant: str) -> None:
    """Nobody can tell an old delivery from a new one by X-Midjourney-Signature; what it does not sign is not exercised."""
    with CORRECT["hexadecimal"]() as url:
        options = {"api_url": instant, "api_key": "sim-hex", "only": ["R07", "R11"]}
        report = ReceiverCheck(url, SECRET, **options).run()
    assert set(ended(report, Outcome.WARN)) == {"R07-old-capture"}
    assert "R07-old-signature" in ended(report, Outcome.NOT_EXERCISED)
    assert "R11-known-secret-last" in ended(report, Outcome.NOT_EXERCISED)
    assert any("scheme: hex" in sentence for sentence in report.headline)


@pytest.mark.parametrize("scheme", ["both", "either"])
def test_the_scheme_is_found_out(instant: str, scheme: str) -> None:
    """By what the receiver believes."""
    with CORRECT[scheme]() as url:
        options = {"api_url": instant, "api_key": f"sim-{scheme}", "only": ["R07", "R09-tampered", "R10"]}
        report = ReceiverCheck(url, SECRET, **options).run()
    assert any(f"scheme: {scheme}" in sentence for sentence in report.headline)
    assert report.outcome is Outcome.PASS, report.cases


def test_a_receiver_that_is_said_to_check_nothing_is_told_so_loudly(instant: str) -> None:
    """What a forger could do is then not exercised, which is no pass."""
    unsigned = Receiver()
    unsigned.verify = lambda _headers, _body: None
    with listening(unsigned) as url:
        options = {
            "api_url": instant,
            "api_key": "sim-insecure",
            "only": ["R07", "R09-wrong", "R10", "R12"],
            "insecure": True,
        }
        report = ReceiverCheck(url, SECRET, **options).run()
    unseen = ended(report, Outcome.NOT_EXERCISED)
    assert report.headline[0].startswith("INSECURE")
    assert all(case.id in unseen for case in report.cases if case.id[:3] in {"R07", "R09", "R10"})
    assert "ANYBODY CAN SEND IT ANYTHING" in unseen["R09-wrong-secret"]
    assert set(ended(report, Outcome.PASS)) >= {"R00-completed", "R12-spaced"}


def test_who_checks_no_signature_needs_no_secret(instant: str) -> None:
    """Ids are told all the same, for they are what duplicates are known by."""
    unsigned = Receiver()
    unsigned.verify = lambda _headers, _body: None
    with listening(unsigned) as url:
        options = {"api_url": instant, "api_key": "sim-keyless", "only": ["R01"], "insecure": True}
        report = ReceiverCheck(url, "", probe=url, **options).run()
    assert set(ended(report, Outcome.PASS)) >= {"R00-completed", "R01-twice-effect"}
    assert not any("The secret has" in sentence for sentence in report.headline)


def test_without_a_probe_side_effects_are_not_exercised(instant: str) -> None:
    """A receiver whose effects nobody sees has not passed."""
    with CORRECT["threaded"]() as url:
        report = ReceiverCheck(url, SECRET, api_url=instant, api_key="sim-blind", only=["R01", "R02-state"]).run()
    unseen = ended(report, Outcome.NOT_EXERCISED)
    assert report.headline[0].startswith("SIDE EFFECTS WERE NOT SEEN")
    assert "SIDE EFFECTS UNSEEN" in unseen["R01-twice-effect"]
    assert "STATES UNSEEN" in unseen["R02-state-stays"]
    assert set(ended(report, Outcome.PASS)) >= {"R00-completed", "R01-twice", "R01-at-once"}


def test_a_receiver_of_results_is_told_no_progress(instant: str) -> None:
    """What belongs to progress is not exercised."""
    with CORRECT["threaded"]() as url:
        options = {
            "api_url": instant,
            "api_key": "sim-result",
            "only": ["R02-progress", "R19-cancelled"],
            "webhook_type": "result",
        }
        report = ReceiverCheck(url, SECRET, **options).run()
    assert "--webhook-type result" in ended(report, Outcome.NOT_EXERCISED)["R19-cancelled"]


class OneAtATimeWithoutEnd(Receiver):
    """It waits for every connection as long as that takes."""

    server = HTTPServer
    patience = None


def test_who_serves_one_connection_at_a_time_is_warned_of_those_that_stand_still(instant: str) -> None:
    """No failure: it goes on when the connection ends, and a proxy in front of it may see to that."""
    with listening(OneAtATimeWithoutEnd()) as url:
        options = {"api_url": instant, "api_key": "sim-still", "only": ["R15-stalled"], "timeout": 1.0}
        report = ReceiverCheck(url, SECRET, **options).run()
    assert "had to wait" in ended(report, Outcome.WARN)["R15-stalled-sender"]


class RefusesAllButTheFirst(Receiver):
    """Whatever comes second is refused, rightly signed or not."""

    def verify(self, headers: Any, body: bytes) -> None:
        super().verify(headers, body)
        if self.seen:
            raise Refusal(401)


def test_a_refusal_without_a_positive_control_proves_nothing(instant: str) -> None:
    """A receiver that refuses everything has refused no forgery."""
    with listening(RefusesAllButTheFirst()) as url:
        options = {"api_url": instant, "api_key": "sim-refusing", "only": ["R07", "R09-wrong", "R13"]}
        report = ReceiverCheck(url, SECRET, scheme="standard", **options).run()
    unseen = ended(report, Outcome.NOT_EXERCISED)
    assert "401 proves nothing" in unseen["R09-wrong-secret"]
    assert not [name for name in ended(report, Outcome.PASS) if name[:3] in {"R07", "R13"}]


def test_the_wrong_secret_ends_the_check_at_the_happy_path(instant: str) -> None:
    """It is one failure that says what is wrong, and all that depends on it is not exercised."""
    with CORRECT["threaded"]() as url:
        report = ReceiverCheck(url, "whsec_" + "A" * 32, api_url=instant, api_key="sim-wrong").run()
    assert ended(report, Outcome.FAIL) == {"R00-completed": "401"}
    assert len(ended(report, Outcome.NOT_EXERCISED)) == len(MIDJOURNEY.syllabus.exams) - 1
    assert any("Is this the secret" in sentence for sentence in report.headline)
    assert "HAPPY PATH FAILED" in ended(report, Outcome.NOT_EXERCISED)["R09-wrong-secret"]


@pytest.mark.hunt
@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("style", CORRECT)
def test_no_seed_fails_a_correct_receiver(style: str, seed: int) -> None:
    """With other jobs, and other moments at which they fail."""
    assert not ended(judged(CORRECT[style], seed), Outcome.FAIL)


@pytest.mark.hunt
@pytest.mark.parametrize("seed", SEEDS)
def test_no_seed_fails_a_receiver_that_asks(seed: int) -> None:
    """The same for one that asks the API."""
    assert not ended(asked(seed), Outcome.FAIL)
