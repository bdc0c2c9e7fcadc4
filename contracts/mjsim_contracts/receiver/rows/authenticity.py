"""Who can make a receiver believe something: only a sender that knows the secret, and only for as long as it is fresh."""

import base64
import json
import time
from dataclasses import replace

from mjsim_contracts.receiver.bench import NotExercised, Scheme, Trial
from mjsim_contracts.receiver.delivery import Delivery
from mjsim_contracts.receiver.exam import Exam, Make, accepts, refuses
from mjsim_contracts.receiver.news import compact
from mjsim_contracts.receiver.rule import ACCEPTED, ACCEPTED_AT_BEST, NEVER_BELIEVED, REFUSED_AT_BEST, Judgement
from mjsim_contracts.report.model import Outcome

_HOUR, _MINUTE = 3600, 60
_SPOOFED = "whoever knows the URL can report jobs that never were"
_NO_CHANCE = 8
"""A text of so many letters stands in no answer by chance."""

_REPLAYED = "whoever recorded a delivery once can send it again for ever"


def _tampered(delivery: Delivery, _scheme: Scheme) -> Delivery:
    return replace(delivery, body=compact(json.loads(delivery.body) | {"prompt": "tampered"}), signed=delivery.body)


async def _told_the_signature(trial: Trial) -> Judgement:
    """Whether the answer to a forgery holds what would have been right."""
    true = trial.completed()
    key, now = trial.bench.wire.key, int(time.time())
    answer = await trial.send(true.forged(), "forgery")
    secrets = [key.decode("latin-1"), base64.b64encode(key).decode().rstrip("="), key.hex()]
    for moment in range(now, now + 3):
        values = true.values(key, moment)
        secrets += [values["good"], values["hex"]]
    told = any(one in answer.text for one in secrets if len(one) >= _NO_CHANCE)
    return Judgement(Outcome.FAIL if told else Outcome.PASS, "it tells the right signature" if told else str(answer))


async def _forged_again(trial: Trial) -> Judgement:
    """Whether an id that is known opens the door."""
    true = trial.completed()
    first = await trial.send(true, "the true delivery")
    answer = await trial.send(_tampered(true, trial.bench.scheme), "forgery", "the same id, another body")
    if not first.accepted:
        raise NotExercised(f"the true delivery got {first}, so its id is not known")
    return REFUSED_AT_BEST.judge(answer)


FORGERY: tuple[Exam, ...] = (
    Exam(
        "R09-oracle",
        "what the answer to a forgery tells",
        "neither secret nor right signature",
        "a receiver that says what would have been right signs for everybody",
        _told_the_signature,
        signed=True,
    ),
    refuses(
        "R09-wrong-secret",
        "signed with somebody else's secret",
        _SPOOFED,
        lambda true, _: true.forged(),
        signed=True,
    ),
    refuses(
        "R09-no-signature",
        "no signature",
        _SPOOFED,
        lambda true, _: true.unsigned(),
        signed=True,
    ),
    refuses(
        "R09-no-headers",
        "none of the headers of a webhook",
        _SPOOFED,
        lambda true, _: replace(true, headers=()),
        signed=True,
    ),
    refuses(
        "R09-empty-signature",
        "an empty signature",
        "an empty signature is easily taken for one in which nothing is wrong",
        lambda true, _: true.blank(),
        signed=True,
    ),
    refuses(
        "R09-part-of-signature",
        "the first letters of the right signature",
        "a signature that may be cut short can be guessed",
        lambda true, _: true.putting(good="{short}", hex="{shorthex}"),
        signed=True,
    ),
    refuses(
        "R09-no-timestamp",
        "no timestamp",
        "what is not there cannot be signed",
        lambda true, _: true.without("ts").putting(hex="{otherhex}"),
        signed=True,
        standard=True,
    ),
    refuses(
        "R09-case-changed",
        "the right signature in small letters",
        "base64 tells capitals from small letters; a comparison that does not gives away bits of the signature",
        lambda true, _: true.putting(good="{lower}", hex="{otherhex}"),
        signed=True,
        standard=True,
    ),
)

