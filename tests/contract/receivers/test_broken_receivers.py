"""A check that cannot fail proves nothing: each of these receivers has one defect, and fails for that reason."""

import base64
from typing import Any

import pytest

from mjsim_contracts.receiver.check import ReceiverCheck
from mjsim_contracts.report.model import Outcome, Report

from .broken import BROKEN, FORMER_KEY, Asking
from .threaded import SECRET, Receiver, listening

FORMER_SECRET = "whsec_" + base64.b64encode(FORMER_KEY).decode()

REASONS = {
    "VerifiesNothing": "R09-wrong-secret",
    "TrustsWhatIsNotSigned": "R09-no-signature",
    "AnswersBeforeItVerifies": "R09-wrong-secret",
    "ActsBeforeItVerifies": "R09-forgery-effect",
    "ForgeriesUseUpIds": "R09-forgery-effect",
    "ComparesTheFirstTokenOnly": "R11-known-secret-last",
    "ChecksNoTime": "R07-old-capture",
    "CrashesOnTimesThatAreNoNumbers": "R07-timestamp-no-number",
    "AllowsNoSkew": "R08-clock-90-s-behind",
    "RefusesOldEvents": "R06-hours-late",
    "CrashesOnMalformedTokens": "R10-no-comma",
    "CrashesOnMalformedBase64": "R10-odd-base64",
    "RefusesUnknownVersions": "R10-unknown-version-first",
    "AllOfNoneIsTrue": "R09-empty-signature",
    "ComparesAsFarAsItGoes": "R09-part-of-signature",
    "IgnoresCase": "R09-case-changed",
    "TellsTheRightSignature": "R09-oracle",
    "BelievesTheFormerSecret": "R11-former-secret",
    "WritesJsonAgain": "R12-spaced",
    "PassesOverBytesThatAreNoText": "R09-bytes-added",
    "KnowsLatin1Only": "R12-raw-utf-8",
    "DecodesBeforeItVerifies": "R13-no-utf-8-forged",
    "SwallowsWhatItCannotRead": "R13-no-json",
    "CrashesOnWhatIsNoJson": "R13-no-json",
    "RemembersNothing": "R01-twice-effect",
    "KnowsAttemptsNotEvents": "R01-twice-effect",
    "KnowsJobsNotEvents": "R02-end-after-progress-effect",
    "LooksThenLeaps": "R01-at-once-effect",
    "ConflictsWithItself": "R01-twice",
    "LosesCountInBursts": "R17-burst-effect",
    "KnowsSmallLettersOnly": "R12-capitals-in-headers",
    "GoesBack": "R02-state-stays",
    "IgnoresCancelling": "R19-cancelled-state",
    "TakesEveryEndForSuccess": "R19-failed-state",
    "NeedsImagesOfFailedJobs": "R19-failed",
    "RefusesUnknownEvents": "R14-unknown-event",
    "RefusesUnknownFields": "R14-unknown-field",
    "NeedsAPrompt": "R14-without-optional-fields",
    "ExpectsImagesOfEveryJob": "R14-describe",
    "TakesSmallBodiesOnly": "R16-long-prompt-emoji",
    "Redirects": "R00-completed",
    "OneAtATimeAndSlow": "R17-burst",
    "NeverRecovers": "R15-stalled-sender",
    "ReadsUntilItHasEverything": "R13-content-length-too-long",
    "CrashesOnJobsItDoesNotFind": "R04-unknown-job",
    "LosesWhatItCouldNotHandle": "R03-before-created-effect",
    "UpscalesAgain": "R01-twice-effect",
}
"""By receiver, the case that has to fail."""

LOSERS = {"ForgeriesUseUpIds", "KnowsJobsNotEvents", "LosesCountInBursts", "LosesWhatItCouldNotHandle"}
"""Receivers that do too little, where others do too much."""

SLOW_JOBS = {
    "R02-end-after-progress-effect",
    "R02-state-stays",
    "R19-cancelled-state",
    "R19-failed-state",
    "R19-failed",
}
"""Cases that need jobs which were seen at work, or failed."""

IMPATIENT = {"R13-content-length-too-long", "R15-stalled-sender", "R17-burst"}
"""Cases that a receiver fails by being slower than the sender's patience."""


def outcomes(report: Report) -> dict[str, Outcome]:
    """How each case ended."""
    return {case.id: case.outcome for case in report.cases}


def judge(url: str, **options: Any) -> Report:
    """The verdict on a receiver with a probe of its own."""
    return ReceiverCheck(url, SECRET, **{"probe": url, "former_secret": FORMER_SECRET, **options}).run()


class LooksForTheIdFirst(Receiver):
    """Does no harm: what it takes for a repetition is dropped."""

    def verify(self, headers: Any, body: bytes) -> None:
        if headers.get("webhook-id") not in self.seen:
            super().verify(headers, body)


def test_a_forgery_that_is_taken_for_a_repetition_is_a_warning(instant: str) -> None:
    """No rule of signatures is kept that way, and nothing comes of it either."""
    with listening(LooksForTheIdFirst()) as url:
        report = judge(url, api_url=instant, api_key="sim-known", only=["R09-known-id"])
    assert outcomes(report)["R09-known-id"] is Outcome.WARN
    assert report.exit_code == 0


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_receiver_fails_for_its_reason(request: pytest.FixtureRequest, port: int, name: str) -> None:
    """The case that fails is the one that the defect concerns, and the happy path is not what is wrong."""
    reason = REASONS[name]
    api = request.getfixturevalue("quick" if reason in SLOW_JOBS else "instant")
    options = {
        "api_url": api,
        "api_key": f"sim-{name}",
        "only": [reason],
        "timeout": 1.0 if reason in IMPATIENT else 15,
    }
    receiver = BROKEN[name]()
    if isinstance(receiver, Asking):
        receiver.api = f"http://127.0.0.1:{port}"
        options |= {"api_port": port}
    with listening(receiver) as url:
        report = judge(url, probe=None if name == "UpscalesAgain" else url, **options)
    found = outcomes(report)
    assert found[reason] is Outcome.FAIL, report.cases
    assert report.exit_code == 1
    assert report.headline[0].startswith("IT BELIEVES ANYBODY") is (
        name in {"VerifiesNothing", "AnswersBeforeItVerifies"}
    )
    if reason.endswith("-effect"):
        assert any("it is lost" in case.seen for case in report.cases) is (name in LOSERS)
    if reason != "R00-completed":
        assert found["R00-completed"] is Outcome.PASS