FORGERY_OF_EVENTS: tuple[Exam, ...] = (
    refuses(
        "R09-tampered-body",
        "another body under a true signature",
        "whoever sits in between can change what is reported",
        _tampered,
        signed=True,
    ),
    refuses(
        "R09-bytes-added",
        "bytes that are no text put behind a truly signed body",
        "who verifies what is left of a body after reading it as text does not see what was put in",
        lambda true, _: replace(true, body=true.body + b"\xff\xfe", signed=true.body),
        signed=True,
    ),
    Exam(
        "R09-known-id",
        "another body under the id and the signature of a delivery that was accepted",
        REFUSED_AT_BEST.expected,
        "who looks for the id before the signature lets strangers find out which ids are known",
        _forged_again,
        signed=True,
        standard=True,
    ),
    refuses(
        "R09-other-delivery",
        "the true signature of another body",
        "a signature that once was true is no proof for anything else",
        lambda true, _: replace(true, signed=b'{"event":"job.completed"}'),
        signed=True,
    ),
    refuses(
        "R09-tampered-id",
        "another webhook-id under a true signature",
        "with an id of his own an attacker sends the same delivery again, and no memory of ids sees it",
        lambda true, _: true.putting(id="{id}x", hex="{otherhex}"),
        signed=True,
        standard=True,
    ),
    refuses(
        "R09-no-id",
        "no webhook-id",
        "what is not there cannot be signed",
        lambda true, _: true.without("id").putting(hex="{otherhex}"),
        signed=True,
        standard=True,
    ),
    refuses(
        "R09-empty-token",
        "a signature of no bytes",
        "a comparison that goes as far as the shorter text finds no difference",
        lambda true, _: true.putting(good="", hex="0"),
        signed=True,
    ),
)
"""What is forged where body and id of an event are signed, in a list of signatures."""

TIMES: tuple[Exam, ...] = (
    refuses(
        "R07-old-signature",
        "a fresh timestamp with the signature of an old one",
        "a timestamp that is not part of what is signed protects from nothing",
        lambda true, _: replace(true, age=6 * _HOUR).putting(ts="{now}"),
        signed=True,
        standard=True,
    ),
    refuses(
        "R07-timestamp-huge",
        "a timestamp of 400 digits, signed by nobody",
        "an exception that any stranger can cause",
        lambda true, _: replace(true, stamp="9" * 400).forged(),
        NEVER_BELIEVED,
        signed=True,
        standard=True,
    ),
)
"""Times that nobody signed."""

REPLAY: tuple[Exam, ...] = (
    refuses(
        "R07-old-capture",
        "a delivery recorded six hours ago, its timestamp and signature as they were",
        _REPLAYED,
        lambda true, _: replace(true, age=6 * _HOUR),
        hex_rule=REFUSED_AT_BEST,
        signed=True,
    ),
    refuses(
        "R07-ten-minutes-old",
        "a delivery recorded ten minutes ago",
        "five minutes is the usual tolerance; a longer one gives replays more time",
        lambda true, _: replace(true, age=10 * _MINUTE),
        REFUSED_AT_BEST,
        signed=True,
        standard=True,
    ),
    refuses(
        "R07-from-the-future",
        "a timestamp six hours ahead",
        "a delivery dated ahead can be replayed until then",
        lambda true, _: replace(true, age=-6 * _HOUR),
        REFUSED_AT_BEST,
        signed=True,
        standard=True,
    ),
    refuses(
        "R07-timestamp-no-number",
        "a timestamp that is no number",
        "an exception that any stranger can cause",
        lambda true, _: replace(true, stamp="yesterday"),
        signed=True,
        standard=True,
    ),
)


def _aged(seconds: int) -> Make:
    return lambda trial: trial.completed(age=seconds)


CLOCKS: tuple[Exam, ...] = tuple(
    accepts(
        f"R08-clock-{seconds}-s-{name}",
        f"the sender's clock is {seconds} s {name}",
        "clocks differ; a receiver that is too strict loses true events",
        _aged(sign * seconds),
        rule,
    )
    for seconds, rule in ((90, ACCEPTED), (270, ACCEPTED_AT_BEST))
    for name, sign in (("behind", 1), ("ahead", -1))
)
"""A minute and a half is within every sensible tolerance, four and a half within the usual one."""
